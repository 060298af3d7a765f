/** Reports of what was touched. */
import {
  type ActionWords,
  askScope,
  countsOf,
  listScopes,
  type Misread,
  readScope,
  readSelector,
  type Scope,
  scopeCsv,
  scopeJson,
  selectorFields,
  touchedOf,
} from '#care/oversight'
import type { Context } from '#kernel/context'
import { refuse } from '#kernel/refusal'
import type { Answer, Row, RouteRequest } from '#kernel/route'
import { wantsJson } from '#kernel/serve'
import { type Draft, fields, led, noDraft, typedIn } from './form.ts'
import { pageOf } from './frame.tsx'
import { forBreaches } from './row-terms.ts'
import { scopePage } from './scope-page.tsx'
import { scopesPage } from './scopes-page.tsx'

const SIZE = 100

export const draftWith = (values: Readonly<Record<string, string>>, wrong: readonly Misread[], lang: Context['lang']): Draft => ({
  values,
  errors: wrong.map((w) => ({ name: w.field, message: w[lang] })),
})

/** A program is told what was wrong; a person gets the form back. */
export function againOrRefuse(ctx: Context, request: RouteRequest, about: { wrong: readonly Misread[]; page: () => string }): Answer {
  if (wantsJson(request.headers.accept))
    return refuse('input-invalid', { what: about.wrong.map((w) => `${w.field}: ${w[ctx.lang]}`).join(' ') })
  ctx.audit({ outcome: 'input-invalid' })
  return { status: 400, page: about.page }
}

async function view(ctx: Context, scope: Scope, after: string) {
  if (scope.state !== 'done') return { scope, counts: [], touched: [], next: null }
  const touched = await touchedOf(ctx.db, scope.id, { after, limit: SIZE })
  return { scope, counts: await countsOf(ctx.db, scope.id, 20), touched, next: touched.length === SIZE ? touched.at(-1)!.key : null }
}

export function scopeRows({ words, demo }: { words: ActionWords; demo: boolean }): Row[] {
  const list = async (ctx: Context, request: RouteRequest, draft: Draft): Promise<Answer> => {
    const scopes = await listScopes(ctx.db, 50)
    return { json: { scopes }, page: () => scopesPage(pageOf(ctx, request, { demo }), { scopes, draft }) }
  }
  return [
    {
      ...{ kind: 'read', method: 'GET', path: '/audit/scope', ...forBreaches, audit: 'audit.scopes' },
      summary: { ja: '触れられた範囲の調べの一覧', en: 'Reports of what was touched' },
      handle: (ctx, request) => {
        const values = Object.fromEntries(
          selectorFields.flatMap((name) => (request.query.get(name) ? [[name, request.query.get(name)!]] : [])),
        )
        return list(ctx, request, { ...noDraft, values })
      },
    },
    {
      ...{ kind: 'write', method: 'POST', path: '/audit/scope', ...forBreaches, audit: 'audit.scope-ask', schema: fields },
      summary: { ja: '触れられた範囲を調べさせる', en: 'Ask what was touched' },
      handle: async (ctx, request) => {
        const typed = typedIn(request)
        const read = readSelector(typed.text)
        if ('selector' in read) return led(request, `/audit/scope/${await askScope(ctx, read.selector)}`)
        const scopes = await listScopes(ctx.db, 50)
        const draft = draftWith(typed.all, read.wrong, ctx.lang)
        return againOrRefuse(ctx, request, { wrong: read.wrong, page: () => scopesPage(pageOf(ctx, request, { demo }), { scopes, draft }) })
      },
    },
    {
      ...{ kind: 'read', method: 'GET', path: '/audit/scope/:id', ...forBreaches, audit: 'audit.scope' },
      summary: { ja: '触れられた範囲の調べ1件と、その進み具合', en: 'One report of what was touched, and how far it is' },
      handle: async (ctx, request) => {
        const scope = await readScope(ctx, request.params.id!)
        const shown = await view(ctx, scope, request.query.get('after') ?? '')
        ctx.audit({ resource: `Scope/${scope.id}`, count: shown.touched.length })
        return { json: shown, page: () => scopePage(pageOf(ctx, request, { demo }), { ...shown, words }) }
      },
    },
    {
      ...{ kind: 'stream', method: 'GET', path: '/audit/scope/:id/download', ...forBreaches, audit: 'audit.scope-download' },
      summary: { ja: '触れられた範囲を受け取る（CSV、JSON）', en: 'A report of what was touched as CSV or JSON' },
      takes: [{ name: 'as', type: 'code', about: { ja: 'csv か json', en: 'csv or json' } }],
      handle: async (ctx, request) => {
        const scope = await readScope(ctx, request.params.id!)
        if (scope.state !== 'done') refuse('not-found')
        ctx.audit({ resource: `Scope/${scope.id}`, count: scope.persons ?? 0 })
        const json = request.query.get('as') === 'json'
        const type = json ? 'application/json; charset=utf-8' : 'text/csv; charset=utf-8'
        const headers = { 'content-type': type, 'content-disposition': `attachment; filename="scope-${scope.id}.${json ? 'json' : 'csv'}"` }
        return { headers, pieces: json ? scopeJson(ctx, scope) : scopeCsv(ctx, scope.id) }
      },
    },
  ]
}
