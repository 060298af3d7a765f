/** `=` and `~`. Undefined stands for "not known". @spec http://hl7.org/fhirpath/N1/#equality */
import type { Json } from '../model.ts'
import { compareDecimals, type Decimal, decimalOf, normal, printDecimal, rounded } from './decimal.ts'
import { allChildren, isObject, isSystem, type Node, type Nodes, type SystemValue, systemOf } from './node.ts'
import { compareQuantities, equivalentQuantities, quantity } from './quantity.ts'
import { type Run, spend } from './run.ts'
import { compareTemporals, parseTemporal, type Temporal } from './temporal.ts'

export const asDecimal = (value: SystemValue): Decimal | null =>
  typeof value === 'number' ? decimalOf(value) : typeof value === 'object' && value.kind === 'decimal' ? value : null

const isTemporal = (value: SystemValue): value is Temporal =>
  typeof value === 'object' && (value.kind === 'date' || value.kind === 'dateTime' || value.kind === 'time')

/** A number beside a quantity is a quantity of unit 1; a text beside a moment is read as one. */
export function together(a: SystemValue, b: SystemValue): [SystemValue, SystemValue] {
  if (typeof a === 'object' && a.kind === 'quantity') {
    const number = asDecimal(b)
    return number ? [a, quantity(number, '1')] : [a, b]
  }
  if (typeof b === 'object' && b.kind === 'quantity') return together(b, a).reverse() as [SystemValue, SystemValue]
  return [a, b]
}

function equalSystem(first: SystemValue, second: SystemValue, zone: number): boolean | undefined {
  const [a, b] = together(first, second)
  if (typeof a !== 'object' && typeof b !== 'object') return a === b
  if (isTemporal(a) || isTemporal(b)) {
    if (!isTemporal(a) || !isTemporal(b)) return false
    const order = compareTemporals(a, b, zone)
    return order === null ? false : order === undefined ? undefined : order === 0
  }
  if (typeof a === 'object' && a.kind === 'quantity') {
    if (typeof b !== 'object' || b.kind !== 'quantity') return false
    const order = compareQuantities(a, b)
    return order === undefined ? undefined : order === 0
  }
  const [x, y] = [asDecimal(a), asDecimal(b)]
  return x !== null && y !== null && compareDecimals(x, y) === 0
}

/** Same JSON whatever the order of properties. */
function equalJson(a: Json | undefined, b: Json | undefined, run: Run): boolean {
  spend(run, 1)
  if (a === b) return true
  if (Array.isArray(a)) return Array.isArray(b) && a.length === b.length && a.every((one, i) => equalJson(one, b[i], run))
  if (!isObject(a) || !isObject(b)) return false
  const names = Object.keys(a)
  return names.length === Object.keys(b).length && names.every((name) => Object.hasOwn(b, name) && equalJson(a[name], b[name], run))
}

function equalNodes(a: Node, b: Node, run: Run): boolean | undefined {
  spend(run, 1)
  if (typeof a.value === 'string' && typeof b.value === 'string' && a.type === b.type && !temporalTypes.has(a.type))
    return a.value === b.value
  const [x, y] = [systemOf(a), systemOf(b)]
  if (x !== undefined && y !== undefined) return equalSystem(x, y, run.zone)
  if (x !== undefined || y !== undefined) return isSystem(a) || isSystem(b) ? false : equalJson(a.value as Json, b.value as Json, run)
  return equalJson(a.value as Json, b.value as Json, run) && (a.value !== undefined || equalJson(a.extra, b.extra, run))
}

const temporalTypes = new Set(['date', 'dateTime', 'instant', 'time'])

/** Item by item in order; undefined where a side is empty or a precision does not say. */
export function equal(a: Nodes, b: Nodes, run: Run): boolean | undefined {
  if (a.length === 0 || b.length === 0) return undefined
  if (a.length !== b.length) return false
  let known: boolean | undefined = true
  for (let i = 0; i < a.length; i++) {
    const same = equalNodes(a[i]!, b[i]!, run)
    if (same === false) return false
    if (same === undefined) known = undefined
  }
  return known
}

/** Equal for sure: what set functions, `in` and `contains` ask. */
export const same = (a: Node, b: Node, run: Run): boolean => equalNodes(a, b, run) === true

/** JSON with sorted names: the same text for the same content. */
function sorted(value: Json | undefined): string {
  if (Array.isArray(value)) return `[${value.map(sorted).join()}]`
  if (!isObject(value)) return JSON.stringify(value ?? null)
  const names = Object.keys(value).sort()
  return `{${names.map((name) => `${JSON.stringify(name)}:${sorted(value[name])}`).join()}}`
}

/** A text two nodes share exactly when they are equal; null where only a comparison can tell (moments, quantities). */
function keyOf(node: Node, run: Run): string | null {
  const { value, type } = node
  if (typeof value === 'string') return temporalTypes.has(type) ? null : `s${value}`
  if (typeof value === 'boolean') return `b${value}`
  if (Number.isSafeInteger(value)) return `n${value as number}`
  const number =
    typeof value === 'number' ? decimalOf(value) : isSystem(node) && (value as Decimal).kind === 'decimal' ? (value as Decimal) : null
  if (number) return `n${printDecimal(normal(number))}`
  if (!isObject(value) || systemOf(node) !== undefined) return null
  const key = sorted(value)
  spend(run, key.length >> 4)
  return key
}

/** Says of each item whether an equal one has not come before. */
export function firstOfEquals(run: Run): (node: Node) => boolean {
  const keys = new Set<string>()
  const others: Node[] = []
  return (node) => {
    // remembering costs more than visiting
    spend(run, 3)
    const key = keyOf(node, run)
    // a moment or quantity never equals what has a key
    if (key === null ? others.some((one) => same(one, node, run)) : keys.has(key)) return false
    if (key === null) others.push(node)
    else keys.add(key)
    return true
  }
}

/** The items without repetitions, first ones kept. */
export const distinct = (nodes: Nodes, run: Run): Nodes => (nodes.length < 2 ? nodes : nodes.filter(firstOfEquals(run)))

/** Is the item among these? Many questions about the same items go over a set of keys. */
export function membership(nodes: Nodes, run: Run): (node: Node) => boolean {
  if (nodes.length < 8) return (node) => nodes.some((one) => same(one, node, run))
  const keys = new Set<string>()
  const others: Node[] = []
  for (const node of nodes) {
    const key = keyOf(node, run)
    if (key === null) others.push(node)
    else keys.add(key)
  }
  spend(run, nodes.length)
  return (node) => {
    const key = keyOf(node, run)
    spend(run, 1)
    return (key !== null && keys.has(key)) || (key === null ? nodes : others).some((one) => same(one, node, run))
  }
}

/** Every kind of white space counts as a space, one by one. */
const plain = (value: string) => value.toLowerCase().replace(/\s/g, ' ')

function equivalentSystem(first: SystemValue, second: SystemValue, zone: number): boolean {
  const [a, b] = together(first, second)
  if (typeof a === 'string' || typeof b === 'string') return typeof a === 'string' && typeof b === 'string' && plain(a) === plain(b)
  if (typeof a === 'boolean' || typeof b === 'boolean') return a === b
  if (isTemporal(a) || isTemporal(b)) return isTemporal(a) && isTemporal(b) && compareTemporals(a, b, zone) === 0
  if (typeof a === 'object' && a.kind === 'quantity') return typeof b === 'object' && b.kind === 'quantity' && equivalentQuantities(a, b)
  const [x, y] = [asDecimal(a), asDecimal(b)]
  if (x === null || y === null) return false
  const scale = Math.min(normal(x).scale, normal(y).scale)
  return compareDecimals(rounded(x, scale), rounded(y, scale)) === 0
}

function equivalentNodes(a: Node, b: Node, run: Run): boolean {
  spend(run, 1)
  const [x, y] = [systemOf(a), systemOf(b)]
  if (typeof x === 'string') spend(run, x.length >> 5)
  if (x !== undefined && y !== undefined) return equivalentSystem(x, y, run.zone)
  if (x !== undefined || y !== undefined || isSystem(a) || isSystem(b)) return false
  // ids of elements say nothing about their content
  const [left, right] = [allChildren(a), allChildren(b)].map((children) => children.filter((child) => child.name !== 'id'))
  spend(run, left!.length + right!.length)
  const names = new Set([...left!, ...right!].map((child) => child.name))
  return [...names].every((name) =>
    equivalent(
      left!.filter((child) => child.name === name),
      right!.filter((child) => child.name === name),
      run,
    ),
  )
}

/** Same items in any order; both empty is equivalent. */
export function equivalent(a: Nodes, b: Nodes, run: Run): boolean {
  if (a.length !== b.length) return false
  const open = [...b]
  for (const node of a) {
    const at = open.findIndex((one) => equivalentNodes(node, one, run))
    if (at < 0) return false
    open.splice(at, 1)
  }
  return true
}

/** Text read as a moment, for a comparison with one. */
export const momentOf = (value: SystemValue): SystemValue => (typeof value === 'string' ? (parseTemporal(value) ?? value) : value)
