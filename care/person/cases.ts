/** The review queue: who may be one person, what was decided, and taking a decision back. */
import { together } from '#care/consent'
import type { Context } from '#kernel/context'
import type { Db } from '#kernel/database'
import { ulid } from '#kernel/id'
import { refuse } from '#kernel/refusal'
import { foldMemberId } from '#packages/fhir'
import { byWhom } from './people.ts'
import type { Case, Decided, Decision, DecisionReason, Link, Side } from './people-model.ts'
import { type Comparison, compare } from './rules/matching.ts'
import * as doubt from './store/doubt.ts'
import * as link from './store/link.ts'

export type CaseView = { case: Case; sides: readonly [Side, Side]; comparison: Comparison }

/** The id under which a case is addressed. */
export const caseId = (id: string): { key: string; otherKey: string } | null => {
  const [key, otherKey, more] = id.split('.')
  return key && otherKey && more === undefined ? { key, otherKey } : null
}

const compared = (side: Side) => ({ ...side, memberIds: side.memberIds.map(foldMemberId) })

async function withSides(ctx: { db: Db }, one: Case): Promise<CaseView | undefined> {
  const [a, b] = await doubt.sidesOf(ctx.db, [one.key, one.otherKey])
  return a && b ? { case: one, sides: [a, b], comparison: compare(compared(a), compared(b)) } : undefined
}

/** Who goes on after a link: who holds a card, else who was entered first. */
export function whoStays([a, b]: readonly [Side, Side]): { stays: Side; goes: Side } {
  const first =
    a.hasCard === b.hasCard ? (a.madeAt.getTime() === b.madeAt.getTime() ? a.personId < b.personId : a.madeAt < b.madeAt) : a.hasCard
  return first ? { stays: a, goes: b } : { stays: b, goes: a }
}

/** Moves the keys of one person to the other. @refuses case-changed where either was linked meanwhile */
async function linkPeople(ctx: Context, sides: readonly [Side, Side]): Promise<Link> {
  const { stays, goes } = whoStays(sides)
  const held = await link.lockPeople(ctx.db, [stays.personId, goes.personId])
  if (held.length !== 2 || held.some((p) => p.mergedInto !== null)) refuse('case-changed')
  const moved = await link.moveAll(ctx.db, { from: goes.personId, to: stays.personId })
  const made = {
    id: ulid(ctx.now.getTime()),
    fromPerson: goes.personId,
    toPerson: stays.personId,
    ...moved,
    madeAt: ctx.now,
    undoneAt: null,
  }
  await link.insertLink(ctx.db, { ...made, madeBy: byWhom(ctx) })
  await together.join(ctx.db, { keys: await link.keysOf(ctx.db, stays.personId), linkId: made.id, at: ctx.now })
  return made
}

export type Verdict = { id: string; decided: Decided; reason: DecisionReason; note: string }

/** Every key that an act concerns gets its line in the log: both sides are told. The note stays out of it. */
function noteKeys(ctx: Context, about: { action: string; keys: readonly string[]; rule: string; decision: string }): void {
  for (const key of new Set(about.keys))
    ctx.audit({ action: about.action, key, rule: about.rule, kinds: ['patient'], resource: `Decision/${about.decision}` })
}

const actions: Record<Decided, string> = { same: 'people.link', different: 'people.part', asked: 'people.ask' }

/**
 * Decides a case: one person (their keys move together), two people, or the institution is asked first.
 * @refuses not-found, case-changed
 */
async function decide(ctx: Context, verdict: Verdict): Promise<Decision> {
  const of = caseId(verdict.id) ?? refuse('not-found')
  const found = (await doubt.findCase(ctx.db, of)) ?? refuse('case-changed')
  const view = (await withSides(ctx, found)) ?? refuse('not-found')
  const linked = verdict.decided === 'same' ? await linkPeople(ctx, view.sides) : null
  const actor = ctx.actor
  const made = {
    id: ulid(ctx.now.getTime()),
    ...of,
    decided: verdict.decided,
    reason: verdict.reason,
    note: verdict.note,
    linkId: linked?.id ?? null,
    decidedAt: ctx.now,
    decidedByName: actor.kind === 'public' ? '' : actor.name,
  }
  await doubt.insertDecision(ctx.db, { ...made, decidedBy: byWhom(ctx) })
  await doubt.settleDoubts(ctx.db, [of.key, of.otherKey], ctx.now)
  const keys = [of.key, of.otherKey, ...(linked?.keys ?? [])]
  noteKeys(ctx, { action: actions[made.decided], keys, rule: made.reason, decision: made.id })
  return { ...made, undoneAt: null }
}

/**
 * Takes a decision back. A link moves back exactly what it moved; what came since stays where it came.
 * @refuses not-found; link-not-last where a later link moved the keys on: that one is undone first
 */
async function undo(ctx: Context, of: { key: string; id: string; reason: string }): Promise<Decision> {
  const found = (await doubt.lockDecision(ctx.db, of)) ?? refuse('not-found')
  if (found.undoneAt !== null) refuse('case-changed')
  const made = found.linkId === null ? undefined : ((await link.lockLink(ctx.db, found.linkId)) ?? refuse('case-changed'))
  if (made) {
    const held = await link.lockPeople(ctx.db, [made.fromPerson, made.toPerson])
    const moved = held.find((p) => p.id === made.fromPerson)?.mergedInto
    if (moved !== made.toPerson || (await link.keysInPlace(ctx.db, made)) !== made.keys.length) refuse('link-not-last')
    const keys = await link.keysOf(ctx.db, made.toPerson)
    await together.part(ctx.db, { keys, linkId: made.id, since: made.madeAt, at: ctx.now })
    await link.moveBack(ctx.db, made, { at: ctx.now, by: byWhom(ctx) })
  }
  await doubt.undoDecision(ctx.db, found, { at: ctx.now, by: byWhom(ctx), reason: of.reason })
  await doubt.settleDoubts(ctx.db, [found.key, found.otherKey], ctx.now)
  const keys = [found.key, found.otherKey, ...(made?.keys ?? [])]
  noteKeys(ctx, { action: made ? 'people.unlink' : 'people.reopen', keys, rule: found.reason, decision: found.id })
  return { ...found, undoneAt: ctx.now }
}

/** Cases of people who may be one, and decisions about them. */
export const cases = {
  open: (ctx: { db: Db }, page: { limit: number; offset: number }): Promise<{ cases: Case[]; total: number }> =>
    doubt.openCases(ctx.db, page),
  count: (ctx: { db: Db }): Promise<number> => doubt.countOpenCases(ctx.db),
  sides: (ctx: { db: Db }, keys: readonly string[]): Promise<Side[]> => doubt.sidesOf(ctx.db, keys),
  async find(ctx: { db: Db }, id: string): Promise<CaseView | undefined> {
    const of = caseId(id)
    const found = of && (await doubt.findCase(ctx.db, of))
    return found ? withSides(ctx, found) : undefined
  },
  decisions: (ctx: { db: Db }, limit: number): Promise<Decision[]> => doubt.listDecisions(ctx.db, limit),
  decide,
  undo,
}
