import type { Sentence } from '#kernel/language'

/** Another name of a term: a synonym, an abbreviation, or the name in another language. */
export type Designation = { value: string; language?: string; use?: string }

/** One code of a master, as its publisher gives it. Dates are days in Japan (`YYYY-MM-DD`), null for open. */
export type Term = {
  code: string
  display: string
  /** Reading; null where the master has none. */
  kana: string | null
  others: readonly Designation[]
  parent: string | null
  validFrom: string | null
  /** Last day on which the code may be used. */
  validTo: string | null
  status: 'active' | 'retired'
  properties: Readonly<Record<string, string>>
}

/** One edition of a code system: loaded whole, valid from its date until the next one's. */
export type Release = {
  id: number
  system: string
  /** The day from which it holds, which is its version too. */
  validFrom: string
  title: Sentence
  layout: string
  file: string
  digest: string
  terms: number
  loadedAt: Date
  /** What the operator says of it, e.g. that it is a test set; empty for none. */
  note: string
}

/** Where a file does not fit its layout, and what to do. `line` from 1; `column` from 1, 0 where the whole line is meant. */
export type Misfit = Sentence & { file: string; line: number; column: number; name: string }

/** The file was not taken in; nothing of it is in the database. */
export class MisfitFile extends Error {
  readonly misfits: readonly Misfit[]
  constructor(misfits: readonly Misfit[]) {
    super(misfits[0]?.en ?? 'the file does not fit its layout')
    this.name = 'MisfitFile'
    this.misfits = misfits
  }
}

/** One hit of a search, with the name that was found where it is not the display. */
export type Hit = {
  system: string
  release: number
  code: string
  display: string
  kana: string | null
  validTo: string | null
  status: Term['status']
  /** What the words were found in. */
  found: string
  rank: 'exact' | 'prefix' | 'word' | 'part'
}
