import { randomBytes } from 'node:crypto'
import { Secret, TOTP } from 'otpauth'
import { z } from 'zod'
import type { PersonService } from '#care/person'
import type { Context } from '#kernel/context'
import { cookie } from '#kernel/proof'
import { Refusal, refusalRow, refusalSentence, refuse } from '#kernel/refusal'
import { type Answer, bodyOf, type Row, type RouteRequest } from '#kernel/route'
import { wantsJson } from '#kernel/serve'
import type { TokenMint } from '#kernel/token'
import type { FieldError } from '#ui'
import type { CardCheck, DemoDoor } from './model.ts'
import { answerToken, smartConfiguration } from './oauth.ts'
import { type About, cardPage, homePage, staffPage } from './page.tsx'
import { isForStaff, safeNext } from './rules.ts'
import { type SignInService, signInService } from './service.ts'

const LAW = '医療情報システムの安全管理に関するガイドライン 利用者の識別と認証（章は要確認）'
const OAUTH = 'SMART App Launch 2.2 Backend Services'
const NOBODY = '個人の情報を扱わない公開の画面'

export type SignInDeps = {
  person: PersonService
  mint: TokenMint
  cards: CardCheck
  /** Public address without a slash at its end; the token endpoint's audience is made from it. */
  baseUrl: string
  /** Null where real people's data is kept: its rows then do not exist. */
  demo: DemoDoor | null
  /** True behind TLS. */
  secure: boolean
}

/** Ties a card's answer to the browser that asked for the challenge. A program without cookies does without. */
const BROWSER_COOKIE = 'enishi_browser'

const open = { who: ['public'], why: ['HOPERAT'] } as const

const cardBody = z
  .object({
    id: z.string().max(64).optional(),
    challenge: z.string().max(200).optional(),
    certificatePem: z.string().min(1).max(16_384),
    signature: z
      .string()
      .min(1)
      .max(1400)
      .regex(/^[A-Za-z0-9_+/-]+={0,2}$/, 'base64url'),
    next: z.string().max(2000).optional(),
  })
  .refine((body) => body.id !== undefined || body.challenge !== undefined, { path: ['id'], message: 'id or challenge is needed' })

const staffBody = z.object({
  loginName: z
    .string()
    .max(200)
    .default('')
    .transform((name) => name.trim()),
  password: z.string().max(200).default(''),
  // Japanese keyboards type full-width digits.
  totp: z
    .string()
    .max(32)
    .default('')
    .transform((code) => code.normalize('NFKC').replace(/\s/g, '')),
  next: z.string().max(2000).optional(),
})

const isForm = ({ headers }: RouteRequest) =>
  (headers['content-type'] ?? '').toLowerCase().startsWith('application/x-www-form-urlencoded') && !wantsJson(headers.accept)

/** Signed in: a form is led on, a program is told where to. */
const led = (request: RouteRequest, setSession: string | null, redirect: string): Answer =>
  isForm(request) ? { redirect, setSession } : { json: { redirect }, setSession }

function publicRows({ demo, secure }: SignInDeps): Row[] {
  const about = (ctx: Context, request: RouteRequest): About => ({ lang: ctx.lang, path: request.url, actor: ctx.actor, demo })
  const nextOf = (request: RouteRequest) => safeNext(request.query.get('next'), '') || null
  const card = (ctx: Context, request: RouteRequest): Answer => {
    const known = cookie(request.headers, BROWSER_COOKIE) !== undefined
    const value = `${BROWSER_COOKIE}=${randomBytes(16).toString('base64url')}; Path=/sign-in; HttpOnly; SameSite=Strict${secure ? '; Secure' : ''}`
    return { page: () => cardPage(about(ctx, request), { next: nextOf(request) }), ...(known ? {} : { headers: { 'set-cookie': value } }) }
  }
  const staff = (ctx: Context, request: RouteRequest): Answer => ({
    page: () => staffPage(about(ctx, request), { next: nextOf(request), loginName: '', errors: [] }),
  })
  return [
    {
      kind: 'read',
      method: 'GET',
      path: '/',
      ...open,
      audit: 'none',
      law: NOBODY,
      summary: { ja: '入口の画面', en: 'Front page' },
      handle: async (ctx, request) => ({ page: () => homePage(about(ctx, request)) }),
    },
    {
      kind: 'read',
      method: 'GET',
      path: '/sign-in',
      ...open,
      audit: 'none',
      law: NOBODY,
      summary: { ja: 'サインインの画面', en: 'Sign-in page' },
      handle: async (ctx, request) => (isForStaff(nextOf(request) ?? '') ? staff(ctx, request) : card(ctx, request)),
    },
    {
      kind: 'read',
      method: 'GET',
      path: '/sign-in/card',
      ...open,
      audit: 'none',
      law: NOBODY,
      summary: { ja: 'カードでサインインする画面', en: 'Page to sign in by card' },
      handle: async (ctx, request) => card(ctx, request),
    },
    {
      kind: 'read',
      method: 'GET',
      path: '/sign-in/staff',
      ...open,
      audit: 'none',
      law: NOBODY,
      summary: { ja: '職員のサインインの画面', en: 'Page to sign in as staff' },
      handle: async (ctx, request) => staff(ctx, request),
    },
  ]
}

function cardRows(service: SignInService): Row[] {
  return [
    {
      // A single statement needs no transaction around it, and nothing is written that an audit entry belongs to.
      kind: 'read',
      method: 'POST',
      path: '/sign-in/card/challenge',
      ...open,
      audit: 'none',
      law: LAW,
      summary: { ja: 'カードが署名する文字列を受け取る', en: 'Get the challenge a card signs' },
      handle: async (ctx, request) => ({ status: 201, json: await service.challenge(ctx, cookie(request.headers, BROWSER_COOKIE)) }),
    },
    {
      // A read although it spends the challenge and starts a session: asking whether a card is revoked may go over the network,
      // which no transaction may wait for. The session's token leaves only after the audit entry is durable.
      kind: 'read',
      method: 'POST',
      path: '/sign-in/card',
      ...open,
      audit: 'sign-in.card',
      law: LAW,
      schema: cardBody,
      summary: { ja: 'カードの署名でサインインする', en: 'Sign in by the card’s signature' },
      handle: async (ctx, request) => {
        const body = bodyOf(request, cardBody)
        const session = await service.byCard(ctx, {
          which: body.id === undefined ? { challenge: Buffer.from(body.challenge ?? '', 'base64url') } : { id: body.id },
          certificatePem: body.certificatePem,
          signature: Buffer.from(body.signature, 'base64url'),
          browser: cookie(request.headers, BROWSER_COOKIE),
        })
        return led(request, session, safeNext(body.next, '/me'))
      },
    },
  ]
}

/** The form again, with what was typed except the secrets, and what was wrong. */
function formAgain(ctx: Context, request: RouteRequest, about: { demo: DemoDoor | null; status: number; errors: FieldError[] }): Answer {
  const { loginName, next } = bodyOf(request, staffBody)
  const page = { lang: ctx.lang, path: '/sign-in/staff', actor: ctx.actor, demo: about.demo }
  return { status: about.status, page: () => staffPage(page, { next: safeNext(next, '') || null, loginName, errors: about.errors }) }
}

function emptyFields(ctx: Context, given: { loginName: string; password: string; totp: string }): FieldError[] {
  const names = {
    loginName: { ja: 'ログイン名', en: 'login name' },
    password: { ja: 'パスワード', en: 'password' },
    totp: { ja: '確認コード', en: 'one-time code' },
  }
  return (['loginName', 'password', 'totp'] as const).flatMap((name) =>
    given[name] === ''
      ? [{ name, message: ctx.lang === 'ja' ? `${names[name].ja}を入力してください` : `Enter your ${names[name].en}` }]
      : [],
  )
}

function staffRows(service: SignInService, { demo }: SignInDeps): Row[] {
  return [
    {
      kind: 'write',
      method: 'POST',
      path: '/sign-in/staff',
      ...open,
      audit: 'sign-in.staff',
      law: LAW,
      schema: staffBody,
      keepsRefused: true,
      summary: { ja: '職員がパスワードと確認コードでサインインする', en: 'Staff sign in by password and one-time code' },
      handle: async (ctx, request) => {
        const given = bodyOf(request, staffBody)
        const empty = emptyFields(ctx, given)
        if (empty.length > 0 && isForm(request)) {
          ctx.audit({ outcome: 'input-invalid' })
          return formAgain(ctx, request, { demo, status: 400, errors: empty })
        }
        try {
          return led(request, await service.byPassword(ctx, given), safeNext(given.next, '/clinic'))
        } catch (error) {
          if (!(error instanceof Refusal) || !isForm(request)) throw error
          // Answered, not thrown: the person keeps the form. What was counted commits with the audit entry.
          ctx.audit({ outcome: error.code })
          return formAgain(ctx, request, {
            demo,
            status: refusalRow(error.code).status,
            errors: [{ name: 'loginName', message: refusalSentence(error, ctx.lang) }],
          })
        }
      },
    },
    {
      kind: 'write',
      method: 'POST',
      path: '/sign-out',
      ...open,
      audit: 'sign-out',
      law: LAW,
      summary: { ja: 'サインアウトする', en: 'Sign out' },
      handle: async (ctx, request) => {
        await service.end(ctx)
        return wantsJson(request.headers.accept) ? { json: { redirect: '/' }, setSession: null } : { redirect: '/', setSession: null }
      },
    },
  ]
}

function systemRows(deps: SignInDeps): Row[] {
  const tokenEndpoint = `${deps.baseUrl}/oauth/token`
  return [
    {
      kind: 'write',
      method: 'POST',
      path: '/oauth/token',
      ...open,
      audit: 'token.issue',
      law: OAUTH,
      body: 'text',
      summary: { ja: 'システムがアクセストークンを受け取る', en: 'A system gets an access token' },
      handle: (ctx, { body, headers }) =>
        answerToken(ctx, { ...deps, tokenEndpoint }, { body: String(body ?? ''), contentType: headers['content-type'] }),
    },
    {
      kind: 'read',
      method: 'GET',
      path: '/fhir/R4/.well-known/smart-configuration',
      ...open,
      audit: 'none',
      law: OAUTH,
      summary: { ja: '認可のしかた（SMART）', en: 'How to be authorised (SMART)' },
      handle: async () => ({ json: smartConfiguration(tokenEndpoint), headers: { 'cache-control': 'public, max-age=300' } }),
    },
  ]
}

function demoRows(demo: DemoDoor): Row[] {
  return [
    {
      kind: 'read',
      method: 'GET',
      path: '/demo/cards',
      ...open,
      audit: 'none',
      law: NOBODY,
      summary: { ja: 'デモのカードの一覧（架空の人）', en: 'Demo cards (invented people)' },
      handle: async () => ({ json: { cards: demo.cards() } }),
    },
    {
      kind: 'read',
      method: 'GET',
      path: '/demo/cards/:n',
      ...open,
      audit: 'none',
      law: NOBODY,
      summary: { ja: 'デモのカード1枚（架空の人）', en: 'One demo card (an invented person)' },
      handle: async (_ctx, { params }) => ({
        json: (/^\d{1,6}$/.test(params.n ?? '') ? demo.card(Number(params.n)) : undefined) ?? refuse('not-found'),
      }),
    },
    {
      kind: 'read',
      method: 'GET',
      path: '/demo/staff/:loginName',
      ...open,
      audit: 'none',
      law: NOBODY,
      summary: { ja: 'デモの職員のサインイン（架空の人）', en: 'Sign-in of one demo member of staff (invented)' },
      handle: async (ctx, { params }) => {
        const { password, totpSecret } = demo.staffSecret(params.loginName ?? '') ?? refuse('not-found')
        const totp = new TOTP({ secret: Secret.fromBase32(totpSecret) }).generate({ timestamp: ctx.now.getTime() })
        return { json: { loginName: params.loginName, password, totp } }
      },
    },
  ]
}

/** Everything about getting in and out, for people, staff and systems. */
export function signInRoutes(deps: SignInDeps): Row[] {
  const service = signInService(deps)
  const clearing: Row = {
    kind: 'job',
    name: 'sign-in.clear-challenges',
    everyMs: 3600_000,
    law: LAW,
    summary: { ja: '期限の過ぎた確認の文字列を消す', en: 'Forget challenges that ended' },
    run: (job) => service.clear(job),
  }
  return [
    ...publicRows(deps),
    ...cardRows(service),
    ...staffRows(service, deps),
    ...systemRows(deps),
    ...(deps.demo === null ? [] : demoRows(deps.demo)),
    clearing,
  ]
}
