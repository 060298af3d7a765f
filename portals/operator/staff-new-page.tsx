import { Button, ButtonRow, ErrorSummary, Form, LinkButton, renderPage, t } from '#ui'
import { facilityHref } from './facility-parts.tsx'
import { controls, type Draft } from './form.tsx'
import { OperatorPage, type PageOf } from './frame.tsx'
import { licenceOptions, rolesFor, staffCrumbs } from './staff-parts.tsx'

export function newStaffPage(on: PageOf, { number, facility, draft }: { number: string; facility: string; draft: Draft }): string {
  const { lang } = on
  const { input, select } = controls({ lang, draft })
  const title = t(lang, { ja: '職員を招く', en: 'Invite a member of staff' })
  const none = { value: '', label: t(lang, { ja: '免許の要らない職種', en: 'The role needs none' }) }
  return renderPage(
    <OperatorPage
      on={on}
      here="/operator/facilities"
      title={title}
      hasErrors={draft.errors.length > 0}
      breadcrumbs={staffCrumbs(lang, { number, name: facility })}
      lead={t(lang, {
        ja: '登録すると、招待状（リンクとQRコード）が一度だけ表示されます。本人がそれを開いて、パスキーなどのサインインの方法を決めます。',
        en: 'Once registered, an invitation (link and QR code) is shown a single time. The person opens it and sets up their own way to sign in.',
      })}
    >
      <ErrorSummary lang={lang} errors={draft.errors} />
      <Form action={facilityHref(number, '/staff')} label={title}>
        {input('name', { ja: '氏名', en: 'Name in Japanese' }, { required: true, width: 'medium', maxLength: 80 })}
        {input('nameKana', { ja: 'フリガナ', en: 'Kana' }, { width: 'medium', maxLength: 80 })}
        {input('nameEn', { ja: 'ローマ字', en: 'Name in Latin letters' }, { width: 'medium', maxLength: 80 })}
        {input(
          'loginName',
          { ja: 'ログイン名', en: 'Login name' },
          {
            required: true,
            width: 'medium',
            maxLength: 64,
            autoComplete: 'off',
            hint: t(lang, { ja: '半角の英小文字・数字・. _ - で3文字以上', en: 'Three or more small letters, digits, . _ or -' }),
          },
        )}
        {select('role', { ja: '職種', en: 'Role' }, rolesFor(on))}
        {input('department', { ja: '所属', en: 'Department' }, { width: 'medium', maxLength: 60 })}
        {input('from', { ja: '勤務の始まりの日', en: 'First day of work' }, { type: 'date', width: 'medium', required: true })}
        {input('until', { ja: '勤務の終わりの日（決まっていれば）', en: 'Last day, if set' }, { type: 'date', width: 'medium' })}
        {select('licenceKind', { ja: '免許', en: 'Licence' }, [none, ...licenceOptions(lang)])}
        {input('licenceNumber', { ja: '免許の登録番号', en: 'Registration number' }, { width: 'medium', maxLength: 20 })}
        {input('licenceFrom', { ja: '免許の登録日', en: 'Licensed since' }, { type: 'date', width: 'medium' })}
        {input(
          'licenceUntil',
          { ja: '免許の効力が終わる日（取消・停止のとき）', en: 'Last day of the licence, if it ends' },
          { type: 'date', width: 'medium' },
        )}
        <ButtonRow>
          <Button variant="primary">{t(lang, { ja: '登録して招待状を出す', en: 'Register and invite' })}</Button>
          <LinkButton href={facilityHref(number)}>{t(lang, { ja: 'やめる', en: 'Cancel' })}</LinkButton>
        </ButtonRow>
      </Form>
    </OperatorPage>,
  )
}
