/** Rows of the register of people: the review queue, one case, finding a person. */
import { z } from 'zod'
import { decisionReasons, type PersonService } from '#care/person'
import { heldUnder } from '#care/record'
import { askedIn, askingRow } from '#kernel/asked'
import type { Context } from '#kernel/context'
import { refuse } from '#kernel/refusal'
import { type Answer, bodyOf, type Row, type RouteRequest } from '#kernel/route'
import { pageOf } from '../frame.tsx'
import { forOperator, provenToAct, provenToOpen } from '../row-terms.ts'
import { casePage, undoPage } from './case-page.tsx'
import { cardRows } from './card-rows.ts'
import { personRows } from './person-rows.ts'
import { queuePage } from './queue-page.tsx'
import { led, lookReasonOf, noteLook } from './terms.ts'

export type PeopleDeps = { person: PersonService; demo: boolean }

const PAGE = 20
const SHOWN = 50
const DECISIONS = 10

const pageNumber = (text: string | null) => (/^\d{1,4}$/.test(text ?? '') ? Math.max(1, Number(text)) : 1)

async function queue(ctx: Context, request: RouteRequest, { person, demo }: PeopleDeps): Promise<Answer> {
  const query = askedIn(ctx, '/operator/people', request.query)
  const asked = (name: string) => (query.get(name) ?? '').trim().slice(0, 100)
  const wish = { name: asked('name'), birthDate: asked('birth'), memberId: asked('member'), why: asked('why') || 'review' }
  const page = pageNumber(request.query.get('page'))
  const { cases, total } = await person.cases.open(ctx, { limit: PAGE, offset: (page - 1) * PAGE })
  const sides = await person.cases.sides(ctx, [...new Set(cases.flatMap((c) => [c.key, c.otherKey]))])
  const facilities = await person.facilities(ctx, [...new Set(cases.map((c) => c.institutionNumber).filter(Boolean))])
  const shown = cases.map((one) => ({
    ...one,
    sides: [one.key, one.otherKey].flatMap((key) => sides.find((side) => side.key === key) ?? []),
    institutionName: facilities.find((f) => f.institutionNumber === one.institutionNumber)?.name ?? one.institutionNumber,
  }))
  const why = lookReasonOf(wish.why)
  const found = await person.people.search(ctx, wish, { limit: SHOWN, offset: 0 })
  for (const side of sides) noteLook(ctx, { key: side.key, personId: side.personId, why: 'review' })
  for (const one of found?.found ?? []) noteLook(ctx, { key: one.key, personId: one.personId, why })
  const decisions = await person.cases.decisions(ctx, DECISIONS)
  const people = found && { people: found.found, total: found.total }
  const done = request.query.get('done')
  return {
    json: { cases: shown, total, found: people },
    page: () =>
      queuePage(pageOf(ctx, request, { demo }), {
        cases: shown,
        total,
        decisions,
        wish: { ...wish, why },
        found: people,
        done,
        page,
        size: PAGE,
      }),
  }
}

async function oneCase(ctx: Context, request: RouteRequest, { person, demo }: PeopleDeps): Promise<Answer> {
  const view = (await person.cases.find(ctx, request.params.id ?? '')) ?? refuse('case-changed')
  const keys = view.sides.map((side) => side.key)
  const held = await heldUnder(ctx.db, keys)
  const [facility] = view.case.institutionNumber === '' ? [] : await person.facilities(ctx, [view.case.institutionNumber])
  for (const side of view.sides) noteLook(ctx, { key: side.key, personId: side.personId, why: 'review' })
  const shown = { ...view, held, institutionName: facility?.name ?? view.case.institutionNumber }
  return { json: shown, page: () => casePage(pageOf(ctx, request, { demo }), shown) }
}

const verdict = z.object({
  decided: z.enum(['same', 'different', 'asked']),
  reason: z.enum(decisionReasons),
  note: z.string().max(500).default(''),
})
const why = z.object({ reason: z.string().trim().min(1).max(500) })

async function undoConfirmation(ctx: Context, request: RouteRequest, { person, demo }: PeopleDeps): Promise<Answer> {
  const decisions = await person.cases.decisions(ctx, 500)
  const found =
    decisions.find((d) => d.id === request.params.id && d.key === request.params.key && d.undoneAt === null) ?? refuse('case-changed')
  ctx.audit({ key: found.key, resource: `Decision/${found.id}` })
  return { json: found, page: () => undoPage(pageOf(ctx, request, { demo }), found) }
}

function deciding(deps: PeopleDeps): Row[] {
  const { person } = deps
  return [
    {
      kind: 'read',
      method: 'GET',
      path: '/operator/people/cases/:id',
      ...forOperator,
      ...provenToOpen,
      audit: 'people.look',
      summary: { ja: '同じ人かもしれない二つの登録を並べて見る', en: 'Two entries that may be one person, side by side' },
      handle: (ctx, request) => oneCase(ctx, request, deps),
    },
    {
      kind: 'write',
      method: 'POST',
      path: '/operator/people/cases/:id',
      ...forOperator,
      ...provenToAct,
      schema: verdict,
      audit: 'people.decide',
      summary: { ja: '同じ人か、別の人か、医療機関に確かめるかを決める', en: 'Decide: one person, two, or ask the institution' },
      handle: async (ctx, request) => {
        const made = await person.cases.decide(ctx, { id: request.params.id ?? '', ...bodyOf(request, verdict) })
        return led(request, `/operator/people?done=${made.decided}`, { id: made.id, key: made.key })
      },
    },
    {
      kind: 'read',
      method: 'GET',
      path: '/operator/people/decisions/:key/:id/undo',
      ...forOperator,
      ...provenToOpen,
      audit: 'people.look',
      summary: { ja: '決定を取り消す前の確認', en: 'What undoing a decision does' },
      handle: (ctx, request) => undoConfirmation(ctx, request, deps),
    },
    {
      kind: 'write',
      method: 'POST',
      path: '/operator/people/decisions/:key/:id/undo',
      ...forOperator,
      ...provenToAct,
      schema: why,
      audit: 'people.undo',
      summary: { ja: '決定を取り消し、動かしたキーをもとに戻す', en: 'Undo a decision; keys go back exactly' },
      handle: async (ctx, request) => {
        await person.cases.undo(ctx, { key: request.params.key ?? '', id: request.params.id ?? '', ...bodyOf(request, why) })
        return led(request, '/operator/people?done=undone')
      },
    },
  ]
}

/** A run of comparing; what is left waits for the next. */
const LONGEST_MS = 2_000

/** Finds those who stand twice, in small batches, so that a day's import does not hold anybody up. */
const comparing = ({ person }: PeopleDeps): Row => ({
  kind: 'job',
  name: 'people.compare',
  law: forOperator.law,
  summary: { ja: '二重に登録されたかもしれない人をさがす', en: 'Looks for people who may be registered twice' },
  everyMs: 5_000,
  // A day's import takes minutes, and the log's own beat must not wait for it.
  apart: true,
  // Who comes in by the thousand is looked at when they are in.
  waits: true,
  run: async ({ db, now }) => {
    for (const until = performance.now() + LONGEST_MS; performance.now() < until; ) {
      const { compared } = await db.transaction().execute((trx) => person.people.compareNew({ db: trx, now }, 50))
      if (compared === 0) return
    }
  },
})

/** The register of people: who may be one, and who somebody is. */
export function peopleRows(deps: PeopleDeps): Row[] {
  return [
    {
      kind: 'read',
      method: 'GET',
      path: '/operator/people',
      ...forOperator,
      audit: 'people.search',
      summary: { ja: '人の登録：確かめる件と、人の検索', en: 'People: cases to look at, and finding somebody' },
      handle: (ctx, request) => queue(ctx, request, deps),
    },
    askingRow({ path: '/operator/people', ...forOperator, summary: { ja: '人をさがす', en: 'Find a person' } }),
    ...deciding(deps),
    ...personRows(deps),
    ...cardRows(deps),
    comparing(deps),
  ]
}
