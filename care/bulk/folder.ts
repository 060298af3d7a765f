import { createReadStream } from 'node:fs'
import { type FileHandle, mkdir, open, rm } from 'node:fs/promises'
import { join } from 'node:path'
import { ulid } from '#kernel/id'
import type { BulkFile, FileRole } from './model.ts'

/** The files of a job, readable by the platform alone. */
export const jobFolder = (home: string, jobId: string): string => join(home, 'bulk', jobId)

export const removeFolder = (home: string, jobId: string): Promise<void> => rm(jobFolder(home, jobId), { recursive: true, force: true })

/** Writes text as a file of its own, on disk when this resolves. @returns its bytes */
export async function writeWhole(folder: string, name: string, text: string): Promise<number> {
  await mkdir(folder, { recursive: true, mode: 0o700 })
  const handle = await open(join(folder, name), 'wx', 0o600)
  try {
    const bytes = Buffer.from(text)
    await handle.write(bytes)
    await handle.datasync()
    return bytes.length
  } finally {
    await handle.close()
  }
}

type Sink = { file: BulkFile; handle: FileHandle; places: FileHandle | null; dirty: boolean; full: boolean }
export type Sinks = ReturnType<typeof openSinks>

/** Some lines that belong together: their texts with line ends between, and where each stands, `key TAB id TAB bytes of the text` a line. */
export type Part = { count: number; lines: Buffer; places: Buffer }
/** Which file lines go to. Without `lastsFor` lines are judged again one by one when they leave. */
export type Place = Pick<BulkFile, 'role' | 'type' | 'lastsFor' | 'rule' | 'kind'>
/** Lines that are judged when they leave, or that are about nobody. */
export const judged = { lastsFor: null, rule: '', kind: '' } as const
/** In one word: equal where places are. */
export const wordOf = ({ role, type, lastsFor, rule, kind }: Place): string => [role, type, lastsFor ?? '', rule, kind].join(' ')

/** Beside a file with lines about people: what each is about. */
export const placesBeside = (path: string): string => `${path}.places`

const NEW_LINE = Buffer.from('\n')
const bytesIn = (pieces: readonly Buffer[]): number => pieces.reduce((sum, piece) => sum + piece.length, 0)
/** Buffers of one system call. */
const AT_ONCE = 512

async function writeAll(handle: FileHandle, pieces: readonly Buffer[]): Promise<void> {
  for (let from = 0; from < pieces.length; from += AT_ONCE) {
    const some = pieces.slice(from, from + AT_ONCE)
    const { bytesWritten } = await handle.writev(some)
    if (bytesWritten !== bytesIn(some)) throw Object.assign(new Error('the disk took a part only'), { code: 'ENOSPC' })
  }
}

/** Names of new files are on disk too when this resolves: a file whose name was lost is lost. */
async function settleNames(folder: string): Promise<void> {
  const handle = await open(folder)
  try {
    await handle.sync()
  } finally {
    await handle.close()
  }
}

/**
 * Output files, one open for each place. A process never goes on with a file that another one began: a stopped process that
 * wakes up may still write behind what it had acknowledged, and must not meet anybody there.
 *
 * @param about.from number of the first new file
 * @param about.most lines of one file
 */
export function openSinks(about: { folder: string; jobId: string; from: number; most: number }) {
  const sinks = new Map<string, Sink>()
  let [next, named] = [about.from, true]
  const sinkFor = async (place: Place, isPlaced: boolean): Promise<Sink> => {
    const which = wordOf(place)
    const known = sinks.get(which)
    if (known && !known.full) return known
    if (known) finish(known)
    await mkdir(about.folder, { recursive: true, mode: 0o700 })
    const n = next++
    const name = `${n}-${place.type}-${ulid()}`
    const path = join(about.folder, name)
    const handle = await open(path, 'wx', 0o600)
    const places = isPlaced ? await open(placesBeside(path), 'wx', 0o600) : null
    named = false
    const file = { jobId: about.jobId, n, name, ...place, bytes: 0, count: 0 }
    const made = { file, handle, places, dirty: false, full: false }
    sinks.set(which, made)
    return made
  }
  const settle = (sink: Sink) => Promise.all([sink.handle.datasync(), sink.places?.datasync()])
  const close = (sink: Sink) => Promise.all([sink.handle.close(), sink.places?.close()])
  /** Full files on their way to the disk: the next lines need not wait for it, `sync` does. */
  let finishing: Promise<BulkFile[]>[] = []
  const finish = (sink: Sink) => {
    const gone = (sink.dirty ? settle(sink) : Promise.resolve()).finally(() => close(sink)).then(() => (sink.dirty ? [sink.file] : []))
    gone.catch(() => undefined)
    finishing.push(gone)
  }
  const grow = (sink: Sink, bytes: number, count: number) => {
    sink.file = { ...sink.file, bytes: sink.file.bytes + bytes, count: sink.file.count + count }
    sink.dirty = true
    sink.full = sink.file.count >= about.most
  }
  const put = async (sink: Sink, parts: readonly Part[]) => {
    const lines = parts.flatMap((part) => [part.lines, NEW_LINE])
    await Promise.all([
      writeAll(sink.handle, lines),
      writeAll(
        sink.places!,
        parts.flatMap((part) => [part.places, NEW_LINE]),
      ),
    ])
    grow(
      sink,
      bytesIn(lines),
      parts.reduce((sum, { count }) => sum + count, 0),
    )
  }
  return {
    /** Lines about nobody. */
    async append(role: FileRole, type: string, lines: readonly { body: string }[]): Promise<void> {
      const sink = await sinkFor({ role, type, ...judged }, false)
      const pieces = lines.map(({ body }) => Buffer.from(`${body}\n`))
      await writeAll(sink.handle, pieces)
      grow(sink, bytesIn(pieces), lines.length)
    },
    /** Lines that say what each is about. What is handed over must not change any more. */
    async appendParts(place: Place, parts: readonly Part[]): Promise<void> {
      for (let from = 0; from < parts.length; ) {
        const sink = await sinkFor(place, true)
        let to = from
        for (let held = sink.file.count; to < parts.length && held < about.most; to++) held += parts[to]!.count
        await put(sink, parts.slice(from, to))
        from = to
      }
    },
    /** Everything appended so far is on disk when this resolves. @returns the files that grew since the last time, as they counted when asked */
    async sync(): Promise<BulkFile[]> {
      const grown = [...sinks.values()].filter((s) => s.dirty)
      const [full, files] = [finishing, grown.map((s) => s.file)]
      finishing = []
      for (const s of grown) s.dirty = false
      const naming = named ? Promise.resolve() : settleNames(about.folder)
      named = true
      const [settled] = await Promise.all([Promise.all(full), Promise.all(grown.map(settle)), naming])
      return [...settled.flat(), ...files]
    },
    async close(): Promise<void> {
      await Promise.allSettled(finishing)
      await Promise.all([...sinks.values()].map((s) => close(s).catch(() => undefined)))
    },
  }
}

type Extent = { start: number; bytes: number; most: number; mostBytes?: number }

/** Lines of the first `bytes` bytes of a file, in lists of up to `most`; the end of each list in bytes from the start of the file. */
export async function* linesOf(path: string, about: Extent): AsyncGenerator<{ lines: string[]; end: number }> {
  for await (const { lines, end } of lineBytesOf(path, about)) yield { lines: lines.map((line) => line.toString('utf8')), end }
}

/** As `linesOf`, each line as its bytes: what waits in memory costs the collector nothing then. */
export async function* lineBytesOf(path: string, about: Extent): AsyncGenerator<{ lines: Buffer[]; end: number }> {
  if (about.bytes <= about.start) return
  let rest: Buffer = Buffer.alloc(0)
  let [at, lines, held] = [about.start, [] as Buffer[], 0]
  for await (const chunk of createReadStream(path, { start: about.start, end: about.bytes - 1, highWaterMark: 1 << 20 })) {
    const data: Buffer = rest.length === 0 ? (chunk as Buffer) : Buffer.concat([rest, chunk as Buffer])
    let from = 0
    for (let to = data.indexOf(10); to >= 0; to = data.indexOf(10, from)) {
      lines.push(data.subarray(from, to))
      held += to - from
      at += to + 1 - from
      from = to + 1
      if (lines.length >= about.most || held >= (about.mostBytes ?? Number.POSITIVE_INFINITY)) {
        yield { lines, end: at }
        ;[lines, held] = [[], 0]
      }
    }
    rest = data.subarray(from)
  }
  if (rest.length > 0) lines.push(rest)
  if (lines.length > 0) yield { lines, end: at + rest.length }
}
