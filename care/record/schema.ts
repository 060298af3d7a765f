import type { Migration } from '#kernel/migrate'

/**
 * The record: current versions, earlier versions, submissions as received, and what resources are found by.
 * The patient key is in every primary key, so that the tables shard by it.
 */
export const recordMigrations: Migration[] = [
  {
    id: 'record/001-resources',
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
]
