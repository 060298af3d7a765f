/** What the tests of this folder share: one authority for staff, a few keys, and a bench to make wrong certificates on. Not exported by the door. */
import { constants, generateKeyPairSync, verify, X509Certificate } from 'node:crypto'
import type { Signed, SigningRegister, SigningRole } from '#kernel/signing'
import {
  bits,
  type IssuingAuthority,
  type KeyPair,
  OID,
  element,
  extension,
  keyIdExtensions,
  oid,
  type RevocationSource,
  rsaKey,
  sequence,
  signCertificate,
  unsigned,
  utf8,
  yes,
} from '#packages/x509'
import { createDemoStaffCa } from './demo-ca.ts'
import { directoryAttributes } from './hc-role.ts'
import { SIGNING_POLICY } from './policy.ts'
import { type HpkiOptions, hpkiVerifier } from './verify.ts'

export const NOW = new Date('2026-11-22T01:00:00Z')
export const at = (text: string): Date => new Date(text)
export const laterBy = (ms: number): Date => new Date(NOW.getTime() + ms)
export const DAY = 86_400_000

export const ca = await createDemoStaffCa({ now: NOW })
/** Another authority with the very same names and other keys. */
export const twin = await createDemoStaffCa({ now: NOW })
export const keys: KeyPair = await rsaKey()
export const otherKeys: KeyPair = await rsaKey()
export const shortKeys: KeyPair = generateKeyPairSync('rsa', { modulusLength: 1024 })
export const curveKeys: KeyPair = generateKeyPairSync('ec', { namedCurve: 'P-256' })
export const bigCurveKeys: KeyPair = generateKeyPairSync('ec', { namedCurve: 'P-384' })
export const oddCurveKeys: KeyPair = generateKeyPairSync('ec', { namedCurve: 'secp256k1' })

export type Craft = {
  issuer?: IssuingAuthority
  pair?: KeyPair
  serial?: string
  notBefore?: Date
  notAfter?: Date
  /** null leaves the extension out */
  keyUsage?: number | null
  policy?: string | null
  /** licences stated; null leaves the attribute out */
  licences?: { licence: string; scheme?: string }[] | null
  attributes?: Buffer
  authority?: boolean
  more?: Buffer[]
}

const defaults = {
  serial: '5a00000000000001',
  notBefore: at('2026-01-01T00:00:00Z'),
  notAfter: at('2028-12-31T14:59:59Z'),
  keyUsage: 0x40,
  policy: SIGNING_POLICY,
  licences: [{ licence: 'Medical Doctor' }],
  authority: false,
  more: [],
}

/** A physician's certificate for signing, right in everything that the argument does not change. */
export function craft(wanted: Craft = {}): string {
  const { issuer = ca.users, pair = keys, ...it } = { ...defaults, ...wanted }
  const attributes = it.attributes ?? (it.licences === null ? null : directoryAttributes(it.licences))
  const extensions = [
    ...(it.keyUsage === null ? [] : [extension(OID.keyUsage, bits(Buffer.from([it.keyUsage])), true)]),
    ...(it.policy === null ? [] : [extension(OID.certificatePolicies, sequence(sequence(oid(it.policy))), true)]),
    ...(attributes === null ? [] : [extension(OID.subjectDirectoryAttributes, attributes)]),
    ...(it.authority ? [extension(OID.basicConstraints, sequence(yes(), unsigned('00')), true)] : []),
    ...keyIdExtensions(issuer, pair.publicKey),
    ...it.more,
  ]
  const subject = sequence(element(0x31, sequence(oid(OID.commonName), utf8('Hanako Enishi'))))
  return signCertificate(issuer, { ...it, subject, publicKey: pair.publicKey, extensions })
}

export const alwaysGood: RevocationSource = { known: () => ({ status: 'good' }), ask: async () => ({ status: 'good' }) }
export const registerOf = (role: SigningRole | null): SigningRegister => ({ roleAt: async () => role })

export function verifierOf(changes: Partial<HpkiOptions> = {}) {
  return hpkiVerifier({
    trustAnchors: [ca.root.certificatePem],
    intermediates: [ca.users.certificatePem],
    policyOids: [SIGNING_POLICY],
    revocation: alwaysGood,
    register: registerOf('physician'),
    ...changes,
  })
}

/** Judged by Node's own library, from the certificate alone. */
export function verifies({ algorithm, signature, certificateChain }: Signed, data: Uint8Array): boolean {
  const key = new X509Certificate(certificateChain[0]!).publicKey
  if (algorithm === 'RS256') return verify('sha256', data, { key, padding: constants.RSA_PKCS1_PADDING }, signature)
  if (algorithm === 'PS256') return verify('sha256', data, { key, padding: constants.RSA_PKCS1_PSS_PADDING, saltLength: 32 }, signature)
  return verify(algorithm === 'ES384' ? 'sha384' : 'sha256', data, { key, dsaEncoding: 'ieee-p1363' }, signature)
}
