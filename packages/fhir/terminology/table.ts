/** Code systems whose concepts are all at hand: out of a CodeSystem resource, or of a generated line. */
import type { Json, JsonObject } from '../model.ts'
import type { CodeSystemRow } from './generated-rows.ts'
import type { CodeSystemView, Coding, Concept, ConceptProperty, Designation, PropertyDefinition, PropertyType } from './model.ts'
import {
  carriedExtensions,
  codingOf,
  designationsOf,
  extensionProperties,
  extensionsOf,
  objectOf,
  objectsOf,
  present,
  standardsStatus,
  textOf,
  truthOf,
} from './read-json.ts'

type Node = { concept: Concept; parents: string[]; children: string[] }
type Header = Omit<CodeSystemView, 'find' | 'parents' | 'children' | 'isA' | 'concepts' | 'count'>
/** Concepts in order, each with the code it is nested in. */
type Placed = { concept: Concept; under?: string | undefined }

const conceptProperties = 'http://hl7.org/fhir/concept-properties#'
const standsFor = (property: PropertyDefinition | undefined, code: string, meaning: string): boolean =>
  property?.uri ? property.uri === conceptProperties + meaning : code === meaning
const upward = ['parent', 'subsumedBy']

/** A view over concepts at hand; the hierarchy is nesting and the properties `parent`, `child` and `subsumedBy`. */
export function makeTable(header: Header, placed: readonly Placed[]): CodeSystemView {
  const nodes = new Map<string, Node>()
  for (const { concept } of placed) if (!nodes.has(concept.code)) nodes.set(concept.code, { concept, parents: [], children: [] })
  const relate = (parent: string, child: string): void => {
    const [above, below] = [nodes.get(parent), nodes.get(child)]
    if (!above || !below || below.parents.includes(parent)) return
    below.parents.push(parent)
    above.children.push(child)
  }
  const definitions = new Map(header.properties.map((property) => [property.code, property]))
  for (const { concept, under } of placed) {
    if (under !== undefined) relate(under, concept.code)
    for (const { code, value } of concept.properties ?? []) {
      const definition = definitions.get(code)
      const other = typeof value === 'object' ? value.code : String(value)
      if (other === undefined) continue
      if (upward.some((name) => standsFor(definition, code, name))) relate(other, concept.code)
      else if (standsFor(definition, code, 'child')) relate(concept.code, other)
    }
  }
  const folded = header.caseSensitive ? undefined : new Map([...nodes].reverse().map(([code, node]) => [code.toLowerCase(), node]))
  const nodeOf = (code: string): Node | undefined => nodes.get(code) ?? folded?.get(code.toLowerCase())
  return {
    ...header,
    count: nodes.size,
    find: (code) => nodeOf(code)?.concept,
    parents: (code) => nodeOf(code)?.parents ?? [],
    children: (code) => nodeOf(code)?.children ?? [],
    isA: (code, ancestor) => isUnder(nodeOf, code, ancestor),
    concepts: () => [...nodes.values()].map((node) => node.concept),
  }
}

/** Walks up; a circle of parents ends it. */
function isUnder(nodeOf: (code: string) => Node | undefined, code: string, ancestor: string): boolean {
  const [from, to] = [nodeOf(code), nodeOf(ancestor)]
  if (!from || !to) return false
  const seen = new Set<Node>([from])
  for (const node of seen) {
    if (node === to) return true
    for (const parent of node.parents) {
      const above = nodeOf(parent)
      if (above) seen.add(above)
    }
  }
  return false
}

const gone = new Set(['retired', 'inactive', 'withdrawn'])

/** Reads activity and selectability from the properties, by their meaning or their usual names. */
function withState(concept: Concept, definitions: ReadonlyMap<string, PropertyDefinition>): Concept {
  let { inactive, abstract, status } = concept
  for (const { code, value } of concept.properties ?? []) {
    const definition = definitions.get(code)
    if (standsFor(definition, code, 'inactive')) inactive = value === true || value === 'true'
    else if (standsFor(definition, code, 'notSelectable') || code === 'abstract') abstract = value === true || value === 'true'
    else if (standsFor(definition, code, 'status') && typeof value === 'string' && value !== 'active') status = value
  }
  if (inactive === undefined && status !== undefined && gone.has(status)) inactive = true
  return present<Concept>({
    code: concept.code,
    display: concept.display,
    definition: concept.definition,
    designations: concept.designations,
    properties: concept.properties,
    inactive: inactive || undefined,
    abstract: abstract || undefined,
    status,
    ranking: concept.ranking,
    extensions: concept.extensions,
  })
}

const typeNames: Record<string, PropertyType> = {
  valueCode: 'code',
  valueCoding: 'Coding',
  valueString: 'string',
  valueInteger: 'integer',
  valueBoolean: 'boolean',
  valueDateTime: 'dateTime',
  valueDecimal: 'decimal',
}

function propertyOf(json: JsonObject): ConceptProperty[] {
  const code = textOf(json.code)
  const [name, value] = Object.entries(json).find(([key]) => key in typeNames) ?? []
  const type = name === undefined ? undefined : typeNames[name]
  if (code === undefined || type === undefined || value === undefined || value === null) return []
  const object = objectOf(value)
  const read: ConceptProperty['value'] = object ? codingOf(object) : typeof value === 'object' ? String(value) : value
  return [{ code, type, value: read }]
}

export const propertyDefinitionsOf = (json: Json | undefined): PropertyDefinition[] =>
  objectsOf(json).map((property) =>
    present<PropertyDefinition>({
      code: textOf(property.code) ?? '',
      type: (textOf(property.type) ?? 'string') as PropertyType,
      uri: textOf(property.uri),
    }),
  )

/** All concepts of a `concept` array, nested ones after their parent. */
export function placedConcepts(json: Json | undefined, definitions: readonly PropertyDefinition[]): Placed[] {
  const byCode = new Map(definitions.map((property) => [property.code, property]))
  const out: Placed[] = []
  const open: { items: JsonObject[]; at: number; under?: string }[] = [{ items: objectsOf(json), at: 0 }]
  for (let top = open.at(-1); top; top = open.at(-1)) {
    const item = top.items[top.at++]
    if (!item) {
      open.pop()
      continue
    }
    const code = textOf(item.code)
    if (code === undefined) continue
    const properties = objectsOf(item.property).flatMap(propertyOf)
    const concept = present<Concept>({
      code,
      display: textOf(item.display),
      definition: textOf(item.definition),
      designations: designationsOf(item.designation),
      properties: properties.length > 0 ? properties : undefined,
      inactive: standardsStatus(item) === 'withdrawn' || undefined,
      abstract: undefined,
      status: standardsStatus(item) === 'deprecated' ? 'deprecated' : undefined,
      ranking: extensionProperties(item),
      extensions: carriedExtensions(item),
    })
    out.push({ concept: withState(concept, byCode), under: top.under })
    if (item.concept) open.push({ items: objectsOf(item.concept), at: 0, under: code })
  }
  return out
}

const contents = ['complete', 'fragment', 'example', 'not-present'] as const
const contentOf = ({ content, concept }: JsonObject): CodeSystemView['content'] =>
  contents.find((known) => known === content) ?? (concept ? 'fragment' : 'not-present')

/** A CodeSystem resource; undefined where it is none or is a supplement. A missing `caseSensitive` accepts any case. */
export function codeSystemOf(json: Json | undefined): CodeSystemView | undefined {
  const system = objectOf(json)
  const url = textOf(system?.url)
  if (!system || url === undefined || system.resourceType !== 'CodeSystem' || system.content === 'supplement') return undefined
  const properties = propertyDefinitionsOf(system.property)
  const header = present<Header>({
    url,
    version: textOf(system.version),
    name: textOf(system.name),
    title: textOf(system.title),
    content: contentOf(system),
    caseSensitive: truthOf(system.caseSensitive) ?? false,
    language: textOf(system.language),
    properties,
    valueSet: textOf(system.valueSet),
    versionNeeded: truthOf(system.versionNeeded),
    status: textOf(system.status),
    experimental: truthOf(system.experimental),
    standardsStatus: standardsStatus(system),
    judge: undefined,
    search: undefined,
    filter: undefined,
  })
  return makeTable(header, placedConcepts(system.concept, properties))
}

/** A supplement: what it adds to the concepts of another system. */
export type Supplement = {
  url: string
  version?: string
  supplements: string
  language?: string
  properties: readonly PropertyDefinition[]
  concepts: ReadonlyMap<string, Concept>
}

export function supplementOf(json: Json | undefined): Supplement | undefined {
  const system = objectOf(json)
  const [url, supplements] = [textOf(system?.url), textOf(system?.supplements)]
  if (!system || !url || !supplements || system.content !== 'supplement') return undefined
  const properties = propertyDefinitionsOf(system.property)
  const concepts = new Map(placedConcepts(system.concept, properties).map(({ concept }) => [concept.code, concept]))
  return present<Supplement>({ url, version: textOf(system.version), supplements, language: textOf(system.language), properties, concepts })
}

/** The system with what supplements add; codes are never added. A supplement's display is one more designation. */
export function supplemented(view: CodeSystemView, supplements: readonly Supplement[]): CodeSystemView {
  if (supplements.length === 0) return view
  const add = (concept: Concept | undefined): Concept | undefined => {
    if (!concept) return undefined
    const more = supplements.flatMap((supplement) => {
      const found = supplement.concepts.get(concept.code)
      return found ? [{ supplement, found }] : []
    })
    if (more.length === 0) return concept
    const designations: Designation[] = more.flatMap(({ supplement, found }) => [
      ...(found.display ? [present<Designation>({ language: supplement.language, use: undefined, value: found.display })] : []),
      ...(found.designations ?? []),
    ])
    return {
      ...concept,
      designations: [...(concept.designations ?? []), ...designations],
      properties: [...(concept.properties ?? []), ...more.flatMap(({ found }) => found.properties ?? [])],
      ranking: [...(concept.ranking ?? []), ...more.flatMap(({ found }) => found.ranking ?? [])],
      extensions: [...(concept.extensions ?? []), ...more.flatMap(({ found }) => found.extensions ?? [])],
    }
  }
  return {
    ...view,
    properties: [...view.properties, ...supplements.flatMap((supplement) => supplement.properties)],
    find: (code) => add(view.find(code)),
    concepts: () => [...view.concepts()].flatMap((concept) => add(concept) ?? []),
  }
}

function cellsOf(cells: readonly string[], types: ReadonlyMap<string, string>): Pick<Concept, 'properties' | 'designations'> {
  const properties: ConceptProperty[] = []
  const designations: Designation[] = []
  for (const cell of cells) {
    const at = cell.indexOf('=')
    const [name, value] = [cell.slice(0, at), cell.slice(at + 1)]
    if (name.startsWith('@')) designations.push({ language: name.slice(1), value })
    else {
      const type = (types.get(name) ?? 'code') as PropertyType
      properties.push({ code: name, type, value: type === 'boolean' ? value === 'true' : value })
    }
  }
  return { ...(properties.length ? { properties } : {}), ...(designations.length ? { designations } : {}) }
}

/** Concepts of a generated text, see `CodeSystemRow`. */
export function placedLines(text: string, definitions: readonly PropertyDefinition[]): Placed[] {
  const byCode = new Map(definitions.map((property) => [property.code, property]))
  const types = new Map(definitions.map((property) => [property.code, property.type]))
  const above: string[] = []
  const out: Placed[] = []
  for (const line of text === '' ? [] : text.split('\n')) {
    let depth = 0
    while (line.charCodeAt(depth) === 9) depth++
    const [code = '', display, definition, ...more] = line.slice(depth).split('\t')
    above[depth] = code
    const concept = present<Concept>({
      code,
      display: display || undefined,
      definition: definition || undefined,
      ...{ inactive: undefined, abstract: undefined, status: undefined, ranking: undefined, extensions: undefined },
      ...{ properties: undefined, designations: undefined, ...cellsOf(more, types) },
    })
    out.push({ concept: more.length > 0 ? withState(concept, byCode) : concept, under: depth > 0 ? above[depth - 1] : undefined })
  }
  return out
}

/** A generated row as a view. */
export function codeSystemOfRow(url: string, row: CodeSystemRow): CodeSystemView {
  const properties = (row.properties ?? []) as PropertyDefinition[]
  const header = present<Header>({
    url,
    version: row.version,
    name: row.name,
    title: row.title,
    content: (row.content ?? 'complete') as CodeSystemView['content'],
    caseSensitive: row.caseSensitive ?? false,
    properties,
    valueSet: row.valueSet,
    ...{ language: undefined, versionNeeded: undefined, status: undefined, experimental: undefined, standardsStatus: undefined },
    ...{ judge: undefined, search: undefined, filter: undefined },
  })
  return makeTable(header, placedLines(row.concepts, properties))
}

export const ownCoding = (view: CodeSystemView, concept: Concept): Coding =>
  present<Coding>({ system: view.url, version: view.version, code: concept.code, display: concept.display })

/** Extensions on a resource that say it is a language pack or the like stay readable. */
export const hasExtension = (resource: JsonObject, url: string): boolean => extensionsOf(resource, url).length > 0
