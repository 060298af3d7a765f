/** What holds about certificates and signatures of staff. Pure. */
import { licensed, type StaffEntry } from '#care/person'
import type { StaffRole } from '#kernel/context'
import { openDetached } from '#kernel/detached-jws'
import { dateInJapan } from '#kernel/japan'
import type { SignatureVerifier, SigningCertificate, SigningRefusal, SigningRole } from '#kernel/signing'
import type { Signature, StaffCertificate, Verdict } from './model.ts'

export type CertificateState = 'live' | 'later' | 'over' | 'ended'

/** Whether a certificate may be used at an instant, by the register and by its own days; revocation is asked elsewhere. */
export function certificateState(
  c: Pick<StaffCertificate, 'since' | 'until' | 'endedAt' | 'notBefore' | 'notAfter'>,
  at: Date,
): CertificateState {
  if (c.endedAt !== null && c.endedAt <= at) return 'ended'
  if (c.notAfter < at || (c.until !== null && c.until < dateInJapan(at))) return 'over'
  return c.notBefore > at || c.since > at ? 'later' : 'live'
}

/**
 * Why a certificate may not be entered for somebody; null where it may.
 * A certificate that was ended as revoked comes back for nobody.
 */
export function whyNotEnter(
  found: SigningCertificate,
  about: { staff: Pick<StaffEntry, 'licences'>; entries: readonly StaffCertificate[]; at: Date },
): SigningRefusal | null {
  const { staff, entries, at } = about
  if (entries.some((e) => e.endedAt === null || e.endedBecause === 'revoked')) return 'signing-certificate-taken'
  const day = dateInJapan(at)
  return found.roles.some((role) => licensed(role, staff.licences, day)) ? null : 'signing-certificate-not-licensed'
}

/** The role of a certificate that its holder may exercise now, by the roles that the register gives them; null where there is none. */
export const roleOf = (stated: readonly SigningRole[], held: readonly StaffRole[]): SigningRole | null =>
  stated.find((role) => held.includes(role)) ?? null

/** Judges a stored signature over the document as it stands now. */
export function judgeAgain(
  verifier: Pick<SignatureVerifier, 'again'>,
  signature: Signature,
  now: { document: string; version: number },
): { verdict: Verdict; why: SigningRefusal | null } {
  const over = (document: string): SigningRefusal | null => {
    const opened = openDetached(signature.jws, Buffer.from(document, 'utf8'))
    if (opened === null) return 'signing-signature-invalid'
    const { header, certificatePem, signature: bytes, signedData } = opened
    // What the signature says of itself must be what stands beside it.
    if (header.iat !== Math.floor(signature.signedAt.getTime() / 1000)) return 'signing-signature-invalid'
    const found = verifier.again({
      act: signature.act,
      at: signature.signedAt,
      certificatePem,
      algorithm: header.alg,
      signature: bytes,
      data: signedData,
    })
    if ('refused' in found) return found.refused
    const same = found.serial === signature.serial && found.issuerKeyHash === signature.issuerKeyHash && found.role === signature.role
    return same ? null : 'signing-signature-invalid'
  }
  if (over(now.document) === null) return { verdict: 'stands', why: null }
  const why = over(signature.document)
  if (why !== null) return { verdict: 'broken', why }
  return { verdict: now.version === signature.version ? 'document-changed' : 'earlier-version', why: null }
}
