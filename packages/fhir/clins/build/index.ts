/** Builders of valid submissions from plain facts: for synthetic people, journeys and tests. */
export { type CheckupInput, type CheckupResultInput, makeCheckup } from './checkup.ts'
export type { DocumentInput } from './document.ts'
export { type FiveItemInput, makeFiveItemBundle } from './five-items.ts'
export {
  type AllergyInput,
  type ConditionInput,
  type FlagsInput,
  type ItemInput,
  type LaboratoryInput,
  type MedicationInput,
  type PatientInput,
  type SenderInput,
  uuidFrom,
} from './input.ts'
export { allergenSystemOf, type ItemContext, makeAllergy, makeCondition, makeItem, makeLaboratory, makeMedication } from './item.ts'
export {
  type CarePlanInput,
  type DischargeSummaryInput,
  makeCarePlan,
  makeDischargeSummary,
  makeReferral,
  type ReferralInput,
} from './letters.ts'
export { makeEncounter, makeOrganization, makePatient, makePractitioner } from './person.ts'
