/** The rows as an OpenAPI 3.1 document: what they are, what they take and answer, who may call them, by which law. */
import { z } from 'zod'
import { operationAt, patchFormats, placeOf } from '#care/record'
import { type HttpRow, isHttpRow, type Row } from '#kernel/route'
import { refusedResponses, responsesOf, schemas } from './answers.ts'
import { parametersOf, sharedParameters } from './parameters.ts'

export type OpenApiAbout = { version: string; baseUrl: string }

export function openApi(rows: readonly Row[], about: OpenApiAbout): object {
  const paths: Record<string, Record<string, object>> = {}
  for (const row of rows.filter(isHttpRow)) {
    const path = row.path.replace(/:([A-Za-z]+)/g, '{$1}')
    paths[path] = { ...paths[path], [row.method.toLowerCase()]: operationOf(row) }
  }
  return {
    openapi: '3.1.0',
    info: {
      title: 'Enishi 縁',
      version: about.version,
      description:
        '全国医療情報プラットフォームの API。断るときは OperationOutcome で理由と、どうすればよいかを日本語と英語で答えます。\n\nAPI of a nationwide medical information platform. A refusal is an OperationOutcome that says in Japanese and English why, and what to do.',
      license: { name: 'Apache-2.0', identifier: 'Apache-2.0' },
    },
    servers: [{ url: about.baseUrl }],
    paths,
    components: { parameters: sharedParameters, responses: refusedResponses, schemas, securitySchemes },
  }
}

const securitySchemes = {
  token: {
    type: 'http',
    scheme: 'bearer',
    description:
      'SMART Backend Services のアクセストークン。mTLS の証明書か DPoP の鍵に結び付く / Access token of SMART Backend Services, tied to an mTLS certificate or a DPoP key',
  },
  session: { type: 'apiKey', in: 'cookie', name: 'enishi_session', description: '画面のサインイン / Sign-in of the pages' },
}

function operationOf(row: HttpRow): object {
  const parameters = parametersOf(row)
  const body = bodyOf(row)
  const isSystem = row.who.includes('system')
  const isPerson = row.who.includes('citizen') || row.who.includes('staff')
  return {
    operationId: nameOf(row),
    summary: row.summary.en,
    description: `${row.summary.ja}\n\n${row.summary.en}\n\n${row.law}${row.definition ? `\n\n${row.definition}` : ''}`,
    tags: [row.path.startsWith('/fhir/R4') ? 'fhir' : row.path.split('/')[1] || 'home'],
    ...(parameters.length > 0 ? { parameters } : {}),
    ...(body ? { requestBody: body } : {}),
    responses: responsesOf(row),
    security: row.who.includes('public') ? [] : [...(isSystem ? [{ token: [] }] : []), ...(isPerson ? [{ session: [] }] : [])],
    'x-who': row.who,
    'x-why': row.why,
    'x-audit': row.audit,
    'x-kind': row.kind,
  }
}

/** A name that programs can use: `getFhirR4_Type_Id`. Parameters stand after an underscore, so that no two rows share one. */
const nameOf = ({ method, path }: HttpRow): string =>
  method.toLowerCase() +
  path
    .split('/')
    .filter((part) => part !== '')
    .map((part) =>
      part
        .replace(/^:/, '_')
        .replace(/[^A-Za-z0-9]+(.)?/g, (at, next: string = '') => (at.startsWith('_') ? '_' : '') + next.toUpperCase()),
    )
    .map((part) => (part.startsWith('_') ? part : part[0]!.toUpperCase() + part.slice(1)))
    .join('')

const form = 'application/x-www-form-urlencoded'
const resource = { schema: { $ref: '#/components/schemas/Resource' } }
const fields = { schema: { type: 'object', additionalProperties: true } }

/** What the body holds, by media type; null where there is none. */
function bodyOf(row: HttpRow): { required?: boolean; description?: string; content: Record<string, object> } | null {
  if (row.method === 'GET' || row.method === 'DELETE') return null
  const said = (row.takes ?? []).filter((p) => p.in === 'body').map((p) => `- \`${p.name}\` (${p.type}): ${p.about.ja} / ${p.about.en}`)
  const described = said.length > 0 ? { description: said.join('\n') } : {}
  const { interaction } = placeOf(row) ?? {}
  if (row.path.endsWith('/_search')) return { content: { [form]: fields } }
  if (interaction === 'patch' || interaction === 'patch-conditional')
    return {
      required: true,
      content: Object.fromEntries(
        patchFormats.map((type) => [
          type,
          type.includes('patch') ? listed : type.includes('xml') ? { schema: { type: 'string' } } : resource,
        ]),
      ),
    }
  if (row.path === '/fhir/R4/$submit') return { required: true, ...described, content: { 'application/fhir+json': resource } }
  if (row.path === '/fhir/R4/$import')
    return {
      required: true,
      ...described,
      content: { 'application/fhir+json': resource, 'application/fhir+ndjson': { schema: { type: 'string' } } },
    }
  if (row.path.startsWith('/fhir/R4') && row.body === 'text')
    return {
      required: true,
      ...described,
      content: { 'application/fhir+json': resource, 'application/fhir+xml': { schema: { type: 'string' } } },
    }
  if (row.body === 'bytes')
    return {
      required: true,
      content: { 'application/fhir+json': resource, 'application/fhir+xml': { schema: { type: 'string' } }, '*/*': {} },
    }
  if (operationAt(row.path)) return { ...described, content: { 'application/fhir+json': resource } }
  if (row.body === 'text') return { required: true, content: { [form]: fields } }
  const schema = row.schema ? { schema: z.toJSONSchema(row.schema, { io: 'input', unrepresentable: 'any' }) } : fields
  return { content: { 'application/json': schema, [form]: schema } }
}

const listed = { schema: { type: 'array', items: { type: 'object' } } }

/** The document as a row, made once. */
export function openApiRow(rows: () => readonly Row[], about: OpenApiAbout): Row {
  let held: object | undefined
  return {
    kind: 'read',
    method: 'GET',
    path: '/openapi.json',
    who: ['public'],
    why: ['HOPERAT'],
    audit: 'none',
    law: 'OpenAPI 3.1',
    summary: { ja: 'APIの一覧', en: 'List of the API' },
    handle: async () => {
      held ??= openApi(rows(), about)
      return { json: held, headers: { 'cache-control': 'public, max-age=300' } }
    },
  }
}
