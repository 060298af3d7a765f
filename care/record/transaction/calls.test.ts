/** Operations and searches by POST among the entries of a Bundle: as they are alone, under their own action in the log. */
import { sql } from 'kysely'
import { afterAll, beforeAll, beforeEach, describe, expect, test } from 'vitest'
import type { Caller, FhirBody, Heard } from '../../../tests/harness/caller.ts'
import { HOSPITAL, openPlatform, type Platform } from '../../../tests/harness/platform.ts'
import { openServed } from '../../../tests/harness/served.ts'
import { askAt } from '../../../tests/conformance/claims.ts'

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
  id = (await hospital.post('/fhir/R4/Observation', observation())).body.id!
})

const observation = (more: object = {}) => ({
  resourceType: 'Observation',
  status: 'final',
  code: { coding: [{ system: 'http://loinc.org', code: '8867-4' }] },
  subject: { reference: `Patient/${key}` },
  ...more,
})
type Asked = { fullUrl?: string; resource?: object; request: { method: string; url: string; [more: string]: string } }
const run = (type: 'transaction' | 'batch', entry: Asked[]) => hospital.post('/fhir/R4', { resourceType: 'Bundle', type, entry })
const posted = (url: string, resource?: object): Asked => ({ ...(resource ? { resource } : {}), request: { method: 'POST', url } })
const statuses = ({ body }: Heard) => body.entry!.map((e) => e.response!.status)
const parameters = (...parameter: object[]) => ({ resourceType: 'Parameters', parameter })
const label = () => parameters({ name: 'meta', valueMeta: { tag: [{ system: 'urn:t', code: key }] } })

type Look = (of: FhirBody | undefined) => unknown
const reading: [string, () => Asked, Look, unknown][] = [
  ['a search', () => posted(`Observation/_search?patient=${key}`), (r) => r?.total, 1],
  ['a search by Parameters', () => posted('Observation/_search', parameters({ name: '_id', valueString: id })), (r) => r?.total, 1],
  ['a search of every type', () => posted(`_search?_id=${id}`), (r) => r?.total, 1],
  ['a search of a compartment', () => posted(`Patient/${key}/Observation/_search`), (r) => r?.total, 1],
  ['labels', () => posted(`Observation/${id}/$meta`), (r) => r?.resourceType, 'Parameters'],
  ['everything', () => posted(`Patient/${key}/$everything`, parameters({ name: '_type', valueString: 'Observation' })), (r) => r?.total, 1],
  ['a query in GraphQL', () => posted('$graphql?query={__typename}'), (r) => r?.resourceType, 'Binary'],
]

describe('what only reads is answered in a batch and in a transaction', () => {
  test.each(reading)('%s', async (_name, asked, look, expected) => {
    const heard = await run('batch', [asked()])
    expect(statuses(heard), heard.text).toEqual(['200'])
    expect(look(heard.body.entry![0]!.resource), heard.text).toEqual(expected)
  })

  test('it sees what a transaction wrote before', async () => {
    const heard = await run('transaction', [
      posted(`Observation/_search?patient=${key}`),
      { resource: observation(), request: { method: 'POST', url: 'Observation' } },
      posted(`Observation/${id}/$meta`),
    ])
    expect(heard.status, heard.text).toBe(200)
    expect(statuses(heard)).toEqual(['200', '201', '200'])
    expect(heard.body.entry![0]!.resource!.total).toBe(2)
  })
})

describe('what writes', () => {
  const tags = async () => JSON.stringify((await hospital.get(`/fhir/R4/Observation/${id}`)).body.meta)

  test('runs in a batch', async () => {
    const heard = await run('batch', [posted(`Observation/${id}/$meta-add`, label())])
    expect(statuses(heard), heard.text).toEqual(['200'])
    expect(await tags()).toContain(key)
  })

  test('is no part of a transaction', async () => {
    const heard = await run('transaction', [posted(`Observation/${id}/$meta-add`, label())])
    expect([heard.status, heard.text]).toEqual([400, expect.stringContaining('Bundle.entry[0].request.url')])
    expect(await tags()).not.toContain(key)
  })

  test('refused, leaves nothing and stops nobody', async () => {
    const heard = await run('batch', [
      posted(`Observation/${key}.none/$meta-add`, label()),
      posted(`Observation/${id}/$meta-add`, { resourceType: 'Patient' }),
      posted(`Observation/${id}/$meta-add`, label()),
    ])
    expect(statuses(heard), heard.text).toEqual(['404', '422', '200'])
  })
})

test.each([
  ['$export', /^4/],
  ['Patient/$export', /^4/],
  ['$import', /^4/],
  ['Observation/$nobody', /^4/],
  [`Patient/x/$purge`, '403'],
])('%s is not called by an entry', async (url, status) => {
  const [said] = statuses(await run('batch', [posted(url, parameters())]))
  expect(said).toMatch(status)
})

test('each is written down under its own action, answered or refused', async () => {
  const before = (await sql<{ id: string }>`select max(id) as id from kernel.audit`.execute(platform.db)).rows[0]!.id
  await run('batch', [
    posted(`Observation/${id}/$meta`),
    posted(`Observation/_search?_id=${id}`),
    posted('Observation/_search?code:nobody=x'),
    { request: { method: 'GET', url: `Observation/${id}` } },
  ])
  const { rows } = await sql<{ said: string }>`select action || ' ' || outcome as said from kernel.audit where id > ${before}`.execute(
    platform.db,
  )
  const said = rows.map((r) => r.said).sort()
  expect(said).toEqual(['record.meta success', 'record.read success', 'record.search search-unsupported', 'record.search success'])
})

test.each<[string, () => Asked]>([
  ['a search', () => ({ request: { method: 'GET', url: 'Patient?name=%00' } })],
  ['a search by POST', () => posted('Patient/_search', parameters({ name: 'name', valueString: 'a\0' }))],
  ['an address', () => ({ request: { method: 'GET', url: 'Observation/a%00b' } })],
  ['a condition', () => ({ resource: observation(), request: { method: 'POST', url: 'Observation', ifNoneExist: 'identifier=a%00' } })],
  ['a code', () => ({ resource: observation({ language: 'a\0' }), request: { method: 'POST', url: 'Observation' } })],
  [
    'a narrative',
    () => posted('Observation', observation({ text: { status: 'generated', div: '<div xmlns="http://www.w3.org/1999/xhtml">a\0</div>' } })),
  ],
])('U+0000 in %s ends that entry alone', async (_name, asked) => {
  const control: Asked = { request: { method: 'GET', url: `Observation/${id}` } }
  const heard = await run('batch', [
    control,
    asked(),
    control,
    { resource: observation(), request: { method: 'POST', url: 'Observation' } },
  ])
  expect(heard.status, heard.text).toBe(200)
  expect(statuses(heard), heard.text).toEqual(['200', expect.stringMatching(/^4/), '200', '201'])
})

test('what other rooms answer is called too: a check, a code, the log that is not theirs', async () => {
  const served = await openServed()
  try {
    const { access_token } = await (await served.client('calling')).token()
    const ask = askAt(served.base, () => ({ authorization: `Bearer ${access_token}` }))
    const sick = { resourceType: 'Observation', status: 'final' }
    const entry = [
      posted('Observation/$validate', sick),
      posted('Observation/$validate', parameters({ name: 'resource', resource: sick })),
      posted(
        'CodeSystem/$lookup',
        parameters({ name: 'system', valueUri: 'http://hl7.org/fhir/administrative-gender' }, { name: 'code', valueCode: 'male' }),
      ),
      posted('AuditEvent/_search'),
      { request: { method: 'GET', url: 'CodeSystem/$lookup?system=http://hl7.org/fhir/administrative-gender&code=female' } },
    ]
    const { body } = await ask('POST', '', { body: { resourceType: 'Bundle', type: 'batch', entry } })
    const said = (body as FhirBody).entry!.map((e) => [e.response!.status, e.resource?.issue?.[0]?.severity ?? e.resource?.resourceType])
    expect(said).toEqual([
      ['200', 'error'],
      ['200', 'error'],
      ['200', 'Parameters'],
      ['403', undefined],
      ['200', 'Parameters'],
    ])
  } finally {
    await served.close()
  }
}, 60_000)
