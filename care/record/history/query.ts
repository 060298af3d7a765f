import { refuse } from '#kernel/refusal'
import { dateRange } from '#packages/fhir'
import type { Seen } from '../model.ts'
import type { HistoryCursor, Wanted } from './store.ts'

/** A page of history as asked for. */
export type HistoryQuery = Pick<Wanted, 'since' | 'during' | 'after'> & { count: number; used: [string, string][] }

const DEFAULT_COUNT = 100
const MAX_COUNT = 1000

const bad = (param: string, value: string): never => refuse('search-invalid', { param, value: value.slice(0, 80) })

/** Reads `_since`, `_at`, `_count` and the place of the next page. @spec FHIR R4 http, history @refuses search-invalid, search-unsupported */
export function parseHistory(query: URLSearchParams, strict: boolean): HistoryQuery {
  const read: HistoryQuery = { count: DEFAULT_COUNT, used: [] }
  for (const [name, value] of query) {
    if (value === '') continue
    if (name === '_since') read.since = new Date((dateRange(value) ?? bad(name, value)).lo)
    else if (name === '_at') {
      const { lo, hi } = dateRange(value) ?? bad(name, value)
      read.during = { lo: new Date(lo), hi: new Date(hi) }
    } else if (name === '_count') read.count = /^\d{1,6}$/.test(value) ? Math.min(Number(value), MAX_COUNT) : bad(name, value)
    else if (name === '_cursor') read.after = decodeCursor(value) ?? bad(name, value)
    else if (strict && !['_format', '_pretty', '_summary', '_elements', '_sort', 'lang'].includes(name))
      refuse('search-unsupported', { param: name.slice(0, 80) })
    if (name === '_since' || name === '_at' || name === '_count') read.used.push([name, value])
  }
  return read
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
