import type { FindingId, Verdict } from './rules/matching.ts'

/** Parts of an identity that change one by one. */
export const identityParts = ['name', 'sex', 'address', 'phone'] as const
export type IdentityPart = (typeof identityParts)[number]

/** What each part holds. `nameOfOther`: what the person wishes to be called; `sex2`: as they wish it shown (1, 2, 3 or nothing). */
export type IdentityValues = {
  name: { name: string; nameKana: string; nameRoma: string; nameOfOther: string; nameOfOtherKana: string }
  sex: { sex: 'male' | 'female' | 'other' | 'unknown'; sex2: string }
  address: { postalCode: string; address: string }
  phone: { phone: string }
}

/** Who stated something about a person. */
export const sources = ['insurer', 'municipality', 'facility', 'person', 'register'] as const
export type Source = (typeof sources)[number]

/** One statement about a person, as noted. `validFrom` is a day in Japan, '' where it was always so. */
export type Statement<P extends IdentityPart = IdentityPart> = {
  id: string
  personId: string
  part: P
  value: IdentityValues[P]
  validFrom: string
  source: Source
  /** Number of the insurer or institution, or the person's id. */
  statedBy: string
  notedAt: Date
  notedBy: string
  undoneAt: Date | null
}

/** A member id with the days of its cover. `reasonOfLoss`: 01 death, 02 public assistance, 03 another cover, 99 other. */
export type Membership = {
  asSent: string
  insurerNumber: string
  symbol: string
  number: string
  branch: string
  since: Date
  qualifiedFrom: string | null
  lostOn: string | null
  reasonOfLoss: string | null
}

/** One side of a case: who the register holds there, and under which key. */
export type Side = {
  key: string
  personId: string
  name: string
  nameKana: string
  birthDate: string
  sex: string
  address: string
  postalCode: string
  phone: string
  memberIds: string[]
  hasCard: boolean
  madeAt: Date
}

/** `set-aside`: a submission disagreed with the holder of its member id; `duplicate`: two entries that look alike. */
export type CaseKind = 'set-aside' | 'duplicate'

export type Case = {
  /** `key.otherKey`. */
  id: string
  kind: CaseKind
  key: string
  otherKey: string
  since: Date
  /** Institution whose submission was set aside; '' for duplicates. */
  institutionNumber: string
  /** Institution was asked and has not answered. */
  askedAt: Date | null
}

export type Decided = 'same' | 'different' | 'asked'
export const decisionReasons = ['document', 'insurer', 'facility', 'person', 'register'] as const
export type DecisionReason = (typeof decisionReasons)[number]

export type Decision = {
  id: string
  key: string
  otherKey: string
  decided: Decided
  reason: DecisionReason
  note: string
  linkId: string | null
  decidedAt: Date
  decidedByName: string
  undoneAt: Date | null
}

/** What a link moved, to the row: what is undone moves back exactly. */
export type Link = {
  id: string
  fromPerson: string
  toPerson: string
  keys: string[]
  memberIds: { folded: string; key: string }[]
  cards: { issuer: string; serial: string }[]
  madeAt: Date
  undoneAt: Date | null
}

/** Somebody the register may mean by a statement without a member id. */
export type Likely = { personId: string; key: string; verdict: Verdict; points: number; found: FindingId[] }
