import { sql } from 'kysely'
import type { Db } from '#kernel/database'

export const watchReasons = ['well-known', 'press', 'complaint', 'staff-relative'] as const
export type WatchReason = (typeof watchReasons)[number]
export type Watched = { id: string; key: string; reason: WatchReason; since: Date; byId: string; byName: string }

export async function listWatched(db: Db): Promise<Watched[]> {
  const { rows } = await sql<Watched>`select id, key, reason, since, by_id as "byId", by_name as "byName" from oversight.watched
    where ended_at is null order by since desc limit 500`.execute(db)
  return rows
}

export async function insertWatched(db: Db, w: Watched): Promise<void> {
  await sql`insert into oversight.watched (id, key, reason, since, by_id, by_name) values (${w.id}, ${w.key}, ${w.reason}, ${w.since}, ${w.byId}, ${w.byName})`.execute(
    db,
  )
}

/** @returns whose record it was; undefined where it had ended or never was */
export async function endWatched(db: Db, about: { id: string; at: Date; by: string }): Promise<string | undefined> {
  const { rows } = await sql<{ key: string }>`update oversight.watched set ended_at = ${about.at}, ended_by = ${about.by}
    where id = ${about.id} and ended_at is null returning key`.execute(db)
  return rows[0]?.key
}
