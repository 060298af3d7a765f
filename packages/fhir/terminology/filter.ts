/** The filters of a value set's include as tests on concepts. @spec http://hl7.org/fhir/R4/valueset-filter-operator.html */
import { RE2JS } from 're2js'
import type { CodeSystemView, Concept, Filter, PropertyDefinition, Why } from './model.ts'
import { whyIncomplete, whyInvalid, whyNoFilter } from './why.ts'
import { writtenOut } from '../pattern-size.ts'

/** Tells of a concept of the system whether it is meant; `null` where this system cannot tell. */
export type Test = (concept: Concept) => boolean
export type CompiledFilter =
  | { test: Test /** All codes that can pass, where fewer than the whole system. */; codes?: () => Iterable<string> }
  | { why: Why }

const conceptProperties = 'http://hl7.org/fhir/concept-properties#'
const maxPattern = 1000
const maxWritten = 100_000
/** Instructions of a compiled pattern: each may meet each character. */
const maxProgram = 2000

/** Every code under this one, itself not included; a circle ends. */
export function descendants(view: CodeSystemView, code: string): Set<string> {
  const found = new Set<string>(view.children(code))
  for (const child of found) for (const next of view.children(child)) found.add(next)
  found.delete(view.find(code)?.code ?? code)
  return found
}

function patternOf(value: string): RE2JS | undefined {
  if (value.length > maxPattern || writtenOut(value) > maxWritten) return undefined
  try {
    const pattern = RE2JS.compile(value)
    return pattern.programSize() > maxProgram ? undefined : pattern
  } catch {
    return undefined
  }
}

const listOf = (value: string): ReadonlySet<string> => new Set(value.split(',').map((item) => item.trim()))

/** Relations in the hierarchy: `concept is-a X`. */
const hierarchical: Record<string, (view: CodeSystemView, value: string) => CompiledFilter> = {
  'is-a': (view, value) => under(view, value, true),
  'descendent-of': (view, value) => under(view, value, false),
  'is-not-a': (view, value) => {
    const below = descendants(view, value)
    const own = view.find(value)?.code ?? value
    return { test: ({ code }) => code !== own && !below.has(code) }
  },
  generalizes: (view, value) => ({ test: ({ code }) => view.isA(value, code) }),
  'child-of': (view, value) => ({
    test: ({ code }) => view.parents(code).includes(view.find(value)?.code ?? value),
    codes: () => view.children(value),
  }),
  'descendent-leaf': (view, value) => {
    const leaf = (code: string): boolean => view.children(code).length === 0
    const below = descendants(view, value)
    return { test: ({ code }) => below.has(code) && leaf(code), codes: () => [...below].filter(leaf) }
  },
}

function under(view: CodeSystemView, value: string, self: boolean): CompiledFilter {
  const own = view.find(value)?.code
  const below = own === undefined ? new Set<string>() : descendants(view, own)
  if (self && own !== undefined) return { test: ({ code }) => code === own || below.has(code), codes: () => [own, ...below] }
  return { test: ({ code }) => below.has(code), codes: () => below }
}

/** The values of one property of a concept as text: what is said of it, and what the hierarchy and its texts tell. */
function readerOf(view: CodeSystemView, property: string): ((concept: Concept) => readonly string[]) | undefined {
  const declared = view.properties.filter((definition) => definition.code === property || definition.uri === property)
  const told = meaningOf(property, declared[0])
  // a system that declares it says of each concept what it means
  const meaning = told === 'notSelectable' && declared.length > 0 ? undefined : told
  const direct = (concept: Concept): string[] =>
    (concept.properties ?? []).flatMap(({ code, value }) =>
      code === property || declared.some((definition) => definition.code === code)
        ? typeof value === 'object'
          ? [value.code ?? '', value.display ?? '']
          : String(value)
        : [],
    )
  if (meaning) {
    const derived = derivedReaders[meaning]
    if (derived) return (concept) => [...new Set([...derived(view, concept), ...direct(concept)])]
  }
  return declared.length > 0 ? direct : undefined
}

const derivedReaders: Record<string, (view: CodeSystemView, concept: Concept) => readonly string[]> = {
  code: (_view, { code }) => [code],
  display: (_view, { display, designations = [] }) => [...(display ? [display] : []), ...designations.map(({ value }) => value)],
  definition: (_view, { definition }) => (definition ? [definition] : []),
  designation: (_view, { designations = [] }) => designations.map(({ value }) => value),
  parent: (view, { code }) => view.parents(code),
  child: (view, { code }) => view.children(code),
  inactive: (_view, { inactive }) => [String(inactive === true)],
  notSelectable: (_view, { abstract }) => [String(abstract === true)],
  status: (_view, { status }) => (status ? [status] : []),
}
const names: Record<string, string> = { concept: 'code', abstract: 'notSelectable', subsumedBy: 'parent' }

function meaningOf(property: string, definition: PropertyDefinition | undefined): string | undefined {
  if (definition?.uri?.startsWith(conceptProperties))
    return names[definition.uri.slice(conceptProperties.length)] ?? definition.uri.slice(conceptProperties.length)
  const name = names[property] ?? property
  return name in derivedReaders ? name : undefined
}

type Values = (concept: Concept) => readonly string[]
const onValues: Record<string, (values: Values, value: string, view: CodeSystemView) => Test | Why> = {
  '=': (values, value) => (concept) => values(concept).includes(value),
  in: (values, value) => {
    const wanted = listOf(value)
    return (concept) => values(concept).some((found) => wanted.has(found))
  },
  'not-in': (values, value) => {
    const unwanted = listOf(value)
    return (concept) => !values(concept).some((found) => unwanted.has(found))
  },
  exists: (values, value) => (concept) => values(concept).length > 0 === (value !== 'false'),
  regex: (values, value, view) => {
    const pattern = patternOf(value)
    return pattern
      ? (concept) => values(concept).some((found) => pattern.testExact(found))
      : whyNoFilter(view.url, { property: '', op: 'regex', value })
  },
  'is-a': (values, value, view) => (concept) => values(concept).some((found) => found === value || view.isA(found, value)),
  'descendent-of': (values, value, view) => (concept) => values(concept).some((found) => found !== value && view.isA(found, value)),
  'is-not-a': (values, value, view) => (concept) => !values(concept).some((found) => found === value || view.isA(found, value)),
  generalizes: (values, value, view) => (concept) => values(concept).some((found) => view.isA(value, found)),
}

const isConcept = (property: string): boolean => property === 'concept' || property === 'code'

/** A filter on this system. Codes are compared without case where the system does not tell it. */
export function compileFilter(view: CodeSystemView, filter: Filter): CompiledFilter {
  const { property, op, value } = filter
  if (value === '')
    return {
      why: whyInvalid(
        view.url,
        `CodeSystem「${view.url}」の条件(property=${property}, op=${op})に値がありません。`,
        `The system ${view.url} filter with property = ${property}, op = ${op} has no value`,
      ),
    }
  const own = view.filter?.(filter)
  if (own) return { test: ({ code }) => own(code) }
  const relation = isConcept(property) ? hierarchical[op] : undefined
  if (relation) return relation(view, value)
  if (view.content === 'grammar') return { why: whyIncomplete(view.url) }
  if (view.content === 'not-present') return { why: whyNoFilter(view.url, filter) }
  if (isConcept(property) && op === '=')
    return { test: ({ code }) => code === (view.find(value)?.code ?? value), codes: () => [view.find(value)?.code ?? value] }
  const values = readerOf(view, property)
  const make = onValues[op]
  if (!values || !make) return { why: whyNoFilter(view.url, filter) }
  const test = make(values, value, view)
  return typeof test === 'function' ? { test } : { why: whyNoFilter(view.url, filter) }
}
