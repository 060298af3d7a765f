import { refuse } from '#kernel/refusal'
import type { Row } from '#kernel/route'
import { fileAnswer, resourceAnswer } from '../read-answer.ts'
import type { RecordService } from '../service.ts'
import { historyBundle } from './bundle.ts'
import { parseHistory } from './query.ts'
import { isStrict } from '../preference.ts'
import { readPurposes } from '../purposes.ts'

/** Rows of earlier versions: of one resource, of a type, of everything the caller may see. */
export function historyRoutes(record: RecordService, about: { base: string; law: string }): Row[] {
  const row = {
    kind: 'read',
    method: 'GET',
    who: ['system', 'staff', 'citizen'],
    why: readPurposes,
    apps: true,
    crossSite: true,
    law: about.law,
  } as const
  const answer = async (
    ctx: Parameters<RecordService['history']>[0],
    of: { type?: string; id?: string },
    request: { query: URLSearchParams; headers: Readonly<Record<string, string | undefined>> },
  ) => {
    const query = parseHistory(request.query, isStrict(request.headers))
    const path = [of.type, of.id, '_history'].filter((part) => part !== undefined).join('/')
    return { fhir: historyBundle({ base: about.base, path }, query, await record.history(ctx, of, query)) }
  }
  return [
    {
      ...row,
      path: '/fhir/R4/_history',
      audit: 'record.history',
      summary: { ja: '全体の履歴', en: 'History of everything the caller may see' },
      handle: (ctx, request) => answer(ctx, {}, request),
    },
    {
      ...row,
      path: '/fhir/R4/:type/_history',
      audit: 'record.history',
      summary: { ja: '種類ごとの履歴', en: 'History of one type' },
      handle: (ctx, request) => answer(ctx, { type: request.params.type! }, request),
    },
    {
      ...row,
      path: '/fhir/R4/:type/:id/_history',
      audit: 'record.history',
      summary: { ja: '1件の履歴', en: 'History of one resource' },
      handle: (ctx, request) => answer(ctx, { type: request.params.type!, id: request.params.id! }, request),
    },
    {
      ...row,
      path: '/fhir/R4/:type/:id/_history/:version',
      audit: 'record.vread',
      summary: { ja: '1件の特定の版', en: 'One version of a resource' },
      handle: async (ctx, request) => {
        const { params, headers } = request
        if (!/^[1-9]\d{0,8}$/.test(params.version!)) refuse('not-found')
        const seen = await record.version(ctx, params.type!, params.id!, Number(params.version))
        return fileAnswer(seen, request) ?? resourceAnswer(seen, headers)
      },
    },
  ]
}
