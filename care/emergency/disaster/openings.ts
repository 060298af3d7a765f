/** Opening an area, extending it, closing it: by two of those who keep the platform, where there are two. */
import { type Disaster, disasters } from '#care/consent'
import { type Facility, facilitiesIn, othersAs } from '#care/person'
import type { Context } from '#kernel/context'
import { ulid } from '#kernel/id'
import { dateInJapan } from '#kernel/japan'
import { refuse } from '#kernel/refusal'
import { areaOf } from './area.ts'
import { daysLater, isDays, keeperRoles, needsSecond, stateNow } from './rules.ts'
import * as store from './store/request.ts'
import { looksAt } from './store/look.ts'

/** What an operator fills in. `orderedBy`: whose decision it carries out; `law`: on which ground. */
export type Opening = { name: string; law: string; orderedBy: string; areas: readonly string[]; days: number }

/** @refuses not-permitted */
const keeper = ({ actor }: Context, roles: readonly string[] = keeperRoles) =>
  actor.kind === 'staff' && roles.includes(actor.role) ? actor : refuse('not-permitted')

/** What opening an area would open today. */
export const preview = (ctx: Pick<Context, 'db' | 'now'>, areas: readonly string[]): Promise<Facility[]> =>
  facilitiesIn(ctx.db, areaOf(areas), dateInJapan(ctx.now))

type Wanted = Pick<store.OpeningRequest, 'disasterId' | 'act' | 'details'>

/** Does what was asked for. @returns until when it is open */
async function carryOut(ctx: Context, { disasterId, act, details }: Wanted, openedBy: string): Promise<void> {
  const institutions = (await preview(ctx, details.areas)).map((f) => f.institutionNumber)
  if (institutions.length === 0) refuse('disaster-area-empty')
  if (act === 'open') {
    const { name, law, areas } = details
    await disasters.open(ctx, { id: disasterId, name, law, areas, openedBy, until: daysLater(ctx.now, details.days) }, institutions)
  } else {
    const known = (await disasters.find(ctx, disasterId)) ?? refuse('not-found')
    await disasters.extend(ctx, { id: disasterId, until: daysLater(known.until, details.days) }, institutions)
  }
  ctx.audit({ action: `disaster.${act}`, resource: `Disaster/${disasterId}`, count: institutions.length, rule: 'disaster' })
}

/** Whether nobody but the caller keeps the platform. */
async function isAlone(ctx: Context): Promise<boolean> {
  return !needsSecond(await othersAs(ctx.db, { roles: keeperRoles, notId: keeper(ctx).id, day: dateInJapan(ctx.now) }))
}

/** Asks for it; done at once only where nobody else keeps the platform. */
async function request(ctx: Context, wanted: Wanted): Promise<store.OpeningRequest> {
  const actor = keeper(ctx, ['operator'])
  const alone = await isAlone(ctx)
  const made: store.OpeningRequest = {
    ...wanted,
    id: ulid(ctx.now.getTime()),
    state: alone ? 'done' : 'waiting',
    details: { ...wanted.details, alone },
    byId: actor.id,
    byName: actor.name,
    at: ctx.now,
    secondId: null,
    secondName: null,
    secondAt: null,
  }
  await store.insertRequest(ctx.db, made)
  ctx.audit({ action: `disaster.${wanted.act}-asked`, resource: `Disaster/${wanted.disasterId}`, count: wanted.details.institutions })
  if (alone) await carryOut(ctx, made, actor.id)
  return made
}

export type DisasterView = { disaster: Disaster; requests: store.OpeningRequest[]; uses: Awaited<ReturnType<typeof looksAt>> }

export const openings = {
  preview,
  alone: isAlone,

  /** @refuses not-permitted, not-found */
  async request(ctx: Context, id: string): Promise<store.OpeningRequest> {
    keeper(ctx)
    return (await store.findRequest(ctx.db, id)) ?? refuse('not-found')
  },

  /** Asks for an area to be opened. @refuses not-permitted, input-invalid, disaster-area-empty */
  async ask(ctx: Context, o: Opening): Promise<store.OpeningRequest> {
    const wrong = [o.name, o.law, o.orderedBy].some((text) => text.trim() === '' || text.length > 200)
    if (wrong || !isDays(o.days) || o.areas.length === 0) refuse('input-invalid', { what: 'name, law, orderedBy, days, areas' })
    const institutions = (await preview(ctx, o.areas)).length
    if (institutions === 0) refuse('disaster-area-empty')
    const details = { ...o, areas: [...o.areas], institutions, reason: '', alone: false }
    return request(ctx, { disasterId: ulid(ctx.now.getTime()), act: 'open', details })
  },

  /** Asks for more days. @refuses not-permitted, input-invalid, disaster-not-open */
  async askMore(ctx: Context, about: { disasterId: string; days: number; reason: string }): Promise<store.OpeningRequest> {
    if (!isDays(about.days) || about.reason.trim() === '' || about.reason.length > 200) refuse('input-invalid', { what: 'days, reason' })
    const { name, law, areas } = await openNow(ctx, about.disasterId)
    const institutions = (await preview(ctx, areas)).length
    const details = { name, law, orderedBy: '', areas, institutions, days: about.days, reason: about.reason, alone: false }
    return request(ctx, { disasterId: about.disasterId, act: 'extend', details })
  },

  /**
   * Agrees or declines, as the second of two.
   * @refuses not-permitted, not-found, disaster-same-person, disaster-decided
   */
  async decide(ctx: Context, about: { id: string; agree: boolean }): Promise<store.OpeningRequest> {
    const actor = keeper(ctx)
    const found = (await store.lockRequest(ctx.db, about.id)) ?? refuse('not-found')
    if (stateNow(found, ctx.now) !== 'waiting') refuse('disaster-decided')
    if (found.byId === actor.id && about.agree) refuse('disaster-same-person')
    await store.decideRequest(ctx.db, { id: found.id, state: about.agree ? 'done' : 'declined', by: actor, at: ctx.now })
    if (about.agree) await carryOut(ctx, found, found.byId)
    else ctx.audit({ action: 'disaster.declined', resource: `Disaster/${found.disasterId}` })
    return found
  },

  /** Closes at once; one is enough, because closing opens nothing. @refuses not-permitted, input-invalid, disaster-not-open */
  async close(ctx: Context, about: { disasterId: string; reason: string }): Promise<void> {
    const actor = keeper(ctx)
    if (about.reason.trim() === '' || about.reason.length > 200) refuse('input-invalid', { what: 'reason' })
    const { name, law, areas, institutions } = await openNow(ctx, about.disasterId)
    await disasters.close(ctx, about.disasterId)
    const details = { name, law, orderedBy: '', areas, institutions, days: 0, reason: about.reason, alone: true }
    const done = { id: ulid(ctx.now.getTime()), disasterId: about.disasterId, act: 'close' as const, state: 'done' as const, details }
    const by = { byId: actor.id, byName: actor.name, at: ctx.now, secondId: null, secondName: null, secondAt: null }
    await store.insertRequest(ctx.db, { ...done, ...by })
    ctx.audit({ action: 'disaster.close', resource: `Disaster/${about.disasterId}`, count: institutions })
  },

  /** Everything opened, and what waits for a second person. */
  async list(ctx: Context): Promise<{ disasters: Disaster[]; waiting: store.OpeningRequest[] }> {
    keeper(ctx)
    const all = await store.listRequests(ctx.db, { limit: 200 })
    return { disasters: await disasters.list(ctx), waiting: all.filter((r) => stateNow(r, ctx.now) === 'waiting') }
  },

  /** @refuses not-permitted, not-found */
  async view(ctx: Context, id: string): Promise<DisasterView> {
    keeper(ctx)
    const disaster = (await disasters.find(ctx, id)) ?? refuse('not-found')
    return {
      disaster,
      requests: await store.listRequests(ctx.db, { disasterId: id, limit: 200 }),
      uses: await looksAt(ctx.db, { disasterId: id, now: ctx.now }),
    }
  },
}

export const isOpen = (d: Pick<Disaster, 'since' | 'until' | 'endedAt'>, now: Date): boolean =>
  d.endedAt === null && d.since <= now && d.until > now

/** @refuses not-found, disaster-not-open */
async function openNow(ctx: Context, id: string): Promise<Disaster> {
  const known = (await disasters.find(ctx, id)) ?? refuse('not-found')
  return isOpen(known, ctx.now) ? known : refuse('disaster-not-open')
}
