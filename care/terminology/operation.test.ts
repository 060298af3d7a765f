/** The terminology operations as clients call them. @spec http://hl7.org/fhir/R4/terminology-service.html */
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import type { Caller, FhirBody } from '../../tests/harness/caller.ts'
import { BASE, careMigrations, CLINIC, HOSPITAL, openPlatform, type Platform } from '../../tests/harness/platform.ts'
import { type JsonObject, validateResource } from '#packages/fhir'
import { terminologyCapabilities } from './capabilities.ts'
import { findLayout } from './layouts/index.ts'
import { loadMaster } from './load.ts'
import { folder, masters, written } from './masters.fixture.ts'
import { terminologyRoutes } from './routes.ts'
import { terminologyMigrations } from './schema.ts'
import { terminologyService } from './service.ts'

let platform: Platform
let hospital: Caller
const into = folder()
const KEY = 'http://medis.or.jp/CodeSystem/master-disease-keyNumber'
const ICD = 'http://jpfhir.jp/fhir/core/mhlw/CodeSystem/ICD10-2013-full'
const FOOD = 'http://jpfhir.jp/fhir/core/CodeSystem/JP_JfagyFoodAllergen_CS'
const GENDER = 'http://hl7.org/fhir/administrative-gender'

beforeAll(async () => {
  platform = await openPlatform({
    migrations: [...careMigrations, ...terminologyMigrations],
    template: 'care-terminology',
    rows: ({ services }) => terminologyRoutes(terminologyService({ record: services.record })),
  })
  hospital = await platform.system(HOSPITAL)
  for (const [id, validFrom] of [
    ['medis-disease', '2026-01-01'],
    ['icd10', '2026-01-01'],
    ['jfagy', '2025-01-01'],
  ] as const)
    await loadMaster(platform.db, {
      path: written(into, `${id}.csv`, masters[id]),
      layout: findLayout(id)!,
      validFrom,
      now: platform.clock.at,
    })
  const newer = masters['medis-disease'].map((l) => l.replace('試験性糖尿病', '試験型糖尿病'))
  for (const validFrom of ['2026-06-01', '2027-01-01'])
    await loadMaster(platform.db, {
      path: written(into, `later-${validFrom}.csv`, [...newer, ...(validFrom > '2027' ? [newer[0]!.replace('90000001', '90000009')] : [])]),
      layout: findLayout('medis-disease')!,
      validFrom,
      now: platform.clock.at,
    })
  await hospital.put('/fhir/R4/CodeSystem/own-cs', {
    resourceType: 'CodeSystem',
    id: 'own-cs',
    url: 'http://example.jp/cs/own',
    version: '1',
    status: 'active',
    content: 'complete',
    caseSensitive: true,
    concept: [
      { code: 'a', display: 'Aだ', concept: [{ code: 'a1', display: 'A1だ' }] },
      { code: 'b', display: 'Bだ' },
    ],
  })
  await hospital.put('/fhir/R4/ValueSet/own-vs', {
    resourceType: 'ValueSet',
    id: 'own-vs',
    url: 'http://example.jp/vs/own',
    status: 'active',
    compose: { include: [{ system: 'http://example.jp/cs/own', filter: [{ property: 'concept', op: 'is-a', value: 'a' }] }] },
  })
  await hospital.put('/fhir/R4/ConceptMap/own-map', {
    resourceType: 'ConceptMap',
    id: 'own-map',
    url: 'http://example.jp/map/own',
    status: 'active',
    group: [
      {
        source: 'http://example.jp/cs/own',
        target: ICD,
        element: [{ code: 'b', target: [{ code: 'E119', display: 'x', equivalence: 'equivalent' }] }],
      },
    ],
  })
}, 120_000)

afterAll(() => platform?.close())

type Parameter = { name: string; resource?: FhirBody; part?: Parameter[]; [value: string]: unknown }
const parameters = (body: FhirBody): Parameter[] => (body.parameter ?? []) as Parameter[]
/** A parameter's value by name. */
const value = (body: FhirBody, name: string): unknown => {
  const found = parameters(body).find((p) => p.name === name)
  return found && Object.entries(found).find(([key]) => key.startsWith('value'))?.[1]
}
const properties = (body: FhirBody): Record<string, unknown> =>
  Object.fromEntries(
    parameters(body)
      .filter((p) => p.name === 'property')
      .map((p) => [value({ parameter: p.part } as FhirBody, 'code'), value({ parameter: p.part } as FhirBody, 'value')]),
  )
const ask = (path: string, query: Record<string, string>) => hospital.get(`/fhir/R4/${path}?${new URLSearchParams(query)}`)
const post = (path: string, list: object[]) => hospital.post(`/fhir/R4/${path}`, { resourceType: 'Parameters', parameter: list })
const contains = (body: FhirBody): { code: string; display: string }[] =>
  (body.expansion as { contains?: { code: string; display: string }[] })?.contains ?? []

describe('$lookup', () => {
  test('a code of a master: names, readings, properties, what stands above', async () => {
    const { body } = await ask('CodeSystem/$lookup', { system: KEY, code: '90000002' })
    expect([value(body, 'display'), value(body, 'version')]).toEqual(['試験性高血圧症', '2026-06-01'])
    expect(properties(body)).toMatchObject({ exchangeCode: 'ZZ02', icd10: 'I10', inactive: false })
    const icd = await ask('CodeSystem/$lookup', { system: ICD, code: 'E119' })
    expect(properties(icd.body)).toMatchObject({ parent: 'E11' })
  })

  test('what it was called on a day, and in an edition', async () => {
    const names = async (more: Record<string, string>) =>
      value((await ask('CodeSystem/$lookup', { system: KEY, code: '90000001', ...more })).body, 'display')
    expect(await names({ date: '2026-03-01' })).toBe('試験性糖尿病')
    expect(await names({})).toBe('試験型糖尿病')
    expect(await names({ version: '2026-01-01' })).toBe('試験性糖尿病')
    expect((await ask('CodeSystem/$lookup', { system: KEY, code: '90000009' })).status, 'not in force yet').toBe(404)
    expect(await names({ date: '2027-02-01' })).toBe('試験型糖尿病')
  })

  test('R4’s own, by Coding in the body', async () => {
    const { body, status } = await post('CodeSystem/$lookup', [{ name: 'coding', valueCoding: { system: GENDER, code: 'male' } }])
    expect([status, value(body, 'display'), value(body, 'abstract')]).toEqual([200, 'Male', false])
  })

  test.each([
    ['no such code', { system: KEY, code: '12345678' }, 404, 'not-found'],
    ['no such system', { system: 'http://example.jp/none', code: 'x' }, 404, 'not-found'],
    ['nothing asked', {}, 400, 'invalid'],
  ])('%s', async (_name, query, status, code) => {
    const heard = await ask('CodeSystem/$lookup', query as Record<string, string>)
    expect([heard.status, heard.body.resourceType, heard.body.issue?.[0]?.code]).toEqual([
      status,
      'OperationOutcome',
      expect.stringMatching(code === 'not-found' ? /not-found|code-invalid/ : /invalid/),
    ])
  })
})

describe('$validate-code', () => {
  test.each([
    ['in a master', { url: KEY, code: '90000001' }, true],
    ['with its name', { url: KEY, code: '90000001', display: '試験型糖尿病' }, true],
    ['with another name', { url: KEY, code: '90000001', display: '高血圧' }, false],
    ['not in it', { url: KEY, code: '00000000' }, false],
    ['stored', { url: 'http://example.jp/cs/own', code: 'a1' }, true],
    ['R4', { url: GENDER, code: 'other' }, true],
  ])('CodeSystem: %s', async (_name, query, result) => {
    const { body, status } = await ask('CodeSystem/$validate-code', query)
    expect([status, value(body, 'result')]).toEqual([200, result])
    if (!result)
      expect(parameters(body).find((p) => p.name === 'issues')?.resource?.issue?.[0]).toMatchObject({
        severity: 'error',
        details: { coding: [{ system: 'http://hl7.org/fhir/tools/CodeSystem/tx-issue-type' }] },
      })
  })

  test('ValueSet: stored, by its url, and by its id; a value set sent along; an implicit one', async () => {
    const own = { url: 'http://example.jp/vs/own', system: 'http://example.jp/cs/own' }
    expect(value((await ask('ValueSet/$validate-code', { ...own, code: 'a1' })).body, 'result')).toBe(true)
    expect(value((await ask('ValueSet/$validate-code', { ...own, code: 'b' })).body, 'result')).toBe(false)
    expect(value((await ask('ValueSet/own-vs/$validate-code', { system: own.system, code: 'a1' })).body, 'result')).toBe(true)
    const inline = { resourceType: 'ValueSet', status: 'active', compose: { include: [{ system: KEY, concept: [{ code: '90000002' }] }] } }
    const sent = await post('ValueSet/$validate-code', [
      { name: 'valueSet', resource: inline },
      {
        name: 'codeableConcept',
        valueCodeableConcept: {
          coding: [
            { system: ICD, code: 'E119' },
            { system: KEY, code: '90000002' },
          ],
        },
      },
    ])
    expect([value(sent.body, 'result'), value(sent.body, 'display')]).toEqual([true, '試験性高血圧症'])
    expect(value((await ask('ValueSet/$validate-code', { url: `${KEY}?fhir_vs`, system: KEY, code: '90000002' })).body, 'result')).toBe(
      true,
    )
  })

  test('tx-resource: code systems and value sets for this question alone', async () => {
    const system = {
      resourceType: 'CodeSystem',
      url: 'http://example.jp/cs/once',
      status: 'active',
      content: 'complete',
      concept: [{ code: 'x', display: 'X' }],
    }
    const list = [
      { name: 'url', valueUri: 'http://example.jp/vs/once' },
      { name: 'coding', valueCoding: { system: 'http://example.jp/cs/once', code: 'x' } },
      { name: 'tx-resource', resource: system },
      {
        name: 'tx-resource',
        resource: {
          resourceType: 'ValueSet',
          url: 'http://example.jp/vs/once',
          status: 'active',
          compose: { include: [{ system: system.url }] },
        },
      },
    ]
    expect(value((await post('ValueSet/$validate-code', list)).body, 'result')).toBe(true)
    expect((await post('ValueSet/$validate-code', list.slice(0, 2))).status).toBe(404)
  })

  test('many at once, each answered by itself', async () => {
    const entry = (...parameter: object[]) => ({ name: 'validation', resource: { resourceType: 'Parameters', parameter } })
    const { body, status } = await post('ValueSet/$batch-validate-code', [
      { name: 'url', valueUri: 'http://example.jp/vs/own' },
      entry({ name: 'coding', valueCoding: { system: 'http://example.jp/cs/own', code: 'a1' } }),
      entry({ name: 'coding', valueCoding: { system: 'http://example.jp/cs/own', code: 'b' } }),
      entry({ name: 'display', valueString: 'no code' }),
    ])
    const answers = parameters(body).map(({ resource }) => [resource?.resourceType, resource && value(resource, 'result')])
    expect([status, answers]).toEqual([
      200,
      [
        ['Parameters', true],
        ['Parameters', false],
        ['OperationOutcome', undefined],
      ],
    ])
    expect((await post('CodeSystem/$batch-validate-code', [])).status).toBe(400)
  })

  test('an ended code says so', async () => {
    const { body } = await ask('CodeSystem/$validate-code', { url: FOOD, code: 'J9FZ11000000' })
    expect([value(body, 'result'), value(body, 'inactive')]).toEqual([true, true])
    expect(
      value((await ask('CodeSystem/$validate-code', { url: FOOD, code: 'J9FZ11000000', date: '2025-06-01' })).body, 'inactive'),
    ).toBeUndefined()
  })
})

describe('$expand', () => {
  test.each([
    ['kana', 'とうにょう', ['90000001']],
    ['katakana', 'トウニョウ', ['90000001']],
    ['kanji', '高血圧', ['90000002']],
    ['nothing', '存在しない', []],
  ])('a whole master, narrowed by %s', async (_name, filter, codes) => {
    const { body, status } = await ask('ValueSet/$expand', { url: `${KEY}?fhir_vs`, filter, count: '10' })
    expect(status).toBe(200)
    expect(contains(body).map((c) => c.code)).toEqual(codes)
  })

  test('in pages, with the total', async () => {
    const { body } = await ask('ValueSet/$expand', { url: `${KEY}?fhir_vs`, count: '1', offset: '1' })
    expect(body.expansion).toMatchObject({ total: 3, offset: 1, contains: [{ system: KEY, code: '90000002' }] })
  })

  test('a stored value set, by url and by id; R4’s own', async () => {
    for (const path of ['ValueSet/$expand?url=http://example.jp/vs/own', 'ValueSet/own-vs/$expand?excludeNested=true'])
      expect(JSON.stringify((await hospital.get(`/fhir/R4/${path}`)).body.expansion)).toMatch(/"code":"a".*"code":"a1"/)
    expect(
      contains((await ask('ValueSet/$expand', { url: 'http://hl7.org/fhir/ValueSet/administrative-gender' })).body).map((c) => c.code),
    ).toEqual(['male', 'female', 'other', 'unknown'])
  })

  test.each([
    ['an unknown value set', { url: 'http://example.jp/vs/none' }, 404],
    ['nothing asked', {}, 400],
    ['a bad number', { url: KEY, count: '-1' }, 400],
  ])('%s', async (_name, query, status) => {
    const heard = await ask('ValueSet/$expand', query as Record<string, string>)
    expect([heard.status, heard.body.resourceType]).toEqual([status, 'OperationOutcome'])
  })
})

describe('$subsumes', () => {
  test.each([
    ['E11', 'E119', 'subsumes'],
    ['E119', 'E11', 'subsumed-by'],
    ['E11', 'E11', 'equivalent'],
  ])('%s and %s: %s', async (codeA, codeB, outcome) => {
    expect(value((await ask('CodeSystem/$subsumes', { system: ICD, codeA, codeB })).body, 'outcome')).toBe(outcome)
  })

  test('a stored system, by its id', async () => {
    expect(value((await ask('CodeSystem/own-cs/$subsumes', { codeA: 'a', codeB: 'b' })).body, 'outcome')).toBe('not-subsumed')
  })
})

describe('$translate', () => {
  const found = { system: ICD, code: 'E119' }
  test.each([
    ['by the map’s url', { url: 'http://example.jp/map/own', system: 'http://example.jp/cs/own', code: 'b' }],
    ['by the systems', { system: 'http://example.jp/cs/own', code: 'b', targetsystem: ICD }],
  ])('%s', async (_name, query) => {
    const { body } = await ask('ConceptMap/$translate', query)
    expect(value(body, 'result')).toBe(true)
    expect(parameters(body).find((p) => p.name === 'match')?.part).toEqual(
      expect.arrayContaining([{ name: 'concept', valueCoding: expect.objectContaining(found) }]),
    )
  })

  test('nothing to translate to', async () => {
    const { body } = await ask('ConceptMap/$translate', { url: 'http://example.jp/map/own', system: 'http://example.jp/cs/own', code: 'a' })
    expect(value(body, 'result')).toBe(false)
  })
})

describe('who may ask', () => {
  test.each([
    ['nobody', async () => platform.public(), 401],
    ['a token for something else', async () => platform.system(CLINIC, ['system/Observation.rs']), 403],
    ['a member of staff', async () => platform.staff('nurse', CLINIC), 200],
  ])('%s', async (_name, caller, status) => {
    expect((await (await caller()).get(`/fhir/R4/CodeSystem/$lookup?system=${KEY}&code=90000001`)).status).toBe(status)
  })
})

describe('the search box', () => {
  const search = async (query: Record<string, string>) =>
    (await hospital.get(`/terminology/search?${new URLSearchParams(query)}`)).body as unknown as {
      results: { code: string; display: string; systemTitle: { ja: string } }[]
      more: boolean
    }

  test('as one types', async () => {
    expect((await search({ q: 'しけんせいこ', system: KEY })).results).toMatchObject([
      { code: '90000002', display: '試験性高血圧症', kana: 'シケンセイコウケツアツショウ', rank: 'prefix' },
    ])
    expect((await search({ q: '血圧' })).results[0]).toMatchObject({ rank: 'part', systemTitle: { ja: expect.any(String) } })
    expect((await search({ q: '９００００００' })).results.length).toBeGreaterThan(0)
  })

  test('what may no longer be used comes last, and says so', async () => {
    const { results } = await search({ q: '試験', system: KEY, count: '2' })
    expect(results.map((r) => r.code)).not.toContain('90000003')
  })

  test.each(['', ' ', '　', '%', '\\', "'", '\u0000', 'あ'.repeat(500)])('odd words do no harm: %j', async (q) => {
    expect((await hospital.get(`/terminology/search?${new URLSearchParams({ q })}`)).status).toBeLessThan(500)
  })
})

test('the TerminologyCapabilities name each edition', async () => {
  const service = terminologyService({ record: platform.services.record })
  const told = (await terminologyCapabilities(service, { db: platform.db, now: platform.clock.at }, { base: BASE, version: '0' })) as {
    codeSystem: { uri: string; version?: { code: string }[] }[]
  }
  expect(told.codeSystem.find((s) => s.uri === KEY)?.version?.map((v) => v.code)).toEqual(['2026-06-01', '2026-01-01', '2027-01-01'])
  expect(told.codeSystem.some((s) => s.uri === GENDER)).toBe(true)
  expect(validateResource(told as unknown as JsonObject).filter((f) => f.severity === 'error')).toEqual([])
})
