import type { ReactElement, ReactNode } from 'react'
import type { DocumentSection } from '#care/record'
import { DefinitionList, formatDate, Ja, Section, t } from '#ui'
import { ClinicPage, crumbs, PatientLine } from './frame.tsx'
import type { AnyItem, ItemOf } from './model.ts'
import { type ItemProps, Raw } from './page-item.tsx'
import { Lines, type Look, rangeOf, Source } from './parts.tsx'
import { ResultValue } from '#ui'
import { named, titleOf } from './words.ts'

export type SectionView = Omit<DocumentSection, 'items'> & { items: AnyItem[] }

/** A letter or report as it would lie on the desk: who to whom, then section by section. Nothing of the sender's markup is used. */
export function DocumentPage(props: ItemProps & { document: ItemOf<'document'>; sections: readonly SectionView[] }): ReactElement {
  const { patient, document, sections, institutions, on, body } = props
  const { lang } = on
  const look: Look = { lang, patient, institutions }
  const filled = sections.filter((section, n) => hasContent(section) || hasContentBelow(sections, n))
  return (
    <ClinicPage on={on} title={t(lang, titleOf(document))} breadcrumbs={crumbs(patient, lang)} lead={<Head patient={patient.name} lang={lang}><PatientLine patient={patient} lang={lang} /></Head>}>
      <DefinitionList
        items={[
          { term: t(lang, { ja: '作成日', en: 'Written' }), value: document.date === null ? null : formatDate(document.date, lang) },
          { term: t(lang, { ja: '作成した医療機関', en: 'Written by' }), value: <Source item={document} look={look} /> },
          ...(document.addressee
            ? [{ term: t(lang, { ja: 'あて先', en: 'Addressed to' }), value: <Ja>{document.addressee.name ?? document.addressee.institutionNumber ?? ''}</Ja> }]
            : []),
          { term: t(lang, { ja: '閲覧の根拠', en: 'Why you may see it' }), value: t(lang, named('rules', document.rule)) },
        ]}
      />
      {filled.length === 0 ? (
        <p className="note">{t(lang, { ja: '読み取れる章はありません。原文を見てください。', en: 'No section can be read. See the stored text.' })}</p>
      ) : (
        filled.map((section, n) => (
          // biome-ignore lint/suspicious/noArrayIndexKey: two sections may bear one title
          <Section key={n} title={section.title || t(lang, { ja: '無題', en: 'Untitled' })}>
            <Words section={section} look={look} />
          </Section>
        ))
      )}
      <Raw body={body} lang={lang} />
    </ClinicPage>
  )
}

const Head = ({ patient, children }: { patient: string; lang: string; children: ReactNode }): ReactNode => (
  <>
    <p>
      <strong lang="ja">{patient}</strong>
    </p>
    {children}
  </>
)

const hasContent = (section: SectionView) => section.text !== '' || section.items.length > 0 || section.lines.length > 0

/** A section that only holds others keeps its title where one of them says something. */
function hasContentBelow(sections: readonly SectionView[], n: number): boolean {
  const depth = sections[n]?.depth ?? 0
  for (const below of sections.slice(n + 1)) {
    if (below.depth <= depth) return false
    if (hasContent(below)) return true
  }
  return false
}

function Words({ section, look }: { section: SectionView; look: Look }): ReactNode {
  const lines = section.lines.filter((line) => !section.text.includes(line))
  return (
    <>
      {section.text === '' ? null : <Lines text={section.text} />}
      {section.items.length === 0 ? null : (
        <ul>
          {section.items.map((item, n) => (
            // biome-ignore lint/suspicious/noArrayIndexKey: entries of a document have no id of their own
            <li key={n}>
              <Entry item={item} look={look} />
            </li>
          ))}
        </ul>
      )}
      {lines.length === 0 ? null : <Lines text={lines.join('\n')} />}
    </>
  )
}

function Entry({ item, look: { lang } }: { item: AnyItem; look: Look }): ReactNode {
  const date = item.date ? <span className="note"> {formatDate(item.date, lang)}</span> : null
  return (
    <>
      <Ja>{t(lang, titleOf(item))}</Ja>{' '}
      {item.is === 'result' && item.value !== null ? (
        <ResultValue lang={lang} value={item.value} unit={item.unit ?? undefined} range={rangeOf(item.reference)} mark={item.mark} />
      ) : null}
      {item.is === 'prescription' ? <Ja>{[item.dose ?? '', item.usage ?? ''].filter(Boolean).join('　')}</Ja> : null}
      {item.is === 'diagnosis' && item.suspected ? t(lang, { ja: '（疑い）', en: '(suspected)' }) : null}
      {item.is === 'allergy' && item.criticality ? t(lang, { ja: `（${named('criticality', item.criticality).ja}）`, en: ` (${named('criticality', item.criticality).en})` }) : null}
      {date}
    </>
  )
}
