import { type FacilityEntry, facilityKinds, plainNumber, registers } from '#care/person'
import type { Context } from '#kernel/context'
import { dateInJapan } from '#kernel/japan'
import type { Answer, Row, RouteRequest } from '#kernel/route'
import { facilitiesPage } from './facilities-page.tsx'
import { facilityFormPage, facilityValues } from './facility-form-page.tsx'
import { facilityPage } from './facility-page.tsx'
import { facilityHref } from './facility-parts.tsx'
import { again, type Draft, errorsOf, fields, led, noDraft, type Typed, typedIn } from './form.tsx'
import { pageOf } from './frame.tsx'
import { forKeepers, forOperator, provenToAct, provenToOpen } from './row-terms.ts'

type Deps = { demo: boolean }

export const PAGE_SIZE = 50

/** The page number and search words of a list. */
export function listAsked(request: RouteRequest): { find: string; page: number } {
  const page = request.query.get('page') ?? ''
  return { find: (request.query.get('find') ?? '').slice(0, 60), page: /^[1-9]\d{0,4}$/.test(page) ? Number(page) : 1 }
}

async function list(ctx: Context, request: RouteRequest, deps: Deps): Promise<Answer> {
  const { find, page } = listAsked(request)
  const lines = await registers.facilities.list(ctx, { text: find, limit: PAGE_SIZE, offset: (page - 1) * PAGE_SIZE })
  return { json: { facilities: lines }, page: () => facilitiesPage(pageOf(ctx, request, deps), { lines, find, page, size: PAGE_SIZE }) }
}

async function one(ctx: Context, request: RouteRequest, deps: Deps, draft: Draft = noDraft): Promise<Answer> {
  const number = request.params.number ?? ''
  const facility = await registers.facilities.get(ctx, number)
  const departments = await registers.facilities.departments(ctx, number)
  const staff = await registers.staff.list(ctx, { institutionNumber: number, text: '', limit: PAGE_SIZE, offset: 0 })
  const clients = await registers.clients.list(ctx, { institutionNumber: number, text: '', limit: PAGE_SIZE, offset: 0 })
  const changes = await registers.history(ctx, `Facility/${number}`)
  const shown = { facility, departments, staff, staffTotal: staff[0]?.total ?? 0, clients, changes }
  const first = { ...draft, values: { from: dateInJapan(ctx.now), ...draft.values } }
  return { json: shown, page: () => facilityPage(pageOf(ctx, request, deps), { ...shown, draft: first }) }
}

const valuesOf = (typed: Typed, names: readonly string[]): Draft['values'] =>
  Object.fromEntries(names.map((name) => [name, typed.text(name)]))
const facilityFields = ['institutionNumber', 'kind', 'name', 'nameEn', 'postalCode', 'address', 'phone', 'from', 'until'] as const

const entryOf = (typed: Typed, institutionNumber: string): FacilityEntry => ({
  institutionNumber,
  kind: facilityKinds.find((kind) => kind === typed.text('kind')) ?? ('' as FacilityEntry['kind']),
  name: typed.text('name'),
  nameEn: typed.text('nameEn'),
  prefecture: institutionNumber.slice(0, 2),
  postalCode: typed.text('postalCode').normalize('NFKC'),
  address: typed.text('address'),
  phone: typed.text('phone').normalize('NFKC'),
  from: typed.text('from'),
  until: typed.orNull('until'),
})

async function save(ctx: Context, request: RouteRequest, deps: Deps & { number: string | null }): Promise<Answer> {
  const typed = typedIn(request)
  const { number } = deps
  const before = number === null ? null : await registers.facilities.get(ctx, number)
  const entry = entryOf(typed, number ?? plainNumber(typed.text('institutionNumber')))
  // An administrator's form has neither kind nor dates: they stay.
  const whole = before === null ? entry : { ...entry, kind: entry.kind || before.kind, from: entry.from || before.from }
  const done = number === null ? await registers.facilities.enter(ctx, whole) : await registers.facilities.change(ctx, whole)
  if ('saved' in done) return led(request, facilityHref(whole.institutionNumber))
  const draft = { values: valuesOf(typed, facilityFields), errors: errorsOf(done.findings, ctx.lang) }
  return again(ctx, request, { findings: done.findings, page: () => facilityFormPage(pageOf(ctx, request, deps), { number, draft }) })
}

async function putDepartment(ctx: Context, request: RouteRequest, deps: Deps): Promise<Answer> {
  const typed = typedIn(request)
  const institutionNumber = request.params.number ?? ''
  const values = valuesOf(typed, ['code', 'name', 'nameEn', 'from', 'until'])
  const given = { code: typed.text('code').normalize('NFKC'), name: typed.text('name'), nameEn: typed.text('nameEn') }
  const done = await registers.facilities.putDepartment(ctx, {
    ...given,
    institutionNumber,
    from: typed.text('from'),
    until: typed.orNull('until'),
  })
  if ('saved' in done) return led(request, facilityHref(institutionNumber))
  const { page } = await one(ctx, request, deps, { values, errors: errorsOf(done.findings, ctx.lang) })
  return again(ctx, request, { findings: done.findings, page: page! })
}

/** The register of facilities. */
export function facilityRows(deps: Deps): Row[] {
  const read = { kind: 'read', method: 'GET' } as const
  const write = { kind: 'write', method: 'POST', schema: fields, ...provenToAct } as const
  const form = (ctx: Context, request: RouteRequest, about: { number: string | null; draft: Draft }): Answer => ({
    page: () => facilityFormPage(pageOf(ctx, request, deps), about),
  })
  return [
    {
      ...read,
      path: '/operator/facilities',
      ...forKeepers,
      audit: 'operator.facilities',
      summary: { ja: '施設の一覧', en: 'Facilities' },
      handle: (ctx, request) => list(ctx, request, deps),
    },
    {
      ...read,
      path: '/operator/facilities/new',
      ...forOperator,
      ...provenToOpen,
      audit: 'operator.facilities',
      summary: { ja: '施設を登録する画面', en: 'The form that registers a facility' },
      handle: async (ctx, request) =>
        form(ctx, request, { number: null, draft: { values: { kind: 'clinic', from: dateInJapan(ctx.now) }, errors: [] } }),
    },
    {
      ...write,
      path: '/operator/facilities',
      ...forOperator,
      audit: 'facility.enter',
      summary: { ja: '施設を登録する', en: 'Register a facility' },
      handle: (ctx, request) => save(ctx, request, { ...deps, number: null }),
    },
    {
      ...read,
      path: '/operator/facilities/:number',
      ...forKeepers,
      audit: 'operator.facility',
      summary: { ja: '施設：診療科、職員、システム、変更の履歴', en: 'A facility: departments, staff, systems, history' },
      handle: (ctx, request) => one(ctx, request, deps),
    },
    {
      ...read,
      path: '/operator/facilities/:number/edit',
      ...forKeepers,
      ...provenToOpen,
      audit: 'operator.facility',
      summary: { ja: '施設の内容を変更する画面', en: 'The form that changes a facility' },
      handle: async (ctx, request) => {
        const facility = await registers.facilities.get(ctx, request.params.number ?? '')
        return form(ctx, request, { number: facility.institutionNumber, draft: { values: facilityValues(facility), errors: [] } })
      },
    },
    {
      ...write,
      path: '/operator/facilities/:number',
      ...forKeepers,
      audit: 'facility.change',
      summary: { ja: '施設の内容を変更する', en: 'Change a facility' },
      handle: (ctx, request) => save(ctx, request, { ...deps, number: request.params.number ?? '' }),
    },
    {
      ...write,
      path: '/operator/facilities/:number/departments',
      ...forKeepers,
      audit: 'department.put',
      summary: { ja: '診療科を登録・変更する', en: 'Add or change a department' },
      handle: (ctx, request) => putDepartment(ctx, request, deps),
    },
  ]
}
