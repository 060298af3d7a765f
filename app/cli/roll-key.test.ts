import { sql } from 'kysely'
import { afterAll, beforeAll, expect, test } from 'vitest'
import { type Db, openDatabase } from '#kernel/database'
import { keyRing } from '#kernel/key-ring'
import type { TestDatabase } from '../../tests/harness/database.ts'
import { migrated } from '../backup/drill.fixture.ts'
import { typed } from './io.fixture.ts'

let database: TestDatabase
let db: Db
beforeAll(async () => {
  database = await migrated()
  db = openDatabase({ url: database.url, poolSize: 2, applicationName: 'test' })
}, 60_000)
afterAll(async () => {
  await db?.destroy()
  await database?.drop()
})
const say = (...words: string[]) => typed(words, { cwd: '/', lang: 'en', env: { DATABASE_URL: database.url } })

test.each(['access-token', 'oauth-cookie'] as const)('the key for %s is followed by another, and the log says so', async (purpose) => {
  const [before] = await keyRing(db, purpose)
  expect(await say('roll-key', purpose)).toMatchObject({ exit: 0 })
  const ring = await keyRing(db, purpose)
  expect(ring).toHaveLength(2)
  expect(ring.map((key) => key.kid)).toContain(before!.kid)
  const { rows } = await sql<{
    resource: string
  }>`select resource from kernel.audit where action = 'key.roll' order by id desc limit 1`.execute(db)
  expect(rows[0]?.resource).toContain(`Key/${purpose}/`)
})

test('the key for push, and what is none, stay', async () => {
  for (const purpose of ['web-push', 'everything']) {
    const answer = await say('roll-key', purpose)
    expect(answer.exit).toBe(2)
    expect(`${answer.out}${answer.err}`).toContain('access-token')
  }
})
