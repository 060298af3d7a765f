import { createReadStream } from 'node:fs'
import { mkdir, open, rename, rm } from 'node:fs/promises'
import { join } from 'node:path'
import type pg from 'pg'
import type { Migration } from '#kernel/migrate'
import { APP_VERSION } from '../version.ts'
import { newestCheckpoint } from './audit-tree.ts'
import { copyClient, copyOutText, nameOf, ownSchemas, sequencesOf, type Table, tablesOf } from './catalogue.ts'
import { copyOut } from './copy.ts'
import { fingerprinting } from './fingerprint.ts'
import { homeFilesOf } from './home-files.ts'
import { makeKey, usualKeyFile } from './key.ts'
import { FORMAT, type Manifest, MANIFEST, SEAL } from './manifest.ts'
import { BackupProblem, problem, reasonOf } from './problem.ts'
import { keyIdOf, manifestSeal } from './seal.ts'
import { writeSealed } from './sealed-file.ts'

export type BackupInput = {
  url: string
  home: string
  /** Where the generation's folder is made. */
  folder: string
  migrations: readonly Migration[]
  now: Date
  keyFile?: string | undefined
  /** Called before each table with how much is done, 0 to 1. */
  progress?: (part: number, what: string) => void
}

export type BackupMade = { folder: string; keyFile: string; manifest: Manifest }

/** Name of a generation: its instant in UTC, e.g. `20261122T045422123Z`. */
export const generationOf = (now: Date): string => now.toISOString().replace(/[-:.]/g, '')

/**
 * Takes a backup: every table of ours as of one instant (one read-only snapshot), and the key files of the data folder,
 * compressed, sealed under a key of this generation, described by a sealed manifest. The folder gets its name when it is whole.
 * @refuses empty-database, folder-unusable, key-missing
 */
export async function takeBackup(input: BackupInput): Promise<BackupMade> {
  const generation = generationOf(input.now)
  const draft = join(input.folder, `.${generation}.part`)
  const client = await copyClient(input.url, 'enishi-backup')
  try {
    await client.query('begin transaction isolation level repeatable read read only')
    const tables = await ownTables(client, input.migrations)
    await mkdir(draft, { recursive: true, mode: 0o700 }).catch((error: unknown) =>
      problem('folder-unusable', { folder: input.folder, reason: reasonOf(error) }),
    )
    const keyFile = input.keyFile ?? usualKeyFile(input.home, generation)
    const key = await makeKey(keyFile)
    const manifest = await writeAll(client, { ...input, generation, draft, key, tables })
    const text = `${JSON.stringify(manifest, null, 1)}\n`
    await writeDurably(join(draft, SEAL), `${manifestSeal(key, generation, text)}\n`)
    await writeDurably(join(draft, MANIFEST), text)
    const folder = join(input.folder, generation)
    await syncFolder(draft)
    await rename(draft, folder)
    await syncFolder(input.folder)
    return { folder, keyFile, manifest }
  } catch (error) {
    await rm(draft, { recursive: true, force: true }).catch(() => undefined)
    if (error instanceof BackupProblem || !isOfDisk(error)) throw error
    return problem('folder-unusable', { folder: input.folder, reason: reasonOf(error) })
  } finally {
    await client.end().catch(() => undefined)
  }
}

async function ownTables(client: pg.Client, migrations: readonly Migration[]): Promise<Table[]> {
  const tables = await tablesOf(client, ownSchemas(migrations))
  return tables.some((t) => nameOf(t) === 'kernel.migration') ? tables : problem('empty-database')
}

type Work = BackupInput & { generation: string; draft: string; key: Buffer; tables: Table[] }

async function writeAll(client: pg.Client, work: Work): Promise<Manifest> {
  const { generation, key, draft: folder, now } = work
  const { rows: about } = await client.query<{ postgres: string }>(`select current_setting('server_version') as postgres`)
  const { rows: steps } = await client.query<{ id: string }>('select id from kernel.migration order by applied_at, id')
  const sizes = await client.query<{ total: string }>('select sum(pg_table_size(c::regclass))::text as total from unnest($1::text[]) c', [
    work.tables.map(nameOf),
  ])
  const total = Number(sizes.rows[0]?.total ?? 0) || 1
  const tables: Manifest['tables'] = []
  let done = 0
  for (const table of work.tables) {
    work.progress?.(Math.min(1, done / total), nameOf(table))
    const print = fingerprinting()
    const place = { folder, key, generation, file: `${nameOf(table)}.copy.zst.sealed` }
    const sealed = await writeSealed(place, copyOut(client, copyOutText(table)), print.through)
    tables.push({ ...table, ...print.result(), ...sealed })
    const { rows } = await client.query<{ size: string }>('select pg_table_size($1::regclass)::text as size', [nameOf(table)])
    done += Number(rows[0]!.size)
  }
  const homeFiles: Manifest['homeFiles'] = []
  for (const [n, name] of (await homeFilesOf(work.home)).entries()) {
    const place = { folder, key, generation, file: `home-${n + 1}.zst.sealed` }
    homeFiles.push({ name, ...(await writeSealed(place, createReadStream(join(work.home, name)))) })
  }
  work.progress?.(1, '')
  return {
    format: FORMAT,
    generation,
    madeAt: now.toISOString(),
    appVersion: APP_VERSION,
    postgres: about[0]!.postgres,
    keyId: keyIdOf(key),
    schemaSteps: steps.map((s) => s.id),
    tables,
    sequences: await sequencesOf(client, [...new Set(work.tables.map((t) => t.schema))]),
    homeFiles,
    audit: await newestCheckpoint(client),
  }
}

const isOfDisk = (error: unknown): boolean => /^E[A-Z]+$/.test(reasonOf(error)) && error instanceof Error && 'syscall' in error

async function writeDurably(path: string, text: string): Promise<void> {
  const handle = await open(path, 'wx', 0o600)
  try {
    await handle.writeFile(text)
    await handle.sync()
  } finally {
    await handle.close()
  }
}

/** A new name in a folder is durable when the folder is. */
async function syncFolder(path: string): Promise<void> {
  const handle = await open(path, 'r')
  try {
    await handle.sync()
  } finally {
    await handle.close()
  }
}
