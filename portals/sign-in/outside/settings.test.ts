import { generateKeyPairSync } from 'node:crypto'
import { describe, expect, test } from 'vitest'
import { outsideSettings } from './settings.ts'

const pem = (curve: string) =>
  generateKeyPairSync('ec', { namedCurve: curve }).privateKey.export({ type: 'pkcs8', format: 'pem' }).toString()
const files: Record<string, string> = {
  'key.pem': pem('P-256'),
  'k384.pem': pem('P-384'),
  'odd.pem': pem('secp256k1'),
  'short.pem': generateKeyPairSync('rsa', { modulusLength: 1024 }).privateKey.export({ type: 'pkcs8', format: 'pem' }).toString(),
  secret: 'a secret of the provider\n',
  tiny: 'short',
}
const read = async (name: string): Promise<string> => files[name] ?? Promise.reject(new Error('ENOENT'))
const good = {
  issuer: 'https://login.example.jp',
  clientId: 'enishi',
  keyFile: 'key.pem',
  acr: ['urn:level:high'],
  name: { ja: '県民ID', en: 'Prefecture ID' },
}
const settings = (change: Record<string, unknown> = {}) => outsideSettings('citizen', JSON.stringify({ ...good, ...change }), read)

describe('settings of a provider', () => {
  test('name issuer, client and key; only the issuer’s own host is called, over TLS', async () => {
    expect(await settings()).toMatchObject({
      claim: 'sub',
      proof: { by: 'key', alg: 'ES256', audience: 'issuer' },
      hosts: [{ host: 'login.example.jp', plain: false, inside: false }],
    })
    expect(await settings({ keyFile: 'k384.pem' })).toMatchObject({ proof: { alg: 'ES384' } })
    expect(await settings({ keyFile: undefined, secretFile: 'secret' })).toMatchObject({
      proof: { by: 'secret', secret: 'a secret of the provider' },
    })
    expect(await settings({ hosts: 'login.example.jp,keys.example.jp:8443+private' })).toMatchObject({
      hosts: [{}, { host: 'keys.example.jp', inside: true }],
    })
    expect(await settings({ issuer: 'http://localhost:9000' })).toMatchObject({
      hosts: [{ host: 'localhost', port: 9000, plain: true, inside: true }],
    })
  })

  test.each([
    ['plain HTTP elsewhere', { issuer: 'http://login.example.jp' }, 'issuer'],
    ['an issuer with a query', { issuer: 'https://login.example.jp/?a=b' }, 'issuer'],
    ['no key and no secret', { keyFile: undefined }, 'keyFile'],
    ['both', { secretFile: 'secret' }, 'keyFile'],
    ['a file that is not there', { keyFile: 'none.pem' }, 'none.pem'],
    ['a key of a curve nobody here reads', { keyFile: 'odd.pem' }, 'keyFile'],
    ['an RSA key that is too short', { keyFile: 'short.pem' }, 'keyFile'],
    ['a secret that can be guessed', { keyFile: undefined, secretFile: 'tiny' }, 'secretFile'],
    ['nothing said of strength', { acr: [] }, 'acr'],
    ['a password as strength', { acr: [], amr: ['pwd'] }, 'amr'],
    ['a text message as strength', { acr: [], amr: ['hwk', 'sms'] }, 'amr'],
    ['a member nobody knows', { verify: false }, 'verify'],
    ['hosts that cannot be read', { hosts: 'https://x' }, 'hosts'],
  ])('%s stops the start, and says where', async (_what, change, where) => {
    await expect(settings(change)).rejects.toThrow(where)
  })

  test('what is wrong is said without the secret', async () => {
    const wrong = await outsideSettings(
      'staff',
      JSON.stringify({ ...good, clientId: 1, keyFile: undefined, secretFile: 'secret' }),
      read,
    ).catch(String)
    expect(wrong).not.toContain('a secret of the provider')
    await expect(outsideSettings('staff', '{', read)).rejects.toThrow('JSON')
  })
})
