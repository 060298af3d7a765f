/** Requests that a second clinician agrees, and how often somebody looked for people. */
import { sql } from 'kysely'
import type { Db } from '#kernel/database'

/** A clinician asks a colleague to agree. `emergencyId`: what was opened by it. */
export type SecondRequest = {
  key: string
  id: string
  staffId: string
  staffName: string
  institutionNumber: string
  reason: string
  because: string[]
  note: string
  needs: string[]
  askedAt: Date
  until: Date
  answer: 'yes' | 'no' | null
  secondId: string | null
  secondName: string | null
  emergencyId: string | null
}

const REQUEST = sql`key, id, staff_id as "staffId", staff_name as "staffName", institution_number as "institutionNumber", reason, because, note,
  needs, asked_at as "askedAt", until, answer, second_id as "secondId", second_name as "secondName", emergency_id as "emergencyId"`

export async function insertRequest(
  db: Db,
  r: Omit<SecondRequest, 'answer' | 'secondId' | 'secondName' | 'emergencyId'> & { sessionId: string },
): Promise<void> {
  await sql`insert into emergency.request (key, id, staff_id, staff_name, institution_number, session_id, reason, because, note, needs, asked_at, until)
    values (${r.key}, ${r.id}, ${r.staffId}, ${r.staffName}, ${r.institutionNumber}, ${r.sessionId}, ${r.reason}, ${r.because}, ${r.note},
      ${r.needs}, ${r.askedAt}, ${r.until})`.execute(db)
}

/** One request at an institution, held until this write ends where asked. */
export async function findRequest(
  db: Db,
  about: { id: string; institutionNumber: string; lock?: boolean },
): Promise<SecondRequest | undefined> {
  const { rows } = await sql<SecondRequest>`select ${REQUEST} from emergency.request
    where institution_number = ${about.institutionNumber} and id = ${about.id} ${about.lock ? sql`for update` : sql``}`.execute(db)
  return rows[0]
}

/** Requests at an institution that wait for an answer, or for their asker to go on; the latest first. */
export async function openRequests(db: Db, about: { institutionNumber: string; now: Date }): Promise<SecondRequest[]> {
  const { rows } = await sql<SecondRequest>`select ${REQUEST} from emergency.request
    where institution_number = ${about.institutionNumber} and until > ${about.now} and emergency_id is null and answer is distinct from 'no'
    order by asked_at desc limit 50`.execute(db)
  return rows
}

export async function answerRequest(
  db: Db,
  about: { key: string; id: string; answer: 'yes' | 'no'; at: Date; secondId: string; secondName: string },
): Promise<void> {
  await sql`update emergency.request set answer = ${about.answer}, answered_at = ${about.at}, second_id = ${about.secondId},
    second_name = ${about.secondName} where key = ${about.key} and id = ${about.id}`.execute(db)
}

export async function noteOpened(db: Db, about: { key: string; id: string; emergencyId: string }): Promise<void> {
  await sql`update emergency.request set emergency_id = ${about.emergencyId} where key = ${about.key} and id = ${about.id}`.execute(db)
}

/** How often a member of staff looked for people since an instant. */
export async function countLooks(db: Db, about: { staffId: string; since: Date }): Promise<number> {
  await sql`select pg_advisory_xact_lock(hashtextextended(${`emergency-look:${about.staffId}`}, 3))`.execute(db)
  const { rows } = await sql<{ n: number }>`select count(*)::int as n from emergency.look
    where staff_id = ${about.staffId} and at > ${about.since}`.execute(db)
  return rows[0]!.n
}

export async function insertLook(
  db: Db,
  about: { staffId: string; id: string; institutionNumber: string; at: Date; found: number },
): Promise<void> {
  await sql`insert into emergency.look (staff_id, id, institution_number, at, found)
    values (${about.staffId}, ${about.id}, ${about.institutionNumber}, ${about.at}, ${about.found})`.execute(db)
}

/** Forgets what no longer limits anybody. */
export async function forgetOld(db: Db, before: Date): Promise<void> {
  await sql`delete from emergency.look where at < ${before}`.execute(db)
  await sql`update emergency.request set note = '' where asked_at < ${before} and note <> ''`.execute(db)
}
