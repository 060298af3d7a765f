import { refuse } from '#kernel/refusal'
import type { ReadRow, Row, RouteRequest } from '#kernel/route'
import { isObject, type Json } from '#packages/fhir'
import { readResource } from '../body.ts'

/**
 * The rows of operations that only read, and beside each the same by POST, whose parameters stand in a Parameters resource: many
 * clients call every operation so.
 * @spec FHIR R4 operations, executing an operation synchronously
 */
export const alsoPosted = (rows: readonly ReadRow[]): Row[] => rows.flatMap((row) => [row, posted(row)])

const posted = (row: ReadRow): ReadRow => ({
  ...row,
  method: 'POST',
  body: 'text',
  handle: (ctx, request) => row.handle(ctx, { ...request, query: new URLSearchParams([...request.query, ...named(request)]) }),
})

/** @refuses input-invalid, resource-invalid, media-type */
const named = (request: RouteRequest): [string, string][] => (request.body === '' ? [] : simpleValues(readResource(request)))

/** Simple values of Parameters by name; a Reference by its text. @refuses input-invalid */
export function simpleValues(body: Json): [string, string][] {
  if (!isObject(body) || body.resourceType !== 'Parameters') return refuse('input-invalid', { what: 'Parameters' })
  const list: Json[] = Array.isArray(body.parameter) ? body.parameter : []
  return list.map((p): [string, string] => {
    const value = isObject(p) ? Object.entries(p).find(([name]) => name.startsWith('value'))?.[1] : undefined
    const text = isObject(value) ? value.reference : value
    if (!isObject(p) || typeof p.name !== 'string' || text === undefined || text === null || typeof text === 'object')
      return refuse('input-invalid', { what: 'Parameters.parameter' })
    return [p.name, String(text)]
  })
}
