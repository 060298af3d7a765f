/** Address and phone of a protected person, left out of what is served. Pure. */
import { isObject, type Json, jsonOf, type Resource, sameNumbers, textOf } from '#packages/fhir'

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

/** Types that tell where somebody lives, or those who live with them. */
export const contactTypes: readonly string[] = ['Patient', 'RelatedPerson']
const tells = (type: unknown): boolean => typeof type === 'string' && contactTypes.includes(type)

/** Without address and telecom, its own and its contacts'; the narrative goes, because it may say them again. */
function hidden(person: Record<string, Json>): Record<string, Json> {
  const { text: _narrative, ...rest } = without(person)
  const contact = Array.isArray(rest.contact) ? rest.contact.map((one) => (isObject(one) ? without(one) : one)) : undefined
  return { ...rest, ...(contact ? { contact } : {}) }
}

/**
 * A resource without where its people live: a Patient, a RelatedPerson, and those that another resource contains. A document (a Bundle) is
 * never changed, because its signature would break.
 */
export function withoutContact(resource: Resource): Resource {
  if (tells(resource.resourceType)) return sameNumbers(resource, hidden(resource)) as Resource
  const { contained } = resource
  if (resource.resourceType === 'Bundle' || !Array.isArray(contained)) return resource
  const inner = contained.map((one) => (isObject(one) && tells(one.resourceType) ? sameNumbers(one, hidden(one)) : one))
  return sameNumbers(resource, { ...resource, contained: inner }) as Resource
}

/** Whether a stored text may tell where somebody lives, by the look of it. */
export const mayTell = ({ type, body }: { type: string; body: string }): boolean =>
  tells(type) || (type !== 'Bundle' && body.includes('"contained"') && contactTypes.some((one) => body.includes(`"resourceType":"${one}"`)))

/** A stored text without where somebody lives; numbers stay as they were written. */
export const textWithoutContact = (body: string): string => textOf(withoutContact(jsonOf(body) as Resource))

/** Whether anything of a resource is withheld by `withoutContact`. */
export const hasContact = (resource: Resource): boolean => JSON.stringify(withoutContact(resource)) !== JSON.stringify(resource)
