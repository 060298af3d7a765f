/** What a person shares: consents of visits and those that go on, what each would open, what happened to them. */
import { z } from 'zod'
import { type Change, type Consent, standingOf, type StandingWish, textOfVersion, textOn } from '#care/consent'
import { findInstitutions } from '#kernel/audit-read'
import type { Context } from '#kernel/context'
import { dateInJapan } from '#kernel/japan'
import { Refusal, refusalSentence, refuse } from '#kernel/refusal'
import { type Answer, bodyOf, type Row, type RouteRequest } from '#kernel/route'
import { wantsJson } from '#kernel/serve'
import { consentJson, stateOf } from '../consent-state.ts'
import { consentsPage } from '../consents.tsx'
import { inReadersLanguage, institutionNames } from '../institution-names.ts'
import type { CitizenDeps } from '../routes.tsx'
import { aboutOf, citizenOf, noteOwn, toldTo } from '../self.ts'
import { closingCheckRow, itemNames } from './closing-check.tsx'
import { receiptRows } from './receipt.tsx'
import { reopenCheckRow } from './reopen-check.tsx'
import { historyPage } from './history-page.tsx'
import { withdrawPage } from './withdraw-page.tsx'
import { STANDING, type StandingForm, standingCheckPage, standingPage } from './standing-page.tsx'

const LAW = '個人情報の保護に関する法律 本人の同意（条項は要確認: 弁護士）'
const me = { who: ['citizen'], why: ['PATRQT'], law: LAW } as const
const EVENTS_A_PAGE = 50
const OFFERED = 50

const isForm = ({ headers }: RouteRequest) =>
  (headers['content-type'] ?? '').startsWith('application/x-www-form-urlencoded') && !wantsJson(headers.accept)

/** What a change would open and close at an institution, in the person's own record. */
async function effects(ctx: Context, { consent, record }: CitizenDeps, institutionNumber: string, change: Change) {
  const { keys } = citizenOf(ctx)
  return consent.preview(ctx, { keys, items: await record.marks(ctx, keys), change, institutionNumber })
}

type Named = { institutionNumber: string; institutionName: string }

/** Institutions to choose from: found by what was typed, or those that know the person. */
async function offered(
  ctx: Context,
  { person }: CitizenDeps,
  asked: { text: string; chosen: string },
): Promise<{ list: Named[]; more: boolean }> {
  const text = asked.text.trim()
  const nameOf = (f: { name: string; nameEn?: string | null }) => (ctx.lang === 'en' && f.nameEn) || f.name
  if (text !== '') {
    const found = await person.facilitiesNamed(ctx, { text, limit: OFFERED + 1 })
    const list = found.slice(0, OFFERED).map((f) => ({ institutionNumber: f.institutionNumber, institutionName: nameOf(f) }))
    return { list, more: found.length > OFFERED }
  }
  const known = await findInstitutions(ctx.db, toldTo(ctx))
  const numbers = [...new Set([...(asked.chosen === '' ? [] : [asked.chosen]), ...known.map((one) => one.institutionNumber)])]
  const facilities = await person.facilities(ctx, numbers)
  return { list: facilities.map((f) => ({ institutionNumber: f.institutionNumber, institutionName: nameOf(f) })), more: false }
}

const currentStanding = (consents: readonly Consent[], institutionNumber: string, now: Date): Consent | null =>
  consents.find((one) => one.basis === 'standing' && one.institutionNumber === institutionNumber && stateOf(one, now) === 'active') ?? null

async function formOf(ctx: Context, deps: CitizenDeps, query: URLSearchParams, errors: StandingForm['errors'] = []): Promise<StandingForm> {
  const [search, chosen] = [(query.get('q') ?? '').slice(0, 60), (query.get('institutionNumber') ?? '').slice(0, 10)]
  const { list, more } = await offered(ctx, deps, { text: search, chosen })
  const current = currentStanding(await deps.consent.list(ctx, citizenOf(ctx).keys), chosen || (list[0]?.institutionNumber ?? ''), ctx.now)
  const kinds = query.has('kinds') || errors.length > 0 ? query.getAll('kinds') : (current?.allowed ?? [])
  return { institutions: list, search, more, institutionNumber: chosen, kinds, until: (query.get('until') ?? '').slice(0, 10), errors }
}

/** What somebody asked for, with the name that the register has. @refuses not-found for an institution that it does not know */
async function wishOf(
  ctx: Context,
  { person }: CitizenDeps,
  asked: { institutionNumber: string; kinds: readonly string[]; until: string },
) {
  const [facility] = await person.facilities(ctx, [asked.institutionNumber])
  if (facility === undefined) return refuse('not-found')
  const wish: StandingWish = { ...asked, institutionName: facility.name, until: asked.until === '' ? null : asked.until }
  return wish
}

const fieldOf: Record<string, string> = {
  'consent-kinds-missing': 'kinds',
  'kind-unknown': 'kinds',
  'consent-until': 'until',
  'not-found': 'institutionNumber',
}

async function check(ctx: Context, request: RouteRequest, deps: CitizenDeps): Promise<Answer> {
  noteOwn(ctx, { resource: 'Consent?' })
  const { query } = request
  const asked = { institutionNumber: query.get('institutionNumber') ?? '', kinds: query.getAll('kinds'), until: query.get('until') ?? '' }
  try {
    const wish = await wishOf(ctx, deps, asked)
    const { keys } = citizenOf(ctx)
    const consent = standingOf(wish, { key: keys[0] ?? '', now: ctx.now })
    const counted = await effects(ctx, deps, consent.institutionNumber, { do: 'give', consent })
    const replaces = currentStanding(await deps.consent.list(ctx, keys), consent.institutionNumber, ctx.now)
    const [shown] = await inReadersLanguage(ctx, deps.person, [consent])
    const text = textOfVersion(consent.textVersion)!
    return {
      json: { kinds: consent.allowed, until: asked.until || null, effects: counted, text },
      page: () => standingCheckPage(aboutOf(ctx, request, deps), { consent: shown!, effects: counted, text, until: asked.until, replaces }),
    }
  } catch (error) {
    if (!(error instanceof Refusal) || fieldOf[error.code] === undefined || wantsJson(request.headers.accept)) throw error
    const form = await formOf(ctx, deps, query, [{ name: fieldOf[error.code]!, message: refusalSentence(error, ctx.lang) }])
    return { status: 422, page: () => standingPage(aboutOf(ctx, request, deps), form) }
  }
}

const given = z.object({
  institutionNumber: z.string().max(10),
  kinds: z.union([z.string().max(400), z.array(z.string().max(40)).max(20)]),
  until: z.union([z.string().max(10), z.null()]).optional(),
  textVersion: z.string().max(40).optional(),
})

async function give(ctx: Context, request: RouteRequest, deps: CitizenDeps): Promise<Answer> {
  const body = bodyOf(request, given)
  // Whoever read other words than those of today has not agreed to these.
  if (body.textVersion !== undefined && body.textVersion !== textOn('standing', dateInJapan(ctx.now)).version)
    refuse('consent-text-changed')
  const kinds = typeof body.kinds === 'string' ? body.kinds.split(',').filter(Boolean) : body.kinds
  const wish = await wishOf(ctx, deps, { institutionNumber: body.institutionNumber, kinds, until: body.until ?? '' })
  const made = await deps.consent.standing.give(ctx, wish)
  return isForm(request) ? { redirect: '/me/consents?given=1' } : { status: 201, json: consentJson(made, ctx.now) }
}

async function overview(ctx: Context, request: RouteRequest, deps: CitizenDeps): Promise<Answer> {
  const { keys } = citizenOf(ctx)
  const consents = await deps.consent.list(ctx, keys)
  noteOwn(ctx, { resource: 'Consent?', count: consents.length })
  const closures = (await deps.consent.closing.list(ctx, keys)).filter((one) => one.endedAt === null)
  const bases = await deps.consent.legalBases.running(ctx)
  const just = request.query.get('withdrawn') === '1' ? 'withdrawn' : request.query.get('given') === '1' ? 'given' : null
  const of = consents.find((one) => one.id === request.query.get('of'))
  const left = of ? (await deps.consent.beside(ctx, keys, of)).length : 0
  const shown = await inReadersLanguage(ctx, deps.person, consents)
  const named = await inReadersLanguage(ctx, deps.person, bases)
  return {
    json: { consents: consents.map((one) => consentJson(one, ctx.now)), closures: closures.length, legalBases: bases.map((one) => one.id) },
    page: () => consentsPage(aboutOf(ctx, request, deps), { consents: shown, closures, bases: named, just, left }),
  }
}

async function confirmation(ctx: Context, request: RouteRequest, deps: CitizenDeps): Promise<Answer> {
  const found = (await deps.consent.find(ctx, citizenOf(ctx).keys, request.params.id ?? '')) ?? refuse('not-found')
  noteOwn(ctx, { resource: `Consent/${found.id}` })
  const [shown] = await inReadersLanguage(ctx, deps.person, [found])
  const counted = await effects(ctx, deps, found.institutionNumber, { do: 'withdraw', consentId: found.id })
  const beside = await inReadersLanguage(ctx, deps.person, await deps.consent.beside(ctx, citizenOf(ctx).keys, found))
  return {
    json: { ...consentJson(found, ctx.now), beside: beside.map((one) => consentJson(one, ctx.now)) },
    page: () => withdrawPage(aboutOf(ctx, request, deps), shown!, { effects: counted, beside }),
  }
}

const withdrawal = z.object({ all: z.union([z.literal('1'), z.boolean()]).optional() }).nullish()

/** Ends a consent, and where that is asked, whatever else lets its institution look. */
async function withdraw(ctx: Context, request: RouteRequest, { consent }: CitizenDeps): Promise<Answer> {
  const { all } = bodyOf(request, withdrawal) ?? {}
  const done = await consent.withdraw(ctx, request.params.id!)
  const beside = await consent.beside(ctx, citizenOf(ctx).keys, done)
  const wantsAll = all === '1' || all === true
  if (wantsAll) for (const one of beside) await consent.withdraw(ctx, one.id)
  const left = wantsAll ? [] : beside
  if (isForm(request)) return { redirect: `/me/consents?withdrawn=1${left.length === 0 ? '' : `&of=${encodeURIComponent(done.id)}`}` }
  return { json: { id: done.id, withdrawnAt: ctx.now.toISOString(), beside: left.map((one) => one.id) } }
}

async function history(ctx: Context, request: RouteRequest, deps: CitizenDeps): Promise<Answer> {
  noteOwn(ctx, { resource: 'Consent/_history' })
  const asked = request.query.get('page') ?? ''
  const page = /^[1-9]\d{0,3}$/.test(asked) ? Number(asked) : 1
  const found = await deps.consent.history(ctx, citizenOf(ctx).keys, { limit: EVENTS_A_PAGE + 1, offset: (page - 1) * EVENTS_A_PAGE })
  const events = found.slice(0, EVENTS_A_PAGE)
  const known = await institutionNames(
    ctx,
    deps.person,
    events.map((e) => e.institutionNumber),
  )
  const written = new Map(events.map((e) => [e.institutionNumber, e.institutionName]))
  const nameOf = (number: string) => known(number) ?? (written.get(number) || number)
  const items = await itemNames(
    ctx,
    deps,
    events.map((e) => e.item),
  )
  const names = { nameOf, itemNameOf: (item: string) => items.get(item) }
  return {
    json: { events: events.map((e) => ({ ...e, at: e.at.toISOString(), until: e.until?.toISOString() ?? null })) },
    page: () => historyPage(aboutOf(ctx, request, deps), { events, more: found.length > EVENTS_A_PAGE, page, names }),
  }
}

/** Rows of sharing. */
export function sharingRows(deps: CitizenDeps): Row[] {
  return [...consentRows(deps), ...standingRows(deps), closingCheckRow(deps), reopenCheckRow(deps), ...receiptRows(deps)]
}

function consentRows(deps: CitizenDeps): Row[] {
  return [
    {
      kind: 'read',
      method: 'GET',
      path: '/me/consents',
      ...me,
      audit: 'citizen.consents',
      summary: { ja: '本人の同意の一覧', en: 'The person’s consents' },
      handle: (ctx, request) => overview(ctx, request, deps),
    },
    {
      kind: 'read',
      method: 'GET',
      path: '/me/consents/history',
      ...me,
      audit: 'citizen.consents',
      summary: { ja: '同意のこれまでの変更', en: 'What happened to the person’s consents' },
      handle: (ctx, request) => history(ctx, request, deps),
    },
    {
      kind: 'read',
      method: 'GET',
      path: '/me/consents/:id/withdraw',
      ...me,
      audit: 'citizen.consents',
      summary: { ja: '同意を取り消す前の確認', en: 'What withdrawing a consent will do' },
      handle: (ctx, request) => confirmation(ctx, request, deps),
    },
    {
      kind: 'write',
      method: 'POST',
      path: '/me/consents/:id/withdraw',
      ...me,
      audit: 'consent.withdraw',
      schema: withdrawal,
      summary: { ja: '同意を取り消す（次の閲覧から効く）', en: 'Withdraw a consent, from the next look on' },
      handle: (ctx, request) => withdraw(ctx, request, deps),
    },
  ]
}

function standingRows(deps: CitizenDeps): Row[] {
  return [
    {
      kind: 'read',
      method: 'GET',
      path: STANDING,
      ...me,
      audit: 'citizen.consents',
      summary: { ja: '続けて見せる同意を選ぶ', en: 'Choose what to share on and on' },
      handle: async (ctx, request) => {
        noteOwn(ctx, { resource: 'Consent?' })
        const form = await formOf(ctx, deps, request.query)
        return { json: { institutions: form.institutions }, page: () => standingPage(aboutOf(ctx, request, deps), form) }
      },
    },
    {
      kind: 'read',
      method: 'GET',
      path: `${STANDING}/check`,
      ...me,
      audit: 'citizen.consents',
      summary: { ja: '続けて見せると何が見えるようになるか', en: 'What a standing consent would open' },
      handle: (ctx, request) => check(ctx, request, deps),
    },
    {
      kind: 'write',
      method: 'POST',
      path: STANDING,
      ...me,
      audit: 'consent.give',
      schema: given,
      summary: { ja: '続けて見せることに同意する', en: 'Agree to share on and on' },
      handle: (ctx, request) => give(ctx, request, deps),
    },
  ]
}
