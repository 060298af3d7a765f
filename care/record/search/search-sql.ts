import { type RawBuilder, sql } from 'kysely'
import type { Context } from '#kernel/context'
import type { DateRange } from '#packages/fhir'
import type { Seen } from '../model.ts'
import type { Condition, DatePrefix, Search } from './search-query.ts'
import { COLUMNS, toSeen } from '../store.ts'

/** Totals are counted under the caller's predicate and stop here: beyond it nobody reads the figure, and counting would cost more than the page. */
export const TOTAL_CAP = 10_000

const or = (parts: RawBuilder<unknown>[]): RawBuilder<unknown> => (parts.length === 0 ? sql`false` : sql`(${sql.join(parts, sql` or `)})`)

/** Compares a stored span (lo, hi) with a searched one. @spec FHIR R4 search, prefixes */
function compareDates(
  lo: RawBuilder<unknown>,
  hi: RawBuilder<unknown>,
  { prefix, range }: { prefix: DatePrefix; range: DateRange },
): RawBuilder<unknown> {
  const [from, to] = [sql`${range.lo}::timestamptz`, sql`${range.hi}::timestamptz`]
  const within = sql`(${lo} >= ${from} and ${hi} <= ${to})`
  switch (prefix) {
    case 'eq':
      return within
    case 'ne':
      return sql`not coalesce(${within}, false)`
    case 'gt':
      return sql`coalesce(${hi}, 'infinity') > ${to}`
    case 'ge':
      return sql`(coalesce(${hi}, 'infinity') > ${to} or ${within})`
    case 'lt':
      return sql`coalesce(${lo}, '-infinity') < ${from}`
    case 'le':
      return sql`(coalesce(${lo}, '-infinity') < ${from} or ${within})`
    case 'sa':
      return sql`${lo} >= ${to}`
    case 'eb':
      return sql`${hi} <= ${from}`
    case 'ap':
      return sql`(coalesce(${lo}, '-infinity') < ${to} and coalesce(${hi}, 'infinity') > ${from})`
  }
}

const likeEscaped = (value: string) => value.replace(/[\\%_]/g, '\\$&')

function conditionSql(condition: Condition): RawBuilder<unknown> {
  switch (condition.kind) {
    case 'id':
      return sql`r.id = any(${condition.ids}::text[])`
    case 'key':
      return sql`r.key = any(${condition.keys}::text[])`
    case 'token':
      return condition.not ? sql`not r.tokens && ${condition.values}::text[]` : sql`r.tokens && ${condition.values}::text[]`
    case 'ref':
      return sql`r.refs && ${condition.values}::text[]`
    case 'updated':
      return or(condition.values.map((v) => compareDates(sql`r.last_updated`, sql`r.last_updated`, v)))
    case 'date':
      return sql`exists (select 1 from record.date_value d where d.key = r.key and d.type = r.type and d.id = r.id and d.param = ${condition.param}
        and ${or(condition.values.map((v) => compareDates(sql`d.lo`, sql`d.hi`, v)))})`
    case 'string': {
      const compare = (value: string) =>
        condition.how === 'exact'
          ? sql`s.value = ${value}`
          : sql`s.value like ${condition.how === 'starts' ? `${likeEscaped(value)}%` : `%${likeEscaped(value)}%`}`
      return sql`exists (select 1 from record.string_value s where s.key = r.key and s.type = r.type and s.id = r.id and s.param = ${condition.param}
        and ${or(condition.values.map(compare))})`
    }
    case 'missing': {
      const prefix = `${condition.param}=`
      const present = sql`(exists (select 1 from unnest(r.tokens) t where starts_with(t, ${prefix})) or exists (select 1 from unnest(r.refs) t where starts_with(t, ${prefix}))
        or exists (select 1 from record.string_value s where s.key = r.key and s.type = r.type and s.id = r.id and s.param = ${condition.param})
        or exists (select 1 from record.date_value d where d.key = r.key and d.type = r.type and d.id = r.id and d.param = ${condition.param}))`
      return condition.missing ? sql`not ${present}` : present
    }
  }
}

/** Sort columns end with the id, so that every order is total and a page can start after any row. */
function order(search: Search) {
  const column =
    search.sort.by === 'clinical'
      ? sql`coalesce(r.clinical_at, '-infinity'::timestamptz)`
      : search.sort.by === 'updated'
        ? sql`r.last_updated`
        : sql`r.id`
  const direction = search.sort.descending ? sql`desc` : sql`asc`
  return { column, by: search.sort.by === 'id' ? sql`r.id ${direction}` : sql`${column} ${direction}, r.id ${direction}` }
}

function afterCursor(search: Search, column: RawBuilder<unknown>): RawBuilder<unknown> {
  const { cursor } = search
  if (!cursor) return sql`true`
  const than = search.sort.descending ? sql`<` : sql`>`
  if (search.sort.by === 'id') return sql`r.id ${than} ${cursor.id}`
  return sql`(${column}, r.id) ${than} (${cursor.value ?? '-infinity'}::timestamptz, ${cursor.id})`
}

export type Page = { rows: Seen[]; next: { value: string | null; id: string } | null; total: number | null }

/** Runs a search under the caller's predicate. One row more than the page is read, to know whether there is a next one. */
export async function runSearch(
  ctx: Context,
  about: { visible: RawBuilder<boolean>; rule: RawBuilder<string> },
  search: Search,
): Promise<Page> {
  const where = sql`r.type = ${search.type} and not r.deleted and ${about.visible} and ${search.conditions.length === 0 ? sql`true` : sql.join(search.conditions.map(conditionSql), sql` and `)}`
  const { column, by } = order(search)
  const rows = search.summaryCount
    ? []
    : (
        await sql<
          Parameters<typeof toSeen>[0]
        >`select ${COLUMNS}, ${about.rule} as rule from record.resource r where ${where} and ${afterCursor(search, column)} order by ${by} limit ${search.count + 1}`.execute(
          ctx.db,
        )
      ).rows.map(toSeen)
  const page = rows.slice(0, search.count)
  const more = rows.length > search.count
  const last = page.at(-1)
  const next =
    more && last
      ? {
          value:
            search.sort.by === 'id'
              ? last.id
              : ((search.sort.by === 'updated' ? last.lastUpdated : last.clinicalAt)?.toISOString() ?? null),
          id: last.id,
        }
      : null
  if (!more && search.cursor === null && !search.summaryCount) return { rows: page, next, total: page.length }
  if (search.total === 'none' && !search.summaryCount) return { rows: page, next, total: null }
  const { rows: counted } = await sql<{
    n: number
  }>`select count(*) as n from (select 1 from record.resource r where ${where} limit ${TOTAL_CAP}) c`.execute(ctx.db)
  return { rows: page, next, total: counted[0]!.n }
}
