/** Compiles the element tree into checks: one shape at a time, when it is first met. */
import type { ElementRow } from '../generated-rows.ts'
import { bundleInvariants } from './invariant/bundle.ts'
import { administrativeInvariants } from './invariant/administrative.ts'
import { clinicalInvariants } from './invariant/clinical.ts'
import type { Invariant } from './invariant/terms.ts'
import { typeInvariants } from './invariant/types.ts'
import { primitiveChecks, type PrimitiveCheck } from './primitives.ts'
import { choiceName, elementsOf, isA, isPrimitive, isResourceType, shapeName, valueSetOf } from '../shapes.ts'

/** A required binding: code systems by code, because one code may stand in several. */
export type Binding = { name: string; systemsByCode: ReadonlyMap<string, readonly string[]> }

/** One property of the JSON object, ready to check. */
export type Property = {
  /** Name in a path: `value` for `valueQuantity`, `birthDate` for `_birthDate`. */
  pathName: string
  type: string
  many: boolean
  max: number
  /** Holds the id and extensions of a primitive (`_birthDate`). */
  sibling: boolean
  /** JSON name of the other half of a primitive: `_given` for `given` and back; null for other types. */
  beside: string | null
  /** Index of the choice element in the shape, -1 for a plain element. */
  choice: number
  primitive: PrimitiveCheck | null
  /** The value is itself a resource (`contained`, `Bundle.entry.resource`). */
  resource: boolean
  reference: boolean
  simpleQuantity: boolean
  binding: Binding | null
  targets: ReadonlySet<string> | null
  /** Shape of a complex value; resolved at first use, because shapes refer to each other. */
  shape: () => Shape
}

export type Shape = {
  name: string
  properties: ReadonlyMap<string, Property>
  choices: readonly string[]
  /** Each required element with the properties that satisfy it. */
  required: readonly { name: string; any: readonly string[] }[]
  invariants: readonly Invariant[]
}

const shapes = new Map<string, Shape>()
const bindings = new Map<string, Binding | null>()
const allInvariants = [...typeInvariants, ...bundleInvariants, ...clinicalInvariants, ...administrativeInvariants]

function bindingOf(url: string | undefined): Binding | null {
  if (url === undefined) return null
  const known = bindings.get(url)
  if (known !== undefined) return known
  const codes = valueSetOf(url)
  const systemsByCode = new Map<string, string[]>()
  for (const [system, list] of Object.entries(codes ?? {}))
    for (const code of list) systemsByCode.set(code, [...(systemsByCode.get(code) ?? []), system])
  const binding = codes ? { name: url.slice(url.lastIndexOf('/') + 1), systemsByCode } : null
  bindings.set(url, binding)
  return binding
}

function property(
  row: ElementRow,
  type: string,
  names: { path: string; choice: number; sibling: boolean; beside: string | null },
): Property {
  const target = names.sibling ? 'Element' : shapeName(type)
  return {
    pathName: names.path,
    type: target,
    many: row.max !== undefined && row.max !== 1,
    max: row.max === '*' ? Number.POSITIVE_INFINITY : (row.max ?? 1),
    sibling: names.sibling,
    beside: names.beside,
    choice: names.choice,
    primitive: names.sibling ? null : (primitiveChecks[target] ?? null),
    resource: isResourceType(target) || target === 'Resource',
    reference: target === 'Reference',
    simpleQuantity: row.simpleQuantity === true && target === 'Quantity',
    binding: names.sibling ? null : bindingOf(row.valueSet),
    targets: row.targets && target === 'Reference' ? new Set(row.targets) : null,
    shape: () => shapeOf(target),
  }
}

/** The compiled shape of a resource type, a datatype or a part. */
export function shapeOf(name: string): Shape {
  const known = shapes.get(name)
  if (known) return known
  const properties = new Map<string, Property>()
  const choices: string[] = []
  const required: { name: string; any: string[] }[] = []
  for (const [element, row] of elementsOf(name)) {
    const isChoice = element.endsWith('[x]')
    const path = isChoice ? element.slice(0, -3) : element
    const choice = isChoice ? choices.push(path) - 1 : -1
    const any: string[] = []
    for (const type of row.types) {
      const json = isChoice ? choiceName(element, type) : element
      any.push(json)
      const primitive = isPrimitive(type) && type !== 'xhtml'
      properties.set(json, property(row, type, { path, choice, sibling: false, beside: primitive ? `_${json}` : null }))
      if (!primitive) continue
      any.push(`_${json}`)
      properties.set(`_${json}`, property(row, type, { path, choice, sibling: true, beside: json }))
    }
    if (row.min !== undefined) required.push({ name: element, any })
  }
  const shape: Shape = { name, properties, choices, required, invariants: allInvariants.filter((invariant) => isA(name, invariant.on)) }
  shapes.set(name, shape)
  return shape
}
