import type { Migration } from '#kernel/migrate'

/**
 * The record: current versions, earlier versions, submissions as received, and what resources are found by.
 * The patient key is in every primary key, so that the tables shard by it.
 */
export const recordMigrations: Migration[] = [
  {
    id: 'record/001-resources',
    partitioned: ['record.resource', 'record.version', 'record.string_value', 'record.date_value', 'record.deposit'],
    sql: `
      create schema record;
      create table record.resource (
        key text not null, type text not null, id text not null, version int not null, last_updated timestamptz not null,
        deleted boolean not null default false, kind text not null, source text not null, deposit_id text,
        uninformed boolean not null, undelivered boolean not null, long_term boolean not null, addressee text,
        registered_at timestamptz not null, clinical_at timestamptz, tokens text[] not null, refs text[] not null, body text not null,
        primary key (key, type, id));
      create index resource_by_deposit on record.resource (key, deposit_id) where deposit_id is not null;
      create index resource_by_token on record.resource using gin (tokens);
      create index resource_by_update on record.resource (type, last_updated, id);
      create table record.version (
        key text not null, type text not null, id text not null, version int not null, last_updated timestamptz not null,
        deleted boolean not null, kind text not null, source text not null, deposit_id text,
        uninformed boolean not null, undelivered boolean not null, long_term boolean not null, addressee text,
        registered_at timestamptz not null, clinical_at timestamptz, body text not null,
        primary key (key, type, id, version));
      create table record.string_value (
        key text not null, type text not null, id text not null, param text not null, value text not null,
        primary key (key, type, id, param, value));
      create index string_value_prefix on record.string_value (type, param, value text_pattern_ops);
      create table record.date_value (
        key text not null, type text not null, id text not null, param text not null, n int not null, lo timestamptz, hi timestamptz,
        primary key (key, type, id, param, n));
      create index date_value_range on record.date_value (type, param, lo, hi);
      create table record.deposit (
        key text not null, id text not null, source text not null, system text not null, value text not null, bundle_class text not null,
        received_at timestamptz not null, body text not null, sha256 bytea not null, primary key (key, id));
      create table record.bundle_claim (
        key text not null, system text not null, value text not null, deposit_id text not null, sha256 bytea not null,
        primary key (key, system, value));
      create table record.client_id (type text not null, id text not null, key text not null, primary key (type, id));
    `,
  },
  {
    id: 'record/002-conditions-and-history',
    sql: `
      create table record.condition (hash bytea primary key, at timestamptz not null);
      create index version_by_update on record.version (type, last_updated, id, version);
    `,
  },
  {
    id: 'record/003-search',
    partitioned: ['record.number_value', 'record.composite_value'],
    // Rows from before keep their folded text as the written one until they are indexed anew.
    sql: `
      alter table record.string_value add column n int not null default 0, add column raw text not null default '';
      update record.string_value s set n = o.n, raw = s.value from (
        select key, type, id, param, value, row_number() over (partition by key, type, id, param order by value) - 1 as n from record.string_value) o
        where s.key = o.key and s.type = o.type and s.id = o.id and s.param = o.param and s.value = o.value;
      alter table record.string_value drop constraint string_value_pkey, add primary key (key, type, id, param, n);
      create table record.number_value (
        key text not null, type text not null, id text not null, param text not null, n int not null,
        lo float8, hi float8, system text, code text, unit text, clo float8, chi float8, cunit text,
        primary key (key, type, id, param, n));
      create index number_value_range on record.number_value (type, param, lo);
      create table record.composite_value (
        key text not null, type text not null, id text not null, param text not null, n int not null, parts jsonb not null,
        primary key (key, type, id, param, n));
      create table record.search_parameter (
        key text not null, id text not null, version int not null, code text not null, types text[] not null, kind text not null, expression text not null,
        state text not null, reason text not null default '', announced_at timestamptz not null, done_at timestamptz, primary key (key, id));
      create table record.reindex (
        key text not null, task text not null, types text[] not null, state text not null, started_at timestamptz not null, at timestamptz not null,
        after_key text not null default '', after_type text not null default '', after_id text not null default '',
        done bigint not null default 0, estimate bigint not null default 0, reason text not null default '', primary key (key, task));
      insert into record.reindex (key, task, types, state, started_at, at)
        select 'platform', 'built-in', '{}', 'waiting', now(), now() where exists (select 1 from record.resource);
    `,
  },
  {
    id: 'record/004-erasure',
    // What was erased must be erased again from every backup that is restored: who ordered it and why stays, what it was does not.
    sql: `
      create table record.erasure (
        key text not null, id text not null, at timestamptz not null, by text not null, basis text not null, reason text not null,
        written_at timestamptz, primary key (key, id));
    `,
  },
  {
    id: 'record/005-search-statistics',
    // Rare entries must be known to be rare: else a search for one walks everybody's rows in order, hoping to meet it soon.
    sql: `alter table record.resource alter column tokens set statistics 1000;`,
  },
  {
    id: 'record/006-narrowing',
    // Where something that was visible was hidden or went: who kept it looks here whether to judge it again.
    sql: `
      create table record.narrowing (
        key text not null, type text not null, xid xid8 not null, at timestamptz not null default clock_timestamp(), primary key (key, type, xid));
      create index narrowing_of_type on record.narrowing (type, xid);
    `,
  },
  {
    id: 'record/007-sort-date',
    // The date of its type beside each resource: a person's resources are read newest first instead of the date of each being asked for.
    // Entries that wait to be put into the index of all are read by every search, so only few may wait.
    sql: `
      alter table record.resource add column sort_at timestamptz;
      create index resource_by_date on record.resource (key, type, sort_at desc nulls last);
      do $$
      declare part regclass;
      begin
        for part in
          select oid from pg_class where oid = 'record.resource_by_token'::regclass and relkind = 'i'
          union all select inhrelid from pg_inherits where inhparent = 'record.resource_by_token'::regclass loop
          execute format('alter index %s set (gin_pending_list_limit = 128)', part);
        end loop;
      end $$;
      insert into record.reindex (key, task, types, state, started_at, at)
        select 'platform', 'sort-date', '{}', 'waiting', now(), now() where exists (select 1 from record.resource);
    `,
  },
  {
    id: 'record/008-own-composites',
    sql: `alter table record.search_parameter add column components text[] not null default '{}';`,
  },
  {
    id: 'record/009-hidden-contact',
    // Whose address and phone are hidden, and the whole text of their Patient, by version, until they are shown again.
    sql: `
      create table record.hidden_key (key text primary key, since timestamptz not null);
      create table record.hidden_contact (
        key text not null, type text not null, id text not null, version int not null, body text not null, primary key (key, type, id, version));
    `,
  },
  {
    id: 'record/010-erasure-in-part',
    // What institutions gave may go one after the other, as the law lets each go; the registration may go with the last.
    sql: `alter table record.erasure add column sources text[], add column person_id text;`,
  },
  {
    id: 'record/011-contact-systems',
    // A telephone number is found as such (telecom=phone|03…), also where it was stored before. A walk that is on its way goes through everything.
    sql: `
      insert into record.reindex (key, task, types, state, started_at, at)
        select 'platform', 'built-in', '{Patient,Person,Practitioner,PractitionerRole,RelatedPerson}', 'waiting', now(), now()
        where exists (select 1 from record.resource)
      on conflict (key, task) do update set types = case when reindex.state = 'done' then excluded.types else '{}' end,
        state = 'waiting', started_at = excluded.started_at, at = excluded.at, after_key = '', after_type = '', after_id = '', done = 0,
        estimate = 0, reason = '';
    `,
  },
  {
    id: 'record/012-accents',
    // Letters are found with their accents and without, also where they were stored before: Đức as duc.
    sql: `
      update record.string_value set
        value = translate(normalize(regexp_replace(normalize(replace(value, 'ß', 'ss'), NFKD), '[\\u0300-\\u0333\\u0339-\\u036f]+', '', 'g'), NFC), 'đħłøŧ', 'dhlot')
        where value ~ '[\\u00c0-\\u1fff]';
    `,
  },
]
