import { renderSVG } from 'uqr'
import { type Licence, licenceKinds, type NewStaff, plainNumber, registers, type StaffEntry, staffRoles } from '#care/person'
import type { Context } from '#kernel/context'
import { endAllSessions, listSessions } from '#kernel/identity'
import { dateInJapan } from '#kernel/japan'
import type { Sentence } from '#kernel/language'
import type { Answer, Row, RouteRequest } from '#kernel/route'
import { endEveryWay, issueStaffInvitation, lockedFor, openInvitation, spacedToken, unlock } from '#portals/sign-in'
import { facilityHref } from './facility-parts.tsx'
import { again, type Draft, errorsOf, fields, led, noDraft, type Typed, typedIn } from './form.tsx'
import { pageOf } from './frame.tsx'
import { forKeepers, provenToAct, provenToOpen } from './row-terms.ts'
import { invitationPage } from './invitation-page.tsx'
import { newStaffPage } from './staff-new-page.tsx'
import { staffPage } from './staff-page.tsx'
import { staffHref } from './staff-parts.tsx'

/** `baseUrl`: public address without a slash at its end; invitations lead there. */
export type StaffDeps = { demo: boolean; baseUrl: string; outside?: { name: Sentence } | null }

const INVITED_HOURS = 72

async function one(ctx: Context, request: RouteRequest, deps: StaffDeps, draft: Draft = noDraft): Promise<Answer> {
  const staff = await registers.staff.get(ctx, request.params.id ?? '')
  const subject = { kind: 'staff' as const, id: staff.id }
  const invitation = await openInvitation(ctx.db, ctx.now, staff.id)
  const shown = {
    staff,
    mayChange: !staff.elsewhere,
    lockedMinutes: await lockedFor(ctx.db, ctx.now, staff.loginName),
    invitedUntil: invitation?.until ?? null,
    sessions: staff.elsewhere ? [] : await listSessions(ctx.db, ctx.now, subject),
    changes: await registers.history(ctx, `Staff/${staff.id}`),
    outside: deps.outside?.name ?? null,
  }
  ctx.audit({ resource: `Staff/${staff.id}` })
  const first = { ...draft, values: { from: dateInJapan(ctx.now), role: 'clerk', ...draft.values } }
  return { json: shown, page: () => staffPage(pageOf(ctx, request, deps), { ...shown, draft: first }) }
}

const roleIn = (typed: Typed): NewStaff['role'] => staffRoles.find((role) => role === typed.text('role')) ?? ('' as NewStaff['role'])

function licenceIn(typed: Typed): Licence | null {
  const kind = licenceKinds.find((one) => one === typed.text('licenceKind'))
  if (kind === undefined) return null
  const number = typed.text('licenceNumber').normalize('NFKC')
  return { kind, number, from: typed.text('licenceFrom'), until: typed.orNull('licenceUntil') }
}

const staffFields = [
  'name',
  'nameKana',
  'nameEn',
  'loginName',
  'role',
  'department',
  'from',
  'until',
  'licenceKind',
  'licenceNumber',
  'licenceFrom',
  'licenceUntil',
  'institutionNumber',
] as const
const valuesOf = (typed: Typed): Draft['values'] => Object.fromEntries(staffFields.map((name) => [name, typed.text(name)]))

async function invite(ctx: Context, request: RouteRequest, about: { staff: StaffEntry; deps: StaffDeps; status: number }): Promise<Answer> {
  const { staff, deps, status } = about
  const by = ctx.actor.kind === 'public' ? '' : ctx.actor.id
  const token = await issueStaffInvitation(ctx, { staffId: staff.id, by, hours: INVITED_HOURS })
  await registers.staff.note(ctx, staff, 'staff.invite')
  const link = `${deps.baseUrl}/sign-in/invitation/${token}`
  const until = new Date(ctx.now.getTime() + INVITED_HOURS * 3600_000)
  const facility = staff.assignments.find((a) => a.endedAt === null)?.institutionName ?? ''
  const qr = `data:image/svg+xml;base64,${Buffer.from(renderSVG(link, { border: 2 })).toString('base64')}`
  const shown = { staff, facility, link, code: spacedToken(token), qr, until }
  return { status, json: { id: staff.id, link, until: until.toISOString() }, page: () => invitationPage(pageOf(ctx, request, deps), shown) }
}

async function enter(ctx: Context, request: RouteRequest, deps: StaffDeps): Promise<Answer> {
  const typed = typedIn(request)
  const institutionNumber = request.params.number ?? ''
  const facility = await registers.facilities.get(ctx, institutionNumber)
  const done = await registers.staff.enter(ctx, {
    institutionNumber,
    loginName: typed.text('loginName').normalize('NFKC').toLowerCase(),
    name: typed.text('name'),
    nameKana: typed.text('nameKana'),
    nameEn: typed.text('nameEn'),
    role: roleIn(typed),
    department: typed.text('department'),
    from: typed.text('from'),
    until: typed.orNull('until'),
    licence: licenceIn(typed),
  })
  if ('saved' in done) {
    const staff = await registers.staff.get(ctx, done.saved)
    return invite(ctx, request, { staff, deps, status: 201 })
  }
  const draft = { values: valuesOf(typed), errors: errorsOf(done.findings, ctx.lang) }
  const page = () => newStaffPage(pageOf(ctx, request, deps), { number: institutionNumber, facility: facility.name, draft })
  return again(ctx, request, { findings: done.findings, page })
}

async function assign(ctx: Context, request: RouteRequest, deps: StaffDeps): Promise<Answer> {
  const typed = typedIn(request)
  const id = request.params.id ?? ''
  const place = { role: roleIn(typed), department: typed.text('department'), from: typed.text('from'), until: typed.orNull('until') }
  const done = await registers.staff.assign(ctx, id, { ...place, institutionNumber: plainNumber(typed.text('institutionNumber')) })
  if ('saved' in done) return led(request, staffHref(id))
  const draft = { values: { ...valuesOf(typed), form: 'place' }, errors: errorsOf(done.findings, ctx.lang) }
  return again(ctx, request, { findings: done.findings, page: (await one(ctx, request, deps, draft)).page! })
}

async function rename(ctx: Context, request: RouteRequest, deps: StaffDeps): Promise<Answer> {
  const typed = typedIn(request)
  const to = { id: request.params.id ?? '', name: typed.text('name'), nameKana: typed.text('nameKana'), nameEn: typed.text('nameEn') }
  const done = await registers.staff.rename(ctx, to)
  if ('saved' in done) return led(request, staffHref(to.id))
  const { id: _id, ...names } = to
  const draft = { values: { ...names, form: 'names' }, errors: errorsOf(done.findings, ctx.lang) }
  return again(ctx, request, { findings: done.findings, page: (await one(ctx, request, deps, draft)).page! })
}

async function putLicence(ctx: Context, request: RouteRequest, deps: StaffDeps): Promise<Answer> {
  const typed = typedIn(request)
  const id = request.params.id ?? ''
  const done = await registers.staff.putLicence(
    ctx,
    id,
    licenceIn(typed) ?? { kind: '' as Licence['kind'], number: '', from: '', until: null },
  )
  if ('saved' in done) return led(request, staffHref(id))
  const findings = done.findings.map((f) => ({ ...f, field: `licence${f.field[0]!.toUpperCase()}${f.field.slice(1)}` }))
  const draft = { values: { ...valuesOf(typed), from: '', form: 'licence' }, errors: errorsOf(findings, ctx.lang) }
  return again(ctx, request, { findings, page: (await one(ctx, request, deps, draft)).page! })
}

/** Acts on somebody's sign-in: each only for whom the caller keeps alone. */
function signInRows(deps: StaffDeps): Row[] {
  const act = { kind: 'write', method: 'POST', schema: fields, ...forKeepers, ...provenToAct } as const
  const subject = (staff: StaffEntry) => ({ kind: 'staff' as const, id: staff.id })
  const done = (request: RouteRequest, staff: StaffEntry) => led(request, staffHref(staff.id))
  return [
    {
      ...act,
      path: '/operator/staff/:id/invitation',
      audit: 'staff.invite',
      summary: { ja: '職員に新しい招待状を出す（一度だけ表示）', en: 'Issue a new invitation, shown once' },
      handle: async (ctx, request) =>
        invite(ctx, request, { staff: await registers.staff.own(ctx, request.params.id ?? ''), deps, status: 200 }),
    },
    {
      ...act,
      path: '/operator/staff/:id/unlock',
      audit: 'staff.unlock',
      summary: { ja: 'サインインのロックを解除する', en: 'Unlock a sign-in' },
      handle: async (ctx, request) => {
        const staff = await registers.staff.own(ctx, request.params.id ?? '')
        await unlock(ctx, staff.loginName)
        await registers.staff.note(ctx, staff, 'staff.unlock')
        return done(request, staff)
      },
    },
    {
      ...act,
      path: '/operator/staff/:id/sign-out',
      audit: 'staff.sign-out',
      summary: { ja: 'すべての端末からサインアウトさせる', en: 'Sign a member of staff out everywhere' },
      handle: async (ctx, request) => {
        const staff = await registers.staff.own(ctx, request.params.id ?? '')
        await endAllSessions(ctx.db, ctx.now, subject(staff))
        await registers.staff.note(ctx, staff, 'staff.sign-out')
        return done(request, staff)
      },
    },
    {
      ...act,
      path: '/operator/staff/:id/end-ways',
      audit: 'staff.end-ways',
      summary: {
        ja: 'パスキー・招待状・サインインをすべて止める（端末の紛失）',
        en: 'End every passkey, invitation and session (lost device)',
      },
      handle: async (ctx, request) => {
        const staff = await registers.staff.own(ctx, request.params.id ?? '')
        await endEveryWay(ctx, subject(staff))
        await registers.staff.note(ctx, staff, 'staff.sign-out')
        return done(request, staff)
      },
    },
  ]
}

/** The register of staff. */
export function staffRows(deps: StaffDeps): Row[] {
  const write = { kind: 'write', method: 'POST', schema: fields, ...forKeepers, ...provenToAct } as const
  return [
    {
      kind: 'read',
      method: 'GET',
      path: '/operator/facilities/:number/staff/new',
      ...forKeepers,
      ...provenToOpen,
      audit: 'operator.facility',
      summary: { ja: '職員を招く画面', en: 'The form that invites a member of staff' },
      handle: async (ctx, request) => {
        const { institutionNumber, name } = await registers.facilities.get(ctx, request.params.number ?? '')
        const draft = { values: { from: dateInJapan(ctx.now), role: 'nurse' }, errors: [] }
        return { page: () => newStaffPage(pageOf(ctx, request, deps), { number: institutionNumber, facility: name, draft }) }
      },
    },
    {
      ...write,
      path: '/operator/facilities/:number/staff',
      audit: 'staff.enter',
      summary: { ja: '職員を登録して招待状を出す', en: 'Register a member of staff and invite them' },
      handle: (ctx, request) => enter(ctx, request, deps),
    },
    {
      kind: 'read',
      method: 'GET',
      path: '/operator/staff/:id',
      ...forKeepers,
      audit: 'operator.staff',
      summary: { ja: '職員：勤務先、免許、サインイン、変更の履歴', en: 'A member of staff: places, licences, sign-in, history' },
      handle: (ctx, request) => one(ctx, request, deps),
    },
    {
      ...write,
      path: '/operator/staff/:id/names',
      audit: 'staff.rename',
      summary: { ja: '職員の氏名を変更する', en: 'Change the name of a member of staff' },
      handle: (ctx, request) => rename(ctx, request, deps),
    },
    {
      ...write,
      path: '/operator/staff/:id/licences',
      audit: 'licence.put',
      summary: { ja: '免許を登録・変更する', en: 'Add or change a licence' },
      handle: (ctx, request) => putLicence(ctx, request, deps),
    },
    {
      ...write,
      path: '/operator/staff/:id/assignments',
      audit: 'staff.assign',
      summary: { ja: '勤務先・職種を加える', en: 'Add a place of work or a role' },
      handle: (ctx, request) => assign(ctx, request, deps),
    },
    {
      ...write,
      path: '/operator/staff/:id/assignments/:assignmentId/end',
      audit: 'staff.end',
      summary: { ja: '勤務をすぐに終了する（次の操作から権限なし）', en: 'End a place of work at once' },
      handle: async (ctx, request) => {
        const { id = '', assignmentId = '' } = request.params
        const staff = await registers.staff.endAssignment(ctx, id, assignmentId)
        return led(
          request,
          staff.assignments.filter((a) => a.endedAt === null).length > 1
            ? staffHref(id)
            : facilityHref(staff.assignments.find((a) => a.id === assignmentId)!.institutionNumber),
        )
      },
    },
    ...signInRows(deps),
  ]
}
