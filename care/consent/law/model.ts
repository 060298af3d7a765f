/**
 * Privacy law as dated data. What the law says stands in rows (`duties.ts`, `exceptions.ts`, `breach.ts`, `abroad.ts`, `people.ts`); the
 * functions beside them only read rows. A row is an engineering reading and holds no lawyer's signature until one is entered.
 */
import type { Sentence } from '#kernel/language'
import type { LawFact } from './facts.ts'

/** Kind of body that a rule binds: private business, public body, academic research body. A private hospital is private. */
export type BodyKind = 'private' | 'public' | 'academic'
export const bodyKinds: readonly BodyKind[] = ['private', 'public', 'academic']

/** Calendar day in Japan, 'YYYY-MM-DD'. */
export type Day = string

/** When a row holds. `from` null: proposed, not law yet; it binds nobody until somebody enters a day. `until`: its last day. */
export type Dated = { from: Day | null; until: Day | null }

/** What every row says of itself. `article` as cited; `confirmed`: a commentary was read for it, not the text of the Act alone. */
export type LawRow = Dated & {
  id: string
  article: string
  confirmed: boolean
  binds: readonly BodyKind[]
  title: Sentence
  /** Name and day of the lawyer who agreed to this reading; null: nobody has. */
  signedOffBy: string | null
}

/** What somebody is about to do. */
export type Act =
  | 'set-up'
  | 'collect'
  | 'use'
  | 'keep'
  | 'entrust'
  | 'close-breach'
  | 'provide'
  | 'provide-by-opt-out'
  | 'share-inside'
  | 'provide-abroad'
  | 'receive'
  | 'provide-related'
  | 'withhold'
  | 'refuse-correction'
  | 'refuse-stop'
  | 'charge-fee'
  | 'sue'
  | 'close-complaint'
  | 'make-pseudonymised'
  | 'use-pseudonymised'
  | 'make-anonymised'
  | 'provide-anonymised'
  | 'use-anonymised'
  | 'research'

/** A duty: what must be so for the acts it bears on. One of `any` and all of `all`; nothing in `never`. */
export type Duty = LawRow & {
  acts: readonly Act[]
  all: readonly LawFact[]
  any?: readonly LawFact[]
  /** Facts that refuse whatever else is true. */
  never?: readonly LawFact[]
  deadline: Sentence
  /** Whether a clause of `exceptions.ts` may stand in for what is missing. */
  excepted?: true
  does: Sentence
}

/** A clause that stands in for consent, for one kind of act. All facts are needed. */
export type Exception = LawRow & { act: 'collect' | 'use' | 'provide'; situation: string; needs: readonly LawFact[] }

/** A fact with its term: it holds on a day from `since` to `until` (the last day; null: open). `true`: it holds. */
export type Held = true | { since: Day; until: Day | null }
export type LawFacts = Readonly<Partial<Record<LawFact, Held>>>

export const inForce = (row: Dated, on: Day): boolean => row.from !== null && row.from <= on && (row.until === null || on <= row.until)

/** Rows that bind a kind of body on a day: the date and the kind alone choose them. */
export const rowsFor = <T extends LawRow>(rows: readonly T[], on: Day, body: BodyKind): T[] =>
  rows.filter((row) => row.binds.includes(body) && inForce(row, on))

export const holds = (facts: LawFacts, fact: LawFact, on: Day): boolean => {
  const held = facts[fact]
  return held === true || (held !== undefined && held.since <= on && (held.until === null || on <= held.until))
}
