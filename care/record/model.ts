import type { ItemKind } from '#care/consent'

/** One resource as stored: what authorisation and search read stands beside the text that is served as it is. */
export type StoredResource = {
  /** Patient key, or the resource's own id where it belongs to no person. */
  key: string
  type: string
  id: string
  version: number
  lastUpdated: Date
  deleted: boolean
  kind: ItemKind
  /** Number of the institution that sent it; '' for the register's own Patient. */
  source: string
  /** Submission it came with, or null for single writes. */
  depositId: string | null
  uninformed: boolean
  undelivered: boolean
  longTerm: boolean
  addressee: string | null
  registeredAt: Date
  /** Onset, specimen taken, prescribed, written: start of the stated date in Japan. */
  clinicalAt: Date | null
  body: string
}

/** A stored resource as a reader gets it, with the rule that let them see it and the consent (or other basis) it rests on, '' where none. */
export type Seen = StoredResource & { rule: string; consentId: string }

/** A submission as received: one person, one report unit, complete. */
export type Deposit = {
  key: string
  id: string
  source: string
  /** Bundle identifier: the replacement key within the person. */
  system: string
  value: string
  bundleClass: string
  receivedAt: Date
  /** The bytes as received. */
  body: string
  sha256: Buffer
}
