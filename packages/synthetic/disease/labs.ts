import type { Sex } from '../model.ts'
import { oneOf, rowsOf } from '../table.ts'

type Range = { low?: number; high?: number }

/**
 * A laboratory test. `code` and `display` pairs of the core and infection lists are those of JP-CLINS 1.5.2 (facts);
 * reference ranges are usual ones of Japanese laboratories, `bounds` is what a living person can show.
 */
export type Lab = {
  key: string
  name: string
  list: 'core' | 'infection' | 'other'
  code: string
  display: string
  localCode: string
  unit: string
  decimals: number
  specimen: 'serum' | 'blood' | 'urine' | 'plasma'
  range: Record<Sex, Range>
  usual: Record<Sex, number>
  between: number
  within: number
  bounds: { low: number; high: number }
  outlier?: number
}

/** key, name, JLAC10, display, local code, unit, decimals, specimen, range of men, range of women, usual m, usual f, between people, within one, lowest, highest, outlier */
const core = `
hba1c | HbA1c(NGSP) | 3D046000001906202 | HbA1c-NGSP | 0301 | % | 1 | blood | 4.9-6.0 | 4.9-6.0 | 5.5 | 5.5 | 0.25 | 0.12 | 3.5 | 18 | 14.8
glucose | 血糖 | 3D010129902227101 | BS | 0302 | mg/dL | 0 | plasma | 73-109 | 73-109 | 98 | 95 | 9 | 8 | 30 | 700 | 486
ldl | LDLコレステロール | 3F077000002327101 | LDL-C | 0311 | mg/dL | 0 | serum | 65-139 | 65-139 | 118 | 120 | 18 | 8 | 20 | 400 | 288
hdl | HDLコレステロール | 3F070000002327101 | HDL-C | 0312 | mg/dL | 0 | serum | 40-90 | 40-103 | 55 | 66 | 11 | 3 | 10 | 150 | 
tg | 中性脂肪 | 3F015000002327101 | TG | 0313 | mg/dL | 0 | serum | 30-149 | 30-149 | 115 | 88 | 35 | 22 | 15 | 2500 | 1180
tcho | 総コレステロール | 3F050000002327101 | T-CHO | 0314 | mg/dL | 0 | serum | 142-219 | 142-219 | 196 | 204 | 22 | 9 | 60 | 600 | 
ast | AST(GOT) | 3B035000002327201 | AST | 0321 | U/L | 0 | serum | 13-30 | 13-30 | 22 | 20 | 4 | 3 | 3 | 10000 | 412
alt | ALT(GPT) | 3B045000002327201 | ALT | 0322 | U/L | 0 | serum | 10-42 | 7-23 | 22 | 16 | 6 | 4 | 3 | 10000 | 530
ggt | γ-GTP | 3B090000002327701 | GGT | 0323 | U/L | 0 | serum | 13-64 | 9-32 | 34 | 19 | 14 | 6 | 3 | 3000 | 620
alp | アルカリホスファターゼ | 3B070000002327101 | ALP | 0324 | U/L | 0 | serum | 38-113 | 38-113 | 72 | 66 | 14 | 5 | 10 | 2000 | 
ld | LD(LDH) | 3B050000002327201 | LD | 0325 | U/L | 0 | serum | 124-222 | 124-222 | 172 | 174 | 20 | 9 | 50 | 6000 | 
ck | クレアチンキナーゼ | 3B010000002327201 | CK | 0326 | U/L | 0 | serum | 59-248 | 41-153 | 125 | 88 | 35 | 22 | 10 | 60000 | 2890
bil | 総ビリルビン | 3J010000002327101 | T-Bil | 0327 | mg/dL | 1 | serum | 0.4-1.5 | 0.4-1.5 | 0.8 | 0.7 | 0.2 | 0.1 | 0.1 | 40 | 
tp | 総蛋白 | 3A010000002327101 | TP | 0331 | g/dL | 1 | serum | 6.6-8.1 | 6.6-8.1 | 7.2 | 7.2 | 0.3 | 0.15 | 3 | 13 | 
alb | アルブミン | 3A015000002327101 | ALB | 0332 | g/dL | 1 | serum | 4.1-5.1 | 4.1-5.1 | 4.5 | 4.4 | 0.2 | 0.12 | 1 | 6.5 | 
cre | クレアチニン | 3C015000002327101 | Cre | 0341 | mg/dL | 2 | serum | 0.65-1.07 | 0.46-0.79 | 0.84 | 0.63 | 0.09 | 0.04 | 0.1 | 20 | 7.9
bun | 尿素窒素 | 3C025000002327201 | BUN | 0342 | mg/dL | 1 | serum | 8.0-20.0 | 8.0-20.0 | 14.5 | 13.5 | 2.2 | 1.6 | 2 | 200 | 
ua | 尿酸 | 3C020000002327101 | UA | 0343 | mg/dL | 1 | serum | 3.7-7.0 | 2.6-5.5 | 5.7 | 4.3 | 0.8 | 0.35 | 0.3 | 20 | 11.9
na | ナトリウム | 3H010000002326101 | Na | 0351 | mEq/L | 0 | serum | 138-145 | 138-145 | 141 | 141 | 1.1 | 1 | 105 | 175 | 121
k | カリウム | 3H015000002326101 | K | 0352 | mEq/L | 1 | serum | 3.6-4.8 | 3.6-4.8 | 4.2 | 4.1 | 0.2 | 0.17 | 1.8 | 8.5 | 6.9
cl | クロール | 3H020000002326101 | Cl | 0353 | mEq/L | 0 | serum | 101-108 | 101-108 | 104 | 104 | 1.2 | 1.1 | 70 | 140 | 
ca | カルシウム | 3H030000002327101 | Ca | 0354 | mg/dL | 1 | serum | 8.8-10.1 | 8.8-10.1 | 9.4 | 9.3 | 0.25 | 0.15 | 4 | 18 | 
crp | CRP | 5C070000002306201 | CRP | 0361 | mg/dL | 2 | serum | 0.00-0.14 | 0.00-0.14 | 0.06 | 0.05 | 0.03 | 0.02 | 0 | 50 | 24.6
wbc | 白血球数 | 2A990000001930952 | WBC | 0401 | 10^3/μL | 1 | blood | 3.3-8.6 | 3.3-8.6 | 5.9 | 5.6 | 0.9 | 0.6 | 0.1 | 200 | 27.4
rbc | 赤血球数 | 2A990000001930951 | RBC | 0402 | 10^6/μL | 2 | blood | 4.35-5.55 | 3.86-4.92 | 4.85 | 4.35 | 0.22 | 0.09 | 1 | 8.5 | 
hb | ヘモグロビン | 2A030000001930901 | Hb | 0403 | g/dL | 1 | blood | 13.7-16.8 | 11.6-14.8 | 15 | 13.1 | 0.7 | 0.3 | 2.5 | 24 | 5.4
plt | 血小板数 | 2A050000001930901 | PLT | 0404 | 10^3/μL | 0 | blood | 158-348 | 158-348 | 235 | 248 | 38 | 14 | 3 | 2000 | 41
ptinr | PT-INR | 2B030000002231157 | PT-INR | 0411 |  | 2 | plasma | 0.85-1.15 | 0.85-1.15 | 1 | 1 | 0.05 | 0.04 | 0.6 | 12 | 
bnp | BNP | 4Z271000002205101 | BNP | 0501 | pg/mL | 1 | plasma | -18.4 | -18.4 | 9 | 11 | 4 | 3 | 1 | 10000 | 1890`

/** eGFR is not on the core list: it goes with the 17-digit JLAC10 code, as the public example does. */
const other = `
egfr | eGFR | 8A065000002391901 | eGFR | 0344 | mL/min/1.73m2 | 1 | serum | 60.0- | 60.0- | 75 | 76 | 0 | 0 | 2 | 160 | `

const rangeOf = (text: string): Range => {
  const [low, high] = text.split('-')
  return { ...(low ? { low: Number(low) } : {}), ...(high ? { high: Number(high) } : {}) }
}

const specimens = ['serum', 'blood', 'urine', 'plasma'] as const

const labOf = (list: Lab['list'], cells: string[]): Lab => {
  const [key = '', name = '', code = '', display = '', localCode = '', unit = '', decimals, specimen, men = '', women = '', ...figures] =
    cells
  const [usualMen, usualWomen, between, within, low, high] = figures.map(Number)
  const outlier = figures[6]
  return {
    key,
    name,
    list,
    code,
    display,
    localCode,
    unit,
    decimals: Number(decimals),
    specimen: oneOf(specimens, specimen),
    range: { male: rangeOf(men), female: rangeOf(women) },
    usual: { male: usualMen!, female: usualWomen! },
    between: between!,
    within: within!,
    bounds: { low: low!, high: high! },
    ...(outlier ? { outlier: Number(outlier) } : {}),
  }
}

export const labs: readonly Lab[] = [...rowsOf(core).map((row) => labOf('core', row)), ...rowsOf(other).map((row) => labOf('other', row))]

const byKey = new Map(labs.map((lab) => [lab.key, lab]))

export function labByKey(key: string): Lab {
  const lab = byKey.get(key)
  if (!lab) throw new Error(`no laboratory test '${key}' in the table`)
  return lab
}

/** Infection tests: judged by words, not by a number. */
export const infectionTests: readonly { key: string; name: string; code: string; display: string; localCode: string }[] = [
  { key: 'hbsag', name: 'HBs抗原', code: '5F016141002305111', display: 'HBs抗原(判定)', localCode: '0601' },
  { key: 'hcvab', name: 'HCV抗体', code: '5F360148702305211', display: 'HCV抗体(判定)', localCode: '0602' },
  { key: 'sts', name: '梅毒定性(STS)', code: '5E074135102311711', display: '梅毒STS(定性)', localCode: '0603' },
  { key: 'tpab', name: '梅毒定性(TP抗体)', code: '5E075135102311711', display: '梅毒TP抗体(定性)', localCode: '0604' },
  { key: 'hiv', name: 'HIV-1+2抗原抗体', code: '5F560155002305111', display: 'HIV-1+2抗体・p24抗原(判定)', localCode: '0605' },
]

/** What is usually ordered together. */
export const panels = {
  metabolic: ['hba1c', 'glucose', 'ldl', 'hdl', 'tg', 'ast', 'alt', 'cre', 'egfr'],
  pressure: ['cre', 'egfr', 'k', 'na', 'ldl', 'ua'],
  renal: ['cre', 'egfr', 'bun', 'k', 'ua', 'hb', 'alb'],
  lipid: ['ldl', 'hdl', 'tg', 'ast', 'alt', 'ck'],
  urate: ['ua', 'cre', 'egfr', 'ast', 'alt', 'ggt'],
  liver: ['ast', 'alt', 'ggt', 'alb', 'plt', 'bil'],
  heart: ['bnp', 'cre', 'egfr', 'k', 'na', 'hb'],
  inflammation: ['crp', 'wbc', 'hb', 'plt'],
  blood: ['hb', 'rbc', 'wbc', 'plt'],
  rheuma: ['crp', 'wbc', 'hb', 'plt', 'ast', 'alt', 'cre'],
  thyroid: ['tcho', 'ck', 'ast', 'hb'],
  tumour: ['wbc', 'hb', 'plt', 'ast', 'alt', 'ld', 'alb', 'crp'],
  coagulation: ['ptinr', 'hb', 'plt', 'cre'],
} as const

export type PanelKey = keyof typeof panels

export const panelKeys: readonly PanelKey[] = [
  'metabolic',
  'pressure',
  'renal',
  'lipid',
  'urate',
  'liver',
  'heart',
  'inflammation',
  'blood',
  'rheuma',
  'thyroid',
  'tumour',
  'coagulation',
]
