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
} from './demo-ca.ts'
export {
  buildOcspRequest,
  type CertificateStatus,
  certificateIdOf,
  combine,
  crlFile,
  issueCrl,
  issueTlsCertificate,
  type KeySource,
  ocspRespond,
  type RevocationAnswer,
  type RevocationSource,
  type TlsCertificateRequest,
} from '#packages/x509'
export { type DemoCard, makeCards } from './make-cards.ts'
export { httpCrl, httpOcsp } from './network.ts'
export { USER_AUTHENTICATION_POLICY } from './policy.ts'
export { chosenFaceCheck, type FaceCheck } from './face-check.ts'
export { softwareCard } from './software-card.ts'
export { type PinlessCard, pinlessCard, withoutPinMessage } from './without-pin.ts'
export {
  type CardAnswer,
  type CertificateVerifier,
  certificateVerifier,
  type Refused,
  type VerifiedCertificate,
  verifySignature,
} from './verify.ts'
