/** Mathematics. What has no exact result is computed in double precision. @spec http://hl7.org/fhirpath/N1/#math */
import { ceiling, type Decimal, decimal, decimalOf, divide, floor, negate, rounded, toNumber, truncated } from './decimal.ts'
import { asDecimal } from './equality.ts'
import { typeError } from './error.ts'
import { type FunctionRow, type FunctionRows, plain, valued } from './function-row.ts'
import { type Nodes, none, systemOf } from './node.ts'
import { decimalNodes, operations, systemNodes, wholeNumber } from './operators.ts'
import { type Quantity, quantity } from './quantity.ts'
import { integerOf, type Scope, single } from './run.ts'

function numberOf(nodes: Nodes, at: number): number | Decimal | Quantity | undefined {
  const node = single(nodes, at)
  const value = node && systemOf(node)
  if (value === undefined || typeof value === 'number') return value
  if (typeof value === 'object' && (value.kind === 'decimal' || value.kind === 'quantity')) return value
  throw typeError(at, 'ここには数が必要です。', 'A number is needed here.')
}

/** A whole number beside the decimal; quantities keep their unit. */
const toWhole = (change: (value: Decimal) => bigint): FunctionRow =>
  plain((input, at) => {
    const value = numberOf(input, at)
    if (value === undefined) return none
    if (typeof value === 'number') return wholeNumber(value)
    if (value.kind === 'quantity') return systemNodes(quantity(decimal(change(value.value), 0), value.unit, value.calendar))
    return wholeNumber(Number(change(value)))
  })

const absolute = (value: Decimal) => (value.digits < 0n ? negate(value) : value)

const abs = plain((input, at) => {
  const value = numberOf(input, at)
  if (value === undefined) return none
  if (typeof value === 'number') return wholeNumber(Math.abs(value))
  return value.kind === 'quantity' ? systemNodes({ ...value, value: absolute(value.value) }) : decimalNodes(absolute(value))
})

function plainNumber(nodes: Nodes, at: number): number | undefined {
  const value = numberOf(nodes, at)
  if (value === undefined || typeof value === 'number') return value
  return toNumber(value.kind === 'quantity' ? value.value : value)
}

const finite = (value: number): Nodes => (Number.isFinite(value) ? decimalNodes(decimalOf(value)) : none)

const inexact = (compute: (value: number) => number): FunctionRow =>
  plain((input, at) => {
    const value = plainNumber(input, at)
    return value === undefined ? none : finite(compute(value))
  })

function power(input: Nodes, [exponent]: readonly Nodes[], at: number): Nodes {
  const [base, to] = [plainNumber(input, at), plainNumber(exponent!, at)]
  if (base === undefined || to === undefined) return none
  const result = base ** to
  const whole = typeof numberOf(input, at) === 'number' && typeof numberOf(exponent!, at) === 'number'
  return whole && Number.isInteger(result) ? wholeNumber(result) : finite(result)
}

function round(input: Nodes, args: readonly Nodes[], at: number): Nodes {
  const value = numberOf(input, at)
  const places = args[0] ? integerOf(args[0], at) : 0
  if (value === undefined || places === undefined) return none
  if (places < 0) throw typeError(at, '桁数は0以上でなければなりません。', 'The precision must not be negative.')
  if (typeof value === 'object' && value.kind === 'quantity') return systemNodes({ ...value, value: rounded(value.value, places) })
  const number = asDecimal(value)
  return decimalNodes(number && rounded(number, places))
}

function sum(input: Nodes, at: number, scope: Scope): Nodes {
  let total: Nodes = input.slice(0, 1)
  for (let i = 1; i < input.length; i++) total = operations['+'](total, [input[i]!], at, scope.run)
  return total
}

function average(input: Nodes, at: number, scope: Scope): Nodes {
  const total = numberOf(sum(input, at, scope), at)
  const count = decimal(BigInt(input.length), 0)
  if (total === undefined) return none
  if (typeof total === 'number') return decimalNodes(divide(decimalOf(total)!, count))
  if (total.kind === 'decimal') return decimalNodes(divide(total, count))
  const value = divide(total.value, count)
  return value ? systemNodes({ ...total, value }) : none
}

export const numberFunctions: FunctionRows = {
  abs,
  ceiling: toWhole(ceiling),
  floor: toWhole(floor),
  truncate: toWhole(truncated),
  exp: inexact(Math.exp),
  ln: inexact(Math.log),
  sqrt: inexact(Math.sqrt),
  log: valued(1, 1, (input, [base], at) => {
    const [value, b] = [plainNumber(input, at), plainNumber(base!, at)]
    return value === undefined || b === undefined
      ? none
      : finite(b === 2 ? Math.log2(value) : b === 10 ? Math.log10(value) : Math.log(value) / Math.log(b))
  }),
  power: valued(1, 1, power),
  round: valued(0, 1, round),
  sum: plain(sum),
  avg: plain(average),
}
