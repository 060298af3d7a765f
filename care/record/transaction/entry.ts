import type { Context } from '#kernel/context'
import { refuse } from '#kernel/refusal'
import { type Json, jsonOf } from '#packages/fhir'
import { partOf } from '../projection.ts'
import type { RecordService } from '../service.ts'
import { existing, updateWhere } from '../write/conditional.ts'
import { requireResource } from '../write/judge.ts'
import { patchOf } from '../write/patch.ts'
import { flush, type WriteSet, type Written } from '../write/write-set.ts'
import type { Entry } from './entries.ts'
import { isConditional, type Places, pointed, referencesOf, resolveConditional } from './places.ts'

export type Reply = { status: string; location?: string; etag?: string; lastModified?: string; outcome?: object; resource?: Json }

export type Run = { entry: Entry; stands: Places; set: WriteSet }

const replyOf = (w: Written, status: string, { entry }: Run): Reply => ({
  ...(entry.bodies ? { resource: jsonOf(w.body) } : {}),
  status,
  location: `${w.type}/${w.id}/_history/${w.version}`,
  etag: `W/"${w.version}"`,
  lastModified: w.lastUpdated.toISOString(),
})

/** Runs one entry; its writes gather in the set. Whatever is read here sees what earlier entries wrote. */
export function runEntry(ctx: Context, record: RecordService, run: Run): Promise<Reply> {
  const { entry } = run
  switch (entry.method) {
    case 'POST':
      return create(ctx, record, run)
    case 'PUT':
      return update(ctx, record, run)
    case 'PATCH':
      return patch(ctx, record, run)
    case 'DELETE':
      return remove(ctx, record, run)
    case 'GET':
    case 'HEAD':
      return read(ctx, record, run)
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
  const written = await updateWhere(ctx, record, resource, { criteria: entry.query ?? wrong(entry, 'request.url'), ...pre })
  stand(run, written.type, written.id)
  return replyOf(written, written.created ? '201' : '200', run)
}

async function patch(ctx: Context, record: RecordService, run: Run): Promise<Reply> {
  const { entry, set } = run
  const change = patchOf(entry.resource ?? wrong(entry, 'resource'))
  await flush(ctx, set)
  const id = entry.id ?? (await found(ctx, record, entry)) ?? refuse('not-found')
  return replyOf(await record.patch(ctx, { type: entry.type, id, change, ifMatch: entry.ifMatch, set }), '200', run)
}

async function remove(ctx: Context, record: RecordService, run: Run): Promise<Reply> {
  const { entry, set } = run
  if (entry.query !== null) await flush(ctx, set)
  const id = entry.id ?? (await found(ctx, record, entry))
  if (id === null) return { status: '204' }
  const { version } = await record.remove(ctx, entry.type, id, { ifMatch: entry.ifMatch, set })
  return { status: '204', etag: `W/"${version}"` }
}

const found = async (ctx: Context, record: RecordService, entry: Entry): Promise<string | null> =>
  (await existing(ctx, record, { type: entry.type, criteria: entry.query ?? wrong(entry, 'request.url') }))?.id ?? null

async function read(ctx: Context, record: RecordService, { entry, set }: Run): Promise<Reply> {
  await flush(ctx, set)
  if (entry.id === null) {
    const query = new URLSearchParams(entry.query ?? '')
    const { page } = await record.search(ctx, entry.type, query, false)
    const rows = page.rows.map((r): Json => ({ resource: partOf(r.body, query), search: { mode: 'match' } }))
    return { status: '200', resource: { resourceType: 'Bundle', type: 'searchset', ...(rows.length > 0 ? { entry: rows } : {}) } }
  }
  if (entry.id.includes('/')) wrong(entry, 'request.url')
  const seen = await record.read(ctx, entry.type, entry.id)
  return {
    status: '200',
    etag: `W/"${seen.version}"`,
    lastModified: seen.lastUpdated.toISOString(),
    resource: partOf(seen.body, new URLSearchParams(entry.query ?? '')),
  }
}
