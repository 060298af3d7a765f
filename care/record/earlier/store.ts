import { sql } from 'kysely'
import type { Db } from '#kernel/database'
import { dropIndex } from '../search/index-store.ts'
import { insertNew, type WrittenRow } from '../store.ts'

/** Versions of resources as they stand, deleted ones included. */
export async function currentVersions(db: Db, type: string, which: readonly { key: string; id: string }[]): Promise<Map<string, number>> {
  const listed = JSON.stringify(which.map(({ key, id }) => ({ key, id })))
  const { rows } = await sql<{ id: string; version: number }>`select r.id, r.version from record.resource r
    join jsonb_to_recordset(${listed}::jsonb) as w(key text, id text) on r.key = w.key and r.id = w.id where r.type = ${type}`.execute(db)
  return new Map(rows.map((r) => [r.id, r.version]))
}

/** Asks something with an earlier version in the place of the current one; nothing of that stays. Only inside a transaction. */
export async function standingIn<T>(db: Db, row: WrittenRow, ask: () => Promise<T>): Promise<T> {
  await sql`savepoint record_standing_in`.execute(db)
  try {
    await sql`delete from record.resource where key = ${row.key} and type = ${row.type} and id = ${row.id}`.execute(db)
    await dropIndex(db, [{ key: row.key, type: row.type, id: row.id }])
    await insertNew(db, [row])
    return await ask()
  } finally {
    await sql`rollback to savepoint record_standing_in`.execute(db)
  }
}
