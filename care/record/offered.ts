/** Which interactions of FHIR the record offers for a type: read by the services that refuse, and by the CapabilityStatement. */
import { refuse } from '#kernel/refusal'
import { isResourceType } from '#packages/fhir'
import { ownTypes } from './ids.ts'

/** @spec http://hl7.org/fhir/R4/valueset-type-restful-interaction.html */
export type TypeInteraction =
  | 'read'
  | 'vread'
  | 'update'
  | 'patch'
  | 'delete'
  | 'history-instance'
  | 'history-type'
  | 'create'
  | 'search-type'

/** What the platform's own services make is theirs to show; a person's place in the register is not deleted by one institution. */
export function offers(type: string, interaction: TypeInteraction): boolean {
  if (!isResourceType(type) || ownTypes.has(type)) return false
  return interaction !== 'delete' || type !== 'Patient'
}

/** @refuses type-unknown, interaction-unsupported */
export function requireOffered(type: string, interaction: TypeInteraction): void {
  if (!isResourceType(type)) refuse('type-unknown', { type: type.slice(0, 60) })
  if (!offers(type, interaction)) refuse('interaction-unsupported', { type, interaction })
}
