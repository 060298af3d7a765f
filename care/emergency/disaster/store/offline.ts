/** What came back from laptops. */
import { sql } from 'kysely'
import type { Db } from '#kernel/database'
import type { LogProblem } from '../offline/log.ts'

type Entry = { n: number; hash: string; act: string; at: Date }

/** Notes entries of a laptop that are new. @returns hashes of those that stood there already, by number */
export async function insertEntries(
  db: Db,
  about: { laptop: string; extractId: string; mergedAt: Date; entries: readonly Entry[] },
): Promise<Map<number, string>> {
  const { laptop, extractId, mergedAt, entries } = about
  const { rows } = await sql<{ n: number; hash: string }>`select n, hash from disaster.entry where laptop = ${laptop}`.execute(db)
  const known = new Map(rows.map(({ n, hash }) => [n, hash]))
  const added = entries.filter(({ n }) => !known.has(n))
  if (added.length > 0)
    await sql`insert into disaster.entry (laptop, n, extract_id, hash, act, at, merged_at)
      select ${laptop}, e.n, ${extractId}, e.hash, e.act, e.at, ${mergedAt}
      from jsonb_to_recordset(${JSON.stringify(added)}::jsonb) as e(n int, hash text, act text, at timestamptz)`.execute(db)
  return known
}

/** Number of the last entry of a laptop that was merged; -1 where none was. */
export async function lastEntry(db: Db, laptop: string): Promise<number> {
  const { rows } = await sql<{ n: number | null }>`select max(n) as n from disaster.entry where laptop = ${laptop}`.execute(db)
  return rows[0]?.n ?? -1
}

export type MergeNote = {
  id: string
  at: Date
  extractId: string
  laptop: string
  byName: string
  added: number
  known: number
  problems: LogProblem[]
}

export async function insertMerge(db: Db, m: MergeNote): Promise<void> {
  await sql`insert into disaster.merge (id, at, extract_id, laptop, by_name, added, known, problems)
    values (${m.id}, ${m.at}, ${m.extractId}, ${m.laptop}, ${m.byName}, ${m.added}, ${m.known}, ${JSON.stringify(m.problems)}::jsonb)`.execute(
    db,
  )
}

export async function listMerges(db: Db): Promise<MergeNote[]> {
  const { rows } = await sql<MergeNote>`select id, at, extract_id as "extractId", laptop, by_name as "byName", added, known, problems
    from disaster.merge order by at desc, id desc limit 200`.execute(db)
  return rows
}
