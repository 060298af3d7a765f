/** Rows of the review: what was opened for the sake of a life, and what two people who had no part in it say. */
import { z } from 'zod'
import { emergencyFigures, emergencyReviews } from '#care/emergency'
import type { PersonService } from '#care/person'
import type { Context } from '#kernel/context'
import { type Answer, bodyOf, type Row, type RouteRequest } from '#kernel/route'
import { pageOf } from '../frame.tsx'
import { led } from '../people/terms.ts'
import { provenToAct, provenToOpen } from '../row-terms.ts'
import { reviewCasePage } from './case-page.tsx'
import { guardRows } from './guard-rows.ts'
import { reviewQueuePage } from './queue-page.tsx'

const LAW =
  '医療情報システムの安全管理に関するガイドライン 第6.0版（非常時の利用の検知と事後の確認）。個人情報の保護に関する法律 第18条第3項・第27条第1項の例外の確認'

/** Auditors for every facility; an administrator sees those of the own one, and judges none. */
const forReviewers = { who: ['staff'], roles: ['auditor', 'administrator'], why: ['HOPERAT'], law: LAW } as const

const PAGE = 20
const SPAN_MS = 90 * 86_400_000
const pageNumber = (text: string | null) => (/^[1-9]\d{0,3}$/.test(text ?? '') ? Number(text) : 1)

const said = z.object({ verdict: z.enum(['justified', 'unjustified', 'needs-answer']), note: z.string().trim().max(500).default('') })

async function queue(ctx: Context, request: RouteRequest, deps: { demo: boolean }): Promise<Answer> {
  const decided = request.query.get('view') === 'decided'
  const page = pageNumber(request.query.get('page'))
  const { cases, total } = await emergencyReviews.list(ctx, { decided, limit: PAGE, offset: (page - 1) * PAGE })
  const { reviewedShare, opened, overdue } = await emergencyFigures(ctx.db, {
    since: new Date(ctx.now.getTime() - SPAN_MS),
    until: new Date(ctx.now.getTime() + 1),
    now: ctx.now,
  })
  // Who was opened is not told before a case is opened: the list names staff, and touches nobody's data.
  const listed = cases.map(({ key: _key, total: _total, ...one }) => one)
  const view = { cases, total, decided, page, size: PAGE, reviewedShare, opened, overdue, done: request.query.get('done') }
  return { json: { cases: listed, total, reviewedShare, opened, overdue }, page: () => reviewQueuePage(pageOf(ctx, request, deps), view) }
}

/** The desk of those who look at emergencies afterwards. */
export function emergencyReviewRows(deps: { demo: boolean; person: PersonService }): Row[] {
  return [
    ...guardRows(deps),
    {
      kind: 'read',
      method: 'GET',
      path: '/operator/emergencies',
      ...forReviewers,
      audit: 'emergency-review.list',
      summary: { ja: '緊急アクセスの審査の一覧', en: 'Emergency accesses that wait for review' },
      handle: (ctx, request) => queue(ctx, request, deps),
    },
    {
      kind: 'read',
      method: 'GET',
      path: '/operator/emergencies/:id',
      ...forReviewers,
      ...provenToOpen,
      audit: 'emergency-review.case',
      summary: {
        ja: '1件の緊急アクセス：理由、見た内容、気になる点',
        en: 'One emergency access: why, what was looked at, what stands out',
      },
      handle: async (ctx, request) => {
        const view = await emergencyReviews.find(ctx, request.params.id!)
        return { json: view, page: () => reviewCasePage(pageOf(ctx, request, deps), view) }
      },
    },
    {
      kind: 'write',
      method: 'POST',
      path: '/operator/emergencies/:id/verdict',
      ...forReviewers,
      roles: ['auditor'],
      ...provenToAct,
      schema: said,
      audit: 'emergency-review.verdict',
      summary: { ja: '正当か、不当か、説明を求めるか', en: 'Justified, not justified, or ask the clinician' },
      handle: async (ctx, request) => {
        const { verdict, note } = bodyOf(request, said)
        const outcome = await emergencyReviews.judge(ctx, { id: request.params.id!, verdict, note })
        const done = outcome ?? (verdict === 'needs-answer' ? 'asked' : 'said')
        return led(request, `/operator/emergencies?done=${done}`, { outcome })
      },
    },
  ]
}
