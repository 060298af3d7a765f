/** What somebody wrote into the box, read as a request to the FHIR surface. Pure. */
import { isResourceType } from '#packages/fhir'

/** Longer ones would not fit into an address. */
export const MAX_QUERY = 4_000

/** `type`: of the resources asked for, null where the query names none. `shape`: what is asked of them. */
export type Query = {
  text: string
  segments: readonly string[]
  search: URLSearchParams
  type: string | null
  shape: 'search' | 'read' | 'version' | 'history' | 'compartment' | 'other'
}

/** Why a text is no query: it asks another server, it is too long, or its address cannot be decoded. */
export type Unreadable = 'other-server' | 'too-long' | 'undecodable'

/**
 * Reads `Observation?code=…`, `GET Observation/1`, `/fhir/R4/Observation/1` or the whole address. Lines may be broken anywhere between parts.
 * @param base address of the FHIR surface
 */
export function parseQuery(written: string, base: string): Query | Unreadable {
  if (written.length > MAX_QUERY) return 'too-long'
  const joined = written.trim().replace(/\s*\n\s*/g, '')
  const bare = joined.replace(/^GET\s+/i, '')
  const below = bare.startsWith(base) ? bare.slice(base.length) : bare.replace(/^\/?fhir\/R4(?=[/?]|$)/, '')
  if (/^[a-z][a-z+.-]*:\/\//i.test(below) || below.startsWith('//')) return 'other-server'
  const cut = below.indexOf('?')
  const path = (cut < 0 ? below : below.slice(0, cut)).replace(/^\/|\/$/g, '')
  const search = cut < 0 ? '' : below.slice(cut + 1)
  const segments = decoded(path === '' ? [] : path.split('/'))
  if (segments === null) return 'undecodable'
  const text = search === '' ? path : `${path}?${search}`
  return { text, segments, search: new URLSearchParams(search), ...meaningOf(segments) }
}

function decoded(parts: readonly string[]): string[] | null {
  try {
    return parts.map(decodeURIComponent)
  } catch {
    return null
  }
}

const isName = (part: string | undefined): part is string => part !== undefined && !/^[$_]/.test(part)

function meaningOf(segments: readonly string[]): Pick<Query, 'type' | 'shape'> {
  const [type = '', id, third, fourth] = segments
  if (!isResourceType(type)) return { type: null, shape: segments.length === 0 ? 'search' : 'other' }
  if (id === undefined) return { type, shape: 'search' }
  if (!isName(id)) return { type, shape: id === '_history' ? 'history' : 'other' }
  if (third === undefined) return { type, shape: 'read' }
  if (third === '_history') return { type, shape: fourth === undefined ? 'history' : 'version' }
  if (fourth === undefined && isResourceType(third)) return { type: third, shape: 'compartment' }
  return { type, shape: 'other' }
}

export type View = 'table' | 'json'
type Link = { view?: View | undefined; explain?: boolean | undefined }

/** Address of the page that runs a query. */
export function queryHref(text: string, { view, explain }: Link = {}): string {
  const asked = [`q=${spelt(text)}`, ...(view === 'json' ? ['view=json'] : []), ...(explain ? ['explain=1'] : [])]
  return `/developer/query?${asked.join('&')}`
}

/** Address of the page with a query in the box that nobody has run yet. */
export const draftHref = (text: string): string => `/developer/query?draft=${spelt(text)}`

/** As encodeURIComponent, but what a reader of the address bar can read stays readable. */
const spelt = (text: string): string => encodeURIComponent(text).replace(/%(?:2F|3A|2C|24)/g, (code) => decodeURIComponent(code))

/** A query with one more parameter to fill in. */
export const withParameter = (text: string, type: string, code: string): string => {
  const start = text === '' ? type : text
  return `${start}${start.includes('?') ? '&' : '?'}${code}=`
}

/**
 * The query that follows an address or a reference found in an answer; null where it leads elsewhere.
 * @param value `Type/id`, `Type/id/_history/1`, or an address below `base`
 */
export function queryOf(value: string, base: string): string | null {
  if (value.startsWith(`${base}/`) || value.startsWith(`${base}?`)) return value.slice(base.length).replace(/^\//, '')
  const [type = '', id = '', ...rest] = value.split('/')
  const known = isResourceType(type) && /^[A-Za-z0-9.-]{1,64}$/.test(id)
  return known && (rest.length === 0 || (rest.length === 2 && rest[0] === '_history')) ? value : null
}
