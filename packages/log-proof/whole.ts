/**
 * A whole log as a file, one JSON value a line: leaves in their order, and signed checkpoints where the log had reached them.
 * What is checked needs no database and no network, and no memory beyond the tree's right edge.
 */
import { type Checkpoint, isSignedBy } from './checkpoint.ts'
import type { LogKey } from './crypto.ts'
import { commitmentOf, leafHash, type LogEntry } from './entry.ts'
import { appendLeaves, rootOf } from './merkle.ts'
import { problem, type LogProblem } from './problem.ts'
import { isCheckpoint, isLogEntry } from './proof.ts'

/** A leaf with its content; `entry` and `salt` are absent where the content was erased. `commitment` and `salt` in base64. */
export type LogLeaf = { leaf: number; id: string; at: string; commitment: string; entry?: LogEntry; salt?: string }
export type LogLine = LogLeaf | { checkpoint: Checkpoint }

const base64 = (text: string) => Buffer.from(text, 'base64')

function isLeaf(value: unknown): value is LogLeaf {
  if (typeof value !== 'object' || value === null) return false
  const { leaf, id, at, commitment, entry, salt } = value as Record<string, unknown>
  const said = Number.isSafeInteger(leaf) && typeof id === 'string' && typeof at === 'string' && typeof commitment === 'string'
  return said && (entry === undefined ? salt === undefined : isLogEntry(entry) && typeof salt === 'string')
}

const checkpointIn = (value: unknown): Checkpoint | null => {
  const found = typeof value === 'object' && value !== null ? (value as { checkpoint?: unknown }).checkpoint : undefined
  return isCheckpoint(found) ? found : null
}

/** Takes a log line by line; each line's problem as it comes, and at the end what is missing. */
export function logReader(operator: readonly LogKey[]) {
  let size = 0
  let frontier: Buffer[] = []
  let pending: Buffer[] = []
  let erased = 0
  let signedUpTo = 0
  let checkpoints = 0
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

  function takeCheckpoint(checkpoint: Checkpoint): LogProblem | null {
    settle()
    checkpoints++
    if (!isSignedBy(operator, checkpoint)) return problem('checkpoint-not-signed')
    if (checkpoint.size !== size) return problem('root-differs', { leaf: String(checkpoint.size) })
    if (!rootOf(frontier).equals(base64(checkpoint.root))) return problem('root-differs', { leaf: String(size) })
    signedUpTo = size
    return null
  }

  return {
    take(value: unknown): LogProblem | null {
      const checkpoint = checkpointIn(value)
      if (checkpoint !== null) return takeCheckpoint(checkpoint)
      return isLeaf(value) ? takeLeaf(value) : problem('line-malformed')
    },
    /** `signedUpTo`: leaves that a signature covers; `erased`: leaves whose content was erased, as the law allows. */
    end: (): { leaves: number; checkpoints: number; signedUpTo: number; erased: number; root: Buffer; problems: LogProblem[] } => {
      settle()
      return {
        leaves: size,
        checkpoints,
        signedUpTo,
        erased,
        root: rootOf(frontier),
        problems: checkpoints === 0 ? [problem('nothing-signed')] : [],
      }
    },
  }
}
