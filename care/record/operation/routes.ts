import type { Context } from '#kernel/context'
import { refuse } from '#kernel/refusal'
import type { Answer, Row, RouteRequest } from '#kernel/route'
import { isObject, type Json, type Resource } from '#packages/fhir'
import { readResource } from '../body.ts'
import { searchset } from '../search/searchset.ts'
import type { RecordService } from '../service.ts'
import { requireResource } from '../write/judge.ts'
import { everythingBundle, parseEverything } from './everything.ts'
import { labelsOf, metaParameters } from './meta.ts'
import { alsoPosted } from './posted.ts'
import { everythingTakes, HL7, labelTakes, lastnTakes, purgeTakes } from './terms.ts'
import { isStrict } from '../preference.ts'
import { readPurposes } from '../purposes.ts'

const OWN = '診療録の記録と保存（自機関の記録。条文は要確認: 弁護士）'
const ERASURE = '個人情報の保護に関する法律（不要になった個人データの消去。条文は要確認: 弁護士）'

/** Operations whose name starts with a dollar sign. `law` is the one of the rows that read. */
export function operationRoutes(record: RecordService, { base, law }: { base: string; law: string }): Row[] {
  const reading = {
    kind: 'read',
    method: 'GET',
    who: ['system', 'staff', 'citizen'],
    why: readPurposes,
    apps: true,
    crossSite: true,
    law,
  } as const
  const writing = { kind: 'write', fills: true, method: 'POST', who: ['system'], why: ['TREAT'], law: OWN, body: 'text' } as const
  const everything = async (ctx: Context, request: RouteRequest): Promise<Answer> => {
    const asked = parseEverything(request.query, isStrict(request.headers))
    const found = await record.everything(ctx, request.params.id!, asked)
    return { fhir: everythingBundle({ base, path: `Patient/${request.params.id}/$everything` }, asked, found) }
  }
  const meta = async (ctx: Context, { params }: RouteRequest): Promise<Answer> => ({
    fhir: metaParameters(
      await record.meta(ctx, { ...(params.type ? { type: params.type } : {}), ...(params.id ? { id: params.id } : {}) }),
    ),
  })
  const relabel =
    (act: 'add' | 'delete') =>
    async (ctx: Context, { params, body }: RouteRequest): Promise<Answer> => ({
      fhir: metaParameters(await record.relabel(ctx, { type: params.type!, id: params.id!, labels: labelsOf(body as Resource), act })),
    })
  const parameters = (request: RouteRequest): RouteRequest => ({ ...request, body: requireResource(readResource(request), 'Parameters') })
  const metaSummary = { ja: 'プロファイル・タグ・セキュリティラベル', en: 'Profiles, tags and security labels' }
  return [
    ...alsoPosted([
      {
        ...reading,
        path: '/fhir/R4/Patient/:id/$everything',
        audit: 'record.everything',
        definition: `${HL7}/Patient-everything`,
        takes: everythingTakes,
        summary: { ja: '一人の記録のすべて（ページごと）', en: 'Everything of a person, in pages' },
        handle: everything,
      },
      {
        ...reading,
        path: '/fhir/R4/Observation/$lastn',
        audit: 'record.lastn',
        definition: `${HL7}/Observation-lastn`,
        takes: lastnTakes,
        summary: { ja: '種類ごとに最も新しい検査値', en: 'The newest observations of each kind' },
        handle: async (ctx, request) => {
          const found = await record.lastn(ctx, request.query, isStrict(request.headers))
          const bundle = searchset(base, { ...found.search, type: 'Observation/$lastn' }, found.page)
          return { fhir: bundle }
        },
      },
      { ...reading, path: '/fhir/R4/$meta', audit: 'record.meta', summary: metaSummary, definition: `${HL7}/Resource-meta`, handle: meta },
      {
        ...reading,
        path: '/fhir/R4/:type/$meta',
        audit: 'record.meta',
        summary: metaSummary,
        definition: `${HL7}/Resource-meta`,
        handle: meta,
      },
      {
        ...reading,
        path: '/fhir/R4/:type/:id/$meta',
        audit: 'record.meta',
        summary: metaSummary,
        definition: `${HL7}/Resource-meta`,
        handle: meta,
      },
    ]),
    {
      ...writing,
      path: '/fhir/R4/:type/:id/$meta-add',
      audit: 'record.update',
      definition: `${HL7}/Resource-meta-add`,
      takes: labelTakes,
      summary: { ja: 'ラベルを加える（新しい版になる）', en: 'Add labels, in a new version' },
      prepare: parameters,
      handle: relabel('add'),
    },
    {
      ...writing,
      path: '/fhir/R4/:type/:id/$meta-delete',
      audit: 'record.update',
      definition: `${HL7}/Resource-meta-delete`,
      takes: labelTakes,
      summary: { ja: 'ラベルを外す（新しい版になる）', en: 'Take labels away, in a new version' },
      prepare: parameters,
      handle: relabel('delete'),
    },
    {
      kind: 'write',
      method: 'POST',
      path: '/fhir/R4/Patient/:id/$purge',
      who: ['staff'],
      roles: ['operator'],
      why: ['TREAT', 'HOPERAT'],
      audit: 'record.purge',
      takes: purgeTakes,
      law: ERASURE,
      body: 'text',
      summary: { ja: '一人の記録の消去（運用者、根拠と理由が要る）', en: 'Erase a person’s record (operator, with basis and reason)' },
      prepare: parameters,
      handle: async (ctx, { params, body }) => {
        const { erased } = await record.purge(ctx, params.id!, orderOf(body as Resource))
        return { fhir: done(erased) }
      },
    },
  ]
}

/** `basis` and `reason` of a Parameters resource. @refuses input-invalid */
function orderOf(parameters: Resource): { basis: string; reason: string } {
  const all: Json[] = Array.isArray(parameters.parameter) ? parameters.parameter : []
  const text = (name: string): string => {
    const found = all.find((p) => isObject(p) && p.name === name)
    const value = isObject(found) ? (found.valueCode ?? found.valueString) : undefined
    return typeof value === 'string' ? value : refuse('input-invalid', { what: `Parameters.parameter[${name}]` })
  }
  return { basis: text('basis'), reason: text('reason') }
}

const done = (erased: number) => ({
  resourceType: 'OperationOutcome',
  issue: [
    {
      severity: 'information',
      code: 'informational',
      details: { text: `${erased}件の記録を消去しました。閲覧の記録（ログ）は残ります。` },
      diagnostics: `${erased} resources were erased. The log of who looked stays.`,
    },
  ],
})
