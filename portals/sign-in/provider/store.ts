/** What the OpenID provider keeps: requests under way, codes, refresh tokens, grants. No secret is stored, only its hash. */
import { createHash } from 'node:crypto'
import { sql } from 'kysely'
import type { Db } from '#kernel/database'
import type { Migration } from '#kernel/migrate'

/**
 * One table for all kinds. `id_hash`: SHA-256 of the code, token or cookie; `payload`: the rest of what it stands for, without it;
 * `consumed_at`: when a value that is good once was used.
 */
export const providerMigrations: Migration[] = [
  {
    id: 'oauth-provider/001-state',
    sql: `
      create table sign_in.oauth_state (
        kind text not null, id_hash bytea not null, grant_id text, uid text, payload jsonb not null, expires_at timestamptz not null,
        consumed_at timestamptz, primary key (kind, id_hash));
      create index oauth_state_of_grant on sign_in.oauth_state (grant_id) where grant_id is not null;
      create index oauth_state_by_uid on sign_in.oauth_state (uid) where uid is not null;
      create index oauth_state_by_end on sign_in.oauth_state (expires_at);
    `,
  },
]

export type Kept = { payload: Record<string, unknown>; consumedAt: Date | null }

const hashOf = (id: string) => createHash('sha256').update(id).digest()

type New = {
  kind: string
  id: string
  payload: Record<string, unknown>
  grantId: string | null
  uid: string | null
  expiresAt: Date
}

/** Keeps a value, or its newer state. */
export async function keep(db: Db, s: New): Promise<void> {
  await sql`insert into sign_in.oauth_state (kind, id_hash, grant_id, uid, payload, expires_at)
    values (${s.kind}, ${hashOf(s.id)}, ${s.grantId}, ${s.uid}, ${JSON.stringify(s.payload)}::jsonb, ${s.expiresAt})
    on conflict (kind, id_hash) do update set payload = excluded.payload, grant_id = excluded.grant_id, uid = excluded.uid,
      expires_at = excluded.expires_at`.execute(db)
}

/** Keeps a value that must be new. @returns false where it is known and has not ended */
export async function keepOnce(db: Db, now: Date, s: New): Promise<boolean> {
  const { rows } = await sql`insert into sign_in.oauth_state as s (kind, id_hash, grant_id, uid, payload, expires_at)
    values (${s.kind}, ${hashOf(s.id)}, ${s.grantId}, ${s.uid}, ${JSON.stringify(s.payload)}::jsonb, ${s.expiresAt})
    on conflict (kind, id_hash) do update set expires_at = excluded.expires_at where s.expires_at <= ${now} returning s.kind`.execute(db)
  return rows.length > 0
}

type Row = { payload: Record<string, unknown>; consumed_at: Date | null }
const toKept = (row: Row | undefined): Kept | undefined => row && { payload: row.payload, consumedAt: row.consumed_at }

/** A value that has not ended. */
export async function findKept(db: Db, now: Date, which: { kind: string; id: string }): Promise<Kept | undefined> {
  const { rows } = await sql<Row>`select payload, consumed_at from sign_in.oauth_state
    where kind = ${which.kind} and id_hash = ${hashOf(which.id)} and expires_at > ${now}`.execute(db)
  return toKept(rows[0])
}

export async function findKeptByUid(db: Db, now: Date, which: { kind: string; uid: string }): Promise<Kept | undefined> {
  const { rows } = await sql<Row>`select payload, consumed_at from sign_in.oauth_state
    where uid = ${which.uid} and kind = ${which.kind} and expires_at > ${now}`.execute(db)
  return toKept(rows[0])
}

/** Uses a value up. @returns false where somebody did so before, or at the same moment */
export async function spend(db: Db, now: Date, which: { kind: string; id: string }): Promise<boolean> {
  const { rows } = await sql`update sign_in.oauth_state set consumed_at = ${now}
    where kind = ${which.kind} and id_hash = ${hashOf(which.id)} and consumed_at is null returning kind`.execute(db)
  return rows.length > 0
}

export async function forget(db: Db, which: { kind: string; id: string }): Promise<void> {
  await sql`delete from sign_in.oauth_state where kind = ${which.kind} and id_hash = ${hashOf(which.id)}`.execute(db)
}

/** Forgets every code and token of a grant. */
export async function forgetGrant(db: Db, grantId: string): Promise<void> {
  await sql`delete from sign_in.oauth_state where grant_id = ${grantId}`.execute(db)
}

export async function forgetEnded(db: Db, now: Date): Promise<void> {
  await sql`delete from sign_in.oauth_state where expires_at < ${now}`.execute(db)
}
