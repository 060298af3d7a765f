import type { Context } from '#kernel/context'
import type { Answer, Row, RouteRequest } from '#kernel/route'
import { browserFor } from './browser.ts'
import { cardPage } from './card-page.tsx'
import { homePage } from './front-page.tsx'
import type { About } from './page-frame.tsx'
import { NOBODY, open, type SignInDeps } from './row-terms.ts'
import { isForStaff, safeNext } from './rules.ts'
import { staffPage } from './staff-page.tsx'

function pagesOf({ demo, secure, outside }: SignInDeps) {
  const nameOf = (kind: 'citizen' | 'staff') => outside?.[kind]?.settings.name ?? null
  const about = (ctx: Context, request: RouteRequest): About => ({ lang: ctx.lang, path: request.url, actor: ctx.actor, demo })
  const nextOf = (request: RouteRequest) => safeNext(request.query.get('next'), '') || null
  const given = (request: RouteRequest) => {
    const { headers } = browserFor(request, secure)
    return headers ? { headers } : {}
  }
  const card = (ctx: Context, request: RouteRequest): Answer => ({
    page: () => cardPage(about(ctx, request), { next: nextOf(request), outside: nameOf('citizen') }),
    ...given(request),
  })
  const staff = (ctx: Context, request: RouteRequest): Answer => ({
    page: () => staffPage(about(ctx, request), { next: nextOf(request), loginName: '', errors: [], outside: nameOf('staff') }),
    ...given(request),
  })
  return { card, staff, about, nextOf }
}

/** The front page and the ways in. */
export function pageRows(deps: SignInDeps): Row[] {
  const { card, staff, about, nextOf } = pagesOf(deps)
  return [
    {
      kind: 'read',
      method: 'GET',
      path: '/',
      ...open,
      audit: 'none',
      law: NOBODY,
      summary: { ja: '入口の画面', en: 'Front page' },
      handle: async (ctx, request) => ({ page: () => homePage(about(ctx, request)) }),
    },
    {
      kind: 'read',
      method: 'GET',
      path: '/sign-in',
      ...open,
      audit: 'none',
      law: NOBODY,
      summary: { ja: 'サインインの画面', en: 'Sign-in page' },
      handle: async (ctx, request) => (isForStaff(nextOf(request) ?? '') ? staff(ctx, request) : card(ctx, request)),
    },
    {
      kind: 'read',
      method: 'GET',
      path: '/sign-in/card',
      ...open,
      audit: 'none',
      law: NOBODY,
      summary: { ja: 'カードでサインインする画面', en: 'Page to sign in by card' },
      handle: async (ctx, request) => card(ctx, request),
    },
    {
      kind: 'read',
      method: 'GET',
      path: '/sign-in/staff',
      ...open,
      audit: 'none',
      law: NOBODY,
      summary: { ja: '職員のサインインの画面', en: 'Page to sign in as staff' },
      handle: async (ctx, request) => staff(ctx, request),
    },
  ]
}
