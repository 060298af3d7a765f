import { refuse } from '#kernel/refusal'
import type { Answer } from '#kernel/route'
import { project, projectBundle, type Projection, type Resource } from '#packages/fhir'

const summaries = new Set(['true', 'text', 'data'])
const MAX_ELEMENTS = 200

/** The part asked for by `_summary` and `_elements`; null where the whole is. @refuses search-invalid */
export function projectionOf(query: URLSearchParams): Projection | null {
  const summary = query.get('_summary') || 'false'
  const elements = (query.get('_elements') ?? '').split(',').filter((name) => name !== '')
  if (!summaries.has(summary) && summary !== 'false' && summary !== 'count')
    refuse('search-invalid', { param: '_summary', value: summary.slice(0, 80) })
  if (elements.length > MAX_ELEMENTS || elements.some((name) => !/^[A-Za-z]+(?:\.[A-Za-z]+)?(?:\[x\])?$/.test(name)))
    refuse('search-invalid', { param: '_elements', value: elements.join(',').slice(0, 80) })
  if (elements.length > 0) return { elements }
  return summaries.has(summary) ? { summary: summary as 'true' | 'text' | 'data' } : null
}

/**
 * The answer with the part of each resource that was asked for. Without `_summary` and `_elements` stored text passes as it is.
 * @refuses search-invalid
 */
export function projected(answer: Answer, query: URLSearchParams): Answer {
  if (answer.fhir === undefined || !(query.has('_summary') || query.has('_elements'))) return answer
  const projection = projectionOf(query)
  if (!projection) return answer
  const whole = (typeof answer.fhir === 'string' ? JSON.parse(answer.fhir) : answer.fhir) as Resource
  const isPage = whole.resourceType === 'Bundle' && (whole.type === 'searchset' || whole.type === 'history')
  return { ...answer, fhir: isPage ? projectBundle(whole, projection) : project(whole, projection) }
}
