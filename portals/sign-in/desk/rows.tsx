import { z } from 'zod'
import type { Context } from '#kernel/context'
import { endSession } from '#kernel/identity'
import { cookie } from '#kernel/proof'
import { refuse } from '#kernel/refusal'
import { type Answer, bodyOf, type Row } from '#kernel/route'
import { ButtonRow, LinkButton, Page, renderPage, t } from '#ui'
import { browserFor } from '../browser.ts'
import { type About, frame } from '../page-frame.tsx'
import { PasskeyButton } from '../passkey/button.tsx'
import { insertChange } from '../passkey/store.ts'
import { tidyLabel } from '../passkey/rules.ts'
import { isForm, LAW, NOBODY, open, type SignInDeps } from '../row-terms.ts'
import { safeNext } from '../rules.ts'
import { staffStepUp } from '../step-up/rules.ts'
import { ulid } from '#kernel/id'
import { DESK_COOKIE, PLACE_COOKIE } from './cookies.ts'
import { findDesk, keepPlace, markDesk, unmarkDesk } from './store.ts'

const lockBody = z.object({ path: z.string().max(2000).default('') })
const markBody = z.object({ label: z.string().max(200).default('') })

/** A locked desk: names nobody, and lets the next person in with one key. */
function lockedPage(about: About): string {
  const { lang } = about
  return renderPage(
    <Page
      {...frame(about)}
      audience="staff"
      title={t(lang, { ja: '席を外しています', en: 'Locked' })}
      lead={t(lang, {
        ja: 'サインアウトしました。同じ方が戻ると、見ていた画面から続けられます。ほかの方は、ご自分の画面から始まります。',
        en: 'Signed out. If the same person comes back, they go on where they were; anybody else starts on a page of their own.',
      })}
      islands={['passkey']}
    >
      <PasskeyButton lang={lang} what="get" options="/sign-in/passkey/options" answer="/sign-in/passkey" variant="primary" shortcut="p">
        {t(lang, { ja: 'パスキーで入る', en: 'Sign in with a passkey' })}
      </PasskeyButton>
      <ButtonRow>
        <LinkButton href="/sign-in/staff" shortcut="c">
          {t(lang, { ja: 'パスワードと確認コードで入る', en: 'By password and code' })}
        </LinkButton>
      </ButtonRow>
    </Page>,
  )
}

type Staff = Extract<Context['actor'], { kind: 'staff' }>
const staffOf = ({ actor }: Context): Staff => (actor.kind === 'staff' ? actor : refuse('not-permitted'))

async function lock(ctx: Context, path: string, secure: boolean): Promise<Answer> {
  const staff = staffOf(ctx)
  const place = await keepPlace(ctx.db, ctx.now, {
    staffId: staff.id,
    path: safeNext(path, '/clinic'),
    workplace: ctx.session?.actsFor ?? null,
  })
  if (ctx.sessionId !== null) await endSession(ctx.db, ctx.now, ctx.sessionId)
  const kept = `${PLACE_COOKIE}=${place}; Path=/sign-in; HttpOnly; SameSite=Strict${secure ? '; Secure' : ''}`
  return { redirect: '/sign-in/locked', setSession: null, headers: { 'set-cookie': kept } }
}

const noteDesk = (ctx: Context, what: 'desk-marked' | 'desk-unmarked', label: string) =>
  insertChange(ctx.db, { id: ulid(ctx.now.getTime()), subject: { kind: 'staff', id: staffOf(ctx).id }, at: ctx.now, what, label })

/** Desks that several people share: leave one in one key, come back in one, and mark a device as shared. */
export function deskRows({ demo, secure }: SignInDeps): Row[] {
  const staff = { kind: 'write', method: 'POST', who: ['staff'], why: ['HOPERAT'], law: LAW } as const
  const yearCookie = (value: string, seconds: number) =>
    `${DESK_COOKIE}=${value}; Path=/; Max-Age=${seconds}; HttpOnly; SameSite=Strict${secure ? '; Secure' : ''}`
  return [
    {
      ...staff,
      path: '/sign-in/lock',
      audit: 'sign-in.lock',
      schema: lockBody,
      summary: {
        ja: '席を外す（サインアウトし、見ていた画面を本人のために残す）',
        en: 'Lock: sign out, and keep the place for the same person',
      },
      handle: (ctx, request) => lock(ctx, bodyOf(request, lockBody).path, secure),
    },
    {
      kind: 'read',
      method: 'GET',
      path: '/sign-in/locked',
      ...open,
      audit: 'none',
      law: NOBODY,
      summary: { ja: '席を外した端末の画面', en: 'Page of a locked desk' },
      handle: async (ctx, request) => {
        const { headers } = browserFor(request, secure)
        const about = { lang: ctx.lang, path: request.url, actor: ctx.actor, demo }
        return { page: () => lockedPage(about), ...(headers ? { headers } : {}) }
      },
    },
    {
      ...staff,
      path: '/clinic/account/desk',
      audit: 'desk.mark',
      stepUp: staffStepUp,
      schema: markBody,
      summary: { ja: 'この端末を共用にする', en: 'Mark this device as shared' },
      handle: async (ctx, request) => {
        const label = tidyLabel(bodyOf(request, markBody).label)
        const about = { institutionNumber: staffOf(ctx).institutionNumber, label, by: staffOf(ctx).id }
        const token = await markDesk(ctx.db, ctx.now, about)
        await noteDesk(ctx, 'desk-marked', label)
        const headers = { 'set-cookie': yearCookie(token, 31_536_000) }
        return isForm(request) ? { redirect: '/clinic/account', headers } : { json: { redirect: '/clinic/account' }, headers }
      },
    },
    {
      ...staff,
      path: '/clinic/account/desk/end',
      audit: 'desk.unmark',
      stepUp: staffStepUp,
      summary: { ja: 'この端末の共用をやめる', en: 'This device is shared no more' },
      handle: async (ctx, request) => {
        const token = cookie(request.headers, DESK_COOKIE)
        const desk = await findDesk(ctx.db, token)
        if (token !== undefined) await unmarkDesk(ctx.db, ctx.now, token)
        await noteDesk(ctx, 'desk-unmarked', desk?.label ?? '')
        const headers = { 'set-cookie': yearCookie('', 0) }
        return isForm(request) ? { redirect: '/clinic/account', headers } : { json: { redirect: '/clinic/account' }, headers }
      },
    },
  ]
}
