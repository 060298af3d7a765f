import type { Sex } from '../model.ts'
import { type DepartmentKey, departmentKeys } from '../people/facilities.ts'
import { oneOf, rowsOf } from '../table.ts'
import { type PanelKey, panelKeys } from './labs.ts'

/**
 * A disease of the demo. `keyNumber` stands where the 病名管理番号 goes: `public` ones appear in the published JP-CLINS examples,
 * all others begin with 2999 and are **not** numbers of the master. `icd10` is the real code.
 * `percent` is the share of people (chronic: who have it; acute: who fall ill within two years) by decade of age, 0s to 80 and over.
 */
export type Disease = {
  key: string
  name: string
  nameEn: string
  keyNumber: string
  icd10: string
  course: 'chronic' | 'acute' | 'season' | 'pregnancy'
  department: DepartmentKey
  percent: Record<Sex, readonly number[]>
  /** Days between visits (chronic) or days of illness (acute). */
  days: number
  drugs: readonly string[]
  panel: PanelKey | null
  /** Shift of a laboratory value: untreated, and under treatment. */
  effects: Readonly<Record<string, readonly [number, number]>>
  /** Treated in hospital at some time. */
  serious: boolean
}

/** key, name, English, key number, ICD-10, course, department, men %, women %, days, drugs, panel, effects `lab:untreated/treated`, serious */
const table = `
hypertension | 高血圧症 | Hypertension | 20061593 | I10 | chronic | cardiology | 0 0 1 4 12 28 42 52 58 | 0 0 .5 2 7 18 34 48 60 | 60 | amlodipine candesartan | pressure |  | 
diabetes | 2型糖尿病 | Type 2 diabetes mellitus | 29990002 | E11.9 | chronic | internal | 0 0 .5 2 6 13 19 21 20 | 0 0 .3 1 3 6 10 13 14 | 45 | metformin sitagliptin | metabolic | hba1c:2.8/1.1 glucose:92/34 tg:45/20 | 
dyslipidaemia | 脂質異常症 | Dyslipidaemia | 29990003 | E78.5 | chronic | internal | 0 0 1 5 12 20 24 22 18 | 0 0 .5 2 6 19 32 34 27 | 60 | rosuvastatin | lipid | ldl:58/-22 tg:50/22 tcho:55/-15 | 
asthma | 気管支喘息 | Bronchial asthma | 29990004 | J45.9 | chronic | respiratory | 8 6 4 3.5 4 4 4.5 5 5 | 6 5 4 4.5 5 5 5 5 5 | 60 | budesonide |  |  | 
ckd | 慢性腎臓病 | Chronic kidney disease | 29990005 | N18.9 | chronic | internal | 0 0 .3 .5 1.5 3 6 12 18 | 0 0 .2 .4 1 2 4 9 16 | 45 | candesartan | renal | cre:0.75/0.62 bun:11/9 k:0.5/0.4 hb:-1.6/-1.2 ua:1.2/0.8 | 
gout | 痛風・高尿酸血症 | Gout and hyperuricaemia | 29990006 | M10.9 | chronic | internal | 0 0 .8 3 6 7.5 7.5 6.5 6 | 0 0 0 .1 .2 .5 .8 1.2 1.5 | 75 | febuxostat | urate | ua:2.9/0.2 | 
depression | うつ病 | Depression | 29990007 | F32.9 | chronic | psychiatry | 0 .7 2 2.8 3.2 3 2 1.8 1.8 | 0 1.2 3 3.5 4 4 3 3 3 | 28 | escitalopram |  |  | 
hayfever | スギ花粉症 | Japanese cedar pollinosis | 29990008 | J30.1 | season | ent | 9 24 27 28 28 25 17 10 6 | 8 22 27 28 28 25 17 10 6 | 70 | fexofenadine |  |  | 
dermatitis | アトピー性皮膚炎 | Atopic dermatitis | 29990009 | L20.9 | chronic | dermatology | 10 7 5 4 3 1.5 1 .8 .6 | 9 7 6 4 3 1.5 1 .8 .6 | 75 | hydrocortisone |  |  | 
gerd | 逆流性食道炎 | Reflux oesophagitis | 29990010 | K21.0 | chronic | gastro | 0 .3 1.5 3 5 7 9 10 10 | 0 .3 1 2 3 5 8 11 12 | 75 | lansoprazole |  |  | 
angina | 狭心症 | Angina pectoris | 20058911 | I20.9 | chronic | cardiology | 0 0 0 .1 .5 2 5 8 10 | 0 0 0 .1 .2 .8 2 5 8 | 60 | aspirin nitroglycerin | lipid | ldl:12/-18 | serious
fibrillation | 心房細動 | Atrial fibrillation | 29990012 | I48.9 | chronic | cardiology | 0 0 .1 .1 .4 1.2 3 5 8 | 0 0 0 .1 .2 .4 1.2 3 6 | 45 | apixaban | heart | bnp:95/60 | serious
heartfailure | 慢性心不全 | Chronic heart failure | 29990013 | I50.9 | chronic | cardiology | 0 0 0 .1 .2 .6 1.6 4 9 | 0 0 0 .1 .1 .3 .9 3 10 | 30 | bisoprolol furosemide | heart | bnp:420/170 na:-2/-1 cre:0.2/0.2 | serious
osteoporosis | 骨粗鬆症 | Osteoporosis | 29990014 | M81.9 | chronic | orthopaedics | 0 0 0 0 .1 .5 1.2 2.5 4 | 0 0 0 .1 .5 5 13 22 32 | 75 | alendronate |  |  | 
kneeoa | 変形性膝関節症 | Osteoarthritis of the knee | 29990015 | M17.9 | chronic | orthopaedics | 0 0 .1 .3 1 2.5 4.5 8 9 | 0 0 .1 .3 1.5 4.5 9 15 16 | 75 | loxoprofen |  |  | 
backpain | 腰痛症 | Low back pain | 29990016 | M54.5 | chronic | orthopaedics | 0 .8 2.5 4 5 6 8 11 12 | 0 .8 2.5 4 5 6.5 8 12 14 | 90 | loxoprofen |  |  | 
insomnia | 不眠症 | Insomnia | 29990017 | G47.0 | chronic | internal | 0 .3 1.5 2.5 4 5 7 9 12 | 0 .4 2 3 5 6.5 9 12 15 | 60 | suvorexant |  |  | 
prostate | 前立腺肥大症 | Benign prostatic hyperplasia | 29990018 | N40 | chronic | urology | 0 0 0 .1 .8 4 11 18 22 | 0 0 0 0 0 0 0 0 0 | 75 | tamsulosin |  |  | 
cataract | 白内障 | Cataract | 29990019 | H26.9 | chronic | ophthalmology | 0 0 .1 .2 .6 2 6 13 16 | 0 0 .1 .2 .6 2.5 8 16 18 | 120 | pirenoxine |  |  | 
glaucoma | 緑内障 | Glaucoma | 29990020 | H40.9 | chronic | ophthalmology | 0 .1 .2 .6 1.8 3 4.5 6 6 | 0 .1 .2 .6 1.8 3 4.5 6 6 | 90 | latanoprost |  |  | 
dementia | アルツハイマー型認知症 | Alzheimer disease | 29990021 | G30.9 | chronic | psychiatry | 0 0 0 0 0 .1 .6 3 15 | 0 0 0 0 0 .1 .7 4 22 | 45 | donepezil |  |  | 
stroke | 脳梗塞後遺症 | Sequelae of cerebral infarction | 29990022 | I69.3 | chronic | internal | 0 0 0 .1 .4 1.2 3 5 8 | 0 0 0 .1 .2 .6 1.5 3.5 7 | 60 | clopidogrel | lipid |  | serious
copd | 慢性閉塞性肺疾患 | Chronic obstructive pulmonary disease | 29990023 | J44.9 | chronic | respiratory | 0 0 0 .1 .3 1 2.5 4 5 | 0 0 0 0 .1 .2 .5 .8 1 | 60 | tiotropium |  |  | 
hypothyroidism | 甲状腺機能低下症 | Hypothyroidism | 29990024 | E03.9 | chronic | internal | 0 .1 .2 .3 .5 .7 1 1.3 1.5 | 0 .2 .8 1.8 2.6 3.5 4 4.5 4.5 | 75 | levothyroxine | thyroid | tcho:48/8 ck:110/20 | 
anaemia | 鉄欠乏性貧血 | Iron deficiency anaemia | 29990025 | D50.9 | chronic | internal | .3 .2 .1 .2 .3 .5 .8 1.5 2.5 | .3 2 3 4.5 6.5 2.5 1.5 2 3 | 60 | ferrous | blood | hb:-3.6/-0.6 rbc:-0.3/-0.1 | 
rheumatoid | 関節リウマチ | Rheumatoid arthritis | 29990026 | M06.9 | chronic | orthopaedics | 0 0 .1 .2 .3 .4 .6 .8 .8 | 0 0 .2 .4 .8 1.2 1.6 1.8 1.6 | 45 | methotrexate | rheuma | crp:2.6/0.5 wbc:1.4/0.5 hb:-1.0/-0.4 | 
hepatitisb | B型慢性肝炎 | Chronic hepatitis B | 29990027 | B18.1 | chronic | gastro | 0 0 .1 .2 .5 .7 .8 .6 .4 | 0 0 .1 .2 .4 .5 .6 .5 .3 | 75 | entecavir | liver | ast:34/6 alt:48/8 plt:-45/-35 | 
hepatitisc | C型慢性肝炎 | Chronic hepatitis C | 29990028 | B18.2 | chronic | gastro | 0 0 0 .1 .2 .4 .7 1 1.2 | 0 0 0 .1 .1 .3 .6 1 1.2 | 90 |  | liver | ast:38/38 alt:46/46 plt:-60/-60 | 
stomachcancer | 胃癌 | Malignant neoplasm of stomach | 29990029 | C16.9 | chronic | surgery | 0 0 0 0 .1 .4 1.3 2.4 2.6 | 0 0 0 0 .1 .2 .5 .9 1.2 | 45 | lansoprazole | tumour | hb:-2.2/-1.4 alb:-0.5/-0.3 crp:0.8/0.3 | serious
coloncancer | 大腸癌 | Malignant neoplasm of colon | 29990030 | C18.9 | chronic | surgery | 0 0 0 0 .2 .6 1.5 2.4 2.4 | 0 0 0 0 .2 .5 1 1.6 2 | 45 |  | tumour | hb:-2.0/-1.0 crp:0.6/0.2 | serious
breastcancer | 乳癌 | Malignant neoplasm of breast | 29990031 | C50.9 | chronic | surgery | 0 0 0 0 0 0 0 0 0 | 0 0 0 .3 1.2 1.8 2 1.9 1.5 | 60 | letrozole | tumour | wbc:-0.6/-0.6 | serious
lungcancer | 肺癌 | Malignant neoplasm of lung | 29990032 | C34.9 | chronic | respiratory | 0 0 0 0 .1 .2 .8 1.6 1.8 | 0 0 0 0 .1 .2 .4 .8 .8 | 30 |  | tumour | crp:1.6/0.8 hb:-1.5/-1.2 ld:60/30 | serious
prostatecancer | 前立腺癌 | Malignant neoplasm of prostate | 29990033 | C61 | chronic | urology | 0 0 0 0 0 .2 1.2 2.8 3.4 | 0 0 0 0 0 0 0 0 0 | 75 | bicalutamide | tumour | hb:-0.8/-0.8 | serious
epilepsy | てんかん | Epilepsy | 29990034 | G40.9 | chronic | psychiatry | .6 .7 .6 .6 .6 .6 .7 .8 .9 | .6 .7 .6 .6 .6 .6 .7 .8 .9 | 60 | levetiracetam |  |  | 
schizophrenia | 統合失調症 | Schizophrenia | 29990035 | F20.9 | chronic | psychiatry | 0 .1 .5 .8 .9 .9 .8 .6 .4 | 0 .1 .5 .8 .9 .9 .8 .6 .4 | 28 | risperidone |  |  | 
pregnancy | 妊娠 | Pregnancy | 29990036 | Z33 | pregnancy | obstetrics | 0 0 0 0 0 0 0 0 0 | 0 .3 9 14 1.6 0 0 0 0 | 28 | ferrous | blood | hb:-1.6/-1.4 | 
cold | 急性上気道炎 | Acute upper respiratory infection | 29990037 | J06.9 | acute | internal | 85 45 28 26 24 22 20 18 18 | 85 45 30 30 27 24 22 20 18 | 8 | acetaminophen carbocisteine |  |  | 
influenza | インフルエンザA型 | Influenza A | 29990038 | J10.1 | acute | internal | 34 28 13 12 11 9 6 5 4 | 33 27 13 13 12 9 6 5 4 | 7 | oseltamivir acetaminophen |  |  | 
gastroenteritis | 感染性胃腸炎 | Infectious gastroenteritis | 29990039 | A09 | acute | internal | 30 14 9 8 7 6 5 5 5 | 29 13 9 9 8 6 5 5 5 | 6 | miyabm |  |  | 
caries | う蝕 | Dental caries | 29990040 | K02.9 | acute | dental | 22 18 20 22 24 24 24 22 15 | 21 18 21 24 26 26 26 22 15 | 35 |  |  |  | 
periodontitis | 慢性歯周炎 | Chronic periodontitis | 29990041 | K05.3 | chronic | dental | 0 .5 4 9 14 19 23 22 14 | 0 .5 5 11 16 21 25 23 14 | 120 |  |  |  | 
fracture | 前腕骨折 | Fracture of forearm | 20080427 | S52.9 | acute | orthopaedics | 2.4 3 .7 .6 .7 .8 .9 1.1 1.6 | 1.6 1.2 .4 .5 .8 1.8 3 3.8 4.5 | 60 | loxoprofen |  |  | 
ulcer | 十二指腸潰瘍 | Duodenal ulcer | 20064049 | K26.9 | acute | gastro | 0 .2 .5 .9 1.2 1.4 1.4 1.3 1.2 | 0 .1 .3 .5 .6 .8 .9 1 1 | 56 | lansoprazole | blood | hb:-1.8/-0.6 | 
abdominalpain | 上腹部痛 | Upper abdominal pain | 20065011 | R10.1 | acute | gastro | 1.5 3 3 3 3.5 3.5 4 4 4 | 1.5 3 4 4 4 4 4 4 4 | 14 | lansoprazole | inflammation | crp:0.4/0.2 | 
otitis | 急性中耳炎 | Acute otitis media | 29990045 | H66.9 | acute | ent | 30 4 1.2 1 1 .8 .8 .7 .6 | 28 4 1.2 1 1 .8 .8 .7 .6 | 14 | amoxicillin |  |  | 
pneumonia | 肺炎 | Pneumonia | 29990046 | J18.9 | acute | respiratory | 2 1 .6 .6 .8 1.2 2.4 5 10 | 2 1 .5 .5 .7 1 1.6 3.2 7 | 16 | amoxicillin | inflammation | crp:9.5/3 wbc:6.2/2.2 | serious`

const numbers = (text: string): readonly number[] => text.split(' ').map(Number)

const effectsOf = (text: string): Disease['effects'] =>
  Object.fromEntries(
    text
      .split(' ')
      .filter(Boolean)
      .map((part) => {
        const [lab = '', shift = ''] = part.split(':')
        const [untreated = '0', treated = '0'] = shift.split('/')
        return [lab, [Number(untreated), Number(treated)] as const]
      }),
  )

const courses = ['chronic', 'acute', 'season', 'pregnancy'] as const

function diseaseOf(cells: string[]): Disease {
  const [key = '', name = '', nameEn = '', keyNumber = '', icd10 = '', course, department, male = '', female = '', ...rest] = cells
  const [days, drugs = '', panel, effects = '', serious] = rest
  return {
    key,
    name,
    nameEn,
    keyNumber,
    icd10,
    course: oneOf(courses, course),
    department: oneOf(departmentKeys, department),
    percent: { male: numbers(male), female: numbers(female) },
    days: Number(days),
    drugs: drugs.split(' ').filter(Boolean),
    panel: panel === '' ? null : oneOf(panelKeys, panel),
    effects: effectsOf(effects),
    serious: serious === 'serious',
  }
}

export const diseases: readonly Disease[] = rowsOf(table).map(diseaseOf)

const byKey = new Map(diseases.map((disease) => [disease.key, disease]))

export function diseaseByKey(key: string): Disease {
  const disease = byKey.get(key)
  if (!disease) throw new Error(`no disease '${key}' in the table`)
  return disease
}

/** Percent of people of this sex and age, smoothly between decades (the value of a decade holds at its middle). */
export function percentAt(disease: Disease, sex: Sex, age: number): number {
  const table = disease.percent[sex]
  return table[Math.min(8, Math.floor(age / 10))] ?? 0
}
