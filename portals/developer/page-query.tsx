import type { ReactElement, ReactNode } from 'react'
import { Banner, Details, type Lang, Section, t, type Words } from '#ui'
import type { Example } from './examples.ts'
import { Code, DeveloperPage, type PageOf } from './frame.tsx'
import { ParameterTable } from './page-parameters.tsx'
import { ExplainPanel, NotExplained } from './page-explain.tsx'
import { Answer, type Ran } from './page-answer.tsx'
import { queryHref, type Unreadable } from './query.ts'

export type QueryPageProps = {
  on: PageOf
  /** What stands in the box. */
  written: string
  explain: boolean
  ran: Ran | null
  unreadable: Unreadable | null
  examples: readonly Example[] | null
  /** Type whose parameters are listed. */
  type: string
}

/** Write a query, see what comes back, follow what it refers to, and see how it was found. */
export function QueryPage(props: QueryPageProps): ReactElement {
  const { on, written, explain, ran, unreadable, examples, type } = props
  const { lang } = on
  return (
    <DeveloperPage
      on={on}
      here="/developer/query"
      title={t(lang, { ja: '検索を試す', en: 'Try a query' })}
      hasErrors={unreadable !== null || (ran?.result.refusal ?? null) !== null}
      lead={t(lang, {
        ja: 'あなたに見てよい記録だけを読みます。読んだことは、ふだんの検索と同じく本人に見えるログに残ります。',
        en: 'It reads only what you may see. Each look is in the log that the person can read, like any other search.',
      })}
    >
      <QueryForm on={on} written={written} explain={explain} view={ran?.view === 'json' ? 'json' : null} />
      {unreadable ? <CannotRead why={unreadable} lang={lang} /> : null}
      {ran ? <Answer ran={ran} on={on} /> : null}
      {ran?.explanation ? <ExplainPanel explanation={ran.explanation} lang={lang} /> : null}
      {ran?.explain && !ran.explanation && !ran.result.refusal ? <NotExplained shape={ran.query.shape} lang={lang} /> : null}
      {examples ? <Examples examples={examples} lang={lang} /> : null}
      <Section
        id="parameters"
        title={t(lang, { ja: `${type} の検索条件`, en: `Parameters of ${type}` })}
        action={
          <a href={`/developer/parameters?type=${type}`}>{t(lang, { ja: 'ほかの種類の検索条件', en: 'Parameters of other types' })}</a>
        }
      >
        <Details summary={t(lang, { ja: '一覧を開く', en: 'Show the list' })}>
          <ParameterTable type={type} draft={ran?.query.type === type && ran.query.shape === 'search' ? ran.query.text : ''} lang={lang} />
        </Details>
      </Section>
    </DeveloperPage>
  )
}

type FormProps = { on: PageOf; written: string; explain: boolean; view: 'json' | null }

function QueryForm({ on, written, explain, view }: FormProps): ReactNode {
  const { lang } = on
  return (
    <form className="query-form" action="/developer/query" method="get" aria-label={t(lang, { ja: '問い合わせ', en: 'Query' })}>
      {view ? <input type="hidden" name="view" value={view} /> : null}
      <div className="field">
        <label htmlFor="field-q">{t(lang, { ja: '問い合わせ', en: 'Query' })}</label>
        <p className="field-hint" id="field-q-hint">
          <Code>{`GET ${on.base}/`}</Code>{' '}
          {t(lang, { ja: 'の後ろを書きます。改行できます。', en: 'comes before it. Lines may be broken.' })}{' '}
          {t(lang, { ja: 'Ctrl+Enter で実行します。', en: 'Ctrl+Enter runs it.' })}
        </p>
        <textarea
          className="input input-code"
          id="field-q"
          name="q"
          rows={2}
          defaultValue={written}
          aria-describedby="field-q-hint"
          spellCheck={false}
          autoCapitalize="off"
          autoComplete="off"
          data-query=""
          data-search=""
          placeholder="Observation?code=…"
        />
      </div>
      <div className="query-actions">
        <button type="submit" className="button button-primary">
          {t(lang, { ja: '実行する', en: 'Run' })}
        </button>
        <div className="choice">
          <input type="checkbox" id="field-explain" name="explain" value="1" defaultChecked={explain} />
          <label htmlFor="field-explain">{t(lang, { ja: 'どの索引で探したかも見る', en: 'Also show which index served it' })}</label>
        </div>
      </div>
    </form>
  )
}

const unreadableWords: Record<Unreadable, { title: Words; todo: Words }> = {
  'other-server': {
    title: { ja: 'ほかのサーバーへの問い合わせは実行しません。', en: 'Queries to other servers are not run.' },
    todo: { ja: 'この窓口の種類名（Patient など）から書いてください。', en: 'Begin with a type of this server, such as Patient.' },
  },
  'too-long': {
    title: { ja: '問い合わせが長すぎます（4,000文字まで）。', en: 'The query is too long (4,000 characters at most).' },
    todo: { ja: '長い条件は、API の POST _search で送れます。', en: 'Long criteria can be sent to the API by POST _search.' },
  },
  undecodable: {
    title: { ja: '「%」の後ろを読み取れません。', en: 'What follows “%” cannot be read.' },
    todo: { ja: '% そのものは %25 と書いてください。', en: 'Write %25 for the sign itself.' },
  },
}

const CannotRead = ({ why, lang }: { why: Unreadable; lang: Lang }): ReactNode => (
  <Banner lang={lang} tone="attention" title={unreadableWords[why].title[lang]}>
    <p>{unreadableWords[why].todo[lang]}</p>
  </Banner>
)

function Examples({ examples, lang }: { examples: readonly Example[]; lang: Lang }): ReactNode {
  return (
    <Section
      title={t(lang, { ja: '例から始める', en: 'Begin with an example' })}
      lead={t(lang, { ja: '押すと実行します。', en: 'A click runs it.' })}
    >
      <ul className="example-list">
        {examples.map((example) => (
          <li key={example.query}>
            <a href={queryHref(example.query, { explain: true })}>{example.title[lang]}</a>
            <span className="note">{example.shows[lang]}</span>
            <QueryText text={example.query} />
          </li>
        ))}
      </ul>
    </Section>
  )
}

/** A query broken where its parts meet. */
const QueryText = ({ text }: { text: string }): ReactNode => (
  <code className="code-inline note" lang="ja">
    {text.split(/(?<=[&?|])|(?=\/\$)/).map((part, n) => (
      // biome-ignore lint/suspicious/noArrayIndexKey: rendered once, on the server
      <span key={n}>
        {part}
        <wbr />
      </span>
    ))}
  </code>
)
