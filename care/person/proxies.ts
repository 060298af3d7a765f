/** Acting for another person, and protection from people: entered with a basis, ended with a day, asked anew at every request. */
import type { Actor, ActsFor, Context, ProxyBasis } from '#kernel/context'
import type { Db } from '#kernel/database'
import { ulid } from '#kernel/id'
import { dateInJapan } from '#kernel/japan'
import { refuse } from '#kernel/refusal'
import { byWhom, people, type PeopleAsked } from './people.ts'
import * as rules from './rules/proxy.ts'
import { findPerson } from './store.ts'
import { idsOf, leadsTo } from './store/link.ts'
import * as store from './store/proxy.ts'

type Citizen = Extract<Actor, { kind: 'citizen' }>

/** A proxy as either side sees it; `why` it does not work today, or null. */
export type ProxyView = {
  id: string
  basis: ProxyBasis
  personId: string
  name: string
  validFrom: string
  until: string | null
  waiting: boolean
  why: rules.WhyNotProxy | null
}

/** The name under which a mark's blocked ids are looked up: any of the ids that lead to the proxy. */
const blockedAs = (ids: readonly string[], marks: readonly rules.Mark[]) =>
  ids.find((id) => marks.some((mark) => mark.blockedIds.includes(id))) ?? ids[0]!

/** Whom somebody acts for now, or null: the proxy must hold at this instant. */
async function actingFor(db: Db, about: { proxyId: string; representedId: string; now: Date }) {
  const today = dateInJapan(about.now)
  const mine = await idsOf(db, about.proxyId)
  const theirs = await idsOf(db, await leadsTo(db, about.representedId))
  const represented = await findPerson(db, theirs[0]!)
  if (!represented) return null
  const marks = await store.marksOf(db, theirs)
  const facts = { birthDate: represented.birthDate, marks, today }
  const held = (await store.liveProxies(db, { proxyIds: mine, representedIds: theirs })).find(
    (proxy) => rules.whyNotActFor({ ...facts, proxy: { ...proxy, proxyId: blockedAs(mine, marks) } }) === null,
  )
  if (!held) return null
  const actsFor: ActsFor = {
    personId: represented.id,
    name: represented.name,
    basis: held.basis,
    until: rules.lastDay(held, represented.birthDate, today),
    hides: rules.hiddenFrom({ basis: held.basis, birthDate: represented.birthDate, today }),
    masked: rules.isProtected(marks, today),
  }
  return { represented, actsFor }
}

/**
 * Who a citizen is at this instant: acting for another where they may, else themselves.
 * @returns undefined for nobody
 */
export async function citizenActor(db: Db, personId: string, about: { now: Date; actsFor: string | null }): Promise<Citizen | undefined> {
  const found = await findPerson(db, personId)
  // Whoever was linked to another goes on as that one; only they own no key.
  const own = found && found.keys.length === 0 ? await findPerson(db, await leadsTo(db, personId)) : found
  if (!own) return undefined
  const actor: Citizen = { kind: 'citizen', id: own.id, keys: own.keys, name: own.name }
  if (about.actsFor === null) return actor
  const held = await actingFor(db, { proxyId: own.id, representedId: about.actsFor, now: about.now })
  return held ? { ...actor, keys: held.represented.keys, actsFor: held.actsFor } : actor
}

/** Both lists of a person: whom they act for, and who acts for them. A proxy that a mark blocks is not told of it. */
async function family(ctx: { db: Db; now: Date }, personId: string): Promise<{ represents: ProxyView[]; representedBy: ProxyView[] }> {
  const today = dateInJapan(ctx.now)
  const mine = await idsOf(ctx.db, personId)
  const view = async (proxy: rules.ProxyEntry, other: string): Promise<ProxyView | null> => {
    const theirs = await idsOf(ctx.db, await leadsTo(ctx.db, proxy.representedId))
    const represented = await findPerson(ctx.db, theirs[0]!)
    const shown = await findPerson(ctx.db, await leadsTo(ctx.db, other))
    if (!represented || !shown) return null
    const marks = await store.marksOf(ctx.db, theirs)
    const proxyId = blockedAs(await idsOf(ctx.db, await leadsTo(ctx.db, proxy.proxyId)), marks)
    const why = rules.whyNotActFor({ proxy: { ...proxy, proxyId }, birthDate: represented.birthDate, marks, today })
    const { id, basis, validFrom } = proxy
    const until = rules.lastDay(proxy, represented.birthDate, today)
    return { id, basis, personId: shown.id, name: shown.name, validFrom, until, waiting: why === 'proxy-not-accepted', why }
  }
  const listed = async (proxies: rules.ProxyEntry[], other: (p: rules.ProxyEntry) => string) =>
    (await Promise.all(proxies.map((p) => view(p, other(p))))).filter((v) => v !== null)
  const represents = await listed(await store.liveProxies(ctx.db, { proxyIds: mine }), (p) => p.representedId)
  const representedBy = await listed(await store.liveProxies(ctx.db, { representedIds: mine }), (p) => p.proxyId)
  const tellable = (v: ProxyView) => v.why === null || v.waiting
  return { represents: represents.filter(tellable), representedBy }
}

const noteOn = (ctx: Context, event: { action: string; key: string | undefined; id: string; rule: string }): void =>
  ctx.audit({
    action: event.action,
    ...(event.key ? { key: event.key } : {}),
    resource: `Proxy/${event.id}`,
    rule: event.rule,
    kinds: ['patient'],
  })

export type NewProxy = {
  representedId: string
  proxyId: string
  basis: ProxyBasis
  evidence: string
  validFrom: string
  until: string | null
}

/** Enters a proxy that an operator saw the document of; family waits for the person's own yes. @refuses input-invalid, proxy-blocked */
async function enter(ctx: Context, about: NewProxy): Promise<string> {
  const today = dateInJapan(ctx.now)
  const represented = (await findPerson(ctx.db, about.representedId)) ?? refuse('not-found')
  if (about.representedId === about.proxyId) refuse('input-invalid', { what: 'proxy' })
  if (about.until !== null && about.until < about.validFrom) refuse('input-invalid', { what: 'until' })
  if (about.basis === 'parent' && !rules.isMinor(represented.birthDate, today)) refuse('proxy-of-age')
  const mine = await idsOf(ctx.db, about.proxyId)
  const marks = await store.marksOf(ctx.db, await idsOf(ctx.db, represented.id))
  if (rules.isBlocked(marks, blockedAs(mine, marks), today)) refuse('proxy-blocked')
  const open = await store.liveProxies(ctx.db, { proxyIds: mine, representedIds: await idsOf(ctx.db, represented.id) })
  if (open.some((p) => p.basis === about.basis && (p.until === null || p.until >= today))) refuse('proxy-exists')
  const id = ulid(ctx.now.getTime())
  const acceptedAt = about.basis === 'family' ? null : ctx.now
  await store.insertProxy(ctx.db, { ...about, id, acceptedAt, endedAt: null, madeAt: ctx.now, madeBy: byWhom(ctx) })
  noteOn(ctx, { action: 'proxy.enter', key: represented.keys[0], id, rule: about.basis })
  return id
}

const MAX_PROPOSALS = 10

/**
 * A citizen offers to act for a relative, whom name, birth date and member id must all mean. Whether they meant anybody is not told.
 * @refuses too-many-proposals
 */
async function propose(ctx: Context, asked: PeopleAsked): Promise<void> {
  const actor = ctx.actor.kind === 'citizen' && !ctx.actor.actsFor ? ctx.actor : refuse('not-permitted')
  const mine = await idsOf(ctx.db, actor.id)
  const open = await store.liveProxies(ctx.db, { proxyIds: mine })
  if (open.filter((p) => p.basis === 'family' && p.acceptedAt === null).length >= MAX_PROPOSALS) refuse('too-many-proposals')
  const found = await people.exactly(ctx, asked)
  if (!found || mine.includes(found.personId)) return
  const marks = await store.marksOf(ctx.db, await idsOf(ctx.db, found.personId))
  const known = open.some((p) => p.representedId === found.personId && p.basis === 'family')
  if (known || rules.isBlocked(marks, blockedAs(mine, marks), dateInJapan(ctx.now))) return
  const about = { representedId: found.personId, proxyId: actor.id, basis: 'family' as const, evidence: '', until: null }
  const id = ulid(ctx.now.getTime())
  const made = { ...about, id, validFrom: dateInJapan(ctx.now), acceptedAt: null, endedAt: null, madeAt: ctx.now, madeBy: actor.id }
  await store.insertProxy(ctx.db, made)
  noteOn(ctx, { action: 'proxy.propose', key: found.key, id, rule: 'family' })
}

async function own(ctx: Context, id: string) {
  const actor = ctx.actor.kind === 'citizen' && !ctx.actor.actsFor ? ctx.actor : refuse('not-permitted')
  const found = (await store.lockProxy(ctx.db, id)) ?? refuse('not-found')
  const mine = await idsOf(ctx.db, actor.id)
  const side = mine.includes(found.representedId) ? 'represented' : mine.includes(found.proxyId) ? 'proxy' : refuse('not-found')
  const represented = await findPerson(ctx.db, await leadsTo(ctx.db, found.representedId))
  return { found, side, key: represented?.keys[0] }
}

/** The represented person says yes to a family proxy. @refuses not-found */
async function accept(ctx: Context, id: string): Promise<void> {
  const { found, side, key } = await own(ctx, id)
  if (side !== 'represented' || found.basis !== 'family' || found.acceptedAt !== null) refuse('not-found')
  await store.acceptProxy(ctx.db, found, ctx.now)
  noteOn(ctx, { action: 'proxy.accept', key, id, rule: found.basis })
}

/** Ends a family proxy, from the next request on; either side may, without a reason. @refuses not-found, proxy-by-law for parents and courts */
async function end(ctx: Context, id: string): Promise<void> {
  const { found, key } = await own(ctx, id)
  if (!rules.mayBeEndedByRepresented(found.basis)) refuse('proxy-by-law')
  await store.endProxy(ctx.db, found, { at: ctx.now, by: byWhom(ctx) })
  noteOn(ctx, { action: 'proxy.end', key, id, rule: found.basis })
}

/** Ends any proxy of a person; for the operator who saw the court's or the registry's document. @refuses not-found */
async function endByOperator(ctx: Context, of: { personId: string; id: string }): Promise<void> {
  const found = (await store.lockProxy(ctx.db, of.id)) ?? refuse('not-found')
  if (!(await idsOf(ctx.db, of.personId)).includes(found.representedId)) refuse('not-found')
  await store.endProxy(ctx.db, found, { at: ctx.now, by: byWhom(ctx) })
  noteOn(ctx, { action: 'proxy.end', key: (await findPerson(ctx.db, of.personId))?.keys[0], id: of.id, rule: found.basis })
}

export const proxies = {
  actingFor: (ctx: { db: Db; now: Date }, proxyId: string, representedId: string) =>
    actingFor(ctx.db, { proxyId, representedId, now: ctx.now }),
  family,
  enter,
  propose,
  accept,
  end,
  endByOperator,
}
