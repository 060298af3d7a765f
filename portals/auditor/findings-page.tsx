import type { ReactNode } from 'react'
import { type Finding, patternOf, patterns, reasons, type VerdictState } from '#care/oversight'
import {
  Button,
  ButtonRow,
  DefinitionList,
  Details,
  EmptyState,
  Form,
  Ja,
  type Lang,
  LinkButton,
  Pagination,
  RadioGroup,
  renderPage,
  Section,
  Table,
  Tabs,
  Tag,
  TextInput,
  Time,
  t,
} from '#ui'
import { AuditorPage, type PageOf } from './frame.tsx'
import { KeyLink, WhoCell } from './parts.tsx'

export const tabs = {
  open: { states: ['open'], ja: '待ち', en: 'Waiting' },
  asked: { states: ['asked'], ja: '問い合わせ中', en: 'Asked about' },
  done: { states: ['justified', 'breach'], ja: '判断した', en: 'Decided' },
  later: { states: ['waiting', 'explained'], ja: 'その後を待つ・説明がついた', en: 'Waiting for what follows, or explained' },
} as const
export type Tab = keyof typeof tabs

export type FindingsView = { tab: Tab; rule: string; findings: readonly Finding[]; total: number; page: number; size: number }

const stateNames: Readonly<Record<Finding['state'], { ja: string; en: string; tone?: 'attention' | 'success' | 'harm' }>> = {
  open: { ja: '待ち', en: 'Waits', tone: 'attention' },
  asked: { ja: '問い合わせ中', en: 'Asked about' },
  justified: { ja: '理由あり', en: 'Justified', tone: 'success' },
  breach: { ja: '漏えい等とした', en: 'Made a breach', tone: 'harm' },
  waiting: { ja: 'その後を待つ', en: 'Waits for what follows' },
  explained: { ja: '説明がついた', en: 'Explained', tone: 'success' },
}

export function StateTag({ state, lang }: { state: Finding['state']; lang: Lang }): ReactNode {
  const { tone, ...words } = stateNames[state]
  return <Tag tone={tone}>{t(lang, words)}</Tag>
}

const titleOf = (rule: string, lang: Lang): string => patternOf(rule)?.title[lang] ?? rule
const href = (view: Pick<FindingsView, 'tab' | 'rule'>, page = 1): string =>
  `/audit/findings?${new URLSearchParams({ tab: view.tab, ...(view.rule === '' ? {} : { rule: view.rule }), ...(page === 1 ? {} : { page: String(page) }) })}`

/** The queue: what should somebody look at? */
export function findingsPage(on: PageOf, view: FindingsView): string {
  const { lang } = on
  const first = (view.page - 1) * view.size
  return renderPage(
    <AuditorPage
      on={on}
      here="/audit/findings"
      title={view.rule === '' ? t(lang, { ja: '気づき', en: 'Findings' }) : titleOf(view.rule, lang)}
      lead={
        view.rule === ''
          ? t(lang, { ja: '急ぐものから順に並んでいます。', en: 'The urgent ones come first.' })
          : patternOf(view.rule)?.ask[lang]
      }
      {...(view.rule === '' ? {} : { breadcrumbs: [{ href: '/audit/findings', label: t(lang, { ja: '気づき', en: 'Findings' }) }] })}
    >
      <Tabs
        label={t(lang, { ja: '状態', en: 'State' })}
        items={(Object.keys(tabs) as Tab[]).map((tab) => ({
          href: href({ ...view, tab }),
          label: tabs[tab][lang],
          current: tab === view.tab,
          ...(tab === view.tab ? { count: view.total } : {}),
        }))}
      />
      <Table
        lang={lang}
        caption={t(lang, { ja: '気づき', en: 'Findings' })}
        captionHidden
        rows={view.findings}
        rowKey={(f) => f.id}
        rowTone={(f) => (f.state === 'open' && patternOf(f.rule)?.first ? 'attention' : null)}
        empty={<EmptyState lang={lang} title={t(lang, { ja: 'ありません', en: 'None' })} />}
        columns={[
          {
            key: 'rule',
            header: t(lang, { ja: '気づき', en: 'Finding' }),
            cell: (f) => <a href={`/audit/findings/${f.id}`}>{titleOf(f.rule, lang)}</a>,
          },
          { key: 'who', header: t(lang, { ja: '誰が', en: 'Who' }), cell: (f) => <WhoCell who={f} lang={lang} /> },
          { key: 'key', header: t(lang, { ja: '誰の', en: 'Whose' }), cell: (f) => <KeyLink value={f.touchedKey} /> },
          { key: 'at', header: t(lang, { ja: '日時', en: 'When' }), cell: (f) => <Time value={f.firstAt} lang={lang} withTime /> },
          { key: 'times', header: t(lang, { ja: '回数', en: 'Times' }), cell: (f) => f.times, numeric: true },
          { key: 'state', header: t(lang, { ja: '状態', en: 'State' }), cell: (f) => <StateTag state={f.state} lang={lang} /> },
        ]}
      />
      <Pagination
        lang={lang}
        position={t(lang, {
          ja: `${first + 1}〜${first + view.findings.length}件（全${view.total}件）`,
          en: `${first + 1} to ${first + view.findings.length} of ${view.total}`,
        })}
        previousHref={view.page > 1 ? href(view, view.page - 1) : undefined}
        nextHref={first + view.findings.length < view.total ? href(view, view.page + 1) : undefined}
      />
      <Section title={t(lang, { ja: '何を見張っているか', en: 'What is watched for' })}>
        <Details summary={t(lang, { ja: `${patterns.length}の見方`, en: `${patterns.length} patterns` })}>
          <DefinitionList
            items={patterns.map((p) => ({ term: p.title[lang], value: [p.ask[lang], <Since key="since" lang={lang} pattern={p} />] }))}
          />
        </Details>
        <p>
          <a href="/audit/watched">{t(lang, { ja: '特に見張る人の登録', en: 'People who are specially watched' })}</a>
        </p>
      </Section>
    </AuditorPage>,
  )
}

function Since({ lang, pattern }: { lang: Lang; pattern: (typeof patterns)[number] }): ReactNode {
  const numbers = Object.entries(pattern.thresholds).map(([name, n]) => `${name} ${n}`)
  return (
    <span className="note">
      <Time value={pattern.from} lang={lang} /> {t(lang, { ja: 'から', en: 'on' })} {numbers.length > 0 ? `(${numbers.join(', ')})` : null}
    </span>
  )
}

const figureNames: Readonly<Record<string, { ja: string; en: string }>> = {
  persons: { ja: 'この日の人数', en: 'People that day' },
  usual: { ja: 'ふだんの人数', en: 'Usually' },
  peers: { ja: '同じ職種の人の平均', en: 'Average of peers' },
  hour: { ja: '時', en: 'Hour' },
  refusals: { ja: '断られた回数', en: 'Refusals' },
  searches: { ja: '検索の回数', en: 'Searches' },
  minutes: { ja: '移動にかかった分', en: 'Minutes between' },
  actors: { ja: '見た人の数', en: 'People who looked' },
  institutions: { ja: '見た医療機関の数', en: 'Institutions that looked' },
}

const verdictNames: Readonly<Record<VerdictState, { ja: string; en: string }>> = {
  justified: { ja: '理由があった', en: 'It was justified' },
  asked: { ja: '問い合わせる', en: 'Ask' },
  breach: { ja: '漏えい等として扱う', en: 'Treat it as a breach' },
}

function Verdict({ lang, f }: { lang: Lang; f: Finding }): ReactNode {
  const options = (Object.keys(reasons) as VerdictState[]).flatMap((state) =>
    Object.entries(reasons[state]).map(([reason, words]) => ({
      value: `${state}:${reason}`,
      label: `${verdictNames[state][lang]}${lang === 'ja' ? '：' : ': '}${words[lang]}`,
    })),
  )
  return (
    <Section title={t(lang, { ja: '判断する', en: 'Your word' })}>
      <Form action={`/audit/findings/${f.id}`} label={t(lang, { ja: '判断する', en: 'Your word' })}>
        <RadioGroup
          lang={lang}
          name="verdict"
          label={t(lang, { ja: '確かめた結果', en: 'What you found out' })}
          options={options}
          required
        />
        <TextInput
          lang={lang}
          name="note"
          rows={3}
          maxLength={1000}
          label={t(lang, { ja: '覚え書き', en: 'Note' })}
          hint={t(lang, {
            ja: '誰に、いつ確かめたか。診療の内容や患者の氏名は書かないでください。',
            en: 'Whom you asked, and when. No clinical detail and no patient’s name.',
          })}
        />
        <ButtonRow>
          <Button variant="primary">{t(lang, { ja: 'この判断を残す', en: 'Keep this word' })}</Button>
        </ButtonRow>
      </Form>
    </Section>
  )
}

/** One finding: was there a reason? */
export function findingPage(on: PageOf, f: Finding, own: boolean): string {
  const { lang } = on
  const pattern = patternOf(f.rule)
  const figures = Object.entries(f.figures).map(([name, n]) => ({
    term: figureNames[name]?.[lang] ?? name,
    value: String(Math.round(n * 10) / 10),
  }))
  const dayQuery = new URLSearchParams({
    from: f.day,
    to: f.day,
    ...(f.actorId === '' ? {} : { agent: f.actorId }),
    ...(f.touchedKey === '' ? {} : { patient: f.touchedKey }),
  })
  const words =
    f.state in reasons && f.reason !== null
      ? (reasons[f.state as VerdictState] as Readonly<Record<string, { ja: string; en: string }>>)[f.reason]?.[lang]
      : undefined
  return renderPage(
    <AuditorPage
      on={on}
      here="/audit/findings"
      title={titleOf(f.rule, lang)}
      lead={pattern?.ask[lang]}
      breadcrumbs={[{ href: '/audit/findings', label: t(lang, { ja: '気づき', en: 'Findings' }) }]}
    >
      <DefinitionList
        items={[
          { term: t(lang, { ja: '状態', en: 'State' }), value: <StateTag state={f.state} lang={lang} /> },
          { term: t(lang, { ja: '誰が', en: 'Who' }), value: <WhoCell who={f} lang={lang} /> },
          { term: t(lang, { ja: '誰の', en: 'Whose' }), value: <KeyLink value={f.touchedKey} /> },
          { term: t(lang, { ja: '最初', en: 'First' }), value: <Time value={f.firstAt} lang={lang} withTime /> },
          { term: t(lang, { ja: '最後', en: 'Last' }), value: <Time value={f.lastAt} lang={lang} withTime /> },
          { term: t(lang, { ja: '回数', en: 'Times' }), value: String(f.times) },
          ...figures,
          ...(f.decidedAt === null
            ? []
            : [
                { term: t(lang, { ja: '判断', en: 'Word' }), value: words },
                { term: t(lang, { ja: '判断した人', en: 'By' }), value: <Ja>{f.decidedByName}</Ja> },
                { term: t(lang, { ja: '判断した日時', en: 'On' }), value: <Time value={f.decidedAt} lang={lang} withTime /> },
                { term: t(lang, { ja: '覚え書き', en: 'Note' }), value: f.note ? <Ja>{f.note}</Ja> : undefined },
              ]),
          ...(f.breachId === null
            ? []
            : [
                {
                  term: t(lang, { ja: '漏えい等', en: 'Breach' }),
                  value: <a href={`/audit/breaches/${f.breachId}`}>{t(lang, { ja: 'この件を開く', en: 'Open the case' })}</a>,
                },
              ]),
        ]}
      />
      <ButtonRow>
        <LinkButton href={`/audit/events?${dayQuery}`}>{t(lang, { ja: 'その日の記録を見る', en: 'The log of that day' })}</LinkButton>
      </ButtonRow>
      {own ? (
        <p>
          {t(lang, { ja: '自分についての気づきは、ほかの監査担当が判断します。', en: 'Another auditor decides a finding about yourself.' })}
        </p>
      ) : f.state === 'open' || f.state === 'asked' || f.state === 'waiting' ? (
        <Verdict lang={lang} f={f} />
      ) : null}
    </AuditorPage>,
  )
}
