import { sql } from 'kysely'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { type TestDatabase, testDatabase } from '../tests/harness/database.ts'
import { connectionLost, type Db, inTransaction, later, onOneConnection, openDatabase, sqlState, transact } from './database.ts'

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

describe('a transaction', () => {
  const open = async () => {
    const db = openDatabase({ url: database.url, poolSize: 2, applicationName: 'test-transact' })
    await sql`create table if not exists note (n int primary key)`.execute(db)
    await sql`truncate note`.execute(db)
    return db
  }
  const count = async (db: Db) => (await sql<{ n: number }>`select count(*) as n from note`.execute(db)).rows[0]!.n
  const add = (n: number) => sql`insert into note values (${n})`

  test('commits what was put off, in order, and its own reads see it', async () => {
    const db = await open()
    const seen = await transact(db, async (trx) => {
      await later(trx, add(1))
      await later(trx, add(2))
      return count(trx)
    })
    expect([seen, await count(db)]).toEqual([2, 2])
    await db.destroy()
  })

  test.each([
    ['with the commit', (trx: Db) => later(trx, add(7))],
    ['before the next statement', (trx: Db) => later(trx, add(7)).then(() => count(trx))],
    ['by itself', (trx: Db) => add(7).execute(trx)],
  ])('that fails %s leaves nothing and names the cause', async (_, fail) => {
    const db = await open()
    await add(7).execute(db)
    const tried = transact(db, async (trx) => {
      await later(trx, add(1))
      await fail(trx)
    })
    expect(await tried.catch((error: unknown) => sqlState(error))).toBe('23505')
    expect(await count(db)).toBe(1)
    // The connection goes on with the next one.
    await transact(db, (trx) => add(8).execute(trx))
    expect(await count(db)).toBe(2)
    await db.destroy()
  })

  test('whose savepoint took a failure back commits, and says so', async () => {
    const db = await open()
    await add(7).execute(db)
    const done = transact(db, async (trx) => {
      await later(trx, add(1))
      await later(trx, sql`savepoint here`)
      await later(trx, add(7))
      await sql`rollback to savepoint here`.execute(trx)
      return 'done'
    })
    await expect(done).resolves.toBe('done')
    expect(await count(db)).toBe(2)
    await db.destroy()
  })

  test('that its work gives up leaves nothing', async () => {
    const db = await open()
    const tried = transact(db, async (trx) => {
      await later(trx, add(1))
      throw new Error('given up')
    })
    await expect(tried).rejects.toThrow('given up')
    expect(await count(db)).toBe(0)
    await db.destroy()
  })

  test('takes nothing more once it has ended', async () => {
    const db = await open()
    let kept: Db | undefined
    await transact(db, async (trx) => {
      kept = trx
      expect(inTransaction(trx)).toBe(true)
      await add(1).execute(trx)
    })
    await expect(later(kept!, add(2))).rejects.toThrow('ended')
    await expect(add(2).execute(kept!)).rejects.toThrow('ended')
    expect([await count(db), inTransaction(db)]).toEqual([1, false])
    await db.destroy()
  })
})

test('a slow statement does not hold up the quick ones', async () => {
  const db = openDatabase({ url: database.url, poolSize: 1, lanes: 3, applicationName: 'test-lanes' })
  const other = openDatabase({ url: database.url, poolSize: 1, applicationName: 'test-holder' })
  let slowEnded = false
  await other.connection().execute(async (holder) => {
    await sql`select pg_advisory_lock(71)`.execute(holder)
    const slow = sql`select pg_advisory_lock(71)`.execute(db).then(() => {
      slowEnded = true
    })
    await new Promise((done) => setTimeout(done, 30))
    for (let i = 0; i < 20; i++) await Promise.all(Array.from({ length: 10 }, () => sql`select ${i}::int`.execute(db)))
    expect(slowEnded).toBe(false)
    await sql`select pg_advisory_unlock(71)`.execute(holder)
    await slow
  })
  await other.destroy()
  await db.destroy()
})

test('what belongs to a session stays on one connection', async () => {
  const db = openDatabase({ url: database.url, poolSize: 2, applicationName: 'test-session' })
  await onOneConnection(db, async (one) => {
    await sql`select set_config('enishi.note', 'here', false)`.execute(one)
    const { rows } = await sql<{ v: string }>`select current_setting('enishi.note', true) as v`.execute(one)
    expect(rows[0]!.v).toBe('here')
    await sql`reset all`.execute(one)
  })
  await db.destroy()
})
