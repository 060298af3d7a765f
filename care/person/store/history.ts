/** What was stated about people, from which day, by whom; and the days of their cover. */
import { sql } from 'kysely'
import type { Db } from '#kernel/database'
import { parseMemberId } from '#packages/fhir'
import type { IdentityPart, IdentityValues, Membership, Source, Statement } from '../people-model.ts'
import { foldName } from '../rules.ts'

type StatementRow = {
  id: string
  person_id: string
  part: IdentityPart
  value: IdentityValues[IdentityPart]
  valid_from: string
  source: Source
  stated_by: string
  noted_at: Date
  noted_by: string
  undone_at: Date | null
}

export async function insertStatement(db: Db, s: Omit<Statement, 'undoneAt'>): Promise<void> {
  await sql`insert into person.statement (person_id, id, part, value, valid_from, source, stated_by, noted_at, noted_by)
    values (${s.personId}, ${s.id}, ${s.part}, ${JSON.stringify(s.value)}::jsonb, ${s.validFrom}, ${s.source}, ${s.statedBy}, ${s.notedAt}, ${s.notedBy})`.execute(
    db,
  )
}

/** Everything stated about a person, the newest note first; what was undone stands among it. */
export async function statementsOf(db: Db, personIds: readonly string[]): Promise<Statement[]> {
  const { rows } = await sql<StatementRow>`select * from person.statement where person_id = any(${[...personIds]}::text[])
    order by noted_at desc, id desc`.execute(db)
  return rows.map((r) => ({
    id: r.id,
    personId: r.person_id,
    part: r.part,
    value: r.value,
    validFrom: r.valid_from,
    source: r.source,
    statedBy: r.stated_by,
    notedAt: r.noted_at,
    notedBy: r.noted_by,
    undoneAt: r.undone_at,
  }))
}

/** Marks a statement as undone. @returns whether it stood until now */
export async function undoStatement(db: Db, s: { personId: string; id: string; at: Date; by: string }): Promise<boolean> {
  const { numAffectedRows } = await sql`update person.statement set undone_at = ${s.at}, undone_by = ${s.by}
    where person_id = ${s.personId} and id = ${s.id} and undone_at is null`.execute(db)
  return numAffectedRows === 1n
}

export type Current = { [P in IdentityPart]: IdentityValues[P] }

type CurrentRow = {
  name: string
  name_kana: string
  name_roma: string
  name_of_other: string
  name_of_other_kana: string
  sex: IdentityValues['sex']['sex']
  sex2: string
  postal_code: string
  address: string
  phone: string
}

const toCurrent = (r: CurrentRow): Current => ({
  name: { name: r.name, nameKana: r.name_kana, nameRoma: r.name_roma, nameOfOther: r.name_of_other, nameOfOtherKana: r.name_of_other_kana },
  sex: { sex: r.sex, sex2: r.sex2 },
  address: { postalCode: r.postal_code, address: r.address },
  phone: { phone: r.phone },
})

export async function findCurrent(db: Db, personId: string): Promise<Current | undefined> {
  const { rows } = await sql<CurrentRow>`select * from person.person where id = ${personId}`.execute(db)
  return rows[0] && toCurrent(rows[0])
}

/** What is true now, held until this write ends. */
export async function lockCurrent(db: Db, personId: string): Promise<Current | undefined> {
  const { rows } = await sql<CurrentRow>`select * from person.person where id = ${personId} for update`.execute(db)
  return rows[0] && toCurrent(rows[0])
}

/** Writes what is true now. Whoever is changed is compared with everybody anew. */
export async function updateCurrent(db: Db, personId: string, now: Current): Promise<void> {
  const { name, sex, address, phone } = now
  await sql`update person.person set name = ${name.name}, name_kana = ${name.nameKana}, name_roma = ${name.nameRoma},
      name_of_other = ${name.nameOfOther}, name_of_other_kana = ${name.nameOfOtherKana}, folded_name = ${foldName(name.name)},
      folded_kana = ${foldName(name.nameKana)}, sex = ${sex.sex}, sex2 = ${sex.sex2}, postal_code = ${address.postalCode},
      address = ${address.address}, phone = ${phone.phone}, compared_at = null, sought_at = null where id = ${personId}`.execute(db)
}

type MembershipRow = { as_sent: string; since: Date; qualified_from: string | null; lost_on: string | null; reason_of_loss: string | null }

/** Member ids of a person with the days of their cover, the present ones first. */
export async function membershipsOf(db: Db, personId: string): Promise<Membership[]> {
  const { rows } = await sql<MembershipRow>`select as_sent, since, qualified_from, lost_on, reason_of_loss from person.member_id
    where person_id = ${personId} order by (lost_on is not null), coalesce(qualified_from, '') desc, since desc`.execute(db)
  return rows.map((r) => {
    const parts = parseMemberId(r.as_sent)
    return {
      asSent: r.as_sent,
      insurerNumber: parts?.insurerNumber ?? '',
      symbol: parts?.symbol ?? '',
      number: parts?.number ?? '',
      branch: parts?.branch ?? '',
      since: r.since,
      qualifiedFrom: r.qualified_from,
      lostOn: r.lost_on,
      reasonOfLoss: r.reason_of_loss,
    }
  })
}

export type Period = { personId: string; folded: string; qualifiedFrom: string | null; lostOn: string | null; reasonOfLoss: string | null }

/** Notes the days of a cover. @returns whether the person holds that member id */
export async function updatePeriod(db: Db, p: Period): Promise<boolean> {
  const { numAffectedRows } = await sql`update person.member_id set qualified_from = ${p.qualifiedFrom}, lost_on = ${p.lostOn},
    reason_of_loss = ${p.reasonOfLoss} where person_id = ${p.personId} and folded = ${p.folded}`.execute(db)
  return (numAffectedRows ?? 0n) > 0n
}
