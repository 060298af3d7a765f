import type { ManyService } from '#care/record'
import { insertAudit } from '#kernel/audit'
import { institutionOf } from '#kernel/context'
import { type Db, sqlState } from '#kernel/database'
import { underEpoch } from '#kernel/leader'
import { writeOutbox } from '#kernel/outbox'
import { Refusal, refusalOutcome } from '#kernel/refusal'
import type { Resource } from '#packages/fhir'
import { jobFolder, openSinks, type Sinks } from './folder.ts'
import { type Batch, batchesOf, type Cursor, firstRepeat, type Read, readAhead, readLine, readLines } from './import-read.ts'
import type { ImportAsk, Job } from './model.ts'
import { resolvePatients } from './patients.ts'
import { KEEP_HOURS } from './rules.ts'
import * as store from './store.ts'
import { type Booked, bookFor, type Clients, type StepEnd, type Worker } from './worker.ts'

export type ImportDeps = { home: string; clients: Clients; many: ManyService }

type Told = { line: number; outcome: object }

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
    const pace = { newShare: 1 }
    for await (const batch of batchesOf(deps.home, job.id, ask, job.cursor as Cursor | null)) {
      const booked = await bookFor(deps.clients, worker, job)
      if (!booked) return yield await endWith(worker, job, 'token-invalid')
      // Made ready while the database takes in the batch before, and not sooner: it would have to wait for us then.
      await handedOver
      const { many } = deps
      const read =
        pace.newShare < 0.5 ? { lines: readLines(many, booked.ctx, batch), groups: [] } : await readAhead(many, booked.ctx, batch)
      const before: StepEnd = writing ? await writing : 'more'
      if (writing) yield before
      if (before !== 'more') return
      const { promise, resolve } = Promise.withResolvers<void>()
      writing = inHalves(deps, { worker, job, ask, sinks, batch, read, pace, handedOver: resolve }).finally(resolve)
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

type Work = {
  worker: Worker
  job: Job
  ask: ImportAsk
  sinks: Sinks
  batch: Batch
  read: Read
  /** How much of the last batch was new: what will stand already need not be made ready. */
  pace: { newShare: number }
  /** Called when all is on its way to the database. */
  handedOver: () => void
}

/**
 * Writes a batch. What the database will not take is found by halves and told as refused; a second line under the same id comes in a
 * part of its own, after the first.
 */
async function inHalves(deps: ImportDeps, work: Work): Promise<StepEnd> {
  const { lines } = work.read
  const cut = firstRepeat(lines)
  if (cut !== null) return (await parts(deps, work, cut)).at(-1)!
  try {
    return await writePart(deps, work)
  } catch (error) {
    if (!isOfContent(error)) throw error
    if (lines.length > 1) return (await parts(deps, work, lines.length >> 1)).at(-1)!
    const { line } = lines[0]!
    const refusal = error instanceof Refusal ? error : new Refusal('input-invalid', { what: sqlState(error) ?? '' })
    return writePart(deps, { ...work, read: { lines: [{ line, outcome: refusalOutcome(refusal) }], groups: [] } })
  }
}

/** Both parts of a batch that is cut, read anew; the first moves the place reached to its own end only. */
async function parts(deps: ImportDeps, work: Work, cut: number): Promise<StepEnd[]> {
  const { batch } = work
  const bytes = batch.lines.slice(0, cut).reduce((sum, line) => sum + line.length + 1, 0)
  const middle = { input: batch.from.input, offset: batch.from.offset + bytes, line: batch.from.line + cut }
  const booked = await bookFor(deps.clients, work.worker, work.job)
  if (!booked) return ['lost']
  const part = (half: Batch): Promise<StepEnd> =>
    inHalves(deps, { ...work, batch: half, read: { lines: readLines(deps.many, booked.ctx, half), groups: [] } })
  const one = await part({ ...batch, lines: batch.lines.slice(0, cut), to: middle })
  return one === 'more' ? [one, await part({ ...batch, lines: batch.lines.slice(cut), after: middle, from: middle })] : [one]
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
async function writeIn(trx: Db, deps: ImportDeps, work: Work): Promise<boolean> {
  const { worker, job, ask, sinks, batch, read, pace, handedOver } = work
  const at = worker.now()
  await store.commitLater(trx)
  const [booked, going] = await Promise.all([bookFor(deps.clients, worker, job, trx), deps.many.canGo({ db: trx }, read.groups)])
  if (!booked) return false
  const { ready, lines } = settled(deps.many, booked, { batch, read, going })
  const good = lines.filter((l): l is { line: number; resource: Resource } => l !== null && 'resource' in l)
  const bad = lines.filter((l): l is Told => l !== null && 'outcome' in l)
  const { ready: rest, refused, fresh } = await resolvePatients(deps.many, booked.ctx, good)
  const results = await deps.many.write(booked.ctx, { resources: rest.map((r) => r.resource), mode: ask.mode, fresh, ready })
  const late = results.flatMap((r, n) => ('refused' in r ? [{ line: rest[n]!.line, outcome: refusalOutcome(r.refused) }] : []))
  const told = [...bad, ...refused, ...late].sort((a, b) => a.line - b.line)
  const done = lines.filter((l) => l !== null).length - told.length
  await writeOutbox(trx, booked.ctx.now, booked.outgoing)
  await insertAudit(trx, booked.entries.splice(0))
  setImmediate(handedOver)
  // Comes back when the database has taken everything before it: nothing is put into a file for a batch that will be tried again.
  const step = { id: job.id, cursor: batch.to, after: batch.after, done, refused: told.length, at, until: keepUntil(at) }
  if (!(await store.advance(trx, { ...step, state: 'running' }))) throw ended
  const fromReady = ready.reduce((sum, group) => sum + group.rows.length, 0)
  pace.newShare = (fromReady + results.filter((r) => 'written' in r && r.written.version === 1).length) / Math.max(done, 1)
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

type Settling = { batch: Batch; read: Read; going: readonly boolean[] }

/** The groups that can go in as they were made ready; the lines of all others are read again, to go the long way. */
function settled(many: ManyService, { ctx }: Booked, { batch, read, going }: Settling) {
  const { from, input } = batch
  const source = institutionOf(ctx.actor)
  const goes = (group: number): boolean => going[group] === true && read.groups[group]!.source === source
  const again = (n: number) => readLine(many, ctx, { bytes: batch.lines[n]!, line: from.line + n + 1, type: input.type })
  const lines = read.lines.map((l, n) => (l !== null && 'group' in l && !goes(l.group) ? again(n) : l))
  return { lines, ready: read.groups.filter((_, n) => goes(n)) }
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
