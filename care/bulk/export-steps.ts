import type { ConsentService } from '#care/consent'
import { type RecordService, type Scan, type Scanned, scan, type ScanPage, scopeAllows } from '#care/record'
import { insertAudit } from '#kernel/audit'
import type { AuditEntry } from '#kernel/audit-event'
import type { Context } from '#kernel/context'
import { transact } from '#kernel/database'
import { underEpoch } from '#kernel/leader'
import { operationOutcome, project, type Resource, resourceTypes } from '#packages/fhir'
import { jobFolder, type Line, openSinks, type Sinks } from './folder.ts'
import type { BulkFile, ExportAsk, Job } from './model.ts'
import { KEEP_HOURS } from './rules.ts'
import * as store from './store.ts'
import { bookFor, type Clients, type StepEnd, type Worker } from './worker.ts'

export type ExportDeps = Sizes & {
  home: string
  clients: Clients
  consent: ConsentService
  record: RecordService
}
/** Rows of one statement, rows between two checkpoints, lines of a file; the usual ones where absent. */
export type Sizes = { batch?: number; checkpoint?: number; filesOf?: number }

/** Rows of one statement. */
const BATCH = 2_000
/** Rows after which what was written is made to last. Fewer would spend the time on waiting for the disk. */
const CHECKPOINT = 24_000
/** Lines of a file, unless told otherwise. */
const FILE_LINES = 100_000
/** Writers older than the kick-off are waited for this long at most. */
const WRITERS_MS = 15_000

type Walk = Pick<Scan, 'after' | 'edge'>
type Batch = ScanPage & { ctx: Context }

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
  const read = (walk: Walk) => quietly(readBatch(deps, worker, { job, ask, walk }))
  try {
    let [reading, written, notes] = [read((job.cursor as Walk | null) ?? { after: null, edge: null }), 0, new Map<string, Note>()]
    let pending: Promise<StepEnd> | null = null
    for (;;) {
      const batch = await reading
      if (!batch) return yield await giveUp(worker, job)
      // The database reads on while this batch is written, and the batches after it while the disk takes in the one before.
      if (batch.next) reading = read(batch.next)
      const rows = await chosen(deps, ask, batch)
      await append(ask, sinks, rows)
      note(notes, rows)
      written += rows.length
      if (batch.next && written < (deps.checkpoint ?? CHECKPOINT)) continue
      if (!batch.next) await appendIgnored(sinks, ask)
      const before: StepEnd = pending ? await pending : 'more'
      if (pending) yield before
      if (before !== 'more') return
      pending = quietly(checkpoint(worker, job, { next: batch.next, written, syncing: sinks.sync(), entries: noted(batch, notes) }))
      if (!batch.next) return yield await pending
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

/** A reading that is not awaited yet must not end the process where it fails; whoever awaits it hears of it. */
function quietly<T>(reading: Promise<T>): Promise<T> {
  reading.catch(() => undefined)
  return reading
}

async function readBatch(
  deps: ExportDeps,
  worker: Worker,
  about: { job: Job; ask: ExportAsk; walk: Walk },
): Promise<(Batch & { entries: AuditEntry[] }) | null> {
  const { job, ask, walk } = about
  const { clients, consent } = deps
  const booked = await bookFor(clients, worker, job)
  if (!booked) return null
  const { ctx, entries } = booked
  const scopes = ctx.actor.kind === 'system' ? ctx.actor.scopes : []
  const types = ask.types.filter((type) => scopeAllows(scopes, type, 'r') && scopeAllows(scopes, type, 's'))
  const sight = { visible: consent.visibleTo(ctx), rule: consent.ruleOf(ctx) }
  const until = ask.until !== null && ask.until < job.at ? ask.until : job.at
  const wanted = {
    types: types.length === resourceTypes.length ? null : types,
    keys: ask.keys,
    personalOnly: ask.level !== 'system',
    since: ask.since,
    at: until,
    limit: deps.batch ?? BATCH,
    ...walk,
  }
  // On a connection of its own: on a shared one the leader's beat would wait behind it.
  const page = await transact(worker.db, (db) => scan({ db }, sight, wanted), { accessMode: 'read only' })
  return { ...page, ctx, entries }
}

/** The rows that the caller's searches choose; a type without a search is taken whole. */
async function chosen({ record }: ExportDeps, ask: ExportAsk, { ctx, rows }: Batch): Promise<Scanned[]> {
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

async function append(ask: ExportAsk, sinks: Sinks, rows: readonly Scanned[]): Promise<void> {
  const lines = new Map<string, Line[]>()
  for (const row of rows) {
    const place = row.deleted ? 'deleted/Bundle' : `output/${row.type}`
    const body = row.deleted ? deletion(row) : ask.elements ? partOf(row, ask.elements) : row.body
    const line = { head: row.deleted ? `${row.key}\t${row.type}/${row.id}\t` : `${row.key}\t${row.id}\t`, body }
    const known = lines.get(place)
    if (known) known.push(line)
    else lines.set(place, [line])
  }
  for (const [place, list] of lines) {
    const [role = '', type = ''] = place.split('/')
    await sinks.append(role as BulkFile['role'], type, list)
  }
}

/** The elements asked for and those that must stay. An element of another type's asks nothing of this one. */
function partOf({ type, body }: Scanned, asked: readonly string[]): string {
  const elements = asked.flatMap((e) => (e.startsWith(`${type}.`) ? [e.slice(type.length + 1)] : e.includes('.') ? [] : [e]))
  return elements.length === 0 ? body : JSON.stringify(project(JSON.parse(body) as Resource, { elements }))
}

const deletion = ({ type, id }: Scanned): string =>
  JSON.stringify({ resourceType: 'Bundle', type: 'transaction', entry: [{ request: { method: 'DELETE', url: `${type}/${id}` } }] })

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
    lines.map((body) => ({ head: '\t\t', body })),
  )
}

type Note = { key: string; rule: string; kinds: Set<string>; count: number }

function note(notes: Map<string, Note>, rows: readonly Scanned[]): void {
  for (const { kind, key, rule } of rows) {
    const whose = kind === 'shared' ? '' : key
    const id = `${whose} ${rule}`
    const known = notes.get(id) ?? { key: whose, rule, kinds: new Set(), count: 0 }
    notes.set(id, known)
    known.count++
    known.kinds.add(kind)
  }
}

/** One audit entry for each person and rule among what was written since the last checkpoint. */
function noted({ ctx, entries }: Batch & { entries: AuditEntry[] }, notes: ReadonlyMap<string, Note>): AuditEntry[] {
  for (const { key, rule, kinds, count } of notes.values())
    ctx.audit({ ...(key === '' ? {} : { key }), rule, kinds: [...kinds].sort(), count, resource: `$export/${ctx.requestId}` })
  return entries
}

async function checkpoint(
  worker: Worker,
  job: Job,
  about: { next: ScanPage['next']; written: number; syncing: Promise<BulkFile[]>; entries: AuditEntry[] },
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
