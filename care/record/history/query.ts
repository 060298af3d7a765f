import { refuse } from '#kernel/refusal'
import { dateRange, isObject, parseReference, type Resource } from '#packages/fhir'
import type { Seen } from '../model.ts'
import { isOwnAddress } from '../own-address.ts'
import type { HistoryCursor, Wanted } from './store.ts'

/** A page of history as asked for. */
export type HistoryQuery = Pick<Wanted, 'since' | 'during' | 'after'> & {
  count: number
  /** The number of versions alone (`_summary=count`, `_count=0`). */
  onlyCount: boolean
  /** Id of a List: what it names alone. */
  list: string | null
  /** The place of this page, as it was asked for. */
  at: string | null
  /** What was read otherwise, for the links of the page. */
  used: [string, string][]
}

/** A page of history, or the number of versions. `total` null: not counted. */
export type HistoryPage = { rows: Seen[]; total: number | null }

/** Which versions a query is about. @param listed what its List names */
export const boundsOf = (
  { since, during, after }: HistoryQuery,
  listed: Wanted['listed'],
): Pick<Wanted, 'since' | 'during' | 'after' | 'listed'> => ({
  ...(since ? { since } : {}),
  ...(during ? { during } : {}),
  ...(after ? { after } : {}),
  ...(listed ? { listed } : {}),
})

const DEFAULT_COUNT = 100
const MAX_COUNT = 1000

/** What may be sent, for who sent something else. */
const examples = {
  _since: '2026-11-23T09:00:00Z, 2026-11',
  _at: '2026-11-23T09:00:00Z, 2026-11, ge2026-11-01, lt2026-12',
  _count: '50',
  _list: 'List/123',
  _cursor: 'link[next]',
} as const

const bad = (param: keyof typeof examples, value: string): never =>
  refuse('history-invalid', { param, value: value.slice(0, 80), expected: examples[param] })

type Span = NonNullable<Wanted['during']>

/** The span that a value of `_at` names; with a prefix, the one before it, after it, or on either side with it. @spec FHIR R4 search, date */
function spanOf(value: string): Span {
  const [, prefix = 'eq', date = ''] = /^(eq|gt|ge|lt|le|sa|eb)?(.*)$/s.exec(value)!
  const named = dateRange(date) ?? bad('_at', value)
  const [lo, hi] = [new Date(named.lo), new Date(named.hi)]
  if (prefix === 'eq') return { lo, hi }
  if (prefix === 'lt' || prefix === 'eb') return { lo: null, hi: lo }
  if (prefix === 'le') return { lo: null, hi }
  return { lo: prefix === 'ge' ? lo : hi, hi: null }
}

/** What lies in both spans. */
const shared = (a: Span, b: Span): Span => ({
  lo: a.lo === null || (b.lo !== null && b.lo > a.lo) ? b.lo : a.lo,
  hi: a.hi === null || (b.hi !== null && b.hi < a.hi) ? b.hi : a.hi,
})

/**
 * Reads `_since`, `_at` (with prefixes; two of them name the span between), `_list`, `_count` and the place of the next page.
 * @spec FHIR R4 http, history
 * @refuses history-invalid, search-unsupported
 */
export function parseHistory(query: URLSearchParams, strict: boolean): HistoryQuery {
  const read: HistoryQuery = { count: DEFAULT_COUNT, onlyCount: query.get('_summary') === 'count', list: null, at: null, used: [] }
  for (const [name, value] of query) {
    if (value === '') continue
    if (name === '_since') read.since = new Date((dateRange(value) ?? bad(name, value)).lo)
    else if (name === '_at') read.during = read.during ? shared(read.during, spanOf(value)) : spanOf(value)
    else if (name === '_count') read.count = /^\d{1,18}$/.test(value) ? Math.min(Number(value), MAX_COUNT) : bad(name, value)
    else if (name === '_list') read.list = /^(?:List\/)?([A-Za-z0-9.-]{1,64})$/.exec(value)?.[1] ?? bad(name, value)
    else if (name === '_cursor') [read.after, read.at] = [decodeCursor(value) ?? bad(name, value), value]
    else if (strict && !isAnswered(name, value)) refuse('search-unsupported', { param: name.slice(0, 80) })
    if (name !== '_cursor' && (Object.hasOwn(examples, name) || isAnswered(name, value))) read.used.push([name, value])
  }
  return { ...read, onlyCount: read.onlyCount || read.count === 0 }
}

/** What shapes the answer alone; of orders the one that every history has. */
const isAnswered = (name: string, value: string): boolean =>
  name === '_sort' ? value === '-_lastUpdated' : ['_format', '_pretty', '_summary', '_elements', 'lang'].includes(name)

/** The resources and versions that a List names. */
export function listedIn(list: Resource): NonNullable<Wanted['listed']> {
  const entries = Array.isArray(list.entry) ? list.entry : []
  return entries.flatMap((entry) => {
    const reference = isObject(entry) && isObject(entry.item) ? entry.item.reference : undefined
    const target = typeof reference === 'string' ? parseReference(reference) : null
    if (target?.id === undefined || (target.absolute && !isOwnAddress(String(reference)))) return []
    const version = /^[1-9]\d{0,8}$/.test(target.version ?? '') ? Number(target.version) : target.version === undefined ? null : 0
    return [{ type: target.type, id: target.id, version }]
  })
}

export const cursorOf = ({ lastUpdated, type, id, version }: Seen): string =>
  Buffer.from(JSON.stringify([lastUpdated.toISOString(), type, id, version])).toString('base64url')

function decodeCursor(text: string): HistoryCursor | null {
  try {
    const read: unknown = JSON.parse(Buffer.from(text, 'base64url').toString('utf8'))
    if (!Array.isArray(read) || read.length !== 4) return null
    const [at, type, id, version] = read as unknown[]
    if (typeof at !== 'string' || !/^\d{4}-\d\d-\d\dT[\d:.]{8,12}Z$/.test(at) || Number.isNaN(Date.parse(at))) return null
    if (typeof type !== 'string' || !/^[A-Za-z]{1,40}$/.test(type) || typeof id !== 'string' || !/^[A-Za-z0-9.-]{1,64}$/.test(id))
      return null
    return Number.isSafeInteger(version) ? { at, type, id, version: version as number } : null
  } catch {
    return null
  }
}
