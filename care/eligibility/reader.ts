/** A stay at the card reader: one challenge, one card, one answer; and what happens where the PIN is not the way. */
import { createHash, randomBytes } from 'node:crypto'
import { askableKinds, type ConsentService, textOn } from '#care/consent'
import type { Card, Person, PersonService } from '#care/person'
import { liveHolder } from '#care/person'
import type { Context } from '#kernel/context'
import { inTransaction } from '#kernel/database'
import { ulid } from '#kernel/id'
import { dateInJapan } from '#kernel/japan'
import { type RefusalCode, refuse } from '#kernel/refusal'
import { eligibilityOf, type ShownPerson, shownPerson } from './answer.ts'
import { deskOf, screenOf, seconds } from './caller.ts'
import { type AskedKind, askedKind } from './kinds.ts'
import type { CardVerifier, Changed, Eligibility, Facts, ProvenBy, ReaderSession } from './model.ts'
import { CARD_SECONDS, CONSENT_SECONDS, coverOn, whyNotAnswer, whyNotPrevious, whyNotRead } from './rules.ts'
import * as store from './store.ts'
import * as looks from './store/look.ts'
import { receiveCard } from './store/receive.ts'
import { type Noted, noteVisit } from './store/visit.ts'

export type ReaderDeps = { consent: ConsentService; person: PersonService; cards: CardVerifier }

/** What the card gave as bytes; `limitConsent` false where the person declined to show limit certificates. */
export type CardAnswer = { certificatePem: string; signature: Uint8Array; limitConsent: boolean }
export type CardResult = {
  eligibility: Eligibility
  person: ShownPerson
  kinds: AskedKind[]
  until: string
  provenBy: ProvenBy
  /** What this institution calls the person; null until the desk has entered it. */
  chartNumber: string | null
  /** What differs from the person's last time here. */
  changed: Changed[]
}
export type LookState = 'open' | 'waiting' | 'confirmed' | 'refused' | 'expired'

const addressMark = ({ postalCode, address }: Person) =>
  address === '' ? null : createHash('sha256').update(`${postalCode} ${address}`).digest('base64url').slice(0, 16)

/** The card's own sentence beside the platform's code. */
function refuseWith(code: RefusalCode, why: { code: string; ja: string; en: string }): never {
  const issue = { severity: 'error', code: 'security', path: 'certificatePem', ja: why.ja, en: why.en }
  return refuse(code, why, [
    { ...issue, ruleId: code },
    { ...issue, severity: 'information', ruleId: why.code },
  ])
}

export function readerService({ consent, person, cards }: ReaderDeps) {
  /** A session whose challenge is still to be answered at this desk. */
  async function openSession(ctx: Context, id: string): Promise<ReaderSession> {
    const session = await store.findSession(ctx.db, id)
    const reason = whyNotRead(session, deskOf(ctx).institutionNumber, ctx.now)
    return reason || !session ? refuse(reason ?? 'reader-session-unknown') : session
  }

  /** A genuine card, by its signature over the challenge. A wrong answer spends the challenge: a second guess needs a new one. */
  async function genuine(ctx: Context, session: ReaderSession, answer: Pick<CardAnswer, 'certificatePem' | 'signature'>, pin: boolean) {
    const { certificatePem, signature } = answer
    const withoutPin = pin ? {} : { withoutPinAt: session.institutionNumber }
    const card = await cards.check({ certificatePem, signature, challenge: session.challenge, now: ctx.now, ...withoutPin })
    if (!('refused' in card)) return card
    await store.spendSession(ctx.db, session.id, ctx.now)
    return refuseWith('card-refused', { code: card.refused, ja: card.ja, en: card.en })
  }

  /** Who holds the card. A certificate that its authority names as the follower of a known one leads to the same person from now on. */
  async function holderOf(ctx: Context, session: ReaderSession, card: Card): Promise<Person> {
    const found = (await person.cards.holder(ctx, card)) ?? (await successor(ctx, card))
    if (found?.state === 'live') return found.person
    if (found === undefined) await looks.noteUnlinked(ctx.db, { id: session.id, now: ctx.now, ...card })
    else await store.spendSession(ctx.db, session.id, ctx.now)
    return liveHolder(found)
  }

  async function successor(ctx: Context, card: Card) {
    const old = await cards.previousOf?.({ ...card, now: ctx.now })
    if (!old || (await person.cards.holder(ctx, old)) === undefined) return undefined
    await replace(ctx, { old, card, basis: 'authority', by: { kind: 'authority', id: card.issuer } })
    return person.cards.holder(ctx, card)
  }

  const replace = (ctx: Context, about: Parameters<PersonService['cards']['replace']>[1]): Promise<string> =>
    inTransaction(ctx.db)
      ? person.cards.replace(ctx, about)
      : ctx.db.transaction().execute((db) => person.cards.replace({ db, now: ctx.now }, about))

  /** The visit, counted for the month of the institution: beside what else a touch of the card writes. */
  const visit = (ctx: Context, holder: Person): Promise<Noted> =>
    noteVisit(ctx.db, {
      keys: holder.keys,
      institutionNumber: deskOf(ctx).institutionNumber,
      date: dateInJapan(ctx.now),
      byCard: true,
      addressMark: addressMark(holder),
      at: ctx.now,
    })

  type Received = { facts: Facts; noted: Noted; hidden: boolean; limitConsent: boolean; until: Date; provenBy: ProvenBy }

  /** What the desk is shown; the same whichever way the person was proven. */
  function received(ctx: Context, holder: Person, { facts, noted, hidden, limitConsent, until, provenBy }: Received): CardResult {
    const date = dateInJapan(ctx.now)
    const judged = { birthDate: holder.birthDate, date, limitConsent, facts }
    const count = facts.coverages.length
    ctx.audit({ action: 'eligibility.card', key: holder.keys[0]!, resource: 'Coverage?', count, rule: `proven-by-${provenBy}` })
    return {
      eligibility: eligibilityOf(coverOn(facts.coverages, date), judged),
      person: shownPerson(holder, facts.shownAs, hidden),
      kinds: askableKinds.map(askedKind),
      until: until.toISOString(),
      provenBy,
      ...noted,
    }
  }

  return {
    /** Opens a reader session at the caller's institution: two minutes for one card to answer one challenge. */
    async open(ctx: Context): Promise<{ id: string; challenge: string; expiresAt: string }> {
      const challenge = randomBytes(32)
      const expiresAt = seconds(ctx.now, CARD_SECONDS)
      const { institutionNumber } = deskOf(ctx)
      const session = { id: ulid(ctx.now.getTime()), institutionNumber, challenge, expiresAt, openedBy: screenOf(ctx), at: ctx.now }
      await store.insertSession(ctx.db, session)
      return { id: session.id, challenge: challenge.toString('base64url'), expiresAt: expiresAt.toISOString() }
    },

    /**
     * A card answers the challenge: who holds it, whether they are covered today, and what they may be asked.
     * `provenBy` face: the reader compared the holder with the photo in the chip and says yes; the card signed without its PIN.
     * @refuses reader-session-unknown, challenge-used, reader-session-expired, card-refused, card-not-linked, card-stopped, card-ended
     */
    async readCard(ctx: Context, id: string, answer: CardAnswer, provenBy: 'pin' | 'face' = 'pin'): Promise<CardResult> {
      const session = await openSession(ctx, id)
      const { institutionNumber } = session
      const card = await genuine(ctx, session, answer, provenBy === 'pin')
      const holder = await holderOf(ctx, session, card)
      const until = seconds(ctx.now, CONSENT_SECONDS)
      const { facts, noted, hidden } = await receiveCard(ctx.db, {
        ...{ sessionId: id, keys: holder.keys, cardSerial: card.serial, institutionNumber, date: dateInJapan(ctx.now) },
        ...{ addressMark: addressMark(holder), now: ctx.now, consentUntil: until, provenBy },
      })
      if (facts === null) return refuse('challenge-used', { key: holder.keys[0]! })
      return received(ctx, holder, { facts, noted, hidden, limitConsent: answer.limitConsent, until, provenBy })
    },

    /**
     * The person asks to be looked at by the staff: the card signs without its PIN, and nothing is shown until somebody has looked.
     * @refuses as `readCard`
     */
    async askLook(ctx: Context, id: string, answer: Omit<CardAnswer, 'limitConsent'>): Promise<{ state: LookState; until: string }> {
      const session = await openSession(ctx, id)
      const card = await genuine(ctx, session, answer, false)
      const holder = await holderOf(ctx, session, card)
      const until = seconds(ctx.now, CONSENT_SECONDS)
      const key = holder.keys[0]!
      if (!(await looks.awaitLook(ctx.db, { id, key, cardSerial: card.serial, now: ctx.now, until }))) refuse('challenge-used', { key })
      ctx.audit({ action: 'eligibility.look-asked', key, resource: `ReaderSession/${id}` })
      return { state: 'waiting', until: until.toISOString() }
    },

    /** How far the look is, without a word about the person. @refuses reader-session-unknown */
    async lookState(ctx: Context, id: string): Promise<LookState> {
      const s = await store.findSession(ctx.db, id)
      if (!s || s.institutionNumber !== deskOf(ctx).institutionNumber) return refuse('reader-session-unknown')
      if (s.pendingKey === null) return s.expiresAt > ctx.now ? 'open' : 'expired'
      if (s.vouchedAt !== null) return s.personKey === null ? 'refused' : 'confirmed'
      return (s.consentUntil ?? s.expiresAt) > ctx.now ? 'waiting' : 'expired'
    },

    /** What the reader shows once the staff said yes: as after a PIN. @refuses reader-session-unknown, card-not-read, reader-session-expired */
    async looked(ctx: Context, id: string): Promise<CardResult> {
      const { institutionNumber } = deskOf(ctx)
      const s = await store.findSession(ctx.db, id)
      const reason = whyNotAnswer(s, institutionNumber, ctx.now)
      if (reason || !s || s.personKey === null || s.provenBy !== 'visual') return refuse(reason ?? 'card-not-read')
      const holder = (await person.findByKey(ctx, s.personKey)) ?? refuse('card-not-linked')
      const [facts, noted] = await Promise.all([
        store.findFacts(ctx.db, holder.keys),
        visit(ctx, holder),
        consent.relateVisit(ctx, holder.keys, institutionNumber),
      ])
      const hidden = (await person.marks.hidden(ctx, holder.keys)).size > 0
      return received(ctx, holder, { facts, noted, hidden, limitConsent: true, until: s.consentUntil!, provenBy: 'visual' })
    },

    /**
     * The holder of an old card, with its PIN, takes over the new card that nobody had (`newCardSession`): the person stays the same.
     * @refuses as `readCard`; card-not-read where no unlinked card was read here in the last ten minutes; card-of-another
     */
    async replaceCard(
      ctx: Context,
      id: string,
      answer: Omit<CardAnswer, 'limitConsent'> & { newCardSession: string },
    ): Promise<{ replaced: true }> {
      const session = await openSession(ctx, id)
      const before = await store.findSession(ctx.db, answer.newCardSession)
      const reason = whyNotPrevious(before, session, ctx.now)
      if (reason || !before?.unlinked) return refuse(reason ?? 'card-not-read')
      const old = await genuine(ctx, session, answer, true)
      const holder = await holderOf(ctx, session, old)
      if (!(await store.spendSession(ctx.db, id, ctx.now))) refuse('challenge-used', { key: holder.keys[0]! })
      const by = { kind: 'citizen', id: holder.id }
      await replace(ctx, { old: { serial: old.serial, issuer: old.issuer }, card: before.unlinked, basis: 'both-cards', by })
      ctx.audit({ action: 'card.replaced', key: holder.keys[0]!, resource: `Person/${holder.id}` })
      return { replaced: true }
    },

    /**
     * The person's answer at the reader, for every key that is theirs; a second answer replaces the first while the
     * session lasts. Refusing everything is an answer too, and is kept.
     * @refuses reader-session-unknown, card-not-read, reader-session-expired, kind-unknown, input-invalid
     */
    async answer(ctx: Context, id: string, kinds: Readonly<Record<string, boolean>>) {
      const { institutionNumber, institutionName } = deskOf(ctx)
      const session = await store.lockSession(ctx.db, id)
      const reason = whyNotAnswer(session, institutionNumber, ctx.now)
      if (reason || !session?.personKey) return refuse(reason ?? 'card-not-read')
      if (Object.keys(kinds).length === 0) refuse('input-invalid', { what: 'kinds' })
      const { keys } = (await person.findByKey(ctx, session.personKey)) ?? refuse('card-not-linked')
      const first = await consent.record(ctx, { key: keys[0]!, institutionNumber, institutionName, kinds })
      for (const key of keys.slice(1)) await consent.record(ctx, { id: first.id, key, institutionNumber, institutionName, kinds })
      return {
        consentId: first.id,
        consentIds: [first.id],
        until: first.until.toISOString(),
        allowed: first.allowed,
        refused: first.refused,
      }
    },

    /**
     * What the person agrees to beyond this visit: the kinds they have just shown, for some months. Nobody is asked to; who was looked at by a
     * face or by the staff is not offered it, because the institution alone says that it was them.
     * @param asked.textVersion the words that stood on the screen
     * @refuses reader-session-unknown, card-not-read, reader-session-expired, reader-needs-pin, consent-text-changed, consent-kinds-missing, consent-until
     */
    async agreeLonger(ctx: Context, id: string, asked: { months: number; textVersion: string }) {
      const { institutionNumber, institutionName } = deskOf(ctx)
      const session = await store.lockSession(ctx.db, id)
      const reason = whyNotAnswer(session, institutionNumber, ctx.now)
      if (reason || !session?.personKey || session.usedAt === null) return refuse(reason ?? 'card-not-read')
      if (session.provenBy !== 'pin') refuse('reader-needs-pin', { key: session.personKey })
      if (asked.textVersion !== textOn('standing-reader', dateInJapan(ctx.now)).version) refuse('consent-text-changed')
      const { keys } = (await person.findByKey(ctx, session.personKey)) ?? refuse('card-not-linked')
      const { months } = asked
      const kept = await consent.standing.giveAtReader(ctx, { keys, institutionNumber, institutionName, months, since: session.usedAt })
      return { consentId: kept.id, allowed: kept.allowed, lastDay: dateInJapan(new Date(kept.until.getTime() - 1)) }
    },
  }
}
