import type { Context } from '#kernel/context'
import type { Answer, Row, RouteRequest } from '#kernel/route'
import { isObject, type JsonObject, jsonOf } from '#packages/fhir'
import type { RecordService } from '../service.ts'
import { runGraphql } from './execute.ts'
import { readPurposes } from '../purposes.ts'

/** `$graphql` over everything and over one resource, by GET or POST. */
export function graphqlRoutes(record: RecordService, { law }: { law: string }): Row[] {
  const row = {
    kind: 'read',
    who: ['system', 'staff', 'citizen'],
    why: readPurposes,
    apps: true,
    crossSite: true,
    audit: 'record.graphql',
    law,
  } as const
  const summary = { ja: 'GraphQLでの問い合わせ', en: 'Query with GraphQL' }
  const handle = async (ctx: Context, request: RouteRequest): Promise<Answer> => {
    const { type, id } = request.params
    const root = type === undefined || id === undefined ? null : (jsonOf((await record.read(ctx, type, id)).body) as JsonObject)
    return { json: await runGraphql(ctx, record, askedOf(request), root) }
  }
  return [
    { ...row, method: 'GET', path: '/fhir/R4/$graphql', summary, handle },
    { ...row, method: 'POST', path: '/fhir/R4/$graphql', body: 'text', summary, handle },
    { ...row, method: 'GET', path: '/fhir/R4/:type/:id/$graphql', summary, handle },
    { ...row, method: 'POST', path: '/fhir/R4/:type/:id/$graphql', body: 'text', summary, handle },
  ]
}

/** The query: in the address, as `application/graphql`, or in JSON with its variables. */
function askedOf({ query, body, headers }: RouteRequest): { query: unknown; operationName?: unknown; variables?: unknown } {
  const text = typeof body === 'string' ? body : ''
  if (text === '')
    return {
      query: query.get('query') ?? undefined,
      operationName: query.get('operationName') ?? undefined,
      variables: json(query.get('variables') ?? ''),
    }
  if (/^application\/graphql\b/.test(headers['content-type'] ?? '')) return { query: text }
  const sent = json(text)
  return isObject(sent) ? { query: sent.query, operationName: sent.operationName, variables: sent.variables } : { query: undefined }
}

function json(text: string): unknown {
  try {
    return JSON.parse(text)
  } catch {
    return undefined
  }
}
