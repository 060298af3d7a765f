/** What base R4 and other predecessors already say of an element, so that a profile need not be checked for it again. */
import type { Constraint, Definitions, ElementDefinition, ElementType, StructureDefinition } from '../../definition/model.ts'
import { elementPlaces } from '../../fhirpath/node.ts'
import { isKnownType, isPrimitive, isResourceType } from '../../shapes.ts'
import type { Place } from './run.ts'
import type { TreeNode } from './tree.ts'
import { same } from './values.ts'

export const corePrefix = 'http://hl7.org/fhir/StructureDefinition/'

/** Type of R4 itself that a canonical names. */
export function coreType(canonical: string): string | null {
  const name = canonical.startsWith(corePrefix) ? canonical.slice(corePrefix.length).split('|')[0]! : null
  return name !== null && (isKnownType(name) || name === 'SimpleQuantity' || name === 'MoneyQuantity') ? name : null
}

const byPath = new WeakMap<StructureDefinition, ReadonlyMap<string, ElementDefinition>>()

function elementsByPath(definition: StructureDefinition): ReadonlyMap<string, ElementDefinition> {
  const known = byPath.get(definition)
  if (known) return known
  const paths = new Map<string, ElementDefinition>()
  for (const element of definition.elements)
    if (element.sliceName === undefined && !paths.has(element.path)) paths.set(element.path, element)
  byPath.set(definition, paths)
  return paths
}

/** The element of R4 itself: `shape` is a type or a part (`Patient.contact`), no name means its root. */
export function baseElement(definitions: Definitions, shape: string, name?: string): ElementDefinition | undefined {
  const definition = definitions.structure(corePrefix + shape.split('.')[0]!)
  if (!definition) return undefined
  const paths = elementsByPath(definition)
  return name === undefined ? paths.get(shape) : (paths.get(`${shape}.${name}`) ?? paths.get(`${shape}.${name}[x]`))
}

/** JSON names under which an element may stand in a shape, with their types; a resource's `resourceType` decides where the shape is unknown. */
export const placesOf = (shape: string, name: string): readonly Place[] => elementPlaces(shape, name)

/** R4 type or part in which the children of an element are looked up. */
export function shapeUnder(node: TreeNode, places: readonly Place[]): string {
  const [only] = node.def.types
  if (places.length > 1) return node.def.types.length === 1 ? only!.code : 'Element'
  const type = places[0]?.type ?? only?.code ?? 'Element'
  // what a primitive has besides its value
  if (isPrimitive(type)) return 'Element'
  if (type !== 'Resource' && type !== 'DomainResource') return type
  return node.def.types.length === 1 && isResourceType(only!.code) ? only!.code : type
}

const strength = { required: 3, extensible: 2, preferred: 1, example: 0 } as const
const withoutVersion = (canonical: string) => canonical.split('|')[0]!

/** Does one of the earlier definitions bind to the same value set at least as strongly? */
export function bindsAlready(binding: NonNullable<ElementDefinition['binding']>, earlier: readonly ElementDefinition[]): boolean {
  return earlier.some(
    ({ binding: before }) =>
      before !== undefined &&
      strength[before.strength] >= strength[binding.strength] &&
      withoutVersion(before.valueSet) === withoutVersion(binding.valueSet) &&
      (binding.max === undefined || before.max === binding.max),
  )
}

const sameSet = (a: readonly string[], b: readonly string[]) => a.length === b.length && a.every((one) => b.includes(one))

/** Profiles or targets of the type that no earlier definition asks for; undefined: nothing new. */
export function added(
  type: ElementType,
  kind: 'profiles' | 'targets',
  earlier: readonly ElementDefinition[],
): readonly string[] | undefined {
  const wanted = type[kind]
  if (!wanted || wanted.length === 0) return undefined
  if (kind === 'targets' && wanted.some((one) => coreType(one) === 'Resource')) return undefined
  const before = earlier.some(({ types }) => types.some((one) => one.code === type.code && sameSet(one[kind] ?? [], wanted)))
  return before ? undefined : wanted
}

/** Type codes of a choice that are narrower than what came before; null: not narrowed. */
export function narrowed(node: TreeNode, places: readonly Place[], earlier: readonly ElementDefinition[]): ReadonlySet<string> | null {
  const codes = new Set(node.def.types.map(({ code }) => (code === 'SimpleQuantity' || code === 'MoneyQuantity' ? 'Quantity' : code)))
  const [first] = places
  if (codes.size === 0 || first === undefined) return null
  if (first.type === 'Resource') {
    if (codes.has('Resource') || codes.has('DomainResource')) return null
  } else if (places.length === 1 || places.every((place) => codes.has(place.type))) return null
  return earlier.some(({ types }) => types.length > 0 && types.every(({ code }) => codes.has(code))) ? null : codes
}

function isCoreConstraint(definitions: Definitions, { source }: Constraint): boolean {
  if (source === undefined || !source.startsWith(corePrefix)) return false
  if (coreType(source) !== null) return true
  return definitions.structure(source)?.derivation === 'specialization'
}

/** Keys that every element, extension or resource has from its root. */
const rootShapes = ['Element', 'BackboneElement', 'Extension', 'Resource', 'DomainResource'] as const

function rootConstraints(definitions: Definitions, shape: string): Constraint[] {
  return [...rootShapes, shape].flatMap((name) => baseElement(definitions, name)?.constraints ?? [])
}

/** The constraints that neither base R4 nor an earlier definition of the element makes. */
export function addedConstraints(
  definitions: Definitions,
  node: TreeNode,
  { shape, earlier }: { shape: string; earlier: readonly ElementDefinition[] },
): Constraint[] {
  if (node.def.constraints.length === 0) return []
  const roots = rootConstraints(definitions, shape)
  return node.def.constraints.filter((constraint) => {
    if (isCoreConstraint(definitions, constraint)) return false
    // a key that base R4 uses is base R4's, unless another source says it anew
    if (
      constraint.source === undefined &&
      [...roots, ...earlier.flatMap((one) => one.constraints)].some(({ key }) => key === constraint.key)
    )
      return false
    return !earlier.some((one) =>
      one.constraints.some(({ key, expression }) => key === constraint.key && expression === constraint.expression),
    )
  })
}

/** The fixed value or pattern, unless it was asked for before. */
export function addedValue(kind: 'fixed' | 'pattern', node: TreeNode, earlier: readonly ElementDefinition[]) {
  const wanted = node.def[kind]
  return wanted === undefined || earlier.some((one) => one[kind] !== undefined && same(one[kind].value, wanted.value)) ? undefined : wanted
}
