/**
 * A drug as prescribed. `yj` stands where the YJ code goes: the four of the published JP-CLINS examples are real,
 * all others end in `99` and two digits and are **not** codes of the master.
 */
export type Drug = {
  key: string
  name: string
  yj: string
  dose: number
  unit: 'TAB' | 'CAP' | 'BTL' | 'HON' | 'KIT'
  usage: UsageKey
  days: number
  fromAge: number
}

/** Usage (用法). Only codes of the published examples are used; what has none there goes with the dummy code and a text. */
export const usages = {
  morning: { code: '1011000400000000', text: '1日1回朝食後', perDay: 1 },
  evening: { code: '1011040000000000', text: '1日1回夕食後', perDay: 1 },
  bedtime: { code: '1011100000000000', text: '1日1回就寝前', perDay: 1 },
  meals: { code: '1013044400000000', text: '1日3回朝昼夕食後', perDay: 3 },
  twice: { code: null, text: '1日2回朝夕食後', perDay: 2 },
  weekly: { code: null, text: '週1回起床時', perDay: 1 },
  inhale: { code: null, text: '1日2回吸入', perDay: 2 },
  eyedrop: { code: null, text: '1日1回点眼', perDay: 1 },
  apply: { code: null, text: '1日2回塗布', perDay: 2 },
  asNeeded: { code: null, text: '発作時', perDay: 1 },
} as const

export type UsageKey = keyof typeof usages

/** Japanese name of a unit of the MERIT-9 list. */
export const unitNames: Record<Drug['unit'], string> = { TAB: '錠', CAP: 'カプセル', BTL: '瓶', HON: '本', KIT: 'キット' }

type Row = readonly [string, string, string, number, Drug['unit'], UsageKey, number, number]

const rows: readonly Row[] = [
  ['amlodipine', 'アムロジピンOD錠10mg', '2171022F6276', 1, 'TAB', 'morning', 60, 18],
  ['candesartan', 'カンデサルタン錠8mg', '2149040F9901', 1, 'TAB', 'morning', 60, 18],
  ['metformin', 'メトホルミン塩酸塩錠500mg', '3962002F9902', 1, 'TAB', 'twice', 45, 15],
  ['sitagliptin', 'シタグリプチン錠50mg', '3969010F9903', 1, 'TAB', 'morning', 45, 18],
  ['rosuvastatin', 'ロスバスタチン錠2.5mg', '2189017F9904', 1, 'TAB', 'evening', 60, 18],
  ['budesonide', 'ブデソニド・ホルモテロール吸入粉末剤', '2290801G9905', 1, 'KIT', 'inhale', 30, 5],
  ['febuxostat', 'フェブキソスタット錠20mg', '3949003F9906', 1, 'TAB', 'morning', 60, 18],
  ['escitalopram', 'エスシタロプラム錠10mg', '1179054F9907', 1, 'TAB', 'evening', 28, 12],
  ['fexofenadine', 'フェキソフェナジン塩酸塩錠60mg', '4490023F9908', 1, 'TAB', 'twice', 30, 7],
  ['hydrocortisone', 'ヒドロコルチゾン酪酸エステル軟膏0.1%', '2646717M9909', 1, 'HON', 'apply', 30, 0],
  ['lansoprazole', 'ランソプラゾールOD錠15mg', '2329023F9910', 1, 'TAB', 'morning', 28, 12],
  ['aspirin', 'アスピリン腸溶錠100mg', '3399007H9911', 1, 'TAB', 'morning', 60, 18],
  ['nitroglycerin', 'ニトログリセリン舌下錠0.3mg', '2171018K9912', 1, 'TAB', 'asNeeded', 10, 18],
  ['apixaban', 'アピキサバン錠2.5mg', '3339004F9913', 1, 'TAB', 'twice', 30, 18],
  ['bisoprolol', 'ビソプロロールフマル酸塩錠0.625mg', '2123016F9914', 1, 'TAB', 'morning', 30, 18],
  ['furosemide', 'フロセミド錠20mg', '2139005F9915', 1, 'TAB', 'morning', 30, 1],
  ['alendronate', 'アレンドロン酸錠35mg', '3999018F9916', 1, 'TAB', 'weekly', 28, 40],
  ['loxoprofen', 'ロキソプロフェンナトリウム錠60mg', '1149019F9917', 1, 'TAB', 'meals', 14, 15],
  ['suvorexant', 'スボレキサント錠15mg', '1190023F9918', 1, 'TAB', 'bedtime', 30, 18],
  ['tamsulosin', 'タムスロシン塩酸塩OD錠0.2mg', '2590008F9919', 1, 'TAB', 'morning', 60, 40],
  ['pirenoxine', 'ピレノキシン懸濁性点眼液0.005%', '1319710Q9920', 1, 'BTL', 'eyedrop', 30, 30],
  ['latanoprost', 'ラタノプロスト点眼液0.005%', '1319739Q9921', 1, 'BTL', 'eyedrop', 30, 10],
  ['donepezil', 'ドネペジル塩酸塩OD錠5mg', '1190012F9922', 1, 'TAB', 'morning', 30, 50],
  ['clopidogrel', 'クロピドグレル錠75mg', '3399008F9923', 1, 'TAB', 'morning', 60, 18],
  ['tiotropium', 'チオトロピウム吸入液', '2259709G9924', 1, 'KIT', 'inhale', 30, 30],
  ['levothyroxine', 'レボチロキシンナトリウム錠50μg', '2431004F9925', 1, 'TAB', 'morning', 60, 1],
  ['ferrous', 'クエン酸第一鉄ナトリウム錠50mg', '3222013F9926', 1, 'TAB', 'evening', 30, 10],
  ['methotrexate', 'メトトレキサートカプセル2mg', '3999016M9927', 1, 'CAP', 'weekly', 28, 16],
  ['entecavir', 'エンテカビル錠0.5mg', '6250029F9928', 1, 'TAB', 'bedtime', 60, 18],
  ['letrozole', 'レトロゾール錠2.5mg', '4291015F9929', 1, 'TAB', 'morning', 60, 30],
  ['bicalutamide', 'ビカルタミド錠80mg', '4291009F9930', 1, 'TAB', 'morning', 60, 40],
  ['levetiracetam', 'レベチラセタム錠500mg', '1139010F9931', 1, 'TAB', 'twice', 60, 4],
  ['risperidone', 'リスペリドン錠1mg', '1179038F9932', 1, 'TAB', 'twice', 28, 15],
  ['acetaminophen', 'カロナール錠500', '1141007F3023', 1, 'TAB', 'meals', 5, 12],
  ['carbocisteine', 'カルボシステイン錠250mg「サワイ」', '2233002F1280', 2, 'TAB', 'meals', 5, 12],
  ['oseltamivir', 'オセルタミビルカプセル75mg', '6250021M9933', 1, 'CAP', 'twice', 5, 10],
  ['miyabm', 'ミヤBM錠', '2316009F1022', 1, 'TAB', 'meals', 5, 3],
  ['amoxicillin', 'アモキシシリンカプセル250mg', '6131001M9934', 1, 'CAP', 'meals', 7, 10],
]

export const drugs: readonly Drug[] = rows.map(([key, name, yj, dose, unit, usage, days, fromAge]) => ({
  key,
  name,
  yj,
  dose,
  unit,
  usage,
  days,
  fromAge,
}))

const byKey = new Map(drugs.map((drug) => [drug.key, drug]))

export function drugByKey(key: string): Drug {
  const drug = byKey.get(key)
  if (!drug) throw new Error(`no drug '${key}' in the table`)
  return drug
}
