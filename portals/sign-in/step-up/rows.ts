import { findStaffSignIn } from '#care/person'
import type { Actor, Context, ProvenBy, Session } from '#kernel/context'
import { z } from 'zod'
import { renewProof } from '#kernel/identity'
import { Refusal, refuse, refusalRow, refusalSentence } from '#kernel/refusal'
import { type Answer, bodyOf, type RouteRequest, type Row } from '#kernel/route'
import type { FieldError } from '#ui'
import { browserFor } from '../browser.ts'
import { cardAnswerOf, cardBody } from '../card-body.ts'
import { homeOf } from '../page-frame.tsx'
import { assertionOf } from '../passkey/answers.ts'
import { type PasskeyDeps, passkeyBody, provePasskey } from '../passkey/rows.ts'
import { isForm, LAW, type SignInDeps } from '../row-terms.ts'
import { safeNext } from '../rules.ts'
import type { SignInService } from '../service.ts'
import { counted } from '../tries.ts'
import { againPage } from './page.tsx'
import { waysAsked } from './rules.ts'

type Deps = SignInDeps & Pick<PasskeyDeps, 'passkeys'> & { service: SignInService }
type Person = Extract<Actor, { kind: 'citizen' | 'staff' }>

const theirs = { who: ['citizen', 'staff'], why: ['PATRQT', 'TREAT', 'HOPERAT'] } as const

const passwordBody = z.object({
  password: z.string().max(200).default(''),
  totp: z
    .string()
    .max(32)
    .default('')
    .transform((code) => code.normalize('NFKC').replace(/\s/g, '')),
  next: z.string().max(2000).optional(),
  by: z.string().max(100).optional(),
})

/** Who sits there, with the session whose proof is renewed. */
function sitting(ctx: Context): { actor: Person; session: Session } {
  const { actor, session } = ctx
  if (session === undefined || (actor.kind !== 'citizen' && actor.kind !== 'staff')) return refuse('not-permitted')
  return { actor, session }
}

/**
 * Renews the proof where it is the same person's: somebody who sits down at another's open session proves nothing about that session.
 * @refuses proof-of-another
 */
async function renew(ctx: Context, proven: { kind: string; id: string; by: ProvenBy }): Promise<void> {
  const { actor, session } = sitting(ctx)
  if (proven.kind !== actor.kind || proven.id !== actor.id) refuse('proof-of-another')
  await renewProof(ctx.db, ctx.now, session.id, proven.by)
}

/** Back to what they wanted to do. */
function goOn(ctx: Context, request: RouteRequest, wish: unknown): Answer {
  const redirect = safeNext(wish, homeOf(ctx.actor))
  return isForm(request) ? { redirect } : { json: { redirect } }
}

function page(ctx: Context, request: RouteRequest, about: { deps: Deps; next: unknown; by: string | null; errors?: FieldError[] }): Answer {
  const { actor } = sitting(ctx)
  const { headers } = browserFor(request, about.deps.secure)
  const outside = about.deps.outside?.[actor.kind]
  const view = {
    ways: waysAsked(actor.kind, about.by).filter((way) => way !== 'outside' || outside !== undefined),
    outside: outside?.settings.name ?? null,
    next: safeNext(about.next, '') || null,
    by: about.by ?? '',
    errors: about.errors ?? [],
  }
  const shown = { lang: ctx.lang, path: request.method === 'GET' ? request.url : '/sign-in/again', actor, demo: about.deps.demo }
  return { page: () => againPage(shown, view), ...(headers ? { headers } : {}) }
}

async function byPassword(ctx: Context, request: RouteRequest, deps: Deps): Promise<Answer> {
  const { password, totp, next, by = null } = bodyOf(request, passwordBody)
  const { actor } = sitting(ctx)
  try {
    const known = (await findStaffSignIn(ctx.db, { id: actor.id })) ?? refuse('not-permitted')
    const { id } = await counted(ctx, request, () => deps.service.provePassword(ctx, { loginName: known.loginName, password, totp }))
    await renew(ctx, { kind: 'staff', id, by: 'password-totp' })
    return goOn(ctx, request, next)
  } catch (error) {
    if (!(error instanceof Refusal) || !isForm(request)) throw error
    ctx.audit({ outcome: error.code })
    const errors = [{ name: 'password', message: refusalSentence(error, ctx.lang) }]
    return { ...page(ctx, request, { deps, next, by, errors }), status: refusalRow(error.code).status }
  }
}

/** A proof once more, in a session that goes on. */
export function stepUpRows(deps: Deps): Row[] {
  const again = { ...theirs, audit: 'sign-in.again', law: LAW } as const
  return [
    {
      kind: 'read',
      method: 'GET',
      path: '/sign-in/again',
      ...again,
      audit: 'none',
      summary: { ja: 'もう一度本人確認をする画面', en: 'Page to prove once more who one is' },
      handle: async (ctx, request) => page(ctx, request, { deps, next: request.query.get('next'), by: request.query.get('by') }),
    },
    {
      // A read, as sign-in by card is: asking whether the card is revoked may go over the network.
      kind: 'read',
      method: 'POST',
      path: '/sign-in/again/card',
      ...again,
      who: ['citizen'],
      schema: cardBody,
      summary: { ja: 'カードでもう一度確かめる', en: 'Prove once more by card' },
      handle: async (ctx, request) => {
        const body = bodyOf(request, cardBody)
        const { id } = await counted(ctx, request, () => deps.service.proveCard(ctx, cardAnswerOf(request, body)))
        await renew(ctx, { kind: 'citizen', id, by: 'card' })
        return goOn(ctx, request, body.next)
      },
    },
    {
      kind: 'read',
      method: 'POST',
      path: '/sign-in/again/passkey/options',
      ...again,
      audit: 'none',
      summary: { ja: 'もう一度の確認で、パスキーが署名する文字列を受け取る', en: 'Get the challenge a passkey signs to prove once more' },
      handle: async (ctx) => ({ json: await deps.passkeys.askFor(ctx, { use: 'again', holder: sitting(ctx).session.id }) }),
    },
    {
      kind: 'write',
      method: 'POST',
      path: '/sign-in/again/passkey',
      ...again,
      schema: passkeyBody,
      keepsRefused: true,
      summary: { ja: 'パスキーでもう一度確かめる', en: 'Prove once more by passkey' },
      handle: async (ctx, request) => {
        const { response, next } = bodyOf(request, passkeyBody)
        const answer = { response: assertionOf(response), use: 'again', holder: sitting(ctx).session.id } as const
        const { subject } = await counted(ctx, request, () => provePasskey(ctx, deps, answer))
        await renew(ctx, { ...subject, by: 'passkey' })
        return goOn(ctx, request, next)
      },
    },
    {
      kind: 'write',
      method: 'POST',
      path: '/sign-in/again/password',
      ...again,
      who: ['staff'],
      schema: passwordBody,
      keepsRefused: true,
      summary: { ja: 'パスワードと確認コードでもう一度確かめる', en: 'Prove once more by password and code' },
      handle: (ctx, request) => byPassword(ctx, request, deps),
    },
  ]
}
