/** Submissions for tests: valid Bundles of every kind about a person of the test's choice. */
import {
  type ConditionInput,
  type ItemInput,
  makeCarePlan,
  makeCheckup,
  makeDischargeSummary,
  makeFiveItemBundle,
  makeReferral,
  type PatientInput,
  type Resource,
  type SenderInput,
} from '#packages/fhir'
import * as sample from '../../packages/fhir/clins/fixtures.ts'

export const { hypertension, pneumonia, drugAllergy, foodAllergy, potassium, hepatitisB, tablets } = sample

/** Who sends what about whom; `localId` is the replacement key. */
export type About = { memberId?: string; institution?: string; localId?: string; patient?: Partial<PatientInput>; at?: string }

const parts = ({ memberId, institution, localId = 'one-1', patient, at = '2026-11-20T10:00:00.000+09:00' }: About) => {
  const sender: SenderInput = { ...sample.sender, ...(institution ? { institutionNumber: institution } : {}) }
  return { sender, patient: { ...sample.patient, ...(memberId ? { memberId } : {}), ...patient }, localId, year: 2026, at }
}

/** Five items of one kind; none asks to delete what came before under the same identifier. */
export const fiveItems = (about: About, items: readonly ItemInput[], type: ItemInput['type'] = items[0]?.type ?? 'Condition'): Resource =>
  makeFiveItemBundle({ ...parts(about), type, items: [...items] })

export const marked = (item: ConditionInput, flags: NonNullable<ConditionInput['flags']>): ConditionInput => ({ ...item, flags })

export const referralTo = (about: About & { addressee: string; diagnoses?: ConditionInput[] }): Resource =>
  makeReferral({
    ...parts(about),
    addressee: { institutionNumber: about.addressee, name: 'さくら内科クリニック' },
    purpose: '血圧管理の継続をお願いします。',
    diagnoses: about.diagnoses ?? [hypertension],
    presentIllness: { condition: hypertension, text: '昨年から通院し、内服で安定している。' },
    allergies: [drugAllergy],
    laboratory: [potassium],
    medications: [tablets],
    course: '外来で経過良好。',
  })

export const dischargeSummary = (about: About): Resource =>
  makeDischargeSummary({
    ...parts(about),
    admittedOn: '2026-10-06',
    dischargedOn: '2026-10-20',
    reasonForAdmission: '肺炎の治療のため',
    admissionDiagnoses: [pneumonia],
    chiefComplaint: { ...pneumonia, id: 'C-3', code: { keyNumber: '99999999', display: '未コード化傷病名', text: '発熱と咳' } },
    presentIllness: { condition: pneumonia, text: '三日前から発熱と咳が続いた。' },
    course: '抗菌薬で解熱した。',
    dischargeDiagnoses: [pneumonia],
    medications: [tablets],
    instruction: '一週間後に外来を受診してください。',
  })

export const checkup = (about: About): Resource =>
  makeCheckup({
    ...parts(about),
    examinedOn: '2026-09-20',
    program: 'specific',
    results: [
      {
        id: 'H-1',
        item: { code: '9N001000000000001', display: '身長' },
        category: 'body-measurement',
        value: { quantity: 158.2, unit: 'cm', ucum: 'cm' },
      },
    ],
    questionnaire: [
      {
        id: 'H-2',
        item: { code: '9N736000000000011', display: '喫煙' },
        category: 'social-history',
        value: { choice: { table: '2003', code: '2', display: 'いいえ' } },
      },
    ],
  })

export const carePlan = (about: About): Resource =>
  makeCarePlan({ ...parts(about), plan: '毎朝血圧を測り、減塩を続けてください。', conditions: [hypertension] })
