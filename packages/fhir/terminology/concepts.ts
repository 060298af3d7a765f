/** Concepts out of a CodeSystem's JSON and out of a generated text. */
import type { Json, JsonObject } from '../model.ts'
import type { Concept, ConceptProperty, Designation, PropertyDefinition, PropertyType } from './model.ts'
import {
  carriedExtensions,
  codingOf,
  designationsOf,
  extensionProperties,
  objectOf,
  objectsOf,
  present,
  standardsStatus,
  textOf,
} from './read-json.ts'
import { type Placed, standsFor } from './table.ts'

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

/** Most concepts are a code and a display; the others are read through. */
function conceptOf(item: JsonObject, code: string, definitions: ReadonlyMap<string, PropertyDefinition>): Concept {
  const display = textOf(item.display)
  if (!item.definition && !item.designation && !item.property && !item.extension)
    return display === undefined ? { code } : { code, display }
  const properties = objectsOf(item.property).flatMap(propertyOf)
  const standing = standardsStatus(item)
  const concept = present<Concept>({
    code,
    display,
    definition: textOf(item.definition),
    designations: designationsOf(item.designation),
    properties: properties.length > 0 ? properties : undefined,
    inactive: standing === 'withdrawn' || undefined,
    abstract: undefined,
    status: standing === 'deprecated' || standing === 'withdrawn' ? standing : undefined,
    ranking: extensionProperties(item),
    extensions: carriedExtensions(item),
  })
  return withState(concept, definitions)
}

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
    out.push({ concept: conceptOf(item, code, byCode), under: top.under })
    if (item.concept) open.push({ items: objectsOf(item.concept), at: 0, under: code })
  }
  return out
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
