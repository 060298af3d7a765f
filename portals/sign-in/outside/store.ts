import { createHash, randomBytes } from 'node:crypto'
import { sql } from 'kysely'
import type { Db } from '#kernel/database'
import type { Migration } from '#kernel/migrate'
import type { OutsideLink, Try, Wish } from './model.ts'
import { TRY_MINUTES } from './rules.ts'

/**
 * Sign-ins through outside providers. `outside_link`: whom a subject of a provider is here; `outside_try`: what a browser was sent away
 * with, until it comes back.
 */
export const outsideMigrations: Migration[] = [
  {
    id: 'sign-in-outside/001-outside',
    sql: `
      create table sign_in.outside_link (
        subject text not null, issuer text not null, holder_kind text not null check (holder_kind in ('citizen', 'staff')),
        holder_id text not null, linked_at timestamptz not null, linked_by text not null, primary key (subject, issuer, holder_kind));
      create index outside_link_of on sign_in.outside_link (holder_id, holder_kind);
      create table sign_in.outside_try (
        state_hash bytea primary key, audience text not null, browser_hash bytea not null, verifier text not null, nonce text not null,
        wish text not null, session_id text, next text, since timestamptz, until timestamptz not null, used_at timestamptz);
      create index outside_try_by_end on sign_in.outside_try (until);
    `,
  },
]

export const hashOf = (value: string): Buffer => createHash('sha256').update(value).digest()

/** Keeps a try. @returns its state, of which only the hash is kept */
export async function insertTry(db: Db, now: Date, t: Try): Promise<string> {
  const state = randomBytes(32).toString('base64url')
  await sql`insert into sign_in.outside_try (state_hash, audience, browser_hash, verifier, nonce, wish, session_id, next, since, until)
    values (${hashOf(state)}, ${t.audience}, ${t.browserHash}, ${t.verifier}, ${t.nonce}, ${t.wish}, ${t.sessionId}, ${t.next}, ${t.since},
      ${new Date(now.getTime() + TRY_MINUTES * 60_000)})`.execute(db)
  return state
}

type TryRow = {
  audience: Try['audience']
  browser_hash: Buffer
  verifier: string
  nonce: string
  wish: Wish
  session_id: string | null
  next: string | null
  since: Date | null
}

/** Spends a try in one statement, whatever its answer is worth. @returns 'used' where it was spent before, undefined where it is unknown or over */
export async function spendTry(db: Db, now: Date, state: string): Promise<Try | 'used' | undefined> {
  const { rows } = await sql<TryRow>`update sign_in.outside_try set used_at = ${now}
    where state_hash = ${hashOf(state)} and used_at is null and until > ${now}
    returning audience, browser_hash, verifier, nonce, wish, session_id, next, since`.execute(db)
  const r = rows[0]
  if (r !== undefined) {
    const { audience, verifier, nonce, wish, next, since } = r
    return { audience, verifier, nonce, wish, next, since, browserHash: r.browser_hash, sessionId: r.session_id }
  }
  const known = await sql`select 1 from sign_in.outside_try where state_hash = ${hashOf(state)} and used_at is not null`.execute(db)
  return known.rows.length > 0 ? 'used' : undefined
}

export async function forgetTries(db: Db, now: Date): Promise<void> {
  await sql`delete from sign_in.outside_try where until < ${now}`.execute(db)
}

type Of = { issuer: string; subject: string; kind: OutsideLink['holder']['kind'] }

/** Whom a subject of a provider is here. */
export async function findOutsideLink(db: Db, { issuer, subject, kind }: Of): Promise<string | undefined> {
  const { rows } = await sql<{ holder_id: string }>`select holder_id from sign_in.outside_link
    where subject = ${subject} and issuer = ${issuer} and holder_kind = ${kind}`.execute(db)
  return rows[0]?.holder_id
}

/** @returns the holder it then leads to, which is somebody else where it was linked before */
export async function linkOutside(db: Db, now: Date, link: Of & { holderId: string; by: string }): Promise<string> {
  await sql`insert into sign_in.outside_link (subject, issuer, holder_kind, holder_id, linked_at, linked_by)
    values (${link.subject}, ${link.issuer}, ${link.kind}, ${link.holderId}, ${now}, ${link.by}) on conflict do nothing`.execute(db)
  return (await findOutsideLink(db, link))!
}

type Holder = OutsideLink['holder']

/** Outside sign-ins of somebody, the oldest first. */
export async function outsideLinksOf(db: Db, { kind, id }: Holder): Promise<OutsideLink[]> {
  const { rows } = await sql<{
    issuer: string
    subject: string
    linked_at: Date
  }>`select issuer, subject, linked_at from sign_in.outside_link
    where holder_id = ${id} and holder_kind = ${kind} order by linked_at, subject`.execute(db)
  return rows.map((r) => ({ issuer: r.issuer, subject: r.subject, holder: { kind, id }, linkedAt: r.linked_at }))
}

/** Ends one outside sign-in of somebody. @returns false where they have none like it */
export async function endOutsideLink(db: Db, { kind, id }: Holder, which: { issuer: string; subject: string }): Promise<boolean> {
  const { numAffectedRows } = await sql`delete from sign_in.outside_link where subject = ${which.subject} and issuer = ${which.issuer}
    and holder_kind = ${kind} and holder_id = ${id}`.execute(db)
  return numAffectedRows === 1n
}

/** Ends every outside sign-in of somebody. @returns how many */
export async function endOutsideLinks(db: Db, { kind, id }: Holder): Promise<number> {
  const { numAffectedRows } = await sql`delete from sign_in.outside_link where holder_id = ${id} and holder_kind = ${kind}`.execute(db)
  return Number(numAffectedRows ?? 0n)
}
