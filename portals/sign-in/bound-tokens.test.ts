/** @spec RFC 8705 (mTLS), RFC 9449 (DPoP); attack A15: a token in the hands of somebody else */
import { createHash, X509Certificate } from 'node:crypto'
import type { AddressInfo } from 'node:net'
import { exportJWK, generateKeyPair, type JWK, SignJWT } from 'jose'
import { sql } from 'kysely'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { WebSocket } from 'ws'
import type { Row } from '#kernel/route'
import { describe as certificateAbout } from '#kernel/tls'
import { BASE, CLINIC, FORM, type FrontDoor, HOSPITAL, openFrontDoor, TLS_BASE } from './front-door.fixture.ts'
import { type Heard, type Pair, testAuthority, tlsClient } from './tls-client.fixture.ts'

type Key = { privateKey: CryptoKey; jwk: JWK }
type Client = ReturnType<typeof tlsClient>
const SCOPES = ['system/*.rs']
const SEARCH = '/fhir/R4/Patient?_count=1'

/** Says who is on the line. */
const line: Row = {
  kind: 'socket',
  method: 'GET',
  path: '/line',
  who: ['system'],
  why: ['TREAT'],
  audit: 'line.open',
  law: 'test',
  summary: { ja: '試験', en: 'test' },
  maxMessageBytes: 100,
  handle: (open) => ({
    message: async () => void open.send(open.actor.kind === 'system' ? open.actor.id : ''),
    closed: () => undefined,
  }),
}

let door: FrontDoor
let authority: Awaited<ReturnType<typeof testAuthority>>
const pairs: Record<'hospital' | 'clinic' | 'stranger' | 'named' | 'expired', Pair> = {} as never
const at: Record<'hospital' | 'clinic' | 'stranger' | 'named' | 'expired' | 'nobody', Client> = {} as never
let signing: Key
let mine: Key
let theirs: Key
const thumbprint = ({ cert }: Pair) => certificateAbout(new X509Certificate(cert)).thumbprint

async function newKey(alg: string): Promise<Key> {
  const { privateKey, publicKey } = await generateKeyPair(alg, { extractable: true })
  return { privateKey, jwk: await exportJWK(publicKey) }
}

beforeAll(async () => {
  authority = await testAuthority()
  const other = await testAuthority()
  for (const name of ['hospital', 'clinic', 'named'] as const) pairs[name] = authority.pair(name)
  pairs.stranger = other.pair('hospital')
  pairs.expired = authority.pair('hospital', { days: -1 })
  const server = authority.pair('localhost', { usage: 'server' })
  door = await openFrontDoor({ tls: { certificate: server.cert, key: server.key, clientCa: authority.pem }, rows: () => [line] })
  door.clock.at = new Date()
  await new Promise<void>((done) => door.overTls!.listen(0, '127.0.0.1', done))
  for (const name of ['hospital', 'clinic', 'named', 'stranger', 'expired'] as const)
    at[name] = tlsClient(door.overTls!, authority.pem, pairs[name])
  at.nobody = tlsClient(door.overTls!, authority.pem)
  ;[signing, mine, theirs] = await Promise.all([newKey('ES384'), newKey('ES256'), newKey('ES256')])
  const keys = [{ ...signing.jwk, alg: 'ES384', use: 'sig' }]
  await door.client('hospital', HOSPITAL, keys, SCOPES, { binding: 'any', certificates: [thumbprint(pairs.hospital)] })
  await door.client('named', HOSPITAL, [], SCOPES, { binding: 'mtls', certificateSubject: 'CN=named,O=みどり総合病院,C=JP' })
  await door.client('clinic', CLINIC, keys, SCOPES, { binding: 'mtls' })
  await door.client('key-only', CLINIC, keys, SCOPES, { binding: 'dpop' })
  await door.client('loose', CLINIC, keys, SCOPES, { binding: 'none' })
})
afterAll(async () => {
  for (const client of Object.values(at)) client.close()
  await door.close()
})

let serial = 0
const seconds = () => Math.floor(door.clock.at.getTime() / 1000)
const assertion = (clientId: string) =>
  new SignJWT({ iss: clientId, sub: clientId, aud: `${BASE}/oauth/token`, jti: `a-${serial++}`, exp: seconds() + 200 })
    .setProtectedHeader({ alg: 'ES384' })
    .sign(signing.privateKey)
const signed = async (clientId: string) => ({
  client_assertion_type: 'urn:ietf:params:oauth:client-assertion-type:jwt-bearer',
  client_assertion: await assertion(clientId),
})

/** Asks for a token, over the connection given or over plain HTTP. */
async function ask(over: Client | null, fields: Record<string, string>, headers: Record<string, string> = {}): Promise<Heard> {
  const body = new URLSearchParams({ grant_type: 'client_credentials', ...fields }).toString()
  return send(over, 'POST', '/oauth/token', { 'content-type': FORM, ...headers }, body)
}
async function send(
  over: Client | null,
  method: string,
  path: string,
  headers: Record<string, string> = {},
  body?: string,
): Promise<Heard> {
  if (over)
    return over.send(
      method,
      path,
      { ...headers, ...(body === undefined ? {} : { 'content-length': String(Buffer.byteLength(body)) }) },
      body,
    )
  const answer = await door.app.inject({ method: method as 'GET', url: path, headers, ...(body === undefined ? {} : { payload: body }) })
  return { status: answer.statusCode, headers: answer.headers, body: answer.json(), resumed: false }
}
const tokenOf = (heard: Heard): string => {
  expect(heard.status, JSON.stringify(heard.body)).toBe(200)
  return String(heard.body.access_token)
}
const cnfOf = (token: string) => (JSON.parse(Buffer.from(token.split('.')[1]!, 'base64url').toString()) as { cnf?: object }).cnf
const rule = ({ status, body }: Heard) => {
  const issue = (body.issue as { details: { coding: { code: string }[]; text: string }; diagnostics: string }[] | undefined)?.[0]
  return `${status} ${issue?.details.coding[0]?.code ?? ''}`.trim()
}

type ProofChange = { claims?: object; header?: object; key?: Key }
async function proof(method: string, url: string, token: string | null, { claims = {}, header = {}, key = mine }: ProofChange = {}) {
  const ath = token === null ? {} : { ath: createHash('sha256').update(token).digest('base64url') }
  const all = { jti: `p-${serial++}`, htm: method, htu: url.split('?')[0], iat: seconds(), ...ath, ...claims }
  return new SignJWT(all).setProtectedHeader({ typ: 'dpop+jwt', alg: 'ES256', jwk: key.jwk, ...header }).sign(key.privateKey)
}
const boundToKey = async (clientId = 'hospital') =>
  tokenOf(await ask(null, await signed(clientId), { dpop: await proof('POST', `${BASE}/oauth/token`, null) }))

describe('a token tied to a certificate', () => {
  test('is given to a client that shows its registered certificate and nothing else, and works over a connection with it', async () => {
    const token = tokenOf(await ask(at.hospital, { client_id: 'hospital' }))
    expect(cnfOf(token)).toEqual({ 'x5t#S256': thumbprint(pairs.hospital) })
    expect(rule(await send(at.hospital, 'GET', SEARCH, { authorization: `Bearer ${token}` }))).toBe('200')
  })

  test('is given to a client known by the subject of its certificate', async () => {
    expect(cnfOf(tokenOf(await ask(at.named, { client_id: 'named' })))).toEqual({ 'x5t#S256': thumbprint(pairs.named) })
  })

  test('is given for a signed assertion over a connection with any verified certificate', async () => {
    expect(cnfOf(tokenOf(await ask(at.clinic, await signed('clinic'))))).toEqual({ 'x5t#S256': thumbprint(pairs.clinic) })
  })

  test.each<[string, () => Client | null, string]>([
    ['the control: the same certificate', () => at.hospital, '200'],
    ['another certificate of the same authority', () => at.clinic, '401 certificate-mismatch'],
    ['a certificate of the same name by another authority', () => at.stranger, '401 certificate-mismatch'],
    ['an expired certificate', () => at.expired, '401 certificate-mismatch'],
    ['no certificate', () => at.nobody, '401 certificate-mismatch'],
    ['plain HTTP', () => null, '401 certificate-mismatch'],
  ])('with %s: %s', async (_, over, expected) => {
    const token = tokenOf(await ask(at.hospital, { client_id: 'hospital' }))
    const heard = await send(over(), 'GET', SEARCH, { authorization: `Bearer ${token}` })
    expect(rule(heard)).toBe(expected)
    if (expected !== '200') expect(String(heard.headers['www-authenticate'])).toMatch(/^Bearer .*error="invalid_token"/)
  })

  describe('a certificate that has ended', () => {
    const outcome = async () =>
      (
        await sql<{
          o: string
        }>`select outcome as o from kernel.audit where action = 'token.issue' order by at desc, id desc limit 1`.execute(door.db)
      ).rows[0]?.o
    const said = async (heard: Heard) => [heard.status, heard.body.error, await outcome()]

    test('by its day: its holder is told, and the log', async () => {
      await door.client('late', HOSPITAL, [], SCOPES, { binding: 'mtls', certificates: [thumbprint(pairs.expired)] })
      expect(await said(await ask(at.expired, { client_id: 'late' }))).toEqual([401, 'invalid_client', 'certificate-ended'])
      expect(await said(await ask(at.expired, await signed('clinic'))), 'beside a good signature').toEqual([
        400,
        'invalid_request',
        'certificate-ended',
      ])
    })

    test('retired in the register, from the next request on', async () => {
      const { cert, key } = authority.pair('next')
      const next = tlsClient(door.overTls!, authority.pem, { cert, key })
      await door.client('renewing', HOSPITAL, [], SCOPES, { binding: 'mtls', certificates: [thumbprint({ cert, key })] })
      tokenOf(await ask(next, { client_id: 'renewing' }))
      await sql`update person.client_key set retired_at = ${door.clock.at} where client_id = 'renewing'`.execute(door.db)
      await sql`update person.client set certificates = '{}' where client_id = 'renewing'`.execute(door.db)
      expect(await said(await ask(next, { client_id: 'renewing' }))).toEqual([401, 'invalid_client', 'certificate-ended'])
      next.close()
    })

    test('is nobody’s business else: who shows another certificate learns nothing', async () => {
      expect(await said(await ask(at.clinic, { client_id: 'late' }))).toEqual([401, 'invalid_client', 'client-invalid'])
      expect(await said(await ask(at.expired, { client_id: 'nobody-knows' }))).toEqual([401, 'invalid_client', 'client-invalid'])
    })
  })

  test('is not believed by a header, as long as no proxy is configured', async () => {
    const token = tokenOf(await ask(at.hospital, { client_id: 'hospital' }))
    const named = { 'x-client-cert': encodeURIComponent(pairs.hospital.cert), 'client-cert': encodeURIComponent(pairs.hospital.cert) }
    expect(rule(await send(null, 'GET', SEARCH, { authorization: `Bearer ${token}`, ...named }))).toBe('401 certificate-mismatch')
  })

  test.each(['TLSv1.2', 'TLSv1.3'] as const)(
    'a resumed %s session shows the certificate of its first connection, or none',
    async (version) => {
      const token = tokenOf(await ask(at.hospital, { client_id: 'hospital' }))
      for (const [pair, expected] of [
        [pairs.hospital, '200'],
        [undefined, '401 certificate-mismatch'],
        [pairs.stranger, '401 certificate-mismatch'],
      ] as const) {
        const client = tlsClient(door.overTls!, authority.pem, pair, version)
        const ask = () => send(client, 'GET', SEARCH, { authorization: `Bearer ${token}`, connection: 'close' })
        const [first, second] = [await ask(), await ask()]
        client.close()
        expect([rule(first), rule(second), second.resumed]).toEqual([expected, expected, true])
      }
    },
  )

  test.each<[string, () => Promise<Heard>, string]>([
    ['another client’s certificate', () => ask(at.clinic, { client_id: 'hospital' }), 'invalid_client'],
    ['an unverified certificate of the right name', () => ask(at.stranger, { client_id: 'named' }), 'invalid_client'],
    ['a client without a registered certificate', () => ask(at.clinic, { client_id: 'clinic' }), 'invalid_client'],
    ['no certificate', () => ask(at.nobody, { client_id: 'hospital' }), 'invalid_client'],
    ['a client that nobody knows', () => ask(at.hospital, { client_id: 'nobody' }), 'invalid_client'],
    ['a shared secret beside the certificate', () => ask(at.hospital, { client_id: 'hospital', client_secret: 'x' }), 'invalid_client'],
    ['an assertion without a certificate, where one is demanded', async () => ask(null, await signed('clinic')), 'invalid_request'],
    ['neither certificate nor proof, where either is demanded', async () => ask(null, await signed('hospital')), 'invalid_request'],
  ])('is not given for %s', async (_, sent, error) => {
    expect((await sent()).body.error).toBe(error)
  })
})

test('a WebSocket over TLS is opened with the certificate alone that its token is tied to', async () => {
  const token = tokenOf(await ask(at.hospital, { client_id: 'hospital' }))
  const heard = (pair: Pair | undefined) =>
    new Promise<string>((resolve) => {
      const { port } = door.overTls!.address() as AddressInfo
      const headers = { authorization: `Bearer ${token}` }
      const socket = new WebSocket(`wss://localhost:${port}/line`, {
        headers,
        ca: authority.pem,
        ...pair,
      })
      socket.on('open', () => socket.send('who'))
      socket.on('error', (error) => resolve(error.message))
      socket.on('message', (said) => {
        resolve(String(said))
        socket.close()
      })
    })
  expect(await heard(pairs.hospital)).toBe('hospital')
  expect(await heard(pairs.clinic)).toMatch(/401/)
  expect(await heard(undefined)).toMatch(/401/)
})

describe('a token tied to a key', () => {
  test('is given for a proof, says so, and works with a proof of each request', async () => {
    const asked = await ask(null, await signed('hospital'), { dpop: await proof('POST', `${BASE}/oauth/token`, null) })
    const token = tokenOf(asked)
    expect(asked.body.token_type).toBe('DPoP')
    expect(Object.keys(cnfOf(token)!)).toEqual(['jkt'])
    for (const url of [BASE, TLS_BASE]) {
      const headers = { authorization: `DPoP ${token}`, dpop: await proof('GET', `${url}${SEARCH}`, token) }
      expect(rule(await send(null, 'GET', SEARCH, headers)), url).toBe('200')
    }
  })

  const url = `${BASE}${SEARCH}`
  test.each<[string, (token: string) => Promise<Record<string, string>>, string]>([
    ['the control: a good proof', async (t) => ({ authorization: `DPoP ${t}`, dpop: await proof('GET', url, t) }), '200'],
    ['the token as a plain bearer', async (t) => ({ authorization: `Bearer ${t}` }), '401 dpop-invalid'],
    [
      'the token as a bearer with a good proof',
      async (t) => ({ authorization: `Bearer ${t}`, dpop: await proof('GET', url, t) }),
      '401 dpop-invalid',
    ],
    ['no proof', async (t) => ({ authorization: `DPoP ${t}` }), '401 dpop-invalid'],
    [
      'a proof of another key',
      async (t) => ({ authorization: `DPoP ${t}`, dpop: await proof('GET', url, t, { key: theirs }) }),
      '401 dpop-invalid',
    ],
    [
      'our key shown, another key signed',
      async (t) => ({ authorization: `DPoP ${t}`, dpop: await proof('GET', url, t, { key: theirs, header: { jwk: mine.jwk } }) }),
      '401 dpop-invalid',
    ],
    ['a proof of another method', async (t) => ({ authorization: `DPoP ${t}`, dpop: await proof('POST', url, t) }), '401 dpop-invalid'],
    [
      'a proof of another address',
      async (t) => ({ authorization: `DPoP ${t}`, dpop: await proof('GET', `${BASE}/fhir/R4/Observation`, t) }),
      '401 dpop-invalid',
    ],
    [
      'a proof of the address the Host header names',
      async (t) => ({ authorization: `DPoP ${t}`, host: 'evil.example', dpop: await proof('GET', `http://evil.example${SEARCH}`, t) }),
      '401 dpop-invalid',
    ],
    ['a proof of another token', async (t) => ({ authorization: `DPoP ${t}`, dpop: await proof('GET', url, `${t}x`) }), '401 dpop-invalid'],
    ['a proof of no token', async (t) => ({ authorization: `DPoP ${t}`, dpop: await proof('GET', url, null) }), '401 dpop-invalid'],
    [
      'an old proof',
      async (t) => ({ authorization: `DPoP ${t}`, dpop: await proof('GET', url, t, { claims: { iat: seconds() - 90 } }) }),
      '401 dpop-invalid',
    ],
    [
      'a proof of tomorrow',
      async (t) => ({ authorization: `DPoP ${t}`, dpop: await proof('GET', url, t, { claims: { iat: seconds() + 86_400 } }) }),
      '401 dpop-invalid',
    ],
  ])('with %s: %s', async (_, headers, expected) => {
    const token = await boundToKey()
    const heard = await send(null, 'GET', SEARCH, await headers(token))
    expect(rule(heard)).toBe(expected)
    if (expected !== '200') expect(String(heard.headers['www-authenticate'])).toMatch(/^DPoP .*error="invalid_dpop_proof".*algs="ES256/)
  })

  test('its proof is good once, also when sent many times at the same moment', async () => {
    const token = await boundToKey()
    const headers = { authorization: `DPoP ${token}`, dpop: await proof('GET', url, token) }
    const heard = await Promise.all(Array.from({ length: 8 }, () => send(null, 'GET', SEARCH, headers)))
    expect(heard.map(rule).toSorted()).toEqual(['200', ...Array<string>(7).fill('401 dpop-invalid')])
    expect(rule(await send(null, 'GET', SEARCH, headers))).toBe('401 dpop-invalid')
  })

  test.each<[string, () => Promise<Record<string, string>>, string]>([
    ['a proof of another address', async () => ({ dpop: await proof('POST', `${BASE}/oauth/other`, null) }), 'invalid_dpop_proof'],
    ['nonsense', async () => ({ dpop: 'a.b.c' }), 'invalid_dpop_proof'],
    ['no proof, where one is demanded', async () => ({}), 'invalid_request'],
  ])('is not given for %s', async (_, headers, error) => {
    expect((await ask(null, await signed('key-only'), await headers())).body.error).toBe(error)
  })

  test('is not given twice for one proof', async () => {
    const headers = { dpop: await proof('POST', `${BASE}/oauth/token`, null) }
    expect((await ask(null, await signed('hospital'), headers)).status).toBe(200)
    expect((await ask(null, await signed('hospital'), headers)).body.error).toBe('invalid_dpop_proof')
  })

  test('a certificate does not stand in for the key, nor a key for the certificate', async () => {
    const token = await boundToKey()
    expect(rule(await send(at.hospital, 'GET', SEARCH, { authorization: `Bearer ${token}` }))).toBe('401 dpop-invalid')
    const other = tokenOf(await ask(at.hospital, { client_id: 'hospital' }))
    const headers = { authorization: `DPoP ${other}`, dpop: await proof('GET', url, other) }
    expect(rule(await send(null, 'GET', SEARCH, headers))).toBe('401 dpop-invalid')
    expect(rule(await send(at.hospital, 'GET', SEARCH, headers))).toBe('401 dpop-invalid')
  })
})

describe('what a client’s tokens must be tied to', () => {
  test('a token tied to nothing is given where nothing is demanded, and refused once something is', async () => {
    const token = tokenOf(await ask(null, await signed('loose')))
    expect(cnfOf(token)).toBeUndefined()
    expect(rule(await send(null, 'GET', SEARCH, { authorization: `Bearer ${token}` }))).toBe('200')
    const issued = await door.mint.issue(door.clock.at, { clientId: 'hospital', scopes: SCOPES })
    expect(rule(await send(null, 'GET', SEARCH, { authorization: `Bearer ${issued}` }))).toBe('401 binding-required')
    expect(rule(await send(null, 'GET', SEARCH, { authorization: `DPoP ${issued}` }))).toBe('401 dpop-invalid')
  })

  test('where either is allowed, a proof that is sent counts before the certificate of the connection', async () => {
    const dpop = await proof('POST', `${TLS_BASE}/oauth/token`, null)
    expect(Object.keys(cnfOf(tokenOf(await ask(at.hospital, await signed('hospital'), { dpop })))!)).toEqual(['jkt'])
    const again = await proof('POST', `${TLS_BASE}/oauth/token`, null)
    expect(Object.keys(cnfOf(tokenOf(await ask(at.clinic, await signed('clinic'), { dpop: again })))!), 'mtls only').toEqual(['x5t#S256'])
  })

  test('a client finds all of this described, at both addresses', async () => {
    for (const path of ['/.well-known/smart-configuration', '/fhir/R4/.well-known/smart-configuration']) {
      expect((await send(null, 'GET', path)).body).toMatchObject({
        token_endpoint: `${BASE}/oauth/token`,
        token_endpoint_auth_methods_supported: ['private_key_jwt', 'tls_client_auth', 'none'],
        tls_client_certificate_bound_access_tokens: true,
        mtls_endpoint_aliases: {
          token_endpoint: `${TLS_BASE}/oauth/token`,
          pushed_authorization_request_endpoint: `${TLS_BASE}/oauth/par`,
        },
        dpop_signing_alg_values_supported: expect.arrayContaining(['ES256']),
      })
    }
  })
})
