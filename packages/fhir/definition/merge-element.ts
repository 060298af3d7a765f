/** What a differential says of an element, laid over what its base says. @spec http://hl7.org/fhir/R4/profiling.html#snapshot */
import type { Binding, Constraint, ElementDefinition, Slicing } from './model.ts'
import type { ElementPart } from './normalise.ts'

/** Constraints add up; one that is said again under its key is said anew. */
function mergedConstraints(below: readonly Constraint[], own: readonly Constraint[] | undefined, url: string): readonly Constraint[] {
  if (!own) return below
  const said = new Map(below.map((constraint) => [constraint.key, constraint]))
  for (const constraint of own)
    said.set(constraint.key, constraint.source ? constraint : { ...constraint, source: said.get(constraint.key)?.source ?? url })
  return [...said.values()]
}

function mergedBinding(below: Binding | undefined, own: Binding | undefined): Binding | undefined {
  if (!own) return below
  const max = own.max ?? below?.max
  const valueSet = own.valueSet || (below?.valueSet ?? '')
  return valueSet === '' && max === undefined ? undefined : { strength: own.strength, valueSet, ...(max ? { max } : {}) }
}

function mergedSlicing(below: Slicing | undefined, own: Slicing | undefined): Slicing | undefined {
  if (!own || !below || own.discriminators.length > 0) return own ?? below
  return { ...own, discriminators: below.discriminators }
}

/** The element after the differential; its place stays, what is not said stays. */
export function mergeElement(below: ElementDefinition, own: ElementPart, url: string): ElementDefinition {
  const { id: _id, path: _path, base: _base, sliceName: _sliceName, contentReference: _reference, ...said } = own
  const binding = mergedBinding(below.binding, own.binding)
  const slicing = mergedSlicing(below.slicing, own.slicing)
  const { isModifier, isSummary, mustSupport, binding: _binding, ...rest } = { ...below, ...said }
  return {
    ...rest,
    ...(isModifier ? { isModifier } : {}),
    ...(isSummary ? { isSummary } : {}),
    ...(mustSupport ? { mustSupport } : {}),
    constraints: mergedConstraints(below.constraints, own.constraints, url),
    ...(binding ? { binding } : {}),
    ...(slicing ? { slicing } : {}),
  }
}
