/**
 * A whole log as a file, one JSON value a line: leaves in their order, and signed checkpoints where the log had reached them.
 * What is checked needs no database and no network, and no memory beyond the tree's right edge.
 */
import { type Checkpoint, type CoSignature, isSignedBy, witnessesOf } from './checkpoint.ts'
import { commitmentOf, leafHash, type LogEntry } from './entry.ts'
import { appendLeaves, rootOf } from './merkle.ts'
import { problem, type LogProblem } from './problem.ts'
import { isCheckpoint, isCoSignature, isLogEntry, type LogKeys } from './proof.ts'

/** A leaf with its content; `entry` and `salt` are absent where the content was erased. `commitment` and `salt` in base64. */
export type LogLeaf = { leaf: number; id: string; at: string; commitment: string; entry?: LogEntry; salt?: string }
/** `coSignatures`: what witnesses signed of that state; absent where nobody did. */
export type LogState = { checkpoint: Checkpoint; coSignatures?: readonly CoSignature[] }
export type LogLine = LogLeaf | LogState

const base64 = (text: string) => Buffer.from(text, 'base64')

function isLeaf(value: unknown): value is LogLeaf {
  if (typeof value !== 'object' || value === null) return false
  const { leaf, id, at, commitment, entry, salt } = value as Record<string, unknown>
  const said = Number.isSafeInteger(leaf) && typeof id === 'string' && typeof at === 'string' && typeof commitment === 'string'
  return said && (entry === undefined ? salt === undefined : isLogEntry(entry) && typeof salt === 'string')
}

type State = { checkpoint: Checkpoint; coSignatures: readonly CoSignature[] }

function stateIn(value: unknown): State | null {
  if (typeof value !== 'object' || value === null) return null
  const { checkpoint, coSignatures = [] } = value as { checkpoint?: unknown; coSignatures?: unknown }
  return isCheckpoint(checkpoint) && Array.isArray(coSignatures) && coSignatures.every(isCoSignature) ? { checkpoint, coSignatures } : null
}

/**
 * What a whole log came to. `signedUpTo`: leaves that the operator's signature covers; `witnessed`: leaves that witnesses' keys cover too, and
 * whose; `erased`: leaves whose content was erased, as the law allows.
 */
export type LogEnd = {
  leaves: number
  checkpoints: number
  signedUpTo: number
  witnessed: { upTo: number; by: readonly string[] }
  erased: number
  root: Buffer
  problems: LogProblem[]
}

/** Takes a log line by line; each line's problem as it comes, and at the end what is missing. @param keys with witnesses, one of them must have signed a state */
export function logReader({ operator, witnesses }: LogKeys) {
  let size = 0
  let frontier: Buffer[] = []
  let pending: Buffer[] = []
  let erased = 0
  let signedUpTo = 0
  let checkpoints = 0
  let witnessed: { upTo: number; by: readonly string[] } = { upTo: 0, by: [] }
  const settle = () => {
    frontier = appendLeaves(size - pending.length, frontier, pending).frontier
    pending = []
  }

  function takeLeaf(line: LogLeaf): LogProblem | null {
    const at = size
    if (line.leaf !== at) return problem('leaf-out-of-order', { leaf: String(at), found: String(line.leaf) })
    const commitment = base64(line.commitment)
    if (line.entry === undefined) erased++
    const same =
      line.entry === undefined ||
      (line.entry.id === line.id && line.entry.at === line.at && commitmentOf(line.entry, base64(line.salt ?? '')).equals(commitment))
    pending.push(leafHash(line.id, line.at, commitment))
    size++
    if (pending.length >= 4_096) settle()
    return same ? null : problem('leaf-altered', { leaf: String(at), id: line.id })
  }

  function takeState({ checkpoint, coSignatures }: State): LogProblem | null {
    settle()
    checkpoints++
    if (!isSignedBy(operator, checkpoint)) return problem('checkpoint-not-signed')
    if (checkpoint.size > size) return problem('log-too-short', { leaf: String(checkpoint.size), found: String(size) })
    if (checkpoint.size < size) return problem('root-differs', { leaf: String(checkpoint.size) })
    if (!rootOf(frontier).equals(base64(checkpoint.root))) return problem('root-differs', { leaf: String(size) })
    signedUpTo = size
    const by = witnessesOf(witnesses, checkpoint, coSignatures)
    if (by.length > 0) witnessed = { upTo: size, by }
    return null
  }

  return {
    take(value: unknown): LogProblem | null {
      const state = stateIn(value)
      if (state !== null) return takeState(state)
      return isLeaf(value) ? takeLeaf(value) : problem('line-malformed')
    },
    end(): LogEnd {
      settle()
      const unsigned = { leaf: String(signedUpTo), found: String(size - signedUpTo) }
      const problems = [
        ...(checkpoints === 0 ? [problem('nothing-signed')] : size > signedUpTo ? [problem('leaves-not-signed', unsigned)] : []),
        ...(witnesses.length > 0 && witnessed.upTo === 0 ? [problem('not-witnessed')] : []),
      ]
      return { leaves: size, checkpoints, signedUpTo, witnessed, erased, root: rootOf(frontier), problems }
    },
  }
}
