import { refuse } from '#kernel/refusal'
import { isResourceType } from '#packages/fhir'
import { conditionOf } from './conditions.ts'
import { readInclude } from './includes.ts'
import type { Condition, Search } from './model.ts'
import { decodeCursor, defaultSort, readSort } from './order.ts'
import { unreadable, unsupported } from './values.ts'

export type { Condition, Search } from './model.ts'
export { encodeCursor } from './order.ts'
export { alternatives } from './values.ts'

const DEFAULT_COUNT = 50
const MAX_COUNT = 1000
const MAX_CONDITIONS = 50
const MAX_INCLUDES = 20

/** Parameters that shape how the answer is written, and nothing of what is in it. */
const presentation = new Set(['lang'])

export type Scope = {
  /** What stands before the question mark, for the links. */
  path: string
  types: readonly string[]
  /** What the address itself asks for, e.g. a compartment. */
  within: readonly Condition[]
}

/**
 * Reads a search of one type.
 * @param strict refuses unknown parameters instead of reporting them (`Prefer: handling=strict`)
 * @refuses search-unsupported, search-invalid
 */
export const parseSearch = (type: string, query: URLSearchParams, strict: boolean): Search =>
  parseScoped({ path: type, types: [type], within: [] }, query, strict)

/** Reads a search of several types, or of one compartment. @refuses search-unsupported, search-invalid */
export function parseScoped(scope: Scope, query: URLSearchParams, strict: boolean): Search {
  const search: Search = {
    type: scope.path,
    types: scope.types,
    conditions: [...scope.within],
    sort: [],
    count: DEFAULT_COUNT,
    total: 'none',
    summaryCount: false,
    cursor: null,
    includes: [],
    unknown: [],
    used: [],
  }
  let cursor: string | undefined
  for (const [name, value] of query) {
    if (value === '') continue
    if (name === '_cursor') cursor = value
    if (name === '_cursor' || control(search, name, value)) search.used.push([name, value])
    else if (!presentation.has(name)) choose(search, { name, value, strict })
  }
  if (search.sort.length === 0) search.sort = defaultSort(search.conditions)
  if (cursor !== undefined) search.cursor = decodeCursor(cursor, search.sort) ?? unreadable('_cursor', cursor)
  return search
}

/** Adds what a parameter asks for, or notes that nobody knows it. @refuses search-unsupported */
function choose(search: Search, { name, value, strict }: { name: string; value: string; strict: boolean }): void {
  const found = search.types.map((type) => conditionOf({ type, name, value, depth: 0 }))
  const known = found.filter((c) => c !== null)
  // A search of several types takes a parameter that each of them has; one of some would find the others unasked.
  if (known.length < found.length || known.length === 0) {
    if (strict) unsupported(name)
    if (search.unknown.length >= MAX_CONDITIONS) unsupported(name)
    search.unknown.push(name)
    return
  }
  if (search.conditions.length >= MAX_CONDITIONS) refuse('search-invalid', { param: name.slice(0, 80), value: `> ${MAX_CONDITIONS}` })
  search.conditions.push(merged(search.types, known))
  search.used.push([name, value])
}

function merged(types: readonly string[], conditions: readonly Condition[]): Condition {
  const same = new Set(conditions.map((c) => JSON.stringify(c)))
  if (same.size === 1) return conditions[0]!
  // One look into the List serves all types.
  const [first] = conditions
  if (first?.kind === 'list') return { ...first, types }
  return { kind: 'any', of: conditions.map((c, n) => ({ kind: 'of-type', type: types[n]!, of: c })) }
}

/** Parameters that shape the answer rather than choose resources. @refuses search-invalid */
function control(search: Search, name: string, value: string): boolean {
  switch (name) {
    case '_count':
      if (!/^\d{1,18}$/.test(value)) unreadable(name, value)
      search.count = Math.min(Number(value), MAX_COUNT)
      if (search.count === 0) search.summaryCount = true
      return true
    case '_total':
      if (!['none', 'estimate', 'accurate'].includes(value)) unreadable(name, value)
      search.total = value === 'none' ? 'none' : 'accurate'
      return true
    case '_summary':
      if (value === 'count') search.summaryCount = true
      return true
    case '_elements':
    case '_format':
    case '_pretty':
      return true
    case '_contained':
      // Contained resources are not searched for; who asks for that is told, who says so need not be.
      return value === 'false'
    case '_sort':
      search.sort = readSort(search.types, value) ?? unreadable(name, value)
      return true
    case '_type':
      if (!value.split(',').every(isResourceType)) unreadable(name, value)
      return search.type === '' || search.type.endsWith('/*')
    default:
      return include(search, name, value)
  }
}

function include(search: Search, name: string, value: string): boolean {
  const [kind, modifier, ...more] = name.split(':')
  if (kind !== '_include' && kind !== '_revinclude') return false
  if (more.length > 0 || (modifier !== undefined && modifier !== 'iterate' && modifier !== 'recurse')) unsupported(name)
  if (search.includes.length >= MAX_INCLUDES) unreadable(name, value)
  search.includes.push(readInclude({ name, value, reverse: kind === '_revinclude', iterate: modifier !== undefined }))
  return true
}
