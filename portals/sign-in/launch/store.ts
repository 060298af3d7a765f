/**
 * The context of an EHR launch: which patient's chart was open when a member of staff started an app from it.
 * @spec SMART App Launch 2.2, Launch App: EHR Launch
 */
import { createHash, randomBytes } from 'node:crypto'
import { sql } from 'kysely'
import type { Db } from '#kernel/database'
import type { Migration } from '#kernel/migrate'

/** Time the app has to come back and ask. */
export const LAUNCH_MINUTES = 5

export const launchMigrations: Migration[] = [
  {
    id: 'sign-in-launch/001-launch',
    sql: `
      create table sign_in.launch (
        id_hash bytea primary key, staff_id text not null, client_id text not null, patient_key text not null,
        until timestamptz not null, used_at timestamptz);
      create index launch_by_end on sign_in.launch (until);
    `,
  },
]

export type Launch = { staffId: string; clientId: string; patientKey: string }

const hashOf = (id: string) => createHash('sha256').update(id).digest()

/** Keeps what was open, for one app and one member of staff. @returns the value of the parameter `launch`; only its hash is kept */
export async function makeLaunch(db: Db, now: Date, launch: Launch): Promise<string> {
  const id = randomBytes(32).toString('base64url')
  await sql`insert into sign_in.launch (id_hash, staff_id, client_id, patient_key, until)
    values (${hashOf(id)}, ${launch.staffId}, ${launch.clientId}, ${launch.patientKey}, ${new Date(now.getTime() + LAUNCH_MINUTES * 60_000)})`.execute(
    db,
  )
  return id
}

/**
 * Spends a launch in one statement: it is good once, for the app it was made for and whoever made it, within five minutes.
 * @returns the patient, or undefined where it is unknown, used, too old, or another's
 */
export async function spendLaunch(
  db: Db,
  now: Date,
  about: { launch: string; staffId: string; clientId: string },
): Promise<{ patientKey: string } | undefined> {
  const { rows } = await sql<{ patient_key: string }>`update sign_in.launch set used_at = ${now}
    where id_hash = ${hashOf(about.launch)} and staff_id = ${about.staffId} and client_id = ${about.clientId} and used_at is null and until > ${now}
    returning patient_key`.execute(db)
  return rows[0] && { patientKey: rows[0].patient_key }
}

/** Whom a launch that still stands is about, without spending it: for a page that tells before it happens. */
export async function findLaunch(
  db: Db,
  now: Date,
  about: { launch: string; staffId: string; clientId: string },
): Promise<{ patientKey: string } | undefined> {
  const { rows } = await sql<{ patient_key: string }>`select patient_key from sign_in.launch
    where id_hash = ${hashOf(about.launch)} and staff_id = ${about.staffId} and client_id = ${about.clientId} and used_at is null and until > ${now}`.execute(
    db,
  )
  return rows[0] && { patientKey: rows[0].patient_key }
}

export async function forgetLaunches(db: Db, now: Date): Promise<void> {
  await sql`delete from sign_in.launch where until < ${now}`.execute(db)
}
