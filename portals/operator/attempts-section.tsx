import type { ReactNode } from 'react'
import type { SecurityCount, SecurityEvent } from '#kernel/security-counts'
import { EmptyState, type Lang, Section, Table, Time, t } from '#ui'

const what: Record<SecurityEvent, { ja: string; en: string }> = {
  'csp-violation': { ja: '画面が禁じられたことをしようとした', en: 'A page tried what it may not' },
  'too-many-requests': { ja: '求める回数が多すぎて断った', en: 'Turned away for asking too often' },
}

/** What looks like an attempt, by day: numbers without anybody in them. */
export const Attempts = ({ lang, attempts }: { lang: Lang; attempts: readonly SecurityCount[] }): ReactNode => (
  <Section
    title={t(lang, { ja: 'この30日の、攻撃かもしれない動き', en: 'What may have been attempts, in 30 days' })}
    lead={t(lang, {
      ja: '誰かは数えていません。急に増えたときは、記録の確認と、ブラウザーの拡張機能の点検をしてください。',
      en: 'Nobody is named here. Where it grows suddenly, look into the log and at what browsers have installed.',
    })}
  >
    <Table
      lang={lang}
      caption={t(lang, { ja: '攻撃かもしれない動き', en: 'Possible attempts' })}
      captionHidden
      rows={attempts}
      rowKey={(row) => `${row.day} ${row.what} ${row.about}`}
      empty={<EmptyState lang={lang} title={t(lang, { ja: 'ありません', en: 'None' })} />}
      columns={[
        { key: 'day', header: t(lang, { ja: '日', en: 'Day' }), cell: (row) => <Time value={row.day} lang={lang} /> },
        { key: 'what', header: t(lang, { ja: '何が', en: 'What' }), cell: (row) => what[row.what][lang] },
        { key: 'where', header: t(lang, { ja: 'どこで', en: 'Where' }), cell: (row) => <code className="code-inline">{row.about}</code> },
        { key: 'count', header: t(lang, { ja: '件数', en: 'Count' }), cell: (row) => row.count, numeric: true },
      ]}
    />
  </Section>
)
