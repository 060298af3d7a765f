import { createHash } from 'node:crypto'
import type { PersonService } from '#care/person'
import type { Context } from '#kernel/context'
import type { Db } from '#kernel/database'
import { randomBytesOf } from '#kernel/id'
import { claimOnce } from '#kernel/identity'
import { dateInJapan } from '#kernel/japan'
import type { Mailer } from '#kernel/mail'
import type { AllowedHost, Outbound } from '#kernel/outbound'
import { outbound as outboundOf } from '#kernel/outbound'
import { refuse } from '#kernel/refusal'
import type { JobRow } from '#kernel/route'
import { deliverDue, type Ways } from './delivery.ts'
import type { Channel, Notice, Wish } from './model.ts'
import { areBrowserKeys, pushKey } from './push.ts'
import { isMailAddress } from './rules.ts'
import * as store from './store.ts'
import * as channels from './store/channel.ts'
import { noticeTaker, tellFirstAccesses } from './telling.ts'

export type NoticeService = ReturnType<typeof noticeService>

/**
 * `pushHosts`: push services that may be called, none where empty; `contact`: whom they may write to; `mailer`: null where no mail
 * server is configured.
 */
export type NoticeDeps = {
  person: Pick<PersonService, 'findByKeys' | 'people'>
  pushHosts?: readonly AllowedHost[]
  contact?: string
  mailer?: Mailer | null
  baseUrl?: string
  /** Stands in for the calls to push services. */
  outbound?: Outbound
  chance?: () => number
}

const MOST_BROWSERS = 10
const MOST_LINKS_A_DAY = 5
const LINK_MS = 86_400_000
/** Beyond this a count says “and more”. */
export const MOST_UNREAD = 100

export function noticeService(deps: NoticeDeps) {
  const { person, pushHosts = [], contact = 'mailto:operator@localhost', mailer = null, baseUrl = 'http://localhost:8080' } = deps
  const caller = deps.outbound ?? outboundOf(pushHosts)
  const push = pushHosts.length > 0 ? { outbound: caller, contact } : null
  const ways: Ways = { push, mailer, baseUrl, ...(deps.chance ? { chance: deps.chance } : {}) }
  const idsOf = (ctx: { db: Db }, personId: string) => person.people.idsOf(ctx, personId)

  return {
    /** What can be had here at all. */
    available: { push: push !== null, mail: mailer !== null },
    taker: noticeTaker({ person }),
    list: (ctx: { db: Db }, about: { keys: readonly string[]; limit: number; offset: number }) => store.listNotices(ctx.db, about),
    unread: (ctx: { db: Db }, keys: readonly string[]): Promise<number> => store.countUnread(ctx.db, keys, MOST_UNREAD),
    /** Marks one notice as read. @refuses not-found */
    async open(ctx: Context, about: { keys: readonly string[]; id: string }): Promise<Notice> {
      const found = (await store.findNotice(ctx.db, about)) ?? refuse('not-found')
      await store.markRead(ctx.db, { ...about, at: ctx.now })
      return found
    },
    readAll: (ctx: Context, keys: readonly string[]): Promise<number> => store.markRead(ctx.db, { keys, id: null, at: ctx.now }),
    wish: async (ctx: { db: Db }, personId: string): Promise<Wish> => store.findWish(ctx.db, await idsOf(ctx, personId)),
    putWish: (ctx: Context, about: { personId: string; ordinary: Wish }) => store.putWish(ctx.db, { ...about, at: ctx.now }),
    channels: async (ctx: { db: Db }, personId: string): Promise<Channel[]> => channels.channelsOf(ctx.db, await idsOf(ctx, personId)),
    publicKey: async (ctx: { db: Db }): Promise<string> => (await pushKey(ctx.db)).publicKey,
    /**
     * A browser that wants signs; the same browser again is the same entry.
     * @refuses push-unavailable, push-host, input-invalid, push-limit
     */
    async subscribe(
      ctx: Context,
      about: { personId: string; endpoint: string; p256dh: string; auth: string; label: string },
    ): Promise<string> {
      if (push === null) refuse('push-unavailable')
      if (about.endpoint.length > 2_000 || !areBrowserKeys(about)) refuse('input-invalid', { what: 'keys' })
      if (caller.whyNot(about.endpoint) !== null) refuse('push-host')
      const id = createHash('sha256').update(about.endpoint).digest('base64url').slice(0, 32)
      const mine = (await channels.channelsOf(ctx.db, await idsOf(ctx, about.personId))).filter((c) => c.kind === 'push' && c.id !== id)
      if (mine.filter((c) => c.state !== 'ended').length >= MOST_BROWSERS) refuse('push-limit', { max: String(MOST_BROWSERS) })
      await channels.removeElsewhere(ctx.db, { id, personId: about.personId })
      const { personId, endpoint: address, p256dh, auth, label } = about
      const made = { personId, id, kind: 'push' as const, address, keys: { p256dh, auth }, label: label.slice(0, 60), lang: ctx.lang }
      await channels.putChannel(ctx.db, { ...made, state: 'live', token: null, tokenUntil: null, madeAt: ctx.now }, { owes: false })
      return id
    },
    /** @refuses not-found */
    async removeChannel(ctx: Context, about: { personId: string; id: string }): Promise<void> {
      const gone = await channels.removeChannel(ctx.db, { ids: await idsOf(ctx, about.personId), id: about.id })
      if (!gone) refuse('not-found')
    },
    /**
     * Asks for signs by mail: a link goes to the address, and nothing else before somebody signed in as this person has followed it.
     * @refuses mail-unavailable, mail-address, mail-links
     */
    async askMail(ctx: Context, about: { personId: string; address: string }): Promise<void> {
      if (mailer === null) refuse('mail-unavailable')
      const address = about.address.trim().normalize('NFKC')
      if (!isMailAddress(address)) refuse('mail-address')
      await claimLink(ctx, about.personId)
      for (const id of (await idsOf(ctx, about.personId)).filter((one) => one !== about.personId))
        await channels.removeChannel(ctx.db, { ids: [id], id: 'mail' })
      const token = randomBytesOf(24).toString('base64url')
      const made = { personId: about.personId, id: 'mail', kind: 'mail' as const, address, keys: null, label: '', lang: ctx.lang }
      const tokenUntil = new Date(ctx.now.getTime() + LINK_MS)
      await channels.putChannel(ctx.db, { ...made, state: 'asked', token, tokenUntil, madeAt: ctx.now }, { owes: true })
    },
    /** @refuses mail-link */
    async confirmMail(ctx: Context, about: { personId: string; token: string }): Promise<void> {
      const ids = await idsOf(ctx, about.personId)
      if (!(await channels.confirmMail(ctx.db, { ids, token: about.token, now: ctx.now }))) refuse('mail-link')
    },
    /** Per month: notices of emergencies, and the longest one took to be readable. */
    emergencies: (ctx: { db: Db }) => store.emergencyNotices(ctx.db),
    firstAccesses: (job: { db: Db; epoch: number; now: Date }) => tellFirstAccesses({ person }, job),
    deliver: (job: { db: Db; epoch: number; now: () => Date }) => deliverDue(job, ways),
    jobs: (): JobRow[] => jobs({ person }, ways),
  }
}

/** A few links a day for one person, so that nobody's mailbox is filled from here. */
async function claimLink(ctx: Context, personId: string): Promise<void> {
  const until = new Date(ctx.now.getTime() + 2 * LINK_MS)
  const day = dateInJapan(ctx.now)
  for (let n = 0; n < MOST_LINKS_A_DAY; n++)
    if (await claimOnce(ctx.db, ctx.now, { scope: 'notice-mail', value: `${personId} ${day} ${n}`, until })) return
  refuse('mail-links', { max: String(MOST_LINKS_A_DAY) })
}

const LAW = '医療情報システムの安全管理に関するガイドライン 第6.0版（本人への通知。章は要確認: 弁護士）'

function jobs(deps: Pick<NoticeDeps, 'person'>, ways: Ways): JobRow[] {
  return [
    {
      ...{ kind: 'job', name: 'notice.first-access', everyMs: 2_000, apart: true, law: LAW },
      summary: {
        ja: 'はじめて触れた医療機関を本人に知らせる',
        en: 'Tell people of institutions that touched their data for the first time',
      },
      async run(job) {
        for (let turn = 0; turn < 20; turn++) if ((await tellFirstAccesses(deps, job)) === 0) return
      },
    },
    {
      ...{ kind: 'job', name: 'notice.deliver', everyMs: 500, apart: true, law: LAW },
      summary: { ja: 'お知らせがあることを、端末やメールに知らせる', en: 'Send signs of new notices to browsers and mail' },
      async run({ db, epoch, now }) {
        const [start, began] = [now.getTime(), performance.now()]
        await deliverDue({ db, epoch, now: () => new Date(start + performance.now() - began) }, ways)
      },
    },
    {
      ...{
        kind: 'job',
        name: 'notice.forget',
        everyMs: 3600_000,
        law: '医療情報システムの安全管理に関するガイドライン 第6.0版（不要になった情報の消去）',
      },
      summary: { ja: '使われなかった確認の案内と、終わった届け先を消す', en: 'Forget links nobody followed and addresses that ended' },
      run: async ({ db, now }) => void (await channels.forgetOld(db, now)),
    },
  ]
}
