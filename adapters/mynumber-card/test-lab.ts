/** What the tests of this folder share: one authority, a few keys, and a bench to make wrong certificates on. Not exported by the door. */
import { generateKeyPairSync, sign } from 'node:crypto'
import {
  bits,
  element,
  extension,
  keyIdExtensions,
  type KeyPair,
  OID,
  oid,
  type RevocationSource,
  rsaKey,
  sequence,
  signCertificate,
  unsigned,
  utf8,
  yes,
} from '#packages/x509'
import { USER_AUTHENTICATION_POLICY } from './policy.ts'
import { createDemoCa, type DemoAuthority, type DemoCa } from './demo-ca.ts'
import { type CertificateVerifier, certificateVerifier, type VerifierOptions } from './verify.ts'

export const NOW = new Date('2026-11-22T01:00:00Z')
export const at = (text: string): Date => new Date(text)
export const laterBy = (ms: number, from: Date = NOW): Date => new Date(from.getTime() + ms)
export const MINUTE = 60_000
export const DAY = 86_400_000

export const ca: DemoCa = await createDemoCa({ now: NOW })
/** Another authority with the very same names and other keys. */
export const twin: DemoCa = await createDemoCa({ now: NOW })
export const keys: KeyPair = await rsaKey()
export const otherKeys: KeyPair = await rsaKey()
export const shortKeys: KeyPair = generateKeyPairSync('rsa', { modulusLength: 1024 })
export const curveKeys: KeyPair = generateKeyPairSync('ec', { namedCurve: 'P-256' })
export const smallExponentKeys: KeyPair = generateKeyPairSync('rsa', { modulusLength: 2048, publicExponent: 3 })

export const challenge = Buffer.from('a challenge of thirty-two bytes!')
export const answerTo = (what: Uint8Array, pair: KeyPair = keys): Buffer => sign('sha256', what, pair.privateKey)

export type Craft = {
  issuer?: DemoAuthority
  pair?: KeyPair
  serial?: string
  notBefore?: Date
  notAfter?: Date
  /** null leaves the extension out */
  keyUsage?: number | null
  extendedKeyUsage?: string | null
  policy?: string | null
  authority?: boolean
  more?: Buffer[]
}

const defaults = {
  serial: '4d00000000000001',
  notBefore: at('2026-01-01T00:00:00Z'),
  notAfter: at('2030-12-31T14:59:59Z'),
  keyUsage: 0x80,
  extendedKeyUsage: OID.clientAuth,
  policy: USER_AUTHENTICATION_POLICY,
  authority: false,
  more: [],
}

/** A certificate of a card, right in everything that the argument does not change. */
export function craft(wanted: Craft = {}): string {
  const { issuer = ca.users, pair = keys, ...it } = { ...defaults, ...wanted }
  const extensions = [
    ...(it.keyUsage === null ? [] : [extension(OID.keyUsage, bits(Buffer.from([it.keyUsage])), true)]),
    ...(it.extendedKeyUsage === null ? [] : [extension(OID.extendedKeyUsage, sequence(oid(it.extendedKeyUsage)))]),
    ...(it.policy === null ? [] : [extension(OID.certificatePolicies, sequence(sequence(oid(it.policy))), true)]),
    ...(it.authority ? [extension(OID.basicConstraints, sequence(yes(), unsigned('00')), true)] : []),
    ...keyIdExtensions(issuer, pair.publicKey),
    ...it.more,
  ]
  const subject = sequence(element(0x31, sequence(oid(OID.commonName), utf8('test'))))
  return signCertificate(issuer, { ...it, subject, publicKey: pair.publicKey, extensions })
}

export const alwaysGood: RevocationSource = { known: () => ({ status: 'good' }), ask: async () => ({ status: 'good' }) }

export function verifierOf(changes: Partial<VerifierOptions> = {}): CertificateVerifier {
  return certificateVerifier({
    trustAnchors: [ca.root.certificatePem],
    intermediates: [ca.users.certificatePem],
    policyOid: USER_AUTHENTICATION_POLICY,
    revocation: alwaysGood,
    ...changes,
  })
}

/** The code of a refusal, or 'accepted'. */
export async function outcome(result: Promise<object>): Promise<string> {
  const found = await result
  return 'refused' in found ? String(found.refused) : 'accepted'
}
