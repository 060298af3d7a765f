/** Elements of a snapshot as a tree: children of an element, and its slices behind it among its parent's children. */
import type { ElementDefinition, StructureDefinition } from './model.ts'

/** A finished element with what stands under it; never changed, and shared by every snapshot made from it. */
export type Branch = { segment: string; element: ElementDefinition; children: readonly Branch[] }

/** An element being worked on. Its children are taken from the branch it came from when somebody asks for them. */
export type Twig = {
  /** Last segment of its id: `coding`, `coding:yj`, `value[x]`, `coding:yj/generic`. */
  segment: string
  element: ElementDefinition
  from: Branch
  children?: Twig[]
  /** Types named by the short form (`valueQuantity`), beside which a choice then has no other. */
  named?: Set<string>
}

export const nameOf = (segment: string): string => {
  const colon = segment.indexOf(':')
  return colon < 0 ? segment : segment.slice(0, colon)
}
export const sliceOf = (segment: string): string | undefined => {
  const colon = segment.indexOf(':')
  return colon < 0 ? undefined : segment.slice(colon + 1)
}

const trees = new WeakMap<StructureDefinition, Branch>()

/** The snapshot as a tree; an element whose parent is missing hangs from the nearest one there is. */
export function treeOf(structure: StructureDefinition): Branch | undefined {
  const known = trees.get(structure)
  if (known) return known
  const [first, ...rest] = structure.elements
  if (!first) return undefined
  type Growing = { segment: string; element: ElementDefinition; children: Growing[] }
  const root: Growing = { segment: first.id, element: first, children: [] }
  const byId = new Map([[first.id, root]])
  for (const element of rest) {
    const dot = element.id.lastIndexOf('.')
    const growing: Growing = { segment: element.id.slice(dot + 1), element, children: [] }
    ;(byId.get(element.id.slice(0, dot)) ?? root).children.push(growing)
    byId.set(element.id, growing)
  }
  trees.set(structure, root)
  return root
}

export const twigOf = (from: Branch): Twig => ({ segment: from.segment, element: from.element, from })
export const childrenOf = (twig: Twig): Twig[] => {
  twig.children ??= twig.from.children.map(twigOf)
  return twig.children
}

/** How many elements may still be made; slices of slices multiply, and a definition comes from strangers. */
export type Budget = { left: number }
export class OverBudget extends Error {}

function spend(budget: Budget): void {
  if (budget.left-- <= 0) throw new OverBudget()
}

/** A copy to be changed on its own, under another name. */
export function copyOf(twig: Twig, segment: string, budget: Budget): Twig {
  spend(budget)
  return { ...twig, segment, ...(twig.children ? { children: twig.children.map((child) => copyOf(child, child.segment, budget)) } : {}) }
}

/** Does anything stand under it, as far as is known now? */
export const hasChildren = (twig: Twig): boolean => (twig.children ?? twig.from.children).length > 0

/** Where a new slice of this name goes: behind the element and all its slices; a slice of a slice behind its own kind. */
export function slicePlace(siblings: readonly Twig[], segment: string): number {
  const slash = segment.lastIndexOf('/')
  const stem = slash < 0 ? nameOf(segment) : segment.slice(0, slash)
  const belongs = (at: string) => (slash < 0 ? nameOf(at) === stem : at === stem || at.startsWith(`${stem}/`))
  return siblings.findLastIndex((twig) => belongs(twig.segment)) + 1
}

type Place = { id: string; path: string }

function placed(element: ElementDefinition, { id, path }: Place): ElementDefinition {
  return element.id === id && element.path === path ? element : { ...element, id, path }
}

const under = (at: Place, segment: string): Place => ({ id: `${at.id}.${segment}`, path: `${at.path}.${nameOf(segment)}` })

type Growing = { out: ElementDefinition[]; budget: Budget }

function put(element: ElementDefinition, at: Place, { out, budget }: Growing): void {
  spend(budget)
  out.push(placed(element, at))
}

function flattenBranch(branch: Branch, at: Place, growing: Growing): void {
  put(branch.element, at, growing)
  for (const child of branch.children) flattenBranch(child, under(at, child.segment), growing)
}

function flattenTwig(twig: Twig, at: Place, growing: Growing): void {
  put(twig.element, at, growing)
  if (twig.children) for (const child of twig.children) flattenTwig(child, under(at, child.segment), growing)
  else for (const child of twig.from.children) flattenBranch(child, under(at, child.segment), growing)
}

/** The snapshot: elements in order, under their new ids and paths. Throws OverBudget. */
export function flatten(root: Twig, budget: Budget): ElementDefinition[] {
  const out: ElementDefinition[] = []
  flattenTwig(root, { id: root.segment, path: nameOf(root.segment) }, { out, budget })
  return out
}
