import { z } from 'zod'
import { disasters } from '#care/consent'
import {
  countTelling,
  DAYS,
  type ExtractService,
  type Opening,
  openings,
  type OpeningRequest,
  publicUses,
  readPlaces,
} from '#care/emergency'
import type { PersonService } from '#care/person'
import type { Context } from '#kernel/context'
import { refuse } from '#kernel/refusal'
import { type Answer, bodyOf, type Row, type RouteRequest } from '#kernel/route'
import { led, type Draft } from '../form.tsx'
import { pageOf } from '../frame.tsx'
import { provenToAct, provenToOpen } from '../row-terms.ts'
import { listPage } from './list-page.tsx'
import { checkPage, newPage } from './new-page.tsx'
import { extractRows } from './extract-rows.ts'
import { mergeRows } from './merge-rows.ts'
import { disasterHref, HOME } from './parts.tsx'
import { publicPage } from './public-page.tsx'
import { forKeepers, forOperator, LAW } from './terms.ts'
import { requestPage, viewPage } from './view-page.tsx'

type Deps = { person: PersonService; extracts?: ExtractService; demo: boolean }

const isOperator = ({ actor }: Context) => actor.kind === 'staff' && actor.role === 'operator'
const line = z.string().trim().max(200).default('')
const form = z.object({ name: line, areas: z.string().max(4000).default(''), days: line, law: line, orderedBy: line })
type Typed = z.infer<typeof form>

type Errors = Draft['errors']

/** What was typed, read; or what is wrong with it. */
function judge(typed: Typed, lang: 'ja' | 'en'): { opening: Opening } | { errors: Errors } {
  const { places, unread } = readPlaces(typed.areas)
  const days = Number(typed.days)
  const say = (name: string, ja: string, en: string) => ({ name, message: lang === 'ja' ? ja : en })
  const errors = [
    ...(typed.name === '' ? [say('name', '災害の名前を入れてください。', 'Enter the name of the disaster.')] : []),
    ...(unread.length > 0
      ? [
          say(
            'areas',
            `読み取れないものがあります：${unread.slice(0, 5).join('、')}。都道府県から書いてください。`,
            `Some of it cannot be read: ${unread.slice(0, 5).join(', ')}. Begin with the prefecture.`,
          ),
        ]
      : places.length === 0
        ? [say('areas', '地域か医療機関番号を入れてください。', 'Enter an area or an institution number.')]
        : []),
    ...(Number.isInteger(days) && days >= DAYS.least && days <= DAYS.most
      ? []
      : [say('days', `日数は${DAYS.least}〜${DAYS.most}の数です。`, `Days are a number from ${DAYS.least} to ${DAYS.most}.`)]),
    ...(typed.law === '' ? [say('law', '根拠を入れてください。', 'Enter the legal ground.')] : []),
    ...(typed.orderedBy === '' ? [say('orderedBy', '決めた人・機関を入れてください。', 'Enter who ordered it.')] : []),
  ]
  return errors.length > 0 ? { errors } : { opening: { ...typed, areas: places, days } }
}

async function openingForm(ctx: Context, request: RouteRequest, deps: Deps): Promise<Answer> {
  const asked = (name: string) => request.query.get(name) ?? ''
  const values = {
    name: asked('name'),
    areas: asked('areas'),
    days: asked('days') || String(DAYS.usual),
    law: asked('law'),
    orderedBy: asked('orderedBy'),
  }
  const on = pageOf(ctx, request, deps)
  if (asked('check') === '') return { page: () => newPage(on, { values, errors: [] }) }
  const parsed = form.safeParse(values)
  const judged = parsed.success ? judge(parsed.data, ctx.lang) : refuse('input-invalid', { what: 'name, areas, law, orderedBy' })
  if ('errors' in judged) return { status: 400, page: () => newPage(on, { values, errors: judged.errors }) }
  const { areas, days } = judged.opening
  const facilities = await openings.preview(ctx, areas)
  const found = await Promise.all(areas.map(async (one) => ({ one, count: (await openings.preview(ctx, [one])).length })))
  const message =
    ctx.lang === 'ja'
      ? 'この地域の医療機関は登録にありません。名前を確かめてください。'
      : 'No institution of this area is registered. Please check the names.'
  if (facilities.length === 0) return { status: 400, page: () => newPage(on, { values, errors: [{ name: 'areas', message }] }) }
  const checked = {
    values,
    areas,
    days,
    until: new Date(ctx.now.getTime() + days * 86_400_000),
    facilities,
    empty: found.filter((f) => f.count === 0).map((f) => f.one),
    alone: await openings.alone(ctx),
  }
  return {
    json: { institutions: facilities, empty: checked.empty, until: checked.until.toISOString() },
    page: () => checkPage(on, checked),
  }
}

const doneOf = (made: OpeningRequest) => (made.state === 'waiting' ? 'asked' : made.act === 'open' ? 'opened' : 'extended')

async function ask(ctx: Context, request: RouteRequest): Promise<Answer> {
  const judged = judge(bodyOf(request, form), ctx.lang)
  if ('errors' in judged) return refuse('input-invalid', { what: judged.errors.map((e) => e.message).join(' ') })
  const made = await openings.ask(ctx, judged.opening)
  const to = made.state === 'waiting' ? `${HOME}/requests/${encodeURIComponent(made.id)}` : disasterHref(made.disasterId, '?done=opened')
  return led(request, to, { id: made.id, disasterId: made.disasterId, state: made.state })
}

async function showRequest(ctx: Context, request: RouteRequest, deps: Deps): Promise<Answer> {
  const found = await openings.request(ctx, request.params.id ?? '')
  const institutions = (await openings.preview(ctx, found.details.areas)).length
  const known = await disasters.find(ctx, found.disasterId)
  const until = new Date((found.act === 'extend' && known ? known.until : ctx.now).getTime() + found.details.days * 86_400_000)
  const own = ctx.actor.kind === 'staff' && ctx.actor.id === found.byId
  return { json: { ...found, institutions }, page: () => requestPage(pageOf(ctx, request, deps), found, { own, until, institutions }) }
}

const more = z.object({ days: z.coerce.number().int(), reason: z.string().trim().min(1).max(200) })
const reason = z.object({ reason: z.string().trim().min(1).max(200) })
const agreement = z.object({ agree: z.enum(['yes', 'no']) })

/** Opening areas for disaster access, and the count of its uses. */
export function disasterRows(deps: Deps): Row[] {
  return [
    {
      kind: 'read',
      method: 'GET',
      path: '/disaster',
      who: ['public'],
      why: ['HOPERAT'],
      law: LAW,
      audit: 'none',
      summary: { ja: '災害時の閲覧が使われた回数（だれでも見られる）', en: 'How often disaster access was used, for everybody' },
      handle: async (ctx, request) => {
        const uses = await publicUses(ctx)
        return { json: uses, page: () => publicPage({ lang: ctx.lang, path: request.url, demo: deps.demo }, uses) }
      },
    },
    {
      kind: 'read',
      method: 'GET',
      path: HOME,
      ...forKeepers,
      audit: 'disaster.list',
      summary: {
        ja: '災害時の閲覧：開いた地域と、2人目の確認を待つもの',
        en: 'Disaster access: what is open, and what waits for a second person',
      },
      handle: async (ctx, request) => {
        const view = { ...(await openings.list(ctx)), mayAsk: isOperator(ctx), telling: await countTelling(ctx.db) }
        return { json: view, page: () => listPage(pageOf(ctx, request, deps), view) }
      },
    },
    {
      kind: 'read',
      method: 'GET',
      path: `${HOME}/new`,
      ...forOperator,
      ...provenToOpen,
      audit: 'disaster.preview',
      summary: { ja: '災害時の閲覧を開く前に、何が開くかを見る', en: 'What opening an area would open' },
      handle: (ctx, request) => openingForm(ctx, request, deps),
    },
    {
      kind: 'write',
      method: 'POST',
      path: HOME,
      ...forOperator,
      ...provenToAct,
      schema: form,
      audit: 'disaster.ask',
      summary: { ja: '地域を開くことを求める（2人目の確認で開く）', en: 'Asks for an area to be opened; a second person confirms' },
      handle: (ctx, request) => ask(ctx, request),
    },
    {
      kind: 'read',
      method: 'GET',
      path: `${HOME}/requests/:id`,
      ...forKeepers,
      ...provenToOpen,
      audit: 'disaster.request',
      summary: { ja: '開くこと・延ばすことの求めを見る', en: 'A request to open or extend' },
      handle: (ctx, request) => showRequest(ctx, request, deps),
    },
    {
      kind: 'write',
      method: 'POST',
      path: `${HOME}/requests/:id`,
      ...forKeepers,
      ...provenToAct,
      schema: agreement,
      audit: 'disaster.decide',
      summary: {
        ja: '開くこと・延ばすことを、2人目として確認する・取りやめる',
        en: 'Confirms or declines a request, as the second person',
      },
      handle: async (ctx, request) => {
        const agree = bodyOf(request, agreement).agree === 'yes'
        const found = await openings.decide(ctx, { id: request.params.id ?? '', agree })
        const done = agree ? doneOf({ ...found, state: 'done' }) : 'declined'
        return led(request, agree || found.act !== 'open' ? disasterHref(found.disasterId, `?done=${done}`) : HOME, {
          disasterId: found.disasterId,
        })
      },
    },
    ...oneDisaster(deps),
  ]
}

function oneDisaster(deps: Deps): Row[] {
  return [
    ...mergeRows(deps),
    ...(deps.extracts ? extractRows({ extracts: deps.extracts, demo: deps.demo }) : []),
    {
      kind: 'read',
      method: 'GET',
      path: `${HOME}/:id`,
      ...forKeepers,
      audit: 'disaster.view',
      summary: { ja: '開いた災害の状態・利用・経過', en: 'One disaster: state, uses, history' },
      handle: async (ctx, request) => {
        const view = await openings.view(ctx, request.params.id ?? '')
        const about = { done: request.query.get('done'), mayAsk: isOperator(ctx) }
        return { json: view, page: () => viewPage(pageOf(ctx, request, deps), view, about) }
      },
    },
    {
      kind: 'write',
      method: 'POST',
      path: `${HOME}/:id/extend`,
      ...forOperator,
      ...provenToAct,
      schema: more,
      audit: 'disaster.ask-more',
      summary: { ja: '災害時の閲覧を延ばすことを求める', en: 'Asks for more days' },
      handle: async (ctx, request) => {
        const made = await openings.askMore(ctx, { disasterId: request.params.id ?? '', ...bodyOf(request, more) })
        return led(request, disasterHref(made.disasterId, `?done=${doneOf(made)}`), { id: made.id, state: made.state })
      },
    },
    {
      kind: 'write',
      method: 'POST',
      path: `${HOME}/:id/close`,
      ...forKeepers,
      ...provenToAct,
      schema: reason,
      audit: 'disaster.close',
      summary: { ja: '災害時の閲覧を、すぐに閉じる', en: 'Closes disaster access at once' },
      handle: async (ctx, request) => {
        await openings.close(ctx, { disasterId: request.params.id ?? '', ...bodyOf(request, reason) })
        return led(request, disasterHref(request.params.id ?? '', '?done=closed'))
      },
    },
  ]
}
