import type { ReactNode } from 'react'
import {
  Details,
  EmptyState,
  formatDate,
  formatPlainDate,
  Grid,
  type Lang,
  LinkButton,
  ButtonRow,
  renderPage,
  Section,
  Stat,
  Table,
  t,
} from '#ui'
import { PublicPage, type PageOf } from './frame.tsx'
import type { Cell, Month, Statistics } from './model.ts'
import { MonthBars } from './month-bars.tsx'
import { type Figure, figureWords, partWords } from './words.ts'

const figures: readonly Figure[] = ['accesses', 'purposes', 'volumes', 'refusals', 'emergencies', 'consents', 'questions']
const DRAWN = 13

const shown = (cell: Cell, lang: Lang): string =>
  cell === null ? t(lang, { ja: '非表示', en: 'hidden' }) : cell.toLocaleString(lang === 'ja' ? 'ja-JP' : 'en-GB')

const monthName = ({ month, complete }: Month, lang: Lang): string =>
  `${formatPlainDate(month, lang)}${complete ? '' : t(lang, { ja: '（途中）', en: ' (so far)' })}`

function Newest({ month, lang }: { month: Month; lang: Lang }): ReactNode {
  const { emergencies, questions } = month
  const { reviewed } = emergencies.parts
  const share =
    emergencies.total && reviewed != null ? `${Math.round((reviewed / emergencies.total) * 100)}%` : t(lang, { ja: '非表示', en: 'hidden' })
  return (
    <Section title={t(lang, { ja: `${monthName(month, 'ja')}のまとめ`, en: monthName(month, 'en') })}>
      <Grid>
        <Stat
          label={t(lang, { ja: '人の情報に触れた行', en: 'Lines that touched people’s data' })}
          value={shown(month.accesses.total, lang)}
        />
        <Stat label={t(lang, { ja: '断った行', en: 'Refused' })} value={shown(month.refusals.total, lang)} />
        <Stat
          label={t(lang, { ja: '緊急で開かれた記録', en: 'Opened in an emergency' })}
          value={shown(emergencies.total, lang)}
          note={emergencies.total === 0 ? undefined : t(lang, { ja: `確認を終えた割合：${share}`, en: `Reviewed: ${share}` })}
        />
        <Stat
          label={t(lang, { ja: '閲覧についての質問', en: 'Questions about accesses' })}
          value={shown(questions.total, lang)}
          note={
            questions.medianDays === null
              ? undefined
              : t(lang, {
                  ja: `答えまで（中央値）${questions.medianDays.toFixed(1)}日`,
                  en: `Median answer: ${questions.medianDays.toFixed(1)} days`,
                })
          }
        />
      </Grid>
    </Section>
  )
}

function Numbers({ figure, months, lang }: { figure: Figure; months: readonly Month[]; lang: Lang }): ReactNode {
  const parts = Object.keys(months[0]?.[figure].parts ?? {})
  const seconds = (m: Month) => (m.emergencies.slowestNoticeSeconds === null ? '—' : `${m.emergencies.slowestNoticeSeconds.toFixed(1)}`)
  return (
    <Table
      lang={lang}
      caption={figureWords[figure].title[lang]}
      captionHidden
      rows={months}
      rowKey={(m) => m.month}
      columns={[
        { key: 'month', header: t(lang, { ja: '月', en: 'Month' }), cell: (m) => monthName(m, lang) },
        { key: 'total', header: t(lang, { ja: '合計', en: 'Total' }), numeric: true, cell: (m) => shown(m[figure].total, lang) },
        ...parts.map((part) => ({
          key: part,
          header: partWords[part]?.[lang] ?? part,
          numeric: true,
          cell: (m: Month) => shown((m[figure].parts as Record<string, Cell>)[part] ?? 0, lang),
        })),
        ...(figure === 'emergencies'
          ? [
              {
                key: 'notice',
                header: t(lang, { ja: '本人への知らせ（最も遅い、秒）', en: 'Slowest notice to the person (s)' }),
                numeric: true,
                cell: seconds,
              },
            ]
          : []),
        ...(figure === 'questions'
          ? [
              {
                key: 'days',
                header: t(lang, { ja: '答えまでの日数（中央値）', en: 'Median days to answer' }),
                numeric: true,
                cell: (m: Month) => (m.questions.medianDays === null ? '—' : m.questions.medianDays.toFixed(1)),
              },
            ]
          : []),
      ]}
    />
  )
}

function One({ figure, months, lang }: { figure: Figure; months: readonly Month[]; lang: Lang }): ReactNode {
  const { title, about } = figureWords[figure]
  const bars = months
    .slice(0, DRAWN)
    .toReversed()
    .map((m) => ({ month: m.month, value: m[figure].total, complete: m.complete }))
  return (
    <Section title={title[lang]} lead={about[lang]} id={figure}>
      {figure === 'purposes' || figure === 'volumes' || !bars.some((bar) => bar.value) ? null : (
        <MonthBars bars={bars} title={title[lang]} lang={lang} />
      )}
      <Details summary={t(lang, { ja: '内訳を表で見る', en: 'See the table' })}>
        <Numbers figure={figure} months={months} lang={lang} />
      </Details>
      {figure === 'emergencies' ? (
        <p>
          <a href="/disaster">{t(lang, { ja: '災害時の閲覧を、災害ごと・日ごとに見る', en: 'Disaster access by disaster and day' })}</a>
        </p>
      ) : null}
    </Section>
  )
}

/** How much people's data is touched, by whom and why: counted from the same log that each person sees of their own. */
export function statisticsPage(on: PageOf, view: Statistics): string {
  const { lang } = on
  const { months, hiddenBelow, lines } = view
  const [newest] = months
  return renderPage(
    <PublicPage
      on={on}
      here="/statistics"
      title={t(lang, { ja: '記録はどれだけ見られているか', en: 'How much records are looked at' })}
      lead={t(lang, {
        ja: '一人ひとりが「誰が見たか」で確かめられるのと同じ記録を、月ごとに数えました。',
        en: 'Counted by month from the same log in which each person sees who looked.',
      })}
    >
      {newest === undefined ? (
        <EmptyState lang={lang} title={t(lang, { ja: 'まだ数字がありません', en: 'No figures yet' })}>
          <p>{t(lang, { ja: '1日の数字は、その日が終わってから出ます。', en: 'The figures of a day appear once it is over.' })}</p>
        </EmptyState>
      ) : (
        <>
          <Newest month={newest} lang={lang} />
          {figures.map((figure) => (
            <One key={figure} figure={figure} months={months} lang={lang} />
          ))}
        </>
      )}
      <Section title={t(lang, { ja: '数え方', en: 'How it is counted' })} id="method">
        <ul>
          <li>
            {t(lang, {
              ja: `${hiddenBelow}より小さい数は、誰のことか分かるおそれがあるので「非表示」にします。ほかの数は、引き算でも分からないように、10の単位に切り捨てています。`,
              en: `Numbers below ${hiddenBelow} are hidden, because they might tell of somebody. All others are rounded down to tens, so that no hidden one can be worked out.`,
            })}
          </li>
          <li>
            {t(lang, {
              ja: `消せない記録（ログ）の${lines.toLocaleString('ja-JP')}行を、順番どおりに数えました。`,
              en: `${lines.toLocaleString('en-GB')} lines of the log that nobody can change were counted, in its order.`,
            })}
          </li>
          <li>
            {on.demo
              ? t(lang, { ja: 'デモなので、今日の分もすぐに数えます。', en: 'This is a demo, so today is counted at once.' })
              : t(lang, {
                  ja: `${formatDate(view.until, lang)}より前の日を数えています。`,
                  en: `Days before ${formatDate(view.until, lang)} are counted.`,
                })}
          </li>
        </ul>
        <ButtonRow>
          <LinkButton href="/statistics.csv" download>
            {t(lang, { ja: '表計算用に受け取る（CSV）', en: 'Download (CSV)' })}
          </LinkButton>
          <LinkButton href="/statistics.json" variant="quiet">
            JSON
          </LinkButton>
        </ButtonRow>
      </Section>
    </PublicPage>,
  )
}
