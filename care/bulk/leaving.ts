/** Files of a finished job on their way out: every line is visible to the caller at the moment it leaves. */
import { type FileHandle, open, stat } from 'node:fs/promises'
import { nothingNarrowed, type RecordService, stillVisible } from '#care/record'
import { type Context, institutionOf } from '#kernel/context'
import { linesOf, placesBeside } from './folder.ts'
import type { BulkFile, Job } from './model.ts'
import * as store from './store.ts'
import type { Clients } from './worker.ts'

export type Leaving = { deps: { clients: Clients; record: RecordService }; ctx: Context; job: Job; file: BulkFile; path: string }

/** Bytes of one piece: what a slow reader makes the process hold, a few times over. */
const PIECE = 1 << 20
/** Lines judged in one statement. */
const LINES = 2_000

/**
 * The file, piece by piece; before each it is asked anew whether job and client stand. Lines that stay visible until their rows change
 * leave as they are, as long as no row of their type has been hidden since the export was asked for; from then on, and all others always,
 * they are judged one by one.
 */
export async function* leaving(about: Leaving): AsyncGenerator<Buffer> {
  const { job, file, path } = about
  const started = performance.now()
  const handle = await open(path)
  const isPlain = job.flow === 'import' || file.role === 'error'
  try {
    let at = 0
    while (at < file.bytes && (isPlain || file.lastsFor !== null)) {
      const { lasts } = await standing(about, started)
      if (!isPlain && !lasts) break
      const piece = await wholeLines(handle, at, file.bytes)
      at += piece.length
      yield piece
    }
    if (at < file.bytes) yield* oneByOne(about, { handle, from: at, started })
  } finally {
    await handle.close()
  }
}

/** Who asks now, and whether what lasts still does. @throws where job or client was ended: cut short, so that nobody takes the part for the whole */
async function standing({ deps, ctx, job, file }: Leaving, started: number): Promise<{ ctx: Context; lasts: boolean }> {
  const now = new Date(ctx.now.getTime() + performance.now() - started)
  const [actor, still, unchanged] = await Promise.all([
    deps.clients(ctx.db, job.clientId, job.scopes),
    store.findJob(ctx.db, { id: job.id, clientId: job.clientId, flow: job.flow, now }),
    file.lastsFor !== null && job.mark !== null && nothingNarrowed(ctx.db, job.mark, file.type),
  ])
  if (!actor || !still) throw new Error('the job or its client was ended while the file was fetched')
  return { ctx: { ...ctx, actor, now }, lasts: unchanged && institutionOf(actor) === file.lastsFor && ctx.purpose === job.purpose }
}

/** Whole lines from a place on, about a piece of them. */
async function wholeLines(handle: FileHandle, from: number, to: number): Promise<Buffer> {
  for (let size = PIECE; ; size *= 4) {
    const piece = await bytesOf(handle, from, Math.min(from + size, to))
    const end = from + piece.length === to ? piece.length : piece.lastIndexOf(10) + 1
    if (end > 0) return piece.subarray(0, end)
  }
}

async function bytesOf(handle: FileHandle, from: number, to: number): Promise<Buffer> {
  const bytes = Buffer.allocUnsafeSlow(to - from)
  for (let at = 0; at < bytes.length; ) {
    const { bytesRead } = await handle.read(bytes, at, bytes.length - at, from + at)
    if (bytesRead === 0) throw new Error('a file of a job is shorter than noted')
    at += bytesRead
  }
  return bytes
}

/** What a line is about, and where it stands in the file. */
type Placed = { key: string; id: string; start: number; end: number }

async function* oneByOne(about: Leaving, { handle, from, started }: { handle: FileHandle; from: number; started: number }) {
  for await (const some of placed(about, from)) {
    const { ctx } = await standing(about, started)
    const seen = await visibleAmong({ ...about, ctx }, some)
    const [start, end] = [some[0]!.start, some.at(-1)!.end]
    if (seen.size === 0) continue
    const bytes = await bytesOf(handle, start, end)
    if (seen.size === some.length) yield bytes
    else yield Buffer.concat(some.filter((line) => seen.has(line)).map((line) => bytes.subarray(line.start - start, line.end - start)))
  }
}

/** Lists of lines from a place in the file on. */
async function* placed({ file, path }: Leaving, from: number): AsyncGenerator<Placed[]> {
  const beside = placesBeside(path)
  let [at, count, some]: [number, number, Placed[]] = [0, 0, []]
  for await (const { lines } of linesOf(beside, { start: 0, bytes: (await stat(beside)).size, most: LINES })) {
    for (const line of lines.slice(0, file.count - count)) {
      const [key = '', id = '', bytes = ''] = line.split('\t')
      const start = at
      at += Number(bytes) + 1
      if (start >= from) some.push({ key, id, start, end: at })
      if (some.length < LINES && (some.length === 0 || at - some[0]!.start < PIECE)) continue
      yield some
      some = []
    }
    count += lines.length
    if (count >= file.count) break
  }
  if (at !== file.bytes) throw new Error('a file of a job and what its lines are about do not agree')
  if (some.length > 0) yield some
}

async function visibleAmong({ deps, ctx, file }: Leaving, lines: readonly Placed[]): Promise<Set<Placed>> {
  const deleted = file.role === 'deleted'
  const typed = ({ id }: Placed) => (deleted ? (id.split('/') as [string, string]) : ([file.type, id] as const))
  const seen = new Set<Placed>()
  for (const [type, some] of Map.groupBy(lines, (line) => typed(line)[0])) {
    const which = some.map((line) => ({ key: line.key, id: typed(line)[1] }))
    for (const n of await stillVisible(ctx, deps.record.sight(ctx).visible, { type, which, deleted })) seen.add(some[n]!)
  }
  return seen
}
