/** From one parameter of a query to the condition it states. @spec FHIR R4 search */
import { accessorsOf, isResourceType, storedUnder } from '#packages/fhir'
import { boundText, boundToken, rawText } from '../index-rows.ts'
import { chainCondition, hasCondition } from './chains.ts'
import { compositeCondition, isStoredByElement } from './composites.ts'
import { filterCondition } from './filter.ts'
import type { Condition, StringHow } from './model.ts'
import { patientIdentifier } from './own-numbers.ts'
import { findParameter, type Known } from './parameters.ts'
import { referenceCondition } from './references.ts'
import { specialCondition } from './special.ts'
import {
  alternatives,
  barred,
  dateSearch,
  numberSearch,
  quantitySearch,
  rawAlternatives,
  referenceSearch,
  tokenEntry,
  tokenParts,
  unreadable,
  unsupported,
} from './values.ts'

export const MAX_VALUES = 200

/** How deep chains and `_has` may go. */
export const MAX_DEPTH = 4

/** One parameter as asked for: `name[:modifier]` and what stands right of the equals sign. `depth`: how many hops stand before it. */
export type Asked = { type: string; name: string; value: string; depth: number }

/** The condition that a parameter states, or null where nobody here knows the parameter. @refuses search-unsupported, search-invalid */
export function conditionOf(asked: Asked): Condition | null {
  const { type, name, value, depth } = asked
  if (depth > MAX_DEPTH) unsupported(name)
  if (name === '_filter') return filterCondition(type, value, conditionOf)
  if (name.startsWith('_has:')) return hasCondition(asked, conditionOf)
  if (name.includes('.')) return chainCondition(asked, conditionOf)
  const [param = '', modifier, ...more] = name.split(':')
  const special = specialCondition({ type, param, modifier, value })
  if (special !== undefined) return special
  const known = findParameter(type, param)
  if (!known) return null
  if (more.length > 0) unsupported(name)
  if (modifier === 'missing') return missingCondition(known, value)
  const values = rawAlternatives(value)
  if (values.length === 0 || values.length > MAX_VALUES) unreadable(name, value)
  return ofKind(known, modifier, { name, values })
}

function missingCondition(known: Known, value: string): Condition {
  if (value !== 'true' && value !== 'false') unreadable(`${known.code}:missing`, value)
  if (known.kind === 'special' || (known.kind === 'composite' && !isStoredByElement(known))) unsupported(`${known.code}:missing`)
  return { kind: 'missing', params: storedUnder(known.type, known.code), missing: value === 'true' }
}

type Values = { name: string; values: string[] }

function ofKind(known: Known, modifier: string | undefined, { name, values }: Values): Condition | null {
  const params = storedUnder(known.type, known.code)
  switch (known.kind) {
    case 'token':
      return tokenCondition(known, modifier, { name, values })
    case 'reference':
      return known.custom ? customTokens(known, modifier, { name, values }) : referenceCondition(known, modifier, { name, values })
    case 'string':
      return stringCondition(params, modifier, { name, values })
    case 'date':
      return modifier === undefined ? { kind: 'date', params, values: values.map((v) => dateSearch(name, v)) } : unsupported(name)
    case 'number':
      return modifier === undefined ? { kind: 'number', params, values: values.map((v) => numberSearch(name, v)) } : unsupported(name)
    case 'quantity':
      return modifier === undefined ? { kind: 'number', params, values: values.map((v) => quantitySearch(name, v)) } : unsupported(name)
    case 'uri':
      return known.custom ? customTokens(known, modifier, { name, values }) : uriCondition(known, modifier, { name, values })
    case 'composite':
      return modifier === undefined ? compositeCondition(known, { name, values }, conditionOf) : unsupported(name)
    default:
      return unsupported(name)
  }
}

const hows: Record<string, StringHow> = {
  exact: 'exact',
  contains: 'contains',
  whole: 'whole',
  ends: 'ends',
  'kana-loose': 'loose',
  'kana-loose-contains': 'loose-contains',
}

function stringCondition(params: readonly string[], modifier: string | undefined, { name, values }: Values): Condition {
  const how = modifier === undefined ? 'starts' : Object.hasOwn(hows, modifier) ? hows[modifier]! : unsupported(name)
  const written = values.map((v) => alternatives(v)[0] ?? '')
  const read = written.map(how === 'exact' ? rawText : boundText)
  // Nothing but spaces begins every text.
  if (read.includes('')) unreadable(name, values[read.indexOf('')]!)
  return { kind: 'string', params, values: read, how }
}

function tokenCondition(known: Known, modifier: string | undefined, { name, values }: Values): Condition {
  const params = storedUnder(known.type, known.code)
  if (modifier === 'in' || modifier === 'not-in') {
    if (values.length > 1 || known.custom) unsupported(name)
    return { kind: 'value-set', params, url: alternatives(values[0]!)[0] ?? '', not: modifier === 'not-in' }
  }
  if (modifier === 'text') return textCondition(known, { name, values })
  if (modifier === 'of-type') return typedCondition(known, { name, values })
  if (modifier === 'above' || modifier === 'below') return conceptCondition(known, modifier, { name, values })
  if (modifier !== undefined && modifier !== 'not') unsupported(name)
  if (known.type === 'Patient' && known.code === 'identifier')
    return patientIdentifier(values, modifier === 'not', (some, not) => plainToken(known, { values: some, not }))
  return plainToken(known, { values, not: modifier === 'not' })
}

function plainToken(known: Known, { values, not }: { values: readonly string[]; not: boolean }): Condition {
  const params = storedUnder(known.type, known.code)
  const found = params.flatMap((param) => values.map((v) => tokenEntry(param, v)))
  const [entries, prefixes] = [found.flatMap((f) => f.entries), found.flatMap((f) => f.prefixes)]
  if (known.custom) return { kind: 'custom-token', param: known.code, values: entries.map(bare), prefixes: prefixes.map(bare), not }
  if (prefixes.length > 0) return { kind: 'token', values: entries, prefixes, not }
  return { kind: 'token', values: entries, not, ...(!not && isIdentifier(known) ? { rare: true } : {}) }
}

/** Numbers given to tell one from another. */
const isIdentifier = (known: Known): boolean => {
  const read = accessorsOf(known)
  return read.length > 0 && read.every(({ type }) => type === 'Identifier')
}

/** `identifier:of-type=system|code|value`: the value of an identifier of one kind. */
function typedCondition(known: Known, { name, values }: Values): Condition {
  if (known.custom) unsupported(name)
  const entries = values.map((v) => {
    const parts = barred(v)
    const [, code, value] = parts
    return parts.length === 3 && code !== '' && value !== '' ? boundToken(`${known.code}:of-type=${parts.join('|')}`) : unreadable(name, v)
  })
  return { kind: 'token', values: entries, not: false, rare: true }
}

/** `code:below=system|code`: the code and what it subsumes; `:above` the other way round. */
function conceptCondition(known: Known, way: 'above' | 'below', { name, values }: Values): Condition {
  if (known.custom) unsupported(name)
  const params = storedUnder(known.type, known.code)
  const of = values.map((v): Condition => {
    const { system, code } = tokenParts(v)
    return system === null || system === '' || code === '' ? unreadable(name, v) : { kind: 'concept', params, system, code, way }
  })
  return of.length === 1 ? of[0]! : { kind: 'any', of }
}

/** The words of a coded value: text and displays, read from the stored resource. */
function textCondition(known: Known, { name, values }: Values): Condition {
  const paths = accessorsOf(known).flatMap(({ type, path }) => {
    if (!path) return []
    if (type === 'CodeableConcept')
      return [
        [...path, 'text'],
        [...path, 'coding', 'display'],
      ]
    if (type === 'Coding') return [[...path, 'display']]
    return type === 'Identifier' ? [[...path, 'type', 'text']] : []
  })
  if (paths.length === 0) unsupported(name)
  return { kind: 'text', paths, values: values.map((v) => boundText(alternatives(v)[0] ?? '') || unreadable(name, v)) }
}

/** An address itself, what lies below it, or what it lies below. @spec FHIR R4 search, :above and :below for uri */
function uriCondition(known: Known, modifier: string | undefined, { name, values }: Values): Condition {
  const urls = values.map((v) => alternatives(v)[0] ?? '')
  const entry = (url: string) => boundToken(`${known.code}=${url}`)
  if (modifier === undefined) return { kind: 'token', values: urls.map(entry), not: false }
  if (modifier === 'not') return { kind: 'token', values: urls.map(entry), not: true }
  if (modifier === 'below')
    return { kind: 'token', values: urls.map(entry), prefixes: urls.map((url) => `${known.code}=${url.replace(/\/$/, '')}/`), not: false }
  if (modifier === 'above') return { kind: 'token', values: urls.flatMap(ancestors).map(entry), not: false }
  return unsupported(name)
}

/** An address and every one above it: up to its slashes, with and without them. */
function ancestors(url: string): string[] {
  const out = [url]
  for (let at = url.lastIndexOf('/'); at > 0 && out.length < 100; at = url.lastIndexOf('/', at - 1))
    out.push(url.slice(0, at), url.slice(0, at + 1))
  return out
}

const bare = (entry: string): string => entry.slice(entry.indexOf('=') + 1)

/** Values of a parameter that somebody defined stand as texts: `system|code`, `Type/id`, addresses. */
function customTokens(known: Known, modifier: string | undefined, { name, values }: Values): Condition {
  if (modifier !== undefined && !(known.kind === 'reference' && isResourceType(modifier))) unsupported(name)
  const asked = values.map((v) => {
    if (known.kind !== 'reference') return alternatives(v)[0] ?? ''
    const searched = referenceSearch(name, v)
    if ('address' in searched) return searched.address ?? ''
    const type = 'type' in searched ? searched.type : modifier
    return type === undefined ? searched.id : `${type}/${searched.id}`
  })
  return { kind: 'custom-token', param: known.code, values: asked, prefixes: [], not: false }
}
