import { z } from 'zod'
import type { Context } from '#kernel/context'
import { cookie } from '#kernel/proof'
import { Refusal, refuse, refusalRow } from '#kernel/refusal'
import { type Answer, bodyOf, type RouteRequest, type Row } from '#kernel/route'
import { wantsJson } from '#kernel/serve'
import { leadOn } from '../begin.ts'
import { browserFor, browserOf } from '../browser.ts'
import type { InvitationService } from '../invitation/service.ts'
import { foldToken } from '../invitation/store.ts'
import { type About, homeOf } from '../page-frame.tsx'
import { isForm, LAW, open, type SignInDeps } from '../row-terms.ts'
import { safeNext } from '../rules.ts'
import { againHref, citizenStepUp, isProven, staffStepUp } from '../step-up/rules.ts'
import { counted } from '../tries.ts'
import type { OutsideAudience, Wish } from './model.ts'
import { comingPage, leavingPage, linksPage, outsideProblemPage } from './page.tsx'
import { type OutsideService, outsideService } from './service.ts'

type Deps = SignInDeps & { invitations: InvitationService }
type Built = Deps & { service: OutsideService; audience: OutsideAudience }

/** Carries an invitation to the provider and back, in the browser it was opened in. */
const INVITATION_COOKIE = 'enishi_outside_invitation'
const invitationCookie = (value: string, seconds: number, secure: boolean) =>
  `${INVITATION_COOKIE}=${value}; Path=/sign-in; Max-Age=${seconds}; HttpOnly; SameSite=Strict${secure ? '; Secure' : ''}`

const aboutOf = (ctx: Context, path: string, { demo }: Deps): About => ({ lang: ctx.lang, path, actor: ctx.actor, demo })

/** Runs what may be refused; people get a page with the ways that stay, programs the refusal. */
async function orOtherWays(ctx: Context, request: RouteRequest, deps: Built, work: () => Promise<Answer>): Promise<Answer> {
  try {
    return await work()
  } catch (error) {
    if (!(error instanceof Refusal) || wantsJson(request.headers.accept)) throw error
    ctx.audit({ outcome: error.code, ...(error.detail.key === undefined ? {} : { key: error.detail.key }) })
    const { audience } = deps
    return {
      status: refusalRow(error.code).status,
      page: () => outsideProblemPage(aboutOf(ctx, '/sign-in', deps), { refusal: error, audience }),
    }
  }
}

/** A page of another site must not send anybody away in our name. */
const fromHere = ({ headers }: RouteRequest): void => {
  const site = headers['sec-fetch-site']
  if (site === 'cross-site' || site === 'same-site') refuse('cross-site')
}

async function leave(ctx: Context, request: RouteRequest, deps: Built, wish: Wish): Promise<{ href: string; cookies: string[] }> {
  fromHere(request)
  const { browser, headers } = browserFor(request, deps.secure)
  const next = safeNext(request.query.get('next'), '') || null
  const href = await deps.service.start(ctx, { audience: deps.audience, wish, browser, next, request })
  return { href, cookies: headers === undefined ? [] : [headers['set-cookie']] }
}

const startRow = (deps: Built): Row => ({
  kind: 'read',
  method: 'GET',
  path: `/sign-in/outside/${deps.audience}`,
  ...open,
  audit: 'sign-in.outside-start',
  law: LAW,
  summary: { ja: '外部の OpenID プロバイダーでのサインインを始める', en: 'Start a sign-in through an outside OpenID provider' },
  handle: (ctx, request) =>
    orOtherWays(ctx, request, deps, async () => {
      const { href, cookies } = await leave(ctx, request, deps, 'sign-in')
      return { redirect: href, cookies }
    }),
})

const backRow = (deps: Built): Row => ({
  // A read, as sign-in by card is: the provider is asked over the network, for which no transaction may wait.
  kind: 'read',
  method: 'GET',
  path: `/sign-in/outside/${deps.audience}/back`,
  ...open,
  audit: 'sign-in.outside',
  law: LAW,
  summary: { ja: '外部の OpenID プロバイダーから戻る', en: 'Come back from an outside OpenID provider' },
  handle: async (ctx, request) => {
    const { query } = request
    const browser = browserOf(request)
    if (browser === undefined && query.get('here') !== '1') return bounced(ctx, request, deps)
    return orOtherWays(ctx, request, deps, async () => {
      const invitation = cookie(request.headers, INVITATION_COOKIE)
      const back = { audience: deps.audience, browser: browser ?? '', request, invitation }
      const came = await counted(ctx, request, () => deps.service.comeBack(ctx, back))
      const cookies = invitation === undefined ? [] : [invitationCookie('', 0, deps.secure)]
      if (came.begun === null) return { redirect: safeNext(came.next, homeOf(ctx.actor)), cookies }
      return { ...leadOn(came.begun, came.next), cookies }
    })
  },
})

/** The browser comes from another site and brings no cookie that is ours alone: a page of ours asks once more. */
function bounced(ctx: Context, request: RouteRequest, deps: Built): Answer {
  const url = new URL(request.url, 'http://enishi.invalid')
  url.searchParams.set('here', '1')
  const href = `${url.pathname}${url.search}`
  return { headers: { refresh: `0; url=${href}` }, page: () => comingPage(aboutOf(ctx, '/sign-in', deps), href) }
}

const againRow = (deps: Built): Row => ({
  kind: 'read',
  method: 'GET',
  path: `/sign-in/again/outside/${deps.audience}`,
  who: [deps.audience],
  why: ['PATRQT', 'HOPERAT'],
  audit: 'sign-in.outside-start',
  law: LAW,
  summary: { ja: '外部の OpenID プロバイダーで、もう一度本人確認をする', en: 'Prove once more through an outside OpenID provider' },
  handle: (ctx, request) =>
    orOtherWays(ctx, request, deps, async () => {
      const { href, cookies } = await leave(ctx, request, deps, 'again')
      return { redirect: href, cookies }
    }),
})

const invitedRow = (deps: Built): Row => ({
  kind: 'read',
  method: 'GET',
  path: '/sign-in/invitation/:token/outside',
  ...open,
  audit: 'invitation.open',
  law: LAW,
  summary: { ja: '案内から、外部のサインインを結び付ける', en: 'Link an outside sign-in from an invitation' },
  handle: (ctx, request) =>
    orOtherWays(ctx, request, deps, async () => {
      const token = foldToken(request.params.token ?? '')
      const who = await counted(ctx, request, () => deps.invitations.invited(ctx, token))
      if (who.subject.kind !== deps.audience) return refuse('not-permitted')
      const { href, cookies } = await leave(ctx, request, deps, 'invitation')
      return { redirect: href, cookies: [...cookies, invitationCookie(token, 600, deps.secure)] }
    }),
})

const endBody = z.object({ issuer: z.string().max(1000), subject: z.string().max(255) })

/** The page where somebody links what is theirs, and ends it. */
function linkRows(deps: Built): Row[] {
  const isCitizen = deps.audience === 'citizen'
  const base = isCitizen ? '/me/security/outside' : '/clinic/account/outside'
  const theirs = { who: [deps.audience], why: [isCitizen ? 'PATRQT' : 'HOPERAT'], law: LAW } as const
  const stepUp = isCitizen ? citizenStepUp : staffStepUp
  const holder = ({ actor }: Context) =>
    actor.kind === deps.audience && (actor.kind === 'citizen' || actor.kind === 'staff')
      ? { kind: deps.audience, id: actor.id }
      : refuse('not-permitted')
  const { settings } = deps.outside?.[deps.audience] ?? refuse('address-unknown')
  return [
    {
      kind: 'read',
      method: 'GET',
      path: base,
      ...theirs,
      audit: 'outside.links',
      summary: { ja: '外部のサインインとの結び付きの画面', en: 'Page of one’s links with an outside sign-in' },
      handle: async (ctx, request) => {
        const links = await deps.service.linksOf(ctx, holder(ctx))
        const view = {
          base,
          name: settings.name,
          issuer: settings.issuer,
          links,
          isProven: isProven(ctx.session, stepUp, ctx.now),
          proveHref: againHref(base, stepUp.by),
        }
        return {
          json: links.map(({ issuer, linkedAt }) => ({ issuer, linkedAt })),
          page: () => linksPage(aboutOf(ctx, request.url, deps), view),
        }
      },
    },
    {
      kind: 'read',
      method: 'POST',
      path: `${base}/start`,
      ...theirs,
      stepUp,
      audit: 'outside.link',
      summary: { ja: '外部のサインインを結び付けはじめる', en: 'Begin to link an outside sign-in' },
      handle: (ctx, request) =>
        orOtherWays(ctx, request, deps, async () => {
          const { headers, browser } = browserFor(request, deps.secure)
          const about = { audience: deps.audience, wish: 'link', browser, next: base, request } as const
          const href = await deps.service.start(ctx, about)
          const shown = { name: settings.name, href, host: new URL(href).host }
          return { json: { redirect: href }, page: () => leavingPage(aboutOf(ctx, base, deps), shown), ...(headers ? { headers } : {}) }
        }),
    },
    {
      kind: 'write',
      method: 'POST',
      path: `${base}/end`,
      ...theirs,
      audit: 'outside.unlink',
      schema: endBody,
      summary: { ja: '外部のサインインとの結び付きを終わらせる', en: 'End a link with an outside sign-in' },
      handle: async (ctx, request) => {
        await deps.service.unlink(ctx, holder(ctx), bodyOf(request, endBody))
        return isForm(request) ? { redirect: base } : { json: { redirect: base } }
      },
    },
  ]
}

/** Rows of the providers that the operator brought; none where there is none. */
export function outsideRows(deps: Deps): Row[] {
  const clients = deps.outside ?? {}
  const service = outsideService({ ...deps, clients })
  const audiences = (['citizen', 'staff'] as const).filter((audience) => clients[audience] !== undefined)
  return audiences.flatMap((audience) => {
    const built = { ...deps, service, audience }
    return [startRow(built), backRow(built), againRow(built), ...linkRows(built), ...(audience === 'staff' ? [invitedRow(built)] : [])]
  })
}
