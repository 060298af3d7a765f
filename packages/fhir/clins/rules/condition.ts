import { codeSystems, diseaseSystems, extensions } from '../canonicals.ts'
import { codings, element, extension, type Node, nodes } from '../element.ts'
import { clinical, inside, lacking, present, type SubmissionRule } from './rule.ts'

const common = { level: 'error', appliesTo: clinical } as const

/** Codes, each with system, code and display, and the text as written. */
export const incompleteCode = (among: Node[]): string[] => [
  ...lacking(among, 'code', 'coding'),
  ...lacking(inside(among, 'code', 'coding'), 'system'),
  ...lacking(inside(among, 'code', 'coding'), 'code'),
  ...lacking(inside(among, 'code', 'coding'), 'display'),
  ...lacking(among, 'code', 'text'),
]

export const isEnteredInError = (node: Node): boolean =>
  codings(element(node.value, 'verificationStatus')).some((coding) => coding.code === 'entered-in-error')

export const conditionRules: SubmissionRule[] = [
  {
    ...common,
    id: 'P-CONDITION-CODE',
    code: 'required',
    source: 'JP_Condition_eCS code.coding (system, code, display) and code.text 1..*',
    ja: '傷病名のコード（system・code・display）か、入力どおりの病名（text）が欠けています。書いてください。',
    en: 'The diagnosis lacks a code (system, code, display) or the name as typed (text). Add it.',
    find: (s) => incompleteCode(s.of('Condition')),
  },
  {
    ...common,
    id: 'P-CONDITION-KEY-NUMBER',
    code: 'code-invalid',
    source: 'JP_Condition_eCS code.coding:medisRecordNo 1..*',
    ja: '病名管理番号（master-disease-keyNumber）がありません。付けてください。コード化できないときは同じ桁数の9を並べます。',
    en: 'The MEDIS key number (master-disease-keyNumber) is missing. Add it; for an uncodable disease write 9s of the same length.',
    find: (s) =>
      s.of('Condition').flatMap((n) => {
        const key = codings(element(n.value, 'code')).find((c) => c.system === diseaseSystems.keyNumber)
        return key !== undefined && /^[0-9]+$/.test(key.code) ? [] : [`${n.path}.code.coding`]
      }),
  },
  {
    ...common,
    id: 'P-CONDITION-CATEGORY',
    documentLevel: 'warning',
    code: 'value',
    source: 'JP_Condition_eCS category 1..1, encounter-diagnosis; the published letters use problem-list-item for complaints',
    ja: '傷病名の category が encounter-diagnosis ちょうど1つではありません。直してください。',
    en: 'The category of the diagnosis is not exactly one encounter-diagnosis. Correct it.',
    find: (s) =>
      s.of('Condition').flatMap((n) => {
        const categories = nodes(n, 'category')
        const right = categories.some((one) => codings(one.value).some((c) => c.code === 'encounter-diagnosis'))
        return categories.length === 1 && right ? [] : [`${n.path}.category`]
      }),
  },
  {
    ...common,
    id: 'P-CONDITION-VERIFICATION',
    code: 'required',
    source: 'JP_Condition_eCS verificationStatus 1..1: unconfirmed for 疑い病名, otherwise confirmed',
    ja: '病名の確からしさ（verificationStatus）がありません。疑い病名は unconfirmed、それ以外は confirmed と書いてください。',
    en: 'verificationStatus is missing. Write unconfirmed for a suspected disease, otherwise confirmed.',
    find: (s) => lacking(s.of('Condition'), 'verificationStatus', 'coding', 'code'),
  },
  {
    ...common,
    id: 'P-CONDITION-SUBJECT',
    code: 'required',
    source: 'JP_Condition_eCS subject 1..1',
    ja: '傷病名に患者への参照（subject）がありません。患者の fullUrl を参照してください。',
    en: 'The diagnosis does not refer to the Patient (subject). Refer to its fullUrl.',
    find: (s) => lacking(s.of('Condition'), 'subject'),
  },
  {
    ...common,
    id: 'P-CONDITION-CLINICAL-STATUS',
    documentLevel: 'warning',
    code: 'required',
    source: 'JP-CLINS prose: clinicalStatus unless entered-in-error',
    ja: '傷病名の状態（clinicalStatus）がありません。active、remission、inactive、resolved、unknown のいずれかを書いてください。',
    en: 'clinicalStatus is missing. Write active, remission, inactive, resolved or unknown.',
    find: (s) =>
      lacking(
        s.of('Condition').filter((n) => !isEnteredInError(n)),
        'clinicalStatus',
        'coding',
        'code',
      ),
  },
  {
    ...common,
    id: 'P-CONDITION-MAIN',
    level: 'warning',
    code: 'code-invalid',
    source: 'JP_eCS_DiagnosisType: ex-diagnosistype#principal on the main disease',
    ja: '主病名の拡張の値が ex-diagnosistype の principal ではありません。直すか、主病名でなければ拡張を取り除いてください。',
    en: 'The diagnosis type is not ex-diagnosistype#principal. Correct it, or remove it if this is not the main disease.',
    find: (s) =>
      s.of('Condition').flatMap((n) => {
        const type = extension(n.value, extensions.diagnosisType)
        if (type === undefined) return []
        const right = codings(element(type, 'valueCodeableConcept')).some(
          (c) => c.system === codeSystems.diagnosisType && c.code === 'principal',
        )
        return right && present(type, 'url') ? [] : [`${n.path}.extension`]
      }),
  },
]
