import type { ReactNode } from 'react'
import { EmptyState, KeyValue, type Lang, Pagination, Section, t, Tabs } from '#ui'
import type { Entry, Taken } from './answer.ts'
import type { Result } from './dispatch.ts'
import type { Explanation } from './explain.ts'
import type { PageOf } from './frame.tsx'
import { JsonView } from './json-view.tsx'
import { Notices } from './page-notices.tsx'
import { EntryTable } from './page-table.tsx'
import { type Query, queryHref, type View } from './query.ts'

/** A query that was run, and what came of it. */
export type Ran = { query: Query; view: View; explain: boolean; result: Result; taken: Taken; explanation: Explanation | null }

type Props = { ran: Ran; on: PageOf }

/** What came back: the figures of this one request, notices, then the table or the text. */
export function Answer({ ran, on }: Props): ReactNode {
  const { lang } = on
  const refused = ran.taken.kind === 'outcome'
  return (
    <Section id="answer" title={refused ? t(lang, { ja: '断られました', en: 'Refused' }) : t(lang, { ja: '結果', en: 'Answer' })}>
      <Figures ran={ran} on={on} />
      <Notices ran={ran} lang={lang} />
      <Views ran={ran} lang={lang} />
      {ran.taken.kind === 'resource' ? <Ways of={ran.taken.matches[0]} query={ran.query} lang={lang} /> : null}
      {ran.view === 'json' ? <JsonView body={ran.result.body} on={on} explain={ran.explain} /> : <Tables ran={ran} on={on} />}
      <Next ran={ran} lang={lang} />
    </Section>
  )
}

/** Time and size are measured on this request alone, and said to be. */
function Figures({ ran: { query, result, taken }, on }: Props): ReactNode {
  const { lang } = on
  const raw = `/fhir/R4/${query.text.replaceAll('#', '%23')}`
  return (
    <p className="answer-line">
      <KeyValue name={t(lang, { ja: '応答', en: 'Status' })}>{result.status}</KeyValue>
      {taken.kind === 'searchset' || taken.kind === 'history' ? (
        <KeyValue name={t(lang, { ja: '件数', en: 'Found' })}>{countOf(taken, lang)}</KeyValue>
      ) : null}
      <KeyValue name={t(lang, { ja: '時間（この1回の計測値）', en: 'Time (this one request)' })}>
        {result.milliseconds < 10 ? result.milliseconds.toFixed(1) : Math.round(result.milliseconds)}
        <span className="unit">ms</span>
      </KeyValue>
      <KeyValue name={t(lang, { ja: '大きさ', en: 'Size' })}>
        {(result.bytes / 1000).toFixed(1)}
        <span className="unit">kB</span>
      </KeyValue>
      <a href={raw}>{t(lang, { ja: '応答をそのまま開く', en: 'Open the plain answer' })}</a>
    </p>
  )
}

function countOf({ matches, included, total, next }: Taken, lang: Lang): string {
  const shown = t(lang, { ja: `${matches.length}件`, en: `${matches.length}` })
  const all = total !== null && total !== matches.length ? t(lang, { ja: `（全${total}件のうち）`, en: ` of ${total}` }) : ''
  const more = total === null && next !== null ? t(lang, { ja: '（続きあり）', en: ' (more follow)' }) : ''
  const beside = included.length > 0 ? t(lang, { ja: `＋参照先 ${included.length}件`, en: ` + ${included.length} included` }) : ''
  return `${shown}${all}${more}${beside}`
}

function Views({ ran: { query, view, explain, taken }, lang }: { ran: Ran; lang: Lang }): ReactNode {
  if (taken.kind === 'outcome' && view === 'table') return <JsonLink query={query} explain={explain} lang={lang} />
  const to = (one: View) => `${queryHref(query.text, { view: one, explain })}${one === 'table' && isOne(query) ? '&view=table' : ''}`
  return (
    <Tabs
      label={t(lang, { ja: '結果の見方', en: 'Views of the answer' })}
      items={[
        { href: to('table'), label: t(lang, { ja: '表', en: 'Table' }), current: view === 'table', shortcut: 't' },
        { href: to('json'), label: 'JSON', current: view === 'json', shortcut: 'j' },
      ]}
    />
  )
}

/** One resource is shown as text unless a table is asked for. */
export const isOne = ({ shape }: Query): boolean => shape === 'read' || shape === 'version' || shape === 'other'

const JsonLink = ({ query, explain, lang }: { query: Query; explain: boolean; lang: Lang }): ReactNode => (
  <p>
    <a href={queryHref(query.text, { view: 'json', explain })}>
      {t(lang, { ja: 'OperationOutcome を JSON で見る', en: 'See the OperationOutcome as JSON' })}
    </a>
  </p>
)

function Tables({ ran, on }: Props): ReactNode {
  const { taken } = ran
  const { lang } = on
  if (taken.kind === 'outcome') return null
  const name = t(lang, { ja: '見つかったもの', en: 'Matches' })
  return (
    <>
      {taken.matches.length === 0 ? <Nothing lang={lang} /> : <EntryTable entries={taken.matches} caption={name} ran={ran} on={on} />}
      {taken.included.length > 0 ? (
        <section className="section">
          <div className="section-head">
            <h3>
              {t(lang, {
                ja: `一緒に返された参照先（${taken.included.length}件）`,
                en: `Included beside the matches (${taken.included.length})`,
              })}
            </h3>
          </div>
          {[...Map.groupBy(taken.included, (entry) => entry.type)].map(([type, entries]) => (
            <EntryTable key={type} entries={entries} caption={type} captionShown ran={ran} on={on} />
          ))}
        </section>
      ) : null}
    </>
  )
}

const Nothing = ({ lang }: { lang: Lang }): ReactNode => (
  <EmptyState lang={lang} title={t(lang, { ja: '条件に合うものは見つかりませんでした', en: 'Nothing matched' })}>
    <p>
      {t(lang, {
        ja: '記録がないか、あなたに見てよい範囲にありません。どちらかは、わからないようにしています。',
        en: 'There is none, or none that you may see. Which of the two is not told.',
      })}
    </p>
  </EmptyState>
)

/** Where to go from one resource. */
function Ways({ of, query, lang }: { of: Entry | undefined; query: Query; lang: Lang }): ReactNode {
  if (!of || of.id === '' || query.shape === 'other') return null
  const here = `${of.type}/${of.id}`
  const links = [
    { text: `${here}/_history`, label: t(lang, { ja: '変更の歴史', en: 'History' }) },
    ...(of.type === 'Patient'
      ? [
          { text: `${here}/$everything`, label: t(lang, { ja: 'この人の記録のすべて', en: 'Everything of this person' }) },
          { text: `Observation?patient=${of.id}&_sort=-date`, label: t(lang, { ja: '検査結果', en: 'Results' }) },
          { text: `Condition?patient=${of.id}`, label: t(lang, { ja: '傷病名', en: 'Diagnoses' }) },
        ]
      : []),
  ]
  return (
    <p className="inline-links answer-ways">
      {links.map(({ text, label }) => (
        <a key={text} href={queryHref(text)}>
          {label}
        </a>
      ))}
    </p>
  )
}

const Next = ({ ran: { query, view, explain, taken }, lang }: { ran: Ran; lang: Lang }): ReactNode => (
  <Pagination
    lang={lang}
    previousHref={query.search.has('_cursor') ? queryHref(withoutCursor(query), { view, explain }) : undefined}
    nextHref={taken.next === null ? undefined : queryHref(taken.next, { view, explain })}
    position={
      query.search.has('_cursor')
        ? t(lang, { ja: '「前へ」は最初のページへ戻ります', en: '“Previous” goes back to the first page' })
        : t(lang, { ja: `はじめの${taken.matches.length}件`, en: `The first ${taken.matches.length}` })
    }
  />
)

/** The same query from its beginning: pages lead forward only. */
function withoutCursor({ text }: Query): string {
  const [path = '', search = ''] = text.split('?', 2)
  const kept = search.split('&').filter((pair) => !pair.startsWith('_cursor='))
  return kept.length === 0 ? path : `${path}?${kept.join('&')}`
}
