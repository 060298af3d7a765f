import { sql } from 'kysely'
import type { Db } from '#kernel/database'
import { dateInJapan } from '#kernel/japan'
import type { Counted } from '../rules.ts'

/** One use: a person's record was opened. `agreed`: they said yes, could not be asked, or it happened on a laptop. */
export type Look = {
  key: string
  id: string
  disasterId: string
  staffId: string
  staffName: string
  institutionNumber: string
  institutionName: string
  agreed: 'oral' | 'unable' | 'offline'
  at: Date
  until: Date
  laptop: string | null
  /** What reviewers should see, and the second clinician where there was one. */
  flags: string[]
  secondId: string | null
  secondName: string | null
}

const LOOK = sql`key, id, disaster_id as "disasterId", staff_id as "staffId", staff_name as "staffName",
  institution_number as "institutionNumber", institution_name as "institutionName", agreed, at, until, laptop, flags, second_id as "secondId",
  second_name as "secondName"`

export async function insertSearch(
  db: Db,
  s: { staffId: string; id: string; at: Date; institutionNumber: string; disasterId: string; found: readonly string[] },
): Promise<void> {
  await sql`insert into disaster.search (staff_id, id, at, institution_number, disaster_id, found)
    values (${s.staffId}, ${s.id}, ${s.at}, ${s.institutionNumber}, ${s.disasterId}, ${[...s.found]}::text[])`.execute(db)
}

/** What somebody and their institution did since an instant; held against others of the same person, so that the limit is one for all their tabs. */
export async function countedSince(db: Db, about: { staffId: string; institutionNumber: string; since: Date }): Promise<Counted> {
  await sql`select pg_advisory_xact_lock(hashtextextended(${`disaster:${about.staffId}`}, 3))`.execute(db)
  const { rows } = await sql<Counted>`select
    (select count(*)::int from disaster.search where staff_id = ${about.staffId} and at > ${about.since}) as searches,
    (select count(*)::int from disaster.look where staff_id = ${about.staffId} and at > ${about.since}) as looks,
    (select count(*)::int from disaster.search where institution_number = ${about.institutionNumber} and at > ${about.since}) as "searchesAtInstitution"`.execute(
    db,
  )
  return rows[0]!
}

/** Whether a person was among what somebody found since an instant. */
export async function wasFound(db: Db, about: { staffId: string; keys: readonly string[]; since: Date }): Promise<boolean> {
  const { rows } = await sql`select 1 from disaster.search where staff_id = ${about.staffId} and at > ${about.since}
    and found && ${[...about.keys]}::text[] limit 1`.execute(db)
  return rows.length > 0
}

/** @returns false where this look is known already */
export async function insertLook(db: Db, l: Look): Promise<boolean> {
  const { numAffectedRows } =
    await sql`insert into disaster.look (key, id, disaster_id, staff_id, staff_name, institution_number, institution_name, agreed,
      at, until, laptop, flags, second_id, second_name)
    values (${l.key}, ${l.id}, ${l.disasterId}, ${l.staffId}, ${l.staffName}, ${l.institutionNumber}, ${l.institutionName}, ${l.agreed}, ${l.at}, ${l.until}, ${l.laptop},
      ${l.flags}::text[], ${l.secondId}, ${l.secondName})
    on conflict do nothing`.execute(db)
  return numAffectedRows === 1n
}

/** The latest look of somebody at a person that is not over. */
export async function liveLook(db: Db, about: { staffId: string; keys: readonly string[]; now: Date }): Promise<Look | undefined> {
  const { rows } =
    await sql<Look>`select ${LOOK} from disaster.look where key = any(${[...about.keys]}::text[]) and staff_id = ${about.staffId} and until > ${about.now} and laptop is null
    order by at desc limit 1`.execute(db)
  return rows[0]
}

export async function forgetSearches(db: Db, before: Date): Promise<void> {
  await sql`delete from disaster.search where at < ${before}`.execute(db)
}

/** Looks by disaster and day in Japan. */
export async function looksByDay(db: Db): Promise<{ disasterId: string; day: string; count: number }[]> {
  const { rows } = await sql<{ disasterId: string; day: string; count: number }>`
    select disaster_id as "disasterId", to_char(at at time zone 'Asia/Tokyo', 'YYYY-MM-DD') as day, count(*)::int as count
    from disaster.look group by 1, 2 order by 1, 2`.execute(db)
  return rows
}

/** What was done today at whichever institution, for those who keep watch. */
export async function looksAt(
  db: Db,
  about: { disasterId: string; now: Date },
): Promise<{ institutionNumber: string; institutionName: string; total: number; today: number }[]> {
  const { rows } = await sql<{ institutionNumber: string; institutionName: string; total: number; today: number }>`
    select institution_number as "institutionNumber", max(institution_name) as "institutionName", count(*)::int as total,
      (count(*) filter (where to_char(at at time zone 'Asia/Tokyo', 'YYYY-MM-DD') = ${dateInJapan(about.now)}))::int as today
    from disaster.look where disaster_id = ${about.disasterId} group by 1 order by total desc, 1 limit 200`.execute(db)
  return rows
}

/** How close somebody stood; and what should never be. */
const NEAR = ['watched', 'protected', 'same-name', 'colleague', 'namesake-colleague', 'refused-here', 'family-name']
const TELLING = ['self', 'family', 'no-second', 'login-unknown', 'other-name', 'not-there']

export const isTelling = (flags: readonly string[]): boolean => flags.some((flag) => TELLING.includes(flag))

/** Looks that reviewers should see: with a flag or a second clinician, what stands out most first, then the newest. */
export async function notableLooks(db: Db, about: { limit: number }): Promise<(Look & { telling: boolean; total: number })[]> {
  const { rows } = await sql<Look & { telling: boolean; total: number }>`select ${LOOK}, flags && ${TELLING}::text[] as telling,
      count(*) over ()::int as total
    from disaster.look where flags && ${TELLING}::text[] or second_id is not null or flags && ${NEAR}::text[]
    order by flags && ${TELLING}::text[] desc, at desc, id desc limit ${about.limit}`.execute(db)
  return rows
}

/** How many looks stand out by themselves. */
export async function countTelling(db: Db): Promise<number> {
  const { rows } = await sql<{ n: number }>`select count(*)::int as n from disaster.look where flags && ${TELLING}::text[]`.execute(db)
  return rows[0]!.n
}
