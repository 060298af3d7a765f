import { type RawBuilder, sql } from 'kysely'
import type { Context } from '#kernel/context'
import type { Seen } from '../model.ts'
import { type Row, toSeen } from '../store.ts'

/** Where a page of history ended. */
export type HistoryCursor = { at: string; type: string; id: string; version: number }

/** Which versions are wanted: of everything, of a type, of one resource, or one version. */
export type Wanted = {
  type?: string
  one?: { key: string; id: string; version?: number }
  /** Versions made at this instant or after it. */
  since?: Date
  /** Versions that stood at some moment of this span; the end exclusive. */
  during?: { lo: Date; hi: Date }
  after?: HistoryCursor
  limit: number
}

const COLUMNS = sql`key, type, id, version, last_updated, deleted, kind, source, deposit_id, uninformed, undelivered, long_term, addressee,
  registered_at, clinical_at, body`

const none = sql`true`

function narrowed(wanted: Wanted): RawBuilder<unknown> {
  const { type, one, since, during, after } = wanted
  const overtaken = (table: RawBuilder<unknown>) => sql`not exists (select 1 from ${table} n
    where n.key = r.key and n.type = r.type and n.id = r.id and n.version = r.version + 1 and n.last_updated <= ${during?.lo})`
  return sql`${type === undefined ? none : sql`r.type = ${type}`}
    and ${one === undefined ? none : sql`r.key = ${one.key} and r.id = ${one.id}`}
    and ${one?.version === undefined ? none : sql`r.version = ${one.version}`}
    and ${since === undefined ? none : sql`r.last_updated >= ${since}`}
    and ${during === undefined ? none : sql`r.last_updated < ${during.hi} and ${overtaken(sql`record.version`)} and ${overtaken(sql`record.resource`)}`}
    and ${after === undefined ? none : sql`(r.last_updated, r.type, r.id, r.version) < (${after.at}::timestamptz, ${after.type}, ${after.id}, ${after.version})`}`
}

/**
 * Versions that the caller may see, newest first. Each version is judged by its own marks and by those of the current one: what was
 * hidden since stays hidden in its history too. What was taken back shows others only that it was.
 */
export async function findVersions(
  ctx: Pick<Context, 'db'>,
  { visible, rule }: { visible: RawBuilder<boolean>; rule: RawBuilder<string> },
  wanted: Wanted,
): Promise<Seen[]> {
  const order = sql`order by last_updated desc, type desc, id desc, version desc limit ${wanted.limit}`
  const from = (
    table: RawBuilder<unknown>,
  ) => sql`(select ${COLUMNS}, ${rule} as rule from ${table} r where ${narrowed(wanted)} and ${visible}
    and exists (select 1 from (select * from record.resource c where c.key = r.key and c.type = r.type and c.id = r.id
      and (not c.deleted or r.deleted or ${rule} = 'own-institution')) r where ${visible}) ${order})`
  const { rows } = await sql<Row>`select * from (${from(sql`record.resource`)} union all ${from(sql`record.version`)}) v ${order}`.execute(
    ctx.db,
  )
  return rows.map(toSeen)
}
