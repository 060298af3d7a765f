/** The R4 element tree: what each resource, datatype and part of one may hold. Read lazily from the generated rows. */
import type { ElementRow, ShapeRow, ValueSetRow } from './generated-rows.ts'
import primitiveRows from './generated/primitives.json' with { type: 'json' }
import structureRows from './generated/structure.json' with { type: 'json' }
import valueSetRows from './generated/value-sets.json' with { type: 'json' }

const rows = new Map(Object.entries(structureRows as Record<string, ShapeRow>))
const valueSets = new Map(Object.entries(valueSetRows as Record<string, ValueSetRow>))
const primitives = new Set(Object.keys(primitiveRows))
const merged = new Map<string, ReadonlyMap<string, ElementRow>>()

/** Concrete R4 resource types, alphabetical. */
export const resourceTypes: readonly string[] = [...rows].flatMap(([name, row]) => (row.kind === 'resource' && !row.abstract ? [name] : []))
const resourceTypeSet = new Set(resourceTypes)

/** Is this the name of a concrete R4 resource type? */
export const isResourceType = (name: string): boolean => resourceTypeSet.has(name)

/** Is this the name of an R4 primitive type (`date`, `code`, ...)? */
export const isPrimitive = (type: string): boolean => primitives.has(type)

/** Is this the name of an R4 type of any kind: resource, datatype, primitive, abstract or a part (`Patient.contact`)? */
export const isKnownType = (name: string): boolean => primitives.has(name) || rows.has(name)

/** Elements of a shape, inherited ones first. Choice elements keep their `value[x]` name. */
export function elementsOf(shape: string): ReadonlyMap<string, ElementRow> {
  const known = merged.get(shape)
  if (known) return known
  const row = rows.get(shape)
  const inherited: Iterable<[string, ElementRow]> = row?.base ? elementsOf(row.base) : []
  const elements = new Map([...inherited, ...Object.entries(row?.elements ?? {})])
  merged.set(shape, elements)
  return elements
}

/** Name of the shape a type points to: `@Patient.contact` to `Patient.contact`; other types are their own. */
export const shapeName = (type: string): string => (type.startsWith('@') ? type.slice(1) : type)

/** Does the shape inherit from this base, at any distance? */
export function isA(shape: string, base: string): boolean {
  for (let at: string | undefined = shape; at; at = rows.get(at)?.base) if (at === base) return true
  return false
}

/** Codes by system of a value set with a required binding; undefined: checked by form only. */
export const valueSetOf = (url: string): ValueSetRow | undefined => valueSets.get(url)

/** Names under which any shape writes an element of one of these types, choices by the type they bear (`valueUri`). */
export function namesOfType(types: ReadonlySet<string>): Set<string> {
  const names = [...rows.values()].flatMap(({ elements = {} }) =>
    Object.entries(elements).flatMap(([name, row]) =>
      row.types.filter((type) => types.has(type)).map((type) => (name.endsWith('[x]') ? choiceName(name, type) : name)),
    ),
  )
  return new Set(names)
}

/** `value[x]` with type `Quantity` is written `valueQuantity`. */
export const choiceName = (element: string, type: string): string => element.slice(0, -3) + type[0]!.toUpperCase() + type.slice(1)
