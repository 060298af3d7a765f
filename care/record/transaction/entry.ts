import type { Context } from '#kernel/context'
import { refuse } from '#kernel/refusal'
import type { Answer } from '#kernel/route'
import { type Json, jsonOf } from '#packages/fhir'
import type { RecordService } from '../service.ts'
import { existing, updateWhere } from '../write/conditional.ts'
import { isConditional } from '../write/conditional-reference.ts'
import { requireResource } from '../write/judge.ts'
import { storedOutcome } from '../write/outcomes.ts'
import { patchOf } from '../write/patch.ts'
import { flush, type WriteSet, type Written } from '../write/write-set.ts'
import type { Calls } from './calls.ts'
import { type Entry, isCall, onlyOnce, requireReadable } from './entries.ts'
import { type Places, pointed, referencesOf, resolveConditional } from './places.ts'

export type Reply = { status: string; location?: string; etag?: string; lastModified?: string; outcome?: object; resource?: Json }

/** `written`: what the transaction writes to; null in a batch, whose entries stand each for itself. */
export type Run = { entry: Entry; stands: Places; set: WriteSet; written: Set<string> | null; calls: Calls }

const replyOf = (w: Written, status: string, { entry }: Run): Reply => ({
  ...(entry.wanted === 'representation' ? { resource: jsonOf(w.body) } : {}),
  ...(entry.wanted === 'OperationOutcome' ? { outcome: storedOutcome(w) } : {}),
  status,
  location: `${w.type}/${w.id}/_history/${w.version}`,
  etag: `W/"${w.version}"`,
  lastModified: w.lastUpdated.toISOString(),
})

/** Runs one entry; its writes gather in the set. Whatever is read here sees what earlier entries wrote. */
export function runEntry(ctx: Context, record: RecordService, run: Run): Promise<Reply> {
  const { entry } = run
  requireReadable(entry)
  switch (entry.method) {
    case 'POST':
      return isCall(entry) ? call(ctx, run) : create(ctx, record, run)
    case 'PUT':
      return update(ctx, record, run)
    case 'PATCH':
      return patch(ctx, record, run)
    case 'DELETE':
      return remove(ctx, record, run)
    case 'GET':
    case 'HEAD':
      return call(ctx, run)
    default:
      return refuse('input-invalid', { what: `Bundle.entry[${entry.index}].request.method` })
  }
}

const wrong = (entry: Entry, what: string): never => refuse('input-invalid', { what: `Bundle.entry[${entry.index}].${what}` })

/** The entry's resource, with its references pointed at where they lead. */
async function prepared(ctx: Context, record: RecordService, { entry, stands, set }: Run) {
  const resource = requireResource(entry.resource ?? wrong(entry, 'resource'), entry.type)
  const references = referencesOf(resource)
  if (references.some(isConditional)) {
    await flush(ctx, set)
    await resolveConditional(ctx, record, { references, of: stands.of })
  }
  return pointed(entry, references, stands.of)
}

/** Notes what a condition led to. @refuses input-invalid where another entry writes to the same */
function claim({ entry, written }: Run, id: string): void {
  if (written) onlyOnce(written, entry.index, `${entry.type}/${id}`)
}

function stand({ entry, stands }: Run, type: string, id: string): void {
  if (entry.fullUrl !== null) stands.of.set(entry.fullUrl, `${type}/${id}`)
}

async function create(ctx: Context, record: RecordService, run: Run): Promise<Reply> {
  const { entry, stands, set } = run
  if (entry.id !== null) wrong(entry, 'request.url')
  if (entry.ifNoneExist !== null) {
    await flush(ctx, set)
    const there = await existing(ctx, record, { type: entry.type, criteria: entry.ifNoneExist })
    if (there) {
      stand(run, entry.type, there.id)
      return { status: '200', location: `${entry.type}/${there.id}/_history/${there.version}`, etag: `W/"${there.version}"` }
    }
  }
  const written = await record.create(ctx, await prepared(ctx, record, run), { assigned: stands.reserved.get(entry), set })
  stand(run, written.type, written.id)
  return replyOf(written, '201', run)
}

async function update(ctx: Context, record: RecordService, run: Run): Promise<Reply> {
  const { entry, set } = run
  if (!entry.resource) wrong(entry, 'resource')
  const pre = { ifMatch: entry.ifMatch, onlyNew: entry.onlyNew, set }
  const resource = await prepared(ctx, record, run)
  if (entry.id !== null && entry.query === null) {
    if (entry.resource!.id !== entry.id) wrong(entry, 'resource.id')
    const written = await record.update(ctx, resource, entry.id, pre)
    stand(run, written.type, written.id)
    return replyOf(written, written.created ? '201' : '200', run)
  }
  await flush(ctx, set)
  const written = await updateWhere(ctx, record, resource, {
    criteria: entry.query ?? wrong(entry, 'request.url'),
    claim: (id) => claim(run, id),
    ...pre,
  })
  stand(run, written.type, written.id)
  return replyOf(written, written.created ? '201' : '200', run)
}

async function patch(ctx: Context, record: RecordService, run: Run): Promise<Reply> {
  const { entry, set } = run
  const change = patchOf(entry.resource ?? wrong(entry, 'resource'))
  await flush(ctx, set)
  const id = entry.id ?? (await found(ctx, record, run)) ?? refuse('not-found')
  return replyOf(await record.patch(ctx, { type: entry.type, id, change, ifMatch: entry.ifMatch, set }), '200', run)
}

async function remove(ctx: Context, record: RecordService, run: Run): Promise<Reply> {
  const { entry, set } = run
  if (entry.query !== null) await flush(ctx, set)
  const id = entry.id ?? (await found(ctx, record, run))
  if (id === null) return { status: '204' }
  const { version } = await record.remove(ctx, entry.type, id, { ifMatch: entry.ifMatch, set })
  return { status: '204', etag: `W/"${version}"` }
}

async function found(ctx: Context, record: RecordService, run: Run): Promise<string | null> {
  const { entry } = run
  const there = await existing(ctx, record, { type: entry.type, criteria: entry.query ?? wrong(entry, 'request.url') })
  if (there) claim(run, there.id)
  return there?.id ?? null
}

/** Any address that can be read alone can be read here too, and operations called; in a transaction those alone that only read. */
async function call(ctx: Context, { entry, set, written, calls }: Run): Promise<Reply> {
  await flush(ctx, set)
  const found = calls({ method: entry.method, url: entry.url, headers: entry.known, resource: entry.resource }) ?? refuse('address-unknown')
  if (found.writes && written !== null) wrong(entry, `request.url: ${entry.url.slice(0, 120)} (Bundle.type = batch)`)
  const answer = await found.run(ctx)
  const { status = 200, headers = {} } = answer
  const resource = resourceOf(answer)
  const at = headers['last-modified']
  return {
    status: String(status),
    ...(headers.etag === undefined ? {} : { etag: headers.etag }),
    ...(at === undefined ? {} : { lastModified: new Date(at).toISOString() }),
    ...(resource === undefined || entry.method === 'HEAD' ? {} : { resource }),
  }
}

/** What an answer shows, as a resource; JSON that is none stands in a Binary. */
function resourceOf({ fhir, json }: Answer): Json | undefined {
  if (fhir !== undefined) return typeof fhir === 'string' ? jsonOf(fhir) : (fhir as Json)
  if (json === undefined) return undefined
  return { resourceType: 'Binary', contentType: 'application/json', data: Buffer.from(JSON.stringify(json)).toString('base64') }
}
