/** From an empty installation to a first operator, a facility and its system, without a page. */
import { generateKeyPairSync } from 'node:crypto'
import { writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { sql } from 'kysely'
import { afterAll, beforeAll, expect, test } from 'vitest'
import { type Db, openDatabase } from '#kernel/database'
import { folder } from '../../care/terminology/masters.fixture.ts'
import type { TestDatabase } from '../../tests/harness/database.ts'
import { migrated } from '../backup/drill.fixture.ts'
import { typed } from './io.fixture.ts'

const cwd = folder()
let database: TestDatabase
let db: Db

beforeAll(async () => {
  database = await migrated()
  db = openDatabase({ url: database.url, poolSize: 1, applicationName: 'test' })
  const { publicKey, privateKey } = generateKeyPairSync('ec', { namedCurve: 'P-384' })
  writeFileSync(join(cwd, 'public.json'), JSON.stringify({ keys: [{ ...publicKey.export({ format: 'jwk' }), kid: 'emr-1' }] }))
  writeFileSync(join(cwd, 'private.json'), JSON.stringify({ keys: [{ ...privateKey.export({ format: 'jwk' }), kid: 'emr-1' }] }))
}, 60_000)

afterAll(async () => {
  await db.destroy()
  await database.drop()
})

const say = (...words: string[]) =>
  typed(words, { cwd, lang: 'en', env: { DATABASE_URL: database.url, ENISHI_HOME: cwd, ENISHI_DEMO: '0' } })

test('a facility, its first operator, its system', async () => {
  expect(await say('facility', 'add', '1310000018', '--kind', 'hospital', '--name', '縁病院')).toMatchObject({ exit: 0 })
  const invited = await say('staff', 'invite', 'first', '--facility', '1310000018', '--role', 'operator', '--name', '初代 運用')
  expect([invited.exit, invited.out]).toEqual([0, expect.stringMatching(/^http:\/\/localhost:8080\/sign-in\/invitation\/[0-9a-z]{20}$/)])
  const again = await say('staff', 'invite', 'first')
  expect([again.exit, again.out === invited.out]).toEqual([0, false])
  const { rows } = await sql<{ open: number }>`select count(*)::int as open from sign_in.invitation where ended_at is null`.execute(db)
  expect(rows[0]?.open, 'the first link ended').toBe(1)
  expect(await say('client', 'add', 'emr', '--facility', '1310000018', '--jwks', 'public.json')).toMatchObject({ exit: 0 })
  const { rows: noted } = await sql<{ act: string; by: string }>`select act, by_id as by from person.change order by id`.execute(db)
  expect(noted.map(({ act, by }) => `${act} ${by}`)).toEqual(
    ['facility.enter', 'staff.enter', 'staff.invite', 'staff.invite', 'client.enter'].map((act) => `${act} command-line`),
  )
})

test('the next key of a system: both count, and the old one has a last day', async () => {
  const { publicKey } = generateKeyPairSync('ec', { namedCurve: 'P-384' })
  writeFileSync(join(cwd, 'next.json'), JSON.stringify({ keys: [{ ...publicKey.export({ format: 'jwk' }), kid: 'emr-2' }] }))
  expect(await say('client', 'rotate-key', 'emr', '--jwks', 'next.json', '--old-until', '2020-01-01')).toMatchObject({ exit: 1 })
  const done = await say('client', 'rotate-key', 'emr', '--jwks', 'next.json')
  expect([done.exit, done.out]).toEqual([0, expect.stringMatching(/^Added: emr\. .* until the end of \d{4}-\d\d-\d\d\.$/)])
  const { rows } = await sql<{ kid: string; ends: boolean }>`select kid, valid_until is not null as ends from person.client_key
    where retired_at is null order by kid`.execute(db)
  expect(rows).toEqual([
    { kid: 'emr-1', ends: true },
    { kid: 'emr-2', ends: false },
  ])
  expect(await say('client', 'rotate-key', 'nobody', '--jwks', 'next.json')).toMatchObject({ exit: 1 })
})

test.each([
  ['a number that does not fit', ['facility', 'add', '1340000018', '--kind', 'hospital', '--name', 'x'], 1, /third digit/],
  ['a facility twice', ['facility', 'add', '1310000018', '--kind', 'hospital', '--name', 'x'], 1, /registered already/],
  ['a facility nobody knows', ['staff', 'invite', 'x-1', '--facility', '1310000026', '--role', 'clerk', '--name', 'x'], 1, /Not found/],
  [
    'a physician without licence',
    ['staff', 'invite', 'x-1', '--facility', '1310000018', '--role', 'physician', '--name', 'x'],
    1,
    /licence/,
  ],
  ['a private key', ['client', 'add', 'emr-2', '--facility', '1310000018', '--jwks', 'private.json'], 1, /private key/],
  ['no file', ['client', 'add', 'emr-2', '--facility', '1310000018', '--jwks', 'none.json'], 2, /cannot be read/],
  ['no role of ours', ['staff', 'invite', 'x-1', '--role', 'king'], 2, /--role is operator or/],
  ['nothing', ['client', 'add', 'emr-2'], 2, /Usage/],
])('%s', async (_name, words, exit, says) => {
  const done = await say(...words)
  expect(`${done.out}${done.err}`).toMatch(says)
  expect(done.exit).toBe(exit)
})
