import { generateKeyPairSync, type KeyObject } from 'node:crypto'
import { describe, expect, test } from 'vitest'
import { calculateJwkThumbprint } from 'jose'
import { judgeKeys, jwkThumbprint, showsPrivateKey } from './key-rules.ts'

const NOW = new Date('2026-11-22T03:00:00Z')
const ec = (namedCurve: string) => generateKeyPairSync('ec', { namedCurve })
const rsa = (modulusLength: number) => generateKeyPairSync('rsa', { modulusLength })
const jwk = (key: KeyObject, more: object = {}): object => ({ ...key.export({ format: 'jwk' }), kid: 'k', ...more })
const judged = (...keys: object[]) => judgeKeys(JSON.stringify({ keys }), NOW)

const strong = ec('P-384')
const rsa2048 = rsa(2048)

describe('keys that the register takes', () => {
  test.each([
    ['P-384', jwk(strong.publicKey, { alg: 'ES384' }), 'EC P-384'],
    ['P-256', jwk(ec('P-256').publicKey), 'EC P-256'],
    ['RSA 2048', jwk(rsa2048.publicKey, { alg: 'RS384', use: 'sig' }), 'RSA 2048'],
  ])('%s', (_name, key, about) => {
    expect(judged(key)).toMatchObject({ findings: [], keys: [{ about, kid: 'k', form: 'jwk' }] })
  })

  test('one JWK alone, and the thumbprint of RFC 7638', async () => {
    const one = jwk(strong.publicKey) as { kid: string }
    const { keys } = judgeKeys(JSON.stringify(one), NOW)
    expect(keys[0]?.thumbprint).toBe(await calculateJwkThumbprint(one as object))
    expect(jwkThumbprint(one)).toBe(keys[0]?.thumbprint)
  })

  test('of what was pasted only the members of the public key are kept', () => {
    expect(Object.keys(judged(jwk(strong.publicKey, { alg: 'ES384', x5c: ['x'], note: 'y' })).keys[0]?.jwk ?? {}).sort()).toEqual(
      ['alg', 'crv', 'kid', 'kty', 'use', 'x', 'y'].sort(),
    )
  })
})

describe('keys that it does not take', () => {
  test.each([
    ['RSA 1024', jwk(rsa(1024).publicKey), '弱すぎ'],
    ['another curve', jwk(ec('secp256k1').publicKey), 'この種類の鍵'],
    ['P-521', jwk(ec('P-521').publicKey), 'この種類の鍵'],
    ['Ed25519', jwk(generateKeyPairSync('ed25519').publicKey), '読めません'],
    ['for encryption', jwk(strong.publicKey, { use: 'enc' }), 'use: sig'],
    ['none', jwk(strong.publicKey, { alg: 'none' }), '使えません'],
    ['HS256', jwk(strong.publicKey, { alg: 'HS256' }), '使えません'],
    ['a point off the curve', { ...jwk(strong.publicKey), x: 'AAAA' }, '読めません'],
    ['text', 'x' as unknown as object, '鍵の形'],
  ])('%s', (_name, key, says) => {
    const { keys, findings } = judged(key)
    expect(keys).toEqual([])
    expect(findings[0]?.ja).toContain(says)
  })

  test.each([
    ['a private JWK', JSON.stringify(jwk(strong.privateKey))],
    ['a private JWK among public ones', JSON.stringify({ keys: [jwk(strong.publicKey), jwk(rsa2048.privateKey)] })],
    ['a shared secret', JSON.stringify({ kty: 'oct', k: 'c2VjcmV0' })],
    ['PEM', strong.privateKey.export({ format: 'pem', type: 'pkcs8' }).toString()],
    ['PEM of another form', strong.privateKey.export({ format: 'pem', type: 'sec1' }).toString()],
    ['one that is broken besides', `{"kty":"EC","d" : "abc",`],
  ])('%s is refused as secret', (_name, text) => {
    const { keys, findings, secret } = judgeKeys(text, NOW)
    expect({ keys, secret }).toEqual({ keys: [], secret: true })
    expect(findings[0]?.en).toContain('private key')
    expect(JSON.stringify(findings)).not.toContain(text.slice(8, 24))
  })

  test('control: a public key is not taken for a secret', () => expect(showsPrivateKey(JSON.stringify(jwk(strong.publicKey)))).toBe(false))

  test.each([['x'], ['{}'], ['{"keys":[]}'], ['[]'], ['-----BEGIN CERTIFICATE-----\nx\n-----END CERTIFICATE-----'], ['x'.repeat(70_000)]])(
    '%s',
    (text) => {
      const { keys, findings } = judgeKeys(text, NOW)
      expect(keys).toEqual([])
      expect(findings.length).toBeGreaterThan(0)
    },
  )

  test('two keys of one kid', () => {
    expect(judged(jwk(strong.publicKey), jwk(ec('P-256').publicKey)).findings[0]?.ja).toContain('同じ kid')
  })
})
