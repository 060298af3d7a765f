/** StructureDefinition as published -> what constrains an instance. @spec http://hl7.org/fhir/R4/elementdefinition.html */
import type { Json, JsonObject } from '../model.ts'
import { isPrimitive } from '../shapes.ts'
import { keep, keepConstraint } from './intern.ts'
import type {
  Binding,
  Constraint,
  Discriminator,
  ElementDefinition,
  ElementType,
  Slicing,
  StructureDefinition,
  TypedValue,
} from './model.ts'
import { extensionValue, flagAt, isObject, numberAt, objectAt, objectsAt, textAt, textsAt } from './read-json.ts'

/** One element of a differential: only what it says itself. */
export type ElementPart = Partial<ElementDefinition> & { id: string; path: string }

const structureDefinition = 'http://hl7.org/fhir/StructureDefinition/'
const fhirType = `${structureDefinition}structuredefinition-fhir-type`
const maxValueSet = `${structureDefinition}elementdefinition-maxValueSet`
const bestPractice = `${structureDefinition}elementdefinition-bestpractice`
const systemTypes = 'http://hl7.org/fhirpath/System.'

const lowerFirst = (text: string) => text.charAt(0).toLowerCase() + text.slice(1)

/** `valueUri` of prefix `value` is of type `uri`; `valueHumanName` of `HumanName`. */
export function typeOfSuffix(suffix: string): string {
  const lower = lowerFirst(suffix)
  return isPrimitive(lower) ? lower : suffix
}

function typedValue(raw: JsonObject, prefix: string): TypedValue | undefined {
  for (const [name, value] of Object.entries(raw)) {
    const first = name.charCodeAt(prefix.length)
    if (first >= 65 && first <= 90 && name.startsWith(prefix)) return { type: typeOfSuffix(name.slice(prefix.length)), value }
  }
  return undefined
}

/** FHIRPath's system types stand for the R4 primitive named in an extension; the id of a resource is `id` by the text of the specification. */
function typeCode(raw: JsonObject, code: string, basePath: string): string {
  if (!code.startsWith(systemTypes)) return code
  if (basePath === 'Resource.id') return 'id'
  const named = extensionValue(raw, fhirType)
  return typeof named === 'string' ? named : lowerFirst(code.slice(systemTypes.length))
}

const aggregations = ['contained', 'referenced', 'bundled'] as const
const versionings = ['either', 'independent', 'specific'] as const
const oneOf = <T extends string>(known: readonly T[], value: string | undefined): T | undefined => known.find((at) => at === value)

function elementType(raw: JsonObject, basePath: string): ElementType | undefined {
  const code = textAt(raw, 'code')
  if (code === undefined) return undefined
  const profiles = textsAt(raw, 'profile')
  const targets = textsAt(raw, 'targetProfile')
  const aggregation = textsAt(raw, 'aggregation').flatMap((text) => oneOf(aggregations, text) ?? [])
  const versioning = oneOf(versionings, textAt(raw, 'versioning'))
  return keep({
    code: typeCode(raw, code, basePath),
    ...(profiles.length > 0 ? { profiles } : {}),
    ...(targets.length > 0 ? { targets } : {}),
    ...(aggregation.length > 0 ? { aggregation } : {}),
    ...(versioning ? { versioning } : {}),
  })
}

function constraint(raw: JsonObject): Constraint | undefined {
  const key = textAt(raw, 'key')
  if (key === undefined) return undefined
  const expression = textAt(raw, 'expression')
  const source = textAt(raw, 'source')
  return keepConstraint({
    key,
    severity: raw.severity === 'warning' ? 'warning' : 'error',
    human: textAt(raw, 'human') ?? '',
    ...(expression ? { expression } : {}),
    ...(source ? { source } : {}),
    ...(extensionValue(raw, bestPractice) === true ? { bestPractice: true } : {}),
  })
}

const discriminatorTypes = ['value', 'exists', 'pattern', 'type', 'profile'] as const

function slicing(raw: JsonObject | undefined): Slicing | undefined {
  if (!raw) return undefined
  const discriminators = objectsAt(raw, 'discriminator').flatMap((item): Discriminator[] => {
    const type = oneOf(discriminatorTypes, textAt(item, 'type'))
    return type ? [{ type, path: textAt(item, 'path') ?? '$this' }] : []
  })
  const rules = oneOf(['closed', 'openAtEnd'] as const, textAt(raw, 'rules')) ?? 'open'
  return keep({ discriminators, rules, ordered: raw.ordered === true })
}

const strengths = ['required', 'extensible', 'preferred', 'example'] as const

function binding(raw: JsonObject | undefined): Binding | undefined {
  const strength = raw && oneOf(strengths, textAt(raw, 'strength'))
  if (!raw || !strength) return undefined
  const max = extensionValue(raw, maxValueSet)
  const valueSet = textAt(raw, 'valueSet')
  return keep({ strength, valueSet: valueSet ?? '', ...(typeof max === 'string' ? { max } : {}) })
}

/** Infinity for `*`; undefined where nothing legible is said. */
function maxOf(raw: JsonObject): number | undefined {
  const max = raw.max
  if (max === '*') return Number.POSITIVE_INFINITY
  const count = typeof max === 'string' ? Number(max) : max
  return typeof count === 'number' && Number.isInteger(count) && count >= 0 ? count : undefined
}

function baseOf(raw: JsonObject): ElementDefinition['base'] {
  const base = objectAt(raw, 'base')
  const path = base && textAt(base, 'path')
  return base && path ? keep({ path, min: numberAt(base, 'min') ?? 0, max: maxOf(base) ?? 1 }) : undefined
}

function given<K extends string, T>(name: K, value: T | undefined): { [name in K]?: T } {
  return value === undefined ? {} : ({ [name]: value } as { [name in K]?: T })
}

/** Canonical id of an element where the definition left it out: its path with its slice name. */
const idOf = (raw: JsonObject, path: string): string => {
  const sliceName = textAt(raw, 'sliceName')
  return textAt(raw, 'id') ?? (sliceName ? `${path}:${sliceName}` : path)
}

/** One element as published, of a snapshot or a differential; null where it has no path. */
export function elementPart(raw: JsonObject): ElementPart | null {
  const path = textAt(raw, 'path')
  if (path === undefined) return null
  const base = baseOf(raw)
  const reference = textAt(raw, 'contentReference')
  const types = objectsAt(raw, 'type').flatMap((type) => elementType(type, base?.path ?? '') ?? [])
  const constraints = objectsAt(raw, 'constraint').flatMap((item) => constraint(item) ?? [])
  return {
    id: idOf(raw, path),
    path,
    ...given('sliceName', textAt(raw, 'sliceName')),
    ...given('min', numberAt(raw, 'min')),
    ...given('max', maxOf(raw)),
    ...(types.length > 0 ? { types } : {}),
    ...given('contentReference', reference?.slice(reference.indexOf('#') + 1)),
    ...given('fixed', typedValue(raw, 'fixed')),
    ...given('pattern', typedValue(raw, 'pattern')),
    ...given('binding', binding(objectAt(raw, 'binding'))),
    ...(constraints.length > 0 ? { constraints } : {}),
    ...given('slicing', slicing(objectAt(raw, 'slicing'))),
    ...given('maxLength', numberAt(raw, 'maxLength')),
    ...given('minValue', typedValue(raw, 'minValue')),
    ...given('maxValue', typedValue(raw, 'maxValue')),
    ...given('isModifier', flagAt(raw, 'isModifier')),
    ...given('isSummary', flagAt(raw, 'isSummary')),
    ...given('mustSupport', flagAt(raw, 'mustSupport')),
    ...given('base', base),
  }
}

const noTypes: readonly ElementType[] = Object.freeze([])
const noConstraints: readonly Constraint[] = Object.freeze([])

/** Of a binding that names no value set nothing can be checked. */
const isBound = (binding: Binding) => binding.valueSet !== '' || binding.max !== undefined

/** A whole element out of what was said of it: R4's defaults where nothing was, and flags that are off left out. */
export function wholeElement(part: ElementPart): ElementDefinition {
  const { isModifier, isSummary, mustSupport, types, constraints, binding, ...rest } = part
  return {
    ...rest,
    min: part.min ?? 0,
    max: part.max ?? (part.path.includes('.') ? 1 : Number.POSITIVE_INFINITY),
    types: types && types.length > 0 ? keep(types) : noTypes,
    constraints: constraints && constraints.length > 0 ? keep(constraints) : noConstraints,
    ...(binding && isBound(binding) ? { binding } : {}),
    ...(isModifier ? { isModifier } : {}),
    ...(isSummary ? { isSummary } : {}),
    ...(mustSupport ? { mustSupport } : {}),
  }
}

const elementsAt = (raw: JsonObject, view: 'snapshot' | 'differential'): JsonObject[] => objectsAt(objectAt(raw, view) ?? {}, 'element')

/** Elements of the published snapshot; empty where there is none. */
export const snapshotOf = (raw: JsonObject): ElementDefinition[] =>
  elementsAt(raw, 'snapshot').flatMap((element) => {
    const part = elementPart(element)
    return part ? [wholeElement(part)] : []
  })

/** Does the id name every step of the path, and the slice? */
function isUsableId(raw: JsonObject, { id, path, sliceName }: ElementPart): boolean {
  const segments = id.split('.')
  if (textAt(raw, 'id') === undefined || segments.length !== path.split('.').length) return false
  return sliceName === undefined || segments.at(-1)!.includes(':')
}

/**
 * Elements of the differential. An id that is missing, or has another number of segments than the path, is made from the path:
 * an element stands under the slice of its parent that was last mentioned.
 */
export function differentialOf(raw: JsonObject): ElementPart[] {
  const last = new Map<string, string>()
  const idOfLast = (path: string): string => {
    const dot = path.lastIndexOf('.')
    if (dot < 0) return last.get(path) ?? path
    const parent = `${idOfLast(path.slice(0, dot))}.`
    const known = last.get(path)
    return known?.startsWith(parent) && !known.includes('.', parent.length) ? known : parent + path.slice(dot + 1)
  }
  return elementsAt(raw, 'differential').flatMap((element) => {
    const part = elementPart(element)
    if (!part) return []
    const dot = part.path.lastIndexOf('.')
    const name = part.path.slice(dot + 1) + (part.sliceName ? `:${part.sliceName}` : '')
    const id = isUsableId(element, part) ? part.id : dot < 0 ? name : `${idOfLast(part.path.slice(0, dot))}.${name}`
    last.set(part.path, id)
    return [{ ...part, id }]
  })
}

const kinds = ['resource', 'complex-type', 'primitive-type', 'logical'] as const
const contextTypes = ['element', 'extension', 'fhirpath'] as const

function contextsOf(raw: JsonObject): StructureDefinition['contexts'] {
  const contexts = objectsAt(raw, 'context').flatMap((item) => {
    const type = oneOf(contextTypes, textAt(item, 'type'))
    const expression = textAt(item, 'expression')
    return type && expression ? [{ type, expression }] : []
  })
  return contexts.length > 0 ? contexts : undefined
}

/** Everything of a StructureDefinition but its elements. */
export function headOf(raw: JsonObject, packageName?: string): Omit<StructureDefinition, 'elements'> {
  const invariants = textsAt(raw, 'contextInvariant')
  const type = textAt(raw, 'type') ?? ''
  return {
    url: textAt(raw, 'url') ?? '',
    ...given('version', textAt(raw, 'version')),
    name: textAt(raw, 'name') ?? textAt(raw, 'id') ?? '',
    ...given('title', textAt(raw, 'title')),
    type: type.startsWith(structureDefinition) ? type.slice(structureDefinition.length) : type,
    kind: oneOf(kinds, textAt(raw, 'kind')) ?? 'resource',
    abstract: raw.abstract === true,
    ...given('derivation', oneOf(['specialization', 'constraint'] as const, textAt(raw, 'derivation'))),
    ...given('baseDefinition', textAt(raw, 'baseDefinition')),
    ...given('contexts', contextsOf(raw)),
    ...(invariants.length > 0 ? { contextInvariants: invariants } : {}),
    ...given('package', packageName),
  }
}

/** Is this JSON a resource with a type? */
export const isResource = (value: Json): value is JsonObject => isObject(value) && typeof value.resourceType === 'string'
