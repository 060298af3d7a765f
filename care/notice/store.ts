import { sql } from 'kysely'
import type { Db } from '#kernel/database'
import type { KindId } from './kinds.ts'
import type { Facts, Notice, Wish } from './model.ts'

type Row = {
  key: string
  id: string
  kind: KindId
  facts: Facts
  request_id: string
  at: Date
  taken_at: Date
  read_at: Date | null
}

const toNotice = (r: Row): Notice => ({
  key: r.key,
  id: r.id,
  kind: r.kind,
  facts: r.facts,
  requestId: r.request_id,
  at: r.at,
  takenAt: r.taken_at,
  readAt: r.read_at,
})

export type NewNotice = Omit<Notice, 'readAt'>

/** Enters notices; one that is there already stays as it is. @returns those that are new */
export async function insertNotices(db: Db, notices: readonly NewNotice[]): Promise<Notice[]> {
  if (notices.length === 0) return []
  const rows = notices.map((n) => ({ ...n, at: n.at.toISOString(), takenAt: n.takenAt.toISOString() }))
  const { rows: made } = await sql<Row>`
    insert into notice.notice (key, id, kind, facts, request_id, at, taken_at)
    select key, id, kind, facts, "requestId", at, "takenAt" from jsonb_to_recordset(${JSON.stringify(rows)}::jsonb)
      as r(key text, id text, kind text, facts jsonb, "requestId" text, at timestamptz, "takenAt" timestamptz)
    on conflict (key, id) do nothing returning *`.execute(db)
  return made.map(toNotice)
}

/**
 * The request that told something: it left its entry of the log in the same commit, at the same instant. Of several at that instant the one
 * whose resource is `subject`. '' where it noted nothing.
 */
export async function requestOf(db: Db, told: { key: string; at: Date; subject: string }): Promise<string> {
  const { rows } = await sql<{ id: string }>`select request_id as id from kernel.audit
    where key = ${told.key} and at = ${told.at} and outcome = 'success' order by right(resource, length(${told.subject})) = ${told.subject} desc, id desc limit 1`.execute(
    db,
  )
  return rows[0]?.id ?? ''
}

export async function listNotices(
  db: Db,
  about: { keys: readonly string[]; limit: number; offset: number },
): Promise<{ notices: Notice[]; total: number }> {
  const { rows } = await sql<Row & { total: number }>`select *, count(*) over ()::int as total from notice.notice
    where key = any(${[...about.keys]}::text[]) order by at desc, id desc limit ${about.limit} offset ${about.offset}`.execute(db)
  return { notices: rows.map(toNotice), total: rows[0]?.total ?? 0 }
}

/** Unread notices, counted up to a bound: nobody needs to know whether it is 100 or 3,000. */
export async function countUnread(db: Db, keys: readonly string[], most: number): Promise<number> {
  const { rows } = await sql<{ n: number }>`select count(*)::int as n from (
    select 1 from notice.notice where key = any(${[...keys]}::text[]) and read_at is null limit ${most}) q`.execute(db)
  return rows[0]!.n
}

export async function findNotice(db: Db, about: { keys: readonly string[]; id: string }): Promise<Notice | undefined> {
  const { rows } = await sql<Row>`select * from notice.notice
    where key = any(${[...about.keys]}::text[]) and id = ${about.id} limit 1`.execute(db)
  return rows[0] && toNotice(rows[0])
}

/** Marks as read one notice, or all up to an instant. @returns how many were unread */
export async function markRead(db: Db, about: { keys: readonly string[]; id: string | null; at: Date }): Promise<number> {
  const which = about.id === null ? sql`at <= ${about.at}` : sql`id = ${about.id}`
  const { numAffectedRows } = await sql`update notice.notice set read_at = ${about.at}
    where key = any(${[...about.keys]}::text[]) and read_at is null and ${which}`.execute(db)
  return Number(numAffectedRows ?? 0n)
}

/** What the person wished, under any id that leads to them; the newest wish holds. */
export async function findWish(db: Db, ids: readonly string[]): Promise<Wish> {
  const { rows } = await sql<{ ordinary: Wish }>`select ordinary from notice.wish
    where person_id = any(${[...ids]}::text[]) order by changed_at desc limit 1`.execute(db)
  return rows[0]?.ordinary ?? 'each'
}

export async function putWish(db: Db, about: { personId: string; ordinary: Wish; at: Date }): Promise<void> {
  await sql`insert into notice.wish (person_id, ordinary, changed_at) values (${about.personId}, ${about.ordinary}, ${about.at})
    on conflict (person_id) do update set ordinary = excluded.ordinary, changed_at = excluded.changed_at`.execute(db)
}

/** Per month in Japan ('YYYY-MM'): emergency notices, and the longest any of them took, in seconds. */
export async function emergencyNotices(db: Db): Promise<{ month: string; notices: number; slowestSeconds: number }[]> {
  const { rows } = await sql<{ month: string; notices: number; slowest: number }>`
    select to_char(at at time zone 'Asia/Tokyo', 'YYYY-MM') as month, count(*)::int as notices,
      max(extract(epoch from taken_at - at))::float as slowest
    from notice.notice where kind = 'break-glass' group by 1 order by 1`.execute(db)
  return rows.map((r) => ({ month: r.month, notices: r.notices, slowestSeconds: Math.max(0, r.slowest) }))
}
