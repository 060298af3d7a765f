/** An authority for the demo region's staff, shaped like HPKI's: certificates for signing and for signing in. Never trusted outside the demo. */
import type { KeyObject } from 'node:crypto'
import type { SigningRole } from '#kernel/signing'
import {
  addressExtensions,
  bits,
  createIssuingPair,
  extension,
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
import { directoryAttributes, licences } from './hc-role.ts'
import { AUTHENTICATION_POLICY, SIGNING_POLICY } from './policy.ts'

/** `users` issues to staff; named so because lists and responders of the package ask for it. */
export type DemoStaffCa = IssuingPair

export type DemoStaffCaOptions = { now: Date; years?: number; crlUrl?: string; ocspUrl?: string; keySource?: KeySource }

export async function createDemoStaffCa(options: DemoStaffCaOptions): Promise<DemoStaffCa> {
  const { now, years = 10, keySource = rsaKey } = options
  const { crlUrl = 'http://localhost:8080/demo/staff-ca/crl', ocspUrl = 'http://localhost:8080/demo/staff-ca/ocsp' } = options
  const names = { organization: 'Enishi Demo', root: 'Demo Staff Root CA', issuer: 'Demo HPKI-like Signing CA' }
  return createIssuingPair({ ...names, now, years, keySource, crlUrl, ocspUrl })
}

export type StaffCertificateRequest = {
  /** hexadecimal, at most 20 bytes */
  serial: string
  /** name in Latin letters, as HPKI writes it */
  name: string
  /** licences to state; none for somebody without one */
  roles: readonly SigningRole[]
  notBefore: Date
  notAfter: Date
  publicKey: KeyObject
  /** what for. Default: signing */
  purpose?: 'signing' | 'authentication'
}

/** A certificate of a member of staff as PEM. */
export function issueStaffCertificate(ca: DemoStaffCa, request: StaffCertificateRequest): string {
  const { serial, name, roles, notBefore, notAfter, publicKey, purpose = 'signing' } = request
  const usage = purpose === 'signing' ? bits(Buffer.from([0x40]), 6) : bits(Buffer.from([0x80]), 7)
  const stated = roles.map((role) => ({ licence: Object.keys(licences).find((licence) => licences[licence] === role)! }))
  const extensions = [
    extension(OID.keyUsage, usage, true),
    extension(OID.certificatePolicies, sequence(sequence(oid(purpose === 'signing' ? SIGNING_POLICY : AUTHENTICATION_POLICY))), true),
    ...(stated.length > 0 ? [extension(OID.subjectDirectoryAttributes, directoryAttributes(stated))] : []),
    ...addressExtensions(ca),
    ...keyIdExtensions(ca.users, publicKey),
  ]
  const subject = nameOf({ organization: 'Enishi Demo', common: name })
  return signCertificate(ca.users, { serial, subject, notBefore, notAfter, publicKey, extensions })
}

export type StoredStaffCa = StoredPair
export const storeStaffCa: (ca: DemoStaffCa) => StoredStaffCa = storePair
export const restoreStaffCa: (stored: StoredStaffCa) => DemoStaffCa = restorePair
