/** Address and phone of a protected person, left out of what is served. Pure. */
import { isObject, type Json, type Resource } from '#packages/fhir'

/** @spec FHIR R4 data-absent-reason: `masked`, the information is known and not given */
const MASKED = { extension: [{ url: 'http://hl7.org/fhir/StructureDefinition/data-absent-reason', valueCode: 'masked' }] }

const withheld = ['telecom', 'address'] as const

/** One absent value in the place of however many there were; their number would tell something too. */
function without(of: Record<string, Json>): Record<string, Json> {
  const copy = { ...of }
  for (const name of withheld)
    if (copy[name] !== undefined) copy[name] = Array.isArray(copy[name]) ? [structuredClone(MASKED)] : structuredClone(MASKED)
  return copy
}

/** A Patient without address and telecom, its own and its contacts'; the narrative goes, because it may say them again. */
export function withoutContact(patient: Resource): Resource {
  const { text: _narrative, ...rest } = without(patient)
  const contact = Array.isArray(rest.contact) ? rest.contact.map((one) => (isObject(one) ? without(one) : one)) : undefined
  return { ...rest, ...(contact ? { contact } : {}) } as Resource
}

/** Whether anything of a Patient is withheld by `withoutContact`. */
export const hasContact = (patient: Resource): boolean => JSON.stringify(withoutContact(patient)) !== JSON.stringify(patient)
