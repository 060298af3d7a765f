/** A snapshot as a tree: elements with their children, slices under what they slice. */
import type { ElementDefinition, StructureDefinition } from '../../definition/model.ts'

export type TreeNode = {
  readonly def: ElementDefinition
  /** Name in a path: `value` for `value[x]`. */
  readonly name: string
  readonly choice: boolean
  readonly children: TreeNode[]
  /** Slices of this element; of a slice: its own slices. */
  readonly slices: TreeNode[]
}

export type Tree = {
  readonly definition: StructureDefinition
  readonly root: TreeNode
  /** First element of a path, which is the one that slices nothing: what a content reference names. */
  readonly byPath: ReadonlyMap<string, TreeNode>
}

function nodeOf(def: ElementDefinition): TreeNode {
  const last = def.path.slice(def.path.lastIndexOf('.') + 1)
  const choice = last.endsWith('[x]')
  return { def, name: choice ? last.slice(0, -3) : last, choice, children: [], slices: [] }
}

/** The element a slice divides; `valueQuantity` divides `value[x]`. */
function slicerOf(parent: TreeNode, slice: TreeNode): TreeNode | undefined {
  return (
    parent.children.find((child) => child.name === slice.name) ??
    parent.children.find((child) => child.choice && slice.name.startsWith(child.name))
  )
}

/** `a/b` is a slice of slice `a` where that stands; other names with a stroke are names like any. */
function placeSlice(slicer: TreeNode, slice: TreeNode): void {
  const name = slice.def.sliceName!
  const around = slicer.slices.find((other) => name.startsWith(`${other.def.sliceName}/`))
  if (around) placeSlice(around, slice)
  else slicer.slices.push(slice)
}

/** What a snapshot without the divided element means: any number of it. */
function impliedSlicer(slice: TreeNode): TreeNode {
  const { fixed, pattern, binding, sliceName, ...rest } = slice.def
  return nodeOf({ ...rest, id: rest.path, min: 0, max: Number.POSITIVE_INFINITY, types: [], constraints: [] })
}

function add(parent: TreeNode, node: TreeNode): void {
  if (node.def.sliceName === undefined) {
    parent.children.push(node)
    return
  }
  const slicer = slicerOf(parent, node) ?? impliedSlicer(node)
  if (!parent.children.includes(slicer)) parent.children.push(slicer)
  placeSlice(slicer, node)
}

const trees = new WeakMap<StructureDefinition, Tree | null>()

function grow(definition: StructureDefinition): Tree | null {
  const [first, ...others] = definition.elements
  if (first === undefined) return null
  const root = nodeOf(first)
  const byPath = new Map([[first.path, root]])
  // the last element met of each path: what follows deeper belongs to it
  const latest = new Map([[first.path, root]])
  for (const def of others) {
    const node = nodeOf(def)
    const parent = latest.get(def.path.slice(0, Math.max(def.path.lastIndexOf('.'), 0)))
    if (parent === undefined) continue
    add(parent, node)
    latest.set(def.path, node)
    if (!byPath.has(def.path)) byPath.set(def.path, node)
  }
  return { definition, root, byPath }
}

/** The tree of a snapshot, made once; null where the snapshot is empty. */
export function treeOf(definition: StructureDefinition): Tree | null {
  const known = trees.get(definition)
  if (known !== undefined) return known
  const tree = grow(definition)
  trees.set(definition, tree)
  return tree
}

/** The slice's name with its element, as profiles write it: `Observation.code.coding:alb`. */
export const childNamed = (node: TreeNode, name: string): TreeNode | undefined =>
  node.children.find((child) => child.name === name) ?? node.children.find((child) => child.choice && name.startsWith(child.name))
