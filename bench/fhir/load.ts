/** The load generator, a process of its own: prepares every request as bytes, then sends them in a closed loop. */
import { answerQuestions } from '../child.ts'
import { latencies } from '../measure.ts'
import { closedLoop, once, type Target, wireTo } from './client.ts'
import { samplesOf } from './store.ts'
import { type Request, requestsOf, type WorkName, workOf } from './works.ts'

export type LoadOrder = { work: WorkName; database: string; target: Target; clients: number; warmMs: number; ms: number }
/** `cpuMs`: processor time of the generator itself. `from`, `until`: the machine's monotonic clock in microseconds. */
export type Pass = {
  rate: number
  n: number
  /** Requests answered with those of the warm-up. */
  seen: number
  p50ms: number
  p95ms: number
  p99ms: number
  cpuMs: number
  bytesPerOp: number
  from: number
  until: number
}

const clock = () => Number(process.hrtime.bigint() / 1000n)

export const loadRole = (): Promise<void> => answerQuestions(run)

async function run(order: LoadOrder): Promise<Pass> {
  const work = workOf(order.work)
  const asked = requestsOf(work, await samplesOf(order.database, work.distinct))
  await requireRight(order, asked[0]!, work.entries)
  const requests = asked.map(wireTo(order.target))
  let next = 0
  const cpu = process.cpuUsage()
  const started = clock()
  const ran = await closedLoop({
    target: order.target,
    clients: order.clients,
    warmMs: order.warmMs,
    ms: order.ms,
    next: () => requests[next++ % requests.length]!(),
  })
  const { user, system } = process.cpuUsage(cpu)
  if (ran.other !== '' || ran.ok === 0) throw new Error(`${order.work}: not every request was answered well: ${ran.other}`)
  return {
    rate: Math.round(ran.ok / ran.seconds),
    n: ran.ok,
    seen: ran.seen,
    ...latencies(ran.ms),
    cpuMs: (user + system) / 1000,
    bytesPerOp: Math.round(ran.bytes / ran.ok),
    from: started + order.warmMs * 1000,
    until: started + (order.warmMs + order.ms) * 1000,
  }
}

/** A fast wrong answer is no figure. */
async function requireRight(order: LoadOrder, request: Request, entries: number | null): Promise<void> {
  const { status, body } = await once(order.target, request)
  const text = body.toString('utf8')
  const found = status < 300 && entries !== null ? (JSON.parse(text) as { entry?: unknown[] }).entry?.length : null
  if (status >= 300 || found !== entries)
    throw new Error(
      `${order.work}: answered ${status} with ${found} entries, not ${entries} (--fresh fills the data again): ${text.slice(0, 800)}`,
    )
}
