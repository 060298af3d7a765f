/** References by condition: looked up in a transaction or batch, refused anywhere else. @spec FHIR R4 http, conditional references */
import { afterAll, beforeAll, beforeEach, expect, test } from 'vitest'
import { type Caller, rulesOf } from '../../../tests/harness/caller.ts'
import { HOSPITAL, openPlatform, type Platform } from '../../../tests/harness/platform.ts'
import { judge } from '../deposit.ts'
import { answersAt } from '../own-address.ts'
import { conditionalReferences, searchIn } from './conditional-reference.ts'

let platform: Platform
let hospital: Caller
let key: string
let n = 0
beforeAll(async () => {
  platform = await openPlatform()
})
afterAll(() => platform?.close())
beforeEach(async () => {
  hospital = await platform.system(HOSPITAL)
  ;({ key } = await platform.enter())
  await platform.relate(key, HOSPITAL)
})

const observation = (more: object = {}) => ({
  resourceType: 'Observation',
  status: 'final',
  code: { text: '脈拍' },
  subject: { reference: `Patient/${key}` },
  ...more,
})

answersAt('https://enishi.test/fhir/R4')
test.each<[string, string | null]>([
  ['Patient?identifier=a', 'Patient?identifier=a'],
  ['Patient?', 'Patient?'],
  ['https://enishi.test/fhir/R4/Patient?identifier=a/b', 'Patient?identifier=a/b'],
  ['https://other.test/fhir/Patient?identifier=a', null],
  ['Patient/1', null],
  ['Nobody?identifier=a', null],
  ['urn:x?Patient?a', null],
  ['#a?b', null],
])('%s looks for %o', (reference, search) => {
  expect(searchIn(reference)?.search ?? null).toBe(search)
})

test('is named with its place, also in what is contained, and not in a Bundle that is kept', () => {
  const reference = 'Practitioner?name=a'
  const resource = {
    ...observation(),
    performer: [{ reference: 'Practitioner/1' }, { reference }],
    contained: [{ resourceType: 'Specimen', subject: { reference } }],
  }
  const places = ['Observation.performer[1].reference', 'Observation.contained[0].subject.reference']
  expect(conditionalReferences(resource).map(({ path }) => path)).toEqual(places)
  expect(conditionalReferences({ resourceType: 'Bundle', type: 'collection', entry: [{ resource }] })).toEqual([])
  const found = judge(JSON.stringify({ resourceType: 'Bundle', type: 'document', entry: [{ resource }] })).findings
  expect(found.filter(({ ruleId }) => ruleId === 'reference/conditional')).toHaveLength(2)
})

test('no single write keeps one, and each says what to send', async () => {
  const id = (await hospital.post('/fhir/R4/Observation', observation())).body.id!
  const performer = [{ reference: 'Practitioner?identifier=urn:t|1' }]
  const bad = observation({ performer })
  const patch = JSON.stringify([{ op: 'add', path: '/performer', value: performer }])
  for (const heard of [
    await hospital.post('/fhir/R4/Observation', bad),
    await hospital.post('/fhir/R4/Observation', observation({ subject: { reference: 'Patient?identifier=urn:t|1' } })),
    await hospital.put(`/fhir/R4/Observation/${id}`, { ...bad, id }),
    await hospital.put(`/fhir/R4/Observation?_id=${id}`, bad),
    await hospital.send('PATCH', `/fhir/R4/Observation/${id}`, patch, { 'content-type': 'application/json-patch+json' }),
  ]) {
    expect([heard.status, rulesOf(heard).at(-1)], heard.text).toEqual([422, 'reference/conditional'])
    const issue = heard.body.issue!.at(-1)!
    for (const said of [issue.details.text, issue.diagnostics]) expect(said).toContain('Patient/123')
  }
  expect((await hospital.get(`/fhir/R4/Observation/${id}`)).headers.etag).toBe('W/"1"')
})

test.each(['transaction', 'batch'])('a %s looks it up, also where it names this server in full', async (type) => {
  const value = `c-${++n}`
  const performer = (
    await hospital.post('/fhir/R4/Practitioner', { resourceType: 'Practitioner', identifier: [{ system: 'urn:t', value }] })
  ).body
  const run = (reference: string) =>
    hospital.post('/fhir/R4', {
      resourceType: 'Bundle',
      type,
      entry: [{ resource: observation({ performer: [{ reference }] }), request: { method: 'POST', url: 'Observation' } }],
    })
  for (const reference of [`Practitioner?identifier=urn:t|${value}`, `http://localhost/fhir/R4/Practitioner?identifier=urn:t|${value}`]) {
    const heard = await run(reference)
    expect(heard.status, heard.text).toBe(200)
    const made = await hospital.get(`/fhir/R4/${heard.body.entry![0]!.response!.location!}`)
    expect(made.body.performer, heard.text).toEqual([{ reference: `Practitioner/${performer.id}` }])
  }
  const none = await run('Practitioner?identifier=urn:t|nobody')
  expect(type === 'batch' ? none.body.entry![0]!.response!.status : String(none.status)).toBe('400')
})
