import type { JobRow } from '#kernel/route'
import { forgetSearches } from './store/look.ts'

/** Searches are kept for the limit of an hour and for opening what was found; a day is enough for both. */
export const disasterJobs: readonly JobRow[] = [
  {
    kind: 'job',
    name: 'disaster.forget',
    everyMs: 3_600_000,
    law: '個人情報の保護に関する法律 第22条（利用する必要がなくなったときの消去）',
    summary: { ja: '災害時の検索の控えを、1日後に消す', en: 'Forgets disaster searches after a day' },
    run: ({ db, now }) => forgetSearches(db, new Date(now.getTime() - 86_400_000)),
  },
]
