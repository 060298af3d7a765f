import type { ReactNode } from 'react'
import { flagWords, type Look } from '#care/emergency'
import { EmptyState, Ja, joinList, type Lang, renderPage, Section, Table, Tag, Time, t } from '#ui'
import { OperatorPage, type PageOf } from '../frame.tsx'
import { HOME, homeCrumbs } from './parts.tsx'

export type LooksView = { looks: readonly (Look & { telling: boolean })[]; total: number }

/** Which looks should somebody ask about? Who was looked at is not said here: the log says it to whoever must know. */
export function looksPage(on: PageOf, view: LooksView): string {
  const { lang } = on
  const title = t(lang, { ja: '確かめる閲覧', en: 'Looks to check' })
  return renderPage(
    <OperatorPage
      on={on}
      here={HOME}
      title={title}
      lead={t(lang, {
        ja: '近い間柄の人や守られている人を開いた閲覧と、端末での名乗りが登録と合わない閲覧です。「先に」の印がある行から確かめてください。',
        en: 'Looks at people who stand close or are protected, and laptops on which somebody’s name does not fit the register. Begin with those marked “first”.',
      })}
      breadcrumbs={homeCrumbs(lang)}
    >
      <Section title={t(lang, { ja: `${view.total}件`, en: view.total === 1 ? 'One look' : `${view.total} looks` })}>
        <Table
          lang={lang}
          caption={title}
          captionHidden
          rows={view.looks}
          rowKey={(l) => l.id}
          rowTone={(l) => (l.telling ? 'harm' : null)}
          empty={<EmptyState lang={lang} title={t(lang, { ja: '確かめる閲覧はありません', en: 'Nothing to check' })} />}
          columns={[
            { key: 'at', header: t(lang, { ja: '日時', en: 'When' }), cell: (l) => <At look={l} lang={lang} /> },
            { key: 'who', header: t(lang, { ja: '見た人', en: 'Who looked' }), cell: (l) => <Who look={l} lang={lang} /> },
            {
              key: 'flags',
              header: t(lang, { ja: '気になる点', en: 'What stands out' }),
              cell: (l) =>
                joinList(
                  lang,
                  [...new Set(l.flags)].map((flag) => t(lang, flagWords(flag))),
                ) || '—',
            },
            { key: 'second', header: t(lang, { ja: '2人目', en: 'Second' }), cell: (l) => (l.secondName ? <Ja>{l.secondName}</Ja> : '—') },
            {
              key: 'log',
              header: t(lang, { ja: '記録の番号', en: 'In the log' }),
              cell: (l) => <code className="code-inline">{l.id.slice(-8)}</code>,
            },
          ]}
        />
      </Section>
    </OperatorPage>,
  )
}

const At = ({ look, lang }: { look: LooksView['looks'][number]; lang: Lang }): ReactNode => (
  <>
    <Time value={look.at} lang={lang} withTime /> {look.telling ? <Tag tone="harm">{t(lang, { ja: '先に', en: 'First' })}</Tag> : null}
  </>
)

const Who = ({ look, lang }: { look: Look; lang: Lang }): ReactNode => (
  <>
    <Ja>{look.staffName}</Ja> {look.laptop ? <Tag>{t(lang, { ja: '端末', en: 'Laptop' })}</Tag> : null}
    <br />
    <span className="note">
      <Ja>{look.institutionName || look.institutionNumber}</Ja>
    </span>
  </>
)
