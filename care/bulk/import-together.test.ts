/** Batches that are with the database at the same time: what comes of an import is what one batch after another would have made. */
import { sql } from 'kysely'
import { afterAll, beforeAll, expect, test } from 'vitest'
import type { Caller } from '../../tests/harness/caller.ts'
import { HOSPITAL } from '../../tests/harness/platform.ts'
import { type Bulk, bulkClient, type Manifest, openBulk } from './bulk.fixture.ts'

let bulk: Bulk
let hospital: Caller
let patient: string

beforeAll(async () => {
  bulk = await openBulk()
  hospital = await bulk.platform.system(HOSPITAL)
  patient = (await bulk.platform.enter()).key
})
afterAll(() => bulk?.close())

const condition = (id: string | null, text: string, whose = patient) => ({
  resourceType: 'Condition',
  ...(id === null ? {} : { id }),
  code: { text },
  subject: { reference: `Patient/${whose}` },
})
type Line = ReturnType<typeof condition>
const many = (name: string, count: number, change: Record<number, Line> = {}): Line[] =>
  Array.from({ length: count }, (_, n) => change[n] ?? condition(`${name}-${n}`, `${name} ${n}`))

async function start(lines: readonly object[]): Promise<string> {
  const body = lines.map((line) => `${JSON.stringify(line)}\n`).join('')
  const heard = await hospital.post('/fhir/R4/$import', body, { 'content-type': 'application/fhir+ndjson' })
  expect(heard.status, heard.text).toBe(202)
  return heard.headers['content-location']!.replace('http://localhost', '')
}

type Ended = Manifest & { extension: { resources: number; refusedLines: number } }
const poll = async (status: string, work = async () => (await bulk.leader()).work()) =>
  (await bulkClient(hospital, bulk.platform).poll(status, work)) as Ended
const run = async (lines: readonly object[]) => poll(await start(lines))

const standing = (name: string) => bulk.platform.count(sql`select 1 from record.resource where id like ${`${name}-%`} and not deleted`)
const textAndVersion = async (id: string) => {
  const { body } = await hospital.get(`/fhir/R4/Condition/${id}`)
  return [(body.code as { text: string } | undefined)?.text, body.meta?.versionId]
}

test('every line once, refused ones by their number', async () => {
  const manifest = await run(many('once', 3_200, { 1234: condition('once-x', 'nobody’s', 'no-such-person') }))
  expect(manifest.extension).toEqual({ resources: 3_199, refusedLines: 1 })
  expect(await standing('once')).toBe(3_199)
  const told = (await bulkClient(hospital, bulk.platform).file(manifest.error[0]!.url)) as unknown as {
    extension: { valueString: string }[]
  }[]
  expect(told.map((t) => t.extension[0]!.valueString)).toEqual(['body:1235'])
})

test('a second line under an id of the batch before comes after it', async () => {
  const manifest = await run(many('next', 2_600, { 700: condition('next-300', 'B'), 1100: condition('next-300', 'C') }))
  expect(manifest.extension).toEqual({ resources: 2_600, refusedLines: 0 })
  expect(await textAndVersion('next-300')).toEqual(['C', '3'])
})

test('what stands already is found out when it is written, and gets its next version', async () => {
  await run(many('old', 40).map((line, n) => ({ ...line, id: `stands-${n * 50}` })))
  const manifest = await run(many('stands', 2_000))
  expect(manifest.extension).toEqual({ resources: 2_000, refusedLines: 0 })
  expect(await textAndVersion('stands-0')).toEqual(['stands 0', '2'])
  expect(await textAndVersion('stands-1')).toEqual(['stands 1', '1'])
  expect(await standing('stands')).toBe(2_000)
})

test('an id that the platform gave is nobody else’s, for whomever the line is', async () => {
  const own = (await hospital.post('/fhir/R4/Organization', { resourceType: 'Organization', name: '縁病院' })).body.id!
  const manifest = await run(many('given', 600, { 20: { ...condition(own, 'taken'), resourceType: 'Organization' } }))
  expect(manifest.extension.resources + manifest.extension.refusedLines).toBe(600)
  expect(manifest.extension.refusedLines).toBeLessThanOrEqual(1)
  expect(await bulk.platform.count(sql`select 1 from record.resource where type = 'Organization' and id = ${own}`)).toBe(1)
})

test('a leader that loses the lead with batches under way: every line once all the same', async () => {
  const status = await start(many('lost', 6_000))
  const first = await bulk.leader()
  const working = first.work()
  while ((await standing('lost')) === 0) await new Promise((r) => setTimeout(r, 5))
  const second = await bulk.leader()
  await working
  const left = await standing('lost')
  expect(left, 'it came in the middle').toBeLessThan(6_000)
  expect(left % 500, 'batches are there whole or not at all').toBe(0)
  const manifest = await poll(status, () => second.work())
  expect(manifest.extension).toEqual({ resources: 6_000, refusedLines: 0 })
  expect(await standing('lost')).toBe(6_000)
  expect(await bulk.platform.count(sql`select 1 from record.resource where id like 'lost-%' and version > 1`)).toBe(0)
})
