import type { Actor, Context } from '#kernel/context'
import { refuse } from '#kernel/refusal'
import type { Answer, Row, RouteRequest } from '#kernel/route'
import type { Resource } from '#packages/fhir'
import { readResource } from '../body.ts'
import type { RecordService } from '../service.ts'
import type { Calls } from '../transaction/calls.ts'
import { type ReadyBundle, readBundle, runBundle } from '../transaction/run.ts'
import { preference } from '../preference.ts'
import { readBinary } from './binary.ts'
import { existing, updateWhere } from './conditional.ts'
import { requireResource, requireSound, requireWritable } from './judge.ts'
import { standsOutcome, storedOutcome } from './outcomes.ts'
import { type Change, readPatch } from './patch.ts'
import { preconditions } from './preconditions.ts'
import type { Written } from './write-set.ts'

const OWN = '診療録の記録と保存（自機関の記録。条文は要確認: 弁護士）'

/** Rows of a system client that change its institution's own resources. */
export function writeRoutes(record: RecordService, { base, calls }: { base: string; calls: Calls }): Row[] {
  const row = { kind: 'write', fills: true, who: ['system'], why: ['TREAT'], law: OWN } as const
  const file = {
    ...row,
    body: 'bytes',
    takes: [{ name: 'X-Security-Context', in: 'header', type: 'string', about: whose }],
  } as const
  return [
    {
      ...row,
      method: 'POST',
      path: '/fhir/R4',
      audit: 'record.bundle',
      body: 'text',
      summary: { ja: '一括処理（transaction・batch）', en: 'Transaction or batch' },
      prepare: (request) => ({ ...request, body: readBundle(requireResource(readResource(request), 'Bundle'), base) }),
      handle: (ctx, { body, headers }) =>
        runBundle(ctx, { record, calls }, { ...(body as ReadyBundle), wanted: beyondMinimal(headers.prefer) }),
    },
    {
      ...row,
      method: 'POST',
      path: '/fhir/R4/:type',
      audit: 'record.create',
      body: 'text',
      summary: { ja: '1件の登録（条件付きも）', en: 'Create one resource, also only where none meets a condition' },
      prepare: (request, actor) => judged(request, actor, 'c'),
      handle: (ctx, request) => create(ctx, request),
    },
    {
      ...file,
      method: 'POST',
      path: '/fhir/R4/Binary',
      audit: 'record.create',
      summary: { ja: 'ファイル1件の登録（そのままでも、Binaryとしても）', en: 'Create a Binary, from a file as it is or as a resource' },
      prepare: (request, actor) => judged(request, actor, 'c'),
      handle: (ctx, request) => create(ctx, request),
    },
    {
      ...row,
      method: 'PUT',
      path: '/fhir/R4/:type/:id',
      audit: 'record.update',
      body: 'text',
      summary: { ja: '1件の更新', en: 'Update one resource' },
      prepare: (request, actor) => judged(request, actor, 'u'),
      handle: (ctx, request) => update(ctx, request),
    },
    {
      ...file,
      method: 'PUT',
      path: '/fhir/R4/Binary/:id',
      audit: 'record.update',
      summary: { ja: 'ファイル1件の更新（そのままでも、Binaryとしても）', en: 'Update a Binary, from a file as it is or as a resource' },
      prepare: (request, actor) => judged(request, actor, 'u'),
      handle: (ctx, request) => update(ctx, request),
    },
    {
      ...row,
      method: 'PUT',
      path: '/fhir/R4/:type',
      audit: 'record.update',
      body: 'text',
      summary: { ja: '条件に合う1件の更新（なければ登録）', en: 'Update the one resource that meets a condition, or create it' },
      prepare: (request, actor) => judged(request, actor, 'u'),
      handle: async (ctx, { headers, body, query }) => {
        const pre = { ...preconditions(headers), criteria: query.toString() }
        return answerOf(await updateWhere(ctx, record, body as Resource, pre), headers.prefer)
      },
    },
    {
      ...row,
      method: 'PATCH',
      path: '/fhir/R4/:type/:id',
      audit: 'record.update',
      body: 'text',
      summary: { ja: '1件の一部の変更（JSON Patch・FHIRPath Patch）', en: 'Change parts of one resource (JSON Patch, FHIRPath Patch)' },
      prepare: changed,
      handle: async (ctx, { params, headers, body }) => {
        const { ifMatch } = preconditions(headers)
        const asked = { type: params.type!, id: params.id!, change: body as Change, ifMatch }
        return answerOf(await record.patch(ctx, asked), headers.prefer)
      },
    },
    {
      ...row,
      method: 'PATCH',
      path: '/fhir/R4/:type',
      audit: 'record.update',
      body: 'text',
      summary: { ja: '条件に合う1件の一部の変更', en: 'Change parts of the one resource that meets a condition' },
      prepare: changed,
      handle: async (ctx, { params, headers, body, query }) => {
        const { ifMatch } = preconditions(headers)
        const there = await existing(ctx, record, { type: params.type!, criteria: query.toString() })
        const asked = { type: params.type!, id: (there ?? refuse('not-found')).id, change: body as Change, ifMatch }
        return answerOf(await record.patch(ctx, asked), headers.prefer)
      },
    },
    {
      ...row,
      method: 'DELETE',
      path: '/fhir/R4/:type/:id',
      audit: 'record.delete',
      summary: { ja: '1件の削除（履歴は残る）', en: 'Delete one resource; history stays' },
      handle: async (ctx, { params, headers }) =>
        gone(await record.remove(ctx, params.type!, params.id!, { ifMatch: preconditions(headers).ifMatch })),
    },
    {
      ...row,
      method: 'DELETE',
      path: '/fhir/R4/:type',
      audit: 'record.delete',
      summary: { ja: '条件に合う1件の削除', en: 'Delete the one resource that meets a condition' },
      handle: async (ctx, { params, query }) => {
        requireWritable(ctx.actor, params.type!, 'd')
        const there = await existing(ctx, record, { type: params.type!, criteria: query.toString() })
        return there ? gone(await record.remove(ctx, params.type!, there.id)) : { status: 204 }
      },
    },
  ]

  async function update(ctx: Context, { params, headers, body }: RouteRequest): Promise<Answer> {
    const resource = body as Resource
    if (resource.id !== params.id) refuse('input-invalid', { what: `id: ${String(resource.id ?? '-').slice(0, 64)} ≠ ${params.id}` })
    return answerOf(await record.update(ctx, resource, params.id!, preconditions(headers)), headers.prefer)
  }

  async function create(ctx: Context, { headers, body }: RouteRequest): Promise<Answer> {
    const criteria = headers['if-none-exist']
    const { resourceType: type } = body as Resource
    const there = criteria === undefined ? null : await existing(ctx, record, { type, criteria })
    if (!there) return answerOf(await record.create(ctx, body as Resource), headers.prefer)
    const own = { location: `${base}/${type}/${there.id}/_history/${there.version}`, etag: `W/"${there.version}"` }
    const wanted = preferred(headers.prefer)
    if (wanted === 'OperationOutcome') return { status: 200, headers: own, fhir: standsOutcome(type, there) }
    return { status: 200, headers: own, again: {}, ...(wanted === 'representation' ? { fhir: there.body } : {}) }
  }

  function answerOf(w: Written, prefer: string | undefined): Answer {
    const headers = {
      location: `${base}/${w.type}/${w.id}/_history/${w.version}`,
      etag: `W/"${w.version}"`,
      'last-modified': w.lastUpdated.toUTCString(),
    }
    const status = w.created ? 201 : 200
    const wanted = preferred(prefer)
    if (wanted === 'minimal') return { status, headers }
    return { status, headers, fhir: wanted === 'OperationOutcome' ? storedOutcome(w) : w.body }
  }
}

const gone = ({ version }: { version: number }): Answer => ({ status: 204, headers: { etag: `W/"${version}"` } })

/** What the answer should carry; the whole resource where nothing is said. @spec FHIR R4 http, Prefer */
function preferred(prefer: string | undefined): 'minimal' | 'representation' | 'OperationOutcome' | null {
  const asked = preference(prefer, 'return')
  return asked === 'minimal' || asked === 'representation' || asked === 'OperationOutcome' ? asked : null
}

const whose = {
  ja: '送るファイルがだれの記録か（例：Patient/123）。Binary.securityContextになる',
  en: 'Whose record a file belongs to (for example Patient/123); it becomes Binary.securityContext',
}

/** What the answer to each entry of a Bundle should carry beyond where it is. */
function beyondMinimal(prefer: string | undefined): 'representation' | 'OperationOutcome' | null {
  const asked = preferred(prefer)
  return asked === 'minimal' ? null : asked
}

/** The request with its resource read and judged. @refuses resource-invalid, media-type, not-permitted, scope-missing */
function judged(request: RouteRequest, actor: Actor, act: 'c' | 'u'): RouteRequest {
  const type = request.params.type ?? 'Binary'
  requireWritable(actor, type, act)
  const resource = requireResource(Buffer.isBuffer(request.body) ? readBinary(request, request.params.id) : readResource(request), type)
  requireSound(resource)
  return { ...request, body: resource }
}

/** The request with its change read. @refuses media-type, resource-invalid, not-permitted, scope-missing */
function changed(request: RouteRequest, actor: Actor): RouteRequest {
  requireWritable(actor, request.params.type!, 'u')
  return { ...request, body: readPatch(request) }
}
