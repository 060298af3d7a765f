/** What a GET among the entries of a Bundle asks for: the same rows that answer it when it comes alone. */
import type { Context } from '#kernel/context'
import { admit } from '#kernel/proof'
import { refuse } from '#kernel/refusal'
import { type Answer, type HttpRow, isHttpRow, type Row } from '#kernel/route'

/** Answers an address below the root of the FHIR surface. @refuses address-unknown, and whatever the row refuses */
export type Reads = (ctx: Context, asked: { url: string; headers: Readonly<Record<string, string>> }) => Promise<Answer>

const ROOT = '/fhir/R4'

type ReadRow = Extract<HttpRow, { kind: 'read' }>
type Way = { row: ReadRow; pattern: RegExp; rank: string }

/** Rows that answer at once and with a resource: an export is no answer to an entry, and a fresh proof cannot be shown in one. */
const isRead = (row: Row): row is ReadRow =>
  isHttpRow(row) && row.kind === 'read' && row.method === 'GET' && row.stepUp === undefined && row.schema === undefined

/** Segments that are written out go before those that stand for anything. */
function wayOf(row: ReadRow): Way {
  const parts = row.path.slice(ROOT.length).split('/').slice(1)
  const pattern = parts.map((part) => part.replace(/[$.*+?^()[\]{}|\\]/g, '\\$&').replace(/:([A-Za-z]+)/g, '(?<$1>[^/]+)')).join('/')
  const rank = parts.map((part) => (part.startsWith(':') ? '2' : part.includes(':') ? '1' : '0')).join('')
  return { row, pattern: new RegExp(`^${pattern}$`), rank }
}

function decoded(params: Readonly<Record<string, string>>): Record<string, string> {
  try {
    return Object.fromEntries(Object.entries(params).map(([name, value]) => [name, decodeURIComponent(value)]))
  } catch {
    return refuse('address-unknown')
  }
}

/** @param rows the whole surface, asked for once everybody is in it */
export function readsAmong(rows: () => readonly Row[]): Reads {
  let known: Way[] | undefined
  const ways = () =>
    (known ??= rows()
      .filter(isRead)
      .filter(({ path }) => path === ROOT || path.startsWith(`${ROOT}/`))
      .map(wayOf)
      .sort((a, b) => (a.rank < b.rank ? -1 : a.rank > b.rank ? 1 : 0)))

  return (ctx, { url, headers }) => {
    const cut = url.indexOf('?')
    const path = cut < 0 ? url : url.slice(0, cut)
    for (const { row, pattern } of ways()) {
      const found = pattern.exec(path)
      if (!found) continue
      const query = new URLSearchParams(cut < 0 ? '' : url.slice(cut + 1))
      const request = { method: 'GET', params: decoded(found.groups ?? {}), query, headers, url: `${ROOT}/${url}`, body: undefined }
      return row.handle({ ...ctx, purpose: admit(row, ctx.actor) }, request)
    }
    return refuse('address-unknown')
  }
}
