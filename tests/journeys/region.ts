/** The platform as a newcomer starts it: the real program in its own processes, on a demo region and a port of its own. */
import { type ChildProcess, execFileSync, spawn } from 'node:child_process'
import { existsSync, mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { createServer } from 'node:net'
import { tmpdir } from 'node:os'
import { join, resolve } from 'node:path'
import pg from 'pg'
import { type Demo, readDemo } from '../../app/tour/client.ts'
import { testDatabase } from '../harness/database.ts'

export type Region = { demo: Demo; baseUrl: string; close(): Promise<void> }
export type { Demo }
export type DemoPerson = Demo['people'][number]
export type DemoStaff = Demo['staff'][number]

/** Few people, so that it is ready in seconds. */
const PEOPLE = 12
const READY_MS = 120_000
const root = resolve(import.meta.dirname, '../..')

/** A region of the caller's own: what one journey changes, no other sees. The demo data is made once per run, then copied. */
export async function openRegion(): Promise<Region> {
  const entry = built()
  const database = await testDatabase(seeded, 'journeys')
  const home = await homeIn(database.url)
  const port = await freePort()
  const child = start({ entry, home, port, databaseUrl: database.url })
  const close = async () => {
    await ended(child)
    await database.drop()
    rmSync(home, { recursive: true, force: true })
  }
  try {
    await ready(child)
    return { demo: await readDemo(home), baseUrl: `http://localhost:${port}`, close }
  } catch (error) {
    await close()
    throw error
  }
}

/** Lets the platform migrate and fill the database at `url`, and keeps the data folder inside it, so that both are copied together. */
async function seeded(databaseUrl: string): Promise<void> {
  const entry = built()
  const home = mkdtempSync(join(tmpdir(), 'enishi-journeys-'))
  try {
    const child = start({ entry, home, port: await freePort(), databaseUrl })
    await ready(child).finally(() => ended(child))
    await connected(databaseUrl, async (client) => {
      await client.query('CREATE TABLE public.journeys_home (name text PRIMARY KEY, content bytea NOT NULL)')
      for (const file of readdirSync(home, { withFileTypes: true }))
        if (file.isFile())
          await client.query('INSERT INTO public.journeys_home VALUES ($1, $2)', [file.name, readFileSync(join(home, file.name))])
    })
  } finally {
    rmSync(home, { recursive: true, force: true })
  }
}

async function homeIn(databaseUrl: string): Promise<string> {
  const home = mkdtempSync(join(tmpdir(), 'enishi-journeys-'))
  await connected(databaseUrl, async (client) => {
    const { rows } = await client.query<{ name: string; content: Buffer }>('SELECT name, content FROM public.journeys_home')
    for (const { name, content } of rows) writeFileSync(join(home, name), content, { mode: 0o600 })
  })
  return home
}

async function connected(databaseUrl: string, work: (client: pg.Client) => Promise<void>): Promise<void> {
  const client = new pg.Client({ connectionString: databaseUrl })
  await client.connect()
  try {
    await work(client)
  } finally {
    await client.end()
  }
}

/** Built by `npm test` already; a single test file may be the first to need it. ENISHI_ENTRY names another program, as for the launcher. */
function built(): string {
  if (process.env.ENISHI_ENTRY) return resolve(root, process.env.ENISHI_ENTRY)
  const program = `import(${JSON.stringify(join(root, 'app/launcher/build.mjs'))}).then((m) => m.ensureBuilt()).catch((e) => { console.error(e.message); process.exit(1) })`
  execFileSync(process.execPath, ['--input-type=module', '-e', program], { cwd: root, stdio: ['ignore', 'ignore', 'inherit'] })
  const entry = join(root, 'dist/app/main.js')
  if (!existsSync(entry)) throw new Error('the platform was not built')
  return entry
}

function start(about: { entry: string; home: string; port: number; databaseUrl: string }): ChildProcess {
  const child = spawn(process.execPath, [about.entry], {
    cwd: root,
    stdio: ['ignore', 'pipe', 'pipe'],
    env: {
      PATH: process.env.PATH,
      NODE_ENV: 'production',
      DATABASE_URL: about.databaseUrl,
      ENISHI_HOME: about.home,
      ENISHI_DEMO: '1',
      ENISHI_DEMO_PEOPLE: String(PEOPLE),
      ENISHI_WORKERS: '1',
      PORT: String(about.port),
    },
  })
  // A test run that is broken off leaves nothing running.
  const atExit = () => void child.kill('SIGKILL')
  process.once('exit', atExit)
  child.once('exit', () => process.off('exit', atExit))
  return child
}

function ready(child: ChildProcess): Promise<void> {
  let said = ''
  return new Promise((done, fail) => {
    const timer = setTimeout(() => fail(new Error(`the platform was not ready in time:\n${said.slice(-2000)}`)), READY_MS)
    const hear = (chunk: Buffer) => {
      said += chunk.toString('utf8')
      if (!said.includes('enishi ready on ')) return
      clearTimeout(timer)
      done()
    }
    child.stdout!.on('data', hear)
    child.stderr!.on('data', hear)
    child.once('exit', (code) => fail(new Error(`the platform ended with ${code}:\n${said.slice(-2000)}`)))
  })
}

async function ended(child: ChildProcess): Promise<void> {
  if (child.exitCode !== null || child.signalCode !== null) return
  const gone = new Promise((done) => child.once('exit', done))
  child.kill('SIGTERM')
  const timer = setTimeout(() => child.kill('SIGKILL'), 15_000)
  await gone
  clearTimeout(timer)
}

async function freePort(): Promise<number> {
  const server = createServer().listen(0, '127.0.0.1')
  await new Promise((done) => server.once('listening', done))
  const address = server.address()
  await new Promise((done) => server.close(done))
  if (address === null || typeof address === 'string') throw new Error('no free port')
  return address.port
}
