import type { Migration } from '#kernel/migrate'

/**
 * Facilities with their departments, staff with assignments and licences, keys of clients, and what was changed by whom: all with dates.
 * Days are 'YYYY-MM-DD' in Japan, the last one included; null where no end is set. Reference tables: they belong to nobody.
 */
export const registerMigrations: Migration[] = [
  {
    id: 'person/004-registers-with-dates',
    sql: `
      alter table person.facility
        add column postal_code text not null default '', add column address text not null default '', add column phone text not null default '',
        add column valid_from text not null default '1900-01-01', add column valid_until text;
      create table person.department (
        institution_number text not null, code text not null, name text not null, name_en text not null,
        valid_from text not null, valid_until text, primary key (institution_number, code));
      alter table person.staff add column name_kana text not null default '', add column name_en text not null default '';
      create table person.assignment (
        id text primary key, staff_id text not null, institution_number text not null, role text not null, department text not null default '',
        valid_from text not null, valid_until text, ended_at timestamptz);
      create index assignment_of on person.assignment (staff_id);
      create index assignment_at on person.assignment (institution_number);
      create table person.licence (
        staff_id text not null, kind text not null, number text not null, valid_from text not null, valid_until text,
        primary key (staff_id, kind));
      insert into person.assignment (id, staff_id, institution_number, role, valid_from)
        select id, id, institution_number, role, '1900-01-01' from person.staff;
      insert into person.licence (staff_id, kind, number, valid_from)
        select id, role, '', '1900-01-01' from person.staff where role in ('physician', 'dentist', 'pharmacist', 'nurse');
      alter table person.staff drop column role, drop column institution_number;
      alter table person.client add column made_at timestamptz;
      create table person.client_key (
        client_id text not null, thumbprint text not null, form text not null check (form in ('jwk', 'certificate')),
        kid text not null, about text not null, jwk jsonb, valid_until timestamptz, added_at timestamptz not null,
        used_at timestamptz, retired_at timestamptz, primary key (client_id, thumbprint));
      create table person.change (
        id text primary key, at timestamptz not null, subject text not null, institution_number text not null, act text not null,
        by_id text not null, by_name text not null, request_id text not null, fields jsonb not null);
      create index change_of on person.change (subject, id);
    `,
  },
]
