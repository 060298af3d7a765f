/**
 * Card checks, sign-ins by passkey and token requests a second, each through everything that stands between the question and its answer.
 * @spec bars: 1,500 checks a second, 99 of 100 within 100 ms, on two cores, 10,000 cards in a register of a million people; 500 tokens
 */
import { type ChildProcess, fork } from 'node:child_process'
import { once } from 'node:events'
import { readFileSync } from 'node:fs'
import { sql } from 'kysely'
import type { Db } from '#kernel/database'
import { benchCards } from './identity/cards.ts'
import { floorRate } from './identity/floor.ts'
import { type LoadOrder, loadRole, type Pass } from './identity/load.ts'
import { openRegister } from './identity/register.ts'
import { serverRole } from './identity/server.ts'
import { commitFloor } from './identity/sign-ins.ts'
import { figure, round, say, sayMachine } from './measure.ts'

export const roles = { server: serverRole, load: loadRole }

const WORKERS = 2
const CONNECTIONS = 64

/** Starts this program again in another role and waits for its first word. */
async function start<T>(role: keyof typeof roles, cards: number): Promise<{ child: ChildProcess; said: T }> {
  const child = fork(process.argv[1]!, ['identity', `--role=${role}`], { env: { ...process.env, BENCH_CARDS: String(cards) } })
  return { child, said: await answerOf<T>(child) }
}

async function answerOf<T>(child: ChildProcess): Promise<T> {
  const ended = once(child, 'exit').then(([code]: unknown[]) =>
    Promise.reject(new Error(`a process of the bench ended with ${String(code)}`)),
  )
  const [said] = (await Promise.race([once(child, 'message'), ended])) as [T]
  return said
}

async function ask<T>(child: ChildProcess, question: LoadOrder | string): Promise<T> {
  const answer = answerOf<T>(child)
  child.send(question)
  return answer
}

async function cpuMs(children: readonly ChildProcess[]): Promise<number> {
  let sum = 0
  for (const child of children) sum += (await ask<{ cpuMs: number }>(child, 'cpu')).cpuMs
  return sum
}

/** Processor time of the database's processes in milliseconds, where the system tells it (Linux, same machine); else null. */
async function databaseCpuMs(db: Db): Promise<number | null> {
  const { rows } = await sql<{ pid: number }>`select pid from pg_stat_activity`.execute(db)
  try {
    const ticks = rows.map(({ pid }) => readFileSync(`/proc/${pid}/stat`, 'utf8').split(') ')[1]!.split(' '))
    return ticks.reduce((sum, fields) => sum + (Number(fields[11]) + Number(fields[12])) * 10, 0)
  } catch {
    return null
  }
}

export async function bench({ quick }: { quick: boolean }): Promise<void> {
  const [people, checked, warm] = quick ? [20_000, 1_000, 500] : [1_000_000, 10_000, 2_000]
  sayMachine()
  const kept = await benchCards(checked + warm)
  const db = await openRegister(people, kept)
  const servers = await Promise.all(Array.from({ length: WORKERS }, () => start<{ port: number; token: string }>('server', checked + warm)))
  const load = await start('load', checked + warm)
  const workers = servers.map((s) => s.child)
  try {
    const order = { what: 'card' as const, ports: servers.map((s) => s.said.port), token: servers[0]!.said.token, connections: CONNECTIONS }
    await ask<Pass>(load.child, { ...order, from: checked, count: warm })
    const before = { workers: await cpuMs(workers), database: await databaseCpuMs(db) }
    const pass = await ask<Pass>(load.child, { ...order, from: 0, count: checked })
    const after = { workers: await cpuMs(workers), database: await databaseCpuMs(db) }
    const cpu = {
      worker: (after.workers - before.workers) / checked,
      database: before.database === null || after.database === null ? 0 : (after.database - before.database) / checked,
      load: pass.cpuMs / checked,
    }
    if (pass.ok !== checked) throw new Error(`only ${pass.ok} of ${checked} checks were answered: ${pass.other}`)
    const again = await ask<Pass>(load.child, { ...order, from: 0, count: checked })
    await signIns({ load: load.child, workers, order, count: quick ? 300 : 5_000 })
    for (const child of workers) child.kill()
    const floor = await floorRate(db, { kept, count: Math.min(checked, 5_000), width: CONNECTIONS, issuer: kept.issuer })
    report({ pass, again, cpu, floor, checked, people })
  } finally {
    for (const child of [...workers, load.child]) child.kill()
    await db.destroy()
  }
}

type SignIns = { load: ChildProcess; workers: readonly ChildProcess[]; order: Omit<LoadOrder, 'from' | 'count'>; count: number }

/** Sign-ins by passkey and tokens of systems, against the same two workers. */
async function signIns({ load, workers, order, count }: SignIns): Promise<void> {
  const floorRate = await commitFloor(Math.min(count, 2_000), CONNECTIONS)
  for (const what of ['passkey', 'token'] as const) {
    await ask<Pass>(load, { ...order, what, from: 10_000, count: Math.max(200, Math.ceil(count / 5)) })
    const before = await cpuMs(workers)
    const pass = await ask<Pass>(load, { ...order, what, from: 0, count })
    const cpuMsPerOp = round(((await cpuMs(workers)) - before) / count, 3)
    if (pass.ok !== count) throw new Error(`${what}: only ${pass.ok} of ${count} were answered: ${pass.other}`)
    const { p50ms, p95ms, p99ms } = pass
    const rate = Math.round(pass.ok / pass.seconds)
    const bar = what === 'token' ? ' (bar: 500/s)' : ''
    say(`${what}: ${rate}/s, half within ${p50ms} ms, 99 of 100 within ${p99ms} ms${bar}`)
    say(
      what === 'passkey'
        ? '  on: challenge spent once, ES256 signature, counter, session, audit; one durable transaction each'
        : '  on: ES384 and RS384 assertions in turn, verified and good once, register of clients, signed token, audit; synchronous commit',
    )
    say(`  floor (one durable transaction with three writes): ${floorRate}/s; processor time of the workers: ${cpuMsPerOp} ms each`)
    figure({
      bench: 'identity',
      name: what,
      rate,
      p50ms,
      p95ms,
      p99ms,
      floorRate,
      cpuMsPerOp,
      clients: CONNECTIONS,
      n: pass.ok,
      workers: WORKERS,
    })
  }
}

type Report = {
  pass: Pass
  again: Pass
  cpu: { worker: number; database: number; load: number }
  floor: number
  checked: number
  people: number
}

function report({ pass, again, cpu, floor, checked, people }: Report): void {
  const { p50ms, p95ms, p99ms } = pass
  const rate = Math.round(pass.ok / pass.seconds)
  say(`card-check: ${rate}/s, half within ${p50ms} ms, 99 of 100 within ${p99ms} ms (bar: 1,500/s, 100 ms)`)
  say(
    `  every certificate seen for the first time, every person's first visit; the same cards again: ${Math.round(again.ok / again.seconds)}/s, p99 ${again.p99ms} ms`,
  )
  say(
    `  ${checked} cards, 200 shared key pairs, register of ${people}; ${WORKERS} workers and the load generator are processes of their own, ${CONNECTIONS} connections`,
  )
  say(
    '  on: token, certificate chain, policy, CRL, signature, single use of the challenge, relation, audit before the answer; synchronous commit',
  )
  say(`  floor (the same statements, nothing around them): ${floor}/s`)
  say(
    `  processor time a check: workers ${round(cpu.worker, 3)} ms, database ${round(cpu.database, 3)} ms, load generator ${round(cpu.load, 3)} ms`,
  )
  figure({
    bench: 'identity',
    name: 'card-check',
    rate,
    p50ms,
    p95ms,
    p99ms,
    floorRate: floor,
    cpuMsPerOp: round(cpu.worker, 3),
    databaseCpuMsPerOp: round(cpu.database, 3),
    loadCpuMsPerOp: round(cpu.load, 3),
    clients: CONNECTIONS,
    n: pass.ok,
    rateAgain: Math.round(again.ok / again.seconds),
    p99msAgain: again.p99ms,
    people,
    cards: checked,
    workers: WORKERS,
  })
}
