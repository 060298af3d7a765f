import { codeSystems, labSystems } from '../canonicals.ts'
import { codings, element, firstText, type Node, nodes } from '../element.ts'
import { isDesignated } from './designated.ts'
import { clinical, lacking, paths, present, type SubmissionRule } from './rule.ts'
import type { Submission } from './submission.ts'

const common = { level: 'error', appliesTo: clinical } as const
const results = (s: Submission): Node[] => s.laboratory
const local = (n: Node) => codings(element(n.value, 'code')).filter((c) => c.system === labSystems.local)
const localCodings = (n: Node) => nodes(n, 'code', 'coding').filter((c) => element(c.value, 'system') === labSystems.local)
const statuses = ['preliminary', 'final', 'corrected', 'cancelled']

const hasValue = (n: Node) =>
  present(n.value, 'dataAbsentReason') ||
  present(n.value, 'component') ||
  Object.keys(n.value as object).some((name) => name.startsWith('value') && present(n.value, name))

export const laboratoryRules: SubmissionRule[] = [
  {
    ...common,
    id: 'R6021',
    code: 'code-invalid',
    source: 'JP_Observation_LabResult_eCS code.coding: local code always',
    ja: '検査項目に施設のローカルコード（JP_CLINS_ObsLabResult_LocalCode_CS）がありません。必ず付けてください。',
    en: 'The result lacks the local code (JP_CLINS_ObsLabResult_LocalCode_CS). It is always needed.',
    find: (s) => results(s).flatMap((n) => (local(n).length > 0 ? [] : [`${n.path}.code.coding`])),
  },
  {
    ...common,
    id: 'P-LAB-LOCAL-CODE',
    alone: 'warning',
    code: 'value',
    source: 'JP-CLINS prose on the local laboratory code',
    ja: '検査のローカルコードに使えない文字があります。半角の英数字、ハイフン、下線だけにしてください。',
    en: 'The local laboratory code contains other characters than letters, digits, hyphen and underscore. Use only these.',
    find: (s) => results(s).flatMap((n) => (local(n).every((c) => /^[A-Za-z0-9_-]+$/.test(c.code)) ? [] : [`${n.path}.code.coding`])),
  },
  {
    ...common,
    id: 'P-LAB-LOCAL-DISPLAY',
    level: 'warning',
    alone: 'warning',
    code: 'value',
    source: 'JP-CLINS prose on the local laboratory code: the longest local name as display, without spaces',
    ja: '検査のローカルコード（JP_CLINS_ObsLabResult_LocalCode_CS、LocalCode）の display に空白があります。空白を除いた名称を書いてください。',
    en: 'The display of the local laboratory code (LocalCode) contains a space. Write the name without spaces.',
    find: (s) =>
      results(s).flatMap((n) =>
        localCodings(n)
          .filter((c) => /\s/.test(firstText(c.value, 'display') ?? ''))
          .map((c) => `${c.path}.display`),
      ),
  },
  {
    ...common,
    id: 'P-LAB-DESIGNATED',
    level: 'warning',
    alone: 'warning',
    code: 'code-invalid',
    source: 'JP-CLINS: the 43 designated items carry their JLAC10 or JLAC11 code (CoreLabo)',
    ja: '指定検査なのに、指定検査のJLAC10/11コード（JP_CLINS_ObsLabResult_CoreLabo_CS）がありません。付けてください。',
    en: 'A designated test (designated labtest) without its JLAC10/11 code (JP_CLINS_ObsLabResult_CoreLabo_CS). Add it.',
    find: (s) =>
      results(s).flatMap((n) => {
        const named = localCodings(n).find((c) => isDesignated(firstText(c.value, 'display') ?? firstText(n.value, 'code', 'text') ?? ''))
        const isCoded = codings(element(n.value, 'code')).some((c) => c.system === labSystems.core10 || c.system === labSystems.core11)
        return named && !isCoded ? [{ path: `${n.path}.code.coding`, detail: firstText(named.value, 'display') ?? '' }] : []
      }),
  },
  {
    ...common,
    id: 'P-LAB-STANDARD-CODE',
    level: 'warning',
    alone: 'warning',
    code: 'code-invalid',
    source: 'JP-CLINS prose: designated, infection or JLAC10 code, else the uncoded one',
    ja: '検査項目にローカルコードしかありません。指定検査・感染症・JLAC10 のコード、なければ未標準化コードを付けてください。',
    en: 'The result has only its local code. Add the designated, infection or JLAC10 code, or the uncoded one.',
    find: (s) => {
      const standard: string[] = Object.values(labSystems).filter((system) => system !== labSystems.local)
      return results(s).flatMap((n) =>
        (s.kind === null && local(n).length === 0) || codings(element(n.value, 'code')).some((c) => standard.includes(c.system))
          ? []
          : [`${n.path}.code.coding`],
      )
    },
  },
  {
    ...common,
    id: 'P-LAB-STATUS',
    code: 'code-invalid',
    source: 'JP-CLINS prose on Observation.status',
    ja: '検査結果の status が使える値ではありません。preliminary、final、corrected（例外的に cancelled）にしてください。',
    en: 'The status is none of preliminary, final, corrected (exceptionally cancelled). Correct it.',
    find: (s) => results(s).flatMap((n) => (statuses.some((status) => status === element(n.value, 'status')) ? [] : [`${n.path}.status`])),
  },
  {
    ...common,
    id: 'P-LAB-CATEGORY',
    code: 'value',
    source: 'JP_Observation_LabResult_eCS category laboratory',
    ja: '検査結果の category が JP_SimpleObservationCategory_CS の laboratory ではありません。直してください。',
    en: 'The category is not laboratory of JP_SimpleObservationCategory_CS. Correct it.',
    find: (s) =>
      results(s).flatMap((n) =>
        nodes(n, 'category').some((one) =>
          codings(one.value).some((c) => c.system === codeSystems.observationCategory && c.code === 'laboratory'),
        )
          ? []
          : [`${n.path}.category`],
      ),
  },
  {
    ...common,
    id: 'P-LAB-CODE-TEXT',
    code: 'required',
    source: 'JP_Observation_LabResult_eCS code.text 1..1, coding.display 1..1',
    ja: '検査項目の名称（code.text）がないか、コードに system・code・display がそろっていません。書いてください。',
    en: 'The result lacks its name (code.text), or a code lacks system, code or display. Add it.',
    find: (s) => {
      const all = results(s).flatMap((n) => nodes(n, 'code', 'coding'))
      return [...lacking(results(s), 'code', 'text'), ...lacking(all, 'system'), ...lacking(all, 'code'), ...lacking(all, 'display')]
    },
  },
  {
    ...common,
    id: 'P-LAB-SUBJECT',
    code: 'required',
    source: 'JP_Observation_LabResult_eCS subject 1..1',
    ja: '検査結果に患者への参照（subject）がありません。患者の fullUrl を参照してください。',
    en: 'The result does not refer to the Patient (subject). Refer to its fullUrl.',
    find: (s) => lacking(results(s), 'subject'),
  },
  {
    ...common,
    id: 'P-LAB-EFFECTIVE',
    code: 'required',
    source: 'JP_Observation_LabResult_eCS effectiveDateTime 1..1',
    ja: '検体の採取日時（effectiveDateTime）がありません。書いてください。',
    en: 'The time the specimen was taken (effectiveDateTime) is missing. Write it.',
    find: (s) => lacking(results(s), 'effectiveDateTime'),
  },
  {
    ...common,
    id: 'P-LAB-SPECIMEN',
    code: 'required',
    source: 'JP_Observation_LabResult_eCS specimen 1..1',
    ja: '検体（specimen）がありません。contained の Specimen を参照するか、display に検体名を書いてください。',
    en: 'The specimen is missing. Refer to a contained Specimen or write its name into display.',
    find: (s) => lacking(results(s), 'specimen'),
  },
  {
    ...common,
    id: 'P-LAB-VALUE',
    documentLevel: 'warning',
    code: 'required',
    source: 'JP-CLINS prose: value[x] or dataAbsentReason; component for several results',
    ja: '検査結果の値がありません。value[x] を書くか、ない理由を dataAbsentReason に書いてください。',
    en: 'The result has no value. Write value[x], or why there is none (dataAbsentReason).',
    find: (s) => paths(results(s).filter((n) => !hasValue(n))).map((path) => `${path}.value`),
  },
  {
    ...common,
    id: 'P-LAB-HAS-MEMBER',
    appliesTo: ['five-items'],
    alone: 'information',
    code: 'not-supported',
    source: 'JP-CLINS prose: hasMember is not used in the five items',
    ja: '5情報の送信では hasMember の使用は禁止です。ひとつの検査に複数の結果があるときは component に書いてください。',
    en: 'hasMember is not allowed in the five items. Write several results of one test as component.',
    find: (s) => s.of('Observation').flatMap((n) => (present(n.value, 'hasMember') ? [`${n.path}.hasMember`] : [])),
  },
]
