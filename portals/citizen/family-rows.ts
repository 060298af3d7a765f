/** Rows of acting for each other: who may, choosing it, agreeing, ending. */
import { z } from 'zod'
import type { PersonService } from '#care/person'
import type { Actor, Context } from '#kernel/context'
import { refuse } from '#kernel/refusal'
import { bodyOf, type Row, type RouteRequest } from '#kernel/route'
import { wantsJson } from '#kernel/serve'
import { setActsFor } from '#kernel/session'
import { acceptPage, type FamilyView, familyPage } from './family.tsx'
import type { About } from './frame.tsx'

const LAW = '民法 第4条（成年）・第818条（親権）ほか（代理の範囲は要確認: 弁護士）'
const me = { who: ['citizen'], why: ['PATRQT'], law: LAW } as const
/** Agreeing opens a whole record, so the person proves themselves anew. */
const anew = { by: ['card', 'passkey'], withinMinutes: 15 } as const

type Deps = { person: PersonService; aboutOf: (ctx: Context, request: RouteRequest) => About }
type Citizen = Extract<Actor, { kind: 'citizen' }>

/** The person in their own place: acting for another, they first return. */
const selfOf = ({ actor }: Context): Citizen => (actor.kind === 'citizen' && !actor.app ? actor : refuse('not-permitted'))

const isForm = ({ headers }: RouteRequest): boolean =>
  (headers['content-type'] ?? '').startsWith('application/x-www-form-urlencoded') && !wantsJson(headers.accept)

const answer = (request: RouteRequest, redirect: string) => (isForm(request) ? { redirect } : { json: { done: true } })

const actBody = z.object({ person: z.string().min(1).max(40) })
const proposal = z.object({ name: z.string().max(100), birthDate: z.string().max(40), memberId: z.string().max(100) })
const nothing = z.object({}).loose()

const done = (text: string | null): FamilyView['done'] => (text === 'proposed' || text === 'accepted' || text === 'ended' ? text : null)

async function act(ctx: Context, request: RouteRequest, person: PersonService) {
  const self = selfOf(ctx)
  const { person: representedId } = bodyOf(request, actBody)
  const held = (await person.proxies.actingFor(ctx, self.id, representedId)) ?? refuse('not-permitted')
  const { session } = ctx
  if (!session) return refuse('not-permitted')
  await setActsFor(ctx.db, session.id, held.represented.id)
  const key = held.represented.keys[0]
  if (key !== undefined) ctx.audit({ key, rule: 'proxy', resource: `Person/${held.represented.id}` })
  return answer(request, '/me')
}

async function backToSelf(ctx: Context, request: RouteRequest) {
  selfOf(ctx)
  if (ctx.session) await setActsFor(ctx.db, ctx.session.id, null)
  return answer(request, '/me')
}

function choosing({ person }: Deps): Row[] {
  return [
    {
      kind: 'write',
      method: 'POST',
      path: '/me/family/act',
      ...me,
      schema: actBody,
      audit: 'proxy.act',
      summary: { ja: '家族などの代わりに見始める', en: 'Begin to act for somebody' },
      handle: (ctx, request) => act(ctx, request, person),
    },
    {
      kind: 'write',
      method: 'POST',
      path: '/me/family/self',
      ...me,
      schema: nothing,
      audit: 'proxy.self',
      summary: { ja: '代わりに見るのをやめ、自分に戻る', en: 'Stop acting for somebody, back to oneself' },
      handle: backToSelf,
    },
  ]
}

function agreeing({ person, aboutOf }: Deps): Row[] {
  return [
    {
      kind: 'write',
      method: 'POST',
      path: '/me/family/propose',
      ...me,
      schema: proposal,
      audit: 'proxy.propose',
      summary: { ja: '家族の代わりに見たいと申し出る', en: 'Offer to act for a relative' },
      handle: async (ctx, request) => {
        await person.proxies.propose(ctx, bodyOf(request, proposal))
        return answer(request, '/me/family?done=proposed')
      },
    },
    {
      kind: 'read',
      method: 'GET',
      path: '/me/family/:id/accept',
      ...me,
      stepUp: anew,
      audit: 'proxy.view',
      summary: { ja: '代理を認める前の確認', en: 'What agreeing to a proxy means' },
      handle: async (ctx, request) => {
        const { representedBy } = await person.proxies.family(ctx, selfOf(ctx).id)
        const found = representedBy.find((one) => one.id === request.params.id && one.waiting) ?? refuse('not-found')
        return { json: found, page: () => acceptPage(aboutOf(ctx, request), found) }
      },
    },
    {
      kind: 'write',
      method: 'POST',
      path: '/me/family/:id/accept',
      ...me,
      schema: nothing,
      stepUp: anew,
      audit: 'proxy.accept',
      summary: { ja: '家族が自分の代わりに見ることを認める', en: 'Agree that a relative acts for oneself' },
      handle: async (ctx, request) => {
        await person.proxies.accept(ctx, request.params.id!)
        return answer(request, '/me/family?done=accepted')
      },
    },
    {
      kind: 'write',
      method: 'POST',
      path: '/me/family/:id/end',
      ...me,
      schema: nothing,
      audit: 'proxy.end',
      summary: { ja: '家族の代理を終える（次の画面から効く）', en: 'End a relative’s proxy, from the next page on' },
      handle: async (ctx, request) => {
        await person.proxies.end(ctx, request.params.id!)
        return answer(request, '/me/family?done=ended')
      },
    },
  ]
}

export function familyRows(deps: Deps): Row[] {
  const { person, aboutOf } = deps
  return [
    {
      kind: 'read',
      method: 'GET',
      path: '/me/family',
      ...me,
      audit: 'proxy.view',
      summary: { ja: '自分が代わりに見られる人、自分の代わりに見られる人', en: 'Whom the person may act for, and who may act for them' },
      handle: async (ctx, request) => {
        const self = selfOf(ctx)
        const found = await person.proxies.family(ctx, self.id)
        const own = self.actsFor ? undefined : self.keys[0]
        if (own !== undefined) ctx.audit({ key: own, rule: 'own-record', resource: 'Proxy?' })
        return { json: found, page: () => familyPage(aboutOf(ctx, request), { ...found, done: done(request.query.get('done')) }) }
      },
    },
    ...choosing(deps),
    ...agreeing(deps),
  ]
}
