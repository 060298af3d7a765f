/** Rows of notices: what the person was told, and how they want to be told. */
import { z } from 'zod'
import { type Channel, leadsTo, maskedAddress, type Notice, type NoticeService, textOf, titleOf, wishes } from '#care/notice'
import type { PersonService } from '#care/person'
import type { Context } from '#kernel/context'
import { refuse } from '#kernel/refusal'
import { bodyOf, type Row, type RouteRequest } from '#kernel/route'
import { wantsJson } from '#kernel/serve'
import type { About } from '../frame.tsx'
import { institutionNames } from '../institution-names.ts'
import { citizenOf, noteOwn } from '../self.ts'
import { confirmMailPage, noticesPage, saidWords } from './pages.tsx'
import { settingsPage } from './settings.tsx'

const LAW = '個人情報の保護に関する法律 第33条（第三者提供記録の開示。適用の範囲は要確認: 弁護士）'
const me = { who: ['citizen'], why: ['PATRQT'], law: LAW } as const
const A_PAGE = 30

type Deps = { notice: NoticeService; person: PersonService; aboutOf: (ctx: Context, request: RouteRequest) => About }

const isForm = ({ headers }: RouteRequest): boolean =>
  (headers['content-type'] ?? '').startsWith('application/x-www-form-urlencoded') && !wantsJson(headers.accept)
const answer = (request: RouteRequest, redirect: string, json: object = { done: true }) => (isForm(request) ? { redirect } : { json })

/** The person themselves: whoever acts for another first returns, because signs go to the person who reads them. */
const selfOf = (ctx: Context): string => (citizenOf(ctx).actsFor ? refuse('not-permitted') : citizenOf(ctx).id)

const noticeJson = (notice: Notice, lang: Context['lang']) => ({
  ...{ id: notice.id, kind: notice.kind, at: notice.at.toISOString(), readAt: notice.readAt?.toISOString() ?? null },
  ...{ title: titleOf(notice, lang), text: textOf(notice, lang), href: leadsTo(notice) },
})

/** A notice keeps the name of its day, in Japanese; an English page says the register's English one where it knows the institution. */
async function inEnglish(ctx: Context, person: PersonService, notices: readonly Notice[]): Promise<Notice[]> {
  if (ctx.lang === 'ja') return [...notices]
  const numberOf = ({ facts }: Notice) => facts.institutionNumber ?? ''
  const nameOf = await institutionNames(ctx, person, notices.map(numberOf).filter(Boolean))
  return notices.map((one) => {
    const name = nameOf(numberOf(one))
    return name === undefined ? one : { ...one, facts: { ...one.facts, institutionName: name } }
  })
}

const channelJson = ({ id, kind, label, address, state, why, madeAt, arrivedAt }: Channel) => ({
  ...{ id, kind, label: kind === 'mail' ? maskedAddress(address) : label, state, why },
  ...{ since: madeAt.toISOString(), lastArrivedAt: arrivedAt?.toISOString() ?? null },
})

const said = (text: string | null): keyof typeof saidWords | null =>
  text !== null && Object.hasOwn(saidWords, text) ? (text as keyof typeof saidWords) : null

const wishBody = z.object({ ordinary: z.enum(wishes) })
const mailBody = z.object({ address: z.string().max(300) })
const pushBody = z.object({
  endpoint: z.string().min(1).max(2_000),
  keys: z.object({ p256dh: z.string().max(200), auth: z.string().max(100) }),
  label: z.string().max(60).default(''),
})

export function noticeRows(deps: Deps): Row[] {
  return [...listRows(deps), ...settingRows(deps), ...mailRows(deps)]
}

function listRows({ notice, person, aboutOf }: Deps): Row[] {
  return [
    {
      ...{ kind: 'read', method: 'GET', path: '/me/notices', ...me, audit: 'notice.list' },
      summary: { ja: '本人へのお知らせ', en: 'What the person was told' },
      async handle(ctx, request) {
        const { keys, actsFor } = citizenOf(ctx)
        const asked = Number(/^\d{1,4}$/.exec(request.query.get('page') ?? '')?.[0] ?? 1)
        const page = Math.max(1, asked)
        const { notices: kept, total } = await notice.list(ctx, { keys, limit: A_PAGE, offset: (page - 1) * A_PAGE })
        const notices = await inEnglish(ctx, person, kept)
        const unread = await notice.unread(ctx, keys)
        noteOwn(ctx, { resource: 'Notice?', count: notices.length })
        return {
          json: { notices: notices.map((one) => noticeJson(one, ctx.lang)), total, unread },
          page: () => noticesPage(aboutOf(ctx, request), { notices, total, unread, page, pageSize: A_PAGE, acting: actsFor !== undefined }),
        }
      },
    },
    {
      ...{ kind: 'write', method: 'POST', path: '/me/notices/read', ...me, audit: 'notice.read' },
      summary: { ja: 'お知らせをすべて読んだことにする', en: 'Mark all notices as read' },
      async handle(ctx, request) {
        const count = await notice.readAll(ctx, citizenOf(ctx).keys)
        noteOwn(ctx, { resource: 'Notice?', count })
        return answer(request, '/me/notices', { read: count })
      },
    },
    {
      ...{ kind: 'write', method: 'POST', path: '/me/notices/:id/open', ...me, audit: 'notice.read' },
      summary: { ja: 'お知らせを1件読み、もとの記録に進む', en: 'Read one notice and go to what it is about' },
      async handle(ctx, request) {
        const found = await notice.open(ctx, { keys: citizenOf(ctx).keys, id: request.params.id! })
        noteOwn(ctx, { resource: `Notice/${found.id}`, count: 1 })
        return answer(request, leadsTo(found), { href: leadsTo(found) })
      },
    },
  ]
}

function settingRows({ notice, aboutOf }: Deps): Row[] {
  return [
    {
      ...{ kind: 'read', method: 'GET', path: '/me/notices/settings', ...me, audit: 'notice.settings' },
      summary: { ja: 'お知らせの受け取り方', en: 'How the person is told' },
      async handle(ctx, request) {
        const id = selfOf(ctx)
        const [wish, channels] = [await notice.wish(ctx, id), await notice.channels(ctx, id)]
        const publicKey = notice.available.push ? await notice.publicKey(ctx) : ''
        noteOwn(ctx, { resource: 'notice-settings' })
        const view = { wish, channels, available: notice.available, publicKey, said: said(request.query.get('said')) }
        return {
          json: { ordinary: wish, available: notice.available, publicKey, channels: channels.map(channelJson) },
          page: () => settingsPage(aboutOf(ctx, request), view),
        }
      },
    },
    {
      ...{ kind: 'write', method: 'POST', path: '/me/notices/settings', ...me, schema: wishBody, audit: 'notice.wish' },
      summary: { ja: 'ふだんのお知らせをいつ受け取るかを決める', en: 'Choose when to be told of what is not urgent' },
      async handle(ctx, request) {
        const { ordinary } = bodyOf(request, wishBody)
        await notice.putWish(ctx, { personId: selfOf(ctx), ordinary })
        noteOwn(ctx, { resource: 'notice-settings' })
        return answer(request, '/me/notices/settings?said=saved')
      },
    },
    {
      ...{ kind: 'write', method: 'POST', path: '/me/notices/push', ...me, schema: pushBody, audit: 'notice.subscribe' },
      summary: { ja: 'このブラウザーに知らせる（Web Push）', en: 'Tell this browser (web push)' },
      async handle(ctx, request) {
        const { endpoint, keys, label } = bodyOf(request, pushBody)
        const id = await notice.subscribe(ctx, { personId: selfOf(ctx), endpoint, ...keys, label })
        noteOwn(ctx, { resource: 'notice-settings' })
        return { json: { id } }
      },
    },
    {
      ...{ kind: 'write', method: 'POST', path: '/me/notices/channels/:id/remove', ...me, audit: 'notice.unsubscribe' },
      summary: { ja: '届け先を外す', en: 'Remove a browser or a mail address' },
      async handle(ctx, request) {
        await notice.removeChannel(ctx, { personId: selfOf(ctx), id: request.params.id! })
        noteOwn(ctx, { resource: 'notice-settings' })
        return answer(request, '/me/notices/settings?said=removed')
      },
    },
  ]
}

function mailRows({ notice, aboutOf }: Deps): Row[] {
  return [
    {
      ...{ kind: 'write', method: 'POST', path: '/me/notices/mail', ...me, schema: mailBody, audit: 'notice.mail-ask' },
      summary: { ja: 'メールでの知らせを申し込む（確認の案内が届く）', en: 'Ask for signs by mail (a link to confirm is sent)' },
      async handle(ctx, request) {
        await notice.askMail(ctx, { personId: selfOf(ctx), address: bodyOf(request, mailBody).address })
        noteOwn(ctx, { resource: 'notice-settings' })
        return answer(request, '/me/notices/settings?said=asked')
      },
    },
    {
      ...{ kind: 'read', method: 'GET', path: '/me/notices/mail/:token', ...me, audit: 'notice.mail-confirm' },
      summary: { ja: 'メールの案内から開く確認の画面', en: 'The page that the link in a mail opens' },
      async handle(ctx, request) {
        selfOf(ctx)
        noteOwn(ctx, { resource: 'notice-settings' })
        return { page: () => confirmMailPage(aboutOf(ctx, request), request.params.token!) }
      },
    },
    {
      ...{ kind: 'write', method: 'POST', path: '/me/notices/mail/:token', ...me, audit: 'notice.mail-confirm' },
      summary: { ja: 'メールアドレスを確かめる', en: 'Confirm a mail address' },
      async handle(ctx, request) {
        await notice.confirmMail(ctx, { personId: selfOf(ctx), token: request.params.token! })
        noteOwn(ctx, { resource: 'notice-settings' })
        return answer(request, '/me/notices/settings?said=confirmed')
      },
    },
  ]
}
