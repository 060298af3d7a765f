import { elementsOf, isObject, type Json, parseReference, type Resource } from '#packages/fhir'
import { keyOfId, patientReferences, sharedTypes } from '../ids.ts'
import { isOwnAddress } from '../own-address.ts'

/**
 * Types that may name a patient and need not. Without one of this server they are the institution's own work (a list, a calendar, a letter to a
 * payer) and only that institution reads them. Every other type that can name a patient must.
 */
const patientOptional: ReadonlySet<string> = new Set([
  'Account',
  'Appointment',
  'AppointmentResponse',
  'Basic',
  'Communication',
  'CommunicationRequest',
  'Contract',
  'Device',
  'Invoice',
  'List',
  'MeasureReport',
  'Provenance',
  'QuestionnaireResponse',
  'SupplyDelivery',
  'SupplyRequest',
  'Task',
])

/** Whether an element of the type can name a patient. */
function canNamePatient(type: string): boolean {
  const elements = elementsOf(type)
  return patientReferences.some((name) => {
    const row = elements.get(name)
    return row?.types.includes('Reference') === true && (row.targets === undefined || row.targets.includes('Patient'))
  })
}

/** Whose a resource is: a person's, everybody's register, or the writing institution's alone. */
export type Owner =
  | { kind: 'person'; key: string }
  | { kind: 'shared' }
  | { kind: 'institution' }
  | { kind: 'nobody-named' }
  | { kind: 'several' }

/** Where a reference will lead, where it names an entry of the same transaction; undefined for any other. */
export type PlaceOf = (reference: string) => string | undefined

const references = (value: Json | undefined): string[] =>
  Array.isArray(value) ? value.flatMap(references) : isObject(value) && typeof value.reference === 'string' ? [value.reference] : []

const direct = (resource: Resource): string[] => patientReferences.flatMap((name) => references(resource[name]))

/** References that say whose a resource is; `about` those of a statement about another resource. */
function ownReferences(resource: Resource): { own: string[]; about: string[] } {
  const { resourceType: type, participant } = resource
  const participants = Array.isArray(participant) ? participant : []
  const own = [
    ...direct(resource),
    ...participants.flatMap((p) => (isObject(p) ? references(p.actor) : [])),
    ...(type === 'AppointmentResponse' ? references(resource.actor) : []),
    ...(type === 'Binary' ? references(resource.securityContext) : []),
  ]
  return { own, about: type === 'Provenance' ? references(resource.target) : [] }
}

/** Every reference that has a say in whose the resource is: until each leads somewhere, nobody knows. */
export function ownerReferences(resource: Resource): string[] {
  const { own, about } = ownReferences(resource)
  return [...own, ...about]
}

/** The patients a resource names as its own, each once. */
export function patientsOf(resource: Resource, placeOf?: PlaceOf): string[] {
  const placed = (reference: string) => placeOf?.(reference) ?? reference
  const { own, about } = ownReferences(resource)
  const ids = [...own.map(placed), ...about.map(placed).flatMap(patientOfTarget)].flatMap((reference) => {
    const target = targetHere(reference)
    return target?.type === 'Patient' ? [keyOfId(target.id)] : []
  })
  return [...new Set(ids)]
}

/** What a reference leads to on this server. The same type and id on another server is somebody else. @spec FHIR R4 references, literal */
function targetHere(reference: string): { type: string; id: string } | null {
  const target = parseReference(reference)
  if (target?.id === undefined || (target.absolute && !isOwnAddress(reference))) return null
  return { type: target.type, id: target.id }
}

/** A statement about a resource is about its patient, where the resource's id tells whose it is. */
function patientOfTarget(reference: string): string[] {
  const target = targetHere(reference)
  if (!target || sharedTypes.has(target.type)) return []
  return target.type === 'Patient' || target.id.includes('.') ? [`Patient/${keyOfId(target.id)}`] : []
}

/** It says what it is about, and that is nobody's record: a device, a place, a group, a substance. */
const isAboutOthers = (resource: Resource, placeOf?: PlaceOf): boolean => {
  const types = direct(resource).map((reference) => parseReference(placeOf?.(reference) ?? reference)?.type)
  return types.length > 0 && types.every((type) => type !== undefined && type !== 'Patient')
}

/** Whose the resource is. A Patient's own key is told by its id. */
export function ownerOf(resource: Resource, placeOf?: PlaceOf): Owner {
  const { resourceType: type } = resource
  if (sharedTypes.has(type)) return { kind: 'shared' }
  if (type === 'Patient') return typeof resource.id === 'string' ? { kind: 'person', key: keyOfId(resource.id) } : { kind: 'nobody-named' }
  const named = patientsOf(resource, placeOf)
  if (named.length > 1) return { kind: 'several' }
  if (named.length === 1) return { kind: 'person', key: named[0]! }
  const free = patientOptional.has(type) || !canNamePatient(type) || isAboutOthers(resource, placeOf)
  return { kind: free ? 'institution' : 'nobody-named' }
}
