import { sql } from 'kysely'
import { and, or, type Sql } from './compare-sql.ts'
import type { Cursor, Search, Sort } from './model.ts'
import { sortDatesFilled } from './sort-date.ts'

/** One key of an order: what it sorts by, how its value is written in a cursor, and whether it may be missing. */
export type OrderKey = { expression: Sql; cast: Sql; descending: boolean; nullable: boolean }

const casts = { updated: sql`timestamptz`, id: sql`text` }
const same = sql`q.key = r.key and q.type = r.type and q.id = r.id`

/** Whether a key is a column of the resource, in whose order an index may be read. */
export const isColumn = (sort: Sort): boolean => sort.by !== 'value' || (sort.own === true && sortDatesFilled())

/** What a key of the order sorts a resource by: the value that comes first in that direction. */
export function orderKey(sort: Sort): OrderKey {
  const { descending } = sort
  if (sort.by !== 'value') {
    const expression = sort.by === 'id' ? sql`r.id` : sql`r.last_updated`
    return { expression, cast: casts[sort.by], descending, nullable: false }
  }
  const first = (value: Sql) => (descending ? sql`max(${value})` : sql`min(${value})`)
  const params = sort.params.length === 1 ? sql`q.param = ${sort.params[0]}` : sql`q.param = any(${sort.params}::text[])`
  const begins = (mark: string) => or(sort.params.map((p) => sql`starts_with(t.v, ${`${p}=${mark}`})`))
  const rest = sql`substr(t.v, strpos(t.v, '=') + 1)`
  const key = (expression: Sql, cast: Sql): OrderKey => ({ expression, cast, descending, nullable: true })
  switch (sort.table) {
    case 'string_value':
      return key(sql`(select ${first(sql`q.value collate "C"`)} from record.string_value q where ${same} and ${params})`, sql`text`)
    // A span is ordered by its beginning; one without a beginning by its end.
    case 'date_value':
      if (isColumn(sort)) return key(sql`r.sort_at`, sql`timestamptz`)
      return key(sql`(select ${first(sql`coalesce(q.lo, q.hi)`)} from record.date_value q where ${same} and ${params})`, sql`timestamptz`)
    case 'number_value':
      return key(
        sql`(select ${first(sql`coalesce(q.clo, q.lo, q.chi, q.hi)`)} from record.number_value q where ${same} and ${params})`,
        sql`float8`,
      )
    case 'tokens':
      return key(sql`(select ${first(sql`${rest} collate "C"`)} from unnest(r.tokens) t(v) where ${begins('*|')})`, sql`text`)
    case 'refs':
      return key(sql`(select ${first(sql`${rest} collate "C"`)} from unnest(r.refs) t(v) where ${begins('')})`, sql`text`)
    case 'address':
      return key(sql`(select ${first(sql`${rest} collate "C"`)} from unnest(r.tokens) t(v) where ${begins('')})`, sql`text`)
  }
}

/** Orders end with type and id, so that every order is total and a page can start after any row. */
export function orderBy(keys: readonly { column: Sql; descending: boolean; nullable: boolean }[], search: Search): Sql {
  const last = keys.at(-1)!.descending ? sql`desc` : sql`asc`
  const byId = search.sort.at(-1)!.by === 'id'
  const parts = keys.map((k) => sql`${k.column} ${k.descending ? sql`desc` : sql`asc`}${k.nullable ? sql` nulls last` : sql``}`)
  const ties = [...(search.types.length === 1 ? [] : [sql`r.type ${last}`]), ...(byId ? [] : [sql`r.id ${last}`])]
  return sql.join([...parts, ...ties])
}

/** Rows that come after the cursor in this order. */
export function afterCursor(
  keys: readonly { column: Sql; cast: Sql; descending: boolean; nullable: boolean }[],
  cursor: Cursor,
  search: Search,
): Sql {
  const last = keys.at(-1)!.descending
  const ties = [
    ...(search.types.length === 1 ? [] : [{ column: sql`r.type`, cast: sql`text`, descending: last, nullable: false, value: cursor.type }]),
    { column: sql`r.id`, cast: sql`text`, descending: last, nullable: false, value: cursor.id },
  ]
  const byId = search.sort.at(-1)!.by === 'id'
  const all = [...keys.map((k, n) => ({ ...k, value: cursor.values[n] ?? null })), ...(byId && ties.length === 1 ? [] : ties)]
  if (all.every((k) => !k.nullable && k.descending === last)) {
    const than = last ? sql`<` : sql`>`
    return sql`(${sql.join(all.map((k) => k.column))}) ${than} (${sql.join(all.map((k) => sql`${k.value}::${k.cast}`))})`
  }
  const equal = (k: (typeof all)[number]) => (k.value === null ? sql`${k.column} is null` : sql`${k.column} = ${k.value}::${k.cast}`)
  const beyond = (k: (typeof all)[number]): Sql => {
    // Missing values come last, so nothing comes after one of them.
    if (k.value === null) return sql`false`
    const than = k.descending ? sql`${k.column} < ${k.value}::${k.cast}` : sql`${k.column} > ${k.value}::${k.cast}`
    return k.nullable ? sql`(${than} or ${k.column} is null)` : than
  }
  return or(all.map((k, n) => and([...all.slice(0, n).map(equal), beyond(k)])))
}
