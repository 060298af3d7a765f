/** The register of facilities and their departments. */
import { type RawBuilder, sql } from 'kysely'
import type { Db } from '#kernel/database'
import type { Facility } from '../model.ts'
import type { Department, FacilityEntry, Reach } from '../register-model.ts'
import { foldForMatch } from '../rules/folding.ts'

/** A facility is one on a day. Columns of alias `f`. */
export const facilityHolds = (day: RawBuilder<string>): RawBuilder<boolean> =>
  sql<boolean>`(f.valid_from <= ${day} and (f.valid_until is null or f.valid_until >= ${day}))`

/** What stands within reach; `column` holds an institution number. */
export const within = (reach: Reach, column: RawBuilder<unknown>): RawBuilder<boolean> =>
  reach.institutionNumber === null ? sql<boolean>`true` : sql<boolean>`${column} = ${reach.institutionNumber}`

type Given = Facility & Partial<Omit<FacilityEntry, 'address'>> & { address?: string | { text: string; postalCode?: string } }

export async function insertFacilities(db: Db, facilities: readonly Given[]): Promise<void> {
  for (const f of facilities)
    await sql`insert into person.facility as f (institution_number, name, name_en, kind, prefecture, postal_code, address, phone, valid_from, valid_until)
      values (${f.institutionNumber}, ${f.name}, ${f.nameEn}, ${f.kind}, ${f.prefecture}, ${f.postalCode ?? partsOf(f).postalCode}, ${partsOf(f).text},
        ${f.phone ?? ''}, ${f.from ?? '1900-01-01'}, ${f.until ?? null})
      on conflict (institution_number) do update set name = excluded.name, name_en = excluded.name_en, kind = excluded.kind,
        prefecture = excluded.prefecture, postal_code = excluded.postal_code, address = excluded.address, phone = excluded.phone,
        valid_from = excluded.valid_from, valid_until = excluded.valid_until,
        sought_as = case when (f.name, f.name_en) is not distinct from (excluded.name, excluded.name_en) then f.sought_as end`.execute(db)
}

/** An address may come with its parts. */
const partsOf = ({ address = '' }: Given) =>
  typeof address === 'string' ? { text: address, postalCode: '' } : { text: address.text, postalCode: address.postalCode ?? '' }

/** The whole register, or only the facilities with these numbers; ended ones too, because records name them. */
export async function findFacilities(db: Db, numbers?: readonly string[]): Promise<Facility[]> {
  const which = numbers === undefined ? sql`true` : sql`institution_number = any(${[...numbers]}::text[])`
  const { rows } = await sql<Facility>`
    select institution_number as "institutionNumber", name, name_en as "nameEn", kind, prefecture
    from person.facility where ${which} order by institution_number`.execute(db)
  return rows
}

const ENTRY = sql`f.institution_number as "institutionNumber", f.name, f.name_en as "nameEn", f.kind, f.prefecture,
  f.postal_code as "postalCode", f.address, f.phone, f.valid_from as "from", f.valid_until as "until"`

export type FacilityLine = FacilityEntry & { staff: number; clients: number; total: number }
export type Asked = { text: string; limit: number; offset: number }

/** Facilities by number or name within reach, with how many staff and systems they have; `total` of all that match. */
export async function listFacilities(db: Db, reach: Reach, asked: Asked): Promise<FacilityLine[]> {
  const text = asked.text.trim()
  const folded = foldForMatch(text)
  const { rows } = await sql<FacilityLine>`
    select ${ENTRY}, count(*) over ()::int as total,
      (select count(distinct a.staff_id)::int from person.assignment a join person.staff s on s.id = a.staff_id
        where a.institution_number = f.institution_number and a.ended_at is null and s.ended_at is null) as staff,
      (select count(*)::int from person.client c where c.institution_number = f.institution_number and c.ended_at is null) as clients
    from person.facility f where ${within(reach, sql`f.institution_number`)}
      and (${text} = '' or starts_with(f.institution_number, ${text}) or position(${text} in f.name) > 0 or position(lower(${text}) in lower(f.name_en)) > 0
        or (${folded} <> '' and position(${folded} in f.sought_as) > 0))
    order by f.institution_number limit ${asked.limit} offset ${asked.offset}`.execute(db)
  return rows
}

export async function findFacility(db: Db, reach: Reach, institutionNumber: string): Promise<FacilityEntry | undefined> {
  const { rows } = await sql<FacilityEntry>`select ${ENTRY} from person.facility f
    where f.institution_number = ${institutionNumber} and ${within(reach, sql`f.institution_number`)}`.execute(db)
  return rows[0]
}

export async function listDepartments(db: Db, reach: Reach, institutionNumber: string): Promise<Department[]> {
  const { rows } = await sql<Department>`
    select d.institution_number as "institutionNumber", d.code, d.name, d.name_en as "nameEn", d.valid_from as "from", d.valid_until as "until"
    from person.department d where d.institution_number = ${institutionNumber} and ${within(reach, sql`d.institution_number`)}
    order by d.code`.execute(db)
  return rows
}

export async function putDepartment(db: Db, d: Department): Promise<void> {
  await sql`insert into person.department (institution_number, code, name, name_en, valid_from, valid_until)
    values (${d.institutionNumber}, ${d.code}, ${d.name}, ${d.nameEn}, ${d.from}, ${d.until})
    on conflict (institution_number, code) do update set name = excluded.name, name_en = excluded.name_en,
      valid_from = excluded.valid_from, valid_until = excluded.valid_until`.execute(db)
}
