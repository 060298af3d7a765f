import { Kysely, PostgresDialect } from 'kysely'
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
  const db = new Kysely<unknown>({ dialect: new PostgresDialect({ pool }) })
  return Object.assign(db, { pool })
}

/** SQLSTATE of an error of the database, or undefined for any other value. */
export function sqlState(error: unknown): string | undefined {
  if (typeof error !== 'object' || error === null || !('code' in error)) return undefined
  return typeof error.code === 'string' && /^[0-9A-Z]{5}$/.test(error.code) ? error.code : undefined
}
