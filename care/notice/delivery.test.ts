import type { Context } from '#kernel/context'
import type { Mailer, MailMessage, MailResult } from '#kernel/mail'
import { noOutbound, parseAllowedHosts } from '#kernel/outbound'
import { sql } from 'kysely'
import { afterAll, beforeAll, beforeEach, describe, expect, test } from 'vitest'
import { citizenActor } from '../../tests/harness/platform.ts'
import type { NoticeService } from './index.ts'
import { browser, type Browser, pushService, vapidOf } from './push-service.fixture.ts'
import { openNotices, type Scene } from './scene.fixture.ts'

let scene: Scene
let service: Awaited<ReturnType<typeof pushService>>
let notices: NoticeService
let hanako: { key: string; personId: string }
let hers: Browser
let letters: MailMessage[] = []
let mailSays: MailResult = { outcome: 'sent' }
const mailer: Mailer = {
  async send(message) {
    letters.push(message)
    return mailSays
  },
}

beforeAll(async () => {
  scene = await openNotices()
  service = await pushService()
  notices = scene.service({
    pushHosts: parseAllowedHosts('127.0.0.1:*+private+http'),
    contact: 'https://enishi.example',
    mailer,
    chance: () => 1,
  })
})
afterAll(async () => {
  await service?.close()
  await scene?.close()
})
beforeEach(async () => {
  await sql`delete from notice.channel`.execute(scene.db)
  service.pushed.length = 0
  service.answers(201)
  letters = []
  mailSays = { outcome: 'sent' }
  hanako = await scene.enter()
  hers = browser()
})

const as = <T>(work: (ctx: Context) => Promise<T>) => scene.as(citizenActor(hanako), work)
const subscribe = (path = '/push/1', more: object = {}) =>
  as((ctx) =>
    notices.subscribe(ctx, {
      personId: hanako.personId,
      endpoint: `${service.origin}${path}`,
      p256dh: hers.p256dh,
      auth: hers.auth,
      label: 'スマホ',
      ...more,
    }),
  )
const tell = async (kind = 'break-glass') => {
  const facts =
    kind === 'break-glass' ? { emergencyId: 'e-1', institutionName: 'みどり総合病院', staffName: '山田 太郎' } : { questionId: 'q-1' }
  await scene.as(citizenActor(hanako), async (ctx) => ctx.tell({ topic: 'notice', key: hanako.key, payload: { kind, ...facts } }))
  await scene.handOut()
}
const deliver = async (by = notices) => by.deliver({ db: scene.db, epoch: await scene.epoch(), now: () => scene.clock.at })
const channel = async () => (await notices.channels(scene, hanako.personId))[0]

describe('a sign to a browser', () => {
  test('is encrypted for it, signed by the platform’s key, and says nothing about the person, the institution or why', async () => {
    await subscribe()
    await tell()
    expect(await deliver()).toBe(1)
    const [pushed] = service.pushed
    expect(JSON.parse(hers.decrypt(pushed!.body))).toEqual({
      title: '縁 Enishi',
      body: '新しいお知らせがあります。開いて確かめてください。',
      url: '/me/notices',
    })
    expect(pushed!.headers).toMatchObject({ 'content-encoding': 'aes128gcm', ttl: '86400', urgency: 'high', topic: 'enishi-notice' })
    const { key, claims } = vapidOf(pushed!)
    expect([key, claims.aud, claims.sub]).toEqual([await notices.publicKey(scene), service.origin, 'https://enishi.example'])
    const everything = JSON.stringify(pushed!.headers) + hers.decrypt(pushed!.body) + pushed!.path
    for (const said of ['みどり', '山田', '山川', hanako.key, hanako.personId, 'break-glass', '緊急'])
      expect(everything).not.toContain(said)
  })

  test('the control: another browser cannot read it, nor is another key’s signature good', async () => {
    await subscribe()
    await tell()
    await deliver()
    const [pushed] = service.pushed
    expect(() => browser().decrypt(pushed!.body)).toThrow()
    const other = {
      ...pushed!,
      headers: { ...pushed!.headers, authorization: pushed!.headers.authorization!.replace(/k=.*/, `k=${browser().p256dh}`) },
    }
    expect(() => vapidOf(other)).toThrow('not by this key')
  })

  test('one sign pays for all that was told until it left; what comes afterwards is another', async () => {
    await subscribe()
    for (let n = 0; n < 3; n++) await tell()
    await deliver()
    expect(service.pushed).toHaveLength(1)
    await deliver()
    expect(service.pushed).toHaveLength(1)
    await tell()
    await deliver()
    expect(service.pushed).toHaveLength(2)
  })

  test.each([404, 410])('answered %i, the subscription has ended: nothing is tried again, its address is forgotten', async (status) => {
    await subscribe()
    service.answers(status)
    await tell()
    await deliver()
    expect(await channel()).toMatchObject({ state: 'ended', address: '', why: `status ${status}` })
    await tell()
    scene.clock.forward(86_400_000)
    expect(await deliver()).toBe(0)
    expect(service.pushed).toHaveLength(1)
  })

  test('answered 503, it is tried again later, and arrives when the service is back', async () => {
    await subscribe()
    service.answers(503, { 'retry-after': '120' })
    await tell()
    await deliver()
    expect(await channel()).toMatchObject({ state: 'live', tries: 1, why: 'status 503' })
    scene.clock.forward(119_000)
    expect(await deliver()).toBe(0)
    service.answers(201)
    scene.clock.forward(1_000)
    await deliver()
    expect([service.pushed.length, (await channel())!.tries, (await channel())!.sent]).toEqual([2, 0, 1])
  })

  test('after three days without success it is left alone, and the next notice is another chance', async () => {
    await subscribe()
    service.answers(500)
    await tell()
    for (let n = 0; n < 200 && (await channel())!.state === 'live'; n++) {
      await deliver()
      scene.clock.forward(3_600_000)
    }
    expect((await channel())!.state).toBe('parked')
    service.answers(201)
    await tell()
    await deliver()
    expect(await channel()).toMatchObject({ state: 'live', why: '', sent: 2 })
  })

  test('who lost the lead notes nothing, so the sign is sent again rather than lost', async () => {
    await subscribe()
    await tell()
    await notices.deliver({ db: scene.db, epoch: (await scene.epoch()) - 1, now: () => scene.clock.at }).catch(() => undefined)
    expect((await channel())!.sent).toBe(0)
    await deliver()
    expect((await channel())!.sent).toBe(1)
  })
})

describe('what the person wished', () => {
  test('once a day: the ordinary waits for the morning, an emergency does not', async () => {
    await subscribe()
    await as((ctx) => notices.putWish(ctx, { personId: hanako.personId, ordinary: 'daily' }))
    await tell('question-answered')
    expect(await deliver()).toBe(0)
    await tell()
    expect(await deliver()).toBe(1)
    await tell('question-answered')
    scene.clock.forward(86_400_000)
    expect(await deliver()).toBe(1)
  })

  test('never: the portal lists it all the same, and an emergency still comes', async () => {
    await subscribe()
    await as((ctx) => notices.putWish(ctx, { personId: hanako.personId, ordinary: 'none' }))
    await tell('question-answered')
    scene.clock.forward(2 * 86_400_000)
    expect(await deliver()).toBe(0)
    expect(await scene.told(hanako.key)).toHaveLength(1)
    await tell()
    expect(await deliver()).toBe(1)
  })
})

describe('subscribing', () => {
  test('the same browser again is one entry; with another person in it, it is theirs alone', async () => {
    await subscribe()
    await subscribe()
    expect(await notices.channels(scene, hanako.personId)).toHaveLength(1)
    const first = hanako
    hanako = await scene.enter()
    await subscribe()
    expect([await notices.channels(scene, first.personId), await notices.channels(scene, hanako.personId)].map((c) => c.length)).toEqual([
      0, 1,
    ])
  })

  test.each([
    ['a host nobody named', { endpoint: 'https://push.elsewhere.example/1' }, 'push-host'],
    ['an address inside the house', { endpoint: 'http://169.254.169.254/latest' }, 'push-host'],
    ['a file', { endpoint: 'file:///etc/passwd' }, 'push-host'],
    ['no key', { p256dh: 'AAAA' }, 'input-invalid'],
    ['a short secret', { auth: 'AAAA' }, 'input-invalid'],
  ])('%s is refused', async (_, more, code) => {
    await expect(subscribe('/x', more)).rejects.toMatchObject({ code })
  })

  test('where no host is configured nothing can be had, and nothing is called', async () => {
    const bare = scene.service()
    expect(bare.available).toEqual({ push: false, mail: false })
    await expect(
      as((ctx) =>
        bare.subscribe(ctx, { personId: hanako.personId, endpoint: 'https://a.example', p256dh: hers.p256dh, auth: hers.auth, label: '' }),
      ),
    ).rejects.toMatchObject({ code: 'push-unavailable' })
    await expect(as((ctx) => bare.askMail(ctx, { personId: hanako.personId, address: 'a@example.jp' }))).rejects.toMatchObject({
      code: 'mail-unavailable',
    })
    await subscribe()
    await tell()
    await deliver(scene.service({ outbound: noOutbound }))
    expect([service.pushed.length, (await channel())!.why]).toEqual([0, 'not-configured'])
  })

  test('eleven browsers are one too many', async () => {
    for (let n = 0; n < 10; n++) await subscribe(`/push/${n}`)
    await expect(subscribe('/push/11')).rejects.toMatchObject({ code: 'push-limit' })
  })
})

describe('mail', () => {
  const ask = (address = 'hanako@example.jp') => as((ctx) => notices.askMail(ctx, { personId: hanako.personId, address }))
  const linkOf = ({ text }: MailMessage) => /\/me\/notices\/mail\/([A-Za-z0-9_-]+)/.exec(text)![1]!
  const confirm = (token: string) => as((ctx) => notices.confirmMail(ctx, { personId: hanako.personId, token }))

  test('first a link, and nothing else before somebody signed in has followed it; then signs without content', async () => {
    await ask()
    await deliver()
    await tell()
    await deliver()
    expect(letters.map((l) => l.subject)).toEqual(['縁：このアドレスにお知らせを送ってよいか、確かめてください'])
    await confirm(linkOf(letters[0]!))
    await tell()
    await deliver()
    expect(letters).toHaveLength(2)
    expect(letters[1]).toMatchObject({ to: 'hanako@example.jp', subject: '縁：新しいお知らせがあります' })
    expect(letters[1]!.text).toContain('https://enishi.example/me/notices')
    expect(JSON.stringify(letters)).not.toMatch(/みどり|山田|山川|緊急/)
  })

  test('the link works once, for a day, and for the person who asked alone', async () => {
    await ask()
    await deliver()
    const token = linkOf(letters[0]!)
    const owner = hanako
    hanako = await scene.enter()
    await expect(confirm(token)).rejects.toMatchObject({ code: 'mail-link' })
    hanako = owner
    scene.clock.forward(86_400_001)
    await expect(confirm(token)).rejects.toMatchObject({ code: 'mail-link' })
    await ask()
    await deliver()
    await confirm(linkOf(letters[1]!))
    await expect(confirm(linkOf(letters[1]!))).rejects.toMatchObject({ code: 'mail-link' })
  })

  test('an address that the server refuses has ended; one it cannot take now is tried again', async () => {
    await ask()
    mailSays = { outcome: 'failed', reason: 'smtp 451' }
    await deliver()
    expect(await channel()).toMatchObject({ state: 'asked', tries: 1, why: 'smtp 451' })
    mailSays = { outcome: 'refused', reason: 'smtp 550' }
    scene.clock.forward(60_000)
    await deliver()
    expect(await channel()).toMatchObject({ state: 'ended', why: 'smtp 550', dueAt: null })
  })

  test('nobody’s mailbox is filled from here: five links a day', async () => {
    for (let n = 0; n < 5; n++) await ask()
    await expect(ask()).rejects.toMatchObject({ code: 'mail-links' })
    scene.clock.forward(86_400_000)
    await ask()
  })

  test.each(['nobody', 'a@b.jp, c@d.jp', 'a@b.jp\r\nBcc: c@d.jp'])('%j is no address', async (address) => {
    await expect(ask(address)).rejects.toMatchObject({ code: 'mail-address' })
  })

  test('no address is in what the platform logs', async () => {
    await ask('secret-name@example.jp')
    await deliver()
    expect(scene.logged.join('')).not.toContain('secret-name')
  })
})
