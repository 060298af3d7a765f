import type { Migration } from '#kernel/migrate'

/** Wishes to be erased, what came of them, and the backups that still hold what went. */
export const erasureMigrations: Migration[] = [
  {
    id: 'erasure/001-cases',
    sql: `
      create schema erasure;
      create table erasure.case (
        person_id text not null, id text not null, keys text[] not null, reason text not null, scope text not null, state text not null,
        asked_at timestamptz not null, stopped boolean not null, decided_at timestamptz, decided_by text not null default '',
        decided_by_name text not null default '', refusal text not null default '', next_at timestamptz, primary key (person_id, id));
      create index case_open on erasure.case (asked_at) where state = 'asked';
      create index case_kept on erasure.case (next_at) where state = 'kept';
      create unique index case_once on erasure.case (person_id) where state in ('asked', 'kept');
      create table erasure.certificate (
        person_id text not null, id text not null, case_id text not null, at timestamptz not null, body text not null, primary key (person_id, id));
      create table erasure.generation (
        generation text primary key, made_at timestamptz not null, ends_on text, key_file text not null, destroyed_at timestamptz);
    `,
  },
  {
    id: 'erasure/002-under-way',
    // A backup holds what it holds from its first moment on; it may stand in for another only when it is whole.
    sql: `alter table erasure.generation add column whole boolean not null default true;`,
  },
]
