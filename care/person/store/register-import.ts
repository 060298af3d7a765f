/** Many facilities or staff in a few statements. */
import { sql } from 'kysely'
import type { Db } from '#kernel/database'
import type { FacilityEntry, Licence, Reach } from '../register-model.ts'
import type { NewAssignment } from './staff.ts'
import { within } from './facility.ts'

/** Numbers among these that the register knows, within reach. */
export async function knownFacilities(db: Db, reach: Reach, numbers: readonly string[]): Promise<Set<string>> {
  const { rows } = await sql<{ number: string }>`select institution_number as number from person.facility f
    where f.institution_number = any(${[...numbers]}::text[]) and ${within(reach, sql`f.institution_number`)}`.execute(db)
  return new Set(rows.map((r) => r.number))
}

export async function insertManyFacilities(db: Db, facilities: readonly FacilityEntry[]): Promise<void> {
  await sql`insert into person.facility (institution_number, name, name_en, kind, prefecture, postal_code, address, phone, valid_from, valid_until)
    select r."institutionNumber", r.name, r."nameEn", r.kind, r.prefecture, r."postalCode", r.address, r.phone, r."from", r.until
    from jsonb_to_recordset(${JSON.stringify(facilities)}::jsonb) as r("institutionNumber" text, name text, "nameEn" text, kind text, prefecture text,
      "postalCode" text, address text, phone text, "from" text, until text)`.execute(db)
}

export type ManyStaff = (NewAssignment & { loginName: string; name: string; nameKana: string; nameEn: string; licence: Licence | null })[]

export async function insertManyStaff(db: Db, staff: ManyStaff): Promise<void> {
  const rows = JSON.stringify(staff)
  await sql`insert into person.staff (id, login_name, name, name_kana, name_en, password_hash, totp_secret)
    select r.id, r."loginName", r.name, r."nameKana", r."nameEn", '', '' from jsonb_to_recordset(${rows}::jsonb)
      as r(id text, "loginName" text, name text, "nameKana" text, "nameEn" text)`.execute(db)
  await sql`insert into person.assignment (id, staff_id, institution_number, role, department, valid_from, valid_until)
    select r.id, r.id, r."institutionNumber", r.role, r.department, r."from", r.until from jsonb_to_recordset(${rows}::jsonb)
      as r(id text, "institutionNumber" text, role text, department text, "from" text, until text)`.execute(db)
  await sql`insert into person.licence (staff_id, kind, number, valid_from, valid_until)
    select r.id, r.licence->>'kind', r.licence->>'number', r.licence->>'from', r.licence->>'until'
    from jsonb_to_recordset(${rows}::jsonb) as r(id text, licence jsonb) where jsonb_typeof(r.licence) = 'object'`.execute(db)
}

type Entered = { id: string; subject: string; institutionNumber: string; fields: object }

/** One line of history for each entry that came with a table. */
export async function insertManyChanges(
  db: Db,
  about: { at: Date; act: string; byId: string; byName: string; requestId: string; entered: readonly Entered[] },
): Promise<void> {
  await sql`insert into person.change (id, at, subject, institution_number, act, by_id, by_name, request_id, fields)
    select r.id, ${about.at}, r.subject, r."institutionNumber", ${about.act}, ${about.byId}, ${about.byName}, ${about.requestId}, r.fields
    from jsonb_to_recordset(${JSON.stringify(about.entered)}::jsonb) as r(id text, subject text, "institutionNumber" text, fields jsonb)`.execute(
    db,
  )
}
