import type { Person } from './model.ts'

/** A certificate of a card: its serial under the issuer's key. */
export type Card = { serial: string; issuer: string }

/** Why a card leads to a person: registered for insurance use, the authority named its predecessor, the person showed both cards, an operator. */
export type CardBasis = 'insurance' | 'authority' | 'both-cards' | 'operator'

/** `stopped`: reported lost. `ended`: replaced or given back; it never works again. */
export type CardState = 'live' | 'stopped' | 'ended'

export type CardHolder = { person: Person; state: CardState }

export type CardLink = Card & {
  personId: string
  linkedAt: Date
  basis: CardBasis
  /** Serial of the card it follows; null for a first card. */
  replaces: string | null
  stoppedAt: Date | null
  endedAt: Date | null
  endedBecause: 'renewed' | 'reissued' | 'returned' | 'operator' | null
}

export type CardEvent = { at: Date; what: 'linked' | 'stopped' | 'found' | 'ended'; byKind: string; byId: string }

/** Where a link stands now. */
export const stateOf = (link: Pick<CardLink, 'stoppedAt' | 'endedAt'>): CardState =>
  link.endedAt !== null ? 'ended' : link.stoppedAt !== null ? 'stopped' : 'live'
