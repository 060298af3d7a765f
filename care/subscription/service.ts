import { randomBytes } from 'node:crypto'
import { scopeAllows } from '#care/record'
import type { Actor, Context } from '#kernel/context'
import { ulid } from '#kernel/id'
import type { Outbound } from '#kernel/outbound'
import { refuse } from '#kernel/refusal'
import { hasError, type Resource, validateResource } from '#packages/fhir'
import { deliveryWorker } from './delivery.ts'
import { subscriptionFeed } from './feed.ts'
import { hashOfToken, mayBind, subscriptionLines } from './lines.ts'
import type { Order, Subscription } from './model.ts'
import { notificationBundle } from './notification.ts'
import { shownNow, type Sources } from './reading.ts'
import { keptOf, readOrder } from './resource.ts'
import * as store from './store.ts'
import { type FoundSubscriptions, searchAmong } from './search.ts'

export type SubscriptionService = ReturnType<typeof subscriptionService>

const MOST_OF_ONE = 500
const TOKEN_SECONDS = 60
const MOST_EVENTS_ASKED = 100
const DAY_MS = 24 * 3600_000
/** Events are kept this long after they arrived, and this long in any case. */
const KEPT_MS = 7 * DAY_MS
const KEPT_AT_MOST_MS = 30 * DAY_MS

type SystemActor = Extract<Actor, { kind: 'system' }>

/** Orders to be told of changes, each delivered under the rights its client has at that moment. */
export function subscriptionService(sources: Sources & { outbound: Outbound; chance?: () => number }) {
  const { record, base, outbound } = sources

  /** @refuses not-permitted, scope-missing */
  function requireClient(ctx: Context, act: 'c' | 'r' | 'u' | 'd' | 's'): SystemActor {
    const { actor } = ctx
    if (actor.kind !== 'system') return refuse('not-permitted')
    if (!scopeAllows(actor.scopes, 'Subscription', act)) refuse('scope-missing', { scope: `system/Subscription.${act}` })
    return actor
  }

  /** What is ordered, held against what the client may see and where the platform may call. @refuses resource-invalid, subscription-invalid, hook-refused */
  async function requireOrder(ctx: Context, actor: SystemActor, resource: Resource): Promise<Order> {
    const findings = validateResource(resource)
    if (hasError(findings)) refuse('resource-invalid', {}, findings)
    const order = readOrder(resource, base)
    if ('wrong' in order) return refuse('subscription-invalid', { what: order.wrong })
    if (resource.status !== 'requested' && resource.status !== 'off' && resource.status !== 'active')
      refuse('subscription-invalid', { what: 'Subscription.status (requested)' })
    if (order.end !== null && new Date(order.end) <= ctx.now) refuse('subscription-invalid', { what: 'Subscription.end' })
    for (const act of ['r', 's'] as const)
      if (!scopeAllows(actor.scopes, order.type, act)) refuse('scope-missing', { scope: `system/${order.type}.${act}` })
    // Judged now by asking about nothing, so that a parameter nobody knows is refused here and not found out later.
    await record.matching(ctx, order.type, new URLSearchParams(order.query), [])
    const why = order.channel === 'rest-hook' ? outbound.whyNot(order.endpoint!) : null
    if (why) refuse('hook-refused', { reason: why })
    return order
  }

  /** A hook of the backport greets first; everything else is listened for from this commit on. */
  const firstStatus = (resource: Resource, order: Order): Subscription['status'] =>
    resource.status === 'off' ? 'off' : order.channel === 'rest-hook' && order.shape === 'topic' ? 'requested' : 'active'

  /** @refuses not-found, gone */
  async function requireOwn(ctx: Context, actor: SystemActor, id: string, lock = false): Promise<Subscription> {
    const found = (await store.find(ctx.db, { key: actor.institutionNumber, id, lock })) ?? refuse('not-found')
    return found.deleted ? refuse('gone') : found
  }

  /** What is told under an order is told for what it was placed for. @refuses purpose-differs */
  const requirePurpose = (ctx: Context, { purpose }: Subscription): void => {
    if (purpose !== ctx.purpose) refuse('purpose-differs', { purpose })
  }

  const note = (ctx: Context, id: string, action?: string) =>
    ctx.audit({ ...(action ? { action } : {}), resource: `Subscription/${id}`, count: 1 })

  return {
    /** @refuses not-permitted, scope-missing, resource-invalid, subscription-invalid, hook-refused, search-unsupported */
    async create(ctx: Context, resource: Resource): Promise<Subscription> {
      const actor = requireClient(ctx, 'c')
      const order = await requireOrder(ctx, actor, resource)
      const key = actor.institutionNumber
      if ((await store.countOf(ctx.db, key)) >= MOST_OF_ONE) refuse('subscription-invalid', { what: `${MOST_OF_ONE}` })
      const made: Subscription = {
        ...{ key, id: ulid(ctx.now.getTime()), version: 1, lastUpdated: ctx.now, deleted: false },
        ...{ clientId: actor.id, scopes: [...actor.scopes], purpose: ctx.purpose, via: ctx.via ?? '' },
        ...{ status: firstStatus(resource, order), reason: null },
        ...{ order, body: keptOf(resource), events: 0, delivered: 0 },
        ...{ failures: 0, failingSince: null, nextTryAt: null, parked: false, lastSentAt: null },
      }
      await store.insert(ctx.db, made)
      note(ctx, made.id)
      return made
    },

    async read(ctx: Context, id: string): Promise<Subscription> {
      const actor = requireClient(ctx, 'r')
      note(ctx, id)
      return requireOwn(ctx, actor, id)
    },

    /** Replaces an order, or asks again for one that was set aside: it goes on where it stopped. @refuses version-conflict, purpose-differs */
    async update(ctx: Context, id: string, resource: Resource, ifMatch: number | null): Promise<Subscription> {
      const actor = requireClient(ctx, 'u')
      const old = await requireOwn(ctx, actor, id, true)
      requirePurpose(ctx, old)
      if (ifMatch !== null && ifMatch !== old.version) refuse('version-conflict', { version: String(old.version) })
      const order = await requireOrder(ctx, actor, resource)
      const next: Subscription = {
        ...old,
        ...{ version: old.version + 1, lastUpdated: ctx.now, clientId: actor.id, scopes: [...actor.scopes], via: ctx.via ?? '' },
        ...{ order, body: keptOf(resource) },
        ...{ status: firstStatus(resource, order), reason: null, failures: 0, failingSince: null, nextTryAt: null, parked: false },
      }
      await store.replace(ctx.db, next)
      note(ctx, id)
      return next
    },

    async remove(ctx: Context, id: string): Promise<{ version: number }> {
      const actor = requireClient(ctx, 'd')
      const old = (await store.find(ctx.db, { key: actor.institutionNumber, id, lock: true })) ?? refuse('not-found')
      if (old.deleted) return { version: old.version }
      await store.remove(ctx.db, old, ctx.now)
      note(ctx, id)
      return { version: old.version + 1 }
    },

    /** The institution's orders that meet all conditions, a page of them. @refuses search-unsupported, search-invalid */
    async search(ctx: Context, query: URLSearchParams): Promise<FoundSubscriptions> {
      const actor = requireClient(ctx, 's')
      const found = searchAmong(await store.findOf(ctx.db, actor.institutionNumber, MOST_OF_ONE), query)
      ctx.audit({ resource: 'Subscription?', count: found.page.length })
      return found
    },

    /** Status of orders, by id and status. */
    async status(ctx: Context, ids: readonly string[], statuses: readonly string[]): Promise<Subscription[]> {
      const actor = requireClient(ctx, 'r')
      const all = await store.findOf(ctx.db, actor.institutionNumber, MOST_OF_ONE)
      ctx.audit({ resource: 'Subscription/$status', count: all.length })
      return all.filter((s) => (ids.length === 0 || ids.includes(s.id)) && (statuses.length === 0 || statuses.includes(s.status)))
    },

    /** Events that happened before, as the caller may see them now. @param of numbers, both included */
    async events(ctx: Context, id: string, of: { from: number; to: number | null; content: Order['content'] | null }): Promise<Resource> {
      const actor = requireClient(ctx, 'r')
      const s = await requireOwn(ctx, actor, id)
      requirePurpose(ctx, s)
      const events = await store.findEvents(ctx.db, { key: s.key, id, from: of.from, to: of.to ?? s.events, most: MOST_EVENTS_ASKED })
      note(ctx, id)
      const shown = await shownNow(ctx, record, events)
      // Never more content than was ordered: that is what the endpoint was trusted with.
      const rank = ['empty', 'id-only', 'full-resource']
      const content = of.content && rank.indexOf(of.content) < rank.indexOf(s.order.content) ? of.content : s.order.content
      return notificationBundle(s, { base, type: 'query-event', at: ctx.now, shown, content })
    },

    /** A token that binds orders to a line once, within a minute. @refuses not-found where there is nothing to bind */
    async bindingToken(ctx: Context, ids: readonly string[]): Promise<{ token: string; until: Date; subscriptions: string[] }> {
      const actor = requireClient(ctx, 'r')
      const all = await store.findOf(ctx.db, actor.institutionNumber, MOST_OF_ONE)
      const mine = all.filter(
        (s) => mayBind(actor, s) && s.order.channel === 'websocket' && s.status !== 'off' && (ids.length === 0 || ids.includes(s.id)),
      )
      if (mine.length === 0 || mine.length < ids.length) refuse('not-found')
      const token = `${actor.institutionNumber}.${randomBytes(32).toString('base64url')}`
      const until = new Date(ctx.now.getTime() + TOKEN_SECONDS * 1000)
      const subscriptions = mine.map((s) => s.id)
      const binding = {
        key: actor.institutionNumber,
        tokenHash: hashOfToken(token),
        clientId: actor.id,
        subscriptionIds: subscriptions,
        until,
      }
      await store.insertBinding(ctx.db, binding)
      ctx.audit({ resource: 'Subscription/$get-ws-binding-token', count: subscriptions.length })
      return { token, until, subscriptions }
    },

    base,
    /** Takes changes of the record out of the outbox. */
    feed: subscriptionFeed(sources),
    worker: deliveryWorker(sources),
    /** What is done on a line. */
    listen: subscriptionLines(sources),
    forget: (db: Context['db'], now: Date) =>
      store.forget(db, { arrived: new Date(now.getTime() - KEPT_MS), any: new Date(now.getTime() - KEPT_AT_MOST_MS), now }),
  }
}
