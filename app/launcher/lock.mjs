// @ts-check
import { linkSync, readFileSync, renameSync, rmSync, writeFileSync } from 'node:fs'
import { isAlive, startedAt } from './process-identity.mjs'

/** @typedef {{ pid: number, startedAt: string | null }} Holder */

/**
 * @param {string} file
 * @returns {{ text: string, holder: Holder } | null}
 */
function read(file) {
  try {
    const text = readFileSync(file, 'utf8')
    return { text, holder: JSON.parse(text) }
  } catch {
    return null
  }
}

/**
 * Who holds the lock and lives, or null.
 * @param {string} file
 * @returns {Holder | null}
 */
export function holderOf(file) {
  const found = read(file)
  return found && isAlive(found.holder) ? found.holder : null
}

/**
 * Takes the lock for this process, adopting one whose holder died.
 * @param {string} file
 * @returns {{ release: () => void } | { heldBy: Holder }}
 */
export function take(file) {
  const mine = `${file}.${process.pid}`
  writeFileSync(mine, JSON.stringify({ pid: process.pid, startedAt: startedAt(process.pid) }), { mode: 0o600 })
  try {
    for (let tries = 0; tries < 100; tries++) {
      if (claim(mine, file)) return { release: () => release(file) }
      const found = read(file)
      if (found && isAlive(found.holder)) return { heldBy: found.holder }
      setAside(file, found?.text)
    }
    return { heldBy: read(file)?.holder ?? { pid: 0, startedAt: null } }
  } finally {
    rmSync(mine, { force: true })
  }
}

/**
 * A link appears whole or not at all, so no reader ever sees half a lock.
 * @param {string} mine
 * @param {string} file
 */
function claim(mine, file) {
  try {
    linkSync(mine, file)
    return true
  } catch (error) {
    if (/** @type {NodeJS.ErrnoException} */ (error).code === 'EEXIST') return false
    throw error
  }
}

/**
 * Moves a dead holder's lock away. Between looking and moving someone else may have taken it: then theirs is put back.
 * @param {string} file
 * @param {string | undefined} seen
 */
function setAside(file, seen) {
  const aside = `${file}.stale-${process.pid}`
  try {
    renameSync(file, aside)
  } catch {
    return
  }
  if (read(aside)?.text !== seen && read(aside)) claim(aside, file)
  rmSync(aside, { force: true })
}

/** @param {string} file */
function release(file) {
  if (read(file)?.holder.pid === process.pid) rmSync(file, { force: true })
}
