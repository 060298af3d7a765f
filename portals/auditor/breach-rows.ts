/** The breach desk. */
import { breachReportItems } from '#care/consent'
import {
  type BreachStep,
  breachSteps,
  changeFacts,
  draftItems,
  enterBreach,
  lettersOf,
  listBreaches,
  ownLetter,
  readScope,
  readSelector,
  scopeFor,
  takeOver,
  takeStep,
  viewBreach,
  writeItems,
} from '#care/oversight'
import type { Context } from '#kernel/context'
import { refuse } from '#kernel/refusal'
import type { Answer, Row, RouteRequest } from '#kernel/route'
import { draftOf, newBreachPage, newDraft, readGiven } from './breach-form.tsx'
import { breachPage } from './breach-page.tsx'
import { breachesPage } from './breaches-page.tsx'
import { fields, led, noDraft, typedIn } from './form.ts'
import { pageOf } from './frame.tsx'
import { lettersPage, ownLetterPage, reportPage } from './papers.tsx'
import { BREACH_LAW, forBreaches, provenToAct } from './row-terms.ts'
import { againOrRefuse, draftWith } from './scope-rows.ts'

const LETTERS = 50

type Deps = { demo: boolean }
const caseOf = (request: RouteRequest): string => `/audit/breaches/${request.params.id}`

async function enter(ctx: Context, request: RouteRequest, { demo }: Deps): Promise<Answer> {
  const typed = typedIn(request)
  const read = readGiven(typed, ctx.now, ctx.lang)
  if ('draft' in read) {
    const wrong = read.draft.errors.map((e) => ({ field: e.name ?? '', ja: e.message, en: e.message }))
    return againOrRefuse(ctx, request, { wrong, page: () => newBreachPage(pageOf(ctx, request, { demo }), read.draft) })
  }
  const from = typed.text('scope')
  const selector = from === '' ? null : (await readScope(ctx, from)).selector
  const id = await enterBreach(ctx, read.given, { source: 'auditor', sourceRef: '', selector })
  return led(request, `/audit/breaches/${id}`, { id })
}

async function facts(ctx: Context, request: RouteRequest, { demo }: Deps): Promise<Answer> {
  const read = readGiven(typedIn(request), ctx.now, ctx.lang)
  if ('given' in read) {
    await changeFacts(ctx, request.params.id!, read.given)
    return led(request, caseOf(request))
  }
  const wrong = read.draft.errors.map((e) => ({ field: e.name ?? '', ja: e.message, en: e.message }))
  const view = await viewBreach(ctx, request.params.id!)
  const draft = { ...draftOf(view.breach), errors: read.draft.errors }
  return againOrRefuse(ctx, request, { wrong, page: () => breachPage(pageOf(ctx, request, { demo }), view, draft) })
}

async function scope(ctx: Context, request: RouteRequest, { demo }: Deps): Promise<Answer> {
  const typed = typedIn(request)
  const read = readSelector(typed.text)
  if ('selector' in read) {
    await scopeFor(ctx, request.params.id!, read.selector)
    return led(request, caseOf(request))
  }
  const view = await viewBreach(ctx, request.params.id!)
  return againOrRefuse(ctx, request, {
    wrong: read.wrong,
    page: () => breachPage(pageOf(ctx, request, { demo }), view, draftWith(typed.all, read.wrong, ctx.lang)),
  })
}

const stepIn = (request: RouteRequest): BreachStep => breachSteps.find((s) => s === request.params.step) ?? refuse('not-found')

/** Acts on one case: each ends where the case is shown. */
function actRows(deps: Deps): Row[] {
  const act = { kind: 'write', method: 'POST', ...forBreaches, ...provenToAct, schema: fields } as const
  return [
    {
      ...{ ...act, path: '/audit/breaches', audit: 'breach.enter' },
      summary: { ja: '漏えい等を登録する', en: 'Enter a breach' },
      handle: (ctx, request) => enter(ctx, request, deps),
    },
    {
      ...{ ...act, path: '/audit/breaches/:id/facts', audit: 'breach.change' },
      summary: { ja: '事実を改める', en: 'Change the facts of a breach' },
      handle: (ctx, request) => facts(ctx, request, deps),
    },
    {
      ...{ ...act, path: '/audit/breaches/:id/owner', audit: 'breach.assign' },
      summary: { ja: '担当する', en: 'Take charge of a breach' },
      handle: async (ctx, request) => {
        await takeOver(ctx, request.params.id!)
        return led(request, caseOf(request))
      },
    },
    {
      ...{ ...act, path: '/audit/breaches/:id/items', audit: 'breach.change' },
      summary: { ja: '報告の項目を書く', en: 'Write the items of the report' },
      handle: async (ctx, request) => {
        const { text } = typedIn(request)
        const items = Object.fromEntries(breachReportItems.map(({ id }) => [id, text(`item-${id}`)]))
        await writeItems(ctx, request.params.id!, { items, substitute: text('substitute') })
        return led(request, caseOf(request))
      },
    },
    {
      ...{ ...act, path: '/audit/breaches/:id/draft', audit: 'breach.change' },
      summary: { ja: '範囲から報告の項目を下書きする', en: 'Draft items of the report from the scope' },
      handle: async (ctx, request) => {
        await draftItems(ctx, request.params.id!)
        return led(request, caseOf(request))
      },
    },
    {
      ...{ ...act, path: '/audit/breaches/:id/scope', audit: 'breach.change' },
      summary: { ja: '範囲を調べ直す', en: 'Work out the scope of a breach anew' },
      handle: (ctx, request) => scope(ctx, request, deps),
    },
    {
      ...{ ...act, path: '/audit/breaches/:id/steps/:step', audit: 'breach.step' },
      summary: {
        ja: '次の段階に進める（止めた、速報、本人への通知、確報、終わり）',
        en: 'Take the next step: contained, reported, persons told, final report, closed',
      },
      handle: async (ctx, request) => {
        await takeStep(ctx, request.params.id!, { step: stepIn(request), note: typedIn(request).text('note').slice(0, 2_000) })
        return led(request, caseOf(request))
      },
    },
  ]
}

export function breachRows(deps: Deps): Row[] {
  const page = (ctx: Context, request: RouteRequest) => pageOf(ctx, request, deps)
  const look = { kind: 'read', method: 'GET', ...forBreaches } as const
  return [
    {
      ...{ ...look, path: '/audit/breaches', audit: 'breach.list' },
      summary: { ja: '漏えい等の一覧と期限', en: 'Breaches and their clocks' },
      handle: async (ctx, request) => {
        const [open, closed] = [
          await listBreaches(ctx.db, { closed: false, limit: 200 }),
          await listBreaches(ctx.db, { closed: true, limit: 100 }),
        ]
        return { json: { open, closed }, page: () => breachesPage(page(ctx, request), { open, closed }) }
      },
    },
    {
      ...{ ...look, path: '/audit/breaches/new', audit: 'breach.form' },
      summary: { ja: '漏えい等を登録する画面', en: 'Form for a breach' },
      handle: async (ctx, request) => {
        const draft = newDraft(ctx.now, request.query.get('scope') ?? '')
        return { json: draft.values, page: () => newBreachPage(page(ctx, request), draft) }
      },
    },
    {
      ...{ ...look, path: '/audit/breaches/:id', audit: 'breach.read' },
      summary: { ja: '漏えい等1件：法律の求めと次にすること', en: 'One breach: what the law asks, and what is next' },
      handle: async (ctx, request) => {
        const view = await viewBreach(ctx, request.params.id!)
        return { json: view, page: () => breachPage(page(ctx, request), view, noDraft) }
      },
    },
    {
      ...{ ...look, path: '/audit/breaches/:id/report/:which', audit: 'breach.report' },
      summary: { ja: '役所への報告の案（速報、確報）', en: 'Draft of a report to the authority' },
      handle: async (ctx, request) => {
        const { which } = request.params
        const kind = which === 'preliminary' || which === 'final' ? which : refuse('not-found')
        const { breach } = await viewBreach(ctx, request.params.id!)
        return { page: () => reportPage(page(ctx, request), breach, kind) }
      },
    },
    {
      ...{ ...look, path: '/audit/breaches/:id/letters', audit: 'breach.letters' },
      summary: { ja: '本人への手紙', en: 'Letters to the persons of a breach' },
      handle: async (ctx, request) => {
        const found = await lettersOf(ctx, request.params.id!, { after: request.query.get('after') ?? '', limit: LETTERS })
        const next = found.letters.length === LETTERS ? found.letters.at(-1)!.key : null
        return { page: () => lettersPage(page(ctx, request), { ...found, next }) }
      },
    },
    {
      ...{
        kind: 'read',
        method: 'GET',
        path: '/me/breaches/:id',
        who: ['citizen'],
        why: ['PATRQT'],
        law: BREACH_LAW,
        audit: 'breach.own-letter',
      },
      summary: { ja: '自分の情報の漏えい等についての手紙', en: 'The letter about a breach of one’s own data' },
      handle: async (ctx, request) => {
        const letter = await ownLetter(ctx, request.params.id!)
        const name = ctx.actor.kind === 'citizen' ? ctx.actor.name : ''
        return {
          json: letter,
          page: () => ownLetterPage({ lang: ctx.lang, path: request.url, name, demo: deps.demo, now: ctx.now }, letter),
        }
      },
    },
    ...actRows(deps),
  ]
}
