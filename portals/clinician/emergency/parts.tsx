import type { ReactNode } from 'react'
import type { Candidate } from '#care/emergency'
import { DefinitionList, formatDate, Ja, type Lang, t, wareki } from '#ui'
import { sexNames } from '../frame.tsx'

/** By what one makes sure of somebody: name, kana, birth date, sex, town. */
export function Identity({ who, lang, named = true }: { who: Candidate; lang: Lang; named?: boolean }): ReactNode {
  const era = wareki(who.birthDate, 'day')
  return (
    <DefinitionList
      items={[
        ...(named ? [{ term: t(lang, { ja: '氏名', en: 'Name' }), value: <Ja>{who.name || '—'}</Ja> }] : []),
        { term: t(lang, { ja: 'フリガナ', en: 'Kana' }), value: <Ja>{who.nameKana || '—'}</Ja> },
        {
          term: t(lang, { ja: '生年月日', en: 'Born' }),
          value: (
            <>
              {who.birthDate === '' ? '—' : formatDate(who.birthDate, lang)} {era ? <Ja>{era}</Ja> : null}
            </>
          ),
        },
        { term: t(lang, { ja: '性別', en: 'Sex' }), value: t(lang, sexNames[who.sex]) },
        { term: t(lang, { ja: '住まいの市区町村', en: 'Town' }), value: who.area === '' ? '—' : <Ja>{who.area}</Ja> },
      ]}
    />
  )
}

export const emergencyCrumbs = (lang: Lang) => [
  { href: '/clinic', label: t(lang, { ja: '受付', en: 'Arrivals' }) },
  { href: '/clinic/emergency', label: t(lang, { ja: '緊急アクセス', en: 'Emergency access' }) },
]
