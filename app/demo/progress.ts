import { sql } from 'kysely'
import type { Db } from '#kernel/database'
import type { Migration } from '#kernel/migrate'

/** How far the demo region is made, so that a start that was cut off goes on where it stopped. */
export const demoMigrations: Migration[] = [
  { id: 'demo/001-progress', sql: 'create schema demo; create table demo.progress (step text primary key, done int not null)' },
]

export async function progress(db: Db, step: string): Promise<number> {
  const { rows } = await sql<{ done: number }>`select done from demo.progress where step = ${step}`.execute(db)
  return rows[0]?.done ?? 0
}

/** Noted in the same transaction as the work it speaks of. */
export async function noteProgress(db: Db, step: string, done: number): Promise<void> {
  await sql`insert into demo.progress (step, done) values (${step}, ${done}) on conflict (step) do update set done = excluded.done`.execute(
    db,
  )
}
