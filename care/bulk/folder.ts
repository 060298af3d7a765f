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

type Sink = { file: BulkFile; handle: FileHandle; dirty: boolean; full: boolean }
export type Sinks = ReturnType<typeof openSinks>

/** What stands before a line for the platform's own use, in ASCII, and the line. */
export type Line = { head: string | Buffer; body: string | Buffer }

/** Lines as bytes, put into the same room again and again: joining them as text first would take three times as long. */
function* encoded(lines: readonly Line[], room: Buffer): Generator<Buffer> {
  let at = 0
  for (const { head, body } of lines) {
    const most = head.length + body.length * (typeof body === 'string' ? 3 : 1) + 1
    if (at > 0 && at + most > room.length) {
      yield room.subarray(0, at)
      at = 0
    }
    if (most > room.length) {
      yield Buffer.concat([bytesOf(head), bytesOf(body), NEW_LINE])
      continue
    }
    at += typeof head === 'string' ? room.write(head, at, 'latin1') : head.copy(room, at)
    at += typeof body === 'string' ? room.write(body, at, 'utf8') : body.copy(room, at)
    room[at++] = 10
  }
  if (at > 0) yield room.subarray(0, at)
}

const NEW_LINE = Buffer.from('\n')
const bytesOf = (value: string | Buffer): Buffer => (typeof value === 'string' ? Buffer.from(value) : value)

/**
 * Output files, one open for each role and type. A process never goes on with a file that another one began: a stopped process that
 * wakes up may still write behind what it had acknowledged, and must not meet anybody there.
 *
 * @param about.from number of the first new file
 * @param about.most lines of one file
 */
export function openSinks(about: { folder: string; jobId: string; from: number; most: number }) {
  const sinks = new Map<string, Sink>()
  const room = Buffer.allocUnsafe(4 << 20)
  let next = about.from
  const sinkFor = async (role: FileRole, type: string): Promise<Sink> => {
    const known = sinks.get(`${role}/${type}`)
    if (known && !known.full) return known
    if (known) await finish(known)
    await mkdir(about.folder, { recursive: true, mode: 0o700 })
    const n = next++
    const name = `${n}-${type}-${ulid()}`
    const handle = await open(join(about.folder, name), 'wx', 0o600)
    const made = { file: { jobId: about.jobId, n, name, role, type, bytes: 0, count: 0 }, handle, dirty: false, full: false }
    sinks.set(`${role}/${type}`, made)
    return made
  }
  const finished: BulkFile[] = []
  const finish = async (sink: Sink) => {
    if (sink.dirty) {
      await sink.handle.datasync()
      finished.push(sink.file)
    }
    await sink.handle.close()
  }
  return {
    async append(role: FileRole, type: string, lines: readonly Line[]): Promise<void> {
      const sink = await sinkFor(role, type)
      let bytes = 0
      for (const piece of encoded(lines, room)) {
        await sink.handle.write(piece)
        bytes += piece.length
      }
      sink.file = { ...sink.file, bytes: sink.file.bytes + bytes, count: sink.file.count + lines.length }
      sink.dirty = true
      sink.full = sink.file.count >= about.most
    },
    /** Everything appended so far is on disk when this resolves. @returns the files that grew since the last time, as they counted when asked */
    async sync(): Promise<BulkFile[]> {
      const grown = [...sinks.values()].filter((s) => s.dirty)
      const files = [...finished.splice(0), ...grown.map((s) => s.file)]
      for (const s of grown) s.dirty = false
      await Promise.all(grown.map((s) => s.handle.datasync()))
      return files
    },
    async close(): Promise<void> {
      await Promise.all([...sinks.values()].map((s) => s.handle.close().catch(() => undefined)))
    },
  }
}

/** Lines of the first `bytes` bytes of a file, in lists of up to `most`; the end of each line in bytes from the start of the file. */
export async function* linesOf(
  path: string,
  about: { start: number; bytes: number; most: number; mostBytes?: number },
): AsyncGenerator<{ lines: string[]; end: number }> {
  if (about.bytes <= about.start) return
  let rest: Buffer = Buffer.alloc(0)
  let [at, lines, held] = [about.start, [] as string[], 0]
  for await (const chunk of createReadStream(path, { start: about.start, end: about.bytes - 1, highWaterMark: 1 << 20 })) {
    const data: Buffer = rest.length === 0 ? (chunk as Buffer) : Buffer.concat([rest, chunk as Buffer])
    let from = 0
    for (let to = data.indexOf(10); to >= 0; to = data.indexOf(10, from)) {
      lines.push(data.toString('utf8', from, to))
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
  if (rest.length > 0) lines.push(rest.toString('utf8'))
  if (lines.length > 0) yield { lines, end: at + rest.length }
}
