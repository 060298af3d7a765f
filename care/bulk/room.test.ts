/** Jobs where storage runs low: they stand where they are, and go on once there is room. */
import { afterAll, beforeAll, expect, test } from 'vitest'
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
