/** What the watch over the log remembers between its batches. */
import { sql } from 'kysely'
import type { Db } from '#kernel/database'

const NAME = 'patterns'

export async function progressOf(db: Db): Promise<number> {
  const { rows } = await sql<{ leaf: number }>`select leaf from oversight.progress where name = ${NAME}`.execute(db)
  return rows[0]?.leaf ?? 0
}

export async function noteProgress(db: Db, now: Date, leaf: number): Promise<void> {
  await sql`insert into oversight.progress (name, leaf, at) values (${NAME}, ${leaf}, ${now})
    on conflict (name) do update set leaf = excluded.leaf, at = excluded.at`.execute(db)
}

/** How many entries of the log were watched, and how many there are. */
export async function watchedShare(db: Db): Promise<{ watched: number; all: number; at: Date | null }> {
  const { rows } = await sql<{ watched: number; all: number; at: Date | null }>`
    select coalesce((select leaf from oversight.progress where name = ${NAME}), 0) as watched,
      (select at from oversight.progress where name = ${NAME}) as at, coalesce((select max(size) from kernel.audit_checkpoint), 0) as "all"`.execute(
    db,
  )
  return rows[0]!
}

/** Which of these keys are watched for a reason of their own. */
export async function watchedKeys(db: Db, keys: readonly string[]): Promise<Set<string>> {
  const { rows } = await sql<{
    key: string
  }>`select key from oversight.watched where key = any(${[...keys]}::text[]) and ended_at is null`.execute(db)
  return new Set(rows.map((r) => r.key))
}

/** A look, and the time in which something between the person and the institution explains it. */
export type Unexplained = { key: string; institutionNumber: string; from: Date; to: Date }

/** Of these looks, the places of those that a visit explains. @param actions a regular expression over acts that show a visit */
export async function explainedByVisit(db: Db, looks: readonly Unexplained[], actions: string): Promise<Set<number>> {
  if (looks.length === 0) return new Set()
  const asked = looks.map((l, place) => ({ place, key: l.key, n: l.institutionNumber, from_at: l.from, to_at: l.to }))
  const { rows } = await sql<{ place: number }>`
    select w.place from jsonb_to_recordset(${JSON.stringify(asked)}::jsonb) as w(place int, key text, n text, from_at timestamptz, to_at timestamptz)
    where exists (select 1 from kernel.audit a where a.key = w.key and a.institution_number = w.n and a.outcome = 'success'
      and a.at >= w.from_at and a.at <= w.to_at and a.action ~ ${actions})`.execute(db)
  return new Set(rows.map((r) => r.place))
}

export type ActorDay = {
  actorId: string
  day: string
  role: string
  institutionNumber: string
  persons: number
  refusals: number
  nameSearches: number
  lastInstitution: string
  lastAt: Date
}

/** What is counted of these actors on these days, and their last day before. */
export async function actorDays(db: Db, actorIds: readonly string[], days: readonly string[]): Promise<ActorDay[]> {
  const { rows } =
    await sql<ActorDay>`select actor_id as "actorId", day, role, institution_number as "institutionNumber", persons, refusals,
      name_searches as "nameSearches", last_institution as "lastInstitution", last_at as "lastAt"
    from oversight.actor_day where actor_id = any(${[...actorIds]}::text[]) and day = any(${[...days]}::text[])`.execute(db)
  return rows
}

export async function putActorDays(db: Db, days: readonly ActorDay[]): Promise<void> {
  if (days.length === 0) return
  await sql`insert into oversight.actor_day (actor_id, day, role, institution_number, persons, refusals, name_searches, last_institution, last_at)
    select "actorId", day, role, "institutionNumber", persons, refusals, "nameSearches", "lastInstitution", "lastAt"
    from jsonb_to_recordset(${JSON.stringify(days)}::jsonb) as d("actorId" text, day text, role text, "institutionNumber" text, persons int, refusals int,
      "nameSearches" int, "lastInstitution" text, "lastAt" timestamptz)
    on conflict (actor_id, day) do update set persons = excluded.persons, refusals = excluded.refusals, name_searches = excluded.name_searches,
      last_institution = excluded.last_institution, last_at = excluded.last_at`.execute(db)
}

/** Persons a day, of actors on the days before one, and of everybody in their role at their place. */
export async function usualOf(db: Db, actorIds: readonly string[], about: { before: string; from: string }) {
  const { rows } = await sql<{ actorId: string; days: number; persons: number }>`
    select actor_id as "actorId", count(*)::int as days, avg(persons)::float8 as persons from oversight.actor_day
    where actor_id = any(${[...actorIds]}::text[]) and day >= ${about.from} and day < ${about.before} and persons > 0 group by actor_id`.execute(
    db,
  )
  return new Map(rows.map((r) => [r.actorId, r]))
}

export async function peersOf(db: Db, institutions: readonly string[], about: { before: string; from: string }) {
  const { rows } = await sql<{ n: string; role: string; persons: number }>`
    select institution_number as n, role, avg(persons)::float8 as persons from oversight.actor_day
    where institution_number = any(${[...institutions]}::text[]) and day >= ${about.from} and day < ${about.before} and persons > 0
    group by institution_number, role`.execute(db)
  return new Map(rows.map((r) => [`${r.n} ${r.role}`, r.persons]))
}

export type Seen = { key: string; day: string; actorId: string; institutionNumber: string; firstAt: Date }

/** Who opened these records on these days, as far as it was read. */
export async function seenOf(db: Db, keys: readonly string[], days: readonly string[]): Promise<Seen[]> {
  const { rows } = await sql<Seen>`select key, day, actor_id as "actorId", institution_number as "institutionNumber", first_at as "firstAt"
    from oversight.seen where key = any(${[...keys]}::text[]) and day = any(${[...days]}::text[])`.execute(db)
  return rows
}

export async function putSeen(db: Db, seen: readonly Seen[]): Promise<void> {
  if (seen.length === 0) return
  await sql`insert into oversight.seen (key, day, actor_id, institution_number, first_at)
    select key, day, "actorId", "institutionNumber", "firstAt" from jsonb_to_recordset(${JSON.stringify(seen)}::jsonb)
      as s(key text, day text, "actorId" text, "institutionNumber" text, "firstAt" timestamptz) on conflict do nothing`.execute(db)
}

/** Counts of days that no pattern looks back to. */
export async function forgetDays(db: Db, before: string): Promise<void> {
  await sql`delete from oversight.seen where day < ${before}`.execute(db)
  await sql`delete from oversight.actor_day where day < ${before}`.execute(db)
}
