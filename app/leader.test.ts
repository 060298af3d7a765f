import { expect, test } from 'vitest'
import type { JobRow } from '#kernel/route'
import { staysBack } from './leader.ts'

const job = (about: Partial<JobRow>): JobRow => ({
  kind: 'job',
  name: 'job',
  everyMs: 1,
  law: '',
  summary: { ja: '', en: '' },
  run: async () => undefined,
  ...about,
})
const import_ = (busy: boolean) => job({ busy: () => busy })
const MINUTE = 60_000

test.each([
  ['a job that can wait, beside one at work', { waits: true }, [import_(true)], MINUTE, true],
  ['the same, when it has waited for ten minutes', { waits: true }, [import_(true)], 10 * MINUTE, false],
  ['the same, beside one that has nothing to do', { waits: true }, [import_(false)], MINUTE, false],
  ['the same, beside several of which one is at work', { waits: true }, [job({}), import_(false), import_(true)], MINUTE, true],
  ['a job that must be prompt', {}, [import_(true)], MINUTE, false],
  ['one that is itself at work', { waits: true, busy: () => true }, [job({})], MINUTE, false],
] as const)('%s', (_, about, others, sinceMs, expected) => {
  const row = job(about)
  expect(staysBack(row, [row, ...others], sinceMs)).toBe(expected)
})
