import type { Json, JsonObject, Resource } from '../../model.ts'
import { codeSystems, coreProfile, eCSProfile, extensions, identifierSystems } from '../canonicals.ts'
import type { FlagsInput, PatientInput, SenderInput } from './input.ts'

/** Drops elements that are undefined, so that optional input leaves no trace. */
export function only(elements: Record<string, Json | undefined>): JsonObject {
  return Object.fromEntries(Object.entries(elements).filter((pair): pair is [string, Json] => pair[1] !== undefined))
}

export const resourceId = (value: string): Json[] => [{ system: identifierSystems.resourceInstance, value }]

export const coded = (system: string, code: string, display?: string): JsonObject => only({ system, code, display })

export const concept = (system: string, code: string, display?: string): JsonObject => ({ coding: [coded(system, code, display)] })

/** `meta` of a resource: when it last changed, its profile, its flags. */
export function meta(lastUpdated: string, profile: string, flags: FlagsInput = {}): JsonObject {
  const tags = [
    ...(flags.longTermStorage ? [coded(codeSystems.indication, 'LTS', '長期保存')] : []),
    ...(flags.uninformed ? [coded(codeSystems.indication, 'UNINFORMED', '未告知')] : []),
    ...(flags.undelivered ? [coded(codeSystems.indication, 'UNDELIVERED', '未提供')] : []),
  ]
  return only({ lastUpdated, profile: [profile], tag: tags.length > 0 ? tags : undefined })
}

export const institutionExtension = (institutionNumber: string): JsonObject => ({
  url: extensions.institutionNumber,
  valueIdentifier: { system: identifierSystems.institution, value: institutionNumber },
})

export const departmentExtension = (department: SenderInput['department']): JsonObject => ({
  url: extensions.department,
  valueCodeableConcept: { ...concept(codeSystems.department, department.code, department.name), text: department.name },
})

type Name = { family: string; given: string; familyKana: string; givenKana: string }

const names = (name: Name): Json[] => [written('IDE', name.family, name.given), written('SYL', name.familyKana, name.givenKana)]

const written = (representation: 'IDE' | 'SYL', family: string, given: string): JsonObject => ({
  extension: [{ url: extensions.nameRepresentation, valueCode: representation }],
  use: 'official',
  text: `${family} ${given}`,
  family,
  given: [given],
})

export function makePatient(patient: PatientInput, institutionNumber: string, at: string): Resource {
  const member = {
    system: patient.publicAssistance ? identifierSystems.publicPayerId : identifierSystems.memberId,
    value: patient.memberId,
  }
  const local = patient.localId && { system: `${identifierSystems.patientLocalPrefix}1${institutionNumber}`, value: patient.localId }
  const { address } = patient
  return {
    resourceType: 'Patient',
    ...only({
      meta: meta(at, eCSProfile('Patient')),
      extension: [institutionExtension(institutionNumber)],
      identifier: local ? [local, member] : [member],
      name: names(patient),
      telecom: patient.phone === undefined ? undefined : [{ system: 'phone', value: patient.phone, use: 'home' }],
      gender: patient.gender,
      birthDate: patient.birthDate,
      address: [
        only({
          text: `${address.state}${address.city}${address.line}`,
          state: address.state,
          city: address.city,
          line: [address.line],
          postalCode: address.postalCode,
          country: 'JP',
        }),
      ],
    }),
  }
}

const doctorIdentifier = (sender: SenderInput): Json[] => [
  { system: `${identifierSystems.doctorLocalPrefix}1${sender.institutionNumber}`, value: sender.doctor.id },
]

/** The visit and the doctor inside an item, referred to by `#encounter` and `#doctor`. */
export const containedEncounter = (visitId: string): Resource => ({
  resourceType: 'Encounter',
  id: 'encounter',
  meta: { profile: [coreProfile('Encounter')] },
  identifier: resourceId(visitId),
  status: 'finished',
  class: coded(codeSystems.encounterClass, 'AMB', '外来'),
})

export const containedDoctor = (sender: SenderInput): Resource => ({
  resourceType: 'Practitioner',
  id: 'doctor',
  meta: { profile: [coreProfile('Practitioner')] },
  identifier: doctorIdentifier(sender),
  name: names(sender.doctor),
})

export const makePractitioner = (sender: SenderInput, at: string, profile = eCSProfile('Practitioner')): Resource => ({
  resourceType: 'Practitioner',
  meta: meta(at, profile),
  identifier: doctorIdentifier(sender),
  name: names(sender.doctor),
})

export const makeOrganization = (
  organization: { institutionNumber: string; name: string; department?: SenderInput['department'] },
  at: string,
  profile = eCSProfile('Organization'),
): Resource => ({
  resourceType: 'Organization',
  ...only({
    meta: meta(at, profile),
    extension: organization.department === undefined ? undefined : [departmentExtension(organization.department)],
    identifier: [{ system: identifierSystems.institution, value: organization.institutionNumber }],
    type: [concept(codeSystems.organizationType, 'prov')],
    name: organization.name,
  }),
})

export const makeEncounter = (id: string, at: string, more: JsonObject = {}, profile = eCSProfile('Encounter')): Resource => ({
  resourceType: 'Encounter',
  meta: meta(at, profile),
  identifier: resourceId(id),
  status: 'finished',
  class: coded(codeSystems.encounterClass, 'AMB', '外来'),
  ...more,
})
