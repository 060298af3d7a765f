import { readdir } from 'node:fs/promises'
import { expect, test } from 'vitest'
import type { RefusalTable } from './refusal-table.ts'
import { refusals } from './refusals.ts'

const files = (await readdir(import.meta.dirname)).filter((name) => name.endsWith('-refusals.ts')).sort()
const topics = await Promise.all(
  files.map(async (file) => [file, Object.values((await import(`./${file}`)) as Record<string, RefusalTable>)[0]!] as const),
)

/** Codes that two topics say: the later would silently hide the earlier. */
const saidTwice = (tables: readonly RefusalTable[]): string[] => {
  const codes = tables.flatMap((table) => Object.keys(table))
  return codes.filter((code, at) => codes.indexOf(code) < at)
}

test('every topic is part of the one table, and no code stands in two', () => {
  expect(topics.length).toBeGreaterThan(10)
  for (const [file, table] of topics) expect(refusals, file).toMatchObject(table)
  expect(saidTwice(topics.map(([, table]) => table))).toEqual([])
})

test('the control: a code in two topics is noticed', () => {
  const row = { status: 404, issue: 'not-found', ja: 'ありません。', en: 'Gone.' }
  expect(saidTwice([{ a: row }, { b: row, a: row }])).toEqual(['a'])
})
