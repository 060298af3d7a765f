/** Cards of one person in the register: what leads to them, and what an operator does when a card is lost, found, given back or replaced. */
import { z } from 'zod'
import type { Card, PersonService } from '#care/person'
import type { Context } from '#kernel/context'
import { refuse } from '#kernel/refusal'
import { type Answer, bodyOf, type Row, type RouteRequest } from '#kernel/route'
import { pageOf } from '../frame.tsx'
import { forOperator, provenToAct } from '../row-terms.ts'
import { cardsPage } from './cards-page.tsx'
import { led, noteLook } from './terms.ts'

type Deps = { person: PersonService; demo: boolean }

const named = z.string().regex(/^[^ ]{1,200} [^ ]{1,80}$/)
const actBody = z.object({ card: named, act: z.enum(['stop', 'found', 'return', 'end']) })
const replaceBody = z.object({
  card: named,
  serial: z
    .string()
    .trim()
    .toLowerCase()
    .regex(/^[0-9a-f]{2,40}$/, 'hexadecimal'),
})

const cardOf = (text: string): Card => {
  const [issuer = '', serial = ''] = text.split(' ')
  return { issuer, serial }
}

async function subject(ctx: Context, request: RouteRequest, { person }: Deps) {
  const personId = await person.people.leadsTo(ctx, request.params.id ?? '')
  const known = (await person.people.known(ctx, personId)) ?? refuse('not-found')
  return { personId, known, path: `/operator/people/${encodeURIComponent(personId)}` }
}

/** The card, where it is this person's; what is another's is not changed from here. @refuses not-found */
async function own(ctx: Context, { person }: Deps, personId: string, text: string): Promise<Card> {
  const card = cardOf(text)
  const links = await person.cards.list(ctx, personId)
  return links.find((one) => one.serial === card.serial && one.issuer === card.issuer) ?? refuse('not-found')
}

async function cards(ctx: Context, request: RouteRequest, deps: Deps): Promise<Answer> {
  const { personId, known, path } = await subject(ctx, request, deps)
  noteLook(ctx, { key: known.key, personId, why: 'review' })
  const links = await deps.person.cards.list(ctx, personId)
  const shown = await Promise.all(links.map(async (link) => ({ ...link, events: await deps.person.cards.events(ctx, link) })))
  const done = request.query.get('done') === '1'
  return {
    json: { personId, cards: shown },
    page: () => cardsPage(pageOf(ctx, request, deps), { personId, path, name: known.name || known.nameKana, cards: shown, done }),
  }
}

async function act(ctx: Context, request: RouteRequest, deps: Deps): Promise<Answer> {
  const { personId, path } = await subject(ctx, request, deps)
  const asked = bodyOf(request, actBody)
  const { issuer, serial } = await own(ctx, deps, personId, asked.card)
  const card = { issuer, serial }
  if (asked.act === 'stop') await deps.person.cards.stop(ctx, { ...card, personId })
  else if (asked.act === 'found') await deps.person.cards.found(ctx, { ...card, personId })
  else await deps.person.cards.end(ctx, card, asked.act === 'return' ? 'returned' : 'operator')
  return led(request, `${path}/cards?done=1`)
}

async function replace(ctx: Context, request: RouteRequest, deps: Deps): Promise<Answer> {
  const { personId, path } = await subject(ctx, request, deps)
  const asked = bodyOf(request, replaceBody)
  const { issuer, serial } = await own(ctx, deps, personId, asked.card)
  const by = { kind: 'staff', id: ctx.actor.kind === 'staff' ? ctx.actor.id : refuse('not-permitted') }
  // A certificate follows one of the same authority.
  await deps.person.cards.replace(ctx, { old: { issuer, serial }, card: { issuer, serial: asked.serial }, basis: 'operator', by })
  ctx.audit({ resource: `Person/${personId}` })
  return led(request, `${path}/cards?done=1`)
}

export function cardRows(deps: Deps): Row[] {
  const write = { kind: 'write', method: 'POST', ...forOperator, ...provenToAct } as const
  return [
    {
      kind: 'read',
      method: 'GET',
      path: '/operator/people/:id/cards',
      ...forOperator,
      audit: 'people.cards',
      summary: { ja: '一人のカード：状態と履歴', en: 'A person’s cards: state and history' },
      handle: (ctx, request) => cards(ctx, request, deps),
    },
    {
      ...write,
      path: '/operator/people/:id/cards',
      schema: actBody,
      audit: 'card.changed',
      summary: { ja: 'カードを止める・戻す・終わらせる（画面から）', en: 'Stop, restore or end a card, from the page' },
      handle: (ctx, request) => act(ctx, request, deps),
    },
    {
      ...write,
      path: '/operator/people/:id/cards/replace',
      schema: replaceBody,
      audit: 'card.replaced',
      summary: { ja: '新しいカードに替える（画面から）', en: 'Replace a card, from the page' },
      handle: (ctx, request) => replace(ctx, request, deps),
    },
  ]
}
