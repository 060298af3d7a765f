/** Masters from the command line: loaded, listed, taken away; what does not fit is said in a table, and nothing is loaded. */
import { sql } from 'kysely'
import { afterAll, beforeAll, expect, test } from 'vitest'
import { type Db, openDatabase } from '#kernel/database'
import { folder, masters, written } from '../../care/terminology/masters.fixture.ts'
import type { TestDatabase } from '../../tests/harness/database.ts'
import { migrated } from '../backup/drill.fixture.ts'
import { typed } from './io.fixture.ts'

const cwd = folder()
const KEY = 'http://medis.or.jp/CodeSystem/master-disease-keyNumber'
let database: TestDatabase
let db: Db

beforeAll(async () => {
  database = await migrated()
  db = openDatabase({ url: database.url, poolSize: 1, applicationName: 'test' })
  written(cwd, 'nmain.txt', masters['medis-disease'])
  written(cwd, 'bad.txt', [...masters['medis-disease'], 'あ,い'])
  written(cwd, 'own.csv', ['code,display', 'A,あ'], 'utf-8')
}, 60_000)

afterAll(async () => {
  await db.destroy()
  await database.drop()
})

const say = (...words: string[]) =>
  typed(['terminology', ...words], { cwd, lang: 'en', env: { DATABASE_URL: database.url, ENISHI_HOME: cwd } })
const load = (file: string, ...more: string[]) => say('load', file, '--as', 'medis-disease', '--date', '2026-11-01', ...more)

test('from nothing to a master, again, and away', async () => {
  expect((await say('list')).out).toMatch(/There are no masters yet/)
  const loaded = await load('nmain.txt', '--note', 'made up, for a test')
  expect([loaded.exit, loaded.out]).toEqual([
    0,
    expect.stringMatching(/key number: 3 codes, valid from 2026-11-01\n.*exchange code: 3 codes/),
  ])
  expect((await load('nmain.txt')).out).toMatch(/nothing changed/)
  expect((await say('list')).out).toMatch(/master-disease-keyNumber +2026-11-01 +3 .*made up, for a test/)
  const { rows } = await sql<{
    action: string
    resource: string
  }>`select action, resource from kernel.audit where action like 'terminology.%' order by id`.execute(db)
  expect(rows).toContainEqual({ action: 'terminology.load', resource: `CodeSystem/${KEY}|2026-11-01` })
  expect((await say('drop', KEY, '--date', '2026-11-01')).out).toMatch(/Removed: .*2026-11-01, 3 codes/)
  expect((await say('list')).out).not.toMatch(/keyNumber/)
})

test('any other table, by the URL of its system', async () => {
  const loaded = await say('load', 'own.csv', '--as', 'general', '--system', 'urn:test:own', '--title', 'Own', '--date', '20261101')
  expect([loaded.exit, loaded.out]).toEqual([0, 'Own: 1 codes, valid from 2026-11-01'])
})

test.each([
  [
    'a line that does not fit, with its place',
    ['load', 'bad.txt', '--as', 'medis-disease', '--date', '2026-12-01'],
    1,
    /bad\.txt:4 +- +There are only 2 columns[\s\S]*Nothing was loaded/,
  ],
  ['a file that is not there', ['load', 'none.txt', '--as', 'usage', '--date', '2026-12-01'], 2, /none\.txt does not exist/],
  ['an unknown layout', ['load', 'nmain.txt', '--as', 'x', '--date', '2026-12-01'], 2, /Choose the layout with --as: medis-disease/],
  ['no day', ['load', 'nmain.txt', '--as', 'usage'], 2, /--date is the day/],
  ['a table without its system', ['load', 'own.csv', '--as', 'general', '--date', '2026-12-01'], 2, /needs --system/],
  ['a master that is not there', ['drop', 'urn:none'], 1, /There is no urn:none/],
  ['something else', ['count'], 2, /Usage: terminology load FILE/],
  ['the layouts', ['layouts'], 0, /medis-hot[\s\S]*receipt-medicine[\s\S]*jfagy[\s\S]*general/],
])('%s', async (_name, words, exit, says) => {
  const answer = await say(...words)
  expect(`${answer.out}\n${answer.err}`).toMatch(says)
  expect(answer.exit).toBe(exit)
})
