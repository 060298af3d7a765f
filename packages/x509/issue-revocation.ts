/**
 * An authority's word on what it revoked: a list (CRL) and an online responder (OCSP).
 *
 * @spec RFC 5280, 5 and RFC 6960, 4
 */
import { parseCertificatePem } from './certificate.ts'
import { createPublicKey, type KeyObject } from './crypto.ts'
import { childrenOf, DerError, type Element, encodedOf, expectTag, TAG, wholeElement } from './der.ts'
import {
  element,
  enumerated,
  explicit,
  generalizedTime,
  implicit,
  octets,
  oid,
  sequence,
  sequenceOf,
  time,
  unsigned,
} from './der-writer.ts'
import { authorityKeyIdExtension, extension, type IssuingAuthority, keyIdOf, sha256WithRsa, signed } from './issue.ts'
import { type CertificateId, certificateIdOf, nonceExtension, nonceOf, readCertificateId, sameCertificate } from './ocsp.ts'
import { OID } from './oids.ts'

export type CrlContent = {
  /** serials in hexadecimal */
  revoked: readonly { serial: string; revokedAt: Date }[]
  thisUpdate: Date
  nextUpdate: Date
  /** rises with every list; seconds of thisUpdate by default */
  number?: bigint
  /** further marks of the list; the tests make partial lists with it */
  more?: readonly Buffer[]
}

/** The list of certificates that the issuing authority (`users`) revoked, DER. */
export function issueCrl(ca: { users: IssuingAuthority }, content: CrlContent): Buffer {
  const { revoked, thisUpdate, nextUpdate, number = BigInt(Math.floor(thisUpdate.getTime() / 1000)), more = [] } = content
  const entries = revoked.map(({ serial, revokedAt }) => sequence(unsigned(serial), time(revokedAt)))
  const marks = [authorityKeyIdExtension(ca.users.keyId), extension(OID.crlNumber, unsigned(number.toString(16))), ...more]
  const tbs = sequence(
    unsigned('01'),
    sha256WithRsa(),
    ca.users.subject,
    time(thisUpdate),
    time(nextUpdate),
    ...(entries.length === 0 ? [] : [sequenceOf(entries)]),
    explicit(0, sequenceOf(marks)),
  )
  return signed(tbs, ca.users.privateKey)
}

export type CertificateStatus = { status: 'good' } | { status: 'revoked'; revokedAt: Date } | { status: 'unknown' }

export type ResponderOptions = {
  lookup: (serial: string) => CertificateStatus
  now: Date
  /** how long an answer may be kept; default ten minutes; null: the answer names no nextUpdate */
  validMs?: number | null
  /** a delegate that signs instead of the authority; its certificate goes along */
  delegate?: { certificatePem: string; privateKey: KeyObject }
}

const MAX_QUESTIONS = 20
const MAX_REQUEST_BYTES = 16 * 1024

/** The responder's answer, DER; a request it cannot read is answered as such (malformedRequest), never thrown. */
export function ocspRespond(ca: { users: IssuingAuthority }, request: Uint8Array, options: ResponderOptions): Buffer {
  const asked = readRequest(Buffer.from(request))
  if (asked === null) return sequence(enumerated(1))
  const data = responseData(ca.users, asked, options)
  const { delegate } = options
  const certificate = delegate === undefined ? null : parseCertificatePem(delegate.certificatePem)
  const basic = signed(
    data,
    delegate?.privateKey ?? ca.users.privateKey,
    ...(certificate === null ? [] : [explicit(0, sequence(certificate.der))]),
  )
  return sequence(enumerated(0), explicit(0, sequence(oid(OID.ocspBasic), octets(basic))))
}

type Question = { id: CertificateId | null; encoded: Buffer }
type Asked = { questions: Question[]; nonce: Buffer | null }

function readRequest(der: Buffer): Asked | null {
  if (der.length > MAX_REQUEST_BYTES) return null
  try {
    const tbs = expectTag(childrenOf(der, wholeElement(der, TAG.sequence))[0], TAG.sequence)
    const parts = childrenOf(der, tbs)
    const list = childrenOf(
      der,
      expectTag(
        parts.find((part) => part.tag === TAG.sequence),
        TAG.sequence,
      ),
    )
    if (list.length === 0 || list.length > MAX_QUESTIONS) return null
    const questions = list.map((single) => readQuestion(der, single))
    const nonce = nonceOf(
      der,
      parts.find((part) => part.tag === 0xa2),
    )
    return nonce !== null && nonce.length > 128 ? null : { questions, nonce }
  } catch (error) {
    if (error instanceof DerError) return null
    throw error
  }
}

function readQuestion(der: Buffer, single: Element): Question {
  const id = expectTag(childrenOf(der, expectTag(single, TAG.sequence))[0], TAG.sequence)
  return { id: readCertificateId(der, id), encoded: encodedOf(der, id) }
}

function responseData(issuer: IssuingAuthority, { questions, nonce }: Asked, options: ResponderOptions): Buffer {
  const { lookup, now, validMs = 600_000, delegate } = options
  const next = validMs === null ? [] : [explicit(0, generalizedTime(new Date(now.getTime() + validMs)))]
  const certificate = parseCertificatePem(issuer.certificatePem)!
  const answers = questions.map(({ id, encoded }) => {
    const mine = id !== null && sameCertificate(id, certificateIdOf(certificate, id.serial, id.algorithm))
    const status = mine ? lookup(id.serial) : ({ status: 'unknown' } as const)
    return sequence(encoded, encodeStatus(status), generalizedTime(now), ...next)
  })
  const responder = delegate === undefined ? issuer.keyId : keyIdOf(createPublicKey(delegate.privateKey))
  const extensions = nonce === null ? [] : [explicit(1, sequence(nonceExtension(nonce)))]
  return sequence(explicit(2, octets(responder)), generalizedTime(now), sequence(...answers), ...extensions)
}

function encodeStatus(status: CertificateStatus): Buffer {
  if (status.status === 'good') return implicit(0, Buffer.alloc(0))
  if (status.status === 'unknown') return implicit(2, Buffer.alloc(0))
  return element(0xa1, generalizedTime(status.revokedAt))
}
