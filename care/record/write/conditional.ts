import type { Context } from '#kernel/context'
import { refuse } from '#kernel/refusal'
import type { Resource } from '#packages/fhir'
import type { RecordService } from '../service.ts'
import { requireMet } from './preconditions.ts'
import type { Precondition } from './service.ts'
import type { WriteSet, Written } from './write-set.ts'

type Found = { id: string; version: number; body: string }

/** Criteria as search parameters, in an order of their own so that equal ones are equal texts. @refuses search-invalid where they choose nothing */
export function criteriaOf(text: string): URLSearchParams {
  const query = new URLSearchParams(text.includes('?') ? text.slice(text.indexOf('?') + 1) : text)
  for (const name of [...query.keys()]) if (query.get(name) === '' || /^_(format|pretty)$/.test(name)) query.delete(name)
  if (query.size === 0) refuse('search-invalid', { param: '?', value: text.slice(0, 80) })
  query.sort()
  return query
}

/**
 * What writers of one condition wait for each other by: the identifier where the criteria name one, because two conditions with the
 * same identifier mean the same resource; else all of the criteria.
 */
const claimOf = (type: string, query: URLSearchParams): string => `${type}?identifier=${query.get('identifier') ?? `&${query}`}`

/** Criteria may be written with their type or in full, but name the type that is written. @refuses search-invalid */
function requireSameType({ type, criteria }: { type: string; criteria: string }): void {
  const cut = criteria.indexOf('?')
  const named = cut < 0 ? '' : criteria.slice(0, cut).split('/').at(-1)!
  if (named !== '' && named !== type && !named.includes('='))
    refuse('search-invalid', { param: 'If-None-Exist', value: criteria.slice(0, 80) })
}

/**
 * The one resource that meets the criteria of a conditional write, or null. Writers of equal criteria wait for each other,
 * so that concurrent requests make one resource. Every parameter must be known: one passed over would choose others.
 * @refuses multiple-matches, search-invalid, search-unsupported
 */
export async function existing(ctx: Context, record: RecordService, about: { type: string; criteria: string }): Promise<Found | null> {
  requireSameType(about)
  const query = criteriaOf(about.criteria)
  await record.claimCondition(ctx, claimOf(about.type, query))
  query.set('_count', '2')
  const { page } = await record.search(ctx, about.type, query, true)
  if (page.rows.length > 1) refuse('multiple-matches')
  const found = page.rows[0]
  return found ? { id: found.id, version: found.version, body: found.body } : null
}

/**
 * Conditional update: the one resource that meets the criteria is replaced; where there is none, one is created, under the id the
 * resource carries if it carries one.
 * @refuses multiple-matches, input-invalid where the resource carries another id than the one found
 */
export async function updateWhere(
  ctx: Context,
  record: RecordService,
  resource: Resource,
  about: Precondition & { criteria: string; set?: WriteSet; claim?: (id: string) => void },
): Promise<Written> {
  const { criteria, claim, ...pre } = about
  const there = await existing(ctx, record, { type: resource.resourceType, criteria })
  if (!there) requireMet(pre.ifMatch, null)
  if (!there && typeof resource.id === 'string') claim?.(resource.id)
  if (!there) return typeof resource.id === 'string' ? record.update(ctx, resource, resource.id, pre) : record.create(ctx, resource, pre)
  claim?.(there.id)
  if (resource.id !== undefined && resource.id !== there.id) refuse('input-invalid', { what: 'id' })
  return record.update(ctx, resource, there.id, pre)
}
