/**
 * Is this card genuine, and is it the one that answered our challenge?
 *
 * Chain to a configured authority, validity, key usage, policy, key strength, signature, revocation: in an order in which
 * nobody learns anything, or makes us ask the network anything, before proving to hold the card's key.
 *
 * @law 電子署名等に係る地方公共団体情報システム機構の認証業務に関する法律 (要確認: 弁護士)
 * @spec RFC 5280, 6 and RFC 8017, 8.2 (RSASSA-PKCS1-v1_5)
 */
import { constants, createHash, type KeyObject, verify } from 'node:crypto'
import {
  type Authority,
  type Certificate,
  derOfPem,
  isIssuer,
  KEY_USAGE,
  leastRecent,
  OID,
  parseCertificate,
  publicKeyOf,
  readAuthorities,
  type RevocationSource,
  standsAt,
} from '#packages/x509'
import type { CardRefusal } from './card-refusals.ts'

export type VerifierOptions = {
  /** PEM; self-signed authorities the operator trusts */
  trustAnchors: readonly string[]
  /** PEM; authorities below them. None is ever fetched. */
  intermediates: readonly string[]
  /** the policy a certificate must name, dotted */
  policyOid: string
  revocation: RevocationSource
  /** certificates whose chain need not be checked again. Default 20,000 (about 5 KB each). */
  cacheSize?: number
}

export type VerifiedCertificate = {
  /** lower-case hexadecimal; unique under one issuer only, so link a person to (issuerKeyHash, serial) */
  serial: string
  /** SHA-256 of the issuer's public key, lower-case hexadecimal */
  issuerKeyHash: string
  publicKey: KeyObject
  notBefore: Date
  notAfter: Date
}

export type Refused = { refused: CardRefusal }
export type CardAnswer = { certificatePem: string; signature: Uint8Array; challenge: Uint8Array; now: Date }

export type CertificateVerifier = {
  /** Everything about the certificate, revocation included; who holds its key is not proven by this. */
  verifyCertificate(pem: string, now: Date): Promise<VerifiedCertificate | Refused>
  /** The whole check of a card that answered a challenge. */
  checkCard(answer: CardAnswer): Promise<VerifiedCertificate | Refused>
}

/** RSASSA-PKCS1-v1_5 with SHA-256 over the bytes of the challenge; false for any other padding, digest or length. */
export function verifySignature(publicKey: KeyObject, challenge: Uint8Array, signature: Uint8Array): boolean {
  return verify('sha256', challenge, { key: publicKey, padding: constants.RSA_PKCS1_PADDING }, signature)
}

type Checked = VerifiedCertificate & { issuer: Authority; notBeforeMs: number; notAfterMs: number }

export function certificateVerifier(options: VerifierOptions): CertificateVerifier {
  const { policyOid, revocation, cacheSize = 20_000 } = options
  const authorities = readAuthorities(options.trustAnchors, options.intermediates)
  const cache = leastRecent<Checked>(cacheSize)

  /** Everything that time and revocation cannot change; kept by the digest of the certificate's bytes. */
  function checkOnce(pem: string): Checked | CardRefusal {
    const der = derOfPem(pem)
    if (der === null) return 'certificate-malformed'
    const digest = createHash('sha256').update(der).digest('base64')
    const before = cache.get(digest)
    if (before !== undefined) return before
    const checked = checkChain(der, authorities, policyOid)
    if (typeof checked !== 'string') cache.set(digest, checked)
    return checked
  }

  function standing(pem: string, now: Date): Checked | CardRefusal {
    // Every comparison with an invalid date is false, which would let everything through.
    if (Number.isNaN(now.getTime())) throw new RangeError('now is not a date')
    const checked = checkOnce(pem)
    return typeof checked === 'string' ? checked : (whyNotNow(checked, now.getTime()) ?? checked)
  }

  async function finish(checked: Checked, now: Date): Promise<VerifiedCertificate | Refused> {
    const refused = await whyNotUnrevoked(revocation, checked, now)
    return refused === null ? shown(checked) : { refused }
  }

  return {
    async verifyCertificate(pem, now) {
      const checked = standing(pem, now)
      return typeof checked === 'string' ? { refused: checked } : finish(checked, now)
    },
    async checkCard({ certificatePem, signature, challenge, now }) {
      const checked = standing(certificatePem, now)
      if (typeof checked === 'string') return { refused: checked }
      if (!verifySignature(checked.publicKey, challenge, signature)) return { refused: 'signature-invalid' }
      return finish(checked, now)
    },
  }
}

/** Every check of a certificate that holds for good: who issued it, for what, with which key. */
function checkChain(der: Buffer, authorities: readonly Authority[], policyOid: string): Checked | CardRefusal {
  const certificate = parseCertificate(der)
  if (certificate === null) return 'certificate-malformed'
  const issuer = authorities.find((authority) => isIssuer(authority, certificate))
  if (issuer === undefined) return 'certificate-unknown-ca'
  const refused = whyNotThisKind(certificate, policyOid)
  if (refused !== null) return refused
  const publicKey = publicKeyOf(certificate)
  if (publicKey === null) return 'certificate-malformed'
  const { serial, notBefore, notAfter } = certificate
  return {
    serial,
    issuerKeyHash: issuer.keyHash,
    publicKey,
    notBefore: new Date(notBefore),
    notAfter: new Date(notAfter),
    issuer,
    notBeforeMs: notBefore,
    notAfterMs: notAfter,
  }
}

/** May a certificate of this kind prove a person's presence? Returns the reason against, or null. */
export function whyNotThisKind({ rsa, extensions }: Certificate, policyOid: string): CardRefusal | null {
  if (extensions.unknownCritical) return 'certificate-malformed'
  if (rsa === null || rsa.bits < 2048 || rsa.bits > 4096 || rsa.exponent < 65537 || rsa.exponent % 2 === 0) return 'certificate-weak-key'
  const { keyUsage, extendedKeyUsages, basicConstraints } = extensions
  if (keyUsage === null || (keyUsage & KEY_USAGE.digitalSignature) === 0 || basicConstraints?.ca === true)
    return 'certificate-wrong-key-usage'
  if ((keyUsage & (KEY_USAGE.keyCertSign | KEY_USAGE.crlSign)) !== 0) return 'certificate-wrong-key-usage'
  const authenticates = extendedKeyUsages.includes(OID.clientAuth) || extendedKeyUsages.includes(OID.anyExtendedKeyUsage)
  if (extendedKeyUsages.length > 0 && !authenticates) return 'certificate-wrong-key-usage'
  return extensions.policies.includes(policyOid) ? null : 'certificate-wrong-policy'
}

function whyNotNow({ notBeforeMs, notAfterMs, issuer }: Checked, now: number): CardRefusal | null {
  if (now < notBeforeMs) return 'certificate-not-yet-valid'
  if (now > notAfterMs) return 'certificate-expired'
  return standsAt(issuer, now) ? null : 'certificate-unknown-ca'
}

/** Asks whether the certificate was revoked; what cannot be learnt is refused. */
async function whyNotUnrevoked(source: RevocationSource, { issuer, serial }: Checked, now: Date): Promise<CardRefusal | null> {
  const question = { issuer, serial }
  const answer = source.known(question, now) ?? (await source.ask(question, now))
  if (answer.status === 'good') return null
  return answer.status === 'revoked' ? 'certificate-revoked' : 'revocation-unknown'
}

function shown({ serial, issuerKeyHash, publicKey, notBefore, notAfter }: Checked): VerifiedCertificate {
  return { serial, issuerKeyHash, publicKey, notBefore, notAfter }
}
