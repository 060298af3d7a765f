import { isUtf8 } from 'node:buffer'
import { join } from 'node:path'
import type { ManyService, Ready } from '#care/record'
import { type Context, institutionOf } from '#kernel/context'
import { Refusal, refusalOutcome } from '#kernel/refusal'
import { isObject, isResourceType, operationOutcome, parseJson, type Resource } from '#packages/fhir'
import { jobFolder, lineBytesOf } from './folder.ts'
import type { ImportAsk, ImportInput } from './model.ts'
import { type Aliases, aliasesIn, pointed } from './patients.ts'

/** Lines of one transaction, and their bytes. */
const BATCH = { lines: 1_500, bytes: 4 << 20 }
/** Lines made ready together; what must go the long way takes its neighbours along. */
const GROUP = 16

/** Which input, from which byte on, and the number of the line before. */
export type Cursor = { input: number; offset: number; line: number }
/** Lines of one transaction, and where their file lies; `after` is the place noted by the one before. */
export type Batch = { input: ImportInput; path: string; lines: Buffer[]; after: Cursor | null; from: Cursor; to: Cursor }
/** A line to be written, one refused by itself, or one made ready as part of a group. */
export type Line = { line: number } & ({ resource: Resource } | { outcome: object } | { name: string | null; group: number })
/** The lines of a batch; empty ones are null. */
export type Read = { lines: readonly (Line | null)[]; groups: readonly Ready[] }

const START: Cursor = { input: 0, offset: 0, line: 0 }

/** Whose files, and lines of a batch where they are not the usual ones. */
type Reading = { home: string; jobId: string; lines?: number | undefined }

/** What is left of an import, a batch at a time. */
export async function* batchesOf(about: Reading, ask: ImportAsk, cursor: Cursor | null): AsyncGenerator<Batch> {
  const { home, jobId, lines: most = BATCH.lines } = about
  const start = cursor ?? START
  let after = cursor
  for (let n = start.input; n < ask.inputs.length; n++) {
    const input = ask.inputs[n]!
    const path = input.place === 'bulk' ? join(jobFolder(home, jobId), input.path) : join(home, input.path)
    let at = n === start.input ? start : { input: n, offset: 0, line: 0 }
    for await (const { lines, end } of lineBytesOf(path, {
      start: at.offset,
      bytes: input.bytes,
      most,
      mostBytes: BATCH.bytes,
    })) {
      const to = { input: n, offset: end, line: at.line + lines.length }
      yield { input, path, lines, after, from: at, to }
      at = to
      after = to
    }
  }
}

/** Reads and judges one line by itself; null for an empty one. */
export function readLine(
  many: Pick<ManyService, 'judge'>,
  ctx: Pick<Context, 'actor'>,
  about: { bytes: Buffer; line: number; type: string | null },
) {
  const { bytes, line, type } = about
  if (!isUtf8(bytes)) return { line, outcome: refusalOutcome(new Refusal('body-malformed', { what: 'UTF-8' })) }
  const text = bytes.toString('utf8')
  if (text.trim() === '') return null
  const parsed = parseJson(text)
  if ('findings' in parsed) return { line, outcome: operationOutcome(parsed.findings) }
  const value = parsed.value
  const named = isObject(value) && typeof value.resourceType === 'string' ? value.resourceType : ''
  if (!isResourceType(named) || (type !== null && named !== type))
    return { line, outcome: refusalOutcome(new Refusal('type-unknown', { type: named.slice(0, 60) })) }
  try {
    many.judge(ctx, value as Resource)
    return { line, resource: value as Resource }
  } catch (error) {
    if (error instanceof Refusal) return { line, outcome: refusalOutcome(error) }
    throw error
  }
}

/** Reads and judges lines of a batch, without looking anything up. */
export const readLines = (many: ManyService, ctx: Context, { lines, from, input }: Batch): (Line | null)[] =>
  lines.map((bytes, n) => readLine(many, ctx, { bytes, line: from.line + n + 1, type: input.type }))

/** What making lines ready takes: in whose name, and under which keys the Patients stand that they speak of. Nothing but data. */
export type Making = { actor: Context['actor']; now: Date; aliases: Aliases; line: number; type: string | null }

/** What a batch takes to be made ready. */
export async function makingOf(ctx: Context, { lines, from, input }: Batch): Promise<Making> {
  const aliases = await aliasesIn(ctx.db, institutionOf(ctx.actor) ?? '', lines)
  return { actor: ctx.actor, now: ctx.now, aliases, line: from.line, type: input.type }
}

/**
 * Reads and judges lines, and makes ready for the database what looks new, a group at a time: what is kept of a line is its bytes alone.
 * @param about.between groups, so that others have their turn
 */
export async function readAhead(
  many: Pick<ManyService, 'judge' | 'readyWriter'>,
  making: Making,
  { lines: all, between }: { lines: readonly Buffer[]; between: () => Promise<void> },
): Promise<Read> {
  const writer = many.readyWriter(making)
  const groups: Ready[] = []
  const lines: (Line | null)[] = []
  for (const [n, bytes] of all.entries()) {
    const read = readLine(many, making, { bytes, line: making.line + n + 1, type: making.type })
    const known = read && 'resource' in read ? pointed(read.resource, making.aliases) : undefined
    lines.push(read && known && writer.add(known.resource, known.unknown) ? readyLine(read.line, known.resource, groups.length) : read)
    if ((n + 1) % GROUP !== 0 && n + 1 < all.length) continue
    groups.push(writer.take())
    await between()
  }
  return { lines, groups }
}

const readyLine = (line: number, { resourceType, id }: Resource, group: number): Line => ({
  line,
  group,
  name: typeof id === 'string' ? `${resourceType}/${id}` : null,
})

/** `Type/id` of a line that chooses its id. */
function nameOf(line: Line | null): string | null {
  if (line === null || 'outcome' in line) return null
  if ('group' in line) return line.name
  return typeof line.resource.id === 'string' ? `${line.resource.resourceType}/${line.resource.id}` : null
}

/** `Type/id` of every line that chooses its id. */
export const namesOf = (lines: readonly (Line | null)[]): Set<string> => new Set(lines.flatMap((line) => nameOf(line) ?? []))

/** Where a resource comes a second time within the batch, or null. */
export function firstRepeat(lines: readonly (Line | null)[]): number | null {
  const seen = new Set<string>()
  for (const [n, line] of lines.entries()) {
    const name = nameOf(line)
    if (name === null) continue
    if (seen.has(name)) return n
    seen.add(name)
  }
  return null
}
