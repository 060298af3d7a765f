import type { ConsentService } from '#care/consent'
import type { Person, PersonService } from '#care/person'
import type { Context } from '#kernel/context'
import type { Db } from '#kernel/database'
import { dateInJapan } from '#kernel/japan'
import { eligibilityOf, noCertificates, type ShownPerson, shownPerson } from './answer.ts'
import { deskOf, seconds } from './caller.ts'
import { cardUseService } from './card-use/service.ts'
import { validityNames } from './codes.ts'
import { deskService } from './desk.ts'
import type { CardVerifier, CoverState, Eligibility, Facts, RegisterEntry, Typed } from './model.ts'
import { readerService } from './reader.ts'
import { branchAgrees, coverOn, coverTyped, memberOf } from './rules.ts'
import * as store from './store.ts'
import { deleteCalls } from './store/look.ts'
import { noteVisit } from './store/visit.ts'

export type EligibilityService = ReturnType<typeof eligibilityService>
export type EligibilityDeps = { consent: ConsentService; person: PersonService; cards: CardVerifier }

/** `date` in Japan, 'YYYY-MM-DD'; today where absent. */
export type LookUp = Typed & { date?: string | undefined; limitConsent: boolean }
export type LookUpResult = { eligibility: Eligibility; person: ShownPerson | null }

/** Finding out at a desk who is covered, by card or by certificate, and taking the person's answer at the reader. */
export function eligibilityService({ consent, person, cards }: EligibilityDeps) {
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
    const hidden = shows && (await person.marks.hidden(ctx, people[0]!.keys)).size > 0
    return {
      eligibility: eligibilityOf(judged, { ...about, facts: shows ? facts : noCertificates }),
      person: shows ? shownPerson(people[0]!, facts.shownAs, hidden) : null,
    }
  }

  /** Somebody stands at the desk with a certificate: counted beside those who came by card. Not for tomorrow's bookings. */
  async function countCertificate(ctx: Context, { person: shown }: LookUpResult): Promise<void> {
    if (shown === null) return
    const { institutionNumber } = deskOf(ctx)
    const date = dateInJapan(ctx.now)
    await noteVisit(ctx.db, { keys: [shown.patientId], institutionNumber, date, byCard: false, addressMark: null, at: ctx.now })
  }

  return {
    ...readerService({ consent, person, cards }),
    ...deskService({ consent, person }),
    cardUse: cardUseService(),
    /** The cards of people: history, stop, found, replace. */
    cards: person.cards,

    /** Enters cover, certificates and subsidies, as insurers and municipalities report them. */
    enter: (ctx: { db: Db }, entries: readonly RegisterEntry[]): Promise<void> => store.insertRegister(ctx.db, entries),

    /** Looks up what was typed from an eligibility certificate. Shows cover only: no record opens this way, and nobody becomes a patient by it. */
    async lookUp(ctx: Context, typed: LookUp): Promise<LookUpResult> {
      deskOf(ctx)
      const answer = await answerTyped(ctx, typed, await store.findKeys(ctx.db, memberOf(typed), typed.birthDate))
      await countCertificate(ctx, answer)
      return answer
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

    /** Removes sessions and calls that ended more than a day ago. */
    async clear(ctx: { db: Db; now: Date }): Promise<void> {
      await store.deleteSessions(ctx.db, seconds(ctx.now, -86_400))
      await deleteCalls(ctx.db, seconds(ctx.now, -86_400))
    },
  }
}
