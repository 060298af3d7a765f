/**
 * Reads an X.509 certificate: PEM or DER in, the fields that decisions rest on out.
 *
 * @spec RFC 5280, 4.1 and 4.2 https://www.rfc-editor.org/rfc/rfc5280
 */
import { createPublicKey, type KeyObject, verify } from './crypto.ts'
import {
  booleanOf,
  childrenOf,
  contentOf,
  DerError,
  type Element,
  elementAt,
  encodedOf,
  expectTag,
  instantOf,
  oidOf,
  onlyChild,
  serialOf,
  smallIntegerOf,
  TAG,
  unsignedOf,
  wholeBitsOf,
  wholeElement,
} from './der.ts'
import { OID } from './oids.ts'

/** A card's certificate has about 1.5 KB; nothing honest comes near this. */
export const MAX_PEM_CHARACTERS = 16 * 1024

export type Certificate = {
  der: Buffer
  tbs: Buffer
  digest: string
  signature: Buffer
  /** lower-case hexadecimal */
  serial: string
  /** encoded names, compared byte for byte */
  issuer: Buffer
  subject: Buffer
  /** milliseconds; both ends included */
  notBefore: number
  notAfter: number
  spki: Buffer
  /** null where the key is not RSA */
  rsa: { bits: number; exponent: number } | null
  extensions: Extensions
}

export type Extensions = {
  /** bit 0 (digitalSignature) is the highest bit of the first byte; null where the extension is absent */
  keyUsage: number | null
  basicConstraints: { ca: boolean; pathLength: number | null } | null
  policies: string[]
  extendedKeyUsages: string[]
  authorityKeyId: Buffer | null
  subjectKeyId: Buffer | null
  /** content of subjectDirectoryAttributes, encoded, for who knows the attributes; null where absent */
  directoryAttributes: Buffer | null
  /** an OCSP delegate that need not be checked for revocation itself */
  noCheck: boolean
  /** an extension that must be understood and is not */
  unknownCritical: boolean
}

export const KEY_USAGE = { digitalSignature: 0x80, nonRepudiation: 0x40, keyCertSign: 0x04, crlSign: 0x02 } as const

/** Certificate out of PEM text, or null where it is not exactly one well-formed certificate. */
export function parseCertificatePem(pem: string): Certificate | null {
  const der = derOfPem(pem)
  return der === null ? null : parseCertificate(der)
}

/** Bytes inside one PEM block, or null; nothing but white space may surround it. */
export function derOfPem(pem: string): Buffer | null {
  if (typeof pem !== 'string' || pem.length > MAX_PEM_CHARACTERS) return null
  const text = pem.trim()
  const [head, foot] = ['-----BEGIN CERTIFICATE-----', '-----END CERTIFICATE-----']
  if (!text.startsWith(head) || !text.endsWith(foot)) return null
  const body = text.slice(head.length, -foot.length).replace(/[\r\n\t ]+/g, '')
  return body.length % 4 === 0 && /^[A-Za-z0-9+/]+={0,2}$/.test(body) ? Buffer.from(body, 'base64') : null
}

export function pemOf(der: Uint8Array): string {
  const lines =
    Buffer.from(der)
      .toString('base64')
      .match(/.{1,64}/g) ?? []
  return `-----BEGIN CERTIFICATE-----\n${lines.join('\n')}\n-----END CERTIFICATE-----\n`
}

/** Certificate out of DER, or null where it is malformed in any way. */
export function parseCertificate(der: Buffer): Certificate | null {
  try {
    return readCertificate(der)
  } catch (error) {
    if (error instanceof DerError) return null
    throw error
  }
}

function readCertificate(der: Buffer): Certificate {
  const { tbsElement, algorithm, digest, signature } = readSigned(der)
  const fields = childrenOf(der, tbsElement)
  if (fields.length < 8 || smallIntegerOf(der, onlyChild(der, expectTag(fields[0], 0xa0), TAG.integer)) !== 2) {
    throw new DerError('not version 3')
  }
  const [, serial, innerAlgorithm, issuer, validity, subject, spki, ...rest] = fields as [
    Element,
    Element,
    Element,
    Element,
    Element,
    Element,
    Element,
  ]
  // The algorithm inside is signed, the one outside is not: they must be the same bytes.
  if (!encodedOf(der, innerAlgorithm).equals(algorithm)) throw new DerError('algorithms differ')
  const times = childrenOf(der, expectTag(validity, TAG.sequence))
  if (times.length !== 2 || serial.end - serial.body > 21) throw new DerError('validity or serial')
  const extensions = (rest as Element[]).find((field) => field.tag === 0xa3)
  return {
    der,
    tbs: encodedOf(der, tbsElement),
    digest,
    signature,
    serial: serialOf(der, serial),
    issuer: encodedOf(der, expectTag(issuer, TAG.sequence)),
    subject: encodedOf(der, expectTag(subject, TAG.sequence)),
    notBefore: instantOf(der, times[0]!),
    notAfter: instantOf(der, times[1]!),
    spki: encodedOf(der, expectTag(spki, TAG.sequence)),
    rsa: readRsa(der, spki),
    extensions: readExtensions(der, extensions === undefined ? [] : childrenOf(der, onlyChild(der, extensions, TAG.sequence))),
  }
}

const digests: Readonly<Record<string, string>> = {
  [OID.sha256WithRsa]: 'sha256',
  [OID.sha384WithRsa]: 'sha384',
  [OID.sha512WithRsa]: 'sha512',
}

/** The three parts of anything signed (certificate, list, OCSP answer). SHA-1, MD5, PSS and elliptic curves are not accepted here. */
export function readSigned(der: Buffer): { tbsElement: Element; algorithm: Buffer; digest: string; signature: Buffer; rest: Element[] } {
  const [tbs, algorithm, signature, ...rest] = childrenOf(der, wholeElement(der, TAG.sequence))
  const tbsElement = expectTag(tbs, TAG.sequence)
  const parts = childrenOf(der, expectTag(algorithm, TAG.sequence))
  const digest = digests[oidOf(der, expectTag(parts[0], TAG.oid))]
  if (digest === undefined || parts.length !== 2 || parts[1]!.tag !== TAG.null) throw new DerError('signature algorithm')
  if (signature === undefined) throw new DerError('no signature')
  return { tbsElement, algorithm: encodedOf(der, algorithm!), digest, signature: wholeBitsOf(der, signature), rest }
}

function readRsa(der: Buffer, spki: Element): Certificate['rsa'] {
  const [algorithm, key] = childrenOf(der, spki)
  if (oidOf(der, expectTag(childrenOf(der, expectTag(algorithm, TAG.sequence))[0], TAG.oid)) !== OID.rsaEncryption) return null
  const inner = wholeBitsOf(der, expectTag(key, TAG.bits))
  const [modulus, exponent, extra] = childrenOf(inner, wholeElement(inner, TAG.sequence))
  if (modulus === undefined || exponent === undefined || extra !== undefined) throw new DerError('RSA key')
  const n = unsignedOf(inner, modulus)
  return { bits: n.length * 8 - (Math.clz32(n[0]!) - 24), exponent: smallIntegerOf(inner, exponent) }
}

/** One extension: identifier, whether it must be understood, and its content as a buffer of its own. */
export function readExtension(der: Buffer, extension: Element): { id: string; critical: boolean; value: Buffer } {
  const parts = childrenOf(der, expectTag(extension, TAG.sequence))
  const critical = parts.length === 3 && booleanOf(der, parts[1]!)
  if (parts.length !== 2 && parts.length !== 3) throw new DerError('extension')
  return { id: oidOf(der, parts[0]!), critical, value: contentOf(der, expectTag(parts.at(-1), TAG.octets)) }
}

function readExtensions(der: Buffer, list: readonly Element[]): Extensions {
  const found: Extensions = {
    keyUsage: null,
    basicConstraints: null,
    policies: [],
    extendedKeyUsages: [],
    authorityKeyId: null,
    subjectKeyId: null,
    directoryAttributes: null,
    noCheck: false,
    unknownCritical: false,
  }
  const seen = new Set<string>()
  for (const entry of list) {
    const { id, critical, value } = readExtension(der, entry)
    if (seen.has(id)) throw new DerError('extension twice')
    seen.add(id)
    const read = readers[id]
    if (read !== undefined) read(value, found)
    else if (critical) found.unknownCritical = true
  }
  return found
}

const readers: Readonly<Record<string, (value: Buffer, into: Extensions) => void>> = {
  [OID.keyUsage](value, into) {
    const flags = contentOf(value, wholeElement(value, TAG.bits))
    if (flags.length < 2) throw new DerError('key usage')
    into.keyUsage = flags[1]!
  },
  [OID.basicConstraints](value, into) {
    const [ca, pathLength] = childrenOf(value, wholeElement(value, TAG.sequence))
    into.basicConstraints = {
      ca: ca !== undefined && booleanOf(value, ca),
      pathLength: pathLength === undefined ? null : smallIntegerOf(value, pathLength),
    }
  },
  [OID.certificatePolicies](value, into) {
    for (const policy of childrenOf(value, wholeElement(value, TAG.sequence))) {
      into.policies.push(oidOf(value, elementAt(value, expectTag(policy, TAG.sequence).body, policy.end)))
    }
  },
  [OID.extendedKeyUsage](value, into) {
    for (const usage of childrenOf(value, wholeElement(value, TAG.sequence))) into.extendedKeyUsages.push(oidOf(value, usage))
  },
  [OID.authorityKeyId](value, into) {
    into.authorityKeyId = authorityKeyIdOf(value)
  },
  [OID.subjectKeyId](value, into) {
    into.subjectKeyId = contentOf(value, wholeElement(value, TAG.octets))
  },
  [OID.subjectDirectoryAttributes](value, into) {
    into.directoryAttributes = contentOf(value, wholeElement(value, TAG.sequence))
  },
  [OID.ocspNoCheck](_value, into) {
    into.noCheck = true
  },
  // Names and addresses in a certificate are neither trusted nor followed.
  [OID.subjectAltName]() {},
  [OID.issuerAltName]() {},
  [OID.crlDistributionPoints]() {},
  [OID.authorityInfoAccess]() {},
}

/** Key identifier inside an authorityKeyIdentifier extension; null where only names are given. */
export function authorityKeyIdOf(value: Buffer): Buffer | null {
  const id = childrenOf(value, wholeElement(value, TAG.sequence)).find((part) => part.tag === 0x80)
  return id === undefined ? null : contentOf(value, id)
}

/** A text attribute of an encoded name (its first value), or null; UTF8String, PrintableString and IA5String only. */
export function nameAttributeOf(name: Buffer, type: string): string | null {
  for (const set of childrenOf(name, wholeElement(name, TAG.sequence))) {
    for (const pair of childrenOf(name, expectTag(set, TAG.set))) {
      const [id, value] = childrenOf(name, expectTag(pair, TAG.sequence))
      if (value === undefined || oidOf(name, id!) !== type) continue
      return [TAG.utf8, TAG.printable, TAG.ia5].includes(value.tag as 12) ? contentOf(name, value).toString('utf8') : null
    }
  }
  return null
}

export function publicKeyOf(certificate: Certificate): KeyObject | null {
  try {
    return createPublicKey({ key: certificate.spki, format: 'der', type: 'spki' })
  } catch {
    return null
  }
}

export function signedBy(signed: { tbs: Buffer; digest: string; signature: Buffer }, key: KeyObject): boolean {
  return verify(signed.digest, signed.tbs, key, signed.signature)
}
