import { codeSystems, extensions, identifierSystems, institutionNumberPattern } from '../canonicals.ts'
import { codings, element, extension, firstText, type Node, values } from '../element.ts'
import { clinical, lacking, present, type SubmissionRule } from './rule.ts'
import type { Submission } from './submission.ts'

/** Conditions, allergies and laboratory results, in a five-item Bundle every entry but the Patient. */
export const items = (s: Submission): Node[] => {
  if (s.kind === 'five-items')
    return s.entries.flatMap((e) =>
      e.resource === undefined || e.resource.resourceType === 'Patient' ? [] : [{ path: `${e.path}.resource`, value: e.resource }],
    )
  return [...s.of('Condition'), ...s.of('AllergyIntolerance'), ...s.laboratory]
}

const contains = (node: Node, type: string) => values(node.value, 'contained').some((one) => element(one, 'resourceType') === type)
const departmentOf = (node: Node) => element(extension(node.value, extensions.department), 'valueCodeableConcept')

/**
 * Where an item comes from. The published expressions stand on the five-item Bundle; inside a document the same is asked for in prose
 * and the published letters do not do it, so there it is a warning and the item takes institution and department from its document.
 */
const common = { level: 'error', documentLevel: 'warning', appliesTo: clinical, code: 'required' } as const

const observations = (s: Submission) => s.laboratory

export const originRules: SubmissionRule[] = [
  {
    ...common,
    id: 'R9011',
    source: 'JP_Bundle_CLINS all-entries-needs-extension-of-institutionNumber',
    ja: '医療機関番号の拡張（JP_eCS_InstitutionNumber）がありません。患者以外のすべてのリソースに付けてください。',
    en: 'The institution extension (JP_eCS_InstitutionNumber) is missing. Add it to every resource but the Patient.',
    find: (s) => items(s).flatMap((n) => (extension(n.value, extensions.institutionNumber) === undefined ? [`${n.path}.extension`] : [])),
  },
  {
    ...common,
    id: 'R9012',
    documentLevel: 'error',
    code: 'value',
    source: 'JP_Bundle_CLINS all-entries-needs-valid-institutionNumber',
    ja: '医療機関番号の拡張の値が10桁の医療機関番号ではありません。正しい番号を書いてください。',
    en: 'The institution extension does not hold a 10-digit institution number. Write the right number.',
    find: (s) =>
      items(s).flatMap((n) => {
        const found = extension(n.value, extensions.institutionNumber)
        const value = firstText(found, 'valueIdentifier', 'value') ?? ''
        return found === undefined || institutionNumberPattern.test(value) ? [] : [`${n.path}.extension`]
      }),
  },
  {
    ...common,
    id: 'R9013C',
    source: 'JP_Bundle_CLINS condition-needs-contained-of-Encounter',
    ja: '傷病名に受診情報（contained の JP_Encounter）がありません。contained に Encounter を入れてください。',
    en: 'The diagnosis has no contained JP_Encounter. Put the Encounter into contained.',
    find: (s) => s.of('Condition').flatMap((n) => (contains(n, 'Encounter') ? [] : [`${n.path}.contained`])),
  },
  {
    ...common,
    id: 'R9013O',
    source: 'JP_Bundle_CLINS observation-needs-contained-of-Encounter',
    ja: '検査結果に受診情報（contained の JP_Encounter）がありません。contained に Encounter を入れてください。',
    en: 'The result has no contained JP_Encounter. Put the Encounter into contained.',
    find: (s) => observations(s).flatMap((n) => (contains(n, 'Encounter') ? [] : [`${n.path}.contained`])),
  },
  {
    ...common,
    id: 'R9014C',
    source: 'JP_Bundle_CLINS condition-needs-extension-of-Department',
    ja: '傷病名に診療科の拡張（JP_eCS_Department）がありません。付けてください。',
    en: 'The diagnosis has no department extension (JP_eCS_Department). Add it.',
    find: (s) => s.of('Condition').flatMap((n) => (departmentOf(n) === undefined ? [`${n.path}.extension`] : [])),
  },
  {
    ...common,
    id: 'R9014O',
    source: 'JP_Bundle_CLINS observation-needs-extension-of-Department',
    ja: '検査結果に診療科の拡張（JP_eCS_Department）がありません。付けてください。',
    en: 'The result has no department extension (JP_eCS_Department). Add it.',
    find: (s) => observations(s).flatMap((n) => (departmentOf(n) === undefined ? [`${n.path}.extension`] : [])),
  },
  {
    ...common,
    id: 'P-DEPARTMENT',
    code: 'value',
    source: 'JP-CLINS prose on JP_eCS_Department: text always; code of ClinicalDepartment with 2 digits',
    ja: '診療科の名称（text）がないか、コードが2桁の数字ではありません。名称を書き、コードは SS-MIX2 診療科コード2桁にしてください。',
    en: 'The department has no text, or its code is not two digits. Write the name, and the two-digit SS-MIX2 code.',
    find: (s) =>
      items(s).flatMap((n) => {
        const department = departmentOf(n)
        if (department === undefined) return []
        const bad = codings(department).some((c) => c.system === codeSystems.department && !/^[0-9]{2}$/.test(c.code))
        return bad || !present(department, 'text') ? [`${n.path}.extension`] : []
      }),
  },
  {
    ...common,
    id: 'R9015C',
    source: 'JP_Bundle_CLINS condition-needs-onsetDateTime',
    ja: '傷病名に開始日（onsetDateTime）がありません。書いてください。',
    en: 'The diagnosis has no onsetDateTime. Write it.',
    find: (s) => lacking(s.of('Condition'), 'onsetDateTime'),
  },
  {
    ...common,
    id: 'R9016C',
    source: 'JP-CLINS 1.5.2, Condition.encounter',
    ja: '傷病名から受診情報への参照（encounter）がありません。contained の Encounter を #id で参照してください。',
    en: 'The diagnosis does not refer to its Encounter. Refer to the contained one by #id.',
    find: (s) => lacking(s.of('Condition'), 'encounter', 'reference'),
  },
  {
    ...common,
    id: 'R9016O',
    source: 'JP-CLINS 1.5.2, Observation.encounter',
    ja: '検査結果から受診情報への参照（encounter）がありません。contained の Encounter を #id で参照してください。',
    en: 'The result does not refer to its Encounter. Refer to the contained one by #id.',
    find: (s) => lacking(observations(s), 'encounter', 'reference'),
  },
  {
    ...common,
    id: 'R9017O',
    source: 'JP-CLINS 1.5.2, Observation.performer',
    ja: '検査結果に実施者（performer）がありません。contained の Practitioner を #id で参照してください。',
    en: 'The result has no performer. Refer to the contained Practitioner by #id.',
    find: (s) => lacking(observations(s), 'performer'),
  },
  {
    ...common,
    id: 'R9018C',
    source:
      'JP-CLINS 1.5.2, Condition.abatementDateTime; the rule text says always, the prose only where there is an end: the prose is followed',
    ja: '終わった傷病名（clinicalStatus が resolved・inactive・remission）に終了日（abatementDateTime）がありません。書いてください。',
    en: 'The diagnosis has ended (clinicalStatus resolved, inactive or remission) without abatementDateTime. Write the end date.',
    find: (s) =>
      lacking(
        s.of('Condition').filter((n) => {
          const status = codings(element(n.value, 'clinicalStatus')).map((c) => c.code)
          return status.some((code) => code === 'resolved' || code === 'inactive' || code === 'remission')
        }),
        'abatementDateTime',
      ),
  },
  {
    ...common,
    id: 'R9019O',
    source: 'JP-CLINS 1.5.2, contained JP_Practitioner',
    ja: '検査結果に実施者（contained の JP_Practitioner）がありません。contained に Practitioner を入れてください。',
    en: 'The result has no contained JP_Practitioner. Put the Practitioner into contained.',
    find: (s) => observations(s).flatMap((n) => (contains(n, 'Practitioner') ? [] : [`${n.path}.contained`])),
  },
  {
    ...common,
    id: 'P-INSTANCE-ID',
    documentLevel: 'error',
    source: 'JP_X_eCS identifier:resourceIdentifier 1..1',
    ja: '施設内で一意な識別子（resourceInstance-identifier）がちょうど1つありません。identifier に1つ書いてください。',
    en: 'There is not exactly one resourceInstance identifier, unique within the institution. Write one.',
    find: (s) =>
      [...items(s), ...s.of('MedicationRequest')].flatMap((n) => {
        const own = values(n.value, 'identifier').filter((one) => element(one, 'system') === identifierSystems.resourceInstance)
        return own.length === 1 && present(own[0], 'value') ? [] : [`${n.path}.identifier`]
      }),
  },
]
