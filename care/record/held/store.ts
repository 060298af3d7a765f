/** How much hangs on a key, without a word of what it is: for whoever decides whose it is and may not read it. */
import { sql } from 'kysely'
import type { Db } from '#kernel/database'

export type Held = { key: string; resources: number; institutions: number; from: Date | null; until: Date | null }

/** Counts of what stands under each key; a key with nothing counts nought. */
export async function heldUnder(db: Db, keys: readonly string[]): Promise<Held[]> {
  const { rows } = await sql<Held>`select r.key, count(*) as resources, count(distinct nullif(r.source, '')) as institutions,
      min(r.registered_at) as from, max(r.registered_at) as until
    from record.resource r where r.key = any(${[...keys]}::text[]) and not r.deleted and r.kind <> 'patient' group by r.key`.execute(db)
  const none = { resources: 0, institutions: 0, from: null, until: null }
  return keys.map((key) => rows.find((row) => row.key === key) ?? { key, ...none })
}
