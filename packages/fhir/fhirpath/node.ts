/** What expressions work on: a value with its type, and where it stands. */
import { numberText } from '../decimals.ts'
import type { Json, JsonObject } from '../model.ts'
import { choiceName, elementsOf, isPrimitive, isResourceType, shapeName } from '../shapes.ts'
import { type Decimal, decimalOf, parseDecimal, toNumber } from './decimal.ts'
import { type Quantity, quantity, ucumCode } from './quantity.ts'
import { parseTemporal, parseTime, printTemporal, type Temporal } from './temporal.ts'

export type SystemValue = boolean | string | number | Decimal | Temporal | Quantity

/**
 * One item of a collection. `type` is an R4 type (`HumanName`, `code`, `Patient.contact`), `System.Integer` and the like for a value
 * made by an expression, or empty where the structure does not know the element.
 */
export type Node = {
  readonly value: Json | SystemValue | undefined
  readonly type: string
  /** Id and extensions of a primitive (`_birthDate`). */
  readonly extra: JsonObject | undefined
  readonly parent: Node | undefined
  /** Property in the parent's JSON (`valueQuantity`) and place in its array, -1 where it is none. */
  readonly name: string
  readonly index: number
}
export type Nodes = readonly Node[]

export const none: Nodes = []

/** A value made by an expression. */
export const made = (value: SystemValue, type: string): Node => ({ value, type, extra: undefined, parent: undefined, name: '', index: -1 })
export const yes: Nodes = [made(true, 'System.Boolean')]
export const no: Nodes = [made(false, 'System.Boolean')]
export const truth = (value: boolean | undefined): Nodes => (value === undefined ? none : value ? yes : no)
export const text = (value: string): Nodes => [made(value, 'System.String')]
export const integer = (value: number): Nodes => [made(value, 'System.Integer')]

export const isObject = (value: unknown): value is JsonObject => typeof value === 'object' && value !== null && !Array.isArray(value)

const systemTypes: Record<string, string> = {
  decimal: 'System.Decimal',
  date: 'System.Date',
  dateTime: 'System.DateTime',
  time: 'System.Time',
  quantity: 'System.Quantity',
}

/** The System type of a value that is not JSON from a resource. */
export function systemType(value: SystemValue): string {
  if (typeof value === 'boolean') return 'System.Boolean'
  if (typeof value === 'string') return 'System.String'
  return typeof value === 'number' ? 'System.Integer' : systemTypes[value.kind]!
}

/** A resource, or an element of the given type, to run an expression on. */
export function nodeOf(value: Json, type?: string): Node {
  const named = isObject(value) && typeof value.resourceType === 'string' && isResourceType(value.resourceType) ? value.resourceType : ''
  return { value, type: named || (type ?? ''), extra: undefined, parent: undefined, name: '', index: -1 }
}

/** `sibling` is the property with the id and extensions of a primitive, null where the type has none. */
type Place = { json: string; sibling: string | null; type: string; many: boolean }
/** FHIR name of an element to the JSON names it may have. */
const placesByType = new Map<string, Map<string, Place[]>>()
const noPlaces = new Map<string, Place[]>()

function placesOf(type: string): Map<string, Place[]> {
  const known = placesByType.get(type)
  if (known) return known
  const places = new Map<string, Place[]>()
  for (const [name, row] of elementsOf(type)) {
    const many = row.max !== undefined && row.max !== 1
    const choice = name.endsWith('[x]')
    const found = row.types.map((one) => {
      const json = choice ? choiceName(name, one) : name
      return { json, sibling: isPrimitive(one) ? `_${json}` : null, type: shapeName(one), many }
    })
    places.set(choice ? name.slice(0, -3) : name, found)
    // the JSON name of a choice is read too: profiles and patches in the field write it
    if (choice) for (const place of found) if (!places.has(place.json)) places.set(place.json, [place])
  }
  const result = places.size === 0 ? noPlaces : places
  placesByType.set(type, result)
  return result
}

/** JSON names and types an element of the type may have; empty where the structure knows none. */
export const elementPlaces = (type: string, name: string): readonly Place[] => placesOf(type).get(name) ?? []

function typeOfValue(value: unknown, type: string): string {
  return (type === 'Resource' || type === '') && isObject(value) ? nodeOf(value, type).type : type
}

function push(out: Node[], parent: Node, owner: JsonObject, place: Place): void {
  const { json } = place
  const value = owner[json]
  const beside = place.sibling === null ? undefined : owner[place.sibling]
  if (value === undefined && beside === undefined) return
  if (Array.isArray(value) || Array.isArray(beside)) {
    const values = Array.isArray(value) ? value : []
    const extras = Array.isArray(beside) ? beside : []
    for (let i = 0; i < Math.max(values.length, extras.length); i++) {
      const one = values[i] ?? undefined
      const extra = isObject(extras[i]) ? (extras[i] as JsonObject) : undefined
      if (one === undefined && extra === undefined) continue
      out.push({ value: one, type: typeOfValue(one, place.type), extra, parent, name: json, index: i })
    }
    return
  }
  const extra = isObject(beside) ? beside : undefined
  if ((value === undefined || value === null) && extra === undefined) return
  out.push({ value: value ?? undefined, type: typeOfValue(value, place.type), extra, parent, name: json, index: -1 })
}

/** Adds the children of that FHIR name. Elements the structure does not know are read as they stand. */
export function pushChildren(out: Node[], parent: Node, name: string): void {
  const { value, type } = parent
  if (type === 'System.Quantity') {
    const { value: amount, unit } = value as Quantity
    if (name === 'value') out.push(made(amount, 'System.Decimal'))
    if (name === 'unit') out.push(made(unit, 'System.String'))
    return
  }
  const owner = isObject(value) && !isSystem(parent) ? value : parent.extra
  if (owner === undefined) return
  const places = placesOf(owner === value ? type : 'Element').get(name)
  if (places) for (let i = 0; i < places.length; i++) push(out, parent, owner, places[i]!)
  else if (type === '' || placesOf(type) === noPlaces) pushUnknown(out, parent, owner, name)
}

/** What no structure describes is read as it stands, but never through the prototype. */
function pushUnknown(out: Node[], parent: Node, owner: JsonObject, json: string): void {
  const sibling = `_${json}`
  const own: JsonObject = Object.create(null) as JsonObject
  for (const name of [json, sibling]) if (Object.hasOwn(owner, name)) own[name] = owner[name]!
  push(out, parent, own, { json, sibling, type: '', many: false })
}

const placesByJson = new Map<string, Map<string, Place>>()

/** JSON name, siblings too, to what stands there. */
function jsonPlacesOf(type: string): Map<string, Place> {
  const known = placesByJson.get(type)
  if (known) return known
  const found = new Map<string, Place>()
  for (const places of placesOf(type).values())
    for (const place of places) {
      found.set(place.json, place)
      if (place.sibling !== null) found.set(place.sibling, place)
    }
  placesByJson.set(type, found)
  return found
}

/** Every child, in the order of the JSON. */
export function allChildren(parent: Node): Node[] {
  const out: Node[] = []
  const owner = isObject(parent.value) && !isSystem(parent) ? parent.value : parent.extra
  if (owner === undefined) return out
  const type = owner === parent.value ? parent.type : 'Element'
  if (placesOf(type) === noPlaces) {
    for (const name of Object.keys(owner)) if (name !== 'resourceType' && !name.startsWith('_')) pushChildren(out, parent, name)
    return out
  }
  const places = jsonPlacesOf(type)
  for (const name of Object.keys(owner)) {
    const place = places.get(name)
    // a sibling without its value stands for the element
    if (place && (name === place.json || !Object.hasOwn(owner, place.json))) push(out, parent, owner, place)
  }
  return out
}

export const isSystem = (node: Node): boolean => node.type.startsWith('System.')

const quantityTypes = new Set(['Quantity', 'Age', 'Distance', 'Duration', 'Count'])
const ucumSystem = 'http://unitsofmeasure.org'

function quantityOf(value: JsonObject): Quantity | undefined {
  const amount = typeof value.value === 'number' ? decimalIn(value, 'value', value.value) : null
  if (!amount || value.comparator !== undefined) return undefined
  const ucum = value.system === ucumSystem || value.system === undefined
  const unit = ucum && typeof value.code === 'string' ? value.code : (value.unit ?? value.code)
  return quantity(amount, typeof unit === 'string' ? unit : '1')
}

/** The decimal with the precision it was written in. */
function decimalIn(holder: object | undefined, name: string, value: number): Decimal | null {
  return holder === undefined ? decimalOf(value) : parseDecimal(numberText(holder, name, value))
}

function numberAs(value: number, node: Node): SystemValue | undefined {
  const { type, parent, name, index } = node
  if (type !== 'decimal' && (type !== '' || Number.isInteger(value))) return value
  const owner = isObject(parent?.value) ? parent.value : undefined
  const list = index >= 0 ? owner?.[name] : undefined
  return (Array.isArray(list) ? decimalIn(list, `${index}`, value) : decimalIn(owner, name, value)) ?? undefined
}

function stringAs(value: string, type: string): SystemValue {
  if (type === 'date' || type === 'dateTime' || type === 'instant') {
    const moment = parseTemporal(value)
    if (moment && moment.kind !== 'time') return type === 'date' || moment.kind === 'dateTime' ? moment : { ...moment, kind: 'dateTime' }
  }
  return (type === 'time' ? parseTime(value) : null) ?? value
}

/** The System value a node stands for: FHIR primitives and quantities convert by themselves, other elements have none. */
export function systemOf(node: Node): SystemValue | undefined {
  const { value, type } = node
  if (value === undefined || value === null) return undefined
  if (typeof value === 'string') return isSystem(node) ? value : stringAs(value, type)
  if (typeof value === 'boolean') return value
  if (typeof value === 'number') return isSystem(node) ? value : numberAs(value, node)
  if (isSystem(node)) return value as SystemValue
  return quantityTypes.has(type) && isObject(value) ? quantityOf(value) : undefined
}

/** JSON of a node: exact numbers become JavaScript's, moments their text, quantities value and unit. */
export function toJson(node: Node): Json {
  const { value } = node
  if (value === undefined) return null
  if (!isSystem(node) || typeof value !== 'object') return value as Json
  const system = value as Decimal | Temporal | Quantity
  if (system.kind === 'decimal') return toNumber(system)
  if (system.kind !== 'quantity') return printTemporal(system)
  return { value: toNumber(system.value), unit: system.unit, ...(system.calendar ? {} : { system: ucumSystem, code: ucumCode(system) }) }
}
