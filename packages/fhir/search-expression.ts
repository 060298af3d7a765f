/**
 * The part of FHIRPath that R4 search parameters use, compiled against the element tree to accessors.
 * Paths, `|`, `as`, `ofType()`, `where(x = 'y')`, `where(resolve() is T)`, `exists()`, `and`, `=`, `!=`, `[n]`, `extension('url')`, parentheses.
 * Types are known when compiling, so a choice element becomes one accessor a type.
 */
import type { Json } from './model.ts'
import { referenceType } from './references.ts'
import { tokenize, type Token } from './search-tokens.ts'
import { choiceName, elementsOf, isPrimitive, shapeName } from './shapes.ts'

/**
 * Reads the values of one type out of a resource. `type` is the FHIR type (`@Shape` for parts), `valueSet` the required binding of a code.
 * `path` names the members on the way from the root; absent where a condition stands on the way.
 */
export type Accessor = { type: string; select: (root: Json) => Json[]; valueSet?: string; path?: readonly string[] }

type Cursor = { tokens: Token[]; at: number; root: string }

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

const peek = (cursor: Cursor): Token | undefined => cursor.tokens[cursor.at]

function accept(cursor: Cursor, text: string): boolean {
  const token = peek(cursor)
  if (token?.kind === 'string' || token?.text !== text) return false
  cursor.at++
  return true
}

function need(cursor: Cursor, text: string): void {
  if (!accept(cursor, text)) throw new SyntaxError(`'${text}' expected, found '${peek(cursor)?.text ?? 'end'}'`)
}

function take(cursor: Cursor, kind: Token['kind']): string {
  const token = cursor.tokens[cursor.at++]
  if (token?.kind !== kind) throw new SyntaxError(`${kind} expected, found '${token?.text ?? 'end'}'`)
  return token.text
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

// components spell the primitive as DateTime
const sameType = (a: string, b: string) => a === b || (isPrimitive(a) && a.toLowerCase() === b.toLowerCase())
const ofType = (from: Accessor[], type: string): Accessor[] => from.filter((accessor) => sameType(accessor.type, type))
const keep = (from: Accessor[], test: (value: Json) => boolean): Accessor[] =>
  from.map(({ path: _path, ...accessor }) => ({ ...accessor, select: (root) => accessor.select(root).filter(test) }))
const boolean = (test: (root: Json) => boolean): Accessor[] => [{ type: 'boolean', select: (root) => [test(root)] }]
const first = (from: Accessor[], root: Json): Json | undefined => from.flatMap((accessor) => accessor.select(root))[0]

function where(from: Accessor[], cursor: Cursor): Accessor[] {
  if (accept(cursor, 'resolve')) {
    for (const text of ['(', ')', 'is']) need(cursor, text)
    const type = take(cursor, 'name')
    return keep(from, (value) => referenceType(value) === type)
  }
  const name = take(cursor, 'name')
  need(cursor, '=')
  const wanted = take(cursor, 'string')
  return keep(from, (value) => child(value, name).includes(wanted))
}

function call(name: string, from: Accessor[], cursor: Cursor): Accessor[] {
  need(cursor, '(')
  let out: Accessor[]
  if (name === 'where') out = where(from, cursor)
  else if (name === 'ofType' || name === 'as') out = ofType(from, take(cursor, 'name'))
  else if (name === 'exists') out = boolean((root) => from.some((accessor) => accessor.select(root).length > 0))
  else if (name === 'extension') {
    const url = take(cursor, 'string')
    out = keep(member(from, 'extension'), (value) => child(value, 'url').includes(url))
  } else throw new SyntaxError(`function '${name}' is not supported`)
  need(cursor, ')')
  return out
}

function primary(cursor: Cursor): Accessor[] {
  if (accept(cursor, '(')) {
    const inner = union(cursor)
    need(cursor, ')')
    return inner
  }
  if (peek(cursor)?.kind === 'string') {
    const text = take(cursor, 'string')
    return [{ type: 'string', select: () => [text] }]
  }
  const name = take(cursor, 'name')
  if (name === 'true' || name === 'false') return [{ type: 'boolean', select: () => [name === 'true'] }]
  const start: Accessor[] = [{ type: cursor.root, select: (root) => [root], path: [] }]
  return name === cursor.root ? start : member(start, name)
}

function path(cursor: Cursor): Accessor[] {
  let at = primary(cursor)
  for (;;) {
    if (accept(cursor, '.')) {
      const name = take(cursor, 'name')
      at = peek(cursor)?.text === '(' ? call(name, at, cursor) : member(at, name)
    } else if (accept(cursor, '[')) {
      const index = Number(take(cursor, 'number'))
      need(cursor, ']')
      at = at.map(({ path: _path, ...accessor }) => ({ ...accessor, select: (root) => accessor.select(root).slice(index, index + 1) }))
    } else return at
  }
}

function typed(cursor: Cursor): Accessor[] {
  let at = path(cursor)
  while (accept(cursor, 'as')) at = ofType(at, take(cursor, 'name'))
  return at
}

function comparison(cursor: Cursor): Accessor[] {
  const left = typed(cursor)
  const equal = accept(cursor, '=')
  if (!equal && !accept(cursor, '!=')) return left
  const right = typed(cursor)
  return boolean((root) => {
    const [a, b] = [first(left, root), first(right, root)]
    return a !== undefined && b !== undefined && (a === b) === equal
  })
}

function conjunction(cursor: Cursor): Accessor[] {
  let left = comparison(cursor)
  while (accept(cursor, 'and')) {
    const [a, b] = [left, comparison(cursor)]
    left = boolean((root) => first(a, root) === true && first(b, root) === true)
  }
  return left
}

function union(cursor: Cursor): Accessor[] {
  const out = conjunction(cursor)
  while (accept(cursor, '|')) out.push(...conjunction(cursor))
  return out
}

/**
 * Accessors of a search expression that starts at the given type (`Patient`, or `Resource` for the common parameters).
 * Throws SyntaxError where the expression is outside the supported part or names no element of R4.
 */
export function compileExpression(root: string, expression: string): Accessor[] {
  const cursor: Cursor = { tokens: tokenize(expression), at: 0, root }
  const out = union(cursor)
  if (cursor.at < cursor.tokens.length) throw new SyntaxError(`unexpected '${peek(cursor)?.text}'`)
  return out
}
