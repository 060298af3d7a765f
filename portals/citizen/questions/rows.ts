/** Rows of questions about an access: one line of the log, asking, and what came of it. */
import { z } from 'zod'
import type { PersonService } from '#care/person'
import { type Opened, type Question, type QuestionService, standsOn } from '#care/question'
import type { Context } from '#kernel/context'
import { dateInJapan } from '#kernel/japan'
import { refuse } from '#kernel/refusal'
import { bodyOf, type Row, type RouteRequest } from '#kernel/route'
import { wantsJson } from '#kernel/serve'
import { actJson } from '../access-log.tsx'
import type { About } from '../frame.tsx'
import { inReadersLanguage } from '../institution-names.ts'
import { citizenOf, noteOwn, toldTo, whose } from '../self.ts'
import { actPage, questionPage, questionsPage } from './pages.tsx'

const LAW = '個人情報の保護に関する法律 第36条（理由の説明）・第40条（苦情の処理）（適用の範囲は要確認: 弁護士）'
const me = { who: ['citizen'], why: ['PATRQT'], law: LAW } as const

type Deps = { question: QuestionService; person: PersonService; aboutOf: (ctx: Context, request: RouteRequest) => About }

const askBody = z.object({ requestId: z.string().min(1).max(60), text: z.string().max(5_000) })
const moveBody = z.object({ act: z.enum(['satisfied', 'unsatisfied', 'escalate', 'withdraw']), text: z.string().max(5_000).default('') })

const isForm = ({ headers }: RouteRequest): boolean =>
  (headers['content-type'] ?? '').startsWith('application/x-www-form-urlencoded') && !wantsJson(headers.accept)

const questionJson = (q: Question, now: Date) => ({
  ...{ id: q.id, requestId: q.act.requestId, institutionNumber: q.institutionNumber, institutionName: q.act.institutionName },
  ...{ text: q.text, askedAt: q.askedAt.toISOString(), state: standsOn(q, dateInJapan(now)), dueOn: q.dueOn },
  answeredAt: q.answeredAt?.toISOString() ?? null,
})

const openedJson = ({ question, steps }: Opened, now: Date) => ({
  ...questionJson(question, now),
  steps: steps.map(({ at, side, act, text, byName }) => ({ at: at.toISOString(), side, act, text, byName })),
})

export function questionRows({ question, person, aboutOf }: Deps): Row[] {
  const own = (ctx: Context) => whose(ctx, { person })
  return [
    {
      ...{ kind: 'read', method: 'GET', path: '/me/access-log/acts/:requestId', ...me, audit: 'citizen.access-log' },
      summary: { ja: '「誰が見たか」の1行と、それについての質問', en: 'One line of the access log, and the question about it' },
      async handle(ctx, request) {
        const requestId = request.params.requestId!
        const found = await question.about(ctx, { ...(await own(ctx)), requestId })
        if (found.acts.length === 0) refuse('not-found')
        noteOwn(ctx, { resource: 'AuditEvent?', count: found.acts.length })
        const acts = await inReadersLanguage(ctx, person, found.acts)
        return {
          json: { acts: found.acts.map(actJson), question: found.question ? questionJson(found.question, ctx.now) : null },
          page: () => actPage(aboutOf(ctx, request), { ...found, acts }),
        }
      },
    },
    {
      ...{ kind: 'read', method: 'GET', path: '/me/questions', ...me, audit: 'question.list' },
      summary: { ja: '本人の質問の一覧', en: 'The person’s questions' },
      async handle(ctx, request) {
        const questions = await question.ofPerson(ctx, toldTo(ctx))
        noteOwn(ctx, { resource: 'Question?', count: questions.length })
        return {
          json: { questions: questions.map((q) => questionJson(q, ctx.now)) },
          page: () => questionsPage(aboutOf(ctx, request), questions),
        }
      },
    },
    {
      ...{ kind: 'write', method: 'POST', path: '/me/questions', ...me, schema: askBody, audit: 'question.ask' },
      summary: { ja: '記録の1行について質問する', en: 'Ask about one line of the log' },
      async handle(ctx, request) {
        const made = await question.ask(ctx, { ...(await own(ctx)), ...bodyOf(request, askBody), by: citizenOf(ctx).id })
        return isForm(request) ? { redirect: `/me/questions/${made.id}` } : { status: 201, json: questionJson(made, ctx.now) }
      },
    },
    {
      ...{ kind: 'read', method: 'GET', path: '/me/questions/:id', ...me, audit: 'question.open' },
      summary: { ja: '質問1件のやりとり', en: 'One question and what was said' },
      async handle(ctx, request) {
        const opened = await question.openOwn(ctx, { ...toldTo(ctx), id: request.params.id! })
        noteOwn(ctx, { resource: `Question/${opened.question.id}`, count: 1 })
        return { json: openedJson(opened, ctx.now), page: () => questionPage(aboutOf(ctx, request), opened) }
      },
    },
    {
      ...{ kind: 'write', method: 'POST', path: '/me/questions/:id', ...me, schema: moveBody, audit: 'question.move' },
      summary: { ja: '答えに納得したか、監査担当に頼むかを伝える', en: 'Say whether the answer is enough, or go to the auditors' },
      async handle(ctx, request) {
        const { id } = citizenOf(ctx)
        await question.respond(ctx, { ...toldTo(ctx), id: request.params.id!, ...bodyOf(request, moveBody), by: id })
        return isForm(request) ? { redirect: `/me/questions/${request.params.id!}` } : { json: { done: true } }
      },
    },
  ]
}
