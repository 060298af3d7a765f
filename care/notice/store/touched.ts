/** Which institutions have touched whose data, read from the log in the order of its leaves. */
import { sql } from 'kysely'
import type { Db } from '#kernel/database'

export type Progress = { nextLeaf: number; since: Date }

/** How far the log was read, held until this transaction ends. */
export async function lockProgress(db: Db): Promise<Progress> {
  const { rows } = await sql<{ next_leaf: string; since: Date }>`
    select next_leaf::text, since from notice.progress where name = 'first-access' for update`.execute(db)
  return { nextLeaf: Number(rows[0]!.next_leaf), since: rows[0]!.since }
}

export async function noteProgress(db: Db, nextLeaf: number): Promise<void> {
  await sql`update notice.progress set next_leaf = ${nextLeaf} where name = 'first-access'`.execute(db)
}

/** One institution's act on somebody's data. */
export type Touch = { key: string; id: string; requestId: string; institutionNumber: string; institutionName: string; at: Date }

/**
 * What institutions did to people's data among the leaves from `from` up to, not including, `to`, in their order. Leaves are given out
 * gapless and for good, so that a commit which came late is read when its leaf is there.
 */
export async function touchesBetween(db: Db, { from, to }: { from: number; to: number }): Promise<Touch[]> {
  const { rows } = await sql<Touch>`
    select key, id, request_id as "requestId", institution_number as "institutionNumber", institution_name as "institutionName", at
    from kernel.audit where leaf_index >= ${from} and leaf_index < ${to}
      and key <> '' and institution_number <> '' and actor_kind in ('staff', 'system') and outcome = 'success'
    order by leaf_index`.execute(db)
  return rows
}

export type Touched = { key: string; institutionNumber: string; lastAt: Date }

export async function findTouched(db: Db, keys: readonly string[]): Promise<Touched[]> {
  if (keys.length === 0) return []
  const { rows } = await sql<Touched>`select key, institution_number as "institutionNumber", last_at as "lastAt"
    from notice.touched where key = any(${[...keys]}::text[])`.execute(db)
  return rows
}

export async function putTouched(db: Db, touched: readonly (Touched & { firstAt: Date })[]): Promise<void> {
  if (touched.length === 0) return
  await sql`insert into notice.touched (key, institution_number, first_at, last_at)
    select key, "institutionNumber", "firstAt", "lastAt" from jsonb_to_recordset(${JSON.stringify(touched)}::jsonb)
      as r(key text, "institutionNumber" text, "firstAt" timestamptz, "lastAt" timestamptz)
    on conflict (key, institution_number) do update set
      first_at = least(notice.touched.first_at, excluded.first_at), last_at = greatest(notice.touched.last_at, excluded.last_at)`.execute(
    db,
  )
}
