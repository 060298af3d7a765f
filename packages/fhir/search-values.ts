/** Turns the values that a search parameter selects into index rows, by FHIR type. @spec http://hl7.org/fhir/R4/search.html#ptypes */
import { dateRange } from './dates.ts'
import type { Json, JsonObject } from './model.ts'
import { parseReference } from './references.ts'
import { valueSetOf } from './shapes.ts'

/** A coded value: `system|code`; `text` is the display or text for the :text modifier; `typed` the kinds of an identifier for :of-type. */
export type TokenValue = { param: string; system?: string; code?: string; text?: string; typed?: { system?: string; code: string }[] }
/** Text as written; fold both sides with foldText to compare. */
export type StringValue = { param: string; value: string }
/** A reference: `type` and `id` of a literal one and the `version` it names, `url` of an absolute one, a URN, a fragment or a canonical, `identifier` of a logical one. */
export type ReferenceValue = {
  param: string
  type?: string
  id?: string
  version?: string
  url?: string
  identifier?: { system?: string; value?: string }
}
/** A span of time as ISO instants in UTC: `lo` inclusive, `hi` exclusive; null where the span is open. */
export type DateValue = { param: string; lo: string | null; hi: string | null }
export type NumberValue = { param: string; value: number }
/** A measured value or range: `lo` to `hi`, both inclusive and equal for a plain quantity; null where open (comparator, half range). */
export type QuantityValue = { param: string; lo: number | null; hi: number | null; system?: string; code?: string; unit?: string }
export type UriValue = { param: string; value: string }
/** One element that a composite parameter reads: the values of each component, in the order of the parameter's components. */
export type CompositeValue = { param: string; parts: IndexValues[] }

export type IndexValues = {
  tokens: TokenValue[]
  strings: StringValue[]
  references: ReferenceValue[]
  dates: DateValue[]
  numbers: NumberValue[]
  quantities: QuantityValue[]
  uris: UriValue[]
  composites: CompositeValue[]
}

export const emptyIndex = (): IndexValues => ({
  tokens: [],
  strings: [],
  references: [],
  dates: [],
  numbers: [],
  quantities: [],
  uris: [],
  composites: [],
})

/** One selected value with its type; `systems` are the code systems of a bound code. */
export type Selected = { param: string; type: string; value: Json; valueSet?: string }

const text = (value: Json | undefined): string | undefined => (typeof value === 'string' && value !== '' ? value : undefined)
const object = (value: Json | undefined): JsonObject => (value !== null && typeof value === 'object' && !Array.isArray(value) ? value : {})
const list = (value: Json | undefined): Json[] => (Array.isArray(value) ? value : value === undefined ? [] : [value])

/** Leaves undefined members out, as exact optional properties ask. Most rows have no such member, and stay as they are. */
function row<T extends object>(members: { [K in keyof T]: T[K] | undefined }): T {
  for (const name in members) if (members[name] === undefined) return filled(members)
  return members as T
}

function filled<T extends object>(members: { [K in keyof T]: T[K] | undefined }): T {
  const out: Record<string, unknown> = {}
  for (const name in members) if (members[name] !== undefined) out[name] = members[name]
  return out as T
}

/** The code systems of the codes of a value set; undefined where the value set has the code in several. */
const systemsOf = new Map<string, ReadonlyMap<string, string | undefined>>()

/** The code system a bound code belongs to, where the value set has the code in one system only. */
function systemOf(valueSet: string | undefined, code: string): string | undefined {
  if (valueSet === undefined) return undefined
  const known = systemsOf.get(valueSet)
  if (known) return known.get(code)
  const systems = new Map<string, string | undefined>()
  for (const [system, codes] of Object.entries(valueSetOf(valueSet) ?? {}))
    for (const one of new Set(codes)) systems.set(one, systems.has(one) ? undefined : system)
  systemsOf.set(valueSet, systems)
  return systems.get(code)
}

function coding(param: string, value: Json): TokenValue[] {
  const { system, code, display } = object(value)
  const out = row<TokenValue>({ param, system: text(system), code: text(code), text: text(display) })
  return out.code === undefined && out.system === undefined && out.text === undefined ? [] : [out]
}

/** The codings of an identifier's type, or undefined where it has none. */
function typesOf(concept: Json | undefined): TokenValue['typed'] {
  const found = list(object(concept).coding).flatMap((item) => {
    const { system, code } = object(item)
    return text(code) === undefined ? [] : [row<{ system?: string; code: string }>({ system: text(system), code: text(code)! })]
  })
  return found.length === 0 ? undefined : found
}

function tokens({ param, type, value, valueSet }: Selected): TokenValue[] {
  const { coding: codings, text: written, system, value: identifier } = object(value)
  if (type === 'Coding') return coding(param, value)
  if (type === 'CodeableConcept') {
    const spoken = text(written)
    return [...list(codings).flatMap((item) => coding(param, item)), ...(spoken === undefined ? [] : [{ param, text: spoken }])]
  }
  if (type === 'Identifier') {
    const out = row<TokenValue>({ param, system: text(system), code: text(identifier), typed: typesOf(object(value).type) })
    return out.code === undefined && out.system === undefined ? [] : [out]
  }
  if (type === 'ContactPoint')
    return text(identifier) === undefined ? [] : [row<TokenValue>({ param, system: text(system), code: text(identifier) })]
  if (typeof value === 'boolean' || typeof value === 'number') return [{ param, code: String(value) }]
  const code = text(value)
  return code === undefined ? [] : [row<TokenValue>({ param, system: systemOf(valueSet, code), code })]
}

/** Parts of a name or an address that a search by string reads. */
const stringParts: Record<string, string[]> = {
  HumanName: ['text', 'family', 'given', 'prefix', 'suffix'],
  Address: ['text', 'line', 'city', 'district', 'state', 'postalCode', 'country'],
  CodeableConcept: ['text'],
  Annotation: ['text'],
}

function strings({ param, type, value }: Selected): StringValue[] {
  const parts = stringParts[type]
  const values = parts ? parts.flatMap((part) => list(object(value)[part])) : [value]
  return values.flatMap((item) => (text(item) === undefined ? [] : [{ param, value: text(item)! }]))
}

function references({ param, type, value }: Selected): ReferenceValue[] {
  if (type === 'Resource') {
    const { resourceType, id } = object(value)
    return text(resourceType) === undefined ? [] : [row<ReferenceValue>({ param, type: text(resourceType), id: text(id) })]
  }
  const { reference, type: stated, identifier } = object(value)
  const literal = typeof value === 'string' ? value : text(reference)
  const target = literal === undefined ? null : parseReference(literal)
  const { system, value: number } = object(identifier)
  const logical = row<NonNullable<ReferenceValue['identifier']>>({ system: text(system), value: text(number) })
  const out = row<ReferenceValue>({
    param,
    type: target?.type ?? text(stated),
    id: target?.id,
    version: target?.version,
    url: target !== null && !target.absolute && !target.query ? undefined : literal,
    identifier: Object.keys(logical).length > 0 ? logical : undefined,
  })
  return out.id === undefined && out.url === undefined && out.identifier === undefined ? [] : [out]
}

function period(param: string, value: Json | undefined): DateValue[] {
  const { start, end } = object(value)
  const lo = text(start) === undefined ? null : (dateRange(text(start)!)?.lo ?? null)
  const hi = text(end) === undefined ? null : (dateRange(text(end)!)?.hi ?? null)
  return lo === null && hi === null ? [] : [{ param, lo, hi }]
}

/** One span from the first event to the last; without events, the bounds of the repeat. */
function timing(param: string, value: Json): DateValue[] {
  const { event, repeat } = object(value)
  const spans = list(event).flatMap((item) => (typeof item === 'string' ? (dateRange(item) ?? []) : []))
  if (spans.length === 0) return period(param, object(repeat).boundsPeriod)
  const lo = spans.map((span) => span.lo).sort()[0]!
  const hi = spans
    .map((span) => span.hi)
    .sort()
    .at(-1)!
  return [{ param, lo, hi }]
}

function dates({ param, type, value }: Selected): DateValue[] {
  if (type === 'Period') return period(param, value)
  if (type === 'Timing') return timing(param, value)
  const span = typeof value === 'string' ? dateRange(value) : null
  return span === null ? [] : [{ param, ...span }]
}

const number = (value: Json | undefined): number | null => (typeof value === 'number' ? value : null)

function quantities({ param, type, value }: Selected): QuantityValue[] {
  const { low, high, value: amount, comparator, system, code, unit, currency } = object(value)
  const unitOf = (of: JsonObject) => ({ system: text(of.system), code: text(of.code), unit: text(of.unit) })
  if (type === 'Range') {
    const [lo, hi] = [number(object(low).value), number(object(high).value)]
    return lo === null && hi === null ? [] : [row<QuantityValue>({ param, lo, hi, ...unitOf(object(low ?? high)) })]
  }
  const plain = number(amount)
  if (plain === null) return []
  if (type === 'Money')
    return [row<QuantityValue>({ param, lo: plain, hi: plain, system: 'urn:iso:std:iso:4217', code: text(currency), unit: undefined })]
  const below = comparator === '<' || comparator === '<='
  const above = comparator === '>' || comparator === '>='
  return [row<QuantityValue>({ param, lo: below ? null : plain, hi: above ? null : plain, ...unitOf(row({ system, code, unit })) })]
}

function uris({ param, value }: Selected): UriValue[] {
  return text(value) === undefined ? [] : [{ param, value: text(value)! }]
}

function numbers({ param, type, value }: Selected): NumberValue[] {
  const amount = type === 'Range' ? null : number(typeof value === 'object' ? object(value).value : value)
  return amount === null ? [] : [{ param, value: amount }]
}

function append<T>(to: T[], rows: readonly T[]): void {
  for (const one of rows) to.push(one)
}

/** Adds the rows of one selected value to the index, by the kind of its parameter. */
export const indexers: Record<
  'token' | 'string' | 'reference' | 'date' | 'number' | 'quantity' | 'uri',
  (out: IndexValues, of: Selected) => void
> = {
  token: (out, of) => append(out.tokens, tokens(of)),
  string: (out, of) => append(out.strings, strings(of)),
  reference: (out, of) => append(out.references, references(of)),
  date: (out, of) => append(out.dates, dates(of)),
  number: (out, of) => append(out.numbers, numbers(of)),
  quantity: (out, of) => append(out.quantities, quantities(of)),
  uri: (out, of) => append(out.uris, uris(of)),
}
