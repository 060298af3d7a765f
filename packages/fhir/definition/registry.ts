/** Definitions by canonical, in layers: every package stands on those loaded before it, base R4 at the bottom. */
import type { JsonObject } from '../model.ts'
import { canonicalOf, type Choice, choose, parseCanonical } from './canonical.ts'
import type { Definitions, DefinitionType, StructureDefinition } from './model.ts'
import { definitionTypes } from './model.ts'
import { differentialOf, headOf, snapshotOf } from './normalise.ts'
import { type Problem, say } from './problems.ts'
import { textAt } from './read-json.ts'
import { recent } from './recent.ts'
import { type Found, generateSnapshot } from './snapshot.ts'

/** One conformance resource that can be read when it is asked for. */
export type Entry = {
  type: DefinitionType
  url: string
  version?: string
  package?: string
  /** Bytes of its text, where it is kept as text. */
  size?: number
  /** The resource as published. Throws where its text is not JSON. */
  read?: () => JsonObject
  /** Base R4: the definition in our own form already. */
  model?: () => StructureDefinition
  /** One of R4's own types: what a package says of the same url is taken only where its version is asked for. */
  core?: true
}

type Layer = {
  /** Every entry of this url, latest loaded first. */
  candidates: (type: DefinitionType, url: string) => readonly Entry[]
  urls: (type: DefinitionType) => Iterable<string>
}
const layers = new WeakMap<Definitions, Layer>()
const nothing: Layer = { candidates: () => [], urls: () => [] }

function layerOver(below: Layer, entries: Iterable<Entry>): Layer {
  const own = new Map<DefinitionType, Map<string, Entry[]>>()
  for (const entry of entries) {
    const byUrl = own.get(entry.type) ?? own.set(entry.type, new Map()).get(entry.type)!
    const known = byUrl.get(entry.url)
    if (known) known.unshift(entry)
    else byUrl.set(entry.url, [entry])
  }
  return {
    candidates: (type, url) => {
      const here = own.get(type)?.get(url)
      const there = below.candidates(type, url)
      return here === undefined ? there : there.length === 0 ? here : [...here, ...there]
    },
    urls: (type) => new Set([...below.urls(type), ...(own.get(type)?.keys() ?? [])]),
  }
}

function pick(candidates: readonly Entry[], version: string | undefined, within: string | undefined): Choice<Entry> | undefined {
  const core = version === undefined ? candidates.find((entry) => entry.core) : undefined
  if (core) return { found: core }
  const near = within === undefined || version !== undefined ? [] : candidates.filter((entry) => entry.package === within)
  return choose(near.length > 0 ? near : candidates, version)
}

function placeOf(entry: Entry): string {
  const name = canonicalOf(entry.url, entry.version)
  return entry.package === undefined ? `'${name}'` : `'${name}' (${entry.package})`
}

type Source = { making: Entry[]; find: (canonical: string, within: string | undefined) => Found | undefined }

function make(entry: Entry, source: Source): Found {
  if (source.making.includes(entry))
    return {
      problem: say.circle(
        entry.url,
        [...source.making, entry].map((at) => at.url),
      ),
    }
  source.making.push(entry)
  try {
    if (entry.model) return { structure: entry.model() }
    const raw = entry.read?.() ?? {}
    const head = headOf(raw, entry.package)
    const published = snapshotOf(raw)
    if (published.length > 0) return { structure: { ...head, elements: published } }
    if (differentialOf(raw).length === 0 && !head.baseDefinition) return { problem: say.nothingSaid(entry.url) }
    const made = generateSnapshot(raw, { find: (canonical) => source.find(canonical, entry.package) })
    return 'problem' in made ? made : { structure: { ...head, elements: made.elements } }
  } catch (error) {
    return { problem: say.unreadable(placeOf(entry), error instanceof Error ? error.message : String(error)) }
  } finally {
    source.making.pop()
  }
}

/** A resource of more bytes is parsed anew each time it is asked for: who needs it often keeps what it needs of it. */
const maxRemembered = 1_000_000

/** Definitions of these entries, over those of the layer below. Nothing is read until it is asked for. */
export function definitionsOf(base: Definitions | null, entries: Iterable<Entry>): Definitions {
  const below = base === null ? nothing : layers.get(base)
  if (!below) throw new Error('Definitions can stand only on definitions made by makeDefinitions, baseDefinitions or definitionsOf.')
  const layer = layerOver(below, entries)
  const made = new Map<Entry, Found>()
  const resources = recent<Entry, JsonObject>(64)
  const making: Entry[] = []
  const find = (type: DefinitionType, canonical: string, within?: string) => {
    const { url, version } = parseCanonical(canonical)
    return pick(layer.candidates(type, url), version, within)
  }
  const makeOnce = (entry: Entry): Found => {
    const known = made.get(entry)
    if (known) return known
    const fresh = make(entry, { making, find: (canonical, within) => onFound(find('StructureDefinition', canonical, within)) })
    // What failed inside a circle may not fail when it is asked for itself.
    if (fresh.structure || making.length === 0) made.set(entry, fresh)
    return fresh
  }
  const onFound = (choice: Choice<Entry> | undefined) => choice && makeOnce(choice.found)
  const read = (entry: Entry): JsonObject => entry.read?.() ?? {}
  const readOnce = (entry: Entry) => ((entry.size ?? 0) > maxRemembered ? read(entry) : resources(entry, () => read(entry)))
  const definitions: Definitions = {
    structure: (canonical, within) => onFound(find('StructureDefinition', canonical, within))?.structure,
    problem: (canonical) => problemOf(canonical, { find, makeOnce, readOnce }),
    resource: (type, canonical, within) => {
      const choice = find(type, canonical, within)
      try {
        return choice && readOnce(choice.found)
      } catch {
        return undefined
      }
    },
    list: function* (type) {
      for (const url of layer.urls(type))
        for (const version of new Set(layer.candidates(type, url).map((entry) => entry.version))) yield canonicalOf(url, version)
    },
  }
  layers.set(definitions, layer)
  return definitions
}

type Finders = {
  find: (type: DefinitionType, canonical: string) => Choice<Entry> | undefined
  makeOnce: (entry: Entry) => Found
  readOnce: (entry: Entry) => JsonObject
}

function problemOf(canonical: string, { find, makeOnce, readOnce }: Finders): Problem | null {
  for (const type of definitionTypes) {
    const choice = find(type, canonical)
    if (!choice) continue
    const { found, insteadOf } = choice
    if (type === 'StructureDefinition') {
      const { problem } = makeOnce(found)
      if (problem) return problem
    } else
      try {
        readOnce(found)
      } catch (error) {
        return say.unreadable(placeOf(found), error instanceof Error ? error.message : String(error))
      }
    return insteadOf === undefined ? null : say.otherVersion(found.url, insteadOf, found.version)
  }
  return null
}

/** The entry of a resource that is read already; null where it is no conformance resource or has no url. */
export function entryOf(resource: JsonObject, packageName?: string): Entry | null {
  const type = definitionTypes.find((known) => known === resource.resourceType)
  const url = textAt(resource, 'url')
  if (!type || url === undefined) return null
  const version = textAt(resource, 'version')
  return {
    type,
    url,
    ...(version === undefined ? {} : { version }),
    ...(packageName === undefined ? {} : { package: packageName }),
    read: () => resource,
  }
}

/**
 * Definitions of these resources over the layer below; what is no conformance resource is passed over.
 * @param packageName what they are from, as it is said to people
 */
export function makeDefinitions(base: Definitions | null, resources: Iterable<JsonObject>, packageName?: string): Definitions {
  return definitionsOf(
    base,
    [...resources].flatMap((resource) => entryOf(resource, packageName) ?? []),
  )
}
