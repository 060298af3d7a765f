/** Opening somebody in a disaster: how close the clinician stands to them, and the second clinician whom that may take. */
import type { ConsentService, Disaster } from '#care/consent'
import { closeness, type Person, type PersonService } from '#care/person'
import type { Context } from '#kernel/context'
import { ulid } from '#kernel/id'
import { refuse } from '#kernel/refusal'
import { refusedHere, staffOf } from '../break-glass-facts.ts'
import { maySecond } from '../break-glass-rules.ts'
import { judgeNearness } from '../near-rules.ts'
import { LOOK_HOURS, SECOND_MINUTES } from './rules.ts'
import { insertLook, type Look } from './store/look.ts'
import * as store from './store/second.ts'

const over = { minutes: String(SECOND_MINUTES) }

/** What came of the wish to open: the record is open, or a colleague is asked. */
export type Opening = { state: 'open'; look: Look } | { state: 'waiting'; request: store.DisasterSecond }
type Agreed = Look['agreed'] & ('oral' | 'unable')

/**
 * Why a second clinician must agree, and what reviewers should see: the rules of break-glass.
 * @refuses disaster-self, disaster-family
 */
export async function nearnessTo(
  ctx: Context,
  about: { consent: ConsentService; person: Person },
): Promise<{ needs: string[]; flags: string[] }> {
  const { id: staffId, institutionNumber } = staffOf(ctx)
  const { tie, needs, flags } = judgeNearness(await closeness.of(ctx, { staffId, institutionNumber, person: about.person }))
  if (tie !== null) refuse(tie === 'self' ? 'disaster-self' : 'disaster-family', { key: about.person.keys[0]! })
  const refused = (await refusedHere(ctx, about.consent, about.person.keys)) ? ['refused-here'] : []
  return { needs: [...needs, ...refused], flags: [...flags, ...refused] }
}

/** Whom a mark protects is shown without address and phone. */
export async function withoutHiddenAddresses<One extends { person: Person }>(
  ctx: Context,
  service: PersonService,
  found: readonly One[],
): Promise<One[]> {
  const hidden = await service.marks.hidden(
    ctx,
    found.flatMap((one) => one.person.keys),
  )
  return found.map((one) =>
    one.person.keys.some((key) => hidden.has(key)) ? { ...one, person: { ...one.person, address: '', postalCode: '', phone: '' } } : one,
  )
}

export const shownAs = async (ctx: Context, service: PersonService, person: Person): Promise<Person> =>
  (await withoutHiddenAddresses(ctx, service, [{ person }]))[0]!.person

type ToBegin = { disaster: Disaster; of: Person; agreed: Agreed; flags: string[]; second: { id: string; name: string } | null }

/** The look, its entry in the log and the notice to the person share the transaction. */
export async function beginLook(ctx: Context, { disaster, of, agreed, flags, second }: ToBegin): Promise<Look> {
  const actor = staffOf(ctx)
  const look: Look = {
    key: of.keys[0]!,
    id: ulid(ctx.now.getTime()),
    disasterId: disaster.id,
    staffId: actor.id,
    staffName: actor.name,
    institutionNumber: actor.institutionNumber,
    institutionName: actor.institutionName,
    agreed,
    at: ctx.now,
    until: new Date(Math.min(disaster.until.getTime(), ctx.now.getTime() + LOOK_HOURS * 3_600_000)),
    laptop: null,
    flags,
    secondId: second?.id ?? null,
    secondName: second?.name ?? null,
  }
  await insertLook(ctx.db, look)
  ctx.audit({ action: 'disaster.open', key: look.key, resource: `DisasterLook/${look.id}`, rule: 'disaster' })
  const payload = { kind: 'disaster-access', disasterId: disaster.id, institutionName: actor.institutionName }
  ctx.tell({ topic: 'notice', key: look.key, payload })
  return look
}

/** Asks the colleagues of the same institution. */
export async function askSecond(
  ctx: Context,
  about: { disaster: Disaster; of: Person; agreed: Agreed; needs: string[] },
): Promise<store.DisasterSecond> {
  const { id: staffId, name: staffName, institutionNumber } = staffOf(ctx)
  const { disaster, of, agreed, needs } = about
  const request = {
    ...{ key: of.keys[0]!, id: ulid(ctx.now.getTime()), disasterId: disaster.id, staffId, staffName, institutionNumber, agreed, needs },
    askedAt: ctx.now,
    until: new Date(ctx.now.getTime() + SECOND_MINUTES * 60_000),
  }
  await store.insertSecond(ctx.db, request)
  ctx.audit({ action: 'disaster.ask-second', key: request.key, resource: `DisasterSecond/${request.id}`, kinds: ['patient'] })
  return { ...request, answer: null, secondId: null, secondName: null, lookId: null }
}

type Deps = {
  consent: ConsentService
  person: PersonService
  mustBeOpen: (ctx: Context) => Promise<Disaster>
  withinLimits: (ctx: Context) => Promise<void>
}

export const secondService = ({ consent, person, mustBeOpen, withinLimits }: Deps) => ({
  /** Requests at the asker's institution that wait. Nobody is named: whoever opens one sees whom it is about. */
  seconds: (ctx: Context): Promise<store.DisasterSecond[]> =>
    store.openSeconds(ctx.db, { institutionNumber: staffOf(ctx).institutionNumber, now: ctx.now }),

  /** One request with the person it is about. @refuses disaster-not-open, disaster-request-over */
  async second(ctx: Context, id: string) {
    const { id: staffId, institutionNumber } = staffOf(ctx)
    const disaster = await mustBeOpen(ctx)
    const found = (await store.findSecond(ctx.db, { id, institutionNumber })) ?? refuse('disaster-request-over', over)
    if (found.until <= ctx.now) refuse('disaster-request-over', { ...over, key: found.key })
    const of = (await person.findByKey(ctx, found.key)) ?? refuse('disaster-request-over', over)
    ctx.audit({ key: found.key, resource: `DisasterSecond/${id}`, rule: 'disaster', kinds: ['patient'], count: 1 })
    return { disaster, request: found, person: await shownAs(ctx, person, of), isMine: found.staffId === staffId }
  },

  /** A second clinician says yes or no. @refuses disaster-not-open, disaster-request-over, disaster-second-refused */
  async answerSecond(ctx: Context, about: { id: string; answer: 'yes' | 'no' }): Promise<void> {
    const staff = staffOf(ctx)
    const { institutionNumber } = staff
    await mustBeOpen(ctx)
    const found = (await store.findSecond(ctx.db, { id: about.id, institutionNumber, lock: true })) ?? refuse('disaster-request-over', over)
    if (found.until <= ctx.now || found.answer !== null) refuse('disaster-request-over', { ...over, key: found.key })
    const of = (await person.findByKey(ctx, found.key)) ?? refuse('disaster-request-over', over)
    const near = await closeness.of(ctx, { staffId: staff.id, institutionNumber, person: of })
    const able = maySecond({ id: staff.id, role: staff.role, throughApp: staff.app !== undefined, closeness: near }, found.staffId)
    if (!able || ctx.session === undefined) refuse('disaster-second-refused', { key: found.key })
    await store.answerSecond(ctx.db, { key: found.key, id: found.id, answer: about.answer, at: ctx.now, by: staff })
    ctx.audit({ key: found.key, resource: `DisasterSecond/${found.id}`, kinds: ['patient'], rule: about.answer })
  },

  /** The first clinician goes on once the second agreed; everything is judged anew. @refuses disaster-request-over, and as `open` */
  async openAgreed(ctx: Context, id: string): Promise<Look> {
    const staff = staffOf(ctx)
    const disaster = await mustBeOpen(ctx)
    const found = await store.findSecond(ctx.db, { id, institutionNumber: staff.institutionNumber, lock: true })
    const good = found?.staffId === staff.id && found.answer === 'yes' && found.lookId === null && found.until > ctx.now
    if (found === undefined || !good || found.secondId === null)
      return refuse('disaster-request-over', { ...over, ...(found ? { key: found.key } : {}) })
    await withinLimits(ctx)
    const of = (await person.findByKey(ctx, found.key)) ?? refuse('disaster-request-over', over)
    const { flags } = await nearnessTo(ctx, { consent, person: of })
    const second = { id: found.secondId, name: found.secondName ?? '' }
    const look = await beginLook(ctx, { disaster, of, agreed: found.agreed, flags, second })
    await store.noteLook(ctx.db, { key: found.key, id: found.id, lookId: look.id })
    return look
  },
})
