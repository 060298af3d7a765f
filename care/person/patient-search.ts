/** What a desk means by the one line it types to find a patient. Pure. */
import { dateRange, foldMemberId } from '#packages/fhir'
import { eraYear } from './era-years.ts'
import { foldName } from './rules.ts'

export type Wanted = { by: 'birth'; birthDate: string } | { by: 'number'; folded: string } | { by: 'name'; folded: string }

/**
 * Birth date (1958-04-12, 1958/4/12, 19580412, S33.4.12, 昭和33年4月12日), number of an insurance card (whole member id,
 * symbol-number, or number), else a name in kanji or kana. Null where nothing was typed.
 */
export function readSearch(text: string): Wanted | null {
  const typed = text.normalize('NFKC').trim().slice(0, 100)
  if (typed === '') return null
  const birthDate = westernDate(typed) ?? eraDate(typed)
  if (birthDate !== null) return { by: 'birth', birthDate }
  if (/\d/.test(typed)) return { by: 'number', folded: foldMemberId(typed) }
  const folded = foldName(typed)
  return folded === '' ? null : { by: 'name', folded }
}

function westernDate(typed: string): string | null {
  const parts = /^(\d{4})[-/.年](\d{1,2})[-/.月](\d{1,2})日?$/.exec(typed) ?? /^((?:19|20)\d{2})(\d{2})(\d{2})$/.exec(typed)
  return parts && dateOf(Number(parts[1]), parts[2]!, parts[3]!)
}

function eraDate(typed: string): string | null {
  const parts = /^(明治|大正|昭和|平成|令和|[mtshr])\.?(\d{1,2}|元)[-/.年](\d{1,2})[-/.月](\d{1,2})日?$/i.exec(typed)
  const year = parts && eraYear(parts[1]!, parts[2]!)
  return parts && year !== null ? dateOf(year, parts[3]!, parts[4]!) : null
}

function dateOf(year: number, month: string, day: string): string | null {
  const date = `${year}-${month.padStart(2, '0')}-${day.padStart(2, '0')}`
  return dateRange(date) === null ? null : date
}
