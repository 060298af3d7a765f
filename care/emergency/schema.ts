import type { Migration } from '#kernel/migrate'

/**
 * The dossier of each emergency: who opened it on what ground, what stood out, what the reviewers said. Whether it lets anybody see
 * anything is a fact of `consent.emergency` alone; `case` has one row for each, under the first of the person's keys.
 */
export const breakGlassMigrations: Migration[] = [
  {
    id: 'emergency/001-break-glass',
    sql: `
      create schema emergency;
      create table emergency.case (
        key text not null, id text not null, staff_id text not null, staff_name text not null, staff_role text not null,
        institution_number text not null, institution_name text not null, session_id text not null, opened_at timestamptz not null,
        reason text not null, because text[] not null, clause text not null, flags text[] not null, second_id text, second_name text,
        extended_at timestamptz, extended_for text, due_at timestamptz not null, escalated_at timestamptz, outcome text, decided_at timestamptz,
        asked_at timestamptz, answer text, answered_at timestamptz, primary key (key, id));
      create index case_of_staff on emergency.case (staff_id, opened_at);
      create index case_of_institution on emergency.case (institution_number, opened_at);
      create index case_open on emergency.case (due_at) where outcome is null;
      create index case_by_time on emergency.case (opened_at);
      create table emergency.request (
        key text not null, id text not null, staff_id text not null, staff_name text not null, institution_number text not null,
        session_id text not null, reason text not null, because text[] not null, note text not null, needs text[] not null, asked_at timestamptz not null,
        until timestamptz not null, answer text check (answer in ('yes', 'no')), answered_at timestamptz, second_id text, second_name text,
        emergency_id text, primary key (key, id));
      create index request_at on emergency.request (institution_number, asked_at);
      create table emergency.look (
        staff_id text not null, id text not null, institution_number text not null, at timestamptz not null, found int not null,
        primary key (staff_id, id));
    `,
  },
]
