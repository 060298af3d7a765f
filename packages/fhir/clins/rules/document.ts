import { extensions, identifierSystems } from '../canonicals.ts'
import { codings, element, firstText, type Node, nodes, values, walk } from '../element.ts'
import { addresseeOf } from '../extract.ts'
import { type DocumentClass, documentTypeCodes } from '../kind.ts'
import { claimsOwnGuide } from './bundle.ts'
import { documents, inside, lacking, present, type SubmissionRule } from './rule.ts'
import { checkupCategories, checkupInterpretations, checkupPrograms, entryShapes, titles } from './shape.ts'
import type { Submission } from './submission.ts'

export const documentOf = (s: Submission): DocumentClass | null => (s.kind === 'five-items' ? null : s.kind)
const compositions = (s: Submission): Node[] => (s.composition === undefined ? [] : [s.composition])
const common = { level: 'error', appliesTo: documents } as const

const typeAt = (s: Submission, reference: unknown) => (typeof reference === 'string' ? s.byUrl.get(reference)?.resourceType : undefined)

export const documentRules: SubmissionRule[] = [
  {
    ...common,
    id: 'P-DOC-TYPE',
    code: 'value',
    source: 'JP_Bundle_* of documents, Bundle.type',
    ja: '文書の Bundle.type が document ではありません。document にしてください。',
    en: 'Bundle.type of a document is not document. Set it to document.',
    find: (s) => (s.bundle.type === 'document' ? [] : ['Bundle.type']),
  },
  {
    ...common,
    id: 'P-DOC-COMPOSITION',
    code: 'structure',
    source: 'JP_Bundle_* of documents, entry:composition; FHIR R4 bdl-11',
    ja: '文書の最初の entry が Composition ではありません。Composition を最初に置いてください。',
    en: 'The first entry of a document is not the Composition. Put it first.',
    find: (s) =>
      s.entries[0]?.resource?.resourceType === 'Composition' ? [] : [s.entries[0] ? `${s.entries[0].path}.resource` : 'Bundle.entry'],
  },
  {
    ...common,
    id: 'P-DOC-GUIDE',
    level: 'warning',
    code: 'value',
    source: 'JP-CLINS 1.5.2: the service has Bundle profiles of its own for each document; those of the document guides are taken as input',
    ja: '文書がこのサービスの Bundle プロファイル（fhir/clins）ではなく、文書仕様のものを名乗っています。サービスのプロファイルを使ってください。',
    en: "The document claims the Bundle profile of its own guide, not the service's (fhir/clins). Use the service's.",
    find: (s) => (claimsOwnGuide(s) ? ['Bundle.meta.profile'] : []),
  },
  {
    ...common,
    id: 'P-DOC-ENTRIES',
    code: 'structure',
    source: 'JP_Bundle_* of documents, entry and its slices',
    ja: '文書の entry の数が足りないか多すぎます（種別ごとの数は仕様のとおり）。過不足をなくしてください。',
    en: 'The document has too few or too many entries of a type. Correct the number.',
    find: (s) => {
      const kind = documentOf(s)
      if (kind === null) return []
      const { least, counts } = entryShapes[kind]
      const wrong = Object.entries(counts).some(([type, [low, high]]) => s.of(type).length < low || s.of(type).length > high)
      return wrong || s.entries.length < least ? ['Bundle.entry'] : []
    },
  },
  {
    ...common,
    id: 'P-DOC-CLOSED',
    code: 'structure',
    source: 'JP_Bundle_* of documents, closed entry slices',
    ja: 'この文書には入れられない種別のリソースがあります。取り除いてください。',
    en: 'The document carries a resource type it must not. Remove it.',
    find: (s) => {
      const kind = documentOf(s)
      if (kind === null) return []
      const { types } = entryShapes[kind]
      return s.entries.flatMap((e) => (e.resource === undefined || types.includes(e.resource.resourceType) ? [] : [`${e.path}.resource`]))
    },
  },
  {
    ...common,
    id: 'P-DOC-REFERENCE',
    code: 'structure',
    source: 'JP_Bundle_* of documents; FHIR R4 references in Bundles',
    ja: '参照先が文書の中にありません。fullUrl（urn:uuid）か contained の #id で、入っているものを参照してください。',
    en: 'A reference leads to nothing in the document. Refer to an entry by fullUrl or to a contained resource by #id.',
    find: (s) => s.entries.flatMap((e) => brokenReferences(s, e.path, e.resource)),
  },
  {
    ...common,
    id: 'P-COMPOSITION-REQUIRED',
    code: 'required',
    source: 'JP_Composition_*: version 1..1, identifier, status final, category, subject, date, author, title, section',
    ja: '文書情報（Composition）の必須項目（版数、識別子、status=final、category、患者、日付、作成者、表題、セクション）が欠けています。書いてください。',
    en: 'A required element of the Composition is missing (version, identifier, status final, category, subject, date, author, title, section). Add it.',
    find: (s) =>
      compositions(s).flatMap((n) => {
        const version = inside([n], 'extension').filter((one) => element(one.value, 'url') === extensions.documentVersion)
        const right = firstText(n.value, 'identifier', 'system') === identifierSystems.resourceInstance
        return [
          ...(version.length === 1 ? [] : [`${n.path}.extension`]),
          ...(right && present(n.value, 'identifier', 'value') ? [] : [`${n.path}.identifier`]),
          ...(element(n.value, 'status') === 'final' ? [] : [`${n.path}.status`]),
          ...(nodes(n, 'category').length === 1 ? [] : [`${n.path}.category`]),
          ...['subject', 'date', 'author', 'title', 'section'].flatMap((name) => lacking([n], name)),
        ]
      }),
  },
  {
    ...common,
    id: 'P-COMPOSITION-TYPE',
    code: 'code-invalid',
    source: 'JP_Composition_* type.coding 1..1',
    ja: '文書種別（type）のコードが違うか、1つではありません。文書に合った doc-typecodes のコードを1つ書いてください。',
    en: 'The document type is another code or not exactly one. Write the one doc-typecodes code of this document.',
    find: (s) => {
      const kind = documentOf(s)
      return compositions(s).flatMap((n) => {
        const types = codings(element(n.value, 'type'))
        return kind !== null && types.length === 1 && types[0]?.code === documentTypeCodes[kind] ? [] : [`${n.path}.type.coding`]
      })
    },
  },
  {
    ...common,
    id: 'P-COMPOSITION-TITLE',
    code: 'value',
    source: 'JP_Composition_* title fixed',
    ja: '文書の表題（title）が決められた表題ではありません。診療情報提供書・退院時サマリー・患者サマリー（療養計画書）のとおりに書いてください。',
    en: 'The title is not the fixed one of this document. Write it as published.',
    find: (s) => {
      const kind = documentOf(s)
      const title = kind === null ? undefined : titles[kind]
      return title === undefined ? [] : compositions(s).flatMap((n) => (element(n.value, 'title') === title ? [] : [`${n.path}.title`]))
    },
  },
  {
    ...common,
    id: 'P-COMPOSITION-SUBJECT',
    code: 'structure',
    source: 'JP_Composition_* subject: the Patient of the Bundle',
    ja: '文書の患者（subject）が、入っている患者の fullUrl を指していません。直してください。',
    en: 'The subject does not point to the Patient of this Bundle. Correct it.',
    find: (s) =>
      compositions(s).flatMap((n) => (typeAt(s, firstText(n.value, 'subject', 'reference')) === 'Patient' ? [] : [`${n.path}.subject`])),
  },
  {
    ...common,
    id: 'P-COMPOSITION-AUTHOR',
    code: 'required',
    source: 'JP_Composition_* author: Practitioner and Organization',
    ja: '作成者（author）に作成医師（Practitioner）と作成機関（Organization）の両方がありません。両方を参照してください。',
    en: 'The author is not both a Practitioner and an Organization. Refer to both.',
    find: (s) =>
      compositions(s).flatMap((n) => {
        const types = values(n.value, 'author', 'reference').map((reference) => typeAt(s, reference))
        return types.includes('Practitioner') && types.includes('Organization') ? [] : [`${n.path}.author`]
      }),
  },
  {
    ...common,
    id: 'P-COMPOSITION-CUSTODIAN',
    appliesTo: ['eReferral', 'eDischargeSummary', 'eCheckup'],
    code: 'required',
    source: 'JP_Composition_* custodian 1..1',
    ja: '文書の管理責任機関（custodian）がありません。Organization を参照してください。',
    en: 'The custodian is missing. Refer to an Organization.',
    find: (s) =>
      compositions(s).flatMap((n) =>
        typeAt(s, firstText(n.value, 'custodian', 'reference')) === 'Organization' ? [] : [`${n.path}.custodian`],
      ),
  },
  {
    ...common,
    id: 'P-COMPOSITION-EVENT',
    appliesTo: ['eReferral', 'eDischargeSummary', 'eCheckup'],
    code: 'required',
    source: 'JP_Composition_* event with period (issue date; stay; day of the check-up)',
    ja: '文書の event に期間の開始日（period.start）がありません（退院時サマリーは終了日も必要です）。書いてください。',
    en: 'The event has no period.start (a discharge summary needs the end as well). Write it.',
    find: (s) =>
      compositions(s).flatMap((n) => [
        ...lacking([n], 'event', 'period', 'start'),
        ...(s.kind === 'eDischargeSummary' ? lacking([n], 'event', 'period', 'end') : []),
      ]),
  },
  {
    ...common,
    id: 'P-LETTER-ADDRESSEE',
    appliesTo: ['eReferral'],
    code: 'required',
    source: 'EMR information sharing: a referral has an addressee; JP_Composition_eReferral 紹介先情報, Organization 1..1',
    ja: '紹介先の医療機関が分かりません。紹介先情報（910）に医療機関番号のある Organization を入れてください。',
    en: 'The addressee is unknown. Refer in section 910 to an Organization with its institution number.',
    find: (s) => (addresseeOf(s.bundle)?.institutionNumber === undefined ? [`${s.composition?.path ?? 'Bundle'}.section`] : []),
  },
]

export const checkupRules: SubmissionRule[] = [
  {
    ...common,
    id: 'P-CHECKUP-CODES',
    appliesTo: ['eCheckup'],
    code: 'code-invalid',
    source: 'eCheckupReport IG: report category and event.code',
    ja: '健診の報告区分（category）か実施区分（event.code）が決められたコードではありません。直してください。',
    en: 'The report category or the programme (event.code) is not a published code. Correct it.',
    find: (s) =>
      compositions(s).flatMap((n) => {
        const category = nodes(n, 'category').flatMap((one) => codings(one.value))
        const program = nodes(n, 'event', 'code').flatMap((one) => codings(one.value))
        return [
          ...(category.some((c) => checkupCategories.includes(c.code)) ? [] : [`${n.path}.category`]),
          ...(program.some((c) => checkupPrograms.includes(c.code)) ? [] : [`${n.path}.event.code`]),
        ]
      }),
  },
  {
    ...common,
    id: 'P-CHECKUP-RESULT',
    appliesTo: ['eCheckup'],
    code: 'required',
    source: 'JP_Observation_eCheckupGeneral: status final, code, subject, effective 1..1',
    ja: '健診結果の必須項目（status=final、項目コード、患者、実施日）が欠けています。書いてください。',
    en: 'A check-up result lacks a required element (status final, code, subject, effective). Add it.',
    find: (s) =>
      s
        .of('Observation')
        .flatMap((n) => [
          ...(element(n.value, 'status') === 'final' ? [] : [`${n.path}.status`]),
          ...lacking([n], 'code', 'coding', 'code'),
          ...lacking([n], 'subject'),
          ...(['effectiveDateTime', 'effectivePeriod', 'effectiveInstant'].some((name) => present(n.value, name))
            ? []
            : [`${n.path}.effective`]),
        ]),
  },
  {
    ...common,
    id: 'P-CHECKUP-INTERPRETATION',
    level: 'warning',
    appliesTo: ['eCheckup'],
    code: 'code-invalid',
    source: 'eCheckupReport IG: interpretation H, L, N, LX, HX',
    ja: '健診結果の判定が H、L、N、LX、HX のいずれでもありません。直してください。',
    en: 'The interpretation is none of H, L, N, LX, HX. Correct it.',
    find: (s) =>
      inside(s.of('Observation'), 'interpretation').flatMap((n) =>
        codings(n.value).some((c) => checkupInterpretations.includes(c.code)) ? [] : [n.path],
      ),
  },
]

function brokenReferences(s: Submission, path: string, resource: Submission['entries'][number]['resource']): string[] {
  if (resource === undefined || resource.resourceType === 'Bundle') return []
  const contained = new Set(values(resource, 'contained').map((item) => `#${firstText(item, 'id') ?? ''}`))
  const broken: string[] = []
  walk({ path: `${path}.resource`, value: resource }, (node, name) => {
    if (name !== 'reference' || typeof node.value !== 'string') return
    const found = node.value.startsWith('#') ? contained.has(node.value) : s.byUrl.has(node.value)
    if (!found) broken.push(node.path)
  })
  return broken
}
