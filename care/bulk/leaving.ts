/** Files of a finished job on their way out: every line is visible to the caller at the moment it leaves, and noted before it does. */
import { type FileHandle, open, stat } from 'node:fs/promises'
import {
  hiddenAmong,
  mayTell,
  nothingNarrowed,
  reachesAsFar,
  type RecordService,
  scopeAllows,
  stillVisible,
  textWithoutContact,
} from '#care/record'
import { type Context, institutionOf, scopesOf } from '#kernel/context'
import { OUT_OF_HANDS } from '#kernel/pieces'
import { lineBytesOf, placesBeside } from './folder.ts'
import type { BulkFile, ExportAsk, Job } from './model.ts'
import { note, type Notes, tellNotes } from './notes.ts'
import * as store from './store.ts'
import { type Clients, clientOf } from './worker.ts'

export type Leaving = { deps: { clients: Clients; record: RecordService }; ctx: Context; job: Job; file: BulkFile; path: string }

/** Bytes of one piece: what a slow reader makes the process hold, a few times over. */
const PIECE = 1 << 20
/** Lines judged in one statement. */
const LINES = 2_000

/**
 * The file, piece by piece; before each it is asked anew whether job and client stand. Lines that stay visible until their rows change
 * leave as they are, as long as no row of their type has been hidden since the export was asked for; from then on, and all others always,
 * they are judged one by one. What a piece shows is noted before it leaves.
 */
export async function* leaving(about: Leaving): AsyncGenerator<Buffer> {
  const { job, file, path } = about
  const started = performance.now()
  const handle = await open(path)
  try {
    if (job.flow === 'import' || file.role === 'error') yield* asItIs(about, { handle, started })
    else yield* aboutPeople(about, { handle, started })
  } finally {
    await handle.close()
  }
}

type Open = { handle: FileHandle; started: number }

/** What tells of lines, and shows nobody's record. */
async function* asItIs(about: Leaving, { handle, started }: Open): AsyncGenerator<Buffer> {
  const { file } = about
  for (let at = 0; at < file.bytes; ) {
    await standing(about, started)
    const piece = await bytesOf(handle, at, Math.min(at + PIECE, file.bytes))
    at += piece.length
    yield piece
  }
}

/**
 * Who asks now, and whether what lasts still does. A token that lets through less than the one that ordered shows no more than it lets
 * through.
 * @throws where job or client was ended: cut short, so that nobody takes the part for the whole
 */
async function standing({ deps, ctx, job, file }: Leaving, started: number): Promise<{ ctx: Context; lasts: boolean }> {
  const now = new Date(ctx.now.getTime() + performance.now() - started)
  const narrowed = !typesIn(job, file).every((type) => reachesAsFar(scopesOf(ctx.actor) ?? [], job.scopes, type, 'r'))
  const [actor, still, unchanged] = await Promise.all([
    clientOf(deps.clients, ctx.db, { ...job, scopes: narrowed ? [...scopesOf(ctx.actor)!] : job.scopes }),
    store.findJob(ctx.db, { id: job.id, clientId: job.clientId, flow: job.flow, now }),
    file.lastsFor !== null && job.mark !== null && nothingNarrowed(ctx.db, job.mark, file.type),
  ])
  if (!actor || !still) throw new Error('the job or its client was ended while the file was fetched')
  return {
    ctx: { ...ctx, actor, now },
    lasts: unchanged && !narrowed && institutionOf(actor) === file.lastsFor && ctx.purpose === job.purpose,
  }
}

/** Types that a file of an export may tell of. */
const typesIn = (job: Job, file: BulkFile): readonly string[] =>
  job.flow === 'import' || file.role === 'error' ? [] : file.role === 'deleted' ? (job.ask as ExportAsk).types : [file.type]

const bytesOf = (handle: FileHandle, from: number, to: number): Promise<Buffer> => filled(handle, Buffer.allocUnsafeSlow(to - from), from)

async function filled(handle: FileHandle, bytes: Buffer, from: number): Promise<Buffer> {
  for (let at = 0; at < bytes.length; ) {
    const { bytesRead } = await handle.read(bytes, at, bytes.length - at, from + at)
    if (bytesRead === 0) throw new Error('a file of a job is shorter than noted')
    at += bytesRead
  }
  return bytes
}

/** Lines about people: those that last as they are, from the first that do not on each judged by itself. */
async function* aboutPeople(about: Leaving, open: Open): AsyncGenerator<Buffer> {
  const reached = { at: 0 }
  const { file, job } = about
  yield* lasting(about, open, reached)
  if (reached.at >= file.bytes) return
  for await (const some of stretches(about, reached.at)) {
    const { ctx } = await standing(about, open.started)
    const notes: Notes = new Map()
    const piece = await visibleIn({ ...about, ctx }, { some, bytes: await bytesOf(open.handle, some.start, some.end), notes })
    if (piece.length === 0) continue
    tellNotes(ctx, notes, `$export/${job.id}/${file.n}`)
    yield piece
  }
}

/**
 * An institution's own lines, for as long as they last. The log has an entry for each person from when the file was written, under the same
 * job; that the file leaves is one more, of nobody's: its lines are what this institution wrote itself. Whom a token that fetched has seen is
 * found by the job (`countFetched` of the scope of a breach).
 */
async function* lasting(about: Leaving, { handle, started }: Open, reached: { at: number }): AsyncGenerator<Buffer> {
  const { job, file } = about
  const readFrom = inTurn(handle, file.bytes)
  if (file.lastsFor === null || file.bytes === 0) return
  let coming = readFrom(0)
  while (reached.at < file.bytes) {
    const { ctx, lasts } = await standing(about, started)
    if (!lasts) return
    const piece = await coming
    const { rule, kind, count, n } = file
    if (reached.at === 0) ctx.audit({ rule, kinds: [kind], count, resource: `$export/${job.id}/${n}` })
    reached.at += piece.length
    // The disk gives the next one while this one leaves.
    if (reached.at < file.bytes) coming = readFrom(reached.at)
    yield piece
  }
}

/** Pieces in two memories by turns: the one before has left when the next is asked for (`pieceStream`). */
function inTurn(handle: FileHandle, to: number): (from: number) => Promise<Buffer> {
  let [room, other]: [Buffer | undefined, Buffer | undefined] = [undefined, undefined]
  return (from) => {
    ;[room, other] = [other ?? Buffer.allocUnsafeSlow(Math.min(PIECE, to)), room]
    const piece = wholeLines(handle, { from, to, room }).then((read) => (read.length < OUT_OF_HANDS ? Buffer.from(read) : read))
    // Who takes it hears of a fault; where nobody does any more, it does not matter.
    piece.catch(() => undefined)
    return piece
  }
}

/** Whole lines from a place on, about a piece of them, in the given memory where they find room there. */
async function wholeLines(handle: FileHandle, { from, to, room }: { from: number; to: number; room: Buffer }): Promise<Buffer> {
  for (let bytes = room; ; bytes = Buffer.allocUnsafeSlow(bytes.length * 4)) {
    const piece = await filled(handle, bytes.subarray(0, Math.min(bytes.length, to - from)), from)
    const end = from + piece.length === to ? piece.length : piece.lastIndexOf(10) + 1
    if (end > 0) return piece.subarray(0, end)
  }
}

/** Some lines of a file that follow each other, from one byte to another, and what each is about: `key TAB id TAB bytes of the text`. */
type Stretch = { start: number; end: number; lines: Buffer[] }
const TAB = 9

const lengthIn = (line: Buffer): number => Number(line.toString('latin1', line.lastIndexOf(TAB) + 1)) + 1

/** From a line's first byte on. */
async function* stretches({ file, path }: Leaving, from: number): AsyncGenerator<Stretch> {
  const beside = placesBeside(path)
  let [count, some]: [number, Stretch] = [0, { start: 0, end: 0, lines: [] }]
  for await (const { lines } of lineBytesOf(beside, { start: 0, bytes: (await stat(beside)).size, most: LINES })) {
    for (const line of lines.slice(0, file.count - count)) {
      some.end += lengthIn(line)
      if (some.end <= from) {
        some.start = some.end
        continue
      }
      some.lines.push(line)
      if (some.lines.length < LINES && some.end - some.start < PIECE) continue
      yield some
      some = { start: some.end, end: some.end, lines: [] }
    }
    count += lines.length
    if (count >= file.count) break
  }
  if (some.end !== file.bytes) throw new Error('a file of a job and what its lines are about do not agree')
  if (some.lines.length > 0) yield some
}

/** The lines that may be seen now, of which `notes` learns why. */
async function visibleIn(
  { deps, ctx, file }: Leaving,
  { some, bytes, notes }: { some: Stretch; bytes: Buffer; notes: Notes },
): Promise<Buffer> {
  const deleted = file.role === 'deleted'
  const placed = some.lines.map((line) => {
    const [key = '', told = ''] = line.toString().split('\t')
    const [type, id] = deleted ? (told.split('/') as [string, string]) : [file.type, told]
    return { key, type, id, length: lengthIn(line) }
  })
  const seen = new Set<object>()
  for (const [type, which] of Map.groupBy(placed, (line) => line.type)) {
    // A plain scope leaves whole types out, and no condition of the query.
    if (!scopeAllows(scopesOf(ctx.actor) ?? [], type, 'r')) continue
    for (const [n, showing] of await stillVisible(ctx, deps.record.sight(ctx), { type, which, deleted })) {
      seen.add(which[n]!)
      note(notes, [{ key: which[n]!.key, ...showing }])
    }
  }
  const hidden = deleted ? new Set<string>() : await hiddenAmong(ctx.db, [...new Set(placed.map(({ key }) => key))])
  if (seen.size === placed.length && hidden.size === 0) return bytes
  let at = 0
  const kept: Buffer[] = []
  for (const line of placed) {
    const text = bytes.subarray(at, at + line.length)
    if (seen.has(line)) kept.push(hidden.has(line.key) ? unaddressed(line.type, text) : text)
    at += line.length
  }
  return Buffer.concat(kept)
}

/** A line of somebody who is protected by now, as reading would show it: the file was written before. */
function unaddressed(type: string, line: Buffer): Buffer {
  const body = line.toString().trimEnd()
  return mayTell({ type, body }) ? Buffer.from(`${textWithoutContact(body)}\n`) : line
}
