/** `_filter`: conditions joined by and, or, not. @spec FHIR R4 search, _filter https://hl7.org/fhir/R4/search_filter.html */
import type { Asked } from './conditions.ts'
import type { Condition } from './model.ts'
import { findParameter, targetsOf } from './parameters.ts'
import { unreadable, unsupported } from './values.ts'

type Read = (asked: Asked) => Condition | null
type Token = { text: string; quoted: boolean }
type Cursor = { tokens: readonly Token[]; at: number; terms: number; type: string; read: Read; whole: string }

const MAX_LENGTH = 2_000
const MAX_TERMS = 50
const MAX_NESTING = 20

const TOKEN = /\s*(?:"((?:\\.|[^"\\])*)"|([()])|([^\s()"]+))/y

/** The condition that a filter states. @refuses search-invalid where it cannot be read; search-unsupported for what no parameter knows */
export function filterCondition(type: string, text: string, read: Read): Condition {
  if (text.length > MAX_LENGTH) unreadable('_filter', text)
  const cursor: Cursor = { tokens: tokens(text), at: 0, terms: 0, type, read, whole: text }
  const condition = disjunction(cursor, 0)
  return cursor.at === cursor.tokens.length ? condition : unreadable('_filter', text)
}

function tokens(text: string): Token[] {
  const out: Token[] = []
  const trimmed = text.trimEnd()
  TOKEN.lastIndex = 0
  while (TOKEN.lastIndex < trimmed.length) {
    const parts = TOKEN.exec(trimmed) ?? unreadable('_filter', text)
    out.push(
      parts[1] === undefined ? { text: (parts[2] ?? parts[3])!, quoted: false } : { text: parts[1].replace(/\\(.)/g, '$1'), quoted: true },
    )
  }
  return out
}

const bad = (cursor: Cursor): never => unreadable('_filter', cursor.whole)

function accept(cursor: Cursor, word: string): boolean {
  const token = cursor.tokens[cursor.at]
  if (!token || token.quoted || token.text !== word) return false
  cursor.at++
  return true
}

const take = (cursor: Cursor): Token => cursor.tokens[cursor.at++] ?? bad(cursor)

function disjunction(cursor: Cursor, depth: number): Condition {
  const of = [conjunction(cursor, depth)]
  while (accept(cursor, 'or')) of.push(conjunction(cursor, depth))
  return of.length === 1 ? of[0]! : { kind: 'any', of }
}

function conjunction(cursor: Cursor, depth: number): Condition {
  const of = [primary(cursor, depth)]
  while (accept(cursor, 'and')) of.push(primary(cursor, depth))
  return of.length === 1 ? of[0]! : { kind: 'all', of }
}

function primary(cursor: Cursor, depth: number): Condition {
  if (depth > MAX_NESTING) bad(cursor)
  const negated = accept(cursor, 'not')
  if (accept(cursor, '(')) {
    const inner = disjunction(cursor, depth + 1)
    if (!accept(cursor, ')')) bad(cursor)
    return negated ? { kind: 'not', of: inner } : inner
  }
  return negated ? bad(cursor) : comparison(cursor)
}

const NAME = /^[A-Za-z_][A-Za-z0-9_:.-]{0,200}$/

function comparison(cursor: Cursor): Condition {
  if (++cursor.terms > MAX_TERMS) bad(cursor)
  const [name, op, value] = [take(cursor), take(cursor), take(cursor)]
  if (name.quoted || op.quoted || !NAME.test(name.text)) bad(cursor)
  const kind = kindOf(cursor.type, name.text) ?? unsupported(`_filter ${name.text}`)
  const stated = statement({ name: name.text, op: op.text, value, kind }) ?? unsupported(`_filter ${name.text} ${op.text}`)
  const condition =
    cursor.read({ type: cursor.type, name: stated.name, value: stated.value, depth: 0 }) ?? unsupported(`_filter ${name.text}`)
  return stated.negated ? { kind: 'not', of: condition } : condition
}

/** Kind of the parameter that a path ends with. */
function kindOf(type: string, path: string): string | undefined {
  const dot = path.indexOf('.')
  if (dot < 0) return path === '_id' ? 'id' : findParameter(type, path)?.kind
  const [code = '', target] = path.slice(0, dot).split(':')
  const known = findParameter(type, code)
  if (known?.kind !== 'reference') return undefined
  for (const one of target === undefined ? targetsOf(known) : [target]) {
    const kind = kindOf(one, path.slice(dot + 1))
    if (kind !== undefined) return kind
  }
  return undefined
}

type Stated = { name: string; value: string; negated: boolean }

const ordered = new Set(['eq', 'ne', 'gt', 'ge', 'lt', 'le', 'sa', 'eb', 'ap'])
const texts: Record<string, string> = { eq: 'whole', ne: 'whole', co: 'contains', sw: '', ew: 'ends' }

/** A comparison as a parameter with its modifier and value. */
function statement({ name, op, value, kind }: { name: string; op: string; value: Token; kind: string }): Stated | null {
  if (op === 'pr')
    return /^(true|false)$/.test(value.text) ? { name: `${name}:missing`, value: String(value.text === 'false'), negated: false } : null
  const escaped = value.text.replace(kind === 'string' ? /[\\,$|]/g : /[\\,$]/g, '\\$&')
  if (kind === 'date' || kind === 'number' || kind === 'quantity') {
    // Overlapping is what the approximate comparison of spans asks.
    const prefix = op === 'po' && kind === 'date' ? 'ap' : op
    return ordered.has(prefix) ? { name, value: `${prefix}${kind === 'date' ? value.text : escaped}`, negated: false } : null
  }
  if (kind === 'string') {
    if (!Object.hasOwn(texts, op)) return null
    return { name: texts[op] === '' ? name : `${name}:${texts[op]}`, value: escaped, negated: op === 'ne' }
  }
  if (kind === 'token' && (op === 'in' || op === 'ni'))
    return { name: `${name}:${op === 'in' ? 'in' : 'not-in'}`, value: escaped, negated: false }
  if (kind === 'token' && (op === 'ss' || op === 'sb'))
    return { name: `${name}:${op === 'ss' ? 'below' : 'above'}`, value: escaped, negated: false }
  if (op === 'eq' || (op === 're' && kind === 'reference')) return { name, value: escaped, negated: false }
  return op === 'ne' ? { name, value: escaped, negated: true } : null
}
