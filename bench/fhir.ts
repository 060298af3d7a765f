/**
 * How fast the record's FHIR surface is, beside what the database alone could do with the same statements.
 * Authentication, authorisation, validation and audit are on; the platform's own processes serve, the load comes from another.
 */
import { sql } from 'kysely'
import { ask, startRole } from './child.ts'
import { captureRole, type Captured, type CaptureOrder } from './fhir/capture.ts'
import { type FloorOrder, type FloorPass, floorRole } from './fhir/floor.ts'
import { type LoadOrder, loadRole, type Pass } from './fhir/load.ts'
import { type Options, optionsOf } from './fhir/options.ts'
import { cpuMsOf, largestRssMb, type Platform, startPlatform } from './fhir/platform.ts'
import { type Measured, report, sayData } from './fhir/report.ts'
import { copyForRun, drop, keptDatabase, openNamed, tokenFor, urlOf } from './fhir/store.ts'
import { type Work, works } from './fhir/works.ts'
import { figure, sayMachine } from './measure.ts'

export const roles = { load: loadRole, floor: floorRole, capture: captureRole }

const WORKERS = 2

export async function bench({ args }: { args: readonly string[] }): Promise<void> {
  const options = optionsOf(args)
  const wanted = (name: string) => options.only.length === 0 || options.only.includes(name)
  sayMachine()
  const measured = await measureWorks(
    works.filter((w) => w.bar && wanted(w.name)),
    options,
    wanted('memory'),
  )
  report(measured)
}

/** Every work through the platform first; then, with the platform gone, every floor. */
async function measureWorks(chosen: readonly Work[], options: Options, memory: boolean): Promise<Measured[]> {
  if (chosen.length === 0) return []
  const shape = { people: options.people, visits: options.visits, templates: Math.min(options.people, options.quick ? 20 : 50) }
  const database = await copyForRun(await keptDatabase(shape, options.fresh))
  sayData(shape)
  try {
    const { passes, rssMb } = await loaded(database, chosen, options)
    if (memory) figure({ bench: 'fhir', name: 'memory', rssMb: Math.round(rssMb), bar: 400 })
    const floors = await floorsOf(database, chosen, options)
    return chosen.map((work) => ({ work, ...passes.get(work.name)!, floor: floors.get(work.name)! }))
  } finally {
    await drop(database)
  }
}

type PassWithCpu = { pass: Pass; serverCpuMs: number; databaseCpuMs: number }

async function loaded(database: string, chosen: readonly Work[], options: Options) {
  const platform = await startPlatform({ url: urlOf(database), workers: WORKERS })
  const { child: load } = await startRole('fhir', 'load')
  const passes = new Map<string, PassWithCpu>()
  let rssMb = 0
  const watch = setInterval(() => {
    rssMb = Math.max(rssMb, largestRssMb(platform.pids()))
  }, 500)
  try {
    for (const work of chosen) {
      await settled(database)
      const order: LoadOrder = {
        work: work.name,
        database,
        port: platform.port,
        token: await tokenFor(database),
        clients: work.clients,
        warmMs: options.warmSeconds * 1000,
        ms: options.seconds * 1000,
      }
      passes.set(work.name, await withCpu(database, platform, () => ask<Pass>(load, order)))
    }
  } finally {
    clearInterval(watch)
    load.kill()
    await platform.stop()
  }
  return { passes, rssMb }
}

/** Processor time is taken over the pass with its warm-up and given for each request. */
async function withCpu(database: string, platform: Platform, work: () => Promise<Pass>): Promise<PassWithCpu> {
  const take = async () => ({ server: cpuMsOf(platform.pids()), database: cpuMsOf(await backends(database)) })
  const before = await take()
  const pass = await work()
  const after = await take()
  return { pass, serverCpuMs: after.server - before.server, databaseCpuMs: after.database - before.database }
}

async function backends(database: string): Promise<number[]> {
  const db = openNamed(database, 1)
  try {
    const { rows } = await sql<{ pid: number }>`select pid from pg_stat_activity where pid <> pg_backend_pid()`.execute(db)
    return rows.map((r) => r.pid)
  } finally {
    await db.destroy()
  }
}

/** Waits until the leader has caught up with the log, and has the database write out what it holds: none of the next pass's work. */
async function settled(database: string): Promise<void> {
  const db = openNamed(database, 1)
  try {
    for (let tries = 0; tries < 100; tries++) {
      const { rows } = await sql`select 1 from kernel.audit where leaf_index is null limit 1`.execute(db)
      if (rows.length === 0) break
      await new Promise((resolve) => setTimeout(resolve, 200))
    }
    await sql`checkpoint`.execute(db)
  } finally {
    await db.destroy()
  }
}

async function floorsOf(database: string, chosen: readonly Work[], options: Options): Promise<Map<string, FloorPass>> {
  const captured = new Map<string, Captured[]>()
  const { child: capture } = await startRole('fhir', 'capture')
  try {
    for (const work of chosen) {
      const count = work.name === 'transaction-20' ? Math.ceil(options.captures / 8) : options.captures
      const order: CaptureOrder = { work: work.name, database, token: await tokenFor(database), count }
      captured.set(work.name, await ask<Captured[]>(capture, order))
    }
  } finally {
    capture.kill()
  }
  const floors = new Map<string, FloorPass>()
  for (const work of chosen) floors.set(work.name, await floorOf(database, work, captured.get(work.name)!, options))
  return floors
}

async function floorOf(database: string, work: Work, captured: Captured[], options: Options): Promise<FloorPass> {
  await settledAtOnce(database)
  const processes = await Promise.all(Array.from({ length: WORKERS }, () => startRole('fhir', 'floor')))
  const order: FloorOrder = {
    database,
    captured,
    clients: work.clients / WORKERS,
    warmMs: options.warmSeconds * 1000,
    ms: options.seconds * 1000,
  }
  try {
    const all = await Promise.all(processes.map((p) => ask<FloorPass>(p.child, order)))
    const [first] = all
    return { ...first!, rate: all.reduce((sum, f) => sum + f.rate, 0) }
  } finally {
    for (const { child } of processes) child.kill()
  }
}

async function settledAtOnce(database: string): Promise<void> {
  const db = openNamed(database, 1)
  await sql`checkpoint`.execute(db).finally(() => db.destroy())
}
