// @ts-check
import { createHash } from 'node:crypto'
import { tmpdir } from 'node:os'
import { dirname, join, resolve } from 'node:path'
import { fileURLToPath } from 'node:url'

/** The checkout. */
export const root = resolve(dirname(fileURLToPath(import.meta.url)), '../..')

/** What Node compiled of the bundle, kept from start to start. */
export const compileCache = join(root, 'node_modules/.cache/enishi')

/** The data folder: ENISHI_HOME, or `.enishi` in the checkout; always absolute. */
export function homeFolder() {
  return resolve(root, process.env.ENISHI_HOME || '.enishi')
}

/**
 * A short name for a folder, for places whose paths must stay short.
 * @param {string} folder
 */
export function shortName(folder) {
  return createHash('sha256').update(resolve(folder)).digest('hex').slice(0, 12)
}

/** The longest a unix socket's path may be; PostgreSQL adds `/.s.PGSQL.5432` to the folder. */
const socketPathLimit = 107

/**
 * Where the database's socket lies: outside the data folder, whose path may be too long for a socket.
 * @param {string} dataFolder
 */
export function socketFolder(dataFolder) {
  const name = `enishi-${shortName(dataFolder)}`
  const wanted = join(tmpdir(), name)
  return `${wanted}/.s.PGSQL.5432.lock`.length <= socketPathLimit ? wanted : join('/tmp', name)
}
