/**
 * Sessions of browsers. A token is the session's id and a secret, of which only the hash is stored. The token changes while it is used, so that a copy of it is found out:
 * of two browsers that hold one, the second to change it comes with a token that was replaced, and the session ends for both.
 */
import { createHash, randomBytes } from 'node:crypto'
import { sql } from 'kysely'
import type { ProvenBy, Session } from './context.ts'
import type { Db } from './database.ts'
import { ulid } from './id.ts'

export const SESSION_COOKIE = 'enishi_session'

type Kind = 'citizen' | 'staff'
type Subject = { kind: Kind; id: string }

const MINUTE = 60_000
/** How long a session lives unused, and in all; a desk that several people share is left sooner. */
const LIFE = { own: { idleMs: 30 * MINUTE, wholeMs: 12 * 60 * MINUTE }, desk: { idleMs: 10 * MINUTE, wholeMs: 4 * 60 * MINUTE } }
/** A session's last use is written at most this often: a write a page view would cost more than the page. */
const SEEN_EVERY_MS = MINUTE
const RENEW_EVERY_MS = 5 * MINUTE
/** Requests that were under way when the token changed, or whose answer was lost, still come with the one before. */
const OLD_TOKEN_MS = MINUTE

const hashOf = (token: string) => createHash('sha256').update(token).digest()
const newToken = (id: string) => `${id}.${randomBytes(32).toString('base64url')}`
const idIn = (token: string) => token.slice(0, Math.max(0, token.indexOf('.')))
const lifeOf = (desk: boolean) => (desk ? LIFE.desk : LIFE.own)

/**
 * Starts a browser session and returns its token.
 * @param about.label what the person may know the device by
 * @param about.provenAt when they were proven, where that was before now (at a provider elsewhere)
 */
export async function startSession(
  db: Db,
  now: Date,
  about: Subject & { provenBy: ProvenBy; provenAt?: Date; desk?: boolean; label?: string },
): Promise<string> {
  const { kind, id, provenBy, provenAt = now, desk = false, label = '' } = about
  const session = ulid(now.getTime())
  const token = newToken(session)
  const until = new Date(now.getTime() + lifeOf(desk).wholeMs)
  await sql`insert into kernel.session
      (id, hash, actor_kind, subject, started_at, seen_at, renewed_at, until, proven_by, proven_at, desk, label)
    values (${session}, ${hashOf(token)}, ${kind}, ${id}, ${now}, ${now}, ${now}, ${until}, ${provenBy}, ${provenAt}, ${desk}, ${label})`.execute(
    db,
  )
  return token
}

type Row = {
  id: string
  actor_kind: Kind
  subject: string
  seen_at: Date
  renewed_at: Date
  used_at: Date | null
  is_current: boolean
  proven_by: ProvenBy
  proven_at: Date
  acts_for: string | null
  desk: boolean
}

/** `renewed`: the token to send instead from now on; `cloned`: somebody else holds this session's token, and it has ended. */
export type Found = { kind: Kind; subject: string; session: Session; renewed: string | null; cloned: boolean }

/** The live session of a token. */
export async function findSession(db: Db, now: Date, token: string): Promise<Found | undefined> {
  const hash = hashOf(token)
  const since = (ms: number) => new Date(now.getTime() - ms)
  const { rows } = await sql<Row>`
    select id, actor_kind, subject, seen_at, renewed_at, used_at, hash = ${hash} as is_current, proven_by, proven_at, acts_for, desk
    from kernel.session where id = ${idIn(token)} and (hash = ${hash} or previous_hash = ${hash}) and ended_at is null and until > ${now}
      and seen_at > case when desk then ${since(LIFE.desk.idleMs)}::timestamptz else ${since(LIFE.own.idleMs)}::timestamptz end`.execute(db)
  const found = rows[0]
  if (!found) return undefined
  const session = {
    id: found.id,
    token,
    provenBy: found.proven_by,
    provenAt: found.proven_at,
    actsFor: found.acts_for,
    desk: found.desk,
  }
  const about = { kind: found.actor_kind, subject: found.subject, session }
  const kept = await keep(db, now, { found, hash })
  return { ...about, ...kept }
}

/** Writes the use of a session where it is due, and changes its token where that is. */
async function keep(
  db: Db,
  now: Date,
  { found, hash }: { found: Row; hash: Buffer },
): Promise<{ renewed: string | null; cloned: boolean }> {
  const age = (at: Date) => now.getTime() - at.getTime()
  if (!found.is_current && age(found.renewed_at) > OLD_TOKEN_MS && found.used_at !== null) {
    await sql`update kernel.session set ended_at = ${now} where id = ${found.id} and ended_at is null`.execute(db)
    return { renewed: null, cloned: true }
  }
  const due = found.is_current ? age(found.renewed_at) > RENEW_EVERY_MS : age(found.renewed_at) > OLD_TOKEN_MS
  if (due) {
    const renewed = newToken(found.id)
    // Of requests that come together one changes the token; the others go on with the one they have.
    const { numAffectedRows } = await sql`update kernel.session
      set previous_hash = ${hash}, hash = ${hashOf(renewed)}, renewed_at = ${now}, used_at = null, seen_at = ${now}
      where id = ${found.id} and renewed_at = ${found.renewed_at} and ended_at is null`.execute(db)
    return { renewed: numAffectedRows === 1n ? renewed : null, cloned: false }
  }
  if (found.is_current && (found.used_at === null || age(found.seen_at) > SEEN_EVERY_MS))
    await sql`update kernel.session set seen_at = ${now}, used_at = ${now} where id = ${found.id} and hash = ${hash}`.execute(db)
  return { renewed: null, cloned: false }
}

/** Notes that the person of this session proved themselves again. */
export async function renewProof(db: Db, now: Date, sessionId: string, provenBy: ProvenBy): Promise<void> {
  await sql`update kernel.session set proven_by = ${provenBy}, proven_at = ${now} where id = ${sessionId} and ended_at is null`.execute(db)
}

/** Whom the person of this session acts for from the next request on; null for themselves. */
export async function setActsFor(db: Db, sessionId: string, personId: string | null): Promise<void> {
  await sql`update kernel.session set acts_for = ${personId} where id = ${sessionId}`.execute(db)
}

export type ListedSession = { id: string; startedAt: Date; seenAt: Date; provenBy: ProvenBy; desk: boolean; label: string }

/** Live sessions of somebody, the last used first. */
export async function listSessions(db: Db, now: Date, { kind, id }: Subject): Promise<ListedSession[]> {
  const { rows } = await sql<{ id: string; started_at: Date; seen_at: Date; proven_by: ProvenBy; desk: boolean; label: string }>`
    select id, started_at, seen_at, proven_by, desk, label from kernel.session
    where actor_kind = ${kind} and subject = ${id} and ended_at is null and until > ${now}
      and seen_at > ${new Date(now.getTime() - LIFE.own.idleMs)} order by seen_at desc, id desc limit 100`.execute(db)
  return rows.map((r) => ({ id: r.id, startedAt: r.started_at, seenAt: r.seen_at, provenBy: r.proven_by, desk: r.desk, label: r.label }))
}

export async function endSession(db: Db, now: Date, token: string): Promise<void> {
  const hash = hashOf(token)
  await sql`update kernel.session set ended_at = ${now} where id = ${idIn(token)} and (hash = ${hash} or previous_hash = ${hash}) and ended_at is null`.execute(
    db,
  )
}

/** Ends one session of somebody. @returns false where it is not theirs, or has ended */
export async function endSessionById(db: Db, now: Date, { kind, id }: Subject, sessionId: string): Promise<boolean> {
  const { numAffectedRows } = await sql`update kernel.session set ended_at = ${now}
    where id = ${sessionId} and actor_kind = ${kind} and subject = ${id} and ended_at is null`.execute(db)
  return numAffectedRows === 1n
}

/** Browsers that one person is signed in with at once. */
export const MOST_SESSIONS = 20

/** Ends what is over the number of sessions that somebody may have: those that were left longest. */
export async function keepNewestSessions(db: Db, now: Date, { kind, id }: Subject): Promise<void> {
  await sql`update kernel.session set ended_at = ${now} where id in (
    select id from kernel.session where actor_kind = ${kind} and subject = ${id} and ended_at is null and until > ${now}
    order by seen_at desc, id desc offset ${MOST_SESSIONS})`.execute(db)
}

/** Ends every session of somebody but the one they keep. @returns how many */
export async function endAllSessions(db: Db, now: Date, { kind, id }: Subject, keep: string | null = null): Promise<number> {
  const { numAffectedRows } = await sql`update kernel.session set ended_at = ${now}
    where actor_kind = ${kind} and subject = ${id} and id is distinct from ${keep} and ended_at is null`.execute(db)
  return Number(numAffectedRows ?? 0)
}
