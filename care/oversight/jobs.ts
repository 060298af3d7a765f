/** The leader's work: the log watched as it grows, reports of scopes, persons told. */
import type { Db } from '#kernel/database'
import { underEpochLate } from '#kernel/leader'
import type { JobContext, JobRow } from '#kernel/route'
import { LOG_LAW } from './events/rows.ts'
import { tellMore } from './breach/service.ts'
import { forgottenBefore } from './patterns/service.ts'
import { settleOnce } from './patterns/settle.ts'
import { watchOnce } from './patterns/watch.ts'
import { stepNext } from './scope/work.ts'
import { forgetDays } from './store/watch.ts'

class LeadLost extends Error {}

/** Work of some length in one transaction, taken back where the lead was lost meanwhile. */
const held =
  ({ db, epoch }: JobContext) =>
  async <T>(work: (db: Db) => Promise<T>): Promise<T | undefined> => {
    try {
      return await underEpochLate(db, epoch, async (trx, holds) => {
        const done = await work(trx)
        if (!(await holds())) throw new LeadLost()
        return done
      })
    } catch (error) {
      if (error instanceof LeadLost) return undefined
      throw error
    }
  }

const BREACH_LAW = '個人情報の保護に関する法律 第26条'

export const oversightJobs: readonly JobRow[] = [
  {
    ...{ kind: 'job', name: 'oversight.watch', everyMs: 2_000, apart: true, law: LOG_LAW },
    summary: { ja: '記録を順に読み、人が見るべきものを取り出す', en: 'Read the log in its order and keep what somebody should look at' },
    async run(job) {
      for (let turn = 0; turn < 20; turn++) if (((await held(job)((db) => watchOnce(db, job.now))) ?? 0) === 0) return
    },
  },
  {
    ...{ kind: 'job', name: 'oversight.settle', everyMs: 600_000, law: LOG_LAW },
    summary: { ja: '待っていた気づきを、その後の受診などに照らして確かめる', en: 'Hold waiting findings against what came after' },
    async run(job) {
      for (let turn = 0; turn < 10; turn++) if (((await held(job)((db) => settleOnce(db, job.now))) ?? 0) < 200) break
      await held(job)((db) => forgetDays(db, forgottenBefore(job.now)))
    },
  },
  {
    ...{ kind: 'job', name: 'oversight.scope', everyMs: 500, apart: true, law: BREACH_LAW },
    summary: { ja: '漏えい等の範囲を調べる', en: 'Work out the scope of breaches' },
    async run(job) {
      for (let turn = 0; turn < 60; turn++) if (!(await stepNext(job.db, job.now, held(job)))) return
    },
  },
  {
    ...{ kind: 'job', name: 'oversight.tell', everyMs: 2_000, law: BREACH_LAW },
    summary: { ja: '漏えい等を本人に知らせる', en: 'Tell persons of breaches' },
    async run(job) {
      for (let turn = 0; turn < 20; turn++) if ((await held(job)((db) => tellMore(db, job.now))) !== true) return
    },
  },
]
