import { afterAll, beforeAll, expect, test } from 'vitest'
import { HOSPITAL, openPlatform, type Platform } from '../tests/harness/platform.ts'
import { healthRow } from './health.ts'

let platform: Platform
beforeAll(async () => {
  platform = await openPlatform({ rows: () => [healthRow('9.8.7')] })
}, 60_000)
afterAll(() => platform?.close())

const who = {
  nobody: async () => platform.public(),
  'the person': async () => platform.citizen(await platform.enter()),
  'a physician': () => platform.staff('physician', HOSPITAL),
  'an administrator': () => platform.staff('administrator', HOSPITAL),
  'a system': () => platform.system(HOSPITAL),
}

test.each(Object.entries(who))('%s learns whether it runs, and no version', async (_, caller) => {
  const heard = await (await caller()).get('/health')
  expect(heard.body).toMatchObject({ status: 'ready', ready: true, database: { status: 'up' } })
  expect(heard.text).not.toMatch(/version|9\.8\.7|\d+\.\d+ \(/i)
})

test('the control: an operator learns which versions run', async () => {
  const { body } = await (await platform.staff('operator', HOSPITAL)).get('/health')
  expect(body).toMatchObject({ version: '9.8.7', database: { version: expect.stringMatching(/^\d+/) } })
})
