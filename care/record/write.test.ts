/** Single writes, conditional creates, repeats. @spec FHIR R4 http https://hl7.org/fhir/R4/http.html */
import { sql } from 'kysely'
import { afterAll, beforeAll, beforeEach, describe, expect, test } from 'vitest'
import { type Caller, matches, rulesOf } from '../../tests/harness/caller.ts'
import { CLINIC, HOSPITAL, openPlatform, type Platform } from '../../tests/harness/platform.ts'

const memberSystem = 'http://jpfhir.jp/fhir/clins/Idsystem/JP_Insurance_memberID'

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
  await platform.relate(key, HOSPITAL)
})

const pressure = (more: object = {}) => ({
  resourceType: 'Observation',
  status: 'final',
  code: { text: '血圧' },
  subject: { reference: `Patient/${key}` },
  ...more,
})
const create = async (more: object = {}) => {
  const answer = await hospital.post('/fhir/R4/Observation', pressure(more))
  expect(answer.status, answer.text).toBe(201)
  return answer.body.id!
}
const rows = () => platform.count(sql`select 1 from record.resource where key = ${key}`)

describe('create', () => {
  test('answers with place, version and the stored resource', async () => {
    const answer = await hospital.post('/fhir/R4/Observation', pressure({ id: 'mine', meta: { versionId: '9', tag: [{ code: 't' }] } }))
    const { id } = answer.body
    expect(answer.status).toBe(201)
    expect(answer.headers).toMatchObject({ location: `http://localhost/fhir/R4/Observation/${id}/_history/1`, etag: 'W/"1"' })
    expect(answer.body).toMatchObject({
      meta: { versionId: '1', lastUpdated: platform.clock.at.toISOString(), tag: [{ code: 't' }] },
      subject: { reference: `Patient/${key}` },
    })
    expect(id!.startsWith(`${key}.`)).toBe(true)
    expect((await hospital.get(`/fhir/R4/Observation/${id}`)).body).toEqual(answer.body)
  })

  test('return=minimal answers without a body', async () => {
    const answer = await hospital.post('/fhir/R4/Observation', pressure(), { prefer: 'return=minimal' })
    expect([answer.status, answer.text]).toEqual([201, ''])
  })

  test.each<[string, () => object | string, number, string]>([
    ['a broken resource', () => pressure({ status: 'perhaps' }), 422, ''],
    ['another type than the address', () => ({ resourceType: 'Condition' }), 422, 'structure/resource-type'],
    ['a stranger', () => pressure({ subject: { reference: 'Patient/nobody' } }), 422, 'patient-unknown'],
    ['nobody', () => ({ resourceType: 'Observation', status: 'final', code: { text: 'x' } }), 422, 'patient-unknown'],
    ['no JSON', () => 'x', 400, 'json/syntax'],
    ['U+0000', () => JSON.stringify(pressure({ code: { text: 'a' } })).replace('"a"', '"a\\u0000"'), 0, ''],
    ['an unpaired surrogate', () => JSON.stringify(pressure({ code: { text: 'a' } })).replace('"a"', '"a\\ud800"'), 0, ''],
  ])('refuses %s and keeps nothing', async (_name, body, status, rule) => {
    const before = await rows()
    const answer = await hospital.post('/fhir/R4/Observation', body())
    if (status > 0) expect(answer.status).toBe(status)
    expect([400, 422]).toContain(answer.status)
    if (rule) expect(rulesOf(answer)).toContain(rule)
    expect(await rows()).toBe(before)
  })

  test('writing about a person opens nothing for reading', async () => {
    const theirs = await create()
    expect((await clinic.post('/fhir/R4/Observation', pressure())).status).toBe(201)
    expect((await clinic.get(`/fhir/R4/Observation/${theirs}`)).status).toBe(404)
    expect((await clinic.get(`/fhir/R4/Patient/${key}`)).status).toBe(404)
    expect((await clinic.get(`/fhir/R4/Observation?patient=${key}`)).body.total).toBe(1)
  })

  test('values longer than an index takes are stored and found', async () => {
    const long = 'あ'.repeat(4_000)
    await create({
      identifier: [{ system: 'urn:x', value: long }],
      code: { coding: [{ system: 'urn:y', code: 'z'.repeat(5_000) }], text: `${'𠮷'.repeat(249)}x${'𠮷'.repeat(10)}` },
    })
    expect(
      matches(
        await hospital.post('/fhir/R4/Observation/_search', `identifier=${encodeURIComponent(`urn:x|${long}`)}`, {
          'content-type': 'application/x-www-form-urlencoded',
        }),
      ),
    ).toHaveLength(1)
  })

  test.each([
    ['CapabilityStatement', 405],
    ['AuditEvent', 405],
    // A person gives it, or their app.
    ['Consent', 403],
  ] as const)('%s is not a system’s to write', async (type, status) => {
    expect((await hospital.post(`/fhir/R4/${type}`, { resourceType: type, type: 'collection' })).status).toBe(status)
  })

  test('registers are everybody’s: created by one, read by another', async () => {
    const { id } = (await hospital.post('/fhir/R4/Organization', { resourceType: 'Organization', name: 'みどり総合病院' })).body
    expect((await clinic.get(`/fhir/R4/Organization/${id}`)).status).toBe(200)
    expect((await clinic.put(`/fhir/R4/Organization/${id}`, { resourceType: 'Organization', id, name: '乗っ取り' })).status).toBe(403)
  })

  test('is refused without the scope', async () => {
    const reader = await platform.system(HOSPITAL, ['system/Observation.rs'])
    expect(rulesOf(await reader.post('/fhir/R4/Observation', pressure()))).toEqual(['scope-missing'])
    expect((await reader.get('/fhir/R4/Observation')).status).toBe(200)
    expect(rulesOf(await reader.get('/fhir/R4/Condition'))).toEqual(['scope-missing'])
    expect(rulesOf(await reader.get('/fhir/R4/Condition/x'))).toEqual(['scope-missing'])
    expect(rulesOf(await reader.get('/fhir/R4/Condition/x/_history'))).toEqual(['scope-missing'])
  })
})

describe('Patient', () => {
  const patient = (value: string, more: object = {}) => ({
    resourceType: 'Patient',
    identifier: [{ system: memberSystem, value }],
    name: [{ text: '新田 一' }],
    birthDate: '2001-02-03',
    gender: 'male',
    ...more,
  })
  let n = 0
  const fresh = () => `06990001:88:${++n}:01`

  test('enters the register, and a second one of the same member id is told where the first stands', async () => {
    const id = fresh()
    const first = await hospital.post('/fhir/R4/Patient', patient(id))
    expect(first.status, first.text).toBe(201)
    const again = await clinic.post('/fhir/R4/Patient', patient(id))
    expect([again.status, rulesOf(again)]).toEqual([409, ['already-exists']])
    expect(again.text).toContain(first.body.id)
  })

  test('cannot take over another person’s member id', async () => {
    const [one, two] = [fresh(), fresh()]
    const first = (await hospital.post('/fhir/R4/Patient', patient(one))).body
    await hospital.post('/fhir/R4/Patient', patient(two))
    expect((await hospital.put(`/fhir/R4/Patient/${first.id}`, { ...patient(two), id: first.id })).status).toBe(400)
    expect(
      (
        await hospital.post('/fhir/R4/Patient', {
          ...patient(fresh()),
          identifier: [
            { system: memberSystem, value: fresh() },
            { system: memberSystem, value: two },
          ],
        })
      ).status,
    ).toBe(400)
    const corrected = await hospital.put(`/fhir/R4/Patient/${first.id}`, { ...patient(one), id: first.id, name: [{ text: '新田 はじめ' }] })
    expect(corrected.status, corrected.text).toBe(200)
  })

  test('of the register itself, and of another institution, stays as it is', async () => {
    const id = (await hospital.post('/fhir/R4/Patient', patient(fresh()))).body.id!
    await platform.relate(id, CLINIC)
    expect((await clinic.put(`/fhir/R4/Patient/${id}`, { ...patient(fresh()), id })).status).toBe(403)
    expect((await hospital.remove(`/fhir/R4/Patient/${id}`)).status).toBe(405)
  })
})

describe('update', () => {
  test('makes the next version; the earlier ones stay; what is found follows', async () => {
    const id = await create({ code: { text: '血圧', coding: [{ code: 'old' }] } })
    platform.clock.forward(1_000)
    const answer = await hospital.put(`/fhir/R4/Observation/${id}`, pressure({ id, code: { text: '脈', coding: [{ code: 'new' }] } }))
    expect([answer.status, answer.headers.etag]).toEqual([200, 'W/"2"'])
    expect((await hospital.get(`/fhir/R4/Observation/${id}/_history/1`)).body).toMatchObject({ code: { text: '血圧' } })
    expect((await hospital.get(`/fhir/R4/Observation/${id}/_history`)).body.total).toBe(2)
    expect(matches(await hospital.get(`/fhir/R4/Observation?patient=${key}&code=old`))).toHaveLength(0)
    expect(matches(await hospital.get(`/fhir/R4/Observation?patient=${key}&code=new`))).toHaveLength(1)
  })

  test('If-Match: the version seen last, or nothing happens', async () => {
    const id = await create()
    const put = (tag: string) => hospital.put(`/fhir/R4/Observation/${id}`, pressure({ id }), { 'if-match': tag })
    expect(rulesOf(await put('W/"2"'))).toEqual(['version-conflict'])
    expect((await put('W/"1"')).status).toBe(200)
    expect((await put('W/"1"')).status).toBe(412)
    expect((await put('one')).status).toBe(400)
    expect((await hospital.put('/fhir/R4/Observation/new-one', pressure({ id: 'new-one' }), { 'if-match': 'W/"1"' })).status).toBe(412)
  })

  test('20 updates of one version at once: one wins', async () => {
    const id = await create()
    const answers = await Promise.all(
      Array.from({ length: 20 }, () => hospital.put(`/fhir/R4/Observation/${id}`, pressure({ id }), { 'if-match': 'W/"1"' })),
    )
    expect(answers.filter((a) => a.status === 200)).toHaveLength(1)
    expect(answers.filter((a) => a.status === 412)).toHaveLength(19)
  })

  test('20 updates at once without If-Match: every version once, no gap', async () => {
    const id = await create()
    const answers = await Promise.all(Array.from({ length: 20 }, () => hospital.put(`/fhir/R4/Observation/${id}`, pressure({ id }))))
    expect(answers.map((a) => Number(/\d+/.exec(a.headers.etag!)![0])).sort((a, b) => a - b)).toEqual(
      Array.from({ length: 20 }, (_, i) => i + 2),
    )
    expect((await hospital.get(`/fhir/R4/Observation/${id}/_history`)).body.total).toBe(21)
  })

  test('moves a resource to no other person', async () => {
    const id = await create()
    const other = await platform.enter()
    await platform.relate(other.key, HOSPITAL)
    expect(
      (await hospital.put(`/fhir/R4/Observation/${id}`, pressure({ id, subject: { reference: `Patient/${other.key}` } }))).status,
    ).toBe(403)
  })

  test('of another id than the address is refused', async () => {
    expect((await hospital.put('/fhir/R4/Observation/a', pressure({ id: 'b' }))).status).toBe(400)
  })

  test('under an id of the client’s own: created once, then replaced; nobody else can have it', async () => {
    const id = `ob-${key}`
    expect((await hospital.put(`/fhir/R4/Observation/${id}`, pressure({ id }))).status).toBe(201)
    expect((await hospital.put(`/fhir/R4/Observation/${id}`, pressure({ id }))).status).toBe(200)
    expect((await hospital.get(`/fhir/R4/Observation/${id}`)).status).toBe(200)
    expect((await hospital.get(`/fhir/R4/Observation/${id}/_history`)).body.total).toBe(2)
    const theirs = (await platform.enter()).key
    await platform.relate(theirs, CLINIC)
    expect(
      (await clinic.put(`/fhir/R4/Observation/${id}`, { ...pressure({ id }), subject: { reference: `Patient/${theirs}` } })).status,
    ).toBe(409)
  })

  test('20 first writes under one id at once: one resource', async () => {
    const id = `race-${key}`
    const answers = await Promise.all(Array.from({ length: 20 }, () => hospital.put(`/fhir/R4/Observation/${id}`, pressure({ id }))))
    expect(answers.filter((a) => a.status === 201)).toHaveLength(1)
    expect(answers.every((a) => [200, 201, 409, 412].includes(a.status))).toBe(true)
    expect(await platform.count(sql`select 1 from record.resource where id = ${id}`)).toBe(1)
  })
})

describe('delete', () => {
  test('takes it out of sight; history says so; again changes nothing; an update brings it back', async () => {
    const id = await create()
    expect((await hospital.remove(`/fhir/R4/Observation/${id}`)).status).toBe(204)
    expect((await hospital.remove(`/fhir/R4/Observation/${id}`)).headers.etag).toBe('W/"2"')
    expect((await hospital.get(`/fhir/R4/Observation/${id}`)).status).toBe(410)
    expect((await hospital.get(`/fhir/R4/Observation/${id}/_history/2`)).status).toBe(410)
    expect((await hospital.get(`/fhir/R4/Observation/${id}/_history/9`)).status).toBe(404)
    expect((await hospital.get(`/fhir/R4/Observation?patient=${key}`)).body.entry).toBeUndefined()
    expect((await hospital.put(`/fhir/R4/Observation/${id}`, pressure({ id }))).headers.etag).toBe('W/"3"')
    expect((await hospital.get(`/fhir/R4/Observation/${id}/_history`)).body.entry!.map((e) => e.response!.status)).toEqual([
      '200',
      '204',
      '201',
    ])
  })

  test('of another institution’s: not found', async () => {
    const id = await create()
    await platform.relate(key, CLINIC)
    expect((await clinic.remove(`/fhir/R4/Observation/${id}`)).status).toBe(404)
  })
})

describe('If-None-Exist', () => {
  const identifier = (value: string) => ({ identifier: [{ system: 'urn:lab', value }] })

  test('50 at once make one', async () => {
    const answers = await Promise.all(
      Array.from({ length: 50 }, () =>
        hospital.post('/fhir/R4/Observation', pressure(identifier('x1')), { 'if-none-exist': 'identifier=urn:lab|x1' }),
      ),
    )
    expect(answers.filter((a) => a.status === 201)).toHaveLength(1)
    expect(answers.filter((a) => a.status === 200)).toHaveLength(49)
    expect(new Set(answers.map((a) => a.headers.location)).size).toBe(1)
    expect(await rows()).toBe(1)
  })

  test('several matches, or a criterion nobody knows, are refused', async () => {
    await create(identifier('x2'))
    await create(identifier('x2'))
    expect(rulesOf(await hospital.post('/fhir/R4/Observation', pressure(), { 'if-none-exist': 'identifier=urn:lab|x2' }))).toEqual([
      'multiple-matches',
    ])
    expect((await hospital.post('/fhir/R4/Observation', pressure(), { 'if-none-exist': 'colour=red' })).status).toBe(400)
    expect((await hospital.post('/fhir/R4/Observation', pressure(), { 'if-none-exist': '' })).status).toBe(400)
  })
})

describe('Idempotency-Key', () => {
  const post = (of: string, body: object, who = hospital, headers = {}) =>
    who.post('/fhir/R4/Observation', body, { 'idempotency-key': of, ...headers })

  test('the same again gets the first answer, and is written down again', async () => {
    const first = await post('k1', pressure())
    const again = await post('k1', pressure())
    expect([again.status, again.text, again.headers.location, again.headers['content-type']]).toEqual([
      201,
      first.text,
      first.headers.location,
      first.headers['content-type'],
    ])
    expect(await rows()).toBe(1)
    expect(await platform.count(sql`select 1 from kernel.audit where rule = 'idempotent-replay'`)).toBe(1)
  })

  test('an answer without a body has none the second time', async () => {
    await post('k2', pressure(), hospital, { prefer: 'return=minimal' })
    expect((await post('k2', pressure(), hospital, { prefer: 'return=minimal' })).text).toBe('')
  })

  test('other content under the same key is refused', async () => {
    await post('k3', pressure())
    expect(rulesOf(await post('k3', pressure({ status: 'amended' })))).toEqual(['idempotency-mismatch'])
  })

  test('20 at once make one resource and one answer', async () => {
    const answers = await Promise.all(Array.from({ length: 20 }, () => post('k4', pressure())))
    expect(new Set(answers.map((a) => `${a.status} ${a.headers.location}`)).size).toBe(1)
    expect(await rows()).toBe(1)
  })

  test('belongs to the caller, not to the world; a refused try does not use it up', async () => {
    expect((await post('k5', pressure({ status: 'perhaps' }))).status).toBe(422)
    expect((await post('k5', pressure())).status).toBe(201)
    await platform.relate(key, CLINIC)
    expect((await post('k5', pressure(), clinic)).status).toBe(201)
    expect(await rows()).toBe(2)
  })

  test('a key without end is refused', async () => expect((await post('k'.repeat(5_000), pressure())).status).toBe(400))
})
