import { createHash, randomBytes } from 'node:crypto'
import { sql } from 'kysely'
import type { Actor } from './context.ts'
import type { Db } from './database.ts'

/**
 * `tokenBinding`: what the token that was sent is tied to; `no-token` where the platform itself acts on a client's standing order
 * (a subscription, an export).
 */
export type SystemAsked = { scopes: readonly string[]; tokenBinding: 'mtls' | 'dpop' | 'none' | 'no-token' }

/**
 * Who a proven subject is, asked anew at every request so that a change of role or of keys works at once.
 * Bound in `app` to the registers of `care/person`.
 */
export type Accounts = {
  citizen(db: Db, personId: string): Promise<Extract<Actor, { kind: 'citizen' }> | undefined>
  staff(db: Db, staffId: string): Promise<Extract<Actor, { kind: 'staff' }> | undefined>
  /** @refuses binding-required where the client's tokens must be tied to more than this one is */
  system(db: Db, clientId: string, asked: SystemAsked): Promise<Extract<Actor, { kind: 'system' }> | undefined>
}

export const SESSION_COOKIE = 'enishi_session'
const IDLE_MS = 30 * 60_000
const WHOLE_MS = 12 * 3600_000
/** A session's last use is written at most this often: a write a page view would cost more than the page. */
const SEEN_EVERY_MS = 60_000

const idHash = (token: string) => createHash('sha256').update(token).digest()

/** Starts a browser session and returns its token; only the hash is stored. */
export async function startSession(db: Db, now: Date, subject: { kind: 'citizen' | 'staff'; id: string }): Promise<string> {
  const token = randomBytes(32).toString('base64url')
  await sql`insert into kernel.session (id_hash, actor_kind, subject, started_at, seen_at, until)
    values (${idHash(token)}, ${subject.kind}, ${subject.id}, ${now}, ${now}, ${new Date(now.getTime() + WHOLE_MS)})`.execute(db)
  return token
}

/** The subject of a live session: idle at most 30 minutes, whole at most 12 hours. */
export async function findSession(db: Db, now: Date, token: string): Promise<{ kind: string; subject: string } | undefined> {
  const { rows } = await sql<{ actor_kind: string; subject: string; seen_at: Date }>`
    select actor_kind, subject, seen_at from kernel.session
    where id_hash = ${idHash(token)} and ended_at is null and until > ${now} and seen_at > ${new Date(now.getTime() - IDLE_MS)}`.execute(db)
  const found = rows[0]
  if (!found) return undefined
  if (now.getTime() - found.seen_at.getTime() > SEEN_EVERY_MS) {
    await sql`update kernel.session set seen_at = ${now} where id_hash = ${idHash(token)} and seen_at < ${now}`.execute(db)
  }
  return { kind: found.actor_kind, subject: found.subject }
}

export async function endSession(db: Db, now: Date, token: string): Promise<void> {
  await sql`update kernel.session set ended_at = ${now} where id_hash = ${idHash(token)} and ended_at is null`.execute(db)
}

const FREE_TRIES = 5
const LOCK_MINUTES = 10

/** Minutes for which a subject may not try again, or null. Counted in the database, so a second worker knows too. */
export async function signInLock(db: Db, now: Date, subject: string): Promise<number | null> {
  const { rows } = await sql<{
    locked_until: Date | null
  }>`select locked_until from kernel.sign_in_failure where subject = ${subject}`.execute(db)
  const until = rows[0]?.locked_until
  return until && until > now ? Math.ceil((until.getTime() - now.getTime()) / 60_000) : null
}

/** Notes a failed try; after five in a row the subject waits ten minutes. */
export async function noteSignInFailure(db: Db, now: Date, subject: string): Promise<void> {
  const lock = new Date(now.getTime() + LOCK_MINUTES * 60_000)
  await sql`insert into kernel.sign_in_failure as f (subject, failures) values (${subject}, 1)
    on conflict (subject) do update set failures = case when f.locked_until <= ${now} then 1 else f.failures + 1 end,
      locked_until = case when f.locked_until <= ${now} then null when f.failures + 1 >= ${FREE_TRIES} then ${lock}::timestamptz end`.execute(
    db,
  )
}

export async function clearSignInFailures(db: Db, subject: string): Promise<void> {
  await sql`delete from kernel.sign_in_failure where subject = ${subject}`.execute(db)
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
