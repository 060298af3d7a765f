/** Invariants of clinical resources. @spec http://hl7.org/fhir/R4/resourcelist.html (each resource's Constraints) */
import { asObject, has, hasChoice, hasCode, type Invariant, notAfter, objects } from './terms.ts'
import type { JsonObject } from '../../model.ts'

const conditionClinical = 'http://terminology.hl7.org/CodeSystem/condition-clinical'
const conditionCategory = 'http://terminology.hl7.org/CodeSystem/condition-category'
const conditionVerification = 'http://terminology.hl7.org/CodeSystem/condition-ver-status'
const allergyVerification = 'http://terminology.hl7.org/CodeSystem/allergyintolerance-verification'
const enteredInError = (v: JsonObject, system: string) => hasCode(v.verificationStatus, system, 'entered-in-error')
const isProblem = (v: JsonObject) => objects(v, 'category').some((category) => hasCode(category, conditionCategory, 'problem-list-item'))

const keyOf = (coding: JsonObject) => JSON.stringify([coding.system, coding.version, coding.code])

/** Does a component repeat the code of the Observation itself? */
function repeatsOwnCode(observation: JsonObject): boolean {
  const own = new Set(objects(asObject(observation.code), 'coding').map(keyOf))
  return objects(observation, 'component').some((part) => objects(asObject(part.code), 'coding').some((coding) => own.has(keyOf(coding))))
}

export const clinicalInvariants: readonly Invariant[] = [
  {
    key: 'ait-1',
    on: 'AllergyIntolerance',
    test: (v) => enteredInError(v, allergyVerification) || has(v, 'clinicalStatus'),
    ja: '誤登録(entered-in-error)でなければclinicalStatusが必要です。',
    en: 'clinicalStatus must be present unless verificationStatus is entered-in-error.',
  },
  {
    key: 'ait-2',
    on: 'AllergyIntolerance',
    test: (v) => !enteredInError(v, allergyVerification) || !has(v, 'clinicalStatus'),
    ja: '誤登録(entered-in-error)ではclinicalStatusを書けません。',
    en: 'clinicalStatus must not be present where verificationStatus is entered-in-error.',
  },
  {
    key: 'cpl-3',
    on: 'CarePlan.activity',
    test: (v) => !has(v, 'detail') || !has(v, 'reference'),
    ja: 'detailとreferenceは一緒に書けません。',
    en: 'Provide a reference or a detail, not both.',
  },
  {
    key: 'cmp-1',
    on: 'Composition.section',
    test: (v) => has(v, 'text') || has(v, 'entry') || has(v, 'section'),
    ja: 'セクションにはtext、entry、下位のsectionのどれかが必要です。',
    en: 'A section must contain text, entries or sub-sections.',
  },
  {
    key: 'cmp-2',
    on: 'Composition.section',
    test: (v) => !has(v, 'emptyReason') || !has(v, 'entry'),
    ja: 'emptyReasonは空のセクションだけに書けます。',
    en: 'A section can only have an emptyReason if it is empty.',
  },
  {
    key: 'con-1',
    on: 'Condition.stage',
    test: (v) => has(v, 'summary') || has(v, 'assessment'),
    ja: '病期にはsummaryかassessmentが必要です。',
    en: 'A stage must have a summary or an assessment.',
  },
  {
    key: 'con-2',
    on: 'Condition.evidence',
    test: (v) => has(v, 'code') || has(v, 'detail'),
    ja: '根拠にはcodeかdetailが必要です。',
    en: 'Evidence must have a code or details.',
  },
  {
    key: 'con-3',
    on: 'Condition',
    severity: 'warning',
    test: (v) => has(v, 'clinicalStatus') || enteredInError(v, conditionVerification) || !isProblem(v),
    ja: 'プロブレムリストの病名にはclinicalStatusを書いてください。',
    en: 'A problem list item should have a clinicalStatus.',
  },
  {
    key: 'con-4',
    on: 'Condition',
    test: (v) => !hasChoice(v, 'abatement') || hasCode(v.clinicalStatus, conditionClinical, 'resolved', 'remission', 'inactive'),
    ja: '転帰(abatement)があるときのclinicalStatusはinactive、resolved、remissionのどれかです。',
    en: 'If the condition is abated, clinicalStatus must be inactive, resolved or remission.',
  },
  {
    key: 'con-5',
    on: 'Condition',
    test: (v) => !enteredInError(v, conditionVerification) || !has(v, 'clinicalStatus'),
    ja: '誤登録(entered-in-error)ではclinicalStatusを書けません。',
    en: 'clinicalStatus must not be present where verificationStatus is entered-in-error.',
  },
  {
    key: 'fhs-1',
    on: 'FamilyMemberHistory',
    test: (v) => !hasChoice(v, 'age') || !hasChoice(v, 'born'),
    ja: 'ageとbornは一緒に書けません。',
    en: 'There can be age[x] or born[x], but not both.',
  },
  {
    key: 'fhs-2',
    on: 'FamilyMemberHistory',
    test: (v) => hasChoice(v, 'age') || !has(v, 'estimatedAge'),
    ja: 'estimatedAgeは年齢があるときだけ書けます。',
    en: 'There can only be estimatedAge if age[x] is present.',
  },
  {
    key: 'gol-1',
    on: 'Goal.target',
    test: (v) => !hasChoice(v, 'detail') || has(v, 'measure'),
    ja: 'detailがあるときはmeasureが必要です。',
    en: 'A target with a detail must have a measure.',
  },
  {
    key: 'imm-1',
    on: 'Immunization.education',
    test: (v) => has(v, 'documentType') || has(v, 'reference'),
    ja: 'documentTypeかreferenceが必要です。',
    en: 'One of documentType or reference must be present.',
  },
  {
    key: 'imr-1',
    on: 'ImmunizationRecommendation.recommendation',
    test: (v) => has(v, 'vaccineCode') || has(v, 'targetDisease'),
    ja: 'vaccineCodeかtargetDiseaseが必要です。',
    en: 'One of vaccineCode or targetDisease must be present.',
  },
  {
    key: 'mad-1',
    on: 'MedicationAdministration.dosage',
    test: (v) => has(v, 'dose') || hasChoice(v, 'rate'),
    ja: 'doseかrateが必要です。',
    en: 'At least one of dose or rate[x] must be present.',
  },
  {
    key: 'mdd-1',
    on: 'MedicationDispense',
    test: (v) => notAfter(v.whenPrepared, v.whenHandedOver),
    ja: '交付が調製より前になっています。',
    en: 'whenHandedOver cannot be before whenPrepared.',
  },
  {
    key: 'nor-1',
    on: 'NutritionOrder',
    severity: 'warning',
    test: (v) => has(v, 'oralDiet') || has(v, 'supplement') || has(v, 'enteralFormula'),
    ja: '経口食、補助食品、経腸栄養のどれかを書いてください。',
    en: 'An oral diet, a supplement or an enteral formula should be given.',
  },
  {
    key: 'obs-3',
    on: 'Observation.referenceRange',
    test: (v) => has(v, 'low') || has(v, 'high') || has(v, 'text'),
    ja: '基準範囲にはlow、high、textのどれかが必要です。',
    en: 'A reference range must have a low, a high or a text.',
  },
  {
    key: 'obs-6',
    on: 'Observation',
    test: (v) => !has(v, 'dataAbsentReason') || !hasChoice(v, 'value'),
    ja: '値があるときdataAbsentReasonは書けません。',
    en: 'dataAbsentReason must not be present together with a value.',
  },
  {
    key: 'obs-7',
    on: 'Observation',
    test: (v) => !hasChoice(v, 'value') || !repeatsOwnCode(v),
    ja: 'componentが本体と同じコードのとき、本体に値は書けません。',
    en: 'Where a component repeats the code of the observation, the observation must have no value of its own.',
  },
  {
    key: 'rqg-1',
    on: 'RequestGroup.action',
    test: (v) => has(v, 'resource') !== has(v, 'action'),
    ja: 'resourceかactionのどちらか一方が必要です。',
    en: 'There must be a resource or actions, but not both.',
  },
  {
    key: 'prr-1',
    on: 'ServiceRequest',
    test: (v) => !has(v, 'orderDetail') || has(v, 'code'),
    ja: 'orderDetailはcodeがあるときだけ書けます。',
    en: 'orderDetail must only be present if code is present.',
  },
]
