import { sql } from 'kysely'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { callerOf } from '../tests/harness/caller.ts'
import { HOSPITAL, openPlatform, type Platform } from '../tests/harness/platform.ts'
import type { ProvenBy } from './context.ts'
import {
  endAllSessions,
  endSessionById,
  findSession,
  keepNewestSessions,
  listSessions,
  renewProof,
  setActsFor,
  startSession,
} from './identity.ts'
import { MOST_SESSIONS } from './session.ts'
import { demandProof } from './proof.ts'
import type { Row } from './route.ts'

const common = { law: 'test', summary: { ja: '試験', en: 'test' }, why: ['PATRQT'] } as const
const rows: Row[] = [
  {
    ...common,
    kind: 'read',
    method: 'GET',
    path: '/t/mine',
    who: ['citizen'],
    audit: 't.mine',
    handle: async (ctx) => ({ json: ctx.session?.provenBy }),
  },
  {
    ...common,
    kind: 'read',
    method: 'GET',
    path: '/t/heavy',
    who: ['citizen'],
    stepUp: { by: ['card'], withinMinutes: 10 },
    audit: 't.heavy',
    handle: async () => ({ json: 'done' }),
  },
]

let platform: Platform
let person: Awaited<ReturnType<Platform['enter']>>

beforeAll(async () => {
  platform = await openPlatform({ rows: () => rows })
  person = await platform.enter()
})
afterAll(() => platform.close())

const start = (provenBy: ProvenBy = 'card', desk = false) =>
  startSession(platform.db, platform.clock.at, { kind: 'citizen', id: person.personId, provenBy, desk })
const find = (token: string) => findSession(platform.db, platform.clock.at, token)
const forward = (seconds: number) => platform.clock.forward(seconds * 1000)
const get = (token: string, path: string, headers = {}) => callerOf(platform.app, { cookie: `enishi_session=${token}` }).get(path, headers)

describe('the token of a session', () => {
  test('changes every five minutes of use; the one before serves for a minute', async () => {
    const first = await start()
    forward(299)
    expect(await find(first)).toMatchObject({ renewed: null, cloned: false })
    forward(2)
    const second = (await find(first))?.renewed
    expect(second).toMatch(/^\w{26}\.[\w-]{43}$/)
    expect(await find(second!)).toMatchObject({ renewed: null, cloned: false })
    forward(60)
    expect(await find(first)).toMatchObject({ renewed: null, cloned: false })
  })

  test('is found out where two hold it: the session ends for both', async () => {
    const copied = await start()
    forward(301)
    const own = (await find(copied))!.renewed!
    expect(await find(own)).toMatchObject({ cloned: false })
    forward(61)
    expect(await find(copied)).toMatchObject({ cloned: true })
    expect(await find(own)).toBeUndefined()
    expect(await find(copied)).toBeUndefined()
  })

  test('is not lost with the answer that carried it: who never used the new one gets another', async () => {
    const first = await start()
    forward(301)
    expect((await find(first))?.renewed).not.toBeNull()
    forward(120)
    const again = await find(first)
    expect(again).toMatchObject({ cloned: false })
    expect(await find(again!.renewed!)).toMatchObject({ cloned: false })
  })

  test('changes once for requests that come together', async () => {
    const first = await start()
    forward(301)
    const found = await Promise.all(Array.from({ length: 8 }, () => find(first)))
    expect(found.filter((one) => one?.renewed !== null)).toHaveLength(1)
    expect(found.every((one) => one?.cloned === false)).toBe(true)
  })

  test('travels in the cookie of the answer; a copy is refused, noted in the person’s log, and sent to sign in', async () => {
    const copied = await start()
    forward(301)
    const answer = await get(copied, '/t/mine')
    const own = /enishi_session=([\w.-]+); Path=\/; HttpOnly; SameSite=Lax/.exec(String(answer.headers['set-cookie']))?.[1]
    expect((await get(own!, '/t/mine')).status).toBe(200)
    forward(61)
    expect(await get(copied, '/t/mine')).toMatchObject({ status: 401 })
    expect(
      await platform.count(sql`select 1 from kernel.audit where action = 't.mine' and key = ${person.key} and outcome = 'session-cloned'`),
    ).toBe(1)
  })
})

describe('a session', () => {
  test.each([
    ['one of a shared desk ends after ten idle minutes', true, 601],
    ['one of an own device ends after thirty', false, 1801],
  ])('%s', async (_, desk, seconds) => {
    const token = await start('passkey', desk)
    forward(seconds - 2)
    expect(await find(token)).toBeDefined()
    const other = await start('passkey', desk)
    forward(seconds)
    expect(await find(other)).toBeUndefined()
  })

  test('is listed to its person, and ended one by one or all but one; nobody else’s can be', async () => {
    const who = { kind: 'citizen', id: person.personId } as const
    await endAllSessions(platform.db, platform.clock.at, who)
    const [a, b] = [await start(), await start()]
    const own = (await find(a))!.session.id
    const listed = await listSessions(platform.db, platform.clock.at, who)
    expect(listed).toHaveLength(2)
    const stranger = { kind: 'citizen', id: 'somebody-else' } as const
    expect(await endSessionById(platform.db, platform.clock.at, stranger, own)).toBe(false)
    expect(await endAllSessions(platform.db, platform.clock.at, who, own)).toBe(1)
    expect([await find(a), await find(b)].map((one) => one !== undefined)).toEqual([true, false])
    expect(await endSessionById(platform.db, platform.clock.at, who, own)).toBe(true)
    expect(await find(a)).toBeUndefined()
  })

  test('remembers whom its person acts for', async () => {
    const token = await start()
    await setActsFor(platform.db, (await find(token))!.session.id, 'child')
    expect((await find(token))?.session.actsFor).toBe('child')
  })
})

describe('an act that demands a proof', () => {
  const heavy = { by: ['card'], withinMinutes: 10 } as const
  const session = { id: 's', token: 't', actsFor: null, desk: false }
  const at = (minutes: number) => new Date(Date.UTC(2026, 0, 1, 0, minutes))
  const cases: [string, ProvenBy | null, number, string | null][] = [
    ['by card just now', 'card', 0, null],
    ['by card ten minutes ago', 'card', 10, null],
    ['by card eleven minutes ago', 'card', 11, 'step-up-required'],
    ['by passkey just now', 'passkey', 0, 'step-up-required'],
    ['no browser at all', null, 0, 'not-permitted'],
  ]
  test.each(cases)('%s', (_, provenBy, minutes, refused) => {
    const said = () => demandProof(heavy, provenBy === null ? null : { ...session, provenBy, provenAt: at(0) }, at(minutes))
    if (refused === null) expect(said).not.toThrow()
    else expect(said).toThrow(refused)
  })

  test('leads a page to where one proves it again, tells a program, and lets the renewed proof in', async () => {
    const token = await start('passkey')
    const page = await get(token, '/t/heavy?x=1', { accept: 'text/html' })
    expect([page.status, page.headers.location]).toEqual([303, '/sign-in/again?next=%2Ft%2Fheavy%3Fx%3D1&by=card'])
    expect((await get(token, '/t/heavy', { accept: 'application/json' })).status).toBe(401)
    await renewProof(platform.db, platform.clock.at, (await find(token))!.session.id, 'card')
    expect((await get(token, '/t/heavy')).status).toBe(200)
    const system = await platform.system(HOSPITAL)
    expect((await system.get('/t/heavy')).status).toBe(403)
  })
})

test('somebody is signed in on so many browsers and no more: the one left longest ends', async () => {
  const { personId } = await platform.enter()
  const who = { kind: 'citizen', id: personId } as const
  const tokens: string[] = []
  for (let n = 0; n < MOST_SESSIONS + 2; n++) {
    tokens.push(await startSession(platform.db, platform.clock.at, { ...who, provenBy: 'card' }))
    forward(1)
  }
  expect(await listSessions(platform.db, platform.clock.at, who), 'the control: nobody ended one yet').toHaveLength(MOST_SESSIONS + 2)
  await keepNewestSessions(platform.db, platform.clock.at, who)
  expect(await find(tokens[0]!)).toBeUndefined()
  expect(await find(tokens[1]!)).toBeUndefined()
  expect(await find(tokens[2]!)).toBeDefined()
  expect(await listSessions(platform.db, platform.clock.at, who)).toHaveLength(MOST_SESSIONS)
})
