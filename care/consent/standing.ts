import type { Context } from '#kernel/context'
import { ulid } from '#kernel/id'
import { dateInJapan } from '#kernel/japan'
import { refuse } from '#kernel/refusal'
import type { InformationKind } from '#packages/fhir'
import { decides, type Door } from './deciding.ts'
import { noteEvent } from './history.ts'
import { askableKinds } from './kinds.ts'
import type { Consent } from './model.ts'
import * as store from './store.ts'
import { textOn } from './texts.ts'

/** The end of a consent without an end: a person's withdrawal ends it. */
export const OPEN_ENDED = new Date('9999-12-31T14:59:59Z')
export const isOpenEnded = (until: Date): boolean => until >= OPEN_ENDED

/** Purposes that a rule of the access table opens by consent. */
export const standingPurposes: readonly string[] = ['TREAT']

/** `until`: the last day in Japan on which it holds, null until it is withdrawn. */
export type StandingWish = {
  institutionNumber: string
  institutionName: string
  kinds: readonly string[]
  purpose?: string
  until: string | null
}

/** The last instant of a day in Japan, as an instant at which it is over. */
const endOf = (day: string): Date => new Date(new Date(`${day}T00:00:00+09:00`).getTime() + 24 * 3600_000)
const isDay = (text: string) =>
  /^\d{4}-\d{2}-\d{2}$/.test(text) && !Number.isNaN(Date.parse(text)) && new Date(text).toISOString().startsWith(text)

/**
 * What a wish would become, before anybody agrees to it.
 * @refuses kind-unknown, consent-kinds-missing, consent-purpose, consent-until
 */
export function standingOf(wish: StandingWish, about: { key: string; now: Date }): Consent {
  const { now, key } = about
  for (const kind of wish.kinds) if (!askableKinds.includes(kind as InformationKind)) refuse('kind-unknown', { kind: kind.slice(0, 40) })
  if (wish.kinds.length === 0) refuse('consent-kinds-missing')
  const purpose = wish.purpose ?? 'TREAT'
  if (!standingPurposes.includes(purpose)) refuse('consent-purpose', { purpose: purpose.slice(0, 20) })
  if (wish.until !== null && (!isDay(wish.until) || wish.until < dateInJapan(now))) refuse('consent-until')
  return {
    id: ulid(now.getTime()),
    key,
    basis: 'standing',
    textVersion: textOn('standing', dateInJapan(now)).version,
    institutionNumber: wish.institutionNumber,
    institutionName: wish.institutionName,
    purpose,
    givenAt: now,
    until: wish.until === null ? OPEN_ENDED : endOf(wish.until),
    withdrawnAt: null,
    allowed: askableKinds.filter((kind) => wish.kinds.includes(kind)),
    refused: [],
  }
}

export const standing = {
  /**
   * Keeps a consent that goes on: it takes the place of the standing one that this institution held before, for every key of the person.
   * What was answered at the reader stays as it is.
   * @refuses not-permitted, kind-unknown, consent-kinds-missing, consent-purpose, consent-until
   */
  async give(ctx: Context, wish: StandingWish, door: Door = 'portal'): Promise<Consent> {
    const keys = decides(ctx.actor, door)
    const consent = standingOf(wish, { key: keys[0]!, now: ctx.now })
    const { institutionNumber, purpose } = consent
    for (const key of keys)
      await store.endEarlierGrants(ctx.db, { key, institutionNumber, purpose, visit: [], standing: askableKinds, at: ctx.now })
    for (const key of keys) await store.insertConsent(ctx.db, { ...consent, key })
    await noteEvent(ctx, { what: 'given', consent, door, key: consent.key })
    const { id, key, allowed } = consent
    ctx.audit({ action: 'consent.give', key, consentId: id, kinds: allowed, resource: `Consent/${id}` })
    ctx.tell({ topic: 'consent.given', key, payload: { consentId: id } })
    ctx.tell({ topic: 'notice', key, payload: { kind: 'consent-changed', what: 'standing-given' } })
    return consent
  },
}
