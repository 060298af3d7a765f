/** R4 search parameters and the values a resource is found by, extracted when it is written. */
import type { SearchParameterRow } from './generated-rows.ts'
import parameterRows from './generated/search-parameters.json' with { type: 'json' }
import type { Resource } from './model.ts'
import { compileComposite, compileOwnComposite, type Composite } from './search-composite.ts'
import { type Accessor, compileExpression } from './search-expression.ts'
import { emptyIndex, indexers, type IndexValues } from './search-values.ts'
import { isA } from './shapes.ts'

/** One search parameter of one resource type. Special ones, and those without an expression, are listed but not indexed. */
export type SearchParameter = SearchParameterRow & { type: string }

type Compiled = { code: string; kind: keyof typeof indexers; accessors: Accessor[] }
type CompiledType = { plain: Compiled[]; composites: Composite[] }

const rows = parameterRows as Record<string, SearchParameterRow[]>
const listed = new Map<string, SearchParameter[]>()
const compiled = new Map<string, CompiledType>()

/** Parameters that only join two others: their values stand under those, and a search asks for both. */
const joined: Record<string, readonly string[]> = {
  'Observation combo-code': ['code', 'component-code'],
  'Observation combo-data-absent-reason': ['data-absent-reason', 'component-data-absent-reason'],
  'Observation combo-value-concept': ['value-concept', 'component-value-concept'],
  'Observation combo-value-quantity': ['value-quantity', 'component-value-quantity'],
}

/** The names that the values of a parameter are stored under: its own, or those of the parameters it joins. */
export const storedUnder = (type: string, code: string): readonly string[] => joined[`${type} ${code}`] ?? [code]

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

const readers = new WeakMap<object, Accessor[]>()

/**
 * What a parameter reads, compiled once; empty where it reads nothing of its own.
 * @throws SyntaxError where the expression is none that an index can be made by
 */
export function accessorsOf(row: { type: string; expression?: string }): Accessor[] {
  const known = readers.get(row)
  if (known) return known
  const { type, expression } = row
  const out = expression ? compileExpression(expression.startsWith('Resource.') ? 'Resource' : type, expression) : []
  readers.set(row, out)
  return out
}

function compiledFor(type: string): CompiledType {
  const known = compiled.get(type)
  if (known) return known
  const all = searchParametersFor(type)
  const plain = all.flatMap((row): Compiled[] =>
    !row.expression || !isIndexed(row.kind) || `${type} ${row.code}` in joined
      ? []
      : [{ code: row.code, kind: row.kind, accessors: accessorsOf(row) }],
  )
  const composites = all
    .filter((row) => row.kind === 'composite' && !row.code.startsWith('combo-'))
    .flatMap((row) => compileComposite(type, row, all))
  const out = { plain, composites }
  if (all.length > 0) compiled.set(type, out)
  return out
}

/** How a composite parameter is answered: one entry for each kind of element it reads. Empty for anything else. */
export function compositesFor(type: string, code: string): Composite[] {
  const all = searchParametersFor(type)
  return all.filter((row) => row.kind === 'composite' && row.code === code).flatMap((row) => compileComposite(type, row, all))
}

/**
 * The values a resource is found by, for every R4 search parameter of its type.
 * Reads what is there and never throws on a malformed resource: validate first.
 */
export function extractIndex(resource: Resource): IndexValues {
  const out = emptyIndex()
  const { plain, composites } = compiledFor(resource.resourceType)
  for (const parameter of plain) extractInto(out, resource, parameter)
  compositesInto(out, resource, composites)
  return out
}

function compositesInto(out: IndexValues, resource: Resource, composites: readonly Composite[]): void {
  for (const { code, select } of composites)
    for (const parts of select?.(resource) ?? []) if (parts.every(hasValue)) out.composites.push({ param: code, parts })
}

const hasValue = (part: IndexValues): boolean => Object.values(part).some((list) => list.length > 0)

function extractInto(out: IndexValues, resource: Resource, { code, kind, accessors }: Compiled): void {
  for (const { type, select, valueSet, typed, path } of accessors) {
    // Most parameters of a type read what most of its resources do not have.
    if (path?.[0] !== undefined && resource[path[0]] === undefined) continue
    if (typed) for (const found of typed(resource)) indexers[kind](out, { param: code, ...found })
    else
      for (const value of select(resource))
        indexers[kind](out, valueSet ? { param: code, type, value, valueSet } : { param: code, type, value })
  }
}

/** What somebody's own parameter reads; of a composite, how each kind of its elements is asked for. */
export type OwnParameter = { read: (resource: Resource) => IndexValues; composites: readonly Composite[] }

/**
 * A parameter somebody defined themselves, ready to be read out of resources.
 * @param row.components expressions of a composite's parts
 * @throws SyntaxError where it cannot be indexed
 */
export function compileParameter(row: {
  type: string
  code: string
  kind: string
  expression: string
  components?: readonly string[]
}): OwnParameter {
  const { code, kind, components = [] } = row
  const composites = kind === 'composite' ? compileOwnComposite({ ...row, components }) : []
  const accessors = kind === 'composite' ? [] : accessorsOf(row)
  if (kind !== 'composite' && !isIndexed(kind)) throw new SyntaxError(`kind '${kind}' is not supported`)
  if (kind !== 'composite' && accessors.length === 0) throw new SyntaxError(`'${row.expression}' reads nothing`)
  const read = (resource: Resource) => {
    const out = emptyIndex()
    if (isIndexed(kind)) extractInto(out, resource, { code, kind, accessors })
    compositesInto(out, resource, composites)
    return out
  }
  return { read, composites }
}
