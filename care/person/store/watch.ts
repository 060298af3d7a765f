/** Who is watched over against curious staff, and which member of staff is which person of the register. */
import { sql } from 'kysely'
import type { Db } from '#kernel/database'
import type { Migration } from '#kernel/migrate'

export const watchMigrations: Migration[] = [
  {
    id: 'person/007-watch',
    sql: `
      create table person.watch (
        person_id text not null, id text not null, kind text not null check (kind in ('vip', 'watch')), made_at timestamptz not null,
        made_by text not null, ended_at timestamptz, ended_by text, primary key (person_id, id));
      create table person.staff_person (
        staff_id text not null, person_id text not null, noted_at timestamptz not null, noted_by text not null, primary key (staff_id, person_id));
      create index staff_person_of on person.staff_person (person_id);
    `,
  },
]

/** `vip`: somebody many are curious about; `watch`: somebody who asked that nobody browses, or whom an incident showed to need it. */
export type WatchKind = 'vip' | 'watch'
export type Watch = { personId: string; id: string; kind: WatchKind; madeAt: Date; madeBy: string }

export async function insertWatch(db: Db, w: Watch): Promise<void> {
  await sql`insert into person.watch (person_id, id, kind, made_at, made_by)
    values (${w.personId}, ${w.id}, ${w.kind}, ${w.madeAt}, ${w.madeBy})`.execute(db)
}

/** Watches that run over anybody of these ids. */
export async function watchesOf(db: Db, personIds: readonly string[]): Promise<Watch[]> {
  const { rows } = await sql<Watch>`select person_id as "personId", id, kind, made_at as "madeAt", made_by as "madeBy" from person.watch
    where person_id = any(${[...personIds]}::text[]) and ended_at is null order by made_at`.execute(db)
  return rows
}

/** All that run, the newest first. */
export async function allWatches(db: Db, limit: number): Promise<Watch[]> {
  const { rows } = await sql<Watch>`select person_id as "personId", id, kind, made_at as "madeAt", made_by as "madeBy" from person.watch
    where ended_at is null order by made_at desc limit ${limit}`.execute(db)
  return rows
}

/** @returns false where none of that id runs */
export async function endWatch(db: Db, about: { id: string; at: Date; by: string }): Promise<boolean> {
  const { numAffectedRows } = await sql`update person.watch set ended_at = ${about.at}, ended_by = ${about.by}
    where id = ${about.id} and ended_at is null`.execute(db)
  return Number(numAffectedRows ?? 0) > 0
}

export async function insertStaffPerson(db: Db, s: { staffId: string; personId: string; at: Date; by: string }): Promise<void> {
  await sql`insert into person.staff_person (staff_id, person_id, noted_at, noted_by)
    values (${s.staffId}, ${s.personId}, ${s.at}, ${s.by}) on conflict do nothing`.execute(db)
}

/** Ids of the register under which a member of staff is a person too. */
export async function personIdsOfStaff(db: Db, staffId: string): Promise<string[]> {
  const { rows } = await sql<{ id: string }>`select person_id as id from person.staff_person where staff_id = ${staffId}`.execute(db)
  return rows.map((r) => r.id)
}

/**
 * Whether somebody who works at an institution now is one of these people, or bears the same name: staff whose person the register does
 * not know are known by their names alone.
 */
export async function staffAmong(
  db: Db,
  about: { personIds: readonly string[]; institutionNumber: string; day: string },
): Promise<{ id: string; name: string; nameKana: string; isPerson: boolean }[]> {
  const { rows } = await sql<{ id: string; name: string; nameKana: string; isPerson: boolean }>`
    select s.id, s.name, s.name_kana as "nameKana",
      exists (select 1 from person.staff_person p where p.staff_id = s.id and p.person_id = any(${[...about.personIds]}::text[])) as "isPerson"
    from person.staff s where s.ended_at is null and exists (select 1 from person.assignment a where a.staff_id = s.id
      and a.institution_number = ${about.institutionNumber} and a.ended_at is null and a.valid_from <= ${about.day}
      and (a.valid_until is null or a.valid_until >= ${about.day}))`.execute(db)
  return rows
}

/** Whether somebody works at an institution on a day; the platform's own offices there do not count. */
export async function worksAt(db: Db, about: { staffId: string; institutionNumber: string; day: string }): Promise<boolean> {
  const { rows } = await sql`select 1 from person.assignment where staff_id = ${about.staffId}
    and institution_number = ${about.institutionNumber} and role not in ('operator', 'auditor') and ended_at is null
    and valid_from <= ${about.day} and (valid_until is null or valid_until >= ${about.day}) limit 1`.execute(db)
  return rows.length > 0
}
