/** Dossiers of emergencies, and the counts that limit them. */
import { sql } from 'kysely'
import type { Db } from '#kernel/database'

/** One emergency as reviewers see it. `outcome`: null until two reviewers agree. */
export type EmergencyCase = {
  key: string
  id: string
  staffId: string
  staffName: string
  staffRole: string
  institutionNumber: string
  institutionName: string
  openedAt: Date
  reason: string
  because: string[]
  clause: string
  flags: string[]
  secondId: string | null
  secondName: string | null
  extendedAt: Date | null
  extendedFor: string | null
  dueAt: Date
  escalatedAt: Date | null
  outcome: 'justified' | 'unjustified' | null
  decidedAt: Date | null
  askedAt: Date | null
  answer: string | null
  answeredAt: Date | null
}

export type NewCase = Omit<
  EmergencyCase,
  'extendedAt' | 'extendedFor' | 'escalatedAt' | 'outcome' | 'decidedAt' | 'askedAt' | 'answer' | 'answeredAt'
> & { sessionId: string }

const CASE = sql`key, id, staff_id as "staffId", staff_name as "staffName", staff_role as "staffRole",
  institution_number as "institutionNumber", institution_name as "institutionName", opened_at as "openedAt", reason, because, clause, flags,
  second_id as "secondId", second_name as "secondName", extended_at as "extendedAt", extended_for as "extendedFor", due_at as "dueAt",
  escalated_at as "escalatedAt", outcome, decided_at as "decidedAt", asked_at as "askedAt", answer, answered_at as "answeredAt"`

export async function insertCase(db: Db, c: NewCase): Promise<void> {
  await sql`insert into emergency.case (key, id, staff_id, staff_name, staff_role, institution_number, institution_name, session_id,
      opened_at, reason, because, clause, flags, second_id, second_name, due_at)
    values (${c.key}, ${c.id}, ${c.staffId}, ${c.staffName}, ${c.staffRole}, ${c.institutionNumber}, ${c.institutionName}, ${c.sessionId},
      ${c.openedAt}, ${c.reason}, ${c.because}, ${c.clause}, ${c.flags}, ${c.secondId}, ${c.secondName}, ${c.dueAt})`.execute(db)
}

export async function findCase(db: Db, about: { id: string; staffId?: string; lock?: boolean }): Promise<EmergencyCase | undefined> {
  const { rows } = await sql<EmergencyCase>`select ${CASE} from emergency.case where id = ${about.id}
    and (${about.staffId ?? null}::text is null or staff_id = ${about.staffId ?? ''}) ${about.lock ? sql`for update` : sql``}`.execute(db)
  return rows[0]
}

/** Cases of a member of staff, the newest first. */
export async function casesOfStaff(db: Db, staffId: string, limit: number): Promise<EmergencyCase[]> {
  const { rows } = await sql<EmergencyCase>`select ${CASE} from emergency.case where staff_id = ${staffId}
    order by opened_at desc limit ${limit}`.execute(db)
  return rows
}

/** Cases about a person, the newest first. */
export async function casesOfPerson(db: Db, keys: readonly string[]): Promise<EmergencyCase[]> {
  const { rows } = await sql<EmergencyCase>`select ${CASE} from emergency.case where key = any(${[...keys]}::text[])
    order by opened_at desc limit 100`.execute(db)
  return rows
}

export type Counts = { staffHour: number; staffDay: number; facilityHour: number; facilityDay: number }

/** Openings of the last hour and day, by a member of staff and by their institution; held still until this write ends. */
export async function countOpenings(db: Db, about: { staffId: string; institutionNumber: string; now: Date }): Promise<Counts> {
  // Two that open at the same moment would each count without the other.
  await sql`select pg_advisory_xact_lock(hashtextextended(${`emergency:${about.institutionNumber}`}, 3)),
    pg_advisory_xact_lock(hashtextextended(${`emergency:${about.staffId}`}, 3))`.execute(db)
  const [hour, day] = [new Date(about.now.getTime() - 3_600_000), new Date(about.now.getTime() - 86_400_000)]
  const { rows } = await sql<Counts>`select
      count(*) filter (where staff_id = ${about.staffId} and opened_at > ${hour})::int as "staffHour",
      count(*) filter (where staff_id = ${about.staffId})::int as "staffDay",
      count(*) filter (where institution_number = ${about.institutionNumber} and opened_at > ${hour})::int as "facilityHour",
      count(*) filter (where institution_number = ${about.institutionNumber})::int as "facilityDay"
    from emergency.case where opened_at > ${day} and (staff_id = ${about.staffId} or institution_number = ${about.institutionNumber})`.execute(
    db,
  )
  return rows[0]!
}

export async function noteExtension(db: Db, about: { key: string; id: string; at: Date; reason: string }): Promise<void> {
  await sql`update emergency.case set extended_at = ${about.at}, extended_for = ${about.reason}, flags = array_append(flags, 'extended')
    where key = ${about.key} and id = ${about.id}`.execute(db)
}

export async function noteOutcome(db: Db, about: { key: string; id: string; at: Date; outcome: string }): Promise<void> {
  await sql`update emergency.case set outcome = ${about.outcome}, decided_at = ${about.at} where key = ${about.key} and id = ${about.id}`.execute(
    db,
  )
}

export async function noteAsked(db: Db, about: { key: string; id: string; at: Date }): Promise<void> {
  await sql`update emergency.case set asked_at = ${about.at}, answer = null, answered_at = null
    where key = ${about.key} and id = ${about.id}`.execute(db)
}

export async function noteAnswer(db: Db, about: { key: string; id: string; at: Date; answer: string }): Promise<void> {
  await sql`update emergency.case set answer = ${about.answer}, answered_at = ${about.at} where key = ${about.key} and id = ${about.id}`.execute(
    db,
  )
}

/** Marks what nobody decided in time. @returns how many */
export async function escalate(db: Db, now: Date): Promise<number> {
  const { numAffectedRows } = await sql`update emergency.case set escalated_at = ${now}
    where outcome is null and escalated_at is null and due_at <= ${now}`.execute(db)
  return Number(numAffectedRows ?? 0)
}

export type Listed = EmergencyCase & { verdicts: string[]; total: number }

/** Cases that wait, the first due first; or decided ones, the newest first. `institutionNumber` null for all. */
export async function listCases(
  db: Db,
  about: { decided: boolean; institutionNumber: string | null; limit: number; offset: number },
): Promise<Listed[]> {
  const { rows } = await sql<Listed>`select ${CASE}, count(*) over ()::int as total,
      array(select r.verdict from consent.emergency_review r where r.key = c.key and r.emergency_id = c.id order by r.at) as verdicts
    from emergency.case c where (outcome is not null) = ${about.decided}
      and (${about.institutionNumber}::text is null or institution_number = ${about.institutionNumber})
    order by case when outcome is null then due_at end, opened_at desc limit ${about.limit} offset ${about.offset}`.execute(db)
  return rows
}

export type EmergencyFigures = {
  opened: number
  reviewed: number
  reviewedInTime: number
  overdue: number
  justified: number
  unjustified: number
}

/** What became of the emergencies opened in a span of time. */
export async function figures(db: Db, about: { since: Date; until: Date; now: Date }): Promise<EmergencyFigures> {
  const { rows } = await sql<EmergencyFigures>`select count(*)::int as opened, count(outcome)::int as reviewed,
      count(*) filter (where decided_at <= due_at)::int as "reviewedInTime",
      count(*) filter (where outcome is null and due_at <= ${about.now})::int as overdue,
      count(*) filter (where outcome = 'justified')::int as justified, count(*) filter (where outcome = 'unjustified')::int as unjustified
    from emergency.case where opened_at >= ${about.since} and opened_at < ${about.until}`.execute(db)
  return rows[0]!
}
