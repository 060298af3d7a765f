/**
 * Batches made ready before their transaction opens: here while the database is busy with the batch before, or by another process, so that
 * this one is left with handing bytes on.
 */
import { open } from 'node:fs/promises'
import { setImmediate as turn } from 'node:timers/promises'
import type { ManyService } from '#care/record'
import { type Batch, type Making, makingOf, type Read, readAhead, readLine, readLines } from './import-read.ts'
import type { Job } from './model.ts'
import { type Booked, bookFor, type Clients, type Worker } from './worker.ts'

/** Lines of a file, and what making them ready takes: what another process is asked. */
export type MakeAsked = { path: string; from: number; to: number; making: Making }
/** What it made. A line that goes another way is left to whoever asked: how its numbers were written does not travel. */
export type MakeDone = Omit<Read, 'lines'> & { lines: readonly (Exclude<Read['lines'][number], { resource: unknown }> | 'left')[] }

/** Another process that makes lines ready. */
export type LineMaker = {
  /** Whether it can be asked now. Asking begins its start, and it ends when it has not been asked for a while. */
  isUp: () => boolean
  make: (asked: MakeAsked) => Promise<MakeDone>
}

/** Batches being made by another process at a time. */
const AHEAD = 2
const LINE_END = 10

/** The other side of `LineMaker.make`. */
export async function makeLines(many: Pick<ManyService, 'judge' | 'readyWriter'>, asked: MakeAsked): Promise<MakeDone> {
  const { path, from, to, making } = asked
  const bytes = Buffer.allocUnsafeSlow(to - from)
  const handle = await open(path)
  try {
    await handle.read(bytes, 0, bytes.length, from)
  } finally {
    await handle.close()
  }
  const read = await readAhead(many, making, { lines: linesIn(bytes), between: async () => {} })
  return { ...read, lines: read.lines.map((line) => (line !== null && 'resource' in line ? 'left' : line)) }
}

function linesIn(bytes: Buffer): Buffer[] {
  const lines: Buffer[] = []
  for (let from = 0; from < bytes.length; ) {
    const end = bytes.indexOf(LINE_END, from)
    lines.push(bytes.subarray(from, end < 0 ? bytes.length : end))
    from = end < 0 ? bytes.length : end + 1
  }
  return lines
}

/** What batches learn from those before: what stands already, or goes another way, need not be made ready. */
export type Pace = { newShare: number; readyShare: number; lookUp: boolean }
/** A batch, read; null where its client has been ended. */
export type Prepared = { batch: Batch; read: Read | null }

type Deps = { clients: Clients; many: ManyService; maker?: LineMaker }
type About = {
  worker: Worker
  job: Job
  pace: Pace
  /** Resolves when the database has what it works on: making ready here any sooner would keep it waiting. */
  calm: () => Promise<void> | undefined
}

/** Batches in order, each read; some ahead where another process makes them. */
export async function* prepared(deps: Deps, about: About, batches: AsyncIterable<Batch>): AsyncGenerator<Prepared> {
  const ahead: Promise<Prepared>[] = []
  for await (const batch of batches) {
    const maker = worthMaking(about.pace) && deps.maker?.isUp() ? deps.maker : undefined
    const one = prepare(deps, about, { batch, maker })
    // Whoever takes it hears of a fault.
    one.catch(() => undefined)
    ahead.push(one)
    while (ahead.length > (maker ? AHEAD : 0)) yield await ahead.shift()!
  }
  while (ahead.length > 0) yield await ahead.shift()!
}

const worthMaking = ({ newShare, readyShare }: Pace): boolean => newShare >= 0.5 && readyShare >= 0.5

async function prepare(deps: Deps, about: About, { batch, maker }: { batch: Batch; maker: LineMaker | undefined }): Promise<Prepared> {
  if (!maker) await about.calm()
  const booked = await bookFor(deps.clients, about.worker, about.job)
  if (!booked) return { batch, read: null }
  if (about.pace.newShare < 0.5) return { batch, read: { lines: readLines(deps.many, booked.ctx, batch), groups: [] } }
  const making = await makingOf(booked.ctx, batch)
  const made = maker && (await madeBy(maker, { deps, booked, batch, making }))
  const read = made ?? (await readAhead(deps.many, making, { lines: batch.lines, between: async () => void (await turn()) }))
  about.pace.readyShare = read.lines.filter((line) => line !== null && 'group' in line).length / Math.max(read.lines.length, 1)
  return { batch, read }
}

type Asking = { deps: Deps; booked: Booked; batch: Batch; making: Making }

/** Undefined where the other process ended, or read another file than we did. */
async function madeBy(maker: LineMaker, { deps, booked, batch, making }: Asking): Promise<Read | undefined> {
  const { path, from, to, lines } = batch
  const done = await maker.make({ path, from: from.offset, to: to.offset, making }).catch(() => undefined)
  if (done?.lines.length !== lines.length) return undefined
  const again = (n: number) => readLine(deps.many, booked.ctx, { bytes: lines[n]!, line: from.line + n + 1, type: making.type })
  return { ...done, lines: done.lines.map((line, n) => (line === 'left' ? again(n) : line)) }
}
