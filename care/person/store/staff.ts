/** The register of staff: where they work as what, by which licences. */
import { type RawBuilder, sql } from 'kysely'
import type { StaffRole } from '#kernel/context'
import type { Db } from '#kernel/database'
import type { Staff } from '../model.ts'
import type { Assignment, Licence, Reach, StaffEntry } from '../register-model.ts'
import { licencesFor } from '../staff-rules.ts'
import { totpToStore } from '../totp-seal.ts'
import { facilityHolds, within } from './facility.ts'

export type StaffRow = Staff & { passwordHash: string; totpSecret: string; institutionName: string; institutionNameEn: string }

/** The day in Japan; by the database's clock where nobody says which instant is meant. */
const dayOf = (now: Date | undefined): RawBuilder<string> =>
  sql<string>`to_char(coalesce(${now ?? null}::timestamptz, now()) at time zone 'Asia/Tokyo', 'YYYY-MM-DD')`

/** Roles and the licences of which each needs one, as rows. */
const needed = Object.entries(licencesFor).flatMap(([role, kinds]) => kinds.map((kind) => ({ role, kind })))

/** An assignment gives its right on a day: not ended, within its dates and the facility's, with a licence where the role needs one. Aliases `a`, `f`. */
const assignmentHolds = (day: RawBuilder<string>): RawBuilder<boolean> => sql<boolean>`(a.ended_at is null and a.valid_from <= ${day}
  and (a.valid_until is null or a.valid_until >= ${day}) and ${facilityHolds(day)}
  and (a.role <> all(${needed.map((n) => n.role)}::text[]) or exists (
    select 1 from person.licence l join unnest(${needed.map((n) => n.role)}::text[], ${needed.map((n) => n.kind)}::text[]) as n(role, kind) using (kind)
    where l.staff_id = a.staff_id and n.role = a.role and l.valid_from <= ${day} and (l.valid_until is null or l.valid_until >= ${day}))))`

/** A member of staff with one place of work and, where the role needs one, its licence; for seeds and tests. */
export async function insertStaff(db: Db, s: Staff & { nameKana?: string; passwordHash: string; totpSecret: string }): Promise<void> {
  await insertStaffEntry(db, { nameKana: '', nameEn: '', ...s })
  await insertAssignment(db, { ...s, staffId: s.id, department: '', from: '1900-01-01', until: null })
  const kind = licencesFor[s.role]?.[0]
  if (kind !== undefined) await putLicence(db, s.id, { kind, number: '', from: '1900-01-01', until: null })
}

/** Somebody new, who cannot sign in until a way is set up where no password is given. */
export async function insertStaffEntry(
  db: Db,
  s: { id: string; loginName: string; name: string; nameKana: string; nameEn: string; passwordHash?: string; totpSecret?: string },
): Promise<void> {
  await sql`insert into person.staff (id, login_name, name, name_kana, name_en, password_hash, totp_secret)
    values (${s.id}, ${s.loginName}, ${s.name}, ${s.nameKana}, ${s.nameEn}, ${s.passwordHash ?? ''}, ${totpToStore(s.id, s.totpSecret ?? '')})`.execute(
    db,
  )
}

export type NewAssignment = {
  id: string
  staffId: string
  institutionNumber: string
  role: StaffRole
  department: string
  from: string
  until: string | null
}

export async function insertAssignment(db: Db, a: NewAssignment): Promise<void> {
  await sql`insert into person.assignment (id, staff_id, institution_number, role, department, valid_from, valid_until)
    values (${a.id}, ${a.staffId}, ${a.institutionNumber}, ${a.role}, ${a.department}, ${a.from}, ${a.until})`.execute(db)
}

export async function putLicence(db: Db, staffId: string, l: Licence): Promise<void> {
  await sql`insert into person.licence (staff_id, kind, number, valid_from, valid_until)
    values (${staffId}, ${l.kind}, ${l.number}, ${l.from}, ${l.until})
    on conflict (staff_id, kind) do update set number = excluded.number, valid_from = excluded.valid_from, valid_until = excluded.valid_until`.execute(
    db,
  )
}

/**
 * A member of staff where they work at this moment, with the rights of that place: nobody who ended, whose places all ended, or whose
 * licence for the role did.
 * @param at.place the assignment they chose for this session; their first one where it is absent or holds no more
 */
export async function findStaff(
  db: Db,
  by: { id: string } | { loginName: string },
  at: { now?: Date; place?: string | null } = {},
): Promise<StaffRow | undefined> {
  const where = 'id' in by ? sql`s.id = ${by.id}` : sql`s.login_name = ${by.loginName}`
  const { rows } = await sql<StaffRow>`
    select s.id, s.login_name as "loginName", s.name, s.password_hash as "passwordHash", s.totp_secret as "totpSecret",
      a.role, a.institution_number as "institutionNumber", f.name as "institutionName", f.name_en as "institutionNameEn"
    from person.staff s join person.assignment a on a.staff_id = s.id join person.facility f on f.institution_number = a.institution_number
    where ${where} and s.ended_at is null and ${assignmentHolds(dayOf(at.now))}
    order by (a.id = ${at.place ?? ''}) desc, (a.id = s.id) desc, a.id limit 1`.execute(db)
  return rows[0]
}

export type Workplace = Pick<Assignment, 'id' | 'institutionNumber' | 'institutionName' | 'institutionNameEn' | 'role' | 'department'>

/** Places that give a member of staff a right at this moment, the one first that counts where none is chosen. */
export async function workplacesOf(db: Db, now: Date, staffId: string): Promise<Workplace[]> {
  const { rows } = await sql<Workplace>`select a.id, a.institution_number as "institutionNumber", f.name as "institutionName",
      f.name_en as "institutionNameEn", a.role, a.department
    from person.staff s join person.assignment a on a.staff_id = s.id join person.facility f on f.institution_number = a.institution_number
    where s.id = ${staffId} and s.ended_at is null and ${assignmentHolds(dayOf(now))} order by (a.id = s.id) desc, a.id`.execute(db)
  return rows
}

/** Every role that a member of staff may exercise at an instant, at whichever place of theirs. */
export async function staffRolesAt(db: Db, at: Date, id: string): Promise<StaffRole[]> {
  const { rows } = await sql<{ role: StaffRole }>`select distinct a.role
    from person.staff s join person.assignment a on a.staff_id = s.id join person.facility f on f.institution_number = a.institution_number
    where s.id = ${id} and s.ended_at is null and ${assignmentHolds(dayOf(at))} order by a.role`.execute(db)
  return rows.map((r) => r.role)
}

const ENTRY = (reach: Reach, now: Date) => sql`s.id, s.login_name as "loginName", s.name, s.name_kana as "nameKana", s.name_en as "nameEn",
  s.ended_at as "endedAt",
  coalesce((select jsonb_agg(jsonb_build_object('id', a.id, 'institutionNumber', a.institution_number, 'institutionName', f.name,
      'institutionNameEn', f.name_en, 'role', a.role, 'department', a.department, 'from', a.valid_from, 'until', a.valid_until,
      'endedAt', a.ended_at, 'holds', s.ended_at is null and ${assignmentHolds(dayOf(now))}) order by a.ended_at desc nulls first, a.id)
    from person.assignment a join person.facility f on f.institution_number = a.institution_number where a.staff_id = s.id and ${within(reach, sql`a.institution_number`)}), '[]') as assignments,
  exists (select 1 from person.assignment a where a.staff_id = s.id and a.ended_at is null and not ${within(reach, sql`a.institution_number`)}) as elsewhere,
  coalesce((select jsonb_agg(jsonb_build_object('kind', l.kind, 'number', l.number, 'from', l.valid_from, 'until', l.valid_until) order by l.kind)
    from person.licence l where l.staff_id = s.id), '[]') as licences`

type EntryRow = Omit<StaffEntry, 'assignments'> & { assignments: (Omit<Assignment, 'endedAt'> & { endedAt: string | null })[] }

const toEntry = (r: EntryRow): StaffEntry => ({
  ...r,
  assignments: r.assignments.map((a) => ({ ...a, endedAt: a.endedAt === null ? null : new Date(a.endedAt) })),
})

/** Somebody has a place within reach that has not ended. */
const worksWithin = (reach: Reach): RawBuilder<boolean> =>
  reach.institutionNumber === null
    ? sql<boolean>`true`
    : sql<boolean>`exists (select 1 from person.assignment w where w.staff_id = s.id and w.ended_at is null and ${within(reach, sql`w.institution_number`)})`

/** A member of staff with all of their places, if one of them lies within reach. */
export async function findStaffEntry(db: Db, reach: Reach, about: { id: string; now: Date }): Promise<StaffEntry | undefined> {
  const { rows } = await sql<EntryRow>`select ${ENTRY(reach, about.now)} from person.staff s
    where s.id = ${about.id} and ${worksWithin(reach)}`.execute(db)
  return rows[0] && toEntry(rows[0])
}

/** `institutionNumber`: of one facility; `among`: ids, or hashes of login names as the kernel keeps failed tries; null for all. */
export type StaffAsked = {
  institutionNumber: string | null
  text: string
  among?: readonly string[] | null
  now: Date
  limit: number
  offset: number
}

/** Staff of a facility within reach, those who work there first; `total` of all that match. */
export async function listStaff(db: Db, reach: Reach, asked: StaffAsked): Promise<(StaffEntry & { total: number })[]> {
  const text = asked.text.trim()
  const { rows } = await sql<EntryRow & { total: number }>`select ${ENTRY(reach, asked.now)}, count(*) over ()::int as total
    from person.staff s where ${worksWithin(reach)}
      and (${asked.institutionNumber}::text is null or exists (select 1 from person.assignment h where h.staff_id = s.id
        and h.institution_number = ${asked.institutionNumber} and ${within(reach, sql`h.institution_number`)}))
      and (${asked.among ?? null}::text[] is null or s.id = any(${asked.among ?? []}::text[]) 
        or translate(encode(sha256(convert_to('sign-in:staff:' || s.login_name, 'UTF8')), 'base64'), '+/=', '-_') = any(${asked.among ?? []}::text[]))
      and (${text} = '' or position(${text} in s.name) > 0 or position(${text} in s.name_kana) > 0 or starts_with(s.login_name, ${text}))
    order by (s.ended_at is null) desc, s.name_kana, s.name, s.id limit ${asked.limit} offset ${asked.offset}`.execute(db)
  return rows.map((r) => ({ ...toEntry(r), total: r.total }))
}

/** Ends somebody's place at once; where it was the last, they are nobody from the next request on. @returns whether there was such a place */
export async function endAssignment(db: Db, reach: Reach, about: { id: string; staffId: string; now: Date }): Promise<boolean> {
  const { numAffectedRows } = await sql`update person.assignment a set ended_at = ${about.now}
    where a.id = ${about.id} and a.staff_id = ${about.staffId} and a.ended_at is null and ${within(reach, sql`a.institution_number`)}`.execute(
    db,
  )
  return numAffectedRows === 1n
}

export async function updateStaffNames(db: Db, s: { id: string; name: string; nameKana: string; nameEn: string }): Promise<void> {
  await sql`update person.staff set name = ${s.name}, name_kana = ${s.nameKana}, name_en = ${s.nameEn} where id = ${s.id}`.execute(db)
}

/** Login names among these that somebody has, ended staff too: a name is never given twice. */
export async function takenLoginNames(db: Db, loginNames: readonly string[]): Promise<string[]> {
  const { rows } = await sql<{ loginName: string }>`select login_name as "loginName" from person.staff
    where login_name = any(${[...loginNames]}::text[])`.execute(db)
  return rows.map((r) => r.loginName)
}

/** Licences that end within `days` and are still needed by a place within reach, the soonest first. */
export async function endingLicences(
  db: Db,
  reach: Reach,
  about: { from: string; until: string; limit: number },
): Promise<{ id: string; name: string; kind: Licence['kind']; until: string }[]> {
  const { rows } = await sql<{ id: string; name: string; kind: Licence['kind']; until: string }>`
    select s.id, s.name, l.kind, l.valid_until as until from person.licence l join person.staff s on s.id = l.staff_id
    where l.valid_until is not null and l.valid_until between ${about.from} and ${about.until} and s.ended_at is null and ${worksWithin(reach)}
    order by l.valid_until, s.id limit ${about.limit}`.execute(db)
  return rows
}
