import { type RawBuilder, sql } from 'kysely'
import type { KnownFacts } from '#care/consent'
import type { Context } from '#kernel/context'
import { plannedAnew, readsText, requireFew } from './bounds.ts'
import { and, type Sql } from './compare-sql.ts'
import { comparedOnly, conditionSql, leavesFew, type Under } from './condition-sql.ts'
import { indexesIn, type Plan, type PlanStep, stepsOf } from './explain.ts'
import { HIT_COLUMNS, type HitRow, toHit } from './hit.ts'
import { findIncluded } from './include-sql.ts'
import type { Condition, Cursor, Page, Search } from './model.ts'
import { cursorFor } from './order.ts'
import { afterCursor, isColumn, type OrderKey, orderBy, orderKey } from './order-sql.ts'
import type { Sight } from '../store/sight.ts'
import { resolved } from './resolve.ts'

export type { Page } from './model.ts'

/** Totals are counted under the caller's predicate and stop here: beyond it nobody reads the figure, and counting would cost more than the page. */
export const TOTAL_CAP = 10_000

export type About = {
  /** What may be searched: of these keys alone, where they are known. */
  sight: (keys: readonly string[] | null) => Sight
  /** Facts at hand about whose rows a search of these keys reads, and whether they hold still. */
  atHand: {
    of: (keys: readonly string[] | null) => KnownFacts | null
    hold: (facts: KnownFacts) => Promise<boolean>
  }
  /** What may be shown beside the matches. */
  beside: () => Sight
  /** Types that may be shown beside the matches; absent or null: all. */
  readable?: readonly string[] | null
}

const keysOf = (conditions: readonly Condition[]): readonly string[] | null => conditions.find((c) => c.kind === 'key')?.keys ?? null

function typeSql(types: readonly string[]): Sql {
  return types.length === 0 ? sql`true` : types.length === 1 ? sql`r.type = ${types[0]}` : sql`r.type = any(${types}::text[])`
}

/** `each`: the condition without that of the type; `where`: both; `whereSeen`: with another predicate than the sight's. */
type Prepared = {
  keys: readonly string[] | null
  sight: Sight
  where: Sql
  whereSeen: (visible: RawBuilder<boolean>) => Sql
  each: Sql
  anew: Sql
  order: OrderKey[]
  plain: boolean
}

/** The one statement of a search, as far as it does not depend on the page. */
async function prepare(ctx: Context, about: About, search: Search): Promise<Prepared> {
  const few = leavesFew(search.conditions)
  const keys = keysOf(search.conditions)
  const under: Under = { visible: () => about.sight(null).visible, keys, few, types: search.types }
  const sight = about.sight(keys)
  const conditions = await resolved(ctx, search.conditions, under)
  const all = (list: readonly Condition[]) => list.map((c) => conditionSql(c, under))
  const type = comparedOnly(typeSql(search.types), few)
  const scans = conditions.filter(readsText)
  const rest = all(conditions.filter((c) => !readsText(c)))
  const narrowed = (visible: RawBuilder<boolean>) => [sql`not r.deleted`, visible, ...rest]
  if (scans.length > 0 && keys === null) await requireFew(ctx, and([type, ...narrowed(sight.visible)]))
  const texts = all(scans)
  const eachSeen = (visible: RawBuilder<boolean>) => sql.join([...narrowed(visible), ...texts], sql` and `)
  const whereSeen = (visible: RawBuilder<boolean>) => sql`${type} and ${eachSeen(visible)}`
  const anew = plannedAnew(keys !== null || few || conditions.some((c) => c.kind === 'id'))
  const order = search.sort.map(orderKey)
  return {
    keys,
    sight,
    where: whereSeen(sight.visible),
    whereSeen,
    each: eachSeen(sight.visible),
    anew,
    order,
    plain: search.sort.every(isColumn),
  }
}

type Found = HitRow & Record<string, unknown>
type Columns = (OrderKey & { column: Sql })[]

/** Whether a search of several types goes by the last change alone: each type has an index in that order, all together have none. */
const byChange = ({ type, types, sort }: Search): boolean =>
  type === '' && types.length > 1 && sort.length === 1 && sort[0]!.by === 'updated'

/** Of each type as many as the page holds, in the order of its index; then the page of all of them. */
function eachTypeSql({ sight: { from, rule }, each, anew, order }: Prepared, search: Search): RawBuilder<Found> {
  const columns: Columns = order.map((k) => ({ ...k, column: k.expression }))
  const after = search.cursor ? sql` and ${afterCursor(columns, search.cursor, search)}` : sql``
  const limit = search.count + 1
  const inType = orderBy(columns, { ...search, types: [''] })
  return sql`${anew}select r.* from unnest(${search.types}::text[]) of(type) cross join lateral (
    select ${HIT_COLUMNS}, r.refs, ${rule} as rule from ${from} where r.type = of.type and ${each}${after} order by ${inType} limit ${limit}) r
    order by ${orderBy(columns, search)} limit ${limit}`
}

/** Sorting by own columns stays one scan in the order of an index; sorting by other values is worked out once a row, then ordered. */
function pageSql(prepared: Prepared, search: Search, known: KnownFacts | null = null): RawBuilder<Found> {
  if (byChange(search)) return eachTypeSql(prepared, search)
  const { sight, where, anew, order, plain } = prepared
  const { from, rule } = sight
  const direct: Columns = order.map((k) => ({ ...k, column: k.expression }))
  const refs = search.includes.length > 0 ? sql`, r.refs` : sql``
  const limit = search.count + 1
  if (plain) {
    const after = search.cursor ? sql` and ${afterCursor(direct, search.cursor, search)}` : sql``
    const dates = order.flatMap((k, n) => (search.sort[n]!.by === 'value' ? [sql`, ${k.expression} as ${sql.ref(`s${n}`)}`] : []))
    const columns = sql`${HIT_COLUMNS}${refs}, ${rule} as rule${sql.join(dates, sql``)}`
    const ordered = ({ from, visible }: Pick<Sight, 'from' | 'visible'>) =>
      sql<Found>`select ${columns} from ${from} where ${prepared.whereSeen(visible)}${after} order by ${orderBy(direct, search)}`
    return sql`${anew}${sight.first(ordered, { limit, types: search.types.length === 0 ? null : search.types, known })}`
  }
  const values = sql.join(order.map((k, n) => sql`${k.expression} as ${sql.ref(`s${n}`)}`))
  const rows = sql`select ${HIT_COLUMNS}${refs}, ${rule} as rule, ${values} from ${from} where ${where}`
  const named = (prefix: string): Columns => order.map((k, n) => ({ ...k, column: sql.ref(`${prefix}s${n}`) }))
  if (!search.cursor) return sql`${anew}${rows} order by ${orderBy(named(''), search)} limit ${limit}`
  const after = afterCursor(named('r.'), search.cursor, search)
  return sql`${anew}select * from (${rows}) r where ${after} order by ${orderBy(named('r.'), search)} limit ${limit}`
}

const written = (value: unknown): string | null =>
  value === null || value === undefined ? null : value instanceof Date ? value.toISOString() : String(value)

function cursorAt(search: Search, row: Found): Cursor {
  const own = { updated: row.last_updated, id: row.id }
  const values = search.sort.map((s, n) => written(s.by === 'value' ? row[`s${n}`] : own[s.by]))
  return cursorFor(search.sort, { values, type: row.type, id: row.id })
}

/** Under facts at hand where they hold; where they do not, the statement shows nothing, and the search asks for them all. */
async function foundRows(ctx: Context, { atHand }: About, { prepared, search }: { prepared: Prepared; search: Search }): Promise<Found[]> {
  const known = prepared.plain && !byChange(search) ? atHand.of(prepared.keys) : null
  const { rows } = await pageSql(prepared, search, known).execute(ctx.db)
  if (known === null || rows.length > 0 || (await atHand.hold(known))) return rows
  return (await pageSql(prepared, search).execute(ctx.db)).rows
}

/** Runs a search under the caller's predicate. One row more than the page is read, to know whether there is a next one. */
export async function runSearch(ctx: Context, about: About, search: Search): Promise<Page> {
  const prepared = await prepare(ctx, about, search)
  const found = search.summaryCount ? [] : await foundRows(ctx, about, { prepared, search })
  const more = found.length > search.count
  const shown = more ? found.slice(0, search.count) : found
  const rows = shown.map(toHit)
  const next = more ? cursorAt(search, shown.at(-1)!) : null
  const refs = shown.map((r) => (r.refs as string[] | undefined) ?? [])
  const { included, cut } = await findIncluded(ctx, about, { search, rows, refs })
  return { rows, included, cut, next, total: await totalOf(ctx, prepared, search, more ? null : rows.length) }
}

async function totalOf(
  ctx: Context,
  { sight: { from }, where, anew }: Prepared,
  search: Search,
  whole: number | null,
): Promise<number | null> {
  if (whole !== null && search.cursor === null && !search.summaryCount) return whole
  if (search.total === 'none' && !search.summaryCount) return null
  const { rows } = await sql<{
    n: number
  }>`${anew}select count(*) as n from (select 1 from ${from} where ${where} limit ${TOTAL_CAP}) c`.execute(ctx.db)
  return rows[0]!.n
}

/** `indexes`: all that the plan uses; `steps`: where it reads rows, with what each index is asked by. */
export type Explained = { indexes: string[]; steps: PlanStep[]; estimatedRows: number; cost: number }

/** Which indexes the database would use for a search, and what it expects it to cost. Nothing is read. */
export async function explainSearch(ctx: Context, about: About, search: Search): Promise<Explained> {
  const prepared = await prepare(ctx, about, search)
  const { rows } = await sql<{ 'QUERY PLAN': { Plan: Plan }[] }>`explain (format json) ${pageSql(prepared, search)}`.execute(ctx.db)
  const plan = rows[0]!['QUERY PLAN'][0]!.Plan
  return { indexes: [...new Set(indexesIn(plan))], steps: stepsOf(plan), estimatedRows: plan['Plan Rows'], cost: plan['Total Cost'] }
}
