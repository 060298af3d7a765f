import type { ReactElement, ReactNode } from 'react'
import { type OfferedParameter, offeredParameters } from '#care/record'
import { resourceTypes } from '#packages/fhir'
import { EmptyState, type Lang, Section, t, Table, Tag } from '#ui'
import { Code, DeveloperPage, type PageOf } from './frame.tsx'
import { answersTo, kindWords, meaningOf } from './parameter-words.ts'
import { draftHref, withParameter } from './query.ts'

/** What a type can be searched by, from the very table that the search reads. */
export function ParametersPage({ on, type, find }: { on: PageOf; type: string; find: string }): ReactElement {
  const { lang } = on
  return (
    <DeveloperPage
      on={on}
      here="/developer/parameters"
      title={t(lang, { ja: `検索条件 — ${type}`, en: `Parameters — ${type}` })}
      lead={t(lang, {
        ja: '条件の名前を押すと、問い合わせの欄に入ります。コロンの後ろに書けるものも示します。',
        en: 'A click on a name puts it into the query. What may follow its colon is shown too.',
      })}
    >
      <form
        className="query-form"
        action="/developer/parameters"
        method="get"
        aria-label={t(lang, { ja: '検索条件を探す', en: 'Find parameters' })}
      >
        <div className="query-actions query-fields">
          <div className="field">
            <label htmlFor="field-type">{t(lang, { ja: 'リソースの種類', en: 'Resource type' })}</label>
            <select className="input input-medium" id="field-type" name="type" defaultValue={type}>
              {resourceTypes.map((one) => (
                <option key={one} value={one}>
                  {one}
                </option>
              ))}
            </select>
          </div>
          <div className="field">
            <label htmlFor="field-find">{t(lang, { ja: '言葉で絞る', en: 'Narrow by a word' })}</label>
            <input
              className="input input-medium"
              type="search"
              id="field-find"
              name="find"
              defaultValue={find}
              maxLength={60}
              data-search=""
              data-narrows="parameter-list"
            />
          </div>
          <button type="submit" className="button button-secondary">
            {t(lang, { ja: '表示する', en: 'Show' })}
          </button>
        </div>
      </form>
      <Section title={t(lang, { ja: '使える条件', en: 'What can be asked' })}>
        <ParameterTable type={type} find={find} draft="" lang={lang} />
      </Section>
      <Beside lang={lang} />
    </DeveloperPage>
  )
}

type TableProps = { type: string; find?: string; draft: string; lang: Lang }

/** @param draft query that a chosen parameter is added to; empty: one of the type */
export function ParameterTable({ type, find = '', draft, lang }: TableProps): ReactNode {
  const found = offeredParameters(type).filter((one) => answersTo(one, find))
  // What is particular to the type is looked for most.
  const rows = [...found.filter((p) => !p.code.startsWith('_')), ...found.filter((p) => p.code.startsWith('_'))]
  return (
    <div id="parameter-list">
      <Table
        lang={lang}
        caption={t(lang, { ja: `${type} の検索条件（${rows.length}）`, en: `Parameters of ${type} (${rows.length})` })}
        rows={rows}
        rowKey={({ code }) => code}
        empty={
          <EmptyState lang={lang} title={t(lang, { ja: '当てはまる条件はありません', en: 'No parameter fits' })}>
            <p>{t(lang, { ja: '言葉を短くするか、空にしてください。', en: 'Use a shorter word, or none.' })}</p>
          </EmptyState>
        }
        columns={[
          {
            key: 'code',
            header: t(lang, { ja: '名前', en: 'Name' }),
            cell: ({ code }) => (
              <a href={draftHref(withParameter(draft, type, code))}>
                <Code>{code}</Code>
              </a>
            ),
          },
          {
            key: 'meaning',
            header: t(lang, { ja: '意味と、読む要素', en: 'Meaning and element' }),
            cell: (one) => <Meaning of={one} lang={lang} />,
          },
          { key: 'kind', header: t(lang, { ja: '型と書き方', en: 'Kind and form' }), cell: (one) => <Kind of={one} lang={lang} /> },
          {
            key: 'modifiers',
            header: t(lang, { ja: 'コロンの後ろ', en: 'After the colon' }),
            cell: ({ modifiers }) =>
              modifiers.length === 0 ? null : <span className="note">{modifiers.map((m) => `:${m}`).join(' ')}</span>,
          },
        ]}
      />
    </div>
  )
}

function Meaning({ of, lang }: { of: OfferedParameter; lang: Lang }): ReactNode {
  const meaning = meaningOf(of)
  return (
    <>
      {meaning ? <>{meaning[lang]} </> : null}
      {of.custom ? <Tag>{t(lang, { ja: '追加された条件', en: 'Added here' })}</Tag> : null}{' '}
      {of.reads ? (
        <span className="note">
          <Code>{of.reads.length > 120 ? `${of.reads.slice(0, 120)}…` : of.reads}</Code>
        </span>
      ) : null}
    </>
  )
}

function Kind({ of: { kind, targets }, lang }: { of: OfferedParameter; lang: Lang }): ReactNode {
  const words = kindWords[kind]
  const pointsAt = targets.length > 4 ? `${targets.slice(0, 4).join(' ')} …` : targets.join(' ')
  return (
    <>
      {words?.[lang] ?? kind} <span className="note">{kind}</span>
      <br />
      <span className="note" lang="ja">
        {kind === 'reference' && pointsAt !== '' ? `→ ${pointsAt}` : words?.example}
      </span>
    </>
  )
}

const beside: { code: string; ja: string; en: string }[] = [
  { code: '_sort=-date', ja: '並べ替え（- で新しい順）', en: 'Order; - for descending' },
  { code: '_count=20', ja: '1ページの件数（1000まで）', en: 'Page size, 1000 at most' },
  { code: '_total=accurate', ja: '総数を数える', en: 'Count all' },
  { code: '_include=Observation:patient', ja: '参照先も一緒に返す', en: 'Bring what is referred to' },
  { code: '_revinclude=Provenance:target', ja: '参照元も一緒に返す', en: 'Bring what refers to it' },
  { code: '_summary=true', ja: '要約だけを返す（count で件数だけ）', en: 'Summaries alone; count for the number' },
  { code: '_elements=code,status', ja: '名を挙げた要素だけを返す', en: 'Only the elements named' },
  { code: 'patient.name=山田', ja: '参照先の条件で探す（連鎖）', en: 'By a condition of what is referred to (chain)' },
  { code: '_has:Observation:patient:code=…', ja: '参照元の条件で探す', en: 'By a condition of what refers to it' },
]

/** What shapes the answer, and conditions through references. */
const Beside = ({ lang }: { lang: Lang }): ReactNode => (
  <Section title={t(lang, { ja: 'どの種類にも書けるもの', en: 'With any type' })}>
    <Table
      lang={lang}
      caption={t(lang, { ja: 'どの種類にも書けるもの', en: 'With any type' })}
      captionHidden
      rows={beside}
      rowKey={({ code }) => code}
      columns={[
        {
          key: 'code',
          header: t(lang, { ja: '書き方', en: 'Form' }),
          cell: ({ code }) => (
            <code className="code-inline" lang="ja">
              {code}
            </code>
          ),
        },
        { key: 'what', header: t(lang, { ja: '意味', en: 'Meaning' }), cell: (one) => one[lang] },
      ]}
    />
  </Section>
)
