/** Searching for evacuees and opening what keeps them safe, at institutions where disaster access is open. */
import { type ConsentService, type Disaster, disasters } from '#care/consent'
import { type Asked, type FoundPerson, isEnough, type Person, type PersonService, seek } from '#care/person'
import type { Chart, RecordService } from '#care/record'
import type { Context } from '#kernel/context'
import { ulid } from '#kernel/id'
import { refuse } from '#kernel/refusal'
import { FOUND_MINUTES, overLimit } from './rules.ts'
import { askSecond, beginLook, nearnessTo, type Opening, secondService, shownAs, withoutHiddenAddresses } from './second.ts'
import * as store from './store/look.ts'

export type LookingDeps = { consent: ConsentService; person: PersonService; record: RecordService }
export type Found = { disaster: Disaster; person: Person; needs: string[]; flags: string[] }
export type DisasterSearch = { disaster: Disaster; found: FoundPerson[]; more: boolean }

const HOUR_MS = 3_600_000
const clinician = ({ actor }: Context) => (actor.kind === 'staff' ? actor : refuse('not-permitted'))

/** Disasters for which access is open at the caller's institution. */
export const openHere = (ctx: Context): Promise<Disaster[]> => disasters.openAt(ctx, clinician(ctx).institutionNumber)

/** @refuses disaster-not-open */
const mustBeOpen = async (ctx: Context): Promise<Disaster> => (await openHere(ctx))[0] ?? refuse('disaster-not-open')

async function withinLimits(ctx: Context, act: 'search' | 'look'): Promise<void> {
  const { id: staffId, institutionNumber } = clinician(ctx)
  const counted = await store.countedSince(ctx.db, { staffId, institutionNumber, since: new Date(ctx.now.getTime() - HOUR_MS) })
  if (overLimit(counted, act)) refuse('disaster-too-many', { minutes: '60' })
}

export const lookingService = ({ consent, person, record }: LookingDeps) => ({
  openHere,

  /**
   * People who may be meant. Each one shown is noted, so that they see in their log that their name came up.
   * @refuses disaster-not-open, disaster-too-little, disaster-too-many
   */
  async search(ctx: Context, asked: Asked): Promise<DisasterSearch> {
    const disaster = await mustBeOpen(ctx)
    if (!isEnough(asked)) refuse('disaster-too-little')
    await withinLimits(ctx, 'search')
    const { id: staffId, institutionNumber } = clinician(ctx)
    const { found, more } = await seek(ctx, asked, consent.visibleTo(ctx))
    const shown = await withoutHiddenAddresses(ctx, person, found)
    const keys = shown.flatMap((one) => one.person.keys)
    await store.insertSearch(ctx.db, {
      staffId,
      id: ulid(ctx.now.getTime()),
      at: ctx.now,
      institutionNumber,
      disasterId: disaster.id,
      found: keys,
    })
    for (const one of shown) ctx.audit({ key: one.person.keys[0]!, resource: 'Patient?', rule: 'disaster', kinds: ['patient'], count: 1 })
    if (shown.length === 0) ctx.audit({ resource: 'Patient?', rule: 'disaster', count: 0 })
    return { disaster, found: shown, more }
  },

  /**
   * The person before their record is opened: who they are, once more, and why a second clinician must agree.
   * @refuses disaster-not-open, disaster-search-first, disaster-self, disaster-family
   */
  async found(ctx: Context, key: string): Promise<Found> {
    const disaster = await mustBeOpen(ctx)
    const one = (await person.findByKey(ctx, key)) ?? refuse('disaster-search-first')
    const since = new Date(ctx.now.getTime() - FOUND_MINUTES * 60_000)
    if (!(await store.wasFound(ctx.db, { staffId: clinician(ctx).id, keys: one.keys, since })))
      refuse('disaster-search-first', { key: one.keys[0]! })
    const near = await nearnessTo(ctx, { consent, person: one })
    ctx.audit({ key: one.keys[0]!, resource: 'Patient?', rule: 'disaster', kinds: ['patient'], count: 1 })
    return { disaster, person: await shownAs(ctx, person, one), ...near }
  },

  /**
   * Opens the person's record for two hours, and they are told; or asks for a second clinician where one is needed.
   * @refuses disaster-not-open, disaster-search-first, disaster-too-many, disaster-self, disaster-family
   */
  async open(ctx: Context, about: { key: string; agreed: 'oral' | 'unable' }): Promise<Opening> {
    const { disaster, person: one, needs, flags } = await this.found(ctx, about.key)
    await withinLimits(ctx, 'look')
    if (needs.length > 0) return { state: 'waiting', request: await askSecond(ctx, { disaster, of: one, agreed: about.agreed, needs }) }
    return { state: 'open', look: await beginLook(ctx, { disaster, of: one, agreed: about.agreed, flags, second: null }) }
  },

  ...secondService({ consent, person, mustBeOpen, withinLimits: (ctx) => withinLimits(ctx, 'look') }),

  /** What was opened. @refuses disaster-not-open, disaster-search-first where it was not opened, or more than two hours ago */
  async chart(ctx: Context, key: string): Promise<{ disaster: Disaster; person: Person; look: store.Look; chart: Chart }> {
    const disaster = await mustBeOpen(ctx)
    const one = (await person.findByKey(ctx, key)) ?? refuse('disaster-search-first')
    const look = await store.liveLook(ctx.db, { staffId: clinician(ctx).id, keys: one.keys, now: ctx.now })
    if (!look) return refuse('disaster-search-first', { key: one.keys[0]! })
    const chart = await record.chart(ctx, one.keys)
    return { disaster, person: await shownAs(ctx, person, one), look, chart }
  },
})
export type LookingService = ReturnType<typeof lookingService>
