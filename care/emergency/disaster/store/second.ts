/** Requests that a second clinician agrees to opening somebody in a disaster. */
import { sql } from 'kysely'
import type { Db } from '#kernel/database'

/** `lookId`: what was opened by it. */
export type DisasterSecond = {
  key: string
  id: string
  disasterId: string
  staffId: string
  staffName: string
  institutionNumber: string
  agreed: 'oral' | 'unable'
  needs: string[]
  askedAt: Date
  until: Date
  answer: 'yes' | 'no' | null
  secondId: string | null
  secondName: string | null
  lookId: string | null
}

const COLUMNS = sql`key, id, disaster_id as "disasterId", staff_id as "staffId", staff_name as "staffName",
  institution_number as "institutionNumber", agreed, needs, asked_at as "askedAt", until, answer, second_id as "secondId",
  second_name as "secondName", look_id as "lookId"`

export async function insertSecond(db: Db, s: Omit<DisasterSecond, 'answer' | 'secondId' | 'secondName' | 'lookId'>): Promise<void> {
  await sql`insert into disaster.second (key, id, disaster_id, staff_id, staff_name, institution_number, agreed, needs, asked_at, until)
    values (${s.key}, ${s.id}, ${s.disasterId}, ${s.staffId}, ${s.staffName}, ${s.institutionNumber}, ${s.agreed}, ${s.needs}::text[],
      ${s.askedAt}, ${s.until})`.execute(db)
}

/** One request at an institution, held until this write ends where asked. */
export async function findSecond(
  db: Db,
  about: { id: string; institutionNumber: string; lock?: boolean },
): Promise<DisasterSecond | undefined> {
  const { rows } = await sql<DisasterSecond>`select ${COLUMNS} from disaster.second
    where institution_number = ${about.institutionNumber} and id = ${about.id} ${about.lock ? sql`for update` : sql``}`.execute(db)
  return rows[0]
}

/** Requests at an institution that wait for an answer, or for their asker to go on; the latest first. */
export async function openSeconds(db: Db, about: { institutionNumber: string; now: Date }): Promise<DisasterSecond[]> {
  const { rows } = await sql<DisasterSecond>`select ${COLUMNS} from disaster.second
    where institution_number = ${about.institutionNumber} and until > ${about.now} and look_id is null and answer is distinct from 'no'
    order by asked_at desc limit 50`.execute(db)
  return rows
}

export async function answerSecond(
  db: Db,
  about: { key: string; id: string; answer: 'yes' | 'no'; at: Date; by: { id: string; name: string } },
): Promise<void> {
  await sql`update disaster.second set answer = ${about.answer}, answered_at = ${about.at}, second_id = ${about.by.id},
    second_name = ${about.by.name} where key = ${about.key} and id = ${about.id}`.execute(db)
}

export async function noteLook(db: Db, about: { key: string; id: string; lookId: string }): Promise<void> {
  await sql`update disaster.second set look_id = ${about.lookId} where key = ${about.key} and id = ${about.id}`.execute(db)
}
