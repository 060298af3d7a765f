/** Jobs where storage runs low stand where they are, and go on once there is room; jobs whose step failed rest before the next try. */
import { sql } from 'kysely'
import { afterAll, beforeAll, expect, test, vi } from 'vitest'
import { HOSPITAL } from '../../tests/harness/platform.ts'
import { type Bulk, bulkClient, openBulk } from './bulk.fixture.ts'

let bulk: Bulk
let room = true
beforeAll(async () => {
  bulk = await openBulk({ room: () => room })
}, 60_000)
afterAll(() => bulk?.close())

test('an import stands still while there is little room, says so by its count, and goes on', async () => {
  const hospital = await bulk.platform.system(HOSPITAL)
  const { key } = await bulk.platform.enter()
  const line = (n: number) =>
    JSON.stringify({ resourceType: 'Condition', id: `c-${n}`, code: { text: `高血圧 ${n}` }, subject: { reference: `Patient/${key}` } })
  const lines = Array.from({ length: 3_200 }, (_, n) => line(n)).join('\n')
  const heard = await hospital.post('/fhir/R4/$import', lines, { 'content-type': 'application/fhir+ndjson' })
  expect(heard.status, heard.text).toBe(202)
  const status = heard.headers['content-location']!.replace('http://localhost', '')
  const { work } = await bulk.leader()
  await work(1)
  const progress = async () => {
    bulk.platform.clock.forward(60_000)
    return (await hospital.get(status)).headers['x-progress']
  }
  const first = await progress()
  expect(Number.parseInt(first!, 10)).toBeGreaterThan(0)
  room = false
  await work()
  expect(await progress()).toBe(first)
  room = true
  const done = (await bulkClient(hospital, bulk.platform).poll(status, work)) as unknown as { extension: { resources: number } }
  expect(done.extension.resources).toBe(3_200)
})

test('a step that fails is tried again after a rest that grows, and the job goes on where it stood; after five it is given up', async () => {
  const hospital = await bulk.platform.system(HOSPITAL)
  const { key } = await bulk.platform.enter()
  await hospital.post('/fhir/R4/Condition', {
    resourceType: 'Condition',
    code: { text: '高血圧' },
    subject: { reference: `Patient/${key}` },
  })
  const client = bulkClient(hospital, bulk.platform)
  const { work } = await bulk.leader()
  const standing = async (status: string) => {
    const { rows } = await sql<{ state: string; tries: number }>`select state, tries from bulk.job
      where id = ${status.split('/').at(-1)!}`.execute(bulk.platform.db)
    return `${rows[0]!.state} ${rows[0]!.tries}`
  }
  const triesAfter = async (status: string, waits: readonly number[]) => {
    const seen: string[] = []
    for (const wait of waits) {
      bulk.platform.clock.forward(wait)
      await work()
      seen.push(await standing(status))
    }
    return seen
  }
  const broken = vi.spyOn(bulk.deps.record, 'sight').mockImplementation(() => {
    throw new Error('no database')
  })
  const [mended, givenUp] = [await client.start('$export'), await client.start('$export')]
  expect(await triesAfter(mended, [0, 0, 1_999, 1, 7_999, 1])).toEqual([1, 1, 1, 2, 2, 3].map((n) => `queued ${n}`))
  expect(await triesAfter(givenUp, [30_000])).toEqual(['queued 4'])
  await sql`update bulk.job set tries = 1 where id = ${mended.split('/').at(-1)!}`.execute(bulk.platform.db)
  expect(await triesAfter(givenUp, [59_999, 1])).toEqual(['queued 4', 'failed 5'])
  broken.mockRestore()
  expect((await client.poll(mended, work)).output).not.toEqual([])
  expect((await hospital.get(givenUp)).status).toBe(500)
})
