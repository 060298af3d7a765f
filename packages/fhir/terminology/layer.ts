/** Loaded conformance resources by kind and url; each is read when it is first asked for. */
import type { Definitions } from '../definition/model.ts'
import type { Json, JsonObject } from '../model.ts'
import { objectOf, splitCanonical, textOf } from './read-json.ts'
import { type Supplement, supplementOf } from './supplement.ts'

export type Kind = 'CodeSystem' | 'ValueSet' | 'ConceptMap'

/** What the code systems of a layer say of others. */
export type CrossIndex = {
  /** System by the value set that means all of it. */
  systemOf: ReadonlyMap<string, string>
  /** Supplements by the url of the system they add to. */
  supplements: ReadonlyMap<string, readonly Supplement[]>
}

export type Layer = {
  byUrl: (type: Kind, url: string) => readonly JsonObject[]
  urls: (type: Kind) => Iterable<string>
  cross: () => CrossIndex
}

function crossIndexOf(byUrl: Layer['byUrl'], urls: Iterable<string>): CrossIndex {
  const systemOf = new Map<string, string>()
  const supplements = new Map<string, Supplement[]>()
  for (const url of urls)
    for (const json of byUrl('CodeSystem', url)) {
      const valueSet = textOf(json.valueSet)
      if (valueSet !== undefined && json.content !== 'supplement') systemOf.set(splitCanonical(valueSet).url, url)
      const supplement = json.content === 'supplement' ? supplementOf(json) : undefined
      if (!supplement) continue
      const system = splitCanonical(supplement.supplements).url
      supplements.set(system, [...(supplements.get(system) ?? []), supplement])
    }
  return { systemOf, supplements }
}

function withCross(layer: Omit<Layer, 'cross'>): Layer {
  let known: CrossIndex | undefined
  const cross = (): CrossIndex => {
    known ??= crossIndexOf(layer.byUrl, layer.urls('CodeSystem'))
    return known
  }
  return { ...layer, cross }
}

export function layerOfResources(resources: readonly Json[]): Layer {
  const found = new Map<string, Map<string, JsonObject[]>>()
  for (const json of resources) {
    const resource = objectOf(json)
    const [type, url] = [textOf(resource?.resourceType), textOf(resource?.url)]
    if (!resource || type === undefined || url === undefined) continue
    const byUrl = found.get(type) ?? new Map<string, JsonObject[]>()
    byUrl.set(url, [...(byUrl.get(url) ?? []), resource])
    found.set(type, byUrl)
  }
  return withCross({ byUrl: (type, url) => found.get(type)?.get(url) ?? [], urls: (type) => found.get(type)?.keys() ?? [] })
}

export function layerOfDefinitions(definitions: Definitions): Layer {
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
  const byUrl = (type: Kind, url: string): readonly JsonObject[] =>
    (index(type).get(url) ?? []).map((canonical) => objectOf(definitions.resource(type, canonical))).filter((json) => json !== undefined)
  return withCross({ byUrl, urls: (type) => index(type).keys() })
}
