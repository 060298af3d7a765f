import { type CompiledQuery, type DatabaseConnection, Kysely, PostgresAdapter, PostgresIntrospector, PostgresQueryCompiler } from 'kysely'
import type { Db } from '#kernel/database'
import type { Scheduler } from './scheduler.ts'
import { perform } from './statements.ts'
import type { Session, Store } from './store.ts'

/** A process of the platform: while it is dead, nothing it began goes on. */
export type Process = { alive: boolean; sessions: Set<Session> }

export type Weather = {
  /** Chance that a statement finds its connection broken. */
  breaks: number
  /** Planted: COMMIT is answered before it is done. */
  earlyCommit: boolean
}

type Line = DatabaseConnection & { session: Session; inTransaction: boolean }

const lost = () => new Error('Connection terminated unexpectedly')
const never = new Promise<never>(() => undefined)

/** The database as one process sees it: a query builder over the simulated store, with a network between. */
export function simulatedDatabase(about: { sim: Scheduler; store: Store; process: Process; weather: Weather }): Db {
  const { sim, store, process, weather } = about

  /** A way over the network, or the end of the connection on it. */
  const travel = async (session: Session) => {
    await sim.pause(sim.random.chance(0.02) ? sim.random.whole(50, 900) : sim.random.whole(1, 9))
    if (!process.alive) return never
    if (session.ended) throw lost()
  }
  const mayBreak = (session: Session) => {
    if (!sim.random.chance(weather.breaks)) return
    store.end(session)
    throw lost()
  }

  async function execute(line: Line, query: CompiledQuery) {
    const { session } = line
    session.cancelIdle()
    await travel(session)
    mayBreak(session)
    const answer = await perform(query, { store, session, sim })
    if (session.ended) return process.alive ? Promise.reject(lost()) : never
    if (line.inTransaction) store.idle(session)
    else store.commit(session)
    await travel(session)
    return { rows: answer.rows as never[], numAffectedRows: BigInt(answer.affected) }
  }

  async function commit(line: Line): Promise<void> {
    const { session } = line
    if (weather.earlyCommit) {
      void travel(session).then(
        () => store.commit(session),
        () => undefined,
      )
      return
    }
    await travel(session)
    mayBreak(session)
    store.commit(session)
    line.inTransaction = false
    // The answer to COMMIT may be lost though it was done.
    await travel(session)
    mayBreak(session)
  }

  const open = (): Line => {
    const session = store.open()
    process.sessions.add(session)
    const line: Line = {
      session,
      inTransaction: false,
      executeQuery: <R>(query: CompiledQuery) => execute(line, query) as Promise<{ rows: R[]; numAffectedRows: bigint }>,
      streamQuery: () => {
        throw new Error('the simulated database has no cursors')
      },
    }
    return line
  }

  return new Kysely<unknown>({
    dialect: {
      createAdapter: () => new PostgresAdapter(),
      createQueryCompiler: () => new PostgresQueryCompiler(),
      createIntrospector: (db) => new PostgresIntrospector(db),
      createDriver: () => ({
        init: async () => undefined,
        destroy: async () => undefined,
        acquireConnection: async () => open(),
        async beginTransaction(connection) {
          await travel((connection as Line).session)
          ;(connection as Line).inTransaction = true
        },
        commitTransaction: (connection) => commit(connection as Line),
        async rollbackTransaction(connection) {
          const line = connection as Line
          line.inTransaction = false
          if (!line.session.ended) store.rollback(line.session)
        },
        async releaseConnection(connection) {
          process.sessions.delete((connection as Line).session)
        },
      }),
    },
  })
}
