import { actionWordsOf, eventRows, findings, listBreaches, watchedShare } from '#care/oversight'
import type { Row } from '#kernel/route'
import { breachRows } from './breach-rows.ts'
import { findingRows } from './finding-rows.ts'
import { pageOf } from './frame.tsx'
import { homePage } from './home-page.tsx'
import { logRows } from './log-rows.ts'
import { forAuditors } from './row-terms.ts'
import { scopeRows } from './scope-rows.ts'

/** `base`: address of the FHIR surface; `surface`: every row there is, for what their acts are called. */
export type AuditorDeps = { base: string; demo: boolean; surface: () => readonly Row[] }

/** The auditors' desk: the log, findings, the scope of breaches, their register. */
export function auditorRoutes({ base, demo, surface }: AuditorDeps): Row[] {
  const words = actionWordsOf(surface)
  return [
    {
      ...{ kind: 'read', method: 'GET', path: '/audit', ...forAuditors, audit: 'audit.home' },
      summary: { ja: '監査の入口：今日見るもの', en: 'The auditors’ front page: what to look at today' },
      handle: async (ctx, request) => {
        const today = {
          reviewed: await findings.reviewed(ctx),
          byRule: await findings.byRule(ctx),
          breaches: await listBreaches(ctx.db, { closed: false, limit: 50 }),
          watch: await watchedShare(ctx.db),
        }
        return { json: today, page: () => homePage(pageOf(ctx, request, { demo }), today) }
      },
    },
    ...eventRows({ base, words }),
    ...logRows({ words, demo }),
    ...findingRows({ demo }),
    ...scopeRows({ words, demo }),
    ...breachRows({ demo }),
  ]
}
