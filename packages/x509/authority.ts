/**
 * The certification authorities this platform was told to trust, checked once when it starts.
 *
 * @spec RFC 5280, 6.1: a path to a configured anchor; here every authority on it is configured, none is fetched.
 */
import { createHash, type KeyObject } from './crypto.ts'
import { type Certificate, KEY_USAGE, parseCertificatePem, publicKeyOf, signedBy } from './certificate.ts'
import { childrenOf, TAG, wholeBitsOf, wholeElement } from './der.ts'

export type Authority = {
  certificate: Certificate
  key: KeyObject
  /** SHA-256 of the public key (SubjectPublicKeyInfo), lower-case hexadecimal: tells two authorities of one name apart */
  keyHash: string
  /** null for a trust anchor */
  parent: Authority | null
}

const LONGEST_PATH = 4

/**
 * Authorities out of PEM texts, each with its parent up to an anchor.
 * Throws at start, naming what is wrong, where one is unreadable, is not an authority, or leads to no anchor.
 */
export function readAuthorities(trustAnchors: readonly string[], intermediates: readonly string[]): Authority[] {
  const known = trustAnchors.map((pem) => ({ ...readAuthority(pem), parent: null }))
  let waiting = intermediates.map(readAuthority)
  const authorities: Authority[] = [...known]
  for (let round = 0; waiting.length > 0; round++) {
    const placed = waiting.flatMap((child) => {
      const parent = authorities.find((candidate) => mayHaveAuthorityBelow(candidate) && isIssuer(candidate, child.certificate))
      return parent === undefined ? [] : [{ ...child, parent }]
    })
    if (placed.length === 0 || round > LONGEST_PATH) throw new Error('an intermediate authority leads to no configured trust anchor')
    authorities.push(...placed)
    waiting = waiting.filter((child) => !placed.some((done) => done.certificate === child.certificate))
  }
  return authorities
}

function readAuthority(pem: string): Omit<Authority, 'parent'> {
  const certificate = parseCertificatePem(pem)
  const key = certificate === null ? null : publicKeyOf(certificate)
  if (certificate === null || key === null) throw new Error('a configured authority is not a readable certificate')
  const { basicConstraints, keyUsage, unknownCritical } = certificate.extensions
  const signs = keyUsage !== null && (keyUsage & KEY_USAGE.keyCertSign) !== 0
  if (basicConstraints?.ca !== true || !signs || unknownCritical) {
    throw new Error('a configured authority may not sign certificates (basicConstraints, keyUsage)')
  }
  if (certificate.rsa === null || certificate.rsa.bits < 2048) throw new Error('a configured authority has a weak key')
  return { certificate, key, keyHash: createHash('sha256').update(certificate.spki).digest('hex') }
}

/** May another authority stand below this one? pathLength counts the authorities that follow, not the card. */
function mayHaveAuthorityBelow(authority: Authority): boolean {
  let below = 1
  for (let link: Authority | null = authority; link !== null; link = link.parent) {
    if ((link.certificate.extensions.basicConstraints?.pathLength ?? Number.POSITIVE_INFINITY) < below) return false
    below++
  }
  return true
}

/** Did this authority sign this certificate? Name, key identifier where both carry one, and signature. */
export function isIssuer(authority: Authority, certificate: Certificate): boolean {
  if (!authority.certificate.subject.equals(certificate.issuer)) return false
  const [wanted, own] = [certificate.extensions.authorityKeyId, authority.certificate.extensions.subjectKeyId]
  if (wanted !== null && own !== null && !wanted.equals(own)) return false
  return signedBy(certificate, authority.key)
}

/** May the authority and all above it be relied on at this instant? */
export function standsAt(authority: Authority, at: number): boolean {
  for (let link: Authority | null = authority; link !== null; link = link.parent) {
    if (at < link.certificate.notBefore || at > link.certificate.notAfter) return false
  }
  return true
}

/** The bits of the public key alone, as OCSP hashes them. */
export function keyBitsOf(certificate: Certificate): Buffer {
  const [, key] = childrenOf(certificate.spki, wholeElement(certificate.spki, TAG.sequence))
  return wholeBitsOf(certificate.spki, key!)
}
