import { refuse } from '#kernel/refusal'
import type { Answer, Row, RouteRequest } from '#kernel/route'
import { isSubsetted, jsonOf, project, projectBundle, type Projection, type Resource } from '#packages/fhir'

const summaries = new Set(['true', 'text', 'data'])
const MAX_ELEMENTS = 200

/** The part asked for by `_summary` and `_elements`; null where the whole is. @refuses search-invalid */
export function projectionOf(query: URLSearchParams): Projection | null {
  if (!query.has('_summary') && !query.has('_elements')) return null
  const summary = query.get('_summary') || 'false'
  const elements = (query.get('_elements') ?? '').split(',').filter((name) => name !== '')
  if (!summaries.has(summary) && summary !== 'false' && summary !== 'count')
    refuse('search-invalid', { param: '_summary', value: summary.slice(0, 80) })
  if (elements.length > MAX_ELEMENTS || elements.some((name) => !/^[A-Za-z]+(?:\.[A-Za-z]+)?(?:\[x\])?$/.test(name)))
    refuse('search-invalid', { param: '_elements', value: elements.join(',').slice(0, 80) })
  if (elements.length > 0) return { elements }
  return summaries.has(summary) ? { summary: summary as 'true' | 'text' | 'data' } : null
}

/** A part that was read is not written back over the whole: what was left out would be lost. @refuses resource-invalid */
export function requireWhole(resource: Resource): void {
  if (!isSubsetted(resource)) return
  const ja = 'これは一部だけを読み取ったもの（SUBSETTED）です。全体を読み直してから更新してください。'
  const en = 'This is only a part of the resource (SUBSETTED). Read the whole and update that.'
  refuse('resource-invalid', {}, [
    { severity: 'error', code: 'business-rule', path: `${resource.resourceType}.meta.tag`, ruleId: 'record/subsetted', ja, en },
  ])
}

/** Stored text as the resource, or as the part of it that the query asks for. @refuses search-invalid */
export function partOf(body: string, query: URLSearchParams): Resource {
  const projection = projectionOf(query)
  const whole = jsonOf(body) as Resource
  return projection ? project(whole, projection) : whole
}

/**
 * The answer with the part of each resource that was asked for. Without `_summary` and `_elements` stored text passes as it is.
 * @refuses search-invalid
 */
export function projected(answer: Answer, query: URLSearchParams): Answer {
  const projection = answer.fhir === undefined ? null : projectionOf(query)
  if (!projection) return answer
  const whole = (typeof answer.fhir === 'string' ? jsonOf(answer.fhir) : answer.fhir) as Resource
  const isPage = whole.resourceType === 'Bundle' && (whole.type === 'searchset' || whole.type === 'history')
  return { ...answer, fhir: isPage ? projectBundle(whole, projection) : project(whole, projection) }
}

/** What the query says, and the criteria of a search sent as a form. */
function askedOf({ query, body }: RouteRequest): URLSearchParams {
  if (body === null || typeof body !== 'object') return query
  const asked = new URLSearchParams(query)
  for (const [name, value] of Object.entries(body)) if (name === '_summary' || name === '_elements') asked.set(name, String(value))
  return asked
}

/** The same rows, whose reads heed `_summary` and `_elements`; what cannot be read in them is refused before anything is looked up. */
export function heedProjection(rows: readonly Row[]): Row[] {
  return rows.map((row) => {
    if (row.kind !== 'read') return row
    const handle: typeof row.handle = async (ctx, request) => {
      const asked = askedOf(request)
      projectionOf(asked)
      return projected(await row.handle(ctx, request), asked)
    }
    return { ...row, handle }
  })
}
