/** Compiles the element tree into checks: one shape at a time, when it is first met. */
import type { Binding as DefinedBinding, Constraint, Definitions, ElementDefinition } from '../definition/model.ts'
import type { ElementRow } from '../generated-rows.ts'
import { choiceName, elementsOf, isPrimitive, isResourceType, shapeName, valueSetOf } from '../shapes.ts'
import { type Rule, rulesFor } from './invariant/rule.ts'
import { primitiveChecks, type PrimitiveCheck } from './primitives.ts'

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
  /** Required binding whose codes are at hand. */
  binding: Binding | null
  /** Binding of any strength as the definition has it; null where no terminology is bound. */
  bound: DefinedBinding | null
  targets: ReadonlySet<string> | null
  /** Invariants that stand on this element of its parent, not on its type. */
  rules: readonly Rule[] | null
  /** Shape of a complex value; resolved at first use, because shapes refer to each other. */
  shape: () => Shape
}

export type Shape = {
  name: string
  properties: ReadonlyMap<string, Property>
  choices: readonly string[]
  /** Each required element with the properties that satisfy it. */
  required: readonly { name: string; any: readonly string[] }[]
  rules: readonly Rule[]
  /** Binding of the type itself (`Age` to units of time). */
  bound: DefinedBinding | null
}

const bindings = new Map<string, Binding | null>()

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

/** What the definitions say of the shape's elements, by path; empty where the definitions do not know its type. */
function definedElements(definitions: Definitions | null, shape: string): ReadonlyMap<string, ElementDefinition> {
  const type = shape.split('.', 1)[0]!
  const found = definitions?.structure(`http://hl7.org/fhir/StructureDefinition/${type}`)
  return new Map((found?.elements ?? []).map((element) => [element.path, element]))
}

type Source = { definitions: () => Definitions | null; codes: boolean; shapeOf: (name: string) => Shape }
type Names = { path: string; choice: number; sibling: boolean; beside: string | null }
type Place = { row: ElementRow; type: string; names: Names; defined: ElementDefinition | undefined }

/** Constraints of the element itself; those of its type and of a part of its own stand on the shape. */
function rulesOn(defined: ElementDefinition | undefined, target: string, own: readonly Rule[]): readonly Rule[] | null {
  if (!defined || defined.path === target) return null
  const rules = rulesFor(`${defined.path}!`, defined.constraints).filter(({ key }) => !own.some((rule) => rule.key === key))
  return rules.length > 0 ? rules : null
}

function property(source: Source, { row, type, names, defined }: Place, own: readonly Rule[]): Property {
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
    bound: source.codes && !names.sibling ? (defined?.binding ?? null) : null,
    targets: row.targets && target === 'Reference' ? new Set(row.targets) : null,
    rules: names.sibling ? null : rulesOn(defined, target, own),
    shape: () => source.shapeOf(target),
  }
}

function compile(source: Source, name: string): Shape {
  const defined = definedElements(source.definitions(), name)
  const properties = new Map<string, Property>()
  const choices: string[] = []
  const required: { name: string; any: string[] }[] = []
  const rules = rulesFor(name, constraintsOf(name, defined))
  for (const [element, row] of elementsOf(name)) {
    const isChoice = element.endsWith('[x]')
    const path = isChoice ? element.slice(0, -3) : element
    const choice = isChoice ? choices.push(path) - 1 : -1
    const at = { row, defined: defined.get(`${name}.${element}`) }
    const any: string[] = []
    for (const type of row.types) {
      const json = isChoice ? choiceName(element, type) : element
      any.push(json)
      const primitive = isPrimitive(type) && type !== 'xhtml'
      const names = { path, choice, sibling: false, beside: primitive ? `_${json}` : null }
      properties.set(json, property(source, { ...at, type, names }, rules))
      if (!primitive) continue
      any.push(`_${json}`)
      properties.set(`_${json}`, property(source, { ...at, type, names: { ...names, sibling: true, beside: json } }, rules))
    }
    if (row.min !== undefined) required.push({ name: element, any })
  }
  const bound = source.codes ? (defined.get(name)?.binding ?? null) : null
  return { name, properties, choices, required, rules, bound }
}

/** Constraints of a type or part; the `Resource` and `Element` rules among them have native forms of their own. */
const constraintsOf = (name: string, defined: ReadonlyMap<string, ElementDefinition>): readonly Constraint[] =>
  defined.get(name)?.constraints ?? []

/** Shapes of resource types, datatypes and parts, compiled from R4 and what the definitions add to it. */
export function makeShapes(definitions: () => Definitions | null, codes: boolean): (name: string) => Shape {
  const shapes = new Map<string, Shape>()
  const source: Source = { definitions, codes, shapeOf }
  function shapeOf(name: string): Shape {
    const known = shapes.get(name)
    if (known) return known
    const shape = compile(source, name)
    shapes.set(name, shape)
    return shape
  }
  return shapeOf
}
