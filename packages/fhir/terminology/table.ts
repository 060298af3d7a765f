/** Code systems whose concepts are all at hand. */
import type { CodeSystemView, Concept, PropertyDefinition } from './model.ts'

export type Header = Omit<CodeSystemView, 'find' | 'parents' | 'children' | 'isA' | 'concepts' | 'count'>
/** A concept in its order, with the code it is nested in. */
export type Placed = { concept: Concept; under?: string | undefined }

const conceptProperties = 'http://hl7.org/fhir/concept-properties#'
/** Does a property mean this, by its URI, or by its name where it has none? */
export const standsFor = (property: PropertyDefinition | undefined, code: string, meaning: string): boolean =>
  property?.uri ? property.uri === conceptProperties + meaning : code === meaning
const upward = ['parent', 'subsumedBy']
const none: readonly string[] = []

type Links = { parents: Map<string, string[]>; children: Map<string, string[]> }

function linksOf(concepts: ReadonlyMap<string, Concept>, placed: readonly Placed[], properties: readonly PropertyDefinition[]): Links {
  const links: Links = { parents: new Map(), children: new Map() }
  const push = (map: Map<string, string[]>, key: string, value: string): void => {
    const known = map.get(key)
    if (known) known.push(value)
    else map.set(key, [value])
  }
  const relate = (parent: string, child: string): void => {
    if (!concepts.has(parent) || !concepts.has(child) || links.parents.get(child)?.includes(parent)) return
    push(links.parents, child, parent)
    push(links.children, parent, child)
  }
  const definitions = new Map(properties.map((property) => [property.code, property]))
  for (const { concept, under } of placed) {
    if (under !== undefined) relate(under, concept.code)
    for (const { code, value } of concept.properties ?? []) {
      const definition = definitions.get(code)
      const other = typeof value === 'object' ? value.code : String(value)
      if (other === undefined) continue
      if (upward.some((name) => standsFor(definition, code, name))) relate(other, concept.code)
      else if (standsFor(definition, code, 'child')) relate(concept.code, other)
    }
  }
  return links
}

/** A view over concepts at hand; the hierarchy is nesting and the properties `parent`, `child` and `subsumedBy`. */
export function makeTable(header: Header, placed: readonly Placed[]): CodeSystemView {
  const concepts = new Map<string, Concept>()
  const folded = header.caseSensitive ? undefined : new Map<string, string>()
  for (const { concept } of placed) {
    const { code } = concept
    if (concepts.has(code)) continue
    concepts.set(code, concept)
    if (folded && !folded.has(code.toLowerCase())) folded.set(code.toLowerCase(), code)
  }
  const { parents, children } = linksOf(concepts, placed, header.properties)
  const own = (code: string): string => (folded === undefined || concepts.has(code) ? code : (folded.get(code.toLowerCase()) ?? code))
  return {
    ...header,
    count: concepts.size,
    find: (code) => concepts.get(own(code)),
    parents: (code) => parents.get(own(code)) ?? none,
    children: (code) => children.get(own(code)) ?? none,
    isA: (code, ancestor) => concepts.has(own(ancestor)) && isUnder(parents, own(code), own(ancestor)),
    concepts: () => concepts.values(),
  }
}

/** Walks up; a circle of parents ends it. */
function isUnder(parents: ReadonlyMap<string, readonly string[]>, code: string, ancestor: string): boolean {
  if (code === ancestor) return true
  const seen = new Set(parents.get(code))
  for (const above of seen) {
    if (above === ancestor) return true
    for (const next of parents.get(above) ?? none) seen.add(next)
  }
  return false
}
