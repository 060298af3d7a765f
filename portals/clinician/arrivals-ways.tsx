import type { ReactNode } from 'react'
import { Banner, formatDateTime, Ja, type Lang, t } from '#ui'

/** That disaster access is open here, and the way to it. */
export function DisasterOpen({ disaster, lang }: { disaster: { name: string; until: Date } | null; lang: Lang }): ReactNode {
  if (disaster === null) return null
  return (
    <Banner tone="attention" lang={lang} label={t(lang, { ja: '災害時の閲覧', en: 'Disaster access' })} title={<Ja>{disaster.name}</Ja>}>
      <p>
        <a href="/clinic/disaster">
          {t(lang, {
            ja: `避難している人をさがす（${formatDateTime(disaster.until, 'ja')}まで）`,
            en: `Find an evacuee (until ${formatDateTime(disaster.until, 'en')})`,
          })}
        </a>
      </p>
    </Banner>
  )
}

/** What else somebody at the desk or in the rooms may want. `mayOpen`: they open records. */
export const OtherPages = ({ mayOpen, lang }: { mayOpen: boolean; lang: Lang }): ReactNode => (
  <p>
    <a href="/desk/chart-numbers">{t(lang, { ja: '診察券番号をまとめて取り込む', en: 'Take over a list of chart numbers' })}</a>
    {' ・ '}
    <a href="/clinic/card-use">{t(lang, { ja: 'マイナ保険証の利用率', en: 'Card use rate' })}</a>
    {mayOpen ? (
      <>
        {' ・ '}
        <a href="/clinic/emergency" data-shortcut="k" aria-keyshortcuts="k">
          {t(lang, { ja: '緊急アクセス（同意を尋ねられない人）', en: 'Emergency access (somebody who cannot be asked)' })}
        </a>
      </>
    ) : null}
  </p>
)
