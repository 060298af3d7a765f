import { execFileSync } from 'node:child_process'
import { createHash, randomBytes } from 'node:crypto'
import { resolve } from 'node:path'
import pg from 'pg'

/** A database of a test's own. */
export type TestDatabase = { url: string; drop(): Promise<void> }

/** All templates are made one after another: migrations also touch what the whole server shares (roles). */
const templateLock = 7_351_204

/**
 * A fresh copy of a migrated database. The template is migrated once per run, then cloned per call (about 30 ms).
 * Needs no set-up: without ENISHI_TEST_DATABASE_URL (set by `npm test`) a shared throwaway server is started or reused.
 *
 * @param migrate brings the empty database at `url` up to date and closes its connections
 * @param templateName which migrations these are; the same name must always mean the same `migrate`
 */
export async function testDatabase(migrate: (url: string) => Promise<void>, templateName: string): Promise<TestDatabase> {
  const server = serverUrl()
  const template = `${runPrefix()}tpl_${shortHash(templateName)}`
  const name = `${runPrefix()}${randomBytes(6).toString('hex')}`
  await withClient(server, async (client) => {
    await ensureTemplate(client, { server, template, migrate })
    await clone(client, template, name)
  })
  return {
    url: urlOf(server, name),
    drop: () => withClient(server, (client) => dropDatabase(client, name)),
  }
}

/**
 * From here on this process makes its databases as a run of its own. What started it may have others beside it on the same server, whose
 * databases are not this run's to remove; what this run leaves behind goes when that one ends.
 */
export function beginRunWithin(): void {
  process.env.ENISHI_TEST_RUN = `${runName()}/${process.pid}`
}

/** Removes every database of this run, and of runs within it; called once when the run ends. */
export async function dropDatabasesOfRun(): Promise<void> {
  const server = process.env.ENISHI_TEST_DATABASE_URL ?? launcher('running')
  if (server === '') return
  await withClient(server, async (client) => {
    const found = await client.query<{ datname: string }>('SELECT datname FROM pg_database WHERE starts_with(datname, $1)', [runPrefix()])
    for (const { datname } of found.rows) await dropDatabase(client, datname)
  })
}

type Template = { server: string; template: string; migrate: (url: string) => Promise<void> }

async function ensureTemplate(client: pg.Client, { server, template, migrate }: Template): Promise<void> {
  if (await exists(client, template)) return
  await client.query('SELECT pg_advisory_lock($1)', [templateLock])
  try {
    if (await exists(client, template)) return
    const building = `${template}_building`
    await dropDatabase(client, building)
    await client.query(`CREATE DATABASE ${quoted(building)} TEMPLATE template0`)
    await migrate(urlOf(server, building))
    // The name appears only when it is whole, so a failed migration is tried again by the next file.
    await whenUnused(() => client.query(`ALTER DATABASE ${quoted(building)} RENAME TO ${quoted(template)}`))
  } finally {
    await client.query('SELECT pg_advisory_unlock($1)', [templateLock])
  }
}

async function clone(client: pg.Client, template: string, name: string): Promise<void> {
  await whenUnused(() => client.query(`CREATE DATABASE ${quoted(name)} TEMPLATE ${quoted(template)}`))
}

async function dropDatabase(client: pg.Client, name: string): Promise<void> {
  await client.query(`DROP DATABASE IF EXISTS ${quoted(name)} WITH (FORCE)`)
}

async function exists(client: pg.Client, name: string): Promise<boolean> {
  const found = await client.query('SELECT 1 FROM pg_database WHERE datname = $1', [name])
  return found.rowCount === 1
}

/** A connection that was just closed, or another clone, may hold the template for a moment (55006: object in use). */
async function whenUnused(work: () => Promise<unknown>): Promise<void> {
  for (let tries = 1; ; tries++) {
    try {
      await work()
      return
    } catch (error) {
      if (tries === 40 || !(error instanceof pg.DatabaseError) || error.code !== '55006') throw error
      await new Promise((done) => setTimeout(done, 50))
    }
  }
}

async function withClient<T>(url: string, work: (client: pg.Client) => Promise<T>): Promise<T> {
  const client = new pg.Client({ connectionString: urlOf(url, 'postgres') })
  await client.connect()
  try {
    return await work(client)
  } finally {
    await client.end()
  }
}

let shared: string | undefined

function serverUrl(): string {
  if (process.env.ENISHI_TEST_DATABASE_URL) return process.env.ENISHI_TEST_DATABASE_URL
  shared ??= launcher('start')
  return shared
}

/** The address of the shared server; with 'running', empty where none runs. */
function launcher(what: 'start' | 'running'): string {
  const program = resolve(import.meta.dirname, '../../app/launcher/throwaway.mjs')
  return execFileSync(process.execPath, [program, what], { encoding: 'utf8' }).trim().split('\n').at(-1) ?? ''
}

/** The same server, another database. Socket addresses have no host, which `URL` does not read; hence by pattern. */
function urlOf(server: string, database: string): string {
  return server.replace(/^(postgres(?:ql)?:\/\/[^/]*\/)[^?]*/, `$1${database}`)
}

function runPrefix(): string {
  return `t_${runName().split('/').map(shortHash).join('_')}_`
}

function runName(): string {
  return process.env.ENISHI_TEST_RUN ?? String(process.ppid)
}

function shortHash(text: string): string {
  return createHash('sha256').update(text).digest('hex').slice(0, 10)
}

function quoted(name: string): string {
  return `"${name.replaceAll('"', '""')}"`
}
