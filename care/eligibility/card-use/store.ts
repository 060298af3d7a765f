/** How many came by card, month by month, and the official figures that were entered. */
import { sql } from 'kysely'
import type { Db } from '#kernel/database'
import type { MonthOfUse } from './rules.ts'

/** Months of an institution from `from` to `until` ('YYYY-MM', both included), those without any visit or figure left out. */
export async function findMonths(db: Db, about: { institutionNumber: string; from: string; until: string }): Promise<MonthOfUse[]> {
  const { institutionNumber, from, until } = about
  const { rows } = await sql<MonthOfUse>`
    with counted as (
      select month, count(*)::int as visits, count(*) filter (where by_card)::int as by_card from eligibility.visit_month
        where institution_number = ${institutionNumber} and month between ${from} and ${until} group by month),
    official as (
      select month, rate::float8 as rate from eligibility.card_use_month
        where institution_number = ${institutionNumber} and month between ${from} and ${until})
    select coalesce(c.month, o.month) as month, coalesce(c.visits, 0) as visits, coalesce(c.by_card, 0) as "byCard", o.rate as official
      from counted c full join official o on o.month = c.month order by 1`.execute(db)
  return rows
}

/** Keeps the official figure of a month; entered again it replaces the earlier one. */
export async function setOfficial(
  db: Db,
  about: { institutionNumber: string; month: string; rate: number; now: Date; by: string },
): Promise<void> {
  await sql`insert into eligibility.card_use_month (institution_number, month, rate, entered_at, entered_by)
    values (${about.institutionNumber}, ${about.month}, ${about.rate}, ${about.now}, ${about.by})
    on conflict (institution_number, month) do update set rate = excluded.rate, entered_at = excluded.entered_at, entered_by = excluded.entered_by`.execute(
    db,
  )
}
