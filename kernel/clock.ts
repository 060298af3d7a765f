import { performance } from 'node:perf_hooks'
import { sql } from 'kysely'
import type { Db } from './database.ts'

/** Where `ctx.now` comes from. A port, so that tests move time. */
export type Clock = { now(): Date }

/**
 * The database's clock, followed without a query a request: an offset to this process's monotonic clock,
 * measured again every few seconds. A host clock that jumps changes nothing.
 */
export async function databaseClock(db: Db, everyMs = 5_000): Promise<Clock & { stop(): void }> {
  let base = 0
  let mark = 0
  const measure = async () => {
    const before = performance.now()
    const { rows } = await sql<{ ms: string }>`select (extract(epoch from clock_timestamp()) * 1000)::text as ms`.execute(db)
    const after = performance.now()
    base = Number(rows[0]!.ms)
    mark = (before + after) / 2
  }
  await measure()
  // A failed measurement keeps the last offset: the monotonic clock carries on until the database answers again.
  const timer = setInterval(() => void measure().catch(() => undefined), everyMs)
  timer.unref()
  return { now: () => new Date(base + performance.now() - mark), stop: () => clearInterval(timer) }
}
