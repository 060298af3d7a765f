import { type RawBuilder, sql } from 'kysely'
import type { ItemKind } from '#care/consent'
import type { Context } from '#kernel/context'

/** Where a walk over the record stands: rows are walked in the order of key, type, id. */
export type ScanCursor = { key: string; type: string; id: string }

export type Scan = {
  /** Resource types wanted; null for all. */
  types: readonly string[] | null
  /** Patient keys wanted, sorted; null for everybody the caller may see. */
  keys: readonly string[] | null
  /** True leaves out what belongs to no person. */
  personalOnly: boolean
  /** Only what changed after this instant; deletions since are rows of their own then. */
  since: Date | null
  /** The record as it stood at this instant: what changed later comes in its version of then. */
  at: Date
  after: ScanCursor | null
  /** End of the stretch being walked, as the answer before gave it. */
  edge: ScanCursor | null
  limit: number
}

export type Scanned = ScanCursor & { kind: ItemKind; rule: string; deleted: boolean; body: string }
export type ScanPage = {
  rows: Scanned[]
  /** Where the next page starts; null at the end. */
  next: { after: ScanCursor; edge: ScanCursor | null } | null
}

/** What a caller may see: `consent.visibleTo` and `consent.ruleOf` of one context. */
export type Sight = { visible: RawBuilder<boolean>; rule: RawBuilder<string> }

/** Rows looked at in one statement at most, seen or not: a caller who may see little must not make it walk the whole record. */
const STRETCH = 50_000
/** People asked for by key in one statement. */
const KEYS_AT_ONCE = 20

/**
 * The next page of everything the caller may see, each row judged in the query that reads it.
 * @param limit rows of a page; a page may hold fewer, or none, and still not be the last
 */
export async function scan(ctx: Pick<Context, 'db'>, sight: Sight, about: Scan): Promise<ScanPage> {
  return about.keys === null ? scanStretch(ctx, sight, about) : scanKeys(ctx, sight, about, about.keys)
}

async function scanStretch(ctx: Pick<Context, 'db'>, sight: Sight, about: Scan): Promise<ScanPage> {
  const edge = about.edge ?? (await findEdge(ctx, about.after))
  const upTo = edge === null ? sql`true` : sql`(r.key, r.type, r.id) <= (${edge.key}, ${edge.type}, ${edge.id})`
  const rows = await findRows(ctx, sight, about, upTo)
  if (rows.length === about.limit) return { rows, next: { after: cursorOf(rows.at(-1)!), edge } }
  return { rows, next: edge === null ? null : { after: edge, edge: null } }
}

async function scanKeys(ctx: Pick<Context, 'db'>, sight: Sight, about: Scan, keys: readonly string[]): Promise<ScanPage> {
  // Always the same groups of people: the database may sort keys otherwise than the list does.
  const at = about.after === null ? 0 : Math.max(keys.indexOf(about.after.key), 0)
  const from = at - (at % KEYS_AT_ONCE)
  const some = keys.slice(from, from + KEYS_AT_ONCE)
  const rows = await findRows(ctx, sight, about, sql`r.key = any(${some}::text[])`)
  if (rows.length === about.limit) return { rows, next: { after: cursorOf(rows.at(-1)!), edge: null } }
  const following = keys[from + KEYS_AT_ONCE]
  return { rows, next: following === undefined ? null : { after: { key: following, type: '', id: '' }, edge: null } }
}

const cursorOf = ({ key, type, id }: ScanCursor): ScanCursor => ({ key, type, id })
/** A cursor without a type stands before the first row of its people. */
const afterSql = (after: ScanCursor | null) =>
  after === null || after.type === '' ? sql`true` : sql`(r.key, r.type, r.id) > (${after.key}, ${after.type}, ${after.id})`

async function findEdge(ctx: Pick<Context, 'db'>, after: ScanCursor | null): Promise<ScanCursor | null> {
  const { rows } = await sql<ScanCursor>`select r.key, r.type, r.id from record.resource r where ${afterSql(after)}
    order by r.key, r.type, r.id offset ${sql.lit(STRETCH)} limit 1`.execute(ctx.db)
  return rows[0] ?? null
}

/** What changed after `at` is shown as it was then, where both the row of now and the version of then may be seen. */
async function findRows(ctx: Pick<Context, 'db'>, sight: Sight, about: Scan, range: RawBuilder<unknown>): Promise<Scanned[]> {
  const types = about.types === null ? sql`true` : sql`r.type = any(${[...about.types]}::text[])`
  const since = about.since === null ? sql`not r.deleted` : sql`coalesce(was.last_updated, r.last_updated) > ${about.since}`
  const { rows } = await sql<Scanned>`
    select r.key, r.type, r.id, r.kind, r.deleted, ${sight.rule} as rule, coalesce(was.body, r.body) as body
    from record.resource r left join lateral (
      select r.last_updated, r.body from (
        select v.* from record.version v where r.last_updated > ${about.at} and v.key = r.key and v.type = r.type and v.id = r.id
          and v.last_updated <= ${about.at} order by v.version desc limit 1) r
      where not r.deleted and ${sight.visible}) was on true
    where ${afterSql(about.after)} and ${range} and ${types} and ${since} and ${about.personalOnly ? sql`r.kind <> 'shared'` : sql`true`}
      and (r.last_updated <= ${about.at} or (was.body is not null and not r.deleted)) and ${sight.visible}
    order by r.key, r.type, r.id limit ${sql.lit(about.limit)}`.execute(ctx.db)
  return rows
}

/**
 * Which of these resources the caller may still see, by their place in the list.
 * @param deleted whether a deletion may be told too
 */
export async function stillVisible(
  ctx: Pick<Context, 'db'>,
  visible: RawBuilder<boolean>,
  about: { type: string; which: readonly { key: string; id: string }[]; deleted: boolean },
): Promise<Set<number>> {
  const [keys, ids] = [about.which.map((w) => w.key), about.which.map((w) => w.id)]
  const { rows } = await sql<{ n: number }>`
    select w.n from unnest(${keys}::text[], ${ids}::text[]) with ordinality as w(key, id, n)
      join record.resource r on r.key = w.key and r.type = ${about.type} and r.id = w.id
    where ${about.deleted ? sql`true` : sql`not r.deleted`} and ${visible}`.execute(ctx.db)
  return new Set(rows.map((r) => r.n - 1))
}
