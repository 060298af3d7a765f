import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { CLINIC } from '../../sign-in/front-door.fixture.ts'
import { conditionOf, FORM, openPortal, type Portal, submission } from '../portal.fixture.ts'

let portal: Portal
let hanako: { key: string; personId: string; cookie: string }
const MEMBER = '06990001:12:3456:01'

beforeAll(async () => {
  portal = await openPortal()
  hanako = await portal.citizen('山川 花子', MEMBER)
  await portal.submit(
    submission(MEMBER, [
      conditionOf('C-1', '高血圧症'),
      conditionOf('C-2', '喘息'),
      conditionOf('C-3', '未告知の病気', { uninformed: true }),
    ]),
  )
})
afterAll(() => portal.close())

const page = (url: string, cookie = hanako.cookie) => portal.app.inject({ url, headers: { cookie, accept: 'text/html' } })
const json = async (url: string, cookie = hanako.cookie) =>
  (await portal.app.inject({ url, headers: { cookie, accept: 'application/json' } })).json()
const form = (url: string, fields: Record<string, string>, cookie = hanako.cookie) =>
  portal.app.inject({
    method: 'POST',
    url,
    headers: { cookie, accept: 'text/html', 'content-type': FORM },
    payload: new URLSearchParams(fields).toString(),
  })
const seen = async () =>
  (
    await portal.app.inject({
      url: `/fhir/R4/Condition?subject=Patient/${hanako.key}`,
      headers: { authorization: await portal.token('clinic-b') },
    })
  ).json().total as number

describe('a person shares with their clinic on and on', () => {
  test('finds it, chooses, reads what it opens, agrees; the clinic sees it at once; changes their mind, and it sees nothing', async () => {
    expect((await page('/me/consents')).body).toContain('続けて見せる相手を決める')
    expect((await page(`/me/consents/standing?q=${encodeURIComponent('B診')}`)).body).toContain('B診療所')

    const check = await page(`/me/consents/standing/check?institutionNumber=${CLINIC}&kinds=diagnosis&until=2027-03-31`)
    expect(check.body).toContain('B診療所は、診療のために、2027年3月31日')
    // Two of the three: what the person has not been told of is not counted either.
    expect(check.body).toContain('2件が見えるようになります')
    expect(check.body).not.toContain('3件')
    expect(check.body).toContain('standing/1')
    expect(await seen()).toBe(0)

    const done = await form('/me/consents/standing', {
      institutionNumber: CLINIC,
      kinds: 'diagnosis',
      until: '2027-03-31',
      textVersion: 'standing/1',
    })
    expect([done.statusCode, done.headers.location]).toEqual([303, '/me/consents?given=1'])
    expect(await seen()).toBe(3)
    expect((await page('/me/consents?given=1')).body).toContain('続けて見せることにしました')

    const { consents } = await json('/me/consents')
    expect(consents[0]).toMatchObject({ basis: 'standing', textVersion: 'standing/1', openEnded: false, kinds: ['diagnosis'] })
    const before = await page(`/me/consents/${consents[0].id}/withdraw`)
    expect(before.body).toContain('2件が見えなくなります')
    await form(`/me/consents/${consents[0].id}/withdraw`, {})
    expect(await seen()).toBe(0)

    const history = await page('/me/consents/history')
    expect(history.body).toContain('B診療所への同意を取り消しました')
    expect(history.body).toContain('B診療所に傷病名を見せることに同意しました')
    expect((await json('/me/consents/history')).events.map((e: { what: string }) => e.what)).toEqual(['withdrawn', 'given'])
  })

  test('what was answered at the reader beside it is named, and ends with it or stays, as she says', async () => {
    const both = async () => {
      await portal.consentTo(hanako.key, CLINIC, { diagnosis: true })
      await form('/me/consents/standing', { institutionNumber: CLINIC, kinds: 'diagnosis', until: '', textVersion: 'standing/1' })
      const { consents } = (await json('/me/consents')) as { consents: { id: string; state: string; basis: string }[] }
      return consents.find((one) => one.state === 'active' && one.basis === 'standing')!.id
    }
    const first = await both()
    const before = await page(`/me/consents/${first}/withdraw`)
    expect(before.body).toContain('この医療機関には、ほかの同意もあります')
    const one = await form(`/me/consents/${first}/withdraw`, {})
    expect([await seen(), one.headers.location]).toEqual([3, `/me/consents?withdrawn=1&of=${first}`])
    expect((await page(String(one.headers.location))).body).toContain('残っている同意（1件）で、まだ見られます')

    const second = await both()
    const all = await form(`/me/consents/${second}/withdraw`, { all: '1' })
    expect([await seen(), all.headers.location]).toEqual([0, '/me/consents?withdrawn=1'])
    expect((await page('/me/consents?withdrawn=1')).body).toContain('この同意では、いまから見えません')
  })

  test.each([
    ['no kind', `institutionNumber=${CLINIC}&until=`, 'kinds'],
    ['a day that is over', `institutionNumber=${CLINIC}&kinds=diagnosis&until=2020-01-01`, 'until'],
    ['an institution that is none', 'institutionNumber=9999999999&kinds=diagnosis&until=', 'institutionNumber'],
  ])('%s leads back to the form with what was typed', async (_, query, field) => {
    const answer = await page(`/me/consents/standing/check?${query}`)
    expect(answer.statusCode).toBe(422)
    expect(answer.body).toContain(`#field-${field}`)
  })

  test('who read other words than those of today has not agreed', async () => {
    const done = await form('/me/consents/standing', {
      institutionNumber: CLINIC,
      kinds: 'diagnosis',
      until: '',
      textVersion: 'standing/0',
    })
    expect(done.statusCode).toBe(409)
    expect(await seen()).toBe(0)
  })
})

describe('closing is seen before it is done', () => {
  test('one item: its name, and that nobody sees it now; every item leads there', async () => {
    const record = await page('/me/record?kind=diagnosis')
    const [, link = ''] = /href="(\/me\/consents\/closing\?item=[^"]+)"/.exec(record.body) ?? []
    expect(link).not.toBe('')
    expect((await page(link)).body).toMatch(/高血圧症|喘息/)
    const [type, id] = decodeURIComponent(link.split('=')[1]!).split('/') as [string, string]
    await form('/me/consents/standing', { institutionNumber: CLINIC, kinds: 'diagnosis', until: '', textVersion: 'standing/1' })
    const check = await page(`/me/consents/closing/check?what=item&type=${type}&id=${id}`)
    expect(check.body).toContain('1件が見えなくなります')
    await form('/me/consents/closing', { what: 'item', type, id })
    expect(await seen()).toBe(2)
    expect((await json('/me/consents')).closures).toBe(1)

    // Opening again is seen before it is done too.
    const kept = await page('/me/consents/closing')
    expect(kept.body).toMatch(/高血圧症|喘息/)
    const [, again = ''] = /href="(\/me\/consents\/closing\/[^"]+\/reopen)"/.exec(kept.body) ?? []
    const before = await page(again)
    expect(before.body).toContain('1件が見えるようになります')
    expect([before.body.includes(id), await seen()]).toEqual([false, 2])
    await form(again, {})
    expect(await seen()).toBe(3)
    expect((await page(again)).statusCode).toBe(404)
  })
  test('what tells the same is named before, and kept back and opened with it', async () => {
    const jiro = await portal.citizen('山川 三郎', '06990001:12:3456:07')
    const about = '06990001:12:3456:07'
    await portal.submit(submission(about, [conditionOf('C-1', '痛風'), conditionOf('C-2', '湿疹')]))
    await portal.submit(submission(about, [conditionOf('C-7', '痛風'), conditionOf('C-8', '痛風', { uninformed: true })]))
    const record = await page('/me/record?kind=diagnosis', jiro.cookie)
    const [, id = ''] = /痛風[\s\S]*?closing\?item=Condition%2F([^"]+)"/.exec(record.body) ?? []
    const check = await page(`/me/consents/closing/check?what=item&type=Condition&id=${id}`, jiro.cookie)
    expect(check.body).toContain('これも一緒に見せません')
    await form('/me/consents/closing', { what: 'item', type: 'Condition', id }, jiro.cookie)
    const { closures } = await json('/me/consents/closing', jiro.cookie)
    expect(closures).toMatchObject([{ item: `Condition/${id}` }])
    const kept = await page('/me/consents/closing', jiro.cookie)
    expect([kept.body.includes('痛風'), kept.body.includes('湿疹')]).toEqual([true, false])
  })

  test('another’s closure is not there', async () => {
    const other = await portal.citizen('山川 次郎', '06990001:12:3456:05')
    const { id } = (
      await portal.app.inject({
        method: 'POST',
        url: '/me/consents/closing',
        headers: { cookie: hanako.cookie, accept: 'application/json' },
        payload: { what: 'everything' },
      })
    ).json()
    expect((await page(`/me/consents/closing/${id}/reopen`, other.cookie)).statusCode).toBe(404)
    expect((await page(`/me/consents/closing/${id}/reopen`)).body).toContain('また見せられるようにする')
    await form(`/me/consents/closing/${id}/reopen`, {})
  })
  test('another’s item is not named', async () => {
    const other = await portal.citizen('山川 太郎', '06990001:12:3456:02')
    const record = await page('/me/record?kind=diagnosis')
    const [, link = ''] = /href="(\/me\/consents\/closing\?item=[^"]+)"/.exec(record.body) ?? []
    expect((await page(link, other.cookie)).body).not.toMatch(/高血圧症|喘息/)
  })
  test.each(['what=nothing', 'what=item&type=x', 'what=institution'])('%s is refused', async (query) =>
    expect((await page(`/me/consents/closing/check?${query}`)).statusCode).toBe(400),
  )
})

describe('a receipt', () => {
  test('says by which consent, under which words and for what purpose; it can be taken home', async () => {
    const saburo = await portal.citizen('控え 三郎', '06990001:12:3456:03')
    await portal.submit(submission('06990001:12:3456:03', [conditionOf('C-7', '感冒')]))
    const consent = await portal.consentTo(saburo.key, CLINIC, { diagnosis: true })
    await portal.app.inject({
      url: `/fhir/R4/Condition?subject=Patient/${saburo.key}`,
      headers: { authorization: await portal.token('clinic-b') },
    })
    const { entries } = await json('/me/access-log', saburo.cookie)
    const looked = entries.find((e: { rule: string }) => e.rule.includes('visit-consent'))
    expect(looked.consentId).toBe(consent.id)
    const shown = await page(`/me/access-log/receipts/${looked.requestId}`, saburo.cookie)
    expect(shown.body).toContain('B診療所の受付で同意したため（文の版 visit/1）。目的：診療。')
    const file = await portal.app.inject({
      url: `/me/access-log/receipts/${looked.requestId}/download`,
      headers: { cookie: saburo.cookie },
    })
    expect(file.headers['content-disposition']).toContain('attachment')
    expect(file.json()).toMatchObject({
      format: 'enishi-receipt/1',
      acts: [{ purpose: 'TREAT', restsOn: [consent.id], consents: [{ id: consent.id, textVersion: 'visit/1', basis: 'visit' }] }],
    })
    // Nobody reads another's receipt.
    expect((await page(`/me/access-log/receipts/${looked.requestId}`)).statusCode).toBe(404)
  })
})
