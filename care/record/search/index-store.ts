import { sql } from 'kysely'
import type { Db } from '#kernel/database'
import type { IndexRows } from '../index-rows.ts'

/** One current version and what it is found by. */
export type Indexed = { key: string; type: string; id: string; index: IndexRows }

type Which = { key: string; type: string; id: string }

/** Writes what resources are found by beside their own columns: one statement a table, whatever the number of resources. */
export async function insertIndex(db: Db, rows: readonly Indexed[]): Promise<void> {
  const of = (r: Indexed): Which => ({ key: r.key, type: r.type, id: r.id })
  const strings = rows.flatMap((r) => r.index.strings.map((s) => ({ ...of(r), ...s })))
  if (strings.length > 0)
    await sql`insert into record.string_value (key, type, id, param, value) select key, type, id, param, value
      from jsonb_to_recordset(${JSON.stringify(strings)}::jsonb) as n(key text, type text, id text, param text, value text) on conflict do nothing`.execute(
      db,
    )
  const dates = rows.flatMap((r) => r.index.dates.map((d, n) => ({ ...of(r), ...d, n })))
  if (dates.length > 0)
    await sql`insert into record.date_value (key, type, id, param, n, lo, hi) select key, type, id, param, n, lo, hi
      from jsonb_to_recordset(${JSON.stringify(dates)}::jsonb) as n(key text, type text, id text, param text, n int, lo timestamptz, hi timestamptz)`.execute(
      db,
    )
}

/** Takes away what resources were found by. */
export async function dropIndex(db: Db, which: readonly Which[]): Promise<void> {
  if (which.length === 0) return
  const listed = sql`jsonb_to_recordset(${JSON.stringify(which)}::jsonb) as w(key text, type text, id text)`
  await sql`delete from record.string_value s using ${listed} where s.key = w.key and s.type = w.type and s.id = w.id`.execute(db)
  await sql`delete from record.date_value d using ${listed} where d.key = w.key and d.type = w.type and d.id = w.id`.execute(db)
}
