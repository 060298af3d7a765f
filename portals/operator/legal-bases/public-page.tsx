import { type BasisUse, type RegisteredBasis, statuteOf } from '#care/consent'
import type { Lang } from '#kernel/language'
import { EmptyState, Ja, Page, renderPage, Table, Time, t } from '#ui'
import { kindsIn, lastDay, purposeIn } from './pages.tsx'

/** Numbers below this are not told to the public: a small one may point at somebody. */
export const SMALL = 10
export const publicCount = (n: number, lang: Lang): string =>
  n < SMALL ? t(lang, { ja: `${SMALL}未満`, en: `under ${SMALL}` }) : String(n)

/** The register as everybody may read it. */
export function publicPage(
  on: { lang: Lang; path: string; demo: boolean },
  { bases, uses }: { bases: readonly RegisteredBasis[]; uses: readonly BasisUse[] },
): string {
  const { lang } = on
  const total = (id: string) => uses.filter((use) => use.id === id).reduce((sum, use) => sum + use.uses, 0)
  return renderPage(
    <Page
      audience="public"
      lang={lang}
      path={on.path}
      demo={on.demo}
      title={t(lang, { ja: '同意によらずに見られる相手の登録簿', en: 'Register of access without consent' })}
      lead={t(lang, {
        ja: '法令により、本人の同意がなくても記録を見られる相手と、その根拠・目的・回数です。',
        en: 'Who may see records by law without consent, by which law, what for, and how often they did.',
      })}
    >
      {bases.length === 0 ? (
        <EmptyState lang={lang} title={t(lang, { ja: 'いまは登録がありません', en: 'None is registered now' })}>
          <p>{t(lang, { ja: 'この道では、誰にも何も見えていません。', en: 'Nobody sees anything this way.' })}</p>
        </EmptyState>
      ) : (
        <Table
          lang={lang}
          caption={t(lang, { ja: '登録簿', en: 'Register' })}
          captionHidden
          rows={bases}
          rowKey={(basis) => basis.id}
          columns={[
            { key: 'who', header: t(lang, { ja: '相手', en: 'Who' }), cell: (basis) => <Ja>{basis.institutionName}</Ja> },
            {
              key: 'law',
              header: t(lang, { ja: 'きまり', en: 'Law' }),
              cell: (basis) => <Ja>{statuteOf(basis.statute)?.citation ?? basis.statute}</Ja>,
            },
            { key: 'why', header: t(lang, { ja: '目的', en: 'Purpose' }), cell: (basis) => purposeIn(basis.purpose, lang) },
            { key: 'kinds', header: t(lang, { ja: '情報', en: 'What' }), cell: (basis) => kindsIn(basis.kinds, lang) },
            {
              key: 'when',
              header: t(lang, { ja: '期間', en: 'When' }),
              cell: (basis) => (
                <>
                  <Time value={basis.since} lang={lang} /> {t(lang, { ja: '〜', en: '–' })}{' '}
                  <Time value={basis.endedAt ?? lastDay(basis)} lang={lang} />
                </>
              ),
            },
            {
              key: 'review',
              header: t(lang, { ja: '見直しの日', en: 'Review' }),
              cell: (basis) => <Time value={basis.reviewOn} lang={lang} />,
            },
            {
              key: 'uses',
              header: t(lang, { ja: '回数', en: 'Uses' }),
              cell: (basis) => <span className="number">{publicCount(total(basis.id), lang)}</span>,
            },
          ]}
        />
      )}
      <p className="note">
        {t(lang, {
          ja: `${SMALL}回に満たない回数は、だれのことか分かってしまうおそれがあるため、そのまま出していません。`,
          en: `Counts under ${SMALL} are not told exactly, because they might point at somebody.`,
        })}
      </p>
    </Page>,
  )
}
