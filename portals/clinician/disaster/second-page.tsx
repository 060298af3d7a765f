import type { ReactNode } from 'react'
import type { Disaster } from '#care/consent'
import { type DisasterSecond, flagWords, SECOND_MINUTES } from '#care/emergency'
import type { Person } from '#care/person'
import { Banner, DefinitionList, Ja, type Lang, renderPage, Section, Time, t } from '#ui'
import { ClinicPage, type PageOf } from '../frame.tsx'
import { AnswerForm, Asked, type SecondWay } from '../second-clinician.tsx'
import { disasterTitle, HOME, OpenBanner, Who } from './parts.tsx'

export type SecondView = { disaster: Disaster; request: DisasterSecond; person: Person; isMine: boolean }
const hrefOf = (id: string) => `${HOME}/requests/${encodeURIComponent(id)}`

/** Why a second clinician must agree, before anybody is asked. */
export const SecondNeeded = ({ needs, lang }: { needs: readonly string[]; lang: Lang }): ReactNode => (
  <Banner
    lang={lang}
    tone="attention"
    title={t(lang, { ja: 'もう1人の医師・看護職員などの同意が必要です', en: 'A second clinician must agree' })}
  >
    <ul>
      {needs.map((one) => (
        <li key={one}>{t(lang, flagWords(one))}</li>
      ))}
    </ul>
    <p>
      {t(lang, {
        ja: `同じ施設の同僚が、自分のサインインで、${SECOND_MINUTES}分以内に返事をします。`,
        en: `A colleague here answers within ${SECOND_MINUTES} minutes, in their own sign-in.`,
      })}
    </p>
  </Banner>
)

/** Requests of this institution that wait: to answer, or to go on with. */
export function WaitingSeconds({ requests, me, lang }: { requests: readonly DisasterSecond[]; me: string; lang: Lang }): ReactNode {
  if (requests.length === 0) return null
  return (
    <Banner lang={lang} tone="attention" title={t(lang, { ja: '2人目の同意を待つ依頼', en: 'Waiting for a second clinician' })}>
      <ul>
        {requests.map((one) => (
          <li key={one.id}>
            <a href={hrefOf(one.id)}>
              {one.staffId === me
                ? one.answer === 'yes'
                  ? t(lang, { ja: '同意されました。開いてください', en: 'Agreed: open it now' })
                  : t(lang, { ja: 'あなたの依頼：返事を待っています', en: 'Your request: no answer yet' })
                : one.answer === 'yes'
                  ? t(lang, { ja: '返事が済んだ依頼', en: 'A request that was answered' })
                  : t(lang, { ja: '2人目になってください', en: 'Please be the second' })}
            </a>{' '}
            <span className="note">
              <Ja>{one.staffName}</Ja> <Time value={one.askedAt} lang={lang} withTime />
            </span>
          </li>
        ))}
      </ul>
    </Banner>
  )
}

/** Two clinicians agree: one waits here, the other answers here. */
export function secondPage(on: PageOf, view: SecondView): string {
  const { lang } = on
  const { disaster, request, person, isMine } = view
  const way = { lang, request, href: hrefOf(request.id), home: { href: HOME, name: { ja: '災害時の閲覧', en: 'Disaster access' } } }
  return renderPage(
    <ClinicPage
      on={on}
      title={
        isMine
          ? t(lang, { ja: '2人目の同意', en: 'A second clinician' })
          : t(lang, { ja: '災害時の閲覧の2人目になってください', en: 'Please be the second for disaster access' })
      }
      top={<OpenBanner disaster={disaster} lang={lang} />}
      breadcrumbs={[{ href: HOME, label: disasterTitle(lang) }]}
    >
      {isMine ? <Mine request={request} way={way} /> : null}
      <Who person={person} now={on.now} lang={lang} />
      <Section title={t(lang, { ja: '依頼の内容', en: 'What is asked' })}>
        <DefinitionList
          items={[
            { term: t(lang, { ja: '頼んだ人', en: 'Asked by' }), value: <Ja>{request.staffName}</Ja> },
            {
              term: t(lang, { ja: '本人の同意', en: 'The person’s consent' }),
              value:
                request.agreed === 'oral'
                  ? t(lang, { ja: '口頭で同意を得た', en: 'They agreed by word of mouth' })
                  : t(lang, { ja: '同意を得ることが難しい', en: 'They cannot be asked' }),
            },
            {
              term: t(lang, { ja: '2人必要なわけ', en: 'Why two are needed' }),
              value: request.needs.map((one) => t(lang, flagWords(one))),
            },
          ]}
        />
      </Section>
      {isMine ? null : <AnswerForm way={way} />}
    </ClinicPage>,
  )
}

function Mine({ request, way }: { request: DisasterSecond; way: SecondWay }): ReactNode {
  if (request.lookId !== null)
    return <Banner lang={way.lang} tone="info" title={t(way.lang, { ja: 'この依頼はもう使いました', en: 'This request was used' })} />
  const otherwise = { ja: 'ほかの人が診るか、本人に直接確かめてください。', en: 'Let somebody else treat them, or ask the person.' }
  return <Asked way={way} otherwise={otherwise} />
}
