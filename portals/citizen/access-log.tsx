import type { ReactNode } from 'react'
import type { AuditedAct } from '#kernel/audit-read'
import { dateInJapan } from '#kernel/japan'
import type { Lang } from '#kernel/language'
import {
  AccessLine,
  AccessList,
  Button,
  ButtonRow,
  DefinitionList,
  Details,
  EmptyState,
  Form,
  formatDate,
  formatDateTime,
  LinkButton,
  Pagination,
  Section,
  Select,
  t,
} from '#ui'
import { type About, citizenPage } from './frame.tsx'
import { actionOf, kindWords, outcomeWords, ownActWords, purposeWords, reasonWords, whatWords, whoWords } from './words.ts'

export type AccessLogView = {
  acts: readonly AuditedAct[]
  total: number
  own: readonly AuditedAct[]
  ownTotal: number
  institutions: readonly { institutionNumber: string; institutionName: string }[]
  filter: { institution: string; kind: string }
  page: number
  pageSize: number
}

/** An act as the interface tells it. */
export const actJson = (act: AuditedAct) => ({
  at: act.at.toISOString(),
  actorKind: act.actorKind,
  actorName: act.actorName,
  actorRole: act.actorRole,
  institutionNumber: act.institutionNumber,
  institutionName: act.institutionName,
  purpose: act.purpose,
  action: act.action,
  outcome: act.outcome,
  kinds: act.kinds,
  count: act.count,
  rule: act.rules.join(' '),
  consentId: act.consentIds.join(' '),
  law: act.law,
  resource: act.resource,
  requestId: act.requestId,
})

/** Rule, consent, law and number behind an act. */
export function Behind({ act, lang }: { act: AuditedAct; lang: Lang }): ReactNode {
  const reasons = reasonWords(act.rules, lang)
  const items = [
    { term: t(lang, { ja: '日時', en: 'When' }), value: formatDateTime(act.at, lang) },
    ...(act.outcome === 'success'
      ? []
      : [{ term: t(lang, { ja: '断った理由', en: 'Why it was refused' }), value: outcomeWords(act.outcome, lang) }]),
    ...(reasons.length > 0 ? [{ term: t(lang, { ja: '見られた理由', en: 'Why it was allowed' }), value: reasons }] : []),
    ...(act.count > 0
      ? [{ term: t(lang, { ja: '件数', en: 'Number of items' }), value: t(lang, { ja: `${act.count}件`, en: String(act.count) }) }]
      : []),
    ...(act.consentIds.length > 0
      ? [
          {
            term: t(lang, { ja: '同意', en: 'Consent' }),
            value: <a href={`/me/access-log/receipts/${encodeURIComponent(act.requestId)}`}>{act.consentIds.join(' ')}</a>,
          },
        ]
      : []),
    { term: t(lang, { ja: 'きまり', en: 'Law or standard' }), value: <span lang="ja">{act.law}</span> },
    { term: t(lang, { ja: '記録番号', en: 'Log number' }), value: <span className="number">{act.requestId}</span> },
  ]
  return <DefinitionList items={items} />
}

/** One act as a sentence, with rule and consent one tap away, and the way to ask about it; `plain` where both stand beside it. */
export function Act({ act, lang, plain = false }: { act: AuditedAct; lang: Lang; plain?: boolean }): ReactNode {
  const asking = act.isOwn ? undefined : `/me/access-log/acts/${encodeURIComponent(act.requestId)}#ask`
  return (
    <AccessLine
      lang={lang}
      institution={act.institutionName}
      who={whoWords(act, lang)}
      purpose={act.actorKind === 'citizen' && !act.isOwn ? t(lang, { ja: 'あなたの代理', en: 'you' }) : purposeWords(act.purpose, lang)}
      what={whatWords(act, lang)}
      at={act.at}
      action={actionOf(act)}
      details={plain ? undefined : <Behind act={act} lang={lang} />}
      concernHref={plain ? undefined : asking}
    />
  )
}

/** Acts under the days they happened on, in Japan. */
function ByDay({ acts, lang }: { acts: readonly AuditedAct[]; lang: Lang }): ReactNode {
  const days = [...Map.groupBy(acts, (act) => dateInJapan(act.at))]
  return days.map(([day, list]) => (
    <Section key={day} title={formatDate(day, lang)}>
      <AccessList>
        {list.map((act) => (
          <Act key={`${act.requestId} ${act.action} ${act.outcome}`} act={act} lang={lang} />
        ))}
      </AccessList>
    </Section>
  ))
}

const filterKinds = [
  'diagnosis',
  'drug-allergy',
  'other-allergy',
  'test-result',
  'infection',
  'prescription',
  'check-up',
  'letter',
  'patient',
] as const

function Filters({ view, lang }: { view: AccessLogView; lang: Lang }): ReactNode {
  const all = { value: '', label: t(lang, { ja: 'すべて', en: 'All' }) }
  return (
    <Details summary={t(lang, { ja: '絞り込む', en: 'Filter' })} open={view.filter.institution !== '' || view.filter.kind !== ''}>
      <Form action="/me/access-log" method="get" label={t(lang, { ja: '絞り込む', en: 'Filter' })}>
        <Select
          lang={lang}
          name="institution"
          label={t(lang, { ja: '医療機関', en: 'Institution' })}
          value={view.filter.institution}
          options={[all, ...view.institutions.map((one) => ({ value: one.institutionNumber, label: one.institutionName }))]}
        />
        <Select
          lang={lang}
          name="kind"
          label={t(lang, { ja: '情報の種類', en: 'Kind of information' })}
          value={view.filter.kind}
          options={[all, ...filterKinds.map((kind) => ({ value: kind, label: kindWords(kind, lang) }))]}
        />
        <Button>{t(lang, { ja: 'この条件で見る', en: 'Show' })}</Button>
      </Form>
    </Details>
  )
}

function pageHref(view: AccessLogView, page: number): string {
  const query = new URLSearchParams({
    ...(view.filter.institution === '' ? {} : { institution: view.filter.institution }),
    ...(view.filter.kind === '' ? {} : { kind: view.filter.kind }),
    page: String(page),
  })
  return `/me/access-log?${query}`
}

function Pages({ view, lang }: { view: AccessLogView; lang: Lang }): ReactNode {
  const first = (view.page - 1) * view.pageSize
  const last = first + view.acts.length
  return (
    <Pagination
      lang={lang}
      previousHref={view.page > 1 ? pageHref(view, view.page - 1) : undefined}
      nextHref={last < view.total ? pageHref(view, view.page + 1) : undefined}
      position={t(lang, { ja: `${first + 1}〜${last}件（全${view.total}件）`, en: `${first + 1}–${last} of ${view.total}` })}
    />
  )
}

const Nothing = ({ lang, filtered }: { lang: Lang; filtered: boolean }): ReactNode =>
  filtered ? (
    <EmptyState lang={lang} title={t(lang, { ja: 'この条件に合うものはありません', en: 'Nothing matches' })}>
      <p>
        <a href="/me/access-log">{t(lang, { ja: 'すべてを見る', en: 'Show all' })}</a>
      </p>
    </EmptyState>
  ) : (
    <EmptyState lang={lang} title={t(lang, { ja: 'まだ誰も見ていません', en: 'Nobody has looked yet' })}>
      <p>
        {t(lang, {
          ja: '医療機関があなたの情報を見たり登録したりすると、ここに出ます。',
          en: 'When an institution looks at your data or adds to it, it appears here.',
        })}
      </p>
    </EmptyState>
  )

export function accessLogPage(about: About, view: AccessLogView): string {
  const { lang } = about
  const filtered = view.filter.institution !== '' || view.filter.kind !== ''
  return citizenPage(about, {
    here: '/me/access-log',
    title: t(lang, { ja: '誰が見たか', en: 'Who looked' }),
    lead: t(lang, {
      ja: 'あなたの情報を見た人、見ようとして断られた人、登録した医療機関を、新しい順に並べています。消すことはできません。',
      en: 'Everybody who looked at your data, was refused, or added to it, newest first. Nobody can delete this list.',
    }),
    children: (
      <>
        <Filters view={view} lang={lang} />
        {view.acts.length === 0 ? <Nothing lang={lang} filtered={filtered} /> : <ByDay acts={view.acts} lang={lang} />}
        <Pages view={view} lang={lang} />
        <ButtonRow>
          <LinkButton href="/me/access-log/download" download variant="secondary">
            {t(lang, { ja: '全部まとめて受け取る（CSV）', en: 'Download everything (CSV)' })}
          </LinkButton>
          <LinkButton href="/me/access-log/proof" variant="secondary">
            {t(lang, { ja: '書き換えられていないかを確かめる', en: 'Check that it was not changed' })}
          </LinkButton>
          <LinkButton href="/me/questions" variant="quiet">
            {t(lang, { ja: 'あなたの質問', en: 'Your questions' })}
          </LinkButton>
          <LinkButton href="/me/emergencies" variant="secondary">
            {t(lang, { ja: '同意を待たずに開かれたとき', en: 'When it was opened without your consent' })}
          </LinkButton>
        </ButtonRow>
        {view.ownTotal > 0 ? (
          <Section title={t(lang, { ja: 'あなた自身の操作', en: 'What you did yourself' })}>
            <Details
              summary={t(lang, {
                ja: `新しいものから${view.own.length}件（全${view.ownTotal}件）`,
                en: `Latest ${view.own.length} of ${view.ownTotal}`,
              })}
            >
              <ul>
                {view.own.map((act) => (
                  <li key={`${act.requestId} ${act.action}`}>
                    {ownActWords(act, lang)} — {formatDateTime(act.at, lang)}
                  </li>
                ))}
              </ul>
            </Details>
          </Section>
        ) : null}
      </>
    ),
  })
}
