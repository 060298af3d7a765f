/** Compiles a snapshot to checks of what it adds to base R4 and to what it slices. An element that adds nothing gives nothing. */
import type { Definitions, ElementDefinition, StructureDefinition } from '../../definition/model.ts'
import { elementsOf } from '../../shapes.ts'
import { isOneOf } from './ask.ts'
import { addedConstraints, added, addedValue, baseElement, bindsAlready, narrowed, placesOf, shapeUnder } from './base.ts'
import { constraintCheck } from './constraint.ts'
import { membersCheck } from './member.ts'
import type { Member } from './model.ts'
import { aggregationCheck, targetCheck, versioningCheck } from './reference.ts'
import { type Check, type Place, say } from './run.ts'
import { slicingOf } from './compile-slicing.ts'
import { bindingChecks } from './terminology.ts'
import { childNamed, type Tree, type TreeNode, treeOf } from './tree.ts'
import { typeProfileChecks } from './type-profile.ts'
import { valueChecks } from './value-checks.ts'

export type Context = { definitions: Definitions; tree: Tree }

/** An element about to be compiled. `twins`: what it slices, whose rules it need not repeat. */
export type Subject = {
  node: TreeNode
  places: readonly Place[]
  /** Type or part in which its children are looked up. */
  shape: string
  twins: readonly TreeNode[]
  /** Definitions of the same element that are checked anyway. */
  earlier: readonly ElementDefinition[]
}

function typeChecks(context: Context, { node, earlier }: Subject): Check[] {
  const { id } = node.def
  const within = context.tree.definition.package
  return node.def.types.flatMap((type) => {
    const checks = typeProfileChecks(context, { id, type, profiles: added(type, 'profiles', earlier) ?? [] })
    const before = earlier.flatMap(({ types }) => types.filter(({ code }) => code === type.code))
    if (type.code === 'Reference') {
      const targets = added(type, 'targets', earlier)
      if (targets) checks.push(targetCheck(id, targets, within))
      if (type.aggregation && !before.some((one) => one.aggregation?.length === type.aggregation!.length))
        checks.push(aggregationCheck(id, type.aggregation))
    }
    const { versioning } = type
    if (versioning !== undefined && versioning !== 'either' && !before.some((one) => one.versioning === versioning))
      checks.push(versioningCheck(id, versioning))
    return checks
  })
}

/** The element whose content this one repeats, or itself. */
function repeatedBy({ tree }: Context, node: TreeNode): TreeNode {
  const { contentReference } = node.def
  return (node.children.length === 0 && contentReference !== undefined && tree.byPath.get(contentReference)) || node
}

/** The children; of an element that repeats another one, the other's. */
function childrenChecks(context: Context, subject: Subject): Check[] {
  const { node, shape, twins } = subject
  const { contentReference } = node.def
  if (node.children.length === 0 && contentReference !== undefined) {
    const repeated = context.tree.byPath.get(contentReference)
    if (!repeated || repeated.children.length === 0 || twins.some((twin) => twin.def.contentReference === contentReference)) return []
    // compiled when it is met: it may contain itself
    let checks: readonly Check[] | undefined
    return [
      (run, frame) => {
        checks ??= childrenChecks(context, { ...subject, node: repeated, shape: repeated.def.path, twins: [] })
        for (let i = 0; i < checks.length; i++) checks[i]!(run, frame)
      },
    ]
  }
  const before = twins.map((twin) => repeatedBy(context, twin))
  const members = node.children.flatMap((child) => memberOf(context, { shape, node: child, twins: before }) ?? [])
  return members.length === 0 ? [] : [membersCheck(members)]
}

/** Where another type stands than the profile allows, nothing else is said. */
function onlyTypes(id: string, allowed: ReadonlySet<string>, checks: readonly Check[]): Check {
  const names = [...allowed].join(' | ')
  return (run, frame) => {
    if (frame.type !== '' && !isOneOf(frame.type, allowed)) {
      say(run, 'profile/type', [id, names, frame.type])
      return
    }
    for (let i = 0; i < checks.length; i++) checks[i]!(run, frame)
  }
}

/** Everything that is to be checked of each item of an element, its type set aside. */
function contentChecks(context: Context, subject: Subject): readonly Check[] {
  const { node, earlier, shape } = subject
  const { id, binding } = node.def
  return [
    ...valueChecks(id, {
      fixed: addedValue('fixed', node, earlier),
      pattern: addedValue('pattern', node, earlier),
      ...bounds(node, earlier),
    }),
    ...childrenChecks(context, subject),
    ...(binding && !bindsAlready(binding, earlier) ? bindingChecks(id, binding) : []),
    ...addedConstraints(context.definitions, node, { shape, earlier }).flatMap((constraint) => constraintCheck(constraint) ?? []),
    ...typeChecks(context, subject),
  ]
}

/** Everything that is to be checked of an item of a slice. */
export function itemChecks(context: Context, subject: Subject): readonly Check[] {
  const checks = contentChecks(context, subject)
  const allowed = narrowed(subject.node, subject.places, subject.earlier)
  return allowed === null ? checks : [onlyTypes(subject.node.def.id, allowed, checks)]
}

function bounds(node: TreeNode, earlier: readonly ElementDefinition[]): Pick<ElementDefinition, 'maxLength' | 'minValue' | 'maxValue'> {
  const { maxLength, minValue, maxValue } = node.def
  const said = (name: 'minValue' | 'maxValue') => earlier.some((one) => one[name]?.value === node.def[name]?.value)
  return {
    ...(maxLength !== undefined && !earlier.some((one) => one.maxLength !== undefined && one.maxLength <= maxLength) ? { maxLength } : {}),
    ...(minValue !== undefined && !said('minValue') ? { minValue } : {}),
    ...(maxValue !== undefined && !said('maxValue') ? { maxValue } : {}),
  }
}

/** `value` for `value[x]` and for `valueQuantity` written in its place. */
function pathName(shape: string, name: string): string {
  const elements = elementsOf(shape)
  if (elements.has(name) || elements.has(`${name}[x]`)) return name
  for (const element of elements.keys()) if (element.endsWith('[x]') && name.startsWith(element.slice(0, -3))) return element.slice(0, -3)
  return name
}

const addsNothing = ({ min, max, allowed, checks, slicing }: Member) =>
  min === 0 && max === Number.POSITIVE_INFINITY && allowed === null && checks.length === 0 && slicing === null

type Child = { shape: string; node: TreeNode; twins: readonly TreeNode[] }

/** One element of an object, or null where the profile adds nothing to it. */
function memberOf(context: Context, { shape, node, twins }: Child): Member | null {
  const places = placesOf(shape, node.name)
  if (places.length === 0) return null
  const name = pathName(shape, node.name)
  const base = baseElement(context.definitions, shape, name)
  const sliced = twins.flatMap((twin) => childNamed(twin, node.name) ?? [])
  const earlier = [...sliced.map(({ def }) => def), ...(base ? [base] : [])]
  const subject = { node, places, shape: shapeUnder(node, places), twins: sliced, earlier }
  const { min, max } = node.def
  const member: Member = {
    name,
    id: node.def.id,
    places,
    min: earlier.some((one) => one.min >= min) ? 0 : min,
    max: earlier.some((one) => one.max <= max) ? Number.POSITIVE_INFINITY : max,
    baseMin: base?.min ?? 0,
    baseMax: base?.max ?? Number.POSITIVE_INFINITY,
    allowed: max === 0 ? null : narrowed(node, places, earlier),
    checks: max === 0 ? [] : contentChecks(context, subject),
    slicing: max === 0 ? null : slicingOf(context, subject),
  }
  return addsNothing(member) ? null : member
}

const cache = new WeakMap<Definitions, WeakMap<StructureDefinition, readonly Check[]>>()

/** What a profile adds to its R4 type, as checks of the whole value; compiled once for these definitions. R4's own definitions add nothing. */
export function compileProfile(definitions: Definitions, definition: StructureDefinition): readonly Check[] {
  const known = cache.get(definitions) ?? new WeakMap<StructureDefinition, readonly Check[]>()
  cache.set(definitions, known)
  const found = known.get(definition)
  if (found !== undefined) return found
  const tree = definition.derivation === 'specialization' ? null : treeOf(definition)
  const base = baseElement(definitions, definition.type)
  const subject = tree && { node: tree.root, places: [], shape: definition.type, twins: [], earlier: base ? [base] : [] }
  const checks = tree && subject ? itemChecks({ definitions, tree }, subject) : []
  known.set(definition, checks)
  return checks
}
