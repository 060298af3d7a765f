/** TLS certificates of a demo authority: for the server, and for clients that prove themselves by one. */
import type { KeyObject } from './crypto.ts'
import { bits, implicit, oid, sequence } from './der-writer.ts'
import { extension, type IssuingAuthority, keyIdExtensions, nameOf, randomSerial, signCertificate } from './issue.ts'
import { OID } from './oids.ts'

const IPV4 = /^\d{1,3}(\.\d{1,3}){3}$/
const SERVER_AUTH = '1.3.6.1.5.5.7.3.1'

export type TlsCertificateRequest = {
  common: string
  organization: string
  usage: 'server' | 'client'
  /** Names and IPv4 addresses the certificate is good for. */
  names: readonly string[]
  notBefore: Date
  notAfter: Date
  publicKey: KeyObject
}

/** A certificate as PEM. @spec RFC 5280 sections 4.2.1.3, 4.2.1.6, 4.2.1.12 */
export function issueTlsCertificate(authority: IssuingAuthority, request: TlsCertificateRequest): string {
  const { common, organization, usage, names, notBefore, notAfter, publicKey } = request
  const alternatives = names.map((name) =>
    IPV4.test(name) ? implicit(7, Buffer.from(name.split('.').map(Number))) : implicit(2, Buffer.from(name, 'latin1')),
  )
  const extensions = [
    extension(OID.keyUsage, bits(Buffer.from([0x80]), 7), true),
    extension(OID.extendedKeyUsage, sequence(oid(usage === 'server' ? SERVER_AUTH : OID.clientAuth))),
    ...(alternatives.length > 0 ? [extension(OID.subjectAltName, sequence(...alternatives))] : []),
    ...keyIdExtensions(authority, publicKey),
  ]
  const subject = nameOf({ organization, common })
  return signCertificate(authority, { serial: randomSerial(), subject, notBefore, notAfter, publicKey, extensions })
}
