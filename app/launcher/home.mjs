// @ts-check
import { accessSync, constants, chmodSync, existsSync, mkdirSync, readFileSync, readdirSync, rmSync, statSync } from 'node:fs'
import { join } from 'node:path'
import { writeKept } from './kept-file.mjs'
import { holderOf, take } from './lock.mjs'
import { end, isAlive, startedAt } from './process-identity.mjs'
import { stop } from './sentences.mjs'

/**
 * What a running platform tells the command line, in `run.json` (readable by the owner alone).
 * @typedef {object} Running
 * @property {number} pid of the launcher
 * @property {number} port
 * @property {string} databaseUrl
 * @property {number} platformPid
 * @property {string | null} platformStartedAt
 * @property {number} postgresPid 0 where DATABASE_URL is used
 */

/**
 * Takes the data folder for this process alone; a lock whose holder died is adopted, and the platform it left is ended.
 * @refuses already-running, home-unusable
 * @param {string} home
 */
export async function takeHome(home) {
  const lock = lockIn(home)
  const left = runningOf(home)
  if (left) await end({ pid: left.platformPid, startedAt: left.platformStartedAt }, 'SIGTERM', 10_000)
  rmSync(join(home, 'run.json'), { force: true })
  return {
    /** @param {Omit<Running, 'pid' | 'platformStartedAt'>} running */
    announce: (running) => writeRunning(home, { pid: process.pid, platformStartedAt: startedAt(running.platformPid), ...running }),
    release: () => {
      rmSync(join(home, 'run.json'), { force: true })
      lock.release()
    },
  }
}

/** @param {string} home */
function lockIn(home) {
  try {
    mkdirSync(home, { recursive: true, mode: 0o700 })
    accessSync(home, constants.R_OK | constants.W_OK | constants.X_OK)
    closeToOthers(home)
    const taken = take(join(home, 'lock'))
    if ('release' in taken) return taken
    throw stop('already-running', { home, pid: taken.heldBy.pid })
  } catch (error) {
    const { code } = /** @type {NodeJS.ErrnoException} */ (error)
    throw code ? stop('home-unusable', { home, reason: code }) : error
  }
}

/**
 * 0710 is what the launcher itself sets for PostgreSQL's own number; all else is closed to others. A folder with other
 * things in it (ENISHI_HOME=/tmp by mistake) keeps its mode.
 * @param {string} home
 */
function closeToOthers(home) {
  const entries = readdirSync(home)
  const ours = entries.length === 0 || entries.includes('version.json')
  if (ours && (statSync(home).mode & 0o067) !== 0) chmodSync(home, 0o700)
}

/** @param {string} home @param {Running} running */
function writeRunning(home, running) {
  writeKept(join(home, 'run.json'), JSON.stringify(running))
}

/** @param {string} home @returns {Running | null} */
function runningOf(home) {
  const file = join(home, 'run.json')
  const text = existsSync(file) ? readFileSync(file, 'utf8') : ''
  return text === '' ? null : JSON.parse(text)
}

/**
 * The platform that runs on this folder now; `holder` alone if it is still starting; null if nobody holds the folder.
 * @param {string} home
 * @returns {{ holder: number, running: Running | null } | null}
 */
export function whoRuns(home) {
  const holder = existsSync(home) ? holderOf(join(home, 'lock')) : null
  if (!holder) return null
  const running = runningOf(home)
  const alive = running?.pid === holder.pid && isAlive({ pid: running.platformPid, startedAt: running.platformStartedAt })
  return { holder: holder.pid, running: alive ? running : null }
}
