/** The floors: statements captured from one worker of the platform, then sent by processes of their own with nothing else running. */
import { ask, startRole } from '../child.ts'
import type { Captured, CaptureOrder } from './capture.ts'
import type { FloorOrder, FloorPass } from './floor.ts'
import { postmasterOf, type Timing, WORKERS, writtenOut } from './passes.ts'
import { familyCpuMs } from './platform.ts'
import type { Work } from './works.ts'

/** `statements`: how many a request has, its audit included. Processor time a request: driver and database. */
export type Floor = FloorPass & { statements: number; cpuMsPerOp: number }

export async function floorsOf(
  database: string,
  chosen: readonly Work[],
  about: Timing & { captures: number },
): Promise<Map<string, Floor>> {
  const captured = new Map<string, Captured[]>()
  const { child: capture } = await startRole('fhir', 'capture')
  try {
    for (const work of chosen) {
      const count = work.entries === 20 ? Math.ceil(about.captures / 8) : about.captures
      const order: CaptureOrder = { work: work.name, database, binding: about.binding, count }
      captured.set(work.name, await ask<Captured[]>(capture, order))
    }
  } finally {
    capture.kill()
  }
  const floors = new Map<string, Floor>()
  for (const work of chosen) floors.set(work.name, await floorOf(database, work, captured.get(work.name)!, about))
  return floors
}

async function floorOf(database: string, work: Work, captured: Captured[], about: Timing): Promise<Floor> {
  await writtenOut(database)
  const processes = await Promise.all(Array.from({ length: WORKERS }, () => startRole('fhir', 'floor')))
  const order: FloorOrder = {
    database,
    captured,
    clients: work.clients / WORKERS,
    warmMs: about.warmSeconds * 1000,
    ms: about.seconds * 1000,
  }
  try {
    const postmaster = await postmasterOf(database)
    const before = familyCpuMs(postmaster)
    const all = await Promise.all(processes.map((p) => ask<FloorPass>(p.child, order)))
    const sum = (of: (f: FloorPass) => number) => all.reduce((total, f) => total + of(f), 0)
    const cpuMs = sum((f) => f.cpuMs) + familyCpuMs(postmaster) - before
    const statements = captured[0]!.statements.length
    return { ...all[0]!, rate: sum((f) => f.rate), statements, cpuMsPerOp: cpuMs / sum((f) => f.seen) }
  } finally {
    for (const { child } of processes) child.kill()
  }
}
