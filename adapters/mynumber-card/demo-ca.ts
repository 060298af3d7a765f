/**
 * A certification authority for the demo region, shaped like the public service's: a root, and below it the authority
 * that issues user-authentication certificates. Never trusted outside the demo.
 *
 * @spec RFC 5280 https://www.rfc-editor.org/rfc/rfc5280
 */
import type { KeyObject } from 'node:crypto'
import {
  addressExtensions,
  bits,
  createIssuingPair,
  extension,
  type IssuingAuthority,
  type IssuingPair,
  keyIdExtensions,
  type KeySource,
  nameOf,
  OID,
  oid,
  restorePair,
  rsaKey,
  sequence,
  signCertificate,
  type StoredPair,
  storePair,
} from '#packages/x509'
import { USER_AUTHENTICATION_POLICY } from './policy.ts'

export type DemoAuthority = IssuingAuthority
export type DemoCa = IssuingPair

export type DemoCaOptions = { now?: Date; years?: number; crlUrl?: string; ocspUrl?: string; keySource?: KeySource; name?: string }

export async function createDemoCa(options: DemoCaOptions = {}): Promise<DemoCa> {
  const { now = new Date(), years = 10, keySource = rsaKey, name = 'Enishi Demo' } = options
  const { crlUrl = 'http://localhost:8080/demo-ca/users.crl', ocspUrl = 'http://localhost:8080/demo-ca/ocsp' } = options
  const names = { organization: name, root: 'Demo Root CA', issuer: 'Demo User Authentication CA' }
  return createIssuingPair({ ...names, now, years, keySource, crlUrl, ocspUrl })
}

export type UserCertificateRequest = {
  /** hexadecimal, at most 20 bytes */
  serial: string
  notBefore: Date
  notAfter: Date
  publicKey: KeyObject
  /** certificates of the real service carry no name here; a meaningless string by default */
  subjectCommonName?: string
  policyOid?: string
}

/** A user-authentication certificate (利用者証明用電子証明書) as PEM. */
export function issueUserCertificate(ca: DemoCa, request: UserCertificateRequest): string {
  const { serial, notBefore, notAfter, publicKey, subjectCommonName = `demo-${serial}`, policyOid = USER_AUTHENTICATION_POLICY } = request
  const extensions = [
    extension(OID.keyUsage, bits(Buffer.from([0x80]), 7), true),
    extension(OID.extendedKeyUsage, sequence(oid(OID.clientAuth))),
    extension(OID.certificatePolicies, sequence(sequence(oid(policyOid))), true),
    ...addressExtensions(ca),
    ...keyIdExtensions(ca.users, publicKey),
  ]
  const subject = nameOf({ organization: 'Enishi Demo', common: subjectCommonName })
  return signCertificate(ca.users, { serial, subject, notBefore, notAfter, publicKey, extensions })
}

export type ExportedDemoCa = StoredPair
export const exportDemoCa: (ca: DemoCa) => ExportedDemoCa = storePair
export const importDemoCa: (stored: ExportedDemoCa) => DemoCa = restorePair
