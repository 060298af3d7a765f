import type { ReactNode } from 'react'
import type { ConditionPlan, PlanStep } from '#care/record'
import { Banner, DefinitionList, Details, type Lang, Section, t, Table } from '#ui'
import { type Explanation, indexesOf, isAboutRights, verdictOf, wayWords, wordsOfTable } from './explain.ts'
import { Code } from './frame.tsx'
import type { Query } from './query.ts'

/** How the search was found: in a sentence, condition by condition, and as the database plans it. */
export function ExplainPanel({ explanation, lang }: { explanation: Explanation; lang: Lang }): ReactNode {
  const { tone, label, title, advice } = verdictOf(explanation)
  const { conditions, steps } = explanation
  const { search, rights } = indexesOf(steps)
  return (
    <Section id="explain" title={t(lang, { ja: 'どう探したか', en: 'How it was found' })}>
      <Banner lang={lang} tone={tone} label={label[lang]} title={title[lang]}>
        {advice ? <p>{advice[lang]}</p> : null}
      </Banner>
      <div className="explain-indexes">
        <DefinitionList
          items={[
            { term: t(lang, { ja: '探すのに使う索引', en: 'Indexes that find' }), value: <Names of={search} lang={lang} /> },
            {
              term: t(lang, { ja: '閲覧の可否を確かめる索引', en: 'Indexes that check rights' }),
              value: <Names of={rights} lang={lang} />,
            },
          ]}
        />
      </div>
      {conditions.length > 0 ? <Conditions conditions={conditions} lang={lang} /> : null}
      <Plan explanation={explanation} lang={lang} />
    </Section>
  )
}

const Names = ({ of, lang }: { of: readonly string[]; lang: Lang }): ReactNode =>
  of.length === 0
    ? t(lang, { ja: 'なし（全行を読む）', en: 'none (reads every row)' })
    : of.map((name, n) => (
        <span key={name}>
          {n > 0 ? t(lang, { ja: '、', en: ', ' }) : null}
          <Code>{name}</Code>
        </span>
      ))

/** What is asked other than by a search of one type has no plan to show; a read needs none. */
export const NotExplained = ({ shape, lang }: { shape: Query['shape']; lang: Lang }): ReactNode => (
  <Section id="explain" title={t(lang, { ja: 'どう探したか', en: 'How it was found' })}>
    <p>
      {shape === 'read' || shape === 'version'
        ? t(lang, {
            ja: 'id からどの人の区画にあるかがわかるため、探さずに1件を直接読みます。',
            en: 'The id tells whose part it lies in, so the one resource is read without a search.',
          })
        : t(lang, {
            ja: '索引の説明は、1つの種類の検索（Observation?… の形）にだけ出ます。',
            en: 'Indexes are explained for searches of one type (Observation?…) only.',
          })}
    </p>
  </Section>
)

function Conditions({ conditions, lang }: { conditions: readonly ConditionPlan[]; lang: Lang }): ReactNode {
  return (
    <Table
      lang={lang}
      caption={t(lang, { ja: '条件ごとの探し方', en: 'Each condition' })}
      rows={conditions}
      rowKey={({ name, value }, n) => `${n}${name}${value}`}
      rowTone={({ way }) => (way === 'text' || way === 'never' ? 'attention' : null)}
      columns={[
        {
          key: 'condition',
          header: t(lang, { ja: '条件', en: 'Condition' }),
          cell: ({ name, value }) => (
            <code className="code-inline" lang="ja">
              {name}={value.length > 80 ? `${value.slice(0, 80)}…` : value}
            </code>
          ),
        },
        { key: 'way', header: t(lang, { ja: '探し方', en: 'How' }), cell: ({ way }) => wayWords[way][lang] },
        {
          key: 'index',
          header: t(lang, { ja: '索引', en: 'Index' }),
          cell: ({ index, way }) =>
            index === null ? (
              <span className="note">
                {way === 'narrowed' || way === 'declined' || way === 'text' ? t(lang, { ja: 'なし', en: 'none' }) : '—'}
              </span>
            ) : (
              <Code>{index}</Code>
            ),
        },
      ]}
    />
  )
}

/** What the database itself says, for those who know it. */
function Plan({ explanation: { steps, cost, estimatedRows }, lang }: { explanation: Explanation; lang: Lang }): ReactNode {
  return (
    <Details summary={t(lang, { ja: 'データベースの計画（PostgreSQL の EXPLAIN）', en: 'The database’s plan (EXPLAIN of PostgreSQL)' })}>
      <p className="note">
        {t(lang, {
          ja: `見積もり：費用 ${cost.toFixed(1)}、返す行 ${estimatedRows}。どちらも見込みで、時間でも実測でもありません。`,
          en: `Estimate: cost ${cost.toFixed(1)}, rows returned ${estimatedRows}. Both are expectations, neither time nor measured.`,
        })}
      </p>
      <Table
        lang={lang}
        caption={t(lang, { ja: '読む場所', en: 'Where it reads' })}
        captionHidden
        rows={steps}
        rowKey={({ table, index }, n) => `${n}${table}${index}`}
        columns={[
          {
            key: 'table',
            header: t(lang, { ja: '表', en: 'Table' }),
            cell: ({ table }) => (
              <>
                <Code>{table}</Code> <span className="note">{wordsOfTable(table)?.[lang]}</span>
              </>
            ),
          },
          { key: 'index', header: t(lang, { ja: '索引', en: 'Index' }), cell: (step) => <IndexOf step={step} lang={lang} /> },
          { key: 'rows', header: t(lang, { ja: '見込みの行', en: 'Rows expected' }), numeric: true, cell: ({ rows }) => rows },
        ]}
      />
      {steps.some(isAboutRights) ? (
        <p className="note">
          {t(lang, {
            ja: '同意などの確認も、この検索の中で行われます。見てはいけない行は、数えられもしません。',
            en: 'Consent is checked inside the same search. Rows you may not see are not even counted.',
          })}
        </p>
      ) : null}
    </Details>
  )
}

const IndexOf = ({ step: { index, columns }, lang }: { step: PlanStep; lang: Lang }): ReactNode =>
  index === null ? (
    t(lang, { ja: 'なし（全行を読む）', en: 'none (reads every row)' })
  ) : (
    <>
      <Code>{index}</Code>
      {columns.length > 0 ? <span className="note"> {columns.join(', ')}</span> : null}
    </>
  )
