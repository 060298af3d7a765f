import type { ReactNode } from 'react'
import { flagWords, type Listed, REVIEWERS, reasons, verdicts, wordsOf } from '#care/emergency'
import { Banner, EmptyState, Ja, joinList, type Lang, Pagination, renderPage, Section, Stat, Grid, Table, Tabs, Tag, Time, t } from '#ui'
import { OperatorPage, type PageOf } from '../frame.tsx'

export type QueueView = {
  cases: readonly Listed[]
  total: number
  decided: boolean
  page: number
  size: number
  /** Share of the last 90 days that was reviewed, 0–1; null where nothing was opened. */
  reviewedShare: number | null
  opened: number
  overdue: number
  done: string | null
}

const hoursLeft = (due: Date, now: Date) => Math.floor((due.getTime() - now.getTime()) / 3_600_000)

function Due({ row, now, lang }: { row: Listed; now: Date; lang: Lang }): ReactNode {
  if (row.outcome !== null) return row.decidedAt === null ? null : <Time value={row.decidedAt} lang={lang} withTime />
  const left = hoursLeft(row.dueAt, now)
  if (left < 0) return <Tag tone="harm">{t(lang, { ja: `${-left}時間の遅れ`, en: `${-left} h late` })}</Tag>
  const words = t(lang, { ja: `あと${left}時間`, en: `${left} h left` })
  return left < 24 ? <Tag tone="attention">{words}</Tag> : words
}

function State({ row, lang }: { row: Listed; lang: Lang }): ReactNode {
  if (row.outcome !== null) return <Tag tone={row.outcome === 'justified' ? 'success' : 'harm'}>{t(lang, verdicts[row.outcome])}</Tag>
  const said = row.verdicts.filter((one) => one !== 'needs-answer').length
  const split = row.verdicts.includes('justified') && row.verdicts.includes('unjustified')
  const waits = row.askedAt !== null && row.answeredAt === null
  return (
    <>
      {t(lang, { ja: `${said}/${REVIEWERS}人`, en: `${said} of ${REVIEWERS}` })}{' '}
      {split ? <Tag tone="attention">{t(lang, { ja: '意見が割れた。3人目を', en: 'Split: a third decides' })}</Tag> : null}{' '}
      {waits ? <Tag>{t(lang, { ja: '説明を待つ', en: 'Asked' })}</Tag> : null}
    </>
  )
}

function Cases({ view, on }: { view: QueueView; on: PageOf }): ReactNode {
  const { lang, now } = on
  if (view.cases.length === 0)
    return (
      <EmptyState
        lang={lang}
        title={
          view.decided
            ? t(lang, { ja: '審査が終わったものはありません', en: 'Nothing decided yet' })
            : t(lang, { ja: '審査を待つものはありません', en: 'Nothing waits' })
        }
      >
        <p>{t(lang, { ja: '緊急アクセスが開かれると、ここに出ます。', en: 'When emergency access is opened, it appears here.' })}</p>
      </EmptyState>
    )
  return (
    <Table
      lang={lang}
      caption={t(lang, { ja: '緊急アクセス', en: 'Emergency accesses' })}
      captionHidden
      rows={view.cases}
      rowKey={(row) => row.id}
      rowTone={(row) => (row.outcome === null && row.dueAt <= now ? 'harm' : null)}
      columns={[
        {
          key: 'when',
          header: t(lang, { ja: '開いた日時', en: 'Opened' }),
          cell: (row) => (
            <a href={`/operator/emergencies/${row.id}`}>
              <Time value={row.openedAt} lang={lang} withTime />
            </a>
          ),
        },
        {
          key: 'who',
          header: t(lang, { ja: '職員と施設', en: 'Who, where' }),
          cell: (row) => (
            <>
              <Ja>{row.staffName}</Ja>{' '}
              <span className="note">
                <Ja>{row.institutionName}</Ja>
              </span>
            </>
          ),
        },
        { key: 'why', header: t(lang, { ja: '理由', en: 'Reason' }), cell: (row) => t(lang, wordsOf(reasons, row.reason)) },
        {
          key: 'flags',
          header: t(lang, { ja: '気になる点', en: 'Flags' }),
          cell: (row) =>
            joinList(
              lang,
              row.flags.map((flag) => t(lang, flagWords(flag))),
            ) || '—',
        },
        {
          key: 'due',
          header: view.decided ? t(lang, { ja: '決まった日時', en: 'Decided' }) : t(lang, { ja: '期限', en: 'Due' }),
          cell: (row) => <Due row={row} now={now} lang={lang} />,
        },
        { key: 'state', header: t(lang, { ja: '審査', en: 'Review' }), cell: (row) => <State row={row} lang={lang} /> },
      ]}
    />
  )
}

const doneWords: Record<string, { ja: string; en: string }> = {
  said: { ja: '審査を受け付けました。もう1人の審査を待ちます。', en: 'Your verdict is kept. Another auditor’s is awaited.' },
  asked: { ja: '職員に説明を求めました。', en: 'The clinician was asked.' },
  justified: { ja: '正当と決まりました。', en: 'Decided: justified.' },
  unjustified: {
    ja: '不当と決まりました。漏えい等の届け出の窓口に渡し、この職員のサインインをすべて終わらせました。',
    en: 'Decided: not justified. It was handed to the breach desk, and the clinician’s sign-ins were ended.',
  },
}

/** 'What must be looked at, and by when?' */
export function reviewQueuePage(on: PageOf, view: QueueView): string {
  const { lang } = on
  const told = view.done === null ? undefined : doneWords[view.done]
  const first = (view.page - 1) * view.size
  const href = (decided: boolean, page = 1) =>
    `/operator/emergencies?${new URLSearchParams({ ...(decided ? { view: 'decided' } : {}), page: String(page) })}`
  const share = view.reviewedShare === null ? '—' : `${Math.round(view.reviewedShare * 100)}`
  return renderPage(
    <OperatorPage
      on={on}
      here="/operator/emergencies"
      title={t(lang, { ja: '緊急アクセスの審査', en: 'Review of emergency access' })}
      lead={t(lang, {
        ja: '同意なしに開かれた記録を、かかわりのない2人が、72時間以内に1件ずつ確かめます。記録の中身は出ません。',
        en: 'Each record opened without consent is checked by two people who had no part in it, within 72 hours. What the record says is not shown.',
      })}
      top={told ? <Banner tone={view.done === 'unjustified' ? 'attention' : 'success'} lang={lang} title={t(lang, told)} /> : undefined}
    >
      <Grid>
        <Stat
          label={t(lang, { ja: 'この90日に開かれた', en: 'Opened in 90 days' })}
          value={view.opened}
          unit={t(lang, { ja: '件', en: '' })}
        />
        <Stat
          label={t(lang, { ja: '審査が終わった割合', en: 'Reviewed' })}
          value={share}
          unit={view.reviewedShare === null ? undefined : '%'}
        />
        <Stat label={t(lang, { ja: '期限を過ぎた', en: 'Overdue' })} value={view.overdue} unit={t(lang, { ja: '件', en: '' })} />
      </Grid>
      <Tabs
        label={t(lang, { ja: '審査の状態', en: 'State of the review' })}
        items={[
          { href: href(false), label: t(lang, { ja: '審査を待つ', en: 'Waiting' }), current: !view.decided },
          { href: href(true), label: t(lang, { ja: '決まったもの', en: 'Decided' }), current: view.decided },
        ]}
      />
      <Section
        title={
          view.decided
            ? t(lang, { ja: '決まったもの（新しい順）', en: 'Decided, the newest first' })
            : t(lang, { ja: '審査を待つもの（期限の近い順）', en: 'Waiting, the first due first' })
        }
      >
        <Cases view={view} on={on} />
        <Pagination
          lang={lang}
          previousHref={view.page > 1 ? href(view.decided, view.page - 1) : undefined}
          nextHref={first + view.cases.length < view.total ? href(view.decided, view.page + 1) : undefined}
          position={t(lang, { ja: `全${view.total}件`, en: `${view.total} in all` })}
        />
      </Section>
    </OperatorPage>,
  )
}
