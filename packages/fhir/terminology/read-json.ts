/** Code systems, value sets and concept maps out of their JSON, read narrowly: what has the wrong form is as good as absent. */
import type { Json, JsonObject } from '../model.ts'
import type { Coding, ConceptProperty, ContainedCode, Designation, Include, ListedConcept, ValueSet } from './model.ts'

export const objectOf = (value: Json | undefined): JsonObject | undefined =>
  typeof value === 'object' && value !== null && !Array.isArray(value) ? value : undefined
export const textOf = (value: Json | undefined): string | undefined => (typeof value === 'string' && value !== '' ? value : undefined)
export const truthOf = (value: Json | undefined): boolean | undefined => (typeof value === 'boolean' ? value : undefined)
export const objectsOf = (value: Json | undefined): JsonObject[] =>
  Array.isArray(value) ? value.map(objectOf).filter((item) => item !== undefined) : []
export const textsOf = (value: Json | undefined): string[] => (Array.isArray(value) ? value.flatMap((item) => textOf(item) ?? []) : [])

/** The members that have a value. */
export function present<T extends object>(members: { [K in keyof T]: T[K] | undefined }): T {
  const out: { [K in keyof T]?: T[K] } = {}
  for (const name in members) {
    const value = members[name]
    if (value !== undefined) out[name] = value
  }
  return out as T
}

export function extensionsOf(element: JsonObject, url: string): JsonObject[] {
  return objectsOf(element.extension).filter((extension) => extension.url === url)
}

/** `url|version` in its parts. */
export function splitCanonical(canonical: string): { url: string; version?: string } {
  const bar = canonical.indexOf('|')
  return bar < 0 ? { url: canonical } : { url: canonical.slice(0, bar), version: canonical.slice(bar + 1) }
}

export const canonicalOf = ({ url, version }: { url: string; version?: string | undefined }): string =>
  version ? `${url}|${version}` : url

export const codingOf = (value: JsonObject): Coding =>
  present<Coding>({
    system: textOf(value.system),
    version: textOf(value.version),
    code: textOf(value.code),
    display: textOf(value.display),
  })

export function designationsOf(value: Json | undefined): Designation[] | undefined {
  const found = objectsOf(value).flatMap((designation) => {
    const use = objectOf(designation.use)
    const text = textOf(designation.value)
    return text === undefined
      ? []
      : present<Designation>({ language: textOf(designation.language), use: use && codingOf(use), value: text })
  })
  return found.length > 0 ? found : undefined
}

const hierarchy = 'http://hl7.org/fhir/StructureDefinition/'
export const standardsStatus = (resource: JsonObject): string | undefined =>
  textOf(extensionsOf(resource, `${hierarchy}structuredefinition-standards-status`)[0]?.valueCode)

/** What an expansion hands on of a concept. */
const carried = new Set(['ordinalValue', 'rendering-style', 'rendering-xhtml'].map((name) => hierarchy + name))

/** Extensions that say what is a property of a concept in later versions. */
const asProperty: Readonly<Record<string, 'label' | 'order' | 'weight'>> = {
  [`${hierarchy}codesystem-label`]: 'label',
  [`${hierarchy}valueset-label`]: 'label',
  [`${hierarchy}codesystem-conceptOrder`]: 'order',
  [`${hierarchy}valueset-conceptOrder`]: 'order',
  [`${hierarchy}itemWeight`]: 'weight',
}
export function extensionProperties(element: JsonObject): ConceptProperty[] | undefined {
  const found = objectsOf(element.extension).flatMap((extension): ConceptProperty[] => {
    const code = asProperty[String(extension.url)]
    const value = extension.valueString ?? extension.valueDecimal ?? extension.valueInteger
    if (code === undefined || (typeof value !== 'string' && typeof value !== 'number')) return []
    return [{ code, type: code === 'label' ? 'string' : 'decimal', value }]
  })
  return found.length > 0 ? found : undefined
}

export function carriedExtensions(element: JsonObject): Json[] | undefined {
  const found = objectsOf(element.extension).filter((extension) => carried.has(String(extension.url)))
  return found.length > 0 ? found : undefined
}

/** A list of concepts: FHIR's array, or the generated text (a line a concept, code, tab, display). */
function conceptsOf(value: Json | undefined): ListedConcept[] | undefined {
  if (typeof value === 'string')
    return value.split('\n').map((line) => {
      const [code = '', display] = line.split('\t')
      return present<ListedConcept>({
        code,
        display,
        designations: undefined,
        extensions: undefined,
        status: undefined,
        ranking: undefined,
      })
    })
  if (!Array.isArray(value)) return undefined
  return objectsOf(value).flatMap((concept) => {
    const code = textOf(concept.code)
    if (code === undefined) return []
    const { display, designation } = concept
    return present<ListedConcept>({
      code,
      display: textOf(display),
      designations: designationsOf(designation),
      extensions: carriedExtensions(concept),
      status: standardsStatus(concept),
      ranking: extensionProperties(concept),
    })
  })
}

const includeOf = (value: JsonObject): Include =>
  present<Include>({
    // some write the version into the system
    system: splitCanonical(textOf(value.system) ?? '').url || undefined,
    version: textOf(value.version) ?? splitCanonical(textOf(value.system) ?? '').version,
    concepts: conceptsOf(value.concept),
    filters: objectsOf(value.filter).map((filter) => ({
      property: textOf(filter.property) ?? '',
      op: textOf(filter.op) ?? '',
      value: textOf(filter.value) ?? '',
    })),
    valueSets: textsOf(value.valueSet),
  })

const containsOf = (value: Json | undefined, depth = 0): ContainedCode[] =>
  depth > 50
    ? []
    : objectsOf(value).map((entry) => ({
        ...codingOf(entry),
        ...present<Omit<ContainedCode, keyof Coding>>({
          designations: designationsOf(entry.designation),
          abstract: truthOf(entry.abstract),
          inactive: truthOf(entry.inactive),
          contains: containsOf(entry.contains, depth + 1),
        }),
      }))

const partialUrls = [
  'http://hl7.org/fhir/StructureDefinition/valueset-toocostly',
  'http://hl7.org/fhir/StructureDefinition/valueset-unclosed',
]

function expansionOf(set: JsonObject): ValueSet['expansion'] {
  const expansion = objectOf(set.expansion)
  if (!expansion) return undefined
  const contains = containsOf(expansion.contains)
  const parameters = objectsOf(expansion.parameter).flatMap((parameter) => {
    const value = Object.entries(parameter).find(([name]) => name.startsWith('value'))?.[1]
    const name = textOf(parameter.name)
    return name === undefined || value === undefined ? [] : { name, value: String(value) }
  })
  const count = (codes: readonly ContainedCode[]): number => codes.reduce((sum, code) => sum + 1 + count(code.contains), 0)
  const cut = typeof expansion.total === 'number' && expansion.total > count(contains)
  const marked = partialUrls.some((url) => extensionsOf(expansion, url).length > 0)
  const narrowed = parameters.some(({ name }) => name === 'filter' || name === 'count' || name === 'limitedExpansion')
  return { contains, partial: cut || marked || narrowed, parameters }
}

/** A ValueSet resource; undefined where it is none. A value set without `url` is known to itself only. */
export function valueSetOf(json: Json | undefined, depth = 0): ValueSet | undefined {
  const set = objectOf(json)
  if (!set || (set.resourceType !== undefined && set.resourceType !== 'ValueSet')) return undefined
  const compose = objectOf(set.compose)
  const contained = objectsOf(depth === 0 ? set.contained : undefined).flatMap((resource) => {
    const inner = resource.resourceType === 'ValueSet' ? valueSetOf(resource, 1) : undefined
    return inner && typeof resource.id === 'string' ? ([[`#${resource.id}`, inner]] as const) : []
  })
  return present<ValueSet>({
    url: textOf(set.url) ?? '',
    version: textOf(set.version),
    name: textOf(set.name),
    title: textOf(set.title),
    status: textOf(set.status),
    experimental: truthOf(set.experimental),
    standardsStatus: standardsStatus(set),
    language: textOf(set.language),
    inactive: truthOf(compose?.inactive),
    include: objectsOf(compose?.include).map(includeOf),
    exclude: objectsOf(compose?.exclude).map(includeOf),
    supplements: extensionsOf(set, `${hierarchy}valueset-supplement`).flatMap(
      (extension) => textOf(extension.valueCanonical) ?? textOf(extension.valueUri) ?? [],
    ),
    parameters: compose ? expansionParameters(set, compose) : [],
    expansion: expansionOf(set),
    contained: new Map(contained),
  })
}

/** `valueset-expansion-parameter`: how its author wants it expanded. */
function expansionParameters(set: JsonObject, compose: JsonObject): ValueSet['parameters'] {
  const url = 'http://hl7.org/fhir/tools/StructureDefinition/valueset-expansion-parameter'
  const found = [set, compose].flatMap((element) =>
    extensionsOf(element, url).concat(extensionsOf(element, `${hierarchy}valueset-expansion-parameter`)),
  )
  return found.flatMap((extension) => {
    const parts = objectsOf(extension.extension)
    const name = parts.find((part) => part.url === 'name')
    const value = Object.entries(parts.find((part) => part.url === 'value') ?? {}).find(([key]) => key.startsWith('value'))?.[1]
    const named = textOf(name?.valueCode) ?? textOf(name?.valueString)
    return named && (typeof value === 'string' || typeof value === 'boolean' || typeof value === 'number') ? [{ name: named, value }] : []
  })
}
