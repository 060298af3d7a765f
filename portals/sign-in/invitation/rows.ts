import { z } from 'zod'
import type { Context } from '#kernel/context'
import { Refusal, refuse, refusalRow, refusalSentence } from '#kernel/refusal'
import { type Answer, bodyOf, type RouteRequest, type Row } from '#kernel/route'
import type { FieldError } from '#ui'
import { letIn, placeAfter } from '../begin.ts'
import type { About } from '../page-frame.tsx'
import { attestation, attestationOf } from '../passkey/answers.ts'
import { LONGEST, passwordProblem } from '../password/rules.ts'
import { isForm, LAW, open, type SignInDeps } from '../row-terms.ts'
import { counted } from '../tries.ts'
import { codesPage, invitationPage, tokenPage } from './page.tsx'
import type { InvitationService } from './service.ts'
import { foldToken } from './store.ts'

type Deps = SignInDeps & { invitations: InvitationService }

const tokenBody = z.object({ code: z.string().max(200).default('') })
const passkeyBody = z.object({ response: attestation })
const passwordBody = z.object({
  password: z.string().max(LONGEST).default(''),
  totp: z
    .string()
    .max(32)
    .default('')
    .transform((code) => code.normalize('NFKC').replace(/\s/g, '')),
})

const aboutOf = (ctx: Context, path: string, { demo }: Deps): About => ({ lang: ctx.lang, path, actor: ctx.actor, demo })
const tokenOf = ({ params }: RouteRequest): string => foldToken(params.token ?? '')

async function page(ctx: Context, request: RouteRequest, { deps, errors = [] }: { deps: Deps; errors?: FieldError[] }): Promise<Answer> {
  const token = tokenOf(request)
  const who = await deps.invitations.invited(ctx, token)
  const secret = who.kind === 'staff' ? await deps.invitations.secret(ctx, who) : ''
  ctx.audit({ ...(who.key === null ? {} : { key: who.key }), resource: `${who.kind === 'staff' ? 'Staff' : 'Person'}/${who.subject.id}` })
  const { kind, name, account, until } = who
  const outside = (who.subject.kind === 'staff' && deps.outside?.staff?.settings.name) || null
  const view = { token, kind, name, account, until, secret, outside, errors }
  return { page: () => invitationPage(aboutOf(ctx, `/sign-in/invitation/${token}`, deps), view) }
}

/** The letter's code, typed; a wrong one is told where it was typed. */
async function typed(ctx: Context, request: RouteRequest, deps: Deps): Promise<Answer> {
  const token = foldToken(bodyOf(request, tokenBody).code)
  try {
    await counted(ctx, request, () => deps.invitations.invited(ctx, token))
    return { redirect: `/sign-in/invitation/${token}` }
  } catch (error) {
    if (!(error instanceof Refusal) || !isForm(request)) throw error
    ctx.audit({ outcome: error.code })
    const errors = [{ name: 'code', message: refusalSentence(error, ctx.lang) }]
    return { status: refusalRow(error.code).status, page: () => tokenPage(aboutOf(ctx, '/sign-in/invitation', deps), errors) }
  }
}

async function byPassword(ctx: Context, request: RouteRequest, deps: Deps): Promise<Answer> {
  const token = tokenOf(request)
  const given = bodyOf(request, passwordBody)
  const { account, kind, name } = await deps.invitations.invited(ctx, token)
  if (kind !== 'staff') refuse('not-permitted')
  const problem = passwordProblem(given.password, { loginName: account, own: [name], isKnown: deps.isKnownPassword })
  const again = async (name: string, message: string) => {
    const answer = await page(ctx, request, { deps, errors: [{ name, message }] })
    return { ...answer, status: 400 }
  }
  if (problem !== null) return again('password', problem[ctx.lang])
  const done = await deps.invitations.byPassword(ctx, request, { token, ...given })
  if (done === null) {
    return again(
      'totp',
      ctx.lang === 'ja'
        ? 'この数字は、上の図のものではありません。アプリで読み取り直し、新しい数字を入れてください。'
        : 'These digits do not belong to the picture above. Read it again with the app and type the new digits.',
    )
  }
  const next = placeAfter(done.begun, undefined)
  return {
    setSession: done.begun.token,
    json: { redirect: next, recoveryCodes: done.codes },
    page: () => codesPage(aboutOf(ctx, '/sign-in', deps), { codes: done.codes, next }),
  }
}

/** Invitations: from a code to a way of one's own to sign in. */
export function invitationRows(deps: Deps): Row[] {
  const { invitations } = deps
  const use = { kind: 'write', method: 'POST', ...open, audit: 'invitation.use', law: LAW, keepsRefused: true } as const
  const look = { kind: 'read', method: 'GET', ...open, law: LAW } as const
  return [
    {
      ...look,
      path: '/sign-in/invitation',
      audit: 'none',
      summary: { ja: '案内のコードを入れる画面', en: 'Page to enter the code of an invitation' },
      handle: async (ctx, request) => ({ page: () => tokenPage(aboutOf(ctx, request.url, deps), []) }),
    },
    {
      ...use,
      path: '/sign-in/invitation',
      audit: 'invitation.open',
      schema: tokenBody,
      summary: { ja: '案内のコードを確かめる', en: 'Check the code of an invitation' },
      handle: (ctx, request) => typed(ctx, request, deps),
    },
    {
      ...look,
      path: '/sign-in/invitation/:token',
      audit: 'invitation.open',
      summary: { ja: '案内からサインインのしかたを決める画面', en: 'Page to set up how one signs in, from an invitation' },
      handle: (ctx, request) => counted(ctx, request, () => page(ctx, request, { deps })),
    },
    {
      ...use,
      kind: 'read',
      path: '/sign-in/invitation/:token/passkey/options',
      audit: 'invitation.open',
      summary: { ja: '案内から、パスキーのための文字列を受け取る', en: 'Get the challenge for a passkey from an invitation' },
      handle: (ctx, request) => counted(ctx, request, async () => ({ json: await invitations.passkeyOptions(ctx, tokenOf(request)) })),
    },
    {
      ...use,
      keepsRefused: false,
      path: '/sign-in/invitation/:token/passkey',
      schema: passkeyBody,
      summary: { ja: '案内からパスキーを作り、サインインする', en: 'Make a passkey from an invitation and sign in' },
      handle: async (ctx, request) => {
        const response = attestationOf(bodyOf(request, passkeyBody).response)
        return letIn(request, await invitations.byPasskey(ctx, request, { token: tokenOf(request), response }), undefined)
      },
    },
    {
      ...use,
      path: '/sign-in/invitation/:token/password',
      schema: passwordBody,
      summary: { ja: '案内からパスワードと確認コードを決め、サインインする', en: 'Set password and code from an invitation and sign in' },
      handle: (ctx, request) => byPassword(ctx, request, deps),
    },
    {
      ...use,
      path: '/sign-in/invitation/:token/once',
      summary: { ja: '窓口の案内で、今回だけサインインする', en: 'Sign in this once by a letter from a counter' },
      handle: async (ctx, request) => letIn(request, await invitations.once(ctx, request, tokenOf(request)), '/me/security'),
    },
  ]
}
