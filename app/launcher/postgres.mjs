// @ts-check
import { spawn } from 'node:child_process'
import {
  chmodSync,
  chownSync,
  closeSync,
  existsSync,
  lstatSync,
  mkdirSync,
  mkdtempSync,
  openSync,
  readFileSync,
  renameSync,
  statSync,
} from 'node:fs'
import { totalmem } from 'node:os'
import { join } from 'node:path'
import { freeMb, spaceOr } from './disk.mjs'
import { socketFolder } from './places.mjs'
import { chooseAccount, giveTo, postgresEnvironment } from './postgres-account.mjs'
import { bundledPostgres } from './postgres-binaries.mjs'
import { initialise } from './postgres-initialise.mjs'
import { end, signalTo, startedAt, until } from './process-identity.mjs'
import { say, stop } from './sentences.mjs'

/**
 * An eighth of the memory, between 128 MB and 1 GB: pages that the server holds itself are found at half the cost of those it must ask
 * the system for, and the people of a region are more than 256 MB.
 * @param {number} bytes memory of the machine
 */
export function sharedBuffersMb(bytes) {
  return Math.max(128, Math.min(1024, Math.floor(bytes / 8 / 1048576)))
}

/** Durable by default; a throwaway server for tests gives that up for speed. */
const tuned = {
  shared_buffers: `${sharedBuffersMb(totalmem())}MB`,
  max_connections: '100',
  synchronous_commit: 'on',
  fsync: 'on',
  jit: 'off',
}
const throwaway = {
  ...tuned,
  fsync: 'off',
  full_page_writes: 'off',
  synchronous_commit: 'off',
  max_connections: '200',
  shared_buffers: '128MB',
}

/**
 * @typedef {object} Wanted
 * @property {string} home the folder that holds the data folder `pg` and the log
 * @property {boolean} [durable] false only for tests
 * @property {import('./postgres-binaries.mjs').Binaries} [binaries] another PostgreSQL than the bundled one
 * @property {boolean} [stays] true if the server outlives this process
 */

/**
 * @typedef {object} Server
 * @property {string} url
 * @property {() => number} pid changes when the server had to be started again
 * @property {import('./postgres-account.mjs').Account['way']} way how it runs, for the line on screen
 * @property {() => Promise<void>} stop
 */

/**
 * Starts PostgreSQL on a socket in a private folder: no port, no password, nobody else may enter.
 * An orphan of an earlier start is stopped first. If the server dies, it is started again.
 * @refuses postgres-missing, no-way-as-root, disk-full, postgres-failed
 * @param {Wanted} wanted
 * @returns {Promise<Server>}
 */
export async function startPostgres(wanted) {
  mkdirSync(wanted.home, { recursive: true, mode: 0o700 })
  const durable = wanted.durable ?? true
  const binaries = wanted.binaries ?? bundledPostgres(wanted.home)
  const account = chooseAccount({
    native: binaries.native,
    libraries: binaries.libraries,
    home: wanted.home,
    dataFolder: join(wanted.home, 'pg'),
  })
  await stopOrphan(account.dataFolder)
  initialise(account, { major: binaries.major, libraries: binaries.libraries, durable })
  giveTo(account.dataFolder, account.owner)
  const run = {
    account,
    libraries: binaries.libraries,
    durable,
    socket: makeSocketFolder(account),
    log: logFile(wanted.home),
    stays: wanted.stays ?? false,
  }
  return supervise(run)
}

/** @typedef {{ account: import('./postgres-account.mjs').Account, libraries?: string | undefined, durable: boolean, socket: string, log: string, stays: boolean }} Run */

/** A log segment of 16 MB, and some room beside it. */
const NEEDED_TO_RECOVER_MB = 32
/** Starts that fail for another reason than a full disk, one after another, before the platform gives up. */
const MOST_FAILURES = 2

/** @param {Run} run @returns {Promise<Server>} */
async function supervise(run) {
  let stopping = false
  let child = await launch(run)
  const watch = () => child.once('exit', restart)
  const restart = async () => {
    if (stopping) return
    say('PostgreSQL が止まったため、起動し直します', 'PostgreSQL ended; starting it again')
    let isTold = false
    for (let failures = 0; !stopping; ) {
      try {
        child = await launch(run)
        return watch()
      } catch (error) {
        // On a full disk it cannot recover; it can as soon as somebody has made room, and nobody need start anything then.
        const isFull = freeMb(run.account.dataFolder) < NEEDED_TO_RECOVER_MB
        if (!isTold) process.stderr.write(`${/** @type {Error} */ (error).message}\n`)
        isTold = true
        if (!isFull && ++failures > MOST_FAILURES) return void process.kill(process.pid, 'SIGTERM')
        await new Promise((resolve) => setTimeout(resolve, 1_000))
      }
    }
  }
  if (!run.stays) watch()
  return {
    url: `postgresql://enishi@/enishi?host=${encodeURIComponent(run.socket)}`,
    pid: () => child.pid ?? 0,
    way: run.account.way,
    stop: async () => {
      stopping = true
      await stopServer(child.pid ?? 0)
    },
  }
}

/**
 * After a crash the dead server's children may hold its memory for a moment, so the first try may fail.
 * @param {Run} run
 */
async function launch(run) {
  for (let tries = 0; ; tries++) {
    const logged = existsSync(run.log) ? statSync(run.log).size : 0
    const child = spawnServer(run)
    const pidFile = join(run.account.dataFolder, 'postmaster.pid')
    const settled = await until(() => child.exitCode !== null || child.signalCode !== null || isReady(pidFile, child.pid), 300_000)
    if (settled && child.exitCode === null && child.signalCode === null) return child
    const said = readFileSync(run.log).subarray(logged).toString('utf8')
    if (tries < 50 && /still in use|lock file .* already exists/.test(said)) {
      await new Promise((resolve) => setTimeout(resolve, 200))
      continue
    }
    const reason = said.split('\n').findLast((line) => /FATAL|PANIC|could not|cannot/.test(line)) ?? `exit ${child.exitCode}`
    throw spaceOr(stop('postgres-failed', { reason, log: run.log }), run.account.dataFolder, 100)
  }
}

/** @param {Run} run */
function spawnServer({ account, libraries, durable, socket, log, stays }) {
  const settings = {
    ...(durable ? tuned : throwaway),
    listen_addresses: '',
    unix_socket_directories: socket,
    unix_socket_permissions: '0700',
  }
  const args = ['-D', account.dataFolder, ...Object.entries(settings).flatMap(([name, value]) => ['-c', `${name}=${value}`])]
  const [program, all] = account.command(join(account.native, 'bin/postgres'), args)
  const out = openSync(log, 'a', 0o600)
  // A session of its own, so that Ctrl-C reaches the launcher alone, which stops things in order.
  const child = spawn(program, all, {
    ...account.spawnAs,
    cwd: '/',
    env: postgresEnvironment(libraries),
    stdio: ['ignore', out, out],
    detached: true,
  })
  closeSync(out)
  child.on('error', () => {})
  if (stays) child.unref()
  return child
}

/**
 * PostgreSQL writes its state into the eighth line of its pid file.
 * @param {string} pidFile
 * @param {number | undefined} pid
 */
function isReady(pidFile, pid) {
  const lines = existsSync(pidFile) ? readFileSync(pidFile, 'utf8').split('\n') : []
  return Number(lines[0]) === pid && (lines[7] ?? '').trim() === 'ready'
}

/**
 * The server that runs on a data folder though its launcher is gone, or 0.
 * @param {string} dataFolder
 */
export function orphanOn(dataFolder) {
  const pidFile = join(dataFolder, 'postmaster.pid')
  if (!existsSync(pidFile)) return 0
  const pid = Number(readFileSync(pidFile, 'utf8').split('\n')[0])
  if (startedAt(pid) === null) return 0
  if (process.platform !== 'linux') return pid
  return readFileSync(`/proc/${pid}/cmdline`, 'utf8').split('\0').includes(dataFolder) ? pid : 0
}

/** @param {string} dataFolder */
export async function stopOrphan(dataFolder) {
  const pid = orphanOn(dataFolder)
  if (pid === 0) return
  say(
    `前回の PostgreSQL（プロセス ${pid}）が残っていたため、止めます`,
    `stopping the PostgreSQL an earlier start left behind (process ${pid})`,
  )
  await stopServer(pid)
}

/**
 * Fast shutdown (open transactions roll back); after half a minute, immediate: the next start recovers.
 * @param {number} pid
 */
async function stopServer(pid) {
  const server = { pid, startedAt: startedAt(pid) }
  if (server.startedAt === null) return
  signalTo(pid, 'SIGINT')
  if (!(await until(() => startedAt(pid) !== server.startedAt, 30_000))) await end(server, 'SIGQUIT', 5_000)
}

/** @param {import('./postgres-account.mjs').Account} account */
function makeSocketFolder({ dataFolder, owner }) {
  let folder = socketFolder(dataFolder)
  mkdirSync(folder, { recursive: true, mode: 0o700 })
  const found = lstatSync(folder)
  const ours = [process.getuid?.(), owner.uid]
  // The name is predictable and the place is open to everyone: what a stranger put there is not used.
  if (!found.isDirectory() || !ours.includes(found.uid)) folder = mkdtempSync(`${folder}-`)
  if (process.getuid?.() === 0) chownSync(folder, owner.uid, owner.gid)
  chmodSync(folder, 0o700)
  return folder
}

/** @param {string} home */
function logFile(home) {
  const folder = join(home, 'log')
  mkdirSync(folder, { recursive: true, mode: 0o700 })
  const log = join(folder, 'postgres.log')
  if (existsSync(log) && statSync(log).size > 10_000_000) renameSync(log, `${log}.1`)
  return log
}
