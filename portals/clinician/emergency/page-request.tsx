import type { ReactElement, ReactNode } from 'react'
import { type Candidate, flagWords, reasons, type SecondRequest, whyHard, wordsOf } from '#care/emergency'
import { Banner, Button, ButtonRow, DefinitionList, Form, Ja, type Lang, LinkButton, Section, Time, t } from '#ui'
import { ClinicPage, type PageOf } from '../frame.tsx'
import { emergencyCrumbs, Identity } from './parts.tsx'

export type RequestView = { request: SecondRequest; who: Candidate; isMine: boolean }

/** Two clinicians agree: one waits here, the other answers here. */
export function RequestPage({ on, view }: { on: PageOf; view: RequestView }): ReactElement {
  const { lang } = on
  const { request, who, isMine } = view
  return (
    <ClinicPage
      on={on}
      title={
        isMine
          ? t(lang, { ja: '2人目の同意', en: 'A second clinician' })
          : t(lang, { ja: '緊急アクセスの2人目になってください', en: 'Please be the second for an emergency access' })
      }
      breadcrumbs={emergencyCrumbs(lang)}
    >
      {isMine ? <Mine request={request} lang={lang} /> : null}
      <Identity who={who} lang={lang} />
      <Ground request={request} lang={lang} />
      {isMine ? null : <AnswerForm request={request} lang={lang} />}
    </ClinicPage>
  )
}

function Mine({ request, lang }: { request: SecondRequest; lang: Lang }): ReactNode {
  if (request.answer === 'no')
    return (
      <Banner lang={lang} tone="attention" title={t(lang, { ja: '同僚は同意しませんでした', en: 'Your colleague did not agree' })}>
        <p>{t(lang, { ja: '本人の状態が変わったら、もう一度はじめから開いてください。', en: 'If things change, begin again.' })}</p>
      </Banner>
    )
  if (request.answer === 'yes')
    return (
      <Banner
        lang={lang}
        tone="success"
        title={t(lang, { ja: `${request.secondName ?? ''}さんが同意しました`, en: `${request.secondName ?? ''} agreed` })}
      >
        <Form action={`/clinic/emergency/requests/${request.id}/open`} label={t(lang, { ja: '開く', en: 'Open' })}>
          <ButtonRow>
            <Button variant="primary" size="large">
              {t(lang, { ja: '開く（本人に知らせる）', en: 'Open, and tell the person' })}
            </Button>
          </ButtonRow>
        </Form>
      </Banner>
    )
  return (
    <Banner lang={lang} tone="info" title={t(lang, { ja: '同僚の返事を待っています', en: 'Waiting for a colleague' })}>
      <p>
        {t(lang, {
          ja: '同じ施設の医師・看護職員などに、「緊急アクセス」の画面を自分の端末で開いてもらってください。',
          en: 'Ask a clinician here to open “Emergency access” on their own device.',
        })}
      </p>
      <p>
        {t(lang, { ja: '期限：', en: 'Until ' })}
        <Time value={request.until} lang={lang} withTime />
      </p>
      <ButtonRow>
        <LinkButton variant="primary" href={`/clinic/emergency/requests/${request.id}`}>
          {t(lang, { ja: '返事が来たか確かめる', en: 'See whether there is an answer' })}
        </LinkButton>
      </ButtonRow>
    </Banner>
  )
}

const Ground = ({ request, lang }: { request: SecondRequest; lang: Lang }): ReactNode => (
  <Section title={t(lang, { ja: '依頼の内容', en: 'What is asked' })}>
    <DefinitionList
      items={[
        { term: t(lang, { ja: '頼んだ人', en: 'Asked by' }), value: <Ja>{request.staffName}</Ja> },
        { term: t(lang, { ja: '状態', en: 'What is the matter' }), value: t(lang, wordsOf(reasons, request.reason)) },
        {
          term: t(lang, { ja: '同意を尋ねられない事情', en: 'Why consent cannot be asked' }),
          value: request.because.map((code) => t(lang, wordsOf(whyHard, code))),
        },
        { term: t(lang, { ja: '説明', en: 'Explanation' }), value: <Ja>{request.note}</Ja> },
        {
          term: t(lang, { ja: '2人必要なわけ', en: 'Why two are needed' }),
          value: request.needs.map((one) => t(lang, flagWords(one))),
        },
      ]}
    />
  </Section>
)

function AnswerForm({ request, lang }: { request: SecondRequest; lang: Lang }): ReactNode {
  if (request.answer !== null)
    return <Banner lang={lang} tone="info" title={t(lang, { ja: 'この依頼は返事が済んでいます', en: 'This was answered already' })} />
  return (
    <Form action={`/clinic/emergency/requests/${request.id}`} label={t(lang, { ja: '返事', en: 'Your answer' })}>
      <p>
        {t(lang, {
          ja: '患者のところで確かめてから答えてください。あなたの名前も記録に残り、監査担当が確かめます。',
          en: 'Make sure at the bedside before you answer. Your name is kept too, and auditors will check.',
        })}
      </p>
      <ButtonRow>
        <Button variant="primary" name="answer" value="yes">
          {t(lang, { ja: '同意する', en: 'I agree' })}
        </Button>
        <Button name="answer" value="no">
          {t(lang, { ja: '同意しない', en: 'I do not agree' })}
        </Button>
        <LinkButton variant="quiet" href="/clinic/emergency">
          {t(lang, { ja: 'あとで', en: 'Later' })}
        </LinkButton>
      </ButtonRow>
    </Form>
  )
}
