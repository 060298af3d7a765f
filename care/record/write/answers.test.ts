/** What writers hear: of preconditions in every form, of a conditional create that found one, of an answer given again. */
import { afterAll, beforeAll, expect, test } from 'vitest'
import { type Caller, rulesOf } from '../../../tests/harness/caller.ts'
import { HOSPITAL, openPlatform, type Platform } from '../../../tests/harness/platform.ts'

let platform: Platform
let hospital: Caller
let key: string
let n = 0
beforeAll(async () => {
  platform = await openPlatform()
  hospital = await platform.system(HOSPITAL)
  ;({ key } = await platform.enter())
  await platform.relate(key, HOSPITAL)
})
afterAll(() => platform?.close())

const weight = (more: object = {}) => ({
  resourceType: 'Observation',
  status: 'final',
  code: { text: '体重' },
  subject: { reference: `Patient/${key}` },
  ...more,
})
const stored = async (more: object = {}) => (await hospital.post('/fhir/R4/Observation', weight(more))).body.id!

test.each<[string, number]>([
  ['W/"1"', 200],
  ['"1"', 200],
  ['*', 200],
  ['W/"7", W/"1"', 200],
  ['W/"2"', 412],
  ['W/"9999999999999"', 412],
  ['W/"abc"', 412],
  ['1', 400],
])('PUT with If-Match: %s answers %i', async (ifMatch, status) => {
  const id = await stored()
  expect((await hospital.put(`/fhir/R4/Observation/${id}`, weight({ id }), { 'if-match': ifMatch })).status).toBe(status)
})

test.each(['3', 'W/3', "'3'"])('If-Match: %s is refused by every write, and the refusal says what to send', async (ifMatch) => {
  const at = `/fhir/R4/Observation/${await stored()}`
  const headers = { 'if-match': ifMatch }
  const entry = { resource: weight({ id: 'x' }), request: { method: 'PUT', url: 'Observation/x', ifMatch } }
  for (const heard of [
    await hospital.put(at, weight({ id: at.split('/').at(-1) }), headers),
    await hospital.put('/fhir/R4/Observation?identifier=urn:t|x', weight(), headers),
    await hospital.send('PATCH', at, '[]', { ...headers, 'content-type': 'application/json-patch+json' }),
    await hospital.remove(at, headers),
    await hospital.post('/fhir/R4', { resourceType: 'Bundle', type: 'transaction', entry: [entry] }),
  ]) {
    expect([heard.status, rulesOf(heard)], heard.text).toEqual([400, ['if-match-unreadable']])
    for (const said of [heard.body.issue![0]!.details.text, heard.body.issue![0]!.diagnostics]) expect(said).toContain('W/"3"')
  }
})

test.each(['*', 'W/"1"'])('If-Match: %s is met by nothing where nothing stands', async (ifMatch) => {
  const id = `new-${++n}`
  const headers = { 'if-match': ifMatch }
  expect((await hospital.put(`/fhir/R4/Observation/${id}`, weight({ id }), headers)).status).toBe(412)
  expect((await hospital.put(`/fhir/R4/Observation?identifier=urn:t|${id}`, weight(), headers)).status).toBe(412)
  const gone = await stored()
  await hospital.remove(`/fhir/R4/Observation/${gone}`)
  expect((await hospital.put(`/fhir/R4/Observation/${gone}`, weight({ id: gone }), headers)).status).toBe(412)
})

test.each<[string | null, string | undefined]>([
  [null, undefined],
  ['return=minimal', undefined],
  ['return=representation', 'Observation'],
  ['return="representation"', 'Observation'],
  ['return=OperationOutcome', 'OperationOutcome'],
])('a conditional create that found one answers under Prefer: %s with %s', async (prefer, type) => {
  const value = `c-${++n}`
  const id = await stored({ identifier: [{ system: 'urn:t', value }] })
  const headers = { 'if-none-exist': `identifier=urn:t|${value}`, ...(prefer === null ? {} : { prefer }) }
  const heard = await hospital.post('/fhir/R4/Observation', weight(), headers)
  expect([heard.status, heard.headers.etag, heard.body.resourceType]).toEqual([200, 'W/"1"', type])
  if (type === 'Observation') expect(heard.body.id).toBe(id)
})

test('an answer given again has the form asked for then, and decimals as they were written', async () => {
  const entry = [{ resource: weight({ valueQuantity: { value: 0 } }), request: { method: 'POST', url: 'Observation' } }]
  const body = JSON.stringify({ resourceType: 'Bundle', type: 'transaction', entry }).replace('"value":0', '"value":52.50')
  const send = (headers: Record<string, string> = {}) =>
    hospital.post('/fhir/R4', body, { 'idempotency-key': 'again', prefer: 'return=representation', ...headers })
  const first = await send()
  expect(first.text).toContain('52.50')
  expect((await send()).text).toBe(first.text)
  const xml = await send({ accept: 'application/fhir+xml' })
  expect([xml.status, xml.headers['content-type']]).toEqual([200, 'application/fhir+xml; charset=utf-8'])
  expect(xml.text).toContain('<value value="52.50"/>')
})

test.each<[criteria: (value: string) => string, status: number]>([
  [(value) => `identifier=urn:t|${value}`, 200],
  [(value) => `?identifier=urn:t|${value}`, 200],
  [(value) => `Observation?identifier=urn:t|${value}`, 200],
  [(value) => `http://localhost/fhir/R4/Observation?identifier=urn:t|${value}`, 200],
  [(value) => `Patient?identifier=urn:t|${value}`, 400],
])('If-None-Exist: %s is read for the type that is written', async (criteria, status) => {
  const value = `d-${++n}`
  const identifier = [{ system: 'urn:t', value }]
  await stored({ identifier })
  const heard = await hospital.post('/fhir/R4/Observation', weight({ identifier }), { 'if-none-exist': criteria(value) })
  expect(heard.status, heard.text).toBe(status)
})

test('a name that stands twice is refused', async () => {
  const text = JSON.stringify(weight()).replace('{', '{"status":"amended",')
  const heard = await hospital.post('/fhir/R4/Observation', text)
  expect([heard.status, ...rulesOf(heard)]).toEqual([422, 'json/repeated-member'])
})
