import { isStrict, preference } from '#care/record'
import type { Context } from '#kernel/context'
import { ulid } from '#kernel/id'
import type { Sentence } from '#kernel/language'
import { systemPurposes } from '#kernel/proof'
import { Refusal, refusalOutcome, refuse } from '#kernel/refusal'
import type { Answer, Row, RouteRequest } from '#kernel/route'
import { isObject } from '#packages/fhir'
import { readImport } from './import-request.ts'
import type { BulkFile, ExportAsk, Flow, Job } from './model.ts'
import type { Sent } from './rules.ts'
import { exportTakes, importTakes } from './terms.ts'
import type { BulkService } from './service.ts'
import { EXPORT_LAW, IMPORT_LAW } from './worker.ts'

/** A system exports under what its token states; what it brings in is the record of its treatment. */
const exporters = { who: ['system'], why: systemPurposes } as const
const importers = { who: ['system'], why: ['TREAT'] } as const

/**
 * Bulk export and import as rows. `base` is the public address of the FHIR surface; the job row does the work.
 *
 * @spec FHIR Bulk Data Access 2.0 https://hl7.org/fhir/uv/bulkdata/STU2/export.html
 */
export function bulkRoutes(bulk: BulkService, { base }: { base: string }): Row[] {
  const origin = new URL(base).origin
  const statusUrl = (flow: Flow, id: string) => `${base}/$${flow}/${id}`
  const accepted = (flow: Flow, id: string | null): Answer =>
    id === null
      ? tooMany('bulk-busy', 60)
      : { status: 202, headers: { 'content-location': statusUrl(flow, id) }, fhir: informed('受け付けました。', 'Accepted.') }

  const kickOff = async (ctx: Context, request: RouteRequest, level: ExportAsk['level']): Promise<Answer> => {
    if (preference(request.headers.prefer, 'respond-async') === undefined) refuse('input-invalid', { what: 'Prefer: respond-async' })
    const { id } = request.params
    const sent = [...request.query, ...(request.method === 'POST' ? sentIn(request.body) : [])]
    const strict = isStrict(request.headers)
    return accepted(
      'export',
      await bulk.kickOff(ctx, { level, sent, strict, url: origin + request.url, ...(id === undefined ? {} : { id }) }),
    )
  }

  const start = (method: 'GET' | 'POST', path: string, level: ExportAsk['level'], summary: Sentence): Row => ({
    kind: 'write',
    fills: true,
    method,
    path: `/fhir/R4${path}`,
    ...exporters,
    audit: 'bulk.export-start',
    law: EXPORT_LAW,
    summary,
    definition: `http://hl7.org/fhir/uv/bulkdata/OperationDefinition/${level === 'system' ? 'export' : `${level}-export`}`,
    takes: exportTakes,
    handle: (ctx, request) => kickOff(ctx, request, level),
  })
  const both = (path: string, level: ExportAsk['level'], summary: Sentence): Row[] => [
    start('GET', path, level, summary),
    start('POST', path, level, summary),
  ]

  return [
    ...both('/$export', 'system', { ja: '一括書き出しを始める（全体）', en: 'Start a bulk export of everything the caller may see' }),
    ...both('/Patient/$export', 'patient', { ja: '一括書き出しを始める（患者の記録）', en: 'Start a bulk export of patients’ records' }),
    ...both('/Patient/:id/$export', 'patient', { ja: '一括書き出しを始める（患者1人）', en: 'Start a bulk export of one patient' }),
    ...both('/Group/:id/$export', 'group', { ja: '一括書き出しを始める（Groupの患者）', en: 'Start a bulk export of a Group’s patients' }),
    {
      kind: 'write',
      fills: true,
      method: 'POST',
      path: '/fhir/R4/$import',
      ...importers,
      audit: 'bulk.import-start',
      law: IMPORT_LAW,
      body: 'text',
      summary: { ja: '一括取り込みを始める', en: 'Start a bulk import' },
      takes: importTakes,
      handle: async (ctx, request) => {
        const id = ulid(ctx.now.getTime())
        const ask = await readImport(ctx, request, { home: bulk.home, id })
        return accepted('import', await bulk.kickOffImport(ctx, { ask, url: origin + request.url, id }))
      },
    },
    ...(['export', 'import'] as const).flatMap((flow) => ofJob(bulk, flow, statusUrl)),
    {
      kind: 'job',
      name: 'bulk.work',
      everyMs: 50,
      // A client waits from the kick-off on; with the beat of the log it would be looked for once a second.
      apart: true,
      law: EXPORT_LAW,
      summary: {
        ja: '一括書き出しと取り込みを進め、期限の過ぎたファイルを消す',
        en: 'Carry bulk jobs on, and delete files whose day is over',
      },
      busy: () => bulk.isBusy(),
      run: (job) => bulk.start(job),
    },
  ]
}

/** Status, end and files of a job: the same for both ways. */
function ofJob(bulk: BulkService, flow: Flow, statusUrl: (flow: Flow, id: string) => string): Row[] {
  const said = flow === 'export' ? { ja: '一括書き出し', en: 'bulk export' } : { ja: '一括取り込み', en: 'bulk import' }
  const law = flow === 'export' ? EXPORT_LAW : IMPORT_LAW
  const callers = flow === 'export' ? exporters : importers
  const path = `/fhir/R4/$${flow}/:job`
  return [
    {
      kind: 'write',
      method: 'GET',
      path,
      ...callers,
      audit: `bulk.${flow}-status`,
      law,
      summary: { ja: `${said.ja}の進み具合、または結果の一覧`, en: `How a ${said.en} stands, or what it brought` },
      handle: async (ctx, { params }) => {
        const { job, files, retryAfter, tooEager } = await bulk.status(ctx, flow, params.job!)
        if (tooEager) return tooMany('bulk-too-eager', retryAfter)
        if (job.state === 'completed') return finished(job, files, statusUrl(flow, job.id))
        if (job.state === 'failed') return { status: 500, fhir: refusalOutcome(new Refusal('bulk-failed', { reason: job.message })) }
        return { status: 202, headers: { 'x-progress': progressOf(job), 'retry-after': String(retryAfter) } }
      },
    },
    {
      kind: 'write',
      method: 'DELETE',
      path,
      ...callers,
      audit: `bulk.${flow}-end`,
      law,
      summary: { ja: `${said.ja}をやめる、または結果のファイルを消す`, en: `End a ${said.en}, or delete its files` },
      handle: async (ctx, { params }) => {
        await bulk.cancel(ctx, flow, params.job!)
        return { status: 202, fhir: informed('取り消しました。', 'Ended.') }
      },
    },
    {
      kind: 'stream',
      method: 'GET',
      path: `${path}/:file`,
      ...callers,
      audit: `bulk.${flow}-fetch`,
      law,
      summary: { ja: `${said.ja}のファイル（NDJSON）`, en: `A file of a ${said.en} (NDJSON)` },
      handle: async (ctx, { params }) => {
        const n = /^(\d{1,6})\.[A-Za-z]+\.ndjson$/.exec(params.file!)?.[1] ?? refuse('not-found')
        return {
          headers: { 'content-type': 'application/fhir+ndjson; charset=utf-8' },
          pieces: await bulk.fetch(ctx, flow, { id: params.job!, n: Number(n) }),
        }
      },
    },
  ]
}

const progressOf = (job: Job): string =>
  job.state === 'queued' ? 'waiting' : `${job.done} resources${job.refused > 0 ? `, ${job.refused} lines refused` : ''}`

/** The list of files. @spec Bulk Data Access 2.0, response - complete status */
function finished(job: Job, files: readonly BulkFile[], at: string): Answer {
  const entry = (f: BulkFile) => ({ type: f.type, url: `${at}/${f.n}.${f.type}.ndjson`, count: f.count })
  const list = (role: BulkFile['role']) => files.filter((f) => f.role === role && f.count > 0).map(entry)
  const manifest = {
    transactionTime: job.at.toISOString(),
    request: job.url,
    requiresAccessToken: true,
    output: list('output'),
    ...(job.flow === 'export' ? { deleted: list('deleted') } : {}),
    error: list('error'),
    ...(job.flow === 'import'
      ? { extension: { resources: job.done, refusedLines: job.refused } }
      : { extension: { purpose: job.purpose } }),
  }
  return { json: manifest, headers: { expires: job.until.toUTCString() } }
}

function tooMany(code: 'bulk-busy' | 'bulk-too-eager', seconds: number): Answer {
  const refusal = new Refusal(code, { seconds: String(seconds) })
  return { status: 429, headers: { 'retry-after': String(seconds) }, fhir: refusalOutcome(refusal) }
}

const informed = (ja: string, en: string): object => ({
  resourceType: 'OperationOutcome',
  issue: [{ severity: 'information', code: 'informational', details: { text: ja }, diagnostics: en }],
})

/** Parameters of a body, as pairs: a Reference by its text. @refuses input-invalid */
function sentIn(body: unknown): Sent[] {
  if (body === undefined) return []
  if (!isObject(body) || body.resourceType !== 'Parameters') return refuse('input-invalid', { what: 'Parameters' })
  const parameters = Array.isArray(body.parameter) ? body.parameter : []
  return parameters.flatMap((p): Sent[] => {
    if (!isObject(p) || typeof p.name !== 'string') return []
    const value = Object.entries(p).find(([name]) => name.startsWith('value'))?.[1]
    const text = isObject(value) ? value.reference : value
    return typeof text === 'string' || typeof text === 'boolean' || typeof text === 'number' ? [[p.name, String(text)]] : []
  })
}
