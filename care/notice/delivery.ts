import type { Db } from '#kernel/database'
import { underEpoch } from '#kernel/leader'
import type { Mailer } from '#kernel/mail'
import type { Outbound } from '#kernel/outbound'
import { mailOnce } from './mail.ts'
import type { Channel } from './model.ts'
import { pushKey, pushOnce } from './push.ts'
import { afterFailure, type Tried } from './rules.ts'
import * as channels from './store/channel.ts'

const AT_ONCE = 16
const IN_A_RUN = 256

/** `push`: how push services are called, null where none is configured; `mailer` likewise. */
export type Ways = {
  push: { outbound: Outbound; contact: string } | null
  mailer: Mailer | null
  baseUrl: string
  chance?: () => number
}

type Job = { db: Db; epoch: number; now: () => Date }

async function tryOnce(job: Job, c: Channel, { push, mailer, baseUrl }: Ways): Promise<Tried> {
  const off: Tried = { outcome: 'failed', why: 'not-configured' }
  try {
    if (c.kind === 'push') return push === null ? off : await pushOnce(c, { ...push, key: await pushKey(job.db) })
    return mailer === null ? off : await mailOnce(c, { mailer, baseUrl })
  } catch {
    // A key nobody can encrypt for, a letter that cannot be put together: it counts as a try, so that it ends.
    return { outcome: 'failed', why: 'fault' }
  }
}

/** One sign: sent with no transaction open, then noted under the epoch. What is noted twice was sent twice, never lost. */
async function serve(job: Job, c: Channel, ways: Ways): Promise<void> {
  const tried = await tryOnce(job, c, ways)
  await underEpoch(job.db, job.epoch, async (db) => {
    if (tried.outcome === 'sent') await channels.noteSent(db, c, job.now())
    else await channels.noteFailed(db, c, afterFailure(c, { tried, now: job.now(), chance: (ways.chance ?? Math.random)() }))
    return true
  })
}

/** Sends the signs that are due. @returns how many were tried */
export async function deliverDue(job: Job, ways: Ways): Promise<number> {
  let tried = 0
  while (tried < IN_A_RUN) {
    const due = await channels.findDue(job.db, job.now(), AT_ONCE)
    if (due.length === 0) break
    await Promise.all(due.map((c) => serve(job, c, ways)))
    tried += due.length
  }
  return tried
}
