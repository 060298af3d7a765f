/** What an entry of a Bundle asks for beside writing a resource: the same rows that answer it when it comes alone. */
import type { AuditEvent } from '#kernel/audit-event'
import type { Context } from '#kernel/context'
import { admit } from '#kernel/proof'
import { refuse } from '#kernel/refusal'
import { type Answer, type HttpRow, isHttpRow, type ReadRow, type Row, type RouteRequest, type WriteRow } from '#kernel/route'
import { type Resource, textOf } from '#packages/fhir'
import { simpleValues } from '../operation/posted.ts'

/** A row that answers an entry. `audit`: the action it is written down under; `writes`: whether it changes anything. */
export type Call = { audit: string; writes: boolean; run: (ctx: Context) => Promise<Answer> }
export type Called = { method: string; url: string; headers: Readonly<Record<string, string>>; resource: Resource | null }

/** The call that an address below the root of the FHIR surface stands for; null where there is none. */
export type Calls = (asked: Called) => Call | null

const ROOT = '/fhir/R4'

/** Operations that answer later, with files. */
const LATER: ReadonlySet<string> = new Set(['$export', '$import'])

type Answering = ReadRow | WriteRow
type Way = { row: Answering; pattern: RegExp; rank: string }

const lastPart = (path: string): string => (path.split('?')[0] ?? '').slice((path.split('?')[0] ?? '').lastIndexOf('/') + 1)

/** Whether what is posted to an address is no resource to keep: an operation's parameters, or a search. */
export const isCalled = (url: string): boolean => lastPart(url).startsWith('$') || lastPart(url) === '_search'

/** Rows that answer at once and with a resource: an export is no answer to an entry, and a fresh proof cannot be shown in one. */
function answers(row: HttpRow): row is Answering {
  if (row.kind === 'stream' || row.stepUp !== undefined || row.schema !== undefined || LATER.has(lastPart(row.path))) return false
  return row.kind === 'read' ? row.method === 'GET' || row.method === 'POST' : row.method === 'POST' && isCalled(row.path)
}

/** Segments that are written out go before those that stand for anything. */
function wayOf(row: Answering): Way {
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

/** What a row reads of the resource sent with an entry: its text, or the fields of a form. @refuses input-invalid */
function bodyFor(row: Answering, { method, resource }: Called): Pick<RouteRequest, 'body' | 'headers'> {
  if (method !== 'POST') return { body: undefined, headers: {} }
  if (row.body === 'text') return { body: resource === null ? '' : textOf(resource), headers: { 'content-type': 'application/fhir+json' } }
  const fields = Map.groupBy(resource === null ? [] : simpleValues(resource), ([name]) => name)
  return { body: Object.fromEntries([...fields].map(([name, pairs]) => [name, pairs.map(([, value]) => value)])), headers: {} }
}

/** Runs a row for an entry: who asks is admitted by the row, and what is noted stands under its own action. */
async function answered(ctx: Context, row: Answering, request: RouteRequest): Promise<Answer> {
  let noted = 0
  const audit = (event: AuditEvent) => {
    noted++
    ctx.audit({ action: row.audit, ...event })
  }
  const own: Context = { ...ctx, purpose: admit(row, ctx.actor), audit }
  const ready = row.kind === 'write' && row.prepare ? row.prepare(request, ctx.actor) : request
  const answer = await row.handle(own, ready)
  if (noted === 0 && row.audit !== 'none') audit({})
  return answer
}

/** @param rows the whole surface, asked for once everybody is in it */
export function callsAmong(rows: () => readonly Row[]): Calls {
  let known: Way[] | undefined
  const ways = () =>
    (known ??= rows()
      .filter(isHttpRow)
      .filter(answers)
      .filter(({ path }) => path === ROOT || path.startsWith(`${ROOT}/`))
      .map(wayOf)
      .sort((a, b) => (a.rank < b.rank ? -1 : a.rank > b.rank ? 1 : 0)))

  return (asked) => {
    const { url } = asked
    const method = asked.method === 'POST' ? 'POST' : 'GET'
    const cut = url.indexOf('?')
    const path = cut < 0 ? url : url.slice(0, cut)
    for (const { row, pattern } of ways()) {
      const found = row.method === method ? pattern.exec(path) : null
      if (!found) continue
      const query = new URLSearchParams(cut < 0 ? '' : url.slice(cut + 1))
      const run = (ctx: Context) => {
        const { body, headers } = bodyFor(row, { ...asked, method })
        const params = decoded(found.groups ?? {})
        return answered(ctx, row, { method, params, query, headers: { ...asked.headers, ...headers }, url: `${ROOT}/${url}`, body })
      }
      return { audit: row.audit, writes: row.kind === 'write', run }
    }
    return null
  }
}
