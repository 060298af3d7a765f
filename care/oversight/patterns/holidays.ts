/** National holidays of Japan, computed. @law 国民の祝日に関する法律（令和2年以後の定め。春分・秋分は前年2月の官報で定まり、ここでは計算による） */
import { addDays } from '#kernel/japan'

const pad = (n: number): string => String(n).padStart(2, '0')
const weekday = (day: string): number => new Date(`${day}T00:00:00Z`).getUTCDay()

const fixed = ['01-01', '02-11', '02-23', '04-29', '05-03', '05-04', '05-05', '08-11', '11-03', '11-23']
/** Month and which Monday of it. */
const mondays: readonly [month: number, nth: number][] = [
  [1, 2],
  [7, 3],
  [9, 3],
  [10, 2],
]

const equinox = (year: number, base: number): number => Math.floor(base + 0.242194 * (year - 1980)) - Math.floor((year - 1980) / 4)

function nthMonday(year: number, month: number, nth: number): string {
  const first = `${year}-${pad(month)}-01`
  return addDays(first, ((8 - weekday(first)) % 7) + (nth - 1) * 7)
}

const years = new Map<number, ReadonlySet<string>>()

function holidaysOf(year: number): ReadonlySet<string> {
  const known = years.get(year)
  if (known) return known
  const named = new Set([
    ...fixed.map((d) => `${year}-${d}`),
    ...mondays.map(([month, nth]) => nthMonday(year, month, nth)),
    `${year}-03-${pad(equinox(year, 20.8431))}`,
    `${year}-09-${pad(equinox(year, 23.2488))}`,
  ])
  const all = new Set(named)
  for (const day of named) {
    // A holiday on a Sunday moves to the next day that is none.
    let next = day
    if (weekday(day) === 0) {
      do next = addDays(next, 1)
      while (named.has(next))
      all.add(next)
    }
    // A day between two holidays is one.
    if (named.has(addDays(day, 2)) && weekday(addDays(day, 1)) !== 0) all.add(addDays(day, 1))
  }
  years.set(year, all)
  return all
}

/** Whether a day ('YYYY-MM-DD' in Japan) is a Sunday or a holiday. */
export const isDayOff = (day: string): boolean => weekday(day) === 0 || holidaysOf(Number(day.slice(0, 4))).has(day)
