import { sql } from 'kysely'
import { copyInto } from '#kernel/copy-rows'
import { type Db, later } from '#kernel/database'
import type { ColumnType } from '#kernel/copy-binary'
import type { CopyValue } from '#kernel/copy-in'
import type { Resource } from '#packages/fhir'
import type { IndexRows } from '../index-rows.ts'
import { customRows, freshen } from './custom.ts'
import { CUSTOM_FROM } from './custom-store.ts'
import { customReadersFor } from './registry.ts'

/** One current version and what it is found by. */
export type Indexed = { key: string; type: string; id: string; body: string; index: IndexRows }

type Which = { key: string; type: string; id: string }
type Part = Pick<IndexRows, 'strings' | 'dates' | 'numbers' | 'composites'>

/** The rows of one table, numbered within their resource. */
const rowsIn = <K extends keyof Part>(of: readonly (Which & { index: Part })[], name: K, from: number) =>
  of.flatMap(({ key, type, id, index }) => index[name].map((row, n) => ({ key, type, id, n: n + from, ...row })))

/**
 * Writes what resources are found by beside their own columns: one statement a table, whatever the number of resources, and none where
 * a table has nothing to take.
 * @param about.unknown the resources are new and many: nothing can stand in the way of their rows, so COPY takes them in
 */
export async function insertIndex(db: Db, rows: readonly Indexed[], { unknown = false } = {}): Promise<void> {
  await freshen(db)
  const custom = rows.filter((r) => customReadersFor(r.type).length > 0)
  const own = custom.map(({ key, type, id, body }) => ({ key, type, id, index: customRows(JSON.parse(body) as Resource) }))
  if (unknown) await copyValues(db, rows)
  else await insertValues(db, rows, 0)
  if (own.length > 0) await insertValues(db, own, CUSTOM_FROM)
}

/** @param from number of the first row of each resource; rows that somebody's own parameters make stand apart from the built-in ones */
export async function insertValues(db: Db, rows: readonly (Which & { index: Part })[], from: number): Promise<void> {
  const strings = rowsIn(rows, 'strings', from)
  if (strings.length > 0)
    await later(
      db,
      sql`insert into record.string_value (key, type, id, param, n, value, raw) select key, type, id, param, n, value, raw
      from jsonb_to_recordset(${JSON.stringify(strings)}::jsonb) as v(key text, type text, id text, param text, n int, value text, raw text)
      on conflict do nothing`,
    )
  const dates = rowsIn(rows, 'dates', from)
  if (dates.length > 0)
    await later(
      db,
      sql`insert into record.date_value (key, type, id, param, n, lo, hi) select key, type, id, param, n, lo, hi
      from jsonb_to_recordset(${JSON.stringify(dates)}::jsonb) as v(key text, type text, id text, param text, n int, lo timestamptz, hi timestamptz)
      on conflict do nothing`,
    )
  const numbers = rowsIn(rows, 'numbers', from)
  if (numbers.length > 0)
    await later(
      db,
      sql`insert into record.number_value (key, type, id, param, n, lo, hi, system, code, unit, clo, chi, cunit)
      select key, type, id, param, n, lo, hi, system, code, unit, clo, chi, cunit
      from jsonb_to_recordset(${JSON.stringify(numbers)}::jsonb) as v(key text, type text, id text, param text, n int, lo float8, hi float8,
        system text, code text, unit text, clo float8, chi float8, cunit text)
      on conflict do nothing`,
    )
  const composites = rowsIn(rows, 'composites', from)
  if (composites.length > 0)
    await later(
      db,
      sql`insert into record.composite_value (key, type, id, param, n, parts) select key, type, id, param, n, parts
      from jsonb_to_recordset(${JSON.stringify(composites)}::jsonb) as v(key text, type text, id text, param text, n int, parts jsonb)
      on conflict do nothing`,
    )
}

/** A table of values, as COPY takes it in. */
const valueTable = <K extends keyof Part>(
  name: K,
  table: `record.${string}`,
  about: { columns: Readonly<Record<string, ColumnType>>; of: (row: Part[K][number]) => CopyValue[] },
) => ({
  table,
  columns: ['key', 'type', 'id', 'n', 'param', ...Object.keys(about.columns)],
  types: ['text', 'text', 'text', 'int4', 'text', ...Object.values(about.columns)] as readonly ColumnType[],
  /** The rows of one resource, numbered. */
  rowsOf: ({ key, type, id, index }: Indexed): CopyValue[][] =>
    index[name].map((row, n) => [key, type, id, n, row.param, ...about.of(row)]),
})

/** The tables of built-in values. */
export const valueTables = [
  valueTable('strings', 'record.string_value', { columns: { value: 'text', raw: 'text' }, of: (r) => [r.value, r.raw] }),
  valueTable('dates', 'record.date_value', { columns: { lo: 'timestamptz', hi: 'timestamptz' }, of: (r) => [r.lo, r.hi] }),
  valueTable('numbers', 'record.number_value', {
    columns: { lo: 'float8', hi: 'float8', system: 'text', code: 'text', unit: 'text', clo: 'float8', chi: 'float8', cunit: 'text' },
    of: (r) => [r.lo, r.hi, r.system, r.code, r.unit, r.clo, r.chi, r.cunit],
  }),
  valueTable('composites', 'record.composite_value', { columns: { parts: 'jsonb' }, of: (r) => [JSON.stringify(r.parts)] }),
] as const

/** The built-in values of new resources, by COPY: one a table. */
async function copyValues(db: Db, rows: readonly Indexed[]): Promise<void> {
  for (const { table, columns, rowsOf } of valueTables) {
    const values = rows.flatMap(rowsOf)
    if (values.length > 0) await copyInto(db, table, { columns, rows: values })
  }
}

/** Takes away what resources were found by. */
export async function dropIndex(db: Db, which: readonly Which[]): Promise<void> {
  if (which.length === 0) return
  const listed = sql`jsonb_to_recordset(${JSON.stringify(which)}::jsonb) as w(key text, type text, id text)`
  await later(
    db,
    sql`with gone as (select w.key, w.type, w.id from ${listed}),
    s as (delete from record.string_value v using gone w where v.key = w.key and v.type = w.type and v.id = w.id),
    d as (delete from record.date_value v using gone w where v.key = w.key and v.type = w.type and v.id = w.id),
    n as (delete from record.number_value v using gone w where v.key = w.key and v.type = w.type and v.id = w.id)
    delete from record.composite_value v using gone w where v.key = w.key and v.type = w.type and v.id = w.id`,
  )
}
