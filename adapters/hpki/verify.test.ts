import { createHmac, publicEncrypt, constants } from 'node:crypto'
import fc from 'fast-check'
import { describe, expect, test } from 'vitest'
import { type SignatureAlgorithm, type SignatureToCheck, type SigningAct, signingActs, type SigningRefusal } from '#kernel/signing'
import { refusals } from '#kernel/refusals'
import { crlFile, element, explicit, extension, issueCrl, nothing, oid, parseCertificatePem, pemOf, sequence, utf8 } from '#packages/x509'
import { issueStaffCertificate } from './demo-ca.ts'
import { HC_ROLE } from './hc-role.ts'
import { AUTHENTICATION_POLICY, SIGNING_POLICY } from './policy.ts'
import { signBy } from './software-signer.ts'
import {
  at,
  ca,
  type Craft,
  craft,
  curveKeys,
  DAY,
  keys,
  laterBy,
  NOW,
  oddCurveKeys,
  otherKeys,
  registerOf,
  shortKeys,
  twin,
  verifierOf,
} from './test-lab.ts'
import type { HpkiOptions } from './verify.ts'

const data = Buffer.from('a prescription as the prescriber saw it')
const asked = (changes: Partial<SignatureToCheck> = {}): SignatureToCheck => ({
  staffId: 'staff-1',
  act: 'prescribe',
  at: NOW,
  certificatePem: craft(),
  algorithm: 'RS256',
  signature: signBy('RS256', keys.privateKey, data),
  data,
  ...changes,
})
async function outcome(changes: Partial<SignatureToCheck> = {}, options: Partial<HpkiOptions> = {}): Promise<SigningRefusal | 'accepted'> {
  const found = await verifierOf(options).check(asked(changes))
  return 'refused' in found ? found.refused : 'accepted'
}

describe('a signature that is right', () => {
  test('is accepted, with the role and the name', async () => {
    expect(await verifierOf().check(asked())).toEqual({
      role: 'physician',
      serial: '5a00000000000001',
      issuerKeyHash: expect.stringMatching(/^[0-9a-f]{64}$/) as string,
      name: 'Hanako Enishi',
    })
  })

  test('the demo authority’s certificate is one', async () => {
    const times = { notBefore: laterBy(-DAY), notAfter: laterBy(DAY) }
    const certificatePem = issueStaffCertificate(ca, {
      serial: '77',
      name: 'Taro',
      roles: ['physician'],
      publicKey: keys.publicKey,
      ...times,
    })
    expect(await outcome({ certificatePem })).toBe('accepted')
  })
})

type Control = { ask?: Partial<SignatureToCheck>; options?: Partial<HpkiOptions> }

describe('a certificate that is wrong (A16)', () => {
  const trustsTwin = { trustAnchors: [twin.root.certificatePem], intermediates: [twin.users.certificatePem] }
  const otherPolicy = { policyOids: [AUTHENTICATION_POLICY] }
  // Each row: what is wrong, and a control under which the same certificate passes, so that nothing else can be the reason.
  test.each<[string, Craft, SigningRefusal, Control | null]>([
    [
      'expired when it signed',
      { notAfter: at('2026-11-22T00:59:59Z') },
      'signing-certificate-expired',
      { ask: { at: at('2026-11-22T00:59:59Z') } },
    ],
    [
      'not yet valid when it signed',
      { notBefore: at('2026-11-22T01:00:01Z') },
      'signing-certificate-not-yet-valid',
      { ask: { at: at('2026-11-22T01:00:01Z') } },
    ],
    [
      'of an authority of the same name with another key',
      { issuer: twin.users },
      'signing-certificate-unknown-ca',
      { options: trustsTwin },
    ],
    ['of the other key, claiming our key id', { issuer: { ...twin.users, keyId: ca.users.keyId } }, 'signing-certificate-unknown-ca', null],
    ['of no policy', { policy: null }, 'signing-certificate-wrong-policy', null],
    ['of the policy for signing in', { policy: AUTHENTICATION_POLICY }, 'signing-certificate-wrong-policy', { options: otherPolicy }],
    ['of a policy that only begins alike', { policy: `${SIGNING_POLICY}0` }, 'signing-certificate-wrong-policy', null],
    ['of no key usage', { keyUsage: null }, 'signing-certificate-wrong-key-usage', null],
    ['for signing in', { keyUsage: 0x80 }, 'signing-certificate-wrong-key-usage', null],
    ['for both: what it signed at sign-in could be a document', { keyUsage: 0xc0 }, 'signing-certificate-wrong-key-usage', null],
    ['for signing certificates too', { keyUsage: 0x44 }, 'signing-certificate-wrong-key-usage', null],
    ['an authority itself', { authority: true }, 'signing-certificate-wrong-key-usage', null],
    ['with an RSA key of 1,024 bits', { pair: shortKeys }, 'signing-certificate-weak-key', null],
    ['with a curve nobody agreed on', { pair: oddCurveKeys }, 'signing-certificate-weak-key', null],
    [
      'with a mark that must be understood and is not',
      { more: [extension('1.2.3.4', nothing(), true)] },
      'signing-certificate-malformed',
      null,
    ],
    ['without a licence', { licences: null }, 'signing-role-missing', null],
    [
      'with a licence under a scheme of its own',
      { licences: [{ licence: 'Medical Doctor', scheme: '1.2.3' }] },
      'signing-role-missing',
      { options: { roleSchemes: ['1.2.3'] } },
    ],
    ['with a licence written another way', { licences: [{ licence: 'medical doctor' }] }, 'signing-role-missing', null],
    ['with a licence that only looks alike', { licences: [{ licence: 'Medical Dоctor' }] }, 'signing-role-missing', null],
    [
      'of a pharmacist',
      { licences: [{ licence: 'Pharmacist' }] },
      'signing-role-mismatch',
      { ask: { act: 'dispense' }, options: { register: registerOf('pharmacist') } },
    ],
    ['of a nurse', { licences: [{ licence: 'Nurse' }] }, 'signing-role-mismatch', null],
  ])('%s is refused', async (_name, wanted, refusal, control) => {
    const certificatePem = craft(wanted)
    expect(await outcome({ certificatePem })).toBe(refusal)
    if (control !== null) expect(await outcome({ certificatePem, ...control.ask }, control.options)).toBe('accepted')
  })

  test('revoked, and of an authority whose list is stale, is refused', async () => {
    const listed = (serials: string[], nextUpdate = laterBy(DAY)) => {
      const revoked = serials.map((serial) => ({ serial, revokedAt: laterBy(-DAY) }))
      return { revocation: crlFile(async () => issueCrl(ca, { revoked, thisUpdate: laterBy(-2 * DAY), nextUpdate })) }
    }
    expect(await outcome({}, listed(['5a00000000000001']))).toBe('signing-certificate-revoked')
    expect(await outcome({}, listed([], laterBy(-DAY)))).toBe('signing-revocation-unknown')
    expect(await outcome({}, listed(['5a00000000000002'])), 'the control').toBe('accepted')
  })

  test.each(['', 'x', '-----BEGIN CERTIFICATE-----\nAAAA\n-----END CERTIFICATE-----', craft() + craft()])(
    '%.30j is none',
    async (certificatePem) => {
      expect(await outcome({ certificatePem })).toBe('signing-certificate-malformed')
    },
  )

  test('no single changed byte is ever accepted', async () => {
    const der = parseCertificatePem(craft())!.der
    const verifier = verifierOf()
    const changed = fc.record({ index: fc.nat(der.length - 1), to: fc.nat(255) }).filter(({ index, to }) => der[index] !== to)
    await fc.assert(
      fc.asyncProperty(changed, async ({ index, to }) => {
        const copy = Buffer.from(der)
        copy[index] = to
        expect(await verifier.check(asked({ certificatePem: pemOf(copy) }))).toHaveProperty('refused')
      }),
      { numRuns: 300 },
    )
  })
})

describe('the licence inside', () => {
  const actor = (...parts: Buffer[]) => sequence(explicit(0, element(0x31, ...parts)))
  const wrapped = (...actors: Buffer[]) => sequence(oid(HC_ROLE), element(0x31, element(0x31, ...actors)))
  const scheme = explicit(0, oid('1.2.392.100495.1.6.1.1'))
  const doctor = explicit(2, utf8('Medical Doctor'))
  test.each<[string, Buffer, SigningRefusal | 'accepted']>([
    ['as published: the control', sequence(wrapped(actor(scheme, doctor))), 'accepted'],
    ['beside another licence', sequence(wrapped(actor(scheme, explicit(2, utf8('Pharmacist'))), actor(scheme, doctor))), 'accepted'],
    ['twice over', sequence(wrapped(actor(scheme, doctor)), wrapped(actor(scheme, doctor))), 'signing-certificate-malformed'],
    ['without its scheme', sequence(wrapped(actor(doctor))), 'signing-role-missing'],
    ['with two texts', sequence(wrapped(actor(scheme, doctor, explicit(2, utf8('Nurse'))))), 'signing-certificate-malformed'],
    ['with two schemes', sequence(wrapped(actor(scheme, explicit(0, oid('1.2.3')), doctor))), 'signing-certificate-malformed'],
    ['a hundred times', sequence(wrapped(...Array.from({ length: 100 }, () => actor(scheme, doctor)))), 'signing-certificate-malformed'],
    ['of endless length', sequence(wrapped(actor(scheme, explicit(2, utf8('M'.repeat(5000)))))), 'signing-certificate-malformed'],
    ['as a number instead', sequence(wrapped(actor(scheme, explicit(2, oid('1.2.3'))))), 'signing-certificate-malformed'],
    ['as something else', sequence(oid(HC_ROLE)), 'signing-certificate-malformed'],
    ['under another attribute', sequence(sequence(oid('1.2.3.4'), element(0x31, doctor))), 'signing-role-missing'],
  ])('%s', async (_name, attributes, expected) => {
    expect(await outcome({ certificatePem: craft({ attributes }) })).toBe(expected)
  })
})

describe('the register at the instant of signing', () => {
  test.each<[string, Parameters<typeof registerOf>[0], SigningRefusal | 'accepted']>([
    ['knows the physician: the control', 'physician', 'accepted'],
    ['knows nobody by this certificate, or the licence has ended', null, 'signing-role-ended'],
    ['knows a dentist', 'dentist', 'signing-role-ended'],
  ])('%s', async (_name, role, expected) => {
    expect(await outcome({}, { register: registerOf(role) })).toBe(expected)
  })

  test('is asked about who asked, this certificate and this instant; and only when everything else stands', async () => {
    const questions: object[] = []
    const register = {
      roleAt: async (question: object) => {
        questions.push(question)
        return 'physician' as const
      },
    }
    await outcome({ signature: Buffer.alloc(256) }, { register })
    expect(questions).toEqual([])
    await outcome({ staffId: 'staff-7' }, { register })
    expect(questions).toEqual([{ staffId: 'staff-7', serial: '5a00000000000001', issuerKeyHash: expect.any(String) as string, at: NOW }])
  })

  const acts = Object.keys(signingActs) as SigningAct[]
  test.each(
    acts.flatMap((act) => (['Medical Doctor', 'Dentist', 'Pharmacist', 'Nurse'] as const).map((licence) => [act, licence] as const)),
  )('%s by a %s', async (act, licence) => {
    const role = { 'Medical Doctor': 'physician', Dentist: 'dentist', Pharmacist: 'pharmacist', Nurse: 'nurse' }[licence] as 'physician'
    const may = (signingActs[act].roles as readonly string[]).includes(role)
    const certificatePem = craft({ licences: [{ licence }] })
    expect(await outcome({ act, certificatePem }, { register: registerOf(role) })).toBe(may ? 'accepted' : 'signing-role-mismatch')
  })
})

describe('the signature itself (A15)', () => {
  const publicPem = keys.publicKey.export({ type: 'spki', format: 'pem' })
  test.each<[string, Partial<SignatureToCheck>, SigningRefusal]>([
    ['over another document', { signature: signBy('RS256', keys.privateKey, Buffer.from('another')) }, 'signing-signature-invalid'],
    ['by another key', { signature: signBy('RS256', otherKeys.privateKey, data) }, 'signing-signature-invalid'],
    ['empty', { signature: new Uint8Array() }, 'signing-signature-invalid'],
    ['all zero', { signature: new Uint8Array(256) }, 'signing-signature-invalid'],
    ['endless', { signature: new Uint8Array(100_000) }, 'signing-signature-invalid'],
    ['PSS given as PKCS #1', { signature: signBy('PS256', keys.privateKey, data) }, 'signing-signature-invalid'],
    ['by nothing', { algorithm: 'none' as SignatureAlgorithm, signature: new Uint8Array() }, 'signing-algorithm-refused'],
    [
      'by the public key as a secret',
      { algorithm: 'HS256' as SignatureAlgorithm, signature: createHmac('sha256', publicPem).update(data).digest() },
      'signing-algorithm-refused',
    ],
    ['by a curve, of an RSA key', { algorithm: 'ES256' }, 'signing-algorithm-refused'],
    ['by a name every object has', { algorithm: 'constructor' as SignatureAlgorithm }, 'signing-algorithm-refused'],
    [
      'encrypted to the key instead',
      { signature: publicEncrypt({ key: keys.publicKey, padding: constants.RSA_PKCS1_PADDING }, data) },
      'signing-signature-invalid',
    ],
  ])('%s is refused', async (_name, changes, refusal) => {
    expect(await outcome(changes)).toBe(refusal)
  })

  test('of a curve is accepted under its own name only', async () => {
    const certificatePem = craft({ pair: curveKeys })
    const signature = signBy('ES256', curveKeys.privateKey, data)
    expect(await outcome({ certificatePem, algorithm: 'ES256', signature })).toBe('accepted')
    expect(await outcome({ certificatePem, algorithm: 'ES384', signature })).toBe('signing-algorithm-refused')
    expect(await outcome({ certificatePem, algorithm: 'RS256', signature })).toBe('signing-algorithm-refused')
  })

  test('is judged before anybody is asked about revocation', async () => {
    let questions = 0
    const revocation = { known: () => null, ask: async () => ({ status: 'good', n: questions++ }) as const }
    await outcome({ signature: new Uint8Array(256) }, { revocation })
    await outcome({ certificatePem: craft({ licences: null }) }, { revocation })
    expect(questions).toBe(0)
    expect(await outcome({}, { revocation })).toBe('accepted')
    expect(questions).toBe(1)
  })
})

test('an instant that is none is a fault, not an acceptance', async () => {
  await expect(outcome({ at: new Date(Number.NaN) })).rejects.toThrow(RangeError)
})

test('every refusal of a signature has a code of its own and says what to do', () => {
  const own = Object.entries(refusals).filter(([code]) => code.startsWith('signing-'))
  expect(own.length).toBe(24)
  for (const [, { ja, en }] of own) {
    expect(ja).toMatch(/ください。|ロックされます。/)
    expect(en.length).toBeGreaterThan(40)
  }
})

describe('a certificate that somebody enters', () => {
  const inspected = async (text: string, options: Partial<HpkiOptions> = {}, when = NOW) => {
    const found = await verifierOf(options).inspect(text, when)
    return 'refused' in found ? found.refused : 'read'
  }
  const known = (status: 'revoked' | 'good'): HpkiOptions['revocation'] => ({ known: () => ({ status }), ask: async () => ({ status }) })
  const base64 = (pem: string) => pem.replace(/-----[A-Z ]+-----/g, '')

  test('is read with names, licences and days', async () => {
    expect(await verifierOf().inspect(craft(), NOW)).toEqual({
      pem: craft(),
      serial: '5a00000000000001',
      issuerKeyHash: expect.stringMatching(/^[0-9a-f]{64}$/) as string,
      issuerName: 'Demo HPKI-like Signing CA',
      name: 'Hanako Enishi',
      roles: ['physician'],
      notBefore: at('2026-01-01T00:00:00Z'),
      notAfter: at('2028-12-31T14:59:59Z'),
    })
  })

  const table: [string, () => Promise<string>, string][] = [
    ['the control: PEM', () => inspected(craft()), 'read'],
    ['the control: DER in base64, with its line breaks', () => inspected(base64(craft())), 'read'],
    ['nothing', () => inspected(''), 'signing-certificate-malformed'],
    ['words', () => inspected('この証明書です'), 'signing-certificate-malformed'],
    ['a private key', () => inspected('-----BEGIN PRIVATE KEY-----\nAAAA\n-----END PRIVATE KEY-----'), 'signing-certificate-malformed'],
    ['two certificates', () => inspected(craft() + craft()), 'signing-certificate-malformed'],
    ['more than a certificate can be', () => inspected('A'.repeat(20_000)), 'signing-certificate-malformed'],
    ['another authority of the same name', () => inspected(craft({ issuer: twin.users })), 'signing-certificate-unknown-ca'],
    ['one for signing in', () => inspected(craft({ keyUsage: 0x80 })), 'signing-certificate-wrong-key-usage'],
    ['another policy', () => inspected(craft({ policy: AUTHENTICATION_POLICY })), 'signing-certificate-wrong-policy'],
    ['no licence', () => inspected(craft({ licences: null })), 'signing-role-missing'],
    ['ended', () => inspected(craft(), {}, at('2029-01-01T00:00:00Z')), 'signing-certificate-expired'],
    ['not begun', () => inspected(craft(), {}, at('2025-12-31T00:00:00Z')), 'signing-certificate-not-yet-valid'],
    ['revoked', () => inspected(craft(), { revocation: known('revoked') }), 'signing-certificate-revoked'],
    [
      'nobody can say whether revoked',
      () => inspected(craft(), { revocation: crlFile(() => Promise.reject(new Error('no list'))) }),
      'signing-revocation-unknown',
    ],
  ]
  test.each(table)('%s', async (_name, attempt, expected) => {
    expect(await attempt()).toBe(expected)
  })
})

describe('a signature judged again', () => {
  const again = (changes: Partial<SignatureToCheck> = {}, options: Partial<HpkiOptions> = {}) => {
    const found = verifierOf(options).again(asked(changes))
    return 'refused' in found ? found.refused : 'stands'
  }
  test('stands though its certificate was revoked and its post ended since: both were judged when it was made', () => {
    const revocation = { known: () => ({ status: 'revoked' }) as const, ask: async () => ({ status: 'revoked' }) as const }
    expect(again({}, { revocation, register: registerOf(null) })).toBe('stands')
  })
  test('does not stand over other bytes, at an instant outside of the certificate, or for an act of another licence', () => {
    expect(again({ data: Buffer.from('other') })).toBe('signing-signature-invalid')
    expect(again({ at: at('2029-01-01T00:00:00Z') })).toBe('signing-certificate-expired')
    expect(again({ act: 'dispense' })).toBe('signing-role-mismatch')
  })
})
