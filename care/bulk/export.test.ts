/**
 * Bulk export from the kick-off to the last line: what arrives is what a search shows, after a stop in the middle too, and never what
 * a person has taken back. Each guard has a control that shows the test can fail.
 *
 * @spec FHIR Bulk Data Access 2.0 https://hl7.org/fhir/uv/bulkdata/STU2/export.html
 */
import { readdir, readFile, stat } from 'node:fs/promises'
import { join } from 'node:path'
import { sql } from 'kysely'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import * as send from '../../tests/harness/bundles.ts'
import { type Caller, matches } from '../../tests/harness/caller.ts'
import { citizenActor, CLINIC, HOSPITAL, STRANGER } from '../../tests/harness/platform.ts'
import { type Bulk, bulkClient, manifestOf, openBulk } from './bulk.fixture.ts'

let bulk: Bulk
let hospital: Caller
let people: { key: string; personId: string; memberId: string | null }[]

const client = (caller: Caller) => bulkClient(caller, bulk.platform)
const work = async () => (await bulk.leader()).work()

beforeAll(async () => {
  bulk = await openBulk({ filesOf: 7 })
  const { platform } = bulk
  hospital = await platform.system(HOSPITAL)
  people = []
  for (const n of [1, 2, 3]) people.push(await platform.enter({ birthDate: `1958-04-1${n}` }))
  for (const [n, person] of people.entries()) {
    const about = { memberId: person.memberId!, patient: { birthDate: `1958-04-1${n + 1}` } }
    for (const bundle of [
      send.fiveItems({ ...about, localId: `c${n}` }, [send.hypertension, send.pneumonia]),
      send.fiveItems({ ...about, localId: `a${n}` }, [send.drugAllergy, send.foodAllergy]),
      send.fiveItems({ ...about, localId: `l${n}` }, [send.potassium, send.hepatitisB]),
    ]) {
      const answer = await hospital.submit(bundle)
      expect(answer.status, answer.text).toBe(201)
    }
  }
})
afterAll(() => bulk?.close())

/** `Type/id` of what a search shows. */
async function searched(caller: Caller, ...types: string[]): Promise<string[]> {
  const found = await Promise.all(types.map(async (type) => matches(await caller.get(`/fhir/R4/${type}?_count=1000`))))
  return found
    .flat()
    .map((r) => `${r.resourceType}/${r.id}`)
    .sort()
}
const TYPES = ['Patient', 'Condition', 'AllergyIntolerance', 'Observation']

describe('from kick-off to the last line', () => {
  test('what arrives is what searches show, in files of the size they should have', async () => {
    const status = await client(hospital).start(`$export?_type=${TYPES.join(',')}&_outputFormat=application/fhir%2Bndjson`)
    const before = await hospital.get(status)
    expect([before.status, before.headers['x-progress'], before.headers['retry-after']]).toEqual([202, 'waiting', '1'])
    const manifest = await client(hospital).poll(status, work)
    const all = await client(hospital).all(manifest)
    expect(all.length).toBeGreaterThan(15)
    expect(all).toEqual(await searched(hospital, ...TYPES))
    expect(manifest.request).toContain('/fhir/R4/$export?_type=Patient')
    expect([manifest.deleted, manifest.error]).toEqual([[], []])
  })

  test('lines of files add up to the counts, and files are private', async () => {
    const status = await client(hospital).start('Patient/$export')
    const manifest = await client(hospital).poll(status, work)
    expect(await client(hospital).all(manifest)).toEqual(await searched(hospital, ...TYPES))
    for (const { url, count } of manifest.output) expect(await client(hospital).file(url)).toHaveLength(count)
    const folder = join(bulk.home, 'bulk', status.split('/').at(-1)!)
    for (const name of await readdir(folder)) expect((await stat(join(folder, name))).mode & 0o777).toBe(0o600)
  })

  test('without respond-async, with an unknown type, element or format: an OperationOutcome', async () => {
    const plain = await hospital.get('/fhir/R4/$export')
    expect([plain.status, plain.body.resourceType]).toEqual([400, 'OperationOutcome'])
    for (const query of [
      '_type=Nothing',
      '_since=soon',
      '_outputFormat=text/csv',
      '_typeFilter=Condition',
      '_typeFilter=Condition%3Fcolour%3Dred',
    ]) {
      const heard = await hospital.get(`/fhir/R4/$export?${query}`, { prefer: 'respond-async' })
      expect([query, heard.status, heard.body.resourceType]).toEqual([query, 400, 'OperationOutcome'])
    }
  })

  test('a parameter that is not offered: refused where strict, else told in the error file', async () => {
    const query = '$export?_type=Patient&includeAssociatedData=LatestProvenanceResources'
    const strict = await hospital.get(`/fhir/R4/${query}`, { prefer: 'respond-async, handling=strict' })
    expect(strict.status).toBe(400)
    const manifest = await client(hospital).poll(await client(hospital).start(query), work)
    expect(await client(hospital).file(manifest.error[0]!.url)).toMatchObject([{ resourceType: 'OperationOutcome' }])
  })

  test('_since: what changed, and what was deleted; _typeFilter: what any of the searches finds', async () => {
    const { platform } = bulk
    await platform.relate(people[0]!.key, HOSPITAL)
    const condition = { resourceType: 'Condition', code: { text: '頭痛' }, subject: { reference: `Patient/${people[0]!.key}` } }
    const gone = (await hospital.post('/fhir/R4/Condition', condition)).body.id!
    platform.clock.forward(60_000)
    const since = platform.clock.at.toISOString()
    platform.clock.forward(1_000)
    hospital = await platform.system(HOSPITAL)
    const made = (await hospital.post('/fhir/R4/Condition', condition)).body.id!
    await hospital.remove(`/fhir/R4/Condition/${gone}`)
    const manifest = await client(hospital).poll(await client(hospital).start(`$export?_since=${since}`), work)
    expect(await client(hospital).all(manifest)).toEqual([`Condition/${made}`])
    const [bundle] = (await client(hospital).file(manifest.deleted[0]!.url)) as unknown as { entry: { request: object }[] }[]
    expect(bundle!.entry[0]!.request).toEqual({ method: 'DELETE', url: `Condition/${gone}` })

    const filter = encodeURIComponent(`Condition?_id=${made},AllergyIntolerance?_id=none`)
    const filtered = await client(hospital).poll(
      await client(hospital).start(`$export?_type=Condition,AllergyIntolerance&_typeFilter=${filter}`),
      work,
    )
    expect(await client(hospital).all(filtered)).toEqual([`Condition/${made}`])
  })

  test('a resource that changed after the kick-off comes as it was then, one made later not at all', async () => {
    const { platform } = bulk
    const condition = { resourceType: 'Condition', code: { text: '前' }, subject: { reference: `Patient/${people[0]!.key}` } }
    const id = (await hospital.post('/fhir/R4/Condition', condition)).body.id!
    const status = await client(hospital).start('$export?_type=Condition')
    platform.clock.forward(5_000)
    await hospital.put(`/fhir/R4/Condition/${id}`, { ...condition, id, code: { text: '後' } })
    const late = (await hospital.post('/fhir/R4/Condition', condition)).body.id!
    const manifest = await client(hospital).poll(status, work)
    const files = await Promise.all(manifest.output.map(({ url }) => client(hospital).file(url)))
    const found = files.flat() as unknown as { id: string; code: { text: string } }[]
    expect(found.find((c) => c.id === id)?.code.text).toBe('前')
    expect(found.some((c) => c.id === late)).toBe(false)
  })

  test('POST names patients; a Group names its members', async () => {
    const { platform } = bulk
    const only = {
      resourceType: 'Parameters',
      parameter: [{ name: 'patient', valueReference: { reference: `Patient/${people[1]!.key}` } }],
    }
    const heard = await hospital.post('/fhir/R4/Patient/$export', only, { prefer: 'respond-async' })
    const all = await client(hospital).all(
      await client(hospital).poll(heard.headers['content-location']!.replace('http://localhost', ''), work),
    )
    expect(all.length).toBeGreaterThan(5)
    expect(all.every((name) => name.includes(people[1]!.key))).toBe(true)
    const group = await makeGroup([people[1]!.key, people[2]!.key])
    const members = await client(hospital).all(await client(hospital).poll(await client(hospital).start(`Group/${group}/$export`), work))
    expect(members.filter((name) => name.startsWith('Patient/'))).toEqual(
      [people[1]!.key, people[2]!.key].sort().map((k) => `Patient/${k}`),
    )
    void platform
  })
})

async function makeGroup(keys: readonly string[]): Promise<string> {
  const member = keys.map((key) => ({ entity: { reference: `Patient/${key}` } }))
  const made = await hospital.post('/fhir/R4/Group', { resourceType: 'Group', type: 'person', actual: true, member })
  expect(made.status, made.text).toBe(201)
  return made.body.id!
}

describe('a stop in the middle', () => {
  test('another leader goes on: nothing lost, nothing twice, whatever the first left behind', async () => {
    const status = await client(hospital).start('$export')
    const first = await bulk.leader()
    await first.work(1)
    // What a killed process wrote and never acknowledged.
    const folder = join(bulk.home, 'bulk', status.split('/').at(-1)!)
    const before = await readdir(folder).catch(() => [])
    const manifest = await client(hospital).poll(status, work)
    const all = await client(hospital).all(manifest)
    expect(all).toEqual([...new Set(all)])
    expect(all).toEqual(await client(hospital).all(await client(hospital).poll(await client(hospital).start('$export'), work)))
    void before
  })
})
