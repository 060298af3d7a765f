import fc from 'fast-check'
import { describe, expect, test } from 'vitest'
import { JWS_TYPE, openDetached, signDetached } from '#kernel/detached-jws'
import { privateKeyPemOf } from '#packages/x509'
import { softwareSigner } from './software-signer.ts'
import { ca, craft, keys, NOW, otherKeys, verifierOf } from './test-lab.ts'

const document = Buffer.from('{"resourceType":"Bundle"}')
const signer = softwareSigner({
  hanako: { certificateChain: [craft(), ca.users.certificatePem], privateKeyPem: privateKeyPemOf(keys.privateKey), pin: '246810' },
  mallory: {
    certificateChain: [craft({ pair: otherKeys, licences: null })],
    privateKeyPem: privateKeyPemOf(otherKeys.privateKey),
    pin: '246810',
  },
})
const signedBy = (keyRef: string) =>
  signDetached({ signer, keyRef, pin: '246810', document, contentType: 'application/fhir+json', at: NOW })
const jws = await signedBy('hanako')
const [header = '', , signature = ''] = jws.split('.')
const encode = (value: unknown) => Buffer.from(typeof value === 'string' ? value : JSON.stringify(value)).toString('base64url')
const headerNow = JSON.parse(Buffer.from(header, 'base64url').toString()) as Record<string, unknown>

async function outcome(text: string, content: Uint8Array = document): Promise<string> {
  const opened = openDetached(text, content)
  if (opened === null) return 'not ours'
  const { certificatePem, signature: bytes, signedData, header: read } = opened
  const about = { staffId: 's', act: 'prescribe' as const, at: NOW }
  const found = await verifierOf().check({ ...about, certificatePem, algorithm: read.alg, signature: bytes, data: signedData })
  return 'refused' in found ? found.refused : 'accepted'
}

test('a signed document comes back as signed, with what the header says', async () => {
  expect(await outcome(jws)).toBe('accepted')
  expect(openDetached(jws, document)!.header).toMatchObject({
    alg: 'RS256',
    typ: JWS_TYPE,
    cty: 'application/fhir+json',
    iat: NOW.getTime() / 1000,
  })
})

describe('wrapping, confusion and other writing (A15, A16)', () => {
  const malloryHeader = async () => (await signedBy('mallory')).split('.')
  const other: [string, () => string | Promise<string>, string][] = [
    ['another document', () => jws, 'signing-signature-invalid'],
    ['content inside as well', () => `${header}.${encode('{}')}.${signature}`, 'not ours'],
    ['the signed content inside as well', () => `${header}.${document.toString('base64url')}.${signature}`, 'not ours'],
    ['two signatures', () => `${jws}.${signature}`, 'not ours'],
    ['a header that names no algorithm', () => `${encode({ ...headerNow, alg: 'none' })}..${signature}`, 'not ours'],
    ['a shared secret as the algorithm', () => `${encode({ ...headerNow, alg: 'HS256' })}..${signature}`, 'not ours'],
    [
      'another algorithm over the same signature',
      () => `${encode({ ...headerNow, alg: 'PS256' })}..${signature}`,
      'signing-signature-invalid',
    ],
    ['a key of its own', () => `${encode({ ...headerNow, jwk: otherKeys.publicKey.export({ format: 'jwk' }) })}..${signature}`, 'not ours'],
    ['an address for the key', () => `${encode({ ...headerNow, jku: 'https://evil.example/jwks' })}..${signature}`, 'not ours'],
    ['an address for the certificate', () => `${encode({ ...headerNow, x5u: 'https://evil.example/c' })}..${signature}`, 'not ours'],
    ['a key id', () => `${encode({ ...headerNow, kid: '../../etc/passwd' })}..${signature}`, 'not ours'],
    ['content not encoded (b64)', () => `${encode({ ...headerNow, b64: false, crit: ['b64'] })}..${signature}`, 'not ours'],
    ['alg twice', () => `${encode(`{"alg":"none",${JSON.stringify(headerNow).slice(1)}`)}..${signature}`, 'not ours'],
    ['members in another order', () => `${encode({ typ: JWS_TYPE, ...headerNow, alg: 'RS256' })}..${signature}`, 'not ours'],
    ['white space in the header', () => `${encode(JSON.stringify(headerNow, null, 1))}..${signature}`, 'not ours'],
    [
      'somebody else’s certificate before the signer’s',
      async () =>
        `${encode({ ...headerNow, x5c: [craft({ pair: otherKeys }).replace(/-----[A-Z ]+-----|\s+/g, ''), ...(headerNow.x5c as string[])] })}..${signature}`,
      'signing-signature-invalid',
    ],
    [
      'the signer’s certificate on another’s signature',
      async () => `${header}..${(await malloryHeader())[2]}`,
      'signing-signature-invalid',
    ],
    ['a signer without licence', () => signedBy('mallory'), 'signing-role-missing'],
    ['no certificate', () => `${encode({ ...headerNow, x5c: [] })}..${signature}`, 'not ours'],
    [
      'a hundred certificates',
      () => `${encode({ ...headerNow, x5c: Array.from({ length: 100 }, () => 'AAAA') })}..${signature}`,
      'not ours',
    ],
    ['another time claimed', () => `${encode({ ...headerNow, iat: 1 })}..${signature}`, 'signing-signature-invalid'],
    ['padding', () => `${header}..${signature}==`, 'not ours'],
    ['a letter of the other alphabet', () => `${header}..${signature.replace(/[-_A]/, '+')}`, 'not ours'],
    ['no signature', () => `${header}..`, 'not ours'],
    ['nothing', () => '', 'not ours'],
    ['endless', () => 'a'.repeat(1_000_000), 'not ours'],
  ]
  test.each(other)('%s', async (name, make, expected) => {
    expect(await outcome(await make(), name === 'another document' ? Buffer.from('{}') : document)).toBe(expected)
  })

  test('no single changed character is accepted', async () => {
    const changed = fc
      .record({ index: fc.nat(jws.length - 1), to: fc.constantFrom(...'ABCxyz019-_.') })
      .filter(({ index, to }) => jws[index] !== to)
    await fc.assert(
      fc.asyncProperty(changed, async ({ index, to }) => {
        expect(await outcome(jws.slice(0, index) + to + jws.slice(index + 1))).not.toBe('accepted')
      }),
      { numRuns: 300 },
    )
  })
})
