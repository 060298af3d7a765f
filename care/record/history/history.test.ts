/** What a history may be asked for beside its span: a List, the number alone, any page size. @spec http://hl7.org/fhir/R4/http.html#history */
import { afterAll, beforeAll, expect, test } from 'vitest'
import { type Caller, type Heard, rulesOf } from '../../../tests/harness/caller.ts'
import { CLINIC, HOSPITAL, openPlatform, type Platform } from '../../../tests/harness/platform.ts'

let platform: Platform
let hospital: Caller
let [a, b, list] = ['', '', '']
beforeAll(async () => {
  platform = await openPlatform()
  hospital = await platform.system(HOSPITAL)
  const { key } = await platform.enter()
  await platform.relate(key, HOSPITAL)
  const observation = (more: object = {}) => ({
    resourceType: 'Observation',
    status: 'final',
    code: { text: '脈拍' },
    subject: { reference: `Patient/${key}` },
    ...more,
  })
  const stored = async () => {
    const { id } = (await hospital.post('/fhir/R4/Observation', observation())).body
    expect((await hospital.put(`/fhir/R4/Observation/${id}`, observation({ id }))).status).toBe(200)
    return id!
  }
  ;[a, b] = [await stored(), await stored()]
  const entry = [
    { item: { reference: `Observation/${a}` } },
    { item: { reference: `http://localhost/fhir/R4/Observation/${b}/_history/1` } },
  ]
  const named = { resourceType: 'List', status: 'current', mode: 'working', subject: { reference: `Patient/${key}` }, entry }
  list = (await hospital.post('/fhir/R4/List', named)).body.id!
})
afterAll(() => platform?.close())

const linkOf = (heard: Heard, relation: string) => heard.body.link!.find((link) => link.relation === relation)!.url
const versions = ({ body }: Heard) =>
  (body.entry ?? []).map((e) => `${e.resource!.id === a ? 'a' : e.resource!.id === b ? 'b' : 'list'} ${e.resource!.meta!.versionId}`)

test.each<[path: string, query: () => string, expected: string[]]>([
  ['Observation/_history', () => `_list=${list}`, ['a 1', 'a 2', 'b 1']],
  ['Observation/_history', () => `_list=List/${list}&_count=99999999999`, ['a 1', 'a 2', 'b 1']],
  ['_history', () => `_list=${list}`, ['a 1', 'a 2', 'b 1']],
  ['_history', () => '', ['a 1', 'a 2', 'b 1', 'b 2', 'list 1']],
  ['Observation/_history', () => '_sort=-_lastUpdated', ['a 1', 'a 2', 'b 1', 'b 2']],
])('%s?%o shows what is named', async (path, query, expected) => {
  const heard = await hospital.get(`/fhir/R4/${path}?${query()}`, { prefer: 'handling=strict' })
  expect(heard.status, heard.text).toBe(200)
  expect(versions(heard).sort()).toEqual(expected)
  expect(heard.body.total).toBe(expected.length)
})

test.each(['_summary=count', '_count=0'])('%s gives the number of versions alone, of a page as of all', async (query) => {
  for (const [path, total] of [
    ['Observation/_history', 4],
    [`Observation/${a}/_history`, 2],
    ['_history', 5],
  ] as const) {
    const { body } = await hospital.get(`/fhir/R4/${path}?${query}`)
    expect([body.type, body.total, body.entry]).toEqual(['history', total, undefined])
  }
  expect((await hospital.get(`/fhir/R4/Observation/_history?${query}&_list=${list}`)).body.total).toBe(3)
})

test('a List, and a number, tell nobody of what they may not see', async () => {
  const clinic = await platform.system(CLINIC)
  expect((await clinic.get(`/fhir/R4/_history?_list=${list}`)).status).toBe(404)
  expect((await clinic.get('/fhir/R4/Observation/_history?_summary=count')).body.total).toBe(0)
  expect((await clinic.get(`/fhir/R4/Observation/${a}/_history?_summary=count`)).status).toBe(404)
})

test.each(['_list=a/b', '_list=$current-problems'])('%s is refused, and the refusal says what to send', async (query) => {
  const heard = await hospital.get(`/fhir/R4/_history?${query}`)
  expect([heard.status, rulesOf(heard)]).toEqual([400, ['history-invalid']])
  expect(heard.body.issue![0]!.diagnostics).toContain('List/123')
})

test.each(['_sort=_lastUpdated', '_type=Observation', 'nobody=1'])('%s is refused where what nobody knows is', async (query) => {
  expect((await hospital.get(`/fhir/R4/_history?${query}`, { prefer: 'handling=strict' })).status).toBe(400)
  expect((await hospital.get(`/fhir/R4/_history?${query}`)).status).toBe(200)
})

test('pages keep the form they were asked in, and say which they are', async () => {
  const asked = '_count=2&_elements=status&_format=json&_pretty=true&_sort=-_lastUpdated'
  const first = await hospital.get(`/fhir/R4/Observation/_history?${asked}`)
  const next = linkOf(first, 'next')
  for (const [name, value] of new URLSearchParams(asked)) expect(new URL(next).searchParams.get(name)).toBe(value)
  const second = await hospital.get(next.slice(next.indexOf('/fhir/')))
  expect(linkOf(second, 'self')).toBe(next)
  const tags = second.body.entry!.map((e) => JSON.stringify(e.resource!.meta))
  expect(tags).toEqual([expect.stringContaining('SUBSETTED'), expect.stringContaining('SUBSETTED')])
})

test('a version says how it came: by POST under an id of the server, by PUT under one of its writer', async () => {
  const organization = { resourceType: 'Organization', name: '病院' }
  const made = (await hospital.post('/fhir/R4/Organization', organization)).body.id!
  await hospital.put('/fhir/R4/Organization/own-org', { ...organization, id: 'own-org' })
  await hospital.put('/fhir/R4/Organization/own-org', { ...organization, id: 'own-org' })
  const said = async (id: string) =>
    (await hospital.get(`/fhir/R4/Organization/${id}/_history`)).body.entry!.map(
      (e) => `${e.request!.method} ${e.request!.url} ${e.response!.status}`,
    )
  expect(await said(made)).toEqual(['POST Organization 201'])
  expect(await said('own-org')).toEqual(['PUT Organization/own-org 200', 'PUT Organization/own-org 201'])
})
