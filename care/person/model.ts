import type { StaffRole } from '#kernel/context'

/** A person as the register knows them. Dates are 'YYYY-MM-DD' in Japan. */
export type Person = {
  id: string
  /** Patient keys this person owns; the first is the one new records go under. */
  keys: string[]
  name: string
  nameKana: string
  /** What the person wishes to be called (NameOfOther); absent where that is their name. */
  nameOfOther?: string
  birthDate: string
  /** FHIR administrative gender. */
  sex: 'male' | 'female' | 'other' | 'unknown'
  address: string
  postalCode: string
  phone: string
}

export type NewPerson = Omit<Person, 'id' | 'keys'>

/** Identity as a submission states it; matched against the register, never written over it. */
export type Stated = {
  /** Member id in the canonical form of the exchange, as sent. */
  memberId: string
  name: string
  nameKana: string
  birthDate: string
  sex: string
  address: string
  postalCode: string
  phone: string
}

/** A submission's person, resolved. `doubtful` records are kept apart under a key of their own until somebody looks. */
export type Resolution = { key: string; personId: string; created: boolean; doubtful: boolean }

export type FacilityKind = 'hospital' | 'clinic' | 'dental-clinic' | 'pharmacy' | 'care-provider' | 'municipality' | 'insurer'
export type Facility = { institutionNumber: string; name: string; nameEn: string; kind: FacilityKind; prefecture: string }
export type Staff = { id: string; loginName: string; name: string; role: StaffRole; institutionNumber: string }

/**
 * What a client's access tokens must be tied to: the certificate of its connection (`mtls`, RFC 8705), a key it proves with each
 * request (`dpop`, RFC 9449), or either (`any`). `none` demands nothing and still ties a token where the client brings a proof.
 */
export type BindingPolicy = 'mtls' | 'dpop' | 'any' | 'none'
export type SystemClient = {
  clientId: string
  institutionNumber: string
  name: string
  jwks: { keys: object[] }
  scopes: string[]
  /** `any` where nothing is said. */
  binding?: BindingPolicy
  /** SHA-256 thumbprints (base64url) of certificates that prove the client without an assertion. */
  certificates?: string[]
  /** Subject of such a certificate, e.g. `CN=emr,O=Hospital,C=JP`; null where only thumbprints count. */
  certificateSubject?: string | null
}
