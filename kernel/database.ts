import { Kysely, PostgresDialect, type PostgresPool, type PostgresPoolClient } from 'kysely'
import pg from 'pg'

/** A handle for SQL: the pool, or one transaction. Each store types its own tables with `withTables`. */
export type Db = Kysely<unknown>

// Counters and versions are int8 here and far below 2^53.
pg.types.setTypeParser(pg.types.builtins.INT8, Number)

export type DatabaseOptions = { url: string; poolSize: number; applicationName: string }

/** Opens the pool. Nothing is asked of the server until the first query. */
export function openDatabase({ url, poolSize, applicationName }: DatabaseOptions): Db & { pool: pg.Pool } {
  const pool = new pg.Pool({ connectionString: url, max: poolSize, application_name: applicationName, statement_timeout: 60_000 })
  // An idle connection that the server closes is not a fault of any request.
  pool.on('error', () => undefined)
  // Nor is a busy one, beyond the query that fails with it: without a listener the event would end the whole process.
  pool.on('connect', (client) => void client.on('error', () => undefined))
  const db = new Kysely<unknown>({ dialect: new PostgresDialect({ pool: preparing(pool) }) })
  return Object.assign(db, { pool })
}

/** More texts than this are not rows of ours but shapes of somebody's search: they go out unnamed. */
const MAX_NAMED = 400
const NAMEABLE = /^\s*(?:select|insert|update|delete|with)\b/i

/**
 * The pool with repeated statements prepared by name: planning the same text anew costs the server four to six times
 * the work of running it. Texts hold no values, so their number is small.
 */
function preparing(pool: pg.Pool): PostgresPool {
  const names = new Map<string, string>()
  const nameOf = (text: string, values: readonly unknown[]): string | undefined => {
    const known = names.get(text)
    if (known !== undefined || values.length === 0 || names.size >= MAX_NAMED || !NAMEABLE.test(text)) return known
    const name = `e${names.size}`
    names.set(text, name)
    return name
  }
  // One wrapper a client, because the query builder knows its connections by identity.
  const wrappers = new WeakMap<pg.PoolClient, PostgresPoolClient>()
  const wrap = (client: pg.PoolClient): PostgresPoolClient => {
    const query = (text: string, values: readonly unknown[]) => {
      const name = nameOf(text, values)
      return client.query({ text, values: [...values], ...(name === undefined ? {} : { name }) })
    }
    // Cursors, the second form the type knows, are not used here.
    return { query, release: (destroy?: boolean) => client.release(destroy) } as unknown as PostgresPoolClient
  }
  return {
    async connect() {
      const client = await pool.connect()
      const wrapper = wrappers.get(client) ?? wrap(client)
      wrappers.set(client, wrapper)
      return wrapper
    },
    end: () => pool.end(),
    options: pool.options,
  }
}

/** SQLSTATE of an error of the database, or undefined for any other value. */
export function sqlState(error: unknown): string | undefined {
  if (typeof error !== 'object' || error === null || !('code' in error)) return undefined
  return typeof error.code === 'string' && /^[0-9A-Z]{5}$/.test(error.code) ? error.code : undefined
}

/** How the driver says that a connection is gone; it gives these errors no code. */
const GONE = /^(Connection terminated|Client has encountered a connection error|Client was closed|timeout exceeded when trying to connect)/
/** A socket that broke, or a server that is not there (ENOENT: its unix socket is missing). */
const BROKEN = new Set(['ECONNREFUSED', 'ECONNRESET', 'EPIPE', 'ENOENT', 'ENOTCONN', 'ETIMEDOUT'])
/** The server is starting, stopping, full, or lost the connection. */
const AWAY = new Set(['53300', '57P01', '57P02', '57P03', '08000', '08001', '08003', '08006'])

/**
 * Whether the database could not be reached or went away in the middle. What was asked may then have happened or not,
 * also where COMMIT was on its way.
 */
export function connectionLost(error: unknown): boolean {
  if (!(error instanceof Error)) return false
  const code = 'code' in error ? String(error.code) : undefined
  if (code === undefined) return GONE.test(error.message)
  const syscall = 'syscall' in error ? String(error.syscall) : 'connect'
  return AWAY.has(code) || (BROKEN.has(code) && ['connect', 'read', 'write'].includes(syscall))
}
