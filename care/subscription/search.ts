/** Search among the subscriptions of one institution, which are few: each is looked at. @spec FHIR R4 Subscription, search parameters */
import { refuse } from '#kernel/refusal'
import { dateRange, isObject, type Json } from '#packages/fhir'
import type { Subscription } from './model.ts'
import { searchTakes } from './terms.ts'

/** A page of what was found, with the number of all. `next`: id of the last one shown, where there are more; `count` 0: the number alone. */
export type FoundSubscriptions = { page: readonly Subscription[]; total: number; next: string | null; used: [string, string][] }

type Kind = 'token' | 'string' | 'uri' | 'date'
const kinds: Readonly<Record<string, Kind>> = { criteria: 'string', url: 'uri', _lastUpdated: 'date' }
const known: ReadonlySet<string> = new Set(searchTakes.map((p) => p.name))
/** Parameters that shape the answer. */
const shaping: ReadonlySet<string> = new Set(['_format', '_pretty', 'lang', '_total', '_sort', '_summary', '_elements'])
const MODIFIERS: Readonly<Record<Kind, readonly string[]>> = {
  token: ['not', 'missing'],
  string: ['exact', 'contains', 'missing'],
  uri: ['below', 'missing'],
  date: [],
}

const unreadable = (param: string, value: string): never =>
  refuse('search-invalid', { param: param.slice(0, 80), value: value.slice(0, 80) })
const textsIn = (value: Json | undefined): string[] => (typeof value === 'string' ? [value] : [])

/** What a subscription is found by; a token as `system|code`, with `|` alone where there is no system. */
function valuesOf(s: Subscription, param: string): string[] {
  switch (param) {
    case '_id':
      return [`|${s.id}`]
    case 'status':
      return [`http://hl7.org/fhir/subscription-status|${s.status}`]
    case 'type':
      return [`http://hl7.org/fhir/subscription-channel-type|${s.order.channel}`]
    case 'payload':
      return textsIn(isObject(s.body.channel) ? s.body.channel.payload : undefined).map((code) => `|${code}`)
    case 'contact':
      return (Array.isArray(s.body.contact) ? s.body.contact : []).flatMap((c) =>
        isObject(c) ? textsIn(c.value).map((value) => `${String(c.system ?? '')}|${value}`) : [],
      )
    case 'url':
      return s.order.endpoint === null ? [] : [s.order.endpoint]
    default:
      return textsIn(s.body.criteria)
  }
}

const tokenMeets = (held: string, asked: string): boolean => {
  if (!asked.includes('|')) return held.slice(held.indexOf('|') + 1) === asked
  return asked.endsWith('|') ? held.startsWith(asked) : held === asked || (asked.startsWith('|') && held === asked)
}
const fold = (text: string): string => text.normalize('NFKC').toLowerCase()

function meetsOne(held: string, asked: string, kind: Kind, modifier: string | undefined): boolean {
  if (kind === 'token') return tokenMeets(held, asked)
  if (kind === 'uri') return held === asked || (modifier === 'below' && held.startsWith(asked.replace(/\/?$/, '/')))
  if (modifier === 'exact') return held === asked
  return modifier === 'contains' ? fold(held).includes(fold(asked)) : fold(held).startsWith(fold(asked))
}

/** Whether the instant of the last change stands to a span as the prefix says. @refuses search-invalid */
function changed(s: Subscription, asked: string): boolean {
  const [, prefix = 'eq', date = ''] = /^(eq|ne|gt|ge|lt|le|sa|eb|ap)?(.*)$/s.exec(asked)!
  const span = dateRange(date.replace(' ', '+')) ?? unreadable('_lastUpdated', asked)
  const at = s.lastUpdated.toISOString()
  const [before, after] = [at < span.lo, at >= span.hi]
  if (prefix === 'eq' || prefix === 'ap') return !before && !after
  if (prefix === 'ne') return before || after
  if (prefix === 'gt' || prefix === 'sa') return after
  if (prefix === 'lt' || prefix === 'eb') return before
  return prefix === 'ge' ? !before : !after
}

/** @refuses search-unsupported, search-invalid */
function conditionOf(name: string, value: string): (s: Subscription) => boolean {
  const [param = '', modifier, ...more] = name.split(':')
  const kind = kinds[param] ?? 'token'
  if (!known.has(param) || more.length > 0 || (modifier !== undefined && !MODIFIERS[kind].includes(modifier)))
    refuse('search-unsupported', { param: name.slice(0, 80) })
  const asked = value.split(',').filter((v) => v !== '')
  if (kind === 'date') return (s) => asked.some((one) => changed(s, one))
  if (modifier === 'missing') {
    if (value !== 'true' && value !== 'false') unreadable(name, value)
    return (s) => (valuesOf(s, param).length === 0) === (value === 'true')
  }
  const meets = (s: Subscription) => valuesOf(s, param).some((held) => asked.some((one) => meetsOne(held, one, kind, modifier)))
  return modifier === 'not' ? (s) => !meets(s) : meets
}

/** The subscriptions that meet all conditions, a page of them. @param all in the order they are shown @refuses search-unsupported, search-invalid */
export function searchAmong(all: readonly Subscription[], query: URLSearchParams): FoundSubscriptions {
  let [count, cursor] = [all.length, '']
  const used: [string, string][] = []
  const conditions: ((s: Subscription) => boolean)[] = []
  for (const [name, value] of query) {
    if (value === '') continue
    if (name === '_count') count = /^\d{1,18}$/.test(value) ? Number(value) : unreadable(name, value)
    else if (name === '_cursor') cursor = value
    else if (!shaping.has(name)) conditions.push(conditionOf(name, value))
    if (name !== '_cursor') used.push([name, value])
  }
  if (query.get('_summary') === 'count') count = 0
  const found = all.filter((s) => conditions.every((meets) => meets(s)))
  const from = cursor === '' ? 0 : found.findIndex((s) => s.id === cursor) + 1
  if (cursor !== '' && from === 0) unreadable('_cursor', cursor)
  const page = found.slice(from, from + count)
  return { page, total: found.length, next: count > 0 && from + count < found.length ? page.at(-1)!.id : null, used }
}
