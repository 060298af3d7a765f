/** The door of signatures: what staff signed, by which certificates, and whether it still stands. */
export { certificateState, type CertificateState } from './rules.ts'
export { type EndReason, endReasons, type JudgedSignature, type Signature, type StaffCertificate, type Verdict } from './model.ts'
export { signatureMigrations } from './schema.ts'
export { digestOf, type SignatureService, signatureService, signingRegister, type SigningTools } from './service.ts'
export { eraseOrphans, insertCertificate, signatureTaker } from './store.ts'
export { signatureRoutes } from './routes.ts'
