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
    return keep(ctx, { consent: standingOf(wish, { key: keys[0]!, now: ctx.now }), keys, door })
  },

  /**
   * Keeps what somebody agreed to at a reader beyond their visit, where their card and PIN have just proven them: the kinds they showed in the
   * same stay, for months that they chose, at that institution.
   * @param asked.since when their card was read
   * @refuses consent-until for another length, consent-kinds-missing where they showed nothing
   */
  async giveAtReader(ctx: Context, asked: AtReader): Promise<Consent> {
    const { keys, institutionNumber, months } = asked
    if (!readerMonths.includes(months)) refuse('consent-until')
    const here = await store.findConsentsAt(ctx.db, { keys, institutionNumber, purpose: 'TREAT' })
    const visit = here.find((one) => one.basis === 'visit' && one.withdrawnAt === null && one.givenAt >= asked.since)
    const wish = { ...asked, kinds: visit?.allowed ?? [], until: monthsAfter(dateInJapan(ctx.now), months) }
    const consent = standingOf(wish, { key: keys[0]!, now: ctx.now })
    const { version } = textOn('standing-reader', dateInJapan(ctx.now))
    return keep(ctx, { consent: { ...consent, textVersion: version }, keys, door: 'reader' })
  },
}

/** How long somebody may agree to at a reader. What goes on without an end is decided at home. */
export const readerMonths: readonly number[] = [3, 12]

export type AtReader = { keys: readonly string[]; institutionNumber: string; institutionName: string; months: number; since: Date }

/** The same day some months later, or the last of that month. */
export function monthsAfter(day: string, months: number): string {
  const [year = 0, month = 0, date = 0] = day.split('-').map(Number)
  const last = new Date(Date.UTC(year, month + months, 0)).getUTCDate()
  return new Date(Date.UTC(year, month - 1 + months, Math.min(date, last))).toISOString().slice(0, 10)
}

async function keep(ctx: Context, { consent, keys, door }: { consent: Consent; keys: readonly string[]; door: Door }): Promise<Consent> {
  const { id, key, allowed, institutionNumber, purpose } = consent
  for (const one of keys)
    await store.endEarlierGrants(ctx.db, { key: one, institutionNumber, purpose, visit: [], standing: askableKinds, at: ctx.now })
  for (const one of keys) await store.insertConsent(ctx.db, { ...consent, key: one })
  await noteEvent(ctx, { what: 'given', consent, door, key })
  ctx.audit({ action: 'consent.give', key, consentId: id, kinds: allowed, resource: `Consent/${id}` })
  ctx.tell({ topic: 'consent.given', key, payload: { consentId: id } })
  ctx.tell({ topic: 'notice', key, payload: { kind: 'consent-changed', what: 'standing-given' } })
  return consent
}
