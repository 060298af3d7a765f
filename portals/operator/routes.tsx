import type { PersonService } from '#care/person'
import type { Row } from '#kernel/route'
import { pageOf } from './frame.tsx'
import { homePage } from './page-home.tsx'
import { forKeepers } from './row-terms.ts'

export type OperatorDeps = { person: PersonService; demo: boolean }

/** The registers of the platform: facilities, staff, systems; and what needs somebody's hand. */
export function operatorRoutes(deps: OperatorDeps): Row[] {
  return [
    {
      kind: 'read',
      method: 'GET',
      path: '/operator',
      ...forKeepers,
      audit: 'operator.home',
      summary: { ja: '運用の入口：困ったことは起きていないか', en: 'The operator’s front page: is anything wrong?' },
      handle: async (ctx, request) => ({ page: () => homePage(pageOf(ctx, request, deps)) }),
    },
  ]
}
