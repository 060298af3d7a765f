import type { Resource } from '#packages/fhir'

/** Sex as the register holds it; FHIR `Patient.gender` uses the same words. */
export type Sex = 'male' | 'female'

export type FacilityKind = 'hospital' | 'clinic' | 'dental-clinic' | 'pharmacy' | 'care-provider' | 'municipality' | 'insurer'

/** A department of a facility: 2-digit code of the SS-MIX2 table, or null where only the text is known (dental). */
export type Department = { code: string | null; name: string; nameEn: string }

/** A facility of the region. `institutionNumber` follows 保険医療機関番号10桁 only for hospitals, clinics and dental clinics. */
export type Facility = {
  institutionNumber: string
  name: string
  nameEn: string
  kind: FacilityKind
  prefecture: string
  address: Address
  phone: string
  departments: readonly Department[]
}

export type StaffRole = 'physician' | 'nurse' | 'pharmacist' | 'clerk' | 'dentist'

export type Staff = {
  loginName: string
  name: string
  nameKana: string
  role: StaffRole
  institutionNumber: string
  /** Number within the facility, as in 医師ローカルID. */
  localId: string
  /** Department codes this person works in; empty means all. */
  departments: readonly string[]
}

/** `postalCode` begins with 000 and the phone with a number that no carrier gives out: nobody can be reached by them. */
export type Address = { postalCode: string; prefecture: string; city: string; line: string; text: string }

export type InsurerKind = 'association' | 'union' | 'mutual-aid' | 'national' | 'late-elderly'

/** An insurer of the region: 8 digits, zero-padded, invented. */
export type Insurer = { insurerNumber: string; name: string; kind: InsurerKind }

/** 限度額適用認定証. Flags A01–A06 below 70, B01–B10 from 70. */
export type LimitCertificate = { classification: '01' | '02' | '03'; classificationFlag: string; validFrom: string; validUntil: string }

/** 特定疾病療養受療証: 1 dialysis, 2 haemophilia, 3 HIV by blood products. */
export type SpecificDisease = { category: '1' | '2' | '3'; selfPayYen: number; validFrom: string; validUntil: string }

/** 公費: `payerNumber` 8 digits, the first two are the 法別番号. */
export type Subsidy = {
  payerNumber: string
  recipientNumber: string
  name: string
  monthlyLimitYen: number
  validFrom: string
  validUntil: string
}

/** One period of insurance. `memberId` is `保険者番号8:記号:番号:枝番`; `validUntil` null means still valid. */
export type Coverage = {
  memberId: string
  insurerNumber: string
  insurerName: string
  insurerKind: InsurerKind
  symbol: string
  number: string
  branch: string
  copayPercent: 10 | 20 | 30
  personalFamily: 'self' | 'family'
  validFrom: string
  validUntil: string | null
  limitCertificate?: LimitCertificate
  specificDisease?: SpecificDisease
  subsidies: readonly Subsidy[]
}

export type PersonName = { family: string; given: string; familyKana: string; givenKana: string }

/** What makes this person a harder case for a register. */
export type Trait = 'rare-kanji' | 'long-name' | 'foreign-resident' | 'twin' | 'insurer-changed' | 'turned-75' | 'same-name'

/** A diagnosis from its first day. `endedOn` null: still there. Flags are those of the sharing service. */
export type Episode = {
  id: string
  disease: string
  institutionNumber: string
  department: Department
  onsetOn: string
  endedOn: string | null
  /** First visit for it within the window. */
  seenFrom: string
  treatedFrom: string | null
  suspected: boolean
  flags: readonly ('LTS' | 'UNINFORMED' | 'UNDELIVERED')[]
}

export type AllergyRecord = {
  id: string
  allergen: string
  institutionNumber: string
  department: Department
  recordedOn: string
  longTermStorage: boolean
}

export type Person = {
  n: number
  household: number
  name: PersonName
  birthDate: string
  sex: Sex
  address: Address
  phone: string
  coverage: Coverage
  /** Insurance before the present one, newest first. */
  earlierCoverages: readonly Coverage[]
  traits: readonly Trait[]
  episodes: readonly Episode[]
  allergies: readonly AllergyRecord[]
}

/** Synthetic people and facilities; `from` and `until` are the first and last day of the records. */
export type Region = {
  seed: string
  from: string
  until: string
  facilities: readonly Facility[]
  staff: readonly Staff[]
  insurers: readonly Insurer[]
  people: readonly Person[]
}

export type SubmissionKind = 'Condition' | 'AllergyIntolerance' | 'Observation' | 'eReferral' | 'eCheckup' | 'ePCS' | 'eDischargeSummary'

/**
 * One submission of an institution. `submittedAt` is an instant with `+09:00`.
 * `messy` names the fault put in on purpose; `mustRefuse` is true where the fault breaks a submission rule.
 * `outliers` are resource identifiers of results that are far out on purpose.
 */
export type Submission = {
  institutionNumber: string
  personN: number
  submittedAt: string
  kind: SubmissionKind
  bundle: Resource
  messy?: string
  mustRefuse?: boolean
  outliers?: readonly string[]
}
