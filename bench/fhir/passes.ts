/** Passes through the platform: one work after another, each when the last one's traces are settled. */
import { sql } from 'kysely'
import { ask, startRole } from '../child.ts'
import type { LoadOrder, Pass } from './load.ts'
import { familyCpuMs, parentOf, type Platform, startPlatform, watchMemory } from './platform.ts'
import { type BindingName, tokenFor } from './credentials.ts'
import { openNamed, urlOf } from './store.ts'
import type { Work } from './works.ts'

export const WORKERS = 2

export type Timing = { seconds: number; warmSeconds: number; binding: BindingName }
/** Processor time a request, warm-up included: the platform's processes, the database's. */
export type PassWithCpu = Pass & { serverCpuMsPerOp: number; databaseCpuMsPerOp: number }
export type UnderLoad = {
  platform: Platform
  pass: (work: Work, binding?: BindingName) => Promise<PassWithCpu>
  rssMb: () => number
  stop: () => Promise<void>
}

/** The platform on a database, with a load generator beside it. */
export async function underLoad(
  database: string,
  about: Timing & { clients?: number; workers?: number; nodeArgs?: readonly string[] },
): Promise<UnderLoad> {
  const platform = await startPlatform({
    url: urlOf(database),
    binding: about.binding,
    workers: about.workers ?? WORKERS,
    nodeArgs: about.nodeArgs ?? [],
  })
  const { child: load } = await startRole('fhir', 'load')
  const memory = watchMemory(platform)
  const pass = async (work: Work, binding = about.binding): Promise<PassWithCpu> => {
    await settled(database)
    const order: LoadOrder = {
      work: work.name,
      database,
      target: { port: platform.port, tlsPort: platform.tlsPort, binding, token: await tokenFor(database, binding) },
      clients: about.clients ?? work.clients,
      warmMs: about.warmSeconds * 1000,
      ms: about.seconds * 1000,
    }
    const postmaster = await postmasterOf(database)
    const before = { server: familyCpuMs(platform.pid), database: familyCpuMs(postmaster) }
    const done = await ask<Pass>(load, order)
    const serverCpuMsPerOp = (familyCpuMs(platform.pid) - before.server) / done.seen
    return { ...done, serverCpuMsPerOp, databaseCpuMsPerOp: (familyCpuMs(postmaster) - before.database) / done.seen }
  }
  const stop = async () => {
    memory.stop()
    load.kill()
    await platform.stop()
  }
  return { platform, pass, rssMb: memory.mostMb, stop }
}

async function asked<T>(database: string, work: (db: ReturnType<typeof openNamed>) => Promise<T>): Promise<T> {
  const db = openNamed(database, 1)
  try {
    return await work(db)
  } finally {
    await db.destroy()
  }
}

/** The database's first process, whose children do the work. */
export const postmasterOf = (database: string): Promise<number> =>
  asked(database, async (db) => {
    const { rows } = await sql<{ pid: number }>`select pg_backend_pid() as pid`.execute(db)
    return parentOf(rows[0]!.pid)
  })

/** Waits until the leader has caught up with the log, and has the database write out what it holds: none of the next pass's work. */
async function settled(database: string): Promise<void> {
  await asked(database, async (db) => {
    for (let tries = 0; tries < 150; tries++) {
      const { rows } = await sql`select 1 from kernel.audit where leaf_index is null limit 1`.execute(db)
      if (rows.length === 0) return
      await new Promise((resolve) => setTimeout(resolve, 200))
    }
  })
  await writtenOut(database)
}

export const writtenOut = (database: string): Promise<unknown> => asked(database, (db) => sql`checkpoint`.execute(db))
