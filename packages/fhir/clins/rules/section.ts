import { codings, element, firstText, type Node, nodes } from '../element.ts'
import { documentOf } from './document.ts'
import { documents, inside, type SubmissionRule } from './rule.ts'
import { type SectionShape, structuredSections, topSections } from './shape.ts'
import type { Submission } from './submission.ts'

const common = { level: 'error', appliesTo: documents } as const

const codeOf = (section: Node) => codings(element(section.value, 'code'))[0]?.code ?? ''

type Level = { at: string; sections: Node[]; shapes: Record<string, SectionShape> }

/** Sections with the shapes that hold for them: those at the top, and those inside 構造情報. */
function levels(s: Submission): Level[] {
  const kind = documentOf(s)
  if (kind === null || s.composition === undefined) return []
  const top = nodes(s.composition, 'section')
  const found: Level[] = [{ at: `${s.composition.path}.section`, sections: top, shapes: topSections[kind] }]
  if (kind !== 'eReferral' && kind !== 'eDischargeSummary') return found
  for (const holder of top.filter((section) => codeOf(section) === '300'))
    found.push({ at: `${holder.path}.section`, sections: nodes(holder, 'section'), shapes: structuredSections[kind] })
  return found
}

export const sectionRules: SubmissionRule[] = [
  {
    ...common,
    id: 'P-SECTION-REQUIRED',
    code: 'required',
    source: 'JP_Composition_* sections 1..1',
    ja: '必須のセクションがないか、同じセクションが2回あります。文書ごとの必須セクションを1つずつ入れてください。',
    en: 'A required section is missing, or a section stands twice. Add each required section once.',
    find: (s) =>
      levels(s).flatMap(({ at, sections, shapes }) =>
        Object.entries(shapes).flatMap(([code, { card }]) => {
          const count = sections.filter((section) => codeOf(section) === code).length
          return count < card[0] || count > card[1] ? [{ path: at, detail: code }] : []
        }),
      ),
  },
  {
    ...common,
    id: 'P-SECTION-CODE',
    code: 'code-invalid',
    source: 'JP_Composition_* section.code, closed',
    ja: 'この文書にないセクションコードです。決められたコードにするか、取り除いてください。',
    en: 'The section code does not belong to this document. Use a published code or remove the section.',
    find: (s) =>
      levels(s).flatMap(({ sections, shapes }) =>
        sections.flatMap((section) => (Object.hasOwn(shapes, codeOf(section)) ? [] : [`${section.path}.code`])),
      ),
  },
  {
    ...common,
    id: 'P-SECTION-ENTRIES',
    code: 'structure',
    source: 'JP_Composition_* section.entry cardinality and types',
    ja: 'セクションの entry の数か種別が違います。仕様のとおりのリソースを参照してください。',
    en: 'The section refers to too few, too many, or other resources than published. Refer to the right ones.',
    find: (s) =>
      levels(s).flatMap(({ sections, shapes }) =>
        sections.flatMap((section) => {
          const shape = Object.hasOwn(shapes, codeOf(section)) ? shapes[codeOf(section)] : undefined
          if (shape === undefined) return []
          const entries = nodes(section, 'entry')
          const [low, high] = shape.entries ?? [0, Number.POSITIVE_INFINITY]
          if (entries.length < low || entries.length > high) return [`${section.path}.entry`]
          return entries.flatMap((entry) => {
            const target = s.byUrl.get(firstText(entry.value, 'reference') ?? '')
            return target === undefined || shape.types.includes(target.resourceType) ? [] : [entry.path]
          })
        }),
      ),
  },
  {
    ...common,
    id: 'P-SECTION-STRUCTURE',
    appliesTo: ['eReferral', 'eDischargeSummary'],
    code: 'structure',
    source: 'JP_Composition_eReferral, JP_Composition_eDischargeSummary checkExist-CDASection-or-CompositionSection',
    ja: '構造情報（300）と CDA 参照（200）のちょうど一方がありません。構造情報を入れてください（添付だけの文書は送れません）。',
    en: 'There is not exactly one of structured part (300) and CDA reference (200). Add the structured part; attachments alone cannot be sent.',
    find: (s) => {
      const codes = inside(s.composition === undefined ? [] : [s.composition], 'section').map(codeOf)
      return codes.includes('300') !== codes.includes('200') ? [] : [`${s.composition?.path ?? 'Bundle'}.section`]
    },
  },
  {
    ...common,
    id: 'P-SECTION-NONE',
    appliesTo: ['eCheckup'],
    code: 'required',
    source: 'JP_Composition_eCheckupGeneral section 1..*',
    ja: '健診結果のセクションがひとつもありません。検査結果または問診結果のセクションを入れてください。',
    en: 'There is no section with check-up results. Add a section of results or answers.',
    find: (s) => (levels(s).some(({ sections }) => sections.some((section) => nodes(section, 'entry').length > 0)) ? [] : ['Bundle.entry']),
  },
]
