import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { checkupInput, conditionOf, FORM, HOSPITAL, labOf, openPortal, type Portal, submission } from './portal.fixture.ts'
import { CLINIC } from '../sign-in/front-door.fixture.ts'

let portal: Portal
let hanako: { key: string; personId: string; cookie: string }
let taro: { key: string; personId: string; cookie: string }

const MEMBER = '06990001:12:3456:01'
const OTHER = '06990001:12:3456:02'

beforeAll(async () => {
  portal = await openPortal()
  hanako = await portal.citizen('山川 花子', MEMBER)
  taro = await portal.citizen('山川 太郎', OTHER)
  await portal.submit(
    submission(MEMBER, [
      conditionOf('C-1', '高血圧症'),
      conditionOf('C-2', '未告知の病気', { uninformed: true }),
      conditionOf('C-3', '未提供の病気', { undelivered: true }),
    ]),
  )
  await portal.submit(submission(MEMBER, [labOf('L-1', 'HbA1c', 8.4, '2026-10-01'), labOf('L-2', 'HbA1c', 5.1, '2026-04-01')]))
  await portal.submit(submission(OTHER, [conditionOf('C-9', '太郎だけの病気')]))
  await portal.submit(checkupInput(MEMBER))
})
afterAll(() => portal.close())

const page = (url: string, cookie = hanako.cookie) => portal.app.inject({ url, headers: { cookie, accept: 'text/html' } })
const json = async (url: string, cookie = hanako.cookie) =>
  (await portal.app.inject({ url, headers: { cookie, accept: 'application/json' } })).json()

describe('the record', () => {
  test('all who are not this person are kept out', async () => {
    for (const url of ['/me', '/me/record', '/me/access-log', '/me/consents', '/me/profile']) {
      expect((await portal.app.inject({ url })).statusCode, url).toBe(401)
      const led = await portal.app.inject({ url, headers: { accept: 'text/html' } })
      expect([led.statusCode, led.headers.location]).toEqual([303, `/sign-in?next=${encodeURIComponent(url)}`])
      expect((await portal.app.inject({ url, headers: { cookie: await portal.staffCookie() } })).statusCode, url).toBe(403)
      expect((await portal.app.inject({ url, headers: { authorization: await portal.token() } })).statusCode, url).toBe(403)
    }
  })

  test('what the person has not been told is in no page and no JSON; what they have been told is', async () => {
    const all = ['/me', '/me/record', '/me/record?kind=diagnosis', '/me/access-log', '/me/profile']
    const bodies = await Promise.all(all.flatMap((url) => [page(url).then((a) => a.body), json(url).then((a) => JSON.stringify(a))]))
    for (const body of bodies) expect(body).not.toMatch(/未告知|未提供/)
    // The control: the row without the mark, of the same submission, is there.
    expect(bodies[2]).toContain('高血圧症')
    expect(bodies[3]).toContain('高血圧症')
  })

  test('the control of the control: the hospital itself sees the row that is kept from the person', async () => {
    const answer = await portal.app.inject({
      url: `/fhir/R4/Condition?subject=Patient/${hanako.key}`,
      headers: { authorization: await portal.token() },
    })
    expect(answer.body).toContain('未告知の病気')
  })

  test('nobody sees another’s', async () => {
    expect((await page('/me/record')).body).not.toContain('太郎だけの病気')
    expect((await page('/me/record', taro.cookie)).body).toContain('太郎だけの病気')
    expect((await page('/me/record', taro.cookie)).body).not.toContain('高血圧症')
  })

  test('results say where they come from, are marked out of range by word, and stand on one course', async () => {
    const { body } = await page('/me/record?kind=test-result')
    for (const said of ['HbA1c', '8.4', '高い', '基準範囲 4.6〜6.2', 'A病院', '経過']) expect(body).toContain(said)
    expect((await json('/me/record?kind=test-result')).items).toHaveLength(2)
  })

  test('check-ups are there with their report', async () => {
    const { body } = await page('/me/record?kind=check-up')
    expect(body).toContain('身長')
    expect(body).toContain('健康診断結果報告書')
  })

  test.each(['?kind=nothing', '?kind=diagnosis&page=99', '?page=abc', "?kind='%3B--"])('%s is borne', async (query) => {
    expect((await page(`/me/record${query}`)).statusCode).toBe(200)
  })

  test('English is complete: no Japanese but names and what was sent', async () => {
    for (const url of ['/me', '/me/record', '/me/record?kind=test-result', '/me/access-log', '/me/consents', '/me/profile']) {
      const { body } = await page(`${url}${url.includes('?') ? '&' : '?'}lang=en`)
      const ours = body
        .replace(/<(\w+)[^>]* lang="ja"[^>]*>[\s\S]*?<\/\1>/g, '')
        .replace(/ (?:aria-label|value)="[^"]*"/g, '')
        .replace(/<title>.*?<\/title>/, '')
      const left = ours.match(/[぀-ヿ一-鿿]+/g) ?? []
      expect(
        left.filter((word) => !known.has(word)),
        url,
      ).toEqual([])
    }
  })
})

/** Names of people, institutions, laws and what laboratories sent stay as they are. */
const known = new Set(['山川', '花子', '縁', '病院'])

describe('home', () => {
  test('what is new since the person last looked, and nothing after they did', async () => {
    const saburo = await portal.citizen('新しい 三郎', '06990001:12:3456:03')
    const empty = await page('/me', saburo.cookie)
    expect(empty.body).toContain('まだ記録がありません')
    await page('/me/record', saburo.cookie)
    portal.minutesLater(1)
    await portal.submit(submission('06990001:12:3456:03', [labOf('L-7', 'カリウム', 4.1, '2026-11-20')]))
    expect((await json('/me', saburo.cookie)).fresh).toHaveLength(1)
    expect((await page('/me', saburo.cookie)).body).toContain('新しい記録が1件届きました')
    portal.minutesLater(1)
    await page('/me/record', saburo.cookie)
    portal.minutesLater(1)
    expect((await json('/me', saburo.cookie)).fresh).toHaveLength(0)
  })
})

describe('who looked', () => {
  test('a physician’s look is one sentence with rule and consent behind it; a refused try is there too', async () => {
    const jiro = await portal.citizen('見られる 次郎', '06990001:12:3456:04')
    await portal.submit(
      submission('06990001:12:3456:04', [conditionOf('C-5', '喘息'), labOf('L-5', 'HbA1c', 5.5, '2026-11-01')].slice(0, 1)),
    )
    const consent = await portal.consentTo(jiro.key, CLINIC, { diagnosis: true })
    await portal.look(jiro.key, { rules: ['own-institution', 'visit-consent'], kinds: ['diagnosis', 'test-result'], consentId: consent.id })
    await portal.look(jiro.key, { rules: [''], kinds: [], outcome: 'consent-missing' })
    const { body } = await page('/me/access-log', jiro.cookie)
    expect(body).toContain('B診療所の山田 太郎医師が診療のために傷病名、検査結果を見ました')
    expect(body.match(/山田 太郎医師が診療のために傷病名/g), 'one line an act, not one a rule').toHaveLength(1)
    expect(body).toContain('本人がこの医療機関に同意したため')
    expect(body).toContain(consent.id)
    expect(body).toContain('見ようとしましたが、見られませんでした')
    expect(body).toContain('A病院のシステムが診療のために傷病名を登録しました')

    const { entries, total } = await json('/me/access-log', jiro.cookie)
    expect(total).toBeGreaterThanOrEqual(3)
    expect(entries[0].at >= entries.at(-1).at).toBe(true)
    expect(
      entries.find((e: { actorRole: string; outcome: string }) => e.actorRole === 'physician' && e.outcome === 'success'),
    ).toMatchObject({
      actorName: '山田 太郎',
      institutionNumber: CLINIC,
      institutionName: 'B診療所',
      purpose: 'TREAT',
      kinds: ['diagnosis', 'test-result'],
      count: 2,
      rule: 'own-institution visit-consent',
      consentId: consent.id,
      resource: 'chart',
    })
  })

  test('filters by institution and kind; both are borne whatever they say', async () => {
    const only = async (query: string) =>
      (await json(`/me/access-log?${query}`)).entries.map((e: { institutionNumber: string }) => e.institutionNumber)
    expect(new Set(await only(`institution=${HOSPITAL}`))).toEqual(new Set([HOSPITAL]))
    expect(await only('institution=9999999999')).toEqual([])
    expect((await only('kind=check-up')).length).toBeGreaterThan(0)
    expect((await page('/me/access-log?institution=%27&kind=%22x&page=0&count=-1')).statusCode).toBe(200)
    expect((await page('/me/access-log?kind=%00')).statusCode).toBe(400)
  })

  test('one’s own reading is noted, and folded away', async () => {
    const { body } = await page('/me/access-log')
    expect(body).toContain('あなた自身の操作')
    expect(body).toMatch(/<details[^>]*><summary>新しいものから/)
    const { entries } = await json('/me/access-log')
    expect(entries.some((e: { action: string }) => e.action === 'citizen.access-log')).toBe(true)
  })

  test('nobody sees who looked at another’s', async () => {
    const { entries } = await json('/me/access-log', taro.cookie)
    expect(entries.every((e: { kinds: string[] }) => !e.kinds.includes('check-up'))).toBe(true)
  })
})

describe('consents', () => {
  const post = (id: string, cookie: string, headers: Record<string, string> = {}) =>
    portal.app.inject({ method: 'POST', url: `/me/consents/${id}/withdraw`, headers: { cookie, ...headers } })

  test('given, told before withdrawing, withdrawn, and without effect from then on', async () => {
    const given = await portal.consentTo(hanako.key, CLINIC, { diagnosis: true, 'test-result': false })
    const seen = async () =>
      (
        await portal.app.inject({
          url: `/fhir/R4/Condition?subject=Patient/${hanako.key}`,
          headers: { authorization: await portal.token('clinic-b') },
        })
      ).body
    expect(await seen()).toContain('高血圧症')
    expect((await json('/me/consents')).consents[0]).toMatchObject({
      id: given.id,
      institutionNumber: CLINIC,
      institutionName: 'B診療所',
      kinds: ['diagnosis'],
      refused: ['test-result'],
      withdrawnAt: null,
      state: 'active',
    })
    expect((await page(`/me/consents/${given.id}/withdraw`)).body).toContain('取り消すと変わること')
    expect(await seen(), 'asking changes nothing').toContain('高血圧症')

    const done = await post(given.id, hanako.cookie, { accept: 'application/json' })
    expect([done.statusCode, done.json().id]).toEqual([200, given.id])
    expect(Date.parse(done.json().withdrawnAt)).toBe(portal.clock.at.getTime())
    expect(await seen()).not.toContain('高血圧症')
    expect((await json('/me/consents')).consents[0]).toMatchObject({ state: 'withdrawn' })
    expect((await post(given.id, hanako.cookie)).statusCode, 'a second time').toBe(409)
  })

  test('a form is led back to the list, which says so', async () => {
    const given = await portal.consentTo(hanako.key, CLINIC, { prescription: true })
    const done = await post(given.id, hanako.cookie, { 'content-type': FORM, accept: 'text/html' })
    expect([done.statusCode, done.headers.location]).toEqual([303, '/me/consents?withdrawn=1'])
    expect((await page('/me/consents?withdrawn=1')).body).toContain('同意を取り消しました')
  })

  test('another person’s consent is not found, by page or by post, and stays', async () => {
    const given = await portal.consentTo(hanako.key, CLINIC, { infection: true })
    expect((await page(`/me/consents/${given.id}/withdraw`, taro.cookie)).statusCode).toBe(404)
    expect((await post(given.id, taro.cookie)).statusCode).toBe(404)
    expect((await post('nothing', taro.cookie)).statusCode).toBe(404)
    expect((await json('/me/consents')).consents[0]).toMatchObject({ id: given.id, state: 'active' })
    expect((await json('/me/consents', taro.cookie)).consents).toEqual([])
  })

  test('another site cannot withdraw for the person', async () => {
    const [first] = (await json('/me/consents')).consents
    expect((await post(first.id, hanako.cookie, { origin: 'https://evil.example' })).statusCode).toBe(403)
  })

  test('after its 24 hours a consent has ended, and says so', async () => {
    const given = await portal.consentTo(taro.key, CLINIC, { diagnosis: true })
    portal.minutesLater(24 * 60)
    const again = { ...taro, cookie: await portal.cookieOf(taro.personId) }
    expect((await json('/me/consents', again.cookie)).consents[0]).toMatchObject({ id: given.id, state: 'expired' })
    expect((await page(`/me/consents/${given.id}/withdraw`, again.cookie)).body).toContain('期限が過ぎて終わっています')
    expect((await post(given.id, again.cookie)).statusCode).toBe(409)
  })
})
