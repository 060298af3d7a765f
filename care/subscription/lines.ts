import { createHash } from 'node:crypto'
import { reachesAsFar, scopeAllows } from '#care/record'
import type { Actor } from '#kernel/context'
import { purposeOf } from '#kernel/proof'
import type { Line, Listener } from '#kernel/route'
import { refuse } from '#kernel/refusal'
import type { Subscription } from './model.ts'
import { notificationBundle, written } from './notification.ts'
import { actorOf, shownNow, type Sources } from './reading.ts'
import { LEAST_HEARTBEAT_SECONDS } from './resource.ts'
import * as store from './store.ts'

/** How often a process looks for new events of the orders bound in it: one question for all of them. */
const LOOK_EVERY_MS = 250
/** A line that binds nothing is closed. */
const IDLE_MS = 30_000
const MOST_BOUND = 50

/** One order on one line: what was sent on it, and whether a sending is under way. */
type Bound = { line: Line; key: string; id: string; sent: number; busy: boolean; wordAt: Date }

export const hashOfToken = (token: string): Buffer => createHash('sha256').update(token).digest()

/**
 * Whether a caller may have the content of an order: its own client, with a token for its type, its purpose, and no less than it was placed
 * with. Another client's rights are no one's loan.
 */
export const mayBind = (actor: Actor, { clientId, scopes, order, purpose }: Subscription): boolean =>
  actor.kind === 'system' &&
  actor.id === clientId &&
  scopeAllows(actor.scopes, order.type, 'r') &&
  reachesAsFar(actor.scopes, scopes, order.type, 'r') &&
  purposeOf(actor) === purpose

/**
 * Orders over lines that stay open: `bind <id>` as in R4, `bind-with-token <token>` as in the backport. What happened while
 * nobody was bound is sent first. An event counts as arrived when the other side has answered a ping sent after it.
 */
export function subscriptionLines(sources: Sources) {
  const { record, accounts, base } = sources
  const bounds = new Set<Bound>()
  let looking: NodeJS.Timeout | undefined

  function look(): void {
    if (looking !== undefined) return
    looking = setInterval(() => {
      if (bounds.size === 0) {
        clearInterval(looking)
        looking = undefined
      } else void lookOnce().catch(() => undefined)
    }, LOOK_EVERY_MS)
    looking.unref()
  }

  async function lookOnce(): Promise<void> {
    const all = [...bounds].filter((b) => b.line.isOpen())
    const [any] = all
    if (!any) return
    const places = all.map(({ key, id }) => ({ key, id }))
    const { progress, at } = await any.line.act(async (ctx) => ({ progress: await store.findProgress(ctx.db, places), at: ctx.now }))
    const found = new Map(progress.map((p) => [`${p.key}/${p.id}`, p]))
    for (const bound of all) {
      const now = found.get(`${bound.key}/${bound.id}`)
      if (!now || now.status === 'off') end(bound)
      else void push(bound, { events: now.events, at }).catch(() => bound.line.close('fault'))
    }
  }

  /** The order and its client as they are now; a line whose client has ended is closed. */
  async function load(bound: Bound) {
    const { s, actor, at } = await bound.line.act(async (ctx) => {
      const s = await store.find(ctx.db, bound)
      return { s, actor: s && (await actorOf(ctx.db, accounts, s)), at: ctx.now }
    })
    if (!s || s.deleted || s.status === 'off' || (s.order.end !== null && new Date(s.order.end) <= at)) return undefined
    if (!actor) bound.line.close('client-ended')
    return actor && { s, actor, at }
  }

  async function push(bound: Bound, { events, at }: { events: number; at: Date }): Promise<void> {
    if (bound.busy) return
    bound.busy = true
    try {
      while (bound.sent < events && bound.line.isOpen()) if (!(await pushOnce(bound))) return
      await heartbeat(bound, at)
    } finally {
      bound.busy = false
    }
  }

  /** The next events in one message. @returns false where the line can take no more */
  async function pushOnce(bound: Bound): Promise<boolean> {
    const { line, key, id } = bound
    const now = await load(bound)
    if (!now) return end(bound)
    const { s, actor, at } = now
    const next = { key, id, from: bound.sent + 1, to: s.events, most: s.order.maxCount }
    const events = await line.act((ctx) => store.findEvents(ctx.db, next))
    const upTo = events.at(-1)?.number ?? s.events
    if (events.length > 0) {
      const shown = await line.act((ctx) => shownNow(ctx, record, events), actor)
      const text =
        s.order.shape === 'topic'
          ? bundleText(s, { type: 'event-notification', shown, at })
          : shown.some((e) => e.seen?.body)
            ? `ping ${id}`
            : null
      if (text !== null && !line.send(text)) return false
      bound.wordAt = at
      if (text !== null && !(await line.reached())) return false
    }
    bound.sent = upTo
    await line.act((ctx) => store.noteArrived(ctx.db, { ...s, number: upTo, at: ctx.now }))
    return true
  }

  const bundleText = (s: Subscription, about: Omit<Parameters<typeof notificationBundle>[1], 'base'>) =>
    written(notificationBundle(s, { ...about, base }), s.order.mime)

  async function heartbeat(bound: Bound, at: Date): Promise<void> {
    const quietMs = at.getTime() - bound.wordAt.getTime()
    if (quietMs < LEAST_HEARTBEAT_SECONDS * 1_000) return
    const now = await load(bound)
    const seconds = now?.s.order.heartbeatSeconds
    if (!now || !seconds || quietMs < seconds * 1_000) return
    bound.wordAt = at
    bound.line.send(bundleText(now.s, { type: 'heartbeat', at }))
  }

  function end(bound: Bound): false {
    bounds.delete(bound)
    return false
  }

  /** @refuses not-found */
  async function bind(line: Line, place: { key: string; id: string }, greeting: 'r4' | 'topic'): Promise<void> {
    const mine = [...bounds].filter((b) => b.line === line)
    if (mine.some((b) => b.id === place.id)) return
    if (mine.length >= MOST_BOUND) refuse('try-again')
    const { s, at } = await line.act(async (ctx) => ({ s: await store.find(ctx.db, place), at: ctx.now }))
    if (!s || s.deleted || s.status === 'off' || s.order.channel !== 'websocket') return refuse('not-found')
    // A token was given for this order; without one it is the client that ordered, by a token that may read what it is about.
    if (greeting === 'r4' && !mayBind(line.actor, s)) return refuse('not-found')
    line.send(greeting === 'r4' ? `bound ${s.id}` : bundleText(s, { type: 'handshake', at }))
    bounds.add({ line, key: s.key, id: s.id, sent: s.delivered, busy: false, wordAt: at })
    look()
    await lookOnce()
  }

  return (line: Line): Listener => {
    const idle = setTimeout(() => [...bounds].some((b) => b.line === line) || line.close('nothing bound'), IDLE_MS)
    idle.unref()
    return {
      async message(text) {
        const [, word, value = ''] = /^(bind|bind-with-token|unbind) ([A-Za-z0-9._-]{1,200})$/.exec(text.trim()) ?? []
        const { actor } = line
        if (word === 'bind' && actor.kind === 'system') return bind(line, { key: actor.institutionNumber, id: value }, 'r4')
        if (word === 'unbind') for (const b of bounds) if (b.line === line && b.id === value) end(b)
        if (word !== 'bind-with-token') return word === 'unbind' ? undefined : refuse('input-invalid', { what: 'bind' })
        // The token says whose it is, so that it is looked for in one shard.
        const key = value.split('.')[0]!
        const ids = await line.act((ctx) => store.takeBinding(ctx.db, key, hashOfToken(value), ctx.now))
        for (const id of ids ?? refuse('token-invalid')) await bind(line, { key, id }, 'topic')
      },
      closed() {
        clearTimeout(idle)
        for (const b of bounds) if (b.line === line) end(b)
      },
    }
  }
}
