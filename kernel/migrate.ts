import { sql } from 'kysely'
import { type Db, onOneConnection } from './database.ts'

/** One step of a room's schema. Ids sort within the room; a step, once released, never changes. */
export type Migration = {
  id: string
  sql: string
  /** Tables this step creates that a large installation keeps in parts, by the hash of the patient key. */
  partitioned?: readonly string[]
}

/**
 * The step with its large tables in `parts` parts. PostgreSQL builds, cleans and backs up each part by itself, which is what a table
 * of a billion rows needs; a query that names the patient key touches one. A small installation is faster with none.
 * @param parts 1 for none
 */
export function inParts({ sql: text, partitioned = [] }: Migration, parts: number): string {
  if (parts <= 1) return text
  return partitioned.reduce((whole, table) => {
    const from = whole.search(new RegExp(`create table ${table.replace('.', '\\.')}\\s*\\(`))
    const end = from < 0 ? -1 : whole.indexOf(';', from)
    if (end < 0) throw new Error(`${table} is not created by this step`)
    const all = Array.from(
      { length: parts },
      (_, n) => `create table ${table}_p${n} partition of ${table} for values with (modulus ${parts}, remainder ${n});`,
    )
    return `${whole.slice(0, end)} partition by hash (key); ${all.join(' ')}${whole.slice(end + 1)}`
  }, text)
}

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
export async function migrate(db: Db, migrations: readonly Migration[], { parts = 1 }: { parts?: number } = {}): Promise<string[]> {
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
          await sql.raw(inParts(step, parts)).execute(trx)
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
