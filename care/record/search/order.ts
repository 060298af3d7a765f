/** `_sort` and the place where a page ends. @spec FHIR R4 search, _sort and paging */
import { dateRange, storedUnder } from '#packages/fhir'
import type { Condition, Cursor, Sort, SortKey } from './model.ts'
import { findParameter } from './parameters.ts'
import { sortDateOf } from './sort-date.ts'

const MAX_SORT_KEYS = 5

const tables: Record<string, Extract<SortKey, { by: 'value' }>['table']> = {
  string: 'string_value',
  date: 'date_value',
  number: 'number_value',
  quantity: 'number_value',
  token: 'tokens',
  reference: 'refs',
  uri: 'address',
}

/** The order asked for, or null where a key is no parameter of every type, or of a kind that has no order. */
export function readSort(types: readonly string[], value: string): Sort[] | null {
  const names = value.split(',').filter((name) => name !== '')
  if (names.length === 0 || names.length > MAX_SORT_KEYS) return null
  const sort = names.map((name): Sort | null => {
    const descending = name.startsWith('-')
    const key = sortKey(types, descending ? name.slice(1) : name)
    return key && { ...key, descending }
  })
  return sort.includes(null) ? null : (sort as Sort[])
}

function sortKey(types: readonly string[], code: string): SortKey | null {
  if (code === '_lastUpdated') return { by: 'updated' }
  if (code === '_id') return { by: 'id' }
  const known = types.map((type) => findParameter(type, code))
  const kind = known[0]?.kind ?? ''
  if (known.length === 0 || known.some((p) => !p || p.kind !== kind) || !Object.hasOwn(tables, kind)) return null
  const table = known.some((p) => p?.custom) && ['token', 'reference', 'uri'].includes(kind) ? 'string_value' : tables[kind]!
  const own = table === 'date_value' && types.every((type) => sortDateOf(type) === code)
  return { by: 'value', table, params: [...new Set(types.flatMap((type) => storedUnder(type, code)))], ...(own ? { own } : {}) }
}

/**
 * The order where none is asked for: of one person by id, newest created first, which nothing written later can change; else by the last
 * change.
 */
export function defaultSort(conditions: readonly Condition[]): Sort[] {
  const keyed = conditions.some((c) => c.kind === 'key' && c.keys.length === 1)
  return [{ by: keyed ? 'id' : 'updated', descending: true }]
}

const fingerprint = (sort: readonly Sort[]): string =>
  sort.map((s) => `${s.descending ? '-' : ''}${s.by === 'value' ? `${s.table}:${s.params.join(',')}` : s.by}`).join(' ')

export const encodeCursor = (cursor: Cursor & { sort?: string }): string =>
  Buffer.from(JSON.stringify([cursor.sort ?? '', cursor.values, cursor.type, cursor.id])).toString('base64url')

/** The cursor with the order it belongs to, so that it is not read under another. */
export const cursorFor = (sort: readonly Sort[], cursor: Cursor): Cursor => Object.assign(cursor, { sort: fingerprint(sort) })

const INSTANT = /^\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d\.\d{3}Z$/
const ID = /^[A-Za-z0-9.-]{1,64}$/
const MAX_CURSOR = 8_000

const isInstant = (value: string) => INSTANT.test(value) && dateRange(value) !== null

/** Does a value fit what the key orders by? */
function fits(key: Sort, value: unknown): value is string | null {
  if (value === null) return key.by !== 'updated' && key.by !== 'id'
  if (typeof value !== 'string' || value.includes('\0') || value.length > 2_000) return false
  if (key.by === 'updated') return isInstant(value)
  if (key.by === 'id') return ID.test(value)
  if (key.by !== 'value') return false
  if (key.table === 'date_value') return isInstant(value)
  return key.table !== 'number_value' || (value.trim() !== '' && Number.isFinite(Number(value)))
}

/** The place a cursor names, or null where it is none of this order. */
export function decodeCursor(text: string, sort: readonly Sort[]): Cursor | null {
  if (text.length > MAX_CURSOR) return null
  try {
    const read: unknown = JSON.parse(Buffer.from(text, 'base64url').toString('utf8'))
    if (!Array.isArray(read) || read.length !== 4) return null
    const [of, values, type, id] = read as unknown[]
    if (of !== fingerprint(sort) || !Array.isArray(values) || values.length !== sort.length) return null
    if (typeof id !== 'string' || !ID.test(id) || typeof type !== 'string' || !/^[A-Za-z]{1,40}$/.test(type)) return null
    return values.every((value, n) => fits(sort[n]!, value)) ? { values: values as (string | null)[], type, id } : null
  } catch {
    return null
  }
}
