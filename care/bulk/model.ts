import type { Mark } from '#care/record'
import type { Purpose } from '#kernel/context'

export type Flow = 'export' | 'import'

/** `queued` and `running` are open; a cancelled job is not shown to anybody again. */
export type JobState = 'queued' | 'running' | 'completed' | 'failed' | 'cancelled'

/** What an export asks for, once read and allowed. */
export type ExportAsk = {
  level: 'system' | 'patient' | 'group'
  /** Resource types that the token covers and the caller asked for, sorted. */
  types: string[]
  since: Date | null
  until: Date | null
  /** Searches of one type; a resource of that type is exported where any of its searches finds it. */
  filters: { type: string; query: string }[]
  /** Elements to keep; null for whole resources. */
  elements: string[] | null
  /** Patient keys, sorted; null for every patient the caller may see. */
  keys: string[] | null
  /** Parameters that were passed over. */
  ignored: string[]
}

/** Files of one import, each read to its end in this order. */
export type ImportAsk = { mode: ImportMode; inputs: ImportInput[] }
export type ImportInput = {
  /** As the caller named it. */
  name: string
  /** Folder below the data folder, and the file in it. */
  place: 'import' | 'bulk'
  path: string
  /** Type every line must have; null for any. */
  type: string | null
  bytes: number
}

/** What to do with a resource whose id stands already: write it as the next version, or leave what is there. */
export type ImportMode = 'update' | 'skip'

export type Job = {
  id: string
  flow: Flow
  clientId: string
  scopes: string[]
  purpose: Purpose
  /** The token of the kick-off as the log names it. */
  via: string
  /** The kick-off request as sent. */
  url: string
  ask: unknown
  state: JobState
  /** Instant of the kick-off: an export shows the record as it stood then. */
  at: Date
  endedAt: Date | null
  until: Date
  /** Resources written so far. */
  done: number
  /** Lines of an import that were refused so far. */
  refused: number
  /** Failed tries since the last step forward. */
  tries: number
  message: string
  cursor: unknown
  /** Of an export: from when on marks of what was hidden count. */
  mark: Mark | null
}

export type FileRole = 'output' | 'deleted' | 'error'

/**
 * A file of a job, NDJSON. Only its first `bytes` bytes and `count` lines count; what stands behind them was never acknowledged.
 * Beside a file of an export stands what each line is about, so that it can be judged again when it is fetched.
 */
export type BulkFile = {
  jobId: string
  n: number
  name: string
  role: FileRole
  type: string
  /** Institution to which every line stays visible until its row changes; null where lines are judged one by one. */
  lastsFor: string | null
  /** Of lines that last: the rule that shows them and their kind of information, for the log; '' where each line is judged. */
  rule: string
  kind: string
  bytes: number
  count: number
}
