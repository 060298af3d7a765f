/**
 * What a search parameter reads. Its expression is FHIRPath, read by the one parser. Plain paths (members, `ofType`, `where` over one
 * member or over the type of a reference, `extension`, `[n]`, `|`) become accessors whose types are known beforehand, because every
 * resource that is written passes through some dozens of them; anything else is run by the engine.
 */
import { compileSyntax } from './fhirpath/compile.ts'
import { FhirPathError } from './fhirpath/error.ts'
import { isSystem, type Node, nodeOf, none, toJson } from './fhirpath/node.ts'
import { parseFhirPath } from './fhirpath/parser.ts'
import { type FhirPathEnvironment, startRun } from './fhirpath/run.ts'
import type { Syntax } from './fhirpath/syntax.ts'
import { isFhirType } from './fhirpath/types.ts'
import type { Json } from './model.ts'
import { parseReference, referenceType } from './references.ts'
import { choiceName, elementsOf, isKnownType, isPrimitive, isResourceType, shapeName } from './shapes.ts'

export type Found = { type: string; value: Json; valueSet?: string }

/**
 * Reads the values of one type out of a resource. `type` is the FHIR type (`@Shape` for parts), `valueSet` the required binding of a code.
 * `path` names the members on the way from the root; absent where a condition stands on the way.
 * `typed` is there where types are known only once values are found; `type` is empty then.
 */
export type Accessor = {
  type: string
  select: (root: Json) => Json[]
  valueSet?: string
  path?: readonly string[]
  typed?: (root: Json) => Found[]
}

const array = (value: Json | undefined): Json[] => (value === undefined || value === null ? [] : Array.isArray(value) ? value : [value])

const nothing: Json[] = []

function child(value: Json, name: string): Json[] {
  if (value === null || typeof value !== 'object' || Array.isArray(value) || !Object.hasOwn(value, name)) return nothing
  const found = array(value[name])
  return found.includes(null) ? found.filter((item) => item !== null) : found
}

/** Most resources have no, or one, value at a place: those take no list of their own. */
function children(values: Json[], name: string): Json[] {
  if (values.length === 0) return nothing
  return values.length === 1 ? child(values[0]!, name) : values.flatMap((value) => child(value, name))
}

/** Steps into an element; a choice element opens into one accessor a type. */
function member(from: Accessor[], name: string): Accessor[] {
  const out: Accessor[] = []
  for (const { type, select, path } of from) {
    const elements = elementsOf(shapeName(type))
    const plain = elements.get(name)
    const row = plain ?? elements.get(`${name}[x]`)
    for (const target of row?.types ?? []) {
      const property = plain ? name : choiceName(`${name}[x]`, target)
      const accessor: Accessor = { type: target, select: (root) => children(select(root), property) }
      if (path) accessor.path = [...path, property]
      out.push(row?.valueSet ? { ...accessor, valueSet: row.valueSet } : accessor)
    }
  }
  if (out.length === 0 && from.length > 0) throw new SyntaxError(`no element '${name}'`)
  return out
}

/** R4's own components spell one primitive as DateTime. */
const spelled = (type: string): string => {
  const small = type[0]!.toLowerCase() + type.slice(1)
  return !isKnownType(type) && isPrimitive(small) ? small : type
}

const ofType = (from: Accessor[], name: string): Accessor[] => from.filter(({ type }) => isFhirType(shapeName(type), spelled(name)))

const keep = (from: Accessor[], test: (value: Json, root: Json) => boolean): Accessor[] =>
  from.map(({ path: _path, ...accessor }) => ({
    ...accessor,
    select: (root) => {
      const found = accessor.select(root)
      return found.length === 0 ? found : found.filter((value) => test(value, root))
    },
  }))

/**
 * The type of what a reference names, by its own words: nothing is fetched when an index is made. A contained resource is looked at;
 * a reference by identifier alone, which nothing can follow, counts as what it says it is.
 */
function namedType(value: Json, root: Json): string | undefined {
  const [reference] = child(value, 'reference')
  if (typeof reference !== 'string' || !reference.startsWith('#')) return referenceType(value)
  const id = reference.slice(1)
  const [type] = child(child(root, 'contained').find((one) => child(one, 'id').includes(id)) ?? null, 'resourceType')
  return typeof type === 'string' ? type : undefined
}

const textual = new Set(['code', 'string', 'uri', 'url', 'canonical', 'id'])

/** Is the member one text, wherever it is looked for? Then `=` compares that, and needs no engine. */
const isOneText = (from: readonly Accessor[], name: string): boolean =>
  from.every(({ type }) => {
    const row = elementsOf(shapeName(type)).get(name)
    return row !== undefined && (row.max ?? 1) === 1 && row.types.every((t) => textual.has(t))
  })

type Call = Extract<Syntax, { kind: 'call' }>

/** `where(resolve() is Patient)`, `where(system = 'phone')`; null for any other condition. */
function where(from: Accessor[], condition: Syntax | undefined): Accessor[] | null {
  if (condition?.kind === 'type' && condition.operator === 'is' && !condition.type.namespace) {
    const { operand, type } = condition
    if (operand.kind !== 'call' || operand.name !== 'resolve' || operand.source || !isKnownType(type.name)) return null
    return keep(from, (value, root) => isFhirType(namedType(value, root) ?? '', type.name))
  }
  if (condition?.kind !== 'binary' || condition.operator !== '=') return null
  const { left, right } = condition
  if (left.kind !== 'member' || left.source || right.kind !== 'literal' || typeof right.value !== 'string') return null
  if (!isOneText(from, left.name)) return null
  const wanted = right.value
  return keep(from, (value) => child(value, left.name)[0] === wanted)
}

function call({ name, args }: Call, from: Accessor[]): Accessor[] | null {
  const [arg, ...more] = args
  if (more.length > 0 || !arg) return null
  if (name === 'where') return where(from, arg)
  if (name === 'extension' && arg.kind === 'literal' && typeof arg.value === 'string') {
    const url = arg.value
    return keep(member(from, 'extension'), (value) => child(value, 'url')[0] === url)
  }
  if ((name === 'ofType' || name === 'as') && arg.kind === 'member' && !arg.source) return ofType(from, arg.name)
  return null
}

/** Accessors of a plain path; null where it takes the engine. @throws SyntaxError where it names no element of R4 */
function planned(root: string, tree: Syntax): Accessor[] | null {
  if (tree.kind === 'member' && !tree.source) {
    const start: Accessor[] = [{ type: root, select: (value) => [value], path: [] }]
    if (tree.name === root) return start
    // The part of an expression that is about another type reads nothing here.
    return isResourceType(tree.name) && isResourceType(root) ? [] : member(start, tree.name)
  }
  const source =
    tree.kind === 'member' || tree.kind === 'call' || tree.kind === 'index' ? tree.source : tree.kind === 'type' ? tree.operand : undefined
  const from = source && planned(root, source)
  if (!from) return null
  if (tree.kind === 'member') return member(from, tree.name)
  if (tree.kind === 'call') return call(tree, from)
  if (tree.kind === 'type') return tree.operator === 'as' && !tree.type.namespace ? ofType(from, tree.type.name) : null
  if (tree.kind !== 'index' || tree.index.kind !== 'literal' || typeof tree.index.value !== 'number' || from.length > 1) return null
  const at = tree.index.value
  return from.map(({ path: _path, ...accessor }) => ({ ...accessor, select: (value) => accessor.select(value).slice(at, at + 1) }))
}

/** Steps one expression may take on one resource; beyond it reads nothing. */
const MAX_STEPS = 20_000

/** Functions that ask what no index can know: other resources, terminology, the clock. */
const asking = new Set(['memberOf', 'conformsTo', 'subsumes', 'subsumedBy', 'now', 'today', 'timeOfDay', 'trace'])

function requireAnswerable(tree: Syntax): void {
  if (tree.kind === 'call' && asking.has(tree.name)) throw new SyntaxError(`function '${tree.name}' is not supported`)
  const parts =
    tree.kind === 'member' || tree.kind === 'call' || tree.kind === 'index' ? [tree.source, ...('args' in tree ? tree.args : [])] : []
  if (tree.kind === 'index') parts.push(tree.index)
  if (tree.kind === 'binary') parts.push(tree.left, tree.right)
  if (tree.kind === 'type' || tree.kind === 'polarity') parts.push(tree.operand)
  for (const part of parts) if (part) requireAnswerable(part)
}

const environment: FhirPathEnvironment = {
  maxSteps: MAX_STEPS,
  resolve: (reference, { value }) => {
    const type = typeof value === 'string' ? parseReference(value)?.type : referenceType(value as Json)
    const id = parseReference(reference)?.id
    return type === undefined ? null : { resourceType: type, ...(id === undefined ? {} : { id }) }
  },
}

const systemTypes: Record<string, string> = {
  'System.Boolean': 'boolean',
  'System.String': 'string',
  'System.Integer': 'integer',
  'System.Decimal': 'decimal',
  'System.Date': 'date',
  'System.DateTime': 'dateTime',
  'System.Quantity': 'Quantity',
}

function foundIn(node: Node): Found[] {
  if (node.value === undefined) return []
  const type = isSystem(node) ? systemTypes[node.type] : isResourceType(node.type) ? 'Resource' : node.type
  if (!type) return []
  const value = isSystem(node) ? toJson(node) : (node.value as Json)
  const elements = node.parent && elementsOf(node.parent.type)
  const valueSet = type === 'code' ? elements?.get(node.name)?.valueSet : undefined
  return [{ type, value, ...(valueSet ? { valueSet } : {}) }]
}

/** Any other expression. A resource on which it fails, or takes too long, is not found by it. */
function run(root: string, tree: Syntax): Accessor {
  requireAnswerable(tree)
  const step = compileSyntax(tree)
  const typed = (value: Json): Found[] => {
    try {
      const node = nodeOf(value, root)
      const scope = { run: startRun(node, environment), self: [node], index: 0, total: none, vars: null }
      return step([node], scope).flatMap(foundIn)
    } catch (error) {
      if (error instanceof FhirPathError || error instanceof RangeError) return []
      throw error
    }
  }
  return { type: '', typed, select: (value) => typed(value).map((found) => found.value) }
}

function branches(root: string, tree: Syntax): Accessor[] {
  if (tree.kind === 'binary' && tree.operator === '|') return [...branches(root, tree.left), ...branches(root, tree.right)]
  return planned(root, tree) ?? [run(root, tree)]
}

/**
 * Accessors of a search expression that starts at the given type (`Patient`, or `Resource` for the common parameters).
 * @param engineOnly runs everything by the engine, which plain paths must agree with
 * @throws SyntaxError where it is no FHIRPath, names no element of R4, or asks for more than the resource itself
 */
export function compileExpression(root: string, expression: string, engineOnly = false): Accessor[] {
  try {
    const tree = parseFhirPath(expression)
    return engineOnly ? [run(root, tree)] : branches(root, tree)
  } catch (error) {
    if (error instanceof FhirPathError) throw new SyntaxError(error.message)
    throw error
  }
}
