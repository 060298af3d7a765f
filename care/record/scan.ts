import { type RawBuilder, sql } from 'kysely'
import { type ItemKind, receiptOf } from '#care/consent'
import type { Context } from '#kernel/context'
import { type AskFirst, type CopiedRow, copyRows } from '#kernel/copy-rows'
import { resourceTypes } from '#packages/fhir'

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

export type Scanned = ScanCursor & { kind: ItemKind; rule: string; consentId: string; deleted: boolean; body: string }
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
  const stretch = await stretchOf(ctx, about)
  const rows = await findRows(ctx, sight, about, stretch.range)
  if (rows.length < about.limit) return { rows, next: stretch.next }
  return { rows, next: { after: cursorOf(rows.at(-1)!), edge: stretch.edge } }
}

type Stretch = { range: RawBuilder<unknown>; edge: ScanCursor | null; next: ScanPage['next'] }

/** What one statement may walk, and where the walk goes on behind it. */
async function stretchOf(ctx: Pick<Context, 'db'>, about: Scan, most = STRETCH): Promise<Stretch> {
  if (about.keys !== null) return groupOfKeys(about, about.keys)
  const edge = about.edge ?? (await findEdge(ctx, about.after, most))
  const range = edge === null ? sql`true` : sql`(r.key, r.type, r.id) <= (${edge.key}, ${edge.type}, ${edge.id})`
  return { range, edge, next: edge === null ? null : { after: edge, edge: null } }
}

/** Always the same groups of people: the database may sort keys otherwise than the list does. */
function groupOfKeys(about: Scan, keys: readonly string[]): Stretch {
  const at = about.after === null ? 0 : Math.max(keys.indexOf(about.after.key), 0)
  const from = at - (at % KEYS_AT_ONCE)
  const following = keys[from + KEYS_AT_ONCE]
  const range = sql`r.key = any(${keys.slice(from, from + KEYS_AT_ONCE)}::text[])`
  return { range, edge: null, next: following === undefined ? null : { after: { key: following, type: '', id: '' }, edge: null } }
}

const cursorOf = ({ key, type, id }: ScanCursor): ScanCursor => ({ key, type, id })
/** A cursor without a type stands before the first row of its people. */
const afterSql = (after: ScanCursor | null) =>
  after === null || after.type === '' ? sql`true` : sql`(r.key, r.type, r.id) > (${after.key}, ${after.type}, ${after.id})`

async function findEdge(ctx: Pick<Context, 'db'>, after: ScanCursor | null, most: number): Promise<ScanCursor | null> {
  const { rows } = await sql<ScanCursor>`select r.key, r.type, r.id from record.resource r where ${afterSql(after)}
    order by r.key, r.type, r.id offset ${sql.lit(most - 1)} limit 1`.execute(ctx.db)
  return rows[0] ?? null
}

/** Rows, and the text of each as it was. */
type Rows = { from: RawBuilder<unknown>; body: RawBuilder<unknown> }

/**
 * What changed after `at` is shown as it was then, where both the row of now and the version of then may be seen.
 * @param isStill nothing changed after `at`: no row need be looked up among the versions, which would take a sixth of the time
 */
function rowsSql(sight: Sight, about: Scan, range: RawBuilder<unknown>, isStill = false): Rows {
  const types = about.types === null ? sql`true` : sql`r.type = any(${[...about.types]}::text[])`
  const whose = about.personalOnly ? sql`r.kind <> 'shared'` : sql`true`
  const wanted = sql`${afterSql(about.after)} and ${range} and ${types} and ${whose}`
  if (isStill) {
    const since = about.since === null ? sql`not r.deleted` : sql`r.last_updated > ${about.since}`
    return {
      from: sql`from record.resource r where ${wanted} and ${since} and r.last_updated <= ${about.at} and ${sight.visible}`,
      body: sql`r.body`,
    }
  }
  const since = about.since === null ? sql`not r.deleted` : sql`coalesce(was.last_updated, r.last_updated) > ${about.since}`
  const from = sql`from record.resource r left join lateral (
      select r.last_updated, r.body from (
        select v.* from record.version v where r.last_updated > ${about.at} and v.key = r.key and v.type = r.type and v.id = r.id
          and v.last_updated <= ${about.at} order by v.version desc limit 1) r
      where not r.deleted and ${sight.visible}) was on true
    where ${wanted} and ${since} and (r.last_updated <= ${about.at} or (was.body is not null and not r.deleted)) and ${sight.visible}`
  return { from, body: sql`coalesce(was.body, r.body)` }
}

/** Whether nothing that may be wanted has changed since the instant of the walk. */
async function isStillAsOf(ask: AskFirst, { types, at }: Pick<Scan, 'types' | 'at'>): Promise<boolean> {
  const [row] = await ask(sql<{ changed: boolean }>`select exists (
    select 1 from record.resource r where r.type = any(${[...(types ?? resourceTypes)]}::text[]) and r.last_updated > ${at}) as changed`)
  return !row!.changed
}

async function findRows(ctx: Pick<Context, 'db'>, sight: Sight, about: Scan, range: RawBuilder<unknown>): Promise<Scanned[]> {
  const { from, body } = rowsSql(sight, about, range)
  const { rows } = await sql<Omit<Scanned, 'consentId'>>`
    select r.key, r.type, r.id, r.kind, r.deleted, ${sight.rule} as rule, ${body} as body
    ${from} order by r.key, r.type, r.id limit ${sql.lit(about.limit)}`.execute(ctx.db)
  return rows.map((row) => ({ ...row, ...receiptOf(row.rule) }))
}

/** Rows of one person, type, kind and rule, put together by the database: `key TAB id TAB bytes of the text` and the text, a line each. */
export type ScanGroup = Pick<Scanned, 'key' | 'type' | 'kind' | 'rule' | 'consentId' | 'deleted'> & {
  count: number
  places: Buffer
  lines: Buffer
}

/** Texts from this size on are groups of their own: the others of one person and type in a stretch stay within what one field may hold. */
const APART_BYTES = 8 << 10

/**
 * A stretch lies in the order of the primary key already. Found by a bitmap it has to be sorted again, texts and all, which spills to the
 * disk; what is left to sort are the rows of one person and type.
 */
const PLANNED = { enable_bitmapscan: 'off', work_mem: '64MB' }

/** Stretches walked at a time, each on a connection of its own: on one alone, the database would rest whenever its rows are taken in. */
const AT_ONCE = 2

/**
 * The same walk for what leaves as it is stored: rows come as bytes, many in one piece, while the database sends them.
 * Handed over one by one they would take the reader more time than the database. Stretches come mingled.
 * @param about.limit rows of a stretch, seen or not
 * @param about.goesOn whether one more stretch is begun after so many; while the last of a call ends, nobody walks beside it
 * @param each called with some groups at a time, and waited for before more are handed over
 */
export async function scanGroups(
  ctx: Pick<Context, 'db'>,
  sight: Sight,
  about: Omit<Scan, 'edge'> & { goesOn: (begun: number) => boolean },
  each: (groups: ScanGroup[]) => Promise<void>,
): Promise<{ after: ScanCursor | null } | null> {
  const walked: Promise<void>[] = []
  const walking = new Set<Promise<void>>()
  let [turn, next]: [Promise<void>, { after: ScanCursor | null } | null] = [Promise.resolve(), about]
  const inTurn = (groups: ScanGroup[]) => (turn = turn.then(() => each(groups)))
  try {
    for (let n = 0; next !== null && about.goesOn(n); n++) {
      const from: Scan = { ...about, after: next.after, edge: null }
      // The end of the next stretch is looked for while others are walked.
      const stretch = await stretchOf(ctx, from, about.limit)
      if (walking.size >= AT_ONCE) await Promise.race(walking)
      const statement = async (ask: AskFirst) => groupsSql(sight, from, stretch.range, await isStillAsOf(ask, about))
      const walk = copyRows(ctx.db, statement, (copied) => inTurn(copied.map(groupOf)), PLANNED)
      walking.add(walk)
      walked.push(walk)
      // Whoever waits for all of them hears of a fault.
      walk.catch(() => undefined).finally(() => walking.delete(walk))
      next = stretch.next
    }
  } finally {
    // All have ended before the caller goes on, or nobody would know whose rows still come.
    await Promise.allSettled(walked)
  }
  await Promise.all(walked)
  return next
}

function groupsSql(sight: Sight, about: Scan, range: RawBuilder<unknown>, isStill: boolean): RawBuilder<unknown> {
  const { from, body } = rowsSql(sight, about, range, isStill)
  return sql`select concat_ws(E'\t', g.key, g.type, count(*), g.kind, g.deleted, g.rule),
      string_agg(concat_ws(E'\t', g.key, g.id, octet_length(g.body)), E'\n'), string_agg(g.body, E'\n')
    from (select r.key, r.type, r.id, r.kind, r.deleted, coalesce(${sight.rule}, '') as rule, ${body} as body,
        case when octet_length(${body}) >= ${sql.lit(APART_BYTES)} then r.id else '' end as part
      ${from}) g
    group by g.key, g.type, g.part, g.kind, g.rule, g.deleted`
}

function groupOf([words, places, lines]: CopiedRow): ScanGroup {
  const [key = '', type = '', count = '', kind = '', deleted = '', rule = ''] = words!.toString('utf8').split('\t')
  return {
    key,
    type,
    kind: kind as ItemKind,
    ...receiptOf(rule),
    deleted: deleted === 't',
    count: Number(count),
    places: places!,
    lines: lines!,
  }
}
