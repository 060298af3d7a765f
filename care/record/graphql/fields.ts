import { elementsOf, isA, isPrimitive } from '#packages/fhir'

/** A member of a FHIR value: its type, `Resource` where any resource may stand. */
export type Child = { type: string }

export const isSimple = (type: string): boolean => isPrimitive(type) || type === 'xhtml'

const shapeOf = (type: string): string => (type.startsWith('@') ? type.slice(1) : type)

/** A type as queries name it: a part of a resource without dots (`PatientContact`), `Query` where nothing is chosen yet. */
export const typeName = (type: string): string =>
  type.startsWith('@') ? type.slice(1).replaceAll(/\.(.)/g, (_, first: string) => first.toUpperCase()) : type || 'Query'

/** Whether a fragment on one type speaks of a value of another: its own type, or any that this one is a kind of. */
export const speaksOf = (condition: string, type: string): boolean => condition === typeName(type) || isA(shapeOf(type), condition)

/**
 * The member of that name, choice elements by their full name (`valueQuantity`), the id and extensions of a simple one by its name with `_`;
 * undefined where the type has none.
 */
export function childOf(type: string, name: string): Child | undefined {
  if (!name.startsWith('_')) return memberOf(type, name)
  const beside = memberOf(type, name.slice(1))
  return beside && isPrimitive(beside.type) ? { type: 'Element' } : undefined
}

function memberOf(type: string, name: string): Child | undefined {
  const elements = elementsOf(shapeOf(type))
  const plain = elements.get(name)
  if (plain?.types[0] !== undefined) return { type: plain.types[0] }
  for (const [element, row] of elements) {
    if (!element.endsWith('[x]') || !name.startsWith(element.slice(0, -3))) continue
    const rest = name.slice(element.length - 3)
    const found = row.types.find((t) => t[0]!.toUpperCase() + t.slice(1) === rest)
    if (found) return { type: found }
  }
  return undefined
}
