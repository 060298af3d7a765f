import { generateKeyPairSync, sign } from 'node:crypto'
import { sql } from 'kysely'
import { afterAll, beforeAll, beforeEach, describe, expect, test } from 'vitest'
import { lead } from '#kernel/leader'
import { handOut, writeOutbox } from '#kernel/outbox'
import { sequence } from '#kernel/sequencer'
import { signInMigrations } from '#portals/sign-in'
import { questionDeskRows } from '#portals/operator'
import type { Caller, Heard } from '../../../tests/harness/caller.ts'
import { CLINIC, careMigrations, HOSPITAL, openPlatform, type Platform, STRANGER } from '../../../tests/harness/platform.ts'
import { citizenRoutes } from '../index.ts'

const HTML = { accept: 'text/html' }
const FORM = { ...HTML, 'content-type': 'application/x-www-form-urlencoded' }
const key = generateKeyPairSync('ed25519').privateKey
const signer = { keyId: 'test', sign: (message: Buffer) => sign(null, message, key) }

/** Somebody who asks for JSON unless they say otherwise. */
const json = <C extends Caller>(caller: C) => ({
  ...caller,
  get: (url: string, headers: Record<string, string> = { accept: 'application/json' }) => caller.get(url, headers),
})
type Someone = Pick<Caller, 'get' | 'post'>
let platform: Platform
let hanako: { key: string; personId: string }
let her: Someone
let administrator: Someone
let stranger: Someone
let auditor: Someone
let requestId: string

beforeAll(async () => {
  platform = await openPlatform({
    rows: ({ services }) => [...citizenRoutes({ ...services, demo: false }), ...questionDeskRows({ ...services, demo: false })],
    migrations: [...careMigrations, ...signInMigrations],
    template: 'apps',
  })
  await sql`update notice.progress set since = '2026-11-01'`.execute(platform.db)
  administrator = json(await platform.staff('administrator', HOSPITAL))
  stranger = json(await platform.staff('administrator', STRANGER))
  auditor = json(await platform.staff('auditor', CLINIC))
}, 120_000)
afterAll(() => platform?.close())

const leader = async () => {
  const { db, clock } = platform
  const { epoch } = (await lead(db, 'test'))!
  await sequence(db, { epoch, now: clock.at, signer })
  await handOut(db, { epoch, now: clock.at, takers: [platform.services.notice.taker] })
  await platform.services.notice.firstAccesses({ db, epoch, now: clock.at })
}
const notices = async () =>
  (await her.get('/me/notices')).body.notices as { id: string; kind: string; href: string; readAt: string | null; title: string }[]
const logOf = async (someone = her) =>
  (await someone.get('/me/access-log')).body.entries as { requestId: string; institutionNumber: string; action: string }[]
const codeOf = (heard: Heard) => heard.body.issue?.[0]?.details.coding[0]?.code

beforeEach(async () => {
  hanako = await platform.enter()
  her = json(await platform.citizen(hanako))
  await platform.relate(hanako.key, HOSPITAL)
  const hospital = await platform.system(HOSPITAL)
  const code = { coding: [{ system: 'http://loinc.org', code: '8310-5' }], text: '体温' }
  const subject = { reference: `Patient/${hanako.key}` }
  await hospital.post('/fhir/R4/Observation', {
    resourceType: 'Observation',
    status: 'final',
    code,
    effectiveDateTime: '2026-01-01',
    subject,
  })
  requestId = (await logOf()).find((one) => one.institutionNumber === HOSPITAL)!.requestId
})

const ask = (text = 'なぜ登録したのですか', someone = her, about = requestId) => someone.post('/me/questions', { requestId: about, text })

describe('a person is told, and asks', () => {
  test('a hospital touched her data for the first time: she is told, sees its line, asks, is answered, is not satisfied, and the auditor decides', async () => {
    await leader()
    const home = await her.get('/me', HTML)
    expect(home.text, 'the menu counts').toContain('お知らせ（1件）')
    const [told] = await notices()
    expect(told).toMatchObject({ kind: 'first-access', readAt: null, title: 'みどり総合病院が、はじめてあなたの情報に触れました' })

    const opened = await her.post(`/me/notices/${told!.id}/open`, '', FORM)
    expect([opened.status, opened.headers.location]).toEqual([303, `/me/access-log/acts/${requestId}`])
    expect((await notices())[0]!.readAt).not.toBeNull()
    const line = await her.get(opened.headers.location!, HTML)
    expect(line.text).toContain('この記録について質問する')
    expect(line.text).not.toContain('お知らせ（')

    const asked = await ask()
    expect([asked.status, asked.body.state, asked.body.dueOn]).toEqual([201, 'waiting', '2026-12-06'])
    const at = `/operator/questions/${asked.body.id}`
    const desk = await administrator.get('/operator/questions')
    expect((desk.body.questions as { id: string }[]).map((q) => q.id)).toContain(asked.body.id)
    expect((await administrator.get(at, HTML)).text).toContain('山川 花子')
    expect((await administrator.post(at, { act: 'answer', text: '健診の結果を登録しました。' })).status).toBe(200)

    await leader()
    const answered = (await notices()).find((n) => n.kind === 'question-answered')!
    expect(answered.href).toBe(`/me/questions/${asked.body.id}`)
    expect((await her.get(answered.href, HTML)).text).toContain('健診の結果を登録しました。')
    expect((await her.post(answered.href, { act: 'unsatisfied', text: '健診は受けていません' })).status).toBe(200)

    expect((await auditor.post(at, { act: 'conclude', text: '取り違えでした。登録を直してもらいました。' })).status).toBe(200)
    const done = await her.get(answered.href)
    expect(done.body.state).toBe('concluded')
    expect((done.body.steps as { act: string }[]).map((s) => s.act)).toEqual(['ask', 'answer', 'unsatisfied', 'conclude'])
    await leader()
    expect((await notices()).filter((n) => n.kind === 'question-answered')).toHaveLength(2)
    const figures = await platform.services.question.figures(platform)
    expect(figures.at(-1)).toMatchObject({ month: '2026-11', toAuditors: 1 })
  })

  test('two weeks without an answer, and she may go to the auditors herself', async () => {
    const { id } = (await ask()).body
    expect(codeOf(await her.post(`/me/questions/${id}`, { act: 'escalate' })), 'the control: not before').toBe('question-state')
    platform.clock.forward(15 * 86_400_000)
    her = json(await platform.citizen(hanako))
    auditor = json(await platform.staff('auditor', CLINIC))
    administrator = json(await platform.staff('administrator', HOSPITAL))
    expect((await her.get('/me/questions', HTML)).text).toContain('（過ぎました）')
    expect(
      ((await auditor.get('/operator/questions')).body.questions as { id: string }[]).map((q) => q.id),
      'the auditors see it overdue',
    ).toContain(id)
    expect((await her.post(`/me/questions/${id}`, { act: 'escalate' })).status).toBe(200)
    expect(codeOf(await administrator.post(`/operator/questions/${id}`, { act: 'answer', text: '遅れました' }))).toBe('question-state')
  })

  test('what an institution hands on goes to the auditors', async () => {
    const { id } = (await ask()).body
    await administrator.post(`/operator/questions/${id}`, { act: 'forward', text: '担当者がわかりません' })
    expect((await her.get(`/me/questions/${id}`)).body.state).toBe('auditing')
  })
})

describe('who is kept out', () => {
  test('another institution, other staff, another person: nobody learns that there is a question', async () => {
    const { id } = (await ask()).body
    stranger = json(await platform.staff('administrator', STRANGER))
    const other = json(await platform.citizen(await platform.enter()))
    const physician = await platform.staff('physician', HOSPITAL)
    expect((await stranger.get('/operator/questions')).body.questions).toEqual([])
    expect((await stranger.get(`/operator/questions/${id}`)).status).toBe(404)
    expect((await stranger.post(`/operator/questions/${id}`, { act: 'answer', text: 'x' })).status).toBe(404)
    expect((await physician.get(`/operator/questions/${id}`)).status).toBe(403)
    expect((await other.get(`/me/questions/${id}`)).status).toBe(404)
    expect((await other.post(`/me/questions/${id}`, { act: 'withdraw' })).status).toBe(404)
    expect(codeOf(await ask('x', other)), 'the line itself is not there for others').toBe('not-found')
    expect((await other.get(`/me/access-log/acts/${requestId}`)).status).toBe(404)
    expect((await administrator.get(`/operator/questions/${id}`)).status, 'the control').toBe(200)
    expect((await platform.public().get('/me/notices')).status).toBe(401)
  })

  test('an auditor does not decide over their own act', async () => {
    const { id } = (await ask()).body
    await sql`update question.question set state = 'auditing', act = act || ${JSON.stringify({ actorId: auditor && (auditor as unknown as { id: string }).id })}::jsonb where id = ${id}`.execute(
      platform.db,
    )
    expect(codeOf(await auditor.post(`/operator/questions/${id}`, { act: 'conclude', text: '問題ありません' }))).toBe('not-permitted')
    const second = json(await platform.staff('auditor', CLINIC))
    expect((await second.post(`/operator/questions/${id}`, { act: 'conclude', text: '問題ありません' })).status, 'the control').toBe(200)
  })

  test('another’s notice is not found, and stays unread', async () => {
    await leader()
    const [told] = await notices()
    const other = json(await platform.citizen(await platform.enter()))
    expect((await other.post(`/me/notices/${told!.id}/open`, {})).status).toBe(404)
    expect((await other.post('/me/notices/read', {})).body.read).toBe(0)
    expect((await notices())[0]!.readAt).toBeNull()
  })
})

describe('what is refused, with what to do', () => {
  test('asking twice, about her own act, without words, with too many', async () => {
    expect(codeOf(await ask(''))).toBe('question-text')
    expect(codeOf(await ask('あ'.repeat(1_001)))).toBe('question-text')
    expect((await ask('あ'.repeat(1_000))).status).toBe(201)
    expect(codeOf(await ask())).toBe('question-asked')
    const own = (await logOf()).find((one) => one.institutionNumber === '' && one.action.startsWith('citizen.'))!
    expect(codeOf(await ask('これは私ですか', her, own.requestId))).toBe('question-own')
  })

  test('asked twice at the same moment, there is one question', async () => {
    const both = await Promise.all([ask(), ask(), ask()])
    expect(both.map((one) => one.status).sort()).toEqual([201, 409, 409])
    expect((await her.get('/me/questions')).body.questions).toHaveLength(1)
  })

  test('push and mail where the operator configured none; a wish that is none', async () => {
    const push = { endpoint: 'https://push.example/1', keys: { p256dh: 'x', auth: 'y' } }
    expect(codeOf(await her.post('/me/notices/push', push))).toBe('push-unavailable')
    expect(codeOf(await her.post('/me/notices/mail', { address: 'a@example.jp' }))).toBe('mail-unavailable')
    expect(codeOf(await her.post('/me/notices/mail/nothing', {}))).toBe('mail-link')
    expect((await her.post('/me/notices/settings', { ordinary: 'hourly' })).status).toBe(400)
    expect((await her.post('/me/notices/settings', { ordinary: 'daily' })).status).toBe(200)
    expect((await her.get('/me/notices/settings')).body).toMatchObject({ ordinary: 'daily', available: { push: false, mail: false } })
    expect((await her.get('/me/notices/settings', HTML)).text).toContain('端末への通知は使えません')
  })
})

describe('pages', () => {
  test('a person’s words are shown as text, whatever they wrote', async () => {
    const { id } = (await ask('<script>alert(1)</script>\nなぜ')).body
    const page = await administrator.get(`/operator/questions/${id}`, HTML)
    expect(page.text).toContain('&lt;script&gt;')
    expect(page.text).not.toContain('<script>alert')
  })

  test('every look at a question is in the person’s log', async () => {
    const { id } = (await ask()).body
    await administrator.get(`/operator/questions/${id}`)
    expect((await logOf()).map((one) => one.action)).toContain('question.desk')
  })

  test('one who is told of an emergency reads it in both languages', async () => {
    const payload = { kind: 'break-glass', emergencyId: 'e', institutionName: 'みどり総合病院', staffName: '青山 春樹' }
    await writeOutbox(platform.db, platform.clock.at, [{ topic: 'notice', key: hanako.key, payload }])
    await leader()
    expect((await her.get('/me/notices', HTML)).text).toContain('同意を待たずに記録を開きました')
    expect((await her.get('/me/notices?lang=en', HTML)).text).toContain('in an emergency, without waiting for your consent')
  })
})
