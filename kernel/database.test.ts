import { sql } from 'kysely'
import { afterAll, beforeAll, expect, test } from 'vitest'
import { type TestDatabase, testDatabase } from '../tests/harness/database.ts'
import { connectionLost, openDatabase } from './database.ts'

let database: TestDatabase
beforeAll(async () => {
  database = await testDatabase(async () => undefined, 'empty')
})
afterAll(() => database.drop())

const coded = (code: string, syscall?: string) => Object.assign(new Error('x'), { code, ...(syscall ? { syscall } : {}) })

test.each([
  ['the driver lost the socket', new Error('Connection terminated unexpectedly'), true],
  ['the server restarts after a crash', coded('57P02'), true],
  ['the server is starting', coded('57P03'), true],
  ['nobody listens', coded('ECONNREFUSED', 'connect'), true],
  ['no socket file', coded('ENOENT', 'connect'), true],
  ['a file of ours is missing', coded('ENOENT', 'open'), false],
  ['a statement is wrong', coded('42601'), false],
  ['a fault of ours', new Error('undefined is not a function'), false],
  ['no error at all', 'Connection terminated', false],
])('%s', (_, error, lost) => {
  expect(connectionLost(error)).toBe(lost)
})

test('a connection killed in the middle of a transaction fails that transaction alone', async () => {
  const db = openDatabase({ url: database.url, poolSize: 2, applicationName: 'test-lost' })
  try {
    const cut = db.transaction().execute(async (trx) => {
      const { rows } = await sql<{ pid: number }>`select pg_backend_pid() as pid`.execute(trx)
      await sql`select pg_terminate_backend(${rows[0]!.pid})`.execute(db)
      // The event arrives while no query is running on the connection: it must not end the process.
      await new Promise((done) => setTimeout(done, 50))
      await sql`select 1`.execute(trx)
    })
    await expect(cut.catch((error: unknown) => connectionLost(error))).resolves.toBe(true)
    expect((await sql<{ n: number }>`select 1 as n`.execute(db)).rows).toEqual([{ n: 1 }])
  } finally {
    await db.destroy()
  }
})
