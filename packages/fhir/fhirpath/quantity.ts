/** Quantities: a decimal with a UCUM code or a calendar unit. @spec http://hl7.org/fhirpath/N1/#quantity */
import {
  add,
  compareDecimals,
  decimal,
  type Decimal,
  divide,
  multiply,
  negate,
  normal,
  parseDecimal,
  printDecimal,
  ratio,
  rounded,
} from './decimal.ts'
import { productCode, type Unit, unitOf } from './unit.ts'

/** `calendar` is true for `year` .. `millisecond` (a year of the calendar, not 365.25 days); `unit` is then the singular word. */
export type Quantity = { readonly kind: 'quantity'; readonly value: Decimal; readonly unit: string; readonly calendar: boolean }

const words = ['year', 'month', 'week', 'day', 'hour', 'minute', 'second', 'millisecond']
const calendarWords = new Map(
  words.flatMap((word) => [
    [word, word],
    [`${word}s`, word],
  ]),
)
const ucumOfWord: Record<string, string> = {
  year: 'a',
  month: 'mo',
  week: 'wk',
  day: 'd',
  hour: 'h',
  minute: 'min',
  second: 's',
  millisecond: 'ms',
}
const wordOfUcum = new Map(Object.entries(ucumOfWord).map(([word, code]) => [code, word]))

/** Singular of `years`, `day`, ...; undefined for other words. */
export const calendarUnit = (word: string): string | undefined => calendarWords.get(word)
export const quantity = (value: Decimal, unit: string, calendar = false): Quantity => ({ kind: 'quantity', value, unit, calendar })
export const ucumCode = (q: Quantity): string => (q.calendar ? ucumOfWord[q.unit]! : q.unit)

/** The unit to move a date by: a calendar word, or a UCUM code that means the same. Null for the rest: `1 'a'` is no calendar year. */
export function dateUnit(q: Quantity): string | null {
  if (q.calendar) return q.unit
  return q.unit === 'a' || q.unit === 'mo' ? null : (wordOfUcum.get(q.unit) ?? null)
}

const form = /^([+-]?\d+(?:\.\d+)?)\s*(?:'([^']+)'|([a-z]+))?$/

/** Reads `4.5 'mg'`, `3 days` or `7` (a number alone has the unit `1`); null for anything else. */
export function parseQuantity(text: string): Quantity | null {
  const parts = form.exec(text.trim())
  const value = parts && parseDecimal(parts[1]!)
  if (!value) return null
  if (parts[3] === undefined) return quantity(value, parts[2] ?? '1')
  const word = calendarUnit(parts[3])
  return word === undefined ? null : quantity(value, word, true)
}

export function printQuantity(q: Quantity): string {
  const value = printDecimal(q.value)
  return q.calendar ? `${value} ${q.unit}${value === '1' ? '' : 's'}` : `${value} '${q.unit}'`
}

type Base = { numerator: bigint; denominator: bigint; dimension: string }

/** The amount in base units, exactly. */
function inBase(value: Decimal, unit: Unit): Base {
  const { digits, scale } = value
  const ten = 10n ** BigInt(scale)
  if (unit.offset === undefined)
    return { numerator: digits * unit.numerator, denominator: ten * unit.denominator, dimension: unit.dimension }
  const moved = digits * 100n + unit.offset * ten
  return { numerator: moved * unit.numerator, denominator: ten * 100n * unit.denominator, dimension: unit.dimension }
}

const milliseconds: Record<string, bigint> = {
  year: 365n * 86_400_000n,
  month: 30n * 86_400_000n,
  week: 604_800_000n,
  day: 86_400_000n,
  hour: 3_600_000n,
  minute: 60_000n,
  second: 1000n,
  millisecond: 1n,
}
const isMonths = (q: Quantity) => q.calendar && (q.unit === 'year' || q.unit === 'month')

/** Years and months are exact among themselves; beside shorter units a year has 365 days and a month 30. */
function calendarBase(q: Quantity, inMonths: boolean): Base {
  const factor = inMonths ? (q.unit === 'year' ? 12n : 1n) : milliseconds[q.unit]!
  return { numerator: q.value.digits * factor, denominator: 10n ** BigInt(q.value.scale), dimension: 'calendar' }
}

/** Both amounts in one measure; null where they do not share one. Calendar years and months are not UCUM time unless `loosely`. */
function bases(a: Quantity, b: Quantity, loosely: boolean): [Base, Base] | null {
  if (a.calendar && b.calendar) {
    const inMonths = isMonths(a) && isMonths(b)
    return [calendarBase(a, inMonths), calendarBase(b, inMonths)]
  }
  if (!loosely && (mixesYears(a, b) || mixesYears(b, a))) return null
  const [u, v] = [unitOf(ucumCode(a)), unitOf(ucumCode(b))]
  if (!u || !v || u.dimension !== v.dimension) return null
  return [inBase(a.value, u), inBase(b.value, v)]
}

const mixesYears = (a: Quantity, b: Quantity) => !b.calendar && (isMonths(a) || (a.calendar && (b.unit === 'a' || b.unit === 'mo')))

/** A smaller, equal or larger; undefined where the units cannot be compared. */
export function compareQuantities(a: Quantity, b: Quantity): number | undefined {
  if (a.unit === b.unit && a.calendar === b.calendar) return compareDecimals(a.value, b.value)
  const both = bases(a, b, false)
  if (!both) return undefined
  const difference = both[0].numerator * both[1].denominator - both[1].numerator * both[0].denominator
  return difference < 0n ? -1 : difference > 0n ? 1 : 0
}

/** Equivalent: values rounded to the less precise one, calendar time and UCUM time alike. */
export function equivalentQuantities(a: Quantity, b: Quantity): boolean {
  const scale = Math.min(a.value.scale, b.value.scale)
  if (a.unit === b.unit) return compareDecimals(rounded(a.value, scale), rounded(b.value, scale)) === 0
  const converted = convertQuantity(b, ucumCode(a), true)
  if (!converted) return false
  const shared = Math.min(normal(a.value).scale, normal(converted.value).scale)
  return compareDecimals(rounded(a.value, shared), rounded(converted.value, shared)) === 0
}

/** The quantity in another UCUM unit; null where the units measure different things. */
export function convertQuantity(q: Quantity, code: string, loosely = false): Quantity | null {
  if (isMonths(q) && !loosely) return null
  const [from, to] = [unitOf(ucumCode(q)), unitOf(code)]
  if (!from || !to || from.dimension !== to.dimension) return null
  const base = inBase(q.value, from)
  let [numerator, denominator] = [base.numerator * to.denominator, base.denominator * to.numerator]
  if (to.offset !== undefined) [numerator, denominator] = [numerator * 100n - to.offset * denominator, denominator * 100n]
  const value = ratio(numerator, denominator)
  return value && quantity(value, code)
}

/** A calendar quantity in another calendar unit. */
export function convertCalendar(q: Quantity, word: string): Quantity | null {
  const one = quantity(decimal(1n, 0), word, true)
  const inMonths = isMonths(q) && isMonths(one)
  const [x, y] = [calendarBase(q, inMonths), calendarBase(one, inMonths)]
  const value = ratio(x.numerator * y.denominator, x.denominator * y.numerator)
  return value && quantity(value, word, true)
}

/** The sum in the finer of both units; null where the units do not fit. */
export function addQuantities(a: Quantity, b: Quantity, sign: 1 | -1): Quantity | null {
  const second = sign === 1 ? b : { ...b, value: negate(b.value) }
  if (a.unit === b.unit && a.calendar === b.calendar) return withValue(a, add(a.value, second.value))
  const finer = compareQuantities({ ...a, value: decimal(1n, 0) }, { ...b, value: decimal(1n, 0) })
  if (finer === undefined) return null
  const target = finer < 0 ? a : second
  const other = finer < 0 ? second : a
  const moved = target.calendar && other.calendar ? convertCalendar(other, target.unit) : convertQuantity(other, ucumCode(target))
  return moved && withValue(target, add(target.value, moved.value))
}

const withValue = (q: Quantity, value: Decimal | null): Quantity | null => value && { ...q, value }

/** Product or quotient with its unit (`6 'm' / 2 's'` in `m/s`); different units of one kind are made one first. Calendar units have no product. */
export function multiplyQuantities(a: Quantity, b: Quantity, operator: '*' | '/'): Quantity | null {
  if (a.calendar || b.calendar) {
    const plain = b.unit === '1' ? a : operator === '*' && a.unit === '1' ? b : null
    const value = operator === '*' ? multiply(a.value, b.value) : divide(a.value, b.value)
    return plain && withValue(plain, value)
  }
  const same = a.unit === b.unit ? null : convertQuantity(b, a.unit)
  const right = same ?? b
  const value = operator === '*' ? multiply(a.value, right.value) : divide(a.value, right.value)
  const unit = productCode(a.unit, right.unit, operator)
  return value && unit !== null ? quantity(value, unit) : null
}
