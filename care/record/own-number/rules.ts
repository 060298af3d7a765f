/**
 * The number by which an institution knows its patient (医療機関固有の患者ID), as one identifier of the Patient. Pure.
 *
 * It stands in the register of people, not in the stored text: nobody but the institution itself is ever shown it, and what is not stored
 * with the rest cannot be forgotten by one of the ways out.
 *
 * @spec JP Core Patient.identifier: urn:oid:1.2.392.100495.20.3.51.1 followed by the ten digits of the institution
 */
import { chartNumberOf, type NumberHere } from '#care/person'
import { refuse } from '#kernel/refusal'
import { firstText, identifierSystems, isObject, type Json, jsonOf, type Resource, sameNumbers, textOf, values } from '#packages/fhir'

const SYSTEM = identifierSystems.patientLocalPrefix

/** The system of an institution's own numbers. */
export const ownSystem = (institutionNumber: string): string => `${SYSTEM}1${institutionNumber}`
/** Whether a system is one of such numbers, whoever's. */
export const isOwnSystem = (system: string): boolean => system.startsWith(SYSTEM)

const isOwnNumber = (identifier: Json): boolean => isOwnSystem(firstText(identifier, 'system') ?? '')

/** A Patient without any institution's number: what is stored. */
export function withoutOwnNumbers(patient: Resource): Resource {
  if (!Array.isArray(patient.identifier) || !patient.identifier.some(isOwnNumber)) return patient
  const { identifier, ...rest } = patient
  const others = identifier.filter((one) => !isOwnNumber(one))
  return sameNumbers(patient, { ...rest, ...(others.length > 0 ? { identifier: others } : {}) }) as Resource
}

/** The number a Patient states for its sender, and the identifier as written. */
export type StatedNumber = { number: string; written: string }

/**
 * The sender's own number, or null where none is stated. An institution speaks for itself alone, and knows a patient by one number.
 * @refuses institution-mismatch, input-invalid
 */
export function statedNumber(patient: Resource, institutionNumber: string): StatedNumber | null {
  const [one, ...more] = values(patient, 'identifier').filter(isOwnNumber)
  if (one === undefined) return null
  for (const identifier of [one, ...more]) {
    const system = firstText(identifier, 'system') ?? ''
    if (system !== ownSystem(institutionNumber))
      refuse('institution-mismatch', { sent: system.slice(SYSTEM.length + 1, SYSTEM.length + 31), own: institutionNumber })
  }
  const number = chartNumberOf(firstText(one, 'value') ?? '')
  if (number === null || more.length > 0) return refuse('input-invalid', { what: 'Patient.identifier' })
  return { number, written: JSON.stringify(one) }
}

/** The text of a stored Patient with the reader's own number as its first identifier. */
export function withOwnNumber(body: string, { number, written }: NumberHere, institutionNumber: string): string {
  const patient = jsonOf(body) as Resource
  const { resourceType, id, meta, identifier, ...rest } = patient
  const own = (written === null ? { system: ownSystem(institutionNumber), value: number } : jsonOf(written)) as Json
  const others = Array.isArray(identifier) ? identifier : []
  const first = { resourceType, ...(id === undefined ? {} : { id }), ...(meta === undefined ? {} : { meta }) }
  return isObject(patient) ? textOf(sameNumbers(patient, { ...first, identifier: [own, ...others], ...rest })) : body
}
