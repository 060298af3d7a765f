import type { ReactNode } from 'react'
import type { Disaster } from '#care/consent'
import { isOpen, type OpeningRequest, placeWords } from '#care/emergency'
import { Ja, joinList, type Lang, Tag, t } from '#ui'
import { HOME } from './terms.ts'

export { HOME }
export const disasterHref = (id: string, rest = '') => `${HOME}/${encodeURIComponent(id)}${rest}`

export const homeCrumbs = (lang: Lang) => [{ href: HOME, label: t(lang, { ja: '災害時の閲覧', en: 'Disaster access' }) }]
export const offlineCrumbs = (lang: Lang) => [
  ...homeCrumbs(lang),
  { href: `${HOME}/offline`, label: t(lang, { ja: '通信のない避難所', en: 'Without a network' }) },
]

export const places = (areas: readonly string[], lang: Lang): ReactNode => (
  <Ja>
    {joinList(
      lang,
      areas.map((one) => placeWords(one)[lang]),
    )}
  </Ja>
)

export function OpenTag({
  disaster,
  now,
  lang,
}: {
  disaster: Pick<Disaster, 'since' | 'until' | 'endedAt'>
  now: Date
  lang: Lang
}): ReactNode {
  if (isOpen(disaster, now)) return <Tag tone="attention">{t(lang, { ja: '開いています', en: 'Open' })}</Tag>
  return <Tag>{disaster.endedAt ? t(lang, { ja: '閉じました', en: 'Closed' }) : t(lang, { ja: '期限が過ぎました', en: 'Over' })}</Tag>
}

export const actNames = {
  open: { ja: '開く', en: 'Open' },
  extend: { ja: '延ばす', en: 'Extend' },
  close: { ja: '閉じる', en: 'Close' },
} as const

/** What a request would do, in a sentence. */
export function requestWords(r: OpeningRequest, lang: Lang): string {
  const { days, institutions } = r.details
  if (r.act === 'open')
    return t(lang, { ja: `${institutions}の医療機関に${days}日間開く`, en: `Open for ${institutions} institutions for ${days} days` })
  if (r.act === 'extend') return t(lang, { ja: `${days}日延ばす`, en: `Extend by ${days} days` })
  return t(lang, { ja: '閉じる', en: 'Close' })
}

export const stateNames = {
  waiting: { ja: '2人目の確認を待っています', en: 'Waits for a second person' },
  done: { ja: '行いました', en: 'Done' },
  declined: { ja: '取りやめました', en: 'Declined' },
  over: { ja: '24時間のうちに確認がなく、終わりました', en: 'Ended: nobody confirmed it within 24 hours' },
} as const
