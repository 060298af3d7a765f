import type { KeyObject } from 'node:crypto'
import { verify } from 'node:crypto'
import type pg from 'pg'
import type { AuditEntry } from '#kernel/audit-event'
import { appendLeaves, checkpointMessage, commitmentOf, leafHash, type MerkleNode, peaks, rootOf } from '#packages/log-proof'
import type { Manifest } from './manifest.ts'

type CheckpointRow = { size: string; root: Buffer; at: Date; key_id: string; signature: Buffer }

/** The audit tree by its newest checkpoint, as a manifest states it. */
export async function newestCheckpoint(client: pg.ClientBase): Promise<Manifest['audit']> {
  const { rows } = await client.query<CheckpointRow>(
    'select c.size::text, root, at, key_id, signature from kernel.audit_checkpoint c order by c.size desc limit 1',
  )
  const open = await client.query<{ n: string }>('select count(*)::text as n from kernel.audit where leaf_index is null')
  const newest = rows[0]
  return {
    size: Number(newest?.size ?? 0),
    root: (newest?.root ?? rootOf([])).toString('hex'),
    withoutLeaf: Number(open.rows[0]!.n),
    checkpoint: newest ? { at: newest.at.toISOString(), keyId: newest.key_id, signature: newest.signature.toString('base64') } : null,
  }
}

/** Root recomputed from the stored nodes of the complete subtrees: quick, whatever the size. Null where a node is missing. */
export async function rootFromNodes(client: pg.ClientBase, size: number): Promise<Buffer | null> {
  const wanted = peaks(size)
  const { rows } = await client.query<{ level: number; hash: Buffer }>(
    `select n.level, n.hash from kernel.audit_node n join jsonb_to_recordset($1::jsonb) as w(level int, index bigint)
       on n.level = w.level and n.index = w.index order by n.level desc`,
    [JSON.stringify(wanted)],
  )
  return rows.length === wanted.length ? rootOf(rows.map((r) => r.hash)) : null
}

/** Whether the signature of the checkpoint is this key's. */
export function isSignedBy(key: KeyObject, audit: Manifest['audit']): boolean {
  if (audit.checkpoint === null) return true
  const message = checkpointMessage(audit.size, Buffer.from(audit.root, 'hex'), new Date(audit.checkpoint.at))
  return verify(null, message, key, Buffer.from(audit.checkpoint.signature, 'base64'))
}

type Row = Record<Exclude<keyof AuditEntry, 'at' | 'kinds' | 'count'>, string | null> & {
  index: string
  hash: Buffer
  at: Date | null
  kinds: string[]
  count: number
  salt: Buffer
  commitment: Buffer
}

const leaves = `declare leaves no scroll cursor for
  select n.index::text, n.hash, a.key, a.id, a.at, a.actor_kind as "actorKind", a.actor_id as "actorId", a.actor_name as "actorName",
    a.actor_role as "actorRole", a.institution_number as "institutionNumber", a.institution_name as "institutionName", a.purpose, a.action, a.outcome,
    a.resource, a.kinds, a.count, a.consent_id as "consentId", a.rule, a.law, a.request_id as "requestId", a.salt, a.commitment
  from kernel.audit_node n left join kernel.audit a on a.leaf_index = n.index where n.level = 0 order by n.index`

const BATCH = 2_000

/**
 * Computes the whole log anew, inside the caller's transaction: the commitment of every entry whose content is there, its leaf,
 * every node above, and the root of every checkpoint.
 * @returns what does not agree, as `where: what` (empty: all of it does), at most ten
 */
export async function whyNotSameTree(client: pg.ClientBase): Promise<string[]> {
  const wrong: string[] = []
  let size = 0
  let frontier: Buffer[] = []
  await client.query(leaves)
  for (;;) {
    const { rows } = await client.query<Row>(`fetch ${BATCH} from leaves`)
    if (rows.length === 0) break
    for (const [i, row] of rows.entries()) wrong.push(...whyNotLeaf(row, size + i))
    const checkpoints = await checkpointsBetween(client, size, size + rows.length)
    const nodes: MerkleNode[] = []
    for (const end of [...checkpoints.map((c) => Number(c.size)), size + rows.length]) {
      const first = Number(rows[0]!.index)
      const grown = appendLeaves(
        size,
        frontier,
        rows.slice(size - first, end - first).map((r) => r.hash),
      )
      nodes.push(...grown.nodes)
      frontier = grown.frontier
      size = end
      const stated = checkpoints.find((c) => Number(c.size) === end)
      if (stated && !stated.root.equals(rootOf(frontier))) wrong.push(`checkpoint ${end}: root`)
    }
    wrong.push(...(await whyNotNodes(client, nodes)))
    if (wrong.length >= 10) break
  }
  await client.query('close leaves')
  const { rows: last } = await client.query<{ size: string }>('select coalesce(max(size), 0)::text as size from kernel.audit_checkpoint')
  if (Number(last[0]!.size) !== size && wrong.length === 0) wrong.push(`checkpoint ${last[0]!.size}: ${size} leaves`)
  return wrong.slice(0, 10)
}

function whyNotLeaf(row: Row, n: number): string[] {
  if (Number(row.index) !== n) return [`leaf ${n}: missing`]
  // The entry itself may have been erased one day; its leaf stays.
  if (row.id === null || row.at === null) return []
  const { index: _index, hash, salt, commitment, ...rest } = row
  const at = row.at.toISOString()
  const entry = { ...rest, at } as AuditEntry
  if (!leafHash(row.id, at, commitment).equals(hash)) return [`leaf ${n}: audit ${row.id}`]
  return salt.length > 0 && !commitmentOf(entry, salt).equals(commitment) ? [`content of leaf ${n}: audit ${row.id}`] : []
}

async function checkpointsBetween(client: pg.ClientBase, from: number, to: number): Promise<CheckpointRow[]> {
  const { rows } = await client.query<CheckpointRow>('select * from kernel.audit_checkpoint where size > $1 and size <= $2 order by size', [
    from,
    to,
  ])
  return rows
}

async function whyNotNodes(client: pg.ClientBase, nodes: readonly MerkleNode[]): Promise<string[]> {
  const stated = nodes.map((n) => ({ level: n.level, index: n.index, hash: `\\x${n.hash.toString('hex')}` }))
  const { rows } = await client.query<{ level: number; index: string }>(
    `select w.level, w.index::text from jsonb_to_recordset($1::jsonb) as w(level int, index bigint, hash bytea)
       left join kernel.audit_node n on n.level = w.level and n.index = w.index where n.hash is distinct from w.hash limit 10`,
    [JSON.stringify(stated)],
  )
  return rows.map((r) => `node ${r.level}/${r.index}`)
}
