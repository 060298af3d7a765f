/** Gathers what the rules of an opening rest on. */
import { askableKinds, type ConsentService, emergencies } from '#care/consent'
import { closeness, type Person } from '#care/person'
import { type Actor, type Context, institutionOf } from '#kernel/context'
import { dateInJapan } from '#kernel/japan'
import { refuse } from '#kernel/refusal'
import type { OpeningFacts } from './break-glass-rules.ts'
import { countOpenings } from './store/case.ts'
import { actedElsewhere } from './store/log.ts'

export type Staff = Extract<Actor, { kind: 'staff' }>
export type Ground = OpeningFacts['ground']

const DAY_MS = 86_400_000
/** The newest of what happened to a person's consents: more than anybody does in a day. */
const EVENTS = 100

/** @refuses not-permitted for everybody but staff */
export const staffOf = ({ actor }: Pick<Context, 'actor'>): Staff => (actor.kind === 'staff' ? actor : refuse('not-permitted'))

const hourInJapan = (now: Date) => new Date(now.getTime() + 9 * 3_600_000).getUTCHours()

/** Consent is asked for treatment, whatever this request's own purpose is. */
async function consentState(ctx: Context, consent: ConsentService, keys: readonly string[]) {
  const treating = { ...ctx, purpose: 'TREAT' as const }
  const open = new Set((await consent.live(treating, keys)).map((grant) => grant.kind))
  const answers = await consent.here(treating, keys)
  const isLate = (at: Date) => ctx.now.getTime() - at.getTime() < DAY_MS
  // Who said no and then yes has not refused.
  const saidNo = answers.some((one) => isLate(one.givenAt) && one.refused.some((kind) => !open.has(kind)))
  return { allOpen: askableKinds.every((kind) => open.has(kind)), refusedHere: saidNo || (await tookBack(ctx, consent, keys, isLate)) }
}

/**
 * Whether the person withdrew what they had agreed to here. A new answer in an old one's place is no withdrawal; and what they closed in their
 * own portal is told to nobody.
 */
async function tookBack(ctx: Context, consent: ConsentService, keys: readonly string[], isLate: (at: Date) => boolean): Promise<boolean> {
  const here = institutionOf(ctx.actor)
  const events = await consent.history(ctx, keys, { limit: EVENTS, offset: 0 })
  return events.some(({ what, at, institutionNumber }) => isLate(at) && what === 'withdrawn' && institutionNumber === here)
}

/** Whether the person was asked here within the day and closed a kind, or took back within it what they had agreed to. */
export const refusedHere = async (ctx: Context, consent: ConsentService, keys: readonly string[]): Promise<boolean> =>
  (await consentState(ctx, consent, keys)).refusedHere

async function sessionState(ctx: Context, staff: Staff): Promise<OpeningFacts['session']> {
  const { session, now } = ctx
  if (session === undefined) return null
  const about = { staffId: staff.id, institutionNumber: staff.institutionNumber, role: staff.role }
  return {
    isDesk: session.desk,
    minutesSinceProof: (now.getTime() - session.provenAt.getTime()) / 60_000,
    // No session lives longer than a day.
    otherPlace: await actedElsewhere(ctx.db, { ...about, via: `session:${session.id}`, since: new Date(now.getTime() - DAY_MS) }),
  }
}

/** Everything the rules ask, at this instant; within a write, openings at the same institution wait for each other. */
export async function openingFacts(
  ctx: Context,
  about: { consent: ConsentService; person: Person; ground: Ground },
): Promise<OpeningFacts> {
  const staff = staffOf(ctx)
  const { person, ground } = about
  const who = { staffId: staff.id, institutionNumber: staff.institutionNumber, now: ctx.now }
  const counts = await countOpenings(ctx.db, who)
  const running = await emergencies.runningEmergencies(ctx.db, who)
  const same = running.filter((one) => one.keys.some((key) => person.keys.includes(key)))
  return {
    role: staff.role,
    throughApp: staff.app !== undefined,
    session: await sessionState(ctx, staff),
    ground,
    today: dateInJapan(ctx.now),
    hour: hourInJapan(ctx.now),
    closeness: await closeness.of(ctx, { staffId: staff.id, institutionNumber: staff.institutionNumber, person }),
    running: { samePerson: same.length > 0, others: running.length - same.length },
    ...(await consentState(ctx, about.consent, person.keys)),
    counts,
  }
}
