/** Operations over HTTP. @spec FHIR R4 operations */
import { sql } from 'kysely'
import { afterAll, beforeAll, beforeEach, describe, expect, test } from 'vitest'
import { type Caller, type Heard, linkOf, matches, rulesOf } from '../../../tests/harness/caller.ts'
import { CLINIC, HOSPITAL, openPlatform, type Platform } from '../../../tests/harness/platform.ts'
import type { Seen } from '../model.ts'
import { lastOfEach } from './lastn.ts'
import { relabelled } from './meta.ts'
import { whyNotErase } from './purge.ts'

let platform: Platform
let hospital: Caller
let clinic: Caller
let key: string
beforeAll(async () => {
  platform = await openPlatform()
})
afterAll(() => platform?.close())
beforeEach(async () => {
  ;[hospital, clinic] = await Promise.all([platform.system(HOSPITAL), platform.system(CLINIC)])
  ;({ key } = await platform.enter())
  await Promise.all([platform.relate(key, HOSPITAL), platform.relate(key, CLINIC)])
})

const reading = (more: object = {}) => ({
  resourceType: 'Observation',
  status: 'final',
  code: { coding: [{ system: 'http://loinc.org', code: '8310-5' }] },
  category: [{ coding: [{ code: 'vital-signs' }] }],
  subject: { reference: `Patient/${key}` },
  ...more,
})
const post = async (caller: Caller, resource: { resourceType: string }) => {
  const heard = await caller.post(`/fhir/R4/${resource.resourceType}`, resource)
  expect(heard.status, heard.text).toBe(201)
  return heard.body
}
const local = (url: string | undefined) => url?.replace(/^.*\/fhir/, '/fhir')
const namesOf = (heard: Heard) => heard.body.entry?.map((e) => `${e.resource!.resourceType}/${e.resource!.id}`) ?? []

describe('Patient/$everything', () => {
  beforeEach(async () => {
    const made = await hospital.post('/fhir/R4/Patient', {
      resourceType: 'Patient',
      name: [{ text: '縁 花子' }],
      birthDate: '1990-01-01',
      gender: 'female',
    })
    key = made.body.id!
    await platform.relate(key, CLINIC)
  })

  test('brings the person’s resources in pages, each once, with the registers they refer to', async () => {
    const doctor = await post(hospital, { resourceType: 'Practitioner' })
    for (let i = 0; i < 7; i++) await post(hospital, reading({ performer: [{ reference: `Practitioner/${doctor.id}` }] }) as never)
    await post(hospital, { resourceType: 'Condition', subject: { reference: `Patient/${key}` }, code: { text: '高血圧症' } } as never)
    const seen: string[] = []
    let next: string | undefined = `/fhir/R4/Patient/${key}/$everything?_count=3`
    while (next) {
      const heard: Heard = await hospital.get(next)
      expect(heard.status, heard.text).toBe(200)
      seen.push(...matches(heard).map((r) => `${r.resourceType}/${r.id}`))
      if (matches(heard).some((r) => r.resourceType === 'Observation')) expect(namesOf(heard)).toContain(`Practitioner/${doctor.id}`)
      next = local(linkOf(heard, 'next'))
    }
    const alone = await hospital.get(`/fhir/R4/Patient/${key}/$everything?_type=Observation`)
    expect(new Set(namesOf(alone).map((name) => name.split('/')[0]))).toEqual(new Set(['Observation']))
    const both = await hospital.get(`/fhir/R4/Patient/${key}/$everything?_type=Observation,Practitioner`)
    expect(namesOf(both)).toContain(`Practitioner/${doctor.id}`)
    expect(seen[0]).toBe(`Patient/${key}`)
    expect(seen).toHaveLength(9)
    expect(new Set(seen).size).toBe(9)
  })

  test('keeps the form it was asked in from page to page', async () => {
    for (let i = 0; i < 2; i++) await post(hospital, reading() as never)
    const first = await hospital.get(`/fhir/R4/Patient/${key}/$everything?_count=1&_elements=id&_pretty=true`)
    const next = linkOf(first, 'next')!
    expect([...new URL(next, 'http://localhost').searchParams].slice(0, 3)).toEqual(
      Object.entries({ _count: '1', _elements: 'id', _pretty: 'true' }),
    )
    expect(linkOf(await hospital.get(local(next)!), 'self')).toBe(next)
  })

  test('shows another institution its own alone, and a stranger nothing', async () => {
    await post(hospital, reading() as never)
    const own = await post(clinic, reading() as never)
    const heard = await clinic.get(`/fhir/R4/Patient/${key}/$everything`)
    expect(namesOf(heard)).toEqual([`Patient/${key}`, `Observation/${own.id}`])
    const stranger = await platform.enter()
    expect((await hospital.get(`/fhir/R4/Patient/${stranger.key}/$everything`)).status).toBe(404)
  })

  test.each([
    ['_type=Condition', 1],
    ['start=2020-01-01&end=2020-12-31', 1],
    ['_since=2999-01-01', 0],
  ])('heeds %s', async (query, count) => {
    await post(hospital, reading({ effectiveDateTime: '2020-05-05' }) as never)
    await post(hospital, reading({ effectiveDateTime: '2021-05-05' }) as never)
    await post(hospital, { resourceType: 'Condition', subject: { reference: `Patient/${key}` }, onsetDateTime: '2019-01-01' } as never)
    const heard = await hospital.get(`/fhir/R4/Patient/${key}/$everything?${query}`)
    expect(namesOf(heard).filter((n) => !n.startsWith('Patient'))).toHaveLength(count)
  })

  test.each(['_count=x', '_cursor=x', 'start=x', '_type=Nothing'])('refuses %s', async (query) => {
    expect((await hospital.get(`/fhir/R4/Patient/${key}/$everything?${query}`)).status).toBe(400)
  })
})

test.each(['Patient/$everything', 'Encounter/$lastn', 'Observation/_search', '$versions'])(
  'GET %s, which is not offered, is told from a resource that is not there',
  async (path) => {
    const heard = await hospital.get(`/fhir/R4/${path}`)
    expect([heard.status, heard.body.issue![0]!.code]).toEqual([404, 'not-supported'])
    expect((await hospital.get('/fhir/R4/Patient/nobody')).body.issue![0]!.code, 'the control').toBe('not-found')
  },
)

describe('Observation/$lastn', () => {
  test('finds what was measured seldom behind thousands of what is measured all the time', async () => {
    const of = (code: string, day: string) => reading({ code: { coding: [{ code }] }, effectiveDateTime: day })
    const rare = await post(hospital, of('rare', '2020-01-01') as never)
    const entry = Array.from({ length: 1_005 }, () => ({
      resource: of('often', '2026-01-01'),
      request: { method: 'POST', url: 'Observation' },
    }))
    expect((await hospital.post('/fhir/R4', { resourceType: 'Bundle', type: 'transaction', entry })).status).toBe(200)
    const newest = await post(hospital, of('often', '2026-02-01') as never)
    const heard = await hospital.get(`/fhir/R4/Observation/$lastn?patient=${key}&category=vital-signs`)
    expect(matches(heard).map((r) => r.id)).toEqual([newest.id, rare.id])
  })

  test('brings the newest of each kind', async () => {
    const at = (day: number, code: string) =>
      reading({ effectiveDateTime: `2026-01-0${day}`, code: { coding: [{ system: 's', code }] } }) as never
    for (const [day, code] of [
      [1, 'a'],
      [2, 'a'],
      [3, 'a'],
      [1, 'b'],
    ] as const)
      await post(hospital, at(day, code))
    const heard = await hospital.get(`/fhir/R4/Observation/$lastn?patient=${key}&category=vital-signs&max=2`)
    const found = matches(heard).map(
      (r) => `${(r.effectiveDateTime as string).slice(-1)}${(r.code as { coding: { code: string }[] }).coding[0]!.code}`,
    )
    expect(found.sort()).toEqual(['1b', '2a', '3a'])
  })

  test.each(['category=vital-signs', 'patient=x', 'patient=x&category=y&max=0'])('refuses %s', async (query) => {
    expect((await hospital.get(`/fhir/R4/Observation/$lastn?${query}`)).status).toBe(400)
  })

  test('observations that share any coding are of one kind', () => {
    const row = (id: string, codes: string[], at: string) =>
      ({ id, clinicalAt: new Date(at), body: JSON.stringify({ code: { coding: codes.map((code) => ({ code })) } }) }) as Seen
    const rows = [
      row('3', ['x', 'y'], '2026-01-03'),
      row('2', ['y', 'z'], '2026-01-02'),
      row('1', ['z'], '2026-01-01'),
      row('0', ['q'], '2026-01-01'),
    ]
    expect(lastOfEach(rows, 1).map((r) => r.id)).toEqual(['3', '0'])
  })
})

describe('$meta', () => {
  const labels = { tag: [{ system: 't', code: 'red' }], profile: ['urn:p'] }
  const parameters = (meta: object) => ({ resourceType: 'Parameters', parameter: [{ name: 'meta', valueMeta: meta }] })

  test('adds labels and takes them away, each in a version of its own', async () => {
    const { id } = await post(hospital, reading() as never)
    const added = await hospital.post(`/fhir/R4/Observation/${id}/$meta-add`, parameters(labels))
    expect(added.status, added.text).toBe(200)
    expect((await hospital.get(`/fhir/R4/Observation/${id}`)).body.meta).toMatchObject({ ...labels, versionId: '2' })
    expect((await hospital.get('/fhir/R4/Observation/$meta')).text).toContain('"red"')
    await hospital.post(`/fhir/R4/Observation/${id}/$meta-delete`, parameters({ tag: [{ system: 't', code: 'red' }] }))
    const left = (await hospital.get(`/fhir/R4/Observation/${id}/$meta`)).body
    expect(left).toMatchObject({ parameter: [{ name: 'return', valueMeta: { profile: ['urn:p'], versionId: '3' } }] })
    expect(JSON.stringify(left)).not.toContain('"red"')
    expect((await clinic.post(`/fhir/R4/Observation/${id}/$meta-add`, parameters(labels))).status).toBe(404)
    const version = async () => (await hospital.get(`/fhir/R4/Observation/${id}`)).body.meta!.versionId
    for (const act of ['add', 'delete']) {
      await hospital.post(`/fhir/R4/Observation/${id}/$meta-${act}`, parameters(labels))
      const stood = await version()
      const again = await hospital.post(`/fhir/R4/Observation/${id}/$meta-${act}`, parameters(labels))
      expect([again.status, await version()], `${act} what changes nothing`).toEqual([200, stood])
    }
  })

  test('never touches version and instant', () => {
    const resource = { resourceType: 'Basic', meta: { versionId: '4', tag: [{ code: 'a' }] } }
    expect(relabelled(resource, { versionId: '9', lastUpdated: 'x', tag: [{ code: 'b' }] }, 'add').meta).toEqual({
      versionId: '4',
      tag: [{ code: 'a' }, { code: 'b' }],
    })
  })
})

describe('Patient/$purge', () => {
  const order = (basis: string) => ({
    resourceType: 'Parameters',
    parameter: [
      { name: 'basis', valueCode: basis },
      { name: 'reason', valueString: '同姓同名の別人として登録したため' },
    ],
  })

  test('leaves nothing of the record, and keeps the log and the order', async () => {
    const { id } = await post(hospital, reading() as never)
    await hospital.put(`/fhir/R4/Observation/${id}`, reading({ id, status: 'amended' }))
    const operator = await platform.staff('operator', HOSPITAL)
    const heard = await operator.post(`/fhir/R4/Patient/${key}/$purge`, order('wrong-person'))
    expect(heard.status, heard.text).toBe(200)
    for (const table of ['resource', 'version', 'string_value', 'date_value', 'number_value', 'composite_value'])
      expect(await platform.count(sql`select 1 from ${sql.table(`record.${table}`)} where key = ${key}`), table).toBe(0)
    expect(await platform.count(sql`select 1 from record.erasure where key = ${key} and basis = 'wrong-person'`)).toBe(1)
    expect(
      await platform.count(sql`select 1 from kernel.audit where key = ${key} and action = 'record.purge' and outcome = 'success'`),
    ).toBe(1)
    expect((await hospital.get(`/fhir/R4/Observation/${id}/_history`)).status).toBe(404)
  })

  test('is for operators, not for systems or other staff', async () => {
    await post(hospital, reading() as never)
    const physician = await platform.staff('physician', HOSPITAL)
    expect((await physician.post(`/fhir/R4/Patient/${key}/$purge`, order('wrong-person'))).status).toBe(403)
    expect((await hospital.post(`/fhir/R4/Patient/${key}/$purge`, order('wrong-person'))).status).toBe(403)
    expect(await platform.count(sql`select 1 from record.resource where key = ${key}`)).toBeGreaterThan(0)
  })

  test('waits for the end of the statutory retention', async () => {
    await post(hospital, reading() as never)
    const operator = await platform.staff('operator', HOSPITAL)
    const heard = await operator.post(`/fhir/R4/Patient/${key}/$purge`, order('retention-ended'))
    expect([heard.status, rulesOf(heard)]).toEqual([409, ['retention-running']])
  })

  test.each<[string, string | null, string | null]>([
    ['retention-ended', '2021-11-21', null],
    ['retention-ended', '2021-11-23', 'retention-running'],
    ['retention-ended', null, null],
    ['wrong-person', '2026-11-21', null],
    ['court-order', '2026-11-21', null],
    ['because', '2001-01-01', 'input-invalid'],
  ])('%s with the youngest of %s: %s', (basis, youngest, code) => {
    expect(whyNotErase({ basis, youngest: youngest === null ? null : new Date(youngest), now: new Date('2026-11-22') })).toBe(code)
  })
})
