import { sql } from 'kysely'
import { type Db, inTransaction, later } from '#kernel/database'
import { gather } from '#kernel/gather'
import type { InformationKind } from '#packages/fhir'
import type { Consent, Grant } from './model.ts'
import { besideGrants, keysAt, raising } from './store/fact-version.ts'

type ConsentRow = {
  key: string
  id: string
  institution_number: string
  institution_name: string
  purpose: string
  given_at: Date
  until: Date
  withdrawn_at: Date | null
  basis: Consent['basis']
  text_version: string
  allowed: string[]
  refused: string[]
}

const toConsent = (r: ConsentRow): Consent => ({
  id: r.id,
  key: r.key,
  basis: r.basis,
  textVersion: r.text_version,
  institutionNumber: r.institution_number,
  institutionName: r.institution_name,
  purpose: r.purpose,
  givenAt: r.given_at,
  until: r.until,
  withdrawnAt: r.withdrawn_at,
  allowed: r.allowed as InformationKind[],
  refused: r.refused as InformationKind[],
})

export async function insertConsent(db: Db, c: Consent): Promise<void> {
  await sql`insert into consent.consent (key, id, institution_number, institution_name, purpose, given_at, until, allowed, refused, basis, text_version)
    values (${c.key}, ${c.id}, ${c.institutionNumber}, ${c.institutionName}, ${c.purpose}, ${c.givenAt}, ${c.until}, ${c.allowed}, ${c.refused}, ${c.basis}, ${c.textVersion})`.execute(
    db,
  )
  await sql`with ${raising(keysAt([c.key], c.institutionNumber))} insert into consent.grant_fact (key, consent_id, kind, institution_number, purpose, given_at, until, basis)
    select ${c.key}, ${c.id}, kind, ${c.institutionNumber}, ${c.purpose}, ${c.givenAt}, ${c.until}, ${c.basis} from unnest(${c.allowed}::text[]) as kind`.execute(
    db,
  )
}

/** The person's consents, newest first; a standing one once, though it stands under each of their keys. */
export async function findConsents(db: Db, keys: readonly string[]): Promise<Consent[]> {
  const { rows } = await sql<ConsentRow>`select distinct on (given_at, id) * from consent.consent where key = any(${[...keys]}::text[])
    order by given_at desc, id desc, key`.execute(db)
  return rows.map(toConsent)
}

/** What the person agreed to at one institution, newest first; a standing one once. */
export async function findConsentsAt(
  db: Db,
  about: { keys: readonly string[]; institutionNumber: string; purpose: string },
): Promise<Consent[]> {
  const { rows } =
    await sql<ConsentRow>`select distinct on (given_at, id) * from consent.consent where key = any(${[...about.keys]}::text[])
    and institution_number = ${about.institutionNumber} and purpose = ${about.purpose} order by given_at desc, id desc, key limit 200`.execute(
      db,
    )
  return rows.map(toConsent)
}

/** Patients of an institution who came or answered there after an instant, the latest first. */
export async function recentPatients(
  db: Db,
  about: { institutionNumber: string; since: Date; limit: number },
): Promise<{ key: string; at: Date }[]> {
  const { rows } = await sql<{ key: string; at: Date }>`
    select key, max(at) as at from (
      select rel.key, rel.since as at from consent.relation rel where rel.institution_number = ${about.institutionNumber} and rel.since > ${about.since}
      union all
      select c.key, c.given_at from consent.consent c join consent.relation rel on rel.key = c.key and rel.institution_number = c.institution_number
        where c.institution_number = ${about.institutionNumber} and c.given_at > ${about.since}) seen
    group by key order by at desc, key limit ${about.limit}`.execute(db)
  return rows
}

/** One consent of the given keys, locked against a second withdrawal at the same time. */
export async function lockConsent(db: Db, keys: readonly string[], id: string): Promise<Consent | undefined> {
  const { rows } =
    await sql<ConsentRow>`select * from consent.consent where key = any(${[...keys]}::text[]) and id = ${id} for update`.execute(db)
  return rows[0] && toConsent(rows[0])
}

/** Ends a consent. Grants first made under it end with it, in the same transaction. */
export async function withdraw(db: Db, keys: readonly string[], id: string, at: Date): Promise<void> {
  const theirs = sql`key = any(${[...keys]}::text[])`
  await sql`update consent.consent set withdrawn_at = ${at} where ${theirs} and id = ${id}`.execute(db)
  const places = sql`select key, institution_number from consent.grant_fact where ${theirs} and consent_id = ${id}`
  await sql`with ${raising(places)} update consent.grant_fact set withdrawn_at = ${at} where ${theirs} and consent_id = ${id} and withdrawn_at is null`.execute(
    db,
  )
}

/**
 * A new answer takes the place of what the same institution held before, for the kinds named: `visit`, answered at the reader; `standing`,
 * given to go on.
 */
export async function endEarlierGrants(
  db: Db,
  about: { key: string; institutionNumber: string; purpose: string; visit: readonly string[]; standing: readonly string[]; at: Date },
): Promise<void> {
  const { key, institutionNumber, purpose, at } = about
  // Two answers at the same moment: the later one must see the earlier to end it.
  await sql`select ${besideGrants(key)}, pg_advisory_xact_lock(hashtextextended(${`consent:${key}:${institutionNumber}`}, 2))`.execute(db)
  const kinds = sql`case basis when 'visit' then ${[...about.visit]}::text[] else ${[...about.standing]}::text[] end`
  const here = sql`key = ${key} and institution_number = ${institutionNumber} and purpose = ${purpose} and withdrawn_at is null and until > ${at}`
  await sql`with ${raising(keysAt([key], institutionNumber))} update consent.grant_fact set withdrawn_at = ${at} where ${here} and kind = any(${kinds})`.execute(
    db,
  )
  // The person's list must not promise what no longer holds: the earlier consent shrinks, and ends when nothing is left of it.
  await sql`update consent.consent c set allowed = rest.kinds, withdrawn_at = case when cardinality(rest.kinds) = 0 then ${at}::timestamptz end
    from (select key, id, array(select k from unnest(allowed) k where k <> all(${kinds})) as kinds from consent.consent where ${here}) rest
    where c.key = ${key} and c.id = rest.id and rest.key = c.key and rest.kinds <> c.allowed`.execute(db)
}

type GrantRow = {
  key: string
  consent_id: string
  kind: InformationKind
  institution_number: string
  purpose: string
  given_at: Date
  until: Date
  withdrawn_at: Date | null
  basis: Grant['basis']
}

const toGrant = (r: GrantRow): Grant => ({
  basis: r.basis,
  consentId: r.consent_id,
  key: r.key,
  institutionNumber: r.institution_number,
  kind: r.kind,
  purpose: r.purpose,
  givenAt: r.given_at,
  until: r.until,
  withdrawnAt: r.withdrawn_at,
})

/** Every grant that a person's consents at one institution made, over or not. */
export async function grantsAt(db: Db, about: { keys: readonly string[]; institutionNumber: string }): Promise<Grant[]> {
  const { rows } = await sql<GrantRow>`select * from consent.grant_fact where key = any(${[...about.keys]}::text[])
    and institution_number = ${about.institutionNumber} and withdrawn_at is null`.execute(db)
  return rows.map(toGrant)
}

export async function findConsent(db: Db, keys: readonly string[], id: string): Promise<Consent | undefined> {
  const { rows } =
    await sql<ConsentRow>`select * from consent.consent where key = any(${[...keys]}::text[]) and id = ${id} limit 1`.execute(db)
  return rows[0] && toConsent(rows[0])
}

export async function liveGrants(
  db: Db,
  about: { keys: readonly string[]; institutionNumber: string; purpose: string; now: Date },
): Promise<Grant[]> {
  const { rows } = await sql<GrantRow>`
    select * from consent.grant_fact g where key = any(${[...about.keys]}::text[]) and institution_number = ${about.institutionNumber}
      and purpose = ${about.purpose} and given_at <= ${about.now} and until > ${about.now} and withdrawn_at is null
      and not exists (select 1 from consent.closure c where c.key = g.key and c.purpose in ('', g.purpose) and c.resource_type = ''
        and c.institution_number in ('', g.institution_number) and c.since <= ${about.now} and c.ended_at is null)`.execute(db)
  return rows.map(toGrant)
}

export async function relate(db: Db, key: string, institutionNumber: string, since: Date): Promise<void> {
  await sql`insert into consent.relation (key, institution_number, since) values (${key}, ${institutionNumber}, ${since}) on conflict do nothing`.execute(
    db,
  )
}

export async function relateAll(db: Db, keys: readonly string[], about: { institutionNumber: string; since: Date }): Promise<void> {
  if (keys.length === 0) return
  await later(
    db,
    sql`insert into consent.relation (key, institution_number, since) select k, ${about.institutionNumber}, ${about.since}::timestamptz
      from unnest(${[...keys]}::text[]) k on conflict do nothing`,
  )
}

/**
 * Notes a visit for every key of a person in a commit that does not wait for the disk: a crash within the second could
 * forget that the person came, and the card says it again. Visits at many desks at once share a statement. Never within
 * a transaction of other work, whose commit would not wait either.
 */
export const relateVisit = gather<{ keys: readonly string[]; institutionNumber: string; since: Date }, void>(async (db, visits) => {
  if (inTransaction(db)) throw new Error('a visit is noted by itself')
  const rows = visits.flatMap((v) => v.keys.map((key) => ({ key, institution_number: v.institutionNumber, since: v.since })))
  await sql`with quick as (select set_config('synchronous_commit', 'off', true))
    insert into consent.relation (key, institution_number, since) select distinct on (r.key, r.institution_number) r.key, r.institution_number, r.since
      from jsonb_to_recordset(${JSON.stringify(rows)}::jsonb) as r(key text, institution_number text, since timestamptz), quick on conflict do nothing`.execute(
    db,
  )
  return visits.map(() => undefined)
})

export async function related(db: Db, keys: readonly string[], institutionNumber: string): Promise<boolean> {
  const { rows } =
    await sql`select 1 from consent.relation where key = any(${[...keys]}::text[]) and institution_number = ${institutionNumber} limit 1`.execute(
      db,
    )
  return rows.length > 0
}
