/** How far a value of limited precision may lie. @spec http://hl7.org/fhirpath/#lowboundaryprecision-integer-decimal--date--datetime--time */
import { daysInMonth } from '../dates.ts'
import { decimal, type Decimal, widened } from './decimal.ts'
import { asDecimal } from './equality.ts'
import { type FunctionRows, plain, valued } from './function-row.ts'
import { integer, type Nodes, none, type SystemValue, systemOf } from './node.ts'
import { systemNodes } from './operators.ts'
import { integerOf, single } from './run.ts'
import type { Precision, Temporal } from './temporal.ts'

type End = 'low' | 'high'
const defaultScale = 8
const maxScale = 28

function decimalBoundary(value: Decimal, places: number, end: End): Decimal | null {
  if (places < 0 || places > maxScale) return null
  const half = widened(decimal(5n, value.scale + 1), Math.max(places, value.scale + 1))
  const wide = widened(value, half.scale)
  const moved = wide.digits + (end === 'low' ? -half.digits : half.digits)
  const cut = 10n ** BigInt(half.scale - Math.min(places, half.scale))
  const down = moved < 0n && moved % cut !== 0n ? moved / cut - 1n : moved / cut
  // a shorter precision widens outwards, so that the boundary never lies inside
  const digits = end === 'low' || moved % cut === 0n ? down : down + 1n
  return decimal(digits, Math.min(places, half.scale))
}

/** Digits of `YYYYMMDDhhmmssfff` that make each precision. */
const levels: Record<number, Precision> = { 4: 1, 6: 2, 8: 3, 10: 4, 12: 5, 14: 6, 17: 6 }
const timeLevels: Record<number, Precision> = { 2: 4, 4: 5, 6: 6, 9: 6 }
const most = [9999, 12, 31, 23, 59, 59]
const earliestZone = 14 * 60
const latestZone = -12 * 60

function momentBoundary(value: Temporal, digits: number | undefined, end: End): Temporal | null {
  const wanted = digits ?? (value.kind === 'date' ? 8 : value.kind === 'time' ? 9 : 17)
  const precision = (value.kind === 'time' ? timeLevels : levels)[wanted]
  if (precision === undefined || (value.kind === 'date' && precision > 3)) return null
  const fields = [...value.fields] as [number, number, number, number, number, number]
  for (let i: number = value.precision; i < 6; i++) fields[i] = end === 'low' ? (i < 3 ? 1 : 0) : most[i]!
  if (end === 'high' && value.precision < 3) fields[2] = daysInMonth(fields[0], fields[1])
  const written = value.fractionDigits
  const rest = end === 'high' ? 10 ** (9 - written) - 1 : 0
  const nanos = wanted === 17 || wanted === 9 ? Math.trunc((value.nanos + rest) / 1_000_000) * 1_000_000 : 0
  const zoned = value.kind === 'dateTime' && precision > 3
  return {
    ...value,
    fields,
    precision,
    nanos,
    fractionDigits: wanted === 17 || wanted === 9 ? 3 : 0,
    offset: zoned ? (value.offset ?? (end === 'low' ? earliestZone : latestZone)) : null,
  }
}

function boundary(value: SystemValue, places: number | undefined, end: End): SystemValue | null {
  if (typeof value === 'object' && (value.kind === 'date' || value.kind === 'dateTime' || value.kind === 'time'))
    return momentBoundary(value, places, end)
  if (typeof value === 'object' && value.kind === 'quantity') {
    const amount = decimalBoundary(value.value, places ?? defaultScale, end)
    return amount && { ...value, value: amount }
  }
  const number = asDecimal(value)
  return number && decimalBoundary(number, places ?? defaultScale, end)
}

const boundaryOf = (end: End) =>
  valued(0, 1, (input: Nodes, args, at) => {
    const node = single(input, at)
    const value = node && systemOf(node)
    return value === undefined ? none : systemNodes(boundary(value, args[0] && integerOf(args[0], at), end))
  })

const momentDigits: Record<number, number> = { 1: 4, 2: 6, 3: 8, 4: 10, 5: 12, 6: 14 }

/** One part of a moment; empty where it is not written. */
const part = (level: Precision, read: (moment: Temporal) => number) =>
  plain((input, at) => {
    const node = single(input, at)
    const value = node && systemOf(node)
    if (value === undefined || typeof value !== 'object' || value.kind === 'quantity' || value.kind === 'decimal') return none
    return value.precision >= level && (value.kind !== 'time' || level > 3) ? integer(read(value)) : none
  })

export const boundaryFunctions: FunctionRows = {
  yearOf: part(1, (moment) => moment.fields[0]),
  monthOf: part(2, (moment) => moment.fields[1]),
  dayOf: part(3, (moment) => moment.fields[2]),
  hourOf: part(4, (moment) => moment.fields[3]),
  minuteOf: part(5, (moment) => moment.fields[4]),
  secondOf: part(6, (moment) => moment.fields[5]),
  millisecondOf: part(6, (moment) => Math.trunc(moment.nanos / 1_000_000)),
  lowBoundary: boundaryOf('low'),
  highBoundary: boundaryOf('high'),
  precision: plain((input, at) => {
    const node = single(input, at)
    const value = node && systemOf(node)
    if (value === undefined) return none
    const number = asDecimal(value)
    if (number) return integer(number.scale)
    if (typeof value !== 'object' || value.kind === 'quantity' || value.kind === 'decimal') return none
    const digits = momentDigits[value.precision]! + (value.fractionDigits > 0 ? 3 : 0)
    return integer(value.kind === 'time' ? digits - 8 : digits)
  }),
}
