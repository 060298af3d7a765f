import { type ClientSaved, type NewClient, plainNumber, registers } from '#care/person'
import { type Context, institutionOf } from '#kernel/context'
import type { Answer, Row, RouteRequest } from '#kernel/route'
import { newClientPage } from './client-form.tsx'
import { type ClientShown, clientPage } from './client-page.tsx'
import { clientHref } from './client-parts.tsx'
import { clientsPage } from './clients-page.tsx'
import { type Addresses, connectSnippet } from './connect-snippet.ts'
import { listAsked, PAGE_SIZE } from './facility-routes.tsx'
import { again, type Draft, errorsOf, fields, led, noDraft, type Typed, typedIn } from './form.tsx'
import { pageOf } from './frame.tsx'
import { forKeepers, provenToAct, provenToOpen } from './row-terms.ts'

type Deps = Addresses & { demo: boolean }

async function list(ctx: Context, request: RouteRequest, deps: Deps): Promise<Answer> {
  const { find, page } = listAsked(request)
  const asked = { text: find, institutionNumber: null, limit: PAGE_SIZE, offset: (page - 1) * PAGE_SIZE }
  const clients = await registers.clients.list(ctx, asked)
  return { json: { clients }, page: () => clientsPage(pageOf(ctx, request, deps), { clients, find, page, size: PAGE_SIZE }) }
}

type Open = Pick<ClientShown, 'draft' | 'open'>

async function one(ctx: Context, request: RouteRequest, deps: Deps, form: Open = { draft: noDraft, open: null }): Promise<Answer> {
  const client = await registers.clients.get(ctx, request.params.id ?? '')
  const changes = await registers.history(ctx, `Client/${client.clientId}`)
  ctx.audit({ resource: `Client/${client.clientId}` })
  const shown = { client, changes, snippet: connectSnippet(client, deps), ...form }
  return { json: { client, changes }, page: () => clientPage(pageOf(ctx, request, deps), shown) }
}

const bindingIn = (typed: Typed) =>
  (['any', 'mtls', 'dpop', 'none'] as const).find((one) => one === typed.text('binding')) ?? ('' as NewClient['binding'])
const scopesIn = (typed: Typed): string[] => [
  ...new Set([...typed.list('scopes'), ...typed.text('moreScopes').split(/\s+/)].map((s) => s.trim()).filter(Boolean)),
]

/** What was typed; the pasted text only where it shows no private key. */
const valuesOf = (typed: Typed, secret: boolean): Draft['values'] => ({
  ...Object.fromEntries(['institutionNumber', 'clientId', 'name', 'binding', 'certificateSubject'].map((name) => [name, typed.text(name)])),
  oldUntil: typed.text('oldUntil'),
  keys: secret ? '' : typed.text('keys'),
})

const draftOf = (ctx: Context, typed: Typed, done: Extract<ClientSaved, { findings: unknown }>): Draft => ({
  values: valuesOf(typed, done.secret === true),
  errors: errorsOf(done.findings, ctx.lang),
})

async function enter(ctx: Context, request: RouteRequest, deps: Deps): Promise<Answer> {
  const typed = typedIn(request)
  const scopes = scopesIn(typed)
  const done = await registers.clients.enter(ctx, {
    clientId: typed.text('clientId'),
    institutionNumber: plainNumber(typed.text('institutionNumber')),
    name: typed.text('name'),
    scopes,
    binding: bindingIn(typed),
    certificateSubject: typed.orNull('certificateSubject'),
    keys: typed.text('keys'),
  })
  if ('saved' in done) return led(request, clientHref(done.saved), { clientId: done.saved })
  const draft = draftOf(ctx, typed, done)
  const page = () => newClientPage(pageOf(ctx, request, deps), { draft, scopes, ownFacility: isAdministrator(ctx) })
  return again(ctx, request, { findings: done.findings, page })
}

const isAdministrator = ({ actor }: Context) => actor.kind === 'staff' && actor.role === 'administrator'

async function change(ctx: Context, request: RouteRequest, deps: Deps): Promise<Answer> {
  const typed = typedIn(request)
  const clientId = request.params.id ?? ''
  const to = { clientId, name: typed.text('name'), scopes: scopesIn(typed), binding: bindingIn(typed) }
  const done = await registers.clients.change(ctx, { ...to, certificateSubject: typed.orNull('certificateSubject') })
  if ('saved' in done) return led(request, clientHref(clientId))
  const answer = await one(ctx, request, deps, { draft: draftOf(ctx, typed, done), open: 'change' })
  return again(ctx, request, { findings: done.findings, page: answer.page! })
}

async function addKeys(ctx: Context, request: RouteRequest, deps: Deps): Promise<Answer> {
  const typed = typedIn(request)
  const clientId = request.params.id ?? ''
  const done = await registers.clients.addKeys(ctx, clientId, typed.text('keys'), typed.orNull('oldUntil'))
  if ('saved' in done) return led(request, clientHref(clientId))
  const answer = await one(ctx, request, deps, { draft: draftOf(ctx, typed, done), open: 'keys' })
  return again(ctx, request, { findings: done.findings, page: answer.page! })
}

async function endKey(ctx: Context, request: RouteRequest, deps: Deps): Promise<Answer> {
  const typed = typedIn(request)
  const clientId = request.params.id ?? ''
  const to = { thumbprint: typed.text('thumbprint'), until: typed.orNull('until') }
  const done = await registers.clients.endKeyOn(ctx, clientId, to)
  if ('saved' in done) return led(request, clientHref(clientId))
  const draft = { values: { ...to, until: to.until ?? '', form: 'end' }, errors: errorsOf(done.findings, ctx.lang) }
  const answer = await one(ctx, request, deps, { draft, open: 'keys' })
  return again(ctx, request, { findings: done.findings, page: answer.page! })
}

/** The register of systems and their keys. */
export function clientRows(deps: Deps): Row[] {
  const read = { kind: 'read', method: 'GET', ...forKeepers } as const
  const write = { kind: 'write', method: 'POST', schema: fields, ...forKeepers, ...provenToAct } as const
  return [
    {
      ...read,
      path: '/operator/clients',
      audit: 'operator.clients',
      summary: { ja: 'つないでいるシステムの一覧', en: 'Systems that are connected' },
      handle: (ctx, request) => list(ctx, request, deps),
    },
    {
      ...read,
      path: '/operator/clients/new',
      ...provenToOpen,
      audit: 'operator.clients',
      summary: { ja: 'システムを登録する画面', en: 'The form that registers a system' },
      handle: async (ctx, request) => {
        const own = isAdministrator(ctx)
        const number = own ? (institutionOf(ctx.actor) ?? '') : (request.query.get('facility') ?? '').slice(0, 10)
        const values = { institutionNumber: number, clientId: number === '' ? '' : `facility-${number}-` }
        return {
          page: () =>
            newClientPage(pageOf(ctx, request, deps), { draft: { values, errors: [] }, scopes: ['system/*.cruds'], ownFacility: own }),
        }
      },
    },
    {
      ...write,
      path: '/operator/clients',
      audit: 'client.enter',
      summary: { ja: 'システムを登録する', en: 'Register a system' },
      handle: (ctx, request) => enter(ctx, request, deps),
    },
    {
      ...read,
      path: '/operator/clients/:id',
      audit: 'operator.client',
      summary: { ja: 'システム：鍵、できること、つなぎ方、変更の履歴', en: 'A system: keys, rights, how to connect, history' },
      handle: (ctx, request) => one(ctx, request, deps),
    },
    {
      ...write,
      path: '/operator/clients/:id',
      audit: 'client.change',
      summary: { ja: 'システムの内容を変更する', en: 'Change a system' },
      handle: (ctx, request) => change(ctx, request, deps),
    },
    {
      ...write,
      path: '/operator/clients/:id/keys',
      audit: 'client.key-add',
      summary: { ja: '次の鍵・証明書を加える', en: 'Add the next key or certificate' },
      handle: (ctx, request) => addKeys(ctx, request, deps),
    },
    {
      ...write,
      path: '/operator/clients/:id/keys/end',
      audit: 'client.key-end',
      summary: { ja: '鍵の最後の日を決める', en: 'Settle the last day of a key' },
      handle: (ctx, request) => endKey(ctx, request, deps),
    },
    {
      ...write,
      path: '/operator/clients/:id/keys/:thumbprint/retire',
      audit: 'client.key-retire',
      summary: { ja: '鍵の使用を終える', en: 'Retire a key' },
      handle: async (ctx, request) => {
        const { id = '', thumbprint = '' } = request.params
        await registers.clients.retireKey(ctx, id, thumbprint)
        return led(request, clientHref(id))
      },
    },
    {
      ...write,
      path: '/operator/clients/:id/end',
      audit: 'client.end',
      summary: { ja: 'システムをすぐに終了する', en: 'End a system at once' },
      handle: async (ctx, request) => {
        await registers.clients.end(ctx, request.params.id ?? '')
        return led(request, '/operator/clients')
      },
    },
    {
      kind: 'job',
      name: 'person.retire-ended-keys',
      everyMs: 60_000,
      law: forKeepers.law,
      summary: { ja: '期限の来た鍵の使用を終える', en: 'Retire keys whose end has come' },
      run: (job) => registers.retireEndedKeys(job),
    },
  ]
}
