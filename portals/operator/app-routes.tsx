import { type AppSaved, type FoundApp, type GivenApp, registers } from '#care/person'
import type { Context } from '#kernel/context'
import type { Answer, Row, RouteRequest } from '#kernel/route'
import { type AppForm, appHref, appPage, appsPage, newAppPage } from './app-pages.tsx'
import { again, type Draft, errorsOf, fields, led, type Typed, typedIn } from './form.tsx'
import { pageOf } from './frame.tsx'
import { forOperator, provenToAct, provenToOpen } from './row-terms.ts'

type Deps = { demo: boolean }

const words = (text: string) => text.split(/\s+/).filter(Boolean)

const appIn = (typed: Typed, clientId: string): GivenApp => ({
  clientId,
  name: typed.text('name'),
  nameEn: typed.text('nameEn'),
  maker: typed.text('maker'),
  about: { ja: typed.text('aboutJa'), en: typed.text('aboutEn') },
  logoText: [...typed.text('name')][0] ?? '',
  forCitizens: typed.list('audience').includes('citizens'),
  forStaff: typed.list('audience').includes('staff'),
  kind: typed.text('kind') === 'confidential' ? 'confidential' : 'public',
  redirectUris: words(typed.text('redirectUris')),
  launchUrl: typed.orNull('launchUrl'),
  homepageUrl: typed.orNull('homepageUrl'),
  privacyUrl: typed.orNull('privacyUrl'),
  scopes: words(typed.text('scopes')),
  binding: (['dpop', 'mtls', 'any', 'none'] as const).find((one) => one === typed.text('binding')) ?? 'dpop',
  parRequired: typed.text('parRequired') === 'yes',
  keys: typed.text('keys'),
})

const formOf = (app: GivenApp): AppForm => ({
  parRequired: app.parRequired,
  audience: [...(app.forCitizens ? ['citizens'] : []), ...(app.forStaff ? ['staff'] : [])],
  draft: {
    errors: [],
    values: {
      ...{ clientId: app.clientId, name: app.name, nameEn: app.nameEn, maker: app.maker, kind: app.kind, binding: app.binding ?? 'any' },
      ...{ aboutJa: app.about.ja, aboutEn: app.about.en, redirectUris: app.redirectUris.join('\n'), scopes: app.scopes.join(' ') },
      ...{ launchUrl: app.launchUrl ?? '', homepageUrl: app.homepageUrl ?? '', privacyUrl: app.privacyUrl ?? '', keys: app.keys },
    },
  },
})

const empty: AppForm = {
  draft: { values: { binding: 'dpop', kind: 'public', scopes: 'openid fhirUser launch/patient patient/*.rs' }, errors: [] },
  audience: ['citizens'],
  parRequired: true,
}

/** The form as it was sent, with what is wrong; a pasted private key is not shown again. */
function refusedForm(ctx: Context, given: GivenApp, done: Extract<AppSaved, { findings: unknown }>): AppForm {
  const form = formOf({ ...given, keys: done.secret === true ? '' : given.keys })
  return { ...form, draft: { ...form.draft, errors: errorsOf(done.findings, ctx.lang) } }
}

async function enter(ctx: Context, request: RouteRequest, deps: Deps): Promise<Answer> {
  const typed = typedIn(request)
  const given = appIn(typed, typed.text('clientId'))
  const done = await registers.apps.enter(ctx, given)
  if ('saved' in done) return led(request, appHref(done.saved), { clientId: done.saved })
  return again(ctx, request, { findings: done.findings, page: () => newAppPage(pageOf(ctx, request, deps), refusedForm(ctx, given, done)) })
}

async function change(ctx: Context, request: RouteRequest, deps: Deps): Promise<Answer> {
  const given = appIn(typedIn(request), request.params.id ?? '')
  const app = await registers.apps.get(ctx, given.clientId)
  const done = await registers.apps.change(ctx, { ...given, logoText: app.logoText })
  if ('saved' in done) return led(request, appHref(app.clientId))
  const changes = await registers.history(ctx, `App/${app.clientId}`)
  const keys = await registers.apps.keys(ctx, app.clientId)
  const page = () => appPage(pageOf(ctx, request, deps), { app, changes, keys, form: refusedForm(ctx, given, done) })
  return again(ctx, request, { findings: done.findings, page })
}

const shown = (app: FoundApp): AppForm => formOf({ ...app, keys: '' })

async function one(ctx: Context, request: RouteRequest, deps: Deps, keyDraft?: Draft): Promise<Answer> {
  const app = await registers.apps.get(ctx, request.params.id ?? '')
  const changes = await registers.history(ctx, `App/${app.clientId}`)
  const keys = await registers.apps.keys(ctx, app.clientId)
  const about = { app, changes, keys, form: shown(app), ...(keyDraft === undefined ? {} : { keyDraft }) }
  return { json: { app, keys, changes }, page: () => appPage(pageOf(ctx, request, deps), about) }
}

/** Keys of an app, from one to the next. */
function keyRows(deps: Deps): Row[] {
  const write = { kind: 'write', method: 'POST', schema: fields, ...forOperator, ...provenToAct } as const
  const saved = async (ctx: Context, request: RouteRequest, done: AppSaved, values: Draft['values']): Promise<Answer> => {
    if ('saved' in done) return led(request, appHref(done.saved))
    const draft = { values: done.secret === true ? { ...values, keys: '' } : values, errors: errorsOf(done.findings, ctx.lang) }
    return again(ctx, request, { findings: done.findings, page: (await one(ctx, request, deps, draft)).page! })
  }
  return [
    {
      ...write,
      path: '/operator/apps/:id/keys',
      audit: 'client.key-add',
      summary: { ja: 'アプリの次の鍵を加える', en: 'Add the next key of an app' },
      handle: async (ctx, request) => {
        const typed = typedIn(request)
        const given = { keys: typed.text('keys'), oldUntil: typed.text('oldUntil') }
        const done = await registers.apps.addKeys(ctx, request.params.id ?? '', given.keys, given.oldUntil || null)
        return saved(ctx, request, done, given)
      },
    },
    {
      ...write,
      path: '/operator/apps/:id/keys/end',
      audit: 'client.key-end',
      summary: { ja: 'アプリの鍵の最後の日を決める', en: 'Settle the last day of an app’s key' },
      handle: async (ctx, request) => {
        const typed = typedIn(request)
        const to = { thumbprint: typed.text('thumbprint'), until: typed.orNull('until') }
        const done = await registers.apps.endKeyOn(ctx, request.params.id ?? '', to)
        return saved(ctx, request, done, { thumbprint: to.thumbprint, until: to.until ?? '', form: 'end' })
      },
    },
    {
      ...write,
      path: '/operator/apps/:id/keys/:thumbprint/retire',
      audit: 'client.key-retire',
      summary: { ja: 'アプリの鍵の使用を終える', en: 'Retire a key of an app' },
      handle: async (ctx, request) => {
        const { id = '', thumbprint = '' } = request.params
        await registers.apps.retireKey(ctx, id, thumbprint)
        return led(request, appHref(id))
      },
    },
  ]
}

/** The register of apps. */
export function appRows(deps: Deps): Row[] {
  const read = { kind: 'read', method: 'GET', ...forOperator } as const
  const write = { kind: 'write', method: 'POST', schema: fields, ...forOperator, ...provenToAct } as const
  return [
    {
      ...read,
      path: '/operator/apps',
      audit: 'operator.apps',
      summary: { ja: 'アプリの一覧', en: 'Apps of the register' },
      handle: async (ctx, request) => {
        const apps = await registers.apps.list(ctx)
        return { json: { apps }, page: () => appsPage(pageOf(ctx, request, deps), apps) }
      },
    },
    {
      ...read,
      path: '/operator/apps/new',
      ...provenToOpen,
      audit: 'operator.apps',
      summary: { ja: 'アプリを登録する画面', en: 'The form that registers an app' },
      handle: async (ctx, request) => ({ page: () => newAppPage(pageOf(ctx, request, deps), empty) }),
    },
    {
      ...write,
      path: '/operator/apps',
      audit: 'app.enter',
      summary: { ja: 'アプリを登録する', en: 'Register an app' },
      handle: (ctx, request) => enter(ctx, request, deps),
    },
    {
      ...read,
      path: '/operator/apps/:id',
      audit: 'operator.app',
      summary: { ja: 'アプリ：範囲の上限、戻り先、変更の履歴', en: 'An app: its bounds, its addresses, its history' },
      handle: async (ctx, request) => {
        return one(ctx, request, deps)
      },
    },
    ...keyRows(deps),
    {
      ...write,
      path: '/operator/apps/:id',
      audit: 'app.change',
      summary: { ja: 'アプリの内容を変更する', en: 'Change an app' },
      handle: (ctx, request) => change(ctx, request, deps),
    },
    {
      ...write,
      path: '/operator/apps/:id/end',
      audit: 'app.end',
      summary: { ja: 'アプリを終了する（人が与えた許可も終わる）', en: 'End an app and every permission given to it' },
      handle: async (ctx, request) => {
        await registers.apps.end(ctx, request.params.id ?? '')
        return led(request, '/operator/apps')
      },
    },
  ]
}
