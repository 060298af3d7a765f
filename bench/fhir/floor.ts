/**
 * The floor: the statements of real requests through the driver, with nothing around them. As many processes, connections and
 * requests at a time as the platform has; audit entries of reads share a statement while one commit is in flight, as there.
 */
import pg from 'pg'
import { answerQuestions } from '../child.ts'
import { latencies } from '../measure.ts'
import type { Captured } from './capture.ts'
import { merged, newIds, prepare, type Query, queryOf, type Replay } from './replay.ts'
import { urlOf } from './store.ts'

export type FloorOrder = { database: string; captured: Captured[]; clients: number; warmMs: number; ms: number }
export type FloorPass = { rate: number; p50ms: number; p95ms: number; p99ms: number; auditBatch: number; seen: number; cpuMs: number }

// As the platform reads them.
pg.types.setTypeParser(pg.types.builtins.INT8, Number)

export const floorRole = (): Promise<void> => answerQuestions(run)

/** Group commit as the platform's: what gathers while one statement is under way shares the next. */
function auditConnection(client: pg.Client) {
  let waiting: { query: Query; resolve: () => void; reject: (reason: unknown) => void }[] = []
  let busy = false
  const told = { batches: 0, entries: 0 }
  const flush = async () => {
    while (waiting.length > 0) {
      const batch = waiting
      waiting = []
      told.batches++
      told.entries += batch.length
      await client.query(merged(batch.map((w) => w.query))).then(
        () => batch.forEach((w) => void w.resolve()),
        (error: unknown) => batch.forEach((w) => void w.reject(error)),
      )
    }
    busy = false
  }
  const durable = (query: Query) =>
    new Promise<void>((resolve, reject) => {
      waiting.push({ query, resolve, reject })
      if (busy) return
      busy = true
      setImmediate(() => void flush())
    })
  return { durable, told }
}

async function connected(database: string): Promise<pg.Client> {
  const client = new pg.Client({ connectionString: urlOf(database), application_name: 'bench-floor' })
  await client.connect()
  return client
}

async function run(order: FloorOrder): Promise<FloorPass> {
  const replays = order.captured.map(prepare)
  const clients = await Promise.all(Array.from({ length: order.clients }, () => connected(order.database)))
  const auditClient = await connected(order.database)
  const audit = auditConnection(auditClient)
  const from = performance.now() + order.warmMs
  const until = from + order.ms
  const taken: number[] = []
  let next = Math.floor(Math.random() * replays.length)
  let seen = 0
  const cpu = process.cpuUsage()
  const lane = async (client: pg.Client) => {
    for (let at = performance.now(); at < until; ) {
      await once(replays[next++ % replays.length]!, client, audit.durable)
      const now = performance.now()
      seen++
      if (at >= from && now <= until) taken.push(now - at)
      at = now
    }
  }
  try {
    await Promise.all(clients.map(lane))
  } finally {
    await Promise.all([...clients, auditClient].map((c) => c.end()))
  }
  const { user, system } = process.cpuUsage(cpu)
  const { batches, entries } = audit.told
  return {
    rate: Math.round(taken.length / (order.ms / 1000)),
    ...latencies(Float64Array.from(taken)),
    seen,
    cpuMs: (user + system) / 1000,
    auditBatch: batches === 0 ? 0 : Math.round((entries / batches) * 10) / 10,
  }
}

async function once(replay: Replay, client: pg.Client, durable: (query: Query) => Promise<void>): Promise<void> {
  const ids = newIds(replay.ids)
  for (const statement of replay.statements) {
    const query = queryOf(statement, ids)
    if (statement.audit) await durable(query)
    else {
      const { rowCount } = await client.query(query)
      // Where the same statement does other work than it did in the request, it measures nothing.
      if (rowCount !== statement.rows) throw new Error(`${rowCount} rows instead of ${statement.rows}: ${statement.text.slice(0, 300)}`)
    }
  }
}
