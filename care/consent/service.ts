import type { RawBuilder } from 'kysely'
import { type Context, institutionOf } from '#kernel/context'
import { ulid } from '#kernel/id'
import { dateInJapan } from '#kernel/japan'
import { refuse } from '#kernel/refusal'
import type { InformationKind } from '#packages/fhir'
import { factsAtHand } from './at-hand.ts'
import { closing } from './closing.ts'
import { decides, type Door } from './deciding.ts'
import { findEvents, noteEvent } from './history.ts'
import { askableKinds } from './kinds.ts'
import type { Consent, Facts, Grant, Item } from './model.ts'
import { type Change, effectOf } from './preview.ts'
import {
  accessRules,
  CONSENT_HOURS,
  isTold,
  type KnownFacts,
  patientSql,
  ruleSql,
  type ToldIn,
  toldSql,
  visibleSql,
  whileKnown,
} from './rules.ts'
import { legalBases } from './legal-bases.ts'
import { standing } from './standing.ts'
import * as store from './store.ts'
import { findClosures } from './store/closure.ts'
import { textOn } from './texts.ts'

export type ConsentService = ReturnType<typeof consentService>

/** Consent, and the one predicate through which every query of personal records passes. */
export function consentService() {
  return {
    /** What a person closed, and opens again. */
    closing,

    /** What the law lets somebody see without consent. */
    legalBases,

    /** Consents that go on, given by the person away from a reader. */
    standing,

    /**
     * The SQL condition over alias `r` (columns key, type, id, kind, source, uninformed, undelivered, long_term, addressee, registered_at).
     * @param keys those whose rows alone the query reads: the condition is then `isTold`, over what `toldOf` says of the same keys
     */
    visibleTo: (ctx: Context, keys: readonly string[] | null = null): RawBuilder<boolean> => (keys === null ? visibleSql(ctx) : isTold),

    /** SQL expression naming the rule that shows a row of alias `r` and the consent it rests on; `receiptOf` reads it. */
    ruleOf: (ctx: Context): RawBuilder<string> => ruleSql(ctx),

    /**
     * The same as `told.rule`, to be joined to rows of these keys (`cross join`): their facts are asked for once, not row by row.
     */
    toldOf: (ctx: Context, keys: readonly string[], where?: ToldIn): RawBuilder<unknown> => toldSql(ctx, keys, where),

    /** Facts about the one person whose rows a query reads, to be told in `toldOf` where `whileKnown` stands beside it; or null. */
    atHand: factsAtHand(),

    /** The condition over alias `r` under which such facts hold: it shows rows of that person alone, and none once a fact changed. */
    whileKnown: (known: KnownFacts): RawBuilder<boolean> => whileKnown(known),

    /** Whether what a rule shows stays visible to the institution until the row itself changes: no time, no withdrawal ends it. */
    lasts: (rule: string): boolean => accessRules.some((known) => known.id === rule && known.lasts === true),

    /**
     * Keeps what the person answered at an institution's reader: `true` allows a kind for 24 hours, `false` refuses it.
     * An earlier answer at the same institution is replaced for the kinds asked.
     * @param answer.id of the consent, where it stands under several keys of one person: who takes it back takes back all of it
     * @refuses kind-unknown
     */
    async record(
      ctx: Context,
      answer: { id?: string; key: string; institutionNumber: string; institutionName: string; kinds: Readonly<Record<string, boolean>> },
    ): Promise<Consent> {
      const asked = Object.keys(answer.kinds)
      for (const kind of asked) if (!askableKinds.includes(kind as InformationKind)) refuse('kind-unknown', { kind: kind.slice(0, 40) })
      const consent: Consent = {
        id: answer.id ?? ulid(ctx.now.getTime()),
        key: answer.key,
        basis: 'visit',
        textVersion: textOn('visit', dateInJapan(ctx.now)).version,
        institutionNumber: answer.institutionNumber,
        institutionName: answer.institutionName,
        purpose: 'TREAT',
        givenAt: ctx.now,
        until: new Date(ctx.now.getTime() + CONSENT_HOURS * 3600_000),
        withdrawnAt: null,
        allowed: asked.filter((k) => answer.kinds[k]) as InformationKind[],
        refused: asked.filter((k) => !answer.kinds[k]) as InformationKind[],
      }
      await store.endEarlierGrants(ctx.db, {
        key: consent.key,
        institutionNumber: consent.institutionNumber,
        purpose: consent.purpose,
        visit: asked,
        // Who says yes for a day does not end what goes on; who says no means it.
        standing: consent.refused,
        at: ctx.now,
      })
      await store.insertConsent(ctx.db, consent)
      await noteEvent(ctx, { what: 'given', consent, door: 'reader', key: consent.key })
      ctx.audit({
        action: 'consent.give',
        key: consent.key,
        consentId: consent.id,
        kinds: consent.allowed,
        resource: `Consent/${consent.id}`,
      })
      ctx.tell({ topic: 'consent.given', key: consent.key, payload: { consentId: consent.id } })
      return consent
    },

    /** The person's consents, newest first. */
    list: (ctx: Context, keys: readonly string[]): Promise<Consent[]> => store.findConsents(ctx.db, keys),

    /**
     * Ends a consent from the next request on. Never needs a reason.
     * @refuses not-permitted, not-found, consent-ended
     */
    async withdraw(ctx: Context, id: string, door: Door = 'portal'): Promise<Consent> {
      const keys = decides(ctx.actor, door)
      const found = (await store.lockConsent(ctx.db, keys, id)) ?? refuse('not-found')
      if (found.withdrawnAt !== null || found.until <= ctx.now) refuse('consent-ended')
      await store.withdraw(ctx.db, keys, id, ctx.now)
      await noteEvent(ctx, { what: 'withdrawn', consent: found, door, key: found.key })
      ctx.audit({ action: 'consent.withdraw', key: found.key, consentId: id, kinds: found.allowed, resource: `Consent/${id}` })
      ctx.tell({ topic: 'consent.withdrawn', key: found.key, payload: { consentId: id } })
      return { ...found, withdrawnAt: ctx.now }
    },

    /**
     * What still lets the institution of a consent see more than it wrote itself, besides that consent: an answer at its reader beside one that
     * goes on. The law and what the institution wrote are not among them.
     */
    async beside(ctx: Context, keys: readonly string[], one: Consent): Promise<Consent[]> {
      const all = await store.findConsentsAt(ctx.db, { keys, institutionNumber: one.institutionNumber, purpose: one.purpose })
      return all.filter((other) => other.id !== one.id && other.withdrawnAt === null && other.until > ctx.now && other.allowed.length > 0)
    },

    /** What happened to the person's consents and closures, newest first. */
    history: (ctx: Context, keys: readonly string[], page: { limit: number; offset: number }) => findEvents(ctx.db, keys, page),

    /**
     * What a change would open and close at an institution, before anybody clicks: counts by kind, by the rule table itself.
     * @param asked.items what the person sees of their record
     */
    async preview(ctx: Context, asked: { keys: readonly string[]; items: readonly Item[]; change: Change; institutionNumber: string }) {
      const { keys, institutionNumber } = asked
      const facts: Facts = {
        grants: await store.grantsAt(ctx.db, { keys, institutionNumber }),
        relations: [],
        closures: await findClosures(ctx.db, keys).then((found) => found.flatMap((c) => keys.map((key) => ({ ...c, key })))),
      }
      return effectOf({ ...asked, facts, now: ctx.now })
    },

    /** One consent of the person, whatever became of it; undefined where it is nobody's or another's. */
    find: (ctx: Context, keys: readonly string[], id: string): Promise<Consent | undefined> => store.findConsent(ctx.db, keys, id),

    /** Which kinds the caller's institution may see now, by live consent of the person. */
    live: (ctx: Context, keys: readonly string[]): Promise<Grant[]> => {
      const institutionNumber = institutionOf(ctx.actor)
      return institutionNumber === null
        ? Promise.resolve([])
        : store.liveGrants(ctx.db, { keys, institutionNumber, purpose: ctx.purpose, now: ctx.now })
    },

    /** What the person answered at the caller's institution, newest first: also what was refused, withdrawn or has ended. */
    here: (ctx: Context, keys: readonly string[]): Promise<Consent[]> => {
      const institutionNumber = institutionOf(ctx.actor)
      return institutionNumber === null
        ? Promise.resolve([])
        : store.findConsentsAt(ctx.db, { keys, institutionNumber, purpose: ctx.purpose })
    },

    /** The SQL condition over alias `r` (columns key, type, kind): a patient of the caller's institution. */
    patientsOf: (ctx: Context): RawBuilder<boolean> => patientSql(ctx),

    /** Keys of those who first came to the caller's institution, or answered its reader, after an instant; the latest first. */
    recentPatients: (ctx: Context, about: { since: Date; limit: number }): Promise<{ key: string; at: Date }[]> => {
      const institutionNumber = institutionOf(ctx.actor)
      return institutionNumber === null ? Promise.resolve([]) : store.recentPatients(ctx.db, { ...about, institutionNumber })
    },

    /** Notes that the person showed their card at an institution; for rows outside a transaction. */
    relateVisit: (ctx: Context, keys: readonly string[], institutionNumber: string): Promise<void> =>
      store.relateVisit(ctx.db, { keys, institutionNumber, since: ctx.now }),

    /** Notes that a person is a patient of an institution (card shown there, or a record registered from there). */
    relate: (ctx: Context, key: string, institutionNumber: string): Promise<void> => store.relate(ctx.db, key, institutionNumber, ctx.now),

    /** As `relate`, for many at a time. */
    relateAll: (ctx: Context, keys: readonly string[], institutionNumber: string): Promise<void> =>
      store.relateAll(ctx.db, keys, { institutionNumber, since: ctx.now }),

    /** Whether the person is a patient of the caller's institution. */
    related: (ctx: Context, keys: readonly string[]): Promise<boolean> => {
      const institutionNumber = institutionOf(ctx.actor)
      return institutionNumber === null ? Promise.resolve(false) : store.related(ctx.db, keys, institutionNumber)
    },
  }
}
