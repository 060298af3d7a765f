/** Findings, and people who are specially watched. */
import { findings, type VerdictState, type WatchReason, watchlist, watchReasons } from '#care/oversight'
import { refuse } from '#kernel/refusal'
import type { Row } from '#kernel/route'
import { findingPage, findingsPage, type Tab, tabs } from './findings-page.tsx'
import { fields, led, typedIn } from './form.ts'
import { pageOf } from './frame.tsx'
import { forAuditors, provenToAct } from './row-terms.ts'
import { watchedPage } from './watched-page.tsx'

const SIZE = 50

export function findingRows({ demo }: { demo: boolean }): Row[] {
  return [
    {
      ...{ kind: 'read', method: 'GET', path: '/audit/findings', ...forAuditors, audit: 'audit.findings' },
      summary: { ja: '見るべき気づきの一覧', en: 'Findings that somebody should look at' },
      handle: async (ctx, request) => {
        const wish = request.query.get('tab') ?? ''
        const tab: Tab = Object.hasOwn(tabs, wish) ? (wish as Tab) : 'open'
        const rule = request.query.get('rule') ?? ''
        const page = Math.max(1, Math.min(10_000, Number(request.query.get('page') ?? 1) || 1))
        const asked = { states: tabs[tab].states, rule: rule || undefined, limit: SIZE, offset: (page - 1) * SIZE }
        const found = await findings.list(ctx, asked)
        return { json: found, page: () => findingsPage(pageOf(ctx, request, { demo }), { ...found, tab, rule, page, size: SIZE }) }
      },
    },
    {
      ...{ kind: 'read', method: 'GET', path: '/audit/findings/:id', ...forAuditors, audit: 'audit.finding' },
      summary: { ja: '気づき1件', en: 'One finding' },
      handle: async (ctx, request) => {
        const found = await findings.find(ctx, request.params.id!)
        const own = ctx.actor.kind === 'staff' && ctx.actor.id === found.actorId
        return { json: found, page: () => findingPage(pageOf(ctx, request, { demo }), found, own) }
      },
    },
    {
      ...{
        kind: 'write',
        method: 'POST',
        path: '/audit/findings/:id',
        ...forAuditors,
        ...provenToAct,
        audit: 'audit.decide',
        schema: fields,
      },
      summary: { ja: '気づきを判断する（理由あり、問い合わせ、漏えい等）', en: 'Sign a finding off, ask about it, or make it a breach' },
      handle: async (ctx, request) => {
        const typed = typedIn(request)
        const [state = '', reason = ''] = typed.text('verdict').split(':')
        if (!['justified', 'asked', 'breach'].includes(state)) refuse('input-invalid', { what: 'verdict' })
        const breachId = await findings.decide(ctx, request.params.id!, {
          state: state as VerdictState,
          reason,
          note: typed.text('note').slice(0, 1_000),
        })
        return led(request, breachId === null ? '/audit/findings' : `/audit/breaches/${breachId}`, { breachId })
      },
    },
    {
      ...{ kind: 'read', method: 'GET', path: '/audit/watched', ...forAuditors, audit: 'audit.watched' },
      summary: { ja: '特に見張る人の一覧', en: 'People who are specially watched' },
      handle: async (ctx, request) => {
        const watched = await watchlist.list(ctx)
        return { json: { watched }, page: () => watchedPage(pageOf(ctx, request, { demo }), watched) }
      },
    },
    {
      ...{ kind: 'write', method: 'POST', path: '/audit/watched', ...forAuditors, ...provenToAct, audit: 'audit.watch', schema: fields },
      summary: { ja: '特に見張る人を登録する', en: 'Watch somebody’s record specially' },
      handle: async (ctx, request) => {
        const typed = typedIn(request)
        const reason = watchReasons.find((r) => r === typed.text('reason')) ?? refuse('input-invalid', { what: 'reason' })
        await watchlist.add(ctx, { key: typed.text('key'), reason: reason as WatchReason })
        return led(request, '/audit/watched')
      },
    },
    {
      ...{ kind: 'write', method: 'POST', path: '/audit/watched/:id/end', ...forAuditors, ...provenToAct, audit: 'audit.unwatch' },
      summary: { ja: '特に見張るのをやめる', en: 'Stop watching somebody specially' },
      handle: async (ctx, request) => {
        await watchlist.end(ctx, request.params.id!)
        return led(request, '/audit/watched')
      },
    },
  ]
}
