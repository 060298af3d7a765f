import { type CheckupResultInput, makeCheckup, type Resource } from '#packages/fhir'
import { labValue } from '../disease/course.ts'
import type { Person } from '../model.ts'
import { randomFrom } from '../random.ts'
import { patientOf, senderOf } from './inputs.ts'

type Range = { low?: number; high?: number }
type Row = readonly [code: string, display: string, category: CheckupResultInput['category'], unit: string, ucum: string]

/** Items of the 特定健診 item table (facts of the published example). */
const items: Record<string, Row> = {
  height: ['9N001000000000001', '身長', 'body-measurement', 'cm', 'cm'],
  weight: ['9N006000000000001', '体重', 'body-measurement', 'kg', 'kg'],
  bmi: ['9N011000000000001', 'BMI', 'body-measurement', 'kg/m2', 'kg/m2'],
  waist: ['9N016160100000001', '腹囲', 'body-measurement', 'cm', 'cm'],
  systolic: ['9A751000000000001', '収縮期血圧(1回目)', 'vital-signs', 'mmHg', 'mm[Hg]'],
  diastolic: ['9A761000000000001', '拡張期血圧(1回目)', 'vital-signs', 'mmHg', 'mm[Hg]'],
  tg: ['3F015000002327101', '空腹時中性脂肪', 'laboratory', 'mg/dL', 'mg/dL'],
  hdl: ['3F070000002327101', 'HDLコレステロール', 'laboratory', 'mg/dL', 'mg/dL'],
  ldl: ['3F077000002327101', 'LDLコレステロール', 'laboratory', 'mg/dL', 'mg/dL'],
  ast: ['3B035000002327201', 'AST(GOT)', 'laboratory', 'U/L', 'U/L'],
  alt: ['3B045000002327201', 'ALT(GPT)', 'laboratory', 'U/L', 'U/L'],
  ggt: ['3B090000002327101', 'γ-GT(γ-GTP)', 'laboratory', 'U/L', 'U/L'],
  hba1c: ['3D046000001906202', 'HbA1c(NGSP)', 'laboratory', '%', '%'],
}

/** Limits of 特定保健指導 and 受診勧奨 as the report prints them. */
const ranges: Record<string, Range> = {
  systolic: { high: 129 },
  diastolic: { high: 84 },
  tg: { low: 30, high: 149 },
  hdl: { low: 40 },
  ldl: { low: 60, high: 119 },
  ast: { high: 30 },
  alt: { high: 30 },
  ggt: { high: 50 },
  hba1c: { high: 5.5 },
  bmi: { low: 18.5, high: 24.9 },
}

type Body = { height: number; weight: number; bmi: number; waist: number; systolic: number; diastolic: number }

/** Body and blood pressure: heavier with diabetes and lipids, treated pressure still a little high. */
function bodyOf(seed: string, person: Person, on: string): Body {
  const own = randomFrom(`${seed}/body/${person.n}`)
  const now = randomFrom(`${seed}/body/${person.n}/${on}`)
  const has = (key: string): boolean => person.episodes.some((e) => e.disease === key && e.onsetOn <= on)
  const male = person.sex === 'male'
  const height = own.normal(male ? 169.5 : 156.5, 5.6)
  const heavier = (has('diabetes') ? 2.2 : 0) + (has('dyslipidaemia') ? 1 : 0) + (has('hypertension') ? 0.8 : 0)
  const bmi = Math.max(16, own.normal(male ? 23.2 : 21.8, 2.6) + heavier + now.normal(0, 0.25))
  const pressure = own.normal(118, 8) + (has('hypertension') ? 17 : 0) + now.normal(0, 5)
  const one = (value: number): number => Number(value.toFixed(1))
  return {
    height: one(height),
    weight: one((bmi * height * height) / 10_000),
    bmi: one(bmi),
    waist: one(bmi * 3.35 + (male ? 4.5 : 5) + now.normal(0, 1.2)),
    systolic: Math.round(Math.max(86, pressure)),
    diastolic: Math.round(Math.max(48, pressure * 0.6 + own.normal(2, 4))),
  }
}

function measured(id: string, key: string, value: number): CheckupResultInput {
  const [code, display, category, unit, ucum] = items[key]!
  const range = ranges[key]
  const interpretation = range?.high !== undefined && value > range.high ? 'H' : range?.low !== undefined && value < range.low ? 'L' : 'N'
  return {
    id: `${id}-${key}`,
    item: { code, display },
    category,
    value: { quantity: value, unit, ucum },
    ...(range ? { range, interpretation } : {}),
  }
}

const choice = (
  id: string,
  item: readonly [string, string, CheckupResultInput['category']],
  answer: readonly [string, string, string],
): CheckupResultInput => ({
  id: `${id}-${item[0]}`,
  item: { code: item[0], display: item[1] },
  category: item[2],
  value: { choice: { table: answer[0], code: answer[1], display: answer[2] } },
})

const yesNo = (yes: boolean): [string, string, string] => (yes ? ['2003', '1', 'はい'] : ['2003', '2', 'いいえ'])

function metabolic(person: Person, body: Body, raised: number): [string, string, string] {
  const wide = body.waist >= (person.sex === 'male' ? 85 : 90)
  return !wide
    ? ['1008', '3', '非該当']
    : raised >= 2
      ? ['1008', '1', '基準該当']
      : raised === 1
        ? ['1008', '2', '予備群該当']
        : ['1008', '3', '非該当']
}

function questions(seed: string, id: string, person: Person, on: string): CheckupResultInput[] {
  const random = randomFrom(`${seed}/asked/${person.n}`)
  const takes = (key: string): boolean => person.episodes.some((e) => e.disease === key && e.treatedFrom !== null && e.treatedFrom <= on)
  const ask = (code: string, display: string, yes: boolean): CheckupResultInput => choice(id, [code, display, 'social-history'], yesNo(yes))
  return [
    ask('9N701000000000011', '服薬1(血圧)', takes('hypertension')),
    ask('9N706000000000011', '服薬2(血糖)', takes('diabetes')),
    ask('9N711000000000011', '服薬3(脂質)', takes('dyslipidaemia')),
    ask('9N716000000000011', '既往歴1(脳血管)', takes('stroke')),
    ask('9N721000000000011', '既往歴2(心血管)', takes('angina') || takes('heartfailure')),
    ask('9N746000000000011', '30分以上の運動習慣', random.chance(0.3)),
    ask('9N796000000000011', '睡眠', random.chance(0.65)),
  ]
}

/** A 特定健診 report; its laboratory values lie on the same course as those of the person's visits. */
export function checkupBundle(
  seed: string,
  person: Person,
  at: { institutionNumber: string; on: string; instant: string; year: number; localId: string },
): Resource {
  const { institutionNumber, on, localId } = at
  const id = `K${person.n}-${on.replaceAll('-', '')}`
  const body = bodyOf(seed, person, on)
  const lab = (key: string): number => labValue(seed, person, key, on).value
  const labs = ['tg', 'hdl', 'ldl', 'ast', 'alt', 'ggt', 'hba1c'].map((key) => ({ key, value: lab(key) }))
  const of = (key: string): number => labs.find((one) => one.key === key)!.value
  const raised = Number(of('tg') >= 150 || of('hdl') < 40) + Number(body.systolic >= 130 || body.diastolic >= 85) + Number(of('hba1c') >= 6)
  const results = [
    ...Object.entries(body).map(([key, value]) => measured(id, key, value)),
    ...labs.map(({ key, value }) => measured(id, key, value)),
    choice(id, ['9N501000000000011', 'メタボリックシンドローム判定', 'survey'], metabolic(person, body, raised)),
  ]
  return makeCheckup({
    sender: senderOf(institutionNumber),
    patient: patientOf(person, institutionNumber, on),
    localId,
    year: at.year,
    at: at.instant,
    examinedOn: on,
    program: 'specific',
    results,
    questionnaire: questions(seed, id, person, on),
  })
}
