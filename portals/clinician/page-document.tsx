import type { ReactElement, ReactNode } from 'react'
import type { DocumentSection } from '#care/record'
import type { JudgedSignature } from '#care/signature'
import { Banner, DefinitionList, formatDate, Ja, type Lang, ResultValue, Section, t, UninformedMark } from '#ui'
import { ClinicPage, crumbs, PatientHead } from './frame.tsx'
import type { AnyItem, ItemOf } from './model.ts'
import { type ItemProps, Raw } from './page-item.tsx'
import { Lines, type Look, rangeOf, Source } from './parts.tsx'
import { Signatures } from './signing/signed.tsx'
import { named, titleOf } from './words.ts'

export type SectionView = Omit<DocumentSection, 'items'> & { items: AnyItem[] }

/** A letter or report as it would lie on the desk: who to whom, then section by section. Nothing of the sender's markup is used. */
export function DocumentPage(
  props: ItemProps & {
    document: ItemOf<'document'>
    sections: readonly SectionView[]
    signatures: readonly JudgedSignature[]
    signHref: string | null
    /** Address and phone of the person are hidden; this text is not changed, because its signature would break. */
    isProtected: boolean
  },
): ReactElement {
  const { patient, document, sections, institutions, on, body } = props
  const { lang } = on
  const look: Look = { lang, patient, institutions }
  return (
    <ClinicPage
      on={on}
      title={t(lang, titleOf(document))}
      titleLang={document.title === '' ? lang : 'ja'}
      breadcrumbs={crumbs(patient, lang)}
      lead={<PatientHead patient={patient} lang={lang} />}
    >
      {props.isProtected ? (
        <Banner
          lang={lang}
          tone="attention"
          title={t(lang, {
            ja: 'この患者の住所・電話は、保護のため伏せています',
            en: 'Address and phone of this patient are hidden for protection',
          })}
        >
          <p>
            {t(lang, {
              ja: '文書は署名されたままの形で出しているため、本文に住所が書かれていることがあります。写しを渡す前に、相手を確かめてください。',
              en: 'A document is shown as it was signed, and may say where the patient lives. Before you hand out a copy, make sure to whom.',
            })}
          </p>
        </Banner>
      ) : null}
      <DefinitionList
        items={[
          { term: t(lang, { ja: '作成日', en: 'Written' }), value: document.date === null ? null : formatDate(document.date, lang) },
          { term: t(lang, { ja: '作成した医療機関', en: 'Written by' }), value: <Source item={document} look={look} /> },
          ...(document.addressee
            ? [
                {
                  term: t(lang, { ja: 'あて先', en: 'Addressed to' }),
                  value: <Ja>{document.addressee.name ?? document.addressee.institutionNumber ?? ''}</Ja>,
                },
              ]
            : []),
          { term: t(lang, { ja: '閲覧の根拠', en: 'Why you may see it' }), value: t(lang, named('rules', document.rule)) },
        ]}
      />
      <Sections sections={sections} look={look} />
      <Signatures signatures={props.signatures} signHref={props.signHref} lang={lang} />
      <Raw body={body} lang={lang} />
    </ClinicPage>
  )
}

/** What a document says, section by section. */
export function Sections({ sections, look }: { sections: readonly SectionView[]; look: Look }): ReactNode {
  const { lang } = look
  const filled = sections.filter(hasContent)
  if (filled.length === 0)
    return (
      <p className="note">
        {t(lang, { ja: '読み取れる章はありません。原文を見てください。', en: 'No section can be read. See the stored text.' })}
      </p>
    )
  return filled.map((section, n) => (
    // biome-ignore lint/suspicious/noArrayIndexKey: two sections may bear one title
    <Section key={n} title={section.title ? <Ja>{section.title}</Ja> : t(lang, { ja: '無題', en: 'Untitled' })}>
      <Words section={section} look={look} />
    </Section>
  ))
}

/** A section that only holds others says nothing itself; its parts come after it under their own titles. */
const hasContent = (section: SectionView) => section.text !== '' || section.items.length > 0 || section.lines.length > 0

function Words({ section, look }: { section: SectionView; look: Look }): ReactNode {
  const lines = section.lines.filter((line) => !section.text.includes(line))
  const dates = new Set(section.items.map((item) => item.date))
  const [first] = dates
  const once = section.items.length > 1 && dates.size === 1 && first ? first : null
  return (
    <>
      {once ? <p className="note">{formatDate(once, look.lang)}</p> : null}
      {section.text === '' ? null : <Lines text={section.text} />}
      {section.items.length === 0 ? null : (
        <ul>
          {section.items.map((item, n) => (
            // biome-ignore lint/suspicious/noArrayIndexKey: entries of a document have no id of their own
            <li key={n}>
              <Entry item={item} lang={look.lang} dated={once === null} />
            </li>
          ))}
        </ul>
      )}
      {lines.length === 0 ? null : <Lines text={lines.join('\n')} />}
    </>
  )
}

function Entry({ item, lang, dated }: { item: AnyItem; lang: Lang; dated: boolean }): ReactNode {
  return (
    <>
      <Ja>{t(lang, titleOf(item))}</Ja> <Said item={item} lang={lang} />
      {item.uninformed ? <UninformedMark lang={lang} /> : null}
      {dated && item.date ? <span className="note"> {formatDate(item.date, lang)}</span> : null}
    </>
  )
}

/** What an entry says beside its name. An answer in words has no reference range to miss. */
function Said({ item, lang }: { item: AnyItem; lang: Lang }): ReactNode {
  switch (item.is) {
    case 'result':
      if (item.value === null) return t(lang, named('absentReason', item.absent ?? 'unknown'))
      if (item.number === null && item.reference === null) return <Ja>{item.value}</Ja>
      return <ResultValue lang={lang} value={item.value} unit={item.unit ?? undefined} range={rangeOf(item.reference)} mark={item.mark} />
    case 'prescription':
      return <Ja>{[item.dose ?? '', item.usage ?? ''].filter(Boolean).join('　')}</Ja>
    case 'diagnosis':
      return item.suspected ? t(lang, { ja: '（疑い）', en: '(suspected)' }) : null
    case 'allergy':
      return item.criticality ? `（${t(lang, named('criticality', item.criticality))}）` : null
    default:
      return null
  }
}
