/**
 * A certification authority for the demo region, shaped like the public service's: a root, and below it the authority
 * that issues user-authentication certificates. Never trusted outside the demo.
 *
 * @spec RFC 5280 https://www.rfc-editor.org/rfc/rfc5280
 */
import { createHash, createPrivateKey, createPublicKey, generateKeyPair, type KeyObject, randomBytes, sign } from 'node:crypto'
import { promisify } from 'node:util'
import { parseCertificatePem, pemOf } from './certificate.ts'
import { childrenOf, TAG, wholeBitsOf, wholeElement } from './der.ts'
import { bits, element, explicit, implicit, nothing, octets, oid, printable, sequence, time, unsigned, utf8, yes } from './der-writer.ts'
import { OID, USER_AUTHENTICATION_POLICY } from './oids.ts'

export type KeyPair = { publicKey: KeyObject; privateKey: KeyObject }
/** Where new keys come from; replace it by a pool where making them takes too long. */
export type KeySource = () => Promise<KeyPair>

export type DemoAuthority = { certificatePem: string; subject: Buffer; privateKey: KeyObject; publicKey: KeyObject; keyId: Buffer }
export type DemoCa = { root: DemoAuthority; users: DemoAuthority; crlUrl: string; ocspUrl: string }

const generate = promisify(generateKeyPair)

/** RSA of 2,048 bits, as on the card; made on libuv's threads, so several at once use several cores. */
export const rsaKey: KeySource = () => generate('rsa', { modulusLength: 2048 })

export type DemoCaOptions = { now?: Date; years?: number; crlUrl?: string; ocspUrl?: string; keySource?: KeySource; name?: string }

export async function createDemoCa(options: DemoCaOptions = {}): Promise<DemoCa> {
  const { now = new Date(), years = 10, keySource = rsaKey, name = 'Enishi Demo' } = options
  const { crlUrl = 'http://localhost:8080/demo-ca/users.crl', ocspUrl = 'http://localhost:8080/demo-ca/ocsp' } = options
  const [rootKeys, userKeys] = await Promise.all([keySource(), keySource()])
  const times = { notBefore: daysFrom(now, -1), notAfter: daysFrom(now, years * 365) }
  const rootName = nameOf({ organization: name, unit: 'Demo only', common: 'Demo Root CA' })
  const userName = nameOf({ organization: name, unit: 'Demo only', common: 'Demo User Authentication CA' })
  const rootBase = { subject: rootName, ...rootKeys, keyId: keyIdOf(rootKeys.publicKey) }
  const root = {
    ...rootBase,
    certificatePem: authorityCertificate({ issuer: rootBase, subject: rootName, publicKey: rootKeys.publicKey, ...times, pathLength: 1 }),
  }
  const certificatePem = authorityCertificate({ issuer: root, subject: userName, publicKey: userKeys.publicKey, ...times, pathLength: 0 })
  return { root, users: { subject: userName, ...userKeys, keyId: keyIdOf(userKeys.publicKey), certificatePem }, crlUrl, ocspUrl }
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

export type CertificateContent = {
  serial: string
  subject: Buffer
  notBefore: Date
  notAfter: Date
  publicKey: KeyObject
  extensions: Buffer[]
}

/** Signs any certificate content; the tests make wrong ones with it. */
export function signCertificate(issuer: Pick<DemoAuthority, 'subject' | 'privateKey'>, content: CertificateContent): string {
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

function addressExtensions({ crlUrl, ocspUrl }: DemoCa): Buffer[] {
  const address = (url: string) => implicit(6, Buffer.from(url, 'latin1'))
  return [
    extension(OID.crlDistributionPoints, sequence(sequence(explicit(0, explicit(0, address(crlUrl)))))),
    extension(OID.authorityInfoAccess, sequence(sequence(oid(OID.ocsp), address(ocspUrl)))),
  ]
}

export function keyIdExtensions(issuer: Pick<DemoAuthority, 'keyId'>, publicKey: KeyObject): Buffer[] {
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

type AuthorityContent = {
  issuer: Pick<DemoAuthority, 'subject' | 'privateKey' | 'keyId'>
  subject: Buffer
  publicKey: KeyObject
  notBefore: Date
  notAfter: Date
  pathLength: number
}

function authorityCertificate({ issuer, pathLength, ...content }: AuthorityContent): string {
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

const daysFrom = (from: Date, days: number): Date => new Date(from.getTime() + days * 86_400_000)

export type ExportedDemoCa = {
  root: { certificatePem: string; privateKeyPem: string }
  users: { certificatePem: string; privateKeyPem: string }
  crlUrl: string
  ocspUrl: string
}

/** The authority as JSON, private keys included: keep the file readable by its owner only. */
export function exportDemoCa({ root, users, crlUrl, ocspUrl }: DemoCa): ExportedDemoCa {
  const out = ({ certificatePem, privateKey }: DemoAuthority) => ({ certificatePem, privateKeyPem: privateKeyPemOf(privateKey) })
  return { root: out(root), users: out(users), crlUrl, ocspUrl }
}

export const privateKeyPemOf = (key: KeyObject): string => key.export({ type: 'pkcs8', format: 'pem' }).toString()

export function importDemoCa(json: ExportedDemoCa): DemoCa {
  return { root: authorityFrom(json.root), users: authorityFrom(json.users), crlUrl: json.crlUrl, ocspUrl: json.ocspUrl }
}

function authorityFrom({ certificatePem, privateKeyPem }: ExportedDemoCa['root']): DemoAuthority {
  const certificate = parseCertificatePem(certificatePem)
  if (certificate === null) throw new Error('the stored demo authority is not readable')
  const privateKey = createPrivateKey(privateKeyPem)
  const publicKey = createPublicKey({ key: certificate.spki, format: 'der', type: 'spki' })
  return { certificatePem, subject: certificate.subject, privateKey, publicKey, keyId: keyIdOf(publicKey) }
}
