import type { ReactNode } from 'react'
import type { Extract, LogProblem, MergeNote } from '#care/emergency'
import { EmptyState, Ja, joinList, type Lang, renderPage, Section, Table, Tag, Time, t } from '#ui'
import { OperatorPage, type PageOf } from '../frame.tsx'
import { HOME, places } from './parts.tsx'

const problemNames: Record<LogProblem['kind'], { ja: string; en: string }> = {
  torn: { ja: '最後の行が途中で切れた（何も表示されていない）', en: 'last line broke off (nothing was shown)' },
  changed: { ja: '書き換えられた行', en: 'a changed line' },
  missing: { ja: '抜けた行', en: 'missing lines' },
  repeated: { ja: '重なった番号', en: 'a number twice' },
  cut: { ja: '終わりが取り除かれた', en: 'the end was taken away' },
  foreign: { ja: '別の端末の行', en: 'a line of another laptop' },
  late: { ja: '期限の後の行', en: 'a line after the end' },
  unlike: { ja: '前に取り込んだものと違う', en: 'unlike what was merged before' },
}

const Command = ({ children }: { children: string }): ReactNode => (
  <p>
    <code className="code-inline">{children}</code>
  </p>
)

/** What left on laptops, until when, and what came back. */
export function offlinePage(on: PageOf, view: { extracts: readonly Extract[]; merges: readonly MergeNote[] }): string {
  const { lang, now } = on
  return renderPage(
    <OperatorPage
      on={on}
      here={HOME}
      title={t(lang, { ja: '持ち出し用の控えとその記録', en: 'Extracts for laptops and their logs' })}
      lead={t(lang, {
        ja: '通信のない避難所で、端末だけで同じ検索と表示ができます。暗号化して署名し、期限を過ぎると開けません。',
        en: 'In a shelter without a network a laptop alone offers the same search and chart. It is encrypted and signed, and does not open after its end.',
      })}
      breadcrumbs={[{ href: HOME, label: t(lang, { ja: '災害時の閲覧', en: 'Disaster access' }) }]}
    >
      <Section title={t(lang, { ja: '持ち出した控え', en: 'Extracts' })}>
        <Table
          lang={lang}
          caption={t(lang, { ja: '持ち出した控え', en: 'Extracts' })}
          captionHidden
          rows={view.extracts}
          rowKey={(e) => e.id}
          empty={<EmptyState lang={lang} title={t(lang, { ja: 'まだありません', en: 'None yet' })} />}
          columns={[
            { key: 'made', header: t(lang, { ja: '作った日時', en: 'Made' }), cell: (e) => <Time value={e.madeAt} lang={lang} withTime /> },
            { key: 'area', header: t(lang, { ja: '地域', en: 'Area' }), cell: (e) => places(e.areas, lang) },
            { key: 'for', header: t(lang, { ja: '開ける相手', en: 'For' }), cell: (e) => <Ja>{joinList(lang, e.recipients)}</Ja> },
            {
              key: 'people',
              header: t(lang, { ja: '人数', en: 'People' }),
              numeric: true,
              cell: (e) => e.people ?? <Tag tone="attention">{t(lang, { ja: '途中で止まりました', en: 'Not finished' })}</Tag>,
            },
            {
              key: 'ends',
              header: t(lang, { ja: '期限', en: 'Ends' }),
              cell: (e) => (
                <>
                  <Time value={e.expiresAt} lang={lang} withTime />{' '}
                  {e.expiresAt <= now ? <Tag>{t(lang, { ja: '期限切れ', en: 'Over' })}</Tag> : null}
                </>
              ),
            },
          ]}
        />
      </Section>
      <Section title={t(lang, { ja: '取り込んだ記録', en: 'Logs merged' })}>
        <Table
          lang={lang}
          caption={t(lang, { ja: '取り込んだ記録', en: 'Logs merged' })}
          captionHidden
          rows={view.merges}
          rowKey={(m) => m.id}
          rowTone={(m) => (m.problems.some((p) => p.kind !== 'torn') ? 'attention' : null)}
          empty={<EmptyState lang={lang} title={t(lang, { ja: 'まだありません', en: 'None yet' })} />}
          columns={[
            { key: 'at', header: t(lang, { ja: '日時', en: 'When' }), cell: (m) => <Time value={m.at} lang={lang} withTime /> },
            { key: 'laptop', header: t(lang, { ja: '端末', en: 'Laptop' }), cell: (m) => <code className="code-inline">{m.laptop}</code> },
            { key: 'added', header: t(lang, { ja: '新しい行', en: 'New lines' }), numeric: true, cell: (m) => m.added },
            { key: 'known', header: t(lang, { ja: '前に取り込んだ行', en: 'Known lines' }), numeric: true, cell: (m) => m.known },
            { key: 'problems', header: t(lang, { ja: '気づいたこと', en: 'Found' }), cell: (m) => found(m.problems, lang) },
          ]}
        />
      </Section>
      <Section
        title={t(lang, { ja: '作り方と取り込み方', en: 'How it is made and merged' })}
        lead={t(lang, {
          ja: 'サーバーの端末で行います。ファイルと合言葉は別々に、署名の指紋は紙で渡してください。',
          en: 'On the server’s machine. Hand over file and passphrase apart from each other, and the fingerprint of the signature on paper.',
        })}
      >
        <Command>npm run enishi -- disaster extract --area 石川県輪島市 --for DMAT1 --out FILE</Command>
        <p>{t(lang, { ja: '端末で：', en: 'On the laptop:' })}</p>
        <Command>npm run enishi -- disaster offline FILE</Command>
        <p>{t(lang, { ja: '戻ったら（FILE.log と FILE.log.head の両方）：', en: 'Afterwards, with FILE.log and FILE.log.head:' })}</p>
        <Command>npm run enishi -- disaster merge FILE.log</Command>
      </Section>
    </OperatorPage>,
  )
}

const found = (problems: readonly LogProblem[], lang: Lang): string =>
  problems.length === 0
    ? t(lang, { ja: 'なし', en: 'Nothing' })
    : joinList(lang, [...new Set(problems.map((p) => t(lang, problemNames[p.kind])))])
