/** What a builder needs to know; plain facts, no FHIR. Times are ISO 8601 with milliseconds and zone, dates `YYYY-MM-DD` in Japan. */

/** The institution that sends, and the doctor and department in charge there. */
export type SenderInput = {
  /** 保険医療機関番号10桁 */
  institutionNumber: string
  name: string
  department: { code: string; name: string }
  doctor: { id: string; family: string; given: string; familyKana: string; givenKana: string }
}

export type PatientInput = {
  /** 被保険者個人識別子 in the service's form, or, where `publicAssistance`, 生活保護受給者識別子. */
  memberId: string
  publicAssistance?: boolean
  /** Number of the patient at the sending institution. */
  localId?: string
  family: string
  given: string
  familyKana: string
  givenKana: string
  gender: 'male' | 'female' | 'other' | 'unknown'
  birthDate: string
  address: { state: string; city: string; line: string; postalCode?: string }
  phone?: string
}

export type FlagsInput = { longTermStorage?: boolean; uninformed?: boolean; undelivered?: boolean }

export type ConditionInput = {
  type: 'Condition'
  /** Unique within the institution. */
  id: string
  /** 病名管理番号 and its name; `text` as typed by the doctor, the name where left out. */
  code: { keyNumber: string; display: string; text?: string; icd10?: { code: string; display: string } }
  onset: string
  abatement?: string
  /** Where left out: active, or resolved once there is an abatement. */
  clinicalStatus?: 'active' | 'remission' | 'inactive' | 'resolved' | 'unknown'
  /** 疑い病名 */
  suspected?: boolean
  /** 主病名 */
  principal?: boolean
  recorded?: string
  flags?: FlagsInput
}

export type AllergyInput = {
  type: 'AllergyIntolerance'
  id: string
  /** J-FAGY code: `YCM…`, `GCM…`, `J9F…`, `J9N…` or a dummy `D9M…`, `D9F…`, `D9N…`; the code system follows from it. */
  code: { code: string; display: string; text?: string }
  category: 'medication' | 'food' | 'environment' | null
  criticality?: 'low' | 'high' | 'unable-to-assess'
  onset?: string
  recorded?: string
  note?: string
  flags?: FlagsInput
}

export type LaboratoryInput = {
  type: 'Observation'
  id: string
  /** The institution's own code, always; `[A-Za-z0-9_-]`. */
  local: { code: string; display: string }
  /** Designated item (`core`), infection test (`infection`), other JLAC10 code (`jlac10`); left out: not standardised. */
  standard?: { list: 'core' | 'infection' | 'jlac10'; code: string; display: string }
  status?: 'preliminary' | 'final' | 'corrected'
  /** When the specimen was taken. */
  taken: string
  issued?: string
  specimen: string
  value: { quantity: number; unit: string; ucum?: string } | { text: string } | { absent: 'not-performed' | 'error' | 'unknown' }
  range?: { low?: number; high?: number; text?: string }
  interpretation?: 'H' | 'L' | 'N' | 'HH' | 'LL' | 'A'
  flags?: FlagsInput
}

/** A prescribed drug; travels inside documents. */
export type MedicationInput = {
  type: 'MedicationRequest'
  id: string
  /** Without a code the drug is sent as not coded. */
  drug: { yj?: string; generic?: string; display: string; text?: string }
  authored: string
  start: string
  days: number
  /** 16 digits of the usage master; left out: dummy code. */
  usage: { code?: string; text: string }
  dose: { value: number; unit: string; unitCode: string; perDay: number }
}

export type ItemInput = ConditionInput | AllergyInput | LaboratoryInput

/** A UUID made from a text, the same every time: builders need neither clock nor chance. */
export function uuidFrom(seed: string): string {
  const hex = [0x811c9dc5, 0x9e3779b9, 0x85ebca6b, 0xc2b2ae35].map((start) => fnv(seed, start)).join('')
  return `${hex.slice(0, 8)}-${hex.slice(8, 12)}-4${hex.slice(13, 16)}-a${hex.slice(17, 20)}-${hex.slice(20, 32)}`
}

function fnv(seed: string, start: number): string {
  let hash = start
  for (let i = 0; i < seed.length; i++) hash = Math.imul(hash ^ seed.charCodeAt(i), 0x01000193)
  hash ^= hash >>> 15
  hash = Math.imul(hash, 0x2c1b3c6d)
  hash ^= hash >>> 12
  return (hash >>> 0).toString(16).padStart(8, '0')
}
