/** The door of the card adapter. A page's script imports `browser-card.ts` and `browser-bridge.ts` directly, so that nothing of Node is bundled. */
export type { CardAccess, CardChannel } from './apdu.ts'
export { type Bridge, BRIDGE_PORT, type BridgeOptions, startBridge } from './bridge.ts'
export { type CardRefusal, cardRefusals } from './card-refusals.ts'
export {
  CardError,
  type CardErrorCode,
  cardErrors,
  type CardPort,
  PIN_TRIES,
  ReaderError,
  type ReaderErrorCode,
  readerErrors,
} from './card-port.ts'
export { apduCard } from './jpki-applet.ts'
export type { PairedPage, PairedStore } from './pairing.ts'
export { pcscAccess, type PcscOptions } from './pcsc.ts'
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
