import { type RawBuilder, sql } from 'kysely'
import type { Db } from '#kernel/database'
import type { Migration } from '#kernel/migrate'
import type { NewPerson, Person } from './model.ts'
import type { Wanted } from './patient-search.ts'
import type { Candidate } from './rules.ts'
import { appMigrations, appWorkplaceMigrations } from './store/app.ts'
import { cardMigrations } from './store/card-schema.ts'
import { chartNumberMigrations } from './store/chart-number.ts'
import { facilityNameMigrations } from './store/facility-names.ts'
import { peopleMigrations } from './store/people-schema.ts'
import { registerMigrations } from './store/registers-schema.ts'
import { soughtMigrations } from './sought/schema.ts'
import { watchMigrations } from './store/watch.ts'

export { findFacilities, insertFacilities } from './store/facility.ts'
export { findStaff, insertStaff, type StaffRow } from './store/staff.ts'

/**
 * Registers of people, facilities, staff and system clients. `member_id` is sharded by its folded form, `patient_key`
 * by key; the registers of facilities, staff and clients are reference tables.
 */
export const personMigrations: Migration[] = [
  {
    id: 'person/001-registers',
    sql: `
      create schema person;
      create table person.person (
        id text primary key, name text not null, name_kana text not null, birth_date text not null, sex text not null,
        address text not null, postal_code text not null, phone text not null, folded_name text not null, folded_kana text not null,
        made_at timestamptz not null);
      create index person_by_birth on person.person (birth_date, folded_kana);
      create table person.patient_key (key text primary key, person_id text not null, since timestamptz not null);
      create index patient_key_of on person.patient_key (person_id);
      create table person.member_id (
        folded text not null, key text not null, person_id text not null, as_sent text not null, since timestamptz not null,
        primary key (folded, key));
      create index member_id_of on person.member_id (person_id);
      create table person.doubt (
        key text primary key, folded text not null, birth_date text not null, sex text not null, name_kana text not null,
        institution_number text not null, noted_at timestamptz not null, settled_at timestamptz);
      create index doubt_open on person.doubt (folded);
      create table person.facility (
        institution_number text primary key, name text not null, name_en text not null, kind text not null, prefecture text not null);
      create table person.staff (
        id text primary key, login_name text not null unique, name text not null, role text not null, institution_number text not null,
        password_hash text not null, totp_secret text not null, ended_at timestamptz);
      create table person.client (
        client_id text primary key, institution_number text not null, name text not null, jwks jsonb not null, scopes text[] not null, ended_at timestamptz);
      create table person.card (
        serial text not null, issuer text not null, person_id text not null, linked_at timestamptz not null, ended_at timestamptz,
        primary key (issuer, serial));
    `,
  },
  {
    id: 'person/002-client-binding',
    sql: `
      alter table person.client
        add column binding text not null default 'any' check (binding in ('mtls', 'dpop', 'any', 'none')),
        add column certificates text[] not null default '{}', add column certificate_subject text;
    `,
  },
  ...appMigrations,
  ...registerMigrations,
  ...cardMigrations,
  ...peopleMigrations,
  ...watchMigrations,
  ...appWorkplaceMigrations,
  ...soughtMigrations,
  ...chartNumberMigrations,
  ...facilityNameMigrations,
]

export type PersonRow = {
  id: string
  name: string
  name_kana: string
  name_of_other?: string
  birth_date: string
  sex: Person['sex']
  address: string
  postal_code: string
  phone: string
  keys: string[]
}

export const toPerson = (r: PersonRow): Person => ({
  id: r.id,
  keys: r.keys,
  name: r.name,
  nameKana: r.name_kana,
  ...(r.name_of_other ? { nameOfOther: r.name_of_other } : {}),
  birthDate: r.birth_date,
  sex: r.sex,
  address: r.address,
  postalCode: r.postal_code,
  phone: r.phone,
})

export const PERSON = sql`select p.id, p.name, p.name_kana, p.name_of_other, p.birth_date, p.sex, p.address, p.postal_code, p.phone,
  array(select k.key from person.patient_key k where k.person_id = p.id order by k.since, k.key) as keys from person.person p`

export async function findPerson(db: Db, id: string): Promise<Person | undefined> {
  const { rows } = await sql<PersonRow>`${PERSON} where p.id = ${id}`.execute(db)
  return rows[0] && toPerson(rows[0])
}

export async function findByKey(db: Db, key: string): Promise<Person | undefined> {
  const { rows } = await sql<PersonRow>`${PERSON} where p.id = (select person_id from person.patient_key where key = ${key})`.execute(db)
  return rows[0] && toPerson(rows[0])
}

/** The people who own any of the keys, each once. */
export async function findByKeys(db: Db, keys: readonly string[]): Promise<Person[]> {
  if (keys.length === 0) return []
  const { rows } = await sql<PersonRow>`${PERSON} where p.id in (
    select person_id from person.patient_key where key = any(${[...keys]}::text[]))`.execute(db)
  return rows.map(toPerson)
}

/** People found among those whom `visible` (over alias `r`: key, type, kind) lets the caller see, by kana order. */
export async function searchPeople(
  db: Db,
  about: { visible: RawBuilder<boolean>; wanted: Wanted; limit: number; offset: number },
): Promise<Person[]> {
  const { rows } = await sql<PersonRow>`${PERSON} where ${wantedSql(about.wanted)} and p.id in (
      select k.person_id from person.patient_key k cross join lateral (select k.key as key, 'Patient'::text as type, 'patient'::text as kind) r where ${about.visible})
    order by p.folded_kana, p.birth_date, p.id limit ${about.limit} offset ${about.offset}`.execute(db)
  return rows.map(toPerson)
}

function wantedSql(wanted: Wanted): RawBuilder<boolean> {
  if (wanted.by === 'birth') return sql<boolean>`p.birth_date = ${wanted.birthDate}`
  if (wanted.by === 'name')
    return sql<boolean>`(position(${wanted.folded} in p.folded_kana) > 0 or position(${wanted.folded} in p.folded_name) > 0)`
  return sql<boolean>`exists (select 1 from person.member_id m where m.person_id = p.id
    and (m.folded = ${wanted.folded} or split_part(m.folded, ':', 3) = ${wanted.folded} or concat_ws('-', nullif(split_part(m.folded, ':', 2), ''), split_part(m.folded, ':', 3)) = ${wanted.folded}))`
}

export async function insertPerson(
  db: Db,
  p: NewPerson & { id: string; key: string; foldedName: string; foldedKana: string; at: Date },
): Promise<void> {
  await sql`insert into person.person (id, name, name_kana, birth_date, sex, address, postal_code, phone, folded_name, folded_kana, made_at)
    values (${p.id}, ${p.name}, ${p.nameKana}, ${p.birthDate}, ${p.sex}, ${p.address}, ${p.postalCode}, ${p.phone}, ${p.foldedName}, ${p.foldedKana}, ${p.at})`.execute(
    db,
  )
  await sql`insert into person.patient_key (key, person_id, since) values (${p.key}, ${p.id}, ${p.at})`.execute(db)
}

/** Serialises everything that resolves one member id, so that two first submissions make one person. */
export async function lockMemberId(db: Db, folded: string): Promise<void> {
  await sql`select pg_advisory_xact_lock(hashtextextended(${`member-id:${folded}`}, 0))`.execute(db)
}

export async function findCandidates(db: Db, folded: string): Promise<Candidate[]> {
  const { rows } = await sql<{
    key: string
    person_id: string
    birth_date: string
    sex: string
    name_kana: string
    name: string
    doubtful: boolean
  }>`
    select m.key, m.person_id, p.birth_date, p.sex, p.name_kana, p.name,
      exists (select 1 from person.doubt d where d.key = m.key and d.settled_at is null) as doubtful
    from person.member_id m join person.person p on p.id = coalesce(m.entered_as, m.person_id) where m.folded = ${folded} order by m.since, m.key`.execute(
    db,
  )
  return rows.map((r) => ({
    key: r.key,
    personId: r.person_id,
    birthDate: r.birth_date,
    sex: r.sex,
    nameKana: r.name_kana,
    name: r.name,
    doubtful: r.doubtful,
  }))
}

export async function insertMemberId(
  db: Db,
  m: { folded: string; key: string; personId: string; asSent: string; at: Date },
): Promise<void> {
  await sql`insert into person.member_id (folded, key, person_id, as_sent, since) values (${m.folded}, ${m.key}, ${m.personId}, ${m.asSent}, ${m.at}) on conflict do nothing`.execute(
    db,
  )
}

export async function memberIdsOf(db: Db, personId: string): Promise<{ asSent: string; since: Date }[]> {
  const { rows } = await sql<{
    as_sent: string
    since: Date
  }>`select as_sent, since from person.member_id where person_id = ${personId} order by since desc`.execute(db)
  return rows.map((r) => ({ asSent: r.as_sent, since: r.since }))
}

export async function insertDoubt(
  db: Db,
  d: { key: string; folded: string; birthDate: string; sex: string; nameKana: string; institutionNumber: string; at: Date },
): Promise<void> {
  await sql`insert into person.doubt (key, folded, birth_date, sex, name_kana, institution_number, noted_at)
    values (${d.key}, ${d.folded}, ${d.birthDate}, ${d.sex}, ${d.nameKana}, ${d.institutionNumber}, ${d.at})`.execute(db)
}
