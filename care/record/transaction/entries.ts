import { refuse } from '#kernel/refusal'
import { isObject, isResource, type Json, type JsonObject, type Resource } from '#packages/fhir'
import { type IfMatch, readIfMatch } from '../write/preconditions.ts'
import { isCalled } from './calls.ts'
import { namesFor } from './full-urls.ts'

/** One entry of a transaction or batch, as asked for. */
export type Entry = {
  index: number
  fullUrl: string | null
  method: string
  url: string
  /** Parts of the address: `Type`, `Type/id`, `Type?criteria`. */
  type: string
  id: string | null
  /** Criteria after `?`, or null. */
  query: string | null
  resource: Resource | null
  ifMatch: IfMatch
  /** An `ifMatch` that nobody can read: the entry is refused for it. */
  wrongMatch: string | null
  /** `If-None-Match: *`: only where it is not there yet. */
  onlyNew: boolean
  /** Headers of a read: what the caller has already. */
  known: Readonly<Record<string, string>>
  ifNoneExist: string | null
  /** What the answer carries of what was written: the resource, or a word about it. */
  wanted: 'representation' | 'OperationOutcome' | null
}
const MAX_ENTRIES = 10_000

const wrong = (index: number, what: string): never => refuse('input-invalid', { what: `Bundle.entry[${index}].${what}` })

/** The entries of a transaction or batch. @param base own address, which an entry may name. @refuses input-invalid, body-too-large */
export function readEntries(bundle: Resource, base: string): Entry[] {
  const list = Array.isArray(bundle.entry) ? bundle.entry : []
  if (list.length > MAX_ENTRIES) refuse('body-too-large', { limit: `${MAX_ENTRIES} entries` })
  return list.map((raw, index) => readEntry(raw, index, base))
}

function readEntry(raw: Json, index: number, base: string): Entry {
  const entry: JsonObject = isObject(raw) ? raw : {}
  const request: JsonObject = isObject(entry.request) ? entry.request : wrong(index, 'request')
  const { ifMatch, wrongMatch } = matchOf(request.ifMatch)
  const url = ownAddress(String(request.url), base)
  const cut = url.indexOf('?')
  const [type = '', id, ...more] = (cut < 0 ? url : url.slice(0, cut)).split('/')
  return {
    index,
    fullUrl: typeof entry.fullUrl === 'string' ? entry.fullUrl : null,
    method: String(request.method),
    url,
    type,
    id: more.length === 0 && id !== undefined ? id : more.length > 0 ? [id, ...more].join('/') : null,
    query: cut < 0 ? null : url.slice(cut + 1),
    resource: isResource(entry.resource) ? entry.resource : null,
    ifMatch,
    wrongMatch,
    onlyNew: request.ifNoneMatch === '*',
    known: knownTo(request),
    ifNoneExist: typeof request.ifNoneExist === 'string' ? request.ifNoneExist : null,
    wanted: null,
  }
}

function matchOf(sent: Json | undefined): Pick<Entry, 'ifMatch' | 'wrongMatch'> {
  const read = typeof sent === 'string' ? readIfMatch(sent) : null
  return read === undefined ? { ifMatch: null, wrongMatch: String(sent) } : { ifMatch: read, wrongMatch: null }
}

/** @refuses if-match-unreadable, naming the entry and what to send */
export function requireReadable({ wrongMatch, index }: Pick<Entry, 'wrongMatch' | 'index'>): void {
  if (wrongMatch !== null) refuse('if-match-unreadable', { value: `Bundle.entry[${index}]: ${wrongMatch.slice(0, 80)}` })
}

/** An address as it stands below the base: some write it in full, or from the root of the server on. */
const ownAddress = (url: string, base: string): string => (url.startsWith(`${base}/`) ? url.slice(base.length) : url).replace(/^\/+/, '')

/** What the caller of a read has, as the headers of a request alone would say it. */
function knownTo({ ifNoneMatch, ifModifiedSince }: JsonObject): Record<string, string> {
  const since = typeof ifModifiedSince === 'string' ? new Date(ifModifiedSince) : null
  return {
    ...(typeof ifNoneMatch === 'string' ? { 'if-none-match': ifNoneMatch } : {}),
    ...(since !== null && !Number.isNaN(since.getTime()) ? { 'if-modified-since': since.toUTCString() } : {}),
  }
}

/** Whether the entry only looks. */
export const isRead = (e: Pick<Entry, 'method'>): boolean => e.method === 'GET' || e.method === 'HEAD'

/** Whether the entry calls an operation or searches by POST: its resource is no resource to keep. */
export const isCall = (e: Pick<Entry, 'method' | 'url'>): boolean => e.method === 'POST' && isCalled(e.url)

/** Entries whose place is known only once they ran: people, and what may be there already. */
export const isLate = (e: Entry): boolean =>
  (e.method === 'POST' && !isCall(e) && (e.resource?.resourceType === 'Patient' || e.ifNoneExist !== null)) ||
  (e.method === 'PUT' && e.query !== null)

/**
 * DELETE, then what others wait for (people and conditional writes, what they refer to first), then POST, PUT and PATCH, then GET and
 * operations.
 * @spec FHIR R4 http, transaction processing rules
 */
export function processingOrder(entries: readonly Entry[], referencesOf: (resource: Resource) => readonly string[]): Entry[] {
  const order: Record<string, number> = { DELETE: 0, POST: 2, PUT: 3, PATCH: 3 }
  const rank = (e: Entry) => (isLate(e) ? 1 : isCall(e) ? 4 : (order[e.method] ?? 4))
  const depth = depthOf(entries.filter(isLate), referencesOf)
  return [...entries].sort((a, b) => rank(a) - rank(b) || (depth.get(a) ?? 0) - (depth.get(b) ?? 0) || a.index - b.index)
}

/** How many steps of references to others of these entries lie below each; a circle counts as no step. */
function depthOf(entries: readonly Entry[], referencesOf: (resource: Resource) => readonly string[]): Map<Entry, number> {
  const byUrl = new Map(entries.flatMap((e) => (e.fullUrl ? [[e.fullUrl, e] as const] : [])))
  const depth = new Map<Entry, number>()
  const open = new Set<Entry>()
  const measure = (e: Entry): number => {
    const known = depth.get(e)
    if (known !== undefined || open.has(e) || open.size > 50) return known ?? 0
    open.add(e)
    const below = e.resource ? referencesOf(e.resource).flatMap((r) => namesFor(r, e).flatMap((name) => byUrl.get(name) ?? [])) : []
    const measured = Math.max(0, ...below.map((b) => 1 + measure(b)))
    open.delete(e)
    depth.set(e, measured)
    return measured
  }
  for (const e of entries) measure(e)
  return depth
}

/**
 * Nothing may be written twice by one transaction: which of the two would hold is anybody's guess.
 * @returns what is named by its id; what conditions find is added once they are asked
 * @refuses input-invalid
 */
export function refuseRepeated(entries: readonly Pick<Entry, 'method' | 'url' | 'type' | 'id' | 'index'>[]): Set<string> {
  const seen = new Set<string>()
  for (const { method, url, type, id, index } of entries)
    if (id !== null && !isRead({ method }) && !isCall({ method, url })) onlyOnce(seen, index, `${type}/${id}`)
  return seen
}

/** @refuses input-invalid where the place was written to before */
export function onlyOnce(seen: Set<string>, index: number, place: string): void {
  if (seen.has(place)) wrong(index, `request.url: ${place.slice(0, 120)} (2)`)
  seen.add(place)
}
