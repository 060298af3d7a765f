/** What an attacker of OAuth has at hand: apps of the register, whole launches, and tokens and proofs made by hand. */
import { createHash, createHmac, randomUUID } from 'node:crypto'
import { exportJWK, generateKeyPair, type JWK, type JWTPayload, SignJWT } from 'jose'
import { anApp, appSide, type Browser, REDIRECT, register, someone } from '../../portals/sign-in/provider/launch.fixture.ts'
import type { Served } from '../harness/served.ts'

export type Key = { privateKey: CryptoKey; publicKey: CryptoKey; jwk: JWK }
export type Said = { status: number; location: string | null; body: Record<string, unknown> }
/** `gained`: a code, a token or a record that the attacker must not have. */
export type Attempt = { name: string; gained: (world: AppWorld) => Promise<boolean> }

export async function newKey(alg = 'ES256', kid?: string): Promise<Key> {
  const keys = await generateKeyPair(alg, { extractable: true })
  return { ...keys, jwk: { ...(await exportJWK(keys.publicKey)), alg, ...(kid === undefined ? {} : { kid }) } }
}

const encoded = (value: object) => Buffer.from(JSON.stringify(value)).toString('base64url')
/** A token nobody signed. */
export const unsigned = (header: object, claims: object) => `${encoded(header)}.${encoded(claims)}.`
/** A token signed with a secret that everybody knows. */
export const signedWithSecret = (header: object, claims: object, secret: string | Buffer) => {
  const content = `${encoded(header)}.${encoded(claims)}`
  return `${content}.${createHmac('sha256', secret).update(content).digest('base64url')}`
}

export async function openApps(served: Served) {
  const [theirKey, otherKey] = [await newKey('ES256', 'server'), await newKey('ES256', 'other')]
  await register(served, anApp('diary'))
  await register(served, anApp('thief', { redirectUris: ['https://thief.example/back'] }))
  await register(served, anApp('direct', { parRequired: false, binding: 'none', scopes: ['openid', 'launch/patient', 'patient/*.rs'] }))
  const readOnly = { binding: 'none', scopes: ['openid', 'launch/patient', 'patient/*.rs'] } as const
  await register(served, anApp('loose', { ...readOnly, scopes: [...readOnly.scopes] }))
  const confidential = { kind: 'confidential', authMethod: 'private_key_jwt' } as const
  await register(served, anApp('server', { ...confidential, jwks: { keys: [theirKey.jwk] } }))
  await register(served, anApp('other', { ...confidential, jwks: { keys: [otherKey.jwk] } }))
  const world = { served, theirKey, otherKey, diary: await appSide(served, 'diary'), victim: await someone(served) }
  return { ...world, ...toolsOf(served, world.victim.browser) }
}
export type AppWorld = Awaited<ReturnType<typeof openApps>>

type Proof = { key: Key; method?: string; url?: string; token?: string; claims?: object; header?: object }

function toolsOf(served: Served, victims: Browser) {
  const endpoint = (path: string) => `${served.origin}${path}`

  async function post(path: string, form: Record<string, string>, headers: Record<string, string> = {}): Promise<Said> {
    const answer = await fetch(endpoint(path), { method: 'POST', redirect: 'manual', headers, body: new URLSearchParams(form) })
    const text = await answer.text()
    const body = text.startsWith('{') ? (JSON.parse(text) as Record<string, unknown>) : {}
    return { status: answer.status, location: answer.headers.get('location'), body }
  }
  const proof = ({ key, method = 'POST', url = endpoint('/oauth/token'), token, claims = {}, header = {} }: Proof) =>
    new SignJWT({
      jti: randomUUID(),
      htm: method,
      htu: url.split('?')[0],
      ...(token === undefined ? {} : { ath: createHash('sha256').update(token).digest('base64url') }),
      iat: Math.floor(Date.now() / 1000),
      ...claims,
    } as JWTPayload)
      .setProtectedHeader({ alg: 'ES256', typ: 'dpop+jwt', jwk: key.jwk, ...header })
      .sign(key.privateKey)

  const verifier = 'v'.repeat(64)
  const request = (clientId: string, more: Record<string, string> = {}): Record<string, string> => ({
    client_id: clientId,
    response_type: 'code',
    redirect_uri: REDIRECT,
    scope: 'openid launch/patient offline_access patient/*.rs',
    code_challenge: createHash('sha256').update(verifier).digest('base64url'),
    code_challenge_method: 'S256',
    aud: served.base,
    state: 'state',
    ...more,
  })
  /** A code that the victim let the app have. */
  async function code(clientId = 'diary', more: Record<string, string> = {}, auth: Record<string, string> = {}): Promise<string> {
    const pushed = await post('/oauth/par', { ...request(clientId, more), ...auth })
    const page = await victims.open(
      endpoint(`/oauth/authorize?${new URLSearchParams({ client_id: clientId, request_uri: String(pushed.body.request_uri) })}`),
    )
    const back = new URL((await victims.decide(page.at, await page.answer.text())).at)
    return back.searchParams.get('code') ?? ''
  }
  const redeem = (form: Record<string, string>, headers: Record<string, string> = {}) =>
    post(
      '/oauth/token',
      { grant_type: 'authorization_code', redirect_uri: REDIRECT, code_verifier: verifier, client_id: 'diary', ...form },
      headers,
    )
  const refresh = (refresh_token: string, headers: Record<string, string> = {}, client_id = 'diary') =>
    post('/oauth/token', { grant_type: 'refresh_token', refresh_token, client_id }, headers)
  /** Tokens as the victim's own app gets them. */
  async function tokens(key: Key): Promise<{ access: string; refresh: string }> {
    const { body } = await redeem({ code: await code() }, { dpop: await proof({ key }) })
    return { access: String(body.access_token), refresh: String(body.refresh_token) }
  }
  async function read(token: string, headers: Record<string, string> = {}, scheme = 'Bearer'): Promise<number> {
    const answer = await fetch(`${served.base}/Observation?_count=1`, { headers: { ...headers, authorization: `${scheme} ${token}` } })
    await answer.body?.cancel()
    return answer.status
  }
  const assertion = (key: Key, claims: object = {}, header: object = {}) =>
    new SignJWT({
      iss: 'server',
      sub: 'server',
      aud: endpoint('/oauth/token'),
      jti: randomUUID(),
      exp: Math.floor(Date.now() / 1000) + 100,
      ...claims,
    })
      .setProtectedHeader({ alg: 'ES256', ...header })
      .sign(key.privateKey)
  return { endpoint, post, proof, request, code, redeem, refresh, tokens, read, assertion, verifier }
}

export const JWT_BEARER = 'urn:ietf:params:oauth:client-assertion-type:jwt-bearer'
export const hasToken = ({ body }: Said): boolean => 'access_token' in body
