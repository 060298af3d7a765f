/** The endpoints of OAuth and OpenID Connect: each hands its request to the provider, and stays a row like any other. */
import { findApp } from '#care/person'
import type { Context } from '#kernel/context'
import type { Answer, Row, RouteRequest } from '#kernel/route'
import type { PatientPicker } from '../launch/index.ts'
import { endedKeyOf, keyEndedWords } from '../ended-key.ts'
import { OAUTH, open } from '../row-terms.ts'
import { paths, SMART_AUD } from './configuration.ts'
import type { LaunchContexts, ProviderDeps } from './deps.ts'
import { endSessionRow } from './end-session.tsx'
import { answerOf, type Answered } from './in-process.ts'
import { interactionRows } from './interaction.ts'
import { launchProblemPage } from './problem-page.tsx'
import type { OpenIdProvider } from './provider.ts'
import { dpopFirst, formOf, isForm, oauthProblem } from './request.ts'
import { scopeList } from './scopes.ts'
import { forgetEnded } from './store.ts'
import { tokenHandle } from './token-handle.ts'
import { userInfoRows } from './user-info.ts'

type Deps = ProviderDeps & { oauth: OpenIdProvider }

/** Notes what the provider said in the audit log: which app, and OAuth's word for what was wrong. */
function noted(ctx: Context, { status, headers, body }: Answered, clientId: string): void {
  const told = headers.location === undefined ? body : ''
  const error =
    new URL(headers.location ?? '/', 'http://enishi.invalid').searchParams.get('error') ?? /"error":"(\w{1,40})"/.exec(told)?.[1]
  const resource = clientId === '' ? {} : { resource: `Client/${clientId.slice(0, 200)}` }
  const outcome = error === 'invalid_client' ? 'client-invalid' : error === 'access_denied' ? 'not-permitted' : 'input-invalid'
  ctx.audit(error === undefined && status < 400 ? resource : { ...resource, outcome, rule: error ?? String(status) })
}

/** Parameters of a launch as the provider reads them. */
function launchParams(sent: URLSearchParams): URLSearchParams {
  const params = new URLSearchParams(sent)
  // The provider keeps a pushed request as a JWT, whose own `aud` would take the place of SMART's.
  params.delete(SMART_AUD)
  for (const aud of params.getAll('aud')) params.append(SMART_AUD, aud)
  params.delete('aud')
  // What is kept while the person is away is asked of them each time, so the app need not ask us to ask.
  if (scopeList(params.get('scope')).includes('offline_access') && !scopeList(params.get('prompt')).includes('none'))
    params.set('prompt', [...new Set([...scopeList(params.get('prompt')), 'consent'])].join(' '))
  return params
}

const answeredModes = ['query', 'fragment']

async function authorize(deps: Deps, ctx: Context, request: RouteRequest): Promise<Answer> {
  const sent = request.method === 'POST' ? formOf(request) : request.query
  const mode = sent.get('response_mode')
  const answered: Answered =
    mode !== null && !answeredModes.includes(mode)
      ? { status: 400, headers: {}, cookies: [], body: JSON.stringify({ error: 'unsupported_response_mode' }) }
      : await deps.oauth.answer(ctx, { ...request, method: 'GET' }, { url: `${paths.authorize}?${launchParams(sent)}`, without: 'session' })
  noted(ctx, answered, sent.get('client_id') ?? '')
  return pageOf(deps, ctx, request, answered)
}

/** Where the provider has nobody to send the browser to, people get a page and programs the provider's own words. */
function pageOf(deps: Deps, ctx: Context, request: RouteRequest, answered: Answered): Answer {
  if (answered.status < 400 || answered.headers.location !== undefined) return answerOf(answered)
  const { error = '', error_description = '' } = JSON.parse(answered.body || '{}') as Record<string, string>
  const over = error_description.includes('expired') || error_description.includes('not found')
  const detail = [error, error_description].filter(Boolean).join(': ')
  const about = { lang: ctx.lang, path: request.url, actor: ctx.actor, demo: deps.demo }
  return {
    status: answered.status,
    json: { error, error_description },
    page: () => launchProblemPage(about, over ? 'over' : 'request', detail),
  }
}

async function resume(deps: Deps, ctx: Context, request: RouteRequest): Promise<Answer> {
  const answered = await deps.oauth.answer(ctx, request)
  noted(ctx, answered, '')
  return pageOf(deps, ctx, request, answered)
}

/** An endpoint that clients call: forms only, each field once, a DPoP proof held first where there is one. */
async function called(
  deps: Deps,
  ctx: Context,
  request: RouteRequest,
  change: (form: URLSearchParams) => URLSearchParams,
): Promise<Answer> {
  if (!isForm(request)) return oauthProblem(ctx, 400, 'invalid_request', 'send application/x-www-form-urlencoded')
  const form = formOf(request)
  const held = await dpopFirst(ctx, request, { form, bases: [deps.baseUrl, ...(deps.tlsBase === null ? [] : [deps.tlsBase])] })
  if ('wrong' in held) return oauthProblem(ctx, 400, 'invalid_dpop_proof', held.wrong)
  const answered = await deps.oauth.answer(ctx, request, { form: change(form), base: held.base })
  const ended = answered.status === 401 ? await endedKey(ctx, form, held.clientId) : null
  if (ended !== null) {
    ctx.audit({ outcome: 'key-ended', rule: 'invalid_client', resource: `Client/${held.clientId.slice(0, 200)}` })
    return {
      status: 401,
      headers: { 'cache-control': 'no-store' },
      json: { error: 'invalid_client', error_description: keyEndedWords(ended) },
    }
  }
  noted(ctx, answered, form.get('client_id') ?? held.clientId)
  return answerOf(answered)
}

/** An app's key that has ended, where the app still signs with it. */
async function endedKey(ctx: Context, form: URLSearchParams, clientId: string): Promise<{ kid: string; at: Date } | null> {
  const assertion = form.get('client_assertion')
  if (assertion === null) return null
  return endedKeyOf(ctx, assertion, (await findApp(ctx.db, clientId))?.jwks.keys ?? [])
}

function par(deps: Deps, ctx: Context, request: RouteRequest): Promise<Answer> {
  const mode = formOf(request).get('response_mode')
  if (mode !== null && !answeredModes.includes(mode))
    return Promise.resolve(oauthProblem(ctx, 400, 'unsupported_response_mode', 'only query and fragment are answered'))
  return called(deps, ctx, request, launchParams)
}

/** Which grants of the token endpoint are the provider's; every other is for systems. */
export const isProviders = (grantType: string | null): boolean => grantType === 'authorization_code' || grantType === 'refresh_token'

type TokenBody = { access_token?: string; scope?: string }

/** Codes and refresh tokens for tokens, with what SMART wants beside them. @spec SMART App Launch 2.2, launch context in the token response */
export async function answerGrant(deps: Deps, ctx: Context, request: RouteRequest): Promise<Answer> {
  const answer = await called(deps, ctx, request, (form) => form)
  if (answer.status !== 200 || answer.text === undefined) return answer
  const body = JSON.parse(answer.text) as TokenBody
  const read = await deps.mint.read(ctx.now, body.access_token ?? '')
  if (read === undefined) throw new Error('a token that was just made must be readable')
  const patient = read.onBehalfOf?.patient ?? null
  const context = patient === null ? {} : { patient, need_patient_banner: read.onBehalfOf?.kind === 'staff' }
  ctx.audit({ resource: `Client/${read.clientId}`, ...(patient === null ? {} : { key: patient }), rule: 'token' })
  const { text: _text, ...rest } = answer
  return { ...rest, json: { ...body, scope: read.scopes.join(' '), ...context } }
}

function launchRows(deps: Deps): Row[] {
  const about = { ...open, audit: 'app.launch', law: OAUTH } as const
  const summary = { ja: 'アプリが人に許しを求める', en: 'An app asks a person to let it in' }
  return [
    { kind: 'write', method: 'GET', path: paths.authorize, ...about, summary, handle: (ctx, request) => authorize(deps, ctx, request) },
    {
      kind: 'write',
      method: 'POST',
      path: paths.authorize,
      ...about,
      crossSite: true,
      body: 'text',
      summary,
      handle: (ctx, request) => authorize(deps, ctx, request),
    },
    {
      kind: 'write',
      method: 'GET',
      path: `${paths.authorize}/:uid`,
      ...about,
      summary: { ja: '決めたことをアプリに返す', en: 'Hand the app the person’s answer' },
      handle: (ctx, request) => resume(deps, ctx, request),
    },
  ]
}

function clientRows(deps: Deps): Row[] {
  const about = { kind: 'write', method: 'POST', ...open, crossSite: true, body: 'text', law: OAUTH } as const
  const handled = (form: URLSearchParams) => {
    const token = form.get('token')
    if (token !== null) form.set('token', tokenHandle(token))
    return form
  }
  return [
    {
      ...about,
      path: paths.par,
      audit: 'app.push',
      summary: { ja: 'アプリが依頼を前もって渡す（PAR）', en: 'An app pushes its request (PAR)' },
      handle: (ctx, request) => par(deps, ctx, request),
    },
    {
      ...about,
      path: paths.revoke,
      audit: 'token.revoke',
      summary: { ja: 'アプリが許しを返す', en: 'An app gives back what it was let do' },
      handle: (ctx, request) => called(deps, ctx, request, handled),
    },
    {
      ...about,
      path: paths.introspect,
      audit: 'token.introspect',
      summary: { ja: 'アプリが自分のトークンの状態を尋ねる', en: 'An app asks about its own token' },
      handle: (ctx, request) => called(deps, ctx, request, handled),
    },
  ]
}

/** Everything an app asks of us, but the token endpoint, which systems share. */
export function providerRows(deps: Deps & { launches: LaunchContexts | null; picker: PatientPicker | null }): Row[] {
  return [
    ...launchRows(deps),
    ...clientRows(deps),
    ...interactionRows(deps),
    ...userInfoRows(deps),
    endSessionRow(deps),
    {
      kind: 'read',
      method: 'GET',
      path: paths.jwks,
      ...open,
      crossSite: true,
      audit: 'none',
      law: OAUTH,
      summary: { ja: 'トークンを確かめるための公開鍵', en: 'Public keys that tokens are checked with' },
      handle: async (ctx, request) => answerOf(await deps.oauth.answer(ctx, request)),
    },
    {
      kind: 'job',
      name: 'sign-in.clear-oauth',
      everyMs: 3600_000,
      law: OAUTH,
      summary: { ja: '終わった認可の控えを消す', en: 'Forget authorisations that ended' },
      run: (job) => forgetEnded(job.db, job.now),
    },
  ]
}
