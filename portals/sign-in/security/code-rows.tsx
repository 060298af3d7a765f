import { z } from 'zod'
import { hashPassword, newTotpSecret, setStaffSecrets, type StaffSignIn, totpStep } from '#care/person'
import type { Context } from '#kernel/context'
import { ulid } from '#kernel/id'
import { type Answer, bodyOf, type RouteRequest, type Row } from '#kernel/route'
import { Button, ButtonRow, ErrorSummary, type FieldError, Form, LinkButton, Page, renderPage, TextInput, t } from '#ui'
import { CodeSecret, FirstCode } from '../invitation/code-parts.tsx'
import { codesPage } from '../invitation/page.tsx'
import { pendingOwner } from '../invitation/service.ts'
import { dropPending, pendingSecret, waitingSecret } from '../invitation/store.ts'
import { type About, frame } from '../page-frame.tsx'
import type { ChangeKind } from '../passkey/model.ts'
import { insertChange } from '../passkey/store.ts'
import { LONGEST, passwordProblem } from '../password/rules.ts'
import { makeRecoveryCodes } from '../recovery/store.ts'
import { LAW, type SignInDeps } from '../row-terms.ts'
import { staffStepUp } from '../step-up/rules.ts'
import { ownWordsOf, selfOf } from './self.ts'

const BASE = '/clinic/account'
const codeBody = z.object({
  password: z.string().max(LONGEST).default(''),
  totp: z
    .string()
    .max(32)
    .default('')
    .transform((code) => code.normalize('NFKC').replace(/\s/g, '')),
})

const ownerOf = ({ id }: StaffSignIn) => pendingOwner({ kind: 'staff', id })
const note = (ctx: Context, self: StaffSignIn, what: ChangeKind): Promise<void> =>
  insertChange(ctx.db, { id: ulid(ctx.now.getTime()), subject: { kind: 'staff', id: self.id }, at: ctx.now, what, label: '' })

function codePage(about: About, { self, secret, errors }: { self: StaffSignIn; secret: string; errors: readonly FieldError[] }): string {
  const { lang } = about
  const errorOf = (name: string) => errors.find((error) => error.name === name)?.message
  return renderPage(
    <Page
      {...frame(about)}
      audience="staff"
      title={
        self.isSet
          ? t(lang, { ja: '確認コードを設定し直す', en: 'Set one-time codes anew' })
          : t(lang, { ja: 'パスワードと確認コードを設定する', en: 'Set password and one-time codes' })
      }
      lead={t(lang, {
        ja: 'パスキーが使えないときの入り方です。新しい確認コードを設定すると、前のものは使えなくなります。',
        en: 'The way in when a passkey cannot be used. A new code replaces the earlier one.',
      })}
      breadcrumbs={[{ href: BASE, label: t(lang, { ja: '自分のサインイン', en: 'Your sign-in' }) }]}
      hasErrors={errors.length > 0}
    >
      <ErrorSummary lang={lang} errors={errors} />
      <Form action={`${BASE}/code`} label={t(lang, { ja: 'パスワードと確認コード', en: 'Password and code' })}>
        <input type="hidden" name="username" value={self.loginName} autoComplete="username" />
        {self.isSet ? null : (
          <TextInput
            lang={lang}
            name="password"
            type="password"
            label={t(lang, { ja: '新しいパスワード', en: 'New password' })}
            hint={t(lang, { ja: '12文字以上。文でもかまいません。', en: 'At least 12 characters. A sentence is fine.' })}
            error={errorOf('password')}
            autoComplete="new-password"
            maxLength={LONGEST}
            width="medium"
            required
          />
        )}
        <CodeSecret lang={lang} secret={secret} account={self.loginName} />
        <FirstCode lang={lang} error={errorOf('totp')} />
        <ButtonRow>
          <Button variant="primary" size="large">
            {t(lang, { ja: 'これに決める', en: 'Set these' })}
          </Button>
          <LinkButton href={BASE} variant="quiet">
            {t(lang, { ja: 'やめる', en: 'Cancel' })}
          </LinkButton>
        </ButtonRow>
      </Form>
    </Page>,
  )
}

type Setting = { aboutOf: (ctx: Context, path: string) => About; isKnown: SignInDeps['isKnownPassword'] }

async function setCode(ctx: Context, request: RouteRequest, { aboutOf, isKnown }: Setting): Promise<Answer> {
  const self = await selfOf(ctx)
  const { password: sent, totp } = bodyOf(request, codeBody)
  // One that is set is changed by who knows it, on its own page.
  const password = self.isSet ? '' : sent
  const secret = await waitingSecret(ctx.db, ctx.now, ownerOf(self))
  const again = async (name: string, message: string): Promise<Answer> => {
    const shown = await pendingSecret(ctx.db, ctx.now, { owner: ownerOf(self), fresh: newTotpSecret() })
    ctx.audit({ outcome: 'input-invalid', resource: `Staff/${self.id}` })
    return { status: 400, page: () => codePage(aboutOf(ctx, `${BASE}/code`), { self, secret: shown, errors: [{ name, message }] }) }
  }
  const problem = self.isSet ? null : passwordProblem(password, { loginName: self.loginName, own: ownWordsOf(ctx), isKnown })
  if (problem !== null) return again('password', problem[ctx.lang])
  if (secret === undefined || totpStep(secret, totp, ctx.now) === null)
    return again('totp', t(ctx.lang, { ja: 'この数字は、下の図のものではありません。', en: 'These digits do not belong to the picture.' }))
  await setStaffSecrets(ctx.db, self.id, { totpSecret: secret, ...(password === '' ? {} : { passwordHash: await hashPassword(password) }) })
  await dropPending(ctx.db, ownerOf(self))
  if (password !== '') await note(ctx, self, 'password-set')
  await note(ctx, self, 'code-set')
  return withCodes(ctx, self, aboutOf)
}

async function withCodes(ctx: Context, self: StaffSignIn, aboutOf: (ctx: Context, path: string) => About): Promise<Answer> {
  const codes = await makeRecoveryCodes(ctx.db, ctx.now, self.id)
  await note(ctx, self, 'recovery-codes-made')
  ctx.audit({ resource: `Staff/${self.id}` })
  return { json: { recoveryCodes: codes }, page: () => codesPage(aboutOf(ctx, BASE), { codes, next: BASE }) }
}

/** Password, one-time codes and recovery codes of a member of staff, by themselves. */
export function codeRows({ demo, isKnownPassword: isKnown }: SignInDeps): Row[] {
  const aboutOf = (ctx: Context, path: string): About => ({ lang: ctx.lang, path, actor: ctx.actor, demo })
  const staff = { who: ['staff'], why: ['HOPERAT'], law: LAW, stepUp: staffStepUp } as const
  return [
    {
      ...staff,
      kind: 'read',
      method: 'GET',
      path: `${BASE}/code`,
      audit: 'code.show',
      summary: { ja: 'パスワードと確認コードを設定する画面', en: 'Page to set password and one-time codes' },
      handle: async (ctx, request) => {
        const self = await selfOf(ctx)
        const secret = await pendingSecret(ctx.db, ctx.now, { owner: ownerOf(self), fresh: newTotpSecret() })
        ctx.audit({ resource: `Staff/${self.id}` })
        return { page: () => codePage(aboutOf(ctx, request.url), { self, secret, errors: [] }) }
      },
    },
    {
      ...staff,
      kind: 'write',
      method: 'POST',
      path: `${BASE}/code`,
      audit: 'code.set',
      schema: codeBody,
      summary: { ja: 'パスワードと確認コードを設定する', en: 'Set password and one-time codes' },
      handle: (ctx, request) => setCode(ctx, request, { aboutOf, isKnown }),
    },
    {
      ...staff,
      kind: 'write',
      method: 'POST',
      path: `${BASE}/recovery-codes`,
      audit: 'recovery-codes.make',
      summary: { ja: '回復コードを作り直す', en: 'Make recovery codes anew' },
      handle: async (ctx) => withCodes(ctx, await selfOf(ctx), aboutOf),
    },
  ]
}
