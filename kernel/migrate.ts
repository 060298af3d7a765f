import { sql } from 'kysely'
import { type Db, onOneConnection } from './database.ts'

/** One step of a room's schema. Ids sort within the room; a step, once released, never changes. */
export type Migration = { id: string; sql: string }

/** The database carries steps this program does not know: it belongs to a newer version. */
export class NewerSchema extends Error {
  readonly unknown: readonly string[]
  constructor(unknown: readonly string[]) {
    super(`the database was written by a newer version (unknown steps: ${unknown.join(', ')})`)
    this.name = 'NewerSchema'
    this.unknown = unknown
  }
}

const LOCK = 7_305_001

/**
 * Brings the schema up to date, each step in a transaction of its own, one process at a time.
 * @returns ids of the steps that ran
 * @throws NewerSchema where the database is ahead of this program; nothing is changed then
 */
export async function migrate(db: Db, migrations: readonly Migration[]): Promise<string[]> {
  return onOneConnection(db, async (one) => {
    // A step over a large table, or waiting for another process's steps, may take longer than any request.
    await sql`set statement_timeout = 0`.execute(one)
    await sql`select pg_advisory_lock(${LOCK})`.execute(one)
    try {
      await sql`create schema if not exists kernel`.execute(one)
      await sql`create table if not exists kernel.migration (id text primary key, applied_at timestamptz not null default now())`.execute(
        one,
      )
      const done = new Set((await sql<{ id: string }>`select id from kernel.migration`.execute(one)).rows.map((r) => r.id))
      const known = new Set(migrations.map((m) => m.id))
      const unknown = [...done].filter((id) => !known.has(id))
      if (unknown.length > 0) throw new NewerSchema(unknown)
      const open = migrations.filter((m) => !done.has(m.id))
      for (const step of open) {
        await one.transaction().execute(async (trx) => {
          await sql.raw(step.sql).execute(trx)
          await sql`insert into kernel.migration (id) values (${step.id})`.execute(trx)
        })
      }
      return open.map((m) => m.id)
    } finally {
      await sql`select pg_advisory_unlock(${LOCK})`.execute(one)
      await sql`reset statement_timeout`.execute(one)
    }
  })
}
