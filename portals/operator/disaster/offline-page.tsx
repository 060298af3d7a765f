import type { ReactNode } from 'react'
import type { Extract, LogProblem, MergeNote } from '#care/emergency'
import type { Sentence } from '#kernel/language'
import { ButtonRow, Details, EmptyState, Ja, joinList, type Lang, LinkButton, renderPage, Section, Table, Tag, Time, t } from '#ui'
import { OperatorPage, type PageOf } from '../frame.tsx'
import { ExtractTag } from './extract-page.tsx'
import { HOME, homeCrumbs, places } from './parts.tsx'

export const problemNames: Record<LogProblem['kind'], Sentence> = {
  torn: { ja: '最後の行が途中で切れた（何も表示されていない）', en: 'last line broke off (nothing was shown)' },
  changed: { ja: '書き換えられた行', en: 'a changed line' },
  missing: { ja: '抜けた行', en: 'missing lines' },
  repeated: { ja: '重なった番号', en: 'a number twice' },
  cut: { ja: '終わりが取り除かれた', en: 'the end was taken away' },
  foreign: { ja: '別の端末の行', en: 'a line of another laptop' },
  late: { ja: '期限の後の行', en: 'a line after the end' },
  unlike: { ja: '前に取り込んだものと違う', en: 'unlike what was merged before' },
}

export type OfflineView = { extracts: readonly Extract[]; merges: readonly MergeNote[]; telling: number; mayAct: boolean }

/** What left on laptops, until when, and what came back. */
export function offlinePage(on: PageOf, view: OfflineView): string {
  const { lang } = on
  return renderPage(
    <OperatorPage
      on={on}
      here={HOME}
      title={t(lang, { ja: '通信のない避難所', en: 'Shelters without a network' })}
      lead={t(lang, {
        ja: '端末だけで、同じ検索と表示ができます。戻ったら、端末の記録を取り込みます。',
        en: 'A laptop alone offers the same search and chart. Afterwards its log is merged.',
      })}
      breadcrumbs={homeCrumbs(lang)}
    >
      <ButtonRow>
        {view.mayAct ? (
          <LinkButton variant="primary" href={`${HOME}/extracts/new`}>
            {t(lang, { ja: '持ち出しファイルを作る', en: 'Make an extract' })}
          </LinkButton>
        ) : null}
        {view.mayAct ? (
          <LinkButton href={`${HOME}/merge`}>{t(lang, { ja: '端末の記録を取り込む', en: 'Merge a laptop’s log' })}</LinkButton>
        ) : null}
        <LinkButton href={`${HOME}/looks`}>
          {t(lang, { ja: `確かめる閲覧（${view.telling}件）`, en: `Looks to check (${view.telling})` })}
        </LinkButton>
      </ButtonRow>
      <Extracts extracts={view.extracts} on={on} />
      <Merges merges={view.merges} lang={lang} />
      <Details summary={t(lang, { ja: 'サーバーのコマンドで行うとき', en: 'By commands on the server' })}>
        <Command>npm run enishi -- disaster extract --area 石川県輪島市 --for DMAT1 --out FILE</Command>
        <p>{t(lang, { ja: '端末で：', en: 'On the laptop:' })}</p>
        <Command>npm run enishi -- disaster offline FILE</Command>
        <p>{t(lang, { ja: '戻ったら（FILE.log と FILE.log.head の両方）：', en: 'Afterwards, with FILE.log and FILE.log.head:' })}</p>
        <Command>npm run enishi -- disaster merge FILE.log</Command>
      </Details>
    </OperatorPage>,
  )
}

const Command = ({ children }: { children: string }): ReactNode => (
  <p>
    <code className="code-inline">{children}</code>
  </p>
)

function Extracts({ extracts, on }: { extracts: readonly Extract[]; on: PageOf }): ReactNode {
  const { lang, now } = on
  const title = t(lang, { ja: '持ち出しファイル', en: 'Extracts' })
  return (
    <Section title={title}>
      <Table
        lang={lang}
        caption={title}
        captionHidden
        rows={extracts}
        rowKey={(e) => e.id}
        empty={<EmptyState lang={lang} title={t(lang, { ja: 'まだ作っていません', en: 'None yet' })} />}
        columns={[
          {
            key: 'made',
            header: t(lang, { ja: '作った日時', en: 'Made' }),
            cell: (e) => (
              <>
                <a href={`${HOME}/extracts/${encodeURIComponent(e.id)}`}>
                  <Time value={e.madeAt} lang={lang} withTime />
                </a>
                <br />
                <span className="note">
                  <Ja>{e.madeByName}</Ja>
                </span>
              </>
            ),
          },
          { key: 'state', header: t(lang, { ja: '状態', en: 'State' }), cell: (e) => <ExtractTag extract={e} lang={lang} /> },
          { key: 'area', header: t(lang, { ja: '地域', en: 'Area' }), cell: (e) => places(e.areas, lang) },
          { key: 'for', header: t(lang, { ja: '渡す相手', en: 'For' }), cell: (e) => <Ja>{joinList(lang, e.recipients)}</Ja> },
          { key: 'people', header: t(lang, { ja: '人数', en: 'People' }), numeric: true, cell: (e) => e.people ?? '—' },
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
          {
            key: 'digest',
            header: 'SHA-256',
            cell: (e) => (e.fileSha256 ? <code className="code-inline">{`${e.fileSha256.slice(0, 12)}…`}</code> : '—'),
          },
        ]}
      />
    </Section>
  )
}

function Merges({ merges, lang }: { merges: readonly MergeNote[]; lang: Lang }): ReactNode {
  const title = t(lang, { ja: '取り込んだ記録', en: 'Logs merged' })
  return (
    <Section title={title}>
      <Table
        lang={lang}
        caption={title}
        captionHidden
        rows={merges}
        rowKey={(m) => m.id}
        rowTone={(m) => (m.problems.some((p) => p.kind !== 'torn') ? 'attention' : null)}
        empty={<EmptyState lang={lang} title={t(lang, { ja: 'まだ取り込んでいません', en: 'None yet' })} />}
        columns={[
          {
            key: 'at',
            header: t(lang, { ja: '日時', en: 'When' }),
            cell: (m) => (
              <>
                <Time value={m.at} lang={lang} withTime />
                <br />
                <span className="note">
                  <Ja>{m.byName}</Ja>
                </span>
              </>
            ),
          },
          {
            key: 'laptop',
            header: t(lang, { ja: '端末', en: 'Laptop' }),
            cell: (m) => <code className="code-inline">{m.laptop.slice(0, 8)}</code>,
          },
          { key: 'added', header: t(lang, { ja: '新しい行', en: 'New lines' }), numeric: true, cell: (m) => m.added },
          { key: 'known', header: t(lang, { ja: '前からあった行', en: 'Known lines' }), numeric: true, cell: (m) => m.known },
          { key: 'problems', header: t(lang, { ja: '気づいたこと', en: 'Found' }), cell: (m) => found(m.problems, lang) },
        ]}
      />
    </Section>
  )
}

export const found = (problems: readonly LogProblem[], lang: Lang): string =>
  problems.length === 0
    ? t(lang, { ja: 'なし', en: 'Nothing' })
    : joinList(lang, [...new Set(problems.map((p) => t(lang, problemNames[p.kind])))])
