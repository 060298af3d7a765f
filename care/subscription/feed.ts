import type { Actor, Context } from '#kernel/context'
import { connectionLost, type Db, sqlState } from '#kernel/database'
import { ulid } from '#kernel/id'
import type { Taker, Told } from '#kernel/outbox'
import { Refusal } from '#kernel/refusal'
import type { Change, Subscription } from './model.ts'
import { actorOf, shownNow, type Sources } from './reading.ts'
import { inOrder } from './rules.ts'
import * as store from './store.ts'

type Named = { type: string; id: string; version: number }
type Payload = { written?: Named[]; removed?: Named[] }

/** What messages of the record say was written and removed of these types. */
function changesOf(told: readonly Told[], types: ReadonlySet<string>): Change[] {
  return inOrder(
    told.flatMap(({ key, at, payload }) => {
      const { written = [], removed = [] } = payload as Payload
      const change = (removed: boolean) => (named: Named) => ({ key, type: named.type, id: named.id, version: named.version, removed, at })
      const wanted = ({ type }: Named) => types.has(type)
      return [...removed.filter(wanted).map(change(true)), ...written.filter(wanted).map(change(false))]
    }),
  )
}

/** Types that messages speak of. */
function typesOf(told: readonly Told[]): Set<string> {
  const types = new Set<string>()
  for (const { payload } of told) {
    const { written = [], removed = [] } = payload as Payload
    for (const { type } of written) types.add(type)
    for (const { type } of removed) types.add(type)
  }
  return types
}

const versionOf = (of: { id: string; version: number }): string => `${of.id}/${of.version}`

/** Resources asked about in one search. */
const TOGETHER = 200

/**
 * Turns messages of the record into numbered events of the orders they meet, in the transaction that takes them from the outbox.
 * Whether they meet is asked under the subscriber's own rights; nothing is shown here, so nothing is noted.
 */
export function subscriptionFeed(sources: Sources): Taker {
  const { record, accounts } = sources

  const context = (db: Db, actor: Actor, { purpose, now }: Pick<Context, 'purpose' | 'now'>): Context => ({
    actor,
    purpose,
    now,
    lang: 'ja',
    db,
    requestId: ulid(now.getTime()),
    sessionId: null,
    audit: () => undefined,
    tell: () => undefined,
  })

  /** Changes that meet an order: the current version as it stands, a version that was replaced meanwhile as it stood. */
  async function met(ctx: Context, s: Subscription, changes: readonly Change[]): Promise<Change[]> {
    const matched = new Set<string>()
    const writes = changes.filter((c) => !c.removed)
    const query = () => new URLSearchParams(s.order.query)
    for (let i = 0; i < writes.length; i += TOGETHER) {
      const some = writes.slice(i, i + TOGETHER)
      for (const r of await record.matching(ctx, s.order.type, query(), some)) matched.add(versionOf(r))
      const now = await record.versionsNow(ctx, s.order.type, some)
      for (const c of some)
        if (c.version < (now.get(c.id) ?? 0) && (await record.matchingThen(ctx, s.order.type, query(), c))) matched.add(versionOf(c))
    }
    const whole = s.order.query === ''
    const known =
      whole || s.order.shape === 'criteria'
        ? new Set<string>()
        : await store.toldOf(
            ctx.db,
            s,
            s.order.type,
            changes.map((c) => c.id),
          )
    const removals = changes.filter((c) => c.removed && s.order.shape === 'topic' && (whole || known.has(c.id)))
    const gone = removals.map((c) => ({ ...c, number: 0 }))
    for (const { event, seen } of await shownNow(ctx, record, gone)) if (seen) matched.add(versionOf(event))
    return changes.filter((c) => matched.has(versionOf(c)))
  }

  async function take(db: Db, told: readonly Told[], now: Date): Promise<void> {
    const listening = await store.findListening(db, [...typesOf(told)], now)
    // Most of what an import writes nobody waits for.
    if (listening.length === 0) return
    const changes = changesOf(told, new Set(listening.map((s) => s.order.type)))
    for (const s of listening) {
      const actor = await actorOf(db, accounts, s)
      const setback = { status: 'error', failures: s.failures, failingSince: s.failingSince, nextTryAt: null, parked: true } as const
      if (!actor) {
        await store.noteSetback(db, s, { ...setback, status: 'off', reason: 'client-ended' })
        continue
      }
      try {
        await store.undoing(db, async () => {
          const events = await met(
            context(db, actor, { purpose: s.purpose, now }),
            s,
            changes.filter((c) => c.type === s.order.type),
          )
          if (events.length > 0) await store.appendEvents(db, s, events)
        })
      } catch (error) {
        if (connectionLost(error) || ['40001', '40P01'].includes(sqlState(error) ?? '')) throw error
        // One order that can no longer be judged does not hold up the others; its subscriber sees why.
        await store.noteSetback(db, s, { ...setback, reason: error instanceof Refusal ? error.code : 'criteria-failed' })
      }
    }
  }

  return { topics: ['record.written', 'record.deposited'], take }
}
