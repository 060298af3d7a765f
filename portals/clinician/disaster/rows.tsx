import { z } from 'zod'
import { type Disaster, disasters } from '#care/consent'
import type { Look, LookingService } from '#care/emergency'
import { isEnough, isUnreadBirth, type PersonService, readRemembered, type Remembered } from '#care/person'
import { type Context, institutionOf, type StaffRole } from '#kernel/context'
import { type Answer, bodyOf, type Row, type RouteRequest } from '#kernel/route'
import { wantsJson } from '#kernel/serve'
import type { FieldError } from '#ui'
import { refuse } from '#kernel/refusal'
import type { PageOf } from '../frame.tsx'
import { disasterChart } from './chart-page.tsx'
import { chartPage, closedPage, confirmPage, searchPage } from './pages.tsx'
import { HOME } from './parts.tsx'
import { hitOf } from './search-page.tsx'
import { secondPage } from './second-page.tsx'

export type DisasterRowDeps = { looking: LookingService; person: PersonService; pageOf: (ctx: Context, request: RouteRequest) => PageOf }

const LAW =
  '災害救助法の適用などで開かれた地域での、生命・身体の保護のための閲覧。個人情報の保護に関する法律 第27条第1項第2号（適用の範囲は要確認: 弁護士）'
const clinical: readonly StaffRole[] = ['physician', 'dentist', 'nurse', 'pharmacist']
const staff = { who: ['staff'], roles: clinical, why: ['ETREAT'], law: LAW } as const

const text = z.string().max(100).default('')
const remembered = z.object({ name: text, birth: text, age: text, sex: text, address: text, insurance: text })
const nothing: Remembered = { name: '', birth: '', age: '', sex: '', address: '', insurance: '' }
const agreement = z.object({ agreed: z.enum(['oral', 'unable']) })
/** What a page of the search says beside what was found. */
const standing = async (ctx: Context, looking: LookingService) => ({
  waiting: await looking.seconds(ctx),
  me: ctx.actor.kind === 'staff' ? ctx.actor.id : '',
})

const answering = z.object({ answer: z.enum(['yes', 'no']) })

/** Leads on to the chart of what was opened. */
function opened(request: RouteRequest, look: Look): Answer {
  const to = `${HOME}/people/${encodeURIComponent(look.key)}/chart`
  return wantsJson(request.headers.accept)
    ? { json: { state: 'open', id: look.id, until: look.until.toISOString(), redirect: to } }
    : { redirect: to }
}

/** What keeps a search from being made, beside the field that mends it. */
function errorsOf(typed: Remembered, asked: ReturnType<typeof readRemembered>, lang: 'ja' | 'en'): FieldError[] {
  const unread = isUnreadBirth(typed, asked)
  if (unread)
    return [
      {
        name: typed.birth.trim() === '' ? 'age' : 'birth',
        message:
          lang === 'ja'
            ? '生年月日か年齢を読み取れません。1958-04-12、昭和33年4月12日、68、60代 のように入れてください。'
            : 'The birth date or age cannot be read. Write it as 1958-04-12, S33.4.12, 68 or 60代.',
      },
    ]
  if (isEnough(asked)) return []
  return [
    {
      name: 'name',
      message:
        lang === 'ja'
          ? '手がかりが足りません。氏名に加えて、生年月日・年齢・住所・保険の番号のどれかを入れてください。'
          : 'Too little is known. Beside the name give one of birth date, age, address or insurance number.',
    },
  ]
}

async function search(ctx: Context, request: RouteRequest, { looking, pageOf }: DisasterRowDeps): Promise<Answer> {
  const typed = bodyOf(request, remembered)
  const asked = readRemembered(typed, ctx.now)
  const errors = errorsOf(typed, asked, ctx.lang)
  if (errors.length > 0) {
    if (wantsJson(request.headers.accept)) return refuse('disaster-too-little')
    const [disaster] = await looking.openHere(ctx)
    ctx.audit({ outcome: 'disaster-too-little' })
    const on = pageOf(ctx, request)
    const beside = await standing(ctx, looking)
    return {
      status: disaster ? 422 : 409,
      page: () => (disaster ? searchPage(on, { ...beside, disaster, typed, errors, hits: null, more: false }) : closedPage(on)),
    }
  }
  const { disaster, found, more } = await looking.search(ctx, asked)
  const hits = found.map(hitOf)
  const beside = await standing(ctx, looking)
  const view = { ...beside, disaster, typed, errors: [], hits, more }
  return { json: { people: hits, more }, page: () => searchPage(pageOf(ctx, request), view) }
}

async function chart(ctx: Context, request: RouteRequest, { looking, person: service, pageOf }: DisasterRowDeps): Promise<Answer> {
  const key = request.params.key ?? ''
  const { disaster, person, look, chart: seen } = await looking.chart(ctx, key)
  const facilities = await service.facilities(ctx, [...new Set(seen.rows.map((row) => row.source))])
  const nameIn = (lang: Context['lang']) => (number: string) => {
    const known = facilities.find((f) => f.institutionNumber === number)
    return known && ((lang === 'en' && known.nameEn) || known.name)
  }
  const view = disasterChart({
    ...seen,
    person,
    key,
    institutionNumber: institutionOf(ctx.actor) ?? '',
    now: ctx.now,
    nameOf: nameIn('ja'),
  })
  const institutions = (number: string, fallback: string) => nameIn(ctx.lang)(number) ?? fallback
  return {
    json: { patient: view.patient, items: view.items, disasterId: disaster.id, until: look.until.toISOString() },
    page: () => chartPage(pageOf(ctx, request), { disaster, look, chart: view, empty: seen.rows.length === 0 }, institutions),
  }
}

/** Whether disaster access is open at the caller's desk, for the page of arrivals. */
export const openDisaster = async (ctx: Context): Promise<Disaster | null> => {
  const institutionNumber = institutionOf(ctx.actor)
  return institutionNumber === null ? null : ((await disasters.openAt(ctx, institutionNumber))[0] ?? null)
}

/** Evacuees: search, make sure, open, read. */
export function disasterRows(deps: DisasterRowDeps): Row[] {
  const { looking, pageOf } = deps
  return [
    {
      ...staff,
      kind: 'read',
      method: 'GET',
      path: '/clinic/disaster',
      audit: 'disaster.home',
      summary: { ja: '災害時の閲覧：検索の画面', en: 'Disaster access: the form of the search' },
      handle: async (ctx, request) => {
        const [disaster] = await looking.openHere(ctx)
        const on = pageOf(ctx, request)
        const beside = await standing(ctx, looking)
        const open = disaster === undefined ? null : { id: disaster.id, name: disaster.name, until: disaster.until.toISOString() }
        return {
          json: { open, waiting: open === null ? [] : beside.waiting.map(({ key: _key, ...one }) => one) },
          page: () =>
            disaster ? searchPage(on, { ...beside, disaster, typed: nothing, errors: [], hits: null, more: false }) : closedPage(on),
        }
      },
    },
    {
      ...staff,
      kind: 'write',
      method: 'POST',
      path: '/clinic/disaster',
      schema: remembered,
      audit: 'disaster.search',
      summary: { ja: '災害時に、避難している人をさがす', en: 'Searches for an evacuee' },
      handle: (ctx, request) => search(ctx, request, deps),
    },
    {
      ...staff,
      kind: 'read',
      method: 'GET',
      path: '/clinic/disaster/people/:key',
      audit: 'disaster.confirm',
      summary: { ja: '災害時に見つけた人が本人か確かめる', en: 'Makes sure of somebody who was found in a disaster' },
      handle: async (ctx, request) => {
        const view = await looking.found(ctx, request.params.key ?? '')
        const { person, needs } = view
        return {
          json: { key: person.keys[0], name: person.name, birthDate: person.birthDate, sex: person.sex, needs },
          page: () => confirmPage(pageOf(ctx, request), view),
        }
      },
    },
    {
      ...staff,
      kind: 'write',
      method: 'POST',
      path: '/clinic/disaster/people/:key',
      schema: agreement,
      audit: 'disaster.open',
      summary: { ja: '災害時に、確かめた人の記録を開く（本人に知らせる）', en: 'Opens the record of somebody made sure of; they are told' },
      handle: async (ctx, request) => {
        const done = await looking.open(ctx, { key: request.params.key ?? '', ...bodyOf(request, agreement) })
        if (done.state === 'open') return opened(request, done.look)
        const { id, needs } = done.request
        const to = `/clinic/disaster/requests/${id}`
        return wantsJson(request.headers.accept) ? { json: { state: 'waiting', requestId: id, needs, redirect: to } } : { redirect: to }
      },
    },
    {
      ...staff,
      kind: 'read',
      method: 'GET',
      snapshot: true,
      path: '/clinic/disaster/people/:key/chart',
      audit: 'disaster.chart',
      summary: {
        ja: '災害時に開いた人の、お薬・傷病名・アレルギー・検査・健診',
        en: 'Drugs, diagnoses, allergies, results and check-ups of whoever was opened',
      },
      handle: (ctx, request) => chart(ctx, request, deps),
    },
    ...secondRows(deps),
  ]
}

/** Where one clinician is not enough. */
const secondRows = ({ looking, pageOf }: DisasterRowDeps): Row[] => [
  {
    ...staff,
    kind: 'read',
    method: 'GET',
    path: '/clinic/disaster/requests/:id',
    audit: 'disaster.request-second',
    summary: { ja: '災害時の2人目の依頼：待つ、答える', en: 'A request for a second clinician in a disaster: wait, or answer' },
    handle: async (ctx, request) => {
      const view = await looking.second(ctx, request.params.id ?? '')
      const { person, isMine } = view
      return {
        json: { request: view.request, who: { name: person.name, birthDate: person.birthDate, sex: person.sex }, isMine },
        page: () => secondPage(pageOf(ctx, request), view),
      }
    },
  },
  {
    ...staff,
    kind: 'write',
    method: 'POST',
    path: '/clinic/disaster/requests/:id',
    schema: answering,
    audit: 'disaster.second',
    summary: { ja: '災害時の2人目として答える', en: 'Answers as the second clinician in a disaster' },
    handle: async (ctx, request) => {
      await looking.answerSecond(ctx, { id: request.params.id ?? '', ...bodyOf(request, answering) })
      return wantsJson(request.headers.accept) ? { json: { redirect: HOME } } : { redirect: HOME }
    },
  },
  {
    ...staff,
    kind: 'write',
    method: 'POST',
    path: '/clinic/disaster/requests/:id/open',
    audit: 'disaster.open',
    summary: { ja: '2人目が同意したあとに、記録を開く（本人に知らせる）', en: 'Opens the record once the second agreed; they are told' },
    handle: async (ctx, request) => opened(request, await looking.openAgreed(ctx, request.params.id ?? '')),
  },
]
