import { sql } from 'kysely'
import type { Db } from '#kernel/database'
import type { Migration } from '#kernel/migrate'
import { deskMigrations, workplaceMigrations } from './desk/store.ts'
import { firstMigrations } from './first/store.ts'
import { invitationMigrations } from './invitation/store.ts'
import { launchMigrations } from './launch/store.ts'
import type { Challenge } from './model.ts'
import { outsideMigrations } from './outside/store.ts'
import { passkeyMigrations } from './passkey/store.ts'
import { providerMigrations } from './provider/store.ts'
import { recoveryMigrations } from './recovery/store.ts'

/** Challenges live minutes, belong to nobody yet and stay on the coordinator. */
export const signInMigrations: Migration[] = [
  {
    id: 'sign-in/001-challenge',
    sql: `
      create schema sign_in;
      create table sign_in.challenge (
        id text primary key, challenge bytea not null, binding bytea, expires_at timestamptz not null, used_at timestamptz);
      create unique index challenge_by_bytes on sign_in.challenge (challenge);
      create index challenge_by_end on sign_in.challenge (expires_at);
    `,
  },
  ...passkeyMigrations,
  ...invitationMigrations,
  ...recoveryMigrations,
  ...deskMigrations,
  ...providerMigrations,
  ...launchMigrations,
  ...outsideMigrations,
  ...workplaceMigrations,
  ...firstMigrations,
]

export async function insertChallenge(db: Db, c: Challenge): Promise<void> {
  await sql`insert into sign_in.challenge (id, challenge, binding, expires_at) values (${c.id}, ${c.challenge}, ${c.binding}, ${c.expiresAt})`.execute(
    db,
  )
}

/**
 * Spends a challenge in one statement: whoever comes second finds nothing, whatever the first one's answer was worth.
 * @returns the challenge, or undefined where it is unknown, used or expired
 */
export async function spendChallenge(db: Db, now: Date, by: { id: string } | { challenge: Buffer }): Promise<Challenge | undefined> {
  const which = 'id' in by ? sql`id = ${by.id}` : sql`challenge = ${by.challenge}`
  const { rows } = await sql<{ id: string; challenge: Buffer; binding: Buffer | null; expires_at: Date }>`
    update sign_in.challenge set used_at = ${now} where ${which} and used_at is null and expires_at > ${now}
    returning id, challenge, binding, expires_at`.execute(db)
  const r = rows[0]
  return r && { id: r.id, challenge: r.challenge, binding: r.binding, expiresAt: r.expires_at }
}

export async function forgetChallenges(db: Db, now: Date): Promise<void> {
  await sql`delete from sign_in.challenge where expires_at < ${now}`.execute(db)
}

/**
 * One try at a time for a login name, so that tries sent together cannot all run before the first failure is counted.
 * @returns false where another try of the same name is under way; nobody waits here, because waiting would hold connections
 */
export async function oneTryAtATime(db: Db, subject: string): Promise<boolean> {
  const { rows } = await sql<{
    got: boolean
  }>`select pg_try_advisory_xact_lock(hashtextextended(${`sign-in:${subject}`}, 2)) as got`.execute(db)
  return rows[0]?.got === true
}
