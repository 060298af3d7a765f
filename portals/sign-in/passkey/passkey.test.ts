/** Passkeys through the rows: every way an answer can be wrong, and what each leaves behind. @spec Web Authentication Level 2 */
import { citizenRoutes } from '#portals/citizen'
import type { InjectOptions } from 'fastify'
import { afterAll, beforeAll, beforeEach, expect, test } from 'vitest'
import { BASE, type FrontDoor, openFrontDoor } from '../front-door.fixture.ts'
import { counterVerdict, deviceLabel, originExpected, tidyLabel } from './rules.ts'
import { type SoftPasskey, softPasskey } from './soft-authenticator.fixture.ts'

let door: FrontDoor
let personId: string
let key: string
let cookie: string
const COOKIE = 'enishi_browser=the-browser'

beforeAll(async () => {
  door = await openFrontDoor({ rows: (services) => citizenRoutes({ ...services, demo: false, baseUrl: BASE }) })
})
afterAll(() => door.close())

const post = async (url: string, payload: object = {}, headers: Record<string, string> = {}) => {
  const request: InjectOptions = { method: 'POST', url, payload, headers: { accept: 'application/json', ...headers } }
  const answer = await door.app.inject(request)
  const body = answer.body === '' ? {} : answer.json()
  return {
    status: answer.statusCode,
    body,
    code: body.issue?.[0]?.details?.coding?.[0]?.code as string | undefined,
    headers: answer.headers,
  }
}
const own = (url: string, payload: object = {}) => post(url, payload, { cookie })

async function make(passkey: SoftPasskey = softPasskey({ origin: BASE, rpId: 'localhost' }), change = {}) {
  const { body: options } = await own('/me/security/passkeys/options')
  const answer = await own('/me/security/passkeys', { response: passkey.make(options, change), label: '自分の電話' })
  return { passkey, answer }
}
const challenge = async (headers = { cookie: COOKIE }) => (await post('/sign-in/passkey/options', {}, headers)).body
async function signIn(passkey: SoftPasskey, change = {}) {
  return post('/sign-in/passkey', { response: passkey.answer(await challenge(), change) }, { cookie: COOKIE })
}

let card = 0
beforeEach(async () => {
  ;({ personId, key } = await door.person('山川 花子', String(++card)))
  cookie = await door.cookieOf(personId)
})

test('a person makes a passkey after the card, and signs in by it alone; it says who they are', async () => {
  const { passkey, answer } = await make()
  expect(answer).toMatchObject({ status: 200, body: { redirect: '/me/security' } })
  const options = await challenge()
  expect(options).toMatchObject({ rpId: 'localhost', userVerification: 'required' })
  expect(options.allowCredentials ?? [], 'nobody is named').toEqual([])
  const done = await signIn(passkey)
  expect(done).toMatchObject({ status: 200, body: { redirect: '/me' } })
  expect(String(done.headers['set-cookie'])).toMatch(/enishi_session=.+HttpOnly; SameSite=Lax/)
  expect((await door.audits('sign-in.passkey')).at(-1)).toMatchObject({ outcome: 'success', key, resource: `Person/${personId}` })
  const page = await door.app.inject({ url: '/me/security', headers: { cookie, accept: 'application/json' } })
  expect(page.json().passkeys).toContainEqual(expect.objectContaining({ label: '自分の電話', credentialId: passkey.id }))
  expect(page.json().changes[0]).toMatchObject({ what: 'passkey-added', label: '自分の電話' })
})

test.each([
  ['a signature by another key', { other: true }, 'passkey-refused'],
  ['another origin', { origin: 'https://enishi.example' }, 'passkey-refused'],
  ['another site', { rpId: 'enishi.example' }, 'passkey-refused'],
  ['a page within a page of another site', { crossOrigin: true }, 'passkey-refused'],
  ['no check of the holder', { flags: 0x01 }, 'passkey-refused'],
  ['nobody present', { flags: 0x04 }, 'passkey-refused'],
  ['an answer meant for making a passkey', { type: 'webauthn.create' }, 'passkey-refused'],
  ['the handle of somebody else', { userHandle: 'c29tZWJvZHk' }, 'passkey-refused'],
])('%s is refused', async (_, { other = false, ...change }: { other?: boolean } & Record<string, unknown>, code) => {
  const { passkey } = await make()
  const { passkey: stranger } = await make()
  const response = passkey.answer(await challenge(), change)
  if (other) response.response.signature = stranger.answer(await challenge()).response.signature
  expect(await post('/sign-in/passkey', { response }, { cookie: COOKIE })).toMatchObject({ status: 401, code })
  expect((await door.audits('sign-in.passkey')).at(-1), 'the person sees the try in their log').toMatchObject({ outcome: code, key })
  // The control: the same passkey, answered rightly.
  expect((await signIn(passkey)).status).toBe(200)
})

test('a challenge is good once, for two minutes, in the browser that asked, for what it was asked for', async () => {
  const { passkey } = await make()
  const response = passkey.answer(await challenge())
  expect((await post('/sign-in/passkey', { response }, { cookie: COOKIE })).status).toBe(200)
  expect((await post('/sign-in/passkey', { response }, { cookie: COOKIE })).code).toBe('challenge-used')
  const elsewhere = passkey.answer(await challenge())
  expect((await post('/sign-in/passkey', { response: elsewhere }, { cookie: 'enishi_browser=another' })).code).toBe('challenge-used')
  const late = passkey.answer(await challenge())
  door.minutesLater(2.1)
  expect((await post('/sign-in/passkey', { response: late }, { cookie: COOKIE })).code).toBe('challenge-used')
  const forAgain = passkey.answer((await own('/sign-in/again/passkey/options')).body)
  expect((await post('/sign-in/passkey', { response: forAgain }, { cookie: `${COOKIE}; ${cookie}` })).code).toBe('challenge-used')
})

test('a copied passkey is set aside, everybody who came in is out, and the person is told', async () => {
  const { passkey } = await make()
  const copy = passkey.copy()
  expect((await signIn(passkey)).status).toBe(200)
  expect((await signIn(passkey)).status).toBe(200)
  const session = await door.cookieOf(personId)
  expect(await signIn(copy)).toMatchObject({ status: 401, code: 'passkey-cloned' })
  expect((await signIn(passkey)).code, 'the real one too: nobody can tell them apart').toBe('passkey-cloned')
  expect((await post('/me/security/devices/end-others', {}, { cookie: session })).status, 'sessions ended').toBe(401)
  cookie = await door.cookieOf(personId)
  const page = await door.app.inject({ url: '/me/security?lang=ja', headers: { cookie, accept: 'text/html' } })
  expect(page.body).toContain('複製された疑いがある')
  // The control: a keychain that does not count is not taken for a copy.
  const synced = softPasskey({ origin: BASE, rpId: 'localhost', counts: false })
  await make(synced)
  expect([(await signIn(synced)).status, (await signIn(synced)).status]).toEqual([200, 200])
})

test('a signature that is wrong never sets a passkey aside, whatever its counter says', async () => {
  const { passkey } = await make()
  await signIn(passkey)
  const forged = passkey.answer(await challenge(), { counter: 0 })
  forged.response.signature = forged.response.signature.slice(0, -4)
  expect((await post('/sign-in/passkey', { response: forged }, { cookie: COOKIE })).code).toBe('passkey-refused')
  expect((await signIn(passkey)).status).toBe(200)
})

test('a removed passkey is refused from the next moment on; so is one nobody registered', async () => {
  const { passkey } = await make()
  expect((await own('/me/security/passkeys/remove', { credentialId: passkey.id })).status).toBe(200)
  expect(await signIn(passkey)).toMatchObject({ status: 401, code: 'passkey-unknown' })
  expect(await signIn(softPasskey({ origin: BASE, rpId: 'localhost' }))).toMatchObject({ status: 401, code: 'passkey-unknown' })
  const back = await make(passkey)
  expect(back.answer.code, 'the same credential does not come back').toBe('passkey-exists')
})

test('making and removing one demands the card within ten minutes; renaming and ending devices do not', async () => {
  const { passkey } = await make()
  door.minutesLater(11)
  for (const [url, payload] of [
    ['/me/security/passkeys/options', {}],
    ['/me/security/passkeys/remove', { credentialId: passkey.id }],
  ] as const)
    expect(await own(url, payload)).toMatchObject({ status: 401, code: 'step-up-required' })
  expect((await own('/me/security/passkeys/rename', { credentialId: passkey.id, label: ' 古い\n電話 ' })).status).toBe(200)
  const page = await door.app.inject({ url: '/me/security', headers: { cookie, accept: 'application/json' } })
  expect(page.json().passkeys.find((one: { credentialId: string }) => one.credentialId === passkey.id).label).toBe('古い 電話')
  // A passkey renews the proof, but it is not the card.
  const again = passkey.answer((await own('/sign-in/again/passkey/options')).body)
  expect((await own('/sign-in/again/passkey', { response: again })).status).toBe(200)
  expect((await own('/me/security/passkeys/options')).code).toBe('step-up-required')
  const { id, challenge: asked } = (await own('/sign-in/card/challenge')).body
  const proof = { id, certificatePem: `card:${card}`, signature: asked, next: '/me/security' }
  expect((await own('/sign-in/again/card', proof)).body).toEqual({ redirect: '/me/security' })
  expect((await own('/me/security/passkeys/options')).status).toBe(200)
})

test('a proof by somebody else renews nothing', async () => {
  const other = await door.person('海野 太郎', 'other')
  const mine = cookie
  cookie = await door.cookieOf(other.personId)
  const { passkey } = await make()
  cookie = mine
  door.minutesLater(11)
  const again = passkey.answer((await own('/sign-in/again/passkey/options')).body)
  expect(await own('/sign-in/again/passkey', { response: again })).toMatchObject({ status: 403, code: 'proof-of-another' })
  const { id, challenge: asked } = (await own('/sign-in/card/challenge')).body
  const proof = { id, certificatePem: 'card:other', signature: asked }
  expect((await own('/sign-in/again/card', proof)).code).toBe('proof-of-another')
  expect((await own('/me/security/passkeys/options')).code).toBe('step-up-required')
})

test('nobody touches the passkeys or devices of another', async () => {
  const { passkey } = await make()
  const other = await door.person('陸川 次郎', 'third')
  const page = await door.app.inject({ url: '/me/security', headers: { cookie, accept: 'application/json' } })
  const device = page.json().devices[0].id
  cookie = await door.cookieOf(other.personId)
  expect((await own('/me/security/passkeys/remove', { credentialId: passkey.id })).status).toBe(404)
  expect((await own('/me/security/passkeys/rename', { credentialId: passkey.id, label: 'x' })).status).toBe(404)
  expect((await own('/me/security/devices/end', { id: device })).status).toBe(404)
  expect((await signIn(passkey)).status, 'the control').toBe(200)
})

test('devices are listed; one is ended, or all others', async () => {
  const [first, second] = [await door.cookieOf(personId), await door.cookieOf(personId)]
  cookie = first
  const listed = () => door.app.inject({ url: '/me/security', headers: { cookie, accept: 'application/json' } })
  const devices = (await listed()).json().devices as { id: string; isCurrent: boolean }[]
  expect(devices.filter((one) => one.isCurrent)).toHaveLength(1)
  expect((await own('/me/security/devices/end-others')).status).toBe(200)
  expect((await listed()).json().devices).toHaveLength(1)
  cookie = second
  expect((await listed()).statusCode).toBe(401)
})

test('more than ten passkeys nobody keeps an eye on', async () => {
  for (let i = 0; i < 10; i++) expect((await make()).answer.status).toBe(200)
  expect(await own('/me/security/passkeys/options')).toMatchObject({ status: 409, code: 'passkey-limit' })
})

test('fifty failed proofs of one address within an hour lock it, not its neighbours; IPv6 counts by network', async () => {
  const tried = async (remoteAddress: string) =>
    (
      await door.app.inject({
        method: 'POST',
        url: '/sign-in/passkey',
        headers: { cookie: COOKIE, accept: 'application/json' },
        payload: { response: softPasskey({ origin: BASE, rpId: 'localhost' }).answer(await challenge()) },
        remoteAddress,
      })
    ).statusCode
  for (let i = 0; i < 50; i++) expect(await tried(`2001:db8:1:2::${i.toString(16)}`)).toBe(401)
  expect(await tried('2001:db8:1:2:ffff::1')).toBe(429)
  expect(await tried('2001:db8:1:3::1'), 'the control').toBe(401)
  door.minutesLater(61)
  expect(await tried('2001:db8:1:2::1')).toBe(401)
}, 30_000)

test.each([
  [0, 0, 'fine'],
  [0, 1, 'fine'],
  [4, 5, 'fine'],
  [4, 4, 'cloned'],
  [4, 3, 'cloned'],
  [4, 0, 'cloned'],
] as const)('a counter of %i that says %i is %s', (kept, said, verdict) => expect(counterVerdict(kept, said)).toBe(verdict))

test.each([
  ['https://enishi.example', 'https://enishi.example', false, 'https://enishi.example'],
  ['https://enishi.example', 'https://evil.example', true, 'https://enishi.example'],
  ['http://localhost:8080', 'http://localhost:4321', true, 'http://localhost:4321'],
  ['http://localhost:8080', 'http://localhost:4321', false, 'http://localhost:8080'],
  ['http://localhost:8080', 'http://localhost.evil.example', true, 'http://localhost:8080'],
])('of %s, an answer from %s (demo: %s) must come from %s', (base, claimed, demo, expected) =>
  expect(originExpected(base, claimed, demo)).toBe(expected),
)

test.each([
  [
    'Mozilla/5.0 (iPhone; CPU iPhone OS 18_0 like Mac OS X) AppleWebKit/605.1.15 Version/18.0 Mobile/15E148 Safari/604.1',
    'iPhone · Safari',
  ],
  ['Mozilla/5.0 (Windows NT 10.0; Win64; x64) AppleWebKit/537.36 Chrome/140.0 Safari/537.36 Edg/140.0', 'Windows · Edge'],
  ['Mozilla/5.0 (Linux; Android 16) AppleWebKit/537.36 Chrome/140.0 Mobile Safari/537.36', 'Android · Chrome'],
  ['curl/8', ''],
  [undefined, ''],
])('%s is called %s', (agent, label) => expect(deviceLabel(agent)).toBe(label))

test('a label is one line of forty characters', () => {
  expect(tidyLabel('  私の\u202e\n電話  ')).toBe('私の 電話')
  expect([...tidyLabel('𠮷'.repeat(60))]).toHaveLength(40)
})
