/** What is made ready beforehand is to the byte what the long way writes, and goes in only where what it takes for granted holds. */
import { sql } from 'kysely'
import { afterAll, beforeAll, beforeEach, describe, expect, test } from 'vitest'
import type { Context } from '#kernel/context'
import { jsonOf, type Resource } from '#packages/fhir'
import { CLINIC, HOSPITAL, openPlatform, type Platform, systemActor } from '../../tests/harness/platform.ts'
import { manyService } from './write-many.ts'

let platform: Platform
let many: ReturnType<typeof manyService>
let key: string
beforeAll(async () => {
  platform = await openPlatform()
  many = manyService(platform.services)
})
afterAll(() => platform?.close())
beforeEach(async () => {
  ;({ key } = await platform.enter())
})

const resourcesOf = (whose: string): Resource[] => {
  const subject = { reference: `Patient/${whose}` }
  const quantity = (value: number) => ({ value, unit: 'mg/dL', system: 'http://unitsofmeasure.org', code: 'mg/dL' })
  return [
    {
      resourceType: 'Observation',
      id: 'ready-1',
      meta: { lastUpdated: '2001-01-01T00:00:00.000Z', versionId: '7', tag: [{ code: 't' }] },
      status: 'final',
      identifier: [{ system: 'urn:oid:1.2.3', value: 'a\\b"c' }],
      code: { coding: [{ system: 'http://loinc.org', code: '2345-7', display: 'グルコース' }], text: '血糖\t（空腹時）\n二行目\\' },
      subject,
      performer: [{ identifier: { system: 'urn:oid:1', value: '9' } }],
      effectiveDateTime: '2026-11-01T09:00:00+09:00',
      valueQuantity: quantity(104.5),
      component: [{ code: { coding: [{ code: 'x' }] }, valueQuantity: quantity(1) }],
    },
    jsonOf(
      `{"resourceType":"Observation","id":"ready-2","status":"final","code":{"text":"体重"},"subject":{"reference":"Patient/${whose}"},"valueQuantity":{"value":51.50}}`,
    ) as Resource,
    { resourceType: 'Encounter', id: 'ready-3', status: 'finished', class: { code: 'AMB' }, subject, period: { start: '2026-11' } },
    { resourceType: 'Organization', id: 'ready-4', name: 'ｴﾝｼ 診療所' },
    { resourceType: 'List', id: 'ready-5', status: 'current', mode: 'working', note: [{ text: `${'長'.repeat(40_000)}\\N\t"` }] },
  ]
}

const tables = [
  'record.resource',
  'record.client_id',
  'record.string_value',
  'record.date_value',
  'record.number_value',
  'record.composite_value',
]
type Heard = { rows: unknown[]; audit: unknown[]; told: unknown[] }

/** What a write leaves behind in its transaction, which is then taken back. */
async function leftBy(write: (ctx: Context) => Promise<unknown>, institution = HOSPITAL): Promise<Heard> {
  const heard: Heard = { rows: [], audit: [], told: [] }
  const undo = new Error('undo')
  const seen = platform.as(systemActor(institution), async (plain) => {
    const ctx: Context = { ...plain, audit: (e) => void heard.audit.push(e), tell: (m) => void heard.told.push(m) }
    await write(ctx)
    for (const table of tables) {
      const { rows } = await sql<{
        row: object
      }>`select to_jsonb(t) as row from ${sql.table(table)} t order by t::text collate "C"`.execute(ctx.db)
      heard.rows.push(rows.map((r) => r.row))
    }
    throw undo
  })
  await expect(seen).rejects.toBe(undo)
  return heard
}

const readyOf = (resources: readonly Resource[], institution = HOSPITAL) => {
  const writer = many.readyWriter({ actor: systemActor(institution), now: platform.clock.at })
  return { added: resources.map((r) => writer.add(r, [])), group: writer.take() }
}

const plain = { mode: 'update', fresh: new Set<string>() } as const

describe('what is made ready', () => {
  test('leaves the rows, audit entries and messages of the long way', async () => {
    const resources = resourcesOf(key)
    const long = await leftBy((ctx) => many.write(ctx, { ...plain, resources }))
    platform.clock.forward(1_234)
    const { added, group } = readyOf(resources)
    expect(added).toEqual(resources.map(() => true))
    platform.clock.forward(-1_234)
    const quick = await leftBy((ctx) => many.write(ctx, { ...plain, resources: [], ready: [group] }))
    expect(quick).toEqual(long)
    expect((long.rows[0] as unknown[]).length).toBe(resources.length)
    expect(JSON.stringify(quick)).toContain(platform.clock.at.toISOString())
  })

  test('the control: another resource leaves other rows', async () => {
    const [one, two] = resourcesOf(key)
    const long = await leftBy((ctx) => many.write(ctx, { ...plain, resources: [one!] }))
    const quick = await leftBy((ctx) => many.write(ctx, { ...plain, resources: [], ready: [readyOf([{ ...two!, id: 'ready-1' }]).group] }))
    expect(quick.rows).not.toEqual(long.rows)
  })

  test('beside others, a person still has one entry and one message', async () => {
    const [one, ...others] = resourcesOf(key)
    const { audit, told } = await leftBy((ctx) => many.write(ctx, { ...plain, resources: [one!], ready: [readyOf(others).group] }))
    expect(audit.filter((e) => (e as { key?: string }).key === key)).toHaveLength(1)
    expect(told.filter((m) => (m as { key: string }).key === key)).toHaveLength(1)
  })

  test('is written at the instant of its transaction, also a second time', async () => {
    const { group } = readyOf(resourcesOf(key))
    for (let n = 0; n < 2; n++) {
      platform.clock.forward(60_000)
      const { rows } = await leftBy((ctx) => many.write(ctx, { ...plain, resources: [], ready: [group] }))
      const [first] = rows[0] as { body: string; last_updated: string; registered_at: string }[]
      const at = platform.clock.at
      expect([new Date(first!.last_updated), new Date(first!.registered_at)]).toEqual([at, at])
      expect((JSON.parse(first!.body) as Resource).meta).toMatchObject({ lastUpdated: at.toISOString(), versionId: '1' })
    }
  })
})

describe('what goes the long way', () => {
  test.each<[string, (whose: string) => Resource, readonly string[]]>([
    ['a Patient', (id) => ({ resourceType: 'Patient', id }), []],
    ['what names nobody', () => ({ resourceType: 'Observation', id: 'x', status: 'final', code: { text: 'x' } }), []],
    ['what names a Patient that may be an alias and is not its own', (id) => resourcesOf(id)[0]!, ['somebody-else']],
    [
      'what speaks in another name',
      (id) => ({
        resourceType: 'Provenance',
        target: [{ reference: `Patient/${id}` }],
        recorded: '2026-11-22T00:00:00Z',
        agent: [{ who: { identifier: { system: 'http://jpfhir.jp/fhir/core/IdSystem/insurance-medical-institution-no', value: CLINIC } } }],
      }),
      [],
    ],
  ])('%s', (_, resource, keys) => {
    const writer = many.readyWriter({ actor: systemActor(HOSPITAL), now: platform.clock.at })
    expect(writer.add(resource(key), keys)).toBe(false)
    expect(writer.take().rows).toEqual([])
  })

  const going = (groups: ReturnType<typeof readyOf>[], lookUp = true) =>
    many.canGo({ at: platform, groups: groups.map((g) => g.group), lookUp })

  test('a group with a taken id, or for an unknown person; the others go', async () => {
    const [one, two, three, four] = resourcesOf(key)
    await platform.as(systemActor(HOSPITAL), (ctx) => many.write(ctx, { ...plain, resources: [one!] }))
    const own = await platform.as(systemActor(HOSPITAL), (ctx) => many.write(ctx, { ...plain, resources: [{ ...two!, id: undefined! }] }))
    const given = 'written' in own[0]! ? own[0].written.id : ''
    const groups = [[one!, two!], [two!], [{ ...two!, id: given }], [{ ...three!, subject: { reference: 'Patient/nobody' } }], [four!]]
    expect(await going(groups.map((g) => readyOf(g))), 'taken by its sender, free, given by the platform, nobody, shared').toEqual([
      false,
      true,
      false,
      false,
      true,
    ])
    expect(
      await going(
        groups.map((g) => readyOf(g)),
        false,
      ),
      'without looking: what a sender has taken shows when it is written, what the platform has given would not',
    ).toEqual([true, true, false, false, true])
    expect(await going([])).toEqual([])
  })

  test('nobody writes what was made ready in another name', async () => {
    const { group } = readyOf(resourcesOf(key))
    const written = platform.as(systemActor(CLINIC), (ctx) => many.write(ctx, { ...plain, resources: [], ready: [group] }))
    await expect(written).rejects.toThrow('in another name')
  })
})
