import { sql } from 'kysely'
import { afterAll, beforeAll, expect, test } from 'vitest'
import { openPlatform, type Platform } from '../tests/harness/platform.ts'
import { readSecurityCounts, securityCounts } from './security-counts.ts'

let platform: Platform
beforeAll(async () => {
  platform = await openPlatform({ rows: () => [] })
}, 60_000)
afterAll(() => platform?.close())
const today = new Date('2026-11-22T03:00:00Z')

test('what is noted by two workers is one number a day', async () => {
  const workers = [securityCounts(platform.db), securityCounts(platform.db)]
  for (const worker of workers) for (let n = 0; n < 3; n++) worker.note('too-many-requests', 'POST /sign-in/staff')
  workers[0]!.note('csp-violation', 'img-src elsewhere /')
  expect(await workers[0]!.flush(today)).toHaveLength(2)
  await workers[1]!.flush(today)
  expect(await workers[1]!.flush(today), 'nothing twice').toEqual([])
  expect(await readSecurityCounts(platform.db, today)).toEqual([
    { day: '2026-11-22', what: 'too-many-requests', about: 'POST /sign-in/staff', count: 6 },
    { day: '2026-11-22', what: 'csp-violation', about: 'img-src elsewhere /', count: 1 },
  ])
})

test('is kept ninety days', async () => {
  const counts = securityCounts(platform.db)
  counts.note('csp-violation', 'x')
  await counts.flush(new Date('2027-02-21T03:00:00Z'))
  const { rows } = await sql<{ day: string }>`select distinct day::text from kernel.security_count`.execute(platform.db)
  expect(rows).toEqual([{ day: '2027-02-21' }])
})

test('whoever invents new things fills no memory', async () => {
  const counts = securityCounts(platform.db)
  for (let n = 0; n < 2_000; n++) counts.note('csp-violation', String(n))
  expect(await counts.flush(today)).toHaveLength(500)
})

test('what could not be written is kept for the next time', async () => {
  const broken = securityCounts({} as typeof platform.db)
  broken.note('csp-violation', 'y')
  await expect(broken.flush(today)).rejects.toThrow()
  await expect(broken.flush(today), 'still there').rejects.toThrow()
})
