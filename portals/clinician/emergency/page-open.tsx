import type { ReactElement, ReactNode } from 'react'
import {
  type Candidate,
  EXTENSION_MINUTES,
  flagWords,
  type Ground,
  inForceOn,
  NOTE_MAX,
  OPEN_MINUTES,
  reasons,
  REQUEST_MINUTES,
  whyHard,
} from '#care/emergency'
import { dateInJapan } from '#kernel/japan'
import {
  Banner,
  Button,
  ButtonRow,
  CheckboxGroup,
  ErrorSummary,
  type FieldError,
  Form,
  joinList,
  kindName,
  type Lang,
  LinkButton,
  RadioGroup,
  Section,
  TextInput,
  t,
} from '#ui'
import { ClinicPage, type PageOf } from '../frame.tsx'
import { emergencyCrumbs, Identity } from './parts.tsx'

export type OpenView = { who: Candidate; needs: readonly string[]; ground: Ground; errors: readonly FieldError[] }

const shown = ['drug-allergy', 'other-allergy', 'prescription', 'diagnosis', 'infection', 'test-result', 'check-up'] as const

/** What will happen, before it does. */
export function OpenPage({ on, view }: { on: PageOf; view: OpenView }): ReactElement {
  const { lang } = on
  const second = view.needs.length > 0
  return (
    <ClinicPage
      on={{ ...on, path: `/clinic/emergency/open?patient=${encodeURIComponent(view.who.key)}` }}
      title={t(lang, { ja: 'この人の記録を、緊急アクセスで開きますか', en: 'Open this person’s record in an emergency?' })}
      breadcrumbs={emergencyCrumbs(lang)}
      hasErrors={view.errors.length > 0}
    >
      <ErrorSummary lang={lang} errors={view.errors} />
      <Identity who={view.who} lang={lang} />
      <WhatHappens lang={lang} />
      {second ? <SecondNeeded needs={view.needs} lang={lang} /> : null}
      <GroundForm view={view} on={on} />
    </ClinicPage>
  )
}

function WhatHappens({ lang }: { lang: Lang }): ReactNode {
  const kinds = joinList(
    lang,
    shown.map((kind) => kindName[kind][lang]),
  )
  return (
    <Section title={t(lang, { ja: '開くと、こうなります', en: 'What will happen' })}>
      <ul>
        <li>
          {t(lang, {
            ja: '本人に、すぐ知らせます。あなたの名前、施設、時刻、理由が、本人の「誰が見たか」に残ります。',
            en: 'The person is told at once. Your name, institution, the time and the reason stand in their access log.',
          })}
        </li>
        <li>
          {t(lang, {
            ja: 'あとで監査担当が2人、見た内容と理由を1件ずつ確かめます。',
            en: 'Two auditors will check what you looked at, and why.',
          })}
        </li>
        <li>
          {t(lang, {
            ja: `${OPEN_MINUTES / 60}時間で自動的に終わります。途中で終えることも、1回だけ${EXTENSION_MINUTES / 60}時間のばすこともできます。`,
            en: `It ends by itself after ${OPEN_MINUTES / 60} hours. You can end it earlier, and extend it once by ${EXTENSION_MINUTES / 60} hours.`,
          })}
        </li>
        <li>
          {t(lang, {
            ja: `見られるのは、この人の${kinds}です。本人が「緊急のときも見せない」としたものは出ません。`,
            en: `You will see: ${kinds}. What the person keeps closed even in emergencies does not appear.`,
          })}
        </li>
      </ul>
    </Section>
  )
}

const SecondNeeded = ({ needs, lang }: { needs: readonly string[]; lang: Lang }): ReactNode => (
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
        ja: `送ると、同じ施設の同僚に依頼します。同僚は自分のサインインで、${REQUEST_MINUTES}分以内に返事をします。`,
        en: `Sending this asks your colleagues here. One of them answers within ${REQUEST_MINUTES} minutes, in their own sign-in.`,
      })}
    </p>
  </Banner>
)

function GroundForm({ view, on }: { view: OpenView; on: PageOf }): ReactNode {
  const { lang } = on
  const today = dateInJapan(on.now)
  const { ground, errors } = view
  const errorOf = (name: string) => errors.find((one) => one.name === name)?.message
  const options = (table: Parameters<typeof inForceOn>[0]) =>
    inForceOn(table, today).map(({ id, ...words }) => ({ value: id, label: t(lang, words) }))
  return (
    <Section title={t(lang, { ja: '理由', en: 'Reason' })}>
      <Form action="/clinic/emergency/open" hidden={{ patient: view.who.key }} label={t(lang, { ja: '理由', en: 'Reason' })}>
        <RadioGroup
          lang={lang}
          name="reason"
          required
          value={ground.reason}
          error={errorOf('reason')}
          label={t(lang, { ja: 'どういう状態ですか', en: 'What is the matter?' })}
          options={options(reasons)}
        />
        <CheckboxGroup
          lang={lang}
          name="because"
          required
          values={ground.because}
          error={errorOf('because')}
          label={t(lang, { ja: '同意を尋ねられないのは、なぜですか', en: 'Why can consent not be asked?' })}
          options={options(whyHard)}
        />
        <TextInput
          lang={lang}
          name="note"
          required
          rows={2}
          maxLength={NOTE_MAX}
          value={ground.note}
          error={errorOf('note')}
          label={t(lang, { ja: '短い説明', en: 'A short explanation' })}
          hint={t(lang, {
            ja: '例：JCS300、家族に連絡つかず。監査担当だけが読みます（4〜200字）。',
            en: 'For example: GCS 3, no relatives reached. Only the auditors read it (4–200 characters).',
          })}
        />
        <ButtonRow>
          <Button variant="primary" size="large">
            {view.needs.length > 0
              ? t(lang, { ja: '同僚に同意を頼む', en: 'Ask a colleague to agree' })
              : t(lang, { ja: '開く（本人に知らせる）', en: 'Open, and tell the person' })}
          </Button>
          <LinkButton variant="quiet" href="/clinic/emergency">
            {t(lang, { ja: 'やめる', en: 'Do not open' })}
          </LinkButton>
        </ButtonRow>
      </Form>
    </Section>
  )
}
