import { sql } from 'kysely'
import type { AuditEvent } from '#kernel/audit-event'
import type { Context } from '#kernel/context'
import { later, sqlState } from '#kernel/database'
import { Refusal, refusalOutcome, refusalRow, refusalSentence, refuse } from '#kernel/refusal'
import type { Answer } from '#kernel/route'
import { hasError, isObject, type JsonObject, type Resource } from '#packages/fhir'
import type { RecordService } from '../service.ts'
import { isConditional } from '../write/conditional-reference.ts'
import { findingsIn, markSound } from '../write/judge.ts'
import { ownerReferences } from '../write/owner.ts'
import { flush, type WriteSet, writeSet } from '../write/write-set.ts'
import type { Calls } from './calls.ts'
import { type Entry, isCall, isLate, isRead, processingOrder, readEntries, refuseRepeated, requireReadable } from './entries.ts'
import { type Reply, type Run, runEntry } from './entry.ts'
import { places, type Places, referencesOf, reserve, resolveConditional } from './places.ts'

/** A Bundle that may run: its frame is sound, and in a transaction every resource in it. */
export type ReadyBundle = {
  whole: boolean
  entries: Entry[]
  /** What is written by its id; null in a batch. */
  written: Set<string> | null
  /** What comes back of what was written (`Prefer: return=representation`, `return=OperationOutcome`). */
  wanted?: Entry['wanted']
}

/**
 * Judges a Bundle before its transaction opens.
 * @refuses resource-invalid, input-invalid, body-too-large
 */
export function readBundle(bundle: Resource, base = ''): ReadyBundle {
  if (bundle.type !== 'transaction' && bundle.type !== 'batch') refuse('input-invalid', { what: 'Bundle.type: transaction | batch' })
  const whole = bundle.type === 'transaction'
  // In a batch each resource is judged with its own entry.
  const findings = findingsIn(whole ? bundle : frameOf(bundle))
  if (hasError(findings)) refuse('resource-invalid', {}, findings)
  const entries = readEntries(bundle, base)
  if (!whole) return { whole, entries, written: null }
  entries.forEach(requireReadable)
  // The Bundle was judged with everything in it.
  for (const { resource } of entries) if (resource) markSound(resource)
  return { whole, entries, written: refuseRepeated(entries) }
}

/** What runs a Bundle: the record that is written to, and the rows that answer what is read or called. */
export type Parts = { record: RecordService; calls: Calls }
type Running = Parts & Pick<ReadyBundle, 'written'> & { entries: readonly Entry[] }

/** A batch without its resources. */
function frameOf(bundle: Resource): Resource {
  if (!Array.isArray(bundle.entry)) return bundle
  const bare = bundle.entry.map((entry) =>
    isObject(entry) ? Object.fromEntries(Object.entries(entry).filter(([name]) => name !== 'resource')) : entry,
  )
  return { ...bundle, entry: bare }
}

/**
 * Runs a transaction (all or nothing) or a batch (each entry for itself, within the one commit).
 * Entries may refer to each other by fullUrl; people come first, because everything else belongs to one.
 * @spec FHIR R4 http, transaction
 * @refuses in a transaction whatever the first failing entry refuses, naming the entry
 */
export async function runBundle(ctx: Context, { record, calls }: Parts, ready: ReadyBundle): Promise<Pick<Answer, 'fhir' | 'again'>> {
  const { whole, wanted = null, written } = ready
  const entries = ready.entries.map((entry) => ({ ...entry, wanted }))
  const replies = await (whole ? runWhole : runBatch)(ctx, { record, calls, written, entries })
  const bundle = (of: readonly Reply[]): Resource => ({
    resourceType: 'Bundle',
    type: whole ? 'transaction-response' : 'batch-response',
    // An empty list is no FHIR.
    ...(of.length === 0 ? {} : { entry: of.map(answerOf) }),
  })
  const again = entries.every(isRead)
    ? null
    : { fhir: bundle(replies.map((reply, at) => (wasRead(entries[at]!, reply) ? shownOnce() : reply))) }
  return { fhir: bundle(replies), again }
}

/** What an entry shows that its sender did not write just now: what was asked for, and what was there already. */
const wasRead = (entry: Entry, { resource, status }: Reply): boolean =>
  resource !== undefined && (isRead(entry) || isCall(entry) || (entry.method === 'POST' && status.startsWith('200')))

function shownOnce(): Reply {
  const refusal = new Refusal('shown-once')
  return { status: String(refusalRow(refusal.code).status), outcome: refusalOutcome(refusal) }
}

const answerOf = ({ resource, ...response }: Reply): JsonObject => ({
  ...(resource === undefined ? {} : { resource }),
  response: response as unknown as JsonObject,
})

async function runWhole(ctx: Context, { entries, record, calls, written }: Running): Promise<Reply[]> {
  const [set, stands] = [writeSet(), places()]
  const order = processingOrder(entries, referencesOf)
  // From here on what was there before is there no more, and whom everything belongs to is known.
  const settled = order.findLastIndex((entry) => isLate(entry) || entry.method === 'DELETE')
  await record.readAhead(
    ctx,
    set,
    entries.flatMap((e) => (e.id !== null && !isRead(e) && !isCall(e) ? [{ type: e.type, id: e.id }] : [])),
  )
  if (settled < 0) await resolveOwners(ctx, record, { entries, stands, set })
  reserve(ctx, record, entries, stands)
  const replies: Reply[] = []
  for (const [at, entry] of order.entries()) {
    try {
      replies[entry.index] = await runEntry(ctx, record, { entry, stands, set, written, calls })
    } catch (error) {
      throw error instanceof Refusal ? atEntry(error, entry) : error
    }
    if (at !== settled) continue
    await resolveOwners(ctx, record, { entries, stands, set })
    reserve(ctx, record, entries, stands)
  }
  await flush(ctx, set)
  return replies
}

/** Finds whom entries mean that name their owner by a search, so that each can have its id before others refer to it. @refuses multiple-matches */
async function resolveOwners(
  ctx: Context,
  record: RecordService,
  { entries, stands, set }: { entries: readonly Entry[]; stands: Places; set: WriteSet },
): Promise<void> {
  const waits = entries.filter((e) => e.resource && !isRead(e) && !isCall(e) && e.fullUrl !== null && !stands.of.has(e.fullUrl))
  const searches = waits.flatMap((e) => ownerReferences(e.resource!)).filter(isConditional)
  if (searches.length === 0) return
  await flush(ctx, set)
  await resolveConditional(ctx, record, { references: searches, of: stands.of, early: true })
}

/** The refusal with the entry it is about. */
function atEntry(refusal: Refusal, { index }: Entry): Refusal {
  const path = `Bundle.entry[${index}]`
  const own = {
    severity: 'error',
    code: refusalRow(refusal.code).issue,
    path,
    ruleId: refusal.code,
    ja: refusalSentence(refusal, 'ja'),
    en: refusalSentence(refusal, 'en'),
  }
  const issues = refusal.issues.length === 0 ? [own] : refusal.issues.map((i) => ({ ...i, path: placeIn(path, i.path) }))
  return new Refusal(refusal.code, { ...refusal.detail }, issues)
}

/** Where a finding about an entry's own resource (`Observation.status`) stands in the Bundle. */
function placeIn(entry: string, path: string): string {
  if (path === '' || path.startsWith('Bundle.entry[')) return path || entry
  return `${entry}.resource.${path.replace(/^[A-Z][A-Za-z]*\./, '')}`
}

async function runBatch(ctx: Context, { entries, record, calls }: Running): Promise<Reply[]> {
  const stands = places()
  const replies: Reply[] = []
  for (const entry of processingOrder(entries, referencesOf))
    replies[entry.index] = await runAlone(ctx, record, { entry, stands, calls, written: null })
  return replies
}

/**
 * Runs one entry of a batch for itself: refused, it leaves nothing behind but its refusal in the log. Faults still end the whole request.
 */
async function runAlone(ctx: Context, record: RecordService, run: Omit<Run, 'set'>): Promise<Reply> {
  const { entry, stands, calls } = run
  const noted: AuditEvent[] = []
  const told: Parameters<Context['tell']>[0][] = []
  const own: Context = { ...ctx, audit: (event) => void noted.push(event), tell: (message) => void told.push(message) }
  const set: WriteSet = writeSet()
  await later(ctx.db, sql`savepoint entry`)
  try {
    const reply = await runEntry(own, record, { ...run, set })
    await flush(own, set)
    await later(ctx.db, sql`release savepoint entry`)
    for (const event of noted) ctx.audit(event)
    for (const message of told) ctx.tell(message)
    return reply
  } catch (thrown) {
    const error = refusalFor(thrown, entry)
    await sql`rollback to savepoint entry`.execute(ctx.db)
    if (entry.fullUrl !== null) stands.of.delete(entry.fullUrl)
    const { key } = error.detail
    const action = isRead(entry) || isCall(entry) ? calls({ ...entry, headers: {} })?.audit : undefined
    const about = { outcome: error.code, resource: entry.url.split('?')[0]!.slice(0, 200), ...(key ? { key } : {}) }
    ctx.audit({ ...about, ...(action === undefined || action === 'none' ? {} : { action }) })
    return { status: String(refusalRow(error.code).status), outcome: refusalOutcome(error) }
  }
}

/** Characters that JSON can spell and the database cannot keep end the entry that carries them. @throws what is no refusal */
function refusalFor(thrown: unknown, { index }: Entry): Refusal {
  if (thrown instanceof Refusal) return thrown
  if (!['22021', '22P05'].includes(sqlState(thrown) ?? '')) throw thrown
  return new Refusal('input-invalid', { what: `Bundle.entry[${index}]: U+0000 / unpaired surrogate` })
}
