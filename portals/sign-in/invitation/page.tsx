import type { ReactNode } from 'react'
import type { Lang, Sentence } from '#kernel/language'
import { Button, ButtonRow, ErrorSummary, type FieldError, Form, LinkButton, Page, renderPage, Section, TextInput, Time, t } from '#ui'
import { type About, frame } from '../page-frame.tsx'
import { PasskeyButton } from '../passkey/button.tsx'
import { CodeSecret, FirstCode, RecoveryCodes } from './code-parts.tsx'
import type { InvitationKind } from './store.ts'

export type InvitationView = {
  token: string
  kind: InvitationKind
  name: string
  /** Login name of staff; '' for a person. */
  account: string
  until: Date
  /** Of the one-time code that waits for its first digits; '' for a person. */
  secret: string
  /** What the outside provider of staff is called; null where there is none, and for a person. */
  outside: Sentence | null
  errors: readonly FieldError[]
}

/** Where a code from a letter is typed. */
export function tokenPage(about: About, errors: readonly FieldError[]): string {
  const { lang } = about
  return renderPage(
    <Page
      {...frame(about)}
      title={t(lang, { ja: '案内のコードを入れる', en: 'Enter the code of your invitation' })}
      lead={t(lang, {
        ja: '窓口や管理者から受け取った紙にある、20文字のコードです。大文字・小文字やハイフンは気にしなくてかまいません。',
        en: 'The 20 characters on the paper you were given. Capitals and hyphens do not matter.',
      })}
      hasErrors={errors.length > 0}
    >
      <ErrorSummary lang={lang} errors={errors} />
      <Form action="/sign-in/invitation" label={t(lang, { ja: '案内のコード', en: 'Code of the invitation' })}>
        <TextInput
          lang={lang}
          name="code"
          label={t(lang, { ja: 'コード', en: 'Code' })}
          error={errors[0]?.message}
          autoComplete="off"
          maxLength={60}
          width="medium"
          required
        />
        <ButtonRow>
          <Button variant="primary" size="large">
            {t(lang, { ja: '次へ', en: 'Next' })}
          </Button>
        </ButtonRow>
      </Form>
    </Page>,
  )
}

/** 'How will you sign in from now on?' Used once. */
export function invitationPage(about: About, view: InvitationView): string {
  const { lang } = about
  const base = `/sign-in/invitation/${view.token}`
  return renderPage(
    <Page
      {...frame(about)}
      title={t(lang, { ja: 'サインインのしかたを決める', en: 'Set up how you sign in' })}
      lead={
        <>
          <span lang="ja">{view.name}</span>
          {t(lang, { ja: ' さんへの案内です。使えるのは1回、', en: ': this invitation works once, until ' })}
          <Time value={view.until} lang={lang} withTime />
          {t(lang, {
            ja: ' までです。使うと、前のパスキーや端末は使えなくなります。',
            en: '. Once used, earlier passkeys and devices stop working.',
          })}
        </>
      }
      islands={['passkey']}
      hasErrors={view.errors.length > 0}
    >
      <ErrorSummary lang={lang} errors={view.errors} />
      <Section
        title={t(lang, { ja: 'パスキーを作る（おすすめ）', en: 'Make a passkey (recommended)' })}
        lead={t(lang, {
          ja: 'この端末の顔・指紋・画面ロックでサインインします。覚えるものはありません。',
          en: 'Sign in by this device’s face, finger or screen lock. Nothing to remember.',
        })}
      >
        <PasskeyButton lang={lang} what="create" options={`${base}/passkey/options`} answer={`${base}/passkey`} variant="primary">
          {t(lang, { ja: 'この端末にパスキーを作る', en: 'Make a passkey on this device' })}
        </PasskeyButton>
      </Section>
      {view.outside === null ? null : <OutsideWay lang={lang} name={view.outside} href={`${base}/outside`} />}
      {view.kind === 'staff' ? <PasswordWay lang={lang} view={view} base={base} /> : <OnceWay lang={lang} base={base} />}
    </Page>,
  )
}

const OutsideWay = ({ lang, name, href }: { lang: Lang; name: Sentence; href: string }): ReactNode => (
  <Section
    title={t(lang, { ja: `${name.ja}を使う`, en: `Use ${name.en}` })}
    lead={t(lang, {
      ja: `${name.ja}の画面で本人確認をすると、次からそれで入れます。`,
      en: `Prove who you are at ${name.en}; from then on you sign in with it.`,
    })}
  >
    <ButtonRow>
      <LinkButton href={href}>{t(lang, { ja: `${name.ja}と結び付ける`, en: `Link with ${name.en}` })}</LinkButton>
    </ButtonRow>
  </Section>
)

function PasswordWay({ lang, view, base }: { lang: Lang; view: InvitationView; base: string }): ReactNode {
  const errorOf = (name: string) => view.errors.find((error) => error.name === name)?.message
  return (
    <Section
      title={t(lang, { ja: 'パスワードと確認コードにする', en: 'Use a password and one-time codes' })}
      lead={t(lang, {
        ja: `ログイン名は ${view.account} です。パスワードだけでは入れません。`,
        en: `Your login name is ${view.account}. A password alone is never enough.`,
      })}
    >
      <Form action={`${base}/password`} label={t(lang, { ja: 'パスワードと確認コード', en: 'Password and code' })}>
        <input type="hidden" name="username" value={view.account} autoComplete="username" />
        <TextInput
          lang={lang}
          name="password"
          type="password"
          label={t(lang, { ja: '新しいパスワード', en: 'New password' })}
          hint={t(lang, { ja: '12文字以上。文でもかまいません。', en: 'At least 12 characters. A sentence is fine.' })}
          error={errorOf('password')}
          autoComplete="new-password"
          maxLength={200}
          width="medium"
          required
        />
        <CodeSecret lang={lang} secret={view.secret} account={view.account} />
        <FirstCode lang={lang} error={errorOf('totp')} />
        <ButtonRow>
          <Button size="large">{t(lang, { ja: 'これに決める', en: 'Set these' })}</Button>
        </ButtonRow>
      </Form>
    </Section>
  )
}

const OnceWay = ({ lang, base }: { lang: Lang; base: string }): ReactNode => (
  <Section
    title={t(lang, { ja: '自分の端末ではないとき', en: 'If this device is not yours' })}
    lead={t(lang, {
      ja: 'パスキーを作らずに、今回だけ入ります。10分以内なら、サインインの安全の画面でパスキーを作れます。',
      en: 'Sign in this once without a passkey. Within ten minutes you can still make one under “Sign-in and security”.',
    })}
  >
    <Form action={`${base}/once`} label={t(lang, { ja: '今回だけ入る', en: 'Sign in this once' })}>
      <ButtonRow>
        <Button>{t(lang, { ja: '今回だけ入る', en: 'Sign in this once' })}</Button>
      </ButtonRow>
    </Form>
  </Section>
)

/** The recovery codes, shown this once, on the way in. */
export function codesPage(about: About, { codes, next }: { codes: readonly string[]; next: string }): string {
  const { lang } = about
  return renderPage(
    <Page {...frame(about)} title={t(lang, { ja: '回復コードを控えてください', en: 'Keep your recovery codes' })}>
      <RecoveryCodes lang={lang} codes={codes} />
      <ButtonRow>
        <LinkButton variant="primary" size="large" href={next}>
          {t(lang, { ja: '控えたので進む', en: 'I kept them, go on' })}
        </LinkButton>
      </ButtonRow>
    </Page>,
  )
}
