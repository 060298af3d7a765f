/** The part of A15 before there is a token: where the browser is led, what is asked for, who answers. */
import * as oidc from 'openid-client'
import { REDIRECT, toCode, tokensFor } from '../../portals/sign-in/provider/launch.fixture.ts'
import { type AppWorld, type Attempt, hasToken } from './a15-tools.ts'

const redirects = [
  `${REDIRECT}/`,
  `${REDIRECT}?x=1`,
  `${REDIRECT}#x`,
  `${REDIRECT}/../thief`,
  `${REDIRECT}%2f..`,
  'https://APP.example/back',
  'http://app.example/back',
  'https://app.example:444/back',
  'https://app.example.thief.example/back',
  'https://app.example@thief.example/back',
  'https://thief.example/back',
  'https://app.example\\@thief.example/back',
  '//thief.example/back',
  'javascript:alert(1)',
  'data:text/html,x',
]
export const led: Attempt[] = redirects.flatMap((redirect_uri) => [
  {
    name: `pushed redirect ${redirect_uri}`,
    gained: async (w: AppWorld) => (await w.post('/oauth/par', w.request('diary', { redirect_uri }))).status === 201,
  },
  {
    name: `redirect in a link ${redirect_uri}`,
    gained: async (w: AppWorld) => {
      const answer = await w.victim.browser.send(
        'GET',
        w.endpoint(`/oauth/authorize?${new URLSearchParams(w.request('direct', { redirect_uri }))}`),
      )
      return answer.headers.get('location') !== null
    },
  },
])

const refusedRequest = (name: string, change: Record<string, string>, without: string[] = []): Attempt => ({
  name: `a request ${name}`,
  gained: async (w) => {
    const form = Object.fromEntries(Object.entries(w.request('diary', change)).filter(([key]) => !without.includes(key)))
    return (await w.post('/oauth/par', form)).status === 201
  },
})
export const requests: Attempt[] = [
  refusedRequest('for another server’s records (aud)', { aud: 'https://thief.example/fhir/R4' }),
  refusedRequest('without aud', {}, ['aud']),
  refusedRequest('without PKCE', {}, ['code_challenge', 'code_challenge_method']),
  refusedRequest('with PKCE plain', { code_challenge_method: 'plain' }),
  refusedRequest('for a token at once (implicit)', { response_type: 'token' }),
  refusedRequest('for an ID token at once', { response_type: 'code id_token', nonce: 'n' }),
  refusedRequest('answered by a form', { response_mode: 'form_post' }),
  refusedRequest('for system scopes alone', { scope: 'system/*.rs' }),
  refusedRequest('for another resource', { resource: 'https://thief.example/' }),
  {
    name: 'a request in a link where it must be pushed',
    gained: async (w) => {
      const { at } = await w.victim.browser.open(w.endpoint(`/oauth/authorize?${new URLSearchParams(w.request('diary'))}`))
      return at.includes('/oauth/interaction/') || at.includes('code=')
    },
  },
  {
    name: 'another app’s pushed request',
    gained: async (w) => {
      const { body } = await w.post('/oauth/par', w.request('diary'))
      const url = w.endpoint(`/oauth/authorize?${new URLSearchParams({ client_id: 'thief', request_uri: String(body.request_uri) })}`)
      return (await w.victim.browser.open(url)).at.includes('/oauth/interaction/')
    },
  },
  {
    name: 'a system’s grant for an app',
    gained: async (w) =>
      hasToken(await w.post('/oauth/token', { grant_type: 'client_credentials', client_id: 'diary', scope: 'system/*.rs' })),
  },
  {
    name: 'a password',
    gained: async (w) =>
      hasToken(await w.post('/oauth/token', { grant_type: 'password', client_id: 'diary', username: 'x', password: 'y' })),
  },
]

/** What the app itself finds out, because our answer names who gave it. @spec RFC 9207 */
export const mixUp: Attempt[] = ['https://thief.example', ''].map((iss) => ({
  name: `an answer that is said to come from ${iss === '' ? 'nobody' : iss}`,
  gained: async (w) => {
    const launched = await toCode(w.served, w.diary, w.victim.browser)
    if (iss === '') launched.back.searchParams.delete('iss')
    else launched.back.searchParams.set('iss', iss)
    return tokensFor(w.diary, launched).then(
      () => true,
      (error: unknown) => !(error instanceof oidc.ClientError || error instanceof Error),
    )
  },
}))
