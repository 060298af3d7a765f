/** Changes in parts. @spec FHIR R4 http, patch; RFC 6902 */
import { afterAll, beforeAll, beforeEach, describe, expect, test } from 'vitest'
import { type Caller, rulesOf } from '../../tests/harness/caller.ts'
import { CLINIC, HOSPITAL, openPlatform, type Platform } from '../../tests/harness/platform.ts'

let platform: Platform
let hospital: Caller
let clinic: Caller
let key: string
let id: string
beforeAll(async () => {
  platform = await openPlatform()
})
afterAll(() => platform?.close())
beforeEach(async () => {
  ;[hospital, clinic] = await Promise.all([platform.system(HOSPITAL), platform.system(CLINIC)])
  ;({ key } = await platform.enter())
  await platform.relate(key, HOSPITAL)
  const made = await hospital.post('/fhir/R4/Observation', {
    resourceType: 'Observation',
    meta: { security: [{ code: 'R' }] },
    status: 'final',
    code: { text: '体温' },
    identifier: [{ system: 's', value: key }],
    subject: { reference: `Patient/${key}` },
    valueQuantity: { value: 36.5, unit: '℃' },
  })
  id = made.body.id!
})

const json = { 'content-type': 'application/json-patch+json' }
const change = (operations: object[], headers: Record<string, string> = {}, caller = hospital) =>
  caller.send('PATCH', `/fhir/R4/Observation/${id}`, operations, { ...json, ...headers })
const amend = [{ op: 'replace', path: '/status', value: 'amended' }]

test('changes a part, in a new version', async () => {
  const heard = await change(amend)
  expect([heard.status, heard.headers.etag, heard.body.status]).toEqual([200, 'W/"2"', 'amended'])
  expect((await hospital.get(`/fhir/R4/Observation/${id}`)).body).toMatchObject({ status: 'amended', valueQuantity: { value: 36.5 } })
})

test('by condition, and as an entry of a transaction', async () => {
  const where = `/fhir/R4/Observation?patient=${key}&identifier=s|${key}`
  expect((await hospital.send('PATCH', where, amend, json)).status).toBe(200)
  const data = Buffer.from(JSON.stringify([{ op: 'replace', path: '/status', value: 'corrected' }])).toString('base64')
  const entry = {
    resource: { resourceType: 'Binary', contentType: 'application/json-patch+json', data },
    request: { method: 'PATCH', url: `Observation/${id}` },
  }
  const heard = await hospital.post('/fhir/R4', { resourceType: 'Bundle', type: 'transaction', entry: [entry] })
  expect(heard.status, heard.text).toBe(200)
  expect((await hospital.get(`/fhir/R4/Observation/${id}`)).body).toMatchObject({ status: 'corrected', meta: { versionId: '3' } })
})

test('a FHIRPath Patch changes a part too, in JSON and in XML', async () => {
  const operation = (value: string) => ({
    resourceType: 'Parameters',
    parameter: [
      {
        name: 'operation',
        part: [
          { name: 'type', valueCode: 'replace' },
          { name: 'path', valueString: 'Observation.status' },
          { name: 'value', valueCode: value },
        ],
      },
    ],
  })
  const url = `/fhir/R4/Observation/${id}`
  expect((await hospital.send('PATCH', url, operation('amended'))).body).toMatchObject({ status: 'amended', meta: { versionId: '2' } })
  const xml = `<Parameters xmlns="http://hl7.org/fhir"><parameter><name value="operation"/><part><name value="type"/><valueCode value="replace"/></part>
    <part><name value="path"/><valueString value="Observation.status"/></part><part><name value="value"/><valueCode value="corrected"/></part></parameter></Parameters>`
  const heard = await hospital.send('PATCH', url, xml, { 'content-type': 'application/fhir+xml' })
  expect([heard.status, heard.body.status]).toEqual([200, 'corrected'])
  const moved = {
    ...operation('x'),
    parameter: [
      {
        name: 'operation',
        part: [
          { name: 'type', valueCode: 'delete' },
          { name: 'path', valueString: 'Observation.subject' },
        ],
      },
    ],
  }
  expect((await hospital.send('PATCH', url, moved)).status).toBe(422)
})

describe('refuses', () => {
  test.each<[string, object[], number, string]>([
    ['a test that fails', [{ op: 'test', path: '/status', value: 'preliminary' }, ...amend], 422, 'patch/test-failed'],
    ['a place that is not there', [{ op: 'remove', path: '/note/0' }], 422, 'patch/target'],
    ['a result that is no Observation', [{ op: 'remove', path: '/code' }], 422, ''],
    ['moving it to somebody else', [{ op: 'replace', path: '/subject/reference', value: 'Patient/other' }], 422, 'patch/immutable'],
    ['another id', [{ op: 'replace', path: '/id', value: 'x' }], 422, 'patch/immutable'],
    ['another type', [{ op: 'replace', path: '/resourceType', value: 'Condition' }], 422, 'patch/immutable'],
    ['taking its security label away', [{ op: 'remove', path: '/meta/security' }], 422, 'patch/immutable'],
    ['no list of operations', { op: 'add' } as never, 422, ''],
  ])('%s', async (_, operations, status, rule) => {
    const heard = await change(operations)
    expect(heard.status, heard.text).toBe(status)
    if (rule) expect(rulesOf(heard)).toContain(rule)
    expect((await hospital.get(`/fhir/R4/Observation/${id}`)).headers.etag).toBe('W/"1"')
  })

  test.each(['[{"op":', '', 'null and more'])('what is no JSON: %o', async (body) => {
    const heard = await hospital.send('PATCH', `/fhir/R4/Observation/${id}`, body, json)
    expect([heard.status, rulesOf(heard)], heard.text).toEqual([400, ['json/syntax']])
  })

  test('an older version than the one that stands', async () => {
    await change(amend)
    expect((await change(amend, { 'if-match': 'W/"1"' })).status).toBe(412)
  })

  test('another institution, which does not even see it', async () => {
    expect((await change(amend, {}, clinic)).status).toBe(404)
  })

  test('another media type', async () => {
    expect((await change(amend, { 'content-type': 'text/plain' })).status).toBe(415)
  })
})

test('forged version and instant are set again by the platform', async () => {
  const heard = await change([{ op: 'replace', path: '/meta/versionId', value: '99' }, ...amend])
  expect([heard.status, heard.body.meta?.versionId]).toEqual([200, '2'])
})

test('changes at the same moment follow one another', async () => {
  const heard = await Promise.all(
    Array.from({ length: 8 }, (_, n) => change([{ op: 'add', path: '/identifier/-', value: { system: 'n', value: String(n) } }])),
  )
  expect(heard.map((h) => h.status)).toEqual(Array(8).fill(200))
  expect((await hospital.get(`/fhir/R4/Observation/${id}`)).body).toMatchObject({ meta: { versionId: '9' } })
})
