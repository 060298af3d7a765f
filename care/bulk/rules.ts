/**
 * What a kick-off may ask, and how often a client may come back. Pure: no clock, no database, no network.
 *
 * @spec FHIR Bulk Data Access 2.0 https://hl7.org/fhir/uv/bulkdata/STU2/export.html
 */
import { isOwnAddress } from '#care/record'
import { dateRange, isResourceType } from '#packages/fhir'
import type { ExportAsk, ImportMode } from './model.ts'

/** A parameter as sent, in the order sent. */
export type Sent = readonly [name: string, value: string]

/** What is wrong with a parameter, or that nobody here knows it. */
export type Wrong = { param: string; value: string; unsupported?: true }

const formats = new Set(['application/fhir+ndjson', 'application/ndjson', 'ndjson'])
/** Known to the specification and not offered here: passed over, or refused where the client is strict. */
const notOffered = new Set(['includeAssociatedData', 'allowPartialManifests', 'organizeOutputBy'])
const passedOver = new Set(['_format', '_pretty', 'lang'])

/** Most patients one export may name. */
const MAX_PATIENTS = 10_000

type Asked = Omit<ExportAsk, 'types' | 'level' | 'keys'> & { types: string[] | null; patients: string[] | null }

/** Reads the parameters of an export. @param strict refuses what is passed over otherwise */
export function readExport(sent: readonly Sent[], strict: boolean): Asked | Wrong {
  const asked: Asked = { types: null, since: null, until: null, filters: [], elements: null, patients: null, ignored: [] }
  for (const [param, value] of sent) {
    const wrong = passedOver.has(param) ? null : readOne(asked, param, value, strict)
    if (wrong) return wrong
  }
  return filtersWithin(asked, strict)
}

/** A search of a type that the export does not have would find nothing that is wanted: told, or refused where the client is strict. */
function filtersWithin(asked: Asked, strict: boolean): Asked | Wrong {
  const { types, filters } = asked
  const outside = types === null ? undefined : filters.find(({ type }) => !types.includes(type))
  if (outside === undefined) return asked
  if (strict) return { param: '_typeFilter', value: `${outside.type}?${outside.query}`.slice(0, 80), unsupported: true }
  return { ...asked, filters: filters.filter(({ type }) => types!.includes(type)), ignored: [...asked.ignored, '_typeFilter'] }
}

function readOne(asked: Asked, param: string, value: string, strict: boolean): Wrong | null {
  const wrong = { param, value: value.slice(0, 80) }
  switch (param) {
    case '_outputFormat':
      // A plus sign that was not percent-encoded arrives as a space.
      return formats.has(value.replace(' ', '+')) ? null : wrong
    case '_since':
    case '_until': {
      const instant = dateRange(value.replace(' ', '+'))
      if (!instant) return wrong
      asked[param === '_since' ? 'since' : 'until'] = new Date(instant.lo)
      return null
    }
    case '_type': {
      const types = listOf(value)
      const unknown = types.find((type) => !isResourceType(type))
      if (unknown !== undefined || types.length === 0) return { param, value: (unknown ?? value).slice(0, 80) }
      asked.types = [...new Set([...(asked.types ?? []), ...types])]
      return null
    }
    case '_typeFilter':
      return readFilters(asked, value) ? null : wrong
    case '_elements':
      asked.elements = [...(asked.elements ?? []), ...listOf(value)]
      return asked.elements.every((e) => /^(?:[A-Z][A-Za-z]+\.)?[a-z][A-Za-z]*$/.test(e)) ? null : wrong
    case 'patient': {
      const [, address, id] = /^(.*?\/)??Patient\/([A-Za-z0-9.-]{1,64})$/.exec(value) ?? []
      const elsewhere = address !== undefined && !isOwnAddress(value)
      if (id === undefined || elsewhere || (asked.patients?.length ?? 0) >= MAX_PATIENTS) return wrong
      asked.patients = [...(asked.patients ?? []), id]
      return null
    }
    default:
      if (strict) return { ...wrong, unsupported: true }
      if (!notOffered.has(param) && !/^[_A-Za-z]/.test(param)) return wrong
      asked.ignored.push(param.slice(0, 80))
      return null
  }
}

const listOf = (value: string): string[] =>
  value
    .split(',')
    .map((part) => part.trim())
    .filter((part) => part !== '')

/** Searches are told apart by the type and question mark that each begins with, because values hold commas too. */
function readFilters(asked: Asked, value: string): boolean {
  for (const one of value.split(/,(?=[A-Z][A-Za-z]*\?)/)) {
    const [type = '', query = ''] = [one.slice(0, one.indexOf('?')), one.slice(one.indexOf('?') + 1)]
    if (!one.includes('?') || !isResourceType(type) || query === '') return false
    asked.filters.push({ type, query })
  }
  return true
}

/** Jobs of one client that may be open at a time. */
export const MAX_OPEN_JOBS = 3
/** A job's files are kept this long after it ended. */
export const KEEP_HOURS = 24
/** Status requests ahead of time that are borne with, one after another. */
const PATIENCE = 10

/** Seconds a client should wait before it asks again: longer, the longer the work takes. */
export const retryAfterSeconds = (runningMs: number): number => (runningMs < 10_000 ? 1 : runningMs < 120_000 ? 5 : 15)

/** Whether a status request came ahead of time, and whether it is one too many. */
export function judgePoll(poll: { sinceLastMs: number | null; runningMs: number; early: number }): { early: number; refused: boolean } {
  const isEarly = poll.sinceLastMs !== null && poll.sinceLastMs < retryAfterSeconds(poll.runningMs) * 500
  const early = isEarly ? poll.early + 1 : 0
  return { early, refused: early > PATIENCE }
}

/** Failed tries without a step forward after which a job is given up. */
export const MAX_TRIES = 5
/** How long a job rests after a try that failed, by how many failed before it: a database that restarts is outlasted. */
export const restMs = (failed: number): number => [2_000, 8_000, 30_000][failed] ?? 60_000

/** A file an operator laid out for an institution: a plain name, nothing that leads elsewhere. */
export const isInputName = (name: string): boolean => /^[A-Za-z0-9][A-Za-z0-9._-]{0,99}\.ndjson$/.test(name)

export const importModes: readonly ImportMode[] = ['update', 'skip']
