/** Who came to an institution: today's arrivals, the month they are counted in, and what differs from their last time. */
import { sql } from 'kysely'
import type { Db } from '#kernel/database'
import { gather } from '#kernel/gather'
import type { Arrival, Changed, ProvenBy } from '../model.ts'

/** One visit, found out by card or by a typed certificate. */
export type Visit = {
  /** Keys of the person; the visit is counted under the first. */
  keys: readonly string[]
  institutionNumber: string
  /** YYYY-MM-DD in Japan. */
  date: string
  byCard: boolean
  /** Digest of the address; null where it is not known. */
  addressMark: string | null
  at: Date
}
/** What differs from the last visit (nothing for a first one), and what the institution calls the person. */
export type Noted = { changed: Changed[]; chartNumber: string | null }

const placeOf = ({ keys, institutionNumber, date }: Visit) => `${keys[0]} ${institutionNumber} ${date.slice(0, 7)}`

/** Two visits of one person in one statement are one row; the card of either counts. */
function mergedVisits(visits: readonly Visit[]): object[] {
  const merged = new Map<string, Visit>()
  for (const v of visits) {
    const other = merged.get(placeOf(v))
    const both = other && { ...v, byCard: v.byCard || other.byCard, addressMark: v.addressMark ?? other.addressMark }
    merged.set(placeOf(v), both ?? v)
  }
  return [...merged].map(([place, v]) => ({
    place,
    key: v.keys[0],
    keys: v.keys,
    institution: v.institutionNumber,
    date: v.date,
    card: v.byCard,
    address: v.addressMark,
    at: v.at,
  }))
}

/** Keys of everybody in `asked`, as one value: what is looked up by it is read once, and not once a visit. */
const askedKeys = sql`array(select k.key from asked a, unnest(a.keys) k(key))`
const askedInstitutions = sql`array(select distinct a.institution from asked a)`

/**
 * Compares each visit of `asked` with the person's last one here, and says by what number the institution knows them. Of a visit by card the
 * member that covers the day is noted too.
 *
 * The plan of this statement is kept, and may be as old as a day on which these tables were empty: each of them is read in one go, so that
 * a table that grew since costs one look at it and not one a visit.
 */
export const judgedVisits = sql`select v.*, array_remove(array[
      case when v.member is not null and b.member is not null and v.member <> b.member then 'insurer' end,
      case when v.address is not null and b.address_mark is not null and v.address <> b.address_mark then 'address' end], null) as changed,
    (select n.number from called n where n.institution_number = v.institution and n.key = any(v.keys) limit 1) as chart
  from (select a.*, case when a.card then (select string_agg(distinct c.member, ' ' order by c.member) from eligibility.coverage c
      where c.key = any(a.keys) and c.valid_from <= a.date and (c.valid_until is null or c.valid_until >= a.date)) end as member from asked a offset 0) v
  left join last_visits b on b.key = v.key and b.institution_number = v.institution`

/** What `judgedVisits` looks into, for the people in `asked`. */
export const beforeVisits = sql`last_visits as materialized (
      select distinct on (m.key, m.institution_number) m.key, m.institution_number, m.member, m.address_mark from eligibility.visit_month m
      where m.key = any(${askedKeys}) and m.institution_number = any(${askedInstitutions}) order by m.key, m.institution_number, m.month desc),
    called as materialized (select n.institution_number, n.key, n.number from person.chart_number n
      where n.institution_number = any(${askedInstitutions}) and n.key = any(${askedKeys}))`

/** Counts the visits of `judged`; a second visit that brings nothing new writes nothing. */
export const writtenVisits = sql`insert into eligibility.visit_month as v
    (key, institution_number, month, by_card, member, address_mark, changed, changed_at, first_at)
  select key, institution, month, card, member, address, changed, case when cardinality(changed) > 0 then at end, at from judged
  on conflict (key, institution_number, month) do update set by_card = v.by_card or excluded.by_card,
    member = coalesce(excluded.member, v.member), address_mark = coalesce(excluded.address_mark, v.address_mark),
    changed = case when cardinality(excluded.changed) > 0 then excluded.changed else v.changed end,
    changed_at = coalesce(excluded.changed_at, v.changed_at)
  where (excluded.by_card and not v.by_card) or coalesce(excluded.member, v.member) is distinct from v.member
    or coalesce(excluded.address_mark, v.address_mark) is distinct from v.address_mark`

/**
 * Counts a person once a month and institution, by card where any of the visits was by card, and notes what changed since
 * the last visit by card. Visits at many desks share the statement, which writes nothing for a second visit that brings nothing new.
 *
 * The commit does not wait for the disk: the audit entry of the same card follows it in the log and does.
 */
export const noteVisit = gather<Visit, Noted>(async (db, visits) => {
  const { rows } = await sql<Noted & { place: string }>`
    with quick as (select set_config('synchronous_commit', 'off', true)),
    asked as (select a.*, to_char(a.date, 'YYYY-MM') as month
      from jsonb_to_recordset(${JSON.stringify(mergedVisits(visits))}::jsonb)
        as a(place text, key text, keys text[], institution text, date date, card boolean, address text, at timestamptz), quick),
    ${beforeVisits}, judged as (${judgedVisits}), written as (${writtenVisits})
    select place, changed, chart as "chartNumber" from judged`.execute(db)
  const found = new Map(rows.map((r) => [r.place, { changed: r.changed, chartNumber: r.chartNumber }]))
  return visits.map((v) => found.get(placeOf(v)) ?? { changed: [], chartNumber: null })
})

/** Whose cards were accepted at an institution's readers after an instant, each person's last time, latest first. */
export async function findArrivals(db: Db, about: { institutionNumber: string; since: Date; limit: number }): Promise<Arrival[]> {
  const { rows } = await sql<{ key: string; at: Date; order: number; proven_by: ProvenBy | null; changed: Changed[] | null }>`
    with came as (
      select person_key as key, max(used_at) as at, min(used_at) as first_at, (array_agg(proven_by order by used_at desc))[1] as proven_by
        from eligibility.reader_session
        where institution_number = ${about.institutionNumber} and person_key is not null and used_at > ${about.since} group by person_key),
    placed as (
      select came.*, row_number() over (partition by (first_at at time zone 'Asia/Tokyo')::date order by first_at, key)::int as "order" from came)
    select placed.key, placed.at, placed."order", placed.proven_by,
      (select v.changed from eligibility.visit_month v where v.key = placed.key and v.institution_number = ${about.institutionNumber}
        and v.changed_at > ${about.since} order by v.month desc limit 1) as changed
    from placed order by placed.at desc, placed.key limit ${about.limit}`.execute(db)
  return rows.map((r) => ({ key: r.key, at: r.at, order: r.order, provenBy: r.proven_by ?? 'pin', changed: r.changed ?? [] }))
}
