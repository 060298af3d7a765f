/** What stands right of the equals sign, kind by kind. @spec FHIR R4 search, parameter types */
import { refuse } from '#kernel/refusal'
import { dateRange, foldMemberId, identifierSystems } from '#packages/fhir'
import { boundToken } from '../index-rows.ts'
import { isOwnAddress } from '../own-address.ts'
import type { DateSearch, NumberSearch, Prefix } from './model.ts'
import { canonicalUnit, inUnit, numberSpan } from './numbers.ts'

const SHOWN = 80

/** @refuses search-invalid */
export const unreadable = (param: string, value: string): never =>
  refuse('search-invalid', { param: param.slice(0, SHOWN), value: value.slice(0, SHOWN) })

/** @refuses search-unsupported: a modifier that is passed over would choose other resources than were asked for */
export const unsupported = (name: string): never => refuse('search-unsupported', { param: name.slice(0, SHOWN) })

/** Splits at a separator that is not escaped; escapes stay. */
function split(value: string, separator: ',' | '$' | '|'): string[] {
  const parts = ['']
  for (let i = 0; i < value.length; i++) {
    const char = value[i]!
    if (char === '\\') parts[parts.length - 1] += char + (value[++i] ?? '')
    else if (char === separator) parts.push('')
    else parts[parts.length - 1] += char
  }
  return parts
}

export const plain = (text: string): string => text.replace(/\\([,$|\\])/g, '$1')

/**
 * Splits alternatives at commas that are not escaped. Empty ones say nothing and go.
 * @spec FHIR R4 search, escaping
 */
export const alternatives = (value: string): string[] => rawAlternatives(value).map(plain)

/** Alternatives whose inner separators are still to be read. */
export const rawAlternatives = (value: string): string[] =>
  split(value, ',')
    .map((part) => (part.endsWith('\\') && !part.endsWith('\\\\') ? part.slice(0, -1) : part))
    .filter((part) => part !== '')

export const components = (value: string): string[] => split(value, '$')

/** Parts between bars that are not escaped, as they were meant. */
export const barred = (value: string): string[] => split(value, '|').map(plain)

/** System and code of `[system]|[code]` as written; `system` null where none was said, '' where it was said that there is none. */
export function tokenParts(value: string): { system: string | null; code: string } {
  const [first = '', ...rest] = split(value, '|').map(plain)
  return rest.length === 0 ? { system: null, code: first } : { system: first, code: rest.join('|') }
}

/** `[system]|[code]`, with `*` for a part that is not asked for; a member id is compared in its folded form. */
export function tokenEntry(param: string, value: string): { entries: string[]; prefixes: string[] } {
  const [first = '', ...rest] = split(value, '|')
  if (rest.length === 0) {
    const code = plain(first)
    const spellings = param.startsWith('identifier') || param.endsWith(':identifier') ? new Set([code, foldMemberId(code)]) : [code]
    return { entries: [...spellings].map((spelling) => boundToken(`${param}=*|${spelling}`)), prefixes: [] }
  }
  const [system, code] = [plain(first), plain(rest.join('|'))]
  if (code === '') return { entries: [boundToken(`${param}=${system}|*`)], prefixes: [`${param}=${system}|`] }
  return { entries: [boundToken(`${param}=${system}|${system === identifierSystems.memberId ? foldMemberId(code) : code}`)], prefixes: [] }
}

const PREFIXED = /^(eq|ne|gt|ge|lt|le|sa|eb|ap)?(.+)$/s

function prefixed(param: string, value: string): { prefix: Prefix; rest: string } {
  const match = PREFIXED.exec(value)
  return match ? { prefix: (match[1] ?? 'eq') as Prefix, rest: match[2]! } : unreadable(param, value)
}

export function dateSearch(param: string, value: string): DateSearch {
  const { prefix, rest } = prefixed(param, value)
  // A plus sign that was not percent-encoded arrives as a space.
  const range = dateRange(rest.replace(' ', '+'))
  return range ? { prefix, range } : unreadable(param, value)
}

export function numberSearch(param: string, value: string): NumberSearch {
  const { prefix, rest } = prefixed(param, plain(value))
  const span = numberSpan(rest)
  return span ? { prefix, ...span } : unreadable(param, value)
}

/** `[prefix][number]|[system]|[code]`; without a system the code may also be the unit as written. */
export function quantitySearch(param: string, value: string): NumberSearch {
  const [number = '', ...unit] = split(value, '|').map(plain)
  if (unit.length > 2) unreadable(param, value)
  const search = numberSearch(param, number)
  const [system, code] = unit.length === 2 ? unit : [undefined, unit[0]]
  const canonical = canonicalUnit(system || undefined, code || undefined)
  return {
    ...search,
    ...(system ? { system } : {}),
    ...(code ? { code } : {}),
    ...(canonical
      ? {
          canonical: {
            unit: canonical.unit,
            value: inUnit(search.value, canonical.factor),
            from: inUnit(search.from, canonical.factor),
            to: inUnit(search.to, canonical.factor),
          },
        }
      : {}),
  }
}

const LOCAL = /^(?:https?:\/\/\S{1,4000}\/)?([A-Z][A-Za-z]{1,40})\/([A-Za-z0-9.-]{1,64})(?:\/_history\/[A-Za-z0-9.-]{1,64})?$/
const ID = /^[A-Za-z0-9.-]{1,64}$/

/** A reference as searched: a resource of a known type, an id of any type, or an address elsewhere. */
export type ReferenceSearch = { type: string; id: string } | { id: string } | { address: string }

export function referenceSearch(param: string, value: string): ReferenceSearch {
  const text = plain(value)
  const local = LOCAL.exec(text)
  if (local && (!/^https?:/.test(text) || isOwnAddress(text))) return { type: local[1]!, id: local[2]! }
  if (ID.test(text)) return { id: text }
  return /^[a-z][a-z0-9+.-]*:\S+$/i.test(text) && text.length <= 4000 ? { address: text } : unreadable(param, value)
}
