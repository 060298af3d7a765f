/** The desk of questions: what people asked about accesses, for the administrator of the institution that looked and for the auditors. */
import { z } from 'zod'
import { type Opened, type Question, type QuestionService, standsOn } from '#care/question'
import type { Context } from '#kernel/context'
import { dateInJapan } from '#kernel/japan'
import { bodyOf, type Row, type RouteRequest } from '#kernel/route'
import { wantsJson } from '#kernel/serve'
import { pageOf } from '../frame.tsx'
import { questionPage, questionsPage } from './pages.tsx'

const LAW = '個人情報の保護に関する法律 第36条（理由の説明）・第40条（苦情の処理）（適用の範囲は要確認: 弁護士）'
const answerers = { who: ['staff'], roles: ['administrator', 'auditor'], why: ['HOPERAT'], law: LAW } as const

type Deps = { question: QuestionService; demo: boolean }

const actBody = z.object({ act: z.enum(['answer', 'forward', 'conclude']), text: z.string().max(5_000) })

const isForm = ({ headers }: RouteRequest): boolean =>
  (headers['content-type'] ?? '').startsWith('application/x-www-form-urlencoded') && !wantsJson(headers.accept)

const questionJson = (q: Question, { now }: Pick<Context, 'now'>) => ({
  ...{ id: q.id, patientKey: q.key, act: q.act, text: q.text, askedAt: q.askedAt.toISOString() },
  ...{ state: standsOn(q, dateInJapan(now)), dueOn: q.dueOn },
})

const openedJson = ({ question, steps, personName }: Opened, ctx: Context) => ({
  ...questionJson(question, ctx),
  personName,
  steps: steps.map(({ at, side, act, text, byName }) => ({ at: at.toISOString(), side, act, text, byName })),
})

export function questionDeskRows({ question, demo }: Deps): Row[] {
  return [
    {
      ...{ kind: 'read', method: 'GET', path: '/operator/questions', ...answerers, audit: 'question.desk' },
      summary: { ja: '本人からの質問（閲覧の理由）の受付', en: 'Questions of people about accesses' },
      async handle(ctx, request) {
        const { side, questions } = await question.listFor(ctx)
        return {
          json: { side, questions: questions.map((q) => questionJson(q, ctx)) },
          page: () => questionsPage(pageOf(ctx, request, { demo }), { side, questions }),
        }
      },
    },
    {
      ...{ kind: 'read', method: 'GET', path: '/operator/questions/:id', ...answerers, audit: 'question.desk' },
      summary: { ja: '質問1件と、これまでのやりとり', en: 'One question and what was said' },
      async handle(ctx, request) {
        const opened = await question.openFor(ctx, request.params.id!)
        return {
          json: openedJson(opened, ctx),
          page: () => questionPage(pageOf(ctx, request, { demo }), opened),
        }
      },
    },
    {
      ...{ kind: 'write', method: 'POST', path: '/operator/questions/:id', ...answerers, schema: actBody, audit: 'question.answer' },
      summary: { ja: '質問に答える、監査担当に引きつぐ、結論を出す', en: 'Answer a question, hand it on, or decide' },
      async handle(ctx, request) {
        await question.act(ctx, { id: request.params.id!, ...bodyOf(request, actBody) })
        return isForm(request) ? { redirect: `/operator/questions/${request.params.id!}` } : { json: { done: true } }
      },
    },
  ]
}
