/** Rows of apps: starting one from a chart (EHR launch), and those that a member of staff let in. */
import { findApp, type FoundApp, listApps } from '#care/person'
import { type Context, institutionOf, type StaffRole } from '#kernel/context'
import { refuse } from '#kernel/refusal'
import type { Row, RouteRequest } from '#kernel/route'
import { wantsJson } from '#kernel/serve'
import {
  AppEnded,
  connectedApps,
  ConnectedApps,
  connectedJson,
  EndApp,
  endConnected,
  launchAddress,
  makeLaunch,
  policyLeadingTo,
} from '#portals/sign-in'
import { renderPage, t } from '#ui'
import { type Launchable, launchable } from './apps.tsx'
import { ClinicPage, type PageOf } from './frame.tsx'
import { type Deps, openChart } from './load.ts'

const LAW = 'SMART App Launch 2.2, EHR launch'
const BASE = '/clinic/account/apps'
const clinical: readonly StaffRole[] = ['physician', 'dentist', 'nurse', 'pharmacist']
const staff = { who: ['staff'], why: ['TREAT'], law: LAW } as const

/** An app of the own institution, or of a maker that is none. */
const isOurs = (ctx: Context, app: FoundApp): boolean => app.institutionNumber === '' || app.institutionNumber === institutionOf(ctx.actor)

/** Apps that the caller may start from a chart. */
export async function launchableApps(ctx: Context): Promise<Launchable[]> {
  const apps = await listApps(ctx.db, { forStaff: true })
  return apps.filter((app) => isOurs(ctx, app)).map((app) => launchable(app, ctx.lang))
}

/** The headers of a page from which these apps are started. */
export const leadingTo = (apps: readonly Launchable[]): Record<string, string> =>
  apps.length === 0 ? {} : policyLeadingTo(apps.map((app) => app.launchUrl))

/** The patient's key, where the caller may open their chart. A patient of the institution is known without looking into it. @refuses consent-missing */
async function openable(ctx: Context, deps: Deps, patientId: string): Promise<string> {
  const found = await deps.person.findByKey(ctx, patientId)
  if (found === undefined || !(await deps.consent.related(ctx, found.keys))) await openChart(ctx, deps, patientId)
  return patientId
}

function launchRow(deps: Deps): Row {
  return {
    kind: 'write',
    method: 'POST',
    path: '/clinic/patients/:patientId/apps/:clientId',
    ...staff,
    roles: clinical,
    audit: 'app.launch',
    summary: { ja: 'この患者を選んだ状態でアプリを開く', en: 'Start an app with this patient chosen' },
    handle: async (ctx, request) => {
      const { actor } = ctx
      const app = await findApp(ctx.db, request.params.clientId!)
      if (actor.kind !== 'staff' || !app?.forStaff || app.launchUrl === null || !isOurs(ctx, app)) return refuse('not-found')
      const patientKey = await openable(ctx, deps, request.params.patientId!)
      const launch = await makeLaunch(ctx.db, ctx.now, { staffId: actor.id, clientId: app.clientId, patientKey })
      ctx.audit({ key: patientKey, resource: `app/${app.clientId}` })
      const redirect = launchAddress(app.launchUrl, { iss: deps.fhirBase ?? '', launch })
      return wantsJson(request.headers.accept) ? { json: { redirect } } : { redirect }
    },
  }
}

type About = { deps: Deps; pageOf: (ctx: Context, request: RouteRequest) => PageOf }

function accountRows({ deps, pageOf }: About): Row[] {
  const title = { ja: 'つながっているアプリ', en: 'Connected apps' }
  const about = { ...staff, audit: 'staff.apps' } as const
  return [
    {
      kind: 'read',
      method: 'GET',
      path: BASE,
      ...about,
      summary: { ja: '自分がつないだアプリの一覧', en: 'The apps a member of staff let in' },
      handle: async (ctx, request) => {
        const apps = await connectedApps(ctx, deps.person)
        const { lang, now } = ctx
        const empty = (
          <p>
            {t(lang, {
              ja: '患者の記録の画面で「アプリで開く」を選ぶと、見せるものを選ぶ画面が開きます。選んだアプリがここに並びます。',
              en: 'Choose “Open in an app” on a patient’s chart: you are asked what the app may see, and it is then listed here.',
            })}
          </p>
        )
        return {
          json: { apps: apps.map((app) => connectedJson(app, now)) },
          page: () =>
            renderPage(
              <ClinicPage
                on={pageOf(ctx, request)}
                title={t(lang, title)}
                lead={t(lang, { ja: 'あなたが患者の記録を見せると決めたアプリです。', en: 'Apps you let see patients’ records.' })}
                top={request.query.get('ended') === '1' ? <AppEnded lang={lang} /> : undefined}
              >
                <ConnectedApps apps={apps} look={{ lang, now, base: BASE }} empty={empty} />
              </ClinicPage>,
            ),
        }
      },
    },
    {
      kind: 'read',
      method: 'GET',
      path: `${BASE}/:id/end`,
      ...about,
      summary: { ja: 'アプリをやめさせる前の確認', en: 'What ending an app will do' },
      handle: async (ctx, request) => {
        const app = (await connectedApps(ctx, deps.person)).find((one) => one.grantId === request.params.id) ?? refuse('not-found')
        const { lang, now } = ctx
        return {
          json: connectedJson(app, now),
          page: () =>
            renderPage(
              <ClinicPage
                on={pageOf(ctx, request)}
                title={t(lang, { ja: `「${app.name}」をやめさせますか`, en: `End “${app.name}”?` })}
                breadcrumbs={[{ href: BASE, label: t(lang, title) }]}
              >
                <EndApp app={app} look={{ lang, now, base: BASE }} />
              </ClinicPage>,
            ),
        }
      },
    },
    {
      kind: 'write',
      method: 'POST',
      path: `${BASE}/:id/end`,
      ...staff,
      audit: 'app.end',
      summary: { ja: 'アプリをやめさせる（次の閲覧から効く）', en: 'End an app, from its next look on' },
      handle: async (ctx, request) => {
        await endConnected(ctx, request.params.id!)
        ctx.audit({ resource: `app/${request.params.id!}` })
        return wantsJson(request.headers.accept)
          ? { json: { id: request.params.id!, endedAt: ctx.now.toISOString() } }
          : { redirect: `${BASE}?ended=1` }
      },
    },
  ]
}

export const appRows = (about: About): Row[] => [launchRow(about.deps), ...accountRows(about)]
