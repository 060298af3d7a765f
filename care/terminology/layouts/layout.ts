/** What a layout says of a published file. Layouts are rows: a new master is a new row, no code. */
import type { Sentence } from '#kernel/language'

/** A column of the published file: its place, and the names its heading may carry. */
export type Column = { n: number; names: readonly string[] }

/** Where the parent of a code is found: in a column, by its level in the order of the file, or by cutting the code. */
export type Parent = { column: string } | { level: string } | { cut: readonly number[] }

/** One code system made out of the file. Values are keys of the layout's columns. */
export type Emission = {
  system: string
  title: Sentence
  /** Columns whose texts, joined, are the code. */
  code: readonly string[]
  /** What a code looks like, as the source of a regular expression. */
  form: string
  /** Only codes of this form belong here; the others of the file belong to another system. */
  only?: string
  /** The first column that is not empty is the name. */
  display: readonly string[]
  kana?: string
  others?: readonly { column: string; use?: string; language?: string }[]
  parent?: Parent
  from?: string
  to?: string
  /** Value of the column that says a code is no longer used. */
  retired?: { column: string; values: readonly string[] }
  properties?: Readonly<Record<string, string>>
  /** The code stands in several lines (packages of one medicine): the first one names it. */
  repeats?: boolean
  /** A line without this code is passed over. */
  optional?: boolean
}

export type Layout = {
  id: string
  title: Sentence
  /** Name of the published specification, and what could not be confirmed in it. */
  source: string
  form: 'csv' | 'tsv'
  /** `position`: columns stand where the specification puts them; `name`: a line of headings says where. */
  by: 'position' | 'name'
  /** Fewest columns of a line. */
  least: number
  columns: Readonly<Record<string, Column>>
  /** Column that carries one fixed value in every line of this master. */
  fixed?: { column: string; value: string }
  emits: readonly Emission[]
}

/** A column by its place in the specification. */
export const at = (n: number, ...names: string[]): Column => ({ n, names })

/** Columns in the order of the specification, from the first on. */
export function inOrder(...names: readonly (readonly [key: string, ...names: string[]])[]): Record<string, Column> {
  return Object.fromEntries(names.map(([key, ...known], i) => [key, { n: i + 1, names: known }]))
}
