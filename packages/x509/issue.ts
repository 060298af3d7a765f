/**
 * Issues certificates: for demo authorities and for the tests. Nothing here decides whether one is to be trusted.
 *
 * @spec RFC 5280 https://www.rfc-editor.org/rfc/rfc5280
 */
import { parseCertificatePem, pemOf } from './certificate.ts'
import { createHash, createPrivateKey, createPublicKey, generateKeyPair, type KeyObject, randomBytes, sign } from './crypto.ts'
import { childrenOf, TAG, wholeBitsOf, wholeElement } from './der.ts'
import { bits, element, explicit, implicit, nothing, octets, oid, printable, sequence, time, unsigned, utf8, yes } from './der-writer.ts'
import { OID } from './oids.ts'

export type KeyPair = { publicKey: KeyObject; privateKey: KeyObject }
/** Where new keys come from; replace it by a pool where making them takes too long. */
export type KeySource = () => Promise<KeyPair>

export type IssuingAuthority = { certificatePem: string; subject: Buffer; privateKey: KeyObject; publicKey: KeyObject; keyId: Buffer }

/** RSA of 2,048 bits, as on the cards; made on libuv's threads, so several at once use several cores. */
export const rsaKey: KeySource = () =>
  new Promise((resolve, reject) => {
    generateKeyPair('rsa', { modulusLength: 2048 }, (error, publicKey, privateKey) =>
      error === null ? resolve({ publicKey, privateKey }) : reject(error),
    )
  })

export type AuthoritiesWanted = { organization: string; root: string; issuer: string; now: Date; years: number; keySource: KeySource }

/** A root and, below it, the authority that issues to people. Valid from the day before `now`. */
export async function createAuthorities(wanted: AuthoritiesWanted): Promise<{ root: IssuingAuthority; issuer: IssuingAuthority }> {
  const { organization, now, years, keySource } = wanted
  const [rootKeys, issuerKeys] = await Promise.all([keySource(), keySource()])
  const times = { notBefore: daysFrom(now, -1), notAfter: daysFrom(now, years * 365) }
  const [rootName, issuerName] = [wanted.root, wanted.issuer].map((common) => nameOf({ organization, unit: 'Demo only', common })) as [
    Buffer,
    Buffer,
  ]
  const self = { subject: rootName, ...rootKeys, keyId: keyIdOf(rootKeys.publicKey) }
  const root = {
    ...self,
    certificatePem: authorityCertificate({ issuer: self, subject: rootName, publicKey: rootKeys.publicKey, ...times, pathLength: 1 }),
  }
  const certificatePem = authorityCertificate({
    issuer: root,
    subject: issuerName,
    publicKey: issuerKeys.publicKey,
    ...times,
    pathLength: 0,
  })
  return { root, issuer: { subject: issuerName, ...issuerKeys, keyId: keyIdOf(issuerKeys.publicKey), certificatePem } }
}

const daysFrom = (from: Date, days: number): Date => new Date(from.getTime() + days * 86_400_000)

export type StoredAuthority = { certificatePem: string; privateKeyPem: string }

/** The authority with its private key, to be kept where only its owner reads. */
export function storeAuthority({ certificatePem, privateKey }: IssuingAuthority): StoredAuthority {
  return { certificatePem, privateKeyPem: privateKeyPemOf(privateKey) }
}

export function restoreAuthority({ certificatePem, privateKeyPem }: StoredAuthority): IssuingAuthority {
  const certificate = parseCertificatePem(certificatePem)
  if (certificate === null) throw new Error('the stored demo authority is not readable')
  const privateKey = createPrivateKey(privateKeyPem)
  const publicKey = createPublicKey({ key: certificate.spki, format: 'der', type: 'spki' })
  return { certificatePem, subject: certificate.subject, privateKey, publicKey, keyId: keyIdOf(publicKey) }
}

/** An authority of a demo: its root, the one below that issues to people, and where its list and its responder stand. */
export type IssuingPair = { root: IssuingAuthority; users: IssuingAuthority; crlUrl: string; ocspUrl: string }
export type StoredPair = { root: StoredAuthority; users: StoredAuthority; crlUrl: string; ocspUrl: string }

export async function createIssuingPair(wanted: AuthoritiesWanted & { crlUrl: string; ocspUrl: string }): Promise<IssuingPair> {
  const { root, issuer } = await createAuthorities(wanted)
  return { root, users: issuer, crlUrl: wanted.crlUrl, ocspUrl: wanted.ocspUrl }
}

/** The authority as JSON, private keys included: keep the file readable by its owner only. */
export const storePair = ({ root, users, crlUrl, ocspUrl }: IssuingPair): StoredPair => ({
  root: storeAuthority(root),
  users: storeAuthority(users),
  crlUrl,
  ocspUrl,
})

export const restorePair = ({ root, users, crlUrl, ocspUrl }: StoredPair): IssuingPair => ({
  root: restoreAuthority(root),
  users: restoreAuthority(users),
  crlUrl,
  ocspUrl,
})

export const privateKeyPemOf = (key: KeyObject): string => key.export({ type: 'pkcs8', format: 'pem' }).toString()

/** Extensions that say where a list and a responder stand; readers here never follow them. */
export function addressExtensions({ crlUrl, ocspUrl }: { crlUrl: string; ocspUrl: string }): Buffer[] {
  const address = (url: string) => implicit(6, Buffer.from(url, 'latin1'))
  return [
    extension(OID.crlDistributionPoints, sequence(sequence(explicit(0, explicit(0, address(crlUrl)))))),
    extension(OID.authorityInfoAccess, sequence(sequence(oid(OID.ocsp), address(ocspUrl)))),
  ]
}

export type CertificateContent = {
  serial: string
  subject: Buffer
  notBefore: Date
  notAfter: Date
  publicKey: KeyObject
  extensions: Buffer[]
}

/** Signs any certificate content; the tests make wrong ones with it. */
export function signCertificate(issuer: Pick<IssuingAuthority, 'subject' | 'privateKey'>, content: CertificateContent): string {
  const tbs = sequence(
    explicit(0, unsigned('02')),
    unsigned(content.serial),
    sha256WithRsa(),
    issuer.subject,
    sequence(time(content.notBefore), time(content.notAfter)),
    content.subject,
    content.publicKey.export({ type: 'spki', format: 'der' }),
    explicit(3, sequence(...content.extensions)),
  )
  return pemOf(signed(tbs, issuer.privateKey))
}

/** The signed form of anything: content, algorithm, signature. */
export function signed(tbs: Buffer, key: KeyObject, ...after: Buffer[]): Buffer {
  return sequence(tbs, sha256WithRsa(), bits(sign('sha256', tbs, key)), ...after)
}

export const sha256WithRsa = (): Buffer => sequence(oid(OID.sha256WithRsa), nothing())

export function extension(id: string, value: Buffer, critical = false): Buffer {
  return critical ? sequence(oid(id), yes(), octets(value)) : sequence(oid(id), octets(value))
}

export function keyIdExtensions(issuer: Pick<IssuingAuthority, 'keyId'>, publicKey: KeyObject): Buffer[] {
  return [authorityKeyIdExtension(issuer.keyId), extension(OID.subjectKeyId, octets(keyIdOf(publicKey)))]
}

export const authorityKeyIdExtension = (keyId: Buffer): Buffer => extension(OID.authorityKeyId, sequence(implicit(0, keyId)))

/** @spec RFC 5280, 4.2.1.2, method 1: SHA-1 over the key's bits; an identifier, not a protection. */
export function keyIdOf(key: KeyObject): Buffer {
  const spki = key.export({ type: 'spki', format: 'der' })
  return createHash('sha1')
    .update(wholeBitsOf(spki, childrenOf(spki, wholeElement(spki, TAG.sequence))[1]!))
    .digest()
}

export type AuthorityContent = {
  issuer: Pick<IssuingAuthority, 'subject' | 'privateKey' | 'keyId'>
  subject: Buffer
  publicKey: KeyObject
  notBefore: Date
  notAfter: Date
  pathLength: number
}

/** A certificate of an authority; `pathLength` counts the authorities that may stand below it. */
export function authorityCertificate({ issuer, pathLength, ...content }: AuthorityContent): string {
  const extensions = [
    extension(OID.basicConstraints, sequence(yes(), unsigned(`0${pathLength}`)), true),
    extension(OID.keyUsage, bits(Buffer.from([0x06]), 1), true),
    ...keyIdExtensions(issuer, content.publicKey),
  ]
  return signCertificate(issuer, { ...content, serial: randomSerial(), extensions })
}

/** A positive serial number of 16 bytes, hexadecimal. */
export function randomSerial(): string {
  const bytes = randomBytes(16)
  bytes[0] = (bytes[0]! & 0x3f) | 0x40
  return bytes.toString('hex')
}

export function nameOf({ organization, unit, common }: { organization: string; unit?: string; common: string }): Buffer {
  const part = (id: string, value: Buffer) => element(TAG.set, sequence(oid(id), value))
  const units = unit === undefined ? [] : [part(OID.organizationalUnit, utf8(unit))]
  return sequence(
    part(OID.country, printable('JP')),
    part(OID.organization, utf8(organization)),
    ...units,
    part(OID.commonName, utf8(common)),
  )
}
