/** Rows of the desk beside the reader: who waits, chart numbers, and arrivals for the institution's own system. */
import { z } from 'zod'
import { type Context, scopesOf } from '#kernel/context'
import { refuse } from '#kernel/refusal'
import { type Answer, bodyOf, type Row, type RouteRequest } from '#kernel/route'
import { scopeCovers } from '#kernel/scope'
import { chartNumberPage } from './chart-number-page.tsx'
import { atDesk, backTo, LAW, onScreen, type Screens, userOf } from './row-terms.ts'
import { waitingPage } from './waiting-page.tsx'

const DAY_MS = 86_400_000
const SCOPE = 'system/Patient.r'

const lookedBody = z.object({ same: z.enum(['yes', 'no']) })
const numberBody = z.object({ patientId: z.string().min(1).max(60), number: z.string().max(60) })
/** A list of a few thousand patients; a larger one comes in parts. */
const listBody = z.object({ lines: z.string().max(400_000) })

/** A system needs the scope; staff need none. */
function needsScope({ actor }: Context): void {
  const scopes = scopesOf(actor)
  if (scopes !== null && !scopeCovers(scopes, SCOPE)) refuse('scope-missing', { scope: SCOPE })
}

const screenOf = (ctx: Context, request: RouteRequest, demo: boolean) => ({ lang: ctx.lang, path: request.url, user: userOf(ctx), demo })

function waitingRows({ service, demo }: Screens): Row[] {
  return [
    {
      kind: 'read',
      method: 'GET',
      path: '/desk/waiting',
      ...onScreen,
      audit: 'eligibility.waiting',
      law: LAW,
      summary: { ja: 'カードリーダーで待っている人', en: 'Who waits at the card reader' },
      handle: async (ctx, request) => {
        const waiting = await service.waiting(ctx)
        for (const { person } of waiting.looks) ctx.audit({ key: person.keys[0]!, resource: 'Patient?', count: 1 })
        return { json: waiting, page: () => waitingPage({ ...screenOf(ctx, request, demo), waiting }) }
      },
    },
    {
      kind: 'write',
      method: 'POST',
      path: '/desk/waiting/:id',
      ...onScreen,
      audit: 'eligibility.looked',
      law: LAW,
      schema: lookedBody,
      summary: { ja: '職員が目視で本人を確認した結果', en: 'What the staff saw: the holder or not' },
      handle: async (ctx, request) => {
        const same = bodyOf(request, lookedBody).same === 'yes'
        await service.settleLook(ctx, request.params.id!, same)
        return backTo(request, '/desk/waiting', { same })
      },
    },
    {
      kind: 'write',
      method: 'POST',
      path: '/desk/calls',
      ...onScreen,
      audit: 'none',
      law: LAW,
      summary: { ja: '呼び出しに応える', en: 'Answer the calls from the reader' },
      handle: async (ctx, request) => {
        await service.answerCalls(ctx)
        return backTo(request, '/desk/waiting', { answered: true })
      },
    },
  ]
}

async function formFor({ service, demo }: Screens, ctx: Context, request: RouteRequest): Promise<Answer> {
  const patientId = request.query.get('patient')
  const one = patientId === null ? null : await service.patientHere(ctx, patientId)
  if (one) ctx.audit({ key: one.person.keys[0]!, resource: 'Patient?', count: 1 })
  return {
    json: { patient: one && { patientId: one.person.keys[0]!, chartNumber: one.number } },
    page: () => chartNumberPage({ ...screenOf(ctx, request, demo), one, done: null }),
  }
}

function chartRows(screens: Screens): Row[] {
  const { service, demo } = screens
  const row = { ...onScreen, audit: 'eligibility.chart-number', law: LAW } as const
  return [
    {
      ...row,
      kind: 'read',
      method: 'GET',
      path: '/desk/chart-numbers',
      summary: { ja: '診察券番号を付ける画面', en: 'Form for chart numbers' },
      handle: (ctx, request) => formFor(screens, ctx, request),
    },
    {
      ...row,
      kind: 'write',
      method: 'POST',
      path: '/desk/chart-numbers',
      schema: numberBody,
      summary: { ja: '患者に診察券番号を付ける', en: 'Give a patient a chart number' },
      handle: async (ctx, request) => {
        const json = await service.setChartNumber(ctx, bodyOf(request, numberBody))
        return backTo(request, '/clinic', json)
      },
    },
    {
      ...row,
      kind: 'write',
      method: 'POST',
      path: '/desk/chart-numbers/$import',
      schema: listBody,
      summary: { ja: '診察券番号の一覧をまとめて取り込む', en: 'Take over a list of chart numbers' },
      handle: async (ctx, request) => {
        const done = await service.importChartNumbers(ctx, bodyOf(request, listBody).lines)
        const screen = { ...screenOf(ctx, request, demo), path: '/desk/chart-numbers' }
        return { json: done, page: () => chartNumberPage({ ...screen, one: null, done }) }
      },
    },
  ]
}

/** What an institution's own system asks: who came, under which chart number, how they were proven. */
function systemRows({ service }: Screens): Row[] {
  const row = { ...atDesk, kind: 'read', law: LAW } as const
  return [
    {
      ...row,
      method: 'GET',
      path: '/eligibility/arrivals',
      audit: 'eligibility.arrivals',
      summary: {
        ja: '受付した人と診察券番号（自院のシステム用）',
        en: 'Who checked in, with chart numbers, for the institution’s own system',
      },
      handle: async (ctx: Context) => {
        needsScope(ctx)
        const came = await service.arrivals(ctx, { since: new Date(ctx.now.getTime() - DAY_MS), limit: 500 })
        const numbers = await service.chartNumbers(
          ctx,
          came.map((one) => one.key),
        )
        for (const { key } of came) ctx.audit({ key, resource: 'Patient?', count: 1 })
        const arrivals = came.map(({ key, at, ...one }) => ({
          patientId: key,
          chartNumber: numbers.get(key) ?? null,
          at: at.toISOString(),
          ...one,
        }))
        return { json: { arrivals } }
      },
    },
    {
      ...row,
      method: 'GET',
      path: '/eligibility/chart-numbers/:number',
      audit: 'eligibility.chart-number',
      summary: {
        ja: '診察券番号から患者を引く（自院のシステム用）',
        en: 'The patient under a chart number, for the institution’s own system',
      },
      handle: async (ctx, request) => {
        needsScope(ctx)
        const number = request.params.number!
        const key = (await service.byChartNumber(ctx, number)) ?? refuse('not-found')
        ctx.audit({ key, resource: `Patient/${key}` })
        return { json: { patientId: key, chartNumber: number } }
      },
    },
  ]
}

export const deskRows = (screens: Screens): Row[] => [...waitingRows(screens), ...chartRows(screens), ...systemRows(screens)]
