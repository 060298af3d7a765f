import type { ReactNode } from 'react'
import type { Lang, Sentence } from '#kernel/language'
import { Banner, Button, ButtonRow, Details, Field, fieldId, Form, Page, renderPage, Section, Select, Steps, t } from '#ui'
import type { DemoDoor } from './model.ts'
import { type About, frame, Ways } from './page-frame.tsx'
import { OutsideWay } from './outside/page.tsx'
import { PasskeyButton } from './passkey/button.tsx'

/** Sign-in by card. The PIN field has no name, so that it cannot be posted even where the script does not run. */
export function cardPage(about: About, { next, outside }: { next: string | null; outside: Sentence | null }): string {
  const { lang, demo } = about
  return renderPage(
    <Page
      {...frame(about)}
      title={t(lang, { ja: 'カードでサインイン', en: 'Sign in with your card' })}
      lead={t(lang, {
        ja: 'マイナンバーカードと、数字4桁の暗証番号を使います。暗証番号はこの端末の外に出ません。',
        en: 'Use your My Number Card and its four-digit PIN. The PIN never leaves this device.',
      })}
      islands={['card-sign-in', 'passkey']}
    >
      <Ways lang={lang} current="card" next={next} />
      <noscript>
        <Banner
          tone="attention"
          lang={lang}
          title={t(lang, {
            ja: 'カードを読むには、この画面の JavaScript を有効にしてください。',
            en: 'Please switch on JavaScript: the card is read by a script in this page.',
          })}
        />
      </noscript>
      <div data-card-alert role="alert" />
      <CardForm lang={lang} demo={demo} next={next} />
      <PasskeyWay lang={lang} next={next} />
      {outside === null ? null : <OutsideWay lang={lang} audience="citizen" name={outside} next={next} />}
      <Section title={t(lang, { ja: 'このあと起きること', en: 'What happens next' })}>
        <Steps lang={lang} steps={cardSteps(lang)} current={0} />
      </Section>
    </Page>,
  )
}

export type CardFormProps = { lang: Lang; demo: DemoDoor | null; next: string | null; action?: string; label?: string }

/** The form that the island `card-sign-in` makes work, with the place where it says what came of it. */
export function CardForm({ lang, demo, next, action = '/sign-in/card', label }: CardFormProps): ReactNode {
  return (
    <Form
      action={action}
      hidden={next === null ? {} : { next }}
      label={t(lang, { ja: 'カードでサインイン', en: 'Sign in with your card' })}
    >
      {demo === null ? <CardFile lang={lang} /> : <DemoCards lang={lang} demo={demo} />}
      <Field
        lang={lang}
        name="pin"
        label={t(lang, { ja: '暗証番号', en: 'PIN' })}
        hint={t(lang, {
          ja: '数字4桁。3回続けて間違えると、カードがロックされます。',
          en: 'Four digits. Three wrong tries in a row lock the card.',
        })}
        required
      >
        <input
          id={fieldId('pin')}
          className="input input-short"
          type="password"
          inputMode="numeric"
          autoComplete="off"
          maxLength={4}
          required
          aria-describedby={`${fieldId('pin')}-hint`}
        />
      </Field>
      <ButtonRow>
        <Button variant="primary" size="large" disabled>
          {label ?? t(lang, { ja: 'サインインする', en: 'Sign in' })}
        </Button>
      </ButtonRow>
      <p data-card-status role="status" />
    </Form>
  )
}

const PasskeyWay = ({ lang, next }: { lang: Lang; next: string | null }): ReactNode => (
  <Section
    title={t(lang, { ja: 'パスキーを作った方', en: 'If you made a passkey' })}
    lead={t(lang, {
      ja: 'カードなしで、この端末の顔・指紋・画面ロックでサインインできます。',
      en: 'Sign in without the card, by this device’s face, finger or screen lock.',
    })}
  >
    <PasskeyButton lang={lang} what="get" options="/sign-in/passkey/options" answer="/sign-in/passkey" next={next}>
      {t(lang, { ja: 'パスキーでサインインする', en: 'Sign in with a passkey' })}
    </PasskeyButton>
  </Section>
)

const cardSteps = (lang: Lang) => [
  {
    title: t(lang, { ja: 'カードが暗証番号を確かめます', en: 'Your card checks the PIN' }),
    body: t(lang, { ja: 'この端末の中だけで行います。', en: 'On this device alone.' }),
  },
  {
    title: t(lang, { ja: 'カードの証明書を確かめます', en: 'The card’s certificate is checked' }),
    body: t(lang, { ja: '有効か、失効していないかを確かめます。', en: 'Whether it is valid and has not been revoked.' }),
  },
  {
    title: t(lang, { ja: 'あなたのページが開きます', en: 'Your page opens' }),
    body: t(lang, { ja: '30分使わないと、自動で終わります。', en: 'It closes by itself after 30 idle minutes.' }),
  },
]

const CardFile = ({ lang }: { lang: Lang }): ReactNode => (
  <Field
    lang={lang}
    name="file"
    label={t(lang, { ja: 'カードのファイル', en: 'Card file' })}
    hint={t(lang, { ja: 'ソフトウェアカード（JSON）を選んでください。', en: 'Choose a software card (JSON).' })}
  >
    <input
      id={fieldId('file')}
      className="input"
      type="file"
      accept="application/json,.json"
      aria-describedby={`${fieldId('file')}-hint`}
    />
  </Field>
)

/** More cards than this are not listed; the card file remains. */
const LISTED_CARDS = 500

function DemoCards({ lang, demo }: { lang: Lang; demo: DemoDoor }): ReactNode {
  const cards = demo.cards().slice(0, LISTED_CARDS)
  return (
    <>
      <Select
        lang={lang}
        name="card"
        label={t(lang, { ja: 'デモのカード', en: 'Demo card' })}
        hint={t(lang, {
          ja: '実在しない人のカードです。選ぶと暗証番号が入ります。',
          en: 'Cards of people who do not exist. Choosing one fills in its PIN.',
        })}
        options={[
          { value: '', label: t(lang, { ja: '選んでください', en: 'Choose one' }) },
          ...cards.map((card) => ({ value: String(card.n), label: `${card.name}（${card.birthDate}）` })),
        ]}
      />
      <Details summary={t(lang, { ja: 'カードのファイルを使う', en: 'Use a card file instead' })}>
        <CardFile lang={lang} />
      </Details>
    </>
  )
}
