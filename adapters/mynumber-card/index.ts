/** The door of the card adapter. A page's script imports `browser-card.ts` directly, so that nothing of Node is bundled. */
export { type CardRefusal, cardRefusals } from './card-refusals.ts'
export { CardError, type CardErrorCode, cardErrors, type CardPort, PIN_TRIES } from './card-port.ts'
export {
  createDemoCa,
  type DemoAuthority,
  type DemoCa,
  type DemoCaOptions,
  type ExportedDemoCa,
  exportDemoCa,
  importDemoCa,
  issueUserCertificate,
  type KeySource,
} from './demo-ca.ts'
export { issueTlsCertificate, type TlsCertificateRequest } from './demo-tls.ts'
export { type CertificateStatus, issueCrl, ocspRespond } from './demo-revocation.ts'
export { type DemoCard, makeCards } from './make-cards.ts'
export { buildOcspRequest, certificateIdOf } from './ocsp.ts'
export { USER_AUTHENTICATION_POLICY } from './oids.ts'
export { combine, type RevocationAnswer, type RevocationSource } from './revocation.ts'
export { crlFile, httpCrl } from './revocation-list.ts'
export { httpOcsp } from './revocation-online.ts'
export { softwareCard } from './software-card.ts'
export {
  type CardAnswer,
  type CertificateVerifier,
  certificateVerifier,
  type Refused,
  type VerifiedCertificate,
  verifySignature,
} from './verify.ts'
