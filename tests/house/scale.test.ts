/** What must hold so that the same program runs on one node, on large tables in parts, and on many nodes. */
import { sql } from 'kysely'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { migrations } from '../../app/migrations.ts'
import { placements } from '../../app/placements.ts'
import { inParts } from '../../kernel/migrate.ts'
import { place, placingCall } from '../../kernel/placement.ts'
import type { Caller } from '../harness/caller.ts'
import { HOSPITAL, openPlatform, type Platform } from '../harness/platform.ts'
import { tablesOf } from './sql-law.ts'

describe('on many nodes', () => {
  const tables = tablesOf(migrations.map((m) => m.sql).join(';\n')).map((t) => ({
    name: t.name,
    hasKey: t.primaryKey?.includes('key') === true,
  }))

  test('every table knows where it lives', () => {
    for (const table of tables) expect(() => placingCall(table, placements), table.name).not.toThrow()
    expect(() => placingCall({ name: 'record.note', hasKey: false }, placements), 'the control').toThrow('record.note')
  })

  test('what belongs to a person is spread by one column and stands together', () => {
    expect(placingCall({ name: 'record.resource', hasKey: true }, placements)).toEqual([
      'create_distributed_table',
      'record.resource',
      'key',
      'kernel.audit',
    ])
    expect(placingCall({ name: 'kernel.audit', hasKey: true }, placements)).toEqual([
      'create_distributed_table',
      'kernel.audit',
      'key',
      'default',
    ])
    expect(placingCall({ name: 'person.staff', hasKey: false }, placements)).toEqual(['create_reference_table', 'person.staff'])
    expect(placingCall({ name: 'kernel.leader', hasKey: false }, placements)).toBeNull()
  })

  test('a column that spreads a table is in its primary key', () => {
    for (const [name, { where }] of Object.entries(placements)) {
      if (typeof where === 'string') continue
      const key = tablesOf(migrations.map((m) => m.sql).join(';\n')).findLast((t) => t.name === name)?.primaryKey
      expect(key, name).toContain(where.by)
    }
  })
})

describe('with large tables in parts', () => {
  let platform: Platform
  let hospital: Caller
  let key: string
  beforeAll(async () => {
    platform = await openPlatform({ parts: 4 })
    hospital = await platform.system(HOSPITAL)
    ;({ key } = await platform.enter())
    await platform.relate(key, HOSPITAL)
  })
  afterAll(() => platform?.close())

  const reading = (value: number) => ({
    resourceType: 'Observation',
    status: 'final',
    code: { coding: [{ system: 'http://loinc.org', code: '8310-5' }], text: '体温' },
    effectiveDateTime: '2026-01-01',
    subject: { reference: `Patient/${key}` },
    valueQuantity: { value, unit: '℃' },
  })

  test('the tables are in parts, and the plain database has none', async () => {
    const parts = await platform.count(sql`select 1 from pg_class where relispartition and relkind = 'r'`)
    expect(parts).toBe(4 * migrations.flatMap((m) => (/^(record|kernel)\//.test(m.id) ? (m.partitioned ?? []) : [])).length)
    expect(() => inParts({ id: 'x', sql: 'select 1', partitioned: ['a.b'] }, 2)).toThrow('a.b')
    expect(inParts({ id: 'x', sql: 'create table a.b (key text);', partitioned: ['a.b'] }, 1)).toBe('create table a.b (key text);')
  })

  test('writing, changing, searching and history work alike', async () => {
    const made = await hospital.post('/fhir/R4/Observation', reading(36.5))
    const { id } = made.body
    await hospital.put(`/fhir/R4/Observation/${id}`, { ...reading(37), id })
    const found = await hospital.get(
      `/fhir/R4/Observation?patient=${key}&code=http://loinc.org|8310-5&date=2026&value-quantity=gt36&_sort=-date`,
    )
    expect(found.body.total, found.text).toBe(1)
    expect((await hospital.get(`/fhir/R4/Observation/${id}/_history`)).body.total).toBe(2)
    expect((await hospital.remove(`/fhir/R4/Observation/${id}`)).status).toBe(204)
    expect((await hospital.get(`/fhir/R4/Observation?patient=${key}`)).body.total).toBe(0)
  })

  test('a search that names the patient touches one part', async () => {
    const touched = async (where: ReturnType<typeof sql>) => {
      const { rows } = await sql<{ 'QUERY PLAN': string }>`explain select 1 from record.resource r where ${where}`.execute(platform.db)
      return new Set(rows.flatMap((r) => r['QUERY PLAN'].match(/resource_p\d+/g) ?? [])).size
    }
    expect(await touched(sql`r.key = ${sql.lit(key)}`)).toBe(1)
    expect(await touched(sql`r.type = 'Observation'`), 'the control').toBe(4)
  })

  test('one node without the extension is left as it is', async () => {
    expect(await place(platform.db, placements)).toEqual([])
  })
})
