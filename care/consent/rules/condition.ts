/**
 * What a rule of access may say. Conditions are data, so that one table can be read three ways: as a decision in TypeScript
 * (`decide.ts`), as a condition inside a query (`query.ts`), and by a plain interpreter that the tests hold both against.
 */
import type { Actor, Purpose } from '#kernel/context'

/** Who asks, why, when. */
export type Asker = { actor: Actor; purpose: Purpose; now: Date }

/** What is true of the asker alone; each is a function in `askers.ts`. */
export type AskerTest =
  | 'self'
  | 'acts-for'
  | 'acts-for-protected'
  | 'treats'
  | 'treats-clinically'
  | 'emergency-clinician'
  | 'by-law'
  | 'signed-in'

/** A text that the asker brings: their institution's number, their id, their purpose. */
export type AskerText = 'institution' | 'id' | 'purpose'
/** Texts that the asker brings: the keys they act on, the kinds that stay another's own. */
export type AskerTexts = 'keys' | 'hidden-kinds'

/** Facts by name; where each is kept, `facts.ts` says. A fact about a person carries their key. */
export type FactName = 'grants' | 'relations' | 'closures' | 'emergencies' | 'disasters' | 'legalBases'

/** What one field of a fact must be. `orAny`: the empty text stands for all. */
export type FactTest =
  | { field: string; is: string | boolean }
  | { field: string; sameAs: { item: 'key' | 'kind' | 'type' | 'id' } | { asker: AskerText }; orAny?: true }
  | { field: string; has: 'kind' }
  | { field: string; began: true }
  | { field: string; notOver: true }
  | { field: string; unset: true }

export type Condition =
  | { all: readonly Condition[] }
  | { any: readonly Condition[] }
  | { not: Condition }
  | { asker: AskerTest }
  | { flag: 'uninformed' | 'undelivered' | 'longTerm' }
  | { kindIs: readonly string[] }
  | { typeIs: readonly string[] }
  | { kindAmong: AskerTexts }
  | { keyAmong: AskerTexts }
  | { institution: 'source' | 'addressee' }
  | { registeredWithinYears: number }
  | { fact: FactName; where: readonly FactTest[] }
