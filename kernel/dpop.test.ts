/** @spec RFC 9449 section 4.3: what a server checks of a proof */
import { createHmac } from 'node:crypto'
import { exportJWK, generateKeyPair, type JWK, SignJWT } from 'jose'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { openPlatform, type Platform } from '../tests/harness/platform.ts'
import { checkProof, claimProof, forgetProofs, type ProofCheck } from './dpop.ts'

const now = new Date('2026-11-22T03:00:00Z')
const at = now.getTime() / 1000
const ORIGIN = 'http://localhost:8080'
const TOKEN = 'a.b.c'
/** SHA-256 of the token, base64url, by another program: `printf a.b.c | openssl dgst -sha256 -binary | basenc --base64url`. */
const ATH = 'hF4wRIgJ4ryJWOsCW_x5UjXROwd6U9DDq70jhRcNybg'

type Key = { privateKey: CryptoKey; jwk: JWK }
async function newKey(alg: string): Promise<Key> {
  const { privateKey, publicKey } = await generateKeyPair(alg, { extractable: true })
  return { privateKey, jwk: await exportJWK(publicKey) }
}
let key: Key
let other: Key
beforeAll(async () => {
  ;[key, other] = await Promise.all([newKey('ES256'), newKey('ES256')])
})

type Change = { header?: object; claims?: object; sign?: Key }
async function proof({ header = {}, claims = {}, sign = key }: Change = {}, alg = 'ES256'): Promise<string> {
  const all = { jti: 'j-1', htm: 'GET', htu: `${ORIGIN}/fhir/R4/Patient`, iat: at, ath: ATH, ...claims }
  const present = Object.fromEntries(Object.entries(all).filter(([, value]) => value !== undefined))
  return new SignJWT(present).setProtectedHeader({ typ: 'dpop+jwt', alg, jwk: sign.jwk, ...header }).sign(sign.privateKey)
}

const asked = (sent: string | undefined, change: Partial<ProofCheck> = {}) =>
  checkProof({ now, proof: sent, method: 'GET', url: '/fhir/R4/Patient?name=x', origins: [ORIGIN], accessToken: TOKEN, ...change })
const wrong = (answer: ReturnType<typeof checkProof>) => ('wrong' in answer ? answer.wrong : 'none')

const part = (value: object) => Buffer.from(JSON.stringify(value)).toString('base64url')
const handmade = (header: object, signature: (signed: string) => string) => {
  const signed = `${part(header)}.${part({ jti: 'j', htm: 'GET', htu: `${ORIGIN}/fhir/R4/Patient`, iat: at, ath: ATH })}`
  return `${signed}.${signature(signed)}`
}

describe('a proof', () => {
  test.each(['ES256', 'ES384', 'EdDSA', 'PS256', 'RS256'])('by %s is good, and names its key as RFC 7638 does', async (alg) => {
    const sign = await newKey(alg)
    const answer = asked(await proof({ sign }, alg))
    expect(wrong(answer)).toBe('none')
    const { calculateJwkThumbprint } = await import('jose')
    expect('jkt' in answer && answer.jkt).toBe(await calculateJwkThumbprint(sign.jwk))
  })

  test.each<[string, Change]>([
    ['sixty seconds old', { claims: { iat: at - 60 } }],
    ['of a clock ten seconds ahead', { claims: { iat: at + 10 } }],
    ['with a query in its address', { claims: { htu: `${ORIGIN}/fhir/R4/Patient?name=y#z` } }],
    ['with capitals in its host', { claims: { htu: 'HTTP://LOCALHOST:8080/fhir/R4/Patient' } }],
  ])('%s is good', async (_, change) => {
    expect(wrong(asked(await proof(change)))).toBe('none')
  })

  test.each<[string, Change, string]>([
    ['of another method', { claims: { htm: 'POST' } }, 'htm'],
    ['of a method in small letters', { claims: { htm: 'get' } }, 'htm'],
    ['of another path', { claims: { htu: `${ORIGIN}/fhir/R4/Observation` } }, 'htu'],
    ['of a path below', { claims: { htu: `${ORIGIN}/fhir/R4/Patient/x` } }, 'htu'],
    ['of another host', { claims: { htu: 'http://evil.example/fhir/R4/Patient' } }, 'htu'],
    ['of another port', { claims: { htu: 'http://localhost:8081/fhir/R4/Patient' } }, 'htu'],
    ['of another protocol', { claims: { htu: 'https://localhost:8080/fhir/R4/Patient' } }, 'htu'],
    ['with our address in the name', { claims: { htu: `${ORIGIN}@evil.example/fhir/R4/Patient` } }, 'htu'],
    ['without an address', { claims: { htu: undefined } }, 'htu'],
    ['of no address at all', { claims: { htu: '/fhir/R4/Patient' } }, 'htu'],
    ['61 seconds old', { claims: { iat: at - 61 } }, 'iat'],
    ['of a clock 11 seconds ahead', { claims: { iat: at + 11 } }, 'iat'],
    ['without a time', { claims: { iat: undefined } }, 'iat'],
    ['with a time that is no number', { claims: { iat: String(at) } }, 'iat'],
    ['of another token', { claims: { ath: `${ATH.slice(0, -1)}A` } }, 'ath'],
    ['of no token', { claims: { ath: undefined } }, 'ath'],
    ['without a number of its own', { claims: { jti: undefined } }, 'jti'],
    ['with an empty one', { claims: { jti: '' } }, 'jti'],
    ['with an endless one', { claims: { jti: 'x'.repeat(257) } }, 'jti'],
    ['that calls itself a JWT', { header: { typ: 'JWT' } }, 'typ'],
    ['that calls itself an access token', { header: { typ: 'at+jwt' } }, 'typ'],
    ['without a type', { header: { typ: undefined } }, 'typ'],
    ['without a key', { header: { jwk: undefined } }, 'jwk'],
    ['with members that must be understood', { header: { crit: ['b64'], b64: true } }, 'form'],
  ])('%s is refused', async (_, change, member) => {
    expect(wrong(asked(await proof(change)))).toBe(member)
  })

  test('that is signed by another key than it shows is refused', async () => {
    expect(wrong(asked(await proof({ header: { jwk: other.jwk } })))).toBe('signature')
    // Also after the same header came with a good signature: what is remembered is the key, not the trust.
    expect(wrong(asked(await proof({ sign: other })))).toBe('none')
    expect(wrong(asked(await proof({ header: { jwk: other.jwk } })))).toBe('signature')
  })

  test('that was changed after signing is refused', async () => {
    const [header, , signature] = (await proof()).split('.')
    const forged = part({ jti: 'j-2', htm: 'GET', htu: `${ORIGIN}/fhir/R4/Patient`, iat: at, ath: ATH })
    expect(wrong(asked(`${header}.${forged}.${signature}`))).toBe('signature')
  })

  test('with a private key in it is refused, whoever signed', async () => {
    const { privateKey, publicKey } = await generateKeyPair('ES256', { extractable: true })
    const jwk = { ...(await exportJWK(publicKey)), d: (await exportJWK(privateKey)).d! }
    expect(wrong(asked(await proof({ header: { jwk }, sign: { privateKey, jwk } })))).toBe('jwk')
  })

  test.each<[string, () => string, string]>([
    ['alg none', () => handmade({ typ: 'dpop+jwt', alg: 'none', jwk: key.jwk }, () => 'AA'), 'alg'],
    ['alg none, unsigned', () => handmade({ typ: 'dpop+jwt', alg: 'none', jwk: key.jwk }, () => ''), 'form'],
    [
      'HS256 with the public key as the secret',
      () =>
        handmade({ typ: 'dpop+jwt', alg: 'HS256', jwk: key.jwk }, (signed) =>
          createHmac('sha256', JSON.stringify(key.jwk)).update(signed).digest('base64url'),
        ),
      'alg',
    ],
    ['a shared secret as the key', () => handmade({ typ: 'dpop+jwt', alg: 'ES256', jwk: { kty: 'oct', k: 'AAAA' } }, () => 'AA'), 'jwk'],
    ['an algorithm of another key type', () => handmade({ typ: 'dpop+jwt', alg: 'RS256', jwk: key.jwk }, () => 'AA'), 'jwk'],
    ['the algorithm of a longer curve', () => handmade({ typ: 'dpop+jwt', alg: 'ES384', jwk: key.jwk }, () => 'AA'), 'jwk'],
    ['a key off its curve', () => handmade({ typ: 'dpop+jwt', alg: 'ES256', jwk: { ...key.jwk, x: 'AAAA' } }, () => 'AA'), 'jwk'],
    [
      'an algorithm named like a member of every object',
      () => handmade({ typ: 'dpop+jwt', alg: 'constructor', jwk: key.jwk }, () => 'AA'),
      'alg',
    ],
    ['two proofs', () => 'a.b.c, d.e.f', 'form'],
    ['no JSON', () => 'a.b.c', 'form'],
    ['something endless', () => `${'a'.repeat(6_000)}.b.c`, 'form'],
  ])('%s is refused', (_, make, member) => {
    expect(wrong(asked(make()))).toBe(member)
  })

  test('a missing one is told apart, and none is good where the server knows no address of its own', async () => {
    expect(wrong(asked(undefined))).toBe('missing')
    expect(wrong(asked(await proof(), { origins: [] }))).toBe('htu')
  })

  test('a short RSA key is refused', async () => {
    const { generateKeyPairSync } = await import('node:crypto')
    const short = generateKeyPairSync('rsa', { modulusLength: 1024 }).publicKey.export({ format: 'jwk' })
    expect(wrong(asked(handmade({ typ: 'dpop+jwt', alg: 'RS256', jwk: short }, () => 'AA')))).toBe('jwk')
  })
})

describe('a proof is good once', () => {
  let platform: Platform
  beforeAll(async () => {
    platform = await openPlatform()
  })
  afterAll(() => platform?.close())
  const once = async (jti: string, sign = key) => {
    const answer = asked(await proof({ claims: { jti }, sign }))
    if ('wrong' in answer) throw new Error(answer.wrong)
    return answer.once
  }

  test('also when it comes many times in one moment; another key may use the same number', async () => {
    const claim = await once('same')
    const answers = await Promise.all(Array.from({ length: 20 }, () => claimProof(platform.db, claim)))
    expect(answers.filter(Boolean)).toHaveLength(1)
    expect(await claimProof(platform.db, claim)).toBe(false)
    expect(await claimProof(platform.db, await once('same', other))).toBe(true)
    expect(await claimProof(platform.db, await once('another'))).toBe(true)
  })

  test('what is forgotten is too old to be accepted', async () => {
    const claim = await once('old')
    await claimProof(platform.db, claim)
    await forgetProofs(platform.db, claim.until)
    expect(await claimProof(platform.db, claim), 'still remembered').toBe(false)
    const later = new Date(claim.until.getTime() + 1)
    await forgetProofs(platform.db, later)
    expect(wrong(asked(await proof({ claims: { jti: 'old' } }), { now: later }))).toBe('iat')
  })
})
