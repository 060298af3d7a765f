import { createHash } from 'node:crypto'
import {
  extractIndex,
  foldMemberId,
  foldText,
  identifierSystems,
  type IndexValues,
  type ReferenceValue,
  type Resource,
  type TokenValue,
} from '#packages/fhir'
import { keyOfId } from './ids.ts'
import { isOwnAddress } from './own-address.ts'
import { canonicalUnit, inUnit } from './search/numbers.ts'
import { sortAtOf } from './search/sort-date.ts'

export type StringRow = { param: string; value: string; raw: string }
export type DateRow = { param: string; lo: string | null; hi: string | null }
/** A number or measured value: `lo` to `hi`, both included; null where open. `clo`, `chi` in the canonical unit `cunit`. */
export type NumberRow = {
  param: string
  lo: number | null
  hi: number | null
  system?: string
  code?: string
  unit?: string
  cunit?: string
  clo?: number | null
  chi?: number | null
}
/** The values of one component: tokens `system|code`, references `Type/id`, folded text, spans. */
export type CompositePart = {
  tokens?: string[]
  refs?: string[]
  strings?: { value: string; raw: string }[]
  dates?: Omit<DateRow, 'param'>[]
  numbers?: Omit<NumberRow, 'param'>[]
}
export type CompositeRow = { param: string; parts: CompositePart[] }

/** What a resource is found by, in the shape of the store's columns. */
export type IndexRows = {
  /** `param=system|code`, `param=*|code`; `param=address` of uris, canonicals and absolute references; `param=Type/id` of references into other shards. */
  tokens: string[]
  /** `param=Type/id`. */
  refs: string[]
  strings: StringRow[]
  dates: DateRow[]
  numbers: NumberRow[]
  composites: CompositeRow[]
  /** Instant by which the type's own date sorts it; null where it has none. */
  sortAt: string | null
}

/** What an index entry may take; a longer token is found by its hash. */
const MAX_TOKEN_BYTES = 1_000

/** A token in the form it is stored and asked for. */
export function boundToken(token: string): string {
  if (token.length * 3 <= MAX_TOKEN_BYTES || Buffer.byteLength(token) <= MAX_TOKEN_BYTES) return token
  return `${token.slice(0, token.indexOf('='))}=#${createHash('sha256').update(token).digest('hex')}`
}

const MAX_STRING = 500

const cut = (text: string): string => text.slice(0, MAX_STRING).replace(/[\ud800-\udbff]$/, '')

/** Text in the form it is stored and asked for: folded, its first 500 characters, no half of a pair at the end. */
export const boundText = (text: string): string => cut(foldText(text))

/** Text as written, its first 500 characters; a NUL, which no column holds, goes. */
export const rawText = (text: string): string => cut(text.normalize('NFC').replaceAll('\0', ''))

const patientParameters = ['patient', 'subject', 'beneficiary'] as const

/** Parameters that the store's own columns answer. */
const ownColumns = new Set(['_id', '_lastUpdated'])

/**
 * The index rows of a resource.
 * @param patientKey adds the patient reference even where the sender named the patient by identifier only
 */
export function indexRows(resource: Resource, patientKey: string | null): IndexRows {
  const home = patientKey ?? (typeof resource.id === 'string' ? keyOfId(resource.id) : '')
  const rows = rowsOf(extractIndex(resource), home)
  const refs = new Set(rows.refs)
  if (patientKey !== null) for (const param of patientParameters) refs.add(`${param}=Patient/${patientKey}`)
  return { ...rows, refs: [...refs], sortAt: sortAtOf(resource.resourceType, rows.dates) }
}

/** Whether a reference leads to a resource of this server, by type and id. Of another server it is found by its address alone. */
export const isHere = ({ type, id, url }: ReferenceValue): boolean =>
  type !== undefined && id !== undefined && (url === undefined || isOwnAddress(url))

/** Extracted values as rows. @param home key of the shard the resource lives in */
export function rowsOf(found: IndexValues, home: string): Omit<IndexRows, 'sortAt'> {
  const tokens = new Set<string>()
  // A concept in words alone has no code to be found by, but is not missing.
  const coded = new Set<string>()
  for (const t of found.tokens) {
    if (t.code !== undefined || t.system !== undefined) coded.add(t.param)
    if (!ownColumns.has(t.param)) for (const entry of tokenEntries(t)) tokens.add(entry)
  }
  for (const { param } of found.tokens) if (!coded.has(param)) tokens.add(`${param}=~`)
  for (const { param, value } of found.uris) for (const address of addresses(value)) tokens.add(boundToken(`${param}=${address}`))
  const refs = new Set<string>()
  for (const r of found.references) {
    const local = isHere(r) ? `${r.param}=${r.type}/${r.id}` : undefined
    if (local !== undefined) refs.add(local)
    for (const entry of referenceEntries(r, local, home)) tokens.add(entry)
  }
  const dates = new Map<string, DateRow>()
  for (const d of found.dates) if (!ownColumns.has(d.param)) dates.set(`${d.param}${d.lo}${d.hi}`, d)
  return {
    tokens: [...tokens],
    refs: [...refs],
    strings: distinct(
      found.strings.map((s) => ({ param: s.param, value: boundText(s.value), raw: rawText(s.value) })).filter((s) => s.raw !== ''),
    ),
    dates: [...dates.values()],
    numbers: distinct(numberRows(found)),
    composites: distinct(found.composites.map(({ param, parts }) => ({ param, parts: parts.map(partOf) }))),
  }
}

const distinct = <T>(rows: T[]): T[] => (rows.length < 2 ? rows : [...new Map(rows.map((row) => [JSON.stringify(row), row])).values()])

const codeOf = (t: TokenValue): string | undefined =>
  t.system === identifierSystems.memberId && t.code !== undefined ? foldMemberId(t.code) : t.code

/** The entries a coded value is found by. A system alone is looked for among them, so it needs none of its own unless they are hashed. */
export function tokenEntries(t: TokenValue): string[] {
  const code = codeOf(t)
  const system = t.system ?? ''
  if (code === undefined) return t.system === undefined ? [] : [boundToken(`${t.param}=${system}|*`)]
  const whole = boundToken(`${t.param}=${system}|${code}`)
  const hashed = system !== '' && whole.startsWith(`${t.param}=#`)
  if (!hashed && t.typed === undefined) return [whole, boundToken(`${t.param}=*|${code}`)]
  const typed = (t.typed ?? []).map((of) => boundToken(`${t.param}:of-type=${of.system ?? ''}|${of.code}|${code}`))
  return [whole, boundToken(`${t.param}=*|${code}`), ...(hashed ? [boundToken(`${t.param}=${system}|*`)] : []), ...typed]
}

/** An address, and without its version where it states one. */
export const addresses = (value: string): string[] => {
  const bar = value.lastIndexOf('|')
  return bar > 0 ? [value, value.slice(0, bar)] : [value]
}

const none: string[] = []

function referenceEntries(r: ReferenceValue, local: string | undefined, home: string): string[] {
  if (r.identifier === undefined && r.url === undefined) return local !== undefined && keyOfId(r.id!) !== home ? [local] : none
  const identifier = r.identifier ? tokenEntries({ param: `${r.param}:identifier`, ...codeFor(r.identifier) }) : []
  const address = r.url === undefined ? [] : addresses(r.url).map((url) => boundToken(`${r.param}=${url}`))
  // What points into its own shard is found there; only references across shards need an entry in the index of all.
  const across = local !== undefined && keyOfId(r.id!) !== home ? [local] : []
  return [...identifier, ...address, ...across]
}

const codeFor = ({ system, value }: { system?: string; value?: string }): Omit<TokenValue, 'param'> => ({
  ...(system === undefined ? {} : { system }),
  ...(value === undefined ? {} : { code: value }),
})

function numberRows(found: IndexValues): NumberRow[] {
  const measured = found.quantities.map((q): NumberRow => {
    const canonical = canonicalUnit(q.system, q.code)
    if (!canonical) return q
    const to = (value: number | null) => (value === null ? null : inUnit(value, canonical.factor))
    return { ...q, cunit: canonical.unit, clo: to(q.lo), chi: to(q.hi) }
  })
  return [...measured, ...found.numbers.map(({ param, value }) => ({ param, lo: value, hi: value }))]
}

const without = <T extends { param: string }>({ param: _param, ...rest }: T): Omit<T, 'param'> => rest
const filled = <T>(name: string, list: T[]): Record<string, T[]> => (list.length === 0 ? {} : { [name]: list })

function partOf(found: IndexValues): CompositePart {
  return {
    ...filled(
      'tokens',
      found.tokens.flatMap(tokenEntries).map((entry) => entry.slice(1)),
    ),
    ...filled(
      'refs',
      found.references.flatMap((r) => (isHere(r) ? [`${r.type}/${r.id}`] : [])),
    ),
    ...filled(
      'strings',
      found.strings.map((s) => ({ value: boundText(s.value), raw: rawText(s.value) })),
    ),
    ...filled('dates', found.dates.map(without)),
    ...filled('numbers', numberRows(found).map(without)),
  }
}
