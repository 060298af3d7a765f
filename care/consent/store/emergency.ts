/** Emergencies as facts that authorisation reads, and what reviewers said of them. One row for each key of the person, under one id. */
import { sql } from 'kysely'
import type { Db } from '#kernel/database'

/** One emergency: a member of staff sees one person's record for a while. Instants in UTC. */
export type OpenedEmergency = {
  id: string
  keys: string[]
  staffId: string
  staffName: string
  institutionNumber: string
  institutionName: string
  /** Code of the reason; the sentence that goes with it, `note`, stays out of every log. */
  reason: string
  note: string
  since: Date
  until: Date
  endedAt: Date | null
}

export type EmergencyReview = { emergencyId: string; reviewerId: string; verdict: string; note: string; at: Date }

const SHOWN = sql`id, array_agg(key order by key) as keys, min(staff_id) as "staffId", min(staff_name) as "staffName",
  min(institution_number) as "institutionNumber", min(institution_name) as "institutionName", min(reason) as reason, min(note) as note,
  min(since) as since, max(until) as until, max(ended_at) as "endedAt"`

export async function insertEmergency(db: Db, e: Omit<OpenedEmergency, 'endedAt'>): Promise<void> {
  await sql`insert into consent.emergency (key, id, staff_id, staff_name, institution_number, institution_name, reason, note, since, until)
    select k, ${e.id}, ${e.staffId}, ${e.staffName}, ${e.institutionNumber}, ${e.institutionName}, ${e.reason}, ${e.note}, ${e.since}, ${e.until}
    from unnest(${[...e.keys]}::text[]) k`.execute(db)
}

/** One of a member of staff, whatever its state. */
export async function findOfStaff(db: Db, about: { staffId: string; id: string }): Promise<OpenedEmergency | undefined> {
  const { rows } = await sql<OpenedEmergency>`select ${SHOWN} from consent.emergency
    where staff_id = ${about.staffId} and id = ${about.id} group by id`.execute(db)
  return rows[0]
}

/** One by a key of its person. */
export async function findByKey(db: Db, about: { key: string; id: string }): Promise<OpenedEmergency | undefined> {
  const { rows } = await sql<OpenedEmergency>`select ${SHOWN} from consent.emergency
    where id = ${about.id} and staff_id = (select staff_id from consent.emergency where key = ${about.key} and id = ${about.id}) group by id`.execute(
    db,
  )
  return rows[0]
}

/** What runs for a member of staff at this instant, the latest first. */
export async function runningOf(db: Db, about: { staffId: string; institutionNumber: string; now: Date }): Promise<OpenedEmergency[]> {
  const { rows } = await sql<OpenedEmergency>`select ${SHOWN} from consent.emergency
    where staff_id = ${about.staffId} and institution_number = ${about.institutionNumber} and since <= ${about.now} and until > ${about.now}
      and ended_at is null group by id order by min(since) desc limit 50`.execute(db)
  return rows
}

/** Every emergency of a person, the newest first. */
export async function ofPerson(db: Db, keys: readonly string[]): Promise<OpenedEmergency[]> {
  const { rows } = await sql<OpenedEmergency>`select ${SHOWN} from consent.emergency
    where key = any(${[...keys]}::text[]) group by id order by min(since) desc limit 200`.execute(db)
  return rows
}

export async function endEmergency(db: Db, about: { keys: readonly string[]; id: string; at: Date }): Promise<boolean> {
  const { numAffectedRows } = await sql`update consent.emergency set ended_at = ${about.at}
    where key = any(${[...about.keys]}::text[]) and id = ${about.id} and ended_at is null and until > ${about.at}`.execute(db)
  return Number(numAffectedRows ?? 0) > 0
}

export async function prolong(db: Db, about: { keys: readonly string[]; id: string; until: Date }): Promise<void> {
  await sql`update consent.emergency set until = ${about.until}
    where key = any(${[...about.keys]}::text[]) and id = ${about.id} and ended_at is null`.execute(db)
}

/** Whether the person is a patient of the institution by anything but the emergency: a card shown, or a record registered. */
export async function treatedAt(db: Db, about: { keys: readonly string[]; institutionNumber: string }): Promise<boolean> {
  const { rows } = await sql`select 1 from consent.relation
    where key = any(${[...about.keys]}::text[]) and institution_number = ${about.institutionNumber} limit 1`.execute(db)
  return rows.length > 0
}

/** What a reviewer says takes the place of what they said before. */
export async function putReview(db: Db, r: EmergencyReview & { key: string }): Promise<void> {
  await sql`insert into consent.emergency_review (key, emergency_id, reviewer_id, verdict, note, at)
    values (${r.key}, ${r.emergencyId}, ${r.reviewerId}, ${r.verdict}, ${r.note}, ${r.at})
    on conflict (key, emergency_id, reviewer_id) do update set verdict = excluded.verdict, note = excluded.note, at = excluded.at`.execute(
    db,
  )
}

export async function reviewsOf(db: Db, about: { key: string; id: string }): Promise<EmergencyReview[]> {
  const { rows } = await sql<EmergencyReview>`select emergency_id as "emergencyId", reviewer_id as "reviewerId", verdict, note, at
    from consent.emergency_review where key = ${about.key} and emergency_id = ${about.id} order by at, reviewer_id`.execute(db)
  return rows
}
