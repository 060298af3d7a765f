import type { ReactNode } from 'react'
import type { Disaster } from '#care/consent'
import { type DisasterSecond, flagWords, SECOND_MINUTES } from '#care/emergency'
import type { Person } from '#care/person'
import { Banner, Button, ButtonRow, DefinitionList, Form, Ja, type Lang, LinkButton, renderPage, Section, Time, t } from '#ui'
import { ClinicPage, type PageOf } from '../frame.tsx'
import { disasterTitle, HOME, OpenBanner, Who } from './parts.tsx'

export type SecondView = { disaster: Disaster; request: DisasterSecond; person: Person; isMine: boolean }
const hrefOf = (id: string, rest = '') => `${HOME}/requests/${encodeURIComponent(id)}${rest}`

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
      {isMine ? <Mine request={request} lang={lang} /> : null}
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
      {isMine ? null : <AnswerForm request={request} lang={lang} />}
    </ClinicPage>,
  )
}

function Mine({ request, lang }: { request: DisasterSecond; lang: Lang }): ReactNode {
  if (request.answer === 'no')
    return (
      <Banner lang={lang} tone="attention" title={t(lang, { ja: '同僚は同意しませんでした', en: 'Your colleague did not agree' })}>
        <p>{t(lang, { ja: 'ほかの人が診るか、本人に直接確かめてください。', en: 'Let somebody else treat them, or ask the person.' })}</p>
      </Banner>
    )
  if (request.lookId !== null)
    return <Banner lang={lang} tone="info" title={t(lang, { ja: 'この依頼はもう使いました', en: 'This request was used' })} />
  if (request.answer === 'yes')
    return (
      <Banner
        lang={lang}
        tone="success"
        title={
          <>
            <Ja>{request.secondName ?? ''}</Ja>
            {t(lang, { ja: 'さんが同意しました', en: ' agreed' })}
          </>
        }
      >
        <Form action={hrefOf(request.id, '/open')} label={t(lang, { ja: '開く', en: 'Open' })}>
          <ButtonRow>
            <Button variant="primary" size="large">
              {t(lang, { ja: 'この人の記録を開く', en: 'Open the record' })}
            </Button>
          </ButtonRow>
          <p className="note">{t(lang, { ja: '開くと、本人に知らせます。', en: 'The person is told when it opens.' })}</p>
        </Form>
      </Banner>
    )
  return (
    <Banner lang={lang} tone="info" title={t(lang, { ja: '同僚の返事を待っています', en: 'Waiting for a colleague' })}>
      <p>
        {t(lang, {
          ja: '同じ施設の医師・看護職員などに、「災害時の閲覧」の画面を自分のサインインで開いてもらってください。',
          en: 'Ask a clinician here to open “Disaster access” in their own sign-in.',
        })}
      </p>
      <p>
        {t(lang, { ja: '期限：', en: 'Until ' })}
        <Time value={request.until} lang={lang} withTime />
      </p>
      <ButtonRow>
        <LinkButton variant="primary" href={hrefOf(request.id)}>
          {t(lang, { ja: '返事が来たか確かめる', en: 'See whether there is an answer' })}
        </LinkButton>
      </ButtonRow>
    </Banner>
  )
}

function AnswerForm({ request, lang }: { request: DisasterSecond; lang: Lang }): ReactNode {
  if (request.answer !== null)
    return <Banner lang={lang} tone="info" title={t(lang, { ja: 'この依頼は返事が済んでいます', en: 'This was answered already' })} />
  return (
    <Section title={t(lang, { ja: '返事', en: 'Your answer' })}>
      <Form action={hrefOf(request.id)} label={t(lang, { ja: '返事', en: 'Your answer' })}>
        <p>
          {t(lang, {
            ja: '本人のところで確かめてから答えてください。あなたの名前も記録に残り、監査担当が確かめます。',
            en: 'Make sure at the person’s side before you answer. Your name is kept too, and auditors will check.',
          })}
        </p>
        <ButtonRow>
          <Button variant="primary" name="answer" value="yes">
            {t(lang, { ja: '同意する', en: 'I agree' })}
          </Button>
          <Button name="answer" value="no">
            {t(lang, { ja: '同意しない', en: 'I do not agree' })}
          </Button>
          <LinkButton variant="quiet" href={HOME}>
            {t(lang, { ja: 'あとで', en: 'Later' })}
          </LinkButton>
        </ButtonRow>
      </Form>
    </Section>
  )
}
