import { refuse } from '#kernel/refusal'
import { dateRange, isResourceType, type Json, parseReference, textsNamed } from '#packages/fhir'
import { sharedTypes } from '../ids.ts'
import type { Seen } from '../model.ts'
import type { EverythingQuery } from './store.ts'

const DEFAULT_COUNT = 200
const MAX_COUNT = 1_000

/**
 * A page of `$everything` as asked for. `at` is its place as it was named; `used` what was read otherwise, for the links of the page.
 */
export type Everything = Omit<EverythingQuery, 'keys' | 'readable' | 'limit'> & {
  count: number
  at: string | null
  used: [string, string][]
}

/** What shapes the answer alone. */
const shaping: ReadonlySet<string> = new Set(['_format', '_pretty', '_summary', '_elements', 'lang'])

const bad = (param: string, value: string): never => refuse('search-invalid', { param, value: value.slice(0, 80) })
const span = (param: string, value: string) => dateRange(value) ?? bad(param, value)

/** Reads `start`, `end`, `_since`, `_type`, `_count` and the place of the next page. @refuses search-invalid, search-unsupported */
export function parseEverything(query: URLSearchParams, strict: boolean): Everything {
  const read: Everything = { types: null, since: null, from: null, to: null, after: null, at: null, count: DEFAULT_COUNT, used: [] }
  for (const [name, value] of query) {
    if (value === '') continue
    if (name === 'start') read.from = new Date(span(name, value).lo)
    else if (name === 'end') read.to = new Date(span(name, value).hi)
    else if (name === '_since') read.since = new Date(span(name, value).lo)
    else if (name === '_type') read.types = [...(read.types ?? []), ...typesOf(value)]
    else if (name === '_count') read.count = /^\d{1,18}$/.test(value) ? Math.max(1, Math.min(Number(value), MAX_COUNT)) : bad(name, value)
    else if (name === '_cursor') [read.after, read.at] = [decodeCursor(value) ?? bad(name, value), value]
    else if (!shaping.has(name)) {
      if (strict) refuse('search-unsupported', { param: name.slice(0, 80) })
      continue
    }
    if (name !== '_cursor') read.used.push([name, value])
  }
  return read
}

function typesOf(value: string): string[] {
  const types = value.split(',').filter((t) => t !== '')
  for (const type of types) if (!isResourceType(type)) bad('_type', type)
  return types
}

const encodeCursor = ({ type, id }: Seen): string => Buffer.from(JSON.stringify([type === 'Patient' ? '' : type, id])).toString('base64url')

function decodeCursor(text: string): Everything['after'] {
  try {
    const read: unknown = JSON.parse(Buffer.from(text, 'base64url').toString('utf8'))
    if (!Array.isArray(read) || read.length !== 2) return null
    const [type, id] = read as unknown[]
    if (typeof type !== 'string' || !/^[A-Za-z]{0,40}$/.test(type)) return null
    return typeof id === 'string' && /^[A-Za-z0-9.-]{1,64}$/.test(id) ? { type, id } : null
  } catch {
    return null
  }
}

const references: ReadonlySet<string> = new Set(['reference'])

/** Registers that resources refer to, each once; of the types asked for, where types are. */
export function sharedReferences(rows: readonly Seen[], types: readonly string[] | null): { type: string; id: string }[] {
  const made = textsNamed(
    rows.map((r) => JSON.parse(r.body) as Json),
    references,
  )
  return made.flatMap((reference) => {
    const target = parseReference(reference)
    return target?.id !== undefined && !target.absolute && sharedTypes.has(target.type) && (types?.includes(target.type) ?? true)
      ? [{ type: target.type, id: target.id }]
      : []
  })
}

/** The page as a searchset: the person's resources as matches, registers they refer to as included. */
export function everythingBundle(
  about: { base: string; path: string },
  asked: Everything,
  found: { rows: readonly Seen[]; shared: readonly Seen[] },
): string {
  const page = found.rows.slice(0, asked.count)
  const last = page.at(-1)
  const link = (relation: string, extra: [string, string][]) => {
    const params = new URLSearchParams([...asked.used, ...extra]).toString()
    return { relation, url: `${about.base}/${about.path}${params === '' ? '' : `?${params}`}` }
  }
  const more = found.rows.length > asked.count && last !== undefined
  const links = [
    link('self', asked.at === null ? [] : [['_cursor', asked.at]]),
    ...(more ? [link('next', [['_cursor', encodeCursor(last)]])] : []),
  ]
  const entry = (mode: string) => (r: Seen) =>
    `{"fullUrl":${JSON.stringify(`${about.base}/${r.type}/${r.id}`)},"resource":${r.body},"search":{"mode":"${mode}"}}`
  const entries = [...page.map(entry('match')), ...found.shared.map(entry('include'))]
  const total = more || asked.after ? '' : `"total":${page.length},`
  return `{"resourceType":"Bundle","type":"searchset",${total}"link":${JSON.stringify(links)}${entries.length === 0 ? '' : `,"entry":[${entries.join(',')}]`}}`
}
