/** How close a member of staff stands to a person of the register: whom they must not look up by the right of an emergency. */
import type { Context } from '#kernel/context'
import type { Db } from '#kernel/database'
import { ulid } from '#kernel/id'
import { dateInJapan } from '#kernel/japan'
import { refuse } from '#kernel/refusal'
import type { Person } from './model.ts'
import { byWhom } from './people.ts'
import { type Household, sameFamilyName, sameName, type Tie, tiesBetween } from './rules/closeness.ts'
import { isBlocked, isProtected } from './rules/proxy.ts'
import { findPerson } from './store.ts'
import { membershipsOf } from './store/history.ts'
import { idsOf, leadsTo } from './store/link.ts'
import { liveProxies, marksOf } from './store/proxy.ts'
import { findStaffEntry } from './store/staff.ts'
import * as store from './store/watch.ts'

export type Closeness = {
  ties: Tie[]
  /** Whether the register knows which person the member of staff is; where not, ties cannot be found. */
  isKnown: boolean
  /** The member of staff bears the person's full name, or their family name. */
  sameName: boolean
  sameFamilyName: boolean
  /** The person works at this institution, or somebody of that name does. */
  isColleague: boolean
  namesake: boolean
  watched: store.WatchKind | null
  /** A mark protects the person (支援措置). */
  isProtected: boolean
}

type Asking = { db: Db; now: Date }

async function householdOf(db: Db, person: Person): Promise<Household> {
  const ids = await idsOf(db, person.id)
  const covers = (await membershipsOf(db, person.id)).flatMap(({ insurerNumber, symbol, number }) =>
    insurerNumber === '' || number === '' ? [] : [`${insurerNumber}:${symbol}:${number}`],
  )
  return {
    ids,
    name: person.name,
    nameKana: person.nameKana,
    address: person.address,
    postalCode: person.postalCode,
    phone: person.phone,
    covers,
  }
}

async function tiesWith(ctx: Asking, staffPerson: string, person: Household): Promise<Tie[]> {
  const own = await findPerson(ctx.db, await leadsTo(ctx.db, staffPerson))
  if (!own) return []
  const mine = await householdOf(ctx.db, own)
  const today = dateInJapan(ctx.now)
  const marks = await marksOf(ctx.db, person.ids)
  const proxied =
    (await liveProxies(ctx.db, { proxyIds: mine.ids, representedIds: person.ids })).length > 0 ||
    (await liveProxies(ctx.db, { proxyIds: person.ids, representedIds: mine.ids })).length > 0
  const named = mine.ids.some((id) =>
    isBlocked(
      marks.filter((mark) => !mark.blocksAll),
      id,
      today,
    ),
  )
  return tiesBetween(mine, person, { proxied, blocked: named })
}

/** Everything that speaks against, or for a second look at, a member of staff opening a person's record by themselves. */
async function closenessOf(ctx: Asking, about: { staffId: string; institutionNumber: string; person: Person }): Promise<Closeness> {
  const { staffId, institutionNumber, person } = about
  const household = await householdOf(ctx.db, person)
  const today = dateInJapan(ctx.now)
  const mine = await store.personIdsOfStaff(ctx.db, staffId)
  const ties = [...new Set((await Promise.all(mine.map((id) => tiesWith(ctx, id, household)))).flat())]
  const staff = await findStaffEntry(ctx.db, { institutionNumber: null }, { id: staffId, now: ctx.now })
  const others = (await store.staffAmong(ctx.db, { personIds: household.ids, institutionNumber, day: today })).filter(
    (one) => one.id !== staffId,
  )
  const [watch] = await store.watchesOf(ctx.db, household.ids)
  return {
    ties,
    isKnown: mine.length > 0,
    sameName: staff !== undefined && sameName(staff, person),
    sameFamilyName: staff !== undefined && sameFamilyName(staff, person),
    isColleague: others.some((one) => one.isPerson),
    namesake: others.some((one) => sameName(one, person)),
    watched: watch?.kind ?? null,
    isProtected: isProtected(await marksOf(ctx.db, household.ids), today),
  }
}

const noteOn = async (ctx: Context, action: string, personId: string): Promise<Person> => {
  const person = (await findPerson(ctx.db, personId)) ?? refuse('not-found')
  // Not which kind, nor who works where: more people read the log than the register.
  for (const key of person.keys) ctx.audit({ action, key, resource: `Person/${personId}`, kinds: ['patient'] })
  return person
}

/** Watches over people whom the curious look for, and which member of staff is which person. */
export const closeness = {
  of: closenessOf,

  /** Whether somebody works at an institution today, other than for the platform. */
  worksAt: (ctx: Asking, about: { staffId: string; institutionNumber: string }): Promise<boolean> =>
    store.worksAt(ctx.db, { ...about, day: dateInJapan(ctx.now) }),

  /** @refuses not-found */
  async watch(ctx: Context, about: { personId: string; kind: store.WatchKind }): Promise<string> {
    const person = await noteOn(ctx, 'people.watch', about.personId)
    const id = ulid(ctx.now.getTime())
    await store.insertWatch(ctx.db, { ...about, personId: person.id, id, madeAt: ctx.now, madeBy: byWhom(ctx) })
    return id
  },

  /** @refuses not-found */
  async endWatch(ctx: Context, of: { personId: string; id: string }): Promise<void> {
    await noteOn(ctx, 'people.watch-end', of.personId)
    if (!(await store.endWatch(ctx.db, { id: of.id, at: ctx.now, by: byWhom(ctx) }))) refuse('not-found')
  },

  watches: (ctx: { db: Db }): Promise<store.Watch[]> => store.allWatches(ctx.db, 200),

  /** Ids of everybody who is watched over, as the register leads to them now. */
  async watchedIds(ctx: { db: Db }): Promise<Set<string>> {
    const ids = new Set<string>()
    for (const { personId } of await store.allWatches(ctx.db, 100_000)) ids.add(await leadsTo(ctx.db, personId))
    return ids
  },

  /** Notes that a member of staff is this person of the register. @refuses not-found */
  async noteStaff(ctx: Context, about: { staffId: string; personId: string }): Promise<void> {
    const person = await noteOn(ctx, 'people.staff', about.personId)
    await store.insertStaffPerson(ctx.db, { staffId: about.staffId, personId: person.id, at: ctx.now, by: byWhom(ctx) })
  },
}
