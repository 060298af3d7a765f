/** The binary form says to the database what the text form says, whatever the values. */
import fc from 'fast-check'
import { sql } from 'kysely'
import { afterAll, beforeAll, expect, test } from 'vitest'
import { openPlatform, type Platform } from '../tests/harness/platform.ts'
import { binaryWriter, type ColumnType } from './copy-binary.ts'
import type { CopyValue } from './copy-in.ts'
import { copyBinary, copyInto } from './copy-rows.ts'
import { transact } from './database.ts'

let platform: Platform
beforeAll(async () => {
  platform = await openPlatform()
  await sql`create schema odd; create table odd.one (n int4, a text, b timestamptz, c bool, d text[], e float8, f jsonb, g int4, h text);
    create table odd.two (like odd.one)`.execute(platform.db)
})
afterAll(() => platform?.close())

const columns = ['n', 'a', 'b', 'c', 'd', 'e', 'f', 'g', 'h']
const types: ColumnType[] = ['int4', 'text', 'timestamptz', 'bool', 'text[]', 'float8', 'jsonb', 'int4', 'text']

const text = fc
  .oneof(fc.string({ unit: 'binary', maxLength: 200 }), fc.constantFrom('', '縁🈁', '\\N', 'x'.repeat(3_000), 'あ'.repeat(900)))
  .map((s) => s.replaceAll('\0', '').toWellFormed())
const instant = fc.date({ min: new Date('0001-01-02T00:00:00Z'), max: new Date('9999-12-30T00:00:00Z'), noInvalidDate: true })
const orNull = <T>(of: fc.Arbitrary<T>) => fc.option(of, { nil: null, freq: 4 })
const row = fc.tuple(
  orNull(text),
  orNull(
    fc.oneof(
      instant,
      instant.map((at) => at.toISOString()),
    ),
  ),
  orNull(fc.boolean()),
  fc.array(text, { maxLength: 30 }),
  orNull(fc.double({ noNaN: true, noDefaultInfinity: true })),
  orNull(fc.jsonValue().map((value) => JSON.stringify(value).replaceAll('\\u0000', ''))),
  orNull(fc.integer({ min: -(2 ** 31), max: 2 ** 31 - 1 })),
  orNull(text),
)

const pieces = (rows: readonly (readonly CopyValue[])[]): Buffer[] => {
  const writer = binaryWriter(types)
  for (const one of rows) writer.add(one)
  return writer.take()
}

test('any row comes in as it does as text', async () => {
  await fc.assert(
    fc.asyncProperty(fc.array(row, { minLength: 1, maxLength: 40 }), async (made) => {
      const rows = made.map((values, n): CopyValue[] => [n, ...values])
      await transact(platform.db, async (trx) => {
        await sql`truncate odd.one, odd.two`.execute(trx)
        await copyInto(trx, 'odd.one', { columns, rows })
        await copyBinary(trx, 'odd.two', { columns, pieces: pieces(rows) })
        const { rows: apart } = await sql`select 1 from (select t::text as t from odd.one t except all select t::text from odd.two t) x
          union all select 1 from (select t::text as t from odd.two t except all select t::text from odd.one t) y`.execute(trx)
        expect(apart).toHaveLength(0)
        const { rows: counted } = await sql<{ n: number }>`select count(*)::int as n from odd.two`.execute(trx)
        expect(counted[0]!.n).toBe(rows.length)
      })
    }),
    { numRuns: 40 },
  )
}, 120_000)

test('control: one byte elsewhere is told', async () => {
  const wrong = pieces([[1, 'a', null, true, [], 1, null, 2, 'b']])
  wrong[0]![5] = 0x7f
  await expect(transact(platform.db, (trx) => copyBinary(trx, 'odd.two', { columns, pieces: wrong }))).rejects.toMatchObject({
    code: /^22/,
  })
})

test('a text that no database keeps is refused as content', async () => {
  const nul = pieces([[1, 'a\0b', null, true, [], 1, null, 2, 'b']])
  await expect(transact(platform.db, (trx) => copyBinary(trx, 'odd.two', { columns, pieces: nul }))).rejects.toMatchObject({
    code: '22021',
  })
})
