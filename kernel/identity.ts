import { createHash } from 'node:crypto'
import { sql } from 'kysely'
import type { Actor, AppAccess } from './context.ts'
import type { Db } from './database.ts'
import type { OnBehalfOf } from './token.ts'

export {
  endAllSessions,
  endSession,
  endSessionById,
  findSession,
  keepNewestSessions,
  listSessions,
  renewProof,
  type ListedSession,
  SESSION_COOKIE,
  setActsFor,
  startSession,
} from './session.ts'

/**
 * `tokenBinding`: what the token that was sent is tied to; `no-token` where the platform itself acts on a client's standing order
 * (a subscription, an export).
 */
export type SystemAsked = { scopes: readonly string[]; tokenBinding: 'mtls' | 'dpop' | 'none' | 'no-token' }

export type AppAsked = SystemAsked & { now: Date; clientId: string; onBehalfOf: OnBehalfOf }

/**
 * Who a proven subject is, asked anew at every request so that a change of role or of keys works at once.
 * Bound in `app` to the registers of `care/person`.
 */
export type Accounts = {
  /** `actsFor`: person they chose to act for; the answer has no `actsFor`, and their own keys, where they may not (any more). */
  citizen(db: Db, personId: string, about: { now: Date; actsFor: string | null }): Promise<Extract<Actor, { kind: 'citizen' }> | undefined>
  /** `place`: which of their places of work they chose for this session. */
  staff(db: Db, staffId: string, at?: { now: Date; place: string | null }): Promise<Extract<Actor, { kind: 'staff' }> | undefined>
  /** @refuses binding-required where the client's tokens must be tied to more than this one is */
  system(db: Db, clientId: string, asked: SystemAsked): Promise<Extract<Actor, { kind: 'system' }> | undefined>
  /**
   * What an app may, for whoever let it; undefined where they ended it, or the app was.
   * @refuses binding-required
   */
  app(db: Db, asked: AppAsked): Promise<AppAccess | undefined>
}

const FREE_TRIES = 5
const LOCK_MINUTES = 10

/** A login name that is typed may be anything, also a password in the wrong field: only its hash is kept, and that for a day. */
const failureOf = (subject: string): string => createHash('sha256').update(`sign-in:${subject}`).digest('base64url')

/** Minutes for which a subject may not try again, or null. Counted in the database, so a second worker knows too. */
export async function signInLock(db: Db, now: Date, subject: string): Promise<number | null> {
  const { rows } = await sql<{
    locked_until: Date | null
  }>`select locked_until from kernel.sign_in_failure where subject = ${failureOf(subject)}`.execute(db)
  const until = rows[0]?.locked_until
  return until && until > now ? Math.ceil((until.getTime() - now.getTime()) / 60_000) : null
}

/** Notes a failed try; after five in a row the subject waits ten minutes. */
export async function noteSignInFailure(db: Db, now: Date, subject: string): Promise<void> {
  const lock = new Date(now.getTime() + LOCK_MINUTES * 60_000)
  await sql`insert into kernel.sign_in_failure as f (subject, failures, noted_at) values (${failureOf(subject)}, 1, ${now})
    on conflict (subject) do update set noted_at = excluded.noted_at, failures = case when f.locked_until <= ${now} then 1 else f.failures + 1 end,
      locked_until = case when f.locked_until <= ${now} then null when f.failures + 1 >= ${FREE_TRIES} then ${lock}::timestamptz end`.execute(
    db,
  )
}

export async function clearSignInFailures(db: Db, subject: string): Promise<void> {
  await sql`delete from kernel.sign_in_failure where subject = ${failureOf(subject)}`.execute(db)
}

/** Forgets failures of the day before, so that names nobody has fill no table. */
export async function forgetSignInFailures(db: Db, now: Date): Promise<void> {
  await sql`delete from kernel.sign_in_failure where noted_at < ${new Date(now.getTime() - 86_400_000)}`.execute(db)
}

/**
 * Claims a value that may be used once (a challenge, a `jti`).
 * @returns false where it was used before
 */
export async function claimOnce(db: Db, now: Date, claim: { scope: string; value: string; until: Date }): Promise<boolean> {
  const { numAffectedRows } =
    await sql`insert into kernel.used_once (scope, value, until) values (${claim.scope}, ${claim.value}, ${claim.until})
    on conflict (scope, value) do update set until = excluded.until where used_once.until < ${now}`.execute(db)
  return numAffectedRows === 1n
}
