/** Who came to an institution: today's arrivals, the month they are counted in, and what differs from their last time. */
import { sql } from 'kysely'
import type { Db } from '#kernel/database'
import { gather } from '#kernel/gather'
import type { Arrival, Changed, ProvenBy } from '../model.ts'

/** One visit, found out by card or by a typed certificate. `member` and `addressMark` null where they are not known. */
export type Visit = {
  key: string
  institutionNumber: string
  /** YYYY-MM in Japan. */
  month: string
  byCard: boolean
  member: string | null
  addressMark: string | null
  at: Date
}

/**
 * Counts a person once a month and institution, by card where any of the visits was by card, and notes what changed since
 * the last visit. Visits at many desks share the statement, which writes nothing for a second visit that brings nothing new.
 *
 * The commit does not wait for the disk: the audit entry of the same card follows it in the log and does.
 * @returns what changed; empty for a first visit
 */
export const noteVisit = gather<Visit, Changed[]>(async (db, visits) => {
  const placeOf = ({ key, institutionNumber, month }: Visit) => `${key} ${institutionNumber} ${month}`
  // Two visits of one person in one statement are one row; the card of either counts.
  const merged = new Map<string, Visit>()
  for (const v of visits) {
    const other = merged.get(placeOf(v))
    merged.set(
      placeOf(v),
      other
        ? { ...v, byCard: v.byCard || other.byCard, member: v.member ?? other.member, addressMark: v.addressMark ?? other.addressMark }
        : v,
    )
  }
  const asked = [...merged].map(([place, v]) => ({
    place,
    key: v.key,
    institution: v.institutionNumber,
    month: v.month,
    card: v.byCard,
    member: v.member,
    address: v.addressMark,
    at: v.at,
  }))
  const { rows } = await sql<{ place: string; changed: Changed[] }>`
    with quick as (select set_config('synchronous_commit', 'off', true)),
    asked as (select * from jsonb_to_recordset(${JSON.stringify(asked)}::jsonb)
      as a(place text, key text, institution text, month text, card boolean, member text, address text, at timestamptz), quick),
    judged as (
      select a.*, array_remove(array[
          case when b.key is not null and a.member is not null and b.member is not null and a.member <> b.member then 'insurer' end,
          case when b.key is not null and a.address is not null and b.address_mark is not null and a.address <> b.address_mark then 'address' end], null) as changed
      from asked a left join lateral (
        select v.key, v.member, v.address_mark from eligibility.visit_month v
        where v.key = a.key and v.institution_number = a.institution order by v.month desc limit 1) b on true),
    written as (
      insert into eligibility.visit_month as v (key, institution_number, month, by_card, member, address_mark, changed, changed_at, first_at)
      select key, institution, month, card, member, address, changed, case when cardinality(changed) > 0 then at end, at from judged
      on conflict (key, institution_number, month) do update set by_card = v.by_card or excluded.by_card,
        member = coalesce(excluded.member, v.member), address_mark = coalesce(excluded.address_mark, v.address_mark),
        changed = case when cardinality(excluded.changed) > 0 then excluded.changed else v.changed end,
        changed_at = coalesce(excluded.changed_at, v.changed_at)
      where (excluded.by_card and not v.by_card) or coalesce(excluded.member, v.member) is distinct from v.member
        or coalesce(excluded.address_mark, v.address_mark) is distinct from v.address_mark)
    select place, changed from judged`.execute(db)
  const found = new Map(rows.map((r) => [r.place, r.changed]))
  return visits.map((v) => found.get(placeOf(v)) ?? [])
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
