/** What the audit log says about emergencies. */
import { sql } from 'kysely'
import type { Db } from '#kernel/database'

/** One thing that was done during an emergency: never what it said. */
export type LookedAt = { at: Date; action: string; outcome: string; resource: string; kinds: string[]; count: number; rule: string }

/** What a member of staff did to a person's record for the sake of a life, from an instant on. */
export async function lookedAt(db: Db, about: { keys: readonly string[]; staffId: string; since: Date; until: Date }): Promise<LookedAt[]> {
  const { rows } = await sql<LookedAt>`select at, action, outcome, resource, kinds, count, rule from kernel.audit
    where key = any(${[...about.keys]}::text[]) and actor_id = ${about.staffId} and purpose = 'ETREAT'
      and at >= ${about.since} and at <= ${about.until} order by at, id limit 500`.execute(db)
  return rows
}

/** Whether the same session touched people's data for another institution or in another role. */
export async function actedElsewhere(
  db: Db,
  about: { staffId: string; via: string; since: Date; institutionNumber: string; role: string },
): Promise<boolean> {
  const { rows } = await sql`select 1 from kernel.audit where actor_id = ${about.staffId} and at >= ${about.since} and via = ${about.via}
    and actor_kind = 'staff' and key <> '' and (institution_number <> ${about.institutionNumber} or actor_role <> ${about.role}) limit 1`.execute(
    db,
  )
  return rows.length > 0
}

/** Openings that were refused, by code. */
export async function refusedOpenings(db: Db, about: { since: Date; until: Date }): Promise<{ code: string; count: number }[]> {
  const { rows } = await sql<{ code: string; count: number }>`select outcome as code, count(*)::int as count from kernel.audit
    where outcome <> 'success' and at >= ${about.since} and at < ${about.until} and action like 'emergency.%'
    group by outcome order by 2 desc, 1`.execute(db)
  return rows
}
