/** The register of people, many at a time. */
import { sql } from 'kysely'
import { copyInto } from '#kernel/copy-rows'
import { type Db, later } from '#kernel/database'
import type { NewPerson } from '../model.ts'
import type { Candidate } from '../rules.ts'

/** Serialises everything that resolves one of the member ids; in one order, so that two who ask for many never wait for each other. */
export const lockMemberIds = (db: Db, folded: readonly string[]): Promise<void> =>
  later(
    db,
    sql`select pg_advisory_xact_lock(f.hash) from (
      select hashtextextended('member-id:' || m, 0) as hash from unnest(${[...folded]}::text[]) m order by 1 offset 0) f`,
  )

/** Who holds each member id, in the order of their entry. */
export async function findCandidates(db: Db, folded: readonly string[]): Promise<Map<string, Candidate[]>> {
  if (folded.length === 0) return new Map()
  const { rows } = await sql<Candidate & { folded: string }>`
    select m.folded, m.key, m.person_id as "personId", p.birth_date as "birthDate", p.sex, p.name_kana as "nameKana", p.name,
      exists (select 1 from person.doubt d where d.key = m.key and d.settled_at is null) as doubtful
    from person.member_id m join person.person p on p.id = coalesce(m.entered_as, m.person_id)
    where m.folded = any(${[...folded]}::text[]) order by m.since, m.key`.execute(db)
  return Map.groupBy(rows, (row) => row.folded)
}

/** Somebody who enters the register; `folded` where they came with a member id. */
export type Entered = NewPerson & {
  id: string
  key: string
  memberId: string | null
  folded: string | null
  foldedName: string
  foldedKana: string
  doubtful: boolean
}

/** Writes people who are new, with their key and member id, and notes whom somebody must look at. */
export async function insertEntered(db: Db, people: readonly Entered[], about: { at: Date; institutionNumber: string }): Promise<void> {
  if (people.length === 0) return
  const { at, institutionNumber } = about
  await copyInto(db, 'person.person', {
    columns: ['id', 'name', 'name_kana', 'birth_date', 'sex', 'address', 'postal_code', 'phone', 'folded_name', 'folded_kana', 'made_at'],
    rows: people.map((p) => [
      p.id,
      p.name,
      p.nameKana,
      p.birthDate,
      p.sex,
      p.address,
      p.postalCode,
      p.phone,
      p.foldedName,
      p.foldedKana,
      at,
    ]),
  })
  await copyInto(db, 'person.patient_key', { columns: ['key', 'person_id', 'since'], rows: people.map((p) => [p.key, p.id, at]) })
  const holders = people.filter((p) => p.folded !== null)
  await copyInto(db, 'person.member_id', {
    columns: ['folded', 'key', 'person_id', 'as_sent', 'since'],
    rows: holders.map((p) => [p.folded, p.key, p.id, p.memberId, at]),
  })
  const doubtful = people.filter((p) => p.doubtful)
  if (doubtful.length > 0)
    await copyInto(db, 'person.doubt', {
      columns: ['key', 'folded', 'birth_date', 'sex', 'name_kana', 'institution_number', 'noted_at'],
      rows: doubtful.map((p) => [p.key, p.folded, p.birthDate, p.sex, p.nameKana, institutionNumber, at]),
    })
}
