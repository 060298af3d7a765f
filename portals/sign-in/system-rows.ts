import { Secret, TOTP } from 'otpauth'
import { refuse } from '#kernel/refusal'
import type { Row } from '#kernel/route'
import type { DemoDoor } from './model.ts'
import { answerToken, smartConfiguration } from './oauth.ts'
import { NOBODY, OAUTH, open, type SignInDeps } from './row-terms.ts'

/** Tokens of systems, and how to ask for them. */
export function systemRows(deps: SignInDeps): Row[] {
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

/** Cards and sign-ins of people who do not exist. */
export function demoRows(demo: DemoDoor): Row[] {
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
