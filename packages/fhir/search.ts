/** R4 search parameters and the values a resource is found by, extracted when it is written. */
import type { SearchParameterRow } from './generated-rows.ts'
import parameterRows from './generated/search-parameters.json' with { type: 'json' }
import type { Resource } from './model.ts'
import { type Accessor, compileExpression } from './search-expression.ts'
import { indexers, type IndexValues } from './search-values.ts'
import { isA } from './shapes.ts'

/** One search parameter of one resource type. Composite and special ones, and those without an expression, are listed but not indexed. */
export type SearchParameter = SearchParameterRow & { type: string }

type Compiled = { code: string; kind: keyof typeof indexers; accessors: Accessor[] }

const rows = parameterRows as Record<string, SearchParameterRow[]>
const listed = new Map<string, SearchParameter[]>()
const compiled = new Map<string, Compiled[]>()

/** Every R4 search parameter of a resource type: the common ones (`_id`, `_lastUpdated`, ...) first. Unknown types have none. */
export function searchParametersFor(type: string): SearchParameter[] {
  const known = listed.get(type)
  if (known) return known
  const owners = isA(type, 'Resource') ? ['Resource', ...(isA(type, 'DomainResource') ? ['DomainResource'] : []), type] : []
  const out = owners.flatMap((owner) => (rows[owner] ?? []).map((row) => ({ type, ...row })))
  if (owners.length > 0) listed.set(type, out)
  return out
}

const isIndexed = (kind: string): kind is keyof typeof indexers => Object.hasOwn(indexers, kind)

function compiledFor(type: string): Compiled[] {
  const known = compiled.get(type)
  if (known) return known
  const out = searchParametersFor(type).flatMap(({ code, kind, expression }): Compiled[] => {
    if (!expression || !isIndexed(kind)) return []
    return [{ code, kind, accessors: compileExpression(expression.startsWith('Resource.') ? 'Resource' : type, expression) }]
  })
  if (out.length > 0) compiled.set(type, out)
  return out
}

/**
 * The values a resource is found by, for every R4 search parameter of its type.
 * Reads what is there and never throws on a malformed resource: validate first.
 */
export function extractIndex(resource: Resource): IndexValues {
  const out: IndexValues = { tokens: [], strings: [], references: [], dates: [], numbers: [], quantities: [], uris: [] }
  for (const { code, kind, accessors } of compiledFor(resource.resourceType))
    for (const { type, select, valueSet } of accessors)
      for (const value of select(resource)) indexers[kind](out, { param: code, type, value, ...(valueSet ? { valueSet } : {}) })
  return out
}
