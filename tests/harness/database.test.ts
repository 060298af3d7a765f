import pg from 'pg'
import { expect, test, vi } from 'vitest'
import { beginRunWithin, dropDatabasesOfRun, testDatabase } from './database.ts'

let migrations = 0

async function migrate(url: string): Promise<void> {
  migrations++
  await query(url, 'CREATE TABLE person (name text)')
}

async function query(url: string, sql: string): Promise<pg.QueryResult<{ name: string }>> {
  const client = new pg.Client({ connectionString: url })
  await client.connect()
  try {
    return await client.query<{ name: string }>(sql)
  } finally {
    await client.end()
  }
}

test('two databases of one template share nothing, and the template is migrated once', async () => {
  const [one, two] = await Promise.all([testDatabase(migrate, 'harness'), testDatabase(migrate, 'harness')])
  await query(one.url, `INSERT INTO person VALUES ('山田')`)
  expect((await query(one.url, 'SELECT name FROM person')).rows).toEqual([{ name: '山田' }])
  expect((await query(two.url, 'SELECT name FROM person')).rows).toEqual([])
  expect(migrations).toBe(1)
  await Promise.all([one.drop(), two.drop()])
})

test('a dropped database is gone', async () => {
  const database = await testDatabase(migrate, 'harness')
  await database.drop()
  await expect(query(database.url, 'SELECT 1')).rejects.toThrow(/does not exist/)
})

test('a template whose migration failed is not used by the next call', async () => {
  await expect(testDatabase(() => Promise.reject(new Error('broken migration')), 'harness-broken')).rejects.toThrow('broken migration')
  const database = await testDatabase(migrate, 'harness-broken')
  expect((await query(database.url, 'SELECT name FROM person')).rows).toEqual([])
  await database.drop()
})

test('a run within another takes away its own databases alone, and what it leaves goes with the other', async () => {
  const made = () => testDatabase(migrate, 'harness')
  const isThere = ({ url }: { url: string }) =>
    query(url, 'SELECT 1').then(
      () => true,
      () => false,
    )
  vi.stubEnv('ENISHI_TEST_RUN', `harness ${process.pid}`)
  try {
    const outer = await made()
    beginRunWithin()
    const inner = await made()
    await dropDatabasesOfRun()
    expect([await isThere(outer), await isThere(inner)]).toEqual([true, false])
    const left = await made()
    vi.stubEnv('ENISHI_TEST_RUN', `harness ${process.pid}`)
    await dropDatabasesOfRun()
    expect([await isThere(outer), await isThere(left)]).toEqual([false, false])
  } finally {
    vi.unstubAllEnvs()
  }
})
