import { createHash } from 'node:crypto'
import { setTimeout as wait } from 'node:timers/promises'
import type pg from 'pg'
import { afterAll, beforeAll, expect, test } from 'vitest'
import type { TestDatabase } from '../../tests/harness/database.ts'
import { copyClient } from './catalogue.ts'
import { copyIn, copyOut } from './copy.ts'
import { empty } from './drill.fixture.ts'

let database: TestDatabase
let client: pg.Client

beforeAll(async () => {
  database = await empty()
  client = await copyClient(database.url, 'test')
})

afterAll(async () => {
  await client.end()
  await database.drop()
})

const many = `copy (select n, repeat(md5(n::text), 60) from generate_series(1, 20000) n) to stdout`

async function read(text: string, slow: (n: number) => Promise<unknown> | undefined) {
  const hash = createHash('sha256')
  let bytes = 0
  let n = 0
  for await (const block of copyOut(client, text)) {
    hash.update(block)
    bytes += block.length
    await slow(n++)
  }
  return { bytes, hash: hash.digest('hex') }
}

test('a slow, a halting and a quick reader get the same forty megabytes', async () => {
  const quick = await read(many, () => undefined)
  expect(quick.bytes).toBeGreaterThan(38_000_000)
  expect(await read(many, () => new Promise(setImmediate))).toEqual(quick)
  expect(await read(many, (n) => (n % 100 === 0 ? wait(20) : undefined))).toEqual(quick)
})

test('whatever size makes the server wait at its very end, the next query is heard', async () => {
  // Around the amount that is held for a slow reader, so that in some of them the end arrives together with the pause.
  for (let rows = 400; rows <= 1_600; rows += 40) {
    const { bytes } = await read(`copy (select repeat('y', 1000) from generate_series(1, ${rows})) to stdout`, () => wait(1))
    expect(bytes).toBe(rows * 1001)
    const heard = await Promise.race([client.query('select 1').then(() => true), wait(5_000, false)])
    expect([rows, heard]).toEqual([rows, true])
  }
})

test('rows longer than a block, and none at all', async () => {
  expect((await read(`copy (select repeat('x', 300000) from generate_series(1, 3)) to stdout`, () => undefined)).bytes).toBe(900_003)
  expect((await read(`copy (select 1 where false) to stdout`, () => undefined)).bytes).toBe(0)
})

test('an error of the server is the reader’s, and the connection goes on', async () => {
  await expect(read('copy (select 1 / 0) to stdout', () => undefined)).rejects.toThrow(/division by zero/)
  expect((await client.query('select 1 as n')).rows).toEqual([{ n: 1 }])
})

test('what goes out goes in; a failing source and a failing server leave nothing', async () => {
  await client.query('create table copied (n int primary key, t text)')
  await copyIn(client, 'copy copied from stdin', copyOutOf(many))
  const { rows } = await client.query(`select count(*)::int as n, min(t) = repeat(min(md5(n::text)), 60) as same from copied`)
  expect(rows).toEqual([{ n: 20000, same: true }])
  const twice = async function* () {
    yield Buffer.from('20001\tx\n')
    yield Buffer.from('20001\tx\n')
  }
  await expect(copyIn(client, 'copy copied from stdin', twice())).rejects.toThrow(/duplicate key/)
  const failing = async function* () {
    yield Buffer.from('20002\tx\n')
    throw new Error('damaged')
  }
  await expect(copyIn(client, 'copy copied from stdin', failing())).rejects.toThrow('damaged')
  expect((await client.query('select count(*)::int as n from copied')).rows).toEqual([{ n: 20000 }])
})

/** Read over a connection of its own: one connection carries one COPY. */
async function* copyOutOf(text: string): AsyncGenerator<Buffer> {
  const other = await copyClient(database.url, 'test')
  try {
    yield* copyOut(other, text)
  } finally {
    await other.end()
  }
}

test('a connection that is lost wakes the reader', async () => {
  const lost = await copyClient(database.url, 'test')
  const blocks = copyOut(lost, many)
  await blocks.next()
  await client.query(`select pg_terminate_backend($1)`, [(lost as unknown as { processID: number }).processID])
  await expect(
    (async () => {
      for await (const _ of blocks) await wait(0)
    })(),
  ).rejects.toThrow(/terminat|lost|closed/i)
})
