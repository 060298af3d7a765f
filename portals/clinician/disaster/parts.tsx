/** What the pages of disaster access at a clinic share. */
import type { ReactNode } from 'react'
import type { Disaster } from '#care/consent'
import type { Person } from '#care/person'
import { Banner, DefinitionList, formatDateTime, Ja, type Lang, t } from '#ui'
import { sexNames } from '../frame.tsx'
import { Born, town } from './search-page.tsx'

export const HOME = '/clinic/disaster'
export const disasterTitle = (lang: Lang) => t(lang, { ja: '災害時の閲覧', en: 'Disaster access' })

/** Every page of disaster access says first what it is, until when, and that it is told to the person. */
export function OpenBanner({ disaster, lang }: { disaster: Disaster; lang: Lang }): ReactNode {
  return (
    <Banner
      lang={lang}
      tone="attention"
      label={t(lang, { ja: '災害時の閲覧', en: 'Disaster access' })}
      title={
        <>
          <Ja>{disaster.name}</Ja>{' '}
          {t(lang, { ja: `（${formatDateTime(disaster.until, 'ja')}まで）`, en: `(until ${formatDateTime(disaster.until, 'en')})` })}
        </>
      }
    >
      <p>
        {t(lang, {
          ja: 'カードや書面の同意がなくても、避難している人の記録を見られます。できるだけ本人に口頭で確かめてください。だれが見たかはすべて記録され、本人に知らせます。',
          en: 'You can see the records of evacuees without their card or written consent. Ask them by word of mouth where you can. Every look is logged and told to the person.',
        })}
      </p>
    </Banner>
  )
}

/** By what one makes sure of somebody: name, birth date, sex, town. */
export const Who = ({ person, now, lang }: { person: Omit<Person, 'id' | 'phone' | 'postalCode'>; now: Date; lang: Lang }): ReactNode => (
  <DefinitionList
    items={[
      { term: t(lang, { ja: '氏名', en: 'Name' }), value: <Ja>{`${person.name}（${person.nameKana}）`}</Ja> },
      { term: t(lang, { ja: '生年月日', en: 'Born' }), value: <Born birthDate={person.birthDate} now={now} lang={lang} /> },
      { term: t(lang, { ja: '性別', en: 'Sex' }), value: t(lang, sexNames[person.sex]) },
      { term: t(lang, { ja: '住所（町まで）', en: 'Town' }), value: <Ja>{town(person.address) || '—'}</Ja> },
    ]}
  />
)
