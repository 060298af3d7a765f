/** Cases of breach: entered, judged by the law, reported, told to the persons, closed. */
import { around } from '#care/person'
import type { BodyKind, BreachFacts } from '#care/consent'
import type { Context } from '#kernel/context'
import type { Db } from '#kernel/database'
import { ulid } from '#kernel/id'
import { dateInJapan } from '#kernel/japan'
import { type Outgoing, writeOutbox } from '#kernel/outbox'
import { refuse } from '#kernel/refusal'
import type { Selector } from '../scope/selector.ts'
import { askScope, nameOf } from '../scope/service.ts'
import * as store from '../store/breach.ts'
import { countsOf, findScope, type Scope, touchedAmong, type Touched, touchedOf } from '../store/scope.ts'
import { filledIn, type Letter, letterOf, type ScopeFacts } from './drafts.ts'
import { type Breach, type BreachItems, type BreachStep, lacksFor, nextStep, stateAfter, dutiesOf } from './rules.ts'

/** Persons told in one transaction. */
const TOGETHER = 500

/** Nearly all of our data is special-care data, and until the contrary is known somebody meant it. */
export const usualFacts: BreachFacts = {
  ...{ persons: 1, specialCare: true, financialRisk: false, wrongfulPurpose: false },
  ...{ strongEncryption: false, keyTaken: false, pseudonymised: false, recoveredUnseen: false, clientReports: false },
}

export type Given = { title: string; drill: boolean; body: BodyKind; knownAt: Date; facts: BreachFacts }
type Whence = { source: Breach['source']; sourceRef: string; selector: Selector | null }

const by = (ctx: Context) => {
  const { id, name } = nameOf(ctx.actor)
  return { byId: id, byName: name, at: ctx.now }
}

/** Enters a case; its scope is asked for where it is known by what. Who enters it is in charge until somebody else is. */
export async function enterBreach(ctx: Context, given: Given, { source, sourceRef, selector }: Whence): Promise<string> {
  const id = ulid(ctx.now.getTime())
  const scopeId = selector === null ? null : await askScope(ctx, selector, id)
  const owner = nameOf(ctx.actor)
  await store.insertBreach(ctx.db, { ...given, id, source, sourceRef, scopeId, ownerId: owner.id, ownerName: owner.name }, ctx.now)
  await store.noteStep(ctx.db, { ...by(ctx), breachId: id, step: 'made', note: '' })
  ctx.audit({ resource: `Breach/${id}` })
  return id
}

export type CaseView = {
  breach: Breach
  scope: Scope | null
  found: ScopeFacts | null
  steps: store.StepNoted[]
  told: number
  next: BreachStep | null
}

const load = async (ctx: Context, id: string): Promise<Breach> =>
  (await store.findBreach(ctx.db, id, { lock: true })) ?? refuse('not-found')

const scopeFacts = async (db: Db, scope: Scope | undefined): Promise<ScopeFacts | null> =>
  scope?.state === 'done' ? { scope, counts: await countsOf(db, scope.id, 50) } : null

/** A case as its page shows it: persons counted, and items drafted, from the report of the scope. @refuses not-found */
export async function viewBreach(ctx: Context, id: string): Promise<CaseView> {
  const breach = (await store.findBreach(ctx.db, id)) ?? refuse('not-found')
  const scope = breach.scopeId === null ? undefined : await findScope(ctx.db, breach.scopeId)
  const found = await scopeFacts(ctx.db, scope)
  ctx.audit({ resource: `Breach/${id}` })
  return {
    ...{ breach, scope: scope ?? null, found, next: nextStep(breach, dutiesOf(breach)) },
    steps: await store.stepsOf(ctx.db, id),
    told: await store.toldCount(ctx.db, id),
  }
}

const openCase = async (ctx: Context, id: string): Promise<Breach> => {
  const breach = await load(ctx, id)
  return breach.state === 'closed' ? refuse('breach-closed') : breach
}

const note = async (ctx: Context, breach: Breach, step: string, text = ''): Promise<void> => {
  await store.noteStep(ctx.db, { ...by(ctx), breachId: breach.id, step, note: text })
  ctx.audit({ resource: `Breach/${breach.id}`, rule: step })
}

/** @refuses not-found, breach-closed */
export async function changeFacts(ctx: Context, id: string, about: Omit<Given, 'drill'>): Promise<void> {
  const breach = await openCase(ctx, id)
  await store.putFacts(ctx.db, id, about)
  await note(ctx, breach, 'facts')
}

/** Takes a case over. @refuses not-found, breach-closed */
export async function takeOver(ctx: Context, id: string): Promise<void> {
  const breach = await openCase(ctx, id)
  await store.putOwner(ctx.db, id, nameOf(ctx.actor))
  await note(ctx, breach, 'owner')
}

/** @refuses not-found, breach-closed */
export async function writeItems(ctx: Context, id: string, about: { items: BreachItems; substitute: string }): Promise<void> {
  const breach = await openCase(ctx, id)
  await store.putItems(ctx.db, id, about)
  await note(ctx, breach, 'items')
}

/** Takes what the report of the scope says into the items that are empty, and its number of persons into the facts. @refuses not-found, breach-closed */
export async function draftItems(ctx: Context, id: string): Promise<void> {
  const breach = await openCase(ctx, id)
  const found = await scopeFacts(ctx.db, breach.scopeId === null ? undefined : await findScope(ctx.db, breach.scopeId))
  if (found === null) return refuse('breach-step-early', { what: '範囲の調べがまだ終わっていません。 / The scope is not worked out yet.' })
  await store.putItems(ctx.db, id, { items: filledIn(breach.items, found), substitute: breach.substitute })
  const facts = { ...breach.facts, persons: Math.max(breach.facts.persons, found.scope.persons ?? 0) }
  await store.putFacts(ctx.db, id, { ...breach, facts })
  await note(ctx, breach, 'items')
}

/** Asks for the scope anew, by other conditions; what was told before stays told. @refuses not-found, breach-closed */
export async function scopeFor(ctx: Context, id: string, selector: Selector): Promise<string> {
  const breach = await openCase(ctx, id)
  const scopeId = await askScope(ctx, selector, id)
  await store.attachScope(ctx.db, id, scopeId)
  await note(ctx, breach, 'scope')
  return scopeId
}

/** Takes the next step of a case. @refuses not-found, breach-step-early where it is not its turn or lacks something */
export async function takeStep(ctx: Context, id: string, about: { step: BreachStep; note: string }): Promise<void> {
  const breach = await load(ctx, id)
  const { step } = about
  if (nextStep(breach, dutiesOf(breach)) !== step)
    return refuse('breach-step-early', { what: '今の状態では行えません。 / Not in this state.' })
  const scope = breach.scopeId === null ? undefined : await findScope(ctx.db, breach.scopeId)
  const lacks = lacksFor(step, breach, { scope: scope?.state, note: about.note })
  if (lacks.length > 0) return refuse('breach-step-early', { what: lacks.map((l) => l[ctx.lang]).join(' ') })
  if (step === 'tell') {
    await store.beginTelling(ctx.db, id, ctx.now)
    await note(ctx, breach, 'telling', about.note)
    await tellSome(ctx.db, ctx.now, { breach, send: async (messages) => messages.forEach((m) => void ctx.tell(m)) })
    return
  }
  await store.putState(ctx.db, id, stateAfter(step), ctx.now)
  await note(ctx, breach, step, about.note)
}

/** Tells the next persons of a case; an exercise notes them and tells nobody. Whom a later report finds is told later. @returns whether all are told */
async function tellSome(
  db: Db,
  now: Date,
  { breach, send }: { breach: Breach; send: (messages: Outgoing[]) => Promise<void> },
): Promise<boolean> {
  const { id: breachId, scopeId, drill } = breach
  const keys = scopeId === null ? [] : await store.untold(db, { breachId, scopeId, limit: TOGETHER })
  if (!drill) await send(keys.map((key) => ({ topic: 'notice', key, payload: { kind: 'breach', breachId } })))
  await store.putTold(db, { breachId, keys, how: drill ? 'drill' : 'notice', at: now })
  if (keys.length === TOGETHER) return false
  await store.putToldScope(db, breachId, scopeId)
  if (breach.toldAt === null) await store.putState(db, breachId, stateAfter('tell'), now)
  else if (keys.length === 0) return true
  await store.noteStep(db, { breachId, at: now, byId: '', byName: '', step: 'tell', note: '' })
  return true
}

/** Goes on telling the persons of large cases; within the leader's transaction. @returns whether there is more to do */
export async function tellMore(db: Db, now: Date): Promise<boolean> {
  let more = false
  for (const breach of await store.tellingBreaches(db))
    more = !(await tellSome(db, now, { breach, send: (m) => writeOutbox(db, now, m) })) || more
  return more
}

export type Addressed = { key: string; letter: Letter }

/** Letters to persons of a case in the order of their keys, for whoever has no portal. @refuses not-found */
export async function lettersOf(
  ctx: Context,
  id: string,
  page: { after: string; limit: number },
): Promise<{ breach: Breach; letters: Addressed[] }> {
  const breach = (await store.findBreach(ctx.db, id)) ?? refuse('not-found')
  const touched = breach.scopeId === null ? [] : await touchedOf(ctx.db, breach.scopeId, page)
  const people = await around.people(
    ctx.db,
    touched.map((one) => one.key),
    dateInJapan(ctx.now),
  )
  const names = new Map(people.map((p) => [p.key, p.name]))
  for (const { key } of touched) ctx.audit({ key, resource: `Breach/${id}`, kinds: ['patient'] })
  const letters = touched.map((one) => ({
    key: one.key,
    letter: letterOf({ b: breach, touched: [one], name: names.get(one.key) ?? null, lang: 'ja', by: 'paper' }),
  }))
  if (touched.length === 0) ctx.audit({ resource: `Breach/${id}` })
  return { breach, letters }
}

/** The letter to whoever asks. @refuses not-found where they were not told */
export async function ownLetter(ctx: Context, id: string): Promise<Letter> {
  const { actor } = ctx
  if (actor.kind !== 'citizen' || !(await store.wasTold(ctx.db, id, actor.keys))) return refuse('not-found')
  const breach = (await store.findBreach(ctx.db, id)) ?? refuse('not-found')
  const touched: Touched[] = breach.scopeId === null ? [] : await touchedAmong(ctx.db, breach.scopeId, actor.keys)
  ctx.audit({ ...(actor.keys[0] === undefined ? {} : { key: actor.keys[0] }), resource: `Breach/${id}` })
  return letterOf({ b: breach, touched, name: actor.actsFor === undefined ? actor.name : null, lang: ctx.lang, by: 'portal' })
}
