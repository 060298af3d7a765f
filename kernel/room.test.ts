/** What is kept free of the disk: records stand back from it, everybody else goes on. */
import { mkdtemp, rm, statfs } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterAll, beforeAll, expect, test } from 'vitest'
import { HOSPITAL, openPlatform, type Platform } from '../tests/harness/platform.ts'
import { roomOn } from './room.ts'

let folder: string
let freeMb: number
let platform: Platform
let room = true
beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), 'enishi-room-'))
  const { bavail, bsize } = await statfs(folder)
  freeMb = (bavail * bsize) / 1_048_576
  platform = await openPlatform({ room: () => room })
}, 60_000)
afterAll(async () => {
  await platform?.close()
  await rm(folder, { recursive: true, force: true })
})

test.each<[string, () => Parameters<typeof roomOn>[0], boolean]>([
  ['a tenth of what is free is kept', () => ({ folder, reserveMb: freeMb / 10 }), true],
  ['ten times what is free is kept', () => ({ folder, reserveMb: freeMb * 10 }), false],
  ['nothing is kept', () => ({ folder, reserveMb: 0 }), true],
  ['the data lies elsewhere', () => ({ folder: null, reserveMb: freeMb * 10 }), true],
  ['the folder is not there', () => ({ folder: join(folder, 'gone'), reserveMb: freeMb * 10 }), true],
])('%s', (_, about, has) => expect(roomOn(about())()).toBe(has))

test('who watches is told when it changes, and once', () => {
  const told: unknown[] = []
  const low = roomOn({ folder, reserveMb: freeMb * 10, tell: (change) => told.push(change) })
  low()
  low()
  expect(told).toEqual([{ room: false, freeMb: expect.any(Number), reserveMb: freeMb * 10 }])
})

test('where there is little left, records are refused with what to do; reading and small acts go on, and afterwards all do', async () => {
  const hospital = await platform.system(HOSPITAL)
  const { key } = await platform.enter()
  const condition = { resourceType: 'Condition', code: { text: '高血圧' }, subject: { reference: `Patient/${key}` } }
  const create = () => hospital.post('/fhir/R4/Condition', JSON.stringify(condition), { 'content-type': 'application/fhir+json' })
  expect((await create()).status).toBe(201)
  room = false
  const refused = await create()
  expect([refused.status, refused.body.issue]).toMatchObject([
    507,
    [{ code: 'no-store', details: { text: expect.stringMatching(/保存場所/) } }],
  ])
  const search = () => hospital.get('/fhir/R4/Condition')
  expect([(await search()).status, (await search()).body.total]).toEqual([200, 1])
  room = true
  expect((await create()).status).toBe(201)
  expect((await search()).body.total).toBe(2)
})
