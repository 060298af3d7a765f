import type { LogEntry } from '#packages/log-proof'

/** What a use case says about one act. Fixed fields, no free text, so that no personal detail slips into the log. */
export type AuditEvent = {
  /** Defaults to the row's action. */
  action?: string
  /** Patient key the act touched; absent for acts on nobody. */
  key?: string
  /** What was touched: `Type/id`, or `Type?` for a search. */
  resource?: string
  /** Information kinds that were shown or written. */
  kinds?: readonly string[]
  /** Number of items shown or written. */
  count?: number
  /** Consent the act rests on. */
  consentId?: string
  /** Rule of the authorisation table, or of the refusal, that decided. */
  rule?: string
  /** `success` unless a refusal code. */
  outcome?: string
}

/**
 * One entry of the audit log as stored. `via`: the session, token or permission it came by (`session:`, `token:`, `grant:` and an id that opens
 * nothing), for whoever must find out what a stolen one touched. It is no part of what the entry commits to.
 */
export type AuditEntry = LogEntry & { via?: string }
