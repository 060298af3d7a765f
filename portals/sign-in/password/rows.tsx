import { z } from 'zod'
import { hashPassword, setStaffSecrets } from '#care/person'
import type { Context } from '#kernel/context'
import { ulid } from '#kernel/id'
import { endAllSessions } from '#kernel/identity'
import { Refusal, refuse, refusalRow, refusalSentence } from '#kernel/refusal'
import { type Answer, bodyOf, type RouteRequest, type Row } from '#kernel/route'
import { Button, ButtonRow, ErrorSummary, type FieldError, Form, LinkButton, Page, renderPage, TextInput, t } from '#ui'
import { type About, frame } from '../page-frame.tsx'
import { insertChange } from '../passkey/store.ts'
import { isForm, LAW, type SignInDeps } from '../row-terms.ts'
import { ownWordsOf, selfOf } from '../security/self.ts'
import type { SignInService } from '../service.ts'
import { counted } from '../tries.ts'
import { LONGEST, passwordProblem } from './rules.ts'

const ACCOUNT = '/clinic/account'
const PATH = `${ACCOUNT}/password`

type Deps = SignInDeps & { service: SignInService }

const changeBody = z.object({
  current: z.string().max(LONGEST).default(''),
  totp: z
    .string()
    .max(32)
    .default('')
    .transform((code) => code.normalize('NFKC').replace(/\s/g, '')),
  password: z.string().max(LONGEST).default(''),
})

function changePage(about: About, { loginName, errors }: { loginName: string; errors: readonly FieldError[] }): string {
  const { lang } = about
  const errorOf = (name: string) => errors.find((error) => error.name === name)?.message
  const secret = { lang, type: 'password', maxLength: LONGEST, width: 'medium', required: true } as const
  return renderPage(
    <Page
      {...frame(about)}
      audience="staff"
      title={t(lang, { ja: 'パスワードを変える', en: 'Change your password' })}
      lead={t(lang, {
        ja: '変えると、ほかの端末はすべてサインアウトします。この端末ではそのまま続けられます。',
        en: 'All other devices are then signed out. You go on here.',
      })}
      breadcrumbs={[{ href: ACCOUNT, label: t(lang, { ja: '自分のサインイン', en: 'Your sign-in' }) }]}
      hasErrors={errors.length > 0}
    >
      <ErrorSummary lang={lang} errors={errors} />
      <Form action={PATH} label={t(lang, { ja: 'パスワードを変える', en: 'Change your password' })}>
        <input type="hidden" name="username" value={loginName} autoComplete="username" />
        <TextInput
          {...secret}
          name="current"
          label={t(lang, { ja: 'いまのパスワード', en: 'Current password' })}
          error={errorOf('current')}
          autoComplete="current-password"
        />
        <TextInput
          lang={lang}
          name="totp"
          label={t(lang, {
            ja: '確認コード（アプリの数字6桁、または回復コード）',
            en: 'One-time code (six digits of the app, or a recovery code)',
          })}
          error={errorOf('totp')}
          autoComplete="one-time-code"
          maxLength={32}
          width="short"
          required
        />
        <TextInput
          {...secret}
          name="password"
          label={t(lang, { ja: '新しいパスワード', en: 'New password' })}
          hint={t(lang, {
            ja: '12文字以上。関係のない言葉をつなげた文が安全です。ログイン名、よく使われる言葉や並びは使えません。',
            en: 'At least 12 characters. A sentence of unrelated words is safe. No login name, no common words or runs.',
          })}
          error={errorOf('password')}
          autoComplete="new-password"
        />
        <ButtonRow>
          <Button variant="primary" size="large">
            {t(lang, { ja: 'このパスワードに変える', en: 'Change it' })}
          </Button>
          <LinkButton href={ACCOUNT} variant="quiet">
            {t(lang, { ja: 'やめる', en: 'Cancel' })}
          </LinkButton>
        </ButtonRow>
      </Form>
    </Page>,
  )
}

/** The new password stands, and every other session of this person ends. */
async function change(ctx: Context, request: RouteRequest, deps: Deps): Promise<Answer> {
  const self = await selfOf(ctx)
  const given = bodyOf(request, changeBody)
  const again = (name: string, message: string, status = 400): Answer => {
    const about = { lang: ctx.lang, path: PATH, actor: ctx.actor, demo: deps.demo }
    return { status, page: () => changePage(about, { loginName: self.loginName, errors: [{ name, message }] }) }
  }
  // Judged before the code is spent: it works once, and the next one takes half a minute.
  const choosing = { loginName: self.loginName, own: ownWordsOf(ctx), isKnown: deps.isKnownPassword }
  const problem =
    passwordProblem(given.password, choosing) ??
    (given.password.normalize('NFKC') === given.current.normalize('NFKC')
      ? { ja: 'いまのパスワードと同じです。', en: 'It is the one you have.' }
      : null)
  if (problem !== null) {
    ctx.audit({ outcome: 'input-invalid', resource: `Staff/${self.id}` })
    return again('password', problem[ctx.lang])
  }
  try {
    const proven = { loginName: self.loginName, password: given.current, totp: given.totp }
    await counted(ctx, request, () => deps.service.provePassword(ctx, proven))
  } catch (error) {
    if (!(error instanceof Refusal) || !isForm(request)) throw error
    ctx.audit({ outcome: error.code })
    return again('current', refusalSentence(error, ctx.lang), refusalRow(error.code).status)
  }
  await setStaffSecrets(ctx.db, self.id, { passwordHash: await hashPassword(given.password) })
  const subject = { kind: 'staff', id: self.id } as const
  const note = (what: 'password-set' | 'devices-ended', label: string) =>
    insertChange(ctx.db, { id: ulid(ctx.now.getTime()), subject, at: ctx.now, what, label })
  await note('password-set', '')
  const ended = await endAllSessions(ctx.db, ctx.now, subject, ctx.session?.id ?? null)
  if (ended > 0) await note('devices-ended', String(ended))
  ctx.audit({ resource: `Staff/${self.id}` })
  return isForm(request) ? { redirect: ACCOUNT } : { json: { redirect: ACCOUNT, ended } }
}

/** A member of staff changes their password: by the current one and a code. */
export function passwordRows(deps: Deps): Row[] {
  const staff = { who: ['staff'], why: ['HOPERAT'], law: LAW } as const
  return [
    {
      ...staff,
      kind: 'read',
      method: 'GET',
      path: PATH,
      audit: 'password.show',
      summary: { ja: 'パスワードを変える画面', en: 'Page to change one’s password' },
      handle: async (ctx, request) => {
        const self = await selfOf(ctx)
        ctx.audit({ resource: `Staff/${self.id}` })
        if (!self.isSet) return { redirect: `${ACCOUNT}/code` }
        const about = { lang: ctx.lang, path: request.url, actor: ctx.actor, demo: deps.demo }
        return { page: () => changePage(about, { loginName: self.loginName, errors: [] }) }
      },
    },
    {
      ...staff,
      kind: 'write',
      method: 'POST',
      path: PATH,
      audit: 'password.change',
      schema: changeBody,
      keepsRefused: true,
      summary: { ja: 'いまのパスワードと確認コードで、パスワードを変える', en: 'Change one’s password by the current one and a code' },
      handle: async (ctx, request) => ((await selfOf(ctx)).isSet ? change(ctx, request, deps) : refuse('not-permitted')),
    },
  ]
}
