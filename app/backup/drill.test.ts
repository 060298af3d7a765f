import { createPublicKey } from 'node:crypto'
import { cp, mkdtemp, readdir, readFile, rm, stat, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { sql } from 'kysely'
import type pg from 'pg'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { type Db, openDatabase } from '#kernel/database'
import type { TestDatabase } from '../../tests/harness/database.ts'
import { migrations } from '../migrations.ts'
import { isSignedBy, newestCheckpoint, rootFromNodes, whyNotSameTree } from './audit-tree.ts'
import { type BackupMade, takeBackup } from './backup.ts'
import { copyClient, nameOf, ownSchemas, quoted, tablesOf } from './catalogue.ts'
import { deposit, empty, makeHome, migrated, submissions } from './drill.fixture.ts'
import { BackupProblem } from './problem.ts'
import { openBackup, restoreDatabase, restoreHomeFiles, verifyFiles, whyNotSame } from './restore.ts'

const now = new Date('2026-11-22T03:00:00.123Z')
let source: TestDatabase
let db: Db
let home: string
let folder: string
let made: BackupMade
const opened: TestDatabase[] = []

beforeAll(async () => {
  source = await migrated()
  db = openDatabase({ url: source.url, poolSize: 2, applicationName: 'test' })
  const platform = await makeHome()
  home = platform.home
  const sent = submissions(40)
  for (const [i, s] of sent.entries()) {
    await deposit(db, s)
    if (i === 16 || i === 30) await platform.sequenceAll(db, now)
  }
  await db.executeQuery(
    sql`insert into kernel.key_ring values ('odd', 'tab\tnewline\nback\\slash 𠮷 \\N', '{"a": [1.50, null]}', '2026-11-22T03:00:00.123456Z')`.compile(
      db,
    ),
  )
  folder = await mkdtemp(join(tmpdir(), 'enishi-backups-'))
  made = await takeBackup({ url: source.url, home, folder, migrations, now })
}, 120_000)

afterAll(async () => {
  await db.destroy()
  for (const database of [source, ...opened]) await database.drop()
  for (const path of [home, folder]) await rm(path, { recursive: true, force: true })
})

async function target(): Promise<TestDatabase> {
  const database = await empty()
  opened.push(database)
  return database
}

const open = (at = folder, keyFile = made.keyFile) => openBackup({ folder: at, home, keyFile, migrations })

async function restoreInto(url: string, replace = false) {
  const backup = await open()
  await verifyFiles(backup)
  return restoreDatabase({ ...backup, url, migrations, replace })
}

async function within<T>(url: string, work: (client: pg.Client) => Promise<T>): Promise<T> {
  const client = await copyClient(url, 'test')
  try {
    await client.query('begin')
    return await work(client)
  } finally {
    await client.query('rollback')
    await client.end()
  }
}

/** A hash of every table, by a way of its own (PostgreSQL's, over rows as text). */
const hashes = (url: string) =>
  within(url, async (client) => {
    const found: Record<string, unknown> = {}
    for (const table of await tablesOf(client, ownSchemas(migrations))) {
      const { rows } = await client.query(
        `select count(*)::int as n, md5(string_agg(md5(t::text), '' order by md5(t::text))) as h from ${quoted(table)} t`,
      )
      found[nameOf(table)] = rows[0]
    }
    return found
  })

describe('restore drill', () => {
  test('same data, same audit leaves', async () => {
    const { url } = await target()
    const restored = await restoreInto(url)
    expect(await hashes(url)).toEqual(await hashes(source.url))
    expect(restored).toMatchObject({ leaves: 31, root: made.manifest.audit.root, lostLeaves: 0, newerSteps: [] })
    expect(restored.rows).toBeGreaterThan(300)
    await within(url, async (client) => {
      expect(await whyNotSameTree(client)).toEqual([])
      const audit = await newestCheckpoint(client)
      expect(audit).toEqual({ ...made.manifest.audit, withoutLeaf: 9 })
      expect((await rootFromNodes(client, audit.size))?.toString('hex')).toBe(audit.root)
      expect(isSignedBy(createPublicKey(await readFile(join(home, 'audit-key.pem'))), audit)).toBe(true)
    })
  })

  test('the restored platform goes on: entries without a leaf get theirs, and the new checkpoint agrees', async () => {
    const { url } = await target()
    await restoreInto(url)
    const restored = openDatabase({ url, poolSize: 1, applicationName: 'test' })
    const platform = await makeHome()
    await platform.sequenceAll(restored, now)
    await restored.destroy()
    await within(url, async (client) => {
      expect(await newestCheckpoint(client)).toMatchObject({ size: 40, withoutLeaf: 0 })
      expect(await whyNotSameTree(client)).toEqual([])
    })
  })

  test('key files go back; a different one that is there is kept aside', async () => {
    const fresh = await mkdtemp(join(tmpdir(), 'enishi-fresh-'))
    expect(await restoreHomeFiles(await open(), fresh)).toEqual([])
    expect(await readFile(join(fresh, 'audit-key.pem'))).toEqual(await readFile(join(home, 'audit-key.pem')))
    expect((await stat(join(fresh, 'audit-key.pem'))).mode & 0o777).toBe(0o600)
    await writeFile(join(fresh, 'audit-key.pem'), 'another')
    const [kept] = await restoreHomeFiles(await open(), fresh)
    expect(await readFile(kept!, 'utf8')).toBe('another')
    await rm(fresh, { recursive: true })
  })

  test('what the platform writes meanwhile is not in a backup that was under way', async () => {
    let during = 0
    const later = await takeBackup({
      url: source.url,
      home,
      folder: join(folder, 'busy'),
      migrations,
      now,
      progress: () => {
        if (during++ === 0) void db.executeQuery(sql`insert into kernel.used_once values ('drill', 'meanwhile', now())`.compile(db))
      },
    })
    await rm(join(folder, 'busy'), { recursive: true })
    const countOf = (of: BackupMade) => of.manifest.tables.find((t) => nameOf(t) === 'kernel.used_once')!.rows
    expect(countOf(later)).toBe(countOf(made))
    await db.executeQuery(sql`delete from kernel.used_once`.compile(db))
  })
})

describe('a database is left alone', () => {
  const codeOf = (work: Promise<unknown>) =>
    work.then(
      () => 'done',
      (e: unknown) => (e instanceof BackupProblem ? e.code : e),
    )

  test('where it holds data, unless it may be replaced', async () => {
    const database = await migrated()
    opened.push(database)
    await within(database.url, (client) =>
      client.query(`insert into person.patient_key values ('k', 'p', now())`).then(() => client.query('commit')),
    )
    expect(await codeOf(restoreInto(database.url))).toBe('database-not-empty')
    expect(await codeOf(restoreInto(database.url, true))).toBe('done')
    expect(await hashes(database.url)).toEqual(await hashes(source.url))
  })

  test('where the platform runs on it', async () => {
    const { url } = await target()
    const platform = await copyClient(url, 'enishi-web')
    expect(await codeOf(restoreInto(url))).toBe('platform-running')
    await platform.end()
  })

  test('by one byte changed in any file, or a file of another place', async () => {
    const files = await readdir(made.folder)
    const copy = await mkdtemp(join(tmpdir(), 'enishi-flipped-'))
    await cp(made.folder, copy, { recursive: true })
    for (const file of files) {
      const bytes = await readFile(join(copy, file))
      const flipped = Buffer.from(bytes)
      flipped[flipped.length >> 1]! ^= 1
      await writeFile(join(copy, file), flipped)
      expect(await codeOf(open(copy).then((b) => verifyFiles(b))), file).toMatch(/corrupted|wrong-key|newer-format/)
      await writeFile(join(copy, file), bytes)
    }
    await rm(copy, { recursive: true })
    expect(files.length).toBe(made.manifest.tables.length + 3)
  }, 120_000)

  test('by a file cut short', async () => {
    const copy = await mkdtemp(join(tmpdir(), 'enishi-cut-'))
    await cp(made.folder, copy, { recursive: true })
    const file = 'record.resource.copy.zst.sealed'
    await writeFile(join(copy, file), (await readFile(join(copy, file))).subarray(0, -1))
    expect(await codeOf(open(copy).then((b) => verifyFiles(b)))).toBe('corrupted')
    await rm(copy, { recursive: true })
  })

  test('by another key, no key, a newer program, or a folder without a backup', async () => {
    const other = await takeBackup({ url: source.url, home, folder: join(folder, 'other'), migrations, now: new Date(now.getTime() + 1) })
    expect(await codeOf(open(made.folder, other.keyFile))).toBe('wrong-key')
    expect(await codeOf(open(made.folder, join(home, 'none.key')))).toBe('key-missing')
    expect(await codeOf(open(join(folder, 'nothing')))).toBe('no-backup')
    const fewer = migrations.filter((m) => !m.id.startsWith('record/'))
    expect(await codeOf(openBackup({ folder: made.folder, home, migrations: fewer }))).toBe('newer-format')
    await rm(join(folder, 'other'), { recursive: true })
  })

  test('a draft that was cut off is no backup', async () => {
    const cut = await mkdtemp(join(tmpdir(), 'enishi-draft-'))
    await cp(made.folder, join(cut, '.20261122T030000123Z.part'), { recursive: true })
    expect(await codeOf(open(cut))).toBe('no-backup')
    await rm(cut, { recursive: true })
  })

  test('when the last proof fails: everything is as before', async () => {
    const database = await target()
    const backup = await open()
    const lying = { ...backup, manifest: { ...backup.manifest, audit: { ...backup.manifest.audit, root: '00'.repeat(32) } } }
    expect(await codeOf(restoreDatabase({ ...lying, url: database.url, migrations, replace: false }))).toBe('not-the-same')
    expect(await hashes(database.url)).toEqual({})
  })
})

describe('the proof would notice', () => {
  const edits: [string, string, RegExp][] = [
    [
      'a changed record',
      `update record.resource set body = body || ' ' where (key, type, id) in (select key, type, id from record.resource limit 1)`,
      /record\.resource: content/,
    ],
    ['a lost row', `delete from record.deposit where id in (select id from record.deposit limit 1)`, /record\.deposit: \d+ rows/],
    ['a rewritten reader', `update kernel.audit set actor_name = 'nobody' where leaf_index = 3`, /content of leaf 3/],
    ['a rewritten commitment', `update kernel.audit set commitment = decode(repeat('00', 32), 'hex') where leaf_index = 4`, /leaf 4/],
    [
      'a leaf',
      `update kernel.audit_node set hash = decode(repeat('00', 32), 'hex') where level = 0 and index = 5`,
      /leaf 5.*checkpoint 17|leaf 5/,
    ],
    ['a node above', `update kernel.audit_node set hash = decode(repeat('00', 32), 'hex') where level = 2 and index = 1`, /node 2\/1/],
    ['an earlier checkpoint', `update kernel.audit_checkpoint set root = decode(repeat('00', 32), 'hex') where size = 17`, /checkpoint 17/],
  ]
  test.each(edits)('%s', async (_name, edit, expected) => {
    await within(source.url, async (client) => {
      expect(await whyNotSame(client, made.manifest)).toEqual([])
      await client.query(edit)
      expect((await whyNotSame(client, made.manifest)).join('; ')).toMatch(expected)
    })
  })
})

test('every schema that our migrations make is known to the backup', async () => {
  await within(source.url, async (client) => {
    const { rows } = await client.query<{ name: string }>(
      `select distinct schemaname as name from pg_tables where schemaname not in ('pg_catalog', 'information_schema') order by 1`,
    )
    expect(ownSchemas(migrations)).toEqual(expect.arrayContaining(rows.map((r) => r.name)))
  })
})
