/** Proofs out of the kept log: its newest signed state, that it only grew, and a person's own entries with their places in it. */
import { type RawBuilder, sql } from 'kysely'
import {
  type Checkpoint,
  type CoSignature,
  consistencySteps,
  hashesOf,
  inclusionSteps,
  type LogEntry,
  type LogLine,
  type LogState,
  type Place,
  type ProvenEntry,
  type Step,
} from '#packages/log-proof'
import type { Db } from './database.ts'
import { refuse } from './refusal.ts'

type CheckpointRow = { size: string; root: Buffer; at: Date; key_id: string; signature: Buffer }
const toCheckpoint = (r: CheckpointRow): Checkpoint => ({
  size: Number(r.size),
  root: r.root.toString('base64'),
  at: r.at.toISOString(),
  keyId: r.key_id,
  signature: r.signature.toString('base64'),
})

const CHECKPOINT = sql`select c.size::text, root, at, key_id, signature from kernel.audit_checkpoint c`

async function checkpoints(db: Db, which: RawBuilder<unknown>): Promise<Checkpoint[]> {
  const { rows } = await sql<CheckpointRow>`${CHECKPOINT} ${which}`.execute(db)
  return rows.map(toCheckpoint)
}

/** The newest signed state of the log; undefined before the first. */
export const newestCheckpoint = async (db: Db): Promise<Checkpoint | undefined> =>
  (await checkpoints(db, sql`order by c.size desc limit 1`))[0]

export const checkpointOf = async (db: Db, size: number): Promise<Checkpoint | undefined> =>
  (await checkpoints(db, sql`where c.size = ${size}`))[0]

/** Newest state that somebody else has signed too, with their signatures. */
export async function newestWitnessed(db: Db): Promise<{ checkpoint: Checkpoint; coSignatures: CoSignature[] } | undefined> {
  const { rows } = await sql<{ size: string }>`select max(size)::text as size from kernel.audit_cosignature`.execute(db)
  const size = rows[0]?.size
  const checkpoint = size == null ? undefined : await checkpointOf(db, Number(size))
  return checkpoint && { checkpoint, coSignatures: await coSignaturesOf(db, checkpoint.size) }
}

export async function coSignaturesOf(db: Db, size: number): Promise<CoSignature[]> {
  const { rows } = await sql<CoSignatureRow>`
    select key_id, at, signature from kernel.audit_cosignature where size = ${size} order by key_id`.execute(db)
  return rows.map(toCoSignature)
}

type CoSignatureRow = { key_id: string; at: Date; signature: Buffer }
const toCoSignature = (r: CoSignatureRow): CoSignature => ({
  keyId: r.key_id,
  at: r.at.toISOString(),
  signature: r.signature.toString('base64'),
})

/** Keeps a witness's signature; the caller has verified it. */
export async function keepCoSignature(db: Db, size: number, { keyId, at, signature }: CoSignature): Promise<void> {
  await sql`insert into kernel.audit_cosignature (size, key_id, at, signature)
    values (${size}, ${keyId}, ${new Date(at)}, ${Buffer.from(signature, 'base64')}) on conflict do nothing`.execute(db)
}

/** Keeps the public half of a key that signs checkpoints, so that what it signed can be checked when another has taken its place. */
export async function rememberLogKey(db: Db, now: Date, key: { keyId: string; pem: string }): Promise<void> {
  await sql`insert into kernel.audit_key (key_id, pem, since) values (${key.keyId}, ${key.pem}, ${now}) on conflict do nothing`.execute(db)
}

export async function logKeyPem(db: Db, keyId: string): Promise<string | undefined> {
  const { rows } = await sql<{ pem: string }>`select pem from kernel.audit_key where key_id = ${keyId}`.execute(db)
  return rows[0]?.pem
}

const nameOf = ({ level, index }: Place) => `${level}/${index}`

/** Stored subtrees of several proofs, read in one statement. */
async function storedOf(db: Db, proofs: readonly (readonly Step[])[]): Promise<(place: Place) => Buffer | undefined> {
  const wanted = new Map(proofs.flat(2).map((place) => [nameOf(place), place]))
  const { rows } = await sql<{ level: number; index: string; hash: Buffer }>`
    select n.level, n.index::text, n.hash from kernel.audit_node n
      join jsonb_to_recordset(${JSON.stringify([...wanted.values()])}::jsonb) as w(level int, index bigint)
        on n.level = w.level and n.index = w.index`.execute(db)
  const found = new Map(rows.map((r) => [`${r.level}/${r.index}`, r.hash]))
  return (place) => found.get(nameOf(place))
}

/**
 * Proof that the state of `to` leaves continues that of `from` leaves; hashes in base64.
 * @refuses input-invalid where there are no such states
 */
export async function consistencyProof(db: Db, from: number, to: number): Promise<string[]> {
  const grown = await checkpointOf(db, to)
  if (!grown || !Number.isSafeInteger(from) || from < 0 || from > to) return refuse('input-invalid', { what: 'from, to' })
  if (from === 0) return []
  const steps = consistencySteps(from, to)
  return hashesOf(steps, await storedOf(db, [steps])).map((hash) => hash.toString('base64'))
}

type EntryRow = Omit<LogEntry, 'at'> & { at: Date; salt: Buffer; commitment: Buffer; leaf: string }

const ENTRY = sql`a.key, a.id, a.at, a.actor_kind as "actorKind", a.actor_id as "actorId", a.actor_name as "actorName",
  a.actor_role as "actorRole", a.institution_number as "institutionNumber", a.institution_name as "institutionName", a.purpose, a.action,
  a.outcome, a.resource, a.kinds, a.count, a.consent_id as "consentId", a.rule, a.law, a.request_id as "requestId", a.salt, a.commitment,
  a.leaf_index::text as leaf`

const toEntry = ({ salt: _salt, commitment: _commitment, leaf: _leaf, ...entry }: EntryRow): LogEntry => ({
  ...entry,
  at: entry.at.toISOString(),
})

/** A person's entries in a state of the log, the newest first, with their proofs; piece by piece, because a life's log may be long. */
export async function* provenEntries(db: Db, keys: readonly string[], size: number, piece = 500): AsyncGenerator<ProvenEntry[]> {
  let before: string | null = null
  for (;;) {
    const older: RawBuilder<unknown> = before === null ? sql`true` : sql`a.id < ${before}`
    const { rows }: { rows: EntryRow[] } = await sql<EntryRow>`select ${ENTRY} from kernel.audit a
      where a.key = any(${[...keys]}::text[]) and a.leaf_index < ${size} and ${older} order by a.id desc limit ${piece}`.execute(db)
    const steps = rows.map((r) => inclusionSteps(Number(r.leaf), size))
    const stored = await storedOf(db, steps)
    if (rows.length > 0)
      yield rows.map((row, i) => ({
        leaf: Number(row.leaf),
        path: hashesOf(steps[i]!, stored).map((hash) => hash.toString('base64')),
        ...(isBlank(row) ? { id: row.id, at: row.at.toISOString(), commitment: row.commitment.toString('base64') } : toOpen(row)),
      }))
    if (rows.length < piece) return
    before = rows.at(-1)!.id
  }
}

/**
 * The whole log, leaf by leaf, with each signed state where the log had reached it.
 * @param content leaves entries out where it is false: who looked at whom is personal
 */
export async function* logLines(db: Db, { content, piece = 2_000 }: { content: boolean; piece?: number }): AsyncGenerator<LogLine[]> {
  const end = (await newestCheckpoint(db))?.size ?? 0
  for (let from = 0; from < end; from += piece) {
    const to = Math.min(end, from + piece)
    const { rows } = await sql<EntryRow>`select ${ENTRY} from kernel.audit a
      where a.leaf_index >= ${from} and a.leaf_index < ${to} order by a.leaf_index`.execute(db)
    const signed = await statesIn(db, from, to)
    const lines: LogLine[] = []
    for (const row of rows) {
      while (signed[0] && signed[0].checkpoint.size <= Number(row.leaf)) lines.push(signed.shift()!)
      lines.push(toLeaf(row, content))
    }
    yield [...lines, ...signed]
  }
}

/** States of more than `from` and at most `to` leaves, with what witnesses signed of them. */
async function statesIn(db: Db, from: number, to: number): Promise<LogState[]> {
  const given = await sql<CoSignatureRow & { size: string }>`select size::text, key_id, at, signature
    from kernel.audit_cosignature where size > ${from} and size <= ${to} order by key_id`.execute(db)
  const bySize = new Map<number, CoSignature[]>()
  for (const row of given.rows) bySize.set(Number(row.size), [...(bySize.get(Number(row.size)) ?? []), toCoSignature(row)])
  return (await checkpoints(db, sql`where c.size > ${from} and c.size <= ${to} order by c.size`)).map((checkpoint) => {
    const coSignatures = bySize.get(checkpoint.size)
    return { checkpoint, ...(coSignatures ? { coSignatures } : {}) }
  })
}

/** Emptied after the log's own time: its leaf stays, what it said does not. */
const isBlank = ({ salt }: EntryRow): boolean => salt.length === 0
const toOpen = (row: EntryRow) => ({ entry: toEntry(row), salt: row.salt.toString('base64') })

function toLeaf(row: EntryRow, content: boolean): LogLine {
  const leaf = { leaf: Number(row.leaf), id: row.id, at: row.at.toISOString(), commitment: row.commitment.toString('base64') }
  return content && !isBlank(row) ? { ...leaf, ...toOpen(row) } : leaf
}
