import type { ReactNode } from 'react'
import { actorKindWords, type Breach, type Clock, clockNames, daysLeft, drillWords, roleWords } from '#care/oversight'
import { Banner, Ja, type Lang, Tag, Time, t } from '#ui'

export type Who = { actorKind?: string; actorId: string; actorName: string; actorRole: string; institutionName: string }

/** Who it is about: name, role, place. */
export function WhoCell({ who, lang }: { who: Who; lang: Lang }): ReactNode {
  if (who.actorKind === 'public') return actorKindWords('public', lang)
  if (who.actorId === '' && who.actorName === '') return t(lang, { ja: '複数の人', en: 'Several people' })
  const dot = lang === 'ja' ? ' ・ ' : ', '
  return (
    <>
      <Ja>{who.actorName || who.actorId}</Ja>
      {who.actorRole === '' ? null : (
        <>
          {dot}
          {roleWords(who.actorRole, lang)}
        </>
      )}
      {who.institutionName === '' ? null : (
        <>
          {dot}
          <Ja>{who.institutionName}</Ja>
        </>
      )}
    </>
  )
}

/** A patient key that leads to what the log says of it. */
export function KeyLink({ value }: { value: string }): ReactNode {
  if (value === '') return '—'
  return (
    <a className="number" href={`/audit/events?patient=${encodeURIComponent(value)}`}>
      {value}
    </a>
  )
}

/** Says on every page of an exercise that it is one. */
export function DrillBanner({ breach, lang }: { breach: Pick<Breach, 'drill'>; lang: Lang }): ReactNode {
  if (!breach.drill) return null
  return (
    <Banner
      tone="info"
      lang={lang}
      label={drillWords[lang]}
      title={t(lang, {
        ja: 'これは訓練です。本人にも役所にも、何も送られません。',
        en: 'This is an exercise. Nothing is sent to anybody.',
      })}
    />
  )
}

/** How a clock stands, in words: done, days left, or days over. */
export function ClockState({ clock, now, lang }: { clock: Clock; now: Date; lang: Lang }): ReactNode {
  if (clock.doneAt !== null)
    return (
      <>
        <Tag tone="success">{t(lang, { ja: '済み', en: 'Done' })}</Tag> <Time value={clock.doneAt} lang={lang} />
      </>
    )
  const left = daysLeft(clock, now)
  if (left === null) return <Tag tone="attention">{t(lang, { ja: '速やかに', en: 'Promptly' })}</Tag>
  if (left < 0) return <Tag tone="harm">{t(lang, { ja: `${-left}日過ぎています`, en: `${-left} days over` })}</Tag>
  const words = left === 0 ? { ja: '今日まで', en: 'Ends today' } : { ja: `あと${left}日`, en: `${left} days left` }
  return <Tag tone={clock.state === 'soon' ? 'attention' : undefined}>{t(lang, words)}</Tag>
}

export const clockTitle = (clock: Clock, lang: Lang): string => clockNames[clock.what][lang]
