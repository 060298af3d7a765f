import { sql } from 'kysely'
import { type Db, inTransaction, later } from '#kernel/database'
import { gather } from '#kernel/gather'
import type { Migration } from '#kernel/migrate'
import type { InformationKind } from '#packages/fhir'
import type { Consent, Grant } from './model.ts'

/** Every fact that authorisation reads lives here, sharded by patient key. */
export const consentMigrations: Migration[] = [
  {
    id: 'consent/001-facts',
    sql: `
      create schema consent;
      create table consent.consent (
        key text not null, id text not null, institution_number text not null, institution_name text not null, purpose text not null,
        given_at timestamptz not null, until timestamptz not null, withdrawn_at timestamptz,
        allowed text[] not null, refused text[] not null,
        primary key (key, id));
      create table consent.grant_fact (
        key text not null, consent_id text not null, kind text not null, institution_number text not null, purpose text not null,
        given_at timestamptz not null, until timestamptz not null, withdrawn_at timestamptz,
        primary key (key, consent_id, kind));
      create index grant_fact_live on consent.grant_fact (key, institution_number, kind, until);
      create table consent.relation (
        key text not null, institution_number text not null, since timestamptz not null, primary key (key, institution_number));
    `,
  },
  {
    id: 'consent/002-patients-of-institution',
    sql: `
      create index relation_of_institution on consent.relation (institution_number, since);
      create index consent_of_institution on consent.consent (institution_number, given_at);
    `,
  },
  {
    id: 'consent/003-closures-and-exceptions',
    sql: `
      alter table consent.grant_fact add column basis text not null default 'visit' check (basis in ('visit', 'standing'));
      alter table consent.consent add column basis text not null default 'visit' check (basis in ('visit', 'standing'));
      create table consent.closure (
        key text not null, id text not null, purpose text not null, institution_number text not null, resource_type text not null,
        resource_id text not null, absolute boolean not null, since timestamptz not null, ended_at timestamptz, primary key (key, id));
      create index closure_open on consent.closure (key) where ended_at is null;
      create table consent.emergency (
        key text not null, id text not null, staff_id text not null, staff_name text not null, institution_number text not null,
        institution_name text not null, reason text not null, note text not null, since timestamptz not null, until timestamptz not null,
        ended_at timestamptz, primary key (key, id));
      create index emergency_of_staff on consent.emergency (staff_id, since);
      create index emergency_of_institution on consent.emergency (institution_number, since);
      create table consent.emergency_review (
        key text not null, emergency_id text not null, reviewer_id text not null, verdict text not null, note text not null,
        at timestamptz not null, primary key (key, emergency_id, reviewer_id));
      create table consent.disaster (
        id text primary key, name text not null, law text not null, areas text[] not null, opened_by text not null, since timestamptz not null,
        until timestamptz not null, ended_at timestamptz);
      create table consent.disaster_institution (
        institution_number text not null, disaster_id text not null, since timestamptz not null, until timestamptz not null,
        ended_at timestamptz, primary key (institution_number, disaster_id));
      create table consent.legal_basis (
        id text primary key, institution_number text not null, purpose text not null, kinds text[] not null, clause text not null,
        because text not null, decided_by text not null, review_on text not null, since timestamptz not null, until timestamptz not null,
        ended_at timestamptz);
      create index legal_basis_of on consent.legal_basis (institution_number, purpose);
    `,
  },
  {
    id: 'consent/004-texts-and-history',
    sql: `
      alter table consent.consent add column text_version text not null default 'visit/1';
      create table consent.event (
        key text not null, id text not null, request_id text not null, at timestamptz not null, what text not null, basis text not null,
        consent_id text not null, institution_number text not null, institution_name text not null, allowed text[] not null,
        refused text[] not null, item text not null, absolute boolean not null, until timestamptz, actor_kind text not null,
        actor_name text not null, acted_as text not null, door text not null, text_version text not null, primary key (key, id));
    `,
  },
  {
    id: 'consent/005-register-of-legal-bases',
    sql: `alter table consent.legal_basis add column institution_name text not null default '';`,
  },
  {
    id: 'consent/006-spread-by-a-link',
    // The link of two people by which a row stands under one more key; null where it was given or opened under this one.
    sql: `
      alter table consent.consent add column spread_by text;
      alter table consent.grant_fact add column spread_by text;
      alter table consent.emergency add column spread_by text;
    `,
  },
  {
    id: 'consent/007-live-grants',
    // Whoever asks wants what is not withdrawn, under one purpose, from now on; all they read of it stands in the index.
    sql: `
      create index grant_fact_standing on consent.grant_fact (key, institution_number, purpose, until) include (kind, consent_id, given_at)
        where withdrawn_at is null;
      drop index consent.grant_fact_live;
    `,
  },
]

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
  await sql`insert into consent.grant_fact (key, consent_id, kind, institution_number, purpose, given_at, until, basis)
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
  await sql`update consent.grant_fact set withdrawn_at = ${at} where ${theirs} and consent_id = ${id} and withdrawn_at is null`.execute(db)
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
  await sql`select pg_advisory_xact_lock(hashtextextended(${`consent:${key}:${institutionNumber}`}, 2))`.execute(db)
  const kinds = sql`case basis when 'visit' then ${[...about.visit]}::text[] else ${[...about.standing]}::text[] end`
  const here = sql`key = ${key} and institution_number = ${institutionNumber} and purpose = ${purpose} and withdrawn_at is null and until > ${at}`
  await sql`update consent.grant_fact set withdrawn_at = ${at} where ${here} and kind = any(${kinds})`.execute(db)
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
