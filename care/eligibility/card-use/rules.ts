/**
 * The fee add-on for digital infrastructure (医療DX推進体制整備加算) and the share of card use it asks for.
 * Pure; the minimum rates stand in `schedule.json`, a row for each period, so that a revision is a row and not a change of code.
 *
 * @spec eligibility verification section 5; 中医協 第613回 (2025-07-23), as reported
 */
import { z } from 'zod'

const percent = z.number().min(0).max(100)
const day = z.string().regex(/^[0-9]{4}-[0-9]{2}-[0-9]{2}$/)
/** `from` null: as far back as anybody asks; `until` null: until a new row. Both days count. */
const scheduleRow = z.object({
  from: day.nullable(),
  until: day.nullable(),
  minimum: z.object({ 1: percent, 2: percent, 3: percent }),
  /** Lower minimum of a class for paediatric clinics. */
  paediatric: z.object({ 1: percent.optional(), 2: percent.optional(), 3: percent.optional() }),
})
export type ScheduleRow = z.infer<typeof scheduleRow>

/** Reads a schedule; two rows that hold on one day are a mistake of whoever wrote it. */
export function readSchedule(value: unknown): ScheduleRow[] {
  const rows = z
    .array(scheduleRow)
    .parse(value)
    .toSorted((a, b) => (a.from ?? '').localeCompare(b.from ?? ''))
  for (const [i, row] of rows.entries()) {
    const next = rows[i + 1]
    if (next && (row.until === null || next.from === null || row.until >= next.from))
      throw new Error(`card use schedule: the row until ${row.until} overlaps the row from ${next.from}`)
  }
  return rows
}

/** The minimum rates of a day, 'YYYY-MM-DD' in Japan; undefined where the table says nothing. */
export const scheduleOn = (rows: readonly ScheduleRow[], date: string): ScheduleRow | undefined =>
  rows.find((row) => (row.from === null || row.from <= date) && (row.until === null || date <= row.until))

/** Classes by rate, the highest first. Each exists twice: with electronic prescribing in operation 1 to 3, without 4 to 6. */
export type CardUseClass = 1 | 2 | 3
export const cardUseClasses: readonly CardUseClass[] = [1, 2, 3]

/** Number of the add-on in the schedule of fees. */
export const addOnNumber = (reached: CardUseClass, prescribesElectronically: boolean): number =>
  prescribesElectronically ? reached : reached + 3

export const minimumOf = (row: ScheduleRow, of: CardUseClass, paediatric: boolean): number =>
  (paediatric ? row.paediatric[of] : undefined) ?? row.minimum[of]

/** The class a rate in percent reaches; null below all. */
export const classOf = (row: ScheduleRow, rate: number, paediatric: boolean): CardUseClass | null =>
  cardUseClasses.find((one) => rate >= minimumOf(row, one, paediatric)) ?? null

/** 'YYYY-MM' so many months later. */
export function addMonths(month: string, count: number): string {
  const at = Number(month.slice(0, 4)) * 12 + Number(month.slice(5, 7)) - 1 + count
  return `${Math.floor(at / 12)}-${String((at % 12) + 1).padStart(2, '0')}`
}

/** Months whose best rate counts for claims of `month`: the third, fourth and fifth before it, the latest first. */
export const monthsThatCount = (month: string): string[] => [3, 4, 5].map((back) => addMonths(month, -back))

/** Whether the official figure of a month is out by `date`: it comes about two months later. */
export const figureIsOut = (month: string, date: string): boolean => addMonths(month, 2) <= date.slice(0, 7)

/** One month of one institution. `visits`: people who came, each once; `byCard`: those of them who came by card. `official` in percent. */
export type MonthOfUse = { month: string; visits: number; byCard: number; official: number | null }

/** The rate that counts, in percent with two decimals, cut and never rounded up: the official figure wins; null where nobody came. */
export function rateOf({ visits, byCard, official }: Pick<MonthOfUse, 'visits' | 'byCard' | 'official'>): number | null {
  if (official !== null) return official
  return visits === 0 ? null : Math.floor((byCard * 10_000) / visits) / 100
}

export type Gap = { to: CardUseClass; minimum: number; points: number; visits: number | null }

/** What is missing for the next class: in points, and in people a month who would have to come by card, at the volume of that month. */
export function gapToNext(row: ScheduleRow, best: MonthOfUse, paediatric: boolean): Gap | null {
  const rate = rateOf(best) ?? 0
  const reached = classOf(row, rate, paediatric)
  const to = reached === null ? 3 : reached === 1 ? null : ((reached - 1) as CardUseClass)
  if (to === null) return null
  const minimum = minimumOf(row, to, paediatric)
  const byCard = best.official === null ? best.byCard : Math.floor((best.official * best.visits) / 100)
  return {
    to,
    minimum,
    points: Math.round((minimum - rate) * 100) / 100,
    visits: best.visits === 0 ? null : Math.max(1, Math.ceil((minimum * best.visits) / 100) - byCard),
  }
}

export type Standing = {
  /** Month of the claims. */
  month: string
  counting: MonthOfUse[]
  /** The one with the highest rate; null where none has any. */
  best: MonthOfUse | null
  /** The row that holds; null where the table ends before. */
  row: ScheduleRow | null
  reached: CardUseClass | null
  gap: Gap | null
}

/** Where an institution stands for claims of the month in which `date` lies. */
export function standingOn(rows: readonly ScheduleRow[], months: readonly MonthOfUse[], date: string, paediatric: boolean): Standing {
  const month = date.slice(0, 7)
  const counting = monthsThatCount(month).map(
    (wanted) => months.find((m) => m.month === wanted) ?? { month: wanted, visits: 0, byCard: 0, official: null },
  )
  const best = counting
    .filter((m) => rateOf(m) !== null)
    .reduce<MonthOfUse | null>((high, m) => (high === null || rateOf(m)! > rateOf(high)! ? m : high), null)
  const row = scheduleOn(rows, date) ?? null
  const known = row !== null && best !== null
  return {
    month,
    counting,
    best,
    row,
    reached: known ? classOf(row, rateOf(best)!, paediatric) : null,
    gap: known ? gapToNext(row, best, paediatric) : null,
  }
}
