/**
 * Makes the snapshot of a definition that publishes only its differential: walks the differential over the base's snapshot, unfolds datatypes,
 * type profiles and repeated contents where it goes deeper, and sets up slices. @spec http://hl7.org/fhir/R4/profiling.html#snapshot
 */
import type { JsonObject } from '../model.ts'
import {
  type Branch,
  type Budget,
  childrenOf,
  copyOf,
  flatten,
  hasChildren,
  nameOf,
  OverBudget,
  sliceOf,
  slicePlace,
  treeOf,
  type Twig,
  twigOf,
} from './element-tree.ts'
import { mergeElement } from './merge-element.ts'
import type { ElementDefinition, ElementType, Slicing, StructureDefinition } from './model.ts'
import { differentialOf, type ElementPart, headOf, typeOfSuffix, wholeElement } from './normalise.ts'
import { type Problem, say } from './problems.ts'

export type Found = { structure?: StructureDefinition; problem?: Problem }
export type SnapshotResult = { elements: readonly ElementDefinition[] } | { problem: Problem }
/** What snapshot generation asks of the registry: a definition, or why there is none. */
export type SnapshotPorts = { find: (canonical: string) => Found | undefined }

const maxElements = 50_000
const maxParts = 20_000
const typeUrl = (code: string) => (code.includes(':') ? code : `http://hl7.org/fhir/StructureDefinition/${code}`)

type Work = SnapshotPorts & { url: string; root: Twig; mayAdd: boolean; budget: Budget }

/** Segments of an element's children as its type has them; undefined where the type is not loaded. */
function typeTree(type: ElementType, { find }: SnapshotPorts): Branch | undefined {
  for (const canonical of [...(type.profiles?.length === 1 ? type.profiles : []), typeUrl(type.code)]) {
    const structure = find(canonical)?.structure
    const tree = structure && treeOf(structure)
    if (tree) return tree
  }
  return undefined
}

/** The element that a content reference names (`Questionnaire.item`): of the base itself, or of a type that was unfolded in it. */
function referred(path: string, work: Work): Branch | undefined {
  const [root = '', ...segments] = path.split('.')
  let at = root === work.root.segment ? work.root.from : typeTree({ code: root }, work)
  for (const segment of segments) at = at?.children.find((child) => child.segment === segment)
  return at
}

/** What stands under an element that the base leaves folded. Of several types only what all have in common: an id and extensions. */
function unfold(twig: Twig, work: Work): void {
  const { element } = twig
  if (element.contentReference) {
    const target = referred(element.contentReference, work)
    if (!target) return
    const { contentReference: _folded, ...rest } = element
    twig.element = { ...rest, types: target.element.types }
    twig.children = target.children.map(twigOf)
    return
  }
  const [type, ...others] = element.types
  if (!type) return
  const sameCode = others.every((other) => other.code === type.code)
  const tree = typeTree(others.length === 0 ? type : { code: sameCode ? type.code : 'Element' }, work)
  if (tree) twig.children = tree.children.map(twigOf)
}

const isChoice = (segment: string) => segment.endsWith('[x]')

/** The type a choice is said to have by its short name: `valueQuantity` of `value[x]` says Quantity. */
function namedType({ segment, from }: Twig, name: string): string | undefined {
  const stem = segment.slice(0, -3)
  if (!isChoice(segment) || !name.startsWith(stem) || name.length === stem.length) return undefined
  const type = typeOfSuffix(name.slice(stem.length))
  return from.element.types.some((known) => known.code === type) ? type : undefined
}

/**
 * The slice that a short name means. `valueQuantity` says that the value is a Quantity, so the choice keeps the types that are named so;
 * where it has that one type anyway, the choice itself is meant.
 */
function shortNamed(siblings: Twig[], name: string, work: Work): Twig | undefined {
  const choice = siblings.find((twig) => namedType(twig, name))
  const type = choice && namedType(choice, name)
  if (!choice || !type) return undefined
  const { types, slicing } = choice.element
  if (types.length === 1 && !slicing && !choice.named) return choice
  if (!slicing || choice.named) {
    choice.named = new Set([...(choice.named ?? []), type])
    const { named } = choice
    const kept = choice.from.element.types.filter((known) => named.has(known.code))
    choice.element = { ...choice.element, types: kept, slicing: { ...byType, rules: 'closed' } }
  }
  const segment = `${choice.segment}:${name}`
  return siblings.find((twig) => twig.segment === segment) ?? newSlice(siblings, segment, work)
}

const byType: Slicing = { discriminators: [{ type: 'type', path: '$this' }], rules: 'open', ordered: false }

/** How slices are told apart where the differential does not say it: extensions by url, choices by type. */
function impliedSlicing(segment: string): Slicing | undefined {
  if (segment === 'extension' || segment === 'modifierExtension')
    return { discriminators: [{ type: 'value', path: 'url' }], rules: 'open', ordered: false }
  return isChoice(segment) ? byType : undefined
}

/** The type a slice of a choice is about: `value[x]:valueQuantity` about Quantity. */
function sliceTypes(choice: Twig, slice: string): readonly ElementType[] {
  const stem = choice.segment.slice(0, -3)
  if (!isChoice(choice.segment) || !slice.startsWith(stem)) return choice.element.types
  const type = typeOfSuffix(slice.slice(stem.length))
  const own = choice.element.types.filter((known) => known.code === type)
  return own.length > 0 ? own : choice.element.types
}

/** A new slice begins as a copy of what is sliced, as far as the differential has got: optional, and unsliced itself. */
function newSlice(siblings: Twig[], segment: string, work: Work): Twig | undefined {
  const slash = segment.lastIndexOf('/')
  const wider = slash < 0 ? undefined : siblings.find((twig) => twig.segment === segment.slice(0, slash))
  const sliced = wider ?? siblings.find((twig) => twig.segment === nameOf(segment))
  const sliceName = sliceOf(segment)
  if (!sliced || sliceName === undefined) return undefined
  const slicing = sliced.element.slicing ?? impliedSlicing(sliced.segment)
  if (slicing) sliced.element = { ...sliced.element, slicing }
  const { slicing: _slicing, ...rest } = sliced.element
  const types = sliceTypes(sliced, sliceName)
  const { named: _named, ...slice } = copyOf(sliced, segment, work.budget)
  const twig: Twig = { ...slice, element: { ...rest, sliceName, min: 0, types } }
  if (types.length !== rest.types.length) twig.children = []
  siblings.splice(slicePlace(siblings, segment), 0, twig)
  return twig
}

/** An element of a specialisation that its base does not have; what holds of every element and extension holds of it too. */
function newElement(parent: Twig, part: ElementPart, { work, segment }: { work: Work; segment: string }): Twig {
  const [type] = part.contentReference ? [{ code: 'Element' }] : (part.types ?? [])
  const general =
    (type && typeTree({ code: type.code }, work)?.element.constraints.filter(({ key }) => key === 'ele-1' || key === 'ext-1')) ?? []
  const base = { path: part.path, min: part.min ?? 0, max: part.max ?? 1 }
  const element = wholeElement({ ...part, base, constraints: general })
  const twig: Twig = { segment, element, from: { segment, element, children: [] } }
  childrenOf(parent).push(twig)
  return twig
}

function childNamed(parent: Twig, segment: string, work: Work): Twig | undefined {
  if (!hasChildren(parent)) unfold(parent, work)
  const siblings = childrenOf(parent)
  const exact = siblings.find((twig) => twig.segment === segment)
  if (exact) return exact
  const isNewSlice = sliceOf(segment) !== undefined && siblings.some((twig) => twig.segment === nameOf(segment))
  return isNewSlice ? newSlice(siblings, segment, work) : shortNamed(siblings, nameOf(segment), work)
}

function applyPart(part: ElementPart, work: Work): Problem | null {
  const segments = part.id.split('.').slice(1)
  let at = work.root
  for (const [index, segment] of segments.entries()) {
    const next =
      childNamed(at, segment, work) ?? (work.mayAdd && index === segments.length - 1 ? newElement(at, part, { work, segment }) : undefined)
    if (!next) return say.noSuchElement(work.url, part.id)
    at = next
  }
  at.element = mergeElement(at.element, part, work.url)
  return null
}

/** A specialisation begins as its base under its own name. */
function rootOf(base: Branch, head: Omit<StructureDefinition, 'elements'>): Twig {
  if (head.derivation !== 'specialization') return twigOf(base)
  const element = { ...base.element, id: head.type, path: head.type }
  return { segment: head.type, element, from: { ...base, segment: head.type, element } }
}

/** The snapshot of a definition without one, from its base's. */
export function generateSnapshot(raw: JsonObject, ports: SnapshotPorts): SnapshotResult {
  const head = headOf(raw)
  const found = head.baseDefinition === undefined ? undefined : ports.find(head.baseDefinition)
  if (found?.problem) return { problem: found.problem }
  const base = found?.structure && treeOf(found.structure)
  const parts = differentialOf(raw)
  if (!base) {
    if (head.baseDefinition !== undefined || head.derivation === 'constraint')
      return { problem: say.noSnapshot(head.url, head.baseDefinition) }
    return { elements: parts.map(wholeElement) }
  }
  if (parts.length > maxParts) return { problem: say.tooDeep(head.url, maxElements) }
  const budget = { left: maxElements }
  const work: Work = { ...ports, url: head.url, root: rootOf(base, head), mayAdd: head.derivation !== 'constraint', budget }
  try {
    for (const part of parts) {
      const problem = applyPart(part, work)
      if (problem) return { problem }
    }
    return { elements: flatten(work.root, { left: maxElements }) }
  } catch (error) {
    if (error instanceof OverBudget) return { problem: say.tooDeep(head.url, maxElements) }
    throw error
  }
}
