import type { ReactElement } from 'react'
import { type DefinitionItem, DefinitionList, Details, formatDate, formatDateTime, kindName, type Lang, Section, t, Table } from '#ui'
import { codings, element, isObject, type Json, texts } from '#packages/fhir'
import { ClinicPage, crumbs, type PageOf, PatientHead } from './frame.tsx'
import type { Institutions } from './load.ts'
import type { AnyItem, PatientView } from './model.ts'
import { Lines, type Look, Result, Source, Untold } from './parts.tsx'
import { named, titleOf } from './words.ts'

export type ItemProps = { patient: PatientView; item: AnyItem; institutions: Institutions; on: PageOf; body: string }

/** One item with all that the sender gave: words, every code, and the text as stored. */
export function ItemPage({ patient, item, institutions, on, body }: ItemProps): ReactElement {
  const { lang } = on
  const look: Look = { lang, patient, institutions }
  const resource: unknown = JSON.parse(body)
  const codes = isObject(resource) ? allCodings(resource as Json) : []
  const notes = isObject(resource) ? texts(resource as Json, 'note', 'text') : []
  return (
    <ClinicPage
      on={on}
      title={t(lang, titleOf(item))}
      titleLang={item.title === '' ? lang : 'ja'}
      breadcrumbs={crumbs(patient, lang)}
      lead={<PatientHead patient={patient} lang={lang} />}
    >
      <DefinitionList items={[...facts(item, look), ...ofItsKind(item, lang)]} />
      {notes.length > 0 ? (
        <Section title={t(lang, { ja: '注記', en: 'Notes' })}>
          <Lines text={notes.join('\n')} />
        </Section>
      ) : null}
      <Section
        title={t(lang, { ja: '送られたコード', en: 'Codes as sent' })}
        lead={t(lang, {
          ja: '施設のコードを含め、送信元が付けたすべてのコードです。',
          en: 'Every code the sender gave, the institution’s own included.',
        })}
      >
        <Table
          lang={lang}
          caption={t(lang, { ja: '送られたコード', en: 'Codes as sent' })}
          captionHidden
          rows={codes}
          rowKey={(code, n) => `${n}${code.code}`}
          columns={[
            {
              key: 'display',
              header: t(lang, { ja: '名称', en: 'Name' }),
              cell: (code) => <span lang="ja">{code.display || t(lang, { ja: '名称なし', en: 'No name' })}</span>,
            },
            { key: 'code', header: t(lang, { ja: 'コード', en: 'Code' }), cell: (code) => <span className="number">{code.code}</span> },
            { key: 'system', header: t(lang, { ja: 'コード体系', en: 'Code system' }), cell: (code) => <Breakable text={code.system} /> },
          ]}
        />
      </Section>
      <Raw body={body} lang={lang} />
    </ClinicPage>
  )
}

/** The stored text, folded away; as text, whatever it contains. */
export function Raw({ body, lang }: { body: string; lang: Lang }): ReactElement {
  return (
    <Section title={t(lang, { ja: '原文', en: 'As stored' })}>
      <Details summary={t(lang, { ja: 'FHIR JSON を表示', en: 'Show the FHIR JSON' })}>
        <textarea
          className="input"
          readOnly
          rows={24}
          lang="en"
          spellCheck={false}
          aria-label="FHIR JSON"
          defaultValue={JSON.stringify(JSON.parse(body), null, 2)}
        />
      </Details>
    </Section>
  )
}

/** A long address may break anywhere after a slash or dot. */
const Breakable = ({ text }: { text: string }): ReactElement => (
  <span lang="en">
    {text.split(/(?<=[/._])/).map((part, n) => (
      // biome-ignore lint/suspicious/noArrayIndexKey: rendered once, on the server
      <span key={n}>
        {part}
        <wbr />
      </span>
    ))}
  </span>
)

function allCodings(resource: Json): { system: string; code: string; display: string }[] {
  const concepts = ['code', 'medicationCodeableConcept', 'valueCodeableConcept', 'interpretation', 'reaction', 'dosageInstruction']
  return concepts.flatMap((name) => codingsWithin(element(resource, name)))
}

/** Codings at any depth of a value, in reading order. */
function codingsWithin(value: Json | undefined): { system: string; code: string; display: string }[] {
  if (Array.isArray(value)) return value.flatMap(codingsWithin)
  if (!isObject(value)) return []
  const own = codings(value).filter((c) => c.code !== '')
  return [...own, ...Object.entries(value).flatMap(([name, child]) => (name === 'coding' ? [] : codingsWithin(child)))]
}

function facts(item: AnyItem, look: Look): DefinitionItem[] {
  const { lang } = look
  return [
    {
      term: t(lang, { ja: '種類', en: 'Kind' }),
      value: item.kind in kindName ? kindName[item.kind as keyof typeof kindName][lang] : t(lang, { ja: 'その他', en: 'Other' }),
    },
    { term: t(lang, { ja: '日付', en: 'Date' }), value: item.date === null ? null : formatDate(item.date, lang) },
    { term: t(lang, { ja: '医療機関', en: 'Institution' }), value: <Source item={item} look={look} /> },
    ...(item.department ? [{ term: t(lang, { ja: '診療科', en: 'Department' }), value: <span lang="ja">{item.department}</span> }] : []),
    ...(item.doctor ? [{ term: t(lang, { ja: '担当医', en: 'Doctor' }), value: <span lang="ja">{item.doctor}</span> }] : []),
    { term: t(lang, { ja: '登録日時', en: 'Registered' }), value: formatDateTime(item.registeredAt, lang) },
    { term: t(lang, { ja: '閲覧の根拠', en: 'Why you may see it' }), value: t(lang, named('rules', item.rule)) },
    ...(item.longTerm ? [{ term: t(lang, { ja: '保存', en: 'Kept' }), value: t(lang, { ja: '長期保存', en: 'For long term' }) }] : []),
    ...(item.uninformed ? [{ term: t(lang, { ja: '告知', en: 'Told' }), value: <Untold item={item} lang={lang} /> }] : []),
  ]
}

function ofItsKind(item: AnyItem, lang: Lang): DefinitionItem[] {
  switch (item.is) {
    case 'diagnosis':
      return [
        { term: t(lang, { ja: '状態', en: 'State' }), value: item.status === null ? null : t(lang, named('clinicalStatus', item.status)) },
        { term: t(lang, { ja: '発症日', en: 'Onset' }), value: item.onset === null ? null : formatDate(item.onset, lang) },
        { term: t(lang, { ja: '終了日', en: 'Ended' }), value: item.abatement === null ? null : formatDate(item.abatement, lang) },
      ]
    case 'allergy':
      return [
        {
          term: t(lang, { ja: '分類', en: 'Category' }),
          value: item.category === null ? null : t(lang, named('allergyCategory', item.category)),
        },
        {
          term: t(lang, { ja: '重症度', en: 'Risk' }),
          value: item.criticality === null ? null : t(lang, named('criticality', item.criticality)),
        },
        {
          term: t(lang, { ja: '反応', en: 'Reaction' }),
          value: item.reactions.length === 0 ? null : <span lang="ja">{item.reactions.join('、')}</span>,
        },
      ]
    case 'result':
      return [
        { term: t(lang, { ja: '結果', en: 'Result' }), value: <Result item={item} lang={lang} /> },
        { term: t(lang, { ja: '検体', en: 'Specimen' }), value: item.specimen === null ? null : <span lang="ja">{item.specimen}</span> },
      ]
    case 'prescription':
      return [
        { term: t(lang, { ja: '用法', en: 'Use' }), value: item.usage === null ? null : <span lang="ja">{item.usage}</span> },
        { term: t(lang, { ja: '1回量', en: 'Dose' }), value: item.dose === null ? null : <span lang="ja">{item.dose}</span> },
        { term: t(lang, { ja: '日数', en: 'Days' }), value: item.days },
        {
          term: t(lang, { ja: '出所', en: 'Taken from' }),
          value: item.fromDocument ? t(lang, { ja: '文書に含まれる処方です', en: 'A document' }) : null,
        },
      ]
    default:
      return []
  }
}
