import { sql } from 'kysely'
import type { Db } from '#kernel/database'

/** One resource of a person, whoever may see it; `body` as it last stood, also of what is gone. */
export type Standing = { type: string; id: string; source: string; depositId: string | null; deleted: boolean; body: string }

/** Most tellings of one type by one institution that are looked through. */
const MOST = 5_000

const LAST = sql`case when r.deleted then coalesce((select v.body from record.version v where v.key = r.key and v.type = r.type and v.id = r.id
  and not v.deleted order by v.version desc limit 1), '') else r.body end as body`

/** Resources by type and id, as they last stood. */
export async function lastOf(db: Db, keys: readonly string[], which: readonly { type: string; id: string }[]): Promise<Standing[]> {
  if (which.length === 0) return []
  const { rows } = await sql<Standing>`select r.type, r.id, r.source, r.deposit_id as "depositId", r.deleted, ${LAST}
    from record.resource r join unnest(${which.map((w) => w.type)}::text[], ${which.map((w) => w.id)}::text[]) w(type, id)
      on r.type = w.type and r.id = w.id where r.key = any(${[...keys]}::text[])`.execute(db)
  return rows
}

/** Everything of one type that one institution tells of a person now. */
export async function toldBy(db: Db, keys: readonly string[], about: { type: string; source: string }): Promise<Standing[]> {
  const { rows } = await sql<Standing>`select r.type, r.id, r.source, r.deposit_id as "depositId", r.deleted, r.body from record.resource r
    where r.key = any(${[...keys]}::text[]) and r.type = ${about.type} and r.source = ${about.source} and not r.deleted
    order by r.registered_at desc limit ${MOST}`.execute(db)
  return rows
}

/** What came with these submissions and stands: the documents alone, or all of it. */
export async function cameWith(
  db: Db,
  keys: readonly string[],
  about: { deposits: readonly string[]; documentsAlone: boolean },
): Promise<{ type: string; id: string }[]> {
  if (about.deposits.length === 0) return []
  const { rows } = await sql<{ type: string; id: string }>`select r.type, r.id from record.resource r
    where r.key = any(${[...keys]}::text[]) and r.deposit_id = any(${[...about.deposits]}::text[]) and not r.deleted
      and (${!about.documentsAlone} or r.type = 'Bundle') order by r.type, r.id limit ${MOST}`.execute(db)
  return rows
}
