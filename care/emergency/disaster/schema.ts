import type { Migration } from '#kernel/migrate'

/**
 * Requests to open and extend with their second pair of eyes, searches of the last day, looks and the second clinicians of some, and what
 * left and came back offline. An extract's `reached`: how far its file is written; `secret`: its keys, sealed, while it is being made.
 */
export const disasterMigrations: Migration[] = [
  {
    id: 'disaster/001-access',
    sql: `
      create schema disaster;
      create table disaster.request (
        id text primary key, disaster_id text not null, act text not null check (act in ('open', 'extend', 'close')),
        state text not null check (state in ('waiting', 'done', 'declined')), details jsonb not null,
        by_id text not null, by_name text not null, at timestamptz not null,
        second_id text, second_name text, second_at timestamptz);
      create index request_of on disaster.request (disaster_id, at);
      create table disaster.search (
        staff_id text not null, id text not null, at timestamptz not null, institution_number text not null, disaster_id text not null,
        found text[] not null, primary key (staff_id, id));
      create index search_at on disaster.search (institution_number, at);
      create table disaster.look (
        key text not null, id text not null, disaster_id text not null, staff_id text not null, staff_name text not null,
        institution_number text not null, institution_name text not null, agreed text not null check (agreed in ('oral', 'unable', 'offline')),
        at timestamptz not null, until timestamptz not null, laptop text, primary key (key, id));
      create index look_of_staff on disaster.look (staff_id, at);
      create index look_of_disaster on disaster.look (disaster_id, at);
      create table disaster.extract (
        id text primary key, disaster_id text not null, areas text[] not null, made_at timestamptz not null, expires_at timestamptz not null,
        made_by text not null, made_by_name text not null, recipients text[] not null, log_key text not null, people int, sha256 text);
      create table disaster.entry (
        laptop text not null, n int not null, extract_id text not null, hash text not null, act text not null, at timestamptz not null,
        merged_at timestamptz not null, primary key (laptop, n));
      create table disaster.merge (
        id text primary key, at timestamptz not null, extract_id text not null, laptop text not null, by_name text not null,
        added int not null, known int not null, problems jsonb not null);
    `,
  },
  {
    id: 'disaster/002-seconds-and-making',
    sql: `
      alter table disaster.look add column flags text[] not null default '{}';
      alter table disaster.look add column second_id text;
      alter table disaster.look add column second_name text;
      create table disaster.second (
        key text not null, id text not null, disaster_id text not null, staff_id text not null, staff_name text not null,
        institution_number text not null, agreed text not null check (agreed in ('oral', 'unable')), needs text[] not null,
        asked_at timestamptz not null, until timestamptz not null, answer text check (answer in ('yes', 'no')), answered_at timestamptz,
        second_id text, second_name text, look_id text, primary key (key, id));
      create index second_at on disaster.second (institution_number, asked_at);
      alter table disaster.extract add column state text not null default 'elsewhere'
        check (state in ('elsewhere', 'waiting', 'making', 'stopped', 'ready', 'gone'));
      alter table disaster.extract add column total int not null default 0;
      alter table disaster.extract add column walked int not null default 0;
      alter table disaster.extract add column reached jsonb;
      alter table disaster.extract add column secret text not null default '';
      alter table disaster.extract add column opened_by jsonb not null default '[]';
      alter table disaster.extract add column tries int not null default 0;
      alter table disaster.extract add column stopped_for text not null default '';
      alter table disaster.extract add column file_sha256 text;
      alter table disaster.extract add column file_bytes bigint;
      alter table disaster.extract add column signer text not null default '';
      alter table disaster.extract add column fetched int not null default 0;
      alter table disaster.extract add column fetched_at timestamptz;
    `,
  },
]
