import type { ReactNode } from 'react'
import type { Lang, Sentence } from '#kernel/language'
import { Banner, Button, ButtonRow, ErrorSummary, type FieldError, Form, LinkButton, Page, renderPage, Section, TextInput, t } from '#ui'
import { CardForm } from '../card-page.tsx'
import { type About, frame, homeOf } from '../page-frame.tsx'
import { PasskeyButton } from '../passkey/button.tsx'
import type { Way } from './rules.ts'

/** `outside`: what the outside provider is called, null where there is none. */
export type AgainView = { ways: readonly Way[]; outside: Sentence | null; next: string | null; by: string; errors: readonly FieldError[] }

/** 'Is it still you?' Asked before what matters; the session goes on, its proof is new. */
export function againPage(about: About, view: AgainView): string {
  const { lang } = about
  const isStaff = about.actor.kind === 'staff'
  return renderPage(
    <Page
      {...frame(about)}
      audience={isStaff ? 'staff' : 'public'}
      title={t(lang, { ja: 'もう一度、本人確認をします', en: 'Please prove once more that it is you' })}
      lead={t(lang, {
        ja: '大事な操作の前に、今ここにいる方がご本人かを確かめます。終わると、続きの画面に戻ります。',
        en: 'Before something that matters we make sure that you are still the one sitting here. Then you go on where you were.',
      })}
      islands={[...(view.ways.includes('card') ? ['card-sign-in'] : []), 'passkey']}
      hasErrors={view.errors.length > 0}
    >
      <ErrorSummary lang={lang} errors={view.errors} />
      {view.ways.length === 0 ? <NoWay lang={lang} /> : null}
      {view.ways.map((way, place) => (
        <WayAgain key={way} way={way} isFirst={place === 0} about={about} view={view} />
      ))}
      <ButtonRow>
        <LinkButton href={homeOf(about.actor)} variant="quiet">
          {t(lang, { ja: 'やめて戻る', en: 'Do not go on' })}
        </LinkButton>
      </ButtonRow>
    </Page>,
  )
}

type WayProps = { way: Way; isFirst: boolean; about: About; view: AgainView }

function WayAgain({ way, isFirst, about: { lang, demo, actor }, view }: WayProps): ReactNode {
  if (way === 'card') {
    return (
      <Section title={t(lang, { ja: 'カードで確かめる', en: 'By your card' })}>
        <div data-card-alert role="alert" />
        <CardForm
          lang={lang}
          demo={demo}
          next={view.next}
          action="/sign-in/again/card"
          label={t(lang, { ja: 'カードで確かめる', en: 'Confirm by card' })}
        />
      </Section>
    )
  }
  if (way === 'passkey') {
    return (
      <Section title={t(lang, { ja: 'パスキーで確かめる', en: 'By your passkey' })}>
        <PasskeyButton
          lang={lang}
          what="get"
          options="/sign-in/again/passkey/options"
          answer="/sign-in/again/passkey"
          next={view.next}
          variant={isFirst ? 'primary' : 'secondary'}
        >
          {t(lang, { ja: 'パスキーで確かめる', en: 'Confirm by passkey' })}
        </PasskeyButton>
      </Section>
    )
  }
  if (way === 'outside') return <OutsideAgain lang={lang} view={view} kind={actor.kind} isFirst={isFirst} />
  return <PasswordAgain lang={lang} view={view} isFirst={isFirst} />
}

type OutsideProps = { lang: Lang; view: AgainView; kind: string; isFirst: boolean }

function OutsideAgain({ lang, view: { outside, next }, kind, isFirst }: OutsideProps): ReactNode {
  if (outside === null) return null
  const query = next === null ? '' : `?next=${encodeURIComponent(next)}`
  return (
    <Section title={t(lang, { ja: `${outside.ja}で確かめる`, en: `With ${outside.en}` })}>
      <ButtonRow>
        <LinkButton variant={isFirst ? 'primary' : 'secondary'} href={`/sign-in/again/outside/${kind}${query}`}>
          {t(lang, { ja: `${outside.ja}で確かめる`, en: `Confirm with ${outside.en}` })}
        </LinkButton>
      </ButtonRow>
    </Section>
  )
}

function PasswordAgain({ lang, view, isFirst }: { lang: Lang; view: AgainView; isFirst: boolean }): ReactNode {
  const errorOf = (name: string) => view.errors.find((error) => error.name === name)?.message
  return (
    <Section title={t(lang, { ja: 'パスワードと確認コードで確かめる', en: 'By password and code' })}>
      <Form
        action="/sign-in/again/password"
        hidden={{ by: view.by, ...(view.next === null ? {} : { next: view.next }) }}
        label={t(lang, { ja: 'パスワードと確認コード', en: 'Password and code' })}
      >
        <TextInput
          lang={lang}
          name="password"
          type="password"
          label={t(lang, { ja: 'パスワード', en: 'Password' })}
          error={errorOf('password')}
          autoComplete="current-password"
          maxLength={200}
          width="medium"
          required
        />
        <TextInput
          lang={lang}
          name="totp"
          label={t(lang, { ja: '確認コード', en: 'One-time code' })}
          hint={t(lang, {
            ja: '認証アプリに出ている数字6桁。アプリがないときは回復コード',
            en: 'The six digits of your authenticator app; without it, a recovery code',
          })}
          autoComplete="one-time-code"
          maxLength={12}
          width="short"
          required
        />
        <ButtonRow>
          <Button variant={isFirst ? 'primary' : 'secondary'} size="large">
            {t(lang, { ja: 'コードで確かめる', en: 'Confirm by code' })}
          </Button>
        </ButtonRow>
      </Form>
    </Section>
  )
}

const NoWay = ({ lang }: { lang: Lang }): ReactNode => (
  <Banner
    tone="attention"
    lang={lang}
    title={t(lang, {
      ja: 'この操作は、今の方法ではできません。一度サインアウトして、求められた方法でサインインしてください。',
      en: 'This cannot be done the way you signed in. Please sign out and sign in the way that is asked for.',
    })}
  />
)
