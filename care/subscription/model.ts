import type { Purpose } from '#kernel/context'
import type { JsonObject } from '#packages/fhir'

/** @spec FHIR R4 subscription-status: `error` = deliveries fail; tried again until the order is set aside */
export type Status = 'requested' | 'active' | 'error' | 'off'

/**
 * What a subscriber ordered.
 * `shape`: `criteria` is R4's own form (a search), `topic` that of the R5 backport (a topic and filters).
 */
export type Order = {
  shape: 'criteria' | 'topic'
  /** Type of the resources that are watched. */
  type: string
  /** Search conditions a changed resource must meet, as a query string; '' for every resource of the type. */
  query: string
  channel: 'rest-hook' | 'websocket'
  endpoint: string | null
  headers: [name: string, value: string][]
  /** How content is written; null where none is wanted. */
  mime: 'application/fhir+json' | 'application/fhir+xml' | null
  content: 'empty' | 'id-only' | 'full-resource'
  /** Seconds without a word after which the subscriber wants to hear that all is well; null for never. */
  heartbeatSeconds: number | null
  /** Seconds a delivery may take. */
  timeoutSeconds: number
  /** Events in one notification. */
  maxCount: number
  /** ISO instant from which nothing is sent, or null. */
  end: string | null
}

/** An order as it stands. `key` is the number of the institution that placed it. */
export type Subscription = {
  key: string
  id: string
  version: number
  lastUpdated: Date
  deleted: boolean
  /** The client whose rights every delivery runs under, and the scopes it held when it ordered. */
  clientId: string
  scopes: string[]
  /** What the client stated it asks for when it ordered: every event is met and told under it. */
  purpose: Purpose
  /** The token it was ordered by last, as the log names it. */
  via: string
  status: Status
  /** Why it is in `error` or `off`, in a word; null where all is well. */
  reason: string | null
  order: Order
  /** The resource as sent, without id, meta, status and error. */
  body: JsonObject
  /** Number of the newest event. */
  events: number
  /** Number of the newest event that arrived. */
  delivered: number
  /** Tries in a row that failed, since when, and when the next one is due. */
  failures: number
  failingSince: Date | null
  nextTryAt: Date | null
  /** Set aside: nothing is tried until the subscriber asks again. */
  parked: boolean
  lastSentAt: Date | null
}

/** A resource that was written or removed, as the outbox tells it. */
export type Change = { key: string; type: string; id: string; version: number; removed: boolean; at: Date }

/** A change that met an order, under the number it has there. */
export type Event = Change & { number: number }
