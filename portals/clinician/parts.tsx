import type { ReactNode } from 'react'
import { isOpenEnded } from '#care/consent'
import {
  ClosedDoor,
  type Column,
  ConsentBar,
  Details,
  formatDate,
  formatDateTime,
  formatPlainDate,
  Ja,
  type Lang,
  type ReferenceRange,
  ResultValue,
  t,
  Tag,
  Time,
  Trend,
  UninformedMark,
} from '#ui'
import { itemHref } from './frame.tsx'
import type { Institutions } from './load.ts'
import type { AnyItem, ChartView, CourseView, Doors, ItemOf, PatientView } from './model.ts'
import { named, titleOf } from './words.ts'

/** What the cells of a chart share. `alone`: everything stands on the one page, so nothing leads to another. */
export type Look = { lang: Lang; patient: PatientView; institutions: Institutions; alone?: true }

/** The name of an item as a link to all of it, with the marks that change how it is spoken of. */
export function Title({ item, look, children }: { item: AnyItem; look: Look; children?: ReactNode }): ReactNode {
  const { lang } = look
  return (
    <>
      {look.alone ? (
        <span lang={item.title === '' ? undefined : 'ja'}>{t(lang, titleOf(item))}</span>
      ) : (
        <a href={itemHref(look.patient, item)} lang={item.title === '' ? undefined : 'ja'}>
          {t(lang, titleOf(item))}
        </a>
      )}{' '}
      {children}
      {item.uninformed ? <Untold item={item} lang={lang} /> : null}
      <AlsoIn item={item} look={look} />
    </>
  )
}

/** How often the institution told the same fact, each telling one tap away. */
function AlsoIn({ item, look }: { item: AnyItem; look: Look }): ReactNode {
  const { lang } = look
  if (item.also.length === 0 || look.alone) return null
  return (
    <Details summary={t(lang, { ja: `同じ内容の登録 ${item.also.length + 1}件`, en: `Sent ${item.also.length + 1} times` })}>
      <ul>
        {[item, ...item.also].map(({ id, registeredAt }) => (
          <li key={id}>
            <a href={itemHref(look.patient, { id, is: item.is })}>{formatDateTime(registeredAt, lang)}</a>
          </li>
        ))}
      </ul>
    </Details>
  )
}

/** 未告知 with the day it was marked, so that nobody speaks of it by mistake. */
export function Untold({ item, lang }: { item: AnyItem; lang: Lang }): ReactNode {
  const since = item.uninformedSince
  return (
    <>
      <UninformedMark lang={lang} />
      {since ? (
        <span className="note"> {t(lang, { ja: `${formatPlainDate(since, lang)}登録`, en: `since ${formatPlainDate(since, lang)}` })}</span>
      ) : null}
    </>
  )
}

export function Source({ item, look }: { item: AnyItem; look: Look }): ReactNode {
  const { lang } = look
  const name = look.institutions(item.institutionNumber, item.institutionName)
  return (
    <>
      {lang === 'ja' ? name : <span lang={/[\u3040-\u9fff]/.test(name) ? 'ja' : 'en'}>{name}</span>}{' '}
      {item.own ? <Tag tone="accent">{t(lang, { ja: '自院', en: 'Own' })}</Tag> : null}
    </>
  )
}

export const On = ({ date, lang }: { date: string | null; lang: Lang }): ReactNode =>
  date === null ? t(lang, { ja: '日付の記載なし', en: 'No date given' }) : <Time value={date} lang={lang} />

export const rangeOf = (range: { low?: number; high?: number; text?: string } | null): ReferenceRange | undefined => range ?? undefined

/** A result with unit, range and mark; or why there is none. */
export function Result({ item, lang }: { item: ItemOf<'result'>; lang: Lang }): ReactNode {
  const status = item.status === null || item.status === 'final' ? null : named('resultStatus', item.status)
  return (
    <>
      {item.value === null ? (
        t(lang, named('absentReason', item.absent ?? 'unknown'))
      ) : (
        <ResultValue lang={lang} value={item.value} unit={item.unit ?? undefined} range={rangeOf(item.reference)} mark={item.mark} />
      )}{' '}
      {status ? <Tag>{t(lang, status)}</Tag> : null}
    </>
  )
}

export function sourceColumn<Row extends AnyItem>(look: Look): Column<Row> {
  return { key: 'source', header: t(look.lang, { ja: '医療機関', en: 'Institution' }), cell: (item) => <Source item={item} look={look} /> }
}

export function dateColumn<Row extends AnyItem>(look: Look, header: string): Column<Row> {
  return { key: 'date', header, cell: (item) => <On date={item.date} lang={look.lang} /> }
}

/** How the person agreed; a consent without an end holds until they withdraw it. */
function agreedWords({ givenAt, basis }: Doors['open'][number], isEndless: boolean, lang: Lang): string {
  const how =
    basis === 'visit'
      ? { ja: '本人がカードリーダーで同意', en: 'Agreed at the card reader' }
      : { ja: '本人が続けて見せることに同意', en: 'The person agreed to share on and on' }
  const end = isEndless ? { ja: '。本人が取り消すまで', en: '; until the person withdraws' } : { ja: '', en: '' }
  return t(lang, {
    ja: `${formatDateTime(givenAt, 'ja')}に、${how.ja}（診療のため）${end.ja}`,
    en: `${how.en} on ${formatDateTime(givenAt, 'en')}, for treatment${end.en}`,
  })
}

/** What this desk may see, until when, why. */
export function Consent({ doors, lang }: { doors: Doors; lang: Lang }): ReactNode {
  const { open, closed } = doors
  const [first] = open
  // Where nothing is open each kind has its closed door below; the bar then only says what is missing.
  const [soonest] = open.map((door) => door.until).sort()
  const isEndless = soonest !== undefined && isOpenEnded(new Date(soonest))
  const why = first
    ? agreedWords(first, isEndless, lang)
    : t(lang, {
        ja: '他の医療機関の記録を見るには、本人の同意が必要です。',
        en: 'Seeing records of other institutions needs the person’s consent.',
      })
  return (
    <ConsentBar
      lang={lang}
      state={open.length === 0 ? 'none' : closed.length === 0 ? 'open' : 'partial'}
      open={open.map((door) => door.kind)}
      closed={first === undefined ? [] : closed.map(({ kind, why }) => ({ kind, reason: why[lang] }))}
      until={isEndless ? undefined : soonest}
      why={why}
    />
  )
}

/** The closed door of one kind, or nothing where it is open. */
export function Door({ view, kind, lang }: { view: ChartView; kind: Doors['closed'][number]['kind']; lang: Lang }): ReactNode {
  const door = view.consent.closed.find((one) => one.kind === kind)
  return door ? (
    <ClosedDoor lang={lang} what={t(lang, { ja: '他の医療機関の記録', en: 'Records of other institutions' })} reason={door.why[lang]} />
  ) : null
}

/** Institutions whose own codes cannot be joined have a course each; the name then says whose it is. */
export function CourseTrend({ course, all, look }: { course: CourseView; all: readonly CourseView[]; look: Look }): ReactNode {
  const { lang } = look
  const twice = all.some((other) => other.key !== course.key && other.name === course.name)
  const from = twice ? look.institutions(course.institutionNumber, course.institutionNumber) : undefined
  return (
    <Trend
      lang={lang}
      name={from === undefined ? course.name : t(lang, { ja: `${course.name}（${from}）`, en: `${course.name} (${from})` })}
      unit={course.unit ?? undefined}
      range={rangeOf(course.range)}
      points={course.points.map((point) => ({ ...point, on: point.on, text: point.text === '' ? undefined : point.text }))}
    />
  )
}

/** Text from a sender, line by line, always as text. */
export function Lines({ text }: { text: string }): ReactNode {
  return text.split('\n').map((line, n) => (
    // biome-ignore lint/suspicious/noArrayIndexKey: the text is rendered once, on the server
    <p key={n} lang="ja">
      {line}
    </p>
  ))
}

export { formatDate, Ja }
