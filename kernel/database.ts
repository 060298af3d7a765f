import {
  type CompiledQuery,
  type DatabaseConnection,
  type Driver,
  Kysely,
  PostgresAdapter,
  PostgresIntrospector,
  PostgresQueryCompiler,
  type QueryResult,
  type RawBuilder,
  type TransactionSettings,
} from 'kysely'
import pg from 'pg'
import { copyIn, isCopyIn } from './copy-in.ts'
import { parseInstant } from './instant.ts'
import { type Lanes, lanes, sendTogether, type Statement } from './lanes.ts'
import { tappedSocket } from './tapped-socket.ts'

/** A handle for SQL: the pool, or one transaction. */
export type Db = Kysely<unknown>

// Counters and versions are int8 here and far below 2^53.
pg.types.setTypeParser(pg.types.builtins.INT8, Number)
pg.types.setTypeParser(pg.types.builtins.TIMESTAMPTZ, parseInstant)

export type DatabaseOptions = {
  url: string
  /** Connections for transactions, each held by one request until it commits. */
  poolSize: number
  /** Shared connections for single statements; at most as many as `poolSize` unless said otherwise. */
  lanes?: number
  applicationName: string
}

/** More texts than this are not rows of ours but shapes of somebody's search: they go out unnamed. */
const MAX_NAMED = 400
const NAMEABLE = /^\s*(?:select|insert|update|delete|with)\b/i

/**
 * Names repeated statements so that the server prepares them: planning the same text anew costs it four to six times
 * the work of running it. Texts hold no values, so their number is small.
 */
function naming(): (query: CompiledQuery) => Statement {
  const names = new Map<string, string>()
  return ({ sql: text, parameters }) => {
    const values = [...parameters]
    let name = names.get(text)
    if (name === undefined && values.length > 0 && names.size < MAX_NAMED && NAMEABLE.test(text)) {
      name = `e${names.size}`
      names.set(text, name)
    }
    return name === undefined ? { text, values } : { text, values, name }
  }
}

/** What the server answered, in the shape the query builder knows. */
function resultOf<R>({ command, rowCount, rows }: pg.QueryResult): QueryResult<R> {
  const counted = command === 'INSERT' || command === 'UPDATE' || command === 'DELETE' || command === 'MERGE'
  return counted ? { rows: rows as R[], numAffectedRows: BigInt(rowCount ?? 0) } : { rows: rows as R[] }
}

const noStreams = () => {
  throw new Error('large answers are read in pages, not in cursors')
}

const begin = ({ isolationLevel, accessMode }: TransactionSettings) =>
  isolationLevel || accessMode
    ? `start transaction${isolationLevel ? ` isolation level ${isolationLevel}` : ''}${accessMode ? ` ${accessMode}` : ''}`
    : 'begin'

/** A builder over any way of running one statement. */
const builderOver = (driver: Driver): Db =>
  new Kysely<unknown>({
    dialect: {
      createDriver: () => driver,
      createAdapter: () => new PostgresAdapter(),
      createIntrospector: (db) => new PostgresIntrospector(db),
      createQueryCompiler: () => new PostgresQueryCompiler(),
    },
  })

/** Sends one statement over a connection; rows that it takes in go with it. */
type Send = (client: pg.PoolClient, query: CompiledQuery) => Promise<pg.QueryResult>
type House = { pool: pg.Pool; send: Send }
const houses = new WeakMap<Db, House>()

/** Opens the pool. Nothing is asked of the server until the first query. */
export function openDatabase(options: DatabaseOptions): Db & { pool: pg.Pool } {
  const config = { connectionString: options.url, application_name: options.applicationName, statement_timeout: 60_000 }
  const pool = new pg.Pool({ ...config, max: options.poolSize, stream: tappedSocket, ...{ pipeline: true } })
  // An idle connection that the server closes is not a fault of any request.
  pool.on('error', () => undefined)
  // Nor is a busy one, beyond the query that fails with it: without a listener the event would end the whole process.
  pool.on('connect', (client) => void client.on('error', () => undefined))
  return databaseOver(pool, lanes(config, options.lanes ?? Math.min(options.poolSize, 4)))
}

/** The database over connections that somebody else made: the driver's, or simulated ones. */
export function databaseOver(pool: pg.Pool, shared: Lanes): Db & { pool: pg.Pool } {
  const named = naming()
  const send: Send = (client, query) => (isCopyIn(query) ? copyIn(client, query) : client.query(named(query)))
  type Connection = DatabaseConnection & { own?: pg.PoolClient; broken?: boolean }
  const driver: Driver = {
    init: async () => undefined,
    acquireConnection: async () => {
      const connection: Connection = {
        executeQuery: async (query) => resultOf(await (connection.own ? send(connection.own, query) : shared.query(named(query)))),
        streamQuery: noStreams,
      }
      return connection
    },
    beginTransaction: async (connection: Connection, settings) => {
      connection.own = await pool.connect()
      await connection.own.query(begin(settings))
    },
    commitTransaction: async (connection: Connection) => {
      const { command } = await connection.own!.query('commit')
      if (command === 'ROLLBACK') throw new Error('the transaction was aborted')
    },
    rollbackTransaction: async (connection: Connection) => {
      connection.broken = true
      await connection.own?.query('rollback')
      connection.broken = false
    },
    releaseConnection: async (connection: Connection) => {
      connection.own?.release(connection.broken === true)
      delete connection.own
    },
    destroy: async () => {
      await Promise.all([shared.end(), pool.end()])
    },
  }
  const db = builderOver(driver)
  houses.set(db, { pool, send })
  return Object.assign(db, { pool })
}

/** Runs `work` on one connection of its own, outside a transaction: for what belongs to a session (locks, LISTEN, COPY). */
export async function onOneConnection<T>(db: Db, work: (one: Db, client: pg.PoolClient) => Promise<T>): Promise<T> {
  const { pool, send } = houseOf(db)
  const client = await pool.connect()
  let broken = true
  try {
    const done = await work(builderOver(driverOn({ run: (query) => send(client, query) })), client)
    broken = false
    return done
  } finally {
    client.release(broken)
  }
}

const houseOf = (db: Db): House => {
  const house = houses.get(db)
  if (!house) throw new Error('not a database opened here')
  return house
}

/** A driver that runs every statement the same way; statements begun together go out together, in their order. */
function driverOn({ run }: { run: (query: CompiledQuery) => Promise<pg.QueryResult> }): Driver {
  const connection: DatabaseConnection = { executeQuery: async (query) => resultOf(await run(query)), streamQuery: noStreams }
  return {
    init: async () => undefined,
    acquireConnection: async () => connection,
    beginTransaction: async () => void (await run(raw('begin'))),
    commitTransaction: async () => void (await run(raw('commit'))),
    rollbackTransaction: async () => void (await run(raw('rollback'))),
    releaseConnection: async () => undefined,
    destroy: async () => undefined,
  }
}

const raw = (text: string) => ({ sql: text, parameters: [] }) as unknown as CompiledQuery

/** A transaction that is under way: statements that wait for the next round trip, and the first that failed among them. */
type Open = { waiting: CompiledQuery[]; failed: unknown; ended: boolean; go: (query: CompiledQuery) => void }
const transactions = new WeakMap<Db, Open>()

/** Whether the handle is one transaction, however it was begun. */
export const inTransaction = (db: Db): boolean => db.isTransaction || transactions.has(db)

/**
 * Runs `work` in one transaction. BEGIN travels with the first statement, and what was put off with `later` travels with the next
 * statement or with COMMIT: a round trip costs more than most statements.
 */
export async function transact<T>(db: Db, work: (trx: Db) => Promise<T>, settings: TransactionSettings = {}): Promise<T> {
  const { pool, send } = houseOf(db)
  const client = await pool.connect()
  const go = (query: CompiledQuery) => {
    sendTogether(client)
    sendWaiting()
    send(client, query).catch(noteFailure)
  }
  const open: Open = { waiting: [], failed: undefined, ended: false, go }
  const failed = (error: unknown): never => {
    // What follows a failure is refused only because of it: the cause is what counts.
    throw sqlState(error) === '25P02' && open.failed !== undefined ? open.failed : error
  }
  const noteFailure = (error: unknown) => {
    open.failed ??= error
  }
  const sendWaiting = () => {
    for (const query of open.waiting.splice(0)) send(client, query).catch(noteFailure)
  }
  const run = (query: CompiledQuery) => {
    if (open.ended) return Promise.reject(new Error('the transaction has ended'))
    sendTogether(client)
    sendWaiting()
    return send(client, query).catch(failed)
  }
  const trx = builderOver(driverOn({ run }))
  transactions.set(trx, open)
  let broken = true
  try {
    sendTogether(client)
    client.query(begin(settings)).catch(noteFailure)
    const done = await work(trx)
    sendTogether(client)
    sendWaiting()
    open.ended = true
    const { command } = await client.query('commit').catch(failed)
    // Only the server knows: a failure that a savepoint took back is none.
    if (command !== 'COMMIT') throw open.failed ?? new Error('the transaction was aborted')
    broken = false
    return done
  } catch (error) {
    open.ended = true
    broken = await client.query('rollback').then(
      () => false,
      () => true,
    )
    throw error
  } finally {
    client.release(broken)
  }
}

/**
 * A statement whose result nobody reads: in a transaction of `transact` it goes out with the next one, so that it costs no round
 * trip of its own; its failure fails the transaction. Elsewhere it runs at once.
 */
export const later = (db: Db, statement: RawBuilder<unknown>): Promise<void> => compiledLater(db, statement.compile(db))

/** As `later`, of a statement that is compiled already. */
export async function compiledLater(db: Db, statement: CompiledQuery): Promise<void> {
  const open = transactions.get(db)
  if (!open) return void (await db.executeQuery(statement))
  if (open.ended) throw new Error('the transaction has ended')
  // Rows go out as soon as they are ready, so that the database takes them in while more are made.
  if (isCopyIn(statement)) open.go(statement)
  else open.waiting.push(statement)
}

/** SQLSTATE of an error of the database, or undefined for any other value. */
export function sqlState(error: unknown): string | undefined {
  if (typeof error !== 'object' || error === null || !('code' in error)) return undefined
  return typeof error.code === 'string' && /^[0-9A-Z]{5}$/.test(error.code) ? error.code : undefined
}

/** How the driver says that a connection is gone; it gives these errors no code. */
const GONE = /^(Connection terminated|Client has encountered a connection error|Client was closed|timeout exceeded when trying to connect)/
/** A socket that broke, a server that is not there (ENOENT: its unix socket is missing), or no more files for another socket. */
const BROKEN = new Set(['ECONNREFUSED', 'ECONNRESET', 'EPIPE', 'ENOENT', 'ENOTCONN', 'ETIMEDOUT', 'EMFILE', 'ENFILE', 'EAGAIN'])
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
