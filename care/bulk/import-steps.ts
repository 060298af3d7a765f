import type { ManyService } from '#care/record'
import { insertAudit } from '#kernel/audit'
import { institutionOf } from '#kernel/context'
import { type Db, sqlState } from '#kernel/database'
import { underEpoch, underEpochLate } from '#kernel/leader'
import { writeOutbox } from '#kernel/outbox'
import { Refusal, refusalOutcome } from '#kernel/refusal'
import type { Resource } from '#packages/fhir'
import { jobFolder, openSinks, type Sinks } from './folder.ts'
import { type Batch, batchesOf, type Cursor, firstRepeat, namesOf, type Read, readLine, readLines } from './import-read.ts'
import { type LineMaker, type Pace, prepared } from './making.ts'
import type { ImportAsk, Job } from './model.ts'
import { resolvePatients } from './patients.ts'
import { KEEP_HOURS } from './rules.ts'
import * as store from './store.ts'
import { type Booked, bookFor, type Clients, type StepEnd, type Worker } from './worker.ts'

export type ImportDeps = { home: string; clients: Clients; many: ManyService; maker?: LineMaker } & Stretch
/** Batches of one step, and lines of one batch; the usual ones where absent. */
export type Stretch = { stretch?: number; lines?: number }

type Told = { line: number; outcome: object }

/** Batches between two times when others have their turn; within, each begins before the one before it has ended. */
const STRETCH = 12
/** Batches that are with the database at a time: it takes in one while the other waits for COMMIT, or for us. */
const AT_ONCE = 2

/**
 * An import, one batch after another: what is written, what is noted of it and the place reached are one transaction, so that a batch
 * is there whole or not at all, and never twice. A line that is refused goes to the error file with its number.
 */
export async function* importSteps(deps: ImportDeps, worker: Worker, job: Job): AsyncGenerator<StepEnd> {
  const ask = job.ask as ImportAsk
  const files = await store.findFiles(worker.db, job.id)
  const sinks = openSinks({ folder: jobFolder(deps.home, job.id), jobId: job.id, from: files.length, most: 100_000 })
  const under: Under[] = []
  /** The first end of a batch that is not `more`, once no more than so many are under way. */
  const room = async (most: number): Promise<StepEnd> => {
    while (under.length > most) {
      const end = await under[0]!.ending
      under.shift()
      if (end !== 'more') return end
    }
    return 'more'
  }
  try {
    const pace: Pace = { newShare: 1, readyShare: 1, lookUp: false }
    let taken = 0
    const batches = batchesOf({ home: deps.home, jobId: job.id, lines: deps.lines }, ask, job.cursor as Cursor | null)
    const calm = () => under.at(-1)?.handedOver
    for await (const { batch, read } of prepared(deps, { worker, job, pace, calm }, batches)) {
      if (!read) {
        const end = await room(0)
        return yield end === 'more' ? await endWith(worker, job, 'token-invalid') : end
      }
      const turn = taken++ % (deps.stretch ?? STRETCH) === 0
      const end = await room(turn || !standsAlone(read, under) ? 0 : AT_ONCE - 1)
      if (end !== 'more' || (turn && taken > 1)) yield end
      if (end !== 'more') return
      under.push(begun(deps, { worker, job, ask, sinks, batch, read, pace, before: under.at(-1)?.ending ?? null }))
    }
    const last = await room(0)
    if (last !== 'more') return yield last
    if (taken > 0) yield last
    yield await endWith(worker, job, null)
  } finally {
    await Promise.allSettled(under.map(({ ending }) => ending))
    await sinks.close()
  }
}

/** A batch that is under way: when all of it is on its way to the database, how it ended, and the ids its senders chose. */
type Under = { handedOver: Promise<void>; ending: Promise<StepEnd>; names: ReadonlySet<string> }

function begun(deps: ImportDeps, about: Omit<Work, 'handedOver'>): Under {
  const { promise, resolve } = Promise.withResolvers<void>()
  const ending = inHalves(deps, { ...about, handedOver: resolve }).finally(resolve)
  // Whoever waits for the end hears of it.
  ending.catch(() => undefined)
  return { handedOver: promise, ending, names: namesOf(about.read.lines) }
}

/** Whether a batch can be written beside those under way: nothing in it depends on what stands, and none of its ids is among theirs. */
function standsAlone({ lines }: Read, under: readonly Under[]): boolean {
  if (lines.some((line) => line !== null && 'resource' in line) || firstRepeat(lines) !== null) return false
  const names = namesOf(lines)
  return !under.some((other) => [...names].some((name) => other.names.has(name)))
}

type Work = {
  worker: Worker
  job: Job
  ask: ImportAsk
  sinks: Sinks
  batch: Batch
  read: Read
  pace: Pace
  /** The end of the batch before, where that is still under way: this one commits after it. */
  before: Promise<StepEnd> | null
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
    if (((await work.before) ?? 'more') !== 'more') return 'lost'
    const alone = { ...work, before: null }
    if (sqlState(error) === TAKEN && !work.pace.lookUp) {
      work.pace.lookUp = true
      return inHalves(deps, alone)
    }
    if (lines.length > 1) return (await parts(deps, alone, lines.length >> 1)).at(-1)!
    const { line } = lines[0]!
    const refusal = error instanceof Refusal ? error : new Refusal('input-invalid', { what: sqlState(error) ?? '' })
    return writePart(deps, { ...alone, read: { lines: [{ line, outcome: refusalOutcome(refusal) }], groups: [] } })
  }
}

/** SQLSTATE of a row whose id stands already. */
const TAKEN = '23505'

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
    return (await underEpochLate(work.worker.db, work.worker.epoch, (trx, holds) => writeIn({ trx, holds }, deps, work))) ? 'more' : 'lost'
  } catch (error) {
    if (error === ended) return 'lost'
    throw error
  }
}

type At = { trx: Db; holds: () => Promise<boolean> }

/** @returns false where the client has been ended */
async function writeIn({ trx, holds }: At, deps: ImportDeps, work: Work): Promise<boolean> {
  const { worker, job, ask, sinks, batch, read, pace, handedOver } = work
  const at = worker.now()
  await store.commitLater(trx)
  const canGo = () => deps.many.canGo({ at: { db: trx }, groups: read.groups, lookUp: pace.lookUp })
  let [booked, going] = await Promise.all([bookFor(deps.clients, worker, job, trx), canGo()])
  if (!booked) return false
  const beforeEnded = async () => {
    if (((await work.before) ?? 'more') !== 'more') throw ended
  }
  // What has to look at what stands must see what the batch before wrote.
  if (work.before && going.includes(false)) {
    await beforeEnded()
    going = await canGo()
  }
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
  await beforeEnded()
  // Comes back when the database has taken everything before it: nothing is put into a file for a batch that will be tried again.
  const step = { id: job.id, cursor: batch.to, after: batch.after, done, refused: told.length, at, until: keepUntil(at) }
  const [held, stands] = await Promise.all([holds(), store.advance(trx, { ...step, state: 'running' })])
  if (!held || !stands) throw ended
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
