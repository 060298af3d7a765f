import { isOfServer } from '../ids.ts'
import type { Seen } from '../model.ts'
import { cursorOf, type HistoryPage, type HistoryQuery } from './query.ts'

/** One version as it was written: created, replaced or deleted. */
function entryOf(base: string, v: Seen): string {
  // Under an id of its writer's choice it was put there.
  const method = v.deleted ? 'DELETE' : v.version === 1 && isOfServer(v.id) ? 'POST' : 'PUT'
  const url = method === 'POST' ? v.type : `${v.type}/${v.id}`
  const response = JSON.stringify({
    status: v.deleted ? '204' : v.version === 1 ? '201' : '200',
    etag: `W/"${v.version}"`,
    lastModified: v.lastUpdated.toISOString(),
  })
  const resource = v.deleted ? '' : `"resource":${v.body},`
  return `{"fullUrl":${JSON.stringify(`${base}/${v.type}/${v.id}`)},${resource}"request":${JSON.stringify({ method, url })},"response":${response}}`
}

/** A history Bundle as text: stored resources are served as they are. `path` is what comes after the base, e.g. `Observation/_history`. */
export function historyBundle(about: { base: string; path: string }, query: HistoryQuery, found: HistoryPage): string {
  const page = found.rows.slice(0, query.count)
  const more = found.rows.length > query.count
  const link = (relation: string, extra: [string, string][]) => {
    const params = new URLSearchParams([...query.used, ...extra]).toString()
    return { relation, url: `${about.base}/${about.path}${params === '' ? '' : `?${params}`}` }
  }
  const last = page.at(-1)
  const links = [
    link('self', query.at === null ? [] : [['_cursor', query.at]]),
    ...(more && last ? [link('next', [['_cursor', cursorOf(last)]])] : []),
  ]
  const counted = found.total ?? (more || query.after ? null : page.length)
  const total = counted === null ? '' : `"total":${counted},`
  const entry = page.length === 0 ? '' : `,"entry":[${page.map((v) => entryOf(about.base, v)).join(',')}]`
  return `{"resourceType":"Bundle","type":"history",${total}"link":${JSON.stringify(links)}${entry}}`
}
