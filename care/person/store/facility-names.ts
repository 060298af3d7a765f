/** Facilities found by what somebody types of their name: width, kana, old characters and spaces do not count, as in names of people. */
import { sql } from 'kysely'
import type { Db } from '#kernel/database'
import type { Migration } from '#kernel/migrate'
import type { Facility } from '../model.ts'
import { foldForMatch } from '../rules/folding.ts'
import { facilityHolds } from './facility.ts'

export const facilityNameMigrations: Migration[] = [
  {
    id: 'person/011-names-of-facilities',
    // Null until the index has taken it in, as after a change.
    sql: `
      alter table person.facility add column sought_as text;
      create index facility_not_sought on person.facility (institution_number) where sought_as is null;
    `,
  },
]

/** Both names of a facility in one form, so that what was typed may stand anywhere in either. */
const soughtAs = ({ name, nameEn }: Pick<Facility, 'name' | 'nameEn'>): string => `|${foldForMatch(name)}|${foldForMatch(nameEn ?? '')}|`

/** Brings facilities that are new or were renamed into the index. @returns how many */
export async function indexFacilityNames(db: Db, limit: number): Promise<number> {
  const { rows } = await sql<Pick<Facility, 'institutionNumber' | 'name' | 'nameEn'>>`
    select institution_number as "institutionNumber", name, name_en as "nameEn" from person.facility
    where sought_as is null order by institution_number limit ${limit}`.execute(db)
  if (rows.length === 0) return 0
  const found = rows.map((one) => ({ number: one.institutionNumber, name: one.name, sought: soughtAs(one) }))
  // Renamed in between: it is not what was read, and its turn comes again.
  await sql`update person.facility f set sought_as = s.sought
    from jsonb_to_recordset(${JSON.stringify(found)}::jsonb) as s(number text, name text, sought text)
    where f.institution_number = s.number and f.name = s.name and f.sought_as is null`.execute(db)
  return rows.length
}

/**
 * Facilities of a day by a part of their name or the beginning of their number; those whose name begins with it first. What the index has not
 * taken in yet is found as it is written.
 */
export async function findFacilitiesNamed(db: Db, asked: { text: string; day: string; limit: number }): Promise<Facility[]> {
  const text = foldForMatch(asked.text).replaceAll('|', '')
  const plain = asked.text.normalize('NFKC').toLowerCase().trim()
  const number = /^\d+$/.test(plain) ? plain : ''
  if (text === '') return []
  const { rows } = await sql<Facility>`
    select f.institution_number as "institutionNumber", f.name, f.name_en as "nameEn", f.kind, f.prefecture from person.facility f
    where (position(${text} in f.sought_as) > 0 or (${number} <> '' and starts_with(f.institution_number, ${number}))
        or (f.sought_as is null and position(${plain} in lower(normalize(f.name || ' ' || f.name_en, nfkc))) > 0))
      and ${facilityHolds(sql<string>`${asked.day}::text`)}
    order by coalesce(position(${`|${text}`} in f.sought_as), 0) = 0, f.name, f.institution_number limit ${asked.limit}`.execute(db)
  return rows
}
