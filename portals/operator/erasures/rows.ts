/** Rows of the operator's desk for wishes to be erased, and for when backups end. */
import { z } from 'zod'
import type { ErasureService } from '#care/erasure'
import type { PersonService } from '#care/person'
import { bodyOf, type Row } from '#kernel/route'
import { led } from '../form.tsx'
import { pageOf } from '../frame.tsx'
import { forOperator, provenToAct, provenToOpen } from '../row-terms.ts'
import { erasureCasePage, erasuresPage, PLACE } from './page.tsx'

const LAW = '個人情報の保護に関する法律 第35条（利用停止・消去）・第36条（理由の説明）（適用の範囲は要確認: 弁護士）'
const about = { ...forOperator, law: LAW } as const

const words = z.object({ words: z.string().max(2_000) })
const end = z.object({ endsOn: z.string().max(10) })

export function erasureDeskRows({ erasure, person, demo }: { erasure: ErasureService; person: PersonService; demo: boolean }): Row[] {
  const which = ({ personId = '', id = '' }: Readonly<Record<string, string>>) => ({ personId, id })
  return [
    {
      ...{ kind: 'read', method: 'GET', path: PLACE, ...about, audit: 'erasure.queue' },
      summary: { ja: '消去の申し出の一覧と、控えの期限', en: 'Wishes to be erased, and when backups end' },
      async handle(ctx, request) {
        const found = await erasure.queue(ctx)
        return { json: found, page: () => erasuresPage(pageOf(ctx, request, { demo }), found) }
      },
    },
    {
      ...{ kind: 'read', method: 'GET', path: `${PLACE}/:personId/:id`, ...about, ...provenToOpen, audit: 'erasure.open' },
      summary: { ja: '消去の申し出1件と、受けたときの扱い', en: 'One wish, and what agreeing would do' },
      async handle(ctx, request) {
        const found = await erasure.open(ctx, which(request.params))
        const facilities = await person.facilities(
          ctx,
          [...found.split.free, ...found.split.kept].map(({ source }) => source),
        )
        const nameOf = (number: string) => facilities.find((f) => f.institutionNumber === number)?.name ?? number
        return { json: found, page: () => erasureCasePage(pageOf(ctx, request, { demo }), { ...found, nameOf }) }
      },
    },
    {
      ...{ kind: 'write', method: 'POST', path: `${PLACE}/:personId/:id/agree`, ...about, ...provenToAct, audit: 'erasure.agree' },
      summary: { ja: '申し出を受け、消せるものを消す', en: 'Agree, and erase what may go' },
      async handle(ctx, request) {
        const certificate = await erasure.agree(ctx, which(request.params))
        return led(request, PLACE, { certificate })
      },
    },
    {
      ...{
        kind: 'write',
        method: 'POST',
        path: `${PLACE}/:personId/:id/decline`,
        ...about,
        ...provenToAct,
        audit: 'erasure.decline',
        schema: words,
      },
      summary: { ja: '理由を示して申し出を断る', en: 'Refuse with a reason' },
      async handle(ctx, request) {
        await erasure.decline(ctx, { ...which(request.params), ...bodyOf(request, words) })
        return led(request, PLACE)
      },
    },
    {
      ...{
        kind: 'write',
        method: 'POST',
        path: `${PLACE}/backups/:generation`,
        ...about,
        ...provenToAct,
        audit: 'backup.end',
        schema: end,
      },
      summary: { ja: '控えの期限を決める', en: 'Set the last day of a backup' },
      async handle(ctx, request) {
        await erasure.endBackup(ctx, { generation: request.params.generation!, ...bodyOf(request, end) })
        return led(request, PLACE)
      },
    },
  ]
}
