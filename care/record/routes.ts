import type { Answer, Row } from '#kernel/route'
import { refuse } from '#kernel/refusal'
import { hasError, isResourceType, operationOutcome } from '#packages/fhir'
import { jsonText } from './body.ts'
import { type DepositReceipt, judge, type Judged, requireDepositor } from './deposit.ts'
import { consentRows } from './consents/rows.ts'
import { capabilityRoutes } from './capability/routes.ts'
import type { About } from './capability/statement.ts'
import { graphqlRoutes } from './graphql/routes.ts'
import { historyRoutes } from './history/routes.ts'
import { operationRoutes } from './operation/routes.ts'
import { answersAt } from './own-address.ts'
import { heedProjection } from './projection.ts'
import { fileAnswer, resourceAnswer } from './read-answer.ts'
import { searchRoutes } from './search/routes.ts'
import { callsAmong } from './transaction/calls.ts'
import type { RecordService } from './service.ts'
import { writeRoutes } from './write/routes.ts'
import { readPurposes } from './purposes.ts'

const LAW = '医療法等の一部を改正する法律（令和7年法律第87号）による電子カルテ情報の共有（施行日は規定ごと。要確認: 弁護士）'

export type SurfaceAbout = About & {
  /** Every row there is, the ones of other rooms too: what the CapabilityStatement is made of. These rows alone where it is absent. */
  surface?: () => readonly Row[]
}

/** The FHIR R4 surface. */
export function recordRoutes(record: RecordService, { surface, ...about }: SurfaceAbout): Row[] {
  const { base } = about
  answersAt(base)
  const readers = { who: ['system', 'staff', 'citizen'], why: readPurposes, apps: true, crossSite: true } as const
  const writers = { who: ['system'], why: ['TREAT'] } as const
  const rows: Row[] = heedProjection([
    ...capabilityRoutes(about, () => surface?.() ?? rows),
    {
      kind: 'write',
      fills: true,
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
      takes: [{ name: 'resource', in: 'body', type: 'Bundle', required: true, about: { ja: '3文書6情報の一式', en: 'The submission' } }],
      prepare: (request, actor) => {
        requireDepositor(actor)
        const text = jsonText(request)
        return { ...request, body: { text, judged: judge(text) } }
      },
      handle: async (ctx, { body }) => {
        const { text, judged } = body as { text: string; judged: Judged }
        return submitted(await record.deposit(ctx, text, judged))
      },
    },
    ...searchRoutes(record, { base }),
    {
      kind: 'read',
      method: 'GET',
      path: '/fhir/R4/:type/:id',
      ...readers,
      audit: 'record.read',
      law: LAW,
      summary: { ja: '1件の読み取り', en: 'Read one resource' },
      handle: async (ctx, request) => {
        const { params, headers } = request
        // An operation or a search that this type does not have.
        if (/^[$_]/.test(params.id!) && isResourceType(params.type!)) refuse('address-unknown')
        const seen = await record.read(ctx, params.type!, params.id!)
        return fileAnswer(seen, request) ?? resourceAnswer(seen, headers)
      },
    },
    ...graphqlRoutes(record, { law: LAW }),
    ...operationRoutes(record, { base, law: LAW }),
    ...historyRoutes(record, { base, law: LAW }),
    ...writeRoutes(record, { base, calls: callsAmong(() => surface?.() ?? rows) }),
    ...consentRows(record, { base }),
  ])
  return rows
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
