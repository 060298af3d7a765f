/** Certificates by which staff sign: entered and ended by who keeps their entry. */
import { type Finding, isDay, registers } from '#care/person'
import { type EndReason, endReasons, type SignatureService } from '#care/signature'
import type { Context } from '#kernel/context'
import { Refusal, refuse, refusalRow } from '#kernel/refusal'
import type { Answer, Row, RouteRequest } from '#kernel/route'
import { wantsJson } from '#kernel/serve'
import { again, type Draft, errorsOf, fields, led, noDraft, typedIn } from './form.tsx'
import { pageOf } from './frame.tsx'
import { forKeepers, provenToAct } from './row-terms.ts'
import { signingPage } from './signing-page.tsx'
import { staffHref } from './staff-parts.tsx'

type Deps = { demo: boolean; signature: SignatureService }

async function one(ctx: Context, request: RouteRequest, deps: Deps, draft: Draft = noDraft): Promise<Answer> {
  const staff = await registers.staff.get(ctx, request.params.id ?? '')
  const certificates = await deps.signature.certificates(ctx, staff.id)
  ctx.audit({ resource: `Staff/${staff.id}` })
  const shown = { staff, certificates, mayChange: !staff.elsewhere, draft }
  return { json: { staff: { id: staff.id, name: staff.name }, certificates }, page: () => signingPage(pageOf(ctx, request, deps), shown) }
}

const KEY_REF = /^[A-Za-z0-9._-]{1,60}$/

function judge(given: { keyRef: string; until: string | null }): Finding[] {
  const wrong = (field: string, ja: string, en: string): Finding => ({ field, ja, en })
  return [
    ...(KEY_REF.test(given.keyRef)
      ? []
      : [
          wrong(
            'keyRef',
            '鍵の名前を、半角英数字と . _ - で60文字までで入力してください。',
            'Enter the name of the key: up to 60 of letters, digits, . _ -',
          ),
        ]),
    ...(given.until === null || isDay(given.until) ? [] : [wrong('until', '日付を正しく入力してください。', 'Enter a date.')]),
  ]
}

async function enter(ctx: Context, request: RouteRequest, deps: Deps): Promise<Answer> {
  const typed = typedIn(request)
  const staffId = request.params.id ?? ''
  const given = { staffId, certificate: typed.text('certificate'), keyRef: typed.text('keyRef'), until: typed.orNull('until') }
  const findings = judge(given)
  // A pasted private key is shown no more.
  const values = {
    certificate: /PRIVATE KEY/.test(given.certificate) ? '' : given.certificate,
    keyRef: given.keyRef,
    until: given.until ?? '',
  }
  const back = async (found: readonly Finding[]) => {
    const answer = await one(ctx, request, deps, { values, errors: errorsOf(found, ctx.lang) })
    return again(ctx, request, { findings: found, page: answer.page! })
  }
  if (findings.length > 0) return back(findings)
  try {
    await deps.signature.enter(ctx, given)
    return led(request, staffHref(staffId, '/signing'))
  } catch (error) {
    if (!(error instanceof Refusal) || !error.code.startsWith('signing-') || wantsJson(request.headers.accept)) throw error
    const { ja, en } = refusalRow(error.code)
    ctx.audit({ outcome: error.code })
    return back([{ field: 'certificate', ja, en }])
  }
}

export function signingRows(deps: Deps): Row[] {
  const write = { kind: 'write', method: 'POST', schema: fields, ...forKeepers, ...provenToAct } as const
  return [
    {
      kind: 'read',
      method: 'GET',
      path: '/operator/staff/:id/signing',
      ...forKeepers,
      audit: 'operator.staff-signing',
      summary: { ja: '職員の署名用の証明書', en: 'A member of staff’s certificates for signing' },
      handle: (ctx, request) => one(ctx, request, deps),
    },
    {
      ...write,
      path: '/operator/staff/:id/signing',
      audit: 'staff.certificate-enter',
      summary: { ja: '署名用の証明書を確かめて登録する', en: 'Check and register a certificate for signing' },
      handle: (ctx, request) => enter(ctx, request, deps),
    },
    {
      ...write,
      path: '/operator/staff/:id/signing/end',
      audit: 'staff.certificate-end',
      summary: { ja: '署名用の証明書をすぐに終了する', en: 'End a certificate for signing at once' },
      handle: async (ctx, request) => {
        const { id = '' } = request.params
        const typed = typedIn(request)
        const reason = typed.text('because')
        const because =
          (Object.keys(endReasons) as EndReason[]).find((one) => one === reason) ?? refuse('input-invalid', { what: 'because' })
        await deps.signature.end(ctx, { staffId: id, id: typed.text('which'), because })
        return led(request, staffHref(id, '/signing'))
      },
    },
  ]
}
