import { randomBytes } from 'node:crypto'
import { askableKinds, type Consent, type ConsentService } from '#care/consent'
import type { Person, PersonService } from '#care/person'
import type { Context } from '#kernel/context'
import type { Db } from '#kernel/database'
import { ulid } from '#kernel/id'
import { dateInJapan } from '#kernel/japan'
import { type RefusalCode, refuse } from '#kernel/refusal'
import { eligibilityOf, noCertificates, type ShownPerson, shownPerson } from './answer.ts'
import { validityNames } from './codes.ts'
import { type AskedKind, askedKind } from './kinds.ts'
import type { CardVerifier, CoverState, Eligibility, Facts, ReaderSession, RegisterEntry, Typed } from './model.ts'
import { branchAgrees, CARD_SECONDS, CONSENT_SECONDS, coverOn, coverTyped, memberOf, whyNotAnswer, whyNotRead } from './rules.ts'
import * as store from './store.ts'

export type EligibilityService = ReturnType<typeof eligibilityService>
export type EligibilityDeps = { consent: ConsentService; person: PersonService; cards: CardVerifier }

/** What the card gave as bytes; `limitConsent` false where the person declined to show limit certificates. */
export type CardAnswer = { certificatePem: string; signature: Uint8Array; limitConsent: boolean }
export type CardResult = { eligibility: Eligibility; person: ShownPerson; kinds: AskedKind[]; until: string }

/** `date` in Japan, 'YYYY-MM-DD'; today where absent. */
export type LookUp = Typed & { date?: string | undefined; limitConsent: boolean }
export type LookUpResult = { eligibility: Eligibility; person: ShownPerson | null }

const seconds = (from: Date, count: number) => new Date(from.getTime() + count * 1000)

/** The institution at whose desk this happens. */
function deskOf({ actor }: Context): { institutionNumber: string; institutionName: string } {
  return actor.kind === 'system' || actor.kind === 'staff' ? actor : refuse('not-permitted')
}

/** Finding out at a desk who is covered, by card or by certificate, and taking the person's answer at the reader. */
export function eligibilityService({ consent, person, cards }: EligibilityDeps) {
  /** A challenge that a card answered wrongly is spent too: a second guess needs a new one. */
  async function refuseCard(
    ctx: Context,
    session: ReaderSession,
    code: RefusalCode,
    why: { code: string; ja: string; en: string } | null,
  ): Promise<never> {
    await store.spendSession(ctx.db, session.id, ctx.now)
    if (why === null) return refuse(code)
    const issue = { severity: 'error', code: 'security', path: 'certificatePem', ja: why.ja, en: why.en }
    return refuse(code, why, [
      { ...issue, ruleId: code },
      { ...issue, severity: 'information', ruleId: why.code },
    ])
  }

  async function peopleOf(ctx: { db: Db }, keys: readonly string[]): Promise<Person[]> {
    const people = new Map<string, Person>()
    for (const key of keys) {
      const found = await person.findByKey(ctx, key)
      if (found) people.set(found.id, found)
    }
    return [...people.values()]
  }

  /** What the desk learns from a typed certificate, given the keys it may belong to. */
  async function answerTyped(ctx: Context, typed: LookUp, keys: readonly string[]): Promise<LookUpResult> {
    const date = typed.date ?? dateInJapan(ctx.now)
    const about = { birthDate: typed.birthDate, date, limitConsent: typed.limitConsent, facts: noCertificates }
    const none = (validity: '4' | '5'): LookUpResult => ({ eligibility: eligibilityOf({ validity, coverages: [] }, about), person: null })
    if (keys.length === 0) return none('4')
    const member = memberOf(typed)
    const matches = (facts: Facts) => facts.coverages.filter((c) => memberOf(c) === member && branchAgrees(c.branch, typed.branch))
    const people = await peopleOf(ctx, [...new Set(matches(await store.findFacts(ctx.db, keys)).map((c) => c.key))])
    for (const one of people) ctx.audit({ key: one.keys[0]!, resource: 'Coverage?', count: people.length === 1 ? 1 : 0 })
    if (people.length !== 1) return none(people.length === 0 ? '4' : '5')
    const facts = await store.findFacts(ctx.db, people[0]!.keys)
    const judged = coverTyped(matches(facts), facts.coverages, date)
    const shows = judged.validity === '1'
    return {
      eligibility: eligibilityOf(judged, { ...about, facts: shows ? facts : noCertificates }),
      person: shows ? shownPerson(people[0]!, facts.shownAs) : null,
    }
  }

  return {
    /** Enters cover, certificates and subsidies, as insurers and municipalities report them. */
    enter: (ctx: { db: Db }, entries: readonly RegisterEntry[]): Promise<void> => store.insertRegister(ctx.db, entries),

    /** Opens a reader session at the caller's institution: two minutes for one card to answer one challenge. */
    async open(ctx: Context): Promise<{ id: string; challenge: string; expiresAt: string }> {
      const challenge = randomBytes(32)
      const session = {
        id: ulid(ctx.now.getTime()),
        institutionNumber: deskOf(ctx).institutionNumber,
        challenge,
        expiresAt: seconds(ctx.now, CARD_SECONDS),
        at: ctx.now,
      }
      await store.insertSession(ctx.db, session)
      return { id: session.id, challenge: challenge.toString('base64url'), expiresAt: session.expiresAt.toISOString() }
    },

    /**
     * A card answers the challenge: who holds it, whether they are covered today, and what they may be asked.
     * @refuses reader-session-unknown, challenge-used, reader-session-expired, card-refused, card-not-linked
     */
    async readCard(ctx: Context, id: string, answer: CardAnswer): Promise<CardResult> {
      const { institutionNumber } = deskOf(ctx)
      const session = await store.findSession(ctx.db, id)
      const reason = whyNotRead(session, institutionNumber, ctx.now)
      if (reason || !session) return refuse(reason ?? 'reader-session-unknown')
      const { certificatePem, signature } = answer
      const card = await cards.check({ certificatePem, signature, challenge: session.challenge, now: ctx.now })
      if ('refused' in card) return refuseCard(ctx, session, 'card-refused', { code: card.refused, ja: card.ja, en: card.en })
      const holder = (await person.findByCard(ctx, card)) ?? (await refuseCard(ctx, session, 'card-not-linked', null))
      const until = seconds(ctx.now, CONSENT_SECONDS)
      // Side by side: whoever loses the race for the challenge came to this desk with this card all the same.
      const [facts] = await Promise.all([
        store.claimSession(ctx.db, { id, keys: holder.keys, cardSerial: card.serial, now: ctx.now, consentUntil: until }),
        consent.relateVisit(ctx, holder.keys, institutionNumber),
      ])
      if (facts === null) return refuse('challenge-used', { key: holder.keys[0]! })
      const date = dateInJapan(ctx.now)
      const eligibility = eligibilityOf(coverOn(facts.coverages, date), {
        birthDate: holder.birthDate,
        date,
        limitConsent: answer.limitConsent,
        facts,
      })
      ctx.audit({ action: 'eligibility.card', key: holder.keys[0]!, resource: 'Coverage?', count: facts.coverages.length })
      return { eligibility, person: shownPerson(holder, facts.shownAs), kinds: askableKinds.map(askedKind), until: until.toISOString() }
    },

    /**
     * The person's answer at the reader, for every key that is theirs; a second answer replaces the first while the
     * session lasts. Refusing everything is an answer too, and is kept.
     * @refuses reader-session-unknown, card-not-read, reader-session-expired, kind-unknown, input-invalid
     */
    async answer(
      ctx: Context,
      id: string,
      kinds: Readonly<Record<string, boolean>>,
    ): Promise<{ consentId: string; consentIds: string[]; until: string; allowed: string[]; refused: string[] }> {
      const desk = deskOf(ctx)
      const session = await store.lockSession(ctx.db, id)
      const reason = whyNotAnswer(session, desk.institutionNumber, ctx.now)
      if (reason || !session?.personKey) return refuse(reason ?? 'card-not-read')
      if (Object.keys(kinds).length === 0) refuse('input-invalid', { what: 'kinds' })
      const holder = (await person.findByKey(ctx, session.personKey)) ?? refuse('card-not-linked')
      const kept: Consent[] = []
      const { institutionNumber, institutionName } = desk
      for (const key of holder.keys) kept.push(await consent.record(ctx, { key, institutionNumber, institutionName, kinds }))
      const first = kept[0]!
      return {
        consentId: first.id,
        consentIds: kept.map((c) => c.id),
        until: first.until.toISOString(),
        allowed: first.allowed,
        refused: first.refused,
      }
    },

    /** Looks up what was typed from an eligibility certificate. Shows cover only: no record opens this way, and nobody becomes a patient by it. */
    async lookUp(ctx: Context, typed: LookUp): Promise<LookUpResult> {
      deskOf(ctx)
      return answerTyped(ctx, typed, await store.findKeys(ctx.db, memberOf(typed), typed.birthDate))
    },

    /** Looks up many at once, such as tomorrow's booked patients; the institution's own reference number comes back. */
    async lookUpMany(
      ctx: Context,
      asked: readonly (LookUp & { referenceNumber: string })[],
    ): Promise<(LookUpResult & { referenceNumber: string })[]> {
      deskOf(ctx)
      const found = await store.findKeysOfMany(
        ctx.db,
        asked.map((typed, n) => ({ n, member: memberOf(typed), birthDate: typed.birthDate })),
      )
      const keysOf = Map.groupBy(found, ({ n }) => n)
      const results: (LookUpResult & { referenceNumber: string })[] = []
      for (const [n, typed] of asked.entries()) {
        const keys = keysOf.get(n)?.map(({ key }) => key) ?? []
        results.push({ referenceNumber: typed.referenceNumber, ...(await answerTyped(ctx, typed, keys)) })
      }
      return results
    },

    /** Whose cards were accepted at the caller's institution since an instant (kept for a day), the latest first. */
    arrivals: (ctx: Context, about: { since: Date; limit: number }): Promise<{ key: string; at: Date }[]> =>
      store.findArrivals(ctx.db, { ...about, institutionNumber: deskOf(ctx).institutionNumber }),

    /** Whether people are covered today: for the caller's own patients, whose keys the caller has already been allowed. One answer a person, in order. */
    async statesOf(ctx: Context, people: readonly Pick<Person, 'keys' | 'birthDate'>[]): Promise<CoverState[]> {
      const { coverages } = await store.findFacts(
        ctx.db,
        people.flatMap((p) => p.keys),
      )
      const date = dateInJapan(ctx.now)
      return people.map((one) => {
        const own = coverages.filter((c) => one.keys.includes(c.key))
        const {
          validity,
          coverages: valid,
          copayPercent,
        } = eligibilityOf(coverOn(own, date), { birthDate: one.birthDate, date, limitConsent: false, facts: noCertificates })
        return {
          validity,
          validityName: validityNames[validity],
          copayPercent,
          insurerName: valid.length === 1 ? valid[0]!.insurerName : null,
        }
      })
    },

    /** Removes sessions that ended more than a day ago. */
    clear: (ctx: { db: Db; now: Date }): Promise<void> => store.deleteSessions(ctx.db, seconds(ctx.now, -86_400)),
  }
}
