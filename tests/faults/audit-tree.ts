import { createPublicKey, verify } from 'node:crypto'
import { readFileSync } from 'node:fs'
import { join } from 'node:path'
import type { Client } from 'pg'
import type { AuditEntry } from '#kernel/audit-event'
import { appendLeaves, checkpointMessage, commitmentOf, leafHash, rootOf } from '#packages/log-proof'

type Row = Record<string, string> & { at: Date; kinds: string[]; count: number; salt: Buffer; commitment: Buffer; leaf_index: number }

const entryOf = (r: Row): AuditEntry => ({
  key: r.key!,
  id: r.id!,
  at: r.at.toISOString(),
  actorKind: r.actor_kind!,
  actorId: r.actor_id!,
  actorName: r.actor_name!,
  actorRole: r.actor_role!,
  institutionNumber: r.institution_number!,
  institutionName: r.institution_name!,
  purpose: r.purpose!,
  action: r.action!,
  outcome: r.outcome!,
  resource: r.resource!,
  kinds: r.kinds,
  count: r.count,
  consentId: r.consent_id!,
  rule: r.rule!,
  law: r.law!,
  requestId: r.request_id!,
})

/**
 * Builds the audit tree anew from the entries themselves and holds it against every signed checkpoint.
 * @returns what is wrong, and the number of leaves
 */
export async function checkAuditTree(client: Client, home: string): Promise<{ wrong: string[]; leaves: number }> {
  const wrong: string[] = []
  const bare = await client.query('select count(*)::int as n from kernel.audit where leaf_index is null')
  if (bare.rows[0].n > 0) wrong.push(`${bare.rows[0].n} audit entries have no leaf`)
  const { rows } = await client.query<Row>('select * from kernel.audit where leaf_index is not null order by leaf_index')
  const leaves = rows.map((row, index) => {
    if (Number(row.leaf_index) !== index) wrong.push(`leaf ${index} is missing or twice there`)
    if (!commitmentOf(entryOf(row), row.salt).equals(row.commitment)) wrong.push(`the entry of leaf ${index} is not what was committed to`)
    return leafHash(row.id!, row.at.toISOString(), row.commitment)
  })
  const checkpoints = await client.query<{ size: string; root: Buffer; at: Date; signature: Buffer }>(
    'select size, root, at, signature from kernel.audit_checkpoint order by size',
  )
  const key = createPublicKey(readFileSync(join(home, 'audit-key.pem')))
  let size = 0
  let frontier: Buffer[] = []
  for (const c of checkpoints.rows) {
    const to = Number(c.size)
    frontier = appendLeaves(size, frontier, leaves.slice(size, to)).frontier
    size = to
    if (to > leaves.length || !rootOf(frontier).equals(c.root)) wrong.push(`the root of ${to} leaves is not the one signed`)
    if (!verify(null, checkpointMessage(to, c.root, c.at), key, c.signature)) wrong.push(`the signature over ${to} leaves does not hold`)
  }
  if (size !== leaves.length) wrong.push(`the newest checkpoint covers ${size} of ${leaves.length} leaves`)
  return { wrong: wrong.slice(0, 20), leaves: leaves.length }
}
