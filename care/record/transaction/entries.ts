import { refuse } from '#kernel/refusal'
import { isObject, isResource, type Json, type JsonObject, type Resource } from '#packages/fhir'

/** One entry of a transaction or batch, as asked for. */
export type Entry = {
  index: number
  fullUrl: string | null
  method: string
  url: string
  resource: Resource | null
  ifMatch: number | null
  ifNoneExist: string | null
}
const MAX_ENTRIES = 10_000

/** The entries of a transaction or batch. @refuses input-invalid, body-too-large */
export function readEntries(bundle: Resource): Entry[] {
  const list = Array.isArray(bundle.entry) ? bundle.entry : []
  if (list.length > MAX_ENTRIES) refuse('body-too-large', { limit: `${MAX_ENTRIES} entries` })
  return list.map((raw, index) => {
    const entry: JsonObject = isObject(raw) ? raw : {}
    const request: JsonObject = isObject(entry.request)
      ? entry.request
      : refuse('input-invalid', { what: `Bundle.entry[${index}].request` })
    const match = typeof request.ifMatch === 'string' ? /^(?:W\/)?"(\d{1,9})"$/.exec(request.ifMatch) : null
    if (request.ifMatch !== undefined && !match) refuse('input-invalid', { what: `Bundle.entry[${index}].request.ifMatch` })
    return {
      index,
      fullUrl: typeof entry.fullUrl === 'string' ? entry.fullUrl : null,
      method: String(request.method),
      url: String(request.url),
      resource: isResource(entry.resource) ? entry.resource : null,
      ifMatch: match ? Number(match[1]) : null,
      ifNoneExist: typeof request.ifNoneExist === 'string' ? request.ifNoneExist : null,
    }
  })
}

/** DELETE, then people, then POST, PUT, then GET. @spec FHIR R4 http, transaction processing rules */
export function processingOrder(entries: readonly Entry[]): Entry[] {
  const rank = (e: Entry) =>
    e.method === 'DELETE' ? 0 : e.resource?.resourceType === 'Patient' ? 1 : e.method === 'POST' ? 2 : e.method === 'PUT' ? 3 : 4
  const depth = dependencyDepth(entries)
  return [...entries].sort((a, b) => rank(a) - rank(b) || depth.get(a)! - depth.get(b)! || a.index - b.index)
}

/** How many steps of references to other new entries lie below an entry, so that what is referred to is written first. */
function dependencyDepth(entries: readonly Entry[]): Map<Entry, number> {
  const byUrl = new Map(entries.flatMap((e) => (e.fullUrl ? [[e.fullUrl, e] as const] : [])))
  const depth = new Map<Entry, number>()
  const measure = (e: Entry, path: ReadonlySet<Entry>): number => {
    const known = depth.get(e)
    if (known !== undefined) return known
    if (path.has(e) || path.size > 50) return 0
    const below = e.resource ? referencesOf(e.resource).flatMap((r) => byUrl.get(r) ?? []) : []
    const measured = below.length === 0 ? 0 : 1 + Math.max(...below.map((b) => measure(b, new Set([...path, e]))))
    depth.set(e, measured)
    return measured
  }
  for (const e of entries) depth.set(e, measure(e, new Set()))
  return depth
}

function referencesOf(resource: Resource): string[] {
  const found: string[] = []
  const open: Json[] = [resource]
  while (open.length > 0) {
    const value = open.pop()!
    if (Array.isArray(value)) open.push(...value)
    else if (isObject(value))
      for (const [name, child] of Object.entries(value))
        name === 'reference' && typeof child === 'string' ? found.push(child) : open.push(child)
  }
  return found
}
