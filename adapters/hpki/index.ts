/** The door of the adapter for the healthcare PKI (HPKI): who may sign, checked; and what signs. */
export {
  createDemoStaffCa,
  type DemoStaffCa,
  type DemoStaffCaOptions,
  issueStaffCertificate,
  restoreStaffCa,
  type StaffCertificateRequest,
  type StoredStaffCa,
  storeStaffCa,
} from './demo-ca.ts'
export { LICENCE_SCHEME, licences } from './hc-role.ts'
export { AUTHENTICATION_POLICY, HPKI_ARC, SIGNING_POLICY } from './policy.ts'
export { pkcs11Signer, type Pkcs11Options, type TokenKey } from './pkcs11.ts'
export { type SoftwareKey, softwareSigner } from './software-signer.ts'
export { type HpkiOptions, hpkiVerifier, MAX_SIGNED_BYTES } from './verify.ts'
