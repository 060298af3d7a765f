/** A sixty-year-old with much on record, for the eye and for axe: 12 diagnoses, 20 courses, letters, a check-up. */
import { type ConditionInput, type LaboratoryInput, makeCheckup, makeReferral, type MedicationInput } from '#packages/fhir'
import { CLINIC, type Clinic, hanako, HOSPITAL, OTHER, senderOf } from './clinic.fixture.ts'

const at = '2026-11-19T10:00:00.000+09:00'

const names = [
  '２型糖尿病',
  '高血圧症',
  '高コレステロール血症',
  '胃食道逆流症',
  '慢性腎臓病ステージＧ３ａ',
  '変形性膝関節症',
  '骨粗鬆症',
  '気管支喘息',
  '急性上気道炎',
  '大腸ポリープ',
  '発作性心房細動に伴う抗凝固療法中の消化管出血後鉄欠乏性貧血（内視鏡的止血術後、再出血監視中）',
  '脂肪肝',
]

const diagnoses: ConditionInput[] = names.map((display, n) => ({
  type: 'Condition',
  id: `C-${n}`,
  code: { keyNumber: '20061593', display },
  onset: `${2012 + n}-0${(n % 9) + 1}-1${n % 9}`,
  principal: n === 0,
  suspected: n === 9,
  ...(n === 8 || n === 3 ? { abatement: '2025-02-01' } : {}),
  ...(n === 11 ? { flags: { uninformed: true } } : {}),
}))

const labs: [code: string, name: string, unit: string, low: number | undefined, high: number | undefined, base: number, step: number][] = [
  ['HBA1C', 'HbA1c（NGSP）', '%', 4.9, 6.0, 6.4, 0.18],
  ['GLU', '血糖（空腹時）', 'mg/dL', 73, 109, 118, 4],
  ['K', 'カリウム', 'mmol/L', 3.6, 4.8, 4.2, 0.06],
  ['NA', 'ナトリウム', 'mmol/L', 138, 145, 141, -0.2],
  ['CRE', 'クレアチニン', 'mg/dL', 0.46, 0.79, 0.82, 0.02],
  ['EGFR', '推算糸球体濾過量', 'mL/分/1.73m2', 60, undefined, 58, -1],
  ['LDL', 'LDLコレステロール', 'mg/dL', undefined, 139, 151, -4],
  ['HDL', 'HDLコレステロール', 'mg/dL', 40, undefined, 52, 0.5],
  ['TG', '中性脂肪', 'mg/dL', 30, 117, 130, 3],
  ['AST', 'AST', 'U/L', 13, 30, 24, 0.3],
  ['ALT', 'ALT', 'U/L', 7, 23, 21, 0.4],
  ['GGT', 'γ-GT', 'U/L', 9, 32, 30, 0.2],
  ['ALB', 'アルブミン', 'g/dL', 4.1, 5.1, 4.2, -0.01],
  ['UA', '尿酸', 'mg/dL', 2.6, 5.5, 5.1, 0.05],
  ['BUN', '尿素窒素', 'mg/dL', 8, 20, 17, 0.4],
  ['HB', 'ヘモグロビン', 'g/dL', 11.6, 14.8, 12.4, -0.12],
  ['WBC', '白血球数', '10*3/uL', 3.3, 8.6, 6.1, 0.1],
  ['PLT', '血小板数', '10*3/uL', 158, 348, 210, -2],
  ['CRP', 'CRP', 'mg/dL', undefined, 0.14, 0.1, 0.01],
  ['NTPROBNP', 'ヒト脳性ナトリウム利尿ペプチド前駆体Ｎ端フラグメント', 'pg/mL', undefined, 125, 96, 8],
]

const visits = ['2025-02-03', '2025-05-12', '2025-08-04', '2025-11-10', '2026-02-02', '2026-05-11', '2026-08-03', '2026-11-09']

const resultsOn = (day: string, n: number): [LaboratoryInput, ...LaboratoryInput[]] =>
  labs.map(
    ([code, display, unit, low, high, base, step]): LaboratoryInput => ({
      type: 'Observation',
      id: `L-${code}-${day}`,
      local: { code, display },
      taken: `${day}T09:10:00+09:00`,
      specimen: '血清',
      value: { quantity: Math.round((base + step * n + ((n * 7 + code.length) % 3) * Math.abs(step)) * 100) / 100, unit },
      range: { ...(low === undefined ? {} : { low }), ...(high === undefined ? {} : { high }) },
    }),
  ) as [LaboratoryInput, ...LaboratoryInput[]]

const drug = (id: string, display: string, usage: string): MedicationInput => ({
  type: 'MedicationRequest',
  id,
  drug: { generic: '2171022F1ZZZ', display },
  authored: '2026-11-19T09:40:00+09:00',
  start: '2026-11-19',
  days: 28,
  usage: { code: '1011000400000000', text: usage },
  dose: { value: 1, unit: '錠', unitCode: 'TAB', perDay: 1 },
})

/** Deposits everything and returns the person's key; consent is left to the caller. */
export async function depositRich(clinic: Clinic): Promise<string> {
  const patient = {
    ...hanako,
    memberId: '06990001:99:9999:01',
    family: '長宗我部',
    given: 'マリア・ルイーザ多恵子',
    familyKana: 'チョウソカベ',
    givenKana: 'マリア・ルイーザタエコ',
  }
  const key = await clinic.items(diagnoses.slice(0, 9) as [ConditionInput, ...ConditionInput[]], { patient, localId: 'rich-c1' })
  await clinic.items(diagnoses.slice(9) as [ConditionInput, ...ConditionInput[]], { patient, from: OTHER, localId: 'rich-c2' })
  await clinic.items([{ ...diagnoses[1]!, id: 'C-own' }], { patient, from: CLINIC, localId: 'rich-c3' })
  await clinic.items(
    [
      {
        type: 'AllergyIntolerance',
        id: 'A-1',
        code: { code: 'GCM6131001F1ZZZ', display: 'アモキシシリンカプセル' },
        category: 'medication',
        criticality: 'high',
        recorded: '2019-06-03',
        note: '全身の蕁麻疹と呼吸困難。救急搬送。',
      },
      { type: 'AllergyIntolerance', id: 'A-2', code: { code: 'J9FC11310000', display: 'さば' }, category: 'food', recorded: '2015-01-20' },
    ],
    { patient, localId: 'rich-a1' },
  )
  for (const [n, day] of visits.entries())
    await clinic.items(resultsOn(day, n), { patient, from: n % 3 === 2 ? CLINIC : HOSPITAL, localId: `rich-l${n}` })
  await clinic.items(
    [
      {
        type: 'Observation',
        id: 'I-1',
        local: { code: 'HBSAG', display: 'HBs抗原' },
        standard: { list: 'infection', code: '5F016141002302311', display: 'HBs抗原(判定)' },
        taken: '2025-02-03T09:10:00+09:00',
        specimen: '血清',
        value: { text: '陰性' },
      },
    ],
    { patient, localId: 'rich-i1' },
  )
  const document = { sender: senderOf(HOSPITAL), patient, year: 2026, at }
  await clinic.send(
    makeReferral({
      ...document,
      localId: 'rich-ref',
      addressee: { institutionNumber: CLINIC, name: senderOf(CLINIC).name },
      purpose: '血糖と血圧の管理の継続をお願いします。',
      diagnoses: [diagnoses[0]!, diagnoses[1]!],
      presentIllness: { condition: diagnoses[0]!, text: '2012年から通院。内服で安定していたが、この1年で血糖が上がっている。' },
      course: '食事の指導を行い、内服を1剤追加した。',
      laboratory: [resultsOn('2026-11-09', 7)[0]],
      medications: [
        drug('M-1', 'アムロジピンＯＤ錠５ｍｇ', '1日1回朝食後 服用'),
        drug('M-2', 'メトホルミン塩酸塩錠２５０ｍｇＭＴ', '1日2回朝夕食後 服用'),
        drug('M-3', 'テルミサルタン４０ｍｇ・アムロジピン５ｍｇ・ヒドロクロロチアジド１２．５ｍｇ配合錠', '1日1回朝食後 服用'),
      ],
    }),
  )
  await clinic.send(
    makeCheckup({
      ...document,
      localId: 'rich-chk',
      examinedOn: '2026-06-20',
      program: 'specific',
      results: [
        {
          id: 'H-1',
          item: { code: '9N001000000000001', display: '身長' },
          category: 'body-measurement',
          value: { quantity: 158.2, unit: 'cm', ucum: 'cm' },
        },
        {
          id: 'H-3',
          item: { code: '9N006000000000001', display: '体重' },
          category: 'body-measurement',
          value: { quantity: 66.4, unit: 'kg', ucum: 'kg' },
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
    }),
  )
  return key
}
