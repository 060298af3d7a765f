import type { InformationKind } from '#packages/fhir'

/**
 * What a row of the record says about itself for the decision who may see it.
 * `patient` is the demographic record; `other` any clinical resource outside the sharing service's kinds;
 * `shared` what belongs to no person.
 */
export type ItemKind = InformationKind | 'patient' | 'other' | 'shared'

export type Item = {
  /** FHIR type and id; what a person hides one by one. */
  type: string
  id: string
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

/**
 * Consent of one person to one institution, for one kind and one purpose, until an instant. `visit`: answered at a card reader;
 * `standing`: given by the person in their own portal, to go on.
 */
export type Grant = {
  basis: 'visit' | 'standing'
  consentId: string
  key: string
  institutionNumber: string
  kind: InformationKind
  purpose: string
  givenAt: Date
  until: Date
  withdrawnAt: Date | null
}

/**
 * What a person closed. Empty text stands for all: a purpose everywhere (opt-out), one institution, one item.
 * `absolute`: also where life is at stake, which stays open unless they say so.
 */
export type Closure = {
  key: string
  closureId: string
  purpose: string
  institutionNumber: string
  type: string
  id: string
  absolute: boolean
  since: Date
  endedAt: Date | null
  /** Other tellings of the item, closed with it and opened with it. */
  alike?: readonly { type: string; id: string }[]
}

/** A member of staff opened one person's record because life was at stake. */
export type Emergency = { key: string; staffId: string; institutionNumber: string; since: Date; until: Date; endedAt: Date | null }
/** Disaster access is open at an institution. */
export type DisasterAt = { institutionNumber: string; since: Date; until: Date; endedAt: Date | null }
/** The law lets an institution see kinds for a purpose without consent; who decided it and by which clause stands in the register. */
export type LegalBasis = {
  institutionNumber: string
  purpose: string
  kinds: readonly string[]
  since: Date
  until: Date
  endedAt: Date | null
}

/** A fact as the readings of the table see it: its fields by name. */
export type FactRow = Readonly<Record<string, unknown>> & { key?: string }

/** Facts the decision reads beside the item. */
export type Facts = {
  grants: readonly Grant[]
  relations: readonly { key: string; institutionNumber: string }[]
  closures?: readonly Closure[]
  emergencies?: readonly Emergency[]
  disasters?: readonly DisasterAt[]
  legalBases?: readonly LegalBasis[]
}

/**
 * A consent as the person sees it: one act at a reader, or one in their portal that goes on, with every kind that was asked.
 * `textVersion`: what they were told before.
 */
export type Consent = {
  id: string
  key: string
  basis: 'visit' | 'standing'
  textVersion: string
  institutionNumber: string
  institutionName: string
  purpose: string
  givenAt: Date
  until: Date
  withdrawnAt: Date | null
  allowed: InformationKind[]
  refused: InformationKind[]
}
