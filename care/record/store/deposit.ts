import { sql } from 'kysely'
import type { Db } from '#kernel/database'
import type { Deposit } from '../model.ts'

/**
 * Claims a Bundle identifier of a person; a second submission of the same identifier waits here for the first.
 * @returns what was claimed before, or null
 */
export async function claimBundle(
  db: Db,
  claim: { key: string; system: string; value: string },
): Promise<{ depositId: string; sha256: Buffer; source: string | null } | null> {
  const { rows } = await sql<{ deposit_id: string; sha256: Buffer }>`
    insert into record.bundle_claim (key, system, value, deposit_id, sha256) values (${claim.key}, ${claim.system}, ${claim.value}, '', '')
    on conflict (key, system, value) do update set system = excluded.system returning deposit_id, sha256`.execute(db)
  const found = rows[0]!
  if (found.deposit_id === '') return null
  // A query of its own: the one that waited above does not see the deposit of the writer it waited for.
  const { rows: deposits } = await sql<{ source: string }>`
    select source from record.deposit where key = ${claim.key} and id = ${found.deposit_id}`.execute(db)
  return { depositId: found.deposit_id, sha256: found.sha256, source: deposits[0]?.source ?? null }
}

export async function insertDeposit(db: Db, d: Deposit): Promise<void> {
  await sql`insert into record.deposit (key, id, source, system, value, bundle_class, received_at, body, sha256)
    values (${d.key}, ${d.id}, ${d.source}, ${d.system}, ${d.value}, ${d.bundleClass}, ${d.receivedAt}, ${d.body}, ${d.sha256})`.execute(db)
  await sql`update record.bundle_claim set deposit_id = ${d.id}, sha256 = ${d.sha256}
    where key = ${d.key} and system = ${d.system} and value = ${d.value}`.execute(db)
}
