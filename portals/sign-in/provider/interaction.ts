/** Rows between an app's request and its answer: who is there, what they let it see, for whom. */
import { listAppGrants } from '#care/person'
import { askedIn, askingRow } from '#kernel/asked'
import type { Context } from '#kernel/context'
import type { Answer, Row, RouteRequest } from '#kernel/route'
import { consentDecision, consentPage, consentPolicy, type ConsentProps, tickedIn } from '../consent/index.ts'
import { refuse } from '#kernel/refusal'
import { makeLaunch, mayPick, type PatientPicker, pickerPage } from '../launch/index.ts'
import { open } from '../row-terms.ts'
import { OFFLINE_DAYS, paths } from './configuration.ts'
import type { LaunchContexts, ProviderDeps } from './deps.ts'
import { letIn } from './let-in.ts'
import { askable, type Chart, forWhom, keyOf, type Launch, launchOf, type Person } from './launch.ts'
import { type LaunchProblem, launchProblemPage } from './problem-page.tsx'
import type { OpenIdProvider } from './provider.ts'
import { reachRecords } from './scopes.ts'

const SMART = 'SMART App Launch 2.2; 個人情報の保護に関する法律 第28条・第33条（要確認: 弁護士）'

type Deps = ProviderDeps & { oauth: OpenIdProvider; launches: LaunchContexts | null; picker: PatientPicker | null }
/** `handle`: of the launch from a chart, or of the patient that was picked. */
type Ready = { launch: Launch; who: Person; chart: Chart | null; handle: string | null; scopes: string[] }

const problem = (deps: Deps, ctx: Context, request: RouteRequest, which: LaunchProblem): Answer => ({
  status: which === 'over' ? 410 : 403,
  page: () => launchProblemPage({ lang: ctx.lang, path: request.url, actor: ctx.actor, demo: deps.demo }, which, null),
})

/** Where to sign in, or to prove oneself again, before the app may be answered; null where that was done. */
function signInFirst(ctx: Context, { app, maxAge, startedAt, uid }: Launch): string | null {
  const next = encodeURIComponent(`${paths.interaction}/${uid}`)
  const by = app.forCitizens ? (app.forStaff ? '' : '/card') : '/staff'
  if (ctx.session === undefined) return `/sign-in${by}?next=${next}`
  if (maxAge === null) return null
  const since = Math.max(startedAt.getTime() - maxAge * 1000, 0)
  return ctx.session.provenAt.getTime() >= since ? null : `/sign-in/again?next=${next}&by=card,passkey,password-totp`
}

/** Everything that must hold before somebody is asked, or the answer that says what does not. */
async function ready(deps: Deps, ctx: Context, request: RouteRequest, picked: string | null): Promise<Ready | { answer: Answer }> {
  const launch = await launchOf(deps.oauth, ctx, request)
  const refused = (which: LaunchProblem, rule: string) => {
    ctx.audit({ outcome: 'not-permitted', rule, ...(launch ? { resource: `Client/${launch.app.clientId}` } : {}) })
    return { answer: problem(deps, ctx, request, which) }
  }
  if (launch === undefined) return refused('over', 'launch-over')
  const first = signInFirst(ctx, launch)
  if (first !== null) return { answer: { redirect: first } }
  const who = ctx.actor
  if (who.kind !== 'citizen' && who.kind !== 'staff') return refused('over', 'nobody')
  if (!(who.kind === 'citizen' ? launch.app.forCitizens : launch.app.forStaff))
    return refused(who.kind === 'citizen' ? 'wrong-kind-staff' : 'wrong-kind-citizen', 'wrong-kind')
  const handle = launch.launchId ?? picked
  const chart = await chartOf(deps, ctx, { ...launch, launchId: handle }, who)
  if (chart === null && asksForPatient(deps, ctx, launch)) return { answer: await pickFirst(deps, ctx, request, launch) }
  const scopes = askable(launch, who, chart)
  if (!reachRecords(scopes) && reachRecords(launch.asked))
    return refused(who.kind === 'staff' ? 'no-patient' : 'not-for-you', 'nothing-to-give')
  return { launch, who, chart, handle, scopes }
}

/** Whether an app that staff started on its own wants a patient, and they may choose one. @spec SMART App Launch 2.2, scope launch/patient */
const asksForPatient = ({ picker }: Deps, ctx: Context, { launchId, asked }: Launch): boolean =>
  picker !== null && launchId === null && asked.includes('launch/patient') && mayPick(ctx)

const placeOf = (uid: string): string => `${paths.interaction}/${encodeURIComponent(uid)}`

/** The page where staff choose the patient. */
async function pickFirst(deps: Deps, ctx: Context, request: RouteRequest, { uid, app, redirectUri }: Launch): Promise<Answer> {
  const place = placeOf(uid)
  const text = (request.method === 'GET' ? (askedIn(ctx, place, request.query).get('q') ?? '') : '').slice(0, 100)
  const found = await deps.picker!.find(ctx, text)
  ctx.audit({ resource: `Client/${app.clientId}` })
  const view = { ...found, uid, text, app: (ctx.lang === 'en' && app.nameEn) || app.name }
  const path = request.method === 'GET' ? request.url : place
  return {
    headers: consentPolicy(redirectUri),
    page: () => pickerPage({ lang: ctx.lang, path, actor: ctx.actor, demo: deps.demo }, view),
  }
}

const field = (request: RouteRequest, name: string): string | null => {
  const { [name]: value } = typeof request.body === 'object' && request.body !== null ? (request.body as Record<string, unknown>) : {}
  return typeof value === 'string' && value !== '' ? value : null
}

/** Keeps whom they chose, for this app and this member of staff, and goes on to what it may see. */
async function pick(deps: Deps, ctx: Context, request: RouteRequest): Promise<Answer> {
  const launch = await launchOf(deps.oauth, ctx, request)
  if (launch === undefined) return problem(deps, ctx, request, 'over')
  const resource = `Client/${launch.app.clientId}`
  const who = ctx.actor
  if (who.kind !== 'staff' || !launch.app.forStaff || !asksForPatient(deps, ctx, launch)) {
    ctx.audit({ outcome: 'not-permitted', rule: 'no-patient-to-choose', resource })
    return problem(deps, ctx, request, 'not-for-you')
  }
  const patientKey = await deps.picker!.pick(ctx, field(request, 'patient') ?? '')
  if (patientKey === undefined) return refuse('patient-not-here')
  const picked = await makeLaunch(ctx.db, ctx.now, { staffId: who.id, clientId: launch.app.clientId, patientKey })
  ctx.audit({ resource, key: patientKey, rule: 'patient-chosen' })
  return { redirect: `${paths.interaction}/${launch.uid}?picked=${picked}` }
}

/** The patient of a launch from a chart, not yet spent. */
async function chartOf(deps: Deps, ctx: Context, { launchId, app }: Launch, who: Person): Promise<Chart | null> {
  if (launchId === null || who.kind !== 'staff' || deps.launches === null) return null
  return (await deps.launches.find(ctx, { launchId, staffId: who.id, clientId: app.clientId })) ?? null
}

async function previousOf(ctx: Context, who: Person, { app }: Launch): Promise<ConsentProps['previous']> {
  const grants = await listAppGrants(ctx.db, { kind: who.kind, id: who.id })
  const last = grants.find((grant) => grant.clientId === app.clientId && grant.endedAt === null && grant.until > ctx.now)
  return last === undefined ? null : { at: last.grantedAt, scopes: last.scopes }
}

async function propsOf(deps: Deps, ctx: Context, { launch, who, chart, handle, scopes }: Ready): Promise<ConsentProps> {
  const { app, uid } = launch
  const { clientId, maker, logoText, homepageUrl: homepage } = app
  const name = (ctx.lang === 'en' && app.nameEn) || app.name
  return {
    interactionUid: uid,
    picked: launch.launchId === null && chart !== null ? handle : null,
    app: { clientId, name, maker, logoText, homepage },
    by: who.kind,
    scopes,
    forWhom: await forWhom(deps, ctx, who, chart),
    previous: await previousOf(ctx, who, launch),
    refreshDays: OFFLINE_DAYS,
    error: null,
  }
}

const asked = (deps: Deps, ctx: Context, request: RouteRequest, props: ConsentProps, { redirectUri }: Launch): Answer => ({
  headers: consentPolicy(redirectUri),
  page: () => consentPage({ lang: ctx.lang, path: request.url, actor: ctx.actor, demo: deps.demo }, props),
})

async function show(deps: Deps, ctx: Context, request: RouteRequest): Promise<Answer> {
  const found = await ready(deps, ctx, request, request.query.get('picked'))
  if ('answer' in found) return found.answer
  ctx.audit({ resource: `Client/${found.launch.app.clientId}` })
  return asked(deps, ctx, request, await propsOf(deps, ctx, found), found.launch)
}

async function decide(deps: Deps, ctx: Context, request: RouteRequest): Promise<Answer> {
  if (field(request, 'decision') === 'deny') {
    const asking = await launchOf(deps.oauth, ctx, request)
    if (asking !== undefined && ctx.actor.kind === 'staff' && asksForPatient(deps, ctx, asking)) return declined(deps, ctx, request, asking)
  }
  const found = await ready(deps, ctx, request, field(request, 'picked'))
  if ('answer' in found) return found.answer
  const { launch, who, chart, handle } = found
  const props = await propsOf(deps, ctx, found)
  const form = typeof request.body === 'object' && request.body !== null ? (request.body as Record<string, unknown>) : {}
  const decision = consentDecision(props, form)
  const resource = `Client/${launch.app.clientId}`
  if (decision === null) {
    ctx.audit({ outcome: 'input-invalid', resource })
    const message =
      ctx.lang === 'ja'
        ? '見せるものを一つ以上選ぶか、「見せない」を押してください。'
        : 'Choose at least one thing it may see, or press “Do not”.'
    return { status: 400, ...asked(deps, ctx, request, { ...props, error: { message, ticked: tickedIn(form) } }, launch) }
  }
  if (!decision.allow) return declined(deps, ctx, request, launch)
  const spent =
    chart !== null && handle !== null
      ? await deps.launches?.spend(ctx, { launchId: handle, staffId: who.id, clientId: launch.app.clientId })
      : null
  if (chart !== null && spent === undefined) return problem(deps, ctx, request, 'over')
  const patientKey = who.kind === 'staff' ? (spent?.patientKey ?? null) : await keyOf(deps, ctx, who, decision.forId)
  if (patientKey === undefined) return problem(deps, ctx, request, 'not-for-you')
  ctx.audit({ resource, rule: decision.scopes.join(' ').slice(0, 400), ...(patientKey === null ? {} : { key: patientKey }) })
  return { redirect: await letIn(deps, ctx, request, { launch, who, scopes: decision.scopes, patientKey }) }
}

/** The person says no; the app is told so. */
async function declined(deps: Deps, ctx: Context, request: RouteRequest, { app }: Launch): Promise<Answer> {
  ctx.audit({ outcome: 'not-permitted', rule: 'access_denied', resource: `Client/${app.clientId}` })
  return { redirect: await letIn(deps, ctx, request, null) }
}

/** Pages of a launch, in the browser that began it. */
export function interactionRows(deps: Deps): Row[] {
  const about = { ...open, why: ['PATRQT', 'TREAT', 'HOPERAT'], law: SMART } as const
  return [
    {
      kind: 'read',
      method: 'GET',
      path: `${paths.interaction}/:uid`,
      ...about,
      audit: 'app.ask',
      summary: { ja: 'アプリに何を見せるかを選ぶ画面', en: 'Page to choose what an app may see' },
      handle: (ctx, request) => show(deps, ctx, request),
    },
    {
      kind: 'write',
      method: 'POST',
      path: `${paths.interaction}/:uid`,
      ...about,
      audit: 'app.let-in',
      summary: { ja: 'アプリに見せるか、見せないかを決める', en: 'Let an app in, or not' },
      handle: (ctx, request) => decide(deps, ctx, request),
    },
    {
      kind: 'write',
      method: 'POST',
      path: `${paths.interaction}/:uid/patient`,
      ...about,
      audit: 'app.pick-patient',
      summary: { ja: 'アプリで見る患者を選ぶ', en: 'Choose the patient for whom an app is used' },
      handle: (ctx, request) => pick(deps, ctx, request),
    },
    askingRow(
      {
        ...{ path: `${paths.interaction}/:uid/search`, ...about },
        summary: { ja: 'アプリで見る患者をさがす', en: 'Search for the patient for whom an app is used' },
      },
      ({ params }) => placeOf(params.uid ?? ''),
    ),
  ]
}
