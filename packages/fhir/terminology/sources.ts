/** Where code systems, value sets and concept maps come from: resources given for one question, masters, packages, R4's own, systems by form. */
import type { Definitions } from '../definition/model.ts'
import type { Json, JsonObject } from '../model.ts'
import { grammars } from './grammar.ts'
import type { CodeSystemView, ValueSet } from './model.ts'
import { publishedMap, publishedSupplements, publishedSystemOf, publishedSystems, publishedUrls, publishedValueSet } from './published.ts'
import { canonicalOf, objectOf, splitCanonical, textOf, valueSetOf } from './read-json.ts'
import { codeSystemOf, type Supplement, supplementOf } from './table.ts'
import { chosenVersion } from './version.ts'

export type Sources = {
  /** The version that is meant, or why there is none: `versions` of the system that are here. */
  system: (url: string, version?: string) => { view: CodeSystemView } | { versions: readonly string[] }
  systems: (url: string) => readonly CodeSystemView[]
  valueSet: (canonical: string) => ValueSet | undefined
  valueSetVersions: (url: string) => readonly string[]
  conceptMap: (canonical: string) => JsonObject | undefined
  supplements: (system: string) => readonly Supplement[]
  supplement: (canonical: string) => Supplement | undefined
  /** Canonicals of all there is of a kind. */
  list: (type: 'CodeSystem' | 'ValueSet' | 'ConceptMap') => readonly string[]
}

type Kind = 'CodeSystem' | 'ValueSet' | 'ConceptMap'
/** Resources of one kind, by url, as loaded; read when first asked. */
type Layer = { byUrl: (type: Kind, url: string) => readonly JsonObject[]; urls: (type: Kind) => Iterable<string> }

function layerOfResources(resources: readonly Json[]): Layer {
  const found = new Map<string, JsonObject[]>()
  for (const json of resources) {
    const resource = objectOf(json)
    const url = textOf(resource?.url)
    if (!resource || url === undefined) continue
    const key = `${String(resource.resourceType)} ${url}`
    found.set(key, [...(found.get(key) ?? []), resource])
  }
  return {
    byUrl: (type, url) => found.get(`${type} ${url}`) ?? [],
    urls: (type) => [...found.keys()].flatMap((key) => (key.startsWith(`${type} `) ? [key.slice(type.length + 1)] : [])),
  }
}

function layerOfDefinitions(definitions: Definitions): Layer {
  const indexes = new Map<Kind, Map<string, string[]>>()
  const index = (type: Kind): Map<string, string[]> => {
    const known = indexes.get(type)
    if (known) return known
    const made = new Map<string, string[]>()
    for (const canonical of definitions.list(type)) {
      const { url } = splitCanonical(canonical)
      made.set(url, [...(made.get(url) ?? []), canonical])
    }
    indexes.set(type, made)
    return made
  }
  return {
    byUrl: (type, url) =>
      (index(type).get(url) ?? []).map((canonical) => objectOf(definitions.resource(type, canonical))).filter((json) => json !== undefined),
    urls: (type) => index(type).keys(),
  }
}

const remember = <V>(make: (key: string) => V): ((key: string) => V) => {
  const known = new Map<string, V>()
  return (key) => {
    if (known.has(key)) return known.get(key)!
    const made = make(key)
    // canonicals come from outside: what is remembered is bounded
    if (known.size < 20_000) known.set(key, made)
    return made
  }
}

/** The layers, nearest first. A url known to a nearer layer is not looked for further out, except for versions it lacks. */
export function makeSources(given: {
  resources?: readonly Json[]
  masters?: readonly CodeSystemView[]
  definitions?: Definitions
  below?: Sources
}): Sources {
  const { masters = [], below } = given
  const layers = [
    ...(given.resources?.length ? [layerOfResources(given.resources)] : []),
    ...(given.definitions ? [layerOfDefinitions(given.definitions)] : []),
  ]
  const base = below ?? publishedSources
  const systems = remember((url: string): readonly CodeSystemView[] => {
    const own = [
      ...masters.filter((master) => master.url === url),
      ...layers.flatMap((layer) => layer.byUrl('CodeSystem', url).flatMap((json) => codeSystemOf(json) ?? [])),
    ]
    return own.length === 0 ? base.systems(url) : distinct([...own, ...base.systems(url)])
  })
  const sets = remember((url: string): readonly ValueSet[] =>
    layers.flatMap((layer) => layer.byUrl('ValueSet', url).flatMap((json) => valueSetOf(json) ?? [])),
  )
  const valueSet = (canonical: string): ValueSet | undefined => {
    const { url, version } = splitCanonical(canonical)
    return chosenVersion(sets(url), version) ?? base.valueSet(canonical) ?? implicitSet(canonical, url)
  }
  const implicit = remember((url: string): string | undefined => {
    for (const master of masters) if (master.valueSet === url) return master.url
    for (const layer of layers)
      for (const system of layer.urls('CodeSystem'))
        if (layer.byUrl('CodeSystem', system).some((json) => json.valueSet === url)) return system
    return undefined
  })
  const implicitSet = (canonical: string, url: string): ValueSet | undefined => {
    const system = implicit(url)
    return system === undefined ? undefined : wholeSystem(canonical, system)
  }
  const supplements = remember((system: string): readonly Supplement[] => [
    ...layers.flatMap((layer) =>
      [...layer.urls('CodeSystem')]
        .flatMap((url) => layer.byUrl('CodeSystem', url))
        .filter((json) => supplementsSystem(json, system))
        .flatMap((json) => supplementOf(json) ?? []),
    ),
    ...base.supplements(system),
  ])
  const supplement = (canonical: string): Supplement | undefined => {
    const { url, version } = splitCanonical(canonical)
    const found = layers.flatMap((layer) => layer.byUrl('CodeSystem', url).flatMap((json) => supplementOf(json) ?? []))
    return chosenVersion(found, version) ?? base.supplement(canonical)
  }
  return {
    system: (url, version) => oneOf(systems(url), version),
    systems,
    valueSet,
    valueSetVersions: (url) => [...sets(url).flatMap((set) => set.version ?? []), ...base.valueSetVersions(url)],
    conceptMap: (canonical) => {
      const { url, version } = splitCanonical(canonical)
      const found = layers
        .flatMap((layer) => layer.byUrl('ConceptMap', url))
        .map((json) => ({ json, ...(textOf(json.version) ? { version: textOf(json.version)! } : {}) }))
      return chosenVersion(found, version)?.json ?? base.conceptMap(canonical)
    },
    supplements,
    supplement,
    list: (type) => [
      ...new Set([
        ...(type === 'CodeSystem' ? masters.map(canonicalOf) : []),
        ...layers.flatMap((layer) =>
          [...layer.urls(type)].flatMap((url) => layer.byUrl(type, url).map((json) => canonicalOf({ url, version: textOf(json.version) }))),
        ),
        ...base.list(type),
      ]),
    ],
  }
}

const supplementsSystem = (json: JsonObject, system: string): boolean =>
  json.content === 'supplement' && splitCanonical(textOf(json.supplements) ?? '').url === system

/** The nearest of each version. */
function distinct(views: readonly CodeSystemView[]): readonly CodeSystemView[] {
  const seen = new Set<string | undefined>()
  return views.filter((view) => !seen.has(view.version) && seen.add(view.version))
}

/** A system with all its codes goes before a newer one that has only some. */
const ranks = { complete: 0, grammar: 1, fragment: 2, example: 3, 'not-present': 4 } as const

function oneOf(views: readonly CodeSystemView[], version: string | undefined): { view: CodeSystemView } | { versions: readonly string[] } {
  const best = Math.min(...views.map((candidate) => ranks[candidate.content]))
  // a system by form has no versions, so any named version is its own
  const view =
    version === undefined
      ? chosenVersion(
          views.filter((candidate) => ranks[candidate.content] === best),
          undefined,
        )
      : (chosenVersion(views, version) ?? views.find((candidate) => candidate.content === 'grammar'))
  return view ? { view } : { versions: views.flatMap((candidate) => candidate.version ?? []) }
}

/** The value set that means all codes of a system. */
function wholeSystem(canonical: string, system: string): ValueSet {
  const { url, version } = splitCanonical(canonical)
  const include = [{ system, filters: [], valueSets: [], ...(version ? { version } : {}) }]
  return {
    url,
    ...(version ? { version } : {}),
    status: 'active',
    include,
    exclude: [],
    supplements: [],
    parameters: [],
    contained: new Map(),
  }
}

/** R4's own and the systems by form. A published list goes before the form. */
const publishedSources: Sources = {
  system: (url, version) => oneOf(publishedSources.systems(url), version),
  systems: (url) => {
    const listed = publishedSystems(url).filter((view) => view.content !== 'not-present' || !grammars.has(url))
    const form = grammars.get(url)
    return form ? [...listed, form] : listed
  },
  valueSet: (canonical) => {
    const { url, version } = splitCanonical(canonical)
    const found = publishedValueSet(url)
    if (found && (version === undefined || chosenVersion([found], version))) return found
    const system = found ? undefined : publishedSystemOf(url)
    if (system && (version === undefined || chosenVersion([system], version))) return wholeSystem(canonical, system.url)
    const whole = /^(.+)\?(?:fhir_vs|vs)$/.exec(url)?.[1]
    return whole ? wholeSystem(canonical, whole) : undefined
  },
  valueSetVersions: (url) => publishedValueSet(url)?.version?.split(' ') ?? [],
  conceptMap: (canonical) => objectOf(publishedMap(splitCanonical(canonical).url)),
  supplements: (system) => publishedSupplements().filter((supplement) => splitCanonical(supplement.supplements).url === system),
  supplement: (canonical) => publishedSupplements().find((supplement) => supplement.url === splitCanonical(canonical).url),
  list: (type) => publishedUrls[type](),
}
