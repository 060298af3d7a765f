// @ts-check
import { cpSync, existsSync, mkdirSync, readFileSync, readdirSync, realpathSync, renameSync, rmSync, statSync } from 'node:fs'
import { join } from 'node:path'
import { needSpace } from './disk.mjs'
import { writeKept } from './kept-file.mjs'
import { root } from './places.mjs'
import { say, stop } from './sentences.mjs'

/** The data folder's format. Raise it with every migration that an older Enishi could not live with. */
export const dataFormat = 1

/** @typedef {{ data: number, app: string, postgresMajor: number }} Version */

/**
 * What the folder says of itself; null for a new or empty one.
 * @param {string} home
 * @returns {Version | null}
 */
function versionOf(home) {
  const file = join(home, 'version.json')
  // An empty one is what a cut of power left of a folder that was being made.
  const text = existsSync(file) ? readFileSync(file, 'utf8') : ''
  return text === '' ? null : JSON.parse(text)
}

/**
 * Refuses a folder from the future; call before anything is written.
 * @refuses newer-data
 * @param {string} home
 * @param {number} postgresMajor of the bundled PostgreSQL; 0 where another one is used
 */
export function refuseNewerData(home, postgresMajor) {
  const version = versionOf(home)
  if (!version) return
  if (version.data > dataFormat) throw stop('newer-data', { home, found: `data ${version.data}`, known: `data ${dataFormat}` })
  if (postgresMajor > 0 && version.postgresMajor > postgresMajor) {
    throw stop('newer-data', { home, found: `PostgreSQL ${version.postgresMajor}`, known: `PostgreSQL ${postgresMajor}` })
  }
}

/**
 * Copies an older folder to `backups/` before it is migrated, and writes down the format it will have.
 * PostgreSQL must not be running on it.
 * @refuses disk-full
 * @param {string} home
 * @param {number} postgresMajor
 */
export function backUpOlderData(home, postgresMajor) {
  const version = versionOf(home)
  if (version && version.data < dataFormat) copyAside(home)
  const { version: app } = JSON.parse(readFileSync(join(root, 'package.json'), 'utf8'))
  /** @type {Version} */
  const now = { data: dataFormat, app, postgresMajor: postgresMajor || (version?.postgresMajor ?? 0) }
  if (JSON.stringify(version) === JSON.stringify(now)) return
  writeKept(join(home, 'version.json'), JSON.stringify(now))
}

/** Not part of the data: earlier copies, logs, and what says who is running. */
const left = /^(backups|log|lib|lock.*|run\.json|version\.json\.new|pg\.new|postmaster\.pid)$/

/** @param {string} home */
function copyAside(home) {
  const entries = readdirSync(home).filter((name) => !left.test(name))
  needSpace(
    home,
    entries.reduce((sum, name) => sum + sizeMb(realpathSync(join(home, name))), 50),
  )
  const stamp = new Date().toISOString().replace(/[:.]/g, '')
  const copy = join(home, 'backups', `before-${dataFormat}-${stamp}`)
  say(`古い版のデータを ${copy} に控えています…`, `backing up older data to ${copy} ...`)
  mkdirSync(join(home, 'backups'), { recursive: true, mode: 0o700 })
  rmSync(`${copy}.part`, { recursive: true, force: true })
  mkdirSync(`${copy}.part`, { mode: 0o700 })
  for (const name of entries)
    cpSync(realpathSync(join(home, name)), join(`${copy}.part`, name), { recursive: true, verbatimSymlinks: true })
  renameSync(`${copy}.part`, copy)
}

/** @param {string} path @returns {number} */
function sizeMb(path) {
  const found = statSync(path)
  if (!found.isDirectory()) return found.size / 1_048_576
  return readdirSync(path).reduce((sum, name) => sum + sizeMb(join(path, name)), 0)
}
