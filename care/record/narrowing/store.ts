/**
 * Marks of what may hide a row that was visible: a change of what the row says about itself to authorisation, its deletion, its erasure.
 * Each is written in the transaction of the change it speaks of. Who kept something that was visible (the files of an export) and finds no
 * mark since need not judge it again, as far as its visibility rests on the row alone (`lasts` in the rule table of consent).
 */
import { sql } from 'kysely'
import { type Db, inTransaction, later } from '#kernel/database'

/**
 * The moment from which on marks count: the oldest transaction that had not ended. Whoever reads later sees what every older one wrote;
 * each that could be missed has this number or a higher one. Numbers mean something within one database server only.
 */
export type Mark = { server: string; xid: string; at: string }

/** Marks are kept for so long; a mark is trusted for half of that. */
const KEPT_DAYS = 60

/** The mark of this moment, taken before what it shall vouch for is read. */
export async function markNow(db: Db): Promise<Mark> {
  const { rows } = await sql<Mark>`select (select system_identifier::text from pg_control_system()) as server,
    pg_snapshot_xmin(pg_current_snapshot())::text as xid, clock_timestamp()::text as at`.execute(db)
  return rows[0]!
}

/**
 * Whether nothing of a type has been hidden since a mark. False also where nobody can tell: on another server (a restored backup counts
 * transactions anew), after too long, and on many nodes, which do not commit at one moment.
 */
export async function nothingNarrowed(db: Db, mark: Mark, type: string): Promise<boolean> {
  const { rows } = await sql<{ sure: boolean }>`select ${mark.server}::text = (select system_identifier::text from pg_control_system())
      and ${mark.at}::timestamptz > clock_timestamp() - make_interval(days => ${sql.lit(KEPT_DAYS / 2)})
      and not exists (select 1 from pg_extension where extname = 'citus')
      and not exists (select 1 from record.narrowing n where n.type = ${type} and n.xid >= ${mark.xid}::xid8) as sure`.execute(db)
  return rows[0]!.sure
}

/** What a row says about itself that a lasting rule may read. The day of registration is not among it: only rules of the clock read that. */
export type Facts = {
  key: string
  type: string
  id: string
  kind: string
  source: string
  uninformed: boolean
  undelivered: boolean
  longTerm: boolean
  addressee: string | null
}

/** Marks rows that are about to be deleted. */
export function markGone(db: Db, which: readonly { key: string; type: string }[]): Promise<void> {
  requireTransaction(db)
  const list = JSON.stringify(which.map(({ key, type }) => ({ key, type })))
  return later(
    db,
    sql`insert into record.narrowing (key, type, xid) select distinct w.key, w.type, pg_current_xact_id()
      from jsonb_to_recordset(${list}::jsonb) as w(key text, type text) on conflict do nothing`,
  )
}

/** Marks those rows that are about to say something else about themselves. */
export function markChanged(db: Db, next: readonly Facts[]): Promise<void> {
  requireTransaction(db)
  const list = JSON.stringify(
    next.map(({ key, type, id, kind, source, uninformed, undelivered, longTerm, addressee }) => {
      return { key, type, id, kind, source, uninformed, undelivered, long_term: longTerm, addressee }
    }),
  )
  return later(
    db,
    sql`insert into record.narrowing (key, type, xid) select distinct r.key, r.type, pg_current_xact_id()
      from jsonb_to_recordset(${list}::jsonb) as w(key text, type text, id text, kind text, source text, uninformed boolean,
        undelivered boolean, long_term boolean, addressee text)
      join record.resource r on r.key = w.key and r.type = w.type and r.id = w.id
      where (r.kind, r.source, r.uninformed, r.undelivered, r.long_term, r.addressee)
        is distinct from (w.kind, w.source, w.uninformed, w.undelivered, w.long_term, w.addressee) on conflict do nothing`,
  )
}

/** Marks everything of a person that is about to be erased. */
export function markErased(db: Db, key: string): Promise<void> {
  requireTransaction(db)
  return later(
    db,
    sql`insert into record.narrowing (key, type, xid) select distinct key, type, pg_current_xact_id() from record.resource
      where key = ${key} on conflict do nothing`,
  )
}

/** A mark that is committed before the change it speaks of would come too early for whoever begins to read in between. */
function requireTransaction(db: Db): void {
  if (!inTransaction(db)) throw new Error('a mark is written in the transaction of its change')
}

/** Forgets marks that nobody trusts any more. */
export async function forgetNarrowings(db: Db): Promise<void> {
  await sql`delete from record.narrowing where at < clock_timestamp() - make_interval(days => ${sql.lit(KEPT_DAYS)})`.execute(db)
}
