import type { Person } from '#care/person'
import { eCSProfile, extensions, identifierSystems, type Json, type Resource } from '#packages/fhir'

/** The register's person as a FHIR Patient (JP Core / eCS shape): names in kanji and kana, member ids as issued, newest first. */
export function patientResource(person: Person, about: { key: string; memberIds: readonly string[]; at: Date }): Resource {
  const name = (text: string, representation: 'IDE' | 'SYL'): Json[] => {
    if (text === '') return []
    const [family, ...given] = text.split(/[ 　]/).filter((part) => part !== '')
    return [
      {
        extension: [{ url: extensions.nameRepresentation, valueCode: representation }],
        use: 'official',
        text,
        ...(family ? { family } : {}),
        ...(given.length > 0 ? { given } : {}),
      },
    ]
  }
  return {
    resourceType: 'Patient',
    id: about.key,
    meta: { versionId: '1', lastUpdated: about.at.toISOString(), profile: [eCSProfile('Patient')] },
    ...(about.memberIds.length > 0 ? { identifier: about.memberIds.map((value) => ({ system: identifierSystems.memberId, value })) } : {}),
    active: true,
    name: [...name(person.name, 'IDE'), ...name(person.nameKana, 'SYL')],
    ...(person.phone === '' ? {} : { telecom: [{ system: 'phone', value: person.phone }] }),
    gender: person.sex,
    ...(person.birthDate === '' ? {} : { birthDate: person.birthDate }),
    ...(person.address === ''
      ? {}
      : { address: [{ text: person.address, ...(person.postalCode === '' ? {} : { postalCode: person.postalCode }), country: 'JP' }] }),
  }
}
