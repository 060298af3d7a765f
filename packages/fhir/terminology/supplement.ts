/** Supplements: names and properties that someone adds to the concepts of another's code system. @spec http://hl7.org/fhir/R4/codesystem.html#supplements */
import type { Json } from '../model.ts'
import { placedConcepts, propertyDefinitionsOf } from './concepts.ts'
import type { CodeSystemView, Concept, Designation, PropertyDefinition } from './model.ts'
import { objectOf, present, textOf } from './read-json.ts'

/** A supplement: what it adds to the concepts of another system. */
export type Supplement = {
  url: string
  version?: string
  supplements: string
  language?: string
  properties: readonly PropertyDefinition[]
  concepts: ReadonlyMap<string, Concept>
}

export function supplementOf(json: Json | undefined): Supplement | undefined {
  const system = objectOf(json)
  const [url, supplements] = [textOf(system?.url), textOf(system?.supplements)]
  if (!system || !url || !supplements || system.content !== 'supplement') return undefined
  const properties = propertyDefinitionsOf(system.property)
  const concepts = new Map(placedConcepts(system.concept, properties).map(({ concept }) => [concept.code, concept]))
  return present<Supplement>({ url, version: textOf(system.version), supplements, language: textOf(system.language), properties, concepts })
}

/** The system with what supplements add; codes are never added. A supplement's display is one more designation. */
export function supplemented(view: CodeSystemView, supplements: readonly Supplement[]): CodeSystemView {
  if (supplements.length === 0) return view
  const add = (concept: Concept | undefined): Concept | undefined => {
    if (!concept) return undefined
    const more = supplements.flatMap((supplement) => {
      const found = supplement.concepts.get(concept.code)
      return found ? [{ supplement, found }] : []
    })
    if (more.length === 0) return concept
    const designations: Designation[] = more.flatMap(({ supplement, found }) => [
      ...(found.display ? [present<Designation>({ language: supplement.language, use: undefined, value: found.display })] : []),
      ...(found.designations ?? []),
    ])
    return {
      ...concept,
      designations: [...(concept.designations ?? []), ...designations],
      properties: [...(concept.properties ?? []), ...more.flatMap(({ found }) => found.properties ?? [])],
      ranking: [...(concept.ranking ?? []), ...more.flatMap(({ found }) => found.ranking ?? [])],
      extensions: [...(concept.extensions ?? []), ...more.flatMap(({ found }) => found.extensions ?? [])],
    }
  }
  return {
    ...view,
    properties: [...view.properties, ...supplements.flatMap((supplement) => supplement.properties)],
    find: (code) => add(view.find(code)),
    concepts: () => [...view.concepts()].flatMap((concept) => add(concept) ?? []),
  }
}
