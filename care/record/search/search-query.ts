import { refuse } from '#kernel/refusal'
import { type DateRange, dateRange, foldMemberId, identifierSystems, searchParametersFor } from '#packages/fhir'
import { boundText, boundToken } from '../index-rows.ts'

export type DatePrefix = 'eq' | 'ne' | 'gt' | 'ge' | 'lt' | 'le' | 'sa' | 'eb' | 'ap'

/** One condition of a search; values of one condition are alternatives. */
export type Condition =
  | { kind: 'id'; ids: string[] }
  | { kind: 'key'; keys: string[] }
  | { kind: 'token'; values: string[]; not: boolean }
  | { kind: 'ref'; values: string[] }
  | { kind: 'string'; param: string; values: string[]; how: 'starts' | 'exact' | 'contains' }
  | { kind: 'date'; param: string; values: { prefix: DatePrefix; range: DateRange }[] }
  | { kind: 'updated'; values: { prefix: DatePrefix; range: DateRange }[] }
  | { kind: 'missing'; param: string; missing: boolean }

export type SortKey = 'clinical' | 'updated' | 'id'
export type Search = {
  type: string
  conditions: Condition[]
  sort: { by: SortKey; descending: boolean }
  count: number
  total: 'none' | 'accurate'
  summaryCount: boolean
  cursor: { value: string | null; id: string } | null
  /** Parameters nobody here knows, as sent; reported in the answer. */
  unknown: string[]
  /** The parameters that shaped the answer, for `link[self]`. */
  used: [string, string][]
}

const DEFAULT_COUNT = 50
const MAX_COUNT = 1000
const MAX_VALUES = 200

/** Search parameters that name the one date each clinical type is ordered by. */
const clinicalDateParams = new Set(['date', 'onset-date', 'authoredon', 'recorded-date', 'issued', 'authored'])

/**
 * Reads a search of one type.
 * @param strict refuses unknown parameters instead of reporting them (`Prefer: handling=strict`)
 * @refuses search-unsupported, search-invalid
 */
export function parseSearch(type: string, query: URLSearchParams, strict: boolean): Search {
  const search: Search = {
    type,
    conditions: [],
    sort: { by: 'updated', descending: true },
    count: DEFAULT_COUNT,
    total: 'none',
    summaryCount: false,
    cursor: null,
    unknown: [],
    used: [],
  }
  for (const [name, value] of query) {
    if (value === '' || name === '_format' || name === '_pretty' || name === 'lang') continue
    if (name.startsWith('_') && control(search, name, value)) {
      if (name !== '_cursor') search.used.push([name, value])
      continue
    }
    const condition = conditionOf(type, name, value)
    if (condition) {
      search.conditions.push(condition)
      search.used.push([name, value])
    } else if (strict) refuse('search-unsupported', { param: name.slice(0, 80) })
    else search.unknown.push(name)
  }
  const { cursor, sort } = search
  if (cursor && (sort.by === 'id') !== (cursor.value === cursor.id)) refuse('search-invalid', { param: '_cursor', value: '' })
  return search
}

/** Parameters that shape the answer rather than choose resources. */
function control(search: Search, name: string, value: string): boolean {
  const bad = () => refuse('search-invalid', { param: name, value: value.slice(0, 80) })
  if (name === '_count') {
    if (!/^\d{1,6}$/.test(value)) bad()
    search.count = Math.min(Number(value), MAX_COUNT)
    if (search.count === 0) search.summaryCount = true
    return true
  }
  if (name === '_total') {
    if (!['none', 'estimate', 'accurate'].includes(value)) bad()
    search.total = value === 'none' ? 'none' : 'accurate'
    return true
  }
  if (name === '_summary') {
    if (value === 'count') search.summaryCount = true
    else if (value !== 'false') return false
    return true
  }
  if (name === '_sort') {
    search.sort = sortOf(value) ?? bad()
    return true
  }
  if (name === '_cursor') {
    search.cursor = decodeCursor(value) ?? bad()
    return true
  }
  return false
}

function sortOf(value: string): Search['sort'] | null {
  const descending = value.startsWith('-')
  const by = descending ? value.slice(1) : value
  if (by === '_lastUpdated') return { by: 'updated', descending }
  if (by === '_id') return { by: 'id', descending }
  return clinicalDateParams.has(by) ? { by: 'clinical', descending } : null
}

export const encodeCursor = (cursor: { value: string | null; id: string }): string =>
  Buffer.from(JSON.stringify([cursor.value, cursor.id])).toString('base64url')

const INSTANT = /^\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d\.\d{3}Z$/

function decodeCursor(text: string): Search['cursor'] {
  try {
    const read: unknown = JSON.parse(Buffer.from(text, 'base64url').toString('utf8'))
    if (!Array.isArray(read) || read.length !== 2) return null
    const [value, id] = read as unknown[]
    if (typeof id !== 'string' || !/^[A-Za-z0-9.-]{1,64}$/.test(id)) return null
    if (value === null || value === id) return { value, id }
    return typeof value === 'string' && INSTANT.test(value) && dateRange(value) !== null ? { value, id } : null
  } catch {
    return null
  }
}

/**
 * Splits alternatives at commas that are not escaped. Empty ones say nothing and go.
 * @spec FHIR R4 search, escaping
 */
export function alternatives(value: string): string[] {
  const parts: string[] = []
  for (const [, part = ''] of value.matchAll(/((?:\\[\s\S]|[^\\,])+)|\\$/g)) if (part !== '') parts.push(part)
  return parts.map((p) => p.replace(/\\([,$|\\])/g, '$1'))
}

/** @refuses search-unsupported: a modifier that is passed over would choose other resources than were asked for */
const unknownModifier = (name: string): never => refuse('search-unsupported', { param: name.slice(0, 80) })

function conditionOf(type: string, name: string, value: string): Condition | null {
  const [param = '', modifier] = name.split(':', 2)
  const values = alternatives(value)
  if (values.length === 0 || values.length > MAX_VALUES) refuse('search-invalid', { param: name.slice(0, 80), value: value.slice(0, 80) })
  if (param === '_id') return modifier === undefined ? { kind: 'id', ids: values } : unknownModifier(name)
  if (param === '_lastUpdated')
    return modifier === undefined ? { kind: 'updated', values: values.map((v) => dateValue(param, v)) } : unknownModifier(name)
  const known = searchParametersFor(type).find((p) => p.code === param)
  if (!known) return null
  if (modifier === 'missing') {
    if (value !== 'true' && value !== 'false') refuse('search-invalid', { param: name, value: value.slice(0, 80) })
    return { kind: 'missing', param, missing: value === 'true' }
  }
  switch (known.kind) {
    case 'token':
      if (modifier !== undefined && modifier !== 'not') unknownModifier(name)
      return { kind: 'token', values: values.flatMap((v) => tokenValues(param, v)), not: modifier === 'not' }
    case 'reference':
      return referenceCondition(param, modifier, values)
    case 'string': {
      const how = modifier === undefined ? 'starts' : modifier === 'exact' || modifier === 'contains' ? modifier : unknownModifier(name)
      return { kind: 'string', param, values: values.map(boundText), how }
    }
    case 'date':
      return modifier === undefined ? { kind: 'date', param, values: values.map((v) => dateValue(param, v)) } : unknownModifier(name)
    default:
      return null
  }
}

/** `[system]|[code]`, with `*` for a part that is not asked for; a member id is compared in its folded form. */
function tokenValues(param: string, value: string): string[] {
  const bar = value.indexOf('|')
  if (bar < 0) {
    const spellings = param === 'identifier' ? new Set([value, foldMemberId(value)]) : [value]
    return [...spellings].map((spelling) => boundToken(`${param}=*|${spelling}`))
  }
  const [system, code] = [value.slice(0, bar), value.slice(bar + 1)]
  if (code === '') return [boundToken(`${param}=${system}|*`)]
  return [boundToken(`${param}=${system}|${system === identifierSystems.memberId ? foldMemberId(code) : code}`)]
}

function referenceCondition(param: string, modifier: string | undefined, values: string[]): Condition | null {
  if (modifier !== undefined && !/^[A-Z][A-Za-z]+$/.test(modifier)) unknownModifier(`${param}:${modifier}`)
  const targets = values.map((v) => {
    const literal = /(?:^|\/)([A-Z][A-Za-z]+)\/([A-Za-z0-9.-]{1,64})$/.exec(v)
    if (literal) return { type: literal[1]!, id: literal[2]! }
    if (!/^[A-Za-z0-9.-]{1,64}$/.test(v)) return refuse('search-invalid', { param, value: v.slice(0, 80) })
    return { type: modifier ?? (param === 'patient' || param === 'subject' || param === 'beneficiary' ? 'Patient' : ''), id: v }
  })
  // A patient is a shard: asking for one is asking one shard.
  if (targets.every((t) => t.type === 'Patient') && ['patient', 'subject', 'beneficiary'].includes(param))
    return { kind: 'key', keys: targets.map((t) => t.id) }
  return {
    kind: 'ref',
    values: targets.flatMap((t) =>
      t.type === ''
        ? ['Practitioner', 'Organization', 'Encounter', 'Patient'].map((type) => `${param}=${type}/${t.id}`)
        : [`${param}=${t.type}/${t.id}`],
    ),
  }
}

function dateValue(param: string, value: string): { prefix: DatePrefix; range: DateRange } {
  const match = /^(eq|ne|gt|ge|lt|le|sa|eb|ap)?(.+)$/.exec(value)
  // A plus sign that was not percent-encoded arrives as a space.
  const range = match && dateRange(match[2]!.replace(' ', '+'))
  return range ? { prefix: (match[1] ?? 'eq') as DatePrefix, range } : refuse('search-invalid', { param, value: value.slice(0, 80) })
}
