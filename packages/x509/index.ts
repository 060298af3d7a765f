/** The door: X.509 certificates, revocation lists (CRL) and online answers (OCSP), read strictly; and issued, for demo authorities and tests. */
export { type Authority, isIssuer, keyBitsOf, readAuthorities, standsAt } from './authority.ts'
export type { Fetch } from './bounded-fetch.ts'
export {
  type Certificate,
  derOfPem,
  nameAttributeOf,
  type Extensions,
  KEY_USAGE,
  MAX_PEM_CHARACTERS,
  parseCertificate,
  parseCertificatePem,
  pemOf,
  publicKeyOf,
} from './certificate.ts'
export { parseCrl, type RevocationList } from './crl.ts'
export {
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
  TAG,
  unsignedOf,
  wholeBitsOf,
  wholeElement,
} from './der.ts'
export {
  bits,
  element,
  enumerated,
  explicit,
  generalizedTime,
  implicit,
  nothing,
  octets,
  oid,
  printable,
  sequence,
  sequenceOf,
  time,
  unsigned,
  utf8,
  yes,
} from './der-writer.ts'
export {
  addressExtensions,
  authorityCertificate,
  type CertificateContent,
  createAuthorities,
  createIssuingPair,
  extension,
  type IssuingAuthority,
  type IssuingPair,
  keyIdExtensions,
  keyIdOf,
  type KeyPair,
  type KeySource,
  nameOf,
  privateKeyPemOf,
  randomSerial,
  restoreAuthority,
  restorePair,
  rsaKey,
  sha256WithRsa,
  signCertificate,
  signed,
  type StoredAuthority,
  type StoredPair,
  storeAuthority,
  storePair,
} from './issue.ts'
export { type CertificateStatus, type CrlContent, issueCrl, ocspRespond, type ResponderOptions } from './issue-revocation.ts'
export { issueTlsCertificate, type TlsCertificateRequest } from './issue-tls.ts'
export { type LeastRecent, leastRecent } from './least-recent.ts'
export { buildOcspRequest, certificateIdOf } from './ocsp.ts'
export { OID } from './oids.ts'
export { combine, type RevocationAnswer, type RevocationQuestion, type RevocationSource } from './revocation.ts'
export { crlFile, httpCrl, type HttpListOptions } from './revocation-list.ts'
export { httpOcsp, type OnlineOptions } from './revocation-online.ts'
