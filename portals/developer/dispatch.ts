/** Runs a query through the very rows that answer it on the FHIR surface, with the caller's own rights. */
import type { Context } from '#kernel/context'
import { admit } from '#kernel/proof'
import { Refusal, refusalOutcome, refusalRow, refuse } from '#kernel/refusal'
import type { ReadRow, Row, RouteRequest } from '#kernel/route'
import { textOf } from '#packages/fhir'
import type { Query } from './query.ts'

const ROOT = '/fhir/R4'

/** `milliseconds`: of this one request, from the row to its answer as text. */
export type Result = { status: number; body: string; milliseconds: number; bytes: number; refusal: Refusal | null }

type Match = { row: ReadRow; params: Record<string, string> }

/** Finds the row of a query: as the router does, a word that stands there wins over a place for any word. */
export function findRow(rows: readonly Row[], segments: readonly string[]): Match | null {
  const fitting = rows.flatMap((row): (Match & { words: string })[] => {
    if (row.kind !== 'read' || row.method !== 'GET' || !(row.path === ROOT || row.path.startsWith(`${ROOT}/`))) return []
    const places = row.path.slice(ROOT.length + 1).split('/')
    const own = places[0] === '' ? [] : places
    if (own.length !== segments.length || !own.every((place, n) => place.startsWith(':') || place === segments[n])) return []
    const params = Object.fromEntries(own.flatMap((place, n) => (place.startsWith(':') ? [[place.slice(1), segments[n]!]] : [])))
    // From left to right: 0 for a word, 1 for a place, so that the smallest comes first.
    return [{ row, params, words: own.map((place) => (place.startsWith(':') ? '1' : '0')).join('') }]
  })
  const [best] = fitting.sort((a, b) => (a.words < b.words ? -1 : 1))
  return best ? { row: best.row, params: best.params } : null
}

/** What the FHIR surface would answer. A refusal is an answer too; what was shown or refused is noted under the row's own action. */
export async function runQuery(ctx: Context, rows: readonly Row[], query: Query): Promise<Result> {
  const started = performance.now()
  const taken = () => performance.now() - started
  const found = findRow(rows, query.segments)
  const action = found && found.row.audit !== 'none' ? { action: found.row.audit } : {}
  try {
    const { row, params } = found ?? refuse('not-found')
    admit(row, ctx.actor)
    const request: RouteRequest = { method: 'GET', params, query: query.search, headers: {}, body: undefined, url: `${ROOT}/${query.text}` }
    const answer = await row.handle({ ...ctx, audit: (event) => ctx.audit({ ...action, ...event }) }, request)
    const body = typeof answer.fhir === 'string' ? answer.fhir : textOf(answer.fhir ?? {})
    return { status: answer.status ?? 200, body, milliseconds: taken(), bytes: Buffer.byteLength(body), refusal: null }
  } catch (thrown) {
    if (!(thrown instanceof Refusal)) throw thrown
    ctx.audit({ ...action, outcome: thrown.code, ...(thrown.detail.key ? { key: thrown.detail.key } : {}) })
    const body = JSON.stringify(refusalOutcome(thrown))
    return { status: refusalRow(thrown.code).status, body, milliseconds: taken(), bytes: Buffer.byteLength(body), refusal: thrown }
  }
}
