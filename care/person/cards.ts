/**
 * The cards a person has had. A certificate is renewed every five years and a card can be lost: the person stays the same,
 * only what leads to them changes, and what led to them before keeps its dates.
 */
import type { Actor, Context } from '#kernel/context'
import type { Db } from '#kernel/database'
import { refuse } from '#kernel/refusal'
import type { Card, CardBasis, CardEvent, CardHolder, CardLink } from './card-model.ts'
import type { Person } from './model.ts'
import * as store from './store/card.ts'

type Now = { db: Db; now: Date }

const refusedAs = { stopped: 'card-stopped', ended: 'card-ended' } as const

/** The live holder of a card. @refuses card-not-linked, card-stopped, card-ended */
export function liveHolder(found: CardHolder | undefined): Person {
  if (found === undefined) return refuse('card-not-linked')
  if (found.state !== 'live') return refuse(refusedAs[found.state], found.person.keys[0] ? { key: found.person.keys[0] } : {})
  return found.person
}

/** A person's own card, or any for those who run the platform. */
function mayChange(actor: Actor, personId: string): void {
  const own = actor.kind === 'citizen' && actor.id === personId
  if (!own && !(actor.kind === 'staff' && actor.role === 'operator')) refuse('not-permitted')
}

const eventOf = ({ now, actor }: Context, what: CardEvent['what']): CardEvent => ({
  at: now,
  what,
  byKind: actor.kind,
  byId: actor.kind === 'public' ? '' : actor.id,
})

async function change(ctx: Context, card: Card & { personId: string }, what: 'stopped' | 'found'): Promise<boolean> {
  mayChange(ctx.actor, card.personId)
  const changed = await store.setStopped(ctx.db, card, what === 'stopped' ? ctx.now : null)
  if (!changed && !(await store.cardsOf(ctx.db, card.personId)).some((c) => c.serial === card.serial && c.issuer === card.issuer))
    refuse('not-found')
  if (changed) await store.insertCardEvent(ctx.db, card, eventOf(ctx, what))
  ctx.audit({ action: `card.${what}`, resource: `Person/${card.personId}`, count: changed ? 1 : 0 })
  return changed
}

export const personCards = {
  /** Whose card this is or was, and whether it may be used. */
  holder: (ctx: { db: Db }, card: Card): Promise<CardHolder | undefined> => store.findHolder(ctx.db, card),

  /** Every card of a person, the newest first, with the days of each. */
  list: (ctx: { db: Db }, personId: string): Promise<CardLink[]> => store.cardsOf(ctx.db, personId),

  events: (ctx: { db: Db }, card: Card): Promise<CardEvent[]> => store.cardEvents(ctx.db, card),

  /**
   * Lets a new certificate lead to the person an older one leads to; the older link ends with this instant. Called again it changes nothing.
   * @param basis why: the authority named the older one, or the person showed both cards
   * @refuses card-not-linked where nobody has the older one, card-ended where it was given back, card-of-another where the new one leads to somebody else
   */
  async replace(ctx: Now, about: { old: Card; card: Card; basis: CardBasis; by: { kind: string; id: string } }): Promise<string> {
    const { old, card, basis, by } = about
    const link = (await store.lockCard(ctx.db, old)) ?? refuse('card-not-linked')
    const held = await store.lockCard(ctx.db, card)
    if (held !== undefined) return held.personId === link.personId ? held.personId : refuse('card-of-another')
    if (link.endedAt !== null) refuse('card-ended')
    const event = { at: ctx.now, byKind: by.kind, byId: by.id }
    await store.endCard(ctx.db, old, { at: ctx.now, because: link.stoppedAt === null ? 'renewed' : 'reissued' })
    await store.insertCardEvent(ctx.db, old, { ...event, what: 'ended' })
    await store.linkCard(ctx.db, { ...card, personId: link.personId, at: ctx.now, basis, replaces: old.serial })
    await store.insertCardEvent(ctx.db, card, { ...event, what: 'linked' })
    return link.personId
  },

  /** The card is lost: refused everywhere from the next request on. @returns false where it was stopped already @refuses not-permitted, not-found */
  stop: (ctx: Context, card: Card & { personId: string }): Promise<boolean> => change(ctx, card, 'stopped'),

  /** The card was found again. A card that was replaced meanwhile stays ended. @refuses not-permitted, not-found */
  found: (ctx: Context, card: Card & { personId: string }): Promise<boolean> => change(ctx, card, 'found'),

  /** Ends a card for good, by an operator: given back, or linked to the wrong person. @refuses not-permitted, not-found */
  async end(ctx: Context, card: Card, because: 'returned' | 'operator'): Promise<void> {
    if (ctx.actor.kind !== 'staff' || ctx.actor.role !== 'operator') refuse('not-permitted')
    const link = (await store.lockCard(ctx.db, card)) ?? refuse('not-found')
    if (!(await store.endCard(ctx.db, card, { at: ctx.now, because }))) return
    await store.insertCardEvent(ctx.db, card, eventOf(ctx, 'ended'))
    ctx.audit({ action: 'card.ended', resource: `Person/${link.personId}` })
  },
}
