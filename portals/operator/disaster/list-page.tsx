import type { ReactNode } from 'react'
import type { Disaster } from '#care/consent'
import type { OpeningRequest } from '#care/emergency'
import { Banner, EmptyState, Ja, LinkButton, renderPage, Section, Table, Time, t } from '#ui'
import { OperatorPage, type PageOf } from '../frame.tsx'
import { disasterHref, HOME, OpenTag, places, requestWords } from './parts.tsx'

export type ListView = { disasters: readonly Disaster[]; waiting: readonly OpeningRequest[]; mayAsk: boolean; telling: number }

/** Where is disaster access open, and what waits for a second person? */
export function listPage(on: PageOf, view: ListView): string {
  const { lang } = on
  return renderPage(
    <OperatorPage
      on={on}
      here={HOME}
      title={t(lang, { ja: '災害時の閲覧', en: 'Disaster access' })}
      lead={t(lang, {
        ja: '大きな災害のとき、地域の医療機関が、避難している人の記録を同意の手続きなしに見られるようにします。',
        en: 'In a great disaster the institutions of an area may see the records of evacuees without the usual consent.',
      })}
    >
      <Waiting view={view} on={on} />
      {view.mayAsk ? (
        <p>
          <LinkButton href={`${HOME}/new`} variant="primary">
            {t(lang, { ja: '地域を開く', en: 'Open an area' })}
          </LinkButton>
        </p>
      ) : null}
      <Section title={t(lang, { ja: 'これまでに開いた災害', en: 'Disasters' })}>
        <Table
          lang={lang}
          caption={t(lang, { ja: '開いた災害', en: 'Disasters' })}
          captionHidden
          rows={view.disasters}
          rowKey={(d) => d.id}
          rowTone={(d) => (d.endedAt === null && d.until > on.now ? 'attention' : null)}
          empty={<EmptyState lang={lang} title={t(lang, { ja: 'まだ開いたことはありません', en: 'None has been opened yet' })} />}
          columns={[
            {
              key: 'name',
              header: t(lang, { ja: '災害', en: 'Disaster' }),
              cell: (d) => (
                <a href={disasterHref(d.id)}>
                  <Ja>{d.name}</Ja>
                </a>
              ),
            },
            { key: 'state', header: t(lang, { ja: '状態', en: 'State' }), cell: (d) => <OpenTag disaster={d} now={on.now} lang={lang} /> },
            { key: 'area', header: t(lang, { ja: '地域', en: 'Area' }), cell: (d) => places(d.areas, lang) },
            { key: 'count', header: t(lang, { ja: '医療機関', en: 'Institutions' }), numeric: true, cell: (d) => d.institutions },
            {
              key: 'until',
              header: t(lang, { ja: '終わり', en: 'Ends' }),
              cell: (d) => <Time value={d.endedAt ?? d.until} lang={lang} withTime />,
            },
          ]}
        />
      </Section>
      <p>
        <a href="/disaster">{t(lang, { ja: '公開している利用の回数', en: 'The count of uses that everybody sees' })}</a>
        {' ・ '}
        <a href={`${HOME}/looks`}>{t(lang, { ja: `確かめる閲覧（${view.telling}件）`, en: `Looks to check (${view.telling})` })}</a>
        {' ・ '}
        <a href={`${HOME}/offline`}>
          {t(lang, { ja: '通信のない避難所（持ち出しと取り込み）', en: 'Shelters without a network: extracts and logs' })}
        </a>
      </p>
    </OperatorPage>,
  )
}

function Waiting({ view, on }: { view: ListView; on: PageOf }): ReactNode {
  const { lang } = on
  if (view.waiting.length === 0) return null
  return (
    <Banner
      lang={lang}
      tone="attention"
      title={t(lang, {
        ja: `2人目の確認を待つ求めが${view.waiting.length}件あります`,
        en: `${view.waiting.length} waiting for a second person`,
      })}
    >
      <ul>
        {view.waiting.map((r) => (
          <li key={r.id}>
            <a href={`${HOME}/requests/${encodeURIComponent(r.id)}`}>
              <Ja>{r.details.name}</Ja>
              {t(lang, { ja: '：', en: ': ' })}
              {requestWords(r, lang)}
            </a>{' '}
            <span className="note">
              <Ja>{r.byName}</Ja> <Time value={r.at} lang={lang} withTime />
            </span>
          </li>
        ))}
      </ul>
    </Banner>
  )
}
