import { createHash, randomBytes } from 'node:crypto'
import { sql } from 'kysely'
import type { Db } from '#kernel/database'
import type { Migration } from '#kernel/migrate'
import { cookie } from '#kernel/proof'
import type { RouteRequest } from '#kernel/route'
import { tidyLabel } from '../passkey/rules.ts'
import { DESK_COOKIE } from './cookies.ts'

/** Devices that several members of staff share, and the place somebody left when they locked one. */
export const deskMigrations: Migration[] = [
  {
    id: 'sign-in-desk/001-desk',
    sql: `
      create table sign_in.desk_device (
        token_hash bytea primary key, institution_number text not null, label text not null, made_by text not null,
        made_at timestamptz not null, ended_at timestamptz);
      create index desk_device_of on sign_in.desk_device (institution_number);
      create table sign_in.kept_place (token_hash bytea primary key, staff_id text not null, path text not null, until timestamptz not null);
    `,
  },
]

export const workplaceMigrations: Migration[] = [
  { id: 'sign-in-desk/002-workplace', sql: `alter table sign_in.kept_place add column workplace text;` },
]

const hashOf = (purpose: string, token: string) => createHash('sha256').update(`${purpose}:${token}`).digest()

export type DeskDevice = { institutionNumber: string; label: string; madeAt: Date }

/** Marks a device as shared. @returns the cookie's value; only its hash is kept */
export async function markDesk(db: Db, now: Date, about: { institutionNumber: string; label: string; by: string }): Promise<string> {
  const token = randomBytes(32).toString('base64url')
  await sql`insert into sign_in.desk_device (token_hash, institution_number, label, made_by, made_at)
    values (${hashOf('desk', token)}, ${about.institutionNumber}, ${about.label}, ${about.by}, ${now})`.execute(db)
  return token
}

/** The shared device that this cookie names, or undefined. */
export async function findDesk(db: Db, token: string | undefined): Promise<DeskDevice | undefined> {
  if (token === undefined) return undefined
  const { rows } = await sql<{ institution_number: string; label: string; made_at: Date }>`
    select institution_number, label, made_at from sign_in.desk_device where token_hash = ${hashOf('desk', token)} and ended_at is null`.execute(
    db,
  )
  const r = rows[0]
  return r && { institutionNumber: r.institution_number, label: r.label, madeAt: r.made_at }
}

/** The shared device that asks, or undefined. */
export const deskOf = ({ db }: { db: Db }, { headers }: Pick<RouteRequest, 'headers'>): Promise<DeskDevice | undefined> =>
  findDesk(db, cookie(headers, DESK_COOKIE))

export async function unmarkDesk(db: Db, now: Date, token: string): Promise<void> {
  await sql`update sign_in.desk_device set ended_at = ${now} where token_hash = ${hashOf('desk', token)} and ended_at is null`.execute(db)
}

/** A shared device as a list shows it; `id` is the hash of its cookie, by which nobody gets in. */
export type ListedDesk = { id: string; label: string; madeAt: Date; madeByName: string }

/** Shared devices of an institution, the newest first. */
export async function listDesks(db: Db, institutionNumber: string): Promise<ListedDesk[]> {
  const { rows } =
    await sql<ListedDesk>`select encode(d.token_hash, 'hex') as id, d.label, d.made_at as "madeAt", coalesce(s.name, '') as "madeByName"
    from sign_in.desk_device d left join person.staff s on s.id = d.made_by
    where d.institution_number = ${institutionNumber} and d.ended_at is null order by d.made_at desc limit 500`.execute(db)
  return rows
}

type WhichDesk = { id: string; institutionNumber: string }

const isDesk = ({ id, institutionNumber }: WhichDesk) =>
  sql`encode(token_hash, 'hex') = ${id} and institution_number = ${institutionNumber} and ended_at is null`

/** @returns whether there was such a device at the institution */
export async function nameDesk(db: Db, desk: WhichDesk & { label: string }): Promise<boolean> {
  const { numAffectedRows } = await sql`update sign_in.desk_device set label = ${tidyLabel(desk.label)} where ${isDesk(desk)}`.execute(db)
  return numAffectedRows === 1n
}

/** Ends the sharing from the next request on. @returns whether there was such a device at the institution */
export async function endDesk(db: Db, now: Date, desk: WhichDesk): Promise<boolean> {
  const { numAffectedRows } = await sql`update sign_in.desk_device set ended_at = ${now} where ${isDesk(desk)}`.execute(db)
  return numAffectedRows === 1n
}

/** A locked desk keeps the place for a working half-day. */
const PLACE_HOURS = 4

/** Keeps where somebody was. The path may name a patient, so it stays here and the browser holds a token alone. */
export async function keepPlace(db: Db, now: Date, place: { staffId: string; path: string; workplace: string | null }): Promise<string> {
  const token = randomBytes(32).toString('base64url')
  const until = new Date(now.getTime() + PLACE_HOURS * 3600_000)
  await sql`insert into sign_in.kept_place (token_hash, staff_id, path, workplace, until)
    values (${hashOf('place', token)}, ${place.staffId}, ${place.path}, ${place.workplace}, ${until})`.execute(db)
  return token
}

/** Takes the kept place, once. @returns the path and where they worked, where it is this member's, undefined for anybody else, whose sign-in ends it */
export async function takePlace(
  db: Db,
  now: Date,
  kept: { token: string; staffId: string },
): Promise<{ path: string; workplace: string | null } | undefined> {
  const { rows } = await sql<{ staff_id: string; path: string; workplace: string | null; until: Date }>`
    delete from sign_in.kept_place where token_hash = ${hashOf('place', kept.token)} returning staff_id, path, workplace, until`.execute(db)
  const r = rows[0]
  return r !== undefined && r.staff_id === kept.staffId && r.until > now ? { path: r.path, workplace: r.workplace } : undefined
}

export async function forgetPlaces(db: Db, now: Date): Promise<void> {
  await sql`delete from sign_in.kept_place where until < ${now}`.execute(db)
}
