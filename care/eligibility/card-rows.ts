/** The cards a person has had: stopping a lost one at once, letting a found one work again, and what an operator may do. */
import { z } from 'zod'
import { stateOf } from '#care/person'
import type { Context } from '#kernel/context'
import { refuse } from '#kernel/refusal'
import { bodyOf, type Row } from '#kernel/route'
import { backTo, LAW } from './row-terms.ts'
import type { EligibilityService } from './service.ts'

const card = z.object({ serial: z.string().min(1).max(80), issuer: z.string().min(1).max(200) })
const operatorBody = card.extend({
  personId: z.string().min(1).max(40),
  act: z.enum(['stop', 'found', 'return', 'end']),
})
const replaceBody = z.object({ old: card, card })

const citizenOf = ({ actor }: Context) => (actor.kind === 'citizen' ? actor : refuse('not-permitted'))

/** Rows for the person's own pages and for those who run the platform; both answer JSON, a form goes back to where it says. */
export function cardRows(service: EligibilityService): Row[] {
  const own = { who: ['citizen'], why: ['PATRQT'], law: LAW } as const
  const operator = { who: ['staff'], roles: ['operator'], why: ['HOPERAT'], law: LAW } as const
  return [
    {
      ...own,
      kind: 'read',
      method: 'GET',
      path: '/me/cards',
      audit: 'card.list',
      summary: { ja: '自分のカードの履歴', en: 'One’s own cards, past and present' },
      handle: async (ctx) => ({
        json: { cards: (await service.cards.list(ctx, citizenOf(ctx).id)).map((link) => ({ ...link, state: stateOf(link) })) },
      }),
    },
    {
      ...own,
      kind: 'write',
      method: 'POST',
      path: '/me/cards/stop',
      audit: 'card.stopped',
      schema: card,
      summary: { ja: 'なくしたカードをすぐに止める', en: 'Stop a lost card at once' },
      handle: async (ctx, request) => {
        await service.cards.stop(ctx, { ...bodyOf(request, card), personId: citizenOf(ctx).id })
        return backTo(request, '/me/security', { stopped: true })
      },
    },
    {
      ...own,
      kind: 'write',
      method: 'POST',
      path: '/me/cards/found',
      audit: 'card.found',
      stepUp: { by: ['passkey', 'card'], withinMinutes: 10 },
      schema: card,
      summary: { ja: '見つかったカードを、また使えるようにする', en: 'Let a found card work again' },
      handle: async (ctx, request) => {
        await service.cards.found(ctx, { ...bodyOf(request, card), personId: citizenOf(ctx).id })
        return backTo(request, '/me/security', { found: true })
      },
    },
    {
      ...operator,
      kind: 'write',
      method: 'POST',
      path: '/operator/cards',
      audit: 'card.changed',
      schema: operatorBody,
      summary: { ja: 'カードを止める・戻す・終わらせる', en: 'Stop a card, let it work again, or end it' },
      handle: async (ctx, request) => {
        const { act, personId, ...which } = bodyOf(request, operatorBody)
        if (act === 'stop') await service.cards.stop(ctx, { ...which, personId })
        else if (act === 'found') await service.cards.found(ctx, { ...which, personId })
        else await service.cards.end(ctx, which, act === 'return' ? 'returned' : 'operator')
        return { json: { act } }
      },
    },
    {
      ...operator,
      kind: 'write',
      method: 'POST',
      path: '/operator/cards/replace',
      audit: 'card.replaced',
      schema: replaceBody,
      summary: { ja: '新しいカードを、前のカードの持ち主に結び付ける', en: 'Link a new card to the holder of an old one' },
      handle: async (ctx, request) => {
        const { old, card: next } = bodyOf(request, replaceBody)
        const by = ctx.actor.kind === 'staff' ? { kind: 'staff', id: ctx.actor.id } : refuse('not-permitted')
        const personId = await service.cards.replace(ctx, { old, card: next, basis: 'operator', by })
        ctx.audit({ resource: `Person/${personId}` })
        return { json: { personId } }
      },
    },
  ]
}
