/** Apps known by a certificate, and tokens tied to one, over real TLS. @spec RFC 8705; attack A15: mTLS-binding mismatch */
import { createHash, X509Certificate } from 'node:crypto'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { type AppClient, insertApp } from '#care/person'
import { describe as certificateAbout } from '#kernel/tls'
import { FORM, type FrontDoor, openFrontDoor, TLS_BASE } from '../front-door.fixture.ts'
import { type Heard, type Pair, testAuthority, tlsClient } from '../tls-client.fixture.ts'
import { anApp, REDIRECT } from './launch.fixture.ts'

type Client = ReturnType<typeof tlsClient>
let door: FrontDoor
let mine: Client
let theirs: Client
let nobody: Client
let person: { key: string; personId: string }
const verifier = 'v'.repeat(64)

const thumbprint = ({ cert }: Pair) => certificateAbout(new X509Certificate(cert)).thumbprint

beforeAll(async () => {
  const authority = await testAuthority()
  const server = authority.pair('localhost', { usage: 'server' })
  door = await openFrontDoor({ tls: { certificate: server.cert, key: server.key, clientCa: authority.pem } })
  door.clock.at = new Date()
  await new Promise<void>((done) => door.overTls!.listen(0, '127.0.0.1', done))
  const [one, two] = [authority.pair('hospital'), authority.pair('clinic')]
  ;[mine, theirs, nobody] = [one, two, undefined].map((pair) => tlsClient(door.overTls!, authority.pem, pair)) as [Client, Client, Client]
  person = await door.person('山川 花子', null)
  const known: Partial<AppClient> = {
    kind: 'confidential',
    authMethod: 'tls_client_auth',
    binding: 'mtls',
    certificates: [thumbprint(one)],
  }
  await insertApp(door.db, door.clock.at, anApp('known', known))
  await insertApp(
    door.db,
    door.clock.at,
    anApp('named', { ...known, certificates: [], certificateSubject: 'CN=hospital,O=みどり総合病院,C=JP' }),
  )
  await insertApp(door.db, door.clock.at, anApp('either', { binding: 'any' }))
})
afterAll(async () => {
  for (const client of [mine, theirs, nobody]) client?.close()
  await door?.close()
})

const post = (over: Client, path: string, form: Record<string, string>): Promise<Heard> => {
  const body = new URLSearchParams(form).toString()
  return over.send('POST', path, { 'content-type': FORM, 'content-length': String(Buffer.byteLength(body)) }, body)
}
const push = (over: Client, client_id: string) =>
  post(over, '/oauth/par', {
    client_id,
    response_type: 'code',
    redirect_uri: REDIRECT,
    scope: 'openid launch/patient offline_access patient/*.rs',
    code_challenge: createHash('sha256').update(verifier).digest('base64url'),
    code_challenge_method: 'S256',
    aud: 'http://localhost:8080/fhir/R4',
  })

/** The person's browser, from the app's pushed request to the code. */
async function codeFor(over: Client, client_id: string): Promise<string> {
  const cookies = new Map([['enishi_session', (await door.cookieOf(person.personId)).split('=')[1]!]])
  const go = async (method: 'GET' | 'POST', url: string, payload?: string) => {
    const cookie = [...cookies].map(([name, value]) => `${name}=${value}`).join('; ')
    const headers = { cookie, accept: 'text/html', ...(payload === undefined ? {} : { 'content-type': FORM }) }
    const answer = await door.app.inject({ method, url, headers, ...(payload === undefined ? {} : { payload }) })
    for (const line of [answer.headers['set-cookie'] ?? []].flat())
      cookies.set(line.split('=')[0]!, line.slice(line.indexOf('=') + 1).split(';')[0]!)
    return answer
  }
  const pushed = await push(over, client_id)
  expect(pushed.status, JSON.stringify(pushed.body)).toBe(201)
  const asked = await go('GET', `/oauth/authorize?${new URLSearchParams({ client_id, request_uri: String(pushed.body.request_uri) })}`)
  const at = String(asked.headers.location)
  const decision = new URLSearchParams([
    ...['medicines.read', 'away'].map((part) => ['part', part]),
    ['decision', 'allow'],
    ['for', person.personId],
  ])
  const decided = await go('POST', at, decision.toString())
  const back = await go('GET', new URL(String(decided.headers.location), 'http://localhost').pathname)
  return new URL(String(back.headers.location)).searchParams.get('code')!
}
const redeem = (over: Client, client_id: string, code: string) =>
  post(over, '/oauth/token', { grant_type: 'authorization_code', client_id, code, code_verifier: verifier, redirect_uri: REDIRECT })
const refresh = (over: Client, client_id: string, token: unknown) =>
  post(over, '/oauth/token', { grant_type: 'refresh_token', client_id, refresh_token: String(token) })
const read = async (over: Client, token: unknown) =>
  (await over.send('GET', '/fhir/R4/MedicationRequest?_count=1', { authorization: `Bearer ${String(token)}` })).status

describe.each(['known', 'named'])('an app known by its certificate: %s', (app) => {
  test('is answered over it, and its tokens work over it alone', async () => {
    const { status, body } = await redeem(mine, app, await codeFor(mine, app))
    expect([status, body.token_type]).toEqual([200, 'Bearer'])
    expect([await read(mine, body.access_token), await read(theirs, body.access_token), await read(nobody, body.access_token)]).toEqual([
      200, 401, 401,
    ])
    expect((await refresh(theirs, app, body.refresh_token)).body.error).toBe('invalid_client')
    expect((await refresh(nobody, app, body.refresh_token)).body.error).toBe('invalid_client')
    expect((await refresh(mine, app, body.refresh_token)).status).toBe(200)
  })

  test('another certificate, or none, pushes and redeems nothing in its name', async () => {
    expect([(await push(theirs, app)).body.error, (await push(nobody, app)).body.error]).toEqual(['invalid_client', 'invalid_client'])
    const code = await codeFor(mine, app)
    expect((await redeem(theirs, app, code)).body.error).toBe('invalid_client')
    expect((await redeem(mine, app, code)).status, 'the control').toBe(200)
  })
})

test('an app without a key may tie its tokens to a certificate instead of a key: both tokens are', async () => {
  const { body } = await redeem(mine, 'either', await codeFor(nobody, 'either'))
  expect([await read(mine, body.access_token), await read(theirs, body.access_token)]).toEqual([200, 401])
  expect((await refresh(theirs, 'either', body.refresh_token)).body.error).toBe('invalid_grant')
  expect((await redeem(nobody, 'either', await codeFor(nobody, 'either'))).body.error, 'neither').toBe('invalid_grant')
})

test('a client finds the addresses of the listener that asks for certificates', async () => {
  const found = (await door.app.inject({ url: '/.well-known/openid-configuration' })).json()
  expect(found.mtls_endpoint_aliases).toMatchObject({
    token_endpoint: `${TLS_BASE}/oauth/token`,
    userinfo_endpoint: `${TLS_BASE}/oauth/userinfo`,
  })
})
