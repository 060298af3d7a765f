import { sql } from 'kysely'
import { afterAll, beforeAll, expect, test } from 'vitest'
import { openPlatform, type Platform } from '../tests/harness/platform.ts'
import { type CopiedRow, copyRows } from './copy-rows.ts'

let platform: Platform
beforeAll(async () => {
  platform = await openPlatform()
})
afterAll(() => platform?.close())

const texts = (row: CopiedRow) => row.map((field) => field.toString())

async function taken(query: ReturnType<typeof sql>): Promise<string[][]> {
  const found: string[][] = []
  await copyRows(platform.db, query, async (rows) => void found.push(...rows.map(texts)))
  return found
}

test('rows come whole and in order, however many and however long', async () => {
  const rows = await taken(sql`select g.n::text, repeat('縁', g.n % 7 * 1000) from generate_series(1, ${3_000}::int) g(n) order by g.n`)
  expect(rows.map(([n]) => n)).toEqual(Array.from({ length: 3_000 }, (_, n) => String(n + 1)))
  expect(rows.every(([n, text]) => text === '縁'.repeat((Number(n) % 7) * 1000))).toBe(true)
  expect(await taken(sql`select 'x'::text where false`)).toEqual([])
})

test('a value is a value, whatever it says: it never stands in the statement', async () => {
  const nasty = `'; drop schema record; -- $1 \\ "`
  const at = new Date('2026-11-22T00:00:00Z')
  const query = sql`select ${nasty}::text, (${at}::timestamptz = '2026-11-22T09:00:00+09:00')::text, (${'b'} = any(${['a', "b'c", 'b']}::text[]))::text, (${true}::boolean)::text, ${null}::text`
  expect(await taken(query)).toEqual([[nasty, 'true', 'true', 'true', '']])
})

test('the connection goes back as it was; a failing statement, or a reader that gives up, leaves the pool well', async () => {
  await expect(taken(sql`select (1 / (n - 5))::text from generate_series(1, 10) n`)).rejects.toThrow('division by zero')
  const many = sql`select repeat('x', 1000) from generate_series(1, 100000)`
  await expect(copyRows(platform.db, many, () => Promise.reject(new Error('the disk is full')))).rejects.toThrow('the disk is full')
  for (let n = 0; n < 12; n++) expect(await taken(sql`select 'well'`)).toEqual([['well']])
  expect(await platform.count(sql`select 1`)).toBe(1)
  await platform.db.transaction().execute(async (trx) => expect((await sql`select 1 as n`.execute(trx)).rows).toEqual([{ n: 1 }]))
})
