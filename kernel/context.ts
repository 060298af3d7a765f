import type { AuditEvent } from './audit-event.ts'
import type { Db } from './database.ts'
import type { Lang } from './language.ts'

/**
 * Role of a member of staff, as the register states it. `operator` runs the platform; `administrator` keeps the registers of the own facility;
 * `auditor` reads the log and reviews what was done in emergencies, and never sees a record.
 */
export type StaffRole = 'physician' | 'dentist' | 'nurse' | 'pharmacist' | 'clerk' | 'operator' | 'administrator' | 'auditor'

/**
 * An app through which somebody acts.
 * `scopes`: what the person let it do, less what its register entry has lost since; `patientKeys`: the one patient it was launched
 * for, null where none was; `grantId`: the permission that the person can end.
 */
export type AppAccess = {
  clientId: string
  name: string
  scopes: readonly string[]
  patientKeys: readonly string[] | null
  grantId: string
}

/** On what a person may act for another: parental authority, a guardian or curator by court, or the other's own consent. */
export type ProxyBasis = 'parent' | 'guardian' | 'curator' | 'family'

/**
 * Whom a citizen acts for. `until`: last day ('YYYY-MM-DD' in Japan), null while nothing ends it; `hides`: kinds of the record that stay
 * the represented person's own; `masked`: address and phone are not shown.
 */
export type ActsFor = {
  personId: string
  name: string
  basis: ProxyBasis
  until: string | null
  hides?: readonly string[]
  masked?: boolean
}

/**
 * Who is asking, as proven by card, certificate, token or session; never taken from the request body.
 * A citizen's `keys` are those of the record they act on: with `actsFor`, the represented person's; `id` and `name` stay their own.
 */
export type Actor =
  | { kind: 'public' }
  | { kind: 'citizen'; id: string; keys: readonly string[]; name: string; app?: AppAccess; actsFor?: ActsFor }
  | {
      kind: 'staff'
      id: string
      role: StaffRole
      institutionNumber: string
      institutionName: string
      institutionNameEn?: string
      name: string
      app?: AppAccess
    }
  | { kind: 'system'; id: string; institutionNumber: string; institutionName: string; name: string; scopes: readonly string[] }

export type ActorKind = Actor['kind']

/**
 * Why they ask.
 * @spec HL7 v3 PurposeOfUse: TREAT, ETREAT, HPAYMT, HRESCH, PATRQT, HOPERAT
 */
export type Purpose = 'TREAT' | 'ETREAT' | 'HPAYMT' | 'HRESCH' | 'PATRQT' | 'HOPERAT'

/** How somebody proved who they are. `outside`: by an OpenID provider that the operator brought. */
export type ProvenBy = 'card' | 'passkey' | 'password-totp' | 'recovery' | 'outside'

/**
 * A browser's session. `provenAt`: the last proof in it, which a step-up renews; `actsFor`: the person they chose to act for;
 * `desk`: a device that several people share.
 */
export type Session = { id: string; token: string; provenBy: ProvenBy; provenAt: Date; actsFor: string | null; desk: boolean }

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
  /** That session; absent for tokens and the public. */
  readonly session?: Session
  /** The session, grant or token of the request as the log names it: what a standing order or a job is traced back to. */
  readonly via?: string
  /** Notes what was done or shown. Durable before the answer leaves; missing fields come from the row and the actor. */
  audit(event: AuditEvent): void
  /** Puts a message into the outbox of this write's transaction. @throws in a read */
  tell(message: { topic: string; key: string; payload: unknown }): void
}

/** Number of the institution the caller acts for, or null for citizens and the public. */
export function institutionOf(actor: Actor): string | null {
  return actor.kind === 'staff' || actor.kind === 'system' ? actor.institutionNumber : null
}

/** What an app or a system was let do; null for somebody in their own browser, whom no scope restricts. */
export function scopesOf(actor: Actor): readonly string[] | null {
  if (actor.kind === 'system') return actor.scopes
  return actor.kind === 'public' ? null : (actor.app?.scopes ?? null)
}

/** What an institution is called in the reader's language; the register need not know an English name. */
export const institutionNameIn = (actor: { institutionName: string; institutionNameEn?: string }, lang: Lang): string =>
  (lang === 'en' && actor.institutionNameEn) || actor.institutionName
