import type { Resource } from '../model.ts'
import {
  type AllergyInput,
  type ConditionInput,
  type ItemInput,
  type LaboratoryInput,
  type MedicationInput,
  makeCarePlan,
  makeCheckup,
  makeDischargeSummary,
  makeFiveItemBundle,
  makeReferral,
  type PatientInput,
  type SenderInput,
} from './build/index.ts'

/** Made-up people, institutions and findings, and one valid Bundle of every kind built from them. */

export const sender: SenderInput = {
  institutionNumber: '1310000019',
  name: 'みどり総合病院',
  department: { code: '01', name: '内科' },
  doctor: { id: 'D0012', family: '青山', given: '春樹', familyKana: 'アオヤマ', givenKana: 'ハルキ' },
}

export const patient: PatientInput = {
  memberId: '06990001:12:3456:01',
  localId: '0000123',
  family: '山川',
  given: '花子',
  familyKana: 'ヤマカワ',
  givenKana: 'ハナコ',
  gender: 'female',
  birthDate: '1958-04-12',
  address: { state: '東京都', city: '千代田区', line: '緑町1-2-3', postalCode: '100-0000' },
}

export const hypertension: ConditionInput = {
  type: 'Condition',
  id: 'C-1',
  code: { keyNumber: '20061593', display: '高血圧症', text: '高血圧症' },
  onset: '2024-05-10',
  principal: true,
}

export const pneumonia: ConditionInput = {
  type: 'Condition',
  id: 'C-2',
  code: { keyNumber: '20058580', display: '肺炎' },
  onset: '2025-01-06',
  abatement: '2025-01-20',
}

export const drugAllergy: AllergyInput = {
  type: 'AllergyIntolerance',
  id: 'A-1',
  code: { code: 'GCM6131001F1ZZZ', display: 'アモキシシリンカプセル' },
  category: 'medication',
  criticality: 'high',
}

export const foodAllergy: AllergyInput = {
  type: 'AllergyIntolerance',
  id: 'A-2',
  code: { code: 'J9FC11310000', display: 'さば' },
  category: 'food',
}

export const potassium: LaboratoryInput = {
  type: 'Observation',
  id: 'L-1',
  local: { code: 'K_SER', display: 'カリウム' },
  standard: { list: 'core', code: '3H015000002326101', display: 'K' },
  taken: '2025-03-03T09:10:00+09:00',
  specimen: '血清',
  value: { quantity: 4.1, unit: 'mmol/L', ucum: 'mmol/L' },
  range: { low: 3.6, high: 4.8 },
}

export const hepatitisB: LaboratoryInput = {
  type: 'Observation',
  id: 'L-2',
  local: { code: 'HBSAG', display: 'HBs抗原' },
  standard: { list: 'infection', code: '5F016141002302311', display: 'HBs抗原(判定)' },
  taken: '2025-03-03T09:10:00+09:00',
  specimen: '血清',
  value: { text: '陰性' },
  flags: { longTermStorage: true },
}

export const tablets: MedicationInput = {
  type: 'MedicationRequest',
  id: 'M-1',
  drug: { generic: '2171022F1ZZZ', display: 'アムロジピン錠5mg' },
  authored: '2025-03-03T09:40:00+09:00',
  start: '2025-03-03',
  days: 28,
  usage: { code: '1011000400000000', text: '1日1回朝食後 服用' },
  dose: { value: 1, unit: '錠', unitCode: 'TAB', perDay: 1 },
}

const at = '2025-03-03T10:00:00.000+09:00'

const five = (localId: string, items: [ItemInput, ...ItemInput[]]): Resource =>
  makeFiveItemBundle({ sender, patient, type: items[0].type, items, localId, year: 2025, at })

/** Five items with one item of ours. */
export const single = (item: ItemInput): Resource => five('one-1', [item])

export const conditionBundle = (): Resource => five('cond-1', [hypertension, pneumonia])
export const allergyBundle = (): Resource => five('alg-1', [drugAllergy, foodAllergy])
export const laboratoryBundle = (): Resource => five('lab-1', [potassium, hepatitisB])

export const referral = (): Resource =>
  makeReferral({
    sender,
    patient,
    localId: 'ref-1',
    year: 2025,
    at,
    addressee: { institutionNumber: '1310000027', name: 'さくら内科クリニック' },
    purpose: '血圧管理の継続をお願いします。',
    diagnoses: [hypertension],
    presentIllness: { condition: hypertension, text: '昨年から通院し、内服で安定している。' },
    history: [pneumonia],
    allergies: [drugAllergy],
    laboratory: [potassium],
    medications: [tablets],
    course: '外来で経過良好。',
  })

export const dischargeSummary = (): Resource =>
  makeDischargeSummary({
    sender,
    patient,
    localId: 'dis-1',
    year: 2025,
    at,
    admittedOn: '2025-01-06',
    dischargedOn: '2025-01-20',
    reasonForAdmission: '肺炎の治療のため',
    admissionDiagnoses: [pneumonia],
    chiefComplaint: { ...pneumonia, id: 'C-3', code: { keyNumber: '99999999', display: '未コード化傷病名', text: '発熱と咳' } },
    presentIllness: { condition: pneumonia, text: '三日前から発熱と咳が続いた。' },
    course: '抗菌薬で解熱した。',
    dischargeDiagnoses: [pneumonia],
    medications: [tablets],
    instruction: '一週間後に外来を受診してください。',
  })

export const checkup = (): Resource =>
  makeCheckup({
    sender,
    patient,
    localId: 'chk-1',
    year: 2025,
    at,
    examinedOn: '2025-02-20',
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

export const carePlan = (): Resource =>
  makeCarePlan({
    sender,
    patient,
    localId: 'pcs-1',
    year: 2025,
    at,
    plan: '毎朝血圧を測り、減塩を続けてください。',
    conditions: [hypertension],
  })

/** One valid Bundle of every kind; `empty` asks to delete all. */
export const validBundles: Record<string, () => Resource> = {
  conditions: conditionBundle,
  allergies: allergyBundle,
  laboratory: laboratoryBundle,
  empty: () => makeFiveItemBundle({ sender, patient, type: 'Condition', items: [], localId: 'cond-1', year: 2025, at }),
  referral,
  dischargeSummary,
  checkup,
  carePlan,
}
