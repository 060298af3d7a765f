import { type RawBuilder, sql } from 'kysely'
import type { DateSearch, NumberSearch } from './model.ts'

export type Sql = RawBuilder<unknown>

export const or = (parts: readonly Sql[]): Sql =>
  parts.length === 0 ? sql`false` : parts.length === 1 ? parts[0]! : sql`(${sql.join(parts, sql` or `)})`
export const and = (parts: readonly Sql[]): Sql =>
  parts.length === 0 ? sql`true` : parts.length === 1 ? parts[0]! : sql`(${sql.join(parts, sql` and `)})`

/** Compares a stored span (lo, hi) with a searched one. @spec FHIR R4 search, prefixes */
export function compareDates(lo: Sql, hi: Sql, { prefix, range }: DateSearch): Sql {
  const [from, to] = [sql`${range.lo}::timestamptz`, sql`${range.hi}::timestamptz`]
  // That it begins before the end is implied; said, it bounds the range of the index from both sides.
  const within = sql`(${lo} >= ${from} and ${lo} < ${to} and ${hi} <= ${to})`
  switch (prefix) {
    case 'eq':
      return within
    case 'ne':
      return sql`not coalesce(${within}, false)`
    case 'gt':
      return sql`coalesce(${hi}, 'infinity') > ${to}`
    case 'ge':
      return sql`(coalesce(${hi}, 'infinity') > ${to} or ${within})`
    case 'lt':
      return sql`coalesce(${lo}, '-infinity') < ${from}`
    case 'le':
      return sql`(coalesce(${lo}, '-infinity') < ${from} or ${within})`
    case 'sa':
      return sql`${lo} >= ${to}`
    case 'eb':
      return sql`${hi} <= ${from}`
    case 'ap':
      return sql`(coalesce(${lo}, '-infinity') < ${to} and coalesce(${hi}, 'infinity') > ${from})`
  }
}

/** An instant: the span of nothing, inside the searched one where it is not before its start nor at or after its end. */
export function compareInstant(at: Sql, { prefix, range }: DateSearch): Sql {
  const [from, to] = [sql`${range.lo}::timestamptz`, sql`${range.hi}::timestamptz`]
  switch (prefix) {
    case 'eq':
    case 'ap':
      return sql`(${at} >= ${from} and ${at} < ${to})`
    case 'ne':
      return sql`(${at} < ${from} or ${at} >= ${to})`
    case 'gt':
    case 'sa':
      return sql`${at} >= ${to}`
    case 'ge':
      return sql`${at} >= ${from}`
    case 'lt':
    case 'eb':
      return sql`${at} < ${from}`
    case 'le':
      return sql`${at} < ${to}`
  }
}

type Columns = { lo: Sql; hi: Sql }

/**
 * Compares a stored number or range with a searched one. The precision written counts where equality is asked, and nowhere else.
 * @spec FHIR R4 search, number
 */
function compareSpan({ lo, hi }: Columns, { prefix, value, from, to }: Pick<NumberSearch, 'prefix' | 'value' | 'from' | 'to'>): Sql {
  const at = sql`${value}::float8`
  const within = sql`(${lo} >= ${from}::float8 and ${lo} < ${to}::float8 and ${hi} < ${to}::float8)`
  switch (prefix) {
    case 'eq':
      return within
    case 'ne':
      return sql`not coalesce(${within}, false)`
    case 'gt':
      return sql`coalesce(${hi}, 'infinity') > ${at}`
    case 'ge':
      return sql`coalesce(${hi}, 'infinity') >= ${at}`
    case 'lt':
      return sql`coalesce(${lo}, '-infinity') < ${at}`
    case 'le':
      return sql`coalesce(${lo}, '-infinity') <= ${at}`
    case 'sa':
      return sql`${lo} > ${at}`
    case 'eb':
      return sql`${hi} < ${at}`
    case 'ap': {
      const tenth = Math.abs(value) / 10
      return sql`(coalesce(${lo}, '-infinity') <= ${value + tenth}::float8 and coalesce(${hi}, 'infinity') >= ${value - tenth}::float8)`
    }
  }
}

/** Compares the columns of alias `q` with a searched number; values in other units of the same dimension count too. */
export function compareNumber(search: NumberSearch): Sql {
  const { system, code, canonical } = search
  const unit = [
    ...(system === undefined ? [] : [sql`q.system = ${system}`]),
    ...(code === undefined ? [] : [system === undefined ? sql`(q.code = ${code} or q.unit = ${code})` : sql`q.code = ${code}`]),
  ]
  const asWritten = and([...unit, compareSpan({ lo: sql`q.lo`, hi: sql`q.hi` }, search)])
  if (!canonical) return asWritten
  const inCanonical = compareSpan({ lo: sql`q.clo`, hi: sql`q.chi` }, { ...canonical, prefix: search.prefix })
  return sql`(${asWritten} or (q.cunit = ${canonical.unit} and q.code <> ${code} and ${inCanonical}))`
}

export const likeEscaped = (value: string): string => value.replace(/[\\%_]/g, '\\$&')

const KATAKANA = `${Array.from({ length: 0x30f6 - 0x30a1 + 1 }, (_, i) => String.fromCharCode(0x30a1 + i)).join('')}\u30fd\u30fe`
const HIRAGANA = [...KATAKANA].map((char) => String.fromCharCode(char.charCodeAt(0) - 0x60)).join('')

const STROKED = 'đħłøŧĐĦŁØŦ'
const UNSTROKED = 'dhlotdhlot'
/** Marks over and under letters; what strikes a sign through (≠) makes another sign of it and stays. */
const MARKS = '[\\u0300-\\u0333\\u0339-\\u036f]+'

/** Text folded as it is when stored for search (`foldText`): width, case, accents, kana and spaces do not count. */
export function foldedSql(text: Sql): Sql {
  const plain = sql`normalize(regexp_replace(normalize(${text}, NFKD), ${sql.lit(MARKS)}, '', 'g'), NFC)`
  const letters = sql`translate(${plain}, ${sql.lit(KATAKANA + STROKED)}, ${sql.lit(HIRAGANA + UNSTROKED)})`
  return sql`regexp_replace(replace(lower(upper(${letters})), 'ß', 'ss'), '\\s+', '', 'g')`
}

/** Folded text without voiced marks, for those who ask for か to find が. */
export const looseSql = (text: Sql): Sql => sql`translate(normalize(${text}, NFD), ${sql.lit('\u3099\u309a')}, '')`
