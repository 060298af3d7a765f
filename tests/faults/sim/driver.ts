import type pg from 'pg'
import { type Db, databaseOver } from '#kernel/database'
import type { Lanes, Statement } from '#kernel/lanes'
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

type Result = { command: string; rowCount: number | null; rows: readonly unknown[] }

const lost = () => new Error('Connection terminated unexpectedly')
const never = new Promise<never>(() => undefined)

/** The kernel's database over simulated connections: its own transactions, its own order of statements, our network. */
export function simulatedDatabase(about: { sim: Scheduler; store: Store; process: Process; weather: Weather }): Db {
  const pool = { connect: async () => client(about), end: async () => undefined }
  const shared: Lanes = {
    async query(statement) {
      const one = client(about)
      try {
        return (await one.query(statement)) as unknown as pg.QueryResult
      } finally {
        one.release()
      }
    },
    end: async () => undefined,
  }
  return databaseOver(pool as unknown as pg.Pool, shared)
}

/** One connection: statements are answered in the order they were sent, each a journey there and one back. */
function client({ sim, store, process, weather }: Parameters<typeof simulatedDatabase>[0]) {
  const session = store.open()
  process.sessions.add(session)
  const state = { inTransaction: false, tail: Promise.resolve() as Promise<unknown> }

  const travel = async () => {
    await sim.pause(sim.random.chance(0.02) ? sim.random.whole(50, 900) : sim.random.whole(1, 9))
    if (!process.alive) return never
    if (session.ended) throw lost()
  }
  const mayBreak = () => {
    if (!sim.random.chance(weather.breaks)) return
    store.end(session)
    throw lost()
  }

  async function commit(): Promise<Result> {
    const done: Result = { command: 'COMMIT', rowCount: null, rows: [] }
    if (weather.earlyCommit) {
      void travel().then(
        () => store.commit(session),
        () => undefined,
      )
      return done
    }
    await travel()
    mayBreak()
    store.commit(session)
    state.inTransaction = false
    // The answer to COMMIT may be lost though it was done.
    await travel()
    mayBreak()
    return done
  }

  async function statement(sql: string, values: readonly unknown[]): Promise<Result> {
    session.cancelIdle()
    await travel()
    mayBreak()
    const answer = await perform({ sql, parameters: values }, { store, session, sim })
    if (session.ended) return process.alive ? Promise.reject(lost()) : never
    if (state.inTransaction) store.idle(session)
    else store.commit(session)
    await travel()
    return { command: sql.trim().split(/\s/, 1)[0]!.toUpperCase(), rowCount: answer.affected, rows: answer.rows }
  }

  async function run(text: string, values: readonly unknown[]): Promise<Result> {
    if (/^(begin|start transaction)/.test(text)) {
      state.inTransaction = true
      return { command: 'BEGIN', rowCount: null, rows: [] }
    }
    if (text === 'commit') return commit()
    if (text !== 'rollback') return statement(text, values)
    state.inTransaction = false
    if (session.ended) throw lost()
    store.rollback(session)
    return { command: 'ROLLBACK', rowCount: null, rows: [] }
  }

  return {
    query(asked: string | Statement): Promise<Result> {
      const [text, values] = typeof asked === 'string' ? [asked, []] : [asked.text, asked.values]
      const answer = state.tail.then(() => run(text, values))
      state.tail = answer.catch(() => undefined)
      return answer
    },
    release() {
      process.sessions.delete(session)
      if (weather.earlyCommit || session.ended) return
      store.rollback(session)
    },
    // What the kernel bundles statements with; here they are bundled already.
    connection: { stream: { cork: () => undefined, uncork: () => undefined } },
  }
}
