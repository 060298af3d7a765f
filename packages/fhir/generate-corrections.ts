/**
 * The structure definitions come with additions of their publisher and backports of R5 among R4's elements. R4's data elements, one definition
 * for each element, are published beside them as they were: elements are taken from there where the two differ.
 */
import type { Json, JsonObject } from './model.ts'

type Element = JsonObject & { path: string }

/** R4's own, though the data elements leave them out (their ids would be too long). */
const unlisted =
  /^(?:MedicationKnowledge\.administrationGuidelines|MedicinalProduct\w+|ResearchElementDefinition\.characteristic\.participantEffective)/
/** Elements that were taken out, with the one each followed. */
const takenOut: Readonly<Record<string, string>> = {
  'EvidenceVariable.characteristic.definition[x]': 'EvidenceVariable.characteristic.description',
  'EvidenceVariable.characteristic.usageContext': 'EvidenceVariable.characteristic.definition[x]',
  'EvidenceVariable.characteristic.participantEffective[x]': 'EvidenceVariable.characteristic.exclude',
  'EvidenceVariable.characteristic.timeFromStart': 'EvidenceVariable.characteristic.participantEffective[x]',
  'EvidenceVariable.characteristic.groupMeasure': 'EvidenceVariable.characteristic.timeFromStart',
}
const taken = ['type', 'min', 'max', 'binding', 'isModifier', 'isSummary'] as const

const elementsOf = (structure: JsonObject): Element[] => (structure.snapshot as { element: Element[] }).element
const parentOf = (path: string): string => path.slice(0, path.lastIndexOf('.'))
const isOwn = (element: Element): boolean => (element.base as JsonObject).path === element.path && element.path.includes('.')

type Published = { elements: Map<string, Element>; parents: Set<string> }

/** Elements by path; of the elements with others under them only the names, for they are not published. */
function published(dataElements: readonly JsonObject[]): Published {
  const elements = new Map<string, Element>()
  const parents = new Set<string>()
  for (const element of dataElements.flatMap(elementsOf)) {
    if (!elements.has(element.path)) elements.set(element.path, element)
    for (let path = parentOf(element.path); path !== ''; path = parentOf(path)) parents.add(path)
  }
  return { elements, parents }
}

function isOfR4(element: Element, { elements, parents }: Published): boolean {
  const { path } = element
  return !isOwn(element) || elements.has(path) || parents.has(path) || element.contentReference !== undefined || unlisted.test(path)
}

const membersOf = (element: JsonObject, names: readonly string[]): JsonObject =>
  Object.fromEntries(names.flatMap((name): [string, Json][] => (element[name] === undefined ? [] : [[name, element[name]]])))

const objects = (value: Json | undefined): JsonObject[] => (Array.isArray(value) ? (value as JsonObject[]) : [])

/** An element with others under it: its own differential was left as it was. */
function asInDifferential(element: Element, differential: readonly JsonObject[]): Element {
  const said = differential.find((at) => at.path === element.path)
  if (!said) return element
  const keys = new Set(['ele-1', ...objects(said.constraint).map((at) => at.key)])
  const cardinality = membersOf(said, ['min', 'max'])
  return {
    ...element,
    ...cardinality,
    base: { ...(element.base as JsonObject), ...cardinality },
    constraint: objects(element.constraint).filter((at) => keys.has(at.key ?? '')),
  }
}

function asPublished(element: Element, { elements, parents }: Published, differential: readonly JsonObject[]): Element {
  if (!isOwn(element) || /\.id$|^[a-z][A-Za-z0-9]*\.value$/.test(element.path)) return element
  if (parents.has(element.path)) return asInDifferential(element, differential)
  const said = elements.get(element.path) ?? {}
  return { ...element, ...membersOf(said, taken), base: { ...(element.base as JsonObject), ...membersOf(said, ['min', 'max']) } }
}

/** An element that was taken out, with the constraint that every element has. */
function putBack(path: string, { elements }: Published, every: Json[]): Element {
  const said = elements.get(path)
  if (!said) throw new Error(`The data elements know no ${path}.`)
  return { ...said, id: path, base: { path, min: said.min ?? 0, max: said.max ?? '1' }, constraint: every }
}

/** Structure definitions of R4's types, their elements as R4 published them. */
export function corrected(structures: readonly JsonObject[], dataElements: readonly JsonObject[]): JsonObject[] {
  const all = published(dataElements)
  return structures.map((structure) => {
    if (structure.resourceType !== 'StructureDefinition' || structure.derivation === 'constraint' || !structure.snapshot) return structure
    const gone = new Set<string>()
    const differential = objects((structure.differential as JsonObject | undefined)?.element)
    const element = elementsOf(structure).flatMap((at) => {
      if (!gone.has(parentOf(at.path)) && isOfR4(at, all)) return [asPublished(at, all, differential)]
      gone.add(at.path)
      return []
    })
    for (const [path, before] of Object.entries(takenOut)) {
      const place = element.findIndex((at) => at.path === before)
      if (place < 0 || element.some((at) => at.path === path)) continue
      element.splice(place + 1, 0, putBack(path, all, element[place]!.constraint as Json[]))
    }
    return { ...structure, snapshot: { element } }
  })
}
