/** Facilities of an area, and who keeps the platform. */
import { sql } from 'kysely'
import type { Db } from '#kernel/database'
import type { Facility, Person } from '../model.ts'
import { PERSON, type PersonRow, toPerson } from '../store.ts'
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
  const { rows } = await sql<{
    n: number
  }>`select count(distinct a.staff_id)::int as n from person.assignment a join person.staff s on s.id = a.staff_id
    where a.role = any(${[...about.roles]}::text[]) and a.staff_id <> ${about.notId} and a.ended_at is null and s.ended_at is null
      and a.valid_from <= ${about.day} and (a.valid_until is null or a.valid_until >= ${about.day})`.execute(db)
  return rows[0]!.n
}

/** Somebody with what they are found by. `names`: every name they have or had; `memberIds`: folded. */
export type Walked = { person: Person; names: string[]; memberIds: string[] }

/** People after an id, in the order of ids, those who stand for others of theirs alone; for a walk over the whole register. */
export async function peopleAfter(db: Db, after: string, limit: number): Promise<Walked[]> {
  const { rows } = await sql<PersonRow & { names: string[]; member_ids: string[] }>`
    select q.*, array(select m.folded from person.member_id m where m.person_id = q.id order by 1) as member_ids,
      array(select distinct t.value ->> n from person.statement t cross join unnest(array['name', 'nameKana', 'nameRoma']) n
        where t.person_id = q.id and t.part = 'name' and t.undone_at is null and coalesce(t.value ->> n, '') <> '') as names
    from (${PERSON} where p.id > ${after} and p.merged_into is null order by p.id limit ${limit}) q order by q.id`.execute(db)
  return rows.map((r) => {
    const person = toPerson(r)
    return { person, names: [...new Set([person.name, person.nameKana, ...r.names])].filter((one) => one !== ''), memberIds: r.member_ids }
  })
}

export async function countPeople(db: Db): Promise<number> {
  const { rows } = await sql<{ n: number }>`select count(*)::int as n from person.person where merged_into is null`.execute(db)
  return rows[0]!.n
}
