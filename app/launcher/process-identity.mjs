// @ts-check
import { spawnSync } from 'node:child_process'
import { readFileSync } from 'node:fs'

/**
 * When a process started, in a form that differs between any two processes that ever had this number
 * (boot and start tick on Linux); null if no such process lives. A bare pid is not enough: numbers come again.
 * @param {number} pid
 * @returns {string | null}
 */
export function startedAt(pid) {
  if (!Number.isInteger(pid) || pid <= 0) return null
  return process.platform === 'linux' ? startTick(pid) : startDate(pid)
}

/** @param {number} pid */
function startTick(pid) {
  try {
    const stat = readFileSync(`/proc/${pid}/stat`, 'utf8')
    // The name in parentheses may itself hold spaces and parentheses; fields are counted after the last one.
    const fields = stat.slice(stat.lastIndexOf(')') + 2).split(' ')
    if (fields[0] === 'Z' || fields[0] === 'X') return null
    return `${readFileSync('/proc/sys/kernel/random/boot_id', 'utf8').trim()}:${fields[19]}`
  } catch {
    return null
  }
}

/** @param {number} pid */
function startDate(pid) {
  const ps = spawnSync('ps', ['-o', 'lstart=', '-p', String(pid)], { encoding: 'utf8' })
  return ps.status === 0 && ps.stdout.trim() ? ps.stdout.trim() : null
}

/**
 * @param {{ pid: number, startedAt: string | null }} who
 * @returns {boolean} whether exactly this process still lives
 */
export function isAlive(who) {
  return who.startedAt !== null && startedAt(who.pid) === who.startedAt
}

/**
 * Sends a signal; a process that is gone already is no error.
 * @param {number} pid
 * @param {NodeJS.Signals} signal
 */
export function signalTo(pid, signal) {
  try {
    process.kill(pid, signal)
  } catch (error) {
    if (/** @type {NodeJS.ErrnoException} */ (error).code !== 'ESRCH') throw error
  }
}

/**
 * Waits until a condition holds.
 * @param {() => boolean} holds
 * @param {number} timeoutMs
 * @returns {Promise<boolean>} false when the time ran out
 */
export async function until(holds, timeoutMs) {
  const end = Date.now() + timeoutMs
  while (!holds()) {
    if (Date.now() > end) return false
    await new Promise((resolve) => setTimeout(resolve, 10))
  }
  return true
}

/**
 * Ends a process this launcher is answerable for: asks, waits, then forces.
 * @param {{ pid: number, startedAt: string | null }} who
 * @param {NodeJS.Signals} politely
 * @param {number} patienceMs
 */
export async function end(who, politely, patienceMs) {
  if (!isAlive(who)) return
  signalTo(who.pid, politely)
  if (await until(() => !isAlive(who), patienceMs)) return
  signalTo(who.pid, 'SIGKILL')
  await until(() => !isAlive(who), 5_000)
}
