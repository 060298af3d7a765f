/** A member of staff changes their own password. */
import { insertStaff, setStaffSecrets } from '#care/person'
import { clinicianRoutes } from '#portals/clinician'
import { startSession } from '#kernel/identity'
import { afterAll, beforeAll, beforeEach, expect, test } from 'vitest'
import { BASE, CLINIC, FORM, type FrontDoor, openFrontDoor, PASSWORD } from '../front-door.fixture.ts'

let door: FrontDoor
beforeAll(async () => {
  door = await openFrontDoor({ rows: (services) => clinicianRoutes({ ...services, demo: false, baseUrl: BASE }) })
}, 60_000)
afterAll(() => door?.close())
beforeEach(() => door.minutesLater(30))

const NEW = 'kabocha wa totemo amakute oishii'
const session = (id = 'staff-1') => startSession(door.db, door.clock.at, { kind: 'staff', id, provenBy: 'passkey' })
async function asked(token: string, method: 'GET' | 'POST', url: string, payload?: object | string) {
  const type = typeof payload === 'string' ? { 'content-type': FORM, accept: 'text/html' } : { accept: 'application/json' }
  const answer = await door.app.inject({
    method,
    url,
    headers: { cookie: `enishi_session=${token}`, ...type },
    ...(payload ? { payload } : {}),
  })
  const json = /json/.test(String(answer.headers['content-type'])) ? answer.json() : undefined
  return {
    status: answer.statusCode,
    to: answer.headers.location,
    body: answer.body,
    json,
    code: json?.issue?.[0]?.details?.coding?.[0]?.code,
  }
}
const PATH = '/clinic/account/password'
const change = (token: string, given: object) =>
  asked(token, 'POST', PATH, { current: PASSWORD, totp: door.totp(), password: NEW, ...given })
const signIn = (password: string) =>
  door.app.inject({ method: 'POST', url: '/sign-in/staff', payload: { loginName: 'yamada', password, totp: door.totp() } })

test('nothing changes without the current password and a code, and tries are counted', async () => {
  const here = await session()
  expect((await change(here, { current: 'not the current one' })).code).toBe('sign-in-failed')
  expect((await change(here, { totp: '000000' })).code).toBe('sign-in-failed')
  expect((await change(here, { totp: '' })).code).toBe('sign-in-failed')
  for (let n = 0; n < 2; n++) await change(here, { current: 'not the current one' })
  expect((await change(here, {})).code, 'five failures').toBe('sign-in-locked')
  door.minutesLater(11)
  expect((await signIn(PASSWORD)).statusCode, 'the password of before').toBe(200)
})

test.each([
  ['too short', 'short'],
  ['common', 'password123456'],
  ['with the login name', 'yamada no atarashii himitsu no kotoba'],
  ['of the place of work', 'B診療所B診療所2026'],
  ['the one they have', PASSWORD],
])('a new one that is %s is refused at its field, and the code is not spent', async (_, password) => {
  const here = await session()
  const form = new URLSearchParams({ current: PASSWORD, totp: door.totp(), password }).toString()
  const answer = await asked(here, 'POST', PATH, form)
  expect(answer.status).toBe(400)
  expect(answer.body).not.toContain(PASSWORD)
  expect((await signIn(PASSWORD)).statusCode, 'the code still works').toBe(200)
})

test('who only has a passkey is led to set one up', async () => {
  const about = {
    id: 'staff-2',
    loginName: 'umi',
    name: '海野 花',
    role: 'nurse',
    institutionNumber: CLINIC,
    passwordHash: '',
    totpSecret: '',
  }
  await insertStaff(door.db, about as Parameters<typeof insertStaff>[1])
  const here = await session('staff-2')
  expect(await asked(here, 'GET', PATH)).toMatchObject({ status: 303, to: '/clinic/account/code' })
  expect((await change(here, {})).code).toBe('not-permitted')
})

test('once changed, the old one ends, and so does every other session; the change is shown', async () => {
  const here = await session()
  const elsewhere = await session()
  const done = await change(here, {})
  expect(done).toMatchObject({ status: 200, json: { redirect: '/clinic/account' } })
  expect((await asked(elsewhere, 'GET', '/clinic/account')).status).toBe(401)
  const account = await asked(here, 'GET', '/clinic/account')
  expect(account.json.changes.map((one: { what: string }) => one.what)).toEqual(expect.arrayContaining(['password-set', 'devices-ended']))
  door.minutesLater(1)
  expect((await signIn(PASSWORD)).statusCode).toBe(401)
  expect((await signIn(NEW)).statusCode).toBe(200)
})

test('the page for codes no longer takes a password where one is set', async () => {
  const here = await session()
  const page = await asked(here, 'GET', '/clinic/account/code?lang=ja', undefined)
  expect(page.body).not.toContain('name="password"')
  await setStaffSecrets(door.db, 'staff-1', { passwordHash: '' })
  expect((await asked(here, 'GET', '/clinic/account/code?lang=ja')).body, 'the control').toContain('name="password"')
})
