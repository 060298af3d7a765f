/**
 * Electronic signatures of staff: what an act demands, and the ports by which something signs and something else judges.
 *
 * Who signs holds a certificate that states a licence. The licence is judged three times at the instant of signing: in the
 * certificate, in the register, and against what the act demands. Adapters implement the ports; `app` binds them.
 *
 * A row that signs asks for the person anew: it carries `stepUp` (card or passkey, a few minutes) for who sits at the desk, and the
 * signing PIN goes with each request to the `Signer`, never into a session. An implementation may hold a PIN's acceptance for
 * a run of documents only as long as its `holdMinutes` says; zero means a PIN for each signature.
 */
import type { StaffRole } from './context.ts'
import type { Sentence } from './language.ts'
import type { RefusalCode } from './refusal.ts'

/** Roles that a certificate can state and an act can demand. */
export type SigningRole = Extract<StaffRole, 'physician' | 'dentist' | 'pharmacist' | 'nurse'>

/**
 * What is signed, and who may.
 * @law 医師法, 歯科医師法, 薬剤師法, 療養担当規則 (要確認: 弁護士)
 */
export const signingActs = {
  prescribe: { roles: ['physician', 'dentist'], ja: '処方', en: 'prescribing' },
  dispense: { roles: ['pharmacist'], ja: '調剤', en: 'dispensing' },
  letter: { roles: ['physician', 'dentist'], ja: '診療情報提供書', en: 'a letter of referral' },
} as const satisfies Record<string, Sentence & { roles: readonly SigningRole[] }>

export type SigningAct = keyof typeof signingActs

/** Named as in RFC 7518: RSASSA-PKCS1-v1_5, RSASSA-PSS (salt as long as the digest), ECDSA (r and s side by side). */
export type SignatureAlgorithm = 'RS256' | 'PS256' | 'ES256' | 'ES384'

export type SignRequest = {
  /** what is signed, not its digest; at most 16 MB */
  data: Uint8Array
  /** which key, in the implementation's own words: a token's label, a name */
  keyRef: string
  pin: string
}

export type Signed = {
  signature: Uint8Array<ArrayBuffer>
  algorithm: SignatureAlgorithm
  /** PEM, the signer's own first, then upwards as far as the token holds them */
  certificateChain: readonly string[]
}

/** Something that holds keys and judges PINs: software, a card, an HSM. */
export type Signer = {
  /**
   * PEM, the signer's own first; readable without a PIN.
   * @refuses signing-key-missing, signing-token-missing
   */
  certificateChain(keyRef: string): Promise<readonly string[]>
  /** How this key signs; each key in one way only. */
  algorithm(keyRef: string): Promise<SignatureAlgorithm>
  /** @refuses signing-pin-wrong, signing-pin-locked, signing-key-missing, signing-token-missing */
  sign(request: SignRequest): Promise<Signed>
  /** for how long an accepted PIN serves the next request that gives the same PIN; 0: each is judged by the token */
  readonly holdMinutes: number
}

/** Which licence the register holds for this certificate at an instant. */
export type SigningRegister = {
  /**
   * The role that the member of staff may exercise at `at`, where this very certificate was registered to them; null where it was
   * not, or where licence or post had not begun or had ended.
   */
  roleAt(question: { staffId: string; issuerKeyHash: string; serial: string; at: Date }): Promise<StaffRole | null>
}

export type SignatureToCheck = {
  /** who asked for the signature, as proven by the session */
  staffId: string
  act: SigningAct
  /** instant of signing; judged then, not now */
  at: Date
  certificatePem: string
  algorithm: SignatureAlgorithm
  signature: Uint8Array
  data: Uint8Array
}

export type VerifiedSigner = {
  role: SigningRole
  /** lower-case hexadecimal, unique under one issuer only */
  serial: string
  /** SHA-256 of the issuer's public key, lower-case hexadecimal */
  issuerKeyHash: string
  /** common name in the certificate, as it stands there; null where it has none */
  name: string | null
}

/** What a certificate for signing says, once it was found to be one. */
export type SigningCertificate = {
  pem: string
  /** lower-case hexadecimal, unique under one issuer only */
  serial: string
  /** SHA-256 of the issuer's public key, lower-case hexadecimal */
  issuerKeyHash: string
  /** common names as they stand there; null where there is none */
  issuerName: string | null
  name: string | null
  /** licences it states (hcRole); never empty */
  roles: readonly SigningRole[]
  notBefore: Date
  notAfter: Date
}

/** Judges a signature and the right to it. */
export type SignatureVerifier = {
  check(asked: SignatureToCheck): Promise<VerifiedSigner | { refused: SigningRefusal }>
  /**
   * Judges again what was accepted once: whether document, signature and certificate still fit each other. What may be revoked or
   * ended since is not asked, because it was judged at the instant of signing.
   */
  again(asked: Omit<SignatureToCheck, 'staffId'>): VerifiedSigner | { refused: SigningRefusal }
  /** Reads a certificate that somebody enters (PEM, or DER in base64): chain, use, policy, time, licence and revocation at `at`. */
  inspect(text: string, at: Date): Promise<SigningCertificate | { refused: SigningRefusal }>
}

export type SigningRefusal = Extract<RefusalCode, `signing-${string}`>

/**
 * Proves that something existed at an instant (認定タイムスタンプ). Nothing implements it yet: documents kept by law need an
 * accredited authority's stamp besides the signature, and an old signature cannot be judged after its certificate was revoked
 * without one.
 * @spec RFC 3161
 */
export type TimestampAuthority = { stamp(digest: Uint8Array): Promise<Uint8Array> }
