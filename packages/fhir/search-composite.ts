/** Composite search parameters: which parts of one element they read together. @spec http://hl7.org/fhir/R4/search.html#composite */
import type { SearchParameterRow } from './generated-rows.ts'
import type { Json, Resource } from './model.ts'
import { type Accessor, compileExpression } from './search-expression.ts'
import { emptyIndex, indexers, type IndexValues } from './search-values.ts'

export type ComponentKind = keyof typeof indexers

/** One component: its kind, and the token parameter of the same element, where there is one to look it up by. */
export type Component = { kind: ComponentKind; code?: string }

export type Composite = {
  code: string
  components: Component[]
  /** Reads the components of each element; null where the element is the resource itself, which its plain parameters answer. */
  select: ((resource: Resource) => IndexValues[][]) | null
}

const kinds: Record<string, ComponentKind> = {
  CodeableConcept: 'token',
  Coding: 'token',
  code: 'token',
  boolean: 'token',
  Quantity: 'quantity',
  Range: 'quantity',
  Reference: 'reference',
  dateTime: 'date',
  Period: 'date',
  string: 'string',
  integer: 'number',
}

const RESOURCE = '%resource.'

/** `%resource.x` starts at the resource, everything else at the element. */
function compileComponent(type: string, root: Accessor, expression: string): { accessors: Accessor[]; ofResource: boolean } {
  const ofResource = expression.startsWith(RESOURCE)
  const start = ofResource ? type : root.type.replace(/^@/, '')
  return { accessors: compileExpression(start, ofResource ? expression.slice(RESOURCE.length) : expression), ofResource }
}

/** A component of the resource itself is answered by the parameter whose name stands in the composite's: `code-value-date` -> `value-date`. */
const plainName = (code: string, n: number): string => (n === 0 ? 'code' : code.replace(/^(?:combo-)?code-/, ''))

function compileRoot(type: string, root: Accessor, row: SearchParameterRow) {
  const parts = (row.components ?? []).map((expression) => compileComponent(type, root, expression))
  return (resource: Resource): IndexValues[][] =>
    root.select(resource).map((element) => parts.map(({ accessors, ofResource }) => valuesOf(accessors, ofResource ? resource : element)))
}

function valuesOf(accessors: readonly Accessor[], root: Json): IndexValues {
  const out = emptyIndex()
  for (const { type, select, valueSet, typed } of accessors)
    for (const found of typed?.(root) ?? select(root).map((value) => ({ type, value, ...(valueSet ? { valueSet } : {}) }))) {
      const kind = kinds[found.type]
      if (kind) indexers[kind](out, { param: '', ...found })
    }
  return out
}

/** What a part is compared by; a part of several kinds, or of none, can be asked for in no one way. @throws SyntaxError */
function kindOf(type: string, root: Accessor, part: string): ComponentKind {
  const found = new Set(compileComponent(type, root, part).accessors.flatMap((accessor) => kinds[accessor.type] ?? []))
  const [kind, ...others] = found
  if (kind === undefined || others.length > 0) throw new SyntaxError(`component '${part}' is not of one kind; ofType() says which`)
  return kind
}

/**
 * A composite that somebody defined: its elements, one entry for each kind of element, which may be the resource itself.
 * @throws SyntaxError where an expression cannot be indexed, or the elements or their parts have no type known beforehand
 */
export function compileOwnComposite(about: { type: string; code: string; expression: string; components: readonly string[] }): Composite[] {
  const { type, code, expression } = about
  const components = [...about.components]
  if (components.length < 2 || components.length > 5) throw new SyntaxError('a composite has two to five components')
  const roots = compileExpression(type, expression)
  if (roots.length === 0 || roots.some((root) => root.typed)) throw new SyntaxError(`'${expression}' is no path to elements`)
  return roots.map((root) => ({
    code,
    components: components.map((part) => ({ kind: kindOf(type, root, part) })),
    select: compileRoot(type, root, { code, kind: 'composite', expression, components }),
  }))
}

/** The composites of one row, one for each kind of element it starts at (`Observation | Observation.component`). */
export function compileComposite(type: string, row: SearchParameterRow, siblings: readonly SearchParameterRow[]): Composite[] {
  return (row.expression ?? '').split('|').map((branch) => {
    const expression = branch.trim()
    const [root] = compileExpression(type, expression)
    const ofElement = root !== undefined && expression !== type
    const components = (row.components ?? []).map((part, n): Component => {
      const { accessors } = compileComponent(type, root!, part)
      const kind = kinds[accessors[0]?.type ?? ''] ?? 'token'
      const path = part.startsWith(RESOURCE) ? `${type}.${part.slice(RESOURCE.length)}` : `${expression}.${part}`
      const code = ofElement ? siblings.find((s) => s.kind === 'token' && s.expression === path)?.code : plainName(row.code, n)
      return code === undefined ? { kind } : { kind, code }
    })
    return { code: row.code, components, select: ofElement ? compileRoot(type, root, row) : null }
  })
}
