/** Dates, date-times and times of partial precision. @spec http://hl7.org/fhirpath/N1/#datetime */
import { daysInMonth } from '../dates.ts'

/** How far a moment is written out: year 1, month 2, day 3, hour 4, minute 5, second 6 (its fraction included). A time starts at 4. */
export type Precision = 1 | 2 | 3 | 4 | 5 | 6

export type Temporal = {
  readonly kind: 'date' | 'dateTime' | 'time'
  readonly precision: Precision
  /** Year, month (from 1), day, hour, minute, second; what was not written is at its least. */
  readonly fields: readonly [number, number, number, number, number, number]
  /** Fraction of the second in nanoseconds, and how many digits were written. */
  readonly nanos: number
  readonly fractionDigits: number
  /** Minutes east of UTC; null where none is written. */
  readonly offset: number | null
}

const form = /^(?:(\d{4})(?:-(\d{2})(?:-(\d{2}))?)?)?(T(?:(\d{2})(?::(\d{2})(?::(\d{2})(?:\.(\d{1,20}))?)?)?(Z|[+-]\d{2}:\d{2})?)?)?$/
const minuteMs = 60_000

function offsetOf(zone: string | undefined): number | null | undefined {
  if (zone === undefined) return null
  if (zone === 'Z') return 0
  const minutes = Number(zone.slice(1, 3)) * 60 + Number(zone.slice(4, 6))
  return minutes > 14 * 60 || Number(zone.slice(4, 6)) > 59 ? undefined : zone[0] === '-' ? -minutes : minutes
}

/** Reads `2024-05`, `2024-05-01T10:00+09:00`, `2024T` or `T10:00`; null where that is no moment. */
export function parseTemporal(text: string): Temporal | null {
  const parts = form.exec(text)
  if (!parts || text === '') return null
  const [, year, month, day, time, hour, minute, second, fraction = '', zone] = parts
  const kind = year === undefined ? 'time' : time === undefined ? 'date' : 'dateTime'
  if (kind === 'time' && (hour === undefined || zone !== undefined)) return null
  if (hour !== undefined && kind === 'dateTime' && day === undefined) return null
  if (hour === undefined && zone !== undefined) return null
  const fields = [
    Number(year ?? 1),
    Number(month ?? 1),
    Number(day ?? 1),
    Number(hour ?? 0),
    Number(minute ?? 0),
    Number(second ?? 0),
  ] as const
  const offset = offsetOf(zone)
  if (!isReal(fields) || offset === undefined) return null
  const precision =
    second !== undefined ? 6 : minute !== undefined ? 5 : hour !== undefined ? 4 : day !== undefined ? 3 : month !== undefined ? 2 : 1
  return {
    kind,
    precision,
    fields: [...fields],
    nanos: Number(fraction.slice(0, 9).padEnd(9, '0')),
    fractionDigits: fraction.length,
    offset,
  }
}

function isReal([year, month, day, hour, minute, second]: Temporal['fields']): boolean {
  return month >= 1 && month <= 12 && day >= 1 && day <= daysInMonth(year, month) && hour <= 23 && minute <= 59 && second <= 60
}

/** Reads a time with or without its `T`. */
export const parseTime = (text: string): Temporal | null => parseTemporal(text.startsWith('T') ? text : `T${text}`)

const two = (value: number) => String(value).padStart(2, '0')

function printZone(offset: number | null): string {
  if (offset === null) return ''
  if (offset === 0) return 'Z'
  const minutes = Math.abs(offset)
  return `${offset < 0 ? '-' : '+'}${two(Math.trunc(minutes / 60))}:${two(minutes % 60)}`
}

/** As FHIR writes it; a partial date-time without a time is written like a date. */
export function printTemporal(moment: Temporal): string {
  const [year, month, day, hour, minute, second] = moment.fields
  const { precision, kind } = moment
  const date = String(year).padStart(4, '0') + (precision > 1 ? `-${two(month)}` : '') + (precision > 2 ? `-${two(day)}` : '')
  const fraction = moment.fractionDigits > 0 ? `.${String(moment.nanos).padStart(9, '0').slice(0, moment.fractionDigits)}` : ''
  const time = two(hour) + (precision > 4 ? `:${two(minute)}` : '') + (precision > 5 ? `:${two(second)}${fraction}` : '')
  if (kind === 'time') return time
  return kind === 'date' || precision < 4 ? date : `${date}T${time}${printZone(moment.offset)}`
}

function shifted(moment: Temporal, minutes: number): Temporal {
  const [year, month, day, hour, minute, second] = moment.fields
  const at = new Date(new Date(0).setUTCFullYear(year, month - 1, day) + (hour * 60 + minute + minutes) * minuteMs)
  return { ...moment, fields: [at.getUTCFullYear(), at.getUTCMonth() + 1, at.getUTCDate(), at.getUTCHours(), at.getUTCMinutes(), second] }
}

/** The moment in UTC where it has a time; the zone of the evaluation counts where none is written. */
function inUtc(moment: Temporal, zone: number): Temporal {
  const offset = moment.offset ?? zone
  return offset === 0 ? moment : shifted(moment, -offset)
}

/** A smaller, equal or larger; undefined where the precision of one does not say; null where a time meets a date. */
export function compareTemporals(a: Temporal, b: Temporal, zone: number): number | undefined | null {
  if ((a.kind === 'time') !== (b.kind === 'time')) return null
  const timed = a.precision > 3 && b.precision > 3 && a.kind !== 'time' && a.offset !== b.offset
  const x = timed ? inUtc(a, zone) : a
  const y = timed ? inUtc(b, zone) : b
  const shared = Math.min(x.precision, y.precision)
  for (let i = 0; i < shared; i++) {
    const difference = x.fields[i]! - y.fields[i]!
    if (difference !== 0) return difference
  }
  if (x.precision !== y.precision) return undefined
  return x.nanos - y.nanos
}

/** As a date-time: what a Date becomes where a DateTime is asked. */
export const asDateTime = (moment: Temporal): Temporal => (moment.kind === 'date' ? { ...moment, kind: 'dateTime' } : moment)

export function asDate(moment: Temporal): Temporal {
  if (moment.kind === 'date') return moment
  return { ...moment, kind: 'date', precision: Math.min(moment.precision, 3) as Precision, nanos: 0, fractionDigits: 0, offset: null }
}

const unitLevel: Record<string, number> = { year: 1, month: 2, week: 3, day: 3, hour: 4, minute: 5, second: 6, millisecond: 6 }
const unitMs: Record<string, number> = {
  week: 604_800_000,
  day: 86_400_000,
  hour: 3_600_000,
  minute: minuteMs,
  second: 1000,
  millisecond: 1,
}
/** What one unit of a level is worth in the level below, for amounts finer than the moment is written. */
const perCoarser: Record<number, number> = { 2: 12, 3: 30, 4: 24, 5: 60, 6: 60 }

function plusMonths(moment: Temporal, months: number): Temporal | null {
  const [year, month, day, ...time] = moment.fields
  const total = year * 12 + (month - 1) + months
  const [y, m] = [Math.floor(total / 12), (((total % 12) + 12) % 12) + 1]
  if (y < 1 || y > 9999) return null
  return { ...moment, fields: [y, m, Math.min(day, daysInMonth(y, m)), ...time] }
}

function plusMs(moment: Temporal, ms: number): Temporal | null {
  const [year, month, day, hour, minute, second] = moment.fields
  const nanos = moment.nanos % 1_000_000
  const midnight = new Date(0).setUTCFullYear(year, month - 1, day)
  const total = midnight + ((hour * 60 + minute) * 60 + second) * 1000 + (moment.nanos - nanos) / 1_000_000 + ms
  const at = new Date(moment.kind === 'time' ? midnight + ((((total - midnight) % 86_400_000) + 86_400_000) % 86_400_000) : total)
  if (!(at.getUTCFullYear() >= 1 && at.getUTCFullYear() <= 9999)) return null
  const milliseconds = at.getUTCMilliseconds()
  return {
    ...moment,
    fields: [at.getUTCFullYear(), at.getUTCMonth() + 1, at.getUTCDate(), at.getUTCHours(), at.getUTCMinutes(), at.getUTCSeconds()],
    nanos: milliseconds * 1_000_000 + nanos,
    fractionDigits: milliseconds > 0 || moment.fractionDigits > 0 ? Math.max(moment.fractionDigits, 3) : 0,
  }
}

/**
 * The moment moved by a calendar amount. Amounts finer than the moment is written are first read in its own precision and cut
 * (`@2024 + 13 months` is `@2025`); the last day of a month stays the last where the day does not exist. Null: outside years 1 to 9999.
 */
export function plus(moment: Temporal, amount: number, unit: string): Temporal | null {
  let level = unitLevel[unit]!
  let value = level < 6 ? Math.trunc(amount) : amount
  if (level > moment.precision) {
    value = (value * (unit === 'week' ? 7 : 1)) / (unit === 'millisecond' ? 1000 : 1)
    // days are counted by the year of 365 where only the year is written
    if (level >= 3 && moment.precision === 1) {
      for (; level > 3; level--) value = Math.trunc(value / perCoarser[level]!)
      return plusMonths(moment, Math.trunc(value / 365) * 12)
    }
    for (; level > moment.precision; level--) value = Math.trunc(value / perCoarser[level]!)
    unit = ['year', 'month', 'day', 'hour', 'minute', 'second'][level - 1]!
  }
  if (moment.kind === 'time' && unitLevel[unit]! < 4) return null
  if (unit === 'year') return plusMonths(moment, value * 12)
  return unit === 'month' ? plusMonths(moment, value) : plusMs(moment, Math.trunc(value * unitMs[unit]!))
}
