/** How often disaster access was used, as everybody may know it. */
import { disasters } from '#care/consent'
import type { Db } from '#kernel/database'
import { isOpen } from './openings.ts'
import { publicCount } from './rules.ts'
import { looksByDay } from './store/look.ts'

/** Counts are rounded to tens; null: fewer than ten, and not none. Days 'YYYY-MM-DD' in Japan. */
export type PublicUses = {
  disasters: {
    id: string
    name: string
    law: string
    areas: string[]
    institutions: number
    since: Date
    until: Date
    open: boolean
    total: number | null
    days: { day: string; count: number | null }[]
  }[]
}

export async function publicUses(ctx: { db: Db; now: Date }): Promise<PublicUses> {
  const [all, looks] = [await disasters.list(ctx), await looksByDay(ctx.db)]
  return {
    disasters: all.map((d) => {
      const days = looks.filter((l) => l.disasterId === d.id)
      return {
        ...{ id: d.id, name: d.name, law: d.law, areas: d.areas, institutions: d.institutions, since: d.since },
        until: d.endedAt ?? d.until,
        open: isOpen(d, ctx.now),
        total: publicCount(days.reduce((sum, l) => sum + l.count, 0)),
        days: days.map(({ day, count }) => ({ day, count: publicCount(count) })),
      }
    }),
  }
}
