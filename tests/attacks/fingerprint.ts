import { createHash } from 'node:crypto'
import { sql } from 'kysely'
import type { Platform } from '../harness/platform.ts'

/** A row of the record as it lies there: whose it is, who wrote it, what it says. */
export type Stored = {
  key: string
  type: string
  id: string
  version: number
  source: string
  deleted: boolean
  kind: string
  body: string
  sha: string
}

/** Everything in the record, by `Type/id`. */
export async function recordOf({ db }: Pick<Platform, 'db'>): Promise<Map<string, Stored>> {
  const { rows } = await sql<Omit<Stored, 'sha'>>`select key, type, id, version, source, deleted, kind, body from record.resource`.execute(
    db,
  )
  return new Map(rows.map((r) => [`${r.type}/${r.id}`, { ...r, sha: createHash('sha256').update(JSON.stringify(r)).digest('hex') }]))
}
