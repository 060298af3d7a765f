/** Proofs a person takes home: their entries, where each stands in the log, and the signed state of the log that holds them. */
import { type Checkpoint, type CoSignature, isSignedBy, witnessesOf } from './checkpoint.ts'
import type { LogKey } from './crypto.ts'
import { commitmentOf, FIELDS, leafHash, type LogEntry } from './entry.ts'
import { rootByInclusion } from './paths.ts'
import { problem, type LogProblem } from './problem.ts'

export const PROOF_FORMAT = 'enishi-log-proof-1'

/** First line of a proof's file; entries follow, one a line. */
export type ProofHead = {
  format: typeof PROOF_FORMAT
  checkpoint: Checkpoint
  coSignatures: readonly CoSignature[]
  /** The operator's public key, for convenience: a proof by a key out of the proof itself proves nothing against the operator. */
  operatorKeyPem: string
}

/** One entry with its place. `salt` and `path` in base64; id, instant and `commitment` instead of entry and salt where the content was erased. */
export type ProvenEntry = { leaf: number; path: readonly string[] } & ({ entry: LogEntry; salt: string } | ErasedEntry)
type ErasedEntry = { id: string; at: string; commitment: string }

const base64 = (text: string) => Buffer.from(text, 'base64')

const isText = (value: unknown): value is string => typeof value === 'string'
const textsIn = (value: unknown): value is string[] => Array.isArray(value) && value.every(isText)

function isRecord(value: unknown): value is Record<string, unknown> {
  return typeof value === 'object' && value !== null && !Array.isArray(value)
}

/** Whether a parsed JSON value has the members of an entry, each of its type. */
export function isLogEntry(value: unknown): value is LogEntry {
  if (!isRecord(value)) return false
  return FIELDS.every((f) => (f === 'kinds' ? textsIn(value[f]) : f === 'count' ? Number.isSafeInteger(value[f]) : isText(value[f])))
}

export function isCheckpoint(value: unknown): value is Checkpoint {
  return isRecord(value) && Number.isSafeInteger(value.size) && ['root', 'at', 'keyId', 'signature'].every((m) => isText(value[m]))
}

export const isCoSignature = (value: unknown): value is CoSignature =>
  isRecord(value) && ['keyId', 'at', 'signature'].every((m) => isText(value[m]))

export function isProofHead(value: unknown): value is ProofHead {
  return (
    isRecord(value) &&
    value.format === PROOF_FORMAT &&
    isCheckpoint(value.checkpoint) &&
    isText(value.operatorKeyPem) &&
    Array.isArray(value.coSignatures) &&
    value.coSignatures.every(isCoSignature)
  )
}

function isProvenEntry(value: unknown): value is ProvenEntry {
  if (!isRecord(value) || !Number.isSafeInteger(value.leaf) || !textsIn(value.path)) return false
  if (value.entry === undefined) return value.salt === undefined && ['id', 'at', 'commitment'].every((m) => isText(value[m]))
  return isLogEntry(value.entry) && isText(value.salt)
}

/** Whether the line of a proof is one whose content was erased: that it stood there is proven, and no longer what it said. */
export const isErased = (line: unknown): boolean => isProvenEntry(line) && !('entry' in line)

export type LogKeys = { operator: readonly LogKey[]; witnesses: readonly LogKey[] }

/** What is wrong with the head of a proof, and who else saw that state of the log. */
export function checkHead(head: unknown, keys: LogKeys): { problems: LogProblem[]; witnesses: string[] } {
  if (!isProofHead(head)) return { problems: [problem('head-malformed')], witnesses: [] }
  const { checkpoint, coSignatures } = head
  const signed = isSignedBy(keys.operator, checkpoint)
  const witnesses = witnessesOf(keys.witnesses, checkpoint, coSignatures)
  return {
    problems: [
      ...(signed ? [] : [problem('checkpoint-not-signed')]),
      ...(keys.witnesses.length > 0 && witnesses.length === 0 ? [problem('not-witnessed')] : []),
    ],
    witnesses,
  }
}

/** Why an entry is not in the log of this checkpoint as it is told, or null. */
export function whyNotProven(checkpoint: Checkpoint, line: unknown): LogProblem | null {
  if (!isProvenEntry(line)) return problem('line-malformed')
  const { leaf, path } = line
  const { id, at } = 'entry' in line ? line.entry : line
  const hash = leafHash(id, at, 'entry' in line ? commitmentOf(line.entry, base64(line.salt)) : base64(line.commitment))
  const root = rootByInclusion({ index: leaf, size: checkpoint.size, leaf: hash, path: path.map(base64) })
  return root?.equals(base64(checkpoint.root)) ? null : problem('entry-not-in-log', { leaf: String(leaf), id })
}
