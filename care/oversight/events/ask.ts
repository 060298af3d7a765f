/** What a search of the log may ask, and the filter it becomes. Pure. */
import type { LogFilter, LogPlace } from '#kernel/audit-search'
import { refuse } from '#kernel/refusal'
import type { Taken } from '#kernel/route'
import { dateRange } from '#packages/fhir'
import { eventId, placeOfEvent, seriousOutcomes } from './map.ts'
import { type FhirAction, verbsOf } from './verbs.ts'

export const PAGE = { usual: 50, most: 200 } as const

/** @spec http://hl7.org/fhir/R4/auditevent.html#search; `purpose`, `institution`, `rule` and `requestId` are the platform's own. */
export const eventTakes: readonly Taken[] = [
  { name: '_id', type: 'code', many: true, about: { ja: '記録の番号', en: 'Ids' } },
  { name: 'date', type: 'dateTime', many: true, about: { ja: '日時（ge、gt、le、lt、eq）', en: 'When (ge, gt, le, lt, eq)' } },
  { name: 'patient', type: 'Reference', many: true, about: { ja: '誰の情報か', en: 'Whose data' } },
  { name: 'agent', type: 'Reference', many: true, about: { ja: '行った人・システムのID', en: 'Who did it, by id' } },
  { name: 'entity', type: 'Reference', about: { ja: '触れたもの（種類/番号）', en: 'What was touched (Type/id)' } },
  { name: 'action', type: 'code', about: { ja: 'C、R、U、D、E', en: 'C, R, U, D or E' } },
  { name: 'outcome', type: 'code', about: { ja: '0（行われた）、4（断った）、8（できなかった）', en: '0 done, 4 refused, 8 failed' } },
  { name: 'subtype', type: 'code', many: true, about: { ja: '操作の名', en: 'Name of the act' } },
  { name: 'purpose', type: 'code', many: true, about: { ja: '目的（TREAT など）', en: 'Purpose of use' } },
  { name: 'altid', type: 'code', many: true, about: { ja: '受付番号', en: 'Reference number' } },
  { name: 'requestId', type: 'code', many: true, about: { ja: '受付番号（altid と同じ）', en: 'Reference number, as altid' } },
  { name: 'institution', type: 'code', about: { ja: '医療機関番号', en: 'Institution number' } },
  { name: 'via', type: 'code', many: true, about: { ja: 'サインイン・トークン・許可の番号', en: 'Session, token or permission' } },
  { name: 'rule', type: 'code', about: { ja: '見られた理由の規則', en: 'Rule that allowed it' } },
  { name: '_count', type: 'integer', about: { ja: `1ページの件数（${PAGE.most}まで）`, en: `Entries a page, at most ${PAGE.most}` } },
  { name: '_sort', type: 'code', about: { ja: '-date だけ（新しい順）', en: '-date alone: newest first' } },
  { name: '_after', type: 'code', about: { ja: '次のページのしるし', en: 'Mark of the next page' } },
]

export type Asked = {
  filter: LogFilter
  limit: number
  after: LogPlace | undefined
  given: readonly [string, string][]
}

const bad = (param: string, value: string): never => refuse('search-invalid', { param, value: value.slice(0, 80) })
const withoutType = (value: string): string => value.slice(value.lastIndexOf('/') + 1).replace(/^.*\|/, '')
const many = (values: readonly string[]): string[] => values.flatMap((v) => v.split(',')).filter((v) => v !== '')

/** The instants a date with its prefix allows. @spec http://hl7.org/fhir/R4/search.html#date */
function dateBounds(value: string): { from?: Date; to?: Date } {
  const [, prefix = 'eq', rest = ''] = /^(eq|ge|gt|le|lt)?(.+)$/.exec(value) ?? []
  const range = dateRange(rest) ?? bad('date', value)
  const [start, end] = [new Date(range.lo), new Date(range.hi)]
  if (prefix === 'ge') return { from: start }
  if (prefix === 'gt') return { from: end }
  if (prefix === 'le') return { to: end }
  if (prefix === 'lt') return { to: start }
  return { from: start, to: end }
}

const latest = (a: Date | undefined, b: Date | undefined) => (a && b ? (a > b ? a : b) : (a ?? b))
const earliest = (a: Date | undefined, b: Date | undefined) => (a && b ? (a < b ? a : b) : (a ?? b))

/** The mark under which the next page begins. */
export const markOf = ({ at, key, id }: { at: Date; key: string; id: string }): string => `${at.getTime()}.${eventId({ key, id })}`
function placeOfMark(mark: string): LogPlace {
  const [, ms = '', rest = ''] = /^(\d{1,15})\.(.+)$/.exec(mark) ?? []
  const place = placeOfEvent(rest) ?? bad('_after', mark)
  return { at: new Date(Number(ms)), id: place.id }
}

const outcomeFilters: Readonly<Record<string, LogFilter['outcomes']>> = {
  '0': { among: ['success'] },
  '4': { not: ['success', ...seriousOutcomes] },
  '8': { among: seriousOutcomes },
  '12': { among: [] },
}

type Read = { filter: LogFilter; more?: Partial<Pick<Asked, 'limit' | 'after'>> }

/** One parameter; several values of it mean any of them, dates all of them. */
const readers: Readonly<Record<string, (values: readonly string[], before: LogFilter) => Read>> = {
  _id: (values, before) => {
    const ids = many(values)
    if (ids.length > PAGE.most) bad('_id', `${ids.length} > ${PAGE.most}`)
    const wanted = ids.flatMap((id) => placeOfEvent(id) ?? [])
    return { filter: { ...before, entries: wanted } }
  },
  date: (values, before) => {
    const bounds = values.map(dateBounds)
    return {
      filter: {
        ...before,
        from: bounds.map((b) => b.from).reduce(latest, before.from),
        to: bounds.map((b) => b.to).reduce(earliest, before.to),
      },
    }
  },
  patient: (values, before) => ({ filter: { ...before, keys: many(values).map(withoutType) } }),
  agent: (values, before) => ({ filter: { ...before, actorIds: many(values).map(withoutType) } }),
  entity: ([value = ''], before) =>
    value.startsWith('Patient/')
      ? { filter: { ...before, keys: before.keys?.filter((k) => k === withoutType(value)) ?? [withoutType(value)] } }
      : { filter: { ...before, resource: value } },
  action: ([value = ''], before) => {
    if (!/^[CRUDE]$/.test(value)) bad('action', value)
    return { filter: { ...before, verbs: verbsOf(value as FhirAction) } }
  },
  outcome: ([value = ''], before) => {
    if (!Object.hasOwn(outcomeFilters, value)) bad('outcome', value)
    return { filter: { ...before, outcomes: outcomeFilters[value] } }
  },
  subtype: (values, before) => ({ filter: { ...before, actions: many(values).map(withoutType) } }),
  purpose: (values, before) => ({ filter: { ...before, purposes: many(values).map(withoutType) } }),
  altid: (values, before) => ({ filter: { ...before, requestIds: many(values) } }),
  requestId: (values, before) => ({ filter: { ...before, requestIds: many(values) } }),
  institution: ([value = ''], before) => ({ filter: { ...before, institutionNumber: value } }),
  via: (values, before) => ({ filter: { ...before, vias: many(values) } }),
  rule: ([value = ''], before) => ({ filter: { ...before, rule: value } }),
  _count: ([value = ''], filter) => {
    if (!/^\d{1,6}$/.test(value) || Number(value) < 1) bad('_count', value)
    return { filter, more: { limit: Math.min(PAGE.most, Number(value)) } }
  },
  _sort: ([value = ''], filter) => (value === '-date' ? { filter } : bad('_sort', value)),
  _after: ([value = ''], filter) => ({ filter, more: { after: placeOfMark(value) } }),
}

/** Parameters that say how to answer, and others of every search that change nothing here. */
const ignored = new Set(['_format', '_pretty', '_total', 'lang', 'page'])

/**
 * Reads a search. Empty values count as not given, as a form sends them.
 * @refuses search-unsupported for what is not offered, search-invalid for what cannot be read
 */
export function readAsked(query: URLSearchParams): Asked {
  const given = [...query].filter(([name, value]) => value !== '' && !ignored.has(name))
  let asked: Asked = { filter: {}, limit: PAGE.usual, after: undefined, given }
  for (const name of new Set(given.map(([n]) => n))) {
    const read = Object.hasOwn(readers, name) ? readers[name]! : refuse('search-unsupported', { param: name.slice(0, 60) })
    const values = given.filter(([n]) => n === name).map(([, v]) => v)
    const { filter, more } = read(values, asked.filter)
    asked = { ...asked, ...more, filter }
  }
  return asked
}
