/** Dates in Japan as `YYYY-MM-DD` texts and instants with `+09:00`; arithmetic only, never the machine's clock. */
const dayMs = 86_400_000

const utc = (date: string): number => Date.UTC(Number(date.slice(0, 4)), Number(date.slice(5, 7)) - 1, Number(date.slice(8, 10)))

const dateOf = (ms: number): string => new Date(ms).toISOString().slice(0, 10)

/** The date `days` later (earlier if negative). */
export const addDays = (date: string, days: number): string => dateOf(utc(date) + days * dayMs)

/** The same day of the month `months` later; 31st in a short month rolls into the next. */
export function addMonths(date: string, months: number): string {
  return dateOf(Date.UTC(Number(date.slice(0, 4)), Number(date.slice(5, 7)) - 1 + months, Number(date.slice(8, 10))))
}

export const addYears = (date: string, years: number): string => addMonths(date, years * 12)

/** The later of two dates. */
export const later = (a: string, b: string): string => [a, b].sort()[1]!

/** Whole days from `from` to `to`. */
export const daysBetween = (from: string, to: string): number => Math.round((utc(to) - utc(from)) / dayMs)

/** Completed years on a date: the birthday itself counts (the demo does not follow the day-before rule of the age counting act). */
export function ageOn(birthDate: string, date: string): number {
  const years = Number(date.slice(0, 4)) - Number(birthDate.slice(0, 4))
  return date.slice(5) >= birthDate.slice(5) ? years : years - 1
}

/** 0 Sunday to 6 Saturday. */
export const weekday = (date: string): number => new Date(utc(date)).getUTCDay()

/** This date, or the following Monday where it falls on a Sunday: clinics are closed. */
export const openDay = (date: string): string => (weekday(date) === 0 ? addDays(date, 1) : date)

const two = (n: number): string => String(n).padStart(2, '0')

/** An instant in Japan with milliseconds, e.g. `2025-02-07T13:28:17.239+09:00`. `second` counts from midnight. */
export function instant(date: string, second: number, ms: number): string {
  const s = Math.max(0, Math.min(86_399, Math.floor(second)))
  return `${date}T${two(Math.floor(s / 3600))}:${two(Math.floor(s / 60) % 60)}:${two(s % 60)}.${String(ms).padStart(3, '0')}+09:00`
}
