/** Nobody who is erased is forgotten in a corner: every column that may name a person is in the plan of erasing, or said to name none. */
import { describe, expect, test } from 'vitest'
import { erasurePlan } from '../../app/erasure-plan.ts'
import { migrations } from '../../app/migrations.ts'
import { tablesOf } from './sql-law.ts'

/** Columns by which tables know people. */
const naming =
  /^(key|person_key|patient_key|pending_key|resource_key|touched_key|other_key|person_id|represented_id|proxy_id|holder_id|subject_id)$/

/** Columns of such a name that hold something else, or that live too short to be erased. */
const nobody: Readonly<Record<string, string>> = {
  'record.search_parameter.key': 'the platform’s own',
  'record.reindex.key': 'the platform’s own',
  'person.app_grant.patient_key': 'goes with the grant',
  'eligibility.reader_session.pending_key': 'lives minutes',
  'sign_in.launch.patient_key': 'lives minutes',
  'person.patient_key.key': 'goes with its person',
  'person.member_id.key': 'goes with its person',
  'person.decision.other_key': 'stays with the decision',
}
/** Tables that the record erases itself. */
const ofTheRecord = /^record\.(?!erasure|narrowing|search_parameter|reindex)/

const planned = new Set(erasurePlan.map(({ table, column }) => `${table}.${column}`))

const columns = (sql: string): string[] =>
  tablesOf(sql).flatMap((t) => t.columns.filter((c) => naming.test(c)).map((c) => `${t.name}.${c}`))

const missing = (all: readonly string[]): string[] => all.filter((c) => !planned.has(c) && !(c in nobody) && !ofTheRecord.test(c))

describe('erasing a person', () => {
  const all = columns(migrations.map((m) => m.sql).join('\n'))

  test('every column that may name a person is planned for', () => {
    expect(all.length).toBeGreaterThan(40)
    expect(missing(all)).toEqual([])
  })

  test('control: a new table that nobody planned for is noticed', () => {
    expect(
      missing(columns('create table care.diary (key text not null, id text not null, text text not null, primary key (key, id));')),
    ).toEqual(['care.diary.key'])
  })

  test('nothing is planned for that does not exist', () => {
    const tables = new Map(tablesOf(migrations.map((m) => m.sql).join('\n')).map((t) => [t.name, t.columns]))
    const known = ({ table, column }: { table: string; column: string }) => tables.get(table)?.includes(column) ?? false
    expect(erasurePlan.filter((one) => !known(one)).map(({ table, column }) => `${table}.${column}`)).toEqual([])
  })

  test('each says why', () => {
    for (const { because } of erasurePlan) expect(because.length).toBeGreaterThan(8)
  })
})
