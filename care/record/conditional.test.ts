/** Conditional writes and reads, Prefer, history of types and of everything. @spec FHIR R4 http */
import { sql } from 'kysely'
import { afterAll, beforeAll, beforeEach, describe, expect, test } from 'vitest'
import { type Caller, type Heard, linkOf, rulesOf } from '../../tests/harness/caller.ts'
import { CLINIC, HOSPITAL, openPlatform, type Platform } from '../../tests/harness/platform.ts'

let platform: Platform
let hospital: Caller
let clinic: Caller
let key: string
let n = 0
beforeAll(async () => {
  platform = await openPlatform()
})
afterAll(() => platform?.close())
beforeEach(async () => {
  ;[hospital, clinic] = await Promise.all([platform.system(HOSPITAL), platform.system(CLINIC)])
  ;({ key } = await platform.enter())
  await Promise.all([platform.relate(key, HOSPITAL), platform.relate(key, CLINIC)])
})

const SYSTEM = 'urn:oid:1.2.392.1'
const number = () => `n${++n}-${key}`
const reading = (value: string, more: object = {}) => ({
  resourceType: 'Observation',
  status: 'final',
  code: { text: '体温' },
  subject: { reference: `Patient/${key}` },
  identifier: [{ system: SYSTEM, value }],
  ...more,
})
const at = (heard: Heard) => heard.headers.location!.split('/_history')[0]!.replace(/^.*\/fhir/, '/fhir')
const standing = () => platform.count(sql`select 1 from record.resource where key = ${key} and type = 'Observation' and not deleted`)

describe('PUT Observation?…', () => {
  test('creates where nothing meets the condition, then replaces what does', async () => {
    const value = number()
    const first = await hospital.put(`/fhir/R4/Observation?identifier=${SYSTEM}|${value}`, reading(value))
    expect(first.status, first.text).toBe(201)
    const second = await hospital.put(`/fhir/R4/Observation?identifier=${SYSTEM}|${value}`, reading(value, { status: 'amended' }))
    expect([second.status, second.headers.etag]).toEqual([200, 'W/"2"'])
    expect([at(second), await standing()]).toEqual([at(first), 1])
  })

  test('creates under the id the resource carries', async () => {
    const value = number()
    const made = await hospital.put(`/fhir/R4/Observation?identifier=${value}`, reading(value, { id: `own-${value}` }))
    expect([made.status, made.body.id]).toEqual([201, `own-${value}`])
  })

  test.each<[string, string, object, number]>([
    ['several meet it', 'code:text=体温', {}, 412],
    ['the resource carries another id than the one found', 'identifier=only', { id: 'other' }, 400],
    ['it names no condition', '', {}, 400],
    ['it names a condition nobody knows', 'colour=red', {}, 400],
  ])('refuses where %s', async (_, criteria, more, status) => {
    await hospital.post('/fhir/R4/Observation', reading('only'))
    await hospital.post('/fhir/R4/Observation', reading(number()))
    const asked =
      criteria === 'code:text=体温' ? `patient=${key}` : criteria === 'identifier=only' ? `patient=${key}&identifier=only` : criteria
    const before = await standing()
    expect((await hospital.put(`/fhir/R4/Observation?${asked}`, reading(number(), more))).status).toBe(status)
    expect(await standing()).toBe(before)
  })
})

describe('DELETE Observation?…', () => {
  test('deletes the one that meets the condition; none is as good; several are refused', async () => {
    const value = number()
    const made = await hospital.post('/fhir/R4/Observation', reading(value))
    await hospital.post('/fhir/R4/Observation', reading(number()))
    expect((await hospital.remove(`/fhir/R4/Observation?patient=${key}`)).status).toBe(412)
    expect((await hospital.remove(`/fhir/R4/Observation?patient=${key}&identifier=${value}`)).status).toBe(204)
    expect((await hospital.remove(`/fhir/R4/Observation?patient=${key}&identifier=${value}`)).status).toBe(204)
    expect([(await hospital.get(at(made))).status, await standing()]).toEqual([410, 1])
  })

  test('never reaches another institution’s', async () => {
    const value = number()
    await clinic.post('/fhir/R4/Observation', reading(value))
    expect((await hospital.remove(`/fhir/R4/Observation?patient=${key}&identifier=${value}`)).status).toBe(204)
    expect(await standing()).toBe(1)
  })
})

test('equal conditions at the same moment make one resource, however they are written', async () => {
  const value = number()
  const forms = [`identifier=${SYSTEM}|${value}&patient=${key}`, `patient=${key}&identifier=${SYSTEM}%7C${value}`]
  const heard = await Promise.all(
    Array.from({ length: 24 }, (_, i) => hospital.post('/fhir/R4/Observation', reading(value), { 'if-none-exist': forms[i % 2]! })),
  )
  expect(heard.filter((h) => h.status === 201)).toHaveLength(1)
  expect(new Set(heard.map(at)).size).toBe(1)
  expect(await standing()).toBe(1)
})

describe('PUT with preconditions', () => {
  test('If-None-Match: * writes only what is not there', async () => {
    const id = `once-${number()}`
    const put = () => hospital.put(`/fhir/R4/Observation/${id}`, reading(number(), { id }), { 'if-none-match': '*' })
    expect([(await put()).status, (await put()).status]).toEqual([201, 412])
    await hospital.remove(`/fhir/R4/Observation/${id}`)
    expect([(await put()).status, (await put()).status]).toEqual([200, 412])
  })

  test('two first versions of one id at the same moment become one after the other', async () => {
    const id = `race-${number()}`
    const heard = await Promise.all(Array.from({ length: 8 }, () => hospital.put(`/fhir/R4/Observation/${id}`, reading(number(), { id }))))
    expect(heard.map((h) => h.status).sort()).toEqual([200, 200, 200, 200, 200, 200, 200, 201])
    expect(new Set(heard.map((h) => h.headers.etag)).size).toBe(8)
  })

  test('an id of the platform’s own making cannot be taken by who may not see it', async () => {
    const made = await clinic.post('/fhir/R4/Observation', reading(number()))
    const taken = await hospital.put(at(made), reading(number(), { id: made.body.id }))
    expect([taken.status, rulesOf(taken)]).toEqual([409, ['already-exists']])
    expect((await clinic.get(at(made))).headers.etag).toBe('W/"1"')
  })

  test('a resource cannot be moved to nobody or to somebody else', async () => {
    const made = await hospital.post('/fhir/R4/Basic', {
      resourceType: 'Basic',
      code: { text: 'x' },
      subject: { reference: `Patient/${key}` },
    })
    const { key: other } = await platform.enter()
    await platform.relate(other, HOSPITAL)
    const move = (subject: object) => hospital.put(at(made), { resourceType: 'Basic', id: made.body.id, code: { text: 'x' }, ...subject })
    expect((await move({ subject: { reference: `Patient/${other}` } })).status).toBe(403)
    expect((await move({})).status).toBe(403)
    expect((await move({ subject: { reference: `Patient/${key}` } })).status).toBe(200)
  })
})

describe('whose a resource is', () => {
  test.each<[string, object]>([
    ['Group', { type: 'person', actual: true }],
    ['Schedule', { actor: [{ reference: 'Practitioner/p' }] }],
    ['Slot', { schedule: { reference: 'Schedule/s' }, status: 'free', start: '2026-01-01T00:00:00Z', end: '2026-01-01T01:00:00Z' }],
    ['Basic', { code: { text: 'x' } }],
    ['Bundle', { type: 'collection' }],
    ['Binary', { contentType: 'text/plain', data: 'aGk=' }],
  ])('a %s of nobody is read by its institution alone', async (type, more) => {
    const made = await hospital.post(`/fhir/R4/${type}`, { resourceType: type, ...more })
    expect(made.status, made.text).toBe(201)
    expect([(await hospital.get(at(made))).status, (await clinic.get(at(made))).status]).toEqual([200, 404])
  })

  test('an appointment belongs to the patient who takes part; one of two patients is refused', async () => {
    const { key: other } = await platform.enter()
    await platform.relate(other, HOSPITAL)
    const meeting = (...people: string[]) => ({
      resourceType: 'Appointment',
      status: 'proposed',
      participant: people.map((p) => ({ actor: { reference: `Patient/${p}` }, status: 'accepted' })),
    })
    const made = await hospital.post('/fhir/R4/Appointment', meeting(key))
    expect(made.body.id?.startsWith(`${key}.`)).toBe(true)
    expect((await hospital.post('/fhir/R4/Appointment', meeting(key, other))).status).toBe(422)
  })
})

describe('answers', () => {
  test.each<[string, number, string]>([
    ['return=minimal', 201, ''],
    ['return=OperationOutcome', 201, 'OperationOutcome'],
    ['return=representation', 201, 'Observation'],
  ])('Prefer: %s', async (prefer, status, type) => {
    const answer = await hospital.post('/fhir/R4/Observation', reading(number()), { prefer })
    expect([answer.status, answer.text === '' ? '' : answer.body.resourceType]).toEqual([status, type])
  })

  test.each<[string, (made: Heard) => Record<string, string>, number]>([
    ['If-None-Match with its version', (made) => ({ 'if-none-match': made.headers.etag! }), 304],
    ['If-None-Match with another', () => ({ 'if-none-match': 'W/"9"' }), 200],
    ['If-Modified-Since its instant', (made) => ({ 'if-modified-since': made.headers['last-modified']! }), 304],
    ['If-Modified-Since long before', () => ({ 'if-modified-since': 'Mon, 01 Jan 2001 00:00:00 GMT' }), 200],
    ['If-Modified-Since that is no date', () => ({ 'if-modified-since': 'yesterday' }), 200],
  ])('%s', async (_, headers, status) => {
    const made = await hospital.post('/fhir/R4/Observation', reading(number()))
    expect((await hospital.get(at(made), headers(made))).status).toBe(status)
  })
})

describe('history', () => {
  const versions = (heard: Heard) =>
    heard.body.entry?.map((e) => `${e.request?.method} ${String(e.request?.url).replace(/\/.*/, '')} ${e.response?.etag}`) ?? []

  test('of a type and of everything, newest first, in pages that neither repeat nor skip', async () => {
    platform.clock.at = new Date(platform.clock.at.getTime() + 60_000)
    const made = await hospital.post('/fhir/R4/Observation', reading(number()))
    await hospital.put(at(made), reading(number(), { id: made.body.id }))
    await hospital.remove(at(made))
    const whole = await hospital.get('/fhir/R4/Observation/_history?_count=3')
    expect(versions(whole)).toEqual(['DELETE Observation W/"3"', 'PUT Observation W/"2"', 'POST Observation W/"1"'])
    const seen: string[] = []
    let next: string | undefined = '/fhir/R4/_history?_count=2'
    for (let page = 0; next && page < 50; page++) {
      const heard: Heard = await hospital.get(next)
      seen.push(...(heard.body.entry ?? []).map((e) => `${e.fullUrl} ${e.response?.etag}`))
      next = linkOf(heard, 'next')?.replace(/^.*\/fhir/, '/fhir')
    }
    expect(seen.slice(0, 3)).toEqual(whole.body.entry!.map((e) => `${e.fullUrl} ${e.response?.etag}`))
    expect(new Set(seen).size).toBe(seen.length)
  })

  test('_since leaves out what is older, _at shows what stood then', async () => {
    const made = await hospital.post('/fhir/R4/Observation', reading(number()))
    const first = made.body.meta!.lastUpdated!
    platform.clock.at = new Date(platform.clock.at.getTime() + 60_000)
    await hospital.put(at(made), reading(number(), { id: made.body.id }))
    const second = platform.clock.at.toISOString()
    expect(versions(await hospital.get(`${at(made)}/_history?_since=${second}`))).toEqual(['PUT Observation W/"2"'])
    expect(versions(await hospital.get(`${at(made)}/_history?_at=${first}`))).toEqual(['POST Observation W/"1"'])
    expect(versions(await hospital.get(`${at(made)}/_history?_at=${second}`))).toEqual(['PUT Observation W/"2"'])
  })

  test.each<[at: (first: string, second: string) => string, found: number[]]>([
    [(first) => `_at=${first}`, [1]],
    [(_first, second) => `_at=${second}`, [2]],
    [(first) => `_at=${first.slice(0, 10)}`, [2, 1]],
    [(_first, second) => `_at=ge${second}`, [2]],
    [(_first, second) => `_at=lt${second}`, [1]],
    [(first) => `_at=le${first}`, [1]],
    [(first) => `_at=gt${first}`, [2, 1]],
    [(first, second) => `_at=ge${first}&_at=lt${second}`, [1]],
    [(_first, second) => `_at=eb${second}&_at=sa${second}`, []],
    [(first) => `_at=lt${first}`, []],
  ])('%s shows the versions that stood then', async (at, found) => {
    const made = await hospital.post('/fhir/R4/Observation', reading(number()))
    const first = made.body.meta!.lastUpdated!
    platform.clock.at = new Date(platform.clock.at.getTime() + 60_000)
    await hospital.put(`/fhir/R4/Observation/${made.body.id}`, reading(number(), { id: made.body.id }))
    const heard = await hospital.get(`/fhir/R4/Observation/${made.body.id}/_history?${at(first, platform.clock.at.toISOString())}`)
    expect([heard.status, versions(heard).map((v) => Number(/\d+/.exec(v)![0]))], heard.text).toEqual([200, found])
  })

  test('shows nothing of another institution', async () => {
    await hospital.post('/fhir/R4/Observation', reading(number()))
    const heard = await clinic.get('/fhir/R4/_history')
    expect(heard.text).not.toContain(key)
  })

  test.each([
    ['_count=x', '50'],
    ['_since=soon', '2026-11'],
    ['_since=ge2026', '2026-11'],
    ['_cursor=abc', 'link[next]'],
    ['_at=ne2026', 'ge2026-11-01'],
    ['_at=ap2026', 'ge2026-11-01'],
    ['_at=2026-13', 'ge2026-11-01'],
  ])('refuses %s, and says what to send', async (query, expected) => {
    const heard = await hospital.get(`/fhir/R4/_history?${query}`)
    expect([heard.status, rulesOf(heard)]).toEqual([400, ['history-invalid']])
    for (const said of [heard.body.issue![0]!.details.text, heard.body.issue![0]!.diagnostics]) expect(said).toContain(expected)
  })
})
