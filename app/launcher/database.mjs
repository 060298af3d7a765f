// @ts-check
import { realpathSync, existsSync } from 'node:fs'
import { join } from 'node:path'
import { backUpOlderData } from './data-version.mjs'
import { checkDatabaseUrl } from './database-url.mjs'
import { bundledPostgres } from './postgres-binaries.mjs'
import { startPostgres, stopOrphan } from './postgres.mjs'
import { say } from './sentences.mjs'

/** How PostgreSQL runs, as told on screen. */
const ways = {
  plain: ['', ''],
  uid: ['（root では動かないため、専用の利用者番号で）', ' (it refuses root, so under a user number of its own)'],
  namespace: ['（root では動かないため、利用者名前空間で）', ' (it refuses root, so in a user namespace)'],
  system: ['（root では動かないため、/var/lib/enishi で）', ' (it refuses root, so from /var/lib/enishi)'],
}

/**
 * @typedef {object} Database
 * @property {string} url
 * @property {string} [folder] where it keeps its data; absent where that is the operator's
 * @property {() => number} pid
 * @property {() => Promise<void>} close
 */

/**
 * The operator's database if DATABASE_URL is set, else our own, started for this process and stopped by `close`.
 * @param {string} home
 * @param {{ quiet?: boolean }} [options]
 * @returns {Promise<Database>}
 */
export async function openDatabase(home, { quiet = false } = {}) {
  const given = process.env.DATABASE_URL
  if (given) {
    await checkDatabaseUrl(given)
    backUpOlderData(home, 0)
    return { url: given, pid: () => 0, close: async () => {} }
  }
  const binaries = bundledPostgres(home)
  const dataFolder = join(home, 'pg')
  if (existsSync(dataFolder)) await stopOrphan(realpathSync(dataFolder))
  backUpOlderData(home, binaries.major)
  const server = await startPostgres({ home, binaries })
  const [ja, en] = ways[server.way]
  if (!quiet) say(`PostgreSQL ${binaries.major} を起動しました${ja}`, `PostgreSQL ${binaries.major} is up${en}`)
  return { url: server.url, folder: dataFolder, pid: server.pid, close: server.stop }
}
