import type { Migration } from '#kernel/migrate'

/** Tables of oversight. What is counted of a person's record (`seen`) stands beside the record; cases and findings are few. */
export const oversightMigrations: Migration[] = [
  {
    id: 'oversight/001-patterns',
    sql: `
      create schema if not exists oversight;
      create table oversight.progress (name text primary key, leaf bigint not null, at timestamptz not null);
      create table oversight.seen (
        key text not null, day text not null, actor_id text not null, institution_number text not null, first_at timestamptz not null,
        primary key (key, day, actor_id));
      create table oversight.actor_day (
        actor_id text not null, day text not null, role text not null, institution_number text not null,
        persons int not null, refusals int not null, name_searches int not null, last_institution text not null, last_at timestamptz not null,
        primary key (actor_id, day));
      create index actor_day_of_place on oversight.actor_day (institution_number, role, day);
      create table oversight.watched (
        id text primary key, key text not null, reason text not null, since timestamptz not null, by_id text not null, by_name text not null,
        ended_at timestamptz, ended_by text);
      create index watched_of on oversight.watched (key) where ended_at is null;
      create table oversight.finding (
        id text primary key, rule text not null, actor_id text not null, actor_name text not null, actor_role text not null,
        institution_number text not null, institution_name text not null, touched_key text not null, day text not null,
        first_at timestamptz not null, last_at timestamptz not null, times int not null, figures jsonb not null,
        state text not null, due_at timestamptz not null,
        decided_at timestamptz, decided_by text, decided_by_name text, reason text, note text, breach_id text);
      create unique index finding_once on oversight.finding (rule, actor_id, touched_key, day);
      create index finding_queue on oversight.finding (state, due_at);
      create index finding_by_time on oversight.finding (first_at);
    `,
  },
  {
    id: 'oversight/002-scope',
    sql: `
      create table oversight.scope (
        id text primary key, selector jsonb not null, asked_at timestamptz not null, asked_by text not null, asked_by_name text not null,
        breach_id text, from_at timestamptz, to_at timestamptz not null, slices int not null, done int not null default 0, state text not null,
        started_at timestamptz, ended_at timestamptz, entries bigint not null default 0, refused bigint not null default 0, persons int,
        first_at timestamptz, last_at timestamptz, tries int not null default 0);
      create index scope_open on oversight.scope (asked_at) where state in ('waiting', 'running');
      create table oversight.scope_touched (
        key text not null, scope_id text not null, slice int not null, kinds text[] not null, entries int not null,
        first_at timestamptz not null, last_at timestamptz not null, primary key (scope_id, key, slice, kinds));
      create table oversight.scope_count (
        scope_id text not null, slice int not null, dimension text not null, value text not null, label text not null, entries bigint not null,
        first_at timestamptz not null, last_at timestamptz not null, primary key (scope_id, slice, dimension, value));
    `,
  },
  {
    id: 'oversight/003-breach',
    sql: `
      create table oversight.breach (
        id text primary key, drill boolean not null, title text not null, body text not null, source text not null, source_ref text not null,
        known_at timestamptz not null, owner_id text not null, owner_name text not null, state text not null, facts jsonb not null, items jsonb not null,
        scope_id text, substitute text not null default '', contained_at timestamptz, reported_at timestamptz, telling_at timestamptz, told_at timestamptz,
        final_at timestamptz, closed_at timestamptz, made_at timestamptz not null);
      create index breach_open on oversight.breach (known_at) where closed_at is null;
      create unique index breach_of_source on oversight.breach (source, source_ref) where source_ref <> '';
      create table oversight.breach_step (
        id text primary key, breach_id text not null, at timestamptz not null, by_id text not null, by_name text not null, step text not null, note text not null);
      create index breach_step_of on oversight.breach_step (breach_id, at);
      create table oversight.breach_person (
        breach_id text not null, key text not null, how text not null, told_at timestamptz not null, primary key (breach_id, key));
      create index breach_of_person on oversight.breach_person (key);
    `,
  },
  {
    id: 'oversight/004-told-scope',
    // Of which report everybody was told: another one may find more.
    sql: `alter table oversight.breach add column told_scope text;`,
  },
  {
    // Files of bulk exports that left without an entry for each person: few in a log of millions, and looked for in every piece of a report.
    id: 'oversight/005-files-fetched',
    sql: `create index audit_files_fetched on kernel.audit (at) where action = 'bulk.export-fetch' and key = '' and rule <> '';`,
  },
]
