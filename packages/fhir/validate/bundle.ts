/** Bundles as a whole: addresses of entries, and documents and messages in which everything hangs together. @spec http://hl7.org/fhir/R4/bundle.html */
import type { Json, JsonObject } from '../model.ts'
import { parseReference, textsNamed } from '../references.ts'
import { inBundle, report, type Around, type Walk } from './walk.ts'

const isObject = (value: Json | undefined): value is JsonObject => value !== null && typeof value === 'object' && !Array.isArray(value)
const absolute = /^[A-Za-z][A-Za-z0-9+.-]*:\S+$/
const uuid = /^urn:uuid:[0-9a-f]{8}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{12}$/
const withoutAddresses = new Set(['batch', 'transaction', 'batch-response', 'transaction-response'])
const referenceNames = new Set(['reference'])

type Entry = { index: number; fullUrl: string | null; resource: JsonObject | null }

function entriesOf(bundle: JsonObject): Entry[] {
  const list = Array.isArray(bundle.entry) ? bundle.entry : []
  return list.flatMap((entry, index) =>
    isObject(entry)
      ? [
          {
            index,
            fullUrl: typeof entry.fullUrl === 'string' ? entry.fullUrl : null,
            resource: isObject(entry.resource) ? entry.resource : null,
          },
        ]
      : [],
  )
}

function at(walk: Walk, index: number, last: string | null, act: () => void): void {
  walk.path.push('entry', index)
  if (last !== null) walk.path.push(last)
  act()
  walk.path.length -= last === null ? 2 : 3
}

function checkAddress(walk: Walk, type: Json | undefined, { index, fullUrl, resource }: Entry): void {
  if (fullUrl === null) {
    if (resource !== null && !(typeof type === 'string' && withoutAddresses.has(type)))
      at(walk, index, null, () => report(walk, 'bundle/full-url-missing', []))
    return
  }
  at(walk, index, 'fullUrl', () => {
    if (!absolute.test(fullUrl)) report(walk, 'bundle/full-url-form', [fullUrl.slice(0, 120)])
    else if (fullUrl.startsWith('urn:uuid:') && !uuid.test(fullUrl)) report(walk, 'structure/uuid-form', [fullUrl.slice(0, 120)])
    else if (resource !== null) checkIdentity(walk, fullUrl, resource)
  })
}

function checkIdentity(walk: Walk, fullUrl: string, resource: JsonObject): void {
  const target = parseReference(fullUrl)
  if (!target?.absolute) return
  const { resourceType, id } = resource
  if (target.type === resourceType && (id === undefined || id === target.id)) return
  report(walk, 'bundle/full-url-id', [
    fullUrl.slice(0, 160),
    `${String(resourceType).slice(0, 60)}/${typeof id === 'string' ? id.slice(0, 64) : ''}`,
  ])
}

/** Which entries hang together with the first, by references in either direction. One pass over the references, one over the entries. */
function reachable(around: Around, entries: readonly Entry[]): Set<JsonObject> {
  const beside = new Map<JsonObject, JsonObject[]>()
  const join = (a: JsonObject, b: JsonObject) => void (beside.get(a) ?? beside.set(a, []).get(a)!).push(b)
  for (const { resource, fullUrl } of entries) {
    if (resource === null) continue
    for (const reference of textsNamed(resource, referenceNames)) {
      const found = inBundle({ ...around, fullUrl }, reference)
      if (found === undefined) continue
      join(resource, found)
      join(found, resource)
    }
  }
  const start = entries[0]?.resource
  const seen = new Set<JsonObject>(start ? [start] : [])
  for (const one of seen) for (const next of beside.get(one) ?? []) seen.add(next)
  return seen
}

const starts: Readonly<Record<string, string>> = { document: 'Composition', message: 'MessageHeader' }

function checkReach(walk: Walk, type: string, entries: readonly Entry[]): void {
  const start = starts[type]
  if (start === undefined || walk.around === null || entries[0]?.resource?.resourceType !== start) return
  const seen = reachable(walk.around, entries)
  for (const { index, resource } of entries)
    if (resource !== null && !seen.has(resource)) at(walk, index, null, () => report(walk, 'bundle/not-reachable', [start]))
}

/** References of a document's Composition that must be answered in the bundle, by path. */
const composed: readonly (readonly string[])[] = [
  ['subject'],
  ['encounter'],
  ['author'],
  ['attester', 'party'],
  ['custodian'],
  ['event', 'detail'],
]

function eachAt(value: Json | undefined, path: readonly string[], steps: (string | number)[], act: (reference: JsonObject) => void): void {
  if (Array.isArray(value)) {
    value.forEach((one, index) => {
      steps.push(index)
      if (isObject(one)) eachAt(one, path, steps, act)
      steps.pop()
    })
    return
  }
  if (!isObject(value)) return
  const [name, ...rest] = path
  if (name === undefined) {
    act(value)
    return
  }
  steps.push(name)
  eachAt(value[name], rest, steps, act)
  steps.pop()
}

function checkComposition(walk: Walk, composition: JsonObject, fullUrl: string | null): void {
  const { around } = walk
  if (around === null) return
  const steps = walk.path
  const asked = ({ reference }: JsonObject) => {
    if (typeof reference !== 'string' || reference.startsWith('#') || reference === '') return
    if (inBundle({ ...around, fullUrl }, reference) === undefined)
      report(walk, 'structure/reference-not-in-bundle', [reference.slice(0, 160)])
  }
  const before = steps.length
  steps.push('entry', 0, 'resource')
  for (const path of composed) eachAt(composition, path, steps, asked)
  const sections = (owner: JsonObject, depth: number): void => {
    if (depth > 20 || !Array.isArray(owner.section)) return
    owner.section.forEach((section, index) => {
      if (!isObject(section)) return
      steps.push('section', index)
      for (const name of ['author', 'focus', 'entry']) eachAt(section, [name], steps, asked)
      sections(section, depth + 1)
      steps.length -= 2
    })
  }
  sections(composition, 0)
  steps.length = before
}

/** Checks the bundle at hand as a whole. */
export function checkBundle(walk: Walk, bundle: JsonObject): void {
  const entries = entriesOf(bundle)
  for (const entry of entries) checkAddress(walk, bundle.type, entry)
  if (typeof bundle.type !== 'string') return
  checkReach(walk, bundle.type, entries)
  const first = entries[0]
  if (bundle.type === 'document' && first?.resource?.resourceType === 'Composition') checkComposition(walk, first.resource, first.fullUrl)
}
