/** Staff of several places: where they work now, and what follows from it. */
import { sql } from 'kysely'
import { afterAll, beforeAll, beforeEach, describe, expect, test } from 'vitest'
import type { Workplace } from '#care/person'
import type { Row } from '#kernel/route'
import { whereNow } from '../begin.ts'
import { CLINIC, FORM, type FrontDoor, HOSPITAL, openFrontDoor, PASSWORD } from '../front-door.fixture.ts'

/** Says who asks, as the rows see them. */
const whoRow: Row = {
  kind: 'read',
  method: 'GET',
  path: '/test/who',
  who: ['staff'],
  why: ['HOPERAT'],
  audit: 'none',
  law: 'test',
  summary: { ja: '試験', en: 'test' },
  handle: async (ctx) => ({ json: ctx.actor }),
}

let door: FrontDoor
beforeAll(async () => {
  door = await openFrontDoor({ totpOnce: false, rows: () => [whoRow] })
}, 60_000)
afterAll(() => door.close())
beforeEach(async () => {
  await sql`delete from person.assignment where id <> 'staff-1'`.execute(door.db)
})

const alsoAt = (institutionNumber: string, role: string, until: string | null = null) =>
  sql`insert into person.assignment (id, staff_id, institution_number, role, department, valid_from, valid_until)
    values (${`also-${institutionNumber}-${role}`}, 'staff-1', ${institutionNumber}, ${role}, '内科', '1900-01-01', ${until})`.execute(
    door.db,
  )

const cookieIn = (answer: { headers: Record<string, unknown> }, name: string) =>
  [answer.headers['set-cookie'] ?? []]
    .flat()
    .map(String)
    .find((line) => line.startsWith(`${name}=`))
    ?.split(';')[0]

async function signIn(next = '', cookies = '') {
  const payload = new URLSearchParams({
    loginName: 'yamada',
    password: PASSWORD,
    totp: door.totp(),
    ...(next === '' ? {} : { next }),
  }).toString()
  const answer = await door.app.inject({
    method: 'POST',
    url: '/sign-in/staff',
    headers: { 'content-type': FORM, cookie: cookies },
    payload,
  })
  return { to: String(answer.headers.location), cookie: cookieIn(answer, 'enishi_session') ?? '' }
}
const choose = (cookie: string, workplace: string, next = '') =>
  door.app.inject({
    method: 'POST',
    url: '/sign-in/workplace',
    headers: { 'content-type': FORM, cookie },
    payload: new URLSearchParams({ workplace, next }).toString(),
  })
const who = async (cookie: string) =>
  (await door.app.inject({ url: '/test/who', headers: { cookie, accept: 'application/json' } })).json() as {
    institutionNumber: string
    role: string
  }

describe('staff of several places', () => {
  test('are asked where they are, and see and do that place’s from the next request on', async () => {
    await alsoAt(HOSPITAL, 'physician')
    const { to, cookie } = await signIn('/clinic/patients/x')
    expect(to).toBe('/sign-in/workplace?next=%2Fclinic%2Fpatients%2Fx')
    const page = await door.app.inject({ url: to, headers: { cookie, accept: 'text/html' } })
    expect(page.body).toContain('いま、どちらで働いていますか')
    for (const name of ['A病院', 'B診療所']) expect(page.body).toContain(name)
    const chosen = await choose(cookie, `also-${HOSPITAL}-physician`, '/clinic/patients/x')
    expect([chosen.statusCode, chosen.headers.location]).toEqual([303, '/clinic/patients/x'])
    expect(await who(cookie)).toMatchObject({ institutionNumber: HOSPITAL, role: 'physician' })
    await choose(cookie, 'staff-1')
    expect((await who(cookie)).institutionNumber, 'and back').toBe(CLINIC)
    expect((await door.audits('staff.workplace')).at(-1)).toMatchObject({
      outcome: 'success',
      resource: 'Staff/staff-1',
      rule: `workplace ${CLINIC} physician`,
    })
  })

  test('who takes another role begins on the first page of that role, without the rights of the other', async () => {
    await alsoAt(HOSPITAL, 'administrator')
    const { cookie } = await signIn()
    const chosen = await choose(cookie, `also-${HOSPITAL}-administrator`, '/clinic/patients/x')
    expect(chosen.headers.location).toBe('/operator')
    expect((await who(cookie)).role).toBe('administrator')
  })

  test.each([
    ['a place nobody has', 'nowhere'],
    ['a place that has ended', `also-${HOSPITAL}-physician`],
    ['a place without its licence', `also-${HOSPITAL}-pharmacist`],
  ])('%s cannot be chosen', async (_which, workplace) => {
    await alsoAt(HOSPITAL, 'physician', '2026-11-21')
    await alsoAt(HOSPITAL, 'pharmacist')
    const { cookie, to } = await signIn()
    expect(to, 'one place holds: nothing is asked').toBe('/clinic')
    expect((await choose(cookie, workplace)).statusCode).toBe(403)
    expect((await door.audits('staff.workplace')).at(-1)).toMatchObject({ outcome: 'workplace-unknown' })
    expect((await who(cookie)).institutionNumber).toBe(CLINIC)
  })

  test('a place that ends while it is worked at gives nothing any more', async () => {
    await alsoAt(HOSPITAL, 'physician')
    const { cookie } = await signIn()
    await choose(cookie, `also-${HOSPITAL}-physician`)
    await sql`update person.assignment set ended_at = now() where id = ${`also-${HOSPITAL}-physician`}`.execute(door.db)
    expect((await who(cookie)).institutionNumber).toBe(CLINIC)
  })

  test('a desk that was locked gives back the place with the page', async () => {
    await alsoAt(HOSPITAL, 'physician')
    const { cookie } = await signIn()
    await choose(cookie, `also-${HOSPITAL}-physician`)
    const payload = new URLSearchParams({ path: '/clinic/patients/y' }).toString()
    const locked = await door.app.inject({ method: 'POST', url: '/sign-in/lock', headers: { 'content-type': FORM, cookie }, payload })
    const back = await signIn('', cookieIn(locked, 'enishi_place'))
    expect(back.to).toBe('/clinic/patients/y')
    expect((await who(back.cookie)).institutionNumber).toBe(HOSPITAL)
  })
})

const at = (id: string, institutionNumber: string): Workplace => ({
  id,
  institutionNumber,
  institutionName: '',
  institutionNameEn: '',
  role: 'physician',
  department: '',
})
const [a, b, b2] = [at('a', '1'), at('b', '2'), at('b2', '2')]
test.each([
  ['one place', [a], null, null, 'a'],
  ['several, nothing known', [a, b], null, null, undefined],
  ['several, at a desk of one of them', [a, b], null, '2', 'b'],
  ['several, at a desk where they have two roles', [a, b, b2], null, '2', undefined],
  ['several, at a desk of none of them', [a, b], null, '9', undefined],
  ['locked at one of them', [a, b], 'a', '2', 'a'],
  ['locked at one that holds no more', [a, b], 'z', null, undefined],
  ['none', [], null, null, undefined],
] as const)('where somebody is, with %s', (_what, places, kept, institutionNumber, expected) => {
  expect(whereNow(places, { kept, institutionNumber })?.id).toBe(expected)
})
