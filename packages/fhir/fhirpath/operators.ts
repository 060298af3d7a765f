/** Arithmetic, comparison and logic. @spec http://hl7.org/fhirpath/N1/#operations */
import * as decimals from './decimal.ts'
import type { Decimal } from './decimal.ts'
import { asDecimal, distinct, equal, equivalent, membership, momentOf, together } from './equality.ts'
import { typeError } from './error.ts'
import { made, type Node, type Nodes, no, none, type SystemValue, systemOf, systemType, text, truth, yes } from './node.ts'
import { addQuantities, compareQuantities, dateUnit, multiplyQuantities, type Quantity, quantity } from './quantity.ts'
import { boundedText, condition, type Run, single, spend, textOf } from './run.ts'
import type { BinaryOperator } from './syntax.ts'
import { compareTemporals, plus, type Temporal } from './temporal.ts'

export type Operation = (left: Nodes, right: Nodes, at: number, run: Run) => Nodes

const smallest = -2_147_483_648
const largest = 2_147_483_647

/** An integer of 32 bits; beyond them the result is empty. */
export const wholeNumber = (value: number): Nodes =>
  value >= smallest && value <= largest ? [made(value === 0 ? 0 : value, 'System.Integer')] : none

export const decimalNodes = (value: Decimal | null): Nodes => (value ? [made(value, 'System.Decimal')] : none)
export const systemNodes = (value: SystemValue | null): Nodes => (value === null ? none : [made(value, systemType(value))])

const kindOf = (value: SystemValue) => systemType(value).slice(7)

function mismatch(at: number, operator: string, a: SystemValue, b: SystemValue): never {
  const [x, y] = [kindOf(a), kindOf(b)]
  throw typeError(
    at,
    `${x}と${y}に「${operator}」は使えません。型をそろえてください。`,
    `"${operator}" does not work on ${x} and ${y}. Convert one of them.`,
  )
}

/** Both operands as single System values; undefined where one is empty. @refuses type */
function operands(left: Nodes, right: Nodes, at: number, operator: string): [SystemValue, SystemValue] | undefined {
  const [a, b] = [single(left, at), single(right, at)]
  if (a === undefined || b === undefined) return undefined
  const [x, y] = [systemOf(a), systemOf(b)]
  if (x !== undefined && y !== undefined) return [x, y]
  const without = x === undefined ? a : b
  // a primitive with extensions only has no value: the result is empty
  if (without.value === undefined || typeof without.value !== 'object') return undefined
  throw typeError(
    at,
    `「${operator}」は${without.type || '要素'}の全体には使えません。中の値を指してください。`,
    `"${operator}" does not work on a whole ${without.type || 'element'}. Point to a value in it.`,
  )
}

function incomparable(at: number, a: SystemValue, b: SystemValue): never {
  const [x, y] = [kindOf(a), kindOf(b)]
  throw typeError(at, `${x}と${y}の大小は比べられません。型をそろえてください。`, `${x} and ${y} have no order. Convert one of them.`)
}

const isQuantity = (value: SystemValue): value is Quantity => typeof value === 'object' && value.kind === 'quantity'
const isMoment = (value: SystemValue): value is Temporal =>
  typeof value === 'object' && value.kind !== 'quantity' && value.kind !== 'decimal'

function moved(moment: Temporal, amount: Quantity, sign: 1 | -1, at: number): Nodes {
  const unit = dateUnit(amount)
  if (unit === null) {
    throw typeError(
      at,
      `日時に単位「${amount.unit}」は足せません。year, month, dayなどの暦の単位を使ってください。`,
      `A date cannot move by the unit '${amount.unit}'. Use a calendar unit such as year, month or day.`,
    )
  }
  return systemNodes(plus(moment, sign * decimals.toNumber(amount.value), unit))
}

function sum(operator: '+' | '-'): Operation {
  const sign = operator === '+' ? 1 : -1
  return (left, right, at, run) => {
    const both = operands(left, right, at, operator)
    if (!both) return none
    const [a, b] = both
    if (typeof a === 'number' && typeof b === 'number') return wholeNumber(a + sign * b)
    if (typeof a === 'string' && typeof b === 'string' && operator === '+') return text(boundedText(run, a + b))
    if (isMoment(a) && isQuantity(b)) return moved(a, b, sign, at)
    const [x, y] = together(a, b)
    if (isQuantity(x) && isQuantity(y)) return systemNodes(addQuantities(x, y, sign))
    const [m, n] = [asDecimal(a), asDecimal(b)]
    if (!m || !n) return mismatch(at, operator, a, b)
    return decimalNodes(operator === '+' ? decimals.add(m, n) : decimals.subtract(m, n))
  }
}

function scaled(operator: '*' | '/'): Operation {
  return (left, right, at) => {
    const both = operands(left, right, at, operator)
    if (!both) return none
    const [a, b] = both
    if (typeof a === 'number' && typeof b === 'number' && operator === '*') return wholeNumber(a * b)
    if (isQuantity(a) || isQuantity(b)) {
      const [x, y] = together(a, b)
      if (!isQuantity(x) || !isQuantity(y)) return mismatch(at, operator, a, b)
      return systemNodes(multiplyQuantities(x, y, operator))
    }
    const [m, n] = [asDecimal(a), asDecimal(b)]
    if (!m || !n) return mismatch(at, operator, a, b)
    return decimalNodes(operator === '*' ? decimals.multiply(m, n) : decimals.divide(m, n))
  }
}

function whole(operator: 'div' | 'mod'): Operation {
  return (left, right, at) => {
    const both = operands(left, right, at, operator)
    if (!both) return none
    const [m, n] = [asDecimal(both[0]), asDecimal(both[1])]
    if (!m || !n) return mismatch(at, operator, both[0], both[1])
    if (operator === 'div') {
      const times = decimals.quotient(m, n)
      return times === null ? none : wholeNumber(Number(times))
    }
    if (typeof both[0] === 'number' && typeof both[1] === 'number') return both[1] === 0 ? none : wholeNumber(both[0] % both[1])
    return decimalNodes(decimals.remainder(m, n))
  }
}

/** Smaller, equal or larger; undefined where that is not known. @refuses type */
export function order(a: SystemValue, b: SystemValue, at: number, run: Run): number | undefined {
  if (typeof a === 'number' && typeof b === 'number') return a - b
  if (typeof a === 'string' && typeof b === 'string') return a < b ? -1 : a > b ? 1 : 0
  const [x, y] = together(a, b)
  if (isQuantity(x) && isQuantity(y)) return compareQuantities(x, y)
  const [v, w] = isMoment(x) || isMoment(y) ? [momentOf(x), momentOf(y)] : [x, y]
  if (isMoment(v) && isMoment(w)) {
    const difference = compareTemporals(v, w, run.zone)
    return difference === null ? incomparable(at, a, b) : difference
  }
  const [m, n] = [asDecimal(x), asDecimal(y)]
  return m && n ? decimals.compareDecimals(m, n) : incomparable(at, a, b)
}

function comparison(operator: string, holds: (difference: number) => boolean): Operation {
  return (left, right, at, run) => {
    const [a, b] = [left[0], right[0]]
    // JSON numbers sort as the decimals they print as
    if (left.length === 1 && right.length === 1 && typeof a!.value === 'number' && typeof b!.value === 'number')
      return holds(a!.value - b!.value) ? yes : no
    const both = operands(left, right, at, operator)
    if (!both) return none
    const difference = order(both[0], both[1], at, run)
    return difference === undefined ? none : holds(difference) ? yes : no
  }
}

function and(a: boolean | undefined, b: boolean | undefined): boolean | undefined {
  return a === false || b === false ? false : a === undefined || b === undefined ? undefined : true
}

const not = (value: boolean | undefined) => (value === undefined ? undefined : !value)
const or = (a: boolean | undefined, b: boolean | undefined) => not(and(not(a), not(b)))

const xor: Operation = (left, right, at) => {
  const [a, b] = [condition(left, at), condition(right, at)]
  return a === undefined || b === undefined ? none : truth(a !== b)
}

const concatenation: Operation = (left, right, at, run) => text(boundedText(run, (textOf(left, at) ?? '') + (textOf(right, at) ?? '')))

function within(item: Nodes, among: Nodes, at: number, run: Run): Nodes {
  const node = single(item, at)
  return node === undefined ? none : truth(membership(among, run)(node))
}

export function union(left: Nodes, right: Nodes, run: Run): Nodes {
  spend(run, left.length + right.length)
  if (right.length === 0) return distinct(left, run)
  return left.length === 0 ? distinct(right, run) : distinct([...left, ...right], run)
}

export const operations: Record<Exclude<BinaryOperator, 'and' | 'or' | 'implies'>, Operation> = {
  '+': sum('+'),
  '-': sum('-'),
  '*': scaled('*'),
  '/': scaled('/'),
  div: whole('div'),
  mod: whole('mod'),
  '&': concatenation,
  '|': (left, right, _at, run) => union(left, right, run),
  '<': comparison('<', (d) => d < 0),
  '<=': comparison('<=', (d) => d <= 0),
  '>': comparison('>', (d) => d > 0),
  '>=': comparison('>=', (d) => d >= 0),
  '=': (left, right, _at, run) => truth(equal(left, right, run)),
  '!=': (left, right, _at, run) => truth(not(equal(left, right, run))),
  '~': (left, right, _at, run) => truth(equivalent(left, right, run)),
  '!~': (left, right, _at, run) => truth(!equivalent(left, right, run)),
  in: (left, right, at, run) => within(left, right, at, run),
  contains: (left, right, at, run) => within(right, left, at, run),
  xor,
}

/** `and`, `or` and `implies` look at their right side only where it matters. */
export const lazyOperations: Record<'and' | 'or' | 'implies', { settledBy: boolean; result: boolean; join: typeof and }> = {
  and: { settledBy: false, result: false, join: and },
  or: { settledBy: true, result: true, join: or },
  implies: { settledBy: false, result: true, join: (a, b) => or(not(a), b) },
}

/** `-x` of a number or quantity. */
export function negated(nodes: Nodes, at: number): Nodes {
  const node: Node | undefined = single(nodes, at)
  const value = node && systemOf(node)
  if (value === undefined) return none
  if (typeof value === 'number') return wholeNumber(-value)
  if (typeof value === 'object' && value.kind === 'decimal') return decimalNodes(decimals.negate(value))
  if (isQuantity(value)) return systemNodes(quantity(decimals.negate(value.value), value.unit, value.calendar))
  throw typeError(at, '符号は数にだけ付けられます。', 'Only a number or quantity can carry a sign.')
}
