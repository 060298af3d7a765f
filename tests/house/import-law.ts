import { posix } from 'node:path'
import { importsOf, isProof, type Source } from './sources.ts'

/** Wing -> wings it may look into, besides itself where it has one room. Read downwards: what stands below never looks up. */
export const mayImport: Record<string, { wings: string[]; because: string }> = {
  packages: { wings: ['packages'], because: 'a package has users of its own, outside this house' },
  kernel: { wings: ['packages'], because: 'the ground floor knows no service' },
  ui: { wings: ['packages', 'kernel'], because: 'a component that knows a service cannot be shared' },
  adapters: {
    wings: ['packages', 'kernel'],
    because: 'the outside world is translated to FHIR or to a port; it knows no service and no other adapter',
  },
  care: {
    wings: ['packages', 'kernel', 'ui', 'care'],
    because: 'primary use never depends on secondary use, nor on a particular outside world',
  },
  research: {
    wings: ['packages', 'kernel', 'ui', 'research'],
    because: 'identified records reach research only through the release feed, and research runs without grants on care',
  },
  portals: {
    wings: ['packages', 'kernel', 'ui', 'care', 'research', 'portals'],
    because: 'a portal composes services; it owns no rules and no outside world',
  },
  app: {
    wings: ['packages', 'kernel', 'ui', 'care', 'research', 'portals', 'adapters'],
    because: 'wiring happens in one place, and only there adapters meet ports',
  },
}

/** The law's exceptions, one file each. */
export const exceptions: Record<string, { target: RegExp; because: string }> = {
  'ui/islands/': {
    target: /^adapters\/mynumber-card\/(browser-bridge|browser-card|card-port|face-check|without-pin)\.ts$/,
    because: 'they are browser code: the card is reached from the page, where no port can be bound',
  },
}

const manyRooms = new Set(['packages', 'care', 'research', 'portals', 'adapters'])

type Place = { wing: string; room: string; path: string }

function placeOf(path: string): Place {
  const [wing = '', name = ''] = path.split('/')
  return { wing, room: manyRooms.has(wing) ? `${wing}/${name}` : wing, path }
}

/** Where an import leads inside the house; null for what npm or Node brings. */
function targetOf(from: string, specifier: string): Place | null {
  if (specifier.startsWith('#')) return placeOf(specifier.slice(1))
  return specifier.startsWith('.') ? placeOf(posix.normalize(posix.join(posix.dirname(from), specifier))) : null
}

/** Every import that breaks the law, with the reason for the law. */
export function importViolations(sources: readonly Source[]): string[] {
  return sources
    .filter((s) => !isProof(s.path))
    .flatMap((source) => importsOf(source).flatMap((specifier) => whyNotImport(source.path, specifier)))
}

function whyNotImport(path: string, specifier: string): string[] {
  const here = placeOf(path)
  const there = targetOf(path, specifier)
  if (!there) return []
  const law = mayImport[here.wing]
  if (!law) return [`${path}: ${here.wing} is no wing of this house`]
  if (isProof(there.path)) return [`${path} -> ${specifier}: proofs are no part of what runs`]
  if (there.room === here.room) return []
  const exception = Object.entries(exceptions).find(([start, e]) => path.startsWith(start) && e.target.test(there.path))
  if (exception) return []
  if (!law.wings.includes(there.wing)) return [`${path} -> ${specifier}: ${law.because}`]
  if (!specifier.startsWith('#')) return [`${path} -> ${specifier}: enter another room by its door (#...), not over the wall (../)`]
  const door = there.wing === 'ui' ? '#ui' : manyRooms.has(there.wing) ? `#${there.room}` : specifier
  return specifier === door ? [] : [`${path} -> ${specifier}: a room's only door is its index.ts (${door})`]
}

/** Rooms that need each other, as the way round. */
export function circles(sources: readonly Source[]): string[] {
  const edges = new Map<string, Set<string>>()
  for (const source of sources.filter((s) => !isProof(s.path))) {
    const from = placeOf(source.path).room
    for (const specifier of importsOf(source)) {
      const to = targetOf(source.path, specifier)?.room
      if (to && to !== from) (edges.get(from) ?? edges.set(from, new Set()).get(from)!).add(to)
    }
  }
  const found = new Set<string>()
  const visit = (room: string, way: string[]): void => {
    if (way.includes(room)) found.add([...way.slice(way.indexOf(room)), room].join(' -> '))
    else for (const next of edges.get(room) ?? []) visit(next, [...way, room])
  }
  for (const room of edges.keys()) visit(room, [])
  return [...found]
}

/** Wings besides its own services that a portal mixes: it stands on one. */
export function portalsOnTwoWings(sources: readonly Source[]): string[] {
  const wings = new Map<string, Set<string>>()
  for (const source of sources.filter((s) => s.path.startsWith('portals/') && !isProof(s.path))) {
    const { room } = placeOf(source.path)
    const own = wings.get(room) ?? wings.set(room, new Set()).get(room)!
    for (const specifier of importsOf(source)) if (/^#(care|research)\//.test(specifier)) own.add(specifier.slice(1).split('/')[0]!)
  }
  return [...wings]
    .filter(([, own]) => own.size > 1)
    .map(([room]) => `${room}: a portal stands on one wing, because the wings are separate processes with separate grants`)
}

/** Files of a package that may stand on Node: tools run by hand, the one reader of what lies on disk, the one user of keys. */
const tools: Record<string, string> = {
  'packages/fhir/generate.ts': 'writes the committed tables out of the published definitions',
  'packages/fhir/generate-terminology.ts': 'as above, for code systems, value sets and concept maps',
  'packages/log-proof/crypto.ts': 'digests and signatures, computed in memory by the runtime’s own library',
  'packages/x509/crypto.ts': 'digests, keys and signatures, computed in memory by the runtime’s own library',
  'packages/fhir/definition/package-files.ts': 'reads the FHIR packages an operator has put into a folder; the rest works on bytes',
}

/** Libraries a package may stand on: pure JavaScript that touches no machine and runs anywhere. */
const pureLibraries: Record<string, string> = {
  re2js: 'regular expressions in linear time',
  saxes: 'reads XML with namespaces; knows no DTD, no entity and no network',
}

/** Packages are pure: no machine, no database, no network, and of npm only what is pure itself. */
export function impurePackages(sources: readonly Source[]): string[] {
  return sources
    .filter((s) => s.path.startsWith('packages/') && !isProof(s.path) && !(s.path in tools))
    .flatMap((s) =>
      importsOf(s)
        .filter((i) => !i.startsWith('.') && !i.startsWith('#') && !(i in pureLibraries))
        .map((i) => `${s.path} -> ${i}: a package runs anywhere, also offline and in a browser`),
    )
}
