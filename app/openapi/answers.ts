/** What a row answers with, yes and no. The refusals come from the kernel's one table. */
import { placeOf, type RowInteraction } from '#care/record'
import { refusals } from '#kernel/refusals'
import type { HttpRow } from '#kernel/route'

type Response = { description: string; content?: object; headers?: object } | { $ref: string }

const resource = { $ref: '#/components/schemas/Resource' }
const asFhir = { 'application/fhir+json': { schema: resource }, 'application/fhir+xml': { schema: { type: 'string' } } }
const ok = (ja: string, en: string, content?: object, headers?: object): Response => ({
  description: `${ja} / ${en}`,
  ...(headers ? { headers } : {}),
  ...(content ? { content } : {}),
})
const text = { schema: { type: 'string' } }
const versioned = { ETag: text, 'Last-Modified': text }
const placed = { ...versioned, Location: text }

const found = { 200: ok('見つかったもの', 'What was found', asFhir) }
const read = { 200: ok('リソース', 'The resource', asFhir, versioned), 304: ok('手元の版のまま', 'Nothing changed', undefined, versioned) }
const created = ok('登録した', 'Created', asFhir, placed)
const kept = ok('保存した', 'Stored', asFhir, placed)
const removed = { 204: ok('削除した、または初めからない', 'Deleted, or there was none') }

const byInteraction: Partial<Record<RowInteraction, Record<string, Response>>> = {
  read,
  vread: read,
  create: { 201: created, 200: ok('すでにある（If-None-Exist）', 'It is there already (If-None-Exist)', undefined, placed) },
  update: { 200: kept, 201: created },
  'update-conditional': { 200: kept, 201: created },
  patch: { 200: kept },
  'patch-conditional': { 200: kept },
  delete: removed,
  'delete-conditional': removed,
}

/** Statuses that a row of this kind may refuse with. */
function refusedWith(row: HttpRow): number[] {
  const isFhir = row.path.startsWith('/fhir/R4')
  const isOpen = row.who.includes('public')
  const writes = row.kind === 'write'
  return [
    400,
    ...(isOpen && !writes ? [] : [401, 403]),
    404,
    ...(isFhir ? [405, 406, 410] : []),
    ...(writes ? [409, 412, 413, 415, 422, 429, 507] : []),
    500,
    503,
  ]
}

/** Answers of a row by status: what it does where all is well, and every status it may refuse with. */
export function responsesOf(row: HttpRow): Record<string, Response> {
  const place = placeOf(row)
  const refused = refusedWith(row).map((status): [string, Response] => [
    String(status),
    { $ref: `#/components/responses/refused${status}` },
  ])
  return { ...((place && byInteraction[place.interaction]) ?? success(row)), ...Object.fromEntries(refused) }
}

function success(row: HttpRow): Record<string, Response> {
  if (row.kind === 'stream') return { 200: ok('行ごとのリソース', 'Resources, one a line', { 'application/fhir+ndjson': text }) }
  if (/\$(?:export|import)(?:\/:job)?$/.test(row.path)) {
    const manifest = ok('終わった処理の一覧', 'Manifest of a job that has ended', { 'application/json': { schema: { type: 'object' } } })
    const accepted = ok('受け付けた、または続いている', 'Accepted, or still going on', undefined, {
      'Content-Location': text,
      'X-Progress': text,
      'Retry-After': text,
    })
    return row.method === 'GET' && row.path.endsWith(':job') ? { 202: accepted, 200: manifest } : { 202: accepted }
  }
  if (row.path === '/fhir/R4/$submit') return { 201: ok('受け付けた', 'Accepted', asFhir) }
  if (row.method === 'DELETE' && row.path.startsWith('/fhir/R4')) return removed
  if (row.method === 'POST' && row.path === '/fhir/R4/Subscription') return { 201: created }
  if (row.path.startsWith('/fhir/R4') && !row.path.includes('.well-known')) return found
  const either = { 'application/json': { schema: { type: 'object' } }, 'text/html': text }
  return {
    200: ok('結果（JSON か画面）', 'The result, as JSON or a page', either),
    ...(row.method === 'GET' ? {} : { 303: ok('次の画面へ', 'On to the next page', undefined, { Location: text }) }),
  }
}

/** Every status that somebody is refused with, each with the codes and sentences behind it. */
export const refusedResponses: Record<string, object> = Object.fromEntries(
  [...Map.groupBy(Object.entries(refusals), ([, row]) => row.status)].map(([status, rows]) => [
    `refused${status}`,
    {
      description: rows.map(([code, { ja, en }]) => `- \`${code}\`: ${ja} / ${en}`).join('\n'),
      content: { 'application/fhir+json': { schema: { $ref: '#/components/schemas/OperationOutcome' } } },
    },
  ]),
)

const coding = { type: 'object', properties: { system: { type: 'string' }, code: { type: 'string', enum: Object.keys(refusals) } } }

export const schemas = {
  Resource: {
    type: 'object',
    description: 'FHIR R4 のリソース / A resource of FHIR R4 (https://hl7.org/fhir/R4/)',
    required: ['resourceType'],
    properties: { resourceType: { type: 'string' }, id: { type: 'string' } },
  },
  OperationOutcome: {
    type: 'object',
    description:
      '断った理由。details.text は日本語、diagnostics は英語 / Why it was refused: details.text in Japanese, diagnostics in English',
    required: ['resourceType', 'issue'],
    properties: {
      resourceType: { const: 'OperationOutcome' },
      issue: {
        type: 'array',
        minItems: 1,
        items: {
          type: 'object',
          required: ['severity', 'code'],
          properties: {
            severity: { enum: ['fatal', 'error', 'warning', 'information'] },
            code: { type: 'string' },
            details: {
              type: 'object',
              properties: { coding: { type: 'array', items: { anyOf: [coding, { type: 'object' }] } }, text: { type: 'string' } },
            },
            diagnostics: { type: 'string' },
            expression: { type: 'array', items: { type: 'string' } },
          },
        },
      },
    },
  },
}
