/** One person through every change: what was stated about them, under which covers, and who may be meant by a statement. */
import type { Context } from '#kernel/context'
import type { Db } from '#kernel/database'
import { ulid } from '#kernel/id'
import { dateInJapan } from '#kernel/japan'
import { refuse } from '#kernel/refusal'
import { foldMemberId } from '#packages/fhir'
import type { Stated } from './model.ts'
import type { IdentityPart, IdentityValues, Likely, Membership, Source, Statement } from './people-model.ts'
import { readSearch } from './patient-search.ts'
import { foldedOrders, foldForMatch } from './rules/folding.ts'
import { inForce, whyNotPeriod } from './rules/history.ts'
import { type Compared, compare, datesNear } from './rules/matching.ts'
import * as finding from './store/finding.ts'
import * as history from './store/history.ts'
import { holdWhole, idsOf, leadsTo, type Whole, wholeOf } from './store/link.ts'

type Asking = { db: Db; now: Date }

/** Who notes something, as the ledgers keep it. */
export const byWhom = ({ actor }: Context): string => (actor.kind === 'public' ? '' : actor.id)

export type Change<P extends IdentityPart = IdentityPart> = {
  personId: string
  part: P
  value: IdentityValues[P]
  /** First day on which it holds, at the latest today. */
  validFrom: string
  source: Source
  statedBy: string
}

/** Writes what holds now out of what was stated. */
async function settle(ctx: Context, personId: string, current: history.Current): Promise<void> {
  const all = await history.statementsOf(ctx.db, [personId])
  const today = dateInJapan(ctx.now)
  await history.updateCurrent(ctx.db, personId, {
    name: inForce(all, 'name', today)?.value ?? current.name,
    sex: inForce(all, 'sex', today)?.value ?? current.sex,
    address: inForce(all, 'address', today)?.value ?? current.address,
    phone: inForce(all, 'phone', today)?.value ?? current.phone,
  })
}

async function noteOn(ctx: Context, action: string, personId: string): Promise<void> {
  const [known] = await finding.knownByIds(ctx.db, [personId])
  ctx.audit({ action, ...(known ? { key: known.key } : {}), resource: `Person/${personId}`, kinds: ['patient'], count: 1 })
}

/**
 * A change of name, sex, address or phone from a day on. What held before stays in the history.
 * @refuses not-found, input-invalid for a day that has not come
 */
async function change(ctx: Context, about: Change): Promise<Statement> {
  const today = dateInJapan(ctx.now)
  if (!/^\d{4}-\d{2}-\d{2}$/.test(about.validFrom) || about.validFrom > today) refuse('input-invalid', { what: 'validFrom' })
  const current = (await history.lockCurrent(ctx.db, about.personId)) ?? refuse('not-found')
  const earlier = (await history.statementsOf(ctx.db, [about.personId])).filter((s) => s.part === about.part)
  const noted = { notedAt: ctx.now, notedBy: byWhom(ctx) }
  if (earlier.length === 0) {
    const first = { id: ulid(ctx.now.getTime()), personId: about.personId, part: about.part, value: current[about.part] }
    await history.insertStatement(ctx.db, { ...first, ...noted, validFrom: '', source: 'register', statedBy: '' })
  }
  const made = { ...about, ...noted, id: ulid(ctx.now.getTime()) }
  await history.insertStatement(ctx.db, made)
  await settle(ctx, about.personId, current)
  await noteOn(ctx, 'people.change', about.personId)
  return { ...made, undoneAt: null }
}

/**
 * Takes a statement back; what held before it holds again.
 * @refuses not-found; nothing-left where it is the only one of its part
 */
async function undoChange(ctx: Context, of: { personId: string; id: string }): Promise<void> {
  const current = (await history.lockCurrent(ctx.db, of.personId)) ?? refuse('not-found')
  const all = await history.statementsOf(ctx.db, [of.personId])
  const found = all.find((s) => s.id === of.id && s.undoneAt === null) ?? refuse('not-found')
  if (all.filter((s) => s.part === found.part && s.undoneAt === null).length === 1) refuse('people-nothing-left')
  await history.undoStatement(ctx.db, { ...of, at: ctx.now, by: byWhom(ctx) })
  await settle(ctx, of.personId, current)
  await noteOn(ctx, 'people.change-undo', of.personId)
}

/** Days of a cover. @refuses input-invalid, not-found where the person does not hold that member id */
async function setPeriod(ctx: Context, p: Omit<history.Period, 'folded'> & { memberId: string }): Promise<void> {
  const why = whyNotPeriod(p)
  if (why !== null) refuse('input-invalid', { what: why })
  if (!(await history.updatePeriod(ctx.db, { ...p, folded: foldMemberId(p.memberId) }))) refuse('not-found')
}

const comparedFrom = (stated: Omit<Stated, 'memberId'>, memberIds: readonly string[]): Compared => ({ ...stated, memberIds })

/** Names by which somebody is found: as they are and as they were, in both orders. */
const namesOf = (names: readonly { name: string; nameKana: string }[]): string[] => [
  ...new Set(names.flatMap((n) => [...foldedOrders(n.name), ...foldedOrders(n.nameKana)])),
]

/**
 * Whom a statement without a member id may mean, the likeliest first. Nothing is decided by it: the statement still enters a person
 * of its own, and the pair goes to the review queue.
 */
async function likely(ctx: Asking, stated: Omit<Stated, 'memberId'>): Promise<Likely[]> {
  const folded = namesOf([stated])
  const days = { birthDate: stated.birthDate, birthDates: datesNear(stated.birthDate) }
  const about = { folded, ...days, memberIds: [], phone: stated.phone, excluding: '', limit: 50 }
  return (await finding.lookAlikes(ctx.db, about))
    .map((known) => ({ personId: known.personId, key: known.key, ...compare(comparedFrom(stated, []), known) }))
    .filter((one) => one.verdict !== 'different')
    .sort((a, b) => b.points - a.points || a.personId.localeCompare(b.personId))
}

const BATCH = 200

/**
 * Compares those who were entered or changed since the last time with everybody of a like name, and notes the pairs that look alike.
 * @returns how many were compared and how many pairs were noted
 */
async function compareNew(ctx: Asking, limit = BATCH): Promise<{ compared: number; noted: number }> {
  const fresh = await finding.notCompared(ctx.db, limit)
  if (fresh.length === 0) return { compared: 0, noted: 0 }
  const ids = fresh.map((f) => f.personId)
  const earlier = await finding.earlierNames(ctx.db, ids)
  const called = new Map(fresh.map((f) => [f.personId, namesOf([f, ...earlier.filter((e) => e.personId === f.personId)])]))
  const keys = [...called].flatMap(([personId, names]) => names.map((folded) => ({ personId, folded })))
  await finding.replaceNameKeys(ctx.db, keys, ids)
  const pairs = new Map<string, { key: string; otherKey: string; points: number; found: readonly string[] }>()
  for (const one of fresh) {
    const days = { birthDate: one.birthDate, birthDates: datesNear(one.birthDate) }
    const folded = called.get(one.personId)!
    const about = { folded, ...days, memberIds: one.memberIds, phone: one.phone, excluding: one.personId, limit: 50 }
    for (const other of await finding.lookAlikes(ctx.db, about)) {
      const { verdict, points, found } = compare(one, other)
      if (verdict === 'different' || one.key === null) continue
      const [key, otherKey] = [one.key, other.key].sort() as [string, string]
      pairs.set(`${key}.${otherKey}`, { key, otherKey, points, found })
    }
  }
  await finding.insertDuplicates(ctx.db, [...pairs.values()], ctx.now)
  await finding.noteCompared(ctx.db, ids, ctx.now)
  return { compared: fresh.length, noted: pairs.size }
}

export type PeopleAsked = { name: string; birthDate: string; memberId: string }

/**
 * People by name however spelled, birth date, or number of an insurance card.
 * @returns null where nothing was asked
 */
async function search(
  ctx: { db: Db },
  asked: PeopleAsked,
  page: { limit: number; offset: number },
): Promise<{ found: finding.Known[]; total: number } | null> {
  const date = readSearch(asked.birthDate)
  const memberFolded = foldMemberId(asked.memberId.trim().slice(0, 100))
  const folded = foldForMatch(asked.name.slice(0, 100))
  const wish = { folded, birthDate: date?.by === 'birth' ? date.birthDate : asked.birthDate.trim().slice(0, 40), memberFolded }
  if (wish.folded === '' && wish.birthDate === '' && wish.memberFolded === '') return null
  return finding.findPeople(ctx.db, wish, page)
}

/** The one person whom name, birth date and member id all mean, or undefined: nobody learns which of them was wrong. */
async function exactly(ctx: { db: Db }, asked: PeopleAsked): Promise<finding.Known | undefined> {
  if (asked.name.trim() === '' || asked.birthDate.trim() === '' || asked.memberId.trim() === '') return undefined
  const all = await search(ctx, asked, { limit: 3, offset: 0 })
  const exact = (all?.found ?? []).filter((one) => namesOf([one]).includes(foldForMatch(asked.name)))
  return exact.length === 1 ? exact[0] : undefined
}

/** What the register knows of a person and of their changes. */
export const people = {
  change,
  undoChange,
  setPeriod,
  likely,
  compareNew,
  search,
  exactly,
  /** The person an id leads to after every link. */
  leadsTo: (ctx: { db: Db }, personId: string): Promise<string> => leadsTo(ctx.db, personId),
  /** Every id that leads to the person, their own first. */
  idsOf: (ctx: { db: Db }, personId: string): Promise<string[]> => idsOf(ctx.db, personId),
  /** Every entry and key of the person an id leads to. */
  whole: (ctx: { db: Db }, personId: string): Promise<Whole> => wholeOf(ctx.db, personId),
  /** The same, held: nobody links or parts them before this write ends. */
  hold: (ctx: { db: Db }, personId: string): Promise<Whole> => holdWhole(ctx.db, personId),
  known: async (ctx: { db: Db }, personId: string): Promise<finding.Known | undefined> => (await finding.knownByIds(ctx.db, [personId]))[0],
  current: (ctx: { db: Db }, personId: string): Promise<history.Current | undefined> => history.findCurrent(ctx.db, personId),
  /** Everything stated, newest first; with `at`, who was linked to the person too. */
  history: async (ctx: { db: Db }, personId: string): Promise<Statement[]> => history.statementsOf(ctx.db, await idsOf(ctx.db, personId)),
  memberships: (ctx: { db: Db }, personId: string): Promise<Membership[]> => history.membershipsOf(ctx.db, personId),
}
