import type { Answer, RouteRequest } from '#kernel/route'
import type { Seen } from './model.ts'

/**
 * A stored resource as it is, or 304 where the caller has it. `If-None-Match` wins over `If-Modified-Since`, whose steps are seconds.
 * @spec FHIR R4 http, conditional read; RFC 9110 section 13
 */
export function resourceAnswer(seen: Seen, headers: RouteRequest['headers']): Answer {
  const own = { etag: `W/"${seen.version}"`, 'last-modified': seen.lastUpdated.toUTCString() }
  return isKnown(seen, headers) ? { status: 304, headers: own } : { headers: own, fhir: seen.body }
}

const MEDIA = /^[a-z0-9][a-z0-9!#$&^_.+-]{0,60}\/[a-z0-9][a-z0-9!#$&^_.+-]{0,100}$/
const WITH_PARAMETERS = /^[\w!#$&^.+-]+\/[\w!#$&^.+-]+(?:\s?;\s?[\w-]+=(?:[\w.+:/-]+|"[\w .+:/-]+"))+$/
type StoredFile = { contentType?: string; data?: string; securityContext?: { reference?: string } }
/** Types that ask for the resource around the file. */
const asResource = new Set([
  'application/json',
  'text/json',
  'application/xml',
  'text/xml',
  'application/fhir+json',
  'application/fhir+xml',
])

/**
 * The file of a Binary as it is, where the caller asks for its own type; null where the resource is wanted. Browsers are told to keep it,
 * never to show it: a file may hold a page.
 * @spec FHIR R4 Binary, serving Binary resources using the RESTful API
 */
export function fileAnswer(seen: Seen, { headers, query }: Pick<RouteRequest, 'headers' | 'query'>): Answer | null {
  if (seen.type !== 'Binary' || query.has('_format') || headers.accept === undefined || seen.body === '') return null
  const { contentType, data, securityContext } = JSON.parse(seen.body) as StoredFile
  const type = (contentType ?? '').split(';')[0]!.trim().toLowerCase()
  if (data === undefined || !MEDIA.test(type) || asResource.has(type) || !takes(headers.accept, type)) return null
  const whole = resourceAnswer(seen, headers)
  if (whole.status === 304) return whole
  const own = {
    ...whole.headers,
    'content-type': WITH_PARAMETERS.test(contentType!) ? contentType! : type,
    'content-disposition': 'attachment',
    vary: 'accept',
    ...(securityContext?.reference && /^[!-~]+$/.test(securityContext.reference)
      ? { 'x-security-context': securityContext.reference }
      : {}),
  }
  return { headers: own, pieces: once(Buffer.from(data, 'base64')) }
}

/** Whether an Accept header names a type, or all of its kind, and not FHIR's own types before it. */
function takes(accept: string, type: string): boolean {
  const ranges = accept
    .slice(0, 1_000)
    .split(',')
    .map((part) => part.split(';').map((one) => one.trim().toLowerCase()))
    .filter(([, ...parameters]) => !parameters.some((one) => /^q\s*=\s*0(?:\.0*)?$/.test(one)))
    .map(([name = '']) => name)
  const first = ranges.find((name) => name === type || name === `${type.split('/')[0]}/*` || asResource.has(name))
  return first !== undefined && !asResource.has(first)
}

async function* once(bytes: Uint8Array): AsyncGenerator<Uint8Array> {
  yield bytes
}

function isKnown(seen: Seen, headers: RouteRequest['headers']): boolean {
  const tags = headers['if-none-match']
  if (tags !== undefined) return namesTag(tags, `"${seen.version}"`)
  const since = headers['if-modified-since'] === undefined ? Number.NaN : Date.parse(headers['if-modified-since'])
  return Math.floor(seen.lastUpdated.getTime() / 1000) * 1000 <= since
}

/** Whether an `If-None-Match` names a tag, which is compared weakly. @spec RFC 9110 section 13.1.2 */
export const namesTag = (tags: string, tag: string): boolean =>
  tags.split(',').some((one) => one.trim() === '*' || one.trim().replace(/^W\//, '') === tag)
