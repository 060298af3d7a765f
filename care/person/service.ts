import type { RawBuilder } from 'kysely'
import type { Context } from '#kernel/context'
import type { Db } from '#kernel/database'
import { newKey, ulid } from '#kernel/id'
import { type Accounts, clearSignInFailures, noteSignInFailure, signInLock, claimOnce } from '#kernel/identity'
import { Refusal, refuse } from '#kernel/refusal'
import { dateInJapan } from '#kernel/japan'
import { scopesHeld } from '#kernel/scope'
import { foldMemberId } from '#packages/fhir'
import { findClient } from './store/client.ts'
import { findFacilitiesNamed } from './store/facility-names.ts'
import type { Card } from './card-model.ts'
import { liveHolder, personCards } from './cards.ts'
import { cases } from './cases.ts'
import { NOBODY, passwordMatches, totpStep } from './credentials.ts'
import { resolveMany } from './enter-many.ts'
import { marks } from './marks.ts'
import { keyUses } from './key-use.ts'
import type { NewPerson, Person, Resolution, Stated } from './model.ts'
import { readSearch } from './patient-search.ts'
import { people } from './people.ts'
import { citizenActor, proxies } from './proxies.ts'
import { bindingDemanded, foldName, samePerson } from './rules.ts'
import * as store from './store.ts'
import { totpFromStore } from './totp-seal.ts'

export type PersonService = ReturnType<typeof personService>

/**
 * Registers of people, facilities, staff and system clients.
 * @param totpOnce refuses a one-time code that was used before; the demo, whose secrets are public, may leave it off
 * @param anyClientUnbound honours the policy `none` of any client; off where real people's data is kept
 */
export function personService({ totpOnce, anyClientUnbound = true }: { totpOnce: boolean; anyClientUnbound?: boolean }) {
  return {
    find: (ctx: { db: Db }, id: string): Promise<Person | undefined> => store.findPerson(ctx.db, id),
    findByKey: (ctx: { db: Db }, key: string): Promise<Person | undefined> => store.findByKey(ctx.db, key),
    /** Who holds a card that may be used now; `requireHolder` says why not where nobody does. */
    async findByCard(ctx: { db: Db }, card: Card): Promise<Person | undefined> {
      const found = await personCards.holder(ctx, card)
      return found?.state === 'live' ? found.person : undefined
    },
    /** @refuses card-not-linked, card-stopped, card-ended */
    requireHolder: async (ctx: { db: Db }, card: Card): Promise<Person> => liveHolder(await personCards.holder(ctx, card)),
    cards: personCards,
    people,
    cases,
    proxies,
    marks,
    findByKeys: (ctx: { db: Db }, keys: readonly string[]): Promise<Person[]> => store.findByKeys(ctx.db, keys),

    /**
     * People by name, birth date or member number, among those whom `visible` (a condition over alias `r`: key, kind) allows.
     * @returns nobody for text that says nothing
     */
    search: (ctx: { db: Db }, about: { text: string; visible: RawBuilder<boolean>; limit: number; offset: number }): Promise<Person[]> => {
      const wanted = readSearch(about.text)
      return wanted === null ? Promise.resolve([]) : store.searchPeople(ctx.db, { ...about, wanted })
    },
    facilities: (ctx: { db: Db }, numbers?: readonly string[]) => store.findFacilities(ctx.db, numbers),
    /** Facilities of today by what somebody types of a name or number; nobody for text that says nothing. */
    facilitiesNamed: (ctx: { db: Db; now: Date }, asked: { text: string; limit: number }) =>
      findFacilitiesNamed(ctx.db, { ...asked, day: dateInJapan(ctx.now) }),
    memberIds: (ctx: { db: Db }, personId: string) => store.memberIdsOf(ctx.db, personId),
    openDoubts: (ctx: { db: Db }): Promise<number> => cases.count(ctx),
    /** A live client; `binding` is what its tokens must be tied to. */
    async findClient(ctx: { db: Db }, clientId: string) {
      const client = await findClient(ctx.db, clientId)
      return client && { ...client, binding: bindingDemanded(client, anyClientUnbound) }
    },

    /** Notes which key a client proved itself with. */
    noteKeyUse: keyUses(),

    /** Enters a person with one member id, as an insurer's register does. */
    async enter(ctx: { db: Db; now: Date }, person: NewPerson & { memberId: string | null }): Promise<Resolution> {
      const made = { id: ulid(ctx.now.getTime()), key: newKey() }
      await store.insertPerson(ctx.db, {
        ...person,
        ...made,
        foldedName: foldName(person.name),
        foldedKana: foldName(person.nameKana),
        at: ctx.now,
      })
      if (person.memberId !== null) {
        await store.insertMemberId(ctx.db, {
          folded: foldMemberId(person.memberId),
          key: made.key,
          personId: made.id,
          asSent: person.memberId,
          at: ctx.now,
        })
      }
      return { key: made.key, personId: made.id, created: true, doubtful: false }
    },

    /** Adds a member id to a person (a new insurer); the earlier ones keep leading to the same person. */
    addMemberId: (ctx: { db: Db; now: Date }, to: { personId: string; key: string; memberId: string }) =>
      store.insertMemberId(ctx.db, {
        folded: foldMemberId(to.memberId),
        key: to.key,
        personId: to.personId,
        asSent: to.memberId,
        at: ctx.now,
      }),

    /**
     * Whose record a submission belongs to. An unknown member id makes a person; a known one whose birth date or sex
     * disagrees is set aside under a key of its own and noted for review. The register itself is never overwritten.
     */
    async resolve(ctx: Context, stated: Stated, institutionNumber: string): Promise<Resolution> {
      const folded = foldMemberId(stated.memberId)
      const known = samePerson(stated, await store.findCandidates(ctx.db, folded))
      if (known) return { key: known.key, personId: known.personId, created: false, doubtful: known.doubtful }
      await store.lockMemberId(ctx.db, folded)
      const candidates = await store.findCandidates(ctx.db, folded)
      const again = samePerson(stated, candidates)
      if (again) return { key: again.key, personId: again.personId, created: false, doubtful: again.doubtful }
      const sex = stated.sex === 'male' || stated.sex === 'female' || stated.sex === 'other' ? stated.sex : 'unknown'
      const entered = await this.enter(ctx, { ...stated, sex, memberId: stated.memberId })
      if (candidates.length === 0) return entered
      await store.insertDoubt(ctx.db, {
        key: entered.key,
        folded,
        birthDate: stated.birthDate,
        sex,
        nameKana: stated.nameKana,
        institutionNumber,
        at: ctx.now,
      })
      ctx.audit({ action: 'person.set-aside', key: entered.key, resource: `Patient/${entered.key}` })
      return { ...entered, doubtful: true }
    },

    /** As `resolve`, for many at a time; without a member id a person is always entered. */
    resolveMany,

    /**
     * Proves a member of staff by password and one-time code, both always.
     * Call from a row that keeps what was written before a refusal, so that failed tries are counted.
     * @param given.spend spends what was typed in place of the code of the app (a recovery code), asked only with the right password
     * @refuses sign-in-failed, sign-in-locked
     */
    async proveStaff(
      ctx: Context,
      given: { loginName: string; password: string; totp: string; spend?: (staffId: string) => Promise<boolean> },
    ): Promise<store.StaffRow> {
      const subject = `staff:${given.loginName}`
      const minutes = await signInLock(ctx.db, ctx.now, subject)
      if (minutes !== null) refuse('sign-in-locked', { minutes: String(minutes) })
      const found = await store.findStaff(ctx.db, { loginName: given.loginName }, { now: ctx.now })
      const passwordOk = await passwordMatches(found?.passwordHash ?? NOBODY, given.password)
      const secret = found ? totpFromStore(found.id, found.totpSecret) : ''
      const step = secret === '' ? null : totpStep(secret, given.totp, ctx.now)
      // The code is claimed only with the right password: a mistyped one must not cost the wait for the next code.
      const fresh =
        passwordOk &&
        step !== null &&
        (!totpOnce ||
          (await claimOnce(ctx.db, ctx.now, { scope: 'totp', value: `${found!.id}:${step}`, until: new Date((step + 3) * 30_000) })))
      const spent = !fresh && passwordOk && found !== undefined && given.spend !== undefined && (await given.spend(found.id))
      if (!found || !passwordOk || !(fresh || spent)) {
        await noteSignInFailure(ctx.db, ctx.now, subject)
        throw new Refusal('sign-in-failed')
      }
      await clearSignInFailures(ctx.db, subject)
      return found
    },
  }
}

/** `app`: what apps may that people let in; none where it is absent. */
export type AccountsOptions = { anyClientUnbound: boolean; app?: Accounts['app'] }

/**
 * The kernel's question who a proven subject is, answered from the registers.
 * @param about.anyClientUnbound as in `personService`
 */
export const accountsOf = ({ anyClientUnbound, app = async () => undefined }: AccountsOptions): Accounts => ({
  app,
  citizen: citizenActor,
  async staff(db, staffId, at) {
    const s = await store.findStaff(db, { id: staffId }, at)
    return (
      s && {
        kind: 'staff',
        id: s.id,
        role: s.role,
        institutionNumber: s.institutionNumber,
        institutionName: s.institutionName,
        institutionNameEn: s.institutionNameEn,
        name: s.name,
      }
    )
  },
  async system(db, clientId, { scopes, tokenBinding }) {
    const c = await findClient(db, clientId)
    if (c === undefined) return undefined
    if (tokenBinding !== 'no-token') {
      const demanded = bindingDemanded(c, anyClientUnbound)
      const kept = demanded === 'none' || demanded === tokenBinding || (demanded === 'any' && tokenBinding !== 'none')
      if (!kept) refuse('binding-required')
    }
    return {
      kind: 'system',
      id: c.clientId,
      institutionNumber: c.institutionNumber,
      institutionName: c.institutionName,
      name: c.name,
      scopes: scopesHeld(c.scopes, scopes),
    }
  },
})

/** As the register says, `none` included: for the demo and for tests. */
export const accounts: Accounts = accountsOf({ anyClientUnbound: true })
