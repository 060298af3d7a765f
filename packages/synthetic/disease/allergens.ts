/**
 * What people of the demo react to. Food and other codes with their terms are J-FAGY (2025-04-01); of the drug codes only
 * povidone iodine is a published one, the others carry the demo YJ codes of the drug table.
 */
export type Allergen = {
  key: string
  kind: 'medication' | 'food' | 'environment'
  system: string
  code: string
  display: string
  text: string
  reaction: string
  weight: number
}

const food = 'http://jpfhir.jp/fhir/core/CodeSystem/JP_JfagyFoodAllergen_CS'
const other = 'http://jpfhir.jp/fhir/core/CodeSystem/JP_JfagyNonFoodNonMedicationAllergen_CS'
const ycm = 'http://jpfhir.jp/fhir/core/CodeSystem/YCM/JP_JfagyMedicationAllergen_CS'
const gcm = 'http://jpfhir.jp/fhir/core/CodeSystem/GCM/JP_JfagyMedicationAllergen_CS'

type Row = readonly [string, Allergen['kind'], string, string, string, string, string, number]

const rows: readonly Row[] = [
  ['iodine', 'medication', gcm, 'GCM2260701F1ZZZ', 'ポビドンヨード含嗽用液7%', 'ヨードうがい液', '全身の発疹', 4],
  ['loxoprofen', 'medication', ycm, 'YCM1149019F9917', 'ロキソプロフェンナトリウム錠60mg', '鎮痛薬(ロキソプロフェン)', '喘息発作', 6],
  ['amoxicillin', 'medication', ycm, 'YCM6131001M9934', 'アモキシシリンカプセル250mg', 'ペニシリン系抗菌薬', 'アナフィラキシー', 6],
  ['drug-other', 'medication', ycm, 'D9M000000000', '医薬品ダミーコード', '造影剤(品名不明)', '蕁麻疹', 3],
  ['egg', 'food', food, 'J9FB13110000', '鶏卵', '鶏卵', '口の周りの発赤', 8],
  ['milk', 'food', food, 'J9FB12110011', '牛乳', '牛乳', '嘔吐', 6],
  ['wheat', 'food', food, 'J9FA15000000', '小麦', '小麦', '蕁麻疹', 5],
  ['buckwheat', 'food', food, 'J9FA19140000', 'そば', 'そば', '喘鳴', 5],
  ['peanut', 'food', food, 'J9FA21180000', '落花生', 'ピーナッツ', 'アナフィラキシー', 4],
  ['walnut', 'food', food, 'J9FA32280000', 'くるみ', 'くるみ', '口腔内の違和感', 5],
  ['shrimp', 'food', food, 'J9FC15110000', 'えび', 'えび', '蕁麻疹', 6],
  ['crab', 'food', food, 'J9FC15120000', 'かに', 'かに', '蕁麻疹', 4],
  ['mackerel', 'food', food, 'J9FC11310000', 'さば', 'サバ', '発疹と腹痛', 6],
  ['kiwi', 'food', food, 'J9FA32540000', 'キウイフルーツ', 'キウイ', '口のしびれ', 5],
  ['peach', 'food', food, 'J9FA32210000', 'もも', '桃', '口のかゆみ', 3],
  ['cedar', 'environment', other, 'J9NK13320000', 'スギ', 'スギ花粉', '鼻汁、眼のかゆみ', 14],
  ['cypress', 'environment', other, 'J9NK13390000', 'ヒノキ', 'ヒノキ花粉', '鼻汁', 6],
  ['mite', 'environment', other, 'J9NM12000000', 'ダニ', 'ダニ', '鼻閉', 6],
  ['dust', 'environment', other, 'J9NM13110000', 'ハウスダスト', 'ハウスダスト', 'くしゃみ', 6],
  ['cat', 'environment', other, 'J9NJ12150000', 'ネコ', '猫', '眼のかゆみ', 4],
  ['hornet', 'environment', other, 'J9NL11140000', 'スズメバチ', 'スズメバチ', '全身の蕁麻疹', 2],
]

export const allergens: readonly Allergen[] = rows.map(([key, kind, system, code, display, text, reaction, weight]) => ({
  key,
  kind,
  system,
  code,
  display,
  text,
  reaction,
  weight,
}))

const byKey = new Map(allergens.map((allergen) => [allergen.key, allergen]))

export function allergenByKey(key: string): Allergen {
  const allergen = byKey.get(key)
  if (!allergen) throw new Error(`no allergen '${key}' in the table`)
  return allergen
}
