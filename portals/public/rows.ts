import { dateInJapan } from '#kernel/japan'
import type { Context } from '#kernel/context'
import type { JobRow, Row, RouteRequest } from '#kernel/route'
import type { PageOf } from './frame.tsx'
import type { OperatorFacts } from './operator-facts.ts'
import { statistics, statisticsCsv, type StatisticsDeps } from './statistics.ts'
import { statisticsPage } from './statistics-page.tsx'
import { countNext } from './store.ts'
import { type Outside, transparencyPage } from './transparency-page.tsx'
import { purposesOf } from './transparency-parts.tsx'

export type PublicDeps = Omit<StatisticsDeps, 'live'> & {
  demo: boolean
  facts: OperatorFacts | null
  surface: () => readonly Row[]
  outside: readonly Outside[]
  witnesses: number
}

const LAW = '個人情報の保護に関する法律 第32条（公表。適用の範囲は要確認: 弁護士）'
const everybody = { who: ['public'], why: ['HOPERAT'], audit: 'none', law: LAW } as const
/** Nothing personal: may be kept by whoever stands between for a minute. */
const KEPT = { 'cache-control': 'public, max-age=60' }

const pageOf = ({ lang, actor }: Context, request: RouteRequest, demo: boolean): PageOf => ({ lang, actor, demo, path: request.url })

/** Pages that anybody may read: how much records are looked at, and what is done with data. */
export function publicRoutes({ question, notice, demo, facts, surface, outside, witnesses }: PublicDeps): Row[] {
  const read = statistics({ question, notice, live: demo })
  return [
    {
      ...{ kind: 'read', method: 'GET', path: '/statistics', ...everybody },
      summary: {
        ja: '閲覧・拒否・緊急・質問・同意の統計（月ごと）',
        en: 'Statistics by month: accesses, refusals, emergencies, questions, consents',
      },
      async handle(ctx, request) {
        const figures = await read(ctx)
        return { json: figures, page: () => statisticsPage(pageOf(ctx, request, demo), figures) }
      },
    },
    {
      ...{ kind: 'read', method: 'GET', path: '/statistics.json', ...everybody },
      summary: { ja: '統計（JSON）', en: 'Statistics as JSON' },
      handle: async (ctx: Context) => ({ json: await read(ctx), headers: KEPT }),
    },
    {
      ...{ kind: 'read', method: 'GET', path: '/statistics.csv', ...everybody },
      summary: { ja: '統計（表計算用）', en: 'Statistics for spreadsheets' },
      async handle(ctx: Context) {
        const name = `enishi-statistics-${dateInJapan(ctx.now)}.csv`
        const headers = { ...KEPT, 'content-type': 'text/csv; charset=utf-8', 'content-disposition': `attachment; filename="${name}"` }
        return { headers, text: statisticsCsv(await read(ctx)) }
      },
    },
    {
      ...{ kind: 'read', method: 'GET', path: '/transparency', ...everybody },
      summary: { ja: '何を、何のために、どう扱っているか', en: 'What is done with data, by whom and why' },
      async handle(ctx, request) {
        const view = { facts, surface: surface(), outside, today: dateInJapan(ctx.now), witnesses }
        return {
          json: { operator: facts, purposes: purposesOf(view.surface), outside, witnesses },
          page: () => transparencyPage(pageOf(ctx, request, demo), view),
        }
      },
    },
  ]
}

/** Work of the leader for these pages. */
export const publicJobs: readonly JobRow[] = [
  {
    ...{ kind: 'job', name: 'statistics.count', everyMs: 5_000, apart: true, law: LAW },
    summary: { ja: '記録（ログ）を順番に数える', en: 'Count the log, in its order' },
    async run(job) {
      for (let turn = 0; turn < 50; turn++) if ((await countNext(job)) === 0) return
    },
  },
]
