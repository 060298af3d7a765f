import { createHash } from 'node:crypto'
import { sql } from 'kysely'
import { openPending, sealPending } from '#care/person'
import type { Db } from '#kernel/database'
import { newKey } from '#kernel/id'
import type { Migration } from '#kernel/migrate'

/** `staff`: a member of staff sets up a way to sign in. `recovery`: a person who was identified at a counter does. */
export type InvitationKind = 'staff' | 'recovery'
export type Invitation = { kind: InvitationKind; subjectId: string; issuedAt: Date; until: Date }

/** Invitations live days and are few. A one-time code's secret waits here until its first code was typed. */
export const invitationMigrations: Migration[] = [
  {
    id: 'sign-in-invitation/001-invitation',
    sql: `
      create table sign_in.invitation (
        token_hash bytea primary key, kind text not null check (kind in ('staff', 'recovery')), subject text not null, issued_by text not null,
        issued_at timestamptz not null, until timestamptz not null, used_at timestamptz, ended_at timestamptz);
      create index invitation_of on sign_in.invitation (subject);
      create table sign_in.pending_secret (owner text primary key, secret text not null, until timestamptz not null);
    `,
  },
]

/** A token as it may be typed from a letter: case, hyphens, full-width letters and look-alike letters do not matter. */
export const foldToken = (typed: string): string =>
  typed
    .normalize('NFKC')
    .toLowerCase()
    .replace(/[^0-9a-z]/g, '')
    .replace(/o/g, '0')
    .replace(/[il]/g, '1')

const hashOf = (token: string) =>
  createHash('sha256')
    .update(`invitation:${foldToken(token)}`)
    .digest()

/** The token in groups of four, as a letter prints it. */
export const spacedToken = (token: string): string => token.match(/.{1,4}/g)?.join('-') ?? token

/**
 * Invites a member of staff, or a person identified at a counter, to set up a way to sign in; ends the open invitations of the same
 * subject. The caller's row asks for a recent proof and is audited.
 * @param about.by id of whoever issues it
 * @returns the token, 20 characters (100 random bits), stored only as its hash: show it once. It opens `/sign-in/invitation/<token>`
 */
export async function issueInvitation(
  db: Db,
  now: Date,
  about: { kind: InvitationKind; subjectId: string; by: string; hours: number },
): Promise<string> {
  const token = newKey()
  const until = new Date(now.getTime() + about.hours * 3600_000)
  await endInvitations(db, now, about.subjectId)
  await sql`insert into sign_in.invitation (token_hash, kind, subject, issued_by, issued_at, until)
    values (${hashOf(token)}, ${about.kind}, ${about.subjectId}, ${about.by}, ${now}, ${until})`.execute(db)
  return token
}

/** Ends the open invitations of a subject. */
export async function endInvitations(db: Db, now: Date, subjectId: string): Promise<void> {
  await sql`update sign_in.invitation set ended_at = ${now}
    where subject = ${subjectId} and used_at is null and ended_at is null`.execute(db)
}

/** The latest invitation of a subject that is still open, for the register's page; the token itself is not known any more. */
export async function openInvitation(db: Db, now: Date, subjectId: string): Promise<Invitation | undefined> {
  return one(db, sql`subject = ${subjectId} and used_at is null and ended_at is null and until > ${now} order by issued_at desc limit 1`)
}

/** Invitations that are still open, the ones that end first in front; few, because they live days. */
export async function openInvitations(db: Db, now: Date, limit: number): Promise<Invitation[]> {
  const { rows } = await sql<Invitation>`select kind, subject as "subjectId", issued_at as "issuedAt", until from sign_in.invitation
    where used_at is null and ended_at is null and until > ${now} order by until limit ${limit}`.execute(db)
  return rows
}

/** An invitation that may still be used, or undefined: unknown, used, ended and expired are one. */
export const findInvitation = (db: Db, now: Date, token: string): Promise<Invitation | undefined> =>
  one(db, sql`token_hash = ${hashOf(token)} and used_at is null and ended_at is null and until > ${now}`)

async function one(db: Db, where: ReturnType<typeof sql>): Promise<Invitation | undefined> {
  const { rows } = await sql<{ kind: InvitationKind; subject: string; issued_at: Date; until: Date }>`
    select kind, subject, issued_at, until from sign_in.invitation where ${where}`.execute(db)
  const r = rows[0]
  return r && { kind: r.kind, subjectId: r.subject, issuedAt: r.issued_at, until: r.until }
}

/** Spends an invitation in one statement. @returns false where somebody was faster, or it may not be used any more */
export async function spendInvitation(db: Db, now: Date, token: string): Promise<boolean> {
  const { numAffectedRows } = await sql`update sign_in.invitation set used_at = ${now}
    where token_hash = ${hashOf(token)} and used_at is null and ended_at is null and until > ${now}`.execute(db)
  return numAffectedRows === 1n
}

const PENDING_MINUTES = 30

/** The secret that waits for its first code, or a new one. `owner`: whose it will be. */
export async function pendingSecret(db: Db, now: Date, pending: { owner: string; fresh: string }): Promise<string> {
  const until = new Date(now.getTime() + PENDING_MINUTES * 60_000)
  const fresh = sealPending(pending.owner, pending.fresh)
  const { rows } = await sql<{ secret: string }>`
    insert into sign_in.pending_secret as p (owner, secret, until) values (${pending.owner}, ${fresh}, ${until})
    on conflict (owner) do update set secret = case when p.until > ${now} then p.secret else excluded.secret end,
      until = case when p.until > ${now} then p.until else excluded.until end
    returning secret`.execute(db)
  const opened = openPending(pending.owner, rows[0]!.secret)
  if (opened !== undefined) return opened
  // Sealed under a key that is gone: nobody can use it, so the new one takes its place.
  await sql`update sign_in.pending_secret set secret = ${fresh}, until = ${until} where owner = ${pending.owner}`.execute(db)
  return pending.fresh
}

/** The waiting secret, or undefined where there is none or it waited too long. */
export async function waitingSecret(db: Db, now: Date, owner: string): Promise<string | undefined> {
  const { rows } = await sql<{ secret: string }>`
    select secret from sign_in.pending_secret where owner = ${owner} and until > ${now}`.execute(db)
  return rows[0] && openPending(owner, rows[0].secret)
}

export async function dropPending(db: Db, owner: string): Promise<void> {
  await sql`delete from sign_in.pending_secret where owner = ${owner}`.execute(db)
}

/** Forgets invitations a year after their end, and secrets nobody confirmed. */
export async function forgetInvitations(db: Db, now: Date): Promise<void> {
  await sql`delete from sign_in.invitation where until < ${new Date(now.getTime() - 365 * 86_400_000)}`.execute(db)
  await sql`delete from sign_in.pending_secret where until < ${now}`.execute(db)
}
