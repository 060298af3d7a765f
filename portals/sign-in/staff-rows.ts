import { z } from 'zod'
import type { Context } from '#kernel/context'
import type { Sentence } from '#kernel/language'
import { Refusal, refusalRow, refusalSentence } from '#kernel/refusal'
import { type Answer, bodyOf, type Row, type RouteRequest } from '#kernel/route'
import { wantsJson } from '#kernel/serve'
import type { FieldError } from '#ui'
import type { DemoDoor } from './model.ts'
import { letIn } from './begin.ts'
import { isForm, LAW, open, type SignInDeps } from './row-terms.ts'
import { safeNext } from './rules.ts'
import type { SignInService } from './service.ts'
import { staffPage } from './staff-page.tsx'
import { counted } from './tries.ts'

const staffBody = z.object({
  loginName: z
    .string()
    .max(200)
    .default('')
    .transform((name) => name.trim()),
  password: z.string().max(200).default(''),
  // Japanese keyboards type full-width digits.
  totp: z
    .string()
    .max(32)
    .default('')
    .transform((code) => code.normalize('NFKC').replace(/\s/g, '')),
  next: z.string().max(2000).optional(),
})

/** The form again, with what was typed except the secrets, and what was wrong. */
function formAgain(
  ctx: Context,
  request: RouteRequest,
  about: { demo: DemoDoor | null; outside: Sentence | null; status: number; errors: FieldError[] },
): Answer {
  const { loginName, next } = bodyOf(request, staffBody)
  const page = { lang: ctx.lang, path: '/sign-in/staff', actor: ctx.actor, demo: about.demo }
  return {
    status: about.status,
    page: () => staffPage(page, { next: safeNext(next, '') || null, loginName, errors: about.errors, outside: about.outside }),
  }
}

function emptyFields(ctx: Context, given: { loginName: string; password: string; totp: string }): FieldError[] {
  const names = {
    loginName: { ja: 'ログイン名', en: 'login name' },
    password: { ja: 'パスワード', en: 'password' },
    totp: { ja: '確認コード', en: 'one-time code' },
  }
  return (['loginName', 'password', 'totp'] as const).flatMap((name) =>
    given[name] === ''
      ? [{ name, message: ctx.lang === 'ja' ? `${names[name].ja}を入力してください` : `Enter your ${names[name].en}` }]
      : [],
  )
}

async function signInStaff(
  ctx: Context,
  request: RouteRequest,
  { service, demo, outside }: { service: SignInService; demo: DemoDoor | null; outside: Sentence | null },
): Promise<Answer> {
  const given = bodyOf(request, staffBody)
  const empty = emptyFields(ctx, given)
  if (empty.length > 0 && isForm(request)) {
    ctx.audit({ outcome: 'input-invalid' })
    return formAgain(ctx, request, { demo, outside, status: 400, errors: empty })
  }
  try {
    return await counted(ctx, request, async () => letIn(request, await service.byPassword(ctx, request, given), given.next))
  } catch (error) {
    if (!(error instanceof Refusal) || !isForm(request)) throw error
    // Answered, not thrown: the person keeps the form. What was counted commits with the audit entry.
    ctx.audit({ outcome: error.code })
    return formAgain(ctx, request, {
      demo,
      outside,
      status: refusalRow(error.code).status,
      errors: [{ name: 'loginName', message: refusalSentence(error, ctx.lang) }],
    })
  }
}

/** Staff in, and everybody out. */
export function staffRows(service: SignInService, { demo, outside }: SignInDeps): Row[] {
  const name = outside?.staff?.settings.name ?? null
  return [
    {
      kind: 'write',
      method: 'POST',
      path: '/sign-in/staff',
      ...open,
      audit: 'sign-in.staff',
      law: LAW,
      schema: staffBody,
      keepsRefused: true,
      summary: { ja: '職員がパスワードと確認コードでサインインする', en: 'Staff sign in by password and one-time code' },
      handle: (ctx, request) => signInStaff(ctx, request, { service, demo, outside: name }),
    },
    {
      kind: 'write',
      method: 'POST',
      path: '/sign-out',
      ...open,
      audit: 'sign-out',
      law: LAW,
      summary: { ja: 'サインアウトする', en: 'Sign out' },
      handle: async (ctx, request) => {
        await service.end(ctx)
        return wantsJson(request.headers.accept) ? { json: { redirect: '/' }, setSession: null } : { redirect: '/', setSession: null }
      },
    },
  ]
}
