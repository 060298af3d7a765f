import type { Context } from '#kernel/context'
import { dateInJapan } from '#kernel/japan'
import { refuse } from '#kernel/refusal'
import { deskOf } from '../caller.ts'
import { addMonths, type MonthOfUse, readSchedule, type ScheduleRow, type Standing, standingOn } from './rules.ts'
import scheduleJson from './schedule.json' with { type: 'json' }
import * as store from './store.ts'

const MONTHS_SHOWN = 13

export type CardUse = {
  /** Oldest first; the running month is the last. */
  months: MonthOfUse[]
  standing: Standing
  /** The last row of the table, where the table ends before today: what it would have meant. */
  earlier: Standing | null
  paediatric: boolean
  /** Last day the table speaks of; null where it has no end. */
  tableEnds: string | null
}

/** The share of card use of one institution, and what it means for its fee add-on. */
export function cardUseService(schedule: readonly ScheduleRow[] = readSchedule(scheduleJson)) {
  return {
    async of(ctx: Context, { paediatric }: { paediatric: boolean }): Promise<CardUse> {
      const { institutionNumber } = deskOf(ctx)
      const date = dateInJapan(ctx.now)
      const until = date.slice(0, 7)
      const from = addMonths(until, 1 - MONTHS_SHOWN)
      const found = await store.findMonths(ctx.db, { institutionNumber, from, until })
      const months = Array.from({ length: MONTHS_SHOWN }, (_, i) => {
        const month = addMonths(from, i)
        return found.find((m) => m.month === month) ?? { month, visits: 0, byCard: 0, official: null }
      })
      const standing = standingOn(schedule, months, date, paediatric)
      const last = schedule.at(-1)
      const earlier = standing.row === null && last ? standingOn([{ ...last, from: null, until: null }], months, date, paediatric) : null
      return { months, standing, earlier, paediatric, tableEnds: last?.until ?? null }
    },

    /** Takes over the official figure of a month, in percent: it wins over our own count. @refuses not-permitted, input-invalid */
    async enterOfficial(ctx: Context, about: { institutionNumber: string; month: string; rate: number }): Promise<void> {
      if (ctx.actor.kind !== 'staff' || ctx.actor.role !== 'operator') refuse('not-permitted')
      if (about.month >= dateInJapan(ctx.now).slice(0, 7)) refuse('input-invalid', { what: 'month: not over yet' })
      await store.setOfficial(ctx.db, { ...about, now: ctx.now, by: ctx.actor.id })
      ctx.audit({ resource: `Organization/${about.institutionNumber}` })
    },
  }
}
