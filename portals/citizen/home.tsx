import type { ReactNode } from 'react'
import type { Consent } from '#care/consent'
import type { ChartItem } from '#care/record'
import type { AuditedAct } from '#kernel/audit-read'
import type { Lang } from '#kernel/language'
import { AccessList, ButtonRow, EmptyState, formatDateTime, Ja, joinList, kindName, LinkButton, Section, Stack, t } from '#ui'
import { Act } from './access-log.tsx'
import { type About, citizenPage } from './frame.tsx'
import { Results } from './record-items.tsx'
import { recordKinds } from './record.tsx'
import { untilWords } from './sharing/words.ts'
import { kindWords } from './words.ts'

export type HomeView = {
  /** Items that arrived after `since`. */
  fresh: readonly ChartItem[]
  /** When the person last looked at their record; null where never, then the last 30 days count as new. */
  since: Date | null
  total: number
  acts: readonly AuditedAct[]
  active: readonly Consent[]
}

/** How many fresh results the home page shows by value. */
const SHOWN = 3

function leadOf({ fresh, since }: HomeView, lang: Lang): string {
  const from =
    since === null
      ? t(lang, { ja: 'この30日に', en: 'in the last 30 days' })
      : t(lang, {
          ja: `前に記録を見た${formatDateTime(since, lang)}のあと、`,
          en: `since you last looked on ${formatDateTime(since, lang)}`,
        })
  if (fresh.length === 0) return t(lang, { ja: `${from}新しく届いた記録はありません。`, en: `Nothing new ${from}.` })
  return t(lang, {
    ja: `${from}新しい記録が${fresh.length}件届きました。`,
    en: `${fresh.length} new ${fresh.length === 1 ? 'record' : 'records'} ${from}.`,
  })
}

function Fresh({ view, lang }: { view: HomeView; lang: Lang }): ReactNode {
  if (view.fresh.length === 0)
    return (
      <EmptyState
        lang={lang}
        title={
          view.total === 0
            ? t(lang, { ja: 'まだ記録がありません', en: 'No records yet' })
            : t(lang, { ja: '新しい記録はありません', en: 'Nothing new' })
        }
      >
        <p>
          {t(lang, {
            ja: '医療機関が記録を登録すると、ここでお知らせします。',
            en: 'When an institution sends a record, you will see it here.',
          })}
        </p>
      </EmptyState>
    )
  const results = view.fresh.filter((item) => item.is === 'result')
  return (
    <Stack>
      <ul>
        {recordKinds
          .map((kind) => ({ kind, n: view.fresh.filter((item) => item.kind === kind).length }))
          .filter(({ n }) => n > 0)
          .map(({ kind, n }) => (
            <li key={kind}>
              <a href={`/me/record?kind=${kind}`}>
                {t(lang, { ja: `${kindWords(kind, lang)}　${n}件`, en: `${kindWords(kind, lang)}: ${n}` })}
              </a>
            </li>
          ))}
      </ul>
      {results.length > 0 ? (
        <Results lang={lang} caption={t(lang, { ja: '新しい結果', en: 'New results' })} items={results.slice(0, SHOWN)} />
      ) : null}
    </Stack>
  )
}

function InForce({ active, lang }: { active: readonly Consent[]; lang: Lang }): ReactNode {
  if (active.length === 0)
    return (
      <p>
        {t(lang, { ja: 'いま、記録を見せている医療機関はありません。', en: 'You are not sharing your record with any institution now.' })}
      </p>
    )
  return (
    <ul>
      {active.map((consent) => (
        <li key={consent.id}>
          <Ja>{consent.institutionName}</Ja>
          {lang === 'ja' ? '：' : ': '}
          {joinList(
            lang,
            consent.allowed.map((kind) => kindName[kind][lang]),
          )}
          {lang === 'ja' ? `（${untilWords(consent, lang)}）` : ` (${untilWords(consent, lang)})`}
        </li>
      ))}
    </ul>
  )
}

/** Is there something new for me? */
export function homePage(about: About, view: HomeView): string {
  const { lang } = about
  return citizenPage(about, {
    here: '/me',
    title: t(lang, { ja: `${about.actsFor?.name ?? about.name}さん`, en: about.actsFor?.name ?? about.name }),
    lead: leadOf(view, lang),
    children: (
      <>
        <ButtonRow>
          <LinkButton variant="primary" href="/me/record">
            {t(lang, { ja: '記録を見る', en: 'See your record' })}
          </LinkButton>
        </ButtonRow>
        <Section title={t(lang, { ja: '新しいもの', en: 'New' })}>
          <Fresh view={view} lang={lang} />
        </Section>
        <Section
          title={t(lang, { ja: '最近、誰が見たか', en: 'Who looked lately' })}
          action={<a href="/me/access-log">{t(lang, { ja: 'すべて見る', en: 'See all' })}</a>}
        >
          {view.acts.length === 0 ? (
            <p>{t(lang, { ja: 'まだ誰も見ていません。', en: 'Nobody has looked yet.' })}</p>
          ) : (
            <AccessList>
              {view.acts.map((act) => (
                <Act key={`${act.requestId} ${act.action}`} act={act} lang={lang} />
              ))}
            </AccessList>
          )}
        </Section>
        <Section
          title={t(lang, { ja: 'いま見せている相手', en: 'Sharing with' })}
          action={<a href="/me/consents">{t(lang, { ja: '同意を確かめる', en: 'Check your consents' })}</a>}
        >
          <InForce active={view.active} lang={lang} />
        </Section>
      </>
    ),
  })
}
