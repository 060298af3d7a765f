/** Rows of the apps that a person let in. */
import type { PersonService } from '#care/person'
import type { Actor, Context } from '#kernel/context'
import { refuse } from '#kernel/refusal'
import type { Row, RouteRequest } from '#kernel/route'
import { wantsJson } from '#kernel/serve'
import { type ConnectedApp, connectedApps, connectedJson, endConnected } from '#portals/sign-in'
import { appsPage, endAppPage } from './apps.tsx'
import type { About } from './frame.tsx'

const LAW = '個人情報の保護に関する法律 本人の同意（条項は要確認: 弁護士）'
const me = { who: ['citizen'], why: ['PATRQT'] } as const

type Deps = { person: PersonService; aboutOf: (ctx: Context, request: RouteRequest) => About }

const citizenOf = ({ actor }: Context): Extract<Actor, { kind: 'citizen' }> => (actor.kind === 'citizen' ? actor : refuse('not-permitted'))

/** Notes that the person looked at what they let in, under their own key. */
function noteOwn(ctx: Context, resource: string): void {
  const key = citizenOf(ctx).keys[0]
  if (key !== undefined) ctx.audit({ key, rule: 'own-record', resource })
}

async function ownApp(ctx: Context, person: PersonService, id: string): Promise<ConnectedApp> {
  return (await connectedApps(ctx, person)).find((one) => one.grantId === id) ?? refuse('not-found')
}

const isForm = ({ headers }: RouteRequest): boolean =>
  (headers['content-type'] ?? '').startsWith('application/x-www-form-urlencoded') && !wantsJson(headers.accept)

export function appRows({ person, aboutOf }: Deps): Row[] {
  return [
    {
      kind: 'read',
      method: 'GET',
      path: '/me/apps',
      ...me,
      audit: 'citizen.apps',
      law: LAW,
      summary: { ja: '本人がつないだアプリの一覧', en: 'The apps a person let in' },
      handle: async (ctx, request) => {
        const apps = await connectedApps(ctx, person)
        noteOwn(ctx, 'apps')
        const justEnded = request.query.get('ended') === '1'
        return {
          json: { apps: apps.map((app) => connectedJson(app, ctx.now)) },
          page: () => appsPage(aboutOf(ctx, request), { apps, justEnded }),
        }
      },
    },
    {
      kind: 'read',
      method: 'GET',
      path: '/me/apps/:id/end',
      ...me,
      audit: 'citizen.apps',
      law: LAW,
      summary: { ja: 'アプリをやめさせる前の確認', en: 'What ending an app will do' },
      handle: async (ctx, request) => {
        const app = await ownApp(ctx, person, request.params.id!)
        noteOwn(ctx, `app/${app.grantId}`)
        return { json: connectedJson(app, ctx.now), page: () => endAppPage(aboutOf(ctx, request), app) }
      },
    },
    {
      kind: 'write',
      method: 'POST',
      path: '/me/apps/:id/end',
      ...me,
      audit: 'app.end',
      law: LAW,
      summary: { ja: 'アプリをやめさせる（次の閲覧から効く）', en: 'End an app, from its next look on' },
      handle: async (ctx, request) => {
        await endConnected(ctx, request.params.id!)
        noteOwn(ctx, `app/${request.params.id!}`)
        return isForm(request) ? { redirect: '/me/apps?ended=1' } : { json: { id: request.params.id!, endedAt: ctx.now.toISOString() } }
      },
    },
  ]
}
