import { sql } from 'kysely'
import type { Db } from '#kernel/database'
import type { LogProblem } from '../offline/log.ts'

/** An extract that left. `logKey`: public key (PEM) of the logs of the laptops it goes on; `people`, `sha256`: null until it was whole. */
export type Extract = {
  id: string
  disasterId: string
  areas: string[]
  madeAt: Date
  expiresAt: Date
  madeBy: string
  madeByName: string
  recipients: string[]
  logKey: string
  people: number | null
  sha256: string | null
}

const COLUMNS = sql`id, disaster_id as "disasterId", areas, made_at as "madeAt", expires_at as "expiresAt", made_by as "madeBy",
  made_by_name as "madeByName", recipients, log_key as "logKey", people, sha256`

export async function insertExtract(db: Db, e: Omit<Extract, 'people' | 'sha256'>): Promise<void> {
  await sql`insert into disaster.extract (id, disaster_id, areas, made_at, expires_at, made_by, made_by_name, recipients, log_key)
    values (${e.id}, ${e.disasterId}, ${e.areas}::text[], ${e.madeAt}, ${e.expiresAt}, ${e.madeBy}, ${e.madeByName}, ${e.recipients}::text[], ${e.logKey})`.execute(
    db,
  )
}

export async function finishExtract(db: Db, e: { id: string; people: number; sha256: string }): Promise<void> {
  await sql`update disaster.extract set people = ${e.people}, sha256 = ${e.sha256} where id = ${e.id}`.execute(db)
}

export async function listExtracts(db: Db): Promise<Extract[]> {
  const { rows } = await sql<Extract>`select ${COLUMNS} from disaster.extract order by made_at desc, id desc limit 200`.execute(db)
  return rows
}

/** An extract, held so that two merges of its logs follow one another. */
export async function lockExtract(db: Db, id: string): Promise<Extract | undefined> {
  const { rows } = await sql<Extract>`select ${COLUMNS} from disaster.extract where id = ${id} for update`.execute(db)
  return rows[0]
}

type Entry = { laptop: string; n: number; extractId: string; hash: string; act: string; at: Date; mergedAt: Date }

/** @returns `unlike` where another entry stands at that place already */
export async function insertEntry(db: Db, e: Entry): Promise<'added' | 'known' | 'unlike'> {
  const { numAffectedRows } = await sql`insert into disaster.entry (laptop, n, extract_id, hash, act, at, merged_at)
    values (${e.laptop}, ${e.n}, ${e.extractId}, ${e.hash}, ${e.act}, ${e.at}, ${e.mergedAt}) on conflict do nothing`.execute(db)
  if (numAffectedRows === 1n) return 'added'
  const { rows } = await sql<{ hash: string }>`select hash from disaster.entry where laptop = ${e.laptop} and n = ${e.n}`.execute(db)
  return rows[0]?.hash === e.hash ? 'known' : 'unlike'
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
