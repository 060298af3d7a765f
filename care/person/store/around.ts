/** What the registers say around an act, many at a time: for whoever watches over the log. */
import { sql } from 'kysely'
import type { Db } from '#kernel/database'

/** `leftAt`: since when they work nowhere; null while they do. */
export type StaffAround = { id: string; name: string; leftAt: Date | null }

async function staff(db: Db, ids: readonly string[]): Promise<StaffAround[]> {
  const { rows } =
    await sql<StaffAround>`select s.id, s.name, coalesce(s.ended_at, (select case when bool_and(a.ended_at is not null) then max(a.ended_at) end
      from person.assignment a where a.staff_id = s.id)) as "leftAt" from person.staff s where s.id = any(${[...ids]}::text[])`.execute(db)
  return rows
}

/** `isProtected`: somebody is kept from learning where they live (支援措置), on a day 'YYYY-MM-DD'. */
export type PersonAround = { key: string; name: string; isProtected: boolean }

async function people(db: Db, keys: readonly string[], day: string): Promise<PersonAround[]> {
  const { rows } =
    await sql<PersonAround>`select k.key, p.name, exists (select 1 from person.mark m where m.person_id = p.id and m.ended_at is null
        and m.valid_from <= ${day} and (m.until is null or m.until >= ${day})) as "isProtected"
    from person.patient_key k join person.person p on p.id = k.person_id where k.key = any(${[...keys]}::text[])`.execute(db)
  return rows
}

/** Names of everybody who works at these institutions. */
async function staffNames(db: Db, institutions: readonly string[]): Promise<{ institutionNumber: string; name: string }[]> {
  const { rows } = await sql<{ institutionNumber: string; name: string }>`
    select distinct a.institution_number as "institutionNumber", s.name from person.assignment a join person.staff s on s.id = a.staff_id
    where a.institution_number = any(${[...institutions]}::text[]) and a.ended_at is null`.execute(db)
  return rows
}

/** Kind of each facility, by institution number. */
async function facilityKinds(db: Db, numbers: readonly string[]): Promise<Map<string, string>> {
  const { rows } = await sql<{ n: string; kind: string }>`select institution_number as n, kind from person.facility
    where institution_number = any(${[...numbers]}::text[])`.execute(db)
  return new Map(rows.map((r) => [r.n, r.kind]))
}

export const around = { staff, people, staffNames, facilityKinds }
