/** What entries may ask for beyond creating: every read, conditions that meet, links in narratives. @spec FHIR R4 http, batch/transaction */
import { sql } from 'kysely'
import { afterAll, beforeAll, beforeEach, describe, expect, test } from 'vitest'
import type { Caller, FhirBody, Heard } from '../../../tests/harness/caller.ts'
import { HOSPITAL, openPlatform, type Platform } from '../../../tests/harness/platform.ts'

let platform: Platform
let hospital: Caller
let key: string
let id: string
beforeAll(async () => {
  platform = await openPlatform()
})
afterAll(() => platform?.close())
beforeEach(async () => {
  hospital = await platform.system(HOSPITAL)
  ;({ key } = await platform.enter())
  await platform.relate(key, HOSPITAL)
  id = (await hospital.post('/fhir/R4/Observation', observation({ identifier: [{ system: 'urn:t', value: key }] }))).body.id!
})

const observation = (more: object = {}) => ({
  resourceType: 'Observation',
  status: 'final',
  code: { text: '脈拍' },
  subject: { reference: `Patient/${key}` },
  ...more,
})
type Asked = { fullUrl?: string; resource?: object; request: { method: string; url: string; [more: string]: string } }
const run = (type: 'transaction' | 'batch', entry: Asked[]) => hospital.post('/fhir/R4', { resourceType: 'Bundle', type, entry })
const statuses = ({ body }: Heard) => body.entry!.map((e) => e.response!.status)
const BASE = 'http://localhost/fhir/R4'

describe('a read among entries is answered as it is alone', () => {
  test.each<[string, string, (of: FhirBody | undefined) => unknown, unknown]>([
    ['a version', 'Observation/ID/_history/1', (r) => r?.meta?.versionId, '1'],
    ['the history of one', 'Observation/ID/_history', (r) => r?.type, 'history'],
    ['the history of a type', 'Observation/_history?_count=1', (r) => r?.entry?.length, 1],
    ['the history of everything', '_history?_count=1', (r) => r?.entry?.length, 1],
    ['a search', 'Observation?patient=KEY', (r) => [r?.total, r?.link?.[0]?.relation], [1, 'self']],
    ['a search with what is beside it', 'Observation?_id=ID&_include=Observation:code', (r) => r?.resourceType, undefined],
    ['a count', 'Observation?patient=KEY&_summary=count', (r) => [r?.total, r?.entry], [1, undefined]],
    ['what nobody knows', 'Observation?_id=ID&nobody=x', (r) => r?.entry?.map((e) => e.search?.mode), ['match', 'outcome']],
    ['several types', '?_type=Observation,Encounter&_id=ID', (r) => r?.total, 1],
    ['a compartment', 'Patient/KEY/Observation', (r) => r?.total, 1],
    ['a part', 'Observation/ID?_elements=status', (r) => [r?.status, r?.identifier], ['final', undefined]],
    ['an operation', 'Observation/ID/$meta', (r) => r?.resourceType, 'Parameters'],
    ['what the server can do', 'metadata', (r) => r?.resourceType, 'CapabilityStatement'],
    ['from the root of the server', '/Observation/ID', (r) => r?.id, 'ID'],
    ['in full', `${BASE}/Observation/ID`, (r) => r?.id, 'ID'],
  ])('%s: %s', async (_name, url, look, expected) => {
    const heard = await run('batch', [{ request: { method: 'GET', url: url.replace('ID', id).replace('KEY', key) } }])
    const [entry] = heard.body.entry!
    expect(look(entry!.resource), heard.text).toEqual(expected === 'ID' ? id : expected)
    expect(entry!.response!.status).toBe(expected === undefined ? '400' : '200')
  })

  test('what the caller has is not sent again, and HEAD carries nothing', async () => {
    const heard = await run('batch', [
      { request: { method: 'GET', url: `Observation/${id}`, ifNoneMatch: 'W/"1"' } },
      { request: { method: 'GET', url: `Observation/${id}`, ifModifiedSince: '2099-01-01T00:00:00Z' } },
      { request: { method: 'HEAD', url: `Observation/${id}` } },
      { request: { method: 'GET', url: `Observation/${id}`, ifNoneMatch: 'W/"2"' } },
    ])
    expect(statuses(heard)).toEqual(['304', '304', '200', '200'])
    expect(heard.body.entry!.map((e) => e.resource !== undefined)).toEqual([false, false, false, true])
  })

  test('a version that nobody can read refuses its own entry', async () => {
    const put = {
      resource: { resourceType: 'Organization', id: 'x', name: '病院' },
      request: { method: 'PUT', url: 'Organization/x', ifMatch: 'one' },
    }
    const read = { request: { method: 'GET', url: `Observation/${id}` } }
    expect(statuses(await run('batch', [put, read]))).toEqual(['400', '200'])
    expect((await run('transaction', [put, read])).status).toBe(400)
  })

  test.each(['$export', 'Patient/a/b/c/d', '%E3%81', '.well-known/smart-configuration', '../../../health'])('%s is none', async (url) => {
    const heard = await run('batch', [{ request: { method: 'GET', url } }])
    expect(statuses(heard)[0], heard.text).toMatch(/^4/)
  })
})

test.each(['batch', 'transaction'] as const)('a %s without entries is answered without entries', async (type) => {
  const heard = await hospital.post('/fhir/R4', { resourceType: 'Bundle', type })
  expect([heard.status, heard.body]).toEqual([200, { resourceType: 'Bundle', type: `${type}-response` }])
})

test('what is no JSON and no XML at all is refused as unreadable, a resource that breaks a rule as that', async () => {
  const xml = { 'content-type': 'application/fhir+xml' }
  const status = async (body: string, headers?: Record<string, string>) =>
    (await hospital.post('/fhir/R4/Observation', body, headers)).status
  expect([await status('{"a":'), await status('<a', xml), await status('{"resourceType":"Observation"}')]).toEqual([400, 400, 422])
})

describe('one place is written to once', () => {
  const named = () => `Observation?identifier=urn:t|${key}`
  const put = (url: string, more: object = {}): Asked => ({
    resource: observation({ identifier: [{ system: 'urn:t', value: key }], ...more }),
    request: { method: 'PUT', url },
  })
  test.each<[string, () => Asked[]]>([
    ['by id and by condition', () => [put(`Observation/${id}`, { id }), put(named())]],
    ['by one condition twice', () => [put(named()), put(named(), { status: 'amended' })]],
    ['deleted by condition, and changed', () => [{ request: { method: 'DELETE', url: named() } }, put(`Observation/${id}`, { id })]],
  ])('%s: refused whole', async (_name, entries) => {
    const heard = await run('transaction', entries())
    expect(heard.status, heard.text).toBe(400)
    expect(heard.body.issue![0]!.expression![0]).toMatch(/^Bundle\.entry\[[01]\]$/)
    expect(await platform.count(sql`select 1 from record.version where id = ${id}`)).toBe(0)
  })

  test('the control: a batch runs them one after the other', async () => {
    expect(statuses(await run('batch', [put(`Observation/${id}`, { id }), put(named())]))).toEqual(['200', '200'])
  })

  test.each<[string, string]>([
    ['*', '200'],
    ['W/"1", W/"9"', '200'],
    ['W/"9"', '412'],
    ['nonsense', '400'],
  ])('If-Match: %s answers %s', async (ifMatch, status) => {
    const entry = put(`Observation/${id}`, { id })
    const heard = await run('batch', [{ ...entry, request: { ...entry.request, ifMatch } }])
    expect(heard.status === 200 ? statuses(heard)[0] : String(heard.status)).toBe(status)
  })
})

test('links and pictures of a narrative lead where the entries stand; words and identifiers stay', async () => {
  const urn = 'urn:uuid:0c3151bd-1cbf-4d64-b04d-cd9187a4c6e0'
  const div = (to: string) => `<div xmlns="http://www.w3.org/1999/xhtml"><a href="${to}">x</a><img alt="" src='${to}'/>${urn}</div>`
  const heard = await run('transaction', [
    {
      resource: observation({
        text: { status: 'generated', div: div(urn) },
        extension: [
          { url: 'urn:a', valueUri: urn },
          { url: 'urn:b', valueString: urn },
        ],
        identifier: [{ system: 'urn:ietf:rfc:3986', value: urn }],
      }),
      request: { method: 'POST', url: 'Observation' },
    },
    {
      fullUrl: urn,
      resource: { resourceType: 'Binary', contentType: 'text/plain', data: 'YQ==', securityContext: { reference: `Patient/${key}` } },
      request: { method: 'POST', url: 'Binary' },
    },
  ])
  expect(heard.status, heard.text).toBe(200)
  const [one, file] = heard.body.entry!.map((e) => e.response!.location!.split('/_history')[0]!)
  expect((await hospital.get(`/fhir/R4/${one}`)).body).toMatchObject({
    text: { div: div(file!) },
    extension: [{ valueUri: file }, { valueString: urn }],
    identifier: [{ value: urn }],
  })
})

test('what stands after # of an entry goes with the reference', async () => {
  const urn = 'urn:uuid:0c3151bd-1cbf-4d64-b04d-cd9187a4c6e1'
  const sent = { fullUrl: urn, resource: observation(), request: { method: 'POST', url: 'Observation' } }
  const of = (reference: string): Asked => ({
    resource: observation({ derivedFrom: [{ reference }] }),
    request: { method: 'POST', url: 'Observation' },
  })
  const heard = await run('transaction', [of(`${urn}#part`), sent])
  expect(heard.status, heard.text).toBe(200)
  const [one, other] = heard.body.entry!.map((e) => e.response!.location!.split('/_history')[0]!)
  expect((await hospital.get(`/fhir/R4/${one}`)).body.derivedFrom).toEqual([{ reference: `${other}#part` }])
  const found = await hospital.get(`/fhir/R4/Observation?patient=${key}&derived-from=${other}`)
  expect(found.body.total).toBe(1)
  const lost = await run('transaction', [of('urn:uuid:0c3151bd-1cbf-4d64-b04d-cd9187a4c6e2#part')])
  expect([lost.status, lost.body.issue![0]!.expression]).toEqual([400, ['Bundle.entry[0]']])
})

test('a patient of another server is none of ours', async () => {
  const elsewhere = observation({ subject: { reference: `http://other.example/fhir/Patient/${key}` } })
  expect((await hospital.post('/fhir/R4/Observation', elsewhere)).status).toBe(422)
  const control = observation({ subject: { reference: `${BASE}/Patient/${key}` } })
  expect((await hospital.post('/fhir/R4/Observation', control)).status).toBe(201)
})
