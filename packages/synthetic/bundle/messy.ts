import { element, isObject, type Json, type JsonObject, type Resource, values } from '#packages/fhir'
import type { Mess } from './plan.ts'

/** Faults that break a submission rule: the platform must refuse these. */
export const refusedMesses: ReadonlySet<Mess> = new Set<Mess>(['no-member-id', 'half-width-kana', 'no-local-code'])

const memberIdSystem = 'http://jpfhir.jp/fhir/clins/Idsystem/JP_Insurance_memberID'
const localCodeSystem = 'http://jpfhir.jp/fhir/clins/CodeSystem/JP_CLINS_ObsLabResult_LocalCode_CS'
const departmentUrl = 'http://jpfhir.jp/fhir/eCS/Extension/StructureDefinition/JP_eCS_Department'

/** Copies a value, giving every object to `change` on the way up; `undefined` drops the element. */
function rewrite(value: Json, change: (object: JsonObject) => Json | undefined): Json | undefined {
  if (Array.isArray(value)) return value.flatMap((item) => rewrite(item, change) ?? [])
  if (!isObject(value)) return value
  const copy: JsonObject = {}
  for (const [name, item] of Object.entries(value)) {
    const kept = rewrite(item, change)
    if (kept !== undefined && !(Array.isArray(kept) && kept.length === 0)) copy[name] = kept
  }
  return change(copy)
}

const rewritten = (bundle: Resource, change: (object: JsonObject) => Json | undefined): Resource => ({
  ...(rewrite(bundle, change) as JsonObject),
  resourceType: 'Bundle',
})

/** Dental clinics have no two-digit department code: drops the coding and leaves the text. */
export function withoutEmptyCodes(bundle: Resource): Resource {
  if (!values(bundle, 'entry', 'resource', 'extension', 'valueCodeableConcept', 'coding').some((coding) => element(coding, 'code') === ''))
    return bundle
  return rewritten(bundle, (object) => {
    const concept = object.valueCodeableConcept
    return object.url === departmentUrl && isObject(concept) ? { ...object, valueCodeableConcept: { text: concept.text ?? '' } } : object
  })
}

const halfWidth: Record<string, string> = {
  ア: 'ｱ',
  イ: 'ｲ',
  ウ: 'ｳ',
  エ: 'ｴ',
  オ: 'ｵ',
  カ: 'ｶ',
  キ: 'ｷ',
  ク: 'ｸ',
  ケ: 'ｹ',
  コ: 'ｺ',
  サ: 'ｻ',
  シ: 'ｼ',
  ス: 'ｽ',
  セ: 'ｾ',
  ソ: 'ｿ',
  タ: 'ﾀ',
  チ: 'ﾁ',
  ツ: 'ﾂ',
  テ: 'ﾃ',
  ト: 'ﾄ',
  ナ: 'ﾅ',
  ニ: 'ﾆ',
  ヌ: 'ﾇ',
  ネ: 'ﾈ',
  ノ: 'ﾉ',
  ハ: 'ﾊ',
  ヒ: 'ﾋ',
  フ: 'ﾌ',
  ヘ: 'ﾍ',
  ホ: 'ﾎ',
  マ: 'ﾏ',
  ミ: 'ﾐ',
  ム: 'ﾑ',
  メ: 'ﾒ',
  モ: 'ﾓ',
  ヤ: 'ﾔ',
  ユ: 'ﾕ',
  ヨ: 'ﾖ',
  ラ: 'ﾗ',
  リ: 'ﾘ',
  ル: 'ﾙ',
  レ: 'ﾚ',
  ロ: 'ﾛ',
  ワ: 'ﾜ',
  ン: 'ﾝ',
  ガ: 'ｶﾞ',
  ギ: 'ｷﾞ',
  グ: 'ｸﾞ',
  ゲ: 'ｹﾞ',
  ゴ: 'ｺﾞ',
  ザ: 'ｻﾞ',
  ジ: 'ｼﾞ',
  ズ: 'ｽﾞ',
  ダ: 'ﾀﾞ',
  デ: 'ﾃﾞ',
  ド: 'ﾄﾞ',
  バ: 'ﾊﾞ',
  ブ: 'ﾌﾞ',
  ベ: 'ﾍﾞ',
}

const narrowed = (value: Json | undefined): Json =>
  typeof value === 'string' ? value.replace(/[ァ-ヶ]/g, (c) => halfWidth[c] ?? c) : (value ?? null)

const isKanaName = (object: JsonObject): boolean => values(object, 'extension', 'valueCode').includes('SYL')

const changes: Record<Exclude<Mess, 'late' | 'duplicate'>, (object: JsonObject) => Json | undefined> = {
  'wrong-unit': (object) =>
    isObject(object.valueQuantity) ? { ...object, valueQuantity: { value: object.valueQuantity.value ?? 0, unit: 'g/dl?' } } : object,
  'no-range': ({ referenceRange, ...rest }) => (referenceRange === undefined ? rest : rest),
  'odd-text': (object) =>
    object.resourceType === 'Condition' && isObject(object.code)
      ? { ...object, code: { ...object.code, text: `${String(object.code.text)} f/u (?)` } }
      : object,
  'half-width-kana': (object) =>
    isKanaName(object) ? { ...object, text: narrowed(object.text), family: narrowed(object.family) } : object,
  'no-member-id': (object) => (object.system === memberIdSystem ? undefined : object),
  'no-local-code': (object) => (object.system === localCodeSystem ? undefined : object),
}

/** The Bundle with its fault in it; late and duplicate ones differ only in when they are sent. */
export function withFault(bundle: Resource, messy: Mess | undefined): Resource {
  if (messy === undefined || messy === 'late' || messy === 'duplicate') return bundle
  return rewritten(bundle, changes[messy])
}
