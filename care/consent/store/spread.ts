/** Keys of one person come together, and part again: what was decided or opened under one holds under all, as long as they are together. */
import { type RawBuilder, sql } from 'kysely'
import type { Db } from '#kernel/database'
import { raising } from './fact-version.ts'

/** `keys`: all that are one person's now; `linkId`: the link that brought them together. */
export type Together = { keys: readonly string[]; linkId: string; at: Date }

/**
 * Consents that go on and emergencies that run under one key of a person hold under all of them. Of two consents for one institution the later
 * spreads, because a later one takes the place of an earlier; a kind that the person refused there since does not.
 */
export async function spreadWhatHolds(db: Db, { keys, linkId, at }: Together): Promise<void> {
  const all = sql`${[...keys]}::text[]`
  const spreadTo = sql`select key, institution_number from spread`
  await sql`with latest as (
      select distinct on (institution_number, purpose) c.*, array(select kind from unnest(c.allowed) kind where not exists (
          select 1 from consent.consent n where n.key = any(${all}) and n.institution_number = c.institution_number
            and n.purpose = c.purpose and n.given_at > c.given_at and kind = any(n.refused))) as kinds
      from consent.consent c where c.key = any(${all}) and c.basis = 'standing' and c.withdrawn_at is null and c.until > ${at}
      order by institution_number, purpose, given_at desc, id desc, key),
    spread as (
      insert into consent.consent (key, id, institution_number, institution_name, purpose, given_at, until, allowed, refused, basis, text_version, spread_by)
      select k, id, institution_number, institution_name, purpose, given_at, until, kinds, refused, basis, text_version, ${linkId}
      from latest cross join unnest(${all}) k where cardinality(kinds) > 0 on conflict do nothing returning *),
    ${raising(spreadTo)}
    insert into consent.grant_fact (key, consent_id, kind, institution_number, purpose, given_at, until, basis, spread_by)
    select s.key, s.id, kind, s.institution_number, s.purpose, s.given_at, s.until, s.basis, s.spread_by
    from spread s cross join unnest(s.allowed) kind on conflict do nothing`.execute(db)
  await sql`insert into consent.emergency (key, id, staff_id, staff_name, institution_number, institution_name, reason, note, since, until, spread_by)
    select k, e.id, e.staff_id, e.staff_name, e.institution_number, e.institution_name, e.reason, e.note, e.since, e.until, ${linkId}
    from (select distinct on (id) * from consent.emergency where key = any(${all}) and ended_at is null and until > ${at} order by id, key) e
      cross join unnest(${all}) k on conflict do nothing`.execute(db)
}

/**
 * Takes back what a link spread. Consents given while it held end under every key: nobody can tell which of two people gave them, and an
 * end opens nothing. The log keeps what was shown meanwhile, with the consent or emergency it rested on.
 */
export async function takeBack(db: Db, { keys, linkId, at, since }: Together & { since: Date }): Promise<void> {
  const spread = sql`key = any(${[...keys]}::text[]) and spread_by = ${linkId}`
  const placesOf = (which: RawBuilder<unknown>) => sql`select key, institution_number from consent.grant_fact where ${which}`
  await sql`with ${raising(placesOf(spread))} delete from consent.grant_fact where ${spread}`.execute(db)
  await sql`delete from consent.consent where ${spread}`.execute(db)
  await sql`delete from consent.emergency where ${spread}`.execute(db)
  const meanwhile = sql`key = any(${[...keys]}::text[]) and given_at >= ${since} and withdrawn_at is null and until > ${at}`
  await sql`with ${raising(placesOf(meanwhile))} update consent.grant_fact set withdrawn_at = ${at} where ${meanwhile}`.execute(db)
  await sql`update consent.consent set withdrawn_at = ${at} where ${meanwhile}`.execute(db)
}
