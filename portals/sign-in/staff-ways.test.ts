/** Staff: from an invitation to work, desks that are shared and locked, and every way back in. */
import { clinicianRoutes } from '#portals/clinician'
import { findStaffSignIn, insertStaff, setStaffSecrets } from '#care/person'
import { citizenRoutes } from '#portals/citizen'
import { Secret, TOTP } from 'otpauth'
import { afterAll, beforeAll, beforeEach, describe, expect, test } from 'vitest'
import { BASE, CLINIC, type FrontDoor, openFrontDoor, PASSWORD } from './front-door.fixture.ts'
import { findInvitation, foldToken, spacedToken } from './invitation/store.ts'
import { softPasskey } from './passkey/soft-authenticator.fixture.ts'
import { isRecoveryCode, networkOf } from './recovery/store.ts'
import { endEveryWay, issueRecovery, issueStaffInvitation, lockedFor, unlock } from './recovery/service.ts'
import { waysAsked } from './step-up/rules.ts'
import { markDesk } from './desk/store.ts'
import { startSession } from '#kernel/identity'

let door: FrontDoor
const STAFF = { kind: 'staff', id: 'staff-1' } as const
beforeAll(async () => {
  door = await openFrontDoor({
    rows: (services) => [
      ...clinicianRoutes({ ...services, demo: false, baseUrl: BASE }),
      ...citizenRoutes({ ...services, demo: false, baseUrl: BASE }),
    ],
  })
})
afterAll(() => door.close())
beforeEach(() => door.minutesLater(30))

const helped = () => ({ db: door.db, now: door.clock.at })
const invite = () => issueStaffInvitation(helped(), { staffId: 'staff-1', by: 'administrator' })

/** A browser: keeps its cookies. */
function browser(cookies: Record<string, string> = {}) {
  const jar = new Map(Object.entries(cookies))
  const send = async (method: 'GET' | 'POST', url: string, payload?: object, accept = 'application/json') => {
    const cookie = [...jar].map(([name, value]) => `${name}=${value}`).join('; ')
    const answer = await door.app.inject({ method, url, headers: { accept, cookie }, ...(payload ? { payload } : {}) })
    for (const line of [answer.headers['set-cookie'] ?? []].flat()) {
      const [, name = '', value = ''] = /^([^=]+)=([^;]*)/.exec(line) ?? []
      if (/Max-Age=0/.test(line)) jar.delete(name)
      else jar.set(name, value)
    }
    const json = /json/.test(String(answer.headers['content-type'])) ? answer.json() : undefined
    return {
      status: answer.statusCode,
      json,
      body: answer.body,
      location: answer.headers.location,
      code: json?.issue?.[0]?.details?.coding?.[0]?.code as string | undefined,
    }
  }
  return {
    jar,
    get: (url: string, accept?: string) => send('GET', url, undefined, accept),
    post: (url: string, payload: object = {}) => send('POST', url, payload),
  }
}
const passkeyOf = () => softPasskey({ origin: BASE, rpId: 'localhost' })

async function enrolled() {
  const passkey = passkeyOf()
  const own = browser()
  const token = await invite()
  const { json: options } = await own.post(`/sign-in/invitation/${token}/passkey/options`)
  const done = await own.post(`/sign-in/invitation/${token}/passkey`, { response: passkey.make(options) })
  return { passkey, own, token, done }
}
async function signIn(own: ReturnType<typeof browser>, passkey: ReturnType<typeof passkeyOf>, next?: string) {
  const { json } = await own.post('/sign-in/passkey/options')
  return own.post('/sign-in/passkey', { response: passkey.answer(json), ...(next === undefined ? {} : { next }) })
}
async function byPassword(own: ReturnType<typeof browser>, totp: string, password = PASSWORD) {
  return own.post('/sign-in/staff', { loginName: 'yamada', password, totp })
}

describe('an invitation', () => {
  test('sets a passkey and lets in, once; what there was before ends', async () => {
    const before = await enrolled()
    expect(before.done).toMatchObject({ status: 200, json: { redirect: '/clinic' } })
    expect((await before.own.get('/clinic/account')).status).toBe(200)
    const after = await enrolled()
    expect(after.done.status).toBe(200)
    expect((await after.own.get(`/sign-in/invitation/${after.token}`)).code).toBe('invitation-invalid')
    expect((await before.own.get('/clinic/account')).status, 'sessions of before').toBe(401)
    expect((await signIn(browser(), before.passkey)).code, 'passkeys of before').toBe('passkey-unknown')
    expect((await byPassword(browser(), door.totp())).code, 'the password of before').toBe('sign-in-failed')
    expect((await findStaffSignIn(door.db, { id: 'staff-1' }))?.isSet).toBe(false)
    expect((await signIn(browser(), after.passkey)).status, 'the control').toBe(200)
  })

  test('a new one ends the one before; it ends by itself; what is typed from paper is read kindly', async () => {
    const first = await invite()
    const second = await invite()
    expect(await findInvitation(door.db, door.clock.at, first)).toBeUndefined()
    expect(await findInvitation(door.db, door.clock.at, spacedToken(second).toUpperCase())).toMatchObject({ kind: 'staff' })
    const typed = await browser().post('/sign-in/invitation', { code: spacedToken(second).toUpperCase() })
    expect([typed.status, typed.location]).toEqual([303, `/sign-in/invitation/${second}`])
    expect((await browser().post('/sign-in/invitation', { code: 'not a code' })).code).toBe('invitation-invalid')
    door.minutesLater(72 * 60 + 1)
    expect((await browser().get(`/sign-in/invitation/${second}`)).code).toBe('invitation-invalid')
  })

  test('sets password and code, both proven by being typed; ten recovery codes stand in once each', async () => {
    const token = await invite()
    const own = browser()
    const page = await own.get(`/sign-in/invitation/${token}?lang=ja`, 'text/html')
    const secret = /<code>([A-Z2-7 ]+)<\/code>/.exec(page.body)![1]!.replaceAll(' ', '')
    expect((await own.get(`/sign-in/invitation/${token}`, 'text/html')).body, 'the same when looked at again').toContain(secret.slice(0, 4))
    const code = () => new TOTP({ secret: Secret.fromBase32(secret) }).generate({ timestamp: door.clock.at.getTime() })
    const set = (password: string, totp: string) => own.post(`/sign-in/invitation/${token}/password`, { password, totp })
    expect((await set('short', code())).status).toBe(400)
    expect((await set('correct horse battery', '000000')).status).toBe(400)
    const done = await set('new horse battery staple', code())
    expect(done.status).toBe(200)
    const codes = done.json.recoveryCodes as string[]
    expect(new Set(codes).size).toBe(10)
    door.minutesLater(1)
    expect((await byPassword(browser(), code(), 'new horse battery staple')).status).toBe(200)
    expect((await byPassword(browser(), codes[0]!.toUpperCase(), 'new horse battery staple')).status).toBe(200)
    expect((await byPassword(browser(), codes[0]!, 'new horse battery staple')).code, 'once').toBe('sign-in-failed')
    expect((await byPassword(browser(), codes[1]!, 'wrong')).code, 'never without the password').toBe('sign-in-failed')
    expect((await byPassword(browser(), codes[1]!, 'new horse battery staple')).status, 'a wrong password costs no code').toBe(200)
    const account = await own.get('/clinic/account')
    expect(account.json.changes.map((one: { what: string }) => one.what)).toContain('recovery-code-used')
  })
})

describe('a person who lost card and passkey', () => {
  test('comes in by a letter from a counter, makes a passkey, and finds it in their log; staff’s ways are closed to it', async () => {
    const { personId, key } = await door.person('海野 花子', 'lost')
    const token = await issueRecovery(helped(), { personId, by: 'operator-1' })
    const own = browser()
    expect((await own.get(`/sign-in/invitation/${token}?lang=ja`, 'text/html')).body).toContain('海野 花子')
    const wrongWay = { password: 'new horse battery staple', totp: '000000' }
    expect((await own.post(`/sign-in/invitation/${token}/password`, wrongWay)).code).toBe('not-permitted')
    expect(await own.post(`/sign-in/invitation/${token}/once`)).toMatchObject({ status: 200, json: { redirect: '/me/security' } })
    const page = await own.get('/me/security')
    expect(page.json).toMatchObject({ isProven: true, devices: [{ provenBy: 'recovery' }] })
    expect(page.json.changes.map((one: { what: string }) => one.what)).toEqual(['invitation-used', 'invitation-issued'])
    expect((await own.post('/me/security/passkeys/options')).status).toBe(200)
    expect((await door.audits('invitation.use')).at(-1)).toMatchObject({ outcome: 'success', key })
    door.minutesLater(11)
    expect((await own.post('/me/security/passkeys/options')).code, 'ten minutes').toBe('step-up-required')
  })

  test('gets the letter from an operator with a fresh proof, who says by which document; nobody else issues one', async () => {
    const { personId, key } = await door.person('川野 花子', 'counter')
    await insertStaff(door.db, {
      id: 'operator-1',
      loginName: 'operator',
      name: '運用 花子',
      role: 'operator',
      institutionNumber: CLINIC,
      passwordHash: '',
      totpSecret: '',
    })
    const path = `/operator/people/${personId}/sign-in`
    const as = async (id: string) =>
      browser({ enishi_session: await startSession(door.db, door.clock.at, { kind: 'staff', id, provenBy: 'passkey' }) })
    expect((await (await as('staff-1')).get(path)).code, 'a physician').toBe('not-permitted')
    const own = await as('operator-1')
    const issued = await own.post(`${path}/letter`, { document: 'licence' })
    expect(issued.json.code).toMatch(/^([0-9a-z]{4}-){4}[0-9a-z]{4}$/)
    expect(await findInvitation(door.db, door.clock.at, issued.json.code)).toMatchObject({ kind: 'recovery', subjectId: personId })
    expect(await door.audits('recovery.issue')).toContainEqual(expect.objectContaining({ key, rule: 'identified-by-licence' }))
    expect((await own.get(path, 'text/html')).body, 'shown once').not.toContain(issued.json.code)
    expect((await own.post(`${path}/letter`, {})).code, 'never without saying how').toBe('input-invalid')
    expect((await own.post(`${path}/end`)).status).toBe(303)
    expect(await findInvitation(door.db, door.clock.at, issued.json.code)).toBeUndefined()
    door.minutesLater(11)
    expect((await own.post(`${path}/letter`, { document: 'licence' })).code).toBe('step-up-required')
  })

  test('or has everything ended at once', async () => {
    const { personId } = await door.person('陸川 花子', 'stolen')
    const session = { enishi_session: (await door.cookieOf(personId)).split('=')[1]! }
    expect(await endEveryWay(helped(), { kind: 'citizen', id: personId })).toEqual({ passkeys: 0, sessions: 1 })
    expect((await browser(session).get('/me/security')).status).toBe(401)
  })
})

describe('a locked login name', () => {
  test('waits, or is unlocked; the passkey works meanwhile, and whether the name exists does not show', async () => {
    const { passkey } = await enrolled()
    for (const name of ['yamada', 'nobody-has-this-name'])
      for (let i = 0; i < 5; i++)
        expect((await browser().post('/sign-in/staff', { loginName: name, password: 'x', totp: '1' })).code).toBe('sign-in-failed')
    const tries = await Promise.all(
      ['yamada', 'nobody-has-this-name'].map((loginName) => browser().post('/sign-in/staff', { loginName, password: 'x', totp: '1' })),
    )
    expect(tries.map((one) => [one.status, one.code])).toEqual([
      [429, 'sign-in-locked'],
      [429, 'sign-in-locked'],
    ])
    expect((await signIn(browser(), passkey)).status).toBe(200)
    expect(await lockedFor(door.db, door.clock.at, 'yamada')).toBe(10)
    expect([await unlock(helped(), 'yamada'), await unlock(helped(), 'nobody-has-this-name')]).toEqual([true, false])
    expect(await lockedFor(door.db, door.clock.at, 'yamada')).toBeNull()
  })
})

describe('a shared desk', () => {
  test('is short-lived, and says so in the list of devices', async () => {
    const { passkey } = await enrolled()
    const desk = await markDesk(door.db, door.clock.at, { institutionNumber: CLINIC, label: '受付', by: 'staff-1' })
    const own = browser({ enishi_desk: desk })
    await signIn(own, passkey)
    expect((await own.get('/clinic/account')).json.devices).toContainEqual(expect.objectContaining({ isCurrent: true, desk: true }))
    door.minutesLater(11)
    expect((await own.get('/clinic/account')).status).toBe(401)
    const elsewhere = browser()
    await signIn(elsewhere, passkey)
    door.minutesLater(11)
    expect((await elsewhere.get('/clinic/account')).status, 'the control: an own device').toBe(200)
  })

  test('locked in one press: out at once, no name on the screen, and back in the same place for the same person alone', async () => {
    const { passkey } = await enrolled()
    const own = browser()
    await signIn(own, passkey)
    const locked = await own.post('/sign-in/lock', { path: '/clinic/patients/abc?tab=1' })
    expect([locked.status, locked.location]).toEqual([303, '/sign-in/locked'])
    expect((await own.get('/clinic/account')).status).toBe(401)
    const page = await own.get('/sign-in/locked?lang=ja', 'text/html')
    expect(page.body).not.toMatch(/山田|patients/)
    expect([...own.jar.values()].join(), 'nor in a cookie').not.toContain('patients')
    expect((await signIn(own, passkey)).json).toEqual({ redirect: '/clinic/patients/abc?tab=1' })
    expect((await signIn(own, passkey)).json, 'once').toEqual({ redirect: '/clinic' })

    await own.post('/sign-in/lock', { path: '/clinic/patients/abc' })
    const other = await door.person('空野 花子', 'at-the-desk')
    const { json: asked } = await own.post('/sign-in/card/challenge')
    const byCard = await own.post('/sign-in/card', { id: asked.id, certificatePem: 'card:at-the-desk', signature: asked.challenge })
    expect(byCard.json.redirect).toBe('/me')
    expect(other.personId).toBeTruthy()
    expect((await signIn(own, passkey)).json, 'somebody else took the desk: the place is gone').toEqual({ redirect: '/clinic' })
  })

  test('is marked by staff with a fresh proof, and unmarked', async () => {
    const { own } = await enrolled()
    expect(await own.post('/clinic/account/desk', { label: '1番診察室' })).toMatchObject({ status: 200 })
    expect((await own.get('/clinic/account?lang=ja', 'text/html')).body).toContain('1番診察室')
    expect((await own.post('/clinic/account/desk/end')).status).toBe(200)
    expect((await own.get('/clinic/account?lang=ja', 'text/html')).body).toContain('この端末を共用にする')
    door.minutesLater(11)
    expect((await own.post('/clinic/account/desk', { label: '2' })).code).toBe('step-up-required')
  })
})

describe('password and code by oneself', () => {
  test('are set after a fresh proof, and renew the proof once more', async () => {
    const { own } = await enrolled()
    const page = await own.get('/clinic/account/code?lang=ja', 'text/html')
    const secret = /<code>([A-Z2-7 ]+)<\/code>/.exec(page.body)![1]!.replaceAll(' ', '')
    const code = () => new TOTP({ secret: Secret.fromBase32(secret) }).generate({ timestamp: door.clock.at.getTime() })
    expect((await own.post('/clinic/account/code', { totp: code() })).status, 'no password yet').toBe(400)
    const done = await own.post('/clinic/account/code', { password: 'new horse battery staple', totp: code() })
    expect(done.json.recoveryCodes).toHaveLength(10)
    door.minutesLater(11)
    expect((await own.post('/clinic/account/recovery-codes')).code).toBe('step-up-required')
    expect((await own.post('/sign-in/again/password', { password: 'wrong', totp: code() })).code).toBe('sign-in-failed')
    expect((await own.post('/sign-in/again/password', { password: 'new horse battery staple', totp: code() })).status).toBe(200)
    expect((await own.post('/clinic/account/recovery-codes')).json.recoveryCodes).toHaveLength(10)
  })

  test('a code without a password, or a password without a code, lets nobody in', async () => {
    await enrolled()
    await setStaffSecrets(door.db, 'staff-1', { totpSecret: 'JBSWY3DPEHPK3PXPJBSWY3DPEHPK3PXP' })
    expect((await byPassword(browser(), door.totp(), '')).code).toBe('sign-in-failed')
    const token = await startSession(door.db, door.clock.at, { ...STAFF, provenBy: 'passkey' })
    expect((await browser({ enishi_session: token }).get('/clinic/account')).status, 'the control').toBe(200)
  })
})

test.each([
  ['citizen', null, ['card', 'passkey', 'outside']],
  ['citizen', 'card', ['card']],
  ['citizen', 'card,recovery', ['card']],
  ['staff', null, ['passkey', 'password-totp', 'outside']],
  ['staff', 'card', []],
] as const)('a proof once more of %s by %s offers %s', (kind, by, ways) => expect(waysAsked(kind, by)).toEqual(ways))

test.each([
  ['192.0.2.7', '192.0.2.7'],
  ['::ffff:192.0.2.7', '192.0.2.7'],
  ['2001:db8:1:2:3:4:5:6', '2001:db8:1:2::/64'],
  ['2001:db8::1', '2001:db8:0:0::/64'],
  ['fe80::1%eth0', 'fe80:0:0:0::/64'],
])('the network of %s is %s', (address, network) => expect(networkOf(address)).toBe(network))

test('codes are told apart by their length', () => {
  expect([isRecoveryCode('abcde-fgh12'), isRecoveryCode('123456'), isRecoveryCode('')]).toEqual([true, false, false])
  expect(foldToken('ＡＢＣＤ-OIL1')).toBe('abcd0111')
})
