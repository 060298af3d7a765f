import { readdir } from 'node:fs/promises'
import { expect, test } from 'vitest'
import { Refusal, refusalOutcome } from './refusal.ts'
import type { RefusalTable } from './refusal-table.ts'
import { refusals } from './refusals.ts'

const topicsIn = (await readdir(import.meta.dirname)).flatMap((name) => /^(.*)-refusals\.ts$/.exec(name)?.[1] ?? [])
const topics = await Promise.all(
  topicsIn.map(
    async (topic) => [topic, Object.values((await import(`./${topic}-refusals.ts`)) as Record<string, RefusalTable>)[0]!] as const,
  ),
)

/** Codes that two topics say: the later would silently hide the earlier. */
const saidTwice = (tables: readonly RefusalTable[]): string[] => {
  const codes = tables.flatMap((table) => Object.keys(table))
  return codes.filter((code, at) => codes.indexOf(code) < at)
}

test('every topic is part of the one table, and no code stands in two', () => {
  expect(topics.length).toBeGreaterThan(10)
  for (const [topic, table] of topics) expect(refusals, topic).toMatchObject(table)
  expect(saidTwice(topics.map(([, table]) => table))).toEqual([])
})

test('the control: a code in two topics is noticed', () => {
  const row = { status: 404, issue: 'not-found', ja: 'ありません。', en: 'Gone.' }
  expect(saidTwice([{ a: row }, { b: row, a: row }])).toEqual(['a'])
})

test.each([
  [2_000, 2_000, 0],
  [90_000, 2_000, 88_000],
])('of %i findings %i are told, what stands in the way first, and how many more there are', (count, told, rest) => {
  const issues = Array.from({ length: count }, (_, n) => {
    const severity = n === count - 1 ? 'error' : 'warning'
    return { severity, code: 'value', path: `Bundle.entry[${n}]`, ruleId: 'r', ja: 'あ', en: 'a' }
  })
  const { issue } = refusalOutcome(new Refusal('bundle-refused', {}, issues)) as { issue: { severity: string; diagnostics: string }[] }
  expect(issue).toHaveLength(told + (rest > 0 ? 1 : 0))
  expect(issue.filter(({ severity }) => severity === 'error')).toHaveLength(1)
  if (rest > 0) expect([issue[0]!.severity, issue.at(-1)!.diagnostics]).toEqual(['error', `${rest} more. Mend these and send it again.`])
})
