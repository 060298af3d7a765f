/** What was opened for the sake of a life is looked at afterwards by two people who had no part in it. */
import { emergencies, type EmergencyReview, type OpenedEmergency } from '#care/consent'
import { closeness } from '#care/person'
import type { Context } from '#kernel/context'
import type { Db } from '#kernel/database'
import { endAllSessions } from '#kernel/identity'
import { refuse } from '#kernel/refusal'
import type { JobRow } from '#kernel/route'
import { staffOf } from './break-glass-facts.ts'
import { outcomeOf, type VerdictId, whyNotReview } from './review-rules.ts'
import * as store from './store/case.ts'
import * as log from './store/log.ts'
import { forgetOld } from './store/request.ts'

export type CaseView = {
  case: store.EmergencyCase
  fact: OpenedEmergency
  reviews: EmergencyReview[]
  looked: log.LookedAt[]
  /** All flags, with those that only time raises. */
  flags: string[]
  /** Why the reader may not speak, or null. */
  whyNot: ReturnType<typeof whyNotReview>
}

/** The facility an administrator is held to; null for auditors, who see all. @refuses not-permitted */
function reachOf(ctx: Context): string | null {
  const staff = staffOf(ctx)
  if (staff.role === 'auditor') return null
  return staff.role === 'administrator' ? staff.institutionNumber : refuse('not-permitted')
}

async function laterFlags(
  ctx: Context,
  of: store.EmergencyCase,
  about: { fact: OpenedEmergency; looked: readonly log.LookedAt[] },
): Promise<string[]> {
  const treated = await emergencies.treatedAt(ctx.db, { keys: about.fact.keys, institutionNumber: of.institutionNumber })
  const read = about.looked.some((one) => one.outcome === 'success' && one.action === 'emergency.chart')
  return [...of.flags, ...(treated ? [] : ['no-relation']), ...(read ? [] : ['not-looked'])]
}

async function load(ctx: Context, id: string, lock = false): Promise<CaseView> {
  const reach = reachOf(ctx)
  const found = await store.findCase(ctx.db, { id, lock })
  if (found === undefined || (reach !== null && found.institutionNumber !== reach)) return refuse('not-found')
  const fact = (await emergencies.findEmergencyByKey(ctx.db, found)) ?? refuse('not-found')
  const reviews = await emergencies.emergencyReviewsOf(ctx.db, found)
  const until = new Date((fact.endedAt ?? fact.until).getTime() + 60_000)
  const looked = await log.lookedAt(ctx.db, { keys: fact.keys, staffId: found.staffId, since: found.openedAt, until })
  const flags = await laterFlags(ctx, found, { fact, looked })
  const { id: reviewerId } = staffOf(ctx)
  const worksThere = await closeness.worksAt(ctx, { staffId: reviewerId, institutionNumber: found.institutionNumber })
  const whyNot = whyNotReview({ id: reviewerId, worksThere }, { ...found, reviews })
  return { case: found, fact, reviews, looked, flags, whyNot }
}

/** An unjustified look is a breach: the register of breaches takes it from here, and nothing of the opener's sign-ins goes on. */
async function condemn(ctx: Context, { case: of, fact }: CaseView): Promise<void> {
  await emergencies.endEmergency(ctx.db, { keys: fact.keys, id: of.id, at: ctx.now })
  await endAllSessions(ctx.db, ctx.now, { kind: 'staff', id: of.staffId })
  const { id: emergencyId, staffId, institutionNumber } = of
  const payload = { source: 'break-glass', emergencyId, keys: fact.keys, staffId, institutionNumber, since: of.openedAt, knownAt: ctx.now }
  ctx.tell({ topic: 'breach', key: of.key, payload })
}

export const emergencyReviews = {
  /** Cases that wait or are decided; an administrator sees those of the own facility. */
  async list(ctx: Context, about: { decided: boolean; limit: number; offset: number }): Promise<{ cases: store.Listed[]; total: number }> {
    const found = await store.listCases(ctx.db, { ...about, institutionNumber: reachOf(ctx) })
    return { cases: found, total: found[0]?.total ?? 0 }
  },

  /** One case with everything that was done under it, but never with what it showed. @refuses not-found */
  async find(ctx: Context, id: string): Promise<CaseView> {
    const view = await load(ctx, id)
    ctx.audit({ key: view.case.key, consentId: id, resource: `Emergency/${id}` })
    const me = staffOf(ctx).id
    // Whoever has yet to speak judges by themselves: what the other one said is not told before.
    const hides = view.whyNot === null
    return { ...view, reviews: view.reviews.filter((one) => !hides || one.reviewerId === me || one.verdict === 'needs-answer') }
  },

  /** @refuses not-found, review-not-yours, review-closed, review-twice, not-permitted */
  async judge(ctx: Context, about: { id: string; verdict: VerdictId; note: string }): Promise<'justified' | 'unjustified' | null> {
    const staff = staffOf(ctx)
    if (staff.role !== 'auditor') refuse('not-permitted')
    const view = await load(ctx, about.id, true)
    const { key } = view.case
    if (view.whyNot !== null) refuse(view.whyNot, { key })
    const said = { emergencyId: about.id, reviewerId: staff.id, verdict: about.verdict, note: about.note, at: ctx.now }
    await emergencies.putEmergencyReview(ctx.db, { ...said, key })
    if (about.verdict === 'needs-answer') await store.noteAsked(ctx.db, { key, id: about.id, at: ctx.now })
    ctx.audit({ key, consentId: about.id, resource: `Emergency/${about.id}`, rule: about.verdict })
    const outcome = outcomeOf([...view.reviews, said])
    if (outcome === null) return null
    await store.noteOutcome(ctx.db, { key, id: about.id, at: ctx.now, outcome })
    if (outcome === 'unjustified') await condemn(ctx, view)
    return outcome
  },

  /** A question of the reviewers to whoever asks, with their own words of then. @refuses review-not-asked */
  async question(ctx: Context, id: string): Promise<{ case: store.EmergencyCase; fact: OpenedEmergency; questions: EmergencyReview[] }> {
    const of = await store.findCase(ctx.db, { id, staffId: staffOf(ctx).id })
    if (of === undefined || of.askedAt === null || of.outcome !== null) return refuse('review-not-asked')
    const fact = (await emergencies.findEmergencyByKey(ctx.db, of)) ?? refuse('review-not-asked')
    const questions = (await emergencies.emergencyReviewsOf(ctx.db, of)).filter((one) => one.verdict === 'needs-answer')
    ctx.audit({ key: of.key, consentId: id, resource: `Emergency/${id}` })
    return { case: of, fact, questions }
  },

  /** The opener answers. @refuses review-not-asked */
  async answer(ctx: Context, about: { id: string; answer: string }): Promise<void> {
    const of = await store.findCase(ctx.db, { id: about.id, staffId: staffOf(ctx).id, lock: true })
    if (of === undefined || of.askedAt === null || of.outcome !== null || of.answeredAt !== null) return refuse('review-not-asked')
    await store.noteAnswer(ctx.db, { key: of.key, id: of.id, at: ctx.now, answer: about.answer })
    ctx.audit({ key: of.key, consentId: of.id, resource: `Emergency/${of.id}` })
  },
}

/** One emergency as its person reads it: who, why, what kinds were seen, and what the review found. Free text is the reviewers'. */
export type TellableEmergency = Pick<
  store.EmergencyCase,
  | 'id'
  | 'staffName'
  | 'staffRole'
  | 'institutionNumber'
  | 'institutionName'
  | 'secondName'
  | 'openedAt'
  | 'reason'
  | 'because'
  | 'outcome'
  | 'decidedAt'
  | 'dueAt'
> & { endedAt: Date; kinds: string[] }

/** Every emergency about the keys of a person, the newest first. @param about.hides kinds that whoever asks is not told of */
export async function emergenciesAbout(
  ctx: Pick<Context, 'db'>,
  { keys, hides = [] }: { keys: readonly string[]; hides?: readonly string[] },
): Promise<TellableEmergency[]> {
  const found = await store.casesOfPerson(ctx.db, keys)
  const facts = new Map((await emergencies.emergenciesOf(ctx.db, keys)).map((one) => [one.id, one]))
  return Promise.all(
    found.map(async ({ id, staffId, openedAt, ...of }) => {
      const fact = facts.get(id)
      const endedAt = fact?.endedAt ?? fact?.until ?? openedAt
      const looked = await log.lookedAt(ctx.db, { keys, staffId, since: openedAt, until: endedAt })
      const kinds = [...new Set(looked.filter((one) => one.action === 'emergency.chart').flatMap((one) => one.kinds))]
        .filter((kind) => !hides.includes(kind))
        .sort()
      const { staffName, staffRole, institutionNumber, institutionName, secondName, reason, because, outcome, decidedAt, dueAt } = of
      const who = { staffName, staffRole, institutionNumber, institutionName, secondName }
      return { id, ...who, openedAt, reason, because, outcome, decidedAt, dueAt, endedAt, kinds }
    }),
  )
}

/** For statistics: what was opened in a span of time, what share was reviewed, and what was refused. */
export async function emergencyFigures(
  db: Db,
  about: { since: Date; until: Date; now: Date },
): Promise<store.EmergencyFigures & { reviewedShare: number | null; refused: { code: string; count: number }[] }> {
  const counted = await store.figures(db, about)
  const reviewedShare = counted.opened === 0 ? null : counted.reviewed / counted.opened
  return { ...counted, reviewedShare, refused: await log.refusedOpenings(db, about) }
}

const LAW = '医療情報システムの安全管理に関するガイドライン 第6.0版（非常時の利用の検知と事後の確認）'

/** Raises what was not decided in time, and forgets what limits nobody any more. */
export const emergencyJobs: JobRow[] = [
  {
    kind: 'job',
    name: 'emergency.escalate',
    everyMs: 60_000,
    law: LAW,
    summary: { ja: '期限までに審査されていない緊急アクセスを知らせる', en: 'Raise emergencies that were not reviewed in time' },
    run: async ({ db, now }) => {
      await store.escalate(db, now)
      await forgetOld(db, new Date(now.getTime() - 90 * 86_400_000))
    },
  },
]
