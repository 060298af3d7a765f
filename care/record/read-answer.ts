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

function isKnown(seen: Seen, headers: RouteRequest['headers']): boolean {
  const tags = headers['if-none-match']
  if (tags !== undefined) return namesTag(tags, `"${seen.version}"`)
  const since = headers['if-modified-since'] === undefined ? Number.NaN : Date.parse(headers['if-modified-since'])
  return Math.floor(seen.lastUpdated.getTime() / 1000) * 1000 <= since
}

/** Whether an `If-None-Match` names a tag, which is compared weakly. @spec RFC 9110 section 13.1.2 */
export const namesTag = (tags: string, tag: string): boolean =>
  tags.split(',').some((one) => one.trim() === '*' || one.trim().replace(/^W\//, '') === tag)
