import type { Reading } from './messages.ts'

/** A calendar date: month and day are absent where the source is less precise ('2026', '2026-11'). */
interface CalendarDate {
  year: number
  month?: number
  day?: number
}

const WEEKDAY = { ja: ['日', '月', '火', '水', '木', '金', '土'], en: ['Sun', 'Mon', 'Tue', 'Wed', 'Thu', 'Fri', 'Sat'] }
const MONTH = ['Jan', 'Feb', 'Mar', 'Apr', 'May', 'Jun', 'Jul', 'Aug', 'Sep', 'Oct', 'Nov', 'Dec']

/** First day of each era, newest first. Before 明治6年 Japan counted by another calendar, so older dates have no wareki here. */
const ERAS = [
  { name: '令和', from: '2019-05-01' },
  { name: '平成', from: '1989-01-08' },
  { name: '昭和', from: '1926-12-25' },
  { name: '大正', from: '1912-07-30' },
  { name: '明治', from: '1873-01-01', firstYear: 1868 },
]

const DATE = /^(\d{4})(?:-(\d{2})(?:-(\d{2}))?)?$/
const LOCAL_TIME = /^\d{4}-\d{2}-\d{2}T\d{2}:\d{2}(?::\d{2}(?:\.\d+)?)?$/

const inTokyo = new Intl.DateTimeFormat('sv-SE', { timeZone: 'Asia/Tokyo', dateStyle: 'short', timeStyle: 'short' })

/** An instant without a zone is read as Japan's time: that is what a Japanese system that leaves it out means. */
function toInstant(value: Date | string): Date | null {
  const instant = typeof value === 'string' ? new Date(LOCAL_TIME.test(value) ? `${value}+09:00` : value) : value
  return Number.isNaN(instant.getTime()) ? null : instant
}

/** 'YYYY-MM-DD HH:MM' in Asia/Tokyo. */
function tokyo(value: Date | string): { date: string; time: string } | null {
  const instant = toInstant(value)
  if (!instant) return null
  const [date = '', time = ''] = inTokyo.format(instant).split(' ')
  return { date, time }
}

function isoDateOf(value: Date | string): string | null {
  if (typeof value === 'string' && DATE.test(value)) return value
  return tokyo(value)?.date ?? null
}

function parseDate(value: Date | string): CalendarDate | null {
  const [, year, month, day] = DATE.exec(isoDateOf(value) ?? '') ?? []
  if (!year) return null
  const date: CalendarDate = { year: Number(year) }
  if (month) date.month = Number(month)
  if (day) date.day = Number(day)
  return date
}

function weekday(date: CalendarDate): number {
  return new Date(Date.UTC(date.year, (date.month ?? 1) - 1, date.day ?? 1)).getUTCDay()
}

/** '2026年11月22日（日）' or 'Sun 22 Nov 2026', in Japan's calendar; a date known only to the month or year stays so, text that is no date is shown as it came. */
export function formatDate(value: Date | string, lang: Reading): string {
  const date = parseDate(value)
  if (!date) return String(value)
  const { year, month, day } = date
  const english = lang === 'en'
  if (!month) return english ? `${year}` : `${year}年`
  if (!day) return english ? `${MONTH[month - 1]} ${year}` : `${year}年${month}月`
  const name = WEEKDAY[english ? 'en' : 'ja'][weekday(date)]
  return english ? `${name} ${day} ${MONTH[month - 1]} ${year}` : `${year}年${month}月${day}日（${name}）`
}

/** '2026年11月22日' or '22 Nov 2026': for axes and narrow places, where the weekday says nothing. */
export function formatPlainDate(value: Date | string, lang: Reading): string {
  return formatDate(value, lang)
    .replace(/（.）$/, '')
    .replace(/^[A-Z][a-z]{2} (?=\d)/, '')
}

/** '11月20日' or '20 Nov': for lists whose year is already said. */
export function formatShortDate(value: Date | string, lang: Reading): string {
  const date = parseDate(value)
  if (!date?.month || !date.day) return formatDate(value, lang)
  return lang === 'en' ? `${date.day} ${MONTH[date.month - 1]}` : `${date.month}月${date.day}日`
}

/** '14:03' in Asia/Tokyo; empty for a bare date, which has no time. */
export function formatTime(value: Date | string): string {
  if (typeof value === 'string' && DATE.test(value)) return ''
  return tokyo(value)?.time ?? ''
}

/** '2026年11月20日（金）14:03' or 'Fri 20 Nov 2026, 14:03', in Asia/Tokyo. */
export function formatDateTime(value: Date | string, lang: Reading): string {
  const time = formatTime(value)
  if (!time) return formatDate(value, lang)
  return `${formatDate(value, lang)}${lang === 'en' ? ', ' : ''}${time}`
}

/** Machine-readable form for the `datetime` attribute of `<time>`. */
export function isoForMachines(value: Date | string): string {
  if (typeof value === 'string' && DATE.test(value)) return value
  return toInstant(value)?.toISOString() ?? ''
}

/** '令和8年', or '令和8年11月22日' where the day is known and asked for; null before the modern calendar. */
export function wareki(value: Date | string, precision: 'year' | 'day' = 'year'): string | null {
  const iso = isoDateOf(value)
  const date = parseDate(value)
  if (!iso || !date) return null
  // A year alone takes the era its last day belongs to: 2019 is 令和元年 on forms that ask for a year only.
  const era = ERAS.find(({ from }) => iso.padEnd(10, '-99-99'.slice(iso.length - 4)) >= from)
  if (!era) return null
  const count = date.year - (era.firstYear ?? Number(era.from.slice(0, 4))) + 1
  const year = `${era.name}${count === 1 ? '元' : count}年`
  return precision === 'day' && date.month && date.day ? `${year}${date.month}月${date.day}日` : year
}
