import type { ReactNode } from 'react'
import {
  type ActionWords,
  type Counted,
  type Dimension,
  kindWords,
  purposeWords,
  ruleWords,
  type Scope,
  selectorWords,
  type Touched,
  viaWords,
} from '#care/oversight'
import {
  Banner,
  Button,
  ButtonRow,
  DefinitionList,
  Details,
  EmptyState,
  ErrorSummary,
  Form,
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
  Tag,
  TextInput,
  Time,
  t,
} from '#ui'
import type { Draft } from './form.ts'
import { AuditorPage, type PageOf } from './frame.tsx'
import { KeyLink } from './parts.tsx'

const states: Readonly<Record<Scope['state'], { ja: string; en: string }>> = {
  waiting: { ja: '待っています', en: 'Waiting' },
  running: { ja: '調べています', en: 'Working' },
  done: { ja: '終わりました', en: 'Done' },
  failed: { ja: '終えられませんでした', en: 'Could not be finished' },
}

/** The conditions; also inside a case. */
export function ScopeForm({ lang, action, draft }: { lang: Lang; action: string; draft: Draft }): ReactNode {
  const input = (name: string, words: { ja: string; en: string }, hint?: { ja: string; en: string }) => (
    <TextInput
      lang={lang}
      name={name}
      label={t(lang, words)}
      value={draft.values[name] ?? ''}
      error={draft.errors.find((e) => e.name === name)?.message}
      width="medium"
      {...(hint ? { hint: t(lang, hint) } : {})}
    />
  )
  const date = { ja: '例：2026-11-22 または 2026-11-22 14:30', en: 'E.g. 2026-11-22 or 2026-11-22 14:30' }
  return (
    <Form action={action} label={t(lang, { ja: '範囲を調べる', en: 'Work out the scope' })}>
      <ErrorSummary lang={lang} errors={draft.errors} />
      <div className="grid">
        {input('actorId', { ja: '職員・本人の番号', en: 'Staff or citizen (id)' })}
        {input('clientId', { ja: 'システムの番号', en: 'System (client id)' })}
        {input('appName', { ja: 'アプリの名', en: 'Name of the app' })}
        {input('via', { ja: 'サインイン・トークン・許可の番号', en: 'Session, token or permission' })}
        {input('institutionNumber', { ja: '医療機関番号', en: 'Institution number' })}
        {input('rule', { ja: '見られた理由の規則', en: 'Rule' })}
        {input('key', { ja: '患者の鍵', en: 'Patient key' })}
        {input('from', { ja: 'いつから', en: 'From' }, date)}
        {input('to', { ja: 'いつまで', en: 'Until' }, date)}
      </div>
      <ButtonRow>
        <Button variant="primary">{t(lang, { ja: '調べる', en: 'Work it out' })}</Button>
      </ButtonRow>
    </Form>
  )
}

const questionOf = (scope: Scope, lang: Lang): string =>
  selectorWords(scope.selector, lang)
    .map((w) => `${w.name}：${w.value}`)
    .join(lang === 'ja' ? '、' : ', ')

/** Who was touched, by whom or what, since when? */
export function scopesPage(on: PageOf, about: { scopes: readonly Scope[]; draft: Draft }): string {
  const { lang } = on
  return renderPage(
    <AuditorPage
      on={on}
      here="/audit/scope"
      title={t(lang, { ja: '何が触れられたか', en: 'What was touched' })}
      lead={t(lang, {
        ja: '盗まれたトークン、人、医療機関などの条件から、誰の情報が、何が、いつから触れられたかを、すべての記録から調べます。入力した条件はすべて同時に満たすものを数えます。',
        en: 'From a stolen token, a person, an institution: whose data was touched, which, since when, out of the whole log. Conditions hold together.',
      })}
      hasErrors={about.draft.errors.length > 0}
    >
      <ScopeForm lang={lang} action="/audit/scope" draft={about.draft} />
      <Section title={t(lang, { ja: 'これまでの調べ', en: 'Earlier reports' })}>
        <Table
          lang={lang}
          caption={t(lang, { ja: 'これまでの調べ', en: 'Earlier reports' })}
          captionHidden
          rows={about.scopes}
          rowKey={(s) => s.id}
          empty={<EmptyState lang={lang} title={t(lang, { ja: 'まだありません', en: 'None yet' })} />}
          columns={[
            {
              key: 'at',
              header: t(lang, { ja: '頼んだ日時', en: 'Asked' }),
              cell: (s) => (
                <a href={`/audit/scope/${s.id}`}>
                  <Time value={s.askedAt} lang={lang} withTime />
                </a>
              ),
            },
            { key: 'what', header: t(lang, { ja: '条件', en: 'Conditions' }), cell: (s) => questionOf(s, lang) },
            { key: 'state', header: t(lang, { ja: '状態', en: 'State' }), cell: (s) => <Tag>{states[s.state][lang]}</Tag> },
            { key: 'persons', header: t(lang, { ja: '人数', en: 'People' }), cell: (s) => s.persons ?? '—', numeric: true },
          ]}
        />
      </Section>
    </AuditorPage>,
  )
}

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
