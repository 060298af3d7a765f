/** Facilities, staff and their dates as the registers keep them. Days are 'YYYY-MM-DD' in Japan; `until` is the last day, null where none is set. */
import type { StaffRole } from '#kernel/context'
import type { BindingPolicy, Facility } from './model.ts'

export type Dates = { from: string; until: string | null }

/** A facility with where it stands and how long it is one. */
export type FacilityEntry = Facility & Dates & { postalCode: string; address: string; phone: string }
export type Department = Dates & { institutionNumber: string; code: string; name: string; nameEn: string }

/** Licences by law: 医師, 歯科医師, 薬剤師, 保健師, 助産師, 看護師, 准看護師. */
export const licenceKinds = ['physician', 'dentist', 'pharmacist', 'public-health-nurse', 'midwife', 'nurse', 'assistant-nurse'] as const
export type LicenceKind = (typeof licenceKinds)[number]
/** `number`: registration number (医籍登録番号 and the like); '' where nobody has entered it. */
export type Licence = Dates & { kind: LicenceKind; number: string }

/** Where somebody works, as what. `endedAt`: ended at once, before its last day. */
export type Assignment = Dates & {
  id: string
  institutionNumber: string
  institutionName: string
  institutionNameEn: string
  role: StaffRole
  department: string
  endedAt: Date | null
  /** Whether it gives a right now: dates, facility and licence. */
  holds: boolean
}

export type StaffEntry = {
  id: string
  loginName: string
  name: string
  nameKana: string
  nameEn: string
  endedAt: Date | null
  /** Those within the reach of who asks. */
  assignments: Assignment[]
  /** Whether they have places out of that reach too, which their licences and their sign-in serve as well. */
  elsewhere: boolean
  licences: Licence[]
}

/** A key or certificate of a client. `usedAt`: last use, exact to an hour; `about`: algorithm and size, or the subject. */
export type ClientKey = {
  thumbprint: string
  form: 'jwk' | 'certificate'
  kid: string
  about: string
  jwk: object | null
  validUntil: Date | null
  addedAt: Date
  usedAt: Date | null
  retiredAt: Date | null
}

export type ClientEntry = {
  clientId: string
  institutionNumber: string
  institutionName: string
  institutionNameEn: string
  name: string
  scopes: string[]
  binding: BindingPolicy
  certificateSubject: string | null
  madeAt: Date | null
  endedAt: Date | null
  keys: ClientKey[]
}

/** One change of a register: what its fields were and became. */
export type Change = {
  id: string
  at: Date
  subject: string
  act: string
  byId: string
  byName: string
  fields: Record<string, { from: string | null; to: string | null }>
}

/** Whose entries somebody may keep: null for all facilities, else the one. Every query of the registers' pages says it. */
export type Reach = { institutionNumber: string | null }
