import { sql } from 'kysely'
import type { AuditEvent } from '#kernel/audit-event'
import type { Context } from '#kernel/context'
import { Refusal, refusalOutcome, refusalRow, refuse } from '#kernel/refusal'
import { isObject, type Json, type JsonObject, type Resource, validateResource, hasError } from '#packages/fhir'
import type { RecordService } from './service.ts'
import { type Entry, processingOrder, readEntries } from './transaction-entries.ts'
import { requireResource, type Written } from './write.ts'

type Reply = { status: string; location?: string; etag?: string; lastModified?: string; outcome?: object; resource?: Json }

/**
 * Runs a Bundle of type transaction (all or nothing) or batch (each for itself, within the one commit).
 * Entries may refer to each other by `urn:uuid`; people come first, because everything else belongs to one.
 * @spec FHIR R4 http, transaction
 * @refuses resource-invalid, and in a transaction whatever the first failing entry refuses
 */
export async function runBundle(ctx: Context, record: RecordService, bundle: Resource): Promise<Resource> {
  const findings = validateResource(bundle.type === 'batch' ? frameOf(bundle) : bundle)
  if (hasError(findings)) refuse('resource-invalid', {}, findings)
  if (bundle.type !== 'transaction' && bundle.type !== 'batch') refuse('input-invalid', { what: 'Bundle.type: transaction | batch' })
  const entries = readEntries(bundle)
  const places: Places = { of: new Map(), reserved: new Map() }
  const order = processingOrder(entries)
  const people = order.findLastIndex((e) => e.resource?.resourceType === 'Patient')
  const whole = bundle.type === 'transaction'
  if (whole) reserve(ctx, record, entries, places)
  const replies: Reply[] = []
  for (const [at, entry] of order.entries()) {
    replies[entry.index] = await (whole ? runEntry : runAlone)(ctx, record, entry, places)
    // Once the people stand, everything that belongs to them can have its id.
    if (whole && at === people) reserve(ctx, record, entries, places)
  }
  return {
    resourceType: 'Bundle',
    type: `${bundle.type}-response`,
    entry: replies.map(({ resource, ...response }) => ({
      ...(resource === undefined ? {} : { resource }),
      response: response as unknown as JsonObject,
    })),
  }
}

/** A batch without its resources: each of these is judged with its own entry. */
function frameOf(bundle: Resource): Resource {
  if (!Array.isArray(bundle.entry)) return bundle
  const bare = bundle.entry.map((entry) =>
    isObject(entry) ? Object.fromEntries(Object.entries(entry).filter(([name]) => name !== 'resource')) : entry,
  )
  return { ...bundle, entry: bare }
}

/** Where entries stand, by fullUrl, and the ids of those that are not written yet. */
type Places = { of: Map<string, string>; reserved: Map<Entry, string> }

/**
 * Gives every entry whose id can be known its place before it is written, so that entries may refer to each other in any order
 * and in circles. Conditional creates wait until it is known whether they create anything.
 */
function reserve(ctx: Context, record: RecordService, entries: readonly Entry[], { of, reserved }: Places): void {
  for (const entry of entries) {
    if (entry.fullUrl === null || of.has(entry.fullUrl) || !entry.resource) continue
    const { resourceType } = entry.resource
    const [, id] = entry.url.split('/')
    if (entry.method === 'PUT' && id !== undefined) of.set(entry.fullUrl, `${resourceType}/${id}`)
    if (entry.method !== 'POST' || entry.ifNoneExist !== null) continue
    const place = record.reserveId(ctx, entry.resource, of)
    if (place === null) continue
    of.set(entry.fullUrl, `${resourceType}/${place}`)
    reserved.set(entry, place)
  }
}

/**
 * Runs one entry of a batch for itself: refused, it leaves nothing behind but its refusal in the log. Faults still end the whole request.
 */
async function runAlone(ctx: Context, record: RecordService, entry: Entry, places: Places): Promise<Reply> {
  const noted: AuditEvent[] = []
  const told: Parameters<Context['tell']>[0][] = []
  const own: Context = { ...ctx, audit: (event) => void noted.push(event), tell: (message) => void told.push(message) }
  await sql`savepoint entry`.execute(ctx.db)
  try {
    const reply = await runEntry(own, record, entry, places)
    for (const event of noted) ctx.audit(event)
    for (const message of told) ctx.tell(message)
    return reply
  } catch (error) {
    if (!(error instanceof Refusal)) throw error
    await sql`rollback to savepoint entry`.execute(ctx.db)
    if (entry.fullUrl !== null) places.of.delete(entry.fullUrl)
    const { key } = error.detail
    ctx.audit({ outcome: error.code, resource: entry.url.split('?')[0]!.slice(0, 200), ...(key ? { key } : {}) })
    return { status: String(refusalRow(error.code).status), outcome: refusalOutcome(error) }
  } finally {
    await sql`release savepoint entry`.execute(ctx.db).catch(() => undefined)
  }
}

/** The resource with references to new entries pointed at where these were stored. @refuses input-invalid for a reference that leads nowhere */
function pointed(resource: Resource, places: ReadonlyMap<string, string>): Resource {
  const map = (value: Json, name: string): Json => {
    if (name === 'reference' && typeof value === 'string' && value.startsWith('urn:'))
      return places.get(value) ?? refuse('input-invalid', { what: `reference ${value.slice(0, 80)}` })
    if (Array.isArray(value)) return value.map((v) => map(v, ''))
    if (!isObject(value)) return value
    return Object.fromEntries(Object.entries(value).map(([k, v]) => [k, map(v, k)]))
  }
  return map(resource, '') as Resource
}

async function runEntry(ctx: Context, record: RecordService, entry: Entry, places: Places): Promise<Reply> {
  const [path = '', query = ''] = entry.url.split('?', 2)
  const [type = '', id, ...more] = path.split('/')
  if (more.length > 0) refuse('input-invalid', { what: `Bundle.entry[${entry.index}].request.url` })
  switch (entry.method) {
    case 'POST': {
      if (!entry.resource) refuse('input-invalid', { what: `Bundle.entry[${entry.index}].resource` })
      if (entry.ifNoneExist !== null) {
        const there = await existing(ctx, record, type, entry.ifNoneExist)
        if (there) {
          if (entry.fullUrl) places.of.set(entry.fullUrl, `${type}/${there.id}`)
          return { status: '200', location: `${type}/${there.id}/_history/${there.version}`, etag: `W/"${there.version}"` }
        }
      }
      const written = await record.create(ctx, pointed(requireResource(entry.resource, type), places.of), places.reserved.get(entry))
      if (entry.fullUrl) places.of.set(entry.fullUrl, `${written.type}/${written.id}`)
      return replyOf(written, '201')
    }
    case 'PUT': {
      if (!entry.resource || id === undefined) refuse('input-invalid', { what: `Bundle.entry[${entry.index}]` })
      if (entry.resource.id !== id) refuse('input-invalid', { what: `Bundle.entry[${entry.index}].resource.id` })
      const written = await record.update(ctx, pointed(requireResource(entry.resource, type), places.of), id, entry.ifMatch)
      if (entry.fullUrl) places.of.set(entry.fullUrl, `${written.type}/${written.id}`)
      return replyOf(written, written.created ? '201' : '200')
    }
    case 'DELETE': {
      const { version } = await record.remove(
        ctx,
        type,
        id ?? refuse('input-invalid', { what: `Bundle.entry[${entry.index}].request.url` }),
      )
      return { status: '204', etag: `W/"${version}"` }
    }
    case 'GET': {
      if (id === undefined) {
        const { page } = await record.search(ctx, type, new URLSearchParams(query), false)
        const found = page.rows.map((r): Json => ({ resource: JSON.parse(r.body) as Json }))
        return { status: '200', resource: { resourceType: 'Bundle', type: 'searchset', ...(found.length > 0 ? { entry: found } : {}) } }
      }
      const seen = await record.read(ctx, type, id)
      return { status: '200', etag: `W/"${seen.version}"`, resource: JSON.parse(seen.body) as Json }
    }
    default:
      return refuse('input-invalid', { what: `Bundle.entry[${entry.index}].request.method` })
  }
}

const replyOf = (w: Written, status: string): Reply => ({
  status,
  location: `${w.type}/${w.id}/_history/${w.version}`,
  etag: `W/"${w.version}"`,
  lastModified: w.lastUpdated.toISOString(),
})

/**
 * The one resource that meets a conditional create's criteria, or null. Writers of the same criteria wait for each other,
 * so that concurrent requests make one resource.
 * @refuses multiple-matches
 */
export async function existing(
  ctx: Context,
  record: RecordService,
  type: string,
  criteria: string,
): Promise<{ id: string; version: number } | null> {
  const query = new URLSearchParams(criteria.includes('?') ? criteria.slice(criteria.indexOf('?') + 1) : criteria)
  if (query.size === 0) refuse('search-invalid', { param: 'If-None-Exist', value: criteria.slice(0, 80) })
  query.sort()
  await record.lockCondition(ctx, `${type}?${query}`)
  const { page } = await record.search(ctx, type, query, true)
  if (page.rows.length > 1) refuse('multiple-matches')
  const found = page.rows[0]
  return found ? { id: found.id, version: found.version } : null
}
