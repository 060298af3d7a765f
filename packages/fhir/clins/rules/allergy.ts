import { allergenSystems } from '../canonicals.ts'
import { codings, element, type Node, texts } from '../element.ts'
import { incompleteCode, isEnteredInError } from './condition.ts'
import { clinical, lacking, type SubmissionRule } from './rule.ts'
import type { Submission } from './submission.ts'

const common = { level: 'error', appliesTo: clinical } as const
const allergies = (s: Submission): Node[] => s.of('AllergyIntolerance')
const isDrug = (n: Node) => texts(n.value, 'category').includes('medication')
const isHigh = (n: Node) => element(n.value, 'criticality') === 'high'
const allergen = (n: Node) => codings(element(n.value, 'code'))

const drugSystemsOfAllergy: string[] = [allergenSystems.drug, allergenSystems.genericDrug]
const allergenSystemList: string[] = Object.values(allergenSystems)

/** Shape of a J-FAGY code per system; dummy codes stand for what has none. @spec J-FAGY */
const codeShapes: Record<string, RegExp> = {
  [allergenSystems.drug]: /^(YCM[0-9A-Z]{12}|D9M000000000)$/,
  [allergenSystems.genericDrug]: /^GCM[0-9A-Z]{9}ZZZ$/,
  [allergenSystems.food]: /^(J9F[0-9A-Z]{9}|D9F000000000)$/,
  [allergenSystems.other]: /^(J9N[0-9A-Z]{9}|D9N000000000)$/,
}

export const allergyRules: SubmissionRule[] = [
  {
    ...common,
    id: 'R2011',
    level: 'warning',
    code: 'business-rule',
    source: 'JP_AllergyIntolerance_eCS warning-medication-allergy',
    ja: '医薬品のアレルギーで criticality が high ではありません。薬剤禁忌として送るなら high にしてください。差し支えなければそのままで構いません。',
    en: 'A drug allergy without criticality high. If it is sent as a contraindication, set high; otherwise leave it.',
    find: (s) => allergies(s).flatMap((n) => (isDrug(n) && !isHigh(n) ? [`${n.path}.criticality`] : [])),
  },
  {
    ...common,
    id: 'R2012',
    code: 'code-invalid',
    source: 'JP-CLINS 1.5.2 R2012; its expression misspells the system, so the J-FAGY systems of the code tables are asked for',
    ja: '薬剤禁忌（medication かつ high）に医薬品コード（YCM または GCM）がありません。どちらかを付けてください。',
    en: 'A contraindication (medication, high) has no drug code (YCM or GCM). Add one.',
    find: (s) =>
      allergies(s).flatMap((n) =>
        isDrug(n) && isHigh(n) && !allergen(n).some((c) => drugSystemsOfAllergy.includes(c.system)) ? [`${n.path}.code.coding`] : [],
      ),
  },
  {
    ...common,
    id: 'R2013',
    code: 'code-invalid',
    source: 'JP-CLINS 1.5.2 R2013',
    ja: 'アレルゲンに J-FAGY コードがありません。付けてください。コードがないときはダミーコードを使い、名称を text に書きます。',
    en: 'The allergen has no J-FAGY code. Add one; if there is none, use the dummy code and write the name into text.',
    find: (s) =>
      allergies(s).flatMap((n) =>
        !(isDrug(n) && isHigh(n)) && !allergen(n).some((c) => allergenSystemList.includes(c.system)) ? [`${n.path}.code.coding`] : [],
      ),
  },
  {
    ...common,
    id: 'P-ALLERGY-CODE',
    code: 'required',
    source: 'JP_AllergyIntolerance_eCS code.coding (system, code, display) and code.text 1..*',
    ja: 'アレルゲンのコード（system・code・display）か、入力どおりの名称（text）が欠けています。書いてください。',
    en: 'The allergen lacks a code (system, code, display) or the name as typed (text). Add it.',
    find: (s) => incompleteCode(allergies(s)),
  },
  {
    ...common,
    id: 'P-ALLERGY-CODE-SHAPE',
    code: 'code-invalid',
    source: 'J-FAGY code forms',
    ja: 'J-FAGY コードの形が違います。YCM＋12桁、GCM＋9桁＋ZZZ、J9F＋9桁、J9N＋9桁、またはダミーコードにしてください。',
    en: 'The J-FAGY code is malformed. Use YCM + 12, GCM + 9 + ZZZ, J9F + 9, J9N + 9, or the dummy code.',
    find: (s) =>
      allergies(s).flatMap((n) =>
        allergen(n).flatMap((c, index) => (codeShapes[c.system]?.test(c.code) === false ? [`${n.path}.code.coding[${index}].code`] : [])),
      ),
  },
  {
    ...common,
    id: 'P-ALLERGY-CATEGORY',
    code: 'not-supported',
    source: 'JP-CLINS prose: category biologic is not used',
    ja: 'アレルギーの category に biologic は使えません。medication、food、environment のいずれかにするか、書かないでください。',
    en: 'The category biologic is not used. Write medication, food, environment, or none.',
    find: (s) => allergies(s).flatMap((n) => (texts(n.value, 'category').includes('biologic') ? [`${n.path}.category`] : [])),
  },
  {
    ...common,
    id: 'P-ALLERGY-PATIENT',
    code: 'required',
    source: 'JP_AllergyIntolerance_eCS patient 1..1',
    ja: 'アレルギーに患者への参照（patient）がありません。患者の fullUrl を参照してください。',
    en: 'The allergy does not refer to the Patient. Refer to its fullUrl.',
    find: (s) => lacking(allergies(s), 'patient'),
  },
  {
    ...common,
    id: 'P-ALLERGY-CLINICAL-STATUS',
    documentLevel: 'warning',
    code: 'required',
    source: 'JP-CLINS prose: clinicalStatus unless entered-in-error',
    ja: 'アレルギーの状態（clinicalStatus）がありません。書いてください。',
    en: 'clinicalStatus of the allergy is missing. Write it.',
    find: (s) =>
      lacking(
        allergies(s).filter((n) => !isEnteredInError(n)),
        'clinicalStatus',
        'coding',
        'code',
      ),
  },
]
