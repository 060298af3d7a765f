import type { ReactNode } from 'react'
import { placeWords, type PublicUses, SMALL } from '#care/emergency'
import { Details, EmptyState, formatDate, Ja, joinList, type Lang, Page, renderPage, Section, Stat, Table, t } from '#ui'

const counted = (count: number | null, lang: Lang): string =>
  count === null
    ? t(lang, { ja: `${SMALL}未満`, en: `under ${SMALL}` })
    : count === 0
      ? '0'
      : t(lang, { ja: `約${count}`, en: `about ${count}` })

/** How often was disaster access used? For everybody. */
export function publicPage(about: { lang: Lang; path: string; demo: boolean }, { disasters }: PublicUses): string {
  const { lang } = about
  return renderPage(
    <Page
      {...about}
      audience="public"
      title={t(lang, { ja: '災害時の閲覧の利用', en: 'Use of disaster access' })}
      lead={t(lang, {
        ja: '大きな災害のとき、避難している人の記録を、同意の手続きなしに医療機関が見た回数です。見られた人には、そのつど知らせています。',
        en: 'How often institutions opened the records of evacuees without the usual consent in a great disaster. Each person was told.',
      })}
    >
      {disasters.length === 0 ? (
        <EmptyState lang={lang} title={t(lang, { ja: 'まだ使われたことはありません', en: 'It has never been used' })}>
          <p>
            {t(lang, {
              ja: '開かれると、ここに災害と地域、回数が出ます。',
              en: 'Once opened, the disaster, its area and the number of uses stand here.',
            })}
          </p>
        </EmptyState>
      ) : (
        disasters.map((d) => <Uses key={d.id} d={d} lang={lang} />)
      )}
      <p className="note">
        {t(lang, {
          ja: `回数は10の単位に丸めています。${SMALL}未満は、だれのことか分からないように数を出しません。`,
          en: `Counts are rounded to tens. Fewer than ${SMALL} are not told, so that nobody can be made out.`,
        })}
      </p>
    </Page>,
  )
}

function Uses({ d, lang }: { d: PublicUses['disasters'][number]; lang: Lang }): ReactNode {
  const span = t(lang, {
    ja: `${formatDate(d.since, 'ja')} 〜 ${formatDate(d.until, 'ja')}`,
    en: `${formatDate(d.since, 'en')} – ${formatDate(d.until, 'en')}`,
  })
  return (
    <Section title={<Ja>{d.name}</Ja>}>
      <Stat
        label={t(lang, { ja: d.open ? 'これまでの利用（いま開いています）' : '利用', en: d.open ? 'Uses so far (open now)' : 'Uses' })}
        value={counted(d.total, lang)}
        unit={t(lang, { ja: '回', en: 'uses' })}
        note={
          <>
            {span}
            {t(lang, { ja: `、${d.institutions}の医療機関。`, en: `, ${d.institutions} institutions. ` })}
            <Ja>
              {joinList(
                lang,
                d.areas.filter((one) => !one.startsWith('institution:')).map((one) => placeWords(one)[lang]),
              )}
            </Ja>
          </>
        }
      />
      <p className="note">
        {t(lang, { ja: '根拠：', en: 'Legal ground: ' })}
        <Ja>{d.law}</Ja>
      </p>
      {d.days.length > 0 ? (
        <Details summary={t(lang, { ja: '日ごとの利用', en: 'Uses by day' })}>
          <Table
            lang={lang}
            caption={t(lang, { ja: `${d.name}の日ごとの利用`, en: 'Uses by day' })}
            captionHidden
            rows={d.days}
            rowKey={(one) => one.day}
            columns={[
              { key: 'day', header: t(lang, { ja: '日', en: 'Day' }), cell: (one) => formatDate(one.day, lang) },
              { key: 'count', header: t(lang, { ja: '回数', en: 'Uses' }), numeric: true, cell: (one) => counted(one.count, lang) },
            ]}
          />
        </Details>
      ) : null}
    </Section>
  )
}
