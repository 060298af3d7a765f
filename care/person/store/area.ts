/** Facilities of an area, and who keeps the platform. */
import { sql } from 'kysely'
import type { Db } from '#kernel/database'
import type { Facility } from '../model.ts'
import { facilityHolds } from './facility.ts'

/** `prefectures`: codes 01 to 47; `municipalities`: as an address begins, e.g. 石川県輪島市; `numbers`: institutions named one by one. */
export type Area = { prefectures: readonly string[]; municipalities: readonly string[]; numbers: readonly string[] }

/** Hospitals, clinics, dental clinics and pharmacies of an area that are open on a day. */
export async function facilitiesIn(db: Db, area: Area, day: string): Promise<Facility[]> {
  const { rows } = await sql<Facility>`
    select f.institution_number as "institutionNumber", f.name, f.name_en as "nameEn", f.kind, f.prefecture from person.facility f
    where f.kind in ('hospital', 'clinic', 'dental-clinic', 'pharmacy') and ${facilityHolds(sql<string>`${day}`)}
      and (left(f.institution_number, 2) = any(${[...area.prefectures]}::text[]) or f.institution_number = any(${[...area.numbers]}::text[])
        or exists (select 1 from unnest(${[...area.municipalities]}::text[]) m where starts_with(normalize(f.address, NFKC), m)))
    order by f.institution_number`.execute(db)
  return rows
}

/** How many others work as one of the roles on a day. */
export async function othersAs(db: Db, about: { roles: readonly string[]; notId: string; day: string }): Promise<number> {
  const { rows } = await sql<{ n: number }>`select count(distinct a.staff_id)::int as n from person.assignment a join person.staff s on s.id = a.staff_id
    where a.role = any(${[...about.roles]}::text[]) and a.staff_id <> ${about.notId} and a.ended_at is null and s.ended_at is null
      and a.valid_from <= ${about.day} and (a.valid_until is null or a.valid_until >= ${about.day})`.execute(db)
  return rows[0]!.n
}

/** People after an id, in the order of ids, those who stand for others of theirs alone; for a walk over the whole register. */
export async function peopleAfter(db: Db, after: string, limit: number): Promise<string[]> {
  const { rows } = await sql<{ id: string }>`select id from person.person where id > ${after} and merged_into is null order by id limit ${limit}`.execute(db)
  return rows.map((r) => r.id)
}
