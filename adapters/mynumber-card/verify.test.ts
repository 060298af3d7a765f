import { constants, sign } from 'node:crypto'
import fc from 'fast-check'
import { describe, expect, test } from 'vitest'
import { extension, nothing, octets, OID, parseCertificatePem, pemOf, sha256WithRsa, signed } from '#packages/x509'
import { cardRefusals } from './card-refusals.ts'
import {
  answerTo,
  at,
  type Craft,
  ca,
  challenge,
  craft,
  curveKeys,
  keys,
  laterBy,
  NOW,
  otherKeys,
  outcome,
  shortKeys,
  smallExponentKeys,
  twin,
  verifierOf,
} from './test-lab.ts'
import { type VerifierOptions, verifySignature } from './verify.ts'

const check = (pem: string, now = NOW, options: Partial<VerifierOptions> = {}) => outcome(verifierOf(options).verifyCertificate(pem, now))

describe('a certificate that is right', () => {
  test('is accepted, with its serial, issuer and validity', async () => {
    const found = await verifierOf().verifyCertificate(craft(), NOW)
    expect(found).toMatchObject({ serial: '4d00000000000001', notAfter: at('2030-12-31T14:59:59Z') })
    expect(found).toHaveProperty('issuerKeyHash', expect.stringMatching(/^[0-9a-f]{64}$/))
  })

  test.each([
    ['without extended key usage', { extendedKeyUsage: null }],
    ['with any extended key usage', { extendedKeyUsage: OID.anyExtendedKeyUsage }],
    ['with a note that need not be understood', { more: [extension('1.2.3.4', nothing())] }],
  ] satisfies [string, Craft][])('is accepted %s', async (_name, wanted) => {
    expect(await check(craft(wanted))).toBe('accepted')
  })

  test('is accepted again from memory', async () => {
    const verifier = verifierOf()
    for (let time = 0; time < 3; time++) expect(await outcome(verifier.verifyCertificate(craft(), NOW))).toBe('accepted')
  })
})

describe('a certificate that is wrong (A16)', () => {
  const otherPolicy = '1.2.392.200149.8.5.1.1.20'
  const trustsTwin = { trustAnchors: [twin.root.certificatePem], intermediates: [twin.users.certificatePem] }
  // Each row: what is wrong, and a control under which the same certificate passes, so that nothing else can be the reason.
  test.each<[string, Craft, keyof typeof cardRefusals, { now?: Date; options?: Partial<VerifierOptions> } | null]>([
    ['expired', { notAfter: at('2026-11-22T00:59:59Z') }, 'certificate-expired', { now: at('2026-11-22T00:59:59Z') }],
    ['not yet valid', { notBefore: at('2026-11-22T01:00:01Z') }, 'certificate-not-yet-valid', { now: at('2026-11-22T01:00:01Z') }],
    ['of an authority of the same name with another key', { issuer: twin.users }, 'certificate-unknown-ca', { options: trustsTwin }],
    ['of the other key, claiming our key id', { issuer: { ...twin.users, keyId: ca.users.keyId } }, 'certificate-unknown-ca', null],
    ['of our key in another name', { issuer: { ...ca.users, subject: ca.root.subject } }, 'certificate-unknown-ca', null],
    ['of no policy', { policy: null }, 'certificate-wrong-policy', null],
    ['of the signing policy', { policy: otherPolicy }, 'certificate-wrong-policy', { options: { policyOid: otherPolicy } }],
    ['of a policy that only begins alike', { policy: '1.2.392.200149.8.5.1.3.300' }, 'certificate-wrong-policy', null],
    ['of no key usage', { keyUsage: null }, 'certificate-wrong-key-usage', null],
    ['for encryption only', { keyUsage: 0x20 }, 'certificate-wrong-key-usage', null],
    ['for signing certificates too', { keyUsage: 0x84 }, 'certificate-wrong-key-usage', null],
    ['for servers', { extendedKeyUsage: '1.3.6.1.5.5.7.3.1' }, 'certificate-wrong-key-usage', null],
    ['an authority itself', { authority: true }, 'certificate-wrong-key-usage', null],
    ['with an RSA key of 1,024 bits', { pair: shortKeys }, 'certificate-weak-key', null],
    ['with an elliptic key', { pair: curveKeys }, 'certificate-weak-key', null],
    ['with an exponent of three', { pair: smallExponentKeys }, 'certificate-weak-key', null],
    ['with a mark that must be understood and is not', { more: [extension('1.2.3.4', nothing(), true)] }, 'certificate-malformed', null],
    ['with an extension twice', { more: [extension(OID.subjectKeyId, octets(Buffer.alloc(20)))] }, 'certificate-malformed', null],
  ])('%s is refused', async (_name, wanted, refusal, control) => {
    const pem = craft(wanted)
    expect(await check(pem)).toBe(refusal)
    if (control !== null) expect(await check(pem, control.now ?? NOW, control.options)).toBe('accepted')
  })

  test('signed by a card instead of an authority is refused, though the card is genuine', async () => {
    const card = craft()
    const forger = { ...ca.users, certificatePem: card, privateKey: keys.privateKey, publicKey: keys.publicKey }
    expect(await check(craft({ issuer: forger, pair: otherKeys }))).toBe('certificate-unknown-ca')
  })

  test('a genuine certificate that is kept in memory still expires', async () => {
    const verifier = verifierOf()
    const pem = craft({ notAfter: laterBy(1000) })
    expect(await outcome(verifier.verifyCertificate(pem, NOW))).toBe('accepted')
    expect(await outcome(verifier.verifyCertificate(pem, laterBy(1000)))).toBe('accepted')
    expect(await outcome(verifier.verifyCertificate(pem, laterBy(1001)))).toBe('certificate-expired')
  })

  test('falls with its authority', async () => {
    const pem = craft({ notAfter: at('2060-01-01T00:00:00Z') })
    expect(await check(pem, at('2036-01-01T00:00:00Z'))).toBe('accepted')
    expect(await check(pem, at('2040-01-01T00:00:00Z'))).toBe('certificate-unknown-ca')
  })

  test('an invalid clock lets nothing through', async () => {
    await expect(verifierOf().verifyCertificate(craft(), new Date(Number.NaN))).rejects.toThrow(RangeError)
  })
})

describe('bytes that are not a certificate', () => {
  const pem = craft()
  const der = Buffer.from(pem.replace(/-----[A-Z ]+-----|\s/g, ''), 'base64')

  test.each([
    ['empty', ''],
    ['no PEM at all', 'hello'],
    ['two certificates', pem + pem],
    ['words before it', `hello\n${pem}`],
    ['another label', pem.replaceAll('CERTIFICATE', 'PUBLIC KEY')],
    ['not base64', pem.replace('MII', 'M*I')],
    ['truncated', pemOf(der.subarray(0, -1))],
    ['cut in the middle', pemOf(der.subarray(0, der.length >> 1))],
    ['trailing bytes', pemOf(Buffer.concat([der, Buffer.from([0, 0])]))],
    ['a giant', `-----BEGIN CERTIFICATE-----\n${'A'.repeat(1_000_000)}\n-----END CERTIFICATE-----`],
    ['nested without end', pemOf(Buffer.alloc(8000, Buffer.from([0x30, 0x80])))],
  ])('%s is refused as malformed', async (_name, text) => {
    expect(await check(text)).toBe('certificate-malformed')
  })

  test('the algorithm inside must be the one outside, even where the authority signed it so', async () => {
    const resigned = (change: (tbs: Buffer) => void) => {
      const tbs = Buffer.from(parseCertificatePem(pem)!.tbs)
      change(tbs)
      return pemOf(signed(tbs, ca.users.privateKey))
    }
    const algorithm = sha256WithRsa()
    expect(await check(resigned(() => undefined))).toBe('accepted')
    expect(await check(resigned((tbs) => tbs.writeUInt8(0x0d, tbs.indexOf(algorithm) + algorithm.length - 3)))).toBe(
      'certificate-malformed',
    )
  })

  test('the limit is on the text: one just below 16 KB is read, and spaces around it do not matter', async () => {
    expect(await check(`\r\n ${pem.replaceAll('\n', '\r\n')} \n`)).toBe('accepted')
    expect(await check(pem + ' '.repeat(16 * 1024 - pem.length))).toBe('accepted')
    expect(await check(pem + ' '.repeat(16 * 1024 - pem.length + 1))).toBe('certificate-malformed')
  })

  test('no single changed byte is ever accepted, nor makes it throw', async () => {
    const verifier = verifierOf()
    const changed = fc.record({ index: fc.nat(der.length - 1), to: fc.nat(255) }).filter(({ index, to }) => der[index] !== to)
    await fc.assert(
      fc.asyncProperty(changed, async ({ index, to }) => {
        const copy = Buffer.from(der)
        copy[index] = to
        expect(['certificate-malformed', 'certificate-unknown-ca']).toContain(await outcome(verifier.verifyCertificate(pemOf(copy), NOW)))
      }),
      { numRuns: 600 },
    )
  })
})

describe('the card’s answer', () => {
  const pem = craft()
  const pss = { key: keys.privateKey, padding: constants.RSA_PKCS1_PSS_PADDING }
  test.each<[string, Uint8Array]>([
    ['over another challenge', answerTo(Buffer.from('another'))],
    ['by another key', answerTo(challenge, otherKeys)],
    ['with PSS padding', sign('sha256', challenge, pss)],
    ['with SHA-1', sign('sha1', challenge, keys.privateKey)],
    ['empty', new Uint8Array()],
    ['cut', answerTo(challenge).subarray(1)],
    ['with a byte more', Buffer.concat([answerTo(challenge), Buffer.from([0])])],
    ['all zero', new Uint8Array(256)],
  ])('%s is refused', async (_name, signature) => {
    expect(await outcome(verifierOf().checkCard({ certificatePem: pem, signature, challenge, now: NOW }))).toBe('signature-invalid')
  })

  test('by the card’s key over our challenge is accepted', async () => {
    const answer = { certificatePem: pem, signature: answerTo(challenge), challenge, now: NOW }
    expect(await outcome(verifierOf().checkCard(answer))).toBe('accepted')
    expect(verifySignature(keys.publicKey, challenge, answer.signature)).toBe(true)
  })

  test('is judged before anyone is asked about revocation', async () => {
    let asked = 0
    const counting = { known: () => null, ask: async () => ({ status: 'good', asked: asked++ }) as const }
    const verifier = verifierOf({ revocation: counting })
    await verifier.checkCard({ certificatePem: pem, signature: new Uint8Array(256), challenge, now: NOW })
    expect(asked).toBe(0)
    await verifier.checkCard({ certificatePem: pem, signature: answerTo(challenge), challenge, now: NOW })
    expect(asked).toBe(1)
  })
})

describe('configuration fails at start', () => {
  test.each<[string, Partial<VerifierOptions>, RegExp]>([
    ['an intermediate of another root', { trustAnchors: [twin.root.certificatePem] }, /no configured trust anchor/],
    [
      'a certificate with the right but no mark of an authority',
      { trustAnchors: [craft({ keyUsage: 0x06 })] },
      /may not sign certificates/,
    ],
    ['a card as an anchor', { trustAnchors: [craft()] }, /may not sign certificates/],
    ['text that is no certificate', { trustAnchors: ['x'] }, /not a readable certificate/],
  ])('%s', (_name, options, message) => {
    expect(() => verifierOf(options)).toThrow(message)
  })

  test('a verifier that trusts no one accepts no one', async () => {
    expect(await check(craft(), NOW, { trustAnchors: [], intermediates: [] })).toBe('certificate-unknown-ca')
  })
})

test('every refusal says in both languages what to do', () => {
  for (const { ja, en } of Object.values(cardRefusals)) {
    expect(ja).toMatch(/ください|できます/)
    expect(en.length).toBeGreaterThan(40)
  }
})
