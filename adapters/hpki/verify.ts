/**
 * Is this signature good, and was its signer allowed to give it, at the instant it was given?
 *
 * Order: what costs nothing first; the signature itself before anybody is asked over the network; the register last, because only a
 * signer whose certificate stands is worth a question there.
 *
 * @law 電子署名及び認証業務に関する法律; 医療情報システムの安全管理に関するガイドライン 企画管理編 14 (要確認: 弁護士)
 * @spec RFC 5280, 6; RFC 8017, 8; FIPS 186-5, 6
 */
import { constants, createHash, type KeyObject, verify } from 'node:crypto'
import {
  type Authority,
  type Certificate,
  DerError,
  derOfPem,
  isIssuer,
  KEY_USAGE,
  leastRecent,
  MAX_PEM_CHARACTERS,
  nameAttributeOf,
  OID,
  parseCertificate,
  pemOf,
  publicKeyOf,
  readAuthorities,
  type RevocationSource,
  standsAt,
} from '#packages/x509'
import {
  type SignatureAlgorithm,
  type SignatureToCheck,
  type SignatureVerifier,
  signingActs,
  type SigningCertificate,
  type SigningRefusal,
  type SigningRegister,
  type SigningRole,
  type VerifiedSigner,
} from '#kernel/signing'
import { LICENCE_SCHEME, rolesIn } from './hc-role.ts'

export type HpkiOptions = {
  /** PEM; self-signed authorities the operator trusts for staff */
  trustAnchors: readonly string[]
  /** PEM; authorities below them. None is ever fetched. */
  intermediates: readonly string[]
  /** policies accepted for signing, dotted; a certificate must name one of them */
  policyOids: readonly string[]
  /** schemes under which a licence counts. Default: the national licences */
  roleSchemes?: readonly string[]
  revocation: RevocationSource
  register: SigningRegister
  /** certificates whose chain need not be checked again. Default 5,000. */
  cacheSize?: number
}

/** More than this is no document of ours. */
export const MAX_SIGNED_BYTES = 16 * 1024 * 1024

type Checked = { certificate: Certificate; publicKey: KeyObject; issuer: Authority; roles: readonly SigningRole[]; name: string | null }

export function hpkiVerifier(options: HpkiOptions): SignatureVerifier {
  const { register, revocation, cacheSize = 5_000 } = options
  const authorities = readAuthorities(options.trustAnchors, options.intermediates)
  const cache = leastRecent<Checked>(cacheSize)

  /** What time, revocation and the register cannot change; kept by the digest of the certificate. */
  function checkOnce(pem: string): Checked | SigningRefusal {
    const der = derOfPem(pem)
    if (der === null) return 'signing-certificate-malformed'
    const digest = createHash('sha256').update(der).digest('base64')
    const before = cache.get(digest)
    if (before !== undefined) return before
    const checked = checkCertificate(der, authorities, options)
    if (typeof checked !== 'string') cache.set(digest, checked)
    return checked
  }

  /** What stands in document, signature and certificate; nobody is asked. */
  function fits(asked: Omit<SignatureToCheck, 'staffId'>): { checked: Checked; signer: VerifiedSigner } | SigningRefusal {
    // Every comparison with an invalid date is false, which would let everything through.
    if (Number.isNaN(asked.at.getTime())) throw new RangeError('at is not a date')
    const checked = checkOnce(asked.certificatePem)
    if (typeof checked === 'string') return checked
    const refused = whyNotThen(checked, asked.at.getTime()) ?? whyNotSigned(checked.publicKey, asked)
    if (refused !== null) return refused
    const role = checked.roles.find((stated) => (signingActs[asked.act].roles as readonly SigningRole[]).includes(stated))
    if (role === undefined) return checked.roles.length === 0 ? 'signing-role-missing' : 'signing-role-mismatch'
    return { checked, signer: { role, serial: checked.certificate.serial, issuerKeyHash: checked.issuer.keyHash, name: checked.name } }
  }

  return {
    async check(asked) {
      const found = fits(asked)
      if (typeof found === 'string') return { refused: found }
      const { checked, signer } = found
      const unsure = (await whyNotUnrevoked(revocation, checked, asked.at)) ?? (await whyNotRegistered(register, signer, asked))
      return unsure === null ? signer : { refused: unsure }
    },

    again(asked) {
      const found = fits(asked)
      return typeof found === 'string' ? { refused: found } : found.signer
    },

    async inspect(text, at) {
      const pem = pemOfText(text)
      const checked = pem === null ? 'signing-certificate-malformed' : checkOnce(pem)
      if (typeof checked === 'string') return { refused: checked }
      const refused = whyNotThen(checked, at.getTime()) ?? (checked.roles.length === 0 ? 'signing-role-missing' : null)
      const unsure = refused ?? (await whyNotUnrevoked(revocation, checked, at))
      return unsure === null ? described(checked) : { refused: unsure }
    },
  }
}

/** One certificate as PEM out of what somebody pasted: PEM, or the base64 of DER. */
function pemOfText(text: string): string | null {
  const pasted = text.trim()
  if (pasted.length > MAX_PEM_CHARACTERS) return null
  if (pasted.startsWith('-----')) return pasted
  const base64 = pasted.replace(/\s+/g, '')
  return /^[A-Za-z0-9+/]+={0,2}$/.test(base64) ? pemOf(Buffer.from(base64, 'base64')) : null
}

const described = ({ certificate, issuer, roles, name }: Checked): SigningCertificate => ({
  pem: pemOf(certificate.der),
  serial: certificate.serial,
  issuerKeyHash: issuer.keyHash,
  issuerName: nameAttributeOf(certificate.issuer, OID.commonName),
  name,
  roles,
  notBefore: new Date(certificate.notBefore),
  notAfter: new Date(certificate.notAfter),
})

function checkCertificate(der: Buffer, authorities: readonly Authority[], options: HpkiOptions): Checked | SigningRefusal {
  const certificate = parseCertificate(der)
  if (certificate === null) return 'signing-certificate-malformed'
  const issuer = authorities.find((authority) => isIssuer(authority, certificate))
  if (issuer === undefined) return 'signing-certificate-unknown-ca'
  const publicKey = publicKeyOf(certificate)
  if (publicKey === null) return 'signing-certificate-malformed'
  const refused = whyNotThisKind(certificate, publicKey, options.policyOids)
  if (refused !== null) return refused
  try {
    const attributes = certificate.extensions.directoryAttributes
    const roles = attributes === null ? [] : rolesIn(attributes, options.roleSchemes ?? [LICENCE_SCHEME])
    return { certificate, publicKey, issuer, roles, name: nameAttributeOf(certificate.subject, OID.commonName) }
  } catch (error) {
    if (error instanceof DerError) return 'signing-certificate-malformed'
    throw error
  }
}

/** May a certificate of this kind sign documents? One for signing in may not: what it signs is chosen by whoever asks. */
function whyNotThisKind({ rsa, extensions }: Certificate, publicKey: KeyObject, policies: readonly string[]): SigningRefusal | null {
  if (extensions.unknownCritical) return 'signing-certificate-malformed'
  const strongRsa = rsa !== null && rsa.bits >= 2048 && rsa.bits <= 4096 && rsa.exponent >= 65537 && rsa.exponent % 2 === 1
  if (!strongRsa && curveOf(publicKey) === null) return 'signing-certificate-weak-key'
  const { keyUsage, basicConstraints } = extensions
  const wanted = keyUsage !== null && (keyUsage & KEY_USAGE.nonRepudiation) !== 0
  const others = KEY_USAGE.digitalSignature | KEY_USAGE.keyCertSign | KEY_USAGE.crlSign
  if (!wanted || (keyUsage & others) !== 0 || basicConstraints?.ca === true) return 'signing-certificate-wrong-key-usage'
  return extensions.policies.some((policy) => policies.includes(policy)) ? null : 'signing-certificate-wrong-policy'
}

function curveOf(key: KeyObject): 'P-256' | 'P-384' | null {
  if (key.asymmetricKeyType !== 'ec') return null
  const curve = key.asymmetricKeyDetails?.namedCurve
  return curve === 'prime256v1' ? 'P-256' : curve === 'secp384r1' ? 'P-384' : null
}

function whyNotThen({ certificate, issuer }: Checked, at: number): SigningRefusal | null {
  if (at < certificate.notBefore) return 'signing-certificate-not-yet-valid'
  if (at > certificate.notAfter) return 'signing-certificate-expired'
  return standsAt(issuer, at) ? null : 'signing-certificate-unknown-ca'
}

type Scheme = { fits(key: KeyObject): boolean; digest: string; options: object }

/** What each name means; the key decides which names fit, never the other way round. */
const schemes: Readonly<Record<SignatureAlgorithm, Scheme>> = {
  RS256: { fits: (key) => key.asymmetricKeyType === 'rsa', digest: 'sha256', options: { padding: constants.RSA_PKCS1_PADDING } },
  PS256: {
    fits: (key) => key.asymmetricKeyType === 'rsa',
    digest: 'sha256',
    options: { padding: constants.RSA_PKCS1_PSS_PADDING, saltLength: constants.RSA_PSS_SALTLEN_DIGEST },
  },
  ES256: { fits: (key) => curveOf(key) === 'P-256', digest: 'sha256', options: { dsaEncoding: 'ieee-p1363' } },
  ES384: { fits: (key) => curveOf(key) === 'P-384', digest: 'sha384', options: { dsaEncoding: 'ieee-p1363' } },
}

function whyNotSigned(key: KeyObject, { algorithm, data, signature }: Omit<SignatureToCheck, 'staffId'>): SigningRefusal | null {
  if (!Object.hasOwn(schemes, algorithm) || !schemes[algorithm].fits(key)) return 'signing-algorithm-refused'
  if (data.length > MAX_SIGNED_BYTES || signature.length > 512) return 'signing-signature-invalid'
  const { digest, options } = schemes[algorithm]
  return verify(digest, data, { key, ...options }, signature) ? null : 'signing-signature-invalid'
}

/** What cannot be learnt is refused. */
async function whyNotUnrevoked(source: RevocationSource, { issuer, certificate }: Checked, at: Date): Promise<SigningRefusal | null> {
  const question = { issuer, serial: certificate.serial }
  const { status } = source.known(question, at) ?? (await source.ask(question, at))
  if (status === 'good') return null
  return status === 'revoked' ? 'signing-certificate-revoked' : 'signing-revocation-unknown'
}

async function whyNotRegistered(
  register: SigningRegister,
  signer: VerifiedSigner,
  asked: SignatureToCheck,
): Promise<SigningRefusal | null> {
  const { issuerKeyHash, serial, role } = signer
  const live = await register.roleAt({ staffId: asked.staffId, issuerKeyHash, serial, at: asked.at })
  return live === role ? null : 'signing-role-ended'
}
