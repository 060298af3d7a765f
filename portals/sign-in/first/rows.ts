/** The first registration of a card on the portal (初回登録). */
import { z } from 'zod'
import { type Card, type GivenRegistration, judgeRegistration, registerCard } from '#care/person'
import type { Context } from '#kernel/context'
import { dateInJapan } from '#kernel/japan'
import { cookie } from '#kernel/proof'
import { refuse } from '#kernel/refusal'
import { type Answer, bodyOf, type RouteRequest, type Row } from '#kernel/route'
import { wantsJson } from '#kernel/serve'
import { begin } from '../begin.ts'
import type { About } from '../page-frame.tsx'
import { passkeysOf } from '../passkey/store.ts'
import { outsideLinksOf } from '../outside/store.ts'
import { open, type SignInDeps } from '../row-terms.ts'
import { counted } from '../tries.ts'
import { type FirstForm, firstPage, registeredPage } from './page.tsx'
import { findTicket, insertTicket, spendTicket } from './store.ts'

const LAW = '健康保険法 第3条第13項・第63条第3項（電子資格確認。マイナンバーカードの健康保険証利用登録。要確認: 弁護士）'
const TICKET_COOKIE = 'enishi_first'

const texts = ['name', 'nameKana', 'birthDate', 'sex', 'address', 'phone', 'insurerNumber', 'symbol', 'number', 'branch'] as const
const body = z.object(
  Object.fromEntries(texts.map((name) => [name, z.string().max(300).default('')])) as Record<
    (typeof texts)[number],
    z.ZodDefault<z.ZodString>
  >,
)

const ticketCookie = (token: string, seconds: number, secure: boolean) =>
  `${TICKET_COOKIE}=${token}; Path=/sign-in; Max-Age=${seconds}; HttpOnly; SameSite=Strict${secure ? '; Secure' : ''}`

/** Where a browser with a good card that nobody has goes on. @refuses card-not-linked after five tickets a day */
export async function toRegistration(ctx: Context, card: Card, secure: boolean): Promise<Answer> {
  const token = (await insertTicket(ctx.db, ctx.now, card)) ?? refuse('card-not-linked')
  ctx.audit({ outcome: 'card-not-linked', rule: 'first-registration' })
  return { json: { redirect: '/sign-in/register' }, headers: { 'set-cookie': ticketCookie(token, 1200, secure) } }
}

function givenIn(request: RouteRequest): GivenRegistration {
  const typed = bodyOf(request, body)
  const plain = (text: string) => text.normalize('NFKC').trim()
  return {
    name: typed.name.trim(),
    nameKana: typed.nameKana.normalize('NFKC').trim().replace(/ /g, '\u3000'),
    birthDate: plain(typed.birthDate),
    sex: typed.sex === 'male' || typed.sex === 'female' ? typed.sex : 'unknown',
    address: typed.address.trim(),
    postalCode: '',
    phone: plain(typed.phone),
    insurerNumber: plain(typed.insurerNumber),
    symbol: plain(typed.symbol),
    number: plain(typed.number),
    branch: plain(typed.branch),
  }
}

type Deps = Pick<SignInDeps, 'demo' | 'secure'>
const aboutOf = (ctx: Context, { demo }: Deps): About => ({ lang: ctx.lang, path: '/sign-in/register', actor: ctx.actor, demo })

/** Whether somebody signs in to an entry already: then papers alone hand it to nobody. */
const hasOtherWays = (ctx: Context) => async (personId: string) => {
  const who = { kind: 'citizen' as const, id: personId }
  return (await passkeysOf(ctx.db, who)).length > 0 || (await outsideLinksOf(ctx.db, who)).length > 0
}

async function register(ctx: Context, request: RouteRequest, deps: Deps): Promise<Answer> {
  const token = cookie(request.headers, TICKET_COOKIE)
  if ((await findTicket(ctx.db, ctx.now, token)) === undefined) return refuse('first-over')
  const given = givenIn(request)
  const findings = judgeRegistration(given, dateInJapan(ctx.now))
  if (findings.length > 0) {
    if (wantsJson(request.headers.accept)) refuse('input-invalid', { what: findings.map((f) => f[ctx.lang]).join(' ') })
    ctx.audit({ outcome: 'input-invalid' })
    const form: FirstForm = { values: { ...given }, errors: findings.map((f) => ({ name: f.field, message: f[ctx.lang] })) }
    return { status: 400, page: () => firstPage(aboutOf(ctx, deps), form) }
  }
  const card = (await spendTicket(ctx.db, ctx.now, token ?? '')) ?? refuse('first-over')
  const done = await registerCard(ctx, { card, given, hasOtherWays: hasOtherWays(ctx) })
  const begun = await begin(ctx, request, { kind: 'citizen', id: done.personId, provenBy: 'card' })
  const about = { ...aboutOf(ctx, deps), actor: { kind: 'citizen' as const, id: done.personId, keys: [done.key], name: given.name } }
  return {
    setSession: begun.token,
    cookies: [ticketCookie('', 0, deps.secure)],
    json: { became: done.became, review: done.review, redirect: '/me' },
    page: () => registeredPage(about, done),
  }
}

export function firstRows(deps: Deps): Row[] {
  const about = { path: '/sign-in/register', ...open, law: LAW } as const
  return [
    {
      kind: 'read',
      method: 'GET',
      ...about,
      audit: 'none',
      summary: { ja: 'カードのはじめての登録の画面', en: 'Page of the first registration of a card' },
      handle: async (ctx, request) => {
        const card = await findTicket(ctx.db, ctx.now, cookie(request.headers, TICKET_COOKIE))
        if (card === undefined) return { redirect: '/sign-in/card' }
        return { page: () => firstPage({ ...aboutOf(ctx, deps), path: request.url }, { values: {}, errors: [] }) }
      },
    },
    {
      kind: 'write',
      method: 'POST',
      ...about,
      audit: 'card.register',
      schema: body,
      summary: { ja: 'カードをはじめて登録する', en: 'Register a card for the first time' },
      handle: (ctx, request) => counted(ctx, request, () => register(ctx, request, deps)),
    },
  ]
}
