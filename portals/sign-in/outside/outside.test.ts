/** @spec OpenID Connect Core 1.0; RFC 7636 (PKCE), RFC 9126 (PAR), RFC 9207 (iss), RFC 9449 (DPoP); tested against a second Enishi */
import { exportJWK, generateKeyPair } from 'jose'
import { sql } from 'kysely'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { openServed, type Served } from '../../../tests/harness/served.ts'
import { issueStaffInvitation } from '../recovery/service.ts'
import { aDoctor, anApp, type Browser, browser, register, someone } from '../provider/launch.fixture.ts'
import { outsideClient } from './client.ts'
import type { OutsideAudience, OutsideSettings } from './model.ts'
import { linkOutside } from './store.ts'
import { waywardProvider } from './wayward-provider.fixture.ts'

/** Another Enishi, which is somebody else's: where people prove themselves. */
let elsewhere: Served
let here: Served
let staffSettings: OutsideSettings

beforeAll(async () => {
  elsewhere = await openServed({ demo: false })
  const { publicKey, privateKey } = await generateKeyPair('ES256', { extractable: true })
  const proof = { by: 'key' as const, jwk: { ...(await exportJWK(privateKey)), kid: 'ours' }, alg: 'ES256', audience: 'issuer' as const }
  const about = (audience: OutsideAudience, amr: string[]): OutsideSettings => ({
    audience,
    name: { ja: '県立病院ID', en: 'Hospital ID' },
    issuer: elsewhere.origin,
    clientId: `enishi-${audience}`,
    proof,
    claim: 'sub',
    acr: [],
    amr,
    hosts: [{ host: '127.0.0.1', port: Number(new URL(elsewhere.origin).port), plain: true, inside: true }],
  })
  staffSettings = about('staff', ['card', 'passkey'])
  here = await openServed({ outside: { citizen: outsideClient(about('citizen', ['card'])), staff: outsideClient(staffSettings) } })
  for (const audience of ['citizen', 'staff'] as const)
    await register(
      elsewhere,
      anApp(`enishi-${audience}`, {
        kind: 'confidential',
        authMethod: 'private_key_jwt',
        jwks: { keys: [{ ...(await exportJWK(publicKey)), kid: 'ours', alg: 'ES256', use: 'sig' }] },
        forCitizens: audience === 'citizen',
        forStaff: audience === 'staff',
        scopes: ['openid'],
        redirectUris: [`${here.origin}/sign-in/outside/${audience}/back`],
      }),
    )
}, 60_000)
afterAll(async () => {
  await here?.close()
  await elsewhere?.close()
})

/** They show their card there once more, and go on. */
async function shownAgain(there: Browser, at: string) {
  const id = there.jar.get('enishi_session')!.value.split('.')[0]
  await sql`update kernel.session set proven_at = now() where id = ${id}`.execute(elsewhere.db)
  return there.open(new URL(new URL(at).searchParams.get('next')!, elsewhere.origin).href)
}

/** Goes from here to the other house, lets us in there, and is back with the answer, which is not yet opened. */
async function away(there: Browser, leaving: string): Promise<string> {
  const first = await there.open(leaving)
  const page = first.at.includes('/sign-in/again') ? await shownAgain(there, first.at) : first
  const back = await there.decide(page.at, await page.answer.text())
  if (!back.at.startsWith(here.origin)) throw new Error(`not back: ${back.at} ${(await back.answer.text()).slice(0, 600)}`)
  return back.at
}

/** Opens the answer as a browser does: our own page asks once more. */
async function arrive(own: Browser, back: string): Promise<Response> {
  const answer = await own.send('GET', back)
  const to = /url=(.*)$/.exec(answer.headers.get('refresh') ?? '')?.[1]
  return to === undefined ? answer : own.send('GET', new URL(to, here.origin).href)
}

const leave = async (own: Browser, path: string): Promise<string> => {
  const answer = await own.send('GET', `${here.origin}${path}`)
  const to = answer.headers.get('location')
  if (to === null) throw new Error(`${answer.status}: ${(await answer.text()).slice(0, 500)}`)
  return to
}
const codesOf = async (action: string) =>
  (await sql<{ outcome: string }>`select outcome from kernel.audit where action = ${action} order by id desc limit 1`.execute(here.db))
    .rows[0]?.outcome
const link = (subject: string, kind: OutsideAudience, holderId: string) =>
  linkOutside(here.db, new Date(), { issuer: elsewhere.origin, subject, kind, holderId, by: 'test' })

describe('a person with an account at the other house', () => {
  test('is shown the button, links once by card, and signs in with it from then on', async () => {
    const there = await someone(elsewhere)
    const us = await someone(here)
    const page = await us.browser.send('GET', `${here.origin}/sign-in/card`)
    expect(await page.text()).toContain('/sign-in/outside/citizen')
    const before = browser(here)
    const first = await arrive(before, await away(there.browser, await leave(before, '/sign-in/outside/citizen')))
    expect([first.status, await codesOf('sign-in.outside')]).toEqual([403, 'outside-not-linked'])
    expect(await first.text()).toContain('/sign-in/card?next=/me/security/outside')

    const leaving = await us.browser.send('POST', `${here.origin}/me/security/outside/start`, {})
    const href = /href="(http[^"]+\/oauth\/authorize[^"]*)"/.exec(await leaving.text())?.[1]?.replaceAll('&amp;', '&')
    expect(href, 'the request is pushed and shows nothing').toMatch(/\?client_id=enishi-citizen&request_uri=[^&]+$/)
    // The other house proves the person anew: their card was shown a moment ago.
    const linked = await arrive(us.browser, await away(there.browser, href!))
    expect([linked.status, linked.headers.get('location')]).toEqual([303, '/me/security/outside'])

    const later = browser(here)
    const came = await arrive(later, await away(there.browser, await leave(later, '/sign-in/outside/citizen?next=/me/consents')))
    expect([came.status, came.headers.get('location')]).toEqual([303, '/me/consents'])
    const home = await later.send('GET', `${here.origin}/me/security/outside`)
    expect(await home.text()).toContain('県立病院ID')
    const { rows } = await sql<{
      proven_by: string
    }>`select proven_by from kernel.session where subject = ${us.id} order by started_at desc limit 1`.execute(here.db)
    expect(rows[0]?.proven_by).toBe('outside')
    const ended = await later.send('POST', `${here.origin}/me/security/outside/end`, { issuer: elsewhere.origin, subject: there.id })
    expect(ended.status).toBe(303)
    const again = browser(here)
    expect((await arrive(again, await away(there.browser, await leave(again, '/sign-in/outside/citizen')))).status).toBe(403)
  })

  test('cannot link what is somebody else’s, nor without a card of the last minutes', async () => {
    const there = await someone(elsewhere)
    const [one, two] = [await someone(here), await someone(here)]
    await link(there.id, 'citizen', one.id)
    const leaving = await (await two.browser.send('POST', `${here.origin}/me/security/outside/start`, {})).text()
    const href = /href="(http[^"]+\/oauth\/authorize[^"]*)"/.exec(leaving)![1]!.replaceAll('&amp;', '&')
    const answer = await arrive(two.browser, await away(there.browser, href))
    expect([answer.status, await codesOf('sign-in.outside')]).toEqual([409, 'outside-of-another'])
    await sql`update kernel.session set proven_at = now() - interval '1 hour' where subject = ${two.id}`.execute(here.db)
    expect((await two.browser.send('POST', `${here.origin}/me/security/outside/start`, {})).status).toBe(401)
  })
})

describe('a member of staff', () => {
  test('links by an invitation, signs in, and proves themselves once more there', async () => {
    const there = await aDoctor(elsewhere)
    const us = await aDoctor(here)
    const token = await issueStaffInvitation({ db: here.db, now: new Date() }, { staffId: us.id, by: 'operator' })
    const own = browser(here)
    expect(await (await own.send('GET', `${here.origin}/sign-in/invitation/${token}`)).text()).toContain('県立病院ID')
    const came = await arrive(own, await away(there.browser, await leave(own, `/sign-in/invitation/${token}/outside`)))
    expect([came.status, came.headers.get('location')]).toEqual([303, '/clinic'])
    expect((await own.send('GET', `${here.origin}/sign-in/invitation/${token}`)).status, 'spent').toBe(410)

    await sql`update kernel.session set proven_at = now() - interval '1 hour' where subject = ${us.id}`.execute(here.db)
    expect((await own.send('POST', `${here.origin}/clinic/account/outside/start`, {})).status, 'the control: the proof is old').toBe(401)
    const page = await own.send('GET', `${here.origin}/sign-in/again?next=/clinic/account&by=outside`)
    expect(await page.text()).toContain('/sign-in/again/outside/staff?next=%2Fclinic%2Faccount')
    await sql`update kernel.session set proven_at = now() - interval '1 hour' where subject = ${there.id}`.execute(elsewhere.db)
    const leaving = await leave(own, '/sign-in/again/outside/staff?next=/clinic/account')
    expect((await there.browser.open(leaving)).at, 'a proof of an hour ago is not enough there').toContain('/sign-in/again')
    const again = await arrive(own, await away(there.browser, await leave(own, '/sign-in/again/outside/staff?next=/clinic/account')))
    expect(again.headers.get('location')).toBe('/clinic/account')
    expect((await own.send('POST', `${here.origin}/clinic/account/outside/start`, {})).status, 'and the proof is new').toBe(200)
  })

  test('is linked by an operator who enters the number there, and unlinked; a number of somebody else is refused', async () => {
    const [one, two] = [await aDoctor(here), await aDoctor(here)]
    const cookie = await here.operator()
    const post = (path: string, form: Record<string, string>) =>
      fetch(`${here.origin}/operator/staff/${path}`, {
        method: 'POST',
        body: new URLSearchParams(form),
        redirect: 'manual',
        headers: { cookie, accept: 'text/html' },
      })
    expect((await post(`${one.id}/outside`, { subject: '' })).status).toBe(400)
    expect((await post(`${one.id}/outside`, { subject: 'E-1042' })).status).toBe(303)
    const taken = await post(`${two.id}/outside`, { subject: 'E-1042' })
    expect([taken.status, (await taken.text()).includes('別の方に結び付いています')]).toEqual([409, true])
    const page = await fetch(`${here.origin}/operator/staff/${one.id}/outside`, { headers: { cookie } })
    expect(await page.text()).toContain('E-1042')
    const end = { issuer: elsewhere.origin, subject: 'E-1042' }
    expect((await post(`${two.id}/outside/end`, end)).status, 'not theirs').toBe(404)
    expect((await post(`${one.id}/outside/end`, end)).status).toBe(303)
    expect((await post(`${two.id}/outside`, { subject: 'E-1042' })).status).toBe(303)
  })

  test('whom an operator entered signs in; who has ended does not, and nobody by a password alone', async () => {
    const there = await aDoctor(elsewhere)
    const us = await aDoctor(here)
    await link(there.id, 'staff', us.id)
    const own = browser(here)
    expect((await arrive(own, await away(there.browser, await leave(own, '/sign-in/outside/staff')))).headers.get('location')).toBe(
      '/clinic',
    )
    await sql`update kernel.session set proven_by = 'password-totp' where subject = ${there.id}`.execute(elsewhere.db)
    const weak = await arrive(own, await away(there.browser, await leave(own, '/sign-in/outside/staff')))
    expect([weak.status, await codesOf('sign-in.outside')]).toEqual([403, 'outside-too-weak'])
    await sql`update kernel.session set proven_by = 'card' where subject = ${there.id}`.execute(elsewhere.db)
    await sql`update person.staff set ended_at = now() where id = ${us.id}`.execute(here.db)
    const ended = await arrive(own, await away(there.browser, await leave(own, '/sign-in/outside/staff')))
    expect([ended.status, await codesOf('sign-in.outside')]).toEqual([403, 'outside-not-linked'])
  })

  test('whose proof there is hours old has no fresh proof here', async () => {
    const there = await aDoctor(elsewhere)
    const us = await aDoctor(here)
    await link(there.id, 'staff', us.id)
    await sql`update kernel.session set proven_at = now() - interval '3 hours' where subject = ${there.id}`.execute(elsewhere.db)
    const own = browser(here)
    await arrive(own, await away(there.browser, await leave(own, '/sign-in/outside/staff')))
    expect((await own.send('GET', `${here.origin}/clinic/account`)).status, 'they are in').toBe(200)
    expect((await own.send('POST', `${here.origin}/clinic/account/outside/start`, {})).status).toBe(401)
  })
})

describe('an answer that did not come as it was sent for', () => {
  const cases: [string, string, (back: URL, own: Browser) => void][] = [
    ['of another issuer (mix-up)', 'outside-mixed-up', (back) => back.searchParams.set('iss', 'https://elsewhere.example')],
    ['without its issuer', 'outside-mixed-up', (back) => back.searchParams.delete('iss')],
    ['at the door of the others', 'outside-mixed-up', (back) => (back.pathname = back.pathname.replace('citizen', 'staff'))],
    ['of a state nobody gave', 'outside-over', (back) => back.searchParams.set('state', 'x')],
    ['with a code nobody gave', 'outside-code-refused', (back) => back.searchParams.set('code', 'x')],
    ['in another browser', 'outside-other-browser', (_back, own) => own.jar.delete('enishi_browser')],
    ['that says no', 'outside-declined', (back) => back.searchParams.set('error', 'access_denied')],
  ]
  test.each(cases)('%s is refused: %s', async (_which, code, change) => {
    const there = await someone(elsewhere)
    const us = await someone(here)
    await link(there.id, 'citizen', us.id)
    const own = browser(here)
    const back = new URL(await away(there.browser, await leave(own, '/sign-in/outside/citizen')))
    change(back, own)
    const answer = await arrive(own, back.href)
    expect(answer.headers.get('set-cookie') ?? '').not.toContain('enishi_session')
    expect([answer.status >= 400, await codesOf('sign-in.outside')]).toEqual([true, code])
  })

  test('is good once', async () => {
    const there = await someone(elsewhere)
    const us = await someone(here)
    await link(there.id, 'citizen', us.id)
    const own = browser(here)
    const back = await away(there.browser, await leave(own, '/sign-in/outside/citizen'))
    expect((await arrive(own, back)).headers.get('location'), 'the control').toBe('/me')
    expect((await arrive(own, back)).status).toBe(403)
    expect(await codesOf('sign-in.outside')).toBe('outside-replayed')
  })

  test('nobody is sent away by a page of another site', async () => {
    const answer = await fetch(`${here.origin}/sign-in/outside/citizen`, {
      redirect: 'manual',
      headers: { 'sec-fetch-site': 'cross-site' },
    })
    expect([answer.status, answer.headers.get('location')]).toEqual([403, null])
  })
})

test('where nothing is configured, there is no way to a provider', async () => {
  expect(elsewhere.rows.some((row) => 'path' in row && row.path.includes('outside'))).toBe(false)
  expect(
    here.rows.some((row) => 'path' in row && row.path === '/sign-in/outside/staff'),
    'the control',
  ).toBe(true)
})

describe('a provider that answers wrongly', () => {
  let wayward: Awaited<ReturnType<typeof waywardProvider>>
  let ours: Served
  beforeAll(async () => {
    wayward = await waywardProvider()
    ours = await openServed({ outside: { citizen: outsideClient(await wayward.settings()) } })
  }, 60_000)
  afterAll(async () => {
    await ours?.close()
    await wayward?.close()
  })

  async function signIn(change: Parameters<typeof wayward.mint>[1] = {}, query = '') {
    const own = browser(ours)
    const leaving = await own.send('GET', `${ours.origin}/sign-in/outside/citizen`)
    const asked = new URL(leaving.headers.get('location')!)
    await wayward.mint(asked.searchParams.get('nonce')!, change)
    const back = `${ours.origin}/sign-in/outside/citizen/back?code=c&here=1&state=${asked.searchParams.get('state')}&iss=${encodeURIComponent(wayward.origin)}${query}`
    const answer = await own.send('GET', back)
    const { rows } = await sql<{
      outcome: string
    }>`select outcome from kernel.audit where action = 'sign-in.outside' order by id desc limit 1`.execute(ours.db)
    return { asked, answer, outcome: rows[0]?.outcome }
  }
  const now = () => Math.floor(Date.now() / 1000)
  const secret = new TextEncoder().encode('a secret of at least thirty-two bytes!')

  test('is the control: what is right goes through, and the request asks for what it must', async () => {
    const key = await ours.enter()
    const person = await ours.services.person.findByKey(ours, key)
    await linkOutside(ours.db, new Date(), {
      issuer: wayward.origin,
      subject: 'someone',
      kind: 'citizen',
      holderId: person!.id,
      by: 'test',
    })
    const { asked, answer } = await signIn()
    expect(answer.headers.get('location')).toBe('/me')
    expect(Object.fromEntries(asked.searchParams)).toMatchObject({
      response_type: 'code',
      scope: 'openid',
      code_challenge_method: 'S256',
      acr_values: 'urn:level:high',
    })
    const token = wayward.heard.findLast((one) => one.path === '/token')!.form
    expect(token.get('client_assertion_type')).toContain('jwt-bearer')
    expect(token.get('code_verifier')).toMatch(/^[\w-]{43}$/)
  })

  const wrong: [string, string, () => Parameters<typeof wayward.mint>[1]][] = [
    [
      'alg none',
      'outside-algorithm',
      () => ({ text: (token) => `${Buffer.from('{"alg":"none"}').toString('base64url')}.${token.split('.')[1]}.` }),
    ],
    ['a shared secret', 'outside-algorithm', () => ({ header: { alg: 'HS256' }, key: secret })],
    ['a key of somebody else', 'outside-signature', () => ({ key: wayward.theirs })],
    ['a key it brings along', 'outside-signature', () => ({ key: wayward.theirs, header: { kid: 'unknown', jwk: wayward.keys[0] } })],
    [
      'changed claims',
      'outside-signature',
      () => ({
        text: (token) => {
          const [head, body, signature] = token.split('.')
          const claims = { ...(JSON.parse(Buffer.from(body!, 'base64url').toString()) as object), sub: 'another' }
          return `${head}.${Buffer.from(JSON.stringify(claims)).toString('base64url')}.${signature}`
        },
      }),
    ],
    ['another issuer', 'outside-issuer', () => ({ claims: { iss: 'https://elsewhere.example' } })],
    ['another audience', 'outside-audience', () => ({ claims: { aud: 'others' } })],
    ['two audiences, of which it is not said who asked', 'outside-audience', () => ({ claims: { aud: ['enishi', 'others'] } })],
    ['asked for by others', 'outside-audience', () => ({ claims: { aud: ['enishi', 'others'], azp: 'others' } })],
    ['an end that has passed', 'outside-expired', () => ({ claims: { iat: now() - 500, exp: now() - 120 } })],
    ['no end', 'outside-expired', () => ({ claims: { exp: undefined } })],
    ['a time to come', 'outside-expired', () => ({ claims: { iat: now() + 600, exp: now() + 900 } })],
    ['made long ago', 'outside-expired', () => ({ claims: { iat: now() - 3600 } })],
    ['another nonce', 'outside-nonce', () => ({ claims: { nonce: 'another' } })],
    ['no nonce', 'outside-nonce', () => ({ claims: { nonce: undefined } })],
    ['nothing said of its strength', 'outside-strength-unsaid', () => ({ claims: { acr: undefined } })],
    ['a password alone', 'outside-too-weak', () => ({ claims: { acr: 'urn:level:low', amr: ['pwd'] } })],
    ['nobody named', 'outside-subject-unsaid', () => ({ claims: { sub: undefined } })],
  ]
  test.each(wrong)('%s: %s', async (_which, code, change) => {
    const { answer, outcome } = await signIn(change())
    expect([answer.status >= 400, outcome, answer.headers.get('set-cookie') ?? '']).toEqual([
      true,
      code,
      expect.not.stringContaining('enishi_session'),
    ])
  })

  test('that is down: a page says so, and the other ways stay', async () => {
    wayward.state.down = true
    const own = browser(ours)
    const asked = await own.send('GET', `${ours.origin}/sign-in/outside/citizen`)
    expect(asked.status, 'what it says of itself is remembered').toBe(303)
    const back = `${ours.origin}/sign-in/outside/citizen/back?code=c&here=1&state=${new URL(asked.headers.get('location')!).searchParams.get('state')}&iss=${encodeURIComponent(wayward.origin)}`
    const answer = await own.send('GET', back)
    wayward.state.down = false
    expect(answer.status).toBe(503)
    expect(await answer.text()).toContain('/sign-in/card')
  })

  test.each([
    ['is another', { issuer: 'https://elsewhere.example' }],
    ['knows no S256', { code_challenge_methods_supported: ['plain'] }],
    ['sends the code elsewhere', { token_endpoint: 'http://127.0.0.2:1/token' }],
  ])('one that %s is not used', async (_which, metadata) => {
    wayward.state.metadata = metadata
    const client = outsideClient({ ...(await wayward.settings()), hosts: [{ host: '127.0.0.1', port: '*', plain: true, inside: true }] })
    const about = {
      audience: 'citizen',
      browserHash: Buffer.alloc(0),
      verifier: 'v',
      nonce: 'n',
      wish: 'sign-in',
      sessionId: null,
      next: null,
      since: null,
    } as const
    await expect(
      client
        .ask(new Date(), { state: 's', redirectUri: 'r', about })
        .then(() => client.prove(new Date(), { code: 'c', iss: wayward.origin, redirectUri: 'r', about })),
    ).rejects.toMatchObject({ code: 'outside-unfit' })
    wayward.state.metadata = {}
  })
})
