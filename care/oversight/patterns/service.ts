/** The queue of findings: what a reviewer sees, and their word on each. */
import type { Context } from '#kernel/context'
import { ulid } from '#kernel/id'
import { dateInJapan } from '#kernel/japan'
import { refuse } from '#kernel/refusal'
import { enterBreach, usualFacts } from '../breach/service.ts'
import type { Selector } from '../scope/selector.ts'
import { nameOf } from '../scope/service.ts'
import * as store from '../store/finding.ts'
import * as watched from '../store/watched.ts'
import { patternOf, patterns } from './table.ts'

/** Why somebody says what they say of a finding; fixed words, so that figures can be drawn. */
export const reasons = {
  justified: {
    'in-charge': { ja: '担当していた', en: 'They were in charge' },
    'visit-elsewhere': { ja: '記録にない受診・電話があった', en: 'A visit or call that the log does not show' },
    handover: { ja: '引き継ぎ・カンファレンス', en: 'Handover or case conference' },
    emergency: { ja: '急な対応', en: 'Something urgent' },
    'same-name-only': { ja: '姓が同じだけで関わりはない', en: 'The same name, and no relation' },
    'set-up-error': { ja: '設定や操作の誤り（情報は使われていない）', en: 'A mistake of set-up or handling; nothing was used' },
  },
  asked: {
    'asked-facility': { ja: '施設に問い合わせた', en: 'The facility was asked' },
    'asked-person': { ja: '職員本人に問い合わせた', en: 'The person was asked' },
  },
  breach: {
    unjustified: { ja: '業務上の必要がなかった', en: 'There was no need of it for work' },
    stolen: { ja: '他人が使った疑い', en: 'Somebody else may have used it' },
  },
} as const

export type VerdictState = keyof typeof reasons
export const isReason = (state: VerdictState, reason: string): boolean => Object.hasOwn(reasons[state], reason)

const DAY_MS = 86_400_000
/** Over which the share of reviewed findings is counted. */
export const REVIEW_DAYS = 30

export const findings = {
  async list(ctx: Context, asked: Omit<store.FindingsAsked, 'first'>) {
    const first = patterns.filter((p) => p.first).map((p) => p.id)
    return store.listFindings(ctx.db, { ...asked, first })
  },

  /** @refuses not-found */
  async find(ctx: Context, id: string): Promise<store.Finding> {
    const found = (await store.findFinding(ctx.db, id)) ?? refuse('not-found')
    ctx.audit({ ...(found.touchedKey === '' ? {} : { key: found.touchedKey }), resource: `Finding/${id}` })
    return found
  },

  /**
   * Signs a finding off, asks about it, or makes a breach of it.
   * @returns the case where it became one
   * @refuses not-found, finding-own, finding-decided, input-invalid
   */
  async decide(ctx: Context, id: string, word: { state: VerdictState; reason: string; note: string }): Promise<string | null> {
    const found = (await store.findFinding(ctx.db, id)) ?? refuse('not-found')
    const by = nameOf(ctx.actor)
    if (found.actorId === by.id) return refuse('finding-own')
    if (!isReason(word.state, word.reason)) return refuse('input-invalid', { what: 'reason' })
    const breachId = word.state === 'breach' ? await breachOf(ctx, found, word.reason) : null
    if (!(await store.decideFinding(ctx.db, id, { ...by, at: ctx.now, ...word, breachId }))) return refuse('finding-decided')
    ctx.audit({
      ...(found.touchedKey === '' ? {} : { key: found.touchedKey }),
      resource: `Finding/${id}`,
      rule: `${word.state}:${word.reason}`,
    })
    return breachId
  },

  reviewed: (ctx: Pick<Context, 'db' | 'now'>): Promise<store.Reviewed> =>
    store.reviewedSince(ctx.db, new Date(ctx.now.getTime() - REVIEW_DAYS * DAY_MS)),
  byRule: (ctx: Pick<Context, 'db' | 'now'>) => store.countByRule(ctx.db, new Date(ctx.now.getTime() - REVIEW_DAYS * DAY_MS)),
}

/** The case of a finding: the actor's acts of that day, on that person where there is one. */
async function breachOf(ctx: Context, found: store.Finding, reason: string): Promise<string> {
  const dayStart = new Date(`${found.day}T00:00:00+09:00`)
  const selector: Selector = {
    ...(found.actorId === '' ? {} : { actorIds: [found.actorId] }),
    ...(found.touchedKey === '' ? {} : { keys: [found.touchedKey] }),
    from: dayStart.toISOString(),
    to: new Date(dayStart.getTime() + DAY_MS).toISOString(),
  }
  const facts = { ...usualFacts, wrongfulPurpose: reason === 'stolen' || found.rule !== 'refusals' }
  const title = `${patternOf(found.rule)?.title.ja ?? found.rule}（${found.institutionName} ${found.actorName} ${found.day}）`
  const given = { title, drill: false, body: 'private' as const, knownAt: ctx.now, facts }
  return enterBreach(ctx, given, { source: 'finding', sourceRef: found.id, selector })
}

/** People whose record is watched for a reason of their own, beside those under protection. */
export const watchlist = {
  list: (ctx: Pick<Context, 'db'>) => watched.listWatched(ctx.db),
  /** @refuses input-invalid */
  async add(ctx: Context, about: { key: string; reason: watched.WatchReason }): Promise<void> {
    const key = about.key.trim().replace(/^Patient\//, '')
    if (!/^[0-9a-z-]{1,64}$/.test(key)) refuse('input-invalid', { what: 'key' })
    const by = nameOf(ctx.actor)
    await watched.insertWatched(ctx.db, {
      id: ulid(ctx.now.getTime()),
      key,
      reason: about.reason,
      since: ctx.now,
      byId: by.id,
      byName: by.name,
    })
    ctx.audit({ key, resource: 'Watch' })
  },
  /** @refuses not-found */
  async end(ctx: Context, id: string): Promise<void> {
    const key = (await watched.endWatched(ctx.db, { id, at: ctx.now, by: nameOf(ctx.actor).id })) ?? refuse('not-found')
    ctx.audit({ key, resource: 'Watch' })
  },
}

/** Day before which no pattern looks back. */
export const forgottenBefore = (now: Date): string => dateInJapan(new Date(now.getTime() - 60 * DAY_MS))
