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
  /** Versions that stood at some moment of this span; the end exclusive, null where it is open. */
  during?: { lo: Date | null; hi: Date | null }
  after?: HistoryCursor
  /** These alone; version null: every version. */
  listed?: readonly { type: string; id: string; version: number | null }[]
  limit: number
}

const COLUMNS = sql`key, type, id, version, last_updated, deleted, kind, source, deposit_id, uninformed, undelivered, long_term, addressee,
  registered_at, clinical_at, body`

const none = sql`true`

const among = (listed: NonNullable<Wanted['listed']>) => sql`exists (select 1 from unnest(${listed.map((l) => l.type)}::text[],
  ${listed.map((l) => l.id)}::text[], ${listed.map((l) => l.version)}::int[]) l(type, id, version)
  where l.type = r.type and l.id = r.id and (l.version is null or l.version = r.version))`

function narrowed(wanted: Wanted): RawBuilder<unknown> {
  const { type, one, since, during, after, listed } = wanted
  const overtaken = (table: RawBuilder<unknown>) => sql`not exists (select 1 from ${table} n
    where n.key = r.key and n.type = r.type and n.id = r.id and n.version = r.version + 1 and n.last_updated <= ${during?.lo})`
  return sql`${type === undefined ? none : sql`r.type = ${type}`}
    and ${one === undefined ? none : sql`r.key = ${one.key} and r.id = ${one.id}`}
    and ${one?.version === undefined ? none : sql`r.version = ${one.version}`}
    and ${since === undefined ? none : sql`r.last_updated >= ${since}`}
    and ${!during?.hi ? none : sql`r.last_updated < ${during.hi}`}
    and ${!during?.lo ? none : sql`${overtaken(sql`record.version`)} and ${overtaken(sql`record.resource`)}`}
    and ${listed === undefined ? none : among(listed)}
    and ${after === undefined ? none : sql`(r.last_updated, r.type, r.id, r.version) < (${after.at}::timestamptz, ${after.type}, ${after.id}, ${after.version})`}`
}

type Sees = { visible: RawBuilder<boolean>; rule: RawBuilder<string> }

/** The resource as it stands lets its earlier versions over alias `r` be seen; what was taken back, only to its sender. */
const stillSeen = ({
  visible,
  rule,
}: Sees) => sql`exists (select 1 from (select * from record.resource c where c.key = r.key and c.type = r.type
  and c.id = r.id and (not c.deleted or r.deleted or ${rule} = 'own-institution')) r where ${visible})`

/** Versions that were replaced since, by their numbers, of those that the caller may see. @param keys where they may stand, beside ids that clients chose */
export async function findReplaced(
  ctx: Pick<Context, 'db'>,
  sees: Sees,
  wanted: { keys: readonly string[]; which: readonly { type: string; id: string; version: number }[] },
): Promise<Seen[]> {
  const { keys, which } = wanted
  if (which.length === 0) return []
  const [types, ids, versions] = [which.map((w) => w.type), which.map((w) => w.id), which.map((w) => w.version)]
  const { rows } = await sql<Row>`select ${COLUMNS}, ${sees.rule} as rule from record.version r
    where r.key = any(${[...keys]}::text[] || array(select c.key from record.client_id c
        where (c.type, c.id) in (select * from unnest(${types}::text[], ${ids}::text[]))))
      and (r.type, r.id, r.version) in (select * from unnest(${types}::text[], ${ids}::text[], ${versions}::int[]))
      and not r.deleted and ${sees.visible} and ${stillSeen(sees)} order by r.type, r.id, r.version`.execute(ctx.db)
  return rows.map(toSeen)
}

const newestFirst = sql`order by last_updated desc, type desc, id desc, version desc`

/** The versions wanted that the caller may see; of each table no more than the limit. */
function versionsSql(sees: Sees, wanted: Wanted): RawBuilder<unknown> {
  const from = (table: RawBuilder<unknown>) => sql`(select ${COLUMNS}, ${sees.rule} as rule from ${table} r
    where ${narrowed(wanted)} and ${sees.visible} and ${stillSeen(sees)} ${newestFirst} limit ${wanted.limit})`
  return sql`(${from(sql`record.resource`)} union all ${from(sql`record.version`)})`
}

/**
 * Versions that the caller may see, newest first. Each version is judged by its own marks and by those of the current one: what was
 * hidden since stays hidden in its history too. What was taken back shows others only that it was.
 */
export async function findVersions(ctx: Pick<Context, 'db'>, sees: Sees, wanted: Wanted): Promise<Seen[]> {
  const { rows } = await sql<Row>`select * from ${versionsSql(sees, wanted)} v ${newestFirst} limit ${wanted.limit}`.execute(ctx.db)
  return rows.map(toSeen)
}

/** How many versions the caller may see, at most as many as the limit says. */
export async function countVersions(ctx: Pick<Context, 'db'>, sees: Sees, wanted: Wanted): Promise<number> {
  const { rows } = await sql<{
    n: number
  }>`select count(*)::int as n from (select 1 from ${versionsSql(sees, wanted)} v limit ${wanted.limit}) c`.execute(ctx.db)
  return rows[0]!.n
}
