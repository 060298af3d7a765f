/** The date that stands beside a resource, so that a person's resources are read newest first without asking for the date of each. */
import { searchParametersFor } from '#packages/fhir'
import type { DateRow } from '../index-rows.ts'

/** Of each type the date it is sorted by most, where that is not `date`; an element that never repeats. */
const named: Readonly<Record<string, string>> = {
  Basic: 'created',
  Bundle: 'timestamp',
  ChargeItem: 'occurrence',
  Claim: 'created',
  ClaimResponse: 'created',
  Communication: 'sent',
  CommunicationRequest: 'authored',
  Condition: 'onset-date',
  Contract: 'issued',
  CoverageEligibilityRequest: 'created',
  CoverageEligibilityResponse: 'created',
  DetectedIssue: 'identified',
  DeviceRequest: 'authored-on',
  DocumentManifest: 'created',
  ExplanationOfBenefit: 'created',
  Goal: 'start-date',
  ImagingStudy: 'started',
  Media: 'created',
  MedicationAdministration: 'effective-time',
  MedicationDispense: 'whenhandedover',
  MedicationRequest: 'authoredon',
  MedicationStatement: 'effective',
  NutritionOrder: 'datetime',
  Provenance: 'recorded',
  QuestionnaireResponse: 'authored',
  RequestGroup: 'authored',
  ServiceRequest: 'authored',
  Specimen: 'collected',
  Task: 'authored-on',
  VisionPrescription: 'datewritten',
}

const known = new Map<string, string | null>()

/** The date parameter of a type whose value stands in `resource.sort_at`; null where it has none. */
export function sortDateOf(type: string): string | null {
  const found = known.get(type)
  if (found !== undefined) return found
  const dates = searchParametersFor(type).filter((p) => p.kind === 'date')
  const code = named[type] ?? 'date'
  const out = dates.some((p) => p.code === code) ? code : null
  known.set(type, out)
  return out
}

/** What a resource is sorted by: the beginning of its date; its end where the date has no beginning. An instant in UTC. */
export function sortAtOf(type: string, dates: readonly DateRow[]): string | null {
  const code = dates.length === 0 ? null : sortDateOf(type)
  const date = code === null ? undefined : dates.find((d) => d.param === code)
  return date?.lo ?? date?.hi ?? null
}

let filled = false

/** Whether every stored resource has its date beside it: until then dates are read from the index rows. */
export const sortDatesFilled = (): boolean => filled

export const setSortDatesFilled = (value: boolean): void => {
  filled = value
}
