import type { AuditEvent } from './audit-event.ts'
import type { Db } from './database.ts'
import type { Lang } from './language.ts'

/** Role of a member of staff, as the facility's register states it. */
export type StaffRole = 'physician' | 'dentist' | 'nurse' | 'pharmacist' | 'clerk' | 'operator'

/** Who is asking, as proven by card, certificate, token or session; never taken from the request body. */
export type Actor =
  | { kind: 'public' }
  | { kind: 'citizen'; id: string; keys: readonly string[]; name: string }
  | {
      kind: 'staff'
      id: string
      role: StaffRole
      institutionNumber: string
      institutionName: string
      institutionNameEn?: string
      name: string
    }
  | { kind: 'system'; id: string; institutionNumber: string; institutionName: string; name: string; scopes: readonly string[] }

export type ActorKind = Actor['kind']

/**
 * Why they ask.
 * @spec HL7 v3 PurposeOfUse: TREAT, ETREAT, HPAYMT, HRESCH, PATRQT, HOPERAT
 */
export type Purpose = 'TREAT' | 'ETREAT' | 'HPAYMT' | 'HRESCH' | 'PATRQT' | 'HOPERAT'

/** Everything one request carries. Passed by hand as the first argument; there is no ambient state. */
export type Context = {
  readonly actor: Actor
  readonly purpose: Purpose
  /** Instant the request arrived, by the database's clock. Rules read this, never the wall clock. */
  readonly now: Date
  readonly lang: Lang
  /** In a write: the request's one transaction. In a read: the pool, or one snapshot where the row asks for it. */
  readonly db: Db
  readonly requestId: string
  /** Browser session the actor came with; null for tokens and the public. */
  readonly sessionId: string | null
  /** Notes what was done or shown. Durable before the answer leaves; missing fields come from the row and the actor. */
  audit(event: AuditEvent): void
  /** Puts a message into the outbox of this write's transaction. @throws in a read */
  tell(message: { topic: string; key: string; payload: unknown }): void
}

/** Number of the institution the caller acts for, or null for citizens and the public. */
export function institutionOf(actor: Actor): string | null {
  return actor.kind === 'staff' || actor.kind === 'system' ? actor.institutionNumber : null
}

/** What an institution is called in the reader's language; the register need not know an English name. */
export const institutionNameIn = (actor: { institutionName: string; institutionNameEn?: string }, lang: Lang): string =>
  (lang === 'en' && actor.institutionNameEn) || actor.institutionName
