import type { Migration } from '#kernel/migrate'

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
  {
    id: 'consent/008-facts-under-a-version',
    // Another version with every write of what an institution was allowed, and of what is closed to it: what a process read under one holds
    // while it stands. One for each institution, so that none can tell by a clock that something was agreed to elsewhere.
    sql: `
      create table consent.fact_version (
        key text not null, institution_number text not null, version uuid not null, primary key (key, institution_number));
      insert into consent.fact_version (key, institution_number, version)
        select key, institution_number, gen_random_uuid() from (select distinct key, institution_number from consent.grant_fact) known;
    `,
  },
]
