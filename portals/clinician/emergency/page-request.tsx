import type { ReactElement, ReactNode } from 'react'
import { type Candidate, flagWords, reasons, type SecondRequest, whyHard, wordsOf } from '#care/emergency'
import { DefinitionList, Ja, type Lang, Section, t } from '#ui'
import { ClinicPage, type PageOf } from '../frame.tsx'
import { AnswerForm, Asked } from '../second-clinician.tsx'
import { emergencyCrumbs, Identity } from './parts.tsx'

export type RequestView = { request: SecondRequest; who: Candidate; isMine: boolean }

const otherwise = { ja: '本人の状態が変わったら、もう一度はじめから開いてください。', en: 'If things change, begin again.' }

/** Two clinicians agree: one waits here, the other answers here. */
export function RequestPage({ on, view }: { on: PageOf; view: RequestView }): ReactElement {
  const { lang } = on
  const { request, who, isMine } = view
  const home = { href: '/clinic/emergency', name: { ja: '緊急アクセス', en: 'Emergency access' } }
  const way = { lang, request, home, href: `/clinic/emergency/requests/${encodeURIComponent(request.id)}` }
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
      {isMine ? <Asked way={way} otherwise={otherwise} /> : null}
      <Identity who={who} lang={lang} />
      <Ground request={request} lang={lang} />
      {isMine ? null : <AnswerForm way={way} />}
    </ClinicPage>
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
