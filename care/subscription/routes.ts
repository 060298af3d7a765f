import { heedProjection, readResource } from '#care/record'
import type { Context } from '#kernel/context'
import { forgetHandedOver } from '#kernel/outbox'
import { systemPurposes } from '#kernel/proof'
import { refuse } from '#kernel/refusal'
import type { Answer, Row, RouteRequest } from '#kernel/route'
import { isObject, isResource, type Json, type Resource } from '#packages/fhir'
import { SOCKET_PATH, socketUrl } from './capability.ts'
import { DELIVERY_LAW } from './delivery.ts'
import type { Order, Subscription } from './model.ts'
import { statusParameters } from './notification.ts'
import { asResource } from './resource.ts'
import type { SubscriptionService } from './service.ts'
import { BACKPORT, eventsTakes, searchTakes, statusTakes, tokenTakes } from './terms.ts'
import { topicOf, topicTypes } from './topics.ts'

const DAY_MS = 24 * 3600_000
/** Messages of the outbox are kept this long after they were handed over. */
const OUTBOX_KEPT_MS = 7 * DAY_MS

const clients = { who: ['system'], why: systemPurposes, law: DELIVERY_LAW } as const

/** Subscriptions as rows: the resource, its operations, its topics, the line, and the leader's work. */
export function subscriptionRoutes(service: SubscriptionService): Row[] {
  const { base } = service
  const place = (s: { id: string; version: number }) => `${base}/Subscription/${s.id}/_history/${s.version}`
  const shown = (ctx: Context, s: Subscription, status = 200): Answer => ({
    status,
    headers: { etag: `W/"${s.version}"`, 'last-modified': s.lastUpdated.toUTCString(), ...(status === 201 ? { location: place(s) } : {}) },
    fhir: asResource(s, readerOf(ctx)),
  })
  const searched = async (ctx: Context, query: URLSearchParams): Promise<Answer> => {
    const { page, total, next, used } = await service.search(ctx, query)
    const link = (relation: string, more: [string, string][]) => ({
      relation,
      url: `${base}/Subscription?${new URLSearchParams([...used, ...more])}`,
    })
    const entries = page.map((s) => ({ fullUrl: `${base}/Subscription/${s.id}`, resource: asResource(s, readerOf(ctx)) }))
    return {
      fhir: { ...bundleOf(entries), total, link: [link('self', []), ...(next === null ? [] : [link('next', [['_cursor', next]])])] },
    }
  }
  const status = async (ctx: Context, ids: readonly string[], statuses: readonly string[]): Promise<Answer> => {
    const found = await service.status(ctx, ids, statuses)
    const resource = (s: Subscription) => statusParameters(s, { base, type: 'query-status', content: s.order.content })
    return { fhir: bundleOf(found.map((s) => ({ fullUrl: `${base}/Subscription/${s.id}/$status`, resource: resource(s) }))) }
  }
  const one = async (ctx: Context, id: string): Promise<Answer> => {
    await service.read(ctx, id)
    return status(ctx, [id], [])
  }
  const token = async (ctx: Context, ids: readonly string[]): Promise<Answer> => ({
    fhir: tokenParameters(await service.bindingToken(ctx, ids), base),
  })
  return heedProjection([
    {
      ...{ kind: 'write', method: 'POST', path: '/fhir/R4/Subscription', ...clients, audit: 'subscription.create', body: 'text' },
      summary: { ja: '通知の申し込み', en: 'Subscribe to changes' },
      handle: async (ctx, request) => {
        if (request.headers['if-none-exist'] !== undefined) notOffered('create (If-None-Exist)')
        return shown(ctx, await service.create(ctx, subscriptionIn(request)), 201)
      },
    },
    {
      ...{ kind: 'read', method: 'GET', path: '/fhir/R4/Subscription', ...clients, audit: 'subscription.search' },
      summary: { ja: '自機関の通知の一覧', en: 'The institution’s subscriptions' },
      takes: searchTakes,
      handle: (ctx, { query }) => searched(ctx, query),
    },
    {
      ...{ kind: 'read', method: 'POST', path: '/fhir/R4/Subscription/_search', ...clients, audit: 'subscription.search' },
      summary: { ja: '自機関の通知の一覧（条件を本文で送る）', en: 'The institution’s subscriptions, criteria in the body' },
      takes: searchTakes,
      handle: (ctx, { query, body }) => searched(ctx, new URLSearchParams([...query, ...formPairs(body)])),
    },
    {
      ...{ kind: 'read', method: 'GET', path: '/fhir/R4/Subscription/:id', ...clients, audit: 'subscription.read' },
      summary: { ja: '通知1件の読み取り', en: 'Read one subscription' },
      handle: async (ctx, { params }) =>
        shown(ctx, await service.read(ctx, params.id === '_history' ? notOffered('history-type') : params.id!)),
    },
    {
      ...{ kind: 'write', method: 'PUT', path: '/fhir/R4/Subscription/:id', ...clients, audit: 'subscription.update', body: 'text' },
      summary: { ja: '通知の変更・再開', en: 'Change a subscription, or start it again' },
      handle: async (ctx, request) => {
        const resource = subscriptionIn(request)
        if (resource.id !== request.params.id) refuse('input-invalid', { what: 'id' })
        return shown(ctx, await service.update(ctx, request.params.id!, resource, ifMatch(request.headers['if-match'])))
      },
    },
    {
      ...{ kind: 'write', method: 'DELETE', path: '/fhir/R4/Subscription/:id', ...clients, audit: 'subscription.delete' },
      summary: { ja: '通知をやめる', en: 'End a subscription' },
      handle: async (ctx, { params }) => ({ status: 204, headers: { etag: `W/"${(await service.remove(ctx, params.id!)).version}"` } }),
    },
    {
      ...{ kind: 'read', method: 'GET', path: '/fhir/R4/Subscription/:id/$status', ...clients, audit: 'subscription.status' },
      definition: `${BACKPORT}/backport-subscription-status`,
      summary: { ja: '通知の状態', en: 'State of a subscription' },
      handle: (ctx, { params }) => one(ctx, params.id!),
    },
    {
      ...{ kind: 'read', method: 'GET', path: '/fhir/R4/Subscription/$status', ...clients, audit: 'subscription.status' },
      definition: `${BACKPORT}/backport-subscription-status`,
      takes: statusTakes,
      summary: { ja: '自機関の通知すべての状態', en: 'State of the institution’s subscriptions' },
      handle: (ctx, { query }) => status(ctx, listed(query, 'id'), listed(query, 'status')),
    },
    {
      ...{ kind: 'read', method: 'POST', path: '/fhir/R4/Subscription/$status', ...clients, audit: 'subscription.status' },
      definition: `${BACKPORT}/backport-subscription-status`,
      takes: statusTakes,
      summary: { ja: '自機関の通知の状態（Parametersで尋ねる）', en: 'State of subscriptions, asked by Parameters' },
      handle: (ctx, { body, query }) =>
        status(
          ctx,
          [...listed(query, 'id'), ...parametersNamed(body, 'id')],
          [...listed(query, 'status'), ...parametersNamed(body, 'status')],
        ),
    },
    {
      ...{ kind: 'read', method: 'POST', path: '/fhir/R4/Subscription/:id/$status', ...clients, audit: 'subscription.status' },
      definition: `${BACKPORT}/backport-subscription-status`,
      summary: { ja: '通知1件の状態（POSTで尋ねる）', en: 'State of one subscription, asked by POST' },
      handle: (ctx, { params }) => one(ctx, params.id!),
    },
    {
      ...{ kind: 'read', method: 'POST', path: '/fhir/R4/Subscription/:id/$events', ...clients, audit: 'subscription.events' },
      definition: `${BACKPORT}/backport-subscription-events`,
      takes: eventsTakes,
      summary: { ja: 'これまでの出来事（Parametersで尋ねる）', en: 'Earlier events, asked by Parameters' },
      handle: async (ctx, { params, query, body }) => {
        const wanted = new URLSearchParams(query)
        for (const { name } of eventsTakes) for (const value of parametersNamed(body, name)) wanted.set(name, value)
        return { fhir: await service.events(ctx, params.id!, asked(wanted)) }
      },
    },
    {
      ...{ kind: 'read', method: 'GET', path: '/fhir/R4/Subscription/:id/$events', ...clients, audit: 'subscription.events' },
      definition: `${BACKPORT}/backport-subscription-events`,
      takes: eventsTakes,
      summary: { ja: 'これまでの出来事（今見てよいものだけ）', en: 'Earlier events, as far as they may be seen now' },
      handle: async (ctx, { params, query }) => ({ fhir: await service.events(ctx, params.id!, asked(query)) }),
    },
    {
      ...{ kind: 'write', method: 'POST', path: '/fhir/R4/Subscription/$get-ws-binding-token', ...clients, audit: 'subscription.token' },
      definition: `${BACKPORT}/backport-subscription-get-ws-binding-token`,
      takes: tokenTakes,
      summary: { ja: 'WebSocket に結びつけるための一度きりの値', en: 'A token that binds subscriptions to a WebSocket once' },
      handle: (ctx, { body, query }) =>
        token(
          ctx,
          // The backport has called this parameter by both names.
          ['id', 'ids'].flatMap((name) => [...listed(query, name), ...parametersNamed(body, name)]),
        ),
    },
    {
      ...{
        kind: 'write',
        method: 'POST',
        path: '/fhir/R4/Subscription/:id/$get-ws-binding-token',
        ...clients,
        audit: 'subscription.token',
      },
      definition: `${BACKPORT}/backport-subscription-get-ws-binding-token`,
      summary: { ja: '1件を WebSocket に結びつけるための一度きりの値', en: 'A token that binds one subscription to a WebSocket once' },
      handle: (ctx, { params }) => token(ctx, [params.id!]),
    },
    {
      ...{ kind: 'read', method: 'GET', path: '/fhir/R4/SubscriptionTopic', ...clients, audit: 'subscription.topics' },
      summary: { ja: '申し込める通知の種類', en: 'Topics one can subscribe to' },
      handle: async () => ({ fhir: bundleOf(topicTypes.map((type) => ({ resource: topicOf(base, type)! }))) }),
    },
    {
      ...{ kind: 'read', method: 'GET', path: '/fhir/R4/SubscriptionTopic/:type', ...clients, audit: 'subscription.topics' },
      summary: { ja: '通知の種類1件', en: 'One topic' },
      handle: async (_ctx, { params }) => ({ fhir: topicOf(base, params.type!) ?? refuse('not-found') }),
    },
    {
      ...{ kind: 'socket', method: 'GET', path: SOCKET_PATH, who: ['system', 'public'], why: systemPurposes, law: DELIVERY_LAW },
      audit: 'subscription.socket',
      summary: {
        ja: '通知を受け取る WebSocket（トークンか、一度きりの値で結びつける）',
        en: 'WebSocket for notifications, bound by access token or binding token',
      },
      maxMessageBytes: 1_024,
      handle: service.listen,
    },
    ...jobs(service),
  ])
}

function jobs(service: SubscriptionService): Row[] {
  return [
    {
      ...{ kind: 'job', name: 'subscription.deliver', everyMs: 200, apart: true, law: DELIVERY_LAW },
      summary: { ja: '通知を届ける', en: 'Deliver notifications' },
      async run({ db, epoch, now }) {
        const [start, began] = [now.getTime(), performance.now()]
        await service.worker.deliverDue({ db, epoch, now: () => new Date(start + performance.now() - began) })
      },
    },
    {
      ...{
        kind: 'job',
        name: 'subscription.forget',
        everyMs: 3600_000,
        law: '医療情報システムの安全管理に関するガイドライン 第6.0版（不要になった情報の消去）',
      },
      summary: {
        ja: '届いた通知と受け渡しの済んだ知らせを消す',
        en: 'Forget notifications that arrived and messages that were handed over',
      },
      async run({ db, now }) {
        await service.forget(db, now)
        await forgetHandedOver(db, new Date(now.getTime() - OUTBOX_KEPT_MS))
      },
    },
  ]
}

const readerOf = ({ actor }: Context): string => (actor.kind === 'system' ? actor.id : '')

const notOffered = (interaction: string): never => refuse('interaction-unsupported', { type: 'Subscription', interaction })

/** @refuses resource-invalid */
function subscriptionIn(request: RouteRequest): Resource {
  const value = readResource(request)
  if (isResource(value) && value.resourceType === 'Subscription') return value
  return refuse('subscription-invalid', { what: 'resourceType' })
}

/** @refuses if-match-unreadable for anything but `W/"n"` */
function ifMatch(header: string | undefined): number | null {
  if (header === undefined) return null
  const match = /^(?:W\/)?"(\d{1,9})"$/.exec(header)
  return match ? Number(match[1]) : refuse('if-match-unreadable', { value: header.slice(0, 80) })
}

const bundleOf = (entries: readonly { fullUrl?: string; resource: Resource }[]): Resource => ({
  resourceType: 'Bundle',
  type: 'searchset',
  total: entries.length,
  ...(entries.length > 0 ? { entry: entries.map((e) => ({ ...e, search: { mode: 'match' } })) } : {}),
})

const listed = (query: URLSearchParams, name: string): string[] => query.getAll(name).flatMap((v) => v.split(',').filter(Boolean))

function formPairs(body: unknown): [string, string][] {
  if (body === null || typeof body !== 'object') return []
  return Object.entries(body).flatMap(([name, value]) =>
    (Array.isArray(value) ? value : [value]).map((v): [string, string] => [name, String(v)]),
  )
}

/** Values of a Parameters resource by name. */
function parametersNamed(body: unknown, name: string): string[] {
  const list = isObject(body) && Array.isArray(body.parameter) ? body.parameter : []
  const values = list.flatMap((p) => (isObject(p) && p.name === name ? [p.valueId, p.valueString, p.valueCode, p.valueInteger] : []))
  return values.flatMap((v) => (v === undefined ? [] : [String(v)]))
}

/** @refuses input-invalid */
function asked(query: URLSearchParams): { from: number; to: number | null; content: Order['content'] | null } {
  const number = (name: string) => {
    const value = query.get(name)
    if (value === null) return null
    return /^\d{1,15}$/.test(value) ? Number(value) : refuse('input-invalid', { what: name })
  }
  const content = query.get('content')
  if (content !== null && content !== 'empty' && content !== 'id-only' && content !== 'full-resource')
    return refuse('input-invalid', { what: 'content' })
  return { from: number('eventsSinceNumber') ?? 1, to: number('eventsUntilNumber'), content }
}

function tokenParameters(about: { token: string; until: Date; subscriptions: readonly string[] }, base: string): Resource {
  const parameter: Json[] = [
    { name: 'token', valueString: about.token },
    { name: 'expiration', valueDateTime: about.until.toISOString() },
    ...about.subscriptions.map((id) => ({ name: 'subscription', valueString: id })),
    { name: 'websocket-url', valueUrl: socketUrl(base) },
  ]
  return { resourceType: 'Parameters', parameter }
}
