import { sql } from 'kysely'
import { appendLeaves, checkpointMessage, leafHash, peaks, rootOf } from '#packages/log-proof'
import type { Db } from './database.ts'
import { underEpoch } from './leader.ts'

/** Signs checkpoints. The private key is a file of the operator's, never a row. */
export type CheckpointSigner = { keyId: string; sign: (message: Buffer) => Buffer }

const BATCH = 5_000
const LOCK = 7_305_002

/**
 * Takes audit rows that have no leaf yet into the tree and signs the grown tree. Rows are found by the missing leaf,
 * never by a watermark: a commit that was slow is taken when it appears.
 * @returns the number of leaves added; undefined where the lead was lost
 */
export async function sequence(db: Db, about: { epoch: number; now: Date; signer: CheckpointSigner }): Promise<number | undefined> {
  return underEpoch(db, about.epoch, async (trx) => {
    // One at a time even within one epoch: the second would place rows again that the first has just placed.
    await sql`select pg_advisory_xact_lock(${LOCK})`.execute(trx)
    const { rows } = await sql<{ key: string; id: string; at: Date; commitment: Buffer }>`
      select key, id, at, commitment from kernel.audit where leaf_index is null order by id limit ${BATCH}`.execute(trx)
    if (rows.length === 0) return 0
    const size = await treeSize(trx)
    const frontier = await loadFrontier(trx, size)
    const grown = appendLeaves(
      size,
      frontier,
      rows.map((r) => leafHash(r.id, r.at.toISOString(), r.commitment)),
    )
    const [keys, ids, places] = [rows.map((r) => r.key), rows.map((r) => r.id), rows.map((_, i) => size + i)]
    await sql`update kernel.audit a set leaf_index = p.leaf_index
      from unnest(${keys}::text[], ${ids}::text[], ${places}::bigint[]) as p(key, id, leaf_index)
      where a.key = p.key and a.id = p.id`.execute(trx)
    const { nodes } = grown
    const [levels, indexes, hashes] = [nodes.map((n) => n.level), nodes.map((n) => n.index), nodes.map((n) => n.hash)]
    await sql`insert into kernel.audit_node (level, index, hash)
      select * from unnest(${levels}::int[], ${indexes}::bigint[], ${hashes}::bytea[])`.execute(trx)
    const total = size + rows.length
    const root = rootOf(grown.frontier)
    const signature = about.signer.sign(checkpointMessage(total, root, about.now))
    await sql`insert into kernel.audit_checkpoint (size, root, at, key_id, signature)
      values (${total}, ${root}, ${about.now}, ${about.signer.keyId}, ${signature})`.execute(trx)
    return rows.length
  })
}

/** Leaves in the tree by the newest checkpoint. */
export async function treeSize(db: Db): Promise<number> {
  const { rows } = await sql<{ size: number }>`select coalesce(max(size), 0) as size from kernel.audit_checkpoint`.execute(db)
  return Number(rows[0]!.size)
}

async function loadFrontier(db: Db, size: number): Promise<Buffer[]> {
  const wanted = peaks(size)
  const { rows } = await sql<{ level: number; index: number; hash: Buffer }>`
    select n.level, n.index, n.hash from kernel.audit_node n
      join jsonb_to_recordset(${JSON.stringify(wanted)}::jsonb) as w(level int, index bigint) on n.level = w.level and n.index = w.index`.execute(
    db,
  )
  const byLevel = new Map(rows.map((r) => [r.level, r.hash]))
  return wanted.map((p) => byLevel.get(p.level) ?? missing(p.level))
}

function missing(level: number): never {
  throw new Error(`the audit tree lacks a node of level ${level}: restore it from a backup before going on`)
}

/** How far the log is behind: rows without a leaf, and the age of the oldest in milliseconds. */
export async function auditLag(db: Db, now: Date): Promise<{ rows: number; ms: number }> {
  const { rows } = await sql<{
    n: number
    oldest: Date | null
  }>`select count(*) as n, min(at) as oldest from kernel.audit where leaf_index is null`.execute(db)
  const { n, oldest } = rows[0]!
  return { rows: n, ms: oldest === null ? 0 : Math.max(0, now.getTime() - oldest.getTime()) }
}
