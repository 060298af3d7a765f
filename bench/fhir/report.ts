/** The table for people and the JSON lines for machines. */
import { figure, round, say } from '../measure.ts'
import { TESTS_A_VISIT } from './data.ts'
import type { BindingName } from './credentials.ts'
import type { Floor } from './floors.ts'
import type { PassWithCpu } from './passes.ts'
import type { Shape } from './store.ts'
import type { Work } from './works.ts'

export type Measured = { work: Work; pass: PassWithCpu; floor: Floor }

const tied: Record<BindingName, string> = { mtls: 'tied to the certificate (mTLS)', dpop: 'tied to a key (DPoP)', none: 'tied to nothing' }

export function sayData({ people, visits }: Shape, binding: BindingName): void {
  const each = 2 + visits * (TESTS_A_VISIT + 1)
  say(`data: ${people} people with ${each} resources each (${visits * TESTS_A_VISIT} laboratory results), ${people * each} in all`)
  say(
    `on: token ${tied[binding]}, authorisation in the query, validation, audit before the answer; synchronous commit; 2 web workers and the leader`,
  )
  say(
    'the load generator is a process of its own; the floor runs alone, in as many processes and on as many connections as the workers use',
  )
}

/** Reads whose token is tied to a key: the same work with a proof to check each time, measured beside. */
export function sayDpop({ rate, p50ms, p95ms, p99ms, serverCpuMsPerOp, n }: PassWithCpu): void {
  say(`read with DPoP instead: ${rate}/s, half within ${p50ms} ms, 99 of 100 within ${p99ms} ms`)
  figure({ bench: 'fhir', name: 'read-dpop', rate, p50ms, p95ms, p99ms, cpuMsPerOp: round(serverCpuMsPerOp, 3), clients: 16, n })
}

const MEMORY_BAR_MB = 400

/** @param during the work that it was under */
export function sayMemory(rssMb: number, during: string): void {
  say(`memory: the largest process of the platform took ${Math.round(rssMb)} MB during ${during} (bar: ${MEMORY_BAR_MB} MB)`)
  figure({ bench: 'fhir', name: 'memory', rssMb: Math.round(rssMb), during, bar: MEMORY_BAR_MB })
}

const widths = [16, 7, 8, 8, 8, 8, 7, 6, 5, 10, 9, 9]
const line = (cells: readonly (string | number)[]) =>
  cells.map((c, i) => (i === 0 ? String(c).padEnd(widths[i]!) : String(c).padStart(widths[i]!))).join(' ')
const percent = (n: number) => `${Math.round(n * 100)}%`

export function report(measured: readonly Measured[]): void {
  say(line(['work', 'rate', 'p50 ms', 'p95 ms', 'p99 ms', 'floor', 'share', 'bar', 'met', 'rate bar', 'cpu ms', 'floor cpu']))
  for (const { work, pass, floor } of measured) {
    const share = pass.rate / floor.rate
    const met = share >= work.bar!.share ? 'yes' : 'NO'
    const at = `${work.bar!.rate}${pass.rate >= work.bar!.rate ? ' yes' : ' NO'}`
    const cpu = [round(cpuOf(pass), 3), round(floor.cpuMsPerOp, 3)]
    say(
      line([
        work.name,
        pass.rate,
        pass.p50ms,
        pass.p95ms,
        pass.p99ms,
        floor.rate,
        percent(share),
        percent(work.bar!.share),
        met,
        at,
        ...cpu,
      ]),
    )
  }
  say('the share decides; the rate is for a quiet machine. cpu: processor time a request, all processes (platform, database, load)')
  for (const m of measured) tell(m)
}

const cpuOf = (pass: PassWithCpu) => pass.serverCpuMsPerOp + pass.databaseCpuMsPerOp + pass.cpuMs / pass.seen

function tell({ work, pass, floor }: Measured): void {
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
    cpuMsPerOp: round(pass.serverCpuMsPerOp, 3),
    databaseCpuMsPerOp: round(pass.databaseCpuMsPerOp, 3),
    loadCpuMsPerOp: round(pass.cpuMs / pass.seen, 3),
    floorCpuMsPerOp: round(floor.cpuMsPerOp, 3),
    floorStatements: floor.statements,
    floorAuditBatch: floor.auditBatch,
    bytesPerOp: pass.bytesPerOp,
    clients: work.clients,
    n: pass.n,
  })
}
