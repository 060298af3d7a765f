import type { Context } from '#kernel/context'
import { Refusal, refusalOutcome, refuse } from '#kernel/refusal'
import { isObject, isResource, type Json, type JsonObject, type Resource, validateResource, hasError } from '#packages/fhir'
import type { RecordService } from './service.ts'
import { requireResource, type Written } from './write.ts'

type Entry = {
  index: number
  fullUrl: string | null
  method: string
  url: string
  resource: Resource | null
  ifMatch: number | null
  ifNoneExist: string | null
}
type Reply = { status: string; location?: string; etag?: string; lastModified?: string; outcome?: object; resource?: Json }

const MAX_ENTRIES = 10_000

/**
 * Runs a Bundle of type transaction (all or nothing) or batch (each for itself, within the one commit).
 * Entries may refer to each other by `urn:uuid`; people come first, because everything else belongs to one.
 * @spec FHIR R4 http, transaction
 * @refuses resource-invalid, and in a transaction whatever the first failing entry refuses
 */
export async function runBundle(ctx: Context, record: RecordService, bundle: Resource): Promise<Resource> {
  const findings = validateResource(bundle)
  if (hasError(findings)) refuse('resource-invalid', {}, findings)
  if (bundle.type !== 'transaction' && bundle.type !== 'batch') refuse('input-invalid', { what: 'Bundle.type: transaction | batch' })
  const entries = readEntries(bundle)
  const places = new Map<string, string>()
  const replies: Reply[] = []
  for (const entry of processingOrder(entries)) {
    replies[entry.index] =
      bundle.type === 'transaction'
        ? await runEntry(ctx, record, entry, places)
        : await answerOfBatch(() => runEntry(ctx, record, entry, places))
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

/** A refused entry of a batch answers for itself; faults still end the whole request. */
async function answerOfBatch(run: () => Promise<Reply>): Promise<Reply> {
  try {
    return await run()
  } catch (error) {
    if (!(error instanceof Refusal)) throw error
    const outcome = refusalOutcome(error)
    return { status: String(statusOf(error)), outcome }
  }
}

const statusOf = (refusal: Refusal): number =>
  ({ 'not-found': 404, gone: 410, 'version-conflict': 412, 'already-exists': 409, 'resource-invalid': 422, 'patient-unknown': 422 })[
    refusal.code as string
  ] ?? 403

function readEntries(bundle: Resource): Entry[] {
  const list = Array.isArray(bundle.entry) ? bundle.entry : []
  if (list.length > MAX_ENTRIES) refuse('body-too-large', { limit: `${MAX_ENTRIES} entries` })
  return list.map((raw, index) => {
    const entry: JsonObject = isObject(raw) ? raw : {}
    const request: JsonObject = isObject(entry.request)
      ? entry.request
      : refuse('input-invalid', { what: `Bundle.entry[${index}].request` })
    const match = typeof request.ifMatch === 'string' ? /^(?:W\/)?"(\d+)"$/.exec(request.ifMatch) : null
    return {
      index,
      fullUrl: typeof entry.fullUrl === 'string' ? entry.fullUrl : null,
      method: String(request.method),
      url: String(request.url),
      resource: isResource(entry.resource) ? entry.resource : null,
      ifMatch: match ? Number(match[1]) : null,
      ifNoneExist: typeof request.ifNoneExist === 'string' ? request.ifNoneExist : null,
    }
  })
}

/** DELETE, then people, then POST, PUT, then GET. @spec FHIR R4 http, transaction processing rules */
function processingOrder(entries: readonly Entry[]): Entry[] {
  const rank = (e: Entry) =>
    e.method === 'DELETE' ? 0 : e.resource?.resourceType === 'Patient' ? 1 : e.method === 'POST' ? 2 : e.method === 'PUT' ? 3 : 4
  const depth = dependencyDepth(entries)
  return [...entries].sort((a, b) => rank(a) - rank(b) || depth.get(a)! - depth.get(b)! || a.index - b.index)
}

/** How many steps of references to other new entries lie below an entry, so that what is referred to is written first. */
function dependencyDepth(entries: readonly Entry[]): Map<Entry, number> {
  const byUrl = new Map(entries.flatMap((e) => (e.fullUrl ? [[e.fullUrl, e] as const] : [])))
  const depth = new Map<Entry, number>()
  const measure = (e: Entry, path: ReadonlySet<Entry>): number => {
    const known = depth.get(e)
    if (known !== undefined) return known
    if (path.has(e) || path.size > 50) return 0
    const below = e.resource ? referencesOf(e.resource).flatMap((r) => byUrl.get(r) ?? []) : []
    const measured = below.length === 0 ? 0 : 1 + Math.max(...below.map((b) => measure(b, new Set([...path, e]))))
    depth.set(e, measured)
    return measured
  }
  for (const e of entries) depth.set(e, measure(e, new Set()))
  return depth
}

function referencesOf(resource: Resource): string[] {
  const found: string[] = []
  const open: Json[] = [resource]
  while (open.length > 0) {
    const value = open.pop()!
    if (Array.isArray(value)) open.push(...value)
    else if (isObject(value))
      for (const [name, child] of Object.entries(value))
        name === 'reference' && typeof child === 'string' ? found.push(child) : open.push(child)
  }
  return found
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

async function runEntry(ctx: Context, record: RecordService, entry: Entry, places: Map<string, string>): Promise<Reply> {
  const [path = '', query = ''] = entry.url.split('?', 2)
  const [type = '', id] = path.split('/')
  switch (entry.method) {
    case 'POST': {
      if (!entry.resource) refuse('input-invalid', { what: `Bundle.entry[${entry.index}].resource` })
      if (entry.ifNoneExist !== null) {
        const there = await existing(ctx, record, type, entry.ifNoneExist)
        if (there) {
          if (entry.fullUrl) places.set(entry.fullUrl, `${type}/${there.id}`)
          return { status: '200', location: `${type}/${there.id}/_history/${there.version}`, etag: `W/"${there.version}"` }
        }
      }
      const written = await record.create(ctx, pointed(requireResource(entry.resource, type), places))
      if (entry.fullUrl) places.set(entry.fullUrl, `${written.type}/${written.id}`)
      return replyOf(written, '201')
    }
    case 'PUT': {
      if (!entry.resource || id === undefined) refuse('input-invalid', { what: `Bundle.entry[${entry.index}]` })
      const written = await record.update(ctx, pointed(requireResource(entry.resource, type), places), id, entry.ifMatch)
      if (entry.fullUrl) places.set(entry.fullUrl, `${written.type}/${written.id}`)
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
  query.sort()
  await record.lockCondition(ctx, `${type}?${query}`)
  const { page } = await record.search(ctx, type, query, true)
  if (page.rows.length > 1) refuse('multiple-matches')
  const found = page.rows[0]
  return found ? { id: found.id, version: found.version } : null
}
