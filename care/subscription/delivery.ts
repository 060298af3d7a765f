import { actAs } from '#kernel/act'
import { insertAudit } from '#kernel/audit'
import type { Actor } from '#kernel/context'
import type { Db } from '#kernel/database'
import { underEpoch } from '#kernel/leader'
import type { Outbound, OutboundCall } from '#kernel/outbound'
import type { Subscription } from './model.ts'
import { notificationBundle, written } from './notification.ts'
import { actorOf, shownNow, type Sources } from './reading.ts'
import { afterFailure, whyNotArrived } from './rules.ts'
import * as store from './store.ts'

/** Hooks called at the same time, and of one institution; who is slow holds up nobody but itself. */
const MOST_AT_ONCE = 64
const MOST_OF_ONE = 8
/** Notifications of one order in a row, before others have their turn. */
const IN_A_ROW = 50

export const DELIVERY_LAW = '電子カルテ情報の共有（通知。条文は要確認: 弁護士）'

export type DeliveryJob = { db: Db; epoch: number; now: () => Date }
/** What is to be sent next: nothing where all of it is hidden by now. */
type Message = { call: Pick<OutboundCall, 'method' | 'url' | 'body'> | null; upTo: number }

/** Sends events to hooks: in order for each order, at least once, under the rights its client has at that moment. */
export function deliveryWorker({ outbound, chance = Math.random, ...sources }: Sources & { outbound: Outbound; chance?: () => number }) {
  const { record, accounts, base } = sources
  const underWay = new Map<string, string>()

  /** What the order is owed next. What is shown is noted, durably, before this returns. */
  async function nextMessage(job: DeliveryJob, s: Subscription, actor: Actor): Promise<Message> {
    const { order } = s
    const url = order.endpoint!
    const post = (body: string) => ({ method: 'POST' as const, url, body })
    const bundle = (about: Omit<Parameters<typeof notificationBundle>[1], 'base' | 'at'>) =>
      post(written(notificationBundle(s, { ...about, base, at: job.now() }), order.mime))
    if (s.status === 'requested' || (s.status === 'error' && s.delivered === 0 && s.events === 0 && order.shape === 'topic'))
      return { call: bundle({ type: 'handshake' }), upTo: s.delivered }
    if (s.events === s.delivered) return { call: bundle({ type: 'heartbeat' }), upTo: s.delivered }
    const single = order.shape === 'criteria' && order.mime !== null
    const events = await store.findEvents(job.db, {
      key: s.key,
      id: s.id,
      from: s.delivered + 1,
      to: s.events,
      most: single ? 1 : order.maxCount,
    })
    const last = events.at(-1)
    if (!last) return { call: null, upTo: s.events }
    const shown = await actAs(
      { db: job.db, durable: (entries) => insertAudit(job.db, entries) },
      { actor, purpose: s.purpose, via: s.via, now: job.now(), action: 'subscription.deliver', law: DELIVERY_LAW },
      (ctx) => shownNow(ctx, record, events),
    )
    if (order.shape === 'topic') return { call: bundle({ type: 'event-notification', shown }), upTo: last.number }
    const seen = shown.filter((e) => e.seen?.body)
    const [first] = seen
    if (!first) return { call: null, upTo: last.number }
    if (order.mime === null) return { call: post(''), upTo: last.number }
    const body = first.seen!.body!
    const place = `${url.replace(/\/$/, '')}/${first.event.type}/${first.event.id}`
    const text = order.mime === 'application/fhir+xml' ? written(JSON.parse(body), order.mime) : body
    return { call: { method: 'PUT', url: place, body: text }, upTo: last.number }
  }

  /** One notification. @returns whether another may follow at once */
  async function sendOne(job: DeliveryJob, { key, id }: { key: string; id: string }): Promise<boolean> {
    const s = await store.find(job.db, { key, id })
    if (!s || s.deleted || s.parked || s.status === 'off') return false
    const actor = await actorOf(job.db, accounts, s)
    if (!actor) {
      const ended = {
        status: 'off',
        reason: 'client-ended',
        failures: s.failures,
        failingSince: s.failingSince,
        nextTryAt: null,
        parked: true,
      } as const
      await underEpoch(job.db, job.epoch, (trx) => store.noteSetback(trx, s, ended))
      return false
    }
    const { call, upTo } = await nextMessage(job, s, actor)
    const result = call && (await outbound.call({ ...call, headers: headersOf(s, upTo), timeoutMs: s.order.timeoutSeconds * 1000 }))
    const reason = result && whyNotArrived(result)
    const now = job.now()
    const kept = await underEpoch(job.db, job.epoch, async (trx) => {
      if (reason === null) await store.noteArrived(trx, { ...s, number: upTo, at: now })
      else await store.noteSetback(trx, s, afterFailure(s, { now, reason, result, chance: chance() }))
      return true
    })
    return kept === true && reason === null && s.events > upTo
  }

  async function serve(job: DeliveryJob, place: { key: string; id: string }): Promise<void> {
    for (let n = 0; n < IN_A_ROW; n++) if (!(await sendOne(job, place))) return
  }

  return {
    /**
     * Starts what is due and not under way yet.
     * @returns `settled` when all that was started has ended; nobody need wait for it
     */
    async deliverDue(job: DeliveryJob): Promise<{ started: number; settled: Promise<void> }> {
      if (await store.anyEnded(job.db, job.now())) await underEpoch(job.db, job.epoch, (trx) => store.endDue(trx, job.now()))
      const due = await store.findDue(job.db, job.now(), { all: 4 * MOST_AT_ONCE, ofOne: 2 * MOST_OF_ONE })
      const started: Promise<void>[] = []
      for (const s of due) {
        const place = `${s.key}/${s.id}`
        const ofSame = [...underWay.values()].filter((key) => key === s.key).length
        if (underWay.has(place) || underWay.size >= MOST_AT_ONCE || ofSame >= MOST_OF_ONE) continue
        underWay.set(place, s.key)
        // A fault here is the platform's, not the hook's: it is tried again at the next turn.
        const run = serve(job, s)
          .catch(() => undefined)
          .finally(() => underWay.delete(place))
        started.push(run)
      }
      return { started: started.length, settled: Promise.all(started).then(() => undefined) }
    },
  }
}

function headersOf(s: Subscription, upTo: number): Record<string, string> {
  return {
    ...(s.order.mime === null ? {} : { 'content-type': `${s.order.mime}; charset=utf-8` }),
    ...Object.fromEntries(s.order.headers),
    // What arrives twice carries the same number twice.
    'enishi-event': `${s.id}/${upTo}`,
  }
}
