import { type Json, type JsonObject, type Resource, toXml } from '#packages/fhir'
import type { Event, Order, Subscription } from './model.ts'
import { errorText, extensionUrls, topicUrl } from './resource.ts'

/** What may be shown of an event now; `body` null where its resource was removed. Withheld events have none at all. */
export type Shown = { event: Event; seen: { body: string | null } | null }

export type NotificationType = 'handshake' | 'heartbeat' | 'event-notification' | 'query-status' | 'query-event'

const methodOf = (e: Event) => (e.removed ? 'DELETE' : e.version === 1 ? 'POST' : 'PUT')
const answers = { DELETE: '204', POST: '201', PUT: '200' } as const

/** A subscription's status as Parameters. @spec Subscriptions R5 Backport, R4 Topic-Based Subscription Status */
export function statusParameters(
  s: Subscription,
  about: { base: string; type: NotificationType; shown?: readonly Shown[]; content: Order['content'] },
): Resource {
  const { base, type, shown = [], content } = about
  const event = ({ event, seen }: Shown): JsonObject => ({
    name: 'notification-event',
    part: [
      { name: 'event-number', valueString: String(event.number) },
      { name: 'timestamp', valueInstant: event.at.toISOString() },
      ...(seen && content !== 'empty' ? [{ name: 'focus', valueReference: { reference: `${base}/${event.type}/${event.id}` } }] : []),
    ],
  })
  const parameter: JsonObject[] = [
    { name: 'subscription', valueReference: { reference: `${base}/Subscription/${s.id}` } },
    ...(s.order.shape === 'topic' && content !== 'empty' ? [{ name: 'topic', valueCanonical: topicUrl(base, s.order.type) }] : []),
    { name: 'status', valueCode: s.status },
    { name: 'type', valueCode: type },
    { name: 'events-since-subscription-start', valueString: String(s.events) },
    ...shown.map(event),
    ...(s.reason === null ? [] : [{ name: 'error', valueCodeableConcept: { text: errorText(s) } }]),
  ]
  return { resourceType: 'Parameters', meta: { profile: [extensionUrls.statusProfile] }, parameter }
}

/**
 * A notification as a Bundle. Events whose resource may not be shown now keep their number and lose everything else, so that the
 * count has no gap and nothing leaves.
 */
export function notificationBundle(
  s: Subscription,
  about: { base: string; type: NotificationType; at: Date; shown?: readonly Shown[]; content?: Order['content'] },
): Resource {
  const { base, at, shown = [] } = about
  const content = about.content ?? s.order.content
  const status: JsonObject = {
    fullUrl: `${base}/Subscription/${s.id}/$status`,
    resource: statusParameters(s, { base, type: about.type, shown, content }),
    request: { method: 'GET', url: `Subscription/${s.id}/$status` },
    response: { status: '200' },
  }
  const entries = shown.flatMap(({ event, seen }): Json[] => {
    if (!seen || content === 'empty') return []
    const method = methodOf(event)
    return [
      {
        fullUrl: `${base}/${event.type}/${event.id}`,
        ...(content === 'full-resource' && seen.body !== null ? { resource: JSON.parse(seen.body) as Json } : {}),
        request: { method, url: method === 'POST' ? event.type : `${event.type}/${event.id}` },
        response: { status: answers[method] },
      },
    ]
  })
  return {
    resourceType: 'Bundle',
    meta: { profile: [extensionUrls.notificationProfile] },
    type: 'history',
    timestamp: at.toISOString(),
    entry: [status, ...entries],
  }
}

/** A resource in the form its subscriber wants. */
export const written = (resource: Resource, mime: Order['mime']): string =>
  mime === 'application/fhir+xml' ? toXml(resource) : JSON.stringify(resource)
