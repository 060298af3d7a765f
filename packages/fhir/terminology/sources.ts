/** Where code systems, value sets and concept maps come from: resources given for one question, masters, packages, R4's own, systems by form. */
import type { Definitions } from '../definition/model.ts'
import type { Json, JsonObject } from '../model.ts'
import { decidedByForm, grammars } from './grammar.ts'
import { isoSystem } from './iso-systems.ts'
import { type Kind, layerOfDefinitions, layerOfResources } from './layer.ts'
import type { CodeSystemView, ValueSet } from './model.ts'
import { publishedMap, publishedSupplements, publishedSystemOf, publishedSystems, publishedUrls, publishedValueSet } from './published.ts'
import { canonicalOf, objectOf, splitCanonical, textOf, valueSetOf } from './read-json.ts'
import { codeSystemOf } from './code-system.ts'
import type { Supplement } from './supplement.ts'
import { chosenVersion } from './version.ts'

type Found = { view: CodeSystemView } | { versions: readonly string[] }

export type Sources = {
  /** The version that is meant; or the versions of the system that are here. */
  system: (url: string, version?: string) => Found
  systems: (url: string) => readonly CodeSystemView[]
  valueSet: (canonical: string) => ValueSet | undefined
  conceptMap: (canonical: string) => JsonObject | undefined
  /** Supplements of a system. */
  supplements: (system: string) => readonly Supplement[]
  supplement: (canonical: string) => Supplement | undefined
  /** Canonicals of all there is of a kind. */
  list: (type: Kind) => readonly string[]
  /** The same, seen from a package: of several editions its own is meant where none is named. */
  within: (packageName: string) => Sources
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

type Given = { resources?: readonly Json[]; masters?: readonly CodeSystemView[]; definitions?: Definitions; below?: Sources }

/** The layers, nearest first. A url known to a nearer layer is not looked for further out, except for versions it lacks. */
export function makeSources(given: Given): Sources {
  const { masters = [], definitions } = given
  const base = given.below ?? publishedSources
  const layers = [
    ...(given.resources?.length ? [layerOfResources(given.resources)] : []),
    ...(definitions ? [layerOfDefinitions(definitions)] : []),
  ]
  const loaded = (type: Kind, url: string): JsonObject[] => layers.flatMap((layer) => layer.byUrl(type, url))
  const near = remember((url: string): readonly (readonly CodeSystemView[])[] => [
    masters.filter((master) => master.url === url),
    ...layers.map((layer) => layer.byUrl('CodeSystem', url).flatMap((json) => codeSystemOf(json) ?? [])),
  ])
  const systems = remember((url: string) => distinct([...near(url).flat(), ...base.systems(url)]))
  const newest = remember((url: string): Found => {
    const further = base.system(url)
    const candidates = [...near(url).map(bestOf), 'view' in further ? further.view : undefined].filter((view) => view !== undefined)
    const best = Math.min(...candidates.map(rankOf))
    const view = candidates.find((candidate) => rankOf(candidate) === best)
    return view ? { view } : further
  })
  const sets = remember((url: string): readonly ValueSet[] => loaded('ValueSet', url).flatMap((json) => valueSetOf(json) ?? []))
  const implicitSet = (canonical: string): ValueSet | undefined => {
    const { url } = splitCanonical(canonical)
    const master = masters.find(({ valueSet }) => valueSet === url)?.url
    const system = master ?? layers.map((layer) => layer.cross().systemOf.get(url)).find((found) => found !== undefined)
    return system === undefined ? undefined : wholeSystem(canonical, system)
  }
  const sources: Sources = {
    system: (url, version) => (version === undefined ? newest(url) : versionOf(systems(url), version)),
    systems,
    valueSet: (canonical) => {
      const { url, version } = splitCanonical(canonical)
      return chosenVersion(sets(url), version) ?? base.valueSet(canonical) ?? implicitSet(canonical)
    },
    conceptMap: (canonical) => {
      const { url, version } = splitCanonical(canonical)
      const found = loaded('ConceptMap', url).map((json) => ({ json, ...(textOf(json.version) ? { version: textOf(json.version)! } : {}) }))
      return chosenVersion(found, version)?.json ?? base.conceptMap(canonical)
    },
    supplements: (system) => [...layers.flatMap((layer) => layer.cross().supplements.get(system) ?? []), ...base.supplements(system)],
    supplement: (canonical) => {
      const { url, version } = splitCanonical(canonical)
      const found = layers.flatMap((layer) => [...layer.cross().supplements.values()].flat()).filter((each) => each.url === url)
      return chosenVersion(found, version) ?? base.supplement(canonical)
    },
    list: (type) => {
      const own = (url: string): string[] => loaded(type, url).map((json) => canonicalOf({ url, version: textOf(json.version) }))
      const here = layers.flatMap((layer) => [...layer.urls(type)].flatMap(own))
      return [...new Set([...(type === 'CodeSystem' ? masters.map(canonicalOf) : []), ...here, ...base.list(type)])]
    },
    within: (packageName) => (definitions ? seenFrom(sources, { definitions, masters, packageName }) : sources),
  }
  return sources
}

/** Of packages that carry the same url the one that asks goes first, unless a master or a fuller edition stands above. */
function seenFrom(sources: Sources, from: { definitions: Definitions; masters: readonly CodeSystemView[]; packageName: string }): Sources {
  const { definitions, masters, packageName } = from
  const nearSet = remember((url: string) => valueSetOf(definitions.resource('ValueSet', url, packageName)))
  const nearSystem = remember((url: string): CodeSystemView | undefined => {
    const json = objectOf(definitions.resource('CodeSystem', url, packageName))
    // an edition that is read already is not read again
    return sources.systems(url).find(({ version }) => version === json?.version) ?? codeSystemOf(json)
  })
  return {
    ...sources,
    system: (url, version) => {
      const found = sources.system(url, version)
      if (version !== undefined || masters.some((master) => master.url === url) || !('view' in found)) return found
      const near = nearSystem(url)
      return near && rankOf(near) <= rankOf(found.view) ? { view: near } : found
    },
    valueSet: (canonical) => (canonical.includes('|') ? sources.valueSet(canonical) : (nearSet(canonical) ?? sources.valueSet(canonical))),
  }
}

/** The nearest of each version. */
function distinct(views: readonly CodeSystemView[]): readonly CodeSystemView[] {
  const seen = new Set<string | undefined>()
  return views.filter((view) => !seen.has(view.version) && seen.add(view.version))
}

const ranks: Readonly<Record<CodeSystemView['content'], number>> = { complete: 0, grammar: 1, fragment: 2, example: 3, 'not-present': 4 }

/** What knows more codes goes before what is nearer or newer. */
const rankOf = ({ content, url }: CodeSystemView): number => (content === 'grammar' && decidedByForm.has(url) ? -1 : ranks[content])

function bestOf(views: readonly CodeSystemView[]): CodeSystemView | undefined {
  const best = Math.min(...views.map(rankOf))
  return chosenVersion(
    views.filter((view) => rankOf(view) === best),
    undefined,
  )
}

function versionOf(views: readonly CodeSystemView[], version: string): Found {
  // a system by form has no versions, so any named version is its own
  const view = chosenVersion(views, version) ?? views.find(({ content }) => content === 'grammar')
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

/** Value sets that are made by their address. @spec http://hl7.org/fhir/R4/snomedct.html#implicit */
function byAddress(canonical: string, url: string): ValueSet | undefined {
  if (url === 'http://loinc.org/vs') return wholeSystem(canonical, 'http://loinc.org')
  const [, system, which] = /^([^?]+)\?fhir_vs(?:=(.*))?$/.exec(url) ?? []
  if (system === undefined) return undefined
  if (which === undefined || which === '') return wholeSystem(canonical, system)
  const under = /^isa\/(.+)$/.exec(which)?.[1]
  if (under === undefined) return undefined
  const whole = wholeSystem(canonical, system)
  return {
    ...whole,
    include: whole.include.map((include) => ({ ...include, filters: [{ property: 'concept', op: 'is-a', value: under }] })),
  }
}

/** R4's own and the systems by form. A published list goes before the form. */
const publishedSources: Sources = {
  system: (url, version) => {
    const views = publishedSources.systems(url)
    if (version !== undefined) return versionOf(views, version)
    const view = bestOf(views)
    return view ? { view } : { versions: [] }
  },
  systems: (url) => {
    const form = grammars.get(url) ?? isoSystem(url)
    const listed = publishedSystems(url).filter((view) => view.content !== 'not-present' || !form)
    return form ? [...listed, form] : listed
  },
  valueSet: (canonical) => {
    const { url, version } = splitCanonical(canonical)
    const found = publishedValueSet(url)
    if (found && (version === undefined || chosenVersion([found], version))) return found
    const system = found ? undefined : publishedSystemOf(url)
    if (system && (version === undefined || chosenVersion([system], version))) return wholeSystem(canonical, system.url)
    return byAddress(canonical, url)
  },
  conceptMap: (canonical) => objectOf(publishedMap(splitCanonical(canonical).url)),
  supplements: (system) => publishedSupplements().filter((supplement) => splitCanonical(supplement.supplements).url === system),
  supplement: (canonical) => publishedSupplements().find((supplement) => supplement.url === splitCanonical(canonical).url),
  list: (type) => publishedUrls[type](),
  within: () => publishedSources,
}
