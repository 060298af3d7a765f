import type { Resource } from '../../model.ts'
import { bundleProfiles, codeSystems, identifierSystems } from '../canonicals.ts'
import { type ItemInput, type PatientInput, type SenderInput, uuidFrom } from './input.ts'
import { makeItem } from './item.ts'
import { makePatient, meta } from './person.ts'

/** A submission of one type of item for one person. */
export type FiveItemInput = {
  sender: SenderInput
  patient: PatientInput
  /** Type of the items; needed by itself because an empty list asks to delete all that was sent under this identifier. */
  type: ItemInput['type']
  items: ItemInput[]
  /** Unique within institution and year; up to 36 letters, digits, hyphens. */
  localId: string
  year: number
  /** When the Bundle was made, with milliseconds and zone. */
  at: string
}

export const bundleId = (sender: SenderInput, year: number, localId: string) => ({
  system: identifierSystems.bundle,
  value: `${sender.institutionNumber}^${year}^${localId}`,
})

/** A valid five-item Bundle. @spec JP_Bundle_CLINS 1.5.2 */
export function makeFiveItemBundle(input: FiveItemInput): Resource {
  const identifier = bundleId(input.sender, input.year, input.localId)
  const patientUrl = `urn:uuid:${uuidFrom(`${identifier.value}/Patient`)}`
  const context = { sender: input.sender, patientUrl, at: input.at }
  return {
    resourceType: 'Bundle',
    meta: {
      ...meta(input.at, bundleProfiles.fiveItems),
      tag: [{ system: codeSystems.bundleResourceType, code: input.type }],
    },
    identifier,
    type: 'collection',
    timestamp: input.at,
    entry: [
      { fullUrl: patientUrl, resource: makePatient(input.patient, input.sender.institutionNumber, input.at) },
      ...input.items.map((item, index) => ({
        fullUrl: `urn:uuid:${uuidFrom(`${identifier.value}/${item.type}/${index}/${item.id}`)}`,
        resource: makeItem(item, context),
      })),
    ],
  }
}
