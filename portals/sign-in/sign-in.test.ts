import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { demo, FORM, type FrontDoor, openFrontDoor, PASSWORD } from './front-door.fixture.ts'
import { areForSystems, grantedScopes, safeNext } from './rules.ts'

let door: FrontDoor

beforeAll(async () => {
  door = await openFrontDoor()
})
afterAll(() => door.close())

type Challenge = { id: string; challenge: string }
const challenge = async (headers = {}): Promise<Challenge> => {
  const answer = await door.app.inject({ method: 'POST', url: '/sign-in/card/challenge', headers })
  expect(answer.statusCode).toBe(201)
  return answer.json()
}
const card = (payload: object, headers = {}) => door.app.inject({ method: 'POST', url: '/sign-in/card', payload, headers })
const codeOf = (answer: { json(): { issue: { details: { coding: { code: string }[] } }[] } }) =>
  answer.json().issue[0]!.details.coding[0]!.code

describe('by card', () => {
  beforeAll(() => door.person('山川 花子', '1'))

  test('a challenge is 32 bytes; a card that signs it opens a session; the browser’s cookie is closed to scripts', async () => {
    const { id, challenge: text } = await challenge()
    expect(Buffer.from(text, 'base64url')).toHaveLength(32)
    const answer = await card({ id, certificatePem: 'card:1', signature: text })
    expect(answer.statusCode).toBe(200)
    expect(answer.json()).toEqual({ redirect: '/me' })
    const cookie = String(answer.headers['set-cookie'])
    expect(cookie).toMatch(/^enishi_session=[\w.-]{43,}; Path=\/; HttpOnly; SameSite=Lax$/)
    expect((await door.audits('sign-in.card')).at(-1)).toMatchObject({ outcome: 'success' })
  })

  test('a program may name the challenge by its bytes alone; a form is led on', async () => {
    const { challenge: text } = await challenge()
    const answer = await door.app.inject({
      method: 'POST',
      url: '/sign-in/card',
      headers: { 'content-type': FORM, accept: 'text/html' },
      payload: new URLSearchParams({ challenge: text, certificatePem: 'card:1', signature: text, next: '/me/consents' }).toString(),
    })
    expect([answer.statusCode, answer.headers.location]).toEqual([303, '/me/consents'])
  })

  test.each([
    ['used before', async (c: Challenge) => void (await card({ id: c.id, certificatePem: 'card:1', signature: c.challenge }))],
    [
      'used before with a wrong signature',
      async (c: Challenge) => void (await card({ id: c.id, certificatePem: 'card:1', signature: 'AAAA' })),
    ],
    ['two minutes old', async () => door.minutesLater(2)],
  ])('a challenge %s is refused', async (_, spoil) => {
    const c = await challenge()
    await spoil(c)
    const answer = await card({ id: c.id, certificatePem: 'card:1', signature: c.challenge })
    expect([answer.statusCode, codeOf(answer), answer.headers['set-cookie']]).toEqual([409, 'challenge-used', undefined])
  })

  test('a challenge just under two minutes old is still good', async () => {
    const c = await challenge()
    door.minutesLater(1.99)
    expect((await card({ id: c.id, certificatePem: 'card:1', signature: c.challenge })).statusCode).toBe(200)
  })

  test('challenges we never gave, of no length or of another id are refused', async () => {
    for (const which of [{ id: 'x' }, { challenge: '' }, { challenge: Buffer.alloc(32, 7).toString('base64url') }]) {
      expect((await card({ ...which, certificatePem: 'card:1', signature: 'AAAA' })).statusCode).toBe(409)
    }
    expect((await card({ certificatePem: 'card:1', signature: 'AAAA' })).statusCode).toBe(400)
  })

  test('a wrong signature is refused with the card’s own sentence, and kept in the log', async () => {
    const c = await challenge()
    const answer = await card({ id: c.id, certificatePem: 'card:1', signature: 'AAAA' })
    expect([answer.statusCode, codeOf(answer)]).toEqual([403, 'card-refused'])
    expect(answer.body).toContain('signature-invalid')
    expect((await door.audits('sign-in.card')).at(-1)).toMatchObject({ outcome: 'card-refused' })
  })

  test('a genuine card that belongs to nobody here is told so', async () => {
    const c = await challenge()
    const answer = await card({ id: c.id, certificatePem: 'card:99', signature: c.challenge })
    expect([answer.statusCode, codeOf(answer)]).toEqual([404, 'card-not-linked'])
  })

  test('a challenge asked for by one browser does not serve another; the same browser is let in', async () => {
    const mine = { cookie: 'enishi_browser=mine' }
    for (const [headers, status] of [
      [{ cookie: 'enishi_browser=other' }, 409],
      [{}, 409],
      [mine, 200],
    ] as const) {
      const c = await challenge(mine)
      expect((await card({ id: c.id, certificatePem: 'card:1', signature: c.challenge }, headers)).statusCode).toBe(status)
    }
  })

  test('two answers at once: one gets in', async () => {
    const c = await challenge()
    const answer = { id: c.id, certificatePem: 'card:1', signature: c.challenge }
    const codes = await Promise.all(Array.from({ length: 8 }, async () => (await card(answer)).statusCode))
    expect(codes.toSorted()).toEqual([200, 409, 409, 409, 409, 409, 409, 409])
  })

  test('another site cannot post with the person’s cookies', async () => {
    const c = await challenge()
    const body = { id: c.id, certificatePem: 'card:1', signature: c.challenge }
    expect((await card(body, { 'sec-fetch-site': 'cross-site' })).statusCode).toBe(403)
    expect((await card(body, { origin: 'https://evil.example' })).statusCode).toBe(403)
  })
})

describe('where one goes after', () => {
  test.each([
    ['/me/record?kind=diagnosis', '/me/record?kind=diagnosis'],
    ['/clinic/patients/x', '/clinic/patients/x'],
    ['//evil.example', '/me'],
    ['///evil.example', '/me'],
    ['/\\evil.example', '/me'],
    ['/\t/evil.example', '/me'],
    ['/.//evil.example', '/me'],
    ['/a/..//evil.example', '/me'],
    ['https://evil.example/', '/me'],
    ['javascript:alert(1)', '/me'],
    ['http:/evil.example', '/me'],
    ['me', '/me'],
    ['', '/me'],
    ['/sign-in?next=/sign-in', '/me'],
    ['/sign-out', '/me'],
    ['/oauth/token', '/me'],
    [undefined, '/me'],
    [['/a', '/b'], '/me'],
  ])('%j leads to %s', (wish, path) => {
    expect(safeNext(wish, '/me')).toBe(path)
  })

  test('scopes: none asked is all, a part is that part, anything else is refused', () => {
    const own = ['system/*.rs', 'system/*.cruds']
    expect(grantedScopes(undefined, own)).toEqual(own)
    expect(grantedScopes(' system/*.rs  system/*.rs', own)).toEqual(['system/*.rs'])
    expect(grantedScopes('system/Observation.r system/*.read', own)).toEqual(['system/Observation.r', 'system/*.read'])
    expect(grantedScopes('system/*.rs user/*.cruds', own)).toBeNull()
  })

  test.each([
    [['system/*.rs'], true],
    [['system/*.rs', 'system/Observation.c'], true],
    [['patient/*.rs'], false],
    [['system/*.rs', 'user/*.rs'], false],
    [['openid'], false],
    [[], false],
  ])('%j for a system that acts for itself: %s', (scopes, granted) => {
    expect(areForSystems(scopes)).toBe(granted)
  })
})

describe('staff', () => {
  const staff = (payload: object, headers = {}) => door.app.inject({ method: 'POST', url: '/sign-in/staff', payload, headers })
  const form = (fields: Record<string, string>) =>
    door.app.inject({
      method: 'POST',
      url: '/sign-in/staff',
      headers: { 'content-type': FORM, accept: 'text/html' },
      payload: new URLSearchParams(fields).toString(),
    })

  test('name, password and code open a session; the same code does not open a second', async () => {
    const sent = { loginName: 'yamada', password: PASSWORD, totp: door.totp() }
    const first = await staff(sent)
    expect([first.statusCode, first.json()]).toEqual([200, { redirect: '/clinic' }])
    expect((await staff(sent)).statusCode).toBe(401)
    door.minutesLater(2)
  })

  test('full-width digits and spaces of a Japanese keyboard are read', async () => {
    const wide = door.totp().replace(/\d/g, (d) => String.fromCharCode(d.charCodeAt(0) + 0xfee0))
    expect((await staff({ loginName: ' yamada ', password: PASSWORD, totp: `${wide.slice(0, 3)}　${wide.slice(3)}` })).statusCode).toBe(200)
    door.minutesLater(2)
  })

  test('a form that fails comes back with the name, without the password, and says what to do', async () => {
    const answer = await form({ loginName: '"><b>yamada', password: 'hunter2-secret', totp: '000000', next: '//evil.example' })
    expect(answer.statusCode).toBe(401)
    expect(answer.body).toContain('value="&quot;&gt;&lt;b&gt;yamada"')
    expect(answer.body).not.toContain('hunter2-secret')
    expect(answer.body).not.toContain('evil.example')
    expect(answer.body).toContain('サインインできませんでした')
    expect(answer.headers['set-cookie']).toBeUndefined()
    expect((await door.audits('sign-in.staff')).at(-1)).toMatchObject({ outcome: 'sign-in-failed' })
  })

  test('empty fields are named one by one and count as no try', async () => {
    const answer = await form({ loginName: 'yamada', password: '', totp: '' })
    expect(answer.statusCode).toBe(400)
    expect(answer.body).toContain('パスワードを入力してください')
    expect(answer.body).toContain('href="#field-totp"')
  })

  test('five failures lock the name, also for the right password; ten minutes later it is open again', async () => {
    door.minutesLater(2)
    for (let n = 0; n < 5; n++) expect((await staff({ loginName: 'yamada', password: 'no', totp: door.totp() })).statusCode).toBe(401)
    const right = () => ({ loginName: 'yamada', password: PASSWORD, totp: door.totp() })
    const locked = await staff(right())
    expect([locked.statusCode, codeOf(locked)]).toEqual([429, 'sign-in-locked'])
    expect((await form(right())).statusCode).toBe(429)
    door.minutesLater(11)
    expect((await staff(right())).statusCode).toBe(200)
  })

  test('tries sent together are not all tried before the first is counted', async () => {
    door.minutesLater(2)
    const codes = await Promise.all(
      Array.from({ length: 20 }, async () => (await staff({ loginName: 'nobody', password: 'x', totp: '000000' })).statusCode),
    )
    expect(codes.filter((code) => code === 401).length).toBeLessThanOrEqual(5)
    expect(new Set(codes)).toEqual(new Set([...new Set(codes)].filter((code) => [401, 429, 503].includes(code))))
  })

  test('signing out ends the session in the database, not only in the browser', async () => {
    const { personId } = await door.person('終わる 人', null)
    const cookie = await door.cookieOf(personId)
    const me = () => door.app.inject({ url: '/fhir/R4/Patient', headers: { cookie } })
    expect((await me()).statusCode).toBe(200)
    const out = await door.app.inject({ method: 'POST', url: '/sign-out', headers: { cookie, 'content-type': FORM, accept: 'text/html' } })
    expect([out.statusCode, out.headers.location]).toEqual([303, '/'])
    expect(String(out.headers['set-cookie'])).toMatch(/^enishi_session=; Max-Age=0/)
    expect((await me()).statusCode).toBe(401)
  })
})

describe('pages', () => {
  const page = (url: string, headers = {}) => door.app.inject({ url, headers: { accept: 'text/html', ...headers } })

  test('without demo there are no demo rows and no demo words', async () => {
    expect((await door.app.inject({ url: '/demo/cards' })).statusCode).toBe(404)
    expect((await door.app.inject({ url: '/demo/staff/yamada' })).statusCode).toBe(404)
    for (const url of ['/', '/sign-in', '/sign-in/staff']) expect((await page(url)).body).not.toMatch(/デモ|demo-staff/)
  })

  test('the demo offers its cards and a code that holds now, and marks its pages', async () => {
    const open = await openFrontDoor({ demo, totpOnce: false })
    try {
      expect((await open.app.inject({ url: '/demo/cards' })).json()).toEqual({ cards: demo.cards() })
      expect((await open.app.inject({ url: '/demo/cards/0' })).json()).toEqual(demo.card(0))
      for (const url of ['/demo/cards/1', '/demo/cards/-1', '/demo/cards/x', '/demo/staff/nobody'])
        expect((await open.app.inject({ url })).statusCode).toBe(404)
      const secret = (await open.app.inject({ url: '/demo/staff/yamada' })).json()
      expect(secret).toEqual({ loginName: 'yamada', password: PASSWORD, totp: open.totp() })
      expect((await open.app.inject({ method: 'POST', url: '/sign-in/staff', payload: secret })).statusCode).toBe(200)
      const html = (await open.app.inject({ url: '/sign-in/staff', headers: { accept: 'text/html' } })).body
      expect(html).toContain('data-demo-staff="yamada"')
      expect(html).not.toContain(PASSWORD)
    } finally {
      await open.close()
    }
  })

  test('a page asked for without a session leads to the way in that fits it, and back', async () => {
    expect((await page('/sign-in?next=%2Fclinic%2Fpatients%2Fx')).body).toContain('name="next" value="/clinic/patients/x"')
    expect((await page('/sign-in?next=%2Fclinic')).body).toContain('name="totp"')
    expect((await page('/sign-in?next=%2Fme')).body).not.toContain('name="totp"')
    expect((await page('/sign-in?next=%2F%2Fevil.example')).body).not.toContain('value="//evil.example')
  })

  test('the PIN cannot be posted: its field has no name and the button waits for the script', async () => {
    const html = (await page('/sign-in')).body
    expect(html).toMatch(/<input id="field-pin"(?![^>]* name=)/)
    expect(html).toMatch(/<button[^>]* disabled=""/)
  })

  test('behind TLS every cookie is Secure', async () => {
    const tls = await openFrontDoor({ secure: true, demo, totpOnce: false })
    try {
      expect(String((await tls.app.inject({ url: '/sign-in', headers: { accept: 'text/html' } })).headers['set-cookie'])).toMatch(
        /HttpOnly; SameSite=Strict; Secure$/,
      )
      const answer = await tls.app.inject({
        method: 'POST',
        url: '/sign-in/staff',
        payload: { loginName: 'yamada', password: PASSWORD, totp: tls.totp() },
      })
      expect(String(answer.headers['set-cookie'])).toMatch(/HttpOnly; SameSite=Lax; Secure$/)
    } finally {
      await tls.close()
    }
  })
})
