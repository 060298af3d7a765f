import type { Context } from '#kernel/context'
import { refuse } from '#kernel/refusal'
import type { Answer, Row, RouteRequest } from '#kernel/route'
import { hasError, operationOutcome } from '#packages/fhir'
import { jsonText, readResource } from './body.ts'
import type { DepositReceipt } from './deposit.ts'
import { capabilityStatement } from './capability.ts'
import type { Seen } from './model.ts'
import { encodeCursor, type Search } from './search/search-query.ts'
import type { Page } from './search/search-sql.ts'
import type { RecordService } from './service.ts'
import { existing, runBundle } from './transaction.ts'
import { requireResource, type Written } from './write.ts'

const LAW = '医療法等の一部を改正する法律（令和7年法律第87号）による電子カルテ情報の共有（施行日は規定ごと。要確認: 弁護士）'
const OWN = '診療録の記録と保存（自機関の記録。条文は要確認: 弁護士）'

/** The FHIR R4 surface. `base` is the public address, e.g. `http://localhost:8080/fhir/R4`. */
export function recordRoutes(record: RecordService, { base, version }: { base: string; version: string }): Row[] {
  const readers = { who: ['system', 'staff', 'citizen'], why: ['TREAT', 'PATRQT'] } as const
  const writers = { who: ['system'], why: ['TREAT'] } as const
  return [
    {
      kind: 'read',
      method: 'GET',
      path: '/fhir/R4/metadata',
      who: ['public'],
      why: ['HOPERAT'],
      audit: 'none',
      law: 'HL7 FHIR R4 capabilities',
      summary: { ja: '対応している機能の一覧（CapabilityStatement）', en: 'What this server can do (CapabilityStatement)' },
      handle: async () => ({ fhir: capabilityStatement(base, version), headers: { 'cache-control': 'public, max-age=300' } }),
    },
    {
      kind: 'write',
      method: 'POST',
      path: '/fhir/R4/$submit',
      ...writers,
      audit: 'record.deposit',
      law: LAW,
      body: 'text',
      summary: {
        ja: '3文書6情報の提出（一式を受け付けるか、一式を断るか）',
        en: 'Submit documents and items of the sharing service, whole or not at all',
      },
      handle: async (ctx, request) => submitted(await record.deposit(ctx, jsonText(request))),
    },
    {
      kind: 'write',
      method: 'POST',
      path: '/fhir/R4',
      ...writers,
      audit: 'record.bundle',
      law: OWN,
      body: 'text',
      summary: { ja: '一括処理（transaction・batch）', en: 'Transaction or batch' },
      handle: async (ctx, request) => ({ fhir: await runBundle(ctx, record, requireResource(readResource(request), 'Bundle')) }),
    },
    {
      kind: 'read',
      method: 'GET',
      path: '/fhir/R4/:type',
      ...readers,
      audit: 'record.search',
      law: LAW,
      summary: { ja: '種類ごとの検索', en: 'Search one type' },
      handle: (ctx, request) => search(ctx, request, request.query),
    },
    {
      kind: 'read',
      method: 'POST',
      path: '/fhir/R4/:type/_search',
      ...readers,
      audit: 'record.search',
      law: LAW,
      summary: { ja: '種類ごとの検索（条件を本文で送る）', en: 'Search one type, criteria in the body' },
      handle: (ctx, request) => search(ctx, request, new URLSearchParams([...request.query, ...formPairs(request.body)])),
    },
    {
      kind: 'read',
      method: 'GET',
      path: '/fhir/R4/:type/:id',
      ...readers,
      audit: 'record.read',
      law: LAW,
      summary: { ja: '1件の読み取り', en: 'Read one resource' },
      handle: async (ctx, { params, headers }) =>
        resourceAnswer(await record.read(ctx, params.type!, params.id!), headers['if-none-match']),
    },
    {
      kind: 'read',
      method: 'GET',
      path: '/fhir/R4/:type/:id/_history',
      ...readers,
      audit: 'record.history',
      law: LAW,
      summary: { ja: '1件の履歴', en: 'History of one resource' },
      handle: async (ctx, { params }) => ({ fhir: historyBundle(await record.history(ctx, params.type!, params.id!)) }),
    },
    {
      kind: 'read',
      method: 'GET',
      path: '/fhir/R4/:type/:id/_history/:version',
      ...readers,
      audit: 'record.vread',
      law: LAW,
      summary: { ja: '1件の特定の版', en: 'One version of a resource' },
      handle: async (ctx, { params }) => {
        if (!/^[1-9]\d{0,8}$/.test(params.version!)) refuse('not-found')
        const [seen] = await record.history(ctx, params.type!, params.id!, Number(params.version))
        return seen!.deleted ? refuse('gone') : resourceAnswer(seen!, undefined)
      },
    },
    {
      kind: 'write',
      method: 'POST',
      path: '/fhir/R4/:type',
      ...writers,
      audit: 'record.create',
      law: OWN,
      body: 'text',
      summary: { ja: '1件の登録', en: 'Create one resource' },
      handle: async (ctx, request) => {
        const { params, headers } = request
        const resource = requireResource(readResource(request), params.type!)
        const there = headers['if-none-exist'] === undefined ? null : await existing(ctx, record, params.type!, headers['if-none-exist'])
        if (there)
          return {
            status: 200,
            headers: { location: `${base}/${params.type}/${there.id}/_history/${there.version}`, etag: `W/"${there.version}"` },
          }
        return written(await record.create(ctx, resource), headers.prefer)
      },
    },
    {
      kind: 'write',
      method: 'PUT',
      path: '/fhir/R4/:type/:id',
      ...writers,
      audit: 'record.update',
      law: OWN,
      body: 'text',
      summary: { ja: '1件の更新', en: 'Update one resource' },
      handle: async (ctx, request) => {
        const { params, headers } = request
        const resource = requireResource(readResource(request), params.type!)
        if (resource.id !== params.id) refuse('input-invalid', { what: 'id' })
        return written(await record.update(ctx, resource, params.id!, ifMatch(headers['if-match'])), headers.prefer)
      },
    },
    {
      kind: 'write',
      method: 'DELETE',
      path: '/fhir/R4/:type/:id',
      ...writers,
      audit: 'record.delete',
      law: OWN,
      summary: { ja: '1件の削除（履歴は残る）', en: 'Delete one resource; history stays' },
      handle: async (ctx, { params }) => ({
        status: 204,
        headers: { etag: `W/"${(await record.remove(ctx, params.type!, params.id!)).version}"` },
      }),
    },
  ]

  async function search(ctx: Context, request: RouteRequest, query: URLSearchParams): Promise<Answer> {
    const strict = /handling=strict/.test(request.headers.prefer ?? '')
    const found = await record.search(ctx, request.params.type!, query, strict)
    return { fhir: searchset(found.search, found.page) }
  }

  function written(w: Written, prefer: string | undefined): Answer {
    const headers = {
      location: `${base}/${w.type}/${w.id}/_history/${w.version}`,
      etag: `W/"${w.version}"`,
      'last-modified': w.lastUpdated.toUTCString(),
    }
    const status = w.created ? 201 : 200
    return /return=minimal/.test(prefer ?? '') ? { status, headers } : { status, headers, fhir: w.body }
  }

  /** Put together as text: stored resources are served as they are, without parsing them again. */
  function searchset(search: Search, page: Page): string {
    const link = (relation: string, extra: [string, string][]) => ({
      relation,
      url: `${base}/${search.type}?${new URLSearchParams([...search.used, ...extra])}`,
    })
    const links = [link('self', []), ...(page.next ? [link('next', [['_cursor', encodeCursor(page.next)]])] : [])]
    const entries = page.rows.map(
      (r) => `{"fullUrl":${JSON.stringify(`${base}/${r.type}/${r.id}`)},"resource":${r.body},"search":{"mode":"match"}}`,
    )
    if (search.unknown.length > 0) entries.push(`{"resource":${JSON.stringify(ignored(search.unknown))},"search":{"mode":"outcome"}}`)
    const total = page.total === null ? '' : `"total":${page.total},`
    const entry = entries.length === 0 ? '' : `,"entry":[${entries.join(',')}]`
    return `{"resourceType":"Bundle","type":"searchset",${total}"link":${JSON.stringify(links)}${entry}}`
  }

  function historyBundle(versions: readonly Seen[]): string {
    const entries = versions.map((v) => {
      const method = v.deleted ? 'DELETE' : v.version === 1 ? 'POST' : 'PUT'
      const url = method === 'POST' ? v.type : `${v.type}/${v.id}`
      const response = JSON.stringify({
        status: v.deleted ? '204' : v.version === 1 ? '201' : '200',
        etag: `W/"${v.version}"`,
        lastModified: v.lastUpdated.toISOString(),
      })
      const resource = v.deleted ? '' : `"resource":${v.body},`
      return `{"fullUrl":${JSON.stringify(`${base}/${v.type}/${v.id}`)},${resource}"request":${JSON.stringify({ method, url })},"response":${response}}`
    })
    return `{"resourceType":"Bundle","type":"history","total":${versions.length},"entry":[${entries.join(',')}]}`
  }
}

function resourceAnswer(seen: Seen, ifNoneMatch: string | undefined): Answer {
  const headers = { etag: `W/"${seen.version}"`, 'last-modified': seen.lastUpdated.toUTCString() }
  const known = ifNoneMatch?.split(',').some((tag) => tag.trim().replace(/^W\//, '') === `"${seen.version}"`)
  return known ? { status: 304, headers } : { headers, fhir: seen.body }
}

const ignored = (unknown: readonly string[]) =>
  operationOutcome(
    unknown.map((name) => ({
      severity: 'warning' as const,
      code: 'not-supported',
      path: '',
      ruleId: 'search/unknown-parameter',
      ja: `検索条件「${name.slice(0, 80)}」は無視しました。`,
      en: `The search parameter “${name.slice(0, 80)}” was ignored.`,
    })),
  )

/** @refuses input-invalid for anything but `W/"n"` */
function ifMatch(header: string | undefined): number | null {
  if (header === undefined) return null
  const match = /^(?:W\/)?"(\d{1,9})"$/.exec(header)
  return match ? Number(match[1]) : refuse('input-invalid', { what: 'If-Match' })
}

function formPairs(body: unknown): [string, string][] {
  if (body === null || typeof body !== 'object') return []
  return Object.entries(body).flatMap(([name, value]) =>
    (Array.isArray(value) ? value : [value]).map((v): [string, string] => [name, String(v)]),
  )
}

/** What a submission brought, as an outcome: one line of information, then the warnings. */
function submitted(receipt: DepositReceipt): Answer {
  const list = Object.entries(receipt.kinds)
    .map(([kind, n]) => `${kind} ${n}`)
    .join(', ')
  const summary = {
    severity: 'information',
    code: 'informational',
    details: {
      coding: [{ system: 'urn:enishi:deposit', code: receipt.depositId }],
      text: receipt.repeated
        ? '同じ内容をすでに受け付けています。変更はありません。'
        : `受け付けました（${list || '以前の内容を取り消しました'}）。`,
    },
    diagnostics: receipt.repeated
      ? 'The same content was accepted before; nothing changed.'
      : `Accepted (${list || 'earlier content taken away'}).`,
  }
  const warnings = hasError(receipt.warnings) || receipt.warnings.length === 0 ? [] : (operationOutcome(receipt.warnings).issue as object[])
  const outcome = { resourceType: 'OperationOutcome', issue: [summary, ...warnings] }
  return { status: 201, fhir: outcome, headers: { 'enishi-deposit': receipt.depositId } }
}
