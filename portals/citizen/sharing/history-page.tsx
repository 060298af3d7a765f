import type { ReactNode } from 'react'
import { type ConsentEvent, textOfVersion, whatIsClosed } from '#care/consent'
import type { ProxyBasis } from '#kernel/context'
import type { Lang, Sentence } from '#kernel/language'
import { Details, EmptyState, formatDateTime, Pagination, Section, Stack, t } from '#ui'
import { type About, citizenPage } from '../frame.tsx'
import { actedAs } from '../family-words.ts'
import { kindsIn, untilWords } from './words.ts'

const doors: Record<ConsentEvent['door'], Sentence> = {
  reader: { ja: '受付のカードリーダーで', en: 'at a card reader' },
  portal: { ja: 'この画面で', en: 'in these pages' },
  fhir: { ja: 'つながっているアプリで', en: 'through a connected app' },
}

/** Names for the sentences; items by type and id, undefined where one has no name or is gone. */
export type Names = { nameOf(number: string): string; itemNameOf(item: string): string | undefined }

function closedWords(e: ConsentEvent, lang: Lang, { nameOf, itemNameOf }: Names): string {
  const what = whatIsClosed({ institutionNumber: e.institutionNumber, type: e.item })
  const item = itemNameOf(e.item)
  const whole = {
    everything: { ja: 'すべての記録', en: 'your whole record' },
    item: item === undefined ? { ja: '記録1件', en: 'one item' } : { ja: `「${item}」`, en: `“${item}”` },
  }
  const [ja, en] =
    what === 'institution'
      ? [`${nameOf(e.institutionNumber)}に対する記録`, `your record to ${nameOf(e.institutionNumber)}`]
      : [whole[what].ja, whole[what].en]
  const vital = e.absolute ? t(lang, { ja: '（命が危ないときも）', en: ' (even where life is at stake)' }) : ''
  return e.what === 'closed'
    ? t(lang, { ja: `${ja}を見せないと決めました${vital}`, en: `Closed ${en}${vital}` })
    : t(lang, { ja: `${ja}をまた見せられるようにしました`, en: `Opened ${en} again` })
}

/** What happened, as a sentence. */
export function eventWords(e: ConsentEvent, lang: Lang, names: Names): string {
  const name = names.nameOf(e.institutionNumber)
  if (e.basis === 'closure') return closedWords(e, lang, names)
  if (e.what === 'withdrawn') return t(lang, { ja: `${name}への同意を取り消しました`, en: `Withdrew the consent for ${name}` })
  if (e.allowed.length === 0) return t(lang, { ja: `${name}には見せないと答えました`, en: `Answered ${name} with no` })
  const until = e.until === null ? '' : untilWords({ until: e.until, basis: e.basis }, lang)
  return t(lang, {
    ja: `${name}に${kindsIn(e.allowed, lang)}を見せることに同意しました（${until}）`,
    en: `Agreed to show ${name} your ${kindsIn(e.allowed, lang)} (${until})`,
  })
}

function Event({ event, lang, names }: { event: ConsentEvent; lang: Lang; names: Names }): ReactNode {
  const text = textOfVersion(event.textVersion)
  const who = Object.hasOwn(actedAs, event.actedAs)
    ? actedAs[event.actedAs as ProxyBasis](event.actorName)[lang]
    : event.actorKind === 'citizen'
      ? t(lang, { ja: 'あなた', en: 'you' })
      : t(lang, { ja: 'あなた（受付で）', en: 'you, at the desk' })
  return (
    <div>
      <p>
        <strong>{eventWords(event, lang, names)}</strong>
        <br />
        {formatDateTime(event.at, lang)} — {who}、{doors[event.door][lang]}
      </p>
      <Details summary={t(lang, { ja: 'そのとき示された文', en: 'The words shown then' })}>
        {text ? <p>{text.text[lang]}</p> : null}
        <p className="note">{t(lang, { ja: `文の版 ${event.textVersion}`, en: `Version of the words: ${event.textVersion}` })}</p>
      </Details>
    </div>
  )
}

export type HistoryView = { events: readonly ConsentEvent[]; more: boolean; page: number; names: Names }

/** Every event of the person's consents and closures. */
export function historyPage(about: About, { events, more, page, names }: HistoryView): string {
  const { lang } = about
  const href = (n: number) => `/me/consents/history?page=${n}`
  return citizenPage(about, {
    here: '/me/consents',
    title: t(lang, { ja: '同意のこれまでの変更', en: 'Earlier changes to your consents' }),
    lead: t(lang, {
      ja: '同意したこと、取り消したこと、見せないと決めたことを、新しい順に残しています。',
      en: 'What you agreed to, withdrew and closed, the newest first.',
    }),
    breadcrumbs: [{ href: '/me/consents', label: t(lang, { ja: '同意', en: 'Consents' }) }],
    children: (
      <Section title={t(lang, { ja: '変更', en: 'Changes' })}>
        {events.length === 0 ? (
          <EmptyState lang={lang} title={t(lang, { ja: 'まだありません', en: 'Nothing yet' })} />
        ) : (
          <Stack>
            {events.map((event) => (
              <Event key={event.id} event={event} lang={lang} names={names} />
            ))}
          </Stack>
        )}
        {page > 1 || more ? (
          <Pagination
            lang={lang}
            previousHref={page > 1 ? href(page - 1) : undefined}
            nextHref={more ? href(page + 1) : undefined}
            position={t(lang, { ja: `${page}ページ`, en: `Page ${page}` })}
          />
        ) : null}
      </Section>
    ),
  })
}
