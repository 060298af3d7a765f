/** Calendar and date-range reading for FHIR dates. Dates without a zone are read in Japan (Asia/Tokyo, +09:00, no summer time). */

const japanOffsetMinutes = 9 * 60
const minuteMs = 60_000
const dayMs = 24 * 60 * minuteMs
const pattern = /^(\d{4})(?:-(\d{2})(?:-(\d{2})(?:T(\d{2}):(\d{2})(?::(\d{2})(?:\.(\d{1,20}))?)?(Z|[+-]\d{2}:\d{2})?)?)?)?$/

/** First and last instant that PostgreSQL's timestamptz and a four-digit ISO year can both carry. */
const earliest = Date.parse('0001-01-01T00:00:00.000Z')
const latest = Date.parse('9999-12-31T23:59:59.999Z')

/** The span a date of any precision covers: `lo` inclusive, `hi` exclusive, both ISO instants in UTC with milliseconds. */
export type DateRange = { lo: string; hi: string }

/** How many days the month has; month 1 to 12. */
export function daysInMonth(year: number, month: number): number {
  if (month === 2) return (year % 4 === 0 && year % 100 !== 0) || year % 400 === 0 ? 29 : 28
  return month === 4 || month === 6 || month === 9 || month === 11 ? 30 : 31
}

function utc(year: number, month: number, day: number): number {
  // Date.UTC reads years 0 to 99 as 1900 to 1999
  return new Date(0).setUTCFullYear(year, month - 1, day)
}

function offsetMinutes(zone: string | undefined): number | null {
  if (zone === undefined) return japanOffsetMinutes
  if (zone === 'Z') return 0
  const hours = Number(zone.slice(1, 3))
  const minutes = Number(zone.slice(4, 6))
  if (minutes > 59 || hours * 60 + minutes > 14 * 60) return null
  return (zone[0] === '-' ? -1 : 1) * (hours * 60 + minutes)
}

const iso = (ms: number) => new Date(Math.min(Math.max(ms, earliest), latest)).toISOString()
const range = (lo: number, hi: number): DateRange => ({ lo: iso(lo), hi: iso(hi) })

function timeRange(midnight: number, parts: RegExpExecArray): DateRange | null {
  const [hour, minute, second] = [Number(parts[4]), Number(parts[5]), Number(parts[6] ?? 0)]
  const offset = offsetMinutes(parts[8])
  if (hour > 23 || minute > 59 || second > 60 || offset === null) return null
  const fraction = parts[7] ?? ''
  const lo = midnight + ((hour * 60 + minute - offset) * 60 + second) * 1000 + Number(fraction.slice(0, 3).padEnd(3, '0'))
  const width = parts[6] === undefined ? minuteMs : 10 ** (3 - Math.min(fraction.length, 3))
  return range(lo, lo + width)
}

/** Dates read of late: one resource says the same date in several places, and those beside it too. */
const lately = new Map<string, DateRange | null>()
const MOST_LATELY = 500

/**
 * The instants that a FHIR date, dateTime, instant or search value covers, `2024-05` being the whole of May in Japan.
 * Null: not a real date. Spans beyond the years 1 to 9999 are cut there.
 */
export function dateRange(value: string): Readonly<DateRange> | null {
  const known = lately.get(value)
  if (known !== undefined) return known
  const read = readRange(value)
  if (lately.size >= MOST_LATELY) lately.clear()
  lately.set(value, read)
  return read
}

function readRange(value: string): DateRange | null {
  const parts = pattern.exec(value)
  if (!parts) return null
  const year = Number(parts[1])
  const month = Number(parts[2] ?? 1)
  const day = Number(parts[3] ?? 1)
  if (year < 1 || month < 1 || month > 12 || day < 1 || day > daysInMonth(year, month)) return null
  const shift = japanOffsetMinutes * minuteMs
  if (parts[2] === undefined) return range(utc(year, 1, 1) - shift, utc(year + 1, 1, 1) - shift)
  if (parts[3] === undefined) return range(utc(year, month, 1) - shift, utc(year, month + 1, 1) - shift)
  const midnight = utc(year, month, day)
  return parts[4] === undefined ? range(midnight - shift, midnight - shift + dayMs) : timeRange(midnight, parts)
}
