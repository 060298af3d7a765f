// @ts-check
import { stop } from './sentences.mjs'

const timeoutMs = 5_000

/**
 * Tries the operator's DATABASE_URL, so that a mistake in it is one sentence and not a stack; never prints the password.
 * @refuses database-unreachable, database-too-old
 * @param {string} url
 */
export async function checkDatabaseUrl(url) {
  const target = withoutSecrets(url)
  if (!/^postgres(ql)?:\/\//.test(url)) throw stop('database-unreachable', { target, reason: 'postgresql://...' })
  const { default: pg } = await import('pg')
  /** @type {import('pg').Client | undefined} */
  let client
  try {
    client = new pg.Client({ connectionString: url, connectionTimeoutMillis: timeoutMs, query_timeout: timeoutMs })
    client.on('error', () => {})
    await client.connect()
    const { rows } = await client.query('SHOW server_version_num')
    const version = Number(rows[0].server_version_num)
    if (version < 150_000) throw stop('database-too-old', { target, version: Math.floor(version / 10_000) })
  } catch (error) {
    if (error instanceof Error && error.message.includes('PostgreSQL')) throw error
    throw stop('database-unreachable', { target, reason: reasonOf(error, url) })
  } finally {
    await client?.end().catch(() => {})
  }
}

/** @param {string} url */
function withoutSecrets(url) {
  const match = /^postgres(?:ql)?:\/\/(?:[^@/]*@)?([^?]*)/.exec(url)
  return match?.[1] || '?'
}

/**
 * @param {unknown} error
 * @param {string} url
 */
function reasonOf(error, url) {
  const { code, message } = /** @type {NodeJS.ErrnoException} */ (error)
  const text = message || code || String(error)
  const password = /^[^:]*:\/\/[^:@/]*:([^@/]*)@/.exec(url)?.[1]
  if (!password) return text
  return text.replaceAll(password, '***').replaceAll(decoded(password), '***')
}

/** @param {string} text */
function decoded(text) {
  try {
    return decodeURIComponent(text)
  } catch {
    return text
  }
}
