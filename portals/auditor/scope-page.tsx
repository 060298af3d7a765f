import type { ReactNode } from 'react'
import {
  type ActionWords,
  type Counted,
  type Dimension,
  kindWords,
  purposeWords,
  ruleWords,
  type Scope,
  type Touched,
  viaWords,
} from '#care/oversight'
import {
  Banner,
  ButtonRow,
  DefinitionList,
  Details,
  EmptyState,
  Grid,
  Ja,
  type Lang,
  LinkButton,
  Pagination,
  renderPage,
  Section,
  Stack,
  Stat,
  Table,
  Time,
  t,
} from '#ui'
import { AuditorPage, type PageOf } from './frame.tsx'
import { KeyLink } from './parts.tsx'
import { questionOf, states } from './scopes-page.tsx'

const dimensionNames: Readonly<Record<Dimension, { ja: string; en: string }>> = {
  kind: { ja: '情報の種類', en: 'Kinds of data' },
  actor: { ja: '行った人・システム', en: 'Who' },
  institution: { ja: '医療機関', en: 'Institutions' },
  via: { ja: 'サインイン・トークン・許可', en: 'Sessions, tokens, permissions' },
  action: { ja: '操作', en: 'Acts' },
  rule: { ja: '見られた理由', en: 'Rules' },
  purpose: { ja: '目的', en: 'Purposes' },
}
const order: readonly Dimension[] = ['kind', 'actor', 'institution', 'via', 'action', 'rule', 'purpose']

function named(c: Counted, about: { lang: Lang; words: ActionWords }): ReactNode {
  const { lang, words } = about
  if (c.dimension === 'kind') return kindWords(c.value, lang)
  if (c.dimension === 'via') return viaWords(c.value, lang)
  if (c.dimension === 'action') return words(c.value, lang)
  if (c.dimension === 'rule') return ruleWords(c.value, lang)
  if (c.dimension === 'purpose') return purposeWords(c.value, lang)
  return (
    <>
      {c.label === '' ? null : <Ja>{c.label}</Ja>} <span className="number">{c.value}</span>
    </>
  )
}

function Counts({ lang, words, counts }: { lang: Lang; words: ActionWords; counts: readonly Counted[] }): ReactNode {
  return order.map((dimension) => {
    const rows = counts.filter((c) => c.dimension === dimension)
    if (rows.length === 0) return null
    const name = dimensionNames[dimension][lang]
    return (
      <Details key={dimension} summary={`${name} (${rows.length})`} open={dimension === 'kind' || dimension === 'actor'}>
        <Table
          lang={lang}
          caption={name}
          captionHidden
          rows={rows}
          rowKey={(c) => c.value}
          columns={[
            { key: 'name', header: name, cell: (c) => named(c, { lang, words }) },
            { key: 'entries', header: t(lang, { ja: '回数', en: 'Times' }), cell: (c) => c.entries, numeric: true },
            { key: 'first', header: t(lang, { ja: '最初', en: 'First' }), cell: (c) => <Time value={c.firstAt} lang={lang} withTime /> },
            { key: 'last', header: t(lang, { ja: '最後', en: 'Last' }), cell: (c) => <Time value={c.lastAt} lang={lang} withTime /> },
          ]}
        />
      </Details>
    )
  })
}

export type ScopeView = { scope: Scope; counts: readonly Counted[]; touched: readonly Touched[]; words: ActionWords; next: string | null }

/** How far a report is, in pieces of time. */
export function Progress({ scope, lang }: { scope: Scope; lang: Lang }): ReactNode {
  if (scope.state === 'done') return null
  if (scope.state === 'failed')
    return (
      <Banner
        tone="attention"
        lang={lang}
        title={t(lang, {
          ja: '調べを終えられませんでした。運用担当に知らせて、もう一度頼んでください。',
          en: 'The report could not be finished. Tell the operator and ask again.',
        })}
      />
    )
  return (
    <div role="status">
      <p>
        <strong>{states[scope.state][lang]}</strong>{' '}
        {t(lang, {
          ja: `${scope.slices}つに分けた時期のうち${scope.done}つが済みました。`,
          en: `${scope.done} of ${scope.slices} pieces of time are done.`,
        })}
      </p>
      <progress value={scope.done} max={scope.slices} aria-label={t(lang, { ja: '進み具合', en: 'Progress' })} />
      <p className="note">{t(lang, { ja: 'この画面は5秒ごとに新しくなります。', en: 'This page renews itself every 5 seconds.' })}</p>
    </div>
  )
}

/** One report. */
export function scopePage(on: PageOf, view: ScopeView): string {
  const { lang } = on
  const { scope } = view
  const open = scope.state === 'waiting' || scope.state === 'running'
  return renderPage(
    <AuditorPage
      on={on}
      here="/audit/scope"
      title={t(lang, { ja: '触れられた範囲', en: 'The scope' })}
      lead={questionOf(scope, lang)}
      breadcrumbs={[{ href: '/audit/scope', label: t(lang, { ja: '範囲を調べる', en: 'Scope' }) }]}
      {...(open ? { refresh: { seconds: 5, href: on.path } } : {})}
    >
      <Progress scope={scope} lang={lang} />
      {scope.state === 'done' ? <Done lang={lang} view={view} /> : null}
      {scope.breachId === null ? (
        <ButtonRow>
          <LinkButton href={`/audit/breaches/new?scope=${scope.id}`}>
            {t(lang, { ja: '漏えい等として登録する', en: 'Enter as a breach' })}
          </LinkButton>
        </ButtonRow>
      ) : (
        <p>
          <a href={`/audit/breaches/${scope.breachId}`}>{t(lang, { ja: 'この調べを使う件を開く', en: 'Open the case of this report' })}</a>
        </p>
      )}
    </AuditorPage>,
  )
}

function Done({ lang, view }: { lang: Lang; view: ScopeView }): ReactNode {
  const { scope, touched } = view
  const seconds = scope.startedAt && scope.endedAt ? Math.max(0, (scope.endedAt.getTime() - scope.startedAt.getTime()) / 1000) : null
  return (
    <Stack>
      <Grid>
        <Stat
          label={t(lang, { ja: '触れられた人', en: 'People touched' })}
          value={(scope.persons ?? 0).toLocaleString()}
          unit={t(lang, { ja: '人', en: '' })}
        />
        <Stat
          label={t(lang, { ja: '触れた回数', en: 'Times' })}
          value={scope.entries.toLocaleString()}
          unit={t(lang, { ja: '回', en: '' })}
        />
        <Stat
          label={t(lang, { ja: '断られた回数', en: 'Refused tries' })}
          value={scope.refused.toLocaleString()}
          unit={t(lang, { ja: '回', en: '' })}
        />
      </Grid>
      <DefinitionList
        items={[
          {
            term: t(lang, { ja: 'いつから', en: 'Since' }),
            value: scope.firstAt === null ? undefined : <Time value={scope.firstAt} lang={lang} withTime />,
          },
          {
            term: t(lang, { ja: 'いつまで', en: 'Until' }),
            value: scope.lastAt === null ? undefined : <Time value={scope.lastAt} lang={lang} withTime />,
          },
          { term: t(lang, { ja: '調べた時点', en: 'As of' }), value: <Time value={scope.toAt} lang={lang} withTime /> },
          ...(seconds === null
            ? []
            : [
                {
                  term: t(lang, { ja: 'かかった時間', en: 'Took' }),
                  value: t(lang, { ja: `${Math.round(seconds)}秒`, en: `${Math.round(seconds)} s` }),
                },
              ]),
        ]}
      />
      <Section title={t(lang, { ja: '内訳', en: 'Broken down' })}>
        <Counts lang={lang} words={view.words} counts={view.counts} />
      </Section>
      <Section title={t(lang, { ja: '触れられた人', en: 'Who was touched' })}>
        <Table
          lang={lang}
          caption={t(lang, { ja: '触れられた人', en: 'Who was touched' })}
          captionHidden
          rows={touched}
          rowKey={(one) => one.key}
          empty={<EmptyState lang={lang} title={t(lang, { ja: '誰も触れられていません', en: 'Nobody was touched' })} />}
          columns={[
            { key: 'key', header: t(lang, { ja: '患者の鍵', en: 'Patient key' }), cell: (one) => <KeyLink value={one.key} /> },
            {
              key: 'kinds',
              header: t(lang, { ja: '情報の種類', en: 'Kinds' }),
              cell: (one) => one.kinds.map((k) => kindWords(k, lang)).join(lang === 'ja' ? '、' : ', ') || '—',
            },
            { key: 'entries', header: t(lang, { ja: '回数', en: 'Times' }), cell: (one) => one.entries, numeric: true },
            {
              key: 'first',
              header: t(lang, { ja: '最初', en: 'First' }),
              cell: (one) => <Time value={one.firstAt} lang={lang} withTime />,
            },
            { key: 'last', header: t(lang, { ja: '最後', en: 'Last' }), cell: (one) => <Time value={one.lastAt} lang={lang} withTime /> },
          ]}
        />
        <Pagination
          lang={lang}
          position={t(lang, { ja: `${touched.length}人`, en: `${touched.length} people` })}
          nextHref={view.next === null ? undefined : `/audit/scope/${scope.id}?after=${encodeURIComponent(view.next)}`}
        />
        <ButtonRow>
          <LinkButton href={`/audit/scope/${scope.id}/download?as=csv`} download>
            {t(lang, { ja: '人の一覧を受け取る（CSV）', en: 'Download the people (CSV)' })}
          </LinkButton>
          <LinkButton href={`/audit/scope/${scope.id}/download?as=json`} download>
            {t(lang, { ja: 'すべてを受け取る（JSON）', en: 'Download everything (JSON)' })}
          </LinkButton>
        </ButtonRow>
      </Section>
    </Stack>
  )
}
