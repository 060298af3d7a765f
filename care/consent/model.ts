import type { InformationKind } from '#packages/fhir'

/**
 * What a row of the record says about itself for the decision who may see it.
 * `patient` is the demographic record; `other` any clinical resource outside the sharing service's kinds;
 * `shared` what belongs to no person.
 */
export type ItemKind = InformationKind | 'patient' | 'other' | 'shared'

export type Item = {
  /** Patient key; the resource's own id where it belongs to no person (organisations, practitioners). */
  key: string
  kind: ItemKind
  /** Number of the institution that sent it. */
  source: string
  /** 未告知: the person has not been told. */
  uninformed: boolean
  /** 未提供: not for other institutions nor the person. */
  undelivered: boolean
  /** LTS: kept and shown beyond the normal period. */
  longTerm: boolean
  /** Institution a letter is addressed to; null for everything else. */
  addressee: string | null
  registeredAt: Date
}

/** Consent given at a card reader: one person, one institution, one kind, one purpose, until an instant. */
export type Grant = {
  consentId: string
  key: string
  institutionNumber: string
  kind: InformationKind
  purpose: string
  givenAt: Date
  until: Date
  withdrawnAt: Date | null
}

/** Facts the decision reads beside the item: standing consents of this person and which institutions treat them. */
export type Facts = { grants: readonly Grant[]; relations: readonly { key: string; institutionNumber: string }[] }

/** A consent as the person sees it: one act at a reader, with every kind that was asked. */
export type Consent = {
  id: string
  key: string
  institutionNumber: string
  institutionName: string
  purpose: string
  givenAt: Date
  until: Date
  withdrawnAt: Date | null
  allowed: InformationKind[]
  refused: InformationKind[]
}
