/**
 * Asks and reads the online certificate status protocol (OCSP).
 *
 * @spec RFC 6960 https://www.rfc-editor.org/rfc/rfc6960, nonce: RFC 9654 https://www.rfc-editor.org/rfc/rfc9654
 */
import { createHash, type KeyObject } from './crypto.ts'
import { type Authority, isIssuer, keyBitsOf } from './authority.ts'
import { type Certificate, parseCertificate, publicKeyOf, readExtension, readSigned, signedBy } from './certificate.ts'
import {
  childrenOf,
  contentOf,
  DerError,
  type Element,
  encodedOf,
  expectTag,
  instantOf,
  oidOf,
  onlyChild,
  serialOf,
  TAG,
  wholeElement,
} from './der.ts'
import { explicit, nothing, octets, oid, sequence, unsigned } from './der-writer.ts'
import { OID } from './oids.ts'

/** Which certificate is asked about, as OCSP names it. */
export type CertificateId = { algorithm: 'sha1' | 'sha256'; issuerNameHash: Buffer; issuerKeyHash: Buffer; serial: string }

/** What a verified answer says, and until when (milliseconds) it may be kept; `unknown` is the responder's own word. */
export type OcspAnswer = { status: 'good' | 'revoked' | 'unknown'; until: number }
export type OcspFault = { fault: 'unreadable' | 'wrong-signer' | 'stale' | 'not-answered' | 'wrong-nonce' }

const algorithmOids = { sha1: OID.sha1, sha256: OID.sha256 } as const

export function certificateIdOf(issuer: Certificate, serial: string, algorithm: CertificateId['algorithm'] = 'sha256'): CertificateId {
  const hash = (bytes: Buffer) => createHash(algorithm).update(bytes).digest()
  return { algorithm, issuerNameHash: hash(issuer.subject), issuerKeyHash: hash(keyBitsOf(issuer)), serial }
}

export function encodeCertificateId(id: CertificateId): Buffer {
  const algorithm = sequence(oid(algorithmOids[id.algorithm]), nothing())
  return sequence(algorithm, octets(id.issuerNameHash), octets(id.issuerKeyHash), unsigned(id.serial))
}

/** A request for one certificate; the nonce ties the answer to this question. */
export function buildOcspRequest({ id, nonce }: { id: CertificateId; nonce: Uint8Array | null }): Buffer {
  const extensions = nonce === null ? [] : [explicit(2, sequence(nonceExtension(nonce)))]
  return sequence(sequence(sequence(sequence(encodeCertificateId(id))), ...extensions))
}

export function nonceExtension(nonce: Uint8Array): Buffer {
  return sequence(oid(OID.ocspNonce), octets(octets(nonce)))
}

/** Reads a CertID; null where its hash is neither SHA-1 nor SHA-256. */
export function readCertificateId(der: Buffer, element: Element): CertificateId | null {
  const [hash, name, key, serial] = childrenOf(der, expectTag(element, TAG.sequence))
  if (serial === undefined) throw new DerError('certificate id')
  const dotted = oidOf(der, expectTag(childrenOf(der, expectTag(hash, TAG.sequence))[0], TAG.oid))
  const algorithm = dotted === OID.sha1 ? 'sha1' : dotted === OID.sha256 ? 'sha256' : null
  if (algorithm === null) return null
  return {
    algorithm,
    issuerNameHash: contentOf(der, expectTag(name, TAG.octets)),
    issuerKeyHash: contentOf(der, expectTag(key, TAG.octets)),
    serial: serialOf(der, serial),
  }
}

export function sameCertificate(a: CertificateId, b: CertificateId): boolean {
  const hashes = a.algorithm === b.algorithm && a.issuerNameHash.equals(b.issuerNameHash) && a.issuerKeyHash.equals(b.issuerKeyHash)
  return hashes && a.serial === b.serial
}

/** Nonce among the extensions of a request or answer, or null. */
export function nonceOf(der: Buffer, wrapped: Element | undefined): Buffer | null {
  if (wrapped === undefined) return null
  for (const entry of childrenOf(der, onlyChild(der, wrapped, TAG.sequence))) {
    const { id, critical, value } = readExtension(der, entry)
    if (id === OID.ocspNonce) return contentOf(value, wholeElement(value, TAG.octets))
    if (critical) throw new DerError('extension not understood')
  }
  return null
}

export type OcspCheck = { id: CertificateId; nonce: Buffer | null; requireNonce: boolean; issuer: Authority; now: number; skewMs: number }

/** Judges an answer: well formed, signed by the authority or its delegate, about this certificate, for this nonce, fresh at `now`. */
export function readOcspAnswer(der: Buffer, check: OcspCheck): OcspAnswer | OcspFault {
  try {
    return judge(der, check)
  } catch (error) {
    if (error instanceof DerError) return { fault: 'unreadable' }
    throw error
  }
}

function judge(der: Buffer, check: OcspCheck): OcspAnswer | OcspFault {
  const [status, wrapped] = childrenOf(der, wholeElement(der, TAG.sequence))
  if (contentOf(der, expectTag(status, TAG.enumerated))[0] !== 0 || wrapped === undefined) return { fault: 'not-answered' }
  const [type, payload] = childrenOf(der, onlyChild(der, expectTag(wrapped, 0xa0), TAG.sequence))
  if (oidOf(der, expectTag(type, TAG.oid)) !== OID.ocspBasic) return { fault: 'unreadable' }
  const basic = contentOf(der, expectTag(payload, TAG.octets))
  const signed = readSigned(basic)
  const tbs = encodedOf(basic, signed.tbsElement)
  const key = signerKey(basic, signed.rest[0], check)
  if (key === null || !signedBy({ tbs, digest: signed.digest, signature: signed.signature }, key)) {
    // A delegate's certificate in the answer does not stop the authority from having signed itself.
    if (!signedBy({ tbs, digest: signed.digest, signature: signed.signature }, check.issuer.key)) return { fault: 'wrong-signer' }
  }
  return judgeSigned(tbs, check)
}

/** Key of the authority, or of a delegate it named for this purpose alone and did not ask us to check further. */
function signerKey(basic: Buffer, certs: Element | undefined, { issuer, now }: OcspCheck): KeyObject | null {
  if (certs === undefined) return issuer.key
  const first = childrenOf(basic, onlyChild(basic, expectTag(certs, 0xa0), TAG.sequence))[0]
  const delegate = first === undefined ? null : parseCertificate(encodedOf(basic, first))
  if (delegate === null || now < delegate.notBefore || now > delegate.notAfter) return null
  const { extendedKeyUsages, unknownCritical, noCheck } = delegate.extensions
  if (!extendedKeyUsages.includes(OID.ocspSigning) || !noCheck || unknownCritical) return null
  return isIssuer(issuer, delegate) ? publicKeyOf(delegate) : null
}

function judgeSigned(tbs: Buffer, check: OcspCheck): OcspAnswer | OcspFault {
  const fields = childrenOf(tbs, wholeElement(tbs, TAG.sequence)).filter((field) => field.tag !== 0xa0)
  const [, producedAt, responses, extensions] = fields
  const nonce = nonceOf(tbs, extensions)
  if (check.nonce !== null && (nonce === null ? check.requireNonce : !nonce.equals(check.nonce))) return { fault: 'wrong-nonce' }
  if (instantOf(tbs, expectTag(producedAt, TAG.generalizedTime)) > check.now + check.skewMs) return { fault: 'stale' }
  const about = childrenOf(tbs, expectTag(responses, TAG.sequence)).map((single) => childrenOf(tbs, expectTag(single, TAG.sequence)))
  const mine = about.filter(([id]) => {
    const named = readCertificateId(tbs, expectTag(id, TAG.sequence))
    return named !== null && sameCertificate(named, check.id)
  })
  return mine.length === 1
    ? judgeSingle(tbs, mine[0]!, { ...check, nonceMatched: check.nonce !== null && nonce !== null })
    : { fault: 'not-answered' }
}

type SingleCheck = OcspCheck & { nonceMatched: boolean }

function judgeSingle(tbs: Buffer, single: readonly Element[], { now, skewMs, nonceMatched }: SingleCheck): OcspAnswer | OcspFault {
  const [, state, thisUpdate, ...rest] = single
  const next = rest.find((part) => part.tag === 0xa0)
  const until = next === undefined ? now : instantOf(tbs, onlyChild(tbs, next, TAG.generalizedTime))
  if (instantOf(tbs, expectTag(thisUpdate, TAG.generalizedTime)) > now + skewMs) return { fault: 'stale' }
  // Without nextUpdate an answer holds for this question only, and only if the nonce proves that it is new.
  if (next === undefined ? !nonceMatched : now >= until) return { fault: 'stale' }
  if (state?.tag === 0x80) return { status: 'good', until }
  if (state?.tag === 0xa1) return { status: 'revoked', until }
  if (state?.tag === 0x82) return { status: 'unknown', until }
  throw new DerError('status')
}
