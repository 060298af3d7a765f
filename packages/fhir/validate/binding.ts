/** Required bindings: the code must come from the value set. @spec http://hl7.org/fhir/R4/terminologies.html#required */
import type { Json, JsonObject } from '../model.ts'
import { asObject, objects, shown } from './invariant/terms.ts'
import type { Binding } from './shape.ts'

function isMember(binding: Binding, coding: JsonObject): boolean {
  if (typeof coding.code !== 'string' || typeof coding.system !== 'string') return false
  return binding.systemsByCode.get(coding.code)?.includes(coding.system) === true
}

const systemAndCode = (coding: JsonObject) => `${shown(coding.system)}|${shown(coding.code)}`

function conceptProblem(binding: Binding, concept: JsonObject): string | null {
  const codings = objects(concept, 'coding')
  if (codings.some((coding) => isMember(binding, coding))) return null
  // an extension may say why there is no code (data-absent-reason)
  if (concept.extension !== undefined || codings.some((coding) => coding.extension !== undefined)) return null
  return codings[0] ? systemAndCode(codings[0]) : shown(concept.text)
}

/** The code that is not in the value set, as text to show; null where the binding is kept or does not apply to this type. */
export function bindingProblem(binding: Binding, type: string, value: Json): string | null {
  if (typeof value === 'string') return binding.systemsByCode.has(value) ? null : value.slice(0, 60)
  if (type === 'CodeableConcept') return conceptProblem(binding, asObject(value))
  if (type !== 'Coding') return null
  const coding = asObject(value)
  return coding.extension !== undefined || isMember(binding, coding) ? null : systemAndCode(coding)
}
