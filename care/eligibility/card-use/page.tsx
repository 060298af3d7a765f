import type { ReactNode } from 'react'
import { dateInJapan } from '#kernel/japan'
import type { Lang } from '#kernel/language'
import {
  Banner,
  Button,
  ButtonRow,
  Checkbox,
  DefinitionList,
  Form,
  Page,
  type PageUser,
  renderPage,
  Section,
  staffNav,
  Table,
  Trend,
  t,
} from '#ui'
import { addOnNumber, cardUseClasses, figureIsOut, minimumOf, type MonthOfUse, rateOf, type Standing } from './rules.ts'
import type { CardUse } from './service.ts'

const monthName = (month: string, lang: Lang) =>
  t(lang, {
    ja: `${Number(month.slice(0, 4))}年${Number(month.slice(5))}月`,
    en: new Date(`${month}-15T00:00:00Z`).toLocaleDateString('en-GB', { month: 'long', year: 'numeric', timeZone: 'UTC' }),
  })
const percent = (rate: number | null) => (rate === null ? '—' : `${rate.toFixed(2).replace(/\.?0+$/, '')} %`)

/** The class in words: which add-on with electronic prescribing, which without. */
function className(lang: Lang, reached: Standing['reached']): string {
  if (reached === null) return t(lang, { ja: 'どの区分にも届いていません', en: 'No class is reached' })
  const [electronic, paper] = [addOnNumber(reached, true), addOnNumber(reached, false)]
  return t(lang, {
    ja: `加算${electronic}（電子処方箋あり）／加算${paper}（なし）`,
    en: `Add-on ${electronic} with electronic prescribing, ${paper} without`,
  })
}

function Gap({ lang, standing }: { lang: Lang; standing: Standing }): ReactNode {
  const { gap, reached } = standing
  if (gap === null) return reached === 1 ? t(lang, { ja: 'いちばん上の区分です。', en: 'This is the highest class.' }) : '—'
  const people =
    gap.visits === null
      ? ''
      : t(lang, { ja: `（カードで受け付ける人を、月にあと${gap.visits}人）`, en: ` (${gap.visits} more people a month by card)` })
  return t(lang, {
    ja: `${className('ja', gap.to)}まで あと${gap.points}ポイント${people}`,
    en: `${gap.points} points to ${className('en', gap.to)}${people}`,
  })
}

function StandingOf({ lang, standing, paediatric }: { lang: Lang; standing: Standing; paediatric: boolean }): ReactNode {
  const { row, best } = standing
  return (
    <DefinitionList
      items={[
        {
          term: t(lang, { ja: '対象になる月', en: 'Months that count' }),
          value: standing.counting.map((m) => `${monthName(m.month, lang)} ${percent(rateOf(m))}`).join(t(lang, { ja: '、', en: ', ' })),
        },
        {
          term: t(lang, { ja: 'いちばん高い月', en: 'Best of them' }),
          value:
            best === null
              ? t(lang, { ja: 'まだ数字がありません', en: 'No figure yet' })
              : `${monthName(best.month, lang)} ${percent(rateOf(best))}`,
        },
        { term: t(lang, { ja: '区分', en: 'Class' }), value: className(lang, standing.reached) },
        { term: t(lang, { ja: '次の区分まで', en: 'To the next class' }), value: <Gap lang={lang} standing={standing} /> },
        ...(row
          ? [
              {
                term: t(lang, { ja: '必要な利用率', en: 'Rates needed' }),
                value: cardUseClasses
                  .map((c) => `${addOnNumber(c, true)}・${addOnNumber(c, false)}: ${minimumOf(row, c, paediatric)} %`)
                  .join(t(lang, { ja: '、', en: ', ' })),
              },
            ]
          : []),
      ]}
    />
  )
}

function Now({ lang, use }: { lang: Lang; use: CardUse }): ReactNode {
  const { standing, earlier, tableEnds, paediatric } = use
  if (standing.row !== null)
    return (
      <Section title={t(lang, { ja: `${monthName(standing.month, lang)}の算定`, en: `For claims of ${monthName(standing.month, lang)}` })}>
        <StandingOf lang={lang} standing={standing} paediatric={paediatric} />
      </Section>
    )
  return (
    <>
      <Banner
        lang={lang}
        tone="attention"
        title={t(lang, {
          ja: `${tableEnds ?? ''}より後の基準は、この表にありません（要確認）`,
          en: `The table says nothing about days after ${tableEnds ?? ''} (to be confirmed)`,
        })}
      >
        <p>
          {t(lang, {
            ja: '診療報酬の改定後の基準と区分は、告示・通知で確かめてください。運用担当が新しい行を入れると、ここに出ます。',
            en: 'Please check the notices of the revised fee schedule. Once the operator adds the new row, it appears here.',
          })}
        </p>
      </Banner>
      {earlier ? (
        <Section
          title={t(lang, { ja: '参考：最後の基準にあてはめると', en: 'For reference: by the last known rates' })}
          lead={t(lang, { ja: '今月の算定に使えるとは限りません。', en: 'Not necessarily what applies this month.' })}
        >
          <StandingOf lang={lang} standing={earlier} paediatric={paediatric} />
        </Section>
      ) : null}
    </>
  )
}

function Months({ lang, use, today }: { lang: Lang; use: CardUse; today: string }): ReactNode {
  const counting = new Set(use.standing.counting.map((m) => m.month))
  const known = (m: MonthOfUse) =>
    m.official !== null
      ? t(lang, { ja: '公表された数字', en: 'Official figure' })
      : figureIsOut(m.month, today)
        ? t(lang, { ja: '自院の集計（公表された数字は未入力）', en: 'Our own count (official figure not entered)' })
        : t(lang, { ja: '自院の集計（公表は約2か月後）', en: 'Our own count (official figure about two months later)' })
  return (
    <Table
      lang={lang}
      caption={t(lang, { ja: '月ごとの利用率', en: 'Rate by month' })}
      captionHidden
      columns={[
        { key: 'month', header: t(lang, { ja: '月', en: 'Month' }), cell: (m) => monthName(m.month, lang) },
        { key: 'rate', header: t(lang, { ja: '利用率', en: 'Rate' }), cell: (m) => percent(rateOf(m)) },
        { key: 'card', header: t(lang, { ja: 'カードで受付', en: 'By card' }), cell: (m) => `${m.byCard} / ${m.visits}` },
        { key: 'known', header: t(lang, { ja: 'もとの数字', en: 'Where from' }), cell: known },
        {
          key: 'counts',
          header: t(lang, { ja: '今月の算定', en: 'This month’s claims' }),
          cell: (m) => (counting.has(m.month) ? t(lang, { ja: '対象', en: 'Counts' }) : ''),
        },
      ]}
      rows={use.months.toReversed()}
      rowKey={(m) => m.month}
    />
  )
}

export type CardUsePage = { lang: Lang; path: string; user: PageUser; demo: boolean; use: CardUse; now: Date }

/** 'Where do we stand with card use, and what is missing?' */
export function cardUsePage({ lang, path, user, demo, use, now }: CardUsePage): string {
  const row = use.standing.row ?? use.earlier?.row ?? null
  return renderPage(
    <Page
      title={t(lang, { ja: 'マイナ保険証の利用率', en: 'Card use rate' })}
      lang={lang}
      audience="staff"
      path={path}
      user={user}
      demo={demo}
      nav={staffNav(lang, null)}
      lead={t(lang, {
        ja: '3・4・5か月前のうち、いちばん高い月の利用率で加算の区分が決まります。',
        en: 'The best of the third, fourth and fifth month before decides the class of the add-on.',
      })}
    >
      <Now lang={lang} use={use} />
      <Section
        title={t(lang, { ja: '月ごとの利用率', en: 'Rate by month' })}
        lead={t(lang, {
          ja: '1人を月に1回と数え、そのうちカードで受け付けた人の割合です（レセプト件数に近い数え方）。公表された数字を入れた月は、そちらを使います。',
          en: 'Each person counts once a month (close to the count of claims); the rate is the share who came by card. Where the official figure was entered, it is used.',
        })}
      >
        <Trend
          lang={lang}
          name={t(lang, { ja: '利用率', en: 'Card use rate' })}
          unit="%"
          range={row ? { low: minimumOf(row, 3, use.paediatric) } : undefined}
          points={use.months.map((m) => ({ on: `${m.month}-01`, value: rateOf(m), mark: null }))}
          tableHidden
        />
        <Months lang={lang} use={use} today={dateInJapan(now)} />
      </Section>
      <Section title={t(lang, { ja: '小児科のとき', en: 'For paediatric clinics' })}>
        <Form action="/clinic/card-use" method="get" label={t(lang, { ja: '小児科', en: 'Paediatric clinic' })}>
          <Checkbox
            name="paediatric"
            value="1"
            checked={use.paediatric}
            label={t(lang, { ja: '小児科の基準で見る', en: 'Use the rates for paediatric clinics' })}
            hint={t(lang, {
              ja: '小児科外来診療料を算定し、6歳未満の患者が3割以上の医療機関',
              en: 'Clinics that claim the paediatric outpatient fee, with at least 30 % of visits by children under six',
            })}
          />
          <ButtonRow>
            <Button>{t(lang, { ja: '表示', en: 'Show' })}</Button>
          </ButtonRow>
        </Form>
      </Section>
    </Page>,
  )
}
