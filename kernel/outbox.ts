import { sql } from 'kysely'
import type { Db } from './database.ts'
import { ulid } from './id.ts'

/** A message that leaves with the write that caused it: at least once, in order per key. */
export type Outgoing = { topic: string; key: string; payload: unknown }

export async function writeOutbox(db: Db, now: Date, messages: readonly Outgoing[]): Promise<void> {
  if (messages.length === 0) return
  const rows = messages.map((m) => ({ ...m, id: ulid(now.getTime()) }))
  await sql`insert into kernel.outbox (key, id, at, topic, payload)
    select key, id, ${now}, topic, payload from jsonb_to_recordset(${JSON.stringify(rows)}::jsonb)
      as r(key text, id text, topic text, payload jsonb)`.execute(db)
}
