import type { ReactNode } from 'react'
import { type Breach, clocksOf, nextDeadline, patternOf, REVIEW_DAYS, type Reviewed, stateNames } from '#care/oversight'
import { Banner, ButtonRow, EmptyState, Grid, Ja, type Lang, LinkButton, renderPage, Section, Stat, Table, Tag, Time, t } from '#ui'
import { AuditorPage, type PageOf } from './frame.tsx'
import { ClockState, clockTitle } from './parts.tsx'

export type Today = {
  reviewed: Reviewed
  byRule: readonly { rule: string; open: number; all: number }[]
  breaches: readonly Breach[]
  watch: { watched: number; all: number; at: Date | null }
}

/** A share in per cent; of nothing there is none. */
const share = (part: number, whole: number): { value: string | number; unit?: string } =>
  whole === 0 ? { value: '—' } : { value: Math.floor((part / whole) * 100), unit: '%' }

/** What should an auditor look at today? */
export function homePage(on: PageOf, today: Today): string {
  const { lang } = on
  const { open } = today.reviewed
  const busy = open > 0 || today.breaches.length > 0
  return renderPage(
    <AuditorPage
      on={on}
      here="/audit"
      title={t(lang, { ja: '今日見るもの', en: 'What to look at today' })}
      lead={
        busy
          ? t(lang, {
              ja: `判断を待つ気づきが${open}件、終わっていない漏えい等が${today.breaches.length}件あります。`,
              en: `${open} findings wait for a word; ${today.breaches.length} breaches are not closed.`,
            })
          : t(lang, { ja: 'いま判断を待つものはありません。', en: 'Nothing waits for your word now.' })
      }
    >
      <Clocks on={on} breaches={today.breaches} />
      <Open lang={lang} byRule={today.byRule} />
      <Figures lang={lang} today={today} />
    </AuditorPage>,
  )
}

function Clocks({ on, breaches }: { on: PageOf; breaches: readonly Breach[] }): ReactNode {
  const { lang, now } = on
  if (breaches.length === 0) return null
  const rows = [...breaches].sort((a, b) => (nextDeadline(clocksOf(a, now)) ?? '9').localeCompare(nextDeadline(clocksOf(b, now)) ?? '9'))
  const late = rows.filter((b) => clocksOf(b, now).some((c) => c.state === 'late'))
  return (
    <Section title={t(lang, { ja: '漏えい等の期限', en: 'Clocks of breaches' })}>
      {late.length > 0 ? (
        <Banner
          tone="harm"
          lang={lang}
          title={t(lang, { ja: `期限を過ぎたものが${late.length}件あります`, en: `${late.length} are past a deadline` })}
        />
      ) : null}
      <BreachTable on={on} rows={rows} />
    </Section>
  )
}

/** Cases with their clocks. */
export function BreachTable({ on, rows }: { on: PageOf; rows: readonly Breach[] }): ReactNode {
  const { lang, now } = on
  return (
    <Table
      lang={lang}
      caption={t(lang, { ja: '漏えい等', en: 'Breaches' })}
      captionHidden
      rows={rows}
      rowKey={(b) => b.id}
      empty={<EmptyState lang={lang} title={t(lang, { ja: 'ありません', en: 'None' })} />}
      columns={[
        {
          key: 'title',
          header: t(lang, { ja: '件名', en: 'Case' }),
          cell: (b) => (
            <>
              {b.drill ? <Tag>{t(lang, { ja: '訓練', en: 'Drill' })}</Tag> : null}{' '}
              <a href={`/audit/breaches/${b.id}`}>
                <Ja>{b.title}</Ja>
              </a>
            </>
          ),
        },
        { key: 'state', header: t(lang, { ja: '状態', en: 'State' }), cell: (b) => stateNames[b.state][lang] },
        { key: 'known', header: t(lang, { ja: '知った日', en: 'Known on' }), cell: (b) => <Time value={b.knownAt} lang={lang} /> },
        {
          key: 'clocks',
          header: t(lang, { ja: '期限', en: 'Clocks' }),
          cell: (b) => {
            const clocks = clocksOf(b, now).filter((c) => c.doneAt === null)
            if (clocks.length === 0) return t(lang, { ja: 'なし', en: 'None' })
            return clocks.map((c) => (
              <span key={c.what}>
                {clockTitle(c, lang)} <ClockState clock={c} now={now} lang={lang} />{' '}
              </span>
            ))
          },
        },
        {
          key: 'owner',
          header: t(lang, { ja: '担当', en: 'In charge' }),
          cell: (b) => (b.ownerName === '' ? <Tag tone="attention">{t(lang, { ja: '未定', en: 'Nobody' })}</Tag> : <Ja>{b.ownerName}</Ja>),
        },
      ]}
    />
  )
}

function Open({ lang, byRule }: { lang: Lang; byRule: Today['byRule'] }): ReactNode {
  const rows = byRule.filter((r) => r.open > 0)
  return (
    <Section
      title={t(lang, { ja: '判断を待つ気づき', en: 'Findings that wait' })}
      lead={t(lang, {
        ja: '気づきは、誤りがあったという意味ではありません。理由を確かめてください。',
        en: 'A finding does not say that anything was wrong. Find out why.',
      })}
    >
      <Table
        lang={lang}
        caption={t(lang, { ja: '判断を待つ気づき', en: 'Findings that wait' })}
        captionHidden
        rows={rows}
        rowKey={(r) => r.rule}
        empty={<EmptyState lang={lang} title={t(lang, { ja: 'ありません', en: 'None' })} />}
        columns={[
          {
            key: 'rule',
            header: t(lang, { ja: '気づき', en: 'Finding' }),
            cell: (r) => <a href={`/audit/findings?rule=${r.rule}`}>{patternOf(r.rule)?.title[lang] ?? r.rule}</a>,
          },
          { key: 'open', header: t(lang, { ja: '待ち', en: 'Waiting' }), cell: (r) => r.open, numeric: true },
          {
            key: 'all',
            header: t(lang, { ja: `${REVIEW_DAYS}日間の全部`, en: `All in ${REVIEW_DAYS} days` }),
            cell: (r) => r.all,
            numeric: true,
          },
        ]}
      />
      {rows.length > 0 ? (
        <ButtonRow>
          <LinkButton href="/audit/findings" variant="primary">
            {t(lang, { ja: '上から見ていく', en: 'Go through them' })}
          </LinkButton>
        </ButtonRow>
      ) : null}
    </Section>
  )
}

function Figures({ lang, today }: { lang: Lang; today: Today }): ReactNode {
  const { reviewed, watch } = today
  return (
    <Section title={t(lang, { ja: '確認の割合', en: 'How much is reviewed' })}>
      <Grid>
        <Stat
          label={t(lang, { ja: `判断した割合（${REVIEW_DAYS}日間）`, en: `Reviewed share (${REVIEW_DAYS} days)` })}
          {...share(reviewed.decided, reviewed.all)}
          note={t(lang, {
            ja: `${reviewed.all}件のうち${reviewed.decided}件、問い合わせ中${reviewed.asked}件`,
            en: `${reviewed.decided} of ${reviewed.all}; ${reviewed.asked} asked about`,
          })}
        />
        <Stat
          label={t(lang, { ja: '1週間以内に見たもの', en: 'Looked at within a week' })}
          {...share(reviewed.withinWeek, reviewed.all)}
          note={
            reviewed.oldestOpen === null ? null : (
              <>
                {t(lang, { ja: '最も古い待ち：', en: 'Oldest that waits: ' })}
                <Time value={reviewed.oldestOpen} lang={lang} />
              </>
            )
          }
        />
        <Stat
          label={t(lang, { ja: '見張りが読んだ記録', en: 'Of the log, read by the watch' })}
          {...share(watch.watched, watch.all)}
          note={t(lang, { ja: `${watch.all}件のうち${watch.watched}件`, en: `${watch.watched} of ${watch.all} entries` })}
        />
      </Grid>
    </Section>
  )
}
