/** A stay at the reader that waits for the staff: a look at the holder, a call for somebody, a card that nobody has. */
import { sql } from 'kysely'
import type { Db } from '#kernel/database'

/** Spends the challenge on a card whose holder the staff are asked to look at. @returns false where it was spent already */
export async function awaitLook(db: Db, s: { id: string; key: string; cardSerial: string; now: Date; until: Date }): Promise<boolean> {
  const { numAffectedRows } = await sql`update eligibility.reader_session
    set used_at = ${s.now}, pending_key = ${s.key}, card_serial = ${s.cardSerial}, consent_until = ${s.until}
    where id = ${s.id} and used_at is null and expires_at > ${s.now}`.execute(db)
  return numAffectedRows === 1n
}

/** Spends the challenge on a genuine card of nobody, and remembers the card for as long as the session is kept. */
export async function noteUnlinked(db: Db, s: { id: string; now: Date; serial: string; issuer: string }): Promise<void> {
  await sql`update eligibility.reader_session set used_at = ${s.now}, unlinked_serial = ${s.serial}, unlinked_issuer = ${s.issuer}
    where id = ${s.id} and used_at is null`.execute(db)
}

/** What the staff said; the person is proven only where they said yes. @returns false where somebody said so before, or time is over */
export async function settleLook(db: Db, s: { id: string; same: boolean; staffId: string; now: Date; until: Date }): Promise<boolean> {
  const { numAffectedRows } = await sql`update eligibility.reader_session
    set vouched_by = ${s.staffId}, vouched_at = ${s.now}, consent_until = case when ${s.same} then ${s.until}::timestamptz else consent_until end,
      person_key = case when ${s.same} then pending_key end, proven_by = case when ${s.same} then 'visual' end
    where id = ${s.id} and pending_key is not null and vouched_at is null and consent_until > ${s.now}`.execute(db)
  return numAffectedRows === 1n
}

export type Look = { id: string; key: string; askedAt: Date }

/** Who waits at an institution's readers to be looked at, the longest first. */
export async function findLooks(db: Db, institutionNumber: string, now: Date): Promise<Look[]> {
  const { rows } = await sql<{ id: string; key: string; asked_at: Date }>`
    select id, pending_key as key, used_at as asked_at from eligibility.reader_session
      where institution_number = ${institutionNumber} and pending_key is not null and vouched_at is null and consent_until > ${now}
      order by used_at, id limit 20`.execute(db)
  return rows.map((r) => ({ id: r.id, key: r.key, askedAt: r.asked_at }))
}

export type Call = { id: string; calledAt: Date }

/** Somebody at a reader asks for the staff; asked twice while nobody came, it is one call. */
export async function insertCall(db: Db, call: { id: string; institutionNumber: string; now: Date }): Promise<void> {
  await sql`insert into eligibility.staff_call (institution_number, id, called_at) select ${call.institutionNumber}, ${call.id}, ${call.now}
    where not exists (select 1 from eligibility.staff_call
      where institution_number = ${call.institutionNumber} and answered_at is null and called_at > ${call.now}::timestamptz - interval '5 minutes')`.execute(
    db,
  )
}

export async function findCalls(db: Db, institutionNumber: string, since: Date): Promise<Call[]> {
  const { rows } = await sql<{ id: string; called_at: Date }>`select id, called_at from eligibility.staff_call
    where institution_number = ${institutionNumber} and answered_at is null and called_at > ${since} order by called_at`.execute(db)
  return rows.map((r) => ({ id: r.id, calledAt: r.called_at }))
}

export async function answerCalls(db: Db, about: { institutionNumber: string; now: Date; staffId: string }): Promise<void> {
  await sql`update eligibility.staff_call set answered_at = ${about.now}, answered_by = ${about.staffId}
    where institution_number = ${about.institutionNumber} and answered_at is null`.execute(db)
}

export async function deleteCalls(db: Db, before: Date): Promise<void> {
  await sql`delete from eligibility.staff_call where called_at < ${before}`.execute(db)
}
