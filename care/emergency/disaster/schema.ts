import type { Migration } from '#kernel/migrate'

/** Requests to open and extend with their second pair of eyes, searches of the last day, looks, and what left and came back offline. */
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
]
