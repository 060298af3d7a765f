import type { ReactNode } from 'react'
import { institutionNameIn } from '#kernel/context'
import type { Lang, Sentence } from '#kernel/language'
import { Button, ButtonRow, ErrorSummary, type FieldError, Form, Ja, Page, renderPage, Section, Table, TextInput, t } from '#ui'
import type { DemoDoor } from './model.ts'
import { type About, frame, Ways } from './page-frame.tsx'
import { OutsideWay } from './outside/page.tsx'
import { PasskeyButton } from './passkey/button.tsx'

/** `outside`: what the operator’s own provider is called, null where there is none. */
export type StaffForm = { next: string | null; loginName: string; errors: readonly FieldError[]; outside: Sentence | null }

/** Sign-in of staff: by passkey, or by name, password and one-time code, always all three. */
export function staffPage(about: About, form: StaffForm): string {
  const { lang, demo } = about
  return renderPage(
    <Page
      {...frame(about)}
      title={t(lang, { ja: '職員のサインイン', en: 'Staff sign-in' })}
      lead={t(lang, {
        ja: 'パスキーか、パスワードと確認コードを使います。パスワードだけでは入れません。',
        en: 'Use your passkey, or your password with a one-time code. A password alone is never enough.',
      })}
      hasErrors={form.errors.length > 0}
      islands={demo === null ? ['passkey'] : ['passkey', 'demo-staff']}
    >
      <Ways lang={lang} current="staff" next={form.next} />
      <ErrorSummary lang={lang} errors={form.errors} />
      <PasskeyButton lang={lang} what="get" options="/sign-in/passkey/options" answer="/sign-in/passkey" next={form.next} variant="primary">
        {t(lang, { ja: 'パスキーでサインインする', en: 'Sign in with a passkey' })}
      </PasskeyButton>
      <Section title={t(lang, { ja: 'パスワードと確認コードで', en: 'By password and code' })}>
        <PasswordForm lang={lang} form={form} />
      </Section>
      {form.outside === null ? null : <OutsideWay lang={lang} audience="staff" name={form.outside} next={form.next} />}
      {demo === null ? null : <DemoStaff lang={lang} demo={demo} />}
    </Page>,
  )
}

const CodeInput = ({ lang, error }: { lang: Lang; error: string | undefined }): ReactNode => (
  <TextInput
    lang={lang}
    name="totp"
    label={t(lang, { ja: '確認コード', en: 'One-time code' })}
    hint={t(lang, {
      ja: '認証アプリに出ている数字6桁。アプリがないときは、控えておいた回復コード',
      en: 'The six digits shown by your authenticator app; without it, one of your recovery codes',
    })}
    error={error}
    autoComplete="one-time-code"
    maxLength={12}
    width="short"
    required
  />
)

function PasswordForm({ lang, form }: { lang: Lang; form: StaffForm }): ReactNode {
  const errorOf = (name: string) => form.errors.find((error) => error.name === name)?.message
  return (
    <Form
      action="/sign-in/staff"
      hidden={form.next === null ? {} : { next: form.next }}
      label={t(lang, { ja: '職員のサインイン', en: 'Staff sign-in' })}
    >
      <TextInput
        lang={lang}
        name="loginName"
        label={t(lang, { ja: 'ログイン名', en: 'Login name' })}
        value={form.loginName}
        error={errorOf('loginName')}
        autoComplete="username webauthn"
        maxLength={200}
        width="medium"
        required
      />
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
      <CodeInput lang={lang} error={errorOf('totp')} />
      <ButtonRow>
        <Button size="large">{t(lang, { ja: 'サインインする', en: 'Sign in' })}</Button>
      </ButtonRow>
    </Form>
  )
}

const roleNames: Record<string, Sentence> = {
  physician: { ja: '医師', en: 'Physician' },
  dentist: { ja: '歯科医師', en: 'Dentist' },
  nurse: { ja: '看護師', en: 'Nurse' },
  pharmacist: { ja: '薬剤師', en: 'Pharmacist' },
  clerk: { ja: '事務職員', en: 'Clerk' },
  operator: { ja: '縁の運用担当', en: 'Operator of the platform' },
  administrator: { ja: '施設の管理者', en: 'Administrator of the facility' },
  auditor: { ja: '縁の監査担当', en: 'Auditor of the platform' },
}

function DemoStaff({ lang, demo }: { lang: Lang; demo: DemoDoor }): ReactNode {
  const role = (name: string) => (Object.hasOwn(roleNames, name) ? roleNames[name]![lang] : name)
  return (
    <Section
      title={t(lang, { ja: 'デモの職員', en: 'Demo staff' })}
      lead={t(lang, {
        ja: '実在しない職員です。「使う」を押すと、上の欄に入ります。同じ内容は、データフォルダの demo.json にもあります。',
        en: 'Nobody here exists. “Use” fills the form above. The same is in demo.json in the data folder.',
      })}
    >
      <p data-demo-status role="status" />
      <Table
        lang={lang}
        caption={t(lang, { ja: 'デモの職員', en: 'Demo staff' })}
        captionHidden
        rows={demo.staff()}
        rowKey={(row) => row.loginName}
        columns={[
          { key: 'name', header: t(lang, { ja: '氏名', en: 'Name' }), cell: (row) => <span lang="ja">{row.name}</span> },
          { key: 'role', header: t(lang, { ja: '職種', en: 'Role' }), cell: (row) => role(row.role) },
          {
            key: 'institution',
            header: t(lang, { ja: '医療機関', en: 'Institution' }),
            cell: (row) => (
              <>
                <Ja>{institutionNameIn(row, lang)}</Ja>
                {row.also ? (
                  <>
                    <br />
                    <Ja>{institutionNameIn(row.also, lang)}</Ja>
                    {t(lang, { ja: '（サインインのあとに選びます）', en: ' (asked after sign-in)' })}
                  </>
                ) : null}
              </>
            ),
          },
          { key: 'login', header: t(lang, { ja: 'ログイン名', en: 'Login name' }), cell: (row) => row.loginName },
          {
            key: 'use',
            header: t(lang, { ja: '操作', en: 'Action' }),
            cell: (row) => (
              <button
                type="button"
                className="button button-quiet"
                data-demo-staff={row.loginName}
                aria-label={t(lang, { ja: `${row.name}のサインインを使う`, en: `Use the sign-in of ${row.name}` })}
              >
                {t(lang, { ja: '使う', en: 'Use' })}
              </button>
            ),
          },
        ]}
      />
    </Section>
  )
}
