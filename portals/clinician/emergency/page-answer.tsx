import type { ReactElement } from 'react'
import type { EmergencyCase } from '#care/emergency'
import type { EmergencyReview } from '#care/consent'
import { Button, ButtonRow, DefinitionList, Form, Ja, TextInput, Time, t } from '#ui'
import { ClinicPage, type PageOf } from '../frame.tsx'
import { emergencyCrumbs } from './parts.tsx'

export type QuestionView = { case: EmergencyCase; questions: readonly EmergencyReview[] }

/** The auditors ask the one who opened. */
export function AnswerPage({ on, view }: { on: PageOf; view: QuestionView }): ReactElement {
  const { lang } = on
  const of = view.case
  return (
    <ClinicPage
      on={on}
      title={t(lang, { ja: '緊急アクセスについての質問', en: 'A question about an emergency access' })}
      lead={t(lang, {
        ja: '監査担当が、次のことを知りたいと言っています。分かる範囲で答えてください。',
        en: 'The auditors would like to know the following. Please answer as far as you can.',
      })}
      breadcrumbs={emergencyCrumbs(lang)}
    >
      <DefinitionList
        items={[
          { term: t(lang, { ja: '開いた日時', en: 'Opened' }), value: <Time value={of.openedAt} lang={lang} withTime /> },
          {
            term: t(lang, { ja: '質問', en: 'Question' }),
            value: view.questions.map((one) => <Ja key={one.reviewerId}>{one.note || '—'}</Ja>),
          },
        ]}
      />
      {of.answeredAt === null ? (
        <Form action={`/clinic/emergency/${of.id}/answer`} label={t(lang, { ja: '答え', en: 'Answer' })}>
          <TextInput lang={lang} name="answer" rows={4} maxLength={1000} required label={t(lang, { ja: '答え', en: 'Your answer' })} />
          <ButtonRow>
            <Button variant="primary">{t(lang, { ja: '送る', en: 'Send' })}</Button>
          </ButtonRow>
        </Form>
      ) : (
        <p>{t(lang, { ja: '答えは届いています。', en: 'Your answer has arrived.' })}</p>
      )}
    </ClinicPage>
  )
}
