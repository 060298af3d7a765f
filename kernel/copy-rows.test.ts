import { sql } from 'kysely'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { openPlatform, type Platform } from '../tests/harness/platform.ts'
import { type AskFirst, type CopiedRow, copyInto, copyRows } from './copy-rows.ts'
import { transact } from './database.ts'

let platform: Platform
beforeAll(async () => {
  platform = await openPlatform()
})
afterAll(() => platform?.close())

const texts = (row: CopiedRow) => row.map((field) => field.toString())

async function taken(query: ReturnType<typeof sql>): Promise<string[][]> {
  const found: string[][] = []
  await copyRows(
    platform.db,
    async () => query,
    async (rows) => void found.push(...rows.map(texts)),
  )
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

test('what is asked first is of the same moment as the rows, and leaves no setting behind', async () => {
  const { db } = platform
  await sql`create table if not exists public.t_copied (n int)`.execute(db)
  const found: string[][] = []
  const take = async (rows: CopiedRow[]) => void found.push(...rows.map(texts))
  const statement = sql`select n::text, current_setting('enable_seqscan') from public.t_copied`
  const asked: number[] = []
  const query = async (ask: AskFirst) => {
    asked.push((await ask(sql<{ n: number }>`select count(*) as n from public.t_copied where n > ${0}`))[0]!.n)
    await sql`insert into public.t_copied values (1)`.execute(db)
    return statement
  }
  await copyRows(db, query, take)
  expect([asked, found]).toEqual([[0], []])
  await copyRows(db, async () => statement, take)
  expect(found, 'the control: a later moment has the row').toEqual([['1', 'on']])
  await sql`drop table public.t_copied`.execute(db)
})

test('the connection goes back as it was; a failing statement, or a reader that gives up, leaves the pool well', async () => {
  await expect(taken(sql`select (1 / (n - 5))::text from generate_series(1, 10) n`)).rejects.toThrow('division by zero')
  const many = sql`select repeat('x', 1000) from generate_series(1, 100000)`
  await expect(
    copyRows(
      platform.db,
      async () => many,
      () => Promise.reject(new Error('the disk is full')),
    ),
  ).rejects.toThrow('the disk is full')
  for (let n = 0; n < 12; n++) expect(await taken(sql`select 'well'`)).toEqual([['well']])
  expect(await platform.count(sql`select 1`)).toBe(1)
  await platform.db.transaction().execute(async (trx) => expect((await sql`select 1 as n`.execute(trx)).rows).toEqual([{ n: 1 }]))
})

test('a row that is still on its way while others are read stays whole, also one longer than the memory for many', async () => {
  const query = sql`select g.n::text, repeat(chr(97 + g.n % 26), case when g.n % 50 = 0 then 3000000 else g.n % 9 * 20000 end) from generate_series(1, 400) g(n) order by g.n`
  const wrong: number[] = []
  let seen = 0
  await copyRows(
    platform.db,
    async () => query,
    async (rows) => {
      for (const [n, text] of rows.map(texts)) {
        const length = Number(n) % 50 === 0 ? 3_000_000 : (Number(n) % 9) * 20_000
        if (Number(n) !== ++seen || text !== String.fromCharCode(97 + (Number(n) % 26)).repeat(length)) wrong.push(Number(n))
      }
      await new Promise((resolve) => setImmediate(resolve))
    },
  )
  expect([seen, wrong]).toEqual([400, []])
})

test('memory is used again: who keeps rows without copying them finds others in their place', async () => {
  const kept: CopiedRow[] = []
  await copyRows(
    platform.db,
    async () => sql`select repeat(chr(97 + n / 1000), 1000) from generate_series(0, 9999) n`,
    async (rows) => void kept.push(...rows),
  )
  expect(kept).toHaveLength(10_000)
  expect(kept[0]![0]!.toString().startsWith('a'), 'the first are overwritten').toBe(false)
})

describe('rows taken in', () => {
  const columns = ['key', 'type', 'id', 'param', 'n', 'value', 'raw']
  const rowOf = (id: string, value: string) => ['copied', 'Basic', id, 'p', 0, value, '']
  const there = () => platform.count(sql`select 1 from record.string_value where key = 'copied'`)

  test('any text comes back as it went, beside statements that travel with it', async () => {
    const nasty = ['a\tb\nc\r\\N', '\\', '\\.', '縁🈁', '', '"{},']
    const found = await transact(platform.db, async (trx) => {
      await copyInto(trx, 'record.string_value', { columns, rows: nasty.map((text, n) => rowOf(String(n), text)) })
      const { rows } = await sql<{ value: string }>`select value from record.string_value where key = 'copied' order by id`.execute(trx)
      await sql`delete from record.string_value where key = 'copied'`.execute(trx)
      return rows.map((row) => row.value)
    })
    expect(found).toEqual(nasty)
    expect(await there()).toBe(0)
  })

  test('lists, instants, numbers, truth and nothing', async () => {
    const at = new Date('2026-11-22T00:00:00.123Z')
    const tokens = ['a"b', 'c\\d', 'e,f', '{g}', 'null', '']
    const row = ['copied', 'Basic', '1', 1, at, 'other', 's', null, false, true, false, at, undefined, tokens, [], 'body']
    const names =
      'key,type,id,version,last_updated,kind,source,deposit_id,uninformed,undelivered,long_term,registered_at,clinical_at,tokens,refs,body'
    await platform.db.transaction().execute(async (trx) => {
      await copyInto(trx, 'record.resource', { columns: names.split(','), rows: [row] })
      const { rows } = await sql`select ${sql.raw(names)} from record.resource where key = 'copied'`.execute(trx)
      expect(Object.values(rows[0] as object)).toEqual(row.map((value) => value ?? null))
    })
    await platform.db.transaction().execute((trx) => sql`delete from record.resource where key = 'copied'`.execute(trx))
  })

  test('a row that cannot be taken fails the transaction with its cause, and the connection is well', async () => {
    const twice = [rowOf('1', 'x'), rowOf('1', 'y')]
    const both = transact(platform.db, async (trx) => {
      await copyInto(trx, 'record.string_value', { columns, rows: [rowOf('0', 'first')] })
      await copyInto(trx, 'record.string_value', { columns, rows: twice })
    })
    await expect(both).rejects.toMatchObject({ code: '23505' })
    const absent = transact(platform.db, (trx) =>
      copyInto(trx, 'record.absent', { columns, rows: Array(5_000).fill(rowOf('1', 'x'.repeat(500))) }),
    )
    await expect(absent).rejects.toMatchObject({ code: '42P01' })
    expect(await there()).toBe(0)
    for (let n = 0; n < 12; n++) expect(await platform.count(sql`select 1`)).toBe(1)
  })
})
