import type { ReactNode } from 'react'
import type { Change } from '#care/person'
import { Details, Ja, type Lang, Table, Tag, Time, t } from '#ui'
import { actWords, fieldWords } from './words.ts'

/** First and last day; a register that does not say when it began says so. */
export function Span({ from, until, lang }: { from: string; until: string | null; lang: Lang }): ReactNode {
  const since =
    from <= '1900-01-01' ? t(lang, { ja: '（始まりの記録なし）', en: '(start not recorded)' }) : <Time value={from} lang={lang} />
  return (
    <>
      {since} {t(lang, { ja: '〜', en: '–' })} {until === null ? '' : <Time value={until} lang={lang} />}
    </>
  )
}

/** Whether something holds today, told by a word. */
export function StateTag({ state, lang }: { state: 'now' | 'later' | 'over'; lang: Lang }): ReactNode {
  if (state === 'now') return <Tag tone="success">{t(lang, { ja: '有効', en: 'In force' })}</Tag>
  if (state === 'later') return <Tag>{t(lang, { ja: 'これから', en: 'Not yet' })}</Tag>
  return <Tag>{t(lang, { ja: '終了', en: 'Ended' })}</Tag>
}

export const stateOn = ({ from, until }: { from: string; until: string | null }, day: string): 'now' | 'later' | 'over' =>
  until !== null && until < day ? 'over' : from > day ? 'later' : 'now'

/** Who changed what, when; folded, because it is asked for seldom. */
export function History({ changes, lang }: { changes: readonly Change[]; lang: Lang }): ReactNode {
  return (
    <Details summary={t(lang, { ja: `変更の履歴（${changes.length}件）`, en: `History of changes (${changes.length})` })}>
      <Table
        lang={lang}
        caption={t(lang, { ja: '変更の履歴', en: 'History of changes' })}
        captionHidden
        rows={changes}
        rowKey={(row) => row.id}
        columns={[
          { key: 'at', header: t(lang, { ja: '日時', en: 'When' }), cell: (row) => <Time value={row.at} lang={lang} withTime /> },
          { key: 'act', header: t(lang, { ja: '変更', en: 'Change' }), cell: (row) => actWords(row.act, lang) },
          { key: 'by', header: t(lang, { ja: '変更した人', en: 'By' }), cell: (row) => <Ja>{row.byName || '—'}</Ja> },
          { key: 'what', header: t(lang, { ja: '内容', en: 'What' }), cell: (row) => <ChangedFields change={row} lang={lang} /> },
        ]}
      />
    </Details>
  )
}

function ChangedFields({ change, lang }: { change: Change; lang: Lang }): ReactNode {
  const entries = Object.entries(change.fields)
  if (entries.length === 0) return '—'
  return (
    <ul>
      {entries.map(([name, { from, to }]) => (
        <li key={name}>
          {fieldWords(name, lang)}
          {t(lang, { ja: '：', en: ': ' })}
          {from ? (
            <>
              <Ja>{from}</Ja> →{' '}
            </>
          ) : null}
          <Ja>{to || t(lang, { ja: '（なし）', en: '(none)' })}</Ja>
        </li>
      ))}
    </ul>
  )
}
