import { expect, test } from 'vitest'
import { migrations } from '../app/migrations.ts'
import { isProof, readSources } from './house/sources.ts'
import {
  forbiddenExceptions,
  forbiddenSql,
  keyViolations,
  staleExemptions,
  staleSqlExceptions,
  strayedSql,
  tablesOf,
  unraised,
} from './house/sql-law.ts'

const sources = readSources()
const migrated = tablesOf([...migrations.map((m) => m.sql), sources.find((s) => s.path === 'kernel/migrate.ts')!.text].join(';\n'))

test('the tables of every room were found', () => {
  expect([...new Set(migrated.map((t) => t.name.split('.')[0]))]).toEqual(
    expect.arrayContaining(['kernel', 'record', 'consent', 'person', 'eligibility']),
  )
  const made = migrations.flatMap((m) => m.sql.match(/create table/gi) ?? []).length
  // Of those that were taken away, the table of sessions was made anew.
  const gone = migrations.flatMap((m) => m.sql.match(/drop table (?!kernel\.session;)/gi) ?? []).length
  expect(migrated.length).toBe(made + 1 - gone)
})

test('the patient key is in every primary key and every unique constraint, or the table says why not', () => {
  expect(keyViolations(migrated)).toEqual([])
  expect(staleExemptions(migrated)).toEqual([])
})

test('the controls: a table without the key, a unique index without it, an exemption nobody needs', () => {
  const bad = tablesOf(`
    create table record.note (id text primary key, key text not null, body text);
    create table record.tag (key text not null, id text not null, label text unique, primary key (key, id), unique (label, id));
    create unique index tag_by_label on record.tag (label);
    create table record.none (key text, n int);`)
  expect(keyViolations(bad)).toHaveLength(5)
  expect(bad.map((t) => t.primaryKey)).toEqual([['id'], ['key', 'id'], null])
  expect(staleExemptions(bad, { 'record.gone': 'gone', 'record.note': 'needed' })).toEqual(['record.gone'])
})

test('no triggers, no functions, no SKIP LOCKED, no foreign key without the patient key', () => {
  for (const m of migrations) expect(forbiddenSql(m.sql), m.id).toEqual([])
  for (const s of sources.filter((one) => !isProof(one.path) && /from 'kysely'/.test(one.text)))
    expect(forbiddenSql(s.text, s.path), s.path).toEqual([])
})

test('exceptions are still needed', () => {
  for (const path of Object.keys(forbiddenExceptions))
    expect(forbiddenSql(sources.find((s) => s.path === path)?.text ?? ''), path).not.toEqual([])
})

test.each([
  ['create trigger t after insert on record.resource execute function f()'],
  ['select 1 from kernel.job for update skip locked'],
  ['create or replace function f() returns int language sql as $$ select 1 $$'],
  ['create table record.a (key text, b text references record.b (b))'],
  ['create table record.a (key text, b text, foreign key (b) references record.b (b))'],
  ['create unlogged table record.a (key text primary key)'],
  ['set local synchronous_commit = off'],
])('the control: %s is found', (sql) => {
  expect(forbiddenSql(sql)).toHaveLength(1)
})

test('a foreign key that carries the patient key is fine', () => {
  expect(forbiddenSql('create table record.a (key text, b text, foreign key (key, b) references record.b (key, b))')).toEqual([])
})

test('SQL stands in stores and in the kernel, nowhere else', () => {
  expect(strayedSql(sources)).toEqual([])
  expect(staleSqlExceptions(sources)).toEqual([])
  const stray = [{ path: 'care/record/service.ts', text: "import { type RawBuilder, sql } from 'kysely'\n" }]
  expect(strayedSql(stray), 'the control').toHaveLength(1)
  expect(strayedSql([{ path: 'care/record/service.ts', text: "import type { RawBuilder } from 'kysely'\n" }])).toEqual([])
})

test('whatever writes a fact that processes read beforehand gives it another version', () => {
  for (const s of sources.filter((one) => !isProof(one.path))) expect(unraised(s.text), s.path).toEqual([])
  const written = sources.filter((s) => !isProof(s.path) && /\$\{raising\(/.test(s.text))
  expect(written.map((s) => s.path)).toEqual(['care/consent/store.ts', 'care/consent/store/closure.ts', 'care/consent/store/spread.ts'])
})

test.each([
  'sql`insert into consent.grant_fact (key) values (1)`',
  'sql`update consent.closure set ended_at = now()`',
  'sql`with gone as (select 1)\n delete from consent.grant_fact where key = 1`',
])('the control: %s is found', (text) => {
  expect(unraised(text)).toHaveLength(1)
  expect(unraised(text.replace('sql`', `sql\`with $${'{raising([key])}'} `))).toEqual([])
})

test('steps are named by their room and number, once, in order', () => {
  const ids = migrations.map((m) => m.id)
  expect(new Set(ids).size).toBe(ids.length)
  for (const id of ids) expect(id).toMatch(/^[a-z-]+\/\d{3}-[a-z0-9-]+$/)
  const byRoom = Map.groupBy(ids, (id) => id.split('/')[0]!)
  for (const [room, own] of byRoom)
    expect(
      own.map((id) => Number(id.slice(room.length + 1, room.length + 4))),
      room,
    ).toEqual(own.map((_, n) => n + 1))
})
