import { type Json, type JsonObject, isObject, isResourceType, type Resource } from '#packages/fhir'
import type { Order, Subscription } from './model.ts'

const BACKPORT = 'http://hl7.org/fhir/uv/subscriptions-backport/StructureDefinition'

/** Extensions of the backport. @spec Subscriptions R5 Backport 1.1 https://hl7.org/fhir/uv/subscriptions-backport/ */
export const extensionUrls = {
  filter: `${BACKPORT}/backport-filter-criteria`,
  content: `${BACKPORT}/backport-payload-content`,
  heartbeat: `${BACKPORT}/backport-heartbeat-period`,
  timeout: `${BACKPORT}/backport-timeout`,
  maxCount: `${BACKPORT}/backport-max-count`,
  notificationProfile: `${BACKPORT}/backport-subscription-notification-r4`,
  statusProfile: `${BACKPORT}/backport-subscription-status-r4`,
} as const

const ACT_REASON = 'http://terminology.hl7.org/CodeSystem/v3-ActReason'
const USUAL_TIMEOUT_SECONDS = 10
const MOST_TIMEOUT_SECONDS = 30
export const LEAST_HEARTBEAT_SECONDS = 5
const USUAL_COUNT = 20
const MOST_COUNT = 100

/** Headers that belong to the connection or to the platform, not to the subscriber. */
const takenHeaders = /^(host|content-.*|transfer-encoding|connection|upgrade|expect|te|trailer|keep-alive|proxy-.*|enishi-.*)$/i
const HEADER = /^([!#$%&'*+.^_`|~0-9A-Za-z-]{1,60}): *([\x20-\x7e]{0,2000})$/

/** An order that cannot be read, by the element that is wrong. */
export type Unreadable = { wrong: string }
const unreadable = (wrong: string): Unreadable => ({ wrong })

/** The topic of a type of resource. */
export const topicUrl = (base: string, type: string): string => `${base}/SubscriptionTopic/${type}`

const objectAt = (value: Json | undefined): JsonObject => (isObject(value) ? value : {})
const listAt = (value: Json | undefined): Json[] => (Array.isArray(value) ? value : [])
const extensionsAt = (value: Json | undefined, url: string): JsonObject[] =>
  listAt(objectAt(value).extension).filter((e): e is JsonObject => isObject(e) && e.url === url)

/** What a Subscription orders, in either form. @param base address of this server's FHIR surface */
export function readOrder(resource: Resource, base: string): Order | Unreadable {
  const channel = objectAt(resource.channel)
  const watched = readWatched(resource, base)
  if ('wrong' in watched) return watched
  if (channel.type !== 'rest-hook' && channel.type !== 'websocket') return unreadable('Subscription.channel.type (rest-hook | websocket)')
  const endpoint = typeof channel.endpoint === 'string' ? channel.endpoint : null
  if (channel.type === 'rest-hook' && endpoint === null) return unreadable('Subscription.channel.endpoint')
  const headers = readHeaders(listAt(channel.header))
  if ('wrong' in headers) return headers
  const payload = readPayload(channel, watched.shape)
  if ('wrong' in payload) return payload
  const end = typeof resource.end === 'string' ? new Date(resource.end) : null
  if (end && Number.isNaN(end.getTime())) return unreadable('Subscription.end')
  const number = (url: string, name: string) => extensionsAt(channel, url).map((e) => e[name])[0]
  const [heartbeat, timeout, count] = [
    number(extensionUrls.heartbeat, 'valueUnsignedInt'),
    number(extensionUrls.timeout, 'valueUnsignedInt'),
    number(extensionUrls.maxCount, 'valuePositiveInt'),
  ]
  return {
    ...watched,
    ...payload,
    channel: channel.type,
    endpoint,
    headers: headers.list,
    heartbeatSeconds:
      watched.shape === 'topic' && typeof heartbeat === 'number' && heartbeat > 0 ? Math.max(heartbeat, LEAST_HEARTBEAT_SECONDS) : null,
    timeoutSeconds: typeof timeout === 'number' && timeout > 0 ? Math.min(timeout, MOST_TIMEOUT_SECONDS) : USUAL_TIMEOUT_SECONDS,
    maxCount: typeof count === 'number' && count > 0 ? Math.min(count, MOST_COUNT) : USUAL_COUNT,
    end: end?.toISOString() ?? null,
  }
}

/** A search as R4 writes it, or a topic of this server with filters that must all be met. */
function readWatched(resource: Resource, base: string): Pick<Order, 'shape' | 'type' | 'query'> | Unreadable {
  const criteria = typeof resource.criteria === 'string' ? resource.criteria : ''
  if (!/^https?:/.test(criteria)) {
    const watched = readSearch(criteria)
    return watched ? { shape: 'criteria', ...watched } : unreadable('Subscription.criteria')
  }
  const type = criteria.startsWith(`${base}/SubscriptionTopic/`) ? criteria.slice(`${base}/SubscriptionTopic/`.length) : ''
  if (!isResourceType(type)) return unreadable(`Subscription.criteria (topics: ${base}/SubscriptionTopic)`)
  const filters = extensionsAt(resource._criteria, extensionUrls.filter).map((e) =>
    readSearch(typeof e.valueString === 'string' ? e.valueString : '', type),
  )
  if (filters.some((f) => f === null || f.type !== type)) return unreadable('Subscription.criteria.extension (filter-criteria)')
  return {
    shape: 'topic',
    type,
    query: filters
      .map((f) => f!.query)
      .filter((q) => q !== '')
      .join('&'),
  }
}

/** `Observation?code=x`, or `code=x` where the type is known. */
function readSearch(text: string, known?: string): { type: string; query: string } | null {
  const [before = '', after] = text.split(/\?(.*)/s, 2)
  const [type, query] = after === undefined && known !== undefined && before.includes('=') ? [known, before] : [before, after ?? '']
  if (!isResourceType(type)) return null
  const parameters = new URLSearchParams(query)
  // Parameters that shape an answer choose nothing.
  const idle = [...parameters.keys()].some((name) =>
    /^_(count|sort|total|summary|elements|include|revinclude|format|pretty|cursor|has)\b/.test(name),
  )
  return idle ? null : { type, query: String(parameters) }
}

function readHeaders(sent: readonly Json[]): { list: [string, string][] } | Unreadable {
  if (sent.length > 20) return unreadable('Subscription.channel.header')
  const list: [string, string][] = []
  for (const line of sent) {
    const [, name = '', value = ''] = (typeof line === 'string' && HEADER.exec(line)) || []
    if (name === '' || takenHeaders.test(name)) return unreadable('Subscription.channel.header')
    list.push([name, value])
  }
  return { list }
}

function readPayload(channel: JsonObject, shape: Order['shape']): Pick<Order, 'mime' | 'content'> | Unreadable {
  const sent = typeof channel.payload === 'string' ? channel.payload.split(';')[0]!.trim() : ''
  const format = sent === '' ? null : /^application\/(?:fhir\+)?(json|xml)$/.exec(sent)?.[1]
  if (format === undefined) return unreadable('Subscription.channel.payload (application/fhir+json | application/fhir+xml)')
  const mime = format === null ? null : format === 'xml' ? 'application/fhir+xml' : 'application/fhir+json'
  if (shape === 'criteria') return { mime, content: mime === null ? 'empty' : 'full-resource' }
  const content = extensionsAt(channel._payload, extensionUrls.content)[0]?.valueCode ?? 'empty'
  if (content !== 'empty' && content !== 'id-only' && content !== 'full-resource')
    return unreadable('Subscription.channel.payload.extension')
  return { mime: mime ?? 'application/fhir+json', content }
}

/** What is kept of a resource: all that the platform does not say itself. */
export function keptOf(resource: Resource): JsonObject {
  const { resourceType: _type, id: _id, meta: _meta, status: _status, error: _error, ...rest } = resource
  return rest
}

/** The order as a resource. @param reader id of the client that asks: only who ordered sees the secrets in the headers */
export function asResource(s: Subscription, reader: string): Resource {
  const channel = objectAt(s.body.channel)
  const masked = s.order.headers.length > 0 && reader !== s.clientId ? { header: s.order.headers.map(([name]) => `${name}: ***`) } : {}
  return {
    resourceType: 'Subscription',
    id: s.id,
    // What it was placed for, as a label beside it; treatment is what everything here is for unless something else is said.
    meta: {
      versionId: String(s.version),
      lastUpdated: s.lastUpdated.toISOString(),
      ...(s.purpose === 'TREAT' ? {} : { security: [{ system: ACT_REASON, code: s.purpose }] }),
    },
    ...s.body,
    channel: { ...channel, ...masked },
    status: s.status,
    ...(s.reason === null ? {} : { error: errorText(s) }),
  }
}

/** What is the matter, in words. */
export function errorText(s: Pick<Subscription, 'reason' | 'failures' | 'failingSince' | 'nextTryAt' | 'parked' | 'status'>): string {
  const since = s.failingSince ? ` since ${s.failingSince.toISOString()}` : ''
  const tries = s.failures > 0 ? `, ${s.failures} tries${since}` : ''
  const next = s.parked ? '; set aside until it is requested again' : s.nextTryAt ? `; next try ${s.nextTryAt.toISOString()}` : ''
  return `${s.reason}${tries}${next}`
}
