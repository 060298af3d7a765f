import type { DateRange } from '#packages/fhir'
import type { Seen } from '../model.ts'

export type Prefix = 'eq' | 'ne' | 'gt' | 'ge' | 'lt' | 'le' | 'sa' | 'eb' | 'ap'
export type DateSearch = { prefix: Prefix; range: DateRange }
/** A searched number or measured value. `unit` is any of system, code or written unit; `canonical` the same span in the unit of its dimension. */
export type NumberSearch = {
  prefix: Prefix
  value: number
  from: number
  to: number
  system?: string
  code?: string
  canonical?: { unit: string; value: number; from: number; to: number }
}
export type StringHow = 'starts' | 'whole' | 'ends' | 'exact' | 'contains' | 'loose' | 'loose-contains'
/** One component of a composite value, compared within one element. */
export type PartSearch =
  | { kind: 'token'; entries: string[]; prefixes: string[] }
  | { kind: 'reference'; refs: string[]; ids: string[] }
  | { kind: 'string'; value: string }
  | { kind: 'date'; value: DateSearch }
  | { kind: 'number'; value: NumberSearch }

/** One condition of a search; values of one condition are alternatives. */
export type Condition =
  | { kind: 'id'; ids: string[] }
  | { kind: 'key'; keys: string[] }
  /** Resources that an index of values named beforehand. */
  | { kind: 'rows'; keys: string[]; ids: string[] }
  /** Entries of the token index, and beginnings of entries (a system, an address and what lies below). `rare`: entries that few resources carry, whatever their values. */
  | { kind: 'token'; values: string[]; prefixes?: string[]; not: boolean; rare?: boolean }
  | { kind: 'ref'; values: string[] }
  | { kind: 'string'; params: readonly string[]; values: string[]; how: StringHow }
  | { kind: 'date'; params: readonly string[]; values: DateSearch[] }
  | { kind: 'number'; params: readonly string[]; values: NumberSearch[] }
  | { kind: 'updated'; values: DateSearch[] }
  | { kind: 'composite'; param: string; values: { parts: PartSearch[]; entries: string[] }[] }
  | { kind: 'missing'; params: readonly string[]; missing: boolean }
  | { kind: 'any' | 'all'; of: Condition[] }
  | { kind: 'not'; of: Condition }
  | { kind: 'of-type'; type: string; of: Condition }
  /** Resources of patients that meet conditions of another type under the same key. */
  | { kind: 'same-key'; type: string; of: Condition[] }
  /** References of a parameter to resources that meet conditions, by id or by the address of a canonical; found before the search itself. */
  | { kind: 'chain'; param: string; type: string; of: Condition[]; canonical?: boolean }
  /** Resources that others which meet conditions refer to. `owner`: by the element that says whose they are. */
  | { kind: 'has'; type: string; param: string; of: Condition[]; target: string; owner: boolean; canonical?: boolean }
  /** Entries of a List, found before the search itself. */
  | { kind: 'list'; id: string; types: readonly string[] }
  /** Codes of a ValueSet, found before the search itself. */
  | { kind: 'value-set'; params: readonly string[]; url: string; not: boolean }
  /** A code with those above or below it in its system, found before the search itself. */
  | { kind: 'concept'; params: readonly string[]; system: string; code: string; way: 'above' | 'below' }
  /** References to a resource and to those above or below it (`Location.partOf`), found before the search itself. */
  | { kind: 'tree'; param: string; type: string; id: string; way: 'above' | 'below' }
  /** Read from the stored text, so only within a bounded number of resources. `paths`: members from the root. */
  | { kind: 'text'; paths: readonly (readonly string[])[]; values: string[] }
  | { kind: 'narrative' | 'content'; values: string[] }
  | { kind: 'near'; latitude: number; longitude: number; metres: number }
  /** A parameter that somebody defined; its coded values stand beside the texts. */
  | { kind: 'custom-token'; param: string; values: string[]; prefixes: string[]; not: boolean }
  /**
   * Patients by the number of an institution, found before the search itself, and only by that institution. `institution` null: whose is not
   * said; `number` '': any. `or`: what else is looked for.
   */
  | { kind: 'own-number'; numbers: { institution: string | null; number: string }[]; or: Condition | null }
  | { kind: 'never' }

/**
 * What resources are ordered by. `own`: the date of their type, which stands in a column once everything stored has it there; other
 * parameters are read from their index rows.
 */
export type SortKey =
  | { by: 'updated' | 'id' }
  | {
      by: 'value'
      table: 'string_value' | 'date_value' | 'number_value' | 'tokens' | 'refs' | 'address'
      params: readonly string[]
      own?: boolean
    }
export type Sort = SortKey & { descending: boolean }

/** Where a page ended: the values it was ordered by, as text, and the resource. */
export type Cursor = { values: (string | null)[]; type: string; id: string }

export type Include = {
  /** `*` follows every reference. */
  param: string
  source: string
  target: string | null
  iterate: boolean
  reverse: boolean
}

export type Search = {
  /** What stands before the question mark: `Patient`, `Patient/1/Observation`, or nothing. */
  type: string
  /** Types that are looked for; empty: all of them. */
  types: readonly string[]
  conditions: Condition[]
  sort: Sort[]
  count: number
  total: 'none' | 'accurate'
  summaryCount: boolean
  cursor: Cursor | null
  includes: Include[]
  /** Parameters nobody here knows, as sent; reported in the answer. */
  unknown: string[]
  /** The parameters that shaped the answer, for `link[self]`. */
  used: [string, string][]
}

/** A resource as a search shows it: what an answer and its audit entry need. Reading every column of fifty rows costs as much as sending them. */
export type Hit = Pick<Seen, 'key' | 'type' | 'id' | 'version' | 'lastUpdated' | 'clinicalAt' | 'kind' | 'body' | 'rule' | 'consentId'>

/** One page of matches, and what is shown beside them. `cut`: more was asked for beside them than one answer holds. */
export type Page = { rows: Hit[]; included: Hit[]; cut: boolean; next: Cursor | null; total: number | null }
