import type { Sentence } from '#kernel/language'
import type { SignatureAlgorithm, SigningAct, SigningRefusal, SigningRole } from '#kernel/signing'

/** Why a certificate is used no more. */
export const endReasons = {
  revoked: { ja: '失効した（紛失・盗難・資格の取消など）', en: 'Revoked (lost, stolen, licence withdrawn)' },
  replaced: { ja: '新しい証明書に替えた', en: 'Replaced by a new one' },
  left: { ja: '退職・異動した', en: 'The person left or moved' },
  mistake: { ja: '登録を間違えた', en: 'It was registered by mistake' },
} as const satisfies Record<string, Sentence>
export type EndReason = keyof typeof endReasons

/** A certificate by which a member of staff signs, as the register keeps it. */
export type StaffCertificate = {
  id: string
  staffId: string
  issuerKeyHash: string
  serial: string
  issuerName: string | null
  name: string | null
  roles: readonly SigningRole[]
  notBefore: Date
  notAfter: Date
  pem: string
  /** under which name the signer (software, card, HSM) keeps the key */
  keyRef: string
  since: Date
  /** last day, 'YYYY-MM-DD' in Japan, on which the facility lets it be used; null while nothing ends it but the certificate itself */
  until: string | null
  endedAt: Date | null
  endedBecause: EndReason | null
  /** id of who entered it */
  enteredBy: string
}

/** A signature as stored: the bytes that were signed stand beside it. */
export type Signature = {
  key: string
  id: string
  type: string
  resourceId: string
  version: number
  act: SigningAct
  /** The document as text, exactly as it was signed. */
  document: string
  jws: string
  algorithm: SignatureAlgorithm
  staffId: string
  staffName: string
  role: SigningRole
  institutionNumber: string
  institutionName: string
  signedAt: Date
  issuerKeyHash: string
  serial: string
  /** Name in the certificate. */
  signerName: string | null
  notBefore: Date
  notAfter: Date
}

/**
 * What judging a signature again found.
 * `stands`: the document is the one that was signed; `earlier-version`: it was given to a version that was replaced since;
 * `document-changed`: the stored document is another than the signed one; `broken`: signature, certificate and signed bytes do not fit.
 */
export type Verdict = 'stands' | 'earlier-version' | 'document-changed' | 'broken'

export type JudgedSignature = Signature & {
  verdict: Verdict
  /** Why it is broken; null otherwise. */
  why: SigningRefusal | null
  /** Where the register ended the certificate later, when and why. */
  endedLater: { at: Date; because: EndReason } | null
}
