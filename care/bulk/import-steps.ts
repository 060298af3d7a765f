import { join } from 'node:path'
import type { ManyService } from '#care/record'
import { insertAudit } from '#kernel/audit'
import { type Db, sqlState } from '#kernel/database'
import { underEpoch } from '#kernel/leader'
import { writeOutbox } from '#kernel/outbox'
import { Refusal, refusalOutcome } from '#kernel/refusal'
import { isObject, isResourceType, operationOutcome, parseJson, type Resource } from '#packages/fhir'
import { jobFolder, linesOf, openSinks, type Sinks } from './folder.ts'
import type { ImportAsk, ImportInput, Job } from './model.ts'
import { resolvePatients } from './patients.ts'
import { KEEP_HOURS } from './rules.ts'
import * as store from './store.ts'
import { type Booked, bookFor, type Clients, type StepEnd, type Worker } from './worker.ts'

export type ImportDeps = { home: string; clients: Clients; many: ManyService }

/** Lines of one transaction, and their bytes. */
const BATCH = { lines: 500, bytes: 4 << 20 }

/** Which input, from which byte on, and the number of the line before. */
type Cursor = { input: number; offset: number; line: number }
type Line = { line: number; resource: Resource } | { line: number; outcome: object }
type Batch = { input: ImportInput; lines: string[]; from: Cursor; to: Cursor }
type Told = { line: number; outcome: object }

const START: Cursor = { input: 0, offset: 0, line: 0 }

/**
 * An import, one batch after another: what is written, what is noted of it and the place reached are one transaction, so that a batch
 * is there whole or not at all, and never twice. A line that is refused goes to the error file with its number.
 */
export async function* importSteps(deps: ImportDeps, worker: Worker, job: Job): AsyncGenerator<StepEnd> {
  const ask = job.ask as ImportAsk
  const files = await store.findFiles(worker.db, job.id)
  const sinks = openSinks({ folder: jobFolder(deps.home, job.id), jobId: job.id, from: files.length, most: 100_000 })
  try {
    let writing: Promise<StepEnd> | null = null
    let handedOver: Promise<void> = Promise.resolve()
    for await (const batch of batchesOf(deps.home, job.id, ask, (job.cursor as Cursor | null) ?? START)) {
      const booked = await bookFor(deps.clients, worker, job)
      if (!booked) return yield await endWith(worker, job, 'token-invalid')
      // Judged while the database takes in the batch before, and not sooner: it would have to wait for us then.
      await handedOver
      const lines = batch.lines.map((text, i) =>
        readLine(deps.many, booked, { text, line: batch.from.line + i + 1, type: batch.input.type }),
      )
      const before: StepEnd = writing ? await writing : 'more'
      if (writing) yield before
      if (before !== 'more') return
      const { promise, resolve } = Promise.withResolvers<void>()
      writing = inHalves(deps, { worker, job, ask, sinks, batch, lines, handedOver: resolve }).finally(resolve)
      writing.catch(() => undefined)
      handedOver = promise
    }
    const last: StepEnd = writing ? await writing : 'more'
    if (writing) yield last
    if (last !== 'more') return
    yield await endWith(worker, job, null)
  } finally {
    await sinks.close()
  }
}

async function* batchesOf(home: string, jobId: string, ask: ImportAsk, start: Cursor): AsyncGenerator<Batch> {
  for (let n = start.input; n < ask.inputs.length; n++) {
    const input = ask.inputs[n]!
    const path = input.place === 'bulk' ? join(jobFolder(home, jobId), input.path) : join(home, input.path)
    let at = n === start.input ? start : { input: n, offset: 0, line: 0 }
    for await (const { lines, end } of linesOf(path, { start: at.offset, bytes: input.bytes, most: BATCH.lines, mostBytes: BATCH.bytes })) {
      const to = { input: n, offset: end, line: at.line + lines.length }
      yield { input, lines, from: at, to }
      at = to
    }
  }
}

/** Reads and judges one line by itself; null for an empty one. */
function readLine(many: ManyService, { ctx }: Booked, about: { text: string; line: number; type: string | null }): Line | null {
  const { text, line, type } = about
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

type Work = {
  worker: Worker
  job: Job
  ask: ImportAsk
  sinks: Sinks
  batch: Batch
  lines: readonly (Line | null)[]
  /** Called when all is on its way to the database. */
  handedOver: () => void
}

/**
 * Writes a batch. What the database will not take is found by halves and told as refused; a second line under the same id comes in a
 * part of its own, after the first.
 */
async function inHalves(deps: ImportDeps, work: Work): Promise<StepEnd> {
  const cut = firstRepeat(work.lines)
  if (cut !== null) return (await parts(deps, work, cut)).at(-1)!
  try {
    return await writePart(deps, work)
  } catch (error) {
    if (!isOfContent(error)) throw error
    if (work.lines.length > 1) return (await parts(deps, work, work.lines.length >> 1)).at(-1)!
    const { line } = work.lines[0]!
    const refusal = error instanceof Refusal ? error : new Refusal('input-invalid', { what: sqlState(error) ?? '' })
    return writePart(deps, { ...work, lines: [{ line, outcome: refusalOutcome(refusal) }] })
  }
}

/** Both parts of a batch that is cut; the first moves the place reached to its own end only. */
async function parts(deps: ImportDeps, work: Work, cut: number): Promise<StepEnd[]> {
  const { batch, lines } = work
  const bytes = batch.lines.slice(0, cut).reduce((sum, text) => sum + Buffer.byteLength(text) + 1, 0)
  const middle = { input: batch.from.input, offset: batch.from.offset + bytes, line: batch.from.line + cut }
  const one = await inHalves(deps, {
    ...work,
    batch: { ...batch, lines: batch.lines.slice(0, cut), to: middle },
    lines: lines.slice(0, cut),
  })
  if (one !== 'more') return [one]
  return [one, await inHalves(deps, { ...work, batch: { ...batch, lines: batch.lines.slice(cut), from: middle }, lines: lines.slice(cut) })]
}

/** Where a resource comes a second time within the batch, or null. */
function firstRepeat(lines: readonly (Line | null)[]): number | null {
  const seen = new Set<string>()
  for (const [n, line] of lines.entries()) {
    if (line === null || !('resource' in line) || typeof line.resource.id !== 'string') continue
    const name = `${line.resource.resourceType}/${line.resource.id}`
    if (seen.has(name)) return n
    seen.add(name)
  }
  return null
}

/** Faults of what is in a line, not of the database: values it cannot keep, and somebody else's version that came in between. */
const isOfContent = (error: unknown): boolean => error instanceof Refusal || /^(22|23|54)/.test(sqlState(error) ?? '')

/** Takes a transaction back because its job was ended meanwhile. */
const ended = new Error('the job was ended')

async function writePart(deps: ImportDeps, work: Work): Promise<StepEnd> {
  try {
    return (await underEpoch(work.worker.db, work.worker.epoch, (trx) => writeIn(trx, deps, work))) ? 'more' : 'lost'
  } catch (error) {
    if (error === ended) return 'lost'
    throw error
  }
}

/** @returns false where the client has been ended */
async function writeIn(trx: Db, deps: ImportDeps, { worker, job, ask, sinks, batch, lines, handedOver }: Work): Promise<boolean> {
  const at = worker.now()
  const booked = await bookFor(deps.clients, worker, job, trx)
  if (!booked) return false
  const good = lines.filter((l): l is Extract<Line, { resource: Resource }> => l !== null && 'resource' in l)
  const bad = lines.filter((l): l is Told => l !== null && 'outcome' in l)
  const { ready, refused, fresh } = await resolvePatients(deps.many, booked.ctx, good)
  const results = await deps.many.write(booked.ctx, { resources: ready.map((r) => r.resource), mode: ask.mode, fresh })
  const late = results.flatMap((r, n) => ('refused' in r ? [{ line: ready[n]!.line, outcome: refusalOutcome(r.refused) }] : []))
  const told = [...bad, ...refused, ...late].sort((a, b) => a.line - b.line)
  const done = lines.filter((l) => l !== null).length - told.length
  await writeOutbox(trx, booked.ctx.now, booked.outgoing)
  await insertAudit(trx, booked.entries.splice(0))
  setImmediate(handedOver)
  // Comes back when the database has taken everything before it: nothing is put into a file for a batch that will be tried again.
  const step = { id: job.id, cursor: batch.to, done, refused: told.length, at, until: keepUntil(at) }
  if (!(await store.advance(trx, { ...step, state: 'running' }))) throw ended
  if (told.length === 0) return true
  await sinks.append(
    'error',
    'OperationOutcome',
    told.map((t) => lineOf(t, batch.input.name)),
  )
  await store.saveFiles(trx, await sinks.sync())
  booked.ctx.audit({ outcome: 'resource-invalid', count: told.length, resource: `$import/${job.id}` })
  await insertAudit(trx, booked.entries)
  return true
}

const keepUntil = (at: Date): Date => new Date(at.getTime() + KEEP_HOURS * 3600_000)

/** The outcome of a refused line, saying which line of which file. */
const lineOf = ({ line, outcome }: Told, name: string) => ({
  head: '',
  body: JSON.stringify({ ...outcome, extension: [{ url: 'urn:enishi:import-line', valueString: `${name}:${line}` }] }),
})

/** The end: everything read, or given up with a reason. */
async function endWith(worker: Worker, job: Job, message: string | null): Promise<StepEnd> {
  const at = worker.now()
  const stayed = await underEpoch(worker.db, worker.epoch, (trx) =>
    message === null
      ? store.finish(trx, { id: job.id, at, until: keepUntil(at) })
      : store.noteFailure(trx, { id: job.id, message, most: 0, at, until: keepUntil(at) }).then(() => true),
  )
  return stayed ? 'ended' : 'lost'
}
