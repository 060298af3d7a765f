import { z } from 'zod'
import type { PersonService } from '#care/person'
import type { Context } from '#kernel/context'
import type { Accounts } from '#kernel/identity'
import { Refusal, refuse } from '#kernel/refusal'
import { bodyOf, type Row } from '#kernel/route'
import { type Begun, begin, letIn } from '../begin.ts'
import { browserFor, browserOf } from '../browser.ts'
import { LAW, open } from '../row-terms.ts'
import { counted } from '../tries.ts'
import { assertion, assertionOf } from './answers.ts'
import type { Passkey, Subject } from './model.ts'
import type { PasskeyService } from './service.ts'
import { findPasskey } from './store.ts'

export type PasskeyDeps = { passkeys: PasskeyService; person: PersonService; accounts: Accounts; secure: boolean }

export const passkeyBody = z.object({ response: assertion, next: z.string().max(2000).optional() })

/** The first patient key of a person, under which they find the entry in their own log. */
export async function keyOf(ctx: Context, person: PersonService, { kind, id }: Subject): Promise<{ key?: string }> {
  const key = kind === 'citizen' ? (await person.find(ctx, id))?.keys[0] : undefined
  return key === undefined ? {} : { key }
}

/**
 * The passkey that answered. A refusal that concerns somebody names their key, so that it stands in their log.
 * @refuses as `PasskeyService.prove`
 */
export async function provePasskey(
  ctx: Context,
  { passkeys, person }: Pick<PasskeyDeps, 'passkeys' | 'person'>,
  answer: Parameters<PasskeyService['prove']>[1],
): Promise<Passkey> {
  const whose = (await findPasskey(ctx.db, answer.response.id))?.subject
  try {
    const passkey = await passkeys.prove(ctx, answer)
    ctx.audit({
      ...(await keyOf(ctx, person, passkey.subject)),
      resource: `${passkey.subject.kind === 'staff' ? 'Staff' : 'Person'}/${passkey.subject.id}`,
    })
    return passkey
  } catch (error) {
    if (!(error instanceof Refusal) || whose === undefined) throw error
    throw new Refusal(error.code, { ...error.detail, ...(await keyOf(ctx, person, whose)) })
  }
}

async function signIn(ctx: Context, deps: PasskeyDeps, about: Parameters<typeof begin>[1]): Promise<Begun> {
  const holder = browserOf(about) ?? refuse('challenge-used')
  const { response } = bodyOf(about, passkeyBody)
  const { subject } = await provePasskey(ctx, deps, { response: assertionOf(response), use: 'sign-in', holder })
  // Whoever ended, or whose licence did, has a passkey still and is nobody here.
  const works = subject.kind === 'citizen' || (await deps.accounts.staff(ctx.db, subject.id)) !== undefined
  return works ? begin(ctx, about, { ...subject, provenBy: 'passkey' }) : refuse('passkey-unknown')
}

/** Sign-in by passkey, for people and staff alike: the passkey says who it is. */
export function passkeyRows(deps: PasskeyDeps): Row[] {
  return [
    {
      kind: 'read',
      method: 'POST',
      path: '/sign-in/passkey/options',
      ...open,
      audit: 'none',
      law: LAW,
      summary: { ja: 'パスキーが署名する文字列を受け取る', en: 'Get the challenge a passkey signs' },
      handle: async (ctx, request) => {
        const { browser, headers } = browserFor(request, deps.secure)
        const json = await deps.passkeys.askFor(ctx, { use: 'sign-in', holder: browser })
        return { json, ...(headers ? { headers } : {}) }
      },
    },
    {
      kind: 'write',
      method: 'POST',
      path: '/sign-in/passkey',
      ...open,
      audit: 'sign-in.passkey',
      law: LAW,
      schema: passkeyBody,
      keepsRefused: true,
      summary: { ja: 'パスキーでサインインする', en: 'Sign in by passkey' },
      handle: (ctx, request) =>
        counted(ctx, request, async () => letIn(request, await signIn(ctx, deps, request), bodyOf(request, passkeyBody).next)),
    },
  ]
}
