import { sha256 } from './crypto.ts'

/** One entry of the audit log. Instants are ISO 8601 UTC with milliseconds; empty string means none. */
export type LogEntry = {
  key: string
  id: string
  at: string
  actorKind: string
  actorId: string
  actorName: string
  actorRole: string
  institutionNumber: string
  institutionName: string
  purpose: string
  action: string
  outcome: string
  resource: string
  kinds: readonly string[]
  count: number
  consentId: string
  rule: string
  law: string
  requestId: string
}

/** The fields of an entry in the one order that its commitment is computed over. */
export const FIELDS = [
  'key',
  'id',
  'at',
  'actorKind',
  'actorId',
  'actorName',
  'actorRole',
  'institutionNumber',
  'institutionName',
  'purpose',
  'action',
  'outcome',
  'resource',
  'kinds',
  'count',
  'consentId',
  'rule',
  'law',
  'requestId',
] as const satisfies readonly (keyof LogEntry)[]

/**
 * Salted commitment to an entry: SHA-256(salt || JSON array of the fields). The Merkle leaf holds only this, so the
 * entry's content and salt can be erased later without breaking the log.
 */
export const commitmentOf = (entry: LogEntry, salt: Buffer): Buffer => sha256(salt, JSON.stringify(FIELDS.map((f) => entry[f])))

const LEAF = Buffer.from([0])

/** What one leaf of the tree says: `id`, instant, commitment. @spec RFC 9162 section 2.1.1 (hash of 0x00 || data) */
export const leafHash = (id: string, at: string, commitment: Buffer): Buffer => sha256(LEAF, `${id}\n${at}\n${commitment.toString('hex')}`)
