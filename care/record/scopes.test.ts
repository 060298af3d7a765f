/**
 * What apps and narrowed tokens reach, by every way into the record: nothing is left out afterwards, so counts, pages and conditions must
 * not tell either.
 * @spec SMART App Launch 2.2, scopes for requesting FHIR resources
 */
import fc from 'fast-check'
import { sql } from 'kysely'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import type { Actor } from '#kernel/context'
import { smartScope } from '#kernel/scope'
import type { Resource } from '#packages/fhir'
import { type Caller, matches } from '../../tests/harness/caller.ts'
import { HOSPITAL, openPlatform, type Platform } from '../../tests/harness/platform.ts'
import { allows, scopeAllows } from './scopes.ts'
import { narrowedSql, narrowingHolds, narrows } from './store/narrowed-scopes.ts'
import { scopeSql } from './store/scopes.ts'

const CATEGORY = 'http://terminology.hl7.org/CodeSystem/observation-category'
const lab = `Observation.rs?category=${CATEGORY}|laboratory`

let platform: Platform
let hospital: Caller
let hanako: { key: string; personId: string }
let taro: typeof hanako
const ids: Record<string, string> = {}

const observation = (key: string, category: string | null, more: object = {}) => ({
  resourceType: 'Observation',
  status: 'final',
  code: { text: category ?? 'none' },
  ...(category === null ? {} : { category: [{ coding: [{ system: CATEGORY, code: category }] }] }),
  subject: { reference: `Patient/${key}` },
  ...more,
})

async function made(caller: Caller, name: string, resource: { resourceType: string }): Promise<void> {
  const answer = await caller.post(`/fhir/R4/${resource.resourceType}`, resource)
  expect(answer.status, answer.text).toBe(201)
  ids[name] = answer.body.id as string
}

beforeAll(async () => {
  platform = await openPlatform()
  hospital = await platform.system(HOSPITAL)
  ;[hanako, taro] = [await platform.enter(), await platform.enter({ name: '髙橋 太郎', sex: 'male' })]
  for (const [who, person] of [
    ['hanako', hanako],
    ['taro', taro],
  ] as const) {
    const subject = { reference: `Patient/${person.key}` }
    await made(hospital, `${who} lab`, observation(person.key, 'laboratory'))
    await made(
      hospital,
      `${who} vital`,
      observation(person.key, 'vital-signs', { hasMember: [{ reference: `Observation/${ids[`${who} lab`]}` }] }),
    )
    await made(hospital, `${who} plain`, observation(person.key, null))
    await made(hospital, `${who} problem`, { resourceType: 'Condition', code: { text: '高血圧' }, subject } as never)
    await made(hospital, `${who} medicine`, {
      ...{ resourceType: 'MedicationRequest', status: 'active', intent: 'order', subject },
      medicationCodeableConcept: { text: 'アムロジピン' },
    } as never)
  }
  // A lab result that became a vital sign, and one that was deleted.
  await made(hospital, 'changed', observation(hanako.key, 'laboratory'))
  await hospital.put(`/fhir/R4/Observation/${ids.changed}`, { ...observation(hanako.key, 'vital-signs'), id: ids.changed })
}, 120_000)
afterAll(() => platform?.close())

const asHanako = (scopes: string[], patient: string | null = null) =>
  platform.appOf({ kind: 'citizen', id: hanako.personId }, { scopes, patient })
const nameOf = (id: string) => Object.entries(ids).find(([, own]) => own === id)?.[0] ?? id

/** Names of the resources that a caller gets hold of, by every way there is; and what counts and conditions tell. */
async function reach(caller: Caller): Promise<{ read: string[]; told: number[] }> {
  const read = new Set<string>()
  const told: number[] = []
  const add = (list: readonly { id?: string }[]) => {
    for (const { id } of list) read.add(nameOf(id ?? ''))
  }
  for (const [, id] of Object.entries(ids))
    for (const type of ['Observation', 'Condition', 'MedicationRequest'])
      for (const path of [`${type}/${id}`, `${type}/${id}/_history/1`])
        if ((await caller.get(`/fhir/R4/${path}`)).status === 200) read.add(nameOf(id))
  for (const type of ['Observation', 'Condition', 'MedicationRequest']) {
    for (const query of ['_count=100', '_count=100&_include=*&_revinclude=*', `patient=${taro.key}`])
      add(matches(await caller.get(`/fhir/R4/${type}?${query}`)))
    add(matches(await caller.get(`/fhir/R4/${type}/_history`)))
    told.push(((await caller.get(`/fhir/R4/${type}?_summary=count`)).body.total as number) ?? -1)
  }
  for (const key of [hanako.key, taro.key]) {
    add(matches(await caller.get(`/fhir/R4/Patient/${key}/$everything`)))
    add(matches(await caller.get(`/fhir/R4/Patient/${key}/*`)))
    const query = `{ObservationList{id} ConditionList{id}}`
    const answered = await caller.get(`/fhir/R4/$graphql?query=${encodeURIComponent(query)}`)
    for (const list of Object.values((answered.body.data ?? {}) as Record<string, { id: string }[] | null>)) add(list ?? [])
  }
  // What is hidden must not be felt through a condition either: by a chain, and the other way round.
  for (const condition of ['has-member:Observation.category=laboratory', '_has:Observation:has-member:category=vital-signs']) {
    const felt = await caller.get(`/fhir/R4/Observation?patient=${hanako.key}&${condition}&_summary=count`)
    told.push((felt.body.total as number) ?? -1)
  }
  const names = [...read].filter((name) => name in ids).sort()
  return { read: names, told }
}

describe('an app reaches, by every way', () => {
  test.each([
    ['nothing of the record with openid alone', ['openid'], []],
    ['one type of its own person', ['patient/Condition.rs'], ['hanako problem']],
    [
      'everything of its own person',
      ['patient/*.rs'],
      ['changed', 'hanako lab', 'hanako medicine', 'hanako plain', 'hanako problem', 'hanako vital'],
    ],
    [
      'the same by the older form',
      ['patient/*.read'],
      ['changed', 'hanako lab', 'hanako medicine', 'hanako plain', 'hanako problem', 'hanako vital'],
    ],
    [
      'no more than the person by user/',
      ['user/*.rs'],
      ['changed', 'hanako lab', 'hanako medicine', 'hanako plain', 'hanako problem', 'hanako vital'],
    ],
    ['laboratory tests alone', [`patient/${lab}`], ['hanako lab']],
    [
      'laboratory tests beside diagnoses',
      [`patient/${lab}`, 'patient/Condition.rs', 'patient/Patient.rs'],
      ['hanako lab', 'hanako problem'],
    ],
    ['one of two categories', [`patient/${lab},${CATEGORY}|vital-signs`], ['changed', 'hanako lab', 'hanako vital']],
    ['measurements, and not what they refer to', [`patient/Observation.rs?category=${CATEGORY}|vital-signs`], ['changed', 'hanako vital']],
    ['nothing by a parameter that narrows nothing', ['patient/Observation.rs?_id=1'], []],
    ['nothing with scopes of a system', ['system/*.rs'], []],
  ] as [string, string[], string[]][])(
    '%s',
    async (_name, scopes, expected) => {
      const { read, told } = await reach(await asHanako(scopes))
      expect(read).toEqual(expected)
      const count = (type: RegExp) => expected.filter((name) => type.test(name)).length
      const asked = (type: string) =>
        scopes.some((s) => ['*', type].includes(smartScope(s)?.type ?? '') && smartScope(s)?.context !== 'system')
      const of = (type: string, names: RegExp) => (asked(type) ? count(names) : -1)
      expect(told.slice(0, 3)).toEqual([
        of('Observation', /lab|vital|plain|changed/),
        of('Condition', /problem/),
        of('MedicationRequest', /medicine/),
      ])
      const both = ['hanako lab', 'hanako vital'].every((name) => expected.includes(name)) ? 1 : 0
      expect(told.slice(3)).toEqual(asked('Observation') ? [both, both] : [-1, -1])
    },
    60_000,
  )

  test('nobody after the person ended it', async () => {
    const app = await asHanako(['patient/*.rs'])
    expect((await app.get('/fhir/R4/Observation')).status).toBe(200)
    await sql`update person.app_grant set ended_at = ${platform.clock.at} where id = ${app.grantId}`.execute(platform.db)
    expect((await app.get('/fhir/R4/Observation')).status).toBe(401)
  })
})

describe('an app of staff reaches', () => {
  const everyone = ['hanako problem', 'taro problem']
  test.each([
    ['the patient of its launch', ['patient/Condition.rs'], 'taro', ['taro problem']],
    ['nobody without a patient', ['patient/Condition.rs'], null, []],
    ['everyone whom the physician may see, by user/', ['user/Condition.rs'], null, everyone],
    ['everyone by user/ although launched for one', ['user/Condition.rs'], 'taro', everyone],
    [
      'by each scope its own',
      ['patient/*.rs', 'user/Condition.rs'],
      'taro',
      ['hanako problem', 'taro lab', 'taro medicine', 'taro plain', 'taro problem', 'taro vital'],
    ],
  ] as [string, string[], string | null, string[]][])(
    '%s',
    async (_name, scopes, patient, expected) => {
      const physician = await platform.staff('physician', HOSPITAL)
      const key = patient === 'taro' ? taro.key : null
      const { read } = await reach(await platform.appOf({ kind: 'staff', id: physician.id }, { scopes, patient: key }))
      expect(read).toEqual(expected)
    },
    60_000,
  )

  test('nothing that their role may not see', async () => {
    const clerk = await platform.staff('clerk', HOSPITAL)
    const app = await platform.appOf({ kind: 'staff', id: clerk.id }, { scopes: ['user/*.rs', 'patient/*.rs'], patient: taro.key })
    expect((await reach(app)).read).toEqual([])
  })
})

describe('a system', () => {
  test('reaches nothing with scopes of people', async () => {
    const system = await platform.system(HOSPITAL, ['patient/*.rs', 'user/*.rs'])
    expect((await reach(system)).read).toEqual([])
    expect((await system.get('/fhir/R4/Observation')).status).toBe(403)
  })

  test('reaches and writes within what it is narrowed to', async () => {
    const system = await platform.system(HOSPITAL, ['system/Patient.rs', `system/${lab.replace('.rs', '.cruds')}`])
    expect((await reach(system)).read).toEqual(['hanako lab', 'taro lab'])
    const status = async (resource: object) => (await system.post('/fhir/R4/Observation', resource)).status
    expect(await status(observation(hanako.key, 'laboratory'))).toBe(201)
    expect(await status(observation(hanako.key, 'vital-signs'))).toBe(403)
    expect(await status(observation(hanako.key, null))).toBe(403)
  })

  test('changes nothing outside of it, nor takes anything out of it or into it', async () => {
    const system = await platform.system(HOSPITAL, [`system/${lab.replace('.rs', '.cruds')}`])
    const put = async (name: string, category: string) =>
      (await system.put(`/fhir/R4/Observation/${ids[name]}`, { ...observation(taro.key, category), id: ids[name]! })).status
    expect([await put('taro vital', 'laboratory'), await put('taro lab', 'vital-signs'), await put('taro lab', 'laboratory')]).toEqual([
      403, 403, 200,
    ])
    expect((await system.send('DELETE', `/fhir/R4/Observation/${ids['taro plain']}`)).status).toBe(403)
    expect((await hospital.get(`/fhir/R4/Observation/${ids['taro plain']}`)).status).toBe(200)
  })

  test('pays nothing where its scopes are plain', () => {
    const actor = (scopes: string[]): Actor => ({
      kind: 'system',
      id: 'c',
      institutionNumber: HOSPITAL,
      institutionName: '',
      name: '',
      scopes,
    })
    expect(scopeSql(actor(['system/*.cruds']), 'r')).toBeNull()
    expect(scopeSql(actor(['system/Observation.rs', 'system/Patient.read']), 's')).toBeNull()
    expect(scopeSql(actor([`system/${lab}`]), 's')).not.toBeNull()
  })
})

test('an app does not write', async () => {
  const app = await asHanako(['patient/*.cruds'])
  expect((await app.post('/fhir/R4/Observation', observation(hanako.key, 'laboratory'))).status).toBe(403)
})

test.each([
  ['Observation', 'category', true],
  ['Condition', 'clinical-status', true],
  ['AllergyIntolerance', 'category', true],
  ['Encounter', 'class', true],
  ['Observation', '_id', false],
  ['Observation', 'value', false],
  ['Observation', 'subject', false],
])('%s may be narrowed by %s: %s', (type, param, may) => {
  expect(narrows(type, param)).toBe(may)
})

test.each([
  [['system/*.cruds'], true],
  [['system/Observation.rs'], true],
  [['patient/Observation.rs'], false],
  [['user/*.rs'], false],
])('a system’s %j reads Observation: %s', (scopes, may) => {
  expect(scopeAllows(scopes, 'Observation', 'r')).toBe(may)
  expect(allows({ kind: 'system', id: '', institutionNumber: '', institutionName: '', name: '', scopes }, 'Observation', 'r')).toBe(may)
})

const code = fc.constantFrom('laboratory', 'laboratory', 'vital-signs', '"')
const system = fc.option(fc.constantFrom(CATEGORY, CATEGORY, 'urn:x'), { nil: undefined })
const coding = fc.record({ system, code }, { requiredKeys: [] }).map((c) => JSON.parse(JSON.stringify(c)) as object)
const anObservation = fc.record({
  category: fc.array(fc.record({ coding: fc.array(coding, { maxLength: 2 }) }), { maxLength: 2 }),
  status: fc.constantFrom('final', 'amended'),
})
const wheres = fc.array(
  fc.tuple(
    fc.constantFrom('category', 'category', 'category', 'status', 'status', 'code', 'nothing'),
    fc.constantFrom(
      `${CATEGORY}|laboratory`,
      'laboratory',
      '|laboratory',
      `${CATEGORY}|`,
      '|',
      'final',
      'final,amended',
      '|final',
      'urn:x|final',
      '"',
      `urn:x|vital-signs,${CATEGORY}|laboratory`,
    ),
  ),
  { minLength: 1, maxLength: 2 },
)

test('a narrowed scope says the same of a resource in hand and in the query', async () => {
  let yes = 0
  for (const [resource, where] of fc.sample(fc.tuple(anObservation, wheres), 600)) {
    const body = JSON.stringify({ resourceType: 'Observation', ...resource })
    const { rows } = await sql<{
      met: boolean
    }>`select ${narrowedSql('Observation', where)} as met from (select ${body}::text as body) r`.execute(platform.db)
    const holds = narrowingHolds('Observation', where, JSON.parse(body) as Resource)
    expect({ body, where, met: rows[0]!.met }).toEqual({ body, where, met: holds })
    if (holds) yes++
  }
  expect(yes).toBeGreaterThan(10)
}, 30_000)
