import { Secret, TOTP } from 'otpauth'
import { refuse } from '#kernel/refusal'
import type { Row } from '#kernel/route'
import type { DemoDoor } from './model.ts'
import { forgetProofs } from '#kernel/dpop'
import { answerToken } from './oauth.ts'
import { NOBODY, OAUTH, open, type SignInDeps } from './row-terms.ts'
import { launchContexts, patientPicker } from './launch/index.ts'
import { openIdProvider } from './provider/provider.ts'
import { formOf } from './provider/request.ts'
import { answerGrant, isProviders, providerRows } from './provider/rows.ts'
import { openIdConfiguration, smartConfiguration } from './smart-configuration.ts'

/** Tokens of systems, and how to ask for them. */
export function systemRows(deps: SignInDeps): Row[] {
  const { baseUrl, tlsBase = null } = deps
  const tokenEndpoints = [baseUrl, ...(tlsBase === null ? [] : [tlsBase])].map((base) => `${base}/oauth/token`)
  const provider = { ...deps, tlsBase, oauth: openIdProvider({ ...deps, tlsBase }) }
  const described = (path: string, document: object): Row => ({
    kind: 'read',
    method: 'GET',
    path,
    ...open,
    crossSite: true,
    audit: 'none',
    law: OAUTH,
    summary: { ja: '認可のしかた（SMART・OpenID Connect）', en: 'How to be authorised (SMART, OpenID Connect)' },
    handle: async () => ({ json: document, headers: { 'cache-control': 'public, max-age=300' } }),
  })
  return [
    {
      kind: 'write',
      method: 'POST',
      path: '/oauth/token',
      ...open,
      crossSite: true,
      audit: 'token.issue',
      law: OAUTH,
      body: 'text',
      summary: { ja: 'システムやアプリがアクセストークンを受け取る', en: 'A system or an app gets an access token' },
      handle: (ctx, request) =>
        isProviders(formOf(request).get('grant_type'))
          ? answerGrant(provider, ctx, request)
          : answerToken(ctx, { ...deps, tokenEndpoints }, request),
    },
    described('/fhir/R4/.well-known/smart-configuration', smartConfiguration(baseUrl, tlsBase)),
    described('/.well-known/smart-configuration', smartConfiguration(baseUrl, tlsBase)),
    described('/.well-known/openid-configuration', openIdConfiguration(baseUrl, tlsBase)),
    described('/.well-known/oauth-authorization-server', openIdConfiguration(baseUrl, tlsBase)),
    ...providerRows({
      ...provider,
      launches: launchContexts(deps.person),
      picker: deps.consent ? patientPicker({ ...deps, consent: deps.consent }) : null,
    }),
    {
      kind: 'job',
      name: 'sign-in.clear-proofs',
      everyMs: 60_000,
      law: OAUTH,
      summary: { ja: '期限の過ぎた DPoP の証明を忘れる', en: 'Forget DPoP proofs that ended' },
      run: (job) => forgetProofs(job.db, job.now),
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
