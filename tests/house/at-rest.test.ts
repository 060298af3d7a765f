/** The platform calls nobody of its own accord: it is started as people start it, with its network closed, and left alone for a while. */
import { mkdtemp, readFile, rm, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { expect, test } from 'vitest'
import { pause, platformAt } from '../faults/platform.ts'
import { root } from './sources.ts'

const REST_MS = 15_000

/** Where the platform tried to call while it stood. */
async function callsAtRest(env: Record<string, string>): Promise<string[]> {
  const home = await mkdtemp(join(tmpdir(), 'enishi-at-rest-'))
  const calls = join(home, 'calls')
  await writeFile(calls, '')
  const entry = join(root, 'tests/faults/no-way-out.ts')
  const platform = await platformAt({ root, home: join(home, 'data'), entry, env: { FAULT_CALLS: calls, ...env } })
  try {
    await platform.start()
    for (const path of ['/', '/sign-in', '/developer', '/fhir/R4/metadata', '/health', '/reader']) {
      const answer = await fetch(`${platform.baseUrl}${path}`)
      expect(answer.status, path).toBeLessThan(500)
    }
    await pause(env.FAULT_CALL ? 0 : REST_MS)
    return [...new Set((await readFile(calls, 'utf8')).split('\n').filter(Boolean))]
  } finally {
    await platform.stop()
    await rm(home, { recursive: true, force: true, maxRetries: 5 })
  }
}

const full = process.env.ENISHI_TEST_FULL
if (!full) console.warn('外への通信の試験は npm run test:full で行います / the platform’s calls at rest are watched in npm run test:full')
test.skipIf(!full)('nobody is called at rest (only in npm run test:full)', { timeout: 240_000 }, async () => {
  expect(await callsAtRest({})).toEqual([])
})
test.skipIf(!full)(
  'the control: a platform that calls somebody is found out (only in npm run test:full)',
  { timeout: 240_000 },
  async () => {
    expect(await callsAtRest({ FAULT_CALL: '1' })).toEqual(['connect 192.0.2.1'])
  },
)
