/** @spec SMART App Launch 2.2 Backend Services; RFC 7523; RFC 8725 (best current practice for JWTs) */
import { exportJWK, exportSPKI, generateKeyPair, type JWK, type JWTHeaderParameters, SignJWT } from 'jose'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { BASE, CLINIC, FORM, type FrontDoor, HOSPITAL, openFrontDoor } from './front-door.fixture.ts'

const ENDPOINT = `${BASE}/oauth/token`
const JWT_BEARER = 'urn:ietf:params:oauth:client-assertion-type:jwt-bearer'

type Pair = Awaited<ReturnType<typeof generateKeyPair>> & { jwk: JWK }

async function pair(alg: string, kid: string): Promise<Pair> {
  const keys = await generateKeyPair(alg, { extractable: true })
  return { ...keys, jwk: { ...(await exportJWK(keys.publicKey)), kid, alg, use: 'sig' } }
}

let door: FrontDoor
let ours: Pair
let rsa: Pair
let theirs: Pair

beforeAll(async () => {
  door = await openFrontDoor()
  ;[ours, rsa, theirs] = await Promise.all([pair('ES384', 'a-1'), pair('RS384', 'a-2'), pair('ES384', 'b-1')])
  await door.client('hospital-a', HOSPITAL, [ours.jwk, rsa.jwk])
  await door.client('clinic-b', CLINIC, [theirs.jwk])
})
afterAll(() => door.close())

type Claims = { iss?: string; sub?: string; aud?: string | string[]; jti?: string; exp?: number }
let serial = 0
const seconds = () => Math.floor(door.clock.at.getTime() / 1000)

/** A good assertion of hospital A, but for what a test changes. */
async function assertion(
  claims: Claims = {},
  header: Partial<JWTHeaderParameters> = {},
  key: Parameters<SignJWT['sign']>[0] = ours.privateKey,
): Promise<string> {
  const all = { iss: 'hospital-a', sub: 'hospital-a', aud: ENDPOINT, jti: `j-${serial++}`, exp: seconds() + 300, ...claims }
  const present = Object.fromEntries(Object.entries(all).filter(([, value]) => value !== undefined))
  return new SignJWT(present).setProtectedHeader({ alg: 'ES384', kid: 'a-1', typ: 'JWT', ...header }).sign(key)
}

const ask = (fields: Record<string, string>, headers: Record<string, string> = { 'content-type': FORM }) =>
  door.app.inject({ method: 'POST', url: '/oauth/token', headers, payload: new URLSearchParams(fields).toString() })
const token = (client_assertion: string, more: Record<string, string> = {}) =>
  ask({ grant_type: 'client_credentials', client_assertion_type: JWT_BEARER, client_assertion, ...more })

describe('a token', () => {
  test('is given for a signed assertion, works at the FHIR interface, and is not to be cached', async () => {
    const answer = await token(await assertion())
    expect(answer.statusCode).toBe(200)
    expect(answer.headers).toMatchObject({ 'cache-control': 'no-store', pragma: 'no-cache' })
    const body = answer.json()
    expect(body).toMatchObject({ token_type: 'bearer', expires_in: 300, scope: 'system/*.cruds system/*.rs' })
    const search = () => door.app.inject({ url: '/fhir/R4/Patient', headers: { authorization: `Bearer ${body.access_token}` } })
    expect((await search()).statusCode).toBe(200)
    door.minutesLater(5.1)
    expect((await search()).statusCode).toBe(401)
    expect((await door.audits('token.issue')).at(-1)).toMatchObject({ outcome: 'success', resource: 'Client/hospital-a' })
  })

  test('carries the part of the scopes that was asked for', async () => {
    expect((await token(await assertion(), { scope: 'system/*.rs' })).json().scope).toBe('system/*.rs')
    const narrow = (await token(await assertion(), { scope: 'system/Patient.s' })).json()
    expect(narrow.scope).toBe('system/Patient.s')
    const get = (type: string) => door.app.inject({ url: `/fhir/R4/${type}`, headers: { authorization: `Bearer ${narrow.access_token}` } })
    expect((await get('Patient')).statusCode).toBe(200)
    expect((await get('Observation')).statusCode).toBe(403)
  })

  test.each([
    ['RS384 with the other key of the client', async () => assertion({}, { alg: 'RS384', kid: 'a-2' }, rsa.privateKey)],
    ['the audience with a slash at its end', async () => assertion({ aud: `${ENDPOINT}/` })],
    ['several audiences, ours among them', async () => assertion({ aud: ['https://other.example', ENDPOINT] })],
  ])('%s is accepted', async (_, make) => {
    expect((await token(await make())).statusCode).toBe(200)
  })
})

const base64url = (value: object) => Buffer.from(JSON.stringify(value)).toString('base64url')
const plain = () => ({ iss: 'hospital-a', sub: 'hospital-a', aud: ENDPOINT, jti: `n-${serial++}`, exp: seconds() + 300 })

describe('attacks', () => {
  test.each<[string, () => Promise<string>]>([
    ['alg none', async () => `${base64url({ alg: 'none' })}.${base64url(plain())}.`],
    ['alg None, as some libraries let through', async () => `${base64url({ alg: 'None' })}.${base64url(plain())}.`],
    [
      'HS256 with the public key as the secret',
      async () => assertion({}, { alg: 'HS256', kid: 'a-2' }, new TextEncoder().encode(await exportSPKI(rsa.publicKey))),
    ],
    ['HS256 with the JWK as the secret', async () => assertion({}, { alg: 'HS256' }, new TextEncoder().encode(JSON.stringify(ours.jwk)))],
    ['another client’s key under its own kid', async () => assertion({}, { kid: 'b-1' }, theirs.privateKey)],
    ['another client’s key under our kid', async () => assertion({}, {}, theirs.privateKey)],
    ['our key, in the name of another client', async () => assertion({ iss: 'clinic-b', sub: 'clinic-b' })],
    ['iss and sub that differ', async () => assertion({ iss: 'hospital-a', sub: 'clinic-b' })],
    ['a client nobody knows', async () => assertion({ iss: 'nobody', sub: 'nobody' })],
    ['a key sent along in the header', async () => assertion({}, { jwk: theirs.jwk, kid: 'b-1' }, theirs.privateKey)],
    ['a key set named in the header', async () => assertion({}, { jku: 'https://evil.example/jwks' }, theirs.privateKey)],
    ['the audience of another server', async () => assertion({ aud: 'https://other.example/oauth/token' })],
    ['the FHIR address as audience', async () => assertion({ aud: `${BASE}/fhir/R4` })],
    ['an audience that only begins like ours', async () => assertion({ aud: `${ENDPOINT}.evil.example` })],
    ['no audience', async () => assertion({ aud: undefined as never })],
    ['an assertion that ended', async () => assertion({ exp: seconds() - 11 })],
    ['no end', async () => assertion({ exp: undefined as never })],
    ['an end more than five minutes ahead', async () => assertion({ exp: seconds() + 311 })],
    ['no jti', async () => assertion({ jti: undefined as never })],
    ['an endless jti', async () => assertion({ jti: 'x'.repeat(257) })],
    ['a changed payload', async () => (await assertion()).replace(/\.[^.]+\./, `.${base64url(plain())}.`)],
    ['no JWT', async () => 'a.b.c'],
    ['nothing', async () => ''],
  ])('%s is refused', async (_, make) => {
    const answer = await token(await make())
    expect([answer.statusCode, answer.json().error]).toEqual([401, 'invalid_client'])
    expect(answer.json().access_token).toBeUndefined()
    expect((await door.audits('token.issue')).at(-1)).toMatchObject({ outcome: 'client-invalid' })
  })

  test('an assertion is good once, also when sent twice at the same time', async () => {
    const once = await assertion()
    const codes = await Promise.all(Array.from({ length: 6 }, async () => (await token(once)).statusCode))
    expect(codes.toSorted()).toEqual([200, 401, 401, 401, 401, 401])
    expect((await token(once)).statusCode).toBe(401)
    // A jti belongs to its client: the same text of another one is no replay.
    const jti = 'same'
    expect((await token(await assertion({ jti }))).statusCode).toBe(200)
    expect((await token(await assertion({ jti, iss: 'clinic-b', sub: 'clinic-b' }, { kid: 'b-1' }, theirs.privateKey))).statusCode).toBe(
      200,
    )
  })

  test('what is unknown and what is wrongly signed cannot be told apart', async () => {
    const unknown = (await token(await assertion({ iss: 'nobody', sub: 'nobody' }))).json()
    expect((await token(await assertion({}, {}, theirs.privateKey))).json()).toEqual(unknown)
  })

  test('the token of a client whose scopes were cut loses them at once', async () => {
    const answer = await door.app.inject({
      url: '/fhir/R4/Patient',
      headers: {
        authorization: `Bearer ${await door.mint.issue(door.clock.at, { clientId: 'hospital-a', scopes: ['system/Everything.cruds'] })}`,
      },
    })
    expect(answer.statusCode).toBe(403)
  })
})

describe('requests in another form', () => {
  test.each<[string, Record<string, string>, string, number]>([
    ['no grant', { client_assertion_type: JWT_BEARER }, 'invalid_request', 400],
    ['another grant', { grant_type: 'password', username: 'a', password: 'b' }, 'unsupported_grant_type', 400],
    ['no assertion type', { grant_type: 'client_credentials' }, 'invalid_client', 401],
    ['a shared secret', { grant_type: 'client_credentials', client_id: 'hospital-a', client_secret: 'x' }, 'invalid_client', 401],
  ])('%s', async (_, fields, error, status) => {
    const answer = await ask(fields)
    expect([answer.statusCode, answer.json().error]).toEqual([status, error])
  })

  test('scopes beyond the client’s, a client_id that is another’s, a parameter sent twice, JSON', async () => {
    expect((await token(await assertion(), { scope: 'system/*.rs user/*.r' })).json().error).toBe('invalid_scope')
    expect((await token(await assertion(), { client_id: 'clinic-b' })).json().error).toBe('invalid_client')
    const twice = await door.app.inject({
      method: 'POST',
      url: '/oauth/token',
      headers: { 'content-type': FORM },
      payload: 'grant_type=client_credentials&grant_type=password',
    })
    expect(twice.json().error).toBe('invalid_request')
    const json = await door.app.inject({ method: 'POST', url: '/oauth/token', payload: { grant_type: 'client_credentials' } })
    expect([json.statusCode, json.json().error]).toEqual([400, 'invalid_request'])
  })

  test('a client finds all of this described', async () => {
    const described = (await door.app.inject({ url: '/fhir/R4/.well-known/smart-configuration' })).json()
    expect(described).toMatchObject({
      token_endpoint: ENDPOINT,
      token_endpoint_auth_methods_supported: ['private_key_jwt', 'none'],
      grant_types_supported: ['authorization_code', 'refresh_token', 'client_credentials'],
    })
    expect(described.token_endpoint_auth_signing_alg_values_supported).toEqual(expect.arrayContaining(['RS384', 'ES384']))
    expect(described.token_endpoint_auth_signing_alg_values_supported.join()).not.toMatch(/HS|none/)
  })
})
