import type pg from 'pg'
import { inParts, type Migration, migrate } from '#kernel/migrate'
import { openDatabase } from '#kernel/database'
import { rootOf } from '#packages/log-proof'
import { newestCheckpoint, whyNotSameTree } from './audit-tree.ts'
import { copyClient, copyInText, copyOutText, nameOf, ownSchemas, quoted, tablesOf } from './catalogue.ts'
import { copyIn, copyOut } from './copy.ts'
import { fingerprintOf } from './fingerprint.ts'
import { putBack } from './home-files.ts'
import { readKey, usualKeyFile } from './key.ts'
import { findGeneration, type Manifest, peekManifest, proveManifest } from './manifest.ts'
import { problem } from './problem.ts'
import { readSealed } from './sealed-file.ts'

export type Progress = (part: number, what: string) => void
type Opened = { folder: string; key: Buffer; manifest: Manifest }

/** A backup whose manifest is genuine. @refuses no-backup, key-missing, wrong-key, corrupted, newer-format */
export async function openBackup(about: {
  folder: string
  home: string
  keyFile?: string | undefined
  migrations: readonly Migration[]
}): Promise<Opened> {
  const folder = await findGeneration(about.folder)
  const read = await peekManifest(folder)
  const file = about.keyFile ?? usualKeyFile(about.home, read.manifest.generation)
  const key = await readKey(file)
  const manifest = await proveManifest(folder, read, { bytes: key, file })
  const known = new Set(about.migrations.map((m) => m.id))
  const unknown = manifest.schemaSteps.filter((id) => !known.has(id))
  if (unknown.length > 0) problem('newer-format', { found: `${manifest.appVersion}: ${unknown.join(', ')}` })
  return { folder, key, manifest }
}

const placeOf = ({ folder, key, manifest }: Opened, file: string) => ({ folder, key, generation: manifest.generation, file })

/** Reads and opens every file of the backup and holds it against the manifest. @refuses corrupted */
export async function verifyFiles(backup: Opened, progress: Progress = () => undefined): Promise<void> {
  const { tables, homeFiles } = backup.manifest
  const total = [...tables, ...homeFiles].reduce((sum, f) => sum + f.bytes, 1)
  let done = 0
  for (const table of tables) {
    progress(done / total, table.file)
    const { rows, content } = await fingerprintOf(readSealed(placeOf(backup, table.file), table))
    if (rows !== table.rows || content !== table.content) problem('corrupted', { file: table.file })
    done += table.bytes
  }
  for (const file of homeFiles) for await (const _ of readSealed(placeOf(backup, file.file), file));
  progress(1, '')
}

export type RestoreInput = Opened & {
  url: string
  migrations: readonly Migration[]
  replace: boolean
  /** Parts of the large tables in the database restored into. */
  parts?: number
  progress?: Progress
}

/** `lostLeaves`: how far the log that was replaced was ahead of the backup's. */
export type Restored = { rows: number; leaves: number; root: string; lostLeaves: number; newerSteps: string[] }

/**
 * Puts a verified backup into a database, in one transaction: schema as it was then, rows, the proof that rows and audit tree
 * are the same; then newer schema steps. Whatever fails, the database is as it was before.
 * @refuses database-not-empty, platform-running, corrupted, not-the-same
 */
export async function restoreDatabase(input: RestoreInput): Promise<Restored> {
  const client = await copyClient(input.url, 'restore')
  let restored: Omit<Restored, 'newerSteps'>
  try {
    await client.query('begin')
    restored = await fill(client, input)
    await client.query('commit')
    await client.query('analyze')
  } catch (error) {
    await client.query('rollback').catch(() => undefined)
    throw error
  } finally {
    await client.end().catch(() => undefined)
  }
  const db = openDatabase({ url: input.url, poolSize: 1, applicationName: 'restore' })
  try {
    return { ...restored, newerSteps: await migrate(db, input.migrations, { parts: input.parts ?? 1 }) }
  } finally {
    await db.destroy()
  }
}

/** The lock under which schema steps run: nobody migrates while we restore. */
const MIGRATION_LOCK = 7_305_001

async function fill(client: pg.Client, input: RestoreInput): Promise<Omit<Restored, 'newerSteps'>> {
  const { manifest } = input
  await client.query('select pg_advisory_xact_lock($1)', [MIGRATION_LOCK])
  const schemas = ownSchemas(input.migrations)
  await refuseRunning(client)
  const lost = await clearTarget(client, schemas, input.replace)
  await makeSchema(client, input)
  const total = manifest.tables.reduce((sum, t) => sum + t.bytes, 1)
  let done = 0
  for (const table of manifest.tables) {
    input.progress?.((done / total) * 0.7, nameOf(table))
    await copyIn(client, copyInText(table), readSealed(placeOf(input, table.file), table))
    done += table.bytes
  }
  for (const s of manifest.sequences) await client.query('select setval($1::regclass, $2, $3)', [quoted(s), s.value, s.isCalled])
  input.progress?.(0.7, '')
  const wrong = await whyNotSame(client, manifest)
  if (wrong.length > 0) problem('not-the-same', { what: wrong.slice(0, 3).join('; ') })
  const lostLeaves = Math.max(0, lost - manifest.audit.size)
  input.progress?.(1, '')
  const rows = manifest.tables.reduce((sum, t) => sum + t.rows, 0)
  return { rows, leaves: manifest.audit.size, root: manifest.audit.root, lostLeaves }
}

async function refuseRunning(client: pg.Client): Promise<void> {
  const { rows } = await client.query<{ n: string }>(
    `select count(*)::text as n from pg_stat_activity where datname = current_database() and application_name like 'enishi-%' and pid <> pg_backend_pid()`,
  )
  if (rows[0]!.n !== '0') problem('platform-running', { count: rows[0]!.n })
}

/** A platform that has only been started once holds these rows and nothing of anybody. */
const notData = new Set(['kernel.migration', 'kernel.leader', 'kernel.key_ring'])

/** Makes room. @returns leaves of the log that goes @refuses database-not-empty */
async function clearTarget(client: pg.Client, schemas: readonly string[], replace: boolean): Promise<number> {
  const tables = await tablesOf(client, schemas)
  if (!replace) {
    for (const table of tables.filter((t) => !notData.has(nameOf(t)))) {
      const { rows } = await client.query(`select 1 from ${quoted(table)} limit 1`)
      if (rows.length > 0) problem('database-not-empty')
    }
  }
  const hasLog = tables.some((t) => nameOf(t) === 'kernel.audit_checkpoint')
  const lost = hasLog ? (await newestCheckpoint(client)).size : 0
  const { rows: there } = await client.query<{ name: string }>('select nspname as name from pg_namespace where nspname = any($1)', [
    schemas,
  ])
  for (const { name } of there) await client.query(`drop schema ${client.escapeIdentifier(name)} cascade`)
  return lost
}

/** The schema by the very steps the backup was made under; rows the steps bring themselves come with the backup. */
async function makeSchema(client: pg.Client, { manifest, migrations, parts = 1 }: RestoreInput): Promise<void> {
  await client.query('create schema kernel')
  await client.query('create table kernel.migration (id text primary key, applied_at timestamptz not null default now())')
  const recorded = new Set(manifest.schemaSteps)
  for (const step of migrations.filter((m) => recorded.has(m.id))) await client.query(inParts(step, parts))
  const made = await tablesOf(client, ownSchemas(migrations))
  if (made.length > 0) await client.query(`truncate ${made.map(quoted).join(', ')}`)
}

/**
 * Holds a database against the manifest: every row of every table, and the audit log computed anew from its entries. Needs a transaction.
 * @returns what differs; empty means same data, same audit leaves
 */
export async function whyNotSame(client: pg.Client, manifest: Manifest): Promise<string[]> {
  const wrong: string[] = []
  for (const table of manifest.tables) {
    const { rows, content } = await fingerprintOf(copyOut(client, copyOutText(table)))
    if (rows !== table.rows) wrong.push(`${nameOf(table)}: ${rows} rows, not ${table.rows}`)
    else if (content !== table.content) wrong.push(`${nameOf(table)}: content`)
  }
  const audit = await newestCheckpoint(client)
  if (audit.size !== manifest.audit.size || audit.root !== manifest.audit.root) wrong.push('audit: newest checkpoint')
  wrong.push(...(await whyNotSameTree(client)).map((what) => `audit: ${what}`))
  if (audit.size === 0 && audit.root !== rootOf([]).toString('hex')) wrong.push('audit: empty root')
  return wrong
}

/** Puts the key files back into the data folder. @returns earlier files that were kept aside */
export async function restoreHomeFiles(backup: Opened, home: string): Promise<string[]> {
  const kept: string[] = []
  for (const file of backup.manifest.homeFiles) {
    const parts: Buffer[] = []
    for await (const chunk of readSealed(placeOf(backup, file.file), file)) parts.push(chunk)
    const aside = await putBack(home, file.name, Buffer.concat(parts))
    if (aside) kept.push(aside)
  }
  return kept
}
