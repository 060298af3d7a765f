import { sql } from 'kysely'
import type { Db } from '#kernel/database'
import { underEpoch } from '#kernel/leader'
import { treeSize } from '#kernel/sequencer'
import type { Group } from './model.ts'

/** Leaves counted in one go. */
const BATCH = 20_000

/**
 * Counts on where it stopped, in the order of the log's leaves: counts and how far they came are one commit, so that killed anywhere
 * nothing is counted twice or left out. Leaves are gapless and final; a commit that came late is counted when its leaf is there.
 * @returns leaves counted; 0 also where the lead was lost
 */
export async function countNext(job: { db: Db; epoch: number }): Promise<number> {
  const counted = await underEpoch(job.db, job.epoch, async (db) => {
    const { rows } = await sql<{ n: string }>`select next_leaf::text as n from statistics.progress where name = 'log' for update`.execute(
      db,
    )
    const from = Number(rows[0]!.n)
    // The size first: every leaf below it was committed with it.
    const to = Math.min(await treeSize(db), from + BATCH)
    if (to <= from) return 0
    await sql`
      insert into statistics.day as d (day, actor_kind, actor_role, purpose, action, outcome, rule, of_person, lines)
      select to_char(at at time zone 'Asia/Tokyo', 'YYYY-MM-DD'), actor_kind, actor_role, purpose, action, outcome, rule, key <> '', count(*)
      from kernel.audit where leaf_index >= ${from} and leaf_index < ${to} group by 1, 2, 3, 4, 5, 6, 7, 8
      on conflict (day, actor_kind, actor_role, purpose, action, outcome, rule, of_person)
        do update set lines = d.lines + excluded.lines`.execute(db)
    await sql`update statistics.progress set next_leaf = ${to} where name = 'log'`.execute(db)
    return to - from
  })
  return counted ?? 0
}

/** Lines of the log by month in Japan and by what they say, of days before `until` ('YYYY-MM-DD'). */
export async function groupsBefore(db: Db, until: string): Promise<Group[]> {
  const { rows } = await sql<Group>`
    select left(day, 7) as month, actor_kind as "actorKind", actor_role as "actorRole", purpose, action, outcome, rule, of_person as "ofPerson",
      sum(lines)::float8 as lines
    from statistics.day where day < ${until} group by 1, 2, 3, 4, 5, 6, 7, 8 order by 1`.execute(db)
  return rows
}

/** How many lines of the log are counted. */
export async function countedLeaves(db: Db): Promise<number> {
  const { rows } = await sql<{ n: string }>`select next_leaf::text as n from statistics.progress where name = 'log'`.execute(db)
  return Number(rows[0]!.n)
}
