// @ts-check
/** `npm run enishi | tour | bench | faults | attacks | conformance | generate`: whatever a program needs, then the program. */
import { existsSync, mkdtempSync, rmSync } from 'node:fs'
import { connect } from 'node:net'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { ensureBuilt } from './build.mjs'
import { refuseNewerData } from './data-version.mjs'
import { openDatabase } from './database.mjs'
import { spaceOr } from './disk.mjs'
import { takeHome, whoRuns } from './home.mjs'
import { ensureInstalled } from './install.mjs'
import { node24 } from './node24.mjs'
import { homeFolder, root } from './places.mjs'
import { startPostgres } from './postgres.mjs'
import { startProgram } from './program.mjs'
import { explain, stop } from './sentences.mjs'
import { listenForSignals } from './signals.mjs'

/**
 * What a program is given before it starts, and what is put away after it.
 * @typedef {{ env: Record<string, string>, close: () => Promise<void> }} Setting
 */

/** @type {Record<string, { source: string, extent: import('./install.mjs').Extent, setting: (args: string[]) => Promise<Setting> }>} */
const programs = {
  cli: { source: 'app/cli/main.ts', extent: 'run', setting: forCommandLine },
  tour: { source: 'app/tour/main.ts', extent: 'run', setting: beside },
  bench: { source: 'bench/main.ts', extent: 'everything', setting: benchDatabase },
  // The fault tests start, kill and restart whole platforms themselves.
  faults: { source: 'tests/faults/main.ts', extent: 'everything', setting: nothing },
  attacks: { source: 'tests/attacks/main.ts', extent: 'everything', setting: scratchDatabase },
  conformance: { source: 'tests/conformance/main.ts', extent: 'everything', setting: scratchDatabase },
  generate: { source: 'packages/fhir/generate.ts', extent: 'everything', setting: nothing },
}

/** Commands that touch no data. */
const withoutDatabase = ['', 'help', '--help', '-h', 'version', '--version', 'validate', 'card-bridge']

async function run() {
  const [name = '', ...args] = process.argv.slice(2)
  const program = programs[name]
  if (!program) throw stop('unknown-command', { name, known: Object.keys(programs).join(', ') })
  await ensureInstalled(program.extent)
  const node = node24()
  const entry = await entryOf(name, program.source)
  const { env, close } = await program.setting(args)
  try {
    const started = startProgram({ node, entry, args, env })
    listenForSignals({
      // The terminal has sent SIGINT to the program too; only what came to us alone is passed on.
      politely: (signal) => signal !== 'SIGINT' && started.child.kill(signal),
      atOnce: () => started.child.kill('SIGKILL'),
    })
    return await started.ended
  } finally {
    await close()
  }
}

/** ENISHI_ENTRY names another program in its place (tests of the launcher). @param {string} name @param {string} source */
async function entryOf(name, source) {
  if (process.env.ENISHI_ENTRY) return join(root, process.env.ENISHI_ENTRY)
  if (!existsSync(join(root, source))) throw stop('entry-missing', { entry: source })
  if (name === 'generate') return join(root, source)
  await ensureBuilt()
  return join(root, 'dist', source.replace(/\.ts$/, '.js'))
}

/** @returns {Promise<Setting>} */
async function nothing() {
  return { env: {}, close: async () => {} }
}

/** The command line attaches to a running platform, or opens the data folder for itself. @param {string[]} args */
async function forCommandLine(args) {
  const home = homeFolder()
  // A laptop in a shelter has no database.
  const alone = args[0] === 'disaster' && ['offline', 'key'].includes(args[1] ?? '')
  if (alone || withoutDatabase.includes(args[0] ?? '')) return { env: { ENISHI_HOME: home }, close: async () => {} }
  const attached = await beside()
  if (attached.env.DATABASE_URL) return attached
  refuseNewerData(home, 0)
  const taken = await takeHome(home)
  try {
    const database = await openDatabase(home, { quiet: true })
    return {
      env: { ENISHI_HOME: home, DATABASE_URL: database.url },
      close: async () => {
        await database.close()
        taken.release()
      },
    }
  } catch (error) {
    taken.release()
    throw error
  }
}

/** The addresses of the platform that runs on this data folder, if one does. @returns {Promise<Setting>} */
async function beside() {
  const home = homeFolder()
  const close = async () => {}
  let found = whoRuns(home)
  for (let waited = 0; found && !found.running && waited < 60; waited++) {
    await new Promise((resolve) => setTimeout(resolve, 500))
    found = whoRuns(home)
  }
  if (found && !found.running) throw stop('already-running', { home, pid: found.holder })
  if (!found?.running) return { env: { ENISHI_HOME: home }, close }
  const { port, databaseUrl } = found.running
  await answers(port)
  const baseUrl = process.env.ENISHI_BASE_URL ?? `http://localhost:${port}`
  return { env: { ENISHI_HOME: home, DATABASE_URL: databaseUrl, ENISHI_BASE_URL: baseUrl }, close }
}

/** Waits, at most half a minute, until someone listens on the port: the platform may be migrating. @param {number} port */
async function answers(port) {
  for (let tries = 0; tries < 60; tries++) {
    const open = await new Promise((resolve) => {
      const socket = connect({ port, host: 'localhost' }, () => resolve(true)).on('error', () => resolve(false))
      socket.on('close', () => {}).unref()
      setTimeout(() => socket.destroy(), 400).unref()
    })
    if (open) return
    await new Promise((resolve) => setTimeout(resolve, 500))
  }
}

/** A durable database of its own in a temporary folder, unless DATABASE_URL says otherwise. @returns {Promise<Setting>} */
async function scratchDatabase() {
  if (process.env.DATABASE_URL) return nothing()
  const home = mkdtempSync(join(tmpdir(), 'enishi-scratch-'))
  const server = await startPostgres({ home })
  return {
    env: { DATABASE_URL: server.url, ENISHI_HOME: home },
    close: async () => {
      await server.stop()
      rmSync(home, { recursive: true, force: true })
    },
  }
}

/** A durable database that is kept under `$ENISHI_HOME/bench`, because filling it takes longer than measuring. @returns {Promise<Setting>} */
async function benchDatabase() {
  const home = homeFolder()
  if (process.env.DATABASE_URL) return { env: { ENISHI_HOME: home }, close: async () => {} }
  const place = join(home, 'bench')
  const taken = await takeHome(place)
  try {
    const server = await startPostgres({ home: place })
    return {
      env: { DATABASE_URL: server.url, ENISHI_HOME: home },
      close: async () => {
        await server.stop()
        taken.release()
      },
    }
  } catch (error) {
    taken.release()
    throw error
  }
}

/** @type {number} */
let code
try {
  code = await run()
} catch (error) {
  code = explain(spaceOr(error, homeFolder(), 100))
}
process.exit(code)
