import { z } from 'zod'
import { dateInJapan } from '#kernel/japan'
import { bodyOf, type Row } from '#kernel/route'
import { backTo, onScreen, type Screens, userOf } from '../row-terms.ts'
import { entryPage } from './entry-page.tsx'
import { cardUsePage } from './page.tsx'
import { addMonths } from './rules.ts'

const LAW = '診療報酬 医療DX推進体制整備加算（告示・通知の条項は要確認: 弁護士）'

const officialBody = z.object({
  institutionNumber: z.string().regex(/^[0-9]{10}$/),
  month: z.string().regex(/^20[0-9]{2}-(0[1-9]|1[0-2])$/),
  rate: z.coerce.number().min(0).max(100).multipleOf(0.01),
})

/** Each institution's own share of card use; the official figure is entered by those who run the platform. */
export function cardUseRoutes({ service, demo }: Screens): Row[] {
  return [
    {
      kind: 'read',
      method: 'GET',
      path: '/clinic/card-use',
      ...onScreen,
      roles: [...onScreen.roles, 'administrator'],
      audit: 'card-use.read',
      law: LAW,
      summary: { ja: '自院のマイナ保険証の利用率と加算の区分', en: 'The institution’s own card use rate and the class it reaches' },
      handle: async (ctx, request) => {
        const use = await service.cardUse.of(ctx, { paediatric: request.query.get('paediatric') === '1' })
        return { json: use, page: () => cardUsePage({ lang: ctx.lang, path: request.url, user: userOf(ctx), demo, use, now: ctx.now }) }
      },
    },
    {
      kind: 'read',
      method: 'GET',
      path: '/operator/card-use',
      who: ['staff'],
      roles: ['operator'],
      why: ['HOPERAT'],
      audit: 'card-use.form',
      law: LAW,
      summary: { ja: '公表された利用率を入れる画面', en: 'Form for an official card use rate' },
      handle: async (ctx, request) => {
        const about = { lang: ctx.lang, path: request.url, user: userOf(ctx), demo, entered: request.query.get('entered') === '1' }
        const lastMonth = addMonths(dateInJapan(ctx.now).slice(0, 7), -3)
        return { json: { lastMonth }, page: () => entryPage({ ...about, lastMonth }) }
      },
    },
    {
      kind: 'write',
      method: 'POST',
      path: '/operator/card-use',
      who: ['staff'],
      roles: ['operator'],
      why: ['HOPERAT'],
      audit: 'card-use.enter',
      law: LAW,
      schema: officialBody,
      summary: { ja: '公表された利用率を入れる', en: 'Enter the official card use rate of a month' },
      handle: async (ctx, request) => {
        const figure = bodyOf(request, officialBody)
        await service.cardUse.enterOfficial(ctx, figure)
        return backTo(request, '/operator/card-use?entered=1', figure)
      },
    },
  ]
}
