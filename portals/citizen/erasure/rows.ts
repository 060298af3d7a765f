/** Rows of the person's wish to be erased: what would happen, asking, taking back, certificates. */
import { z } from 'zod'
import { type ErasureService, reasons } from '#care/erasure'
import type { PersonService } from '#care/person'
import type { Context } from '#kernel/context'
import { refuse } from '#kernel/refusal'
import { bodyOf, type Row, type RouteRequest } from '#kernel/route'
import { wantsJson } from '#kernel/serve'
import { citizenStepUp } from '#portals/sign-in'
import type { About } from '../frame.tsx'
import { institutionNames } from '../institution-names.ts'
import { citizenOf, noteOwn } from '../self.ts'
import { certificatePage } from './certificate-page.tsx'
import { askPage, erasurePage, PLACE, type Shown } from './page.tsx'

const LAW = '個人情報の保護に関する法律 第35条（利用停止・消去。適用の範囲は要確認: 弁護士）'
const me = { who: ['citizen'], why: ['PATRQT'], law: LAW } as const

type Deps = { erasure: ErasureService; person: PersonService; aboutOf: (ctx: Context, request: RouteRequest) => About }

const body = z.object({
  reason: z.enum(reasons.map(({ id }) => id)),
  scope: z.enum(['record', 'all']).default('record'),
  stop: z.union([z.literal('1'), z.boolean()]).optional(),
})

const isForm = ({ headers }: RouteRequest): boolean =>
  (headers['content-type'] ?? '').startsWith('application/x-www-form-urlencoded') && !wantsJson(headers.accept)

export function erasureRows({ erasure, person, aboutOf }: Deps): Row[] {
  async function shown(ctx: Context): Promise<Shown> {
    const [{ split, backups }, { cases, certificates }] = [await erasure.preview(ctx), await erasure.own(ctx)]
    const numbers = [...split.free, ...split.kept].map(({ source }) => source)
    const told = certificates.flatMap(({ certificate: c }) => [...c.erased, ...c.kept].map((one) => one.institutionNumber))
    const nameOf = await institutionNames(ctx, person, [...numbers, ...told])
    return { split, backups, cases, certificates, nameOf: (number) => nameOf(number) ?? number }
  }
  return [
    {
      ...{ kind: 'read', method: 'GET', path: PLACE, ...me, audit: 'citizen.erasure', snapshot: true },
      summary: { ja: '本人の記録のうち消せるもの、申し出とその結果', en: 'What of the person’s record may be erased; what they asked for' },
      async handle(ctx, request) {
        const found = await shown(ctx)
        noteOwn(ctx, { resource: 'ErasureCase?', count: found.cases.length })
        const { split, backups, cases } = found
        return { json: { split, backups, cases }, page: () => erasurePage(aboutOf(ctx, request), found) }
      },
    },
    {
      ...{ kind: 'read', method: 'GET', path: `${PLACE}/ask`, ...me, audit: 'citizen.erasure', stepUp: citizenStepUp, snapshot: true },
      summary: { ja: '消去を申し出る用紙', en: 'The form that asks for erasure' },
      async handle(ctx, request) {
        const found = await shown(ctx)
        noteOwn(ctx, { resource: 'ErasureCase?' })
        return { json: { split: found.split, backups: found.backups }, page: () => askPage(aboutOf(ctx, request), found) }
      },
    },
    {
      ...{ kind: 'write', method: 'POST', path: PLACE, ...me, audit: 'erasure.ask', stepUp: citizenStepUp, schema: body },
      summary: { ja: '消去または利用停止を申し出る', en: 'Ask for erasure, or that use be stopped' },
      async handle(ctx, request) {
        const { reason, scope, stop } = bodyOf(request, body)
        const one = await erasure.ask(ctx, { reason, scope, stop: stop === '1' || stop === true })
        return isForm(request) ? { redirect: PLACE } : { status: 201, json: one }
      },
    },
    {
      ...{ kind: 'write', method: 'POST', path: `${PLACE}/:id/take-back`, ...me, audit: 'erasure.take-back' },
      summary: { ja: '決まる前の申し出を取り下げる', en: 'Take a wish back before it is decided' },
      async handle(ctx, request) {
        await erasure.takeBack(ctx, request.params.id!)
        return isForm(request) ? { redirect: PLACE } : { json: { id: request.params.id } }
      },
    },
    {
      ...{ kind: 'read', method: 'GET', path: `${PLACE}/certificates/:id`, ...me, audit: 'citizen.erasure' },
      summary: { ja: '消去の証明書', en: 'A certificate of erasure' },
      async handle(ctx, request) {
        const { certificates } = await erasure.own(ctx)
        const one = certificates.find(({ id }) => id === request.params.id) ?? refuse('not-found', { key: citizenOf(ctx).keys[0] ?? '' })
        noteOwn(ctx, { resource: `ErasureCertificate/${one.id}`, count: 1 })
        const file = request.query.get('format') === 'json'
        // Byte for byte what the log's hash was made of.
        if (file || wantsJson(request.headers.accept)) {
          const disposition = file ? { 'content-disposition': `attachment; filename="enishi-erasure-${one.id}.json"` } : {}
          return { text: one.body, headers: { 'content-type': 'application/json', ...disposition } }
        }
        const { certificate: c } = one
        const nameOf = await institutionNames(
          ctx,
          person,
          [...c.erased, ...c.kept].map((part) => part.institutionNumber),
        )
        return { page: () => certificatePage(aboutOf(ctx, request), one, (number) => nameOf(number) ?? number) }
      },
    },
  ]
}
