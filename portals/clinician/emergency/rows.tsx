/** Rows of the emergency department: find somebody, open with a ground, see what is vital, end. */
import { type BreakGlass, breakGlass, emergencyReviews, type Ground, type LookedFor } from '#care/emergency'
import type { Context } from '#kernel/context'
import { Refusal, refusalRow, refusalSentence } from '#kernel/refusal'
import { type Answer, bodyOf, type ReadRow, type Row, type RouteRequest, type WriteRow } from '#kernel/route'
import { wantsJson } from '#kernel/serve'
import { renderPage } from '#ui'
import type { PageOf } from '../frame.tsx'
import type { Deps } from '../load.ts'
import { loadEmergency } from './load.ts'
import { AnswerPage } from './page-answer.tsx'
import { EmergencyPage } from './page-chart.tsx'
import { FindPage, type FindView } from './page-find.tsx'
import { OpenPage } from './page-open.tsx'
import { RequestPage } from './page-request.tsx'
import { answering, explaining, forEmergencies, led, lookedFor, opening, prolonging, provenToAct, provenToOpen } from './terms.ts'

type About = { deps: Deps & { glass: BreakGlass }; pageOf: (ctx: Context, request: RouteRequest) => PageOf }

const NOBODY: LookedFor = { name: '', birthDate: '', sex: '', memberId: '' }

/** What runs and who waits, with whatever was looked for. */
async function standing(ctx: Context, { glass }: About['deps']): Promise<Omit<FindView, 'asked' | 'found' | 'total' | 'errors'>> {
  const { running, asked, people } = await glass.mine(ctx)
  for (const one of running) ctx.audit({ key: one.keys[0]!, resource: 'Patient?', consentId: one.id, kinds: ['patient'], count: 1 })
  return {
    running: running.map((emergency) => ({ emergency, who: people.get(emergency.id) })),
    questions: asked,
    requests: await glass.requests(ctx),
    me: ctx.actor.kind === 'staff' ? ctx.actor.id : '',
  }
}

/** A form that was sent back: what was typed stays, what was refused is said and noted. */
function sentBack(ctx: Context, request: RouteRequest, error: unknown, key?: string): { name: string; message: string }[] {
  if (!(error instanceof Refusal) || wantsJson(request.headers.accept)) throw error
  ctx.audit({ outcome: error.code, ...(key === undefined ? {} : { key }) })
  return [{ name: '', message: refusalSentence(error, ctx.lang) }]
}

async function home(ctx: Context, request: RouteRequest, { deps, pageOf }: About): Promise<Answer> {
  const view = { ...(await standing(ctx, deps)), asked: NOBODY, found: null, total: 0, errors: [] }
  return {
    json: { running: view.running, requests: view.requests },
    page: () => renderPage(<FindPage on={pageOf(ctx, request)} view={view} />),
  }
}

async function find(ctx: Context, request: RouteRequest, { deps, pageOf }: About): Promise<Answer> {
  const asked = bodyOf(request, lookedFor)
  const page = async (more: Pick<FindView, 'found' | 'total' | 'errors'>) => {
    const view = { ...(await standing(ctx, deps)), asked, ...more }
    return () => renderPage(<FindPage on={pageOf(ctx, request)} view={view} />)
  }
  try {
    const found = await deps.glass.find(ctx, asked)
    return { json: found, page: await page({ ...found, errors: [] }) }
  } catch (error) {
    const [said] = sentBack(ctx, request, error)
    return {
      status: refusalRow((error as Refusal).code).status,
      page: await page({ found: null, total: 0, errors: [{ ...said!, name: 'birthDate' }] }),
    }
  }
}

async function dialogue(ctx: Context, request: RouteRequest, { deps, pageOf }: About): Promise<Answer> {
  const key = request.query.get('patient') ?? ''
  const preview = await deps.glass.preview(ctx, key).catch((error: unknown) => {
    if (error instanceof Refusal && error.code === 'emergency-running' && !wantsJson(request.headers.accept)) return error
    throw error
  })
  // Open already: straight to it.
  if (preview instanceof Refusal) return { redirect: preview.detail.where ?? '/clinic/emergency' }
  const view = { ...preview, ground: { reason: '', because: [], note: '' }, errors: [] }
  return { json: preview, page: () => renderPage(<OpenPage on={pageOf(ctx, request)} view={view} />) }
}

const FIELDS = ['reason', 'because', 'note'] as const

async function openOne(ctx: Context, request: RouteRequest, { deps, pageOf }: About): Promise<Answer> {
  const { patient, ...ground } = bodyOf(request, opening)
  try {
    const done = await deps.glass.open(ctx, { key: patient, ground })
    const to = done.state === 'open' ? `/clinic/emergency/${done.id}` : `/clinic/emergency/requests/${done.requestId}`
    return led(request, to, done)
  } catch (error) {
    if (!(error instanceof Refusal) || wantsJson(request.headers.accept)) throw error
    // Pressed twice, or opened in another window: what is open says until when.
    if (error.code === 'emergency-running') {
      ctx.audit({ outcome: error.code, key: patient })
      return { redirect: error.detail.where ?? '/clinic/emergency' }
    }
    if (error.code !== 'emergency-reason-needed') throw error
    const [said] = sentBack(ctx, request, error, error.detail.key)
    const missing = FIELDS.find((name) => ground[name].length === 0) ?? 'note'
    const view = { who: await deps.glass.who(ctx, patient), needs: [], ground: ground as Ground, errors: [{ ...said!, name: missing }] }
    return { status: 422, page: () => renderPage(<OpenPage on={pageOf(ctx, request)} view={view} />) }
  }
}

async function chart(ctx: Context, request: RouteRequest, { deps, pageOf }: About): Promise<Answer> {
  const shown = await loadEmergency(ctx, deps, request.params.id!)
  const { emergency, view } = shown
  const { items, patient, cut, generatedAt } = view
  const { id, since, until, reason } = emergency
  return {
    json: { emergency: { id, since, until, reason }, patient, items, cut, generatedAt },
    page: () => renderPage(<EmergencyPage chart={shown} on={pageOf(ctx, request)} />),
  }
}

type Reading = Omit<ReadRow, 'kind' | 'method' | keyof typeof forEmergencies>
type Writing = Omit<WriteRow, 'kind' | 'method' | keyof typeof forEmergencies>
const reading = (row: Reading): Row => ({ kind: 'read', method: 'GET', ...forEmergencies, ...row })
const writing = (row: Writing): Row => ({ kind: 'write', method: 'POST', ...forEmergencies, ...row })

/** Finding and opening. */
const openingRows = (about: About): Row[] => [
  reading({
    path: '/clinic/emergency',
    audit: 'emergency.home',
    summary: {
      ja: '緊急アクセスの入口：開いているもの、2人目の依頼、本人をさがす',
      en: 'Emergency access: what runs, who waits, finding somebody',
    },
    handle: (ctx, request) => home(ctx, request, about),
  }),
  writing({
    path: '/clinic/emergency/find',
    schema: lookedFor,
    audit: 'emergency.find',
    summary: { ja: '本人をさがす（回数を数える）', en: 'Find somebody; counted' },
    handle: (ctx, request) => find(ctx, request, about),
  }),
  reading({
    path: '/clinic/emergency/open',
    ...provenToOpen,
    audit: 'emergency.preview',
    takes: [{ name: 'patient', type: 'string', required: true, about: { ja: '患者のキー', en: 'Key of the patient' } }],
    summary: { ja: '開く前に、何が起きるかを示す', en: 'What will happen, before it does' },
    handle: (ctx, request) => dialogue(ctx, request, about),
  }),
  writing({
    path: '/clinic/emergency/open',
    ...provenToAct,
    schema: opening,
    audit: 'emergency.open',
    summary: { ja: '1人の記録を緊急アクセスで開く（本人に知らせる）', en: 'Open one person’s record in an emergency, and tell them' },
    handle: (ctx, request) => openOne(ctx, request, about),
  }),
]

/** Two clinicians where one is not enough. */
const secondRows = ({ deps, pageOf }: About): Row[] => [
  reading({
    path: '/clinic/emergency/requests/:id',
    ...provenToOpen,
    audit: 'emergency.request',
    summary: { ja: '2人目の依頼：待つ、答える', en: 'A request for a second clinician: wait, or answer' },
    handle: async (ctx, request) => {
      const view = await deps.glass.request(ctx, request.params.id!)
      return { json: view, page: () => renderPage(<RequestPage on={pageOf(ctx, request)} view={view} />) }
    },
  }),
  writing({
    path: '/clinic/emergency/requests/:id',
    ...provenToAct,
    schema: answering,
    audit: 'emergency.second',
    summary: { ja: '2人目として答える', en: 'Answer as the second clinician' },
    handle: async (ctx, request) => {
      await deps.glass.answer(ctx, { id: request.params.id!, ...bodyOf(request, answering) })
      return led(request, '/clinic/emergency')
    },
  }),
  writing({
    path: '/clinic/emergency/requests/:id/open',
    ...provenToAct,
    audit: 'emergency.open',
    summary: { ja: '2人目が同意したあとに開く', en: 'Open once the second agreed' },
    handle: async (ctx, request) => {
      const { id } = await deps.glass.openAgreed(ctx, request.params.id!)
      return led(request, `/clinic/emergency/${id}`, { id })
    },
  }),
]

/** One that runs, and what auditors ask about it. */
const runningRows = (about: About): Row[] => [
  reading({
    path: '/clinic/emergency/:id',
    snapshot: true,
    audit: 'emergency.chart',
    summary: { ja: '緊急アクセスで見る1人の記録', en: 'One person’s record in an emergency' },
    handle: (ctx, request) => chart(ctx, request, about),
  }),
  writing({
    path: '/clinic/emergency/:id/end',
    audit: 'emergency.end',
    summary: { ja: '緊急アクセスを終える', en: 'End an emergency access' },
    handle: async (ctx, request) => {
      await about.deps.glass.end(ctx, request.params.id!)
      return led(request, '/clinic/emergency')
    },
  }),
  writing({
    path: '/clinic/emergency/:id/extend',
    ...provenToAct,
    schema: prolonging,
    audit: 'emergency.extend',
    summary: { ja: '緊急アクセスを1回だけのばす', en: 'Extend an emergency access, once' },
    handle: async (ctx, request) => {
      const id = request.params.id!
      const until = await about.deps.glass.extend(ctx, { id, ...bodyOf(request, prolonging) })
      return led(request, `/clinic/emergency/${id}`, { until })
    },
  }),
  reading({
    path: '/clinic/emergency/:id/answer',
    audit: 'emergency.question',
    summary: { ja: '監査担当からの質問', en: 'A question of the auditors' },
    handle: async (ctx, request) => {
      const view = await emergencyReviews.question(ctx, request.params.id!)
      return { json: view, page: () => renderPage(<AnswerPage on={about.pageOf(ctx, request)} view={view} />) }
    },
  }),
  writing({
    path: '/clinic/emergency/:id/answer',
    schema: explaining,
    audit: 'emergency.answer',
    summary: { ja: '監査担当に答える', en: 'Answer the auditors' },
    handle: async (ctx, request) => {
      await emergencyReviews.answer(ctx, { id: request.params.id!, ...bodyOf(request, explaining) })
      return led(request, '/clinic/emergency')
    },
  }),
]

/** The pages of an emergency department. */
export function emergencyRows({ deps, pageOf }: { deps: Deps; pageOf: About['pageOf'] }): Row[] {
  const about = { deps: { ...deps, glass: breakGlass(deps) }, pageOf }
  return [...openingRows(about), ...secondRows(about), ...runningRows(about)]
}
