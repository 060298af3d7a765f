import type { ConsentService } from '#care/consent'
import {
  type RecordService,
  type Scan,
  type ScanCursor,
  type ScanGroup,
  type Scanned,
  scan,
  scanGroups,
  scopeAllows,
  withOwnNumbers,
  withOwnNumbersIn,
} from '#care/record'
import { insertAudit } from '#kernel/audit'
import type { AuditEntry } from '#kernel/audit-event'
import { type Context, institutionOf } from '#kernel/context'
import { transact } from '#kernel/database'
import { underEpoch } from '#kernel/leader'
import { operationOutcome, project, type Resource, resourceTypes } from '#packages/fhir'
import { jobFolder, judged, openSinks, type Part, type Place, type Sinks, wordOf } from './folder.ts'
import type { BulkFile, ExportAsk, Job } from './model.ts'
import { note, type Notes, tellNotes } from './notes.ts'
import { KEEP_HOURS } from './rules.ts'
import * as store from './store.ts'
import { type Booked, bookFor, type Clients, type StepEnd, type Worker } from './worker.ts'

export type ExportDeps = Sizes & {
  home: string
  clients: Clients
  consent: ConsentService
  record: RecordService
}
/** Rows of one statement, rows and entries of the log between two checkpoints, lines of a file; the usual ones where absent. */
export type Sizes = { batch?: number; checkpoint?: number; noted?: number; filesOf?: number }

/** Rows of one statement, of which two are under way; fewer where rows become text here. */
const BATCH = 25_000
const TEXT_BATCH = 2_000
/** Rows after which what was written is made to last: at each checkpoint one stretch ends alone, and what comes after it is lost with its leader. */
const CHECKPOINT = 300_000
/** Entries of the log written together: where each row is another person's, memory ends sooner than rows. */
const NOTED = 20_000
/** Lines of a file, unless told otherwise. */
const FILE_LINES = 100_000
/** Writers older than the kick-off are waited for this long at most. */
const WRITERS_MS = 15_000

type Walk = { after: ScanCursor | null; edge?: ScanCursor | null }
const START: Walk = { after: null, edge: null }

/**
 * An export, one checkpoint after another. Each batch is read as what the client may see at that moment; what was written is on disk
 * before the place reached is noted, together with one audit entry for every person in it.
 */
export async function* exportSteps(deps: ExportDeps, worker: Worker, job: Job): AsyncGenerator<StepEnd> {
  const ask = askOf(job)
  const asked = performance.now()
  while (performance.now() - asked < WRITERS_MS && !(await store.writersEnded(worker.db, job.id))) {
    await new Promise((r) => setTimeout(r, 20))
    yield 'waiting'
  }
  const files = await store.findFiles(worker.db, job.id)
  const sinks = openSinks({ folder: jobFolder(deps.home, job.id), jobId: job.id, from: files.length, most: deps.filesOf ?? FILE_LINES })
  const about = { deps, worker, job, ask, sinks }
  try {
    let [walk, written, notes]: [Walk | null, number, Notes] = [(job.cursor as Walk | null) ?? START, 0, new Map()]
    let pending: Promise<StepEnd> | null = null
    for (;;) {
      const batch = await takeBatch({ ...about, notes }, walk ?? START)
      if (!batch) return yield await giveUp(worker, job)
      walk = batch.next
      written += batch.count
      if (walk && written < (deps.checkpoint ?? CHECKPOINT) && notes.size < (deps.noted ?? NOTED)) continue
      if (!walk) await appendIgnored(sinks, ask)
      // The disk takes in what was written while the next rows are read.
      const before: StepEnd = pending ? await pending : 'more'
      if (pending) yield before
      if (before !== 'more') return
      pending = quietly(checkpoint(worker, job, { next: walk, written, syncing: sinks.sync(), entries: noted(batch.booked, notes) }))
      if (!walk) return yield await pending
      ;[written, notes] = [0, new Map()]
    }
  } finally {
    await sinks.close()
  }
}

/** Dates come back from the job's row as text. */
function askOf(job: Job): ExportAsk {
  const ask = job.ask as ExportAsk
  const dateOf = (value: Date | string | null) => (value === null ? null : new Date(value))
  return { ...ask, since: dateOf(ask.since), until: dateOf(ask.until) }
}

/** What is not awaited yet must not end the process where it fails; whoever awaits it hears of it. */
function quietly<T>(under: Promise<T>): Promise<T> {
  under.catch(() => undefined)
  return under
}

type Export = { deps: ExportDeps; worker: Worker; job: Job; ask: ExportAsk; sinks: Sinks; notes: Notes }
type Batch = { next: Walk | null; count: number; booked: Booked }

/** Reads and writes one batch, as what the client may see now; null once the client has been ended. */
async function takeBatch(about: Export, walk: Walk): Promise<Batch | null> {
  const { deps, worker, job, ask, sinks, notes } = about
  const booked = await bookFor(deps.clients, worker, job)
  if (!booked) return null
  const { ctx } = booked
  const sight = deps.record.sight(ctx)
  const placeOf = placing(deps.consent, ctx)
  const wanted = { ...wantedBy(ctx, job, ask), limit: deps.batch ?? BATCH, after: walk.after, edge: walk.edge ?? null }
  // What leaves as it is stored need not become text here: that is most rows, and most of the time.
  if (ask.filters.length === 0 && ask.elements === null) {
    let count = 0
    const goesOn = (begun: number) => begun < 2 || (begun < stretchesOf(deps) && notes.size < (deps.noted ?? NOTED))
    const next = await scanGroups(ctx, sight, { ...wanted, goesOn }, async (groups) => {
      const shown = await withOwnNumbersIn(ctx, groups)
      await append(sinks, shown, { placeOf, partOf: (group) => (group.deleted ? partOfGone(group) : group) })
      note(notes, groups)
      count += groups.reduce((sum, group) => sum + group.count, 0)
    })
    return { next, count, booked }
  }
  const page = await transact(worker.db, (db) => scan({ db }, sight, { ...wanted, limit: Math.min(wanted.limit, TEXT_BATCH) }), READ_ONLY)
  const rows = await withOwnNumbers(ctx, await chosen(deps, ask, { ctx, rows: page.rows }))
  await append(sinks, rows, { placeOf, partOf: (row) => partOfRow(row, ask) })
  note(notes, rows)
  return { next: page.next, count: rows.length, booked }
}

/** Stretches between two checkpoints; two at least are begun, so that one is walked beside the other. */
const stretchesOf = ({ batch, checkpoint }: Sizes): number => Math.ceil((checkpoint ?? CHECKPOINT) / (batch ?? BATCH))

const READ_ONLY = { accessMode: 'read only' } as const

function wantedBy(ctx: Context, job: Job, ask: ExportAsk): Omit<Scan, 'limit' | 'after' | 'edge'> {
  const scopes = ctx.actor.kind === 'system' ? ctx.actor.scopes : []
  const types = ask.types.filter((type) => scopeAllows(scopes, type, 'r') && scopeAllows(scopes, type, 's'))
  return {
    types: types.length === resourceTypes.length ? null : types,
    keys: ask.keys,
    personalOnly: ask.level !== 'system',
    since: ask.since,
    at: ask.until !== null && ask.until < job.at ? ask.until : job.at,
  }
}

/** The rows that the caller's searches choose; a type without a search is taken whole. */
async function chosen({ record }: ExportDeps, ask: ExportAsk, { ctx, rows }: { ctx: Context; rows: Scanned[] }): Promise<Scanned[]> {
  if (ask.filters.length === 0) return rows
  const filtered = Map.groupBy(ask.filters, (f) => f.type)
  const found = new Set<string>()
  for (const [type, filters] of filtered) {
    const which = rows.filter((r) => r.type === type && !r.deleted).map(({ key, id }) => ({ key, id }))
    for (const { query } of filters)
      for (let from = 0; from < which.length; from += 500)
        for (const seen of await record.matching(ctx, type, new URLSearchParams(query), which.slice(from, from + 500)))
          found.add(`${type}/${seen.id}`)
  }
  return rows.filter((r) => !filtered.has(r.type) || r.deleted || found.has(`${r.type}/${r.id}`))
}

type Told = Pick<Scanned, 'type' | 'kind' | 'rule' | 'deleted'>

/**
 * Which file a row goes to: apart from others what stays visible to the institution until it changes, by what the log must say of it. A
 * deletion is told as a Bundle.
 */
function placing(consent: ConsentService, ctx: Context): (row: Told) => Place {
  const institution = institutionOf(ctx.actor)
  return ({ type, kind, rule, deleted }) => {
    if (deleted) return { role: 'deleted', type: 'Bundle', ...judged }
    return { role: 'output', type, ...(consent.lasts(rule) ? { lastsFor: institution, rule, kind } : judged) }
  }
}

/** Sorts rows, or groups of rows, into the files of their places. */
async function append<R extends Told>(
  sinks: Sinks,
  rows: readonly R[],
  { placeOf, partOf }: { placeOf: (row: Told) => Place; partOf: (row: R) => Part },
): Promise<void> {
  const sorted = new Map<string, { place: Place; parts: Part[] }>()
  for (const row of rows) {
    const place = placeOf(row)
    const which = wordOf(place)
    const known = sorted.get(which)
    if (known) known.parts.push(partOf(row))
    else sorted.set(which, { place, parts: [partOf(row)] })
  }
  for (const { place, parts } of sorted.values()) await sinks.appendParts(place, parts)
}

function partOfRow({ key, type, id, body, deleted }: Scanned, ask: ExportAsk): Part {
  if (deleted) return goneAs([{ key, type, id }])
  const lines = Buffer.from(ask.elements ? elementsOf(type, body, ask.elements) : body)
  return { count: 1, lines, places: Buffer.from(`${key}\t${id}\t${lines.length}`) }
}

const partOfGone = ({ type, places }: ScanGroup): Part =>
  goneAs(
    places
      .toString()
      .split('\n')
      .map((place) => place.split('\t') as [string, string])
      .map(([key, id]) => ({ key, type, id })),
  )

function goneAs(rows: readonly ScanCursor[]): Part {
  const told = rows.map(({ key, type, id }) => {
    const url = `${type}/${id}`
    const line = JSON.stringify({ resourceType: 'Bundle', type: 'transaction', entry: [{ request: { method: 'DELETE', url } }] })
    return { line, place: `${key}\t${url}\t${Buffer.byteLength(line)}` }
  })
  const joined = (texts: readonly string[]) => Buffer.from(texts.join('\n'))
  return { count: rows.length, lines: joined(told.map((t) => t.line)), places: joined(told.map((t) => t.place)) }
}

/** The elements asked for and those that must stay. An element of another type's asks nothing of this one. */
function elementsOf(type: string, body: string, asked: readonly string[]): string {
  const elements = asked.flatMap((e) => (e.startsWith(`${type}.`) ? [e.slice(type.length + 1)] : e.includes('.') ? [] : [e]))
  return elements.length === 0 ? body : JSON.stringify(project(JSON.parse(body) as Resource, { elements }))
}

/** Parameters that were passed over are said in the error file. */
async function appendIgnored(sinks: Sinks, ask: ExportAsk): Promise<void> {
  if (ask.ignored.length === 0) return
  const lines = ask.ignored.map((param) =>
    JSON.stringify(
      operationOutcome([
        {
          severity: 'warning',
          code: 'not-supported',
          path: '',
          ruleId: 'bulk/unknown-parameter',
          ja: `パラメーター「${param}」は無視しました。`,
          en: `The parameter “${param}” was ignored.`,
        },
      ]),
    ),
  )
  await sinks.append(
    'error',
    'OperationOutcome',
    lines.map((body) => ({ body })),
  )
}

/** One audit entry for each person and rule among what was written since the last checkpoint. */
function noted({ ctx, entries }: Booked, notes: Notes): AuditEntry[] {
  tellNotes(ctx, notes, `$export/${ctx.requestId}`)
  return entries
}

async function checkpoint(
  worker: Worker,
  job: Job,
  about: { next: Walk | null; written: number; syncing: Promise<BulkFile[]>; entries: AuditEntry[] },
): Promise<StepEnd> {
  const files = await about.syncing
  const at = worker.now()
  const stayed = await underEpoch(worker.db, worker.epoch, async (trx) => {
    const step = {
      id: job.id,
      cursor: about.next,
      done: about.written,
      refused: 0,
      at,
      until: new Date(at.getTime() + KEEP_HOURS * 3600_000),
    }
    if (!(await store.advance(trx, { ...step, state: about.next ? 'running' : 'completed' }))) return false
    await store.saveFiles(trx, files)
    await insertAudit(trx, about.entries)
    return true
  })
  return stayed ? (about.next ? 'more' : 'ended') : 'lost'
}

/** The client was ended: nothing more is read for it. */
async function giveUp(worker: Worker, job: Job): Promise<StepEnd> {
  const at = worker.now()
  await underEpoch(worker.db, worker.epoch, (trx) =>
    store.noteFailure(trx, { id: job.id, message: 'token-invalid', most: 0, at, until: new Date(at.getTime() + KEEP_HOURS * 3600_000) }),
  )
  return 'ended'
}
