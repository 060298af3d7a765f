/** The table for people and the JSON lines for machines. */
import { figure, round, say } from '../measure.ts'
import { TESTS_A_VISIT } from './data.ts'
import type { FloorPass } from './floor.ts'
import type { Pass } from './load.ts'
import type { Shape } from './store.ts'
import type { Work } from './works.ts'

export type Measured = { work: Work; pass: Pass; serverCpuMs: number; databaseCpuMs: number; floor: FloorPass }

export function sayData({ people, visits }: Shape): void {
  const each = 2 + visits * (TESTS_A_VISIT + 1)
  say(`data: ${people} people with ${each} resources each (${visits * TESTS_A_VISIT} laboratory results), ${people * each} in all`)
  say('on: token, authorisation in the query, validation, audit before the answer; synchronous commit; 2 web workers and the leader')
  say(
    'the load generator is a process of its own; the floor runs alone, in as many processes and on as many connections as the workers use',
  )
}

const columns = [16, 8, 8, 8, 8, 9, 7, 7, 7, 10]
const line = (cells: readonly (string | number)[]) =>
  cells.map((c, i) => (i === 0 ? String(c).padEnd(columns[i]!) : String(c).padStart(columns[i]!))).join(' ')

export function report(measured: readonly Measured[]): void {
  if (measured.length === 0) return
  say(line(['work', 'rate', 'p50 ms', 'p95 ms', 'p99 ms', 'floor', 'share', 'bar', 'met', 'rate bar']))
  for (const { work, pass, floor } of measured) {
    const share = pass.rate / floor.rate
    const percent = (n: number) => `${Math.round(n * 100)}%`
    const met = share >= work.bar!.share ? 'yes' : 'NO'
    const at = `${work.bar!.rate}${pass.rate >= work.bar!.rate ? ' yes' : ' NO'}`
    say(line([work.name, pass.rate, pass.p50ms, pass.p95ms, pass.p99ms, floor.rate, percent(share), percent(work.bar!.share), met, at]))
  }
  say('the share decides; the rate is for a quiet machine')
  for (const m of measured) tell(m)
}

function tell({ work, pass, floor, serverCpuMs, databaseCpuMs }: Measured): void {
  figure({
    bench: 'fhir',
    name: work.name,
    rate: pass.rate,
    p50ms: pass.p50ms,
    p95ms: pass.p95ms,
    p99ms: pass.p99ms,
    floorRate: floor.rate,
    share: round(pass.rate / floor.rate, 3),
    shareBar: work.bar!.share,
    rateBar: work.bar!.rate,
    floorP50ms: floor.p50ms,
    floorAuditBatch: floor.auditBatch,
    cpuMsPerOp: round(serverCpuMs / pass.seen, 3),
    databaseCpuMsPerOp: round(databaseCpuMs / pass.seen, 3),
    loadCpuMsPerOp: round(pass.cpuMs / pass.seen, 3),
    bytesPerOp: pass.bytesPerOp,
    clients: work.clients,
    n: pass.n,
  })
}
