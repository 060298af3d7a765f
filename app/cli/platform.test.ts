import { mkdtemp, readdir, rm, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { sql } from 'kysely'
import { afterAll, beforeAll, beforeEach, describe, expect, test } from 'vitest'
import { type Db, openDatabase } from '#kernel/database'
import type { TestDatabase } from '../../tests/harness/database.ts'
import { empty, makeHome, migrated, submissions } from '../backup/drill.fixture.ts'
import { typed } from './io.fixture.ts'

/** Each identifier once: sending an earlier content of one again is a replacement, not a repetition. */
const identifierOf = (s: { bundle: object }) => JSON.stringify((s.bundle as { identifier?: unknown }).identifier)
const all = submissions(40)
const sent = all.filter((s, i) => all.findIndex((other) => identifierOf(other) === identifierOf(s)) === i).slice(0, 12)
const lines = (from: number, to: number) =>
  sent
    .slice(from, to)
    .map((s) => JSON.stringify(s.bundle))
    .join('\n')
const bad = JSON.stringify({ ...sent[0]!.bundle, entry: [] })
let cwd: string
let database: TestDatabase
let db: Db
let platform: Awaited<ReturnType<typeof makeHome>>
const databases: TestDatabase[] = []

beforeAll(async () => {
  cwd = await mkdtemp(join(tmpdir(), 'enishi-cli-'))
  await writeFile(join(cwd, 'all.ndjson'), lines(0, 12))
  await writeFile(join(cwd, 'half.ndjson'), lines(0, 6))
  await writeFile(join(cwd, 'one-bad.ndjson'), `${lines(0, 6)}\n${bad}\n${lines(6, 12)}\n{}\n`)
  platform = await makeHome()
})

beforeEach(async () => {
  database = await migrated()
  databases.push(database)
  db = openDatabase({ url: database.url, poolSize: 2, applicationName: 'test' })
  return () => db.destroy()
})

afterAll(async () => {
  for (const one of databases) await one.drop()
  for (const path of [cwd, platform.home]) await rm(path, { recursive: true })
})

const env = (more: Record<string, string> = {}) => ({ DATABASE_URL: database.url, ENISHI_HOME: platform.home, ...more })
const say = (words: string[], more?: Record<string, string>) => typed(words, { cwd, lang: 'en', env: env(more) })

async function count(of: 'record.deposit' | 'record.resource' | 'person.person' | 'kernel.audit' | 'kernel.outbox'): Promise<number> {
  const { rows } = await sql<{ n: number }>`select count(*) as n from ${sql.raw(of)}`.execute(db)
  return rows[0]!.n
}

const log = async () =>
  (
    await sql<{
      actor_name: string
      action: string
      outcome: string
      count: number
    }>`select actor_name, action, outcome, count from kernel.audit order by id`.execute(db)
  ).rows

describe('import', () => {
  test('takes every Bundle in, with log and feed, and again changes nothing', async () => {
    const first = await say(['import', 'all.ndjson'])
    expect(first).toMatchObject({ exit: 0, out: expect.stringMatching(/^12 Bundles taken in \(0 of them identical again, 0 refused/) })
    expect(await count('record.deposit')).toBe(12)
    expect(await count('kernel.outbox')).toBeGreaterThanOrEqual(12)
    const entries = (await log()).filter((e) => e.action === 'record.deposit')
    expect(entries).toHaveLength(12)
    expect(new Set(entries.map((e) => `${e.actor_name} ${e.outcome}`))).toEqual(new Set(['command line success']))
    const resources = await count('record.resource')
    expect((await say(['import', 'all.ndjson'])).out).toMatch(/^12 Bundles taken in \(12 of them identical again/)
    expect(await count('record.resource')).toBe(resources)
  })

  test('one that breaks the rules: a table of all that do, and nothing half stored', async () => {
    const answer = await say(['import', 'one-bad.ndjson'])
    expect(answer.exit).toBe(1)
    expect(answer.out).toMatch(/one-bad\.ndjson:7 .*R\d{4}/)
    expect(answer.out).toMatch(/one-bad\.ndjson:14 /)
    expect(answer.out).toMatch(/2 broke the rules, so nothing was taken in/)
    for (const table of ['record.deposit', 'record.resource', 'person.person', 'kernel.outbox'] as const)
      expect(await count(table), table).toBe(0)
    expect(await log()).toEqual([{ actor_name: 'command line', action: 'record.deposit', outcome: 'bundle-refused', count: 2 }])
  })

  test('--each keeps what is good, and goes on where an earlier run stopped', async () => {
    await say(['import', '--each', 'half.ndjson'])
    const answer = await say(['import', '--each', 'one-bad.ndjson'])
    expect(answer.exit).toBe(1)
    expect(answer.out).toMatch(/12 Bundles taken in \(6 of them identical again, 2 refused/)
    expect(await count('record.deposit')).toBe(12)
    expect((await log()).filter((e) => e.outcome !== 'success')).toHaveLength(1)
  })

  test('--as must be the institution that the Bundle names', async () => {
    const answer = await say(['import', '--as', '1319999999', 'half.ndjson'])
    expect(answer).toMatchObject({ exit: 1, out: expect.stringContaining('institution-mismatch') })
    expect(await count('record.deposit')).toBe(0)
    expect((await say(['import', '--as', '13', 'half.ndjson'])).exit).toBe(2)
  })

  test('an empty database gets its schema first', async () => {
    const fresh = await empty()
    databases.push(fresh)
    expect((await say(['import', 'half.ndjson'], { DATABASE_URL: fresh.url })).exit).toBe(0)
  })
})

describe('status', () => {
  test('shows counts, and the audit root computed anew', async () => {
    await say(['import', 'half.ndjson'])
    await platform.sequenceAll(db, new Date('2026-11-22T03:00:00Z'))
    const { exit, out } = await say(['status', '--json'])
    const found = JSON.parse(out) as {
      audit: object
      rows: { tables: Record<string, string>; resources: Record<string, number> }
      wrong: string[]
    }
    expect(exit).toBe(0)
    expect(found.audit).toMatchObject({ size: 6, lagRows: 0, rootMatches: true, signature: 'good' })
    expect(found.rows.tables['record.deposit']).toBe('6')
    expect(found.rows.resources.patient).toBeGreaterThan(0)
    expect((await say(['status'])).out).toMatch(/audit root +[0-9a-f]{64} \(recomputed, the same; signature good\)/)
  })

  test('a changed tree is seen, and exits with 1', async () => {
    await say(['import', 'half.ndjson'])
    await platform.sequenceAll(db, new Date('2026-11-22T03:00:00Z'))
    await sql`update kernel.audit_node set hash = decode(repeat('00', 32), 'hex')`.execute(db)
    expect(await say(['status'])).toMatchObject({ exit: 1, out: expect.stringContaining('does not give the root') })
  })

  test('an empty database is no fault', async () => {
    const fresh = await empty()
    databases.push(fresh)
    expect((await say(['status'], { DATABASE_URL: fresh.url })).exit).toBe(0)
  })
})

describe('backup and restore', () => {
  test('there and back; the log tells of both', async () => {
    await say(['import', 'half.ndjson'])
    await platform.sequenceAll(db, new Date('2026-11-22T03:00:00Z'))
    const taken = await say(['backup', 'backups'])
    expect(taken).toMatchObject({ exit: 0, out: expect.stringMatching(/Backup made[\s\S]*Without the key nothing can be restored/) })
    expect(await readdir(join(cwd, 'backups'))).toHaveLength(1)
    expect((await say(['restore', 'backups', '--check'])).out).toMatch(/The backup is whole/)
    expect(await say(['restore', 'backups'])).toMatchObject({ exit: 1, err: expect.stringMatching(/Add --replace/) })
    await sql`delete from record.deposit`.execute(db)
    await db.destroy()
    const back = await say(['restore', 'backups', '--replace'])
    expect(back).toMatchObject({ exit: 0, out: expect.stringMatching(/same data, same audit leaves \(\d+ rows, 6 leaves/) })
    db = openDatabase({ url: database.url, poolSize: 2, applicationName: 'test' })
    expect(await count('record.deposit')).toBe(6)
    expect((await log()).slice(-2).map((e) => e.action)).toEqual(['backup.take', 'backup.restore'])
    const drill = await empty()
    databases.push(drill)
    const { rows } = await sql<{ key: string }>`select key from record.deposit limit 1`.execute(db)
    const [order, ledger] = [
      { key: rows[0]!.key, id: '1', at: '2026-11-22T03:00:00Z', by: 'x', basis: 'x', reason: 'x' },
      join(platform.home, 'erasures.ndjson'),
    ]
    await writeFile(ledger, `${JSON.stringify(order)}\n`)
    const drilled = await say(['restore', 'backups', '--into', drill.url])
    expect(drilled.out).toMatch(/same data[\s\S]*Carried out again 1 order/)
    await writeFile(ledger, '{"ke\n')
    expect(await say(['restore', 'backups', '--replace'])).toMatchObject({ exit: 1, err: expect.stringMatching(/Line 1 of the ledger/) })
    await rm(ledger)
    await rm(join(cwd, 'backups'), { recursive: true })
  })

  test.each([
    [['backup'], 2, /backup needs DIR/],
    [['restore', 'nowhere'], 1, /holds no complete backup/],
    [['restore', 'nowhere', '--into', 'postgres:///x', '--home'], 2, /either --into or --home/],
  ])('%j', async (words, exit, says) => {
    const answer = await say(words)
    expect(answer.err).toMatch(says)
    expect(answer.exit).toBe(exit)
  })

  test('an empty database has nothing to back up', async () => {
    const fresh = await empty()
    databases.push(fresh)
    expect(await say(['backup', 'none'], { DATABASE_URL: fresh.url })).toMatchObject({
      exit: 1,
      err: expect.stringMatching(/nothing to back up/),
    })
  })
})

describe('seed', () => {
  test('refuses with ENISHI_DEMO=0, and among people who are not of the demo', async () => {
    expect(await say(['seed'], { ENISHI_DEMO: '0' })).toMatchObject({ exit: 1, err: expect.stringContaining('ENISHI_DEMO=0') })
    await say(['import', 'half.ndjson'])
    const people = await count('person.person')
    expect(await say(['seed'], { ENISHI_DEMO: '1' })).toMatchObject({ exit: 1, err: expect.stringContaining('not of the demo') })
    expect(await count('person.person')).toBe(people)
  })
})

test('a configuration that is wrong is named', async () => {
  expect(await typed(['status'], { env: {} })).toMatchObject({ exit: 2, err: expect.stringMatching(/DATABASE_URL/) })
})
