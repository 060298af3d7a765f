import { sql } from 'kysely'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { z } from 'zod'
import { type Caller, callerOf, rulesOf } from '../tests/harness/caller.ts'
import { HOSPITAL, openPlatform, type Platform } from '../tests/harness/platform.ts'
import type { Db } from './database.ts'
import { endSession, startSession } from './identity.ts'
import { refuse } from './refusal.ts'
import type { Row } from './route.ts'

const common = { law: 'test', summary: { ja: '試験', en: 'test' }, why: ['PATRQT', 'TREAT', 'HOPERAT'] } as const
const rows: Row[] = [
  {
    ...common,
    kind: 'read',
    method: 'GET',
    path: '/t/open',
    who: ['public'],
    audit: 'none',
    handle: async (ctx) => ({ json: { lang: ctx.lang, actor: ctx.actor.kind, purpose: ctx.purpose } }),
  },
  {
    ...common,
    kind: 'write',
    method: 'POST',
    path: '/t/anywhere',
    who: ['public'],
    crossSite: true,
    audit: 'none',
    handle: async (ctx) => ({ json: { actor: ctx.actor.kind } }),
  },
  {
    ...common,
    kind: 'read',
    method: 'GET',
    path: '/t/mine',
    who: ['citizen'],
    audit: 't.mine',
    handle: async (ctx) => ({ json: ctx.actor, page: () => '<p>私</p>' }),
  },
  {
    ...common,
    kind: 'read',
    method: 'GET',
    path: '/t/doctors',
    who: ['staff'],
    roles: ['physician'],
    audit: 't.doctors',
    handle: async () => ({ json: 'ok' }),
  },
  {
    ...common,
    kind: 'read',
    method: 'GET',
    path: '/t/fault',
    who: ['public'],
    audit: 'none',
    handle: () => {
      throw new TypeError('山川 花子 1958-04-12 のデータ')
    },
  },
  {
    ...common,
    kind: 'read',
    method: 'GET',
    path: '/t/tells',
    who: ['public'],
    audit: 'none',
    handle: async (ctx) => {
      ctx.tell({ topic: 't', key: '', payload: {} })
      return {}
    },
  },
  {
    ...common,
    kind: 'write',
    method: 'POST',
    path: '/t/form',
    who: ['public', 'citizen'],
    audit: 't.form',
    schema: z.object({ name: z.string().max(5), tag: z.array(z.string()).optional() }),
    handle: async (ctx, { body }) => {
      ctx.tell({ topic: 't.told', key: 'k', payload: body })
      return { json: body }
    },
  },
  {
    ...common,
    kind: 'write',
    method: 'POST',
    path: '/t/moves',
    who: ['citizen'],
    audit: 't.moves',
    handle: async () => ({ redirect: '/t/mine' }),
  },
  {
    ...common,
    kind: 'write',
    method: 'POST',
    path: '/t/undone',
    who: ['public'],
    audit: 't.undone',
    handle: async (ctx) => {
      await count(ctx.db)
      ctx.tell({ topic: 't.undone', key: 'k', payload: 1 })
      return refuse('not-found')
    },
  },
  {
    ...common,
    kind: 'write',
    method: 'POST',
    path: '/t/kept',
    who: ['public', 'citizen'],
    audit: 't.kept',
    keepsRefused: true,
    handle: async (ctx) => {
      await count(ctx.db)
      ctx.tell({ topic: 't.kept', key: 'k', payload: 1 })
      return refuse('sign-in-failed')
    },
  },
  {
    ...common,
    kind: 'mount',
    path: '/m',
    who: ['public'],
    audit: 'none',
    handle: async (request) => new Response(new URL(request.url).pathname, { status: 207, headers: { 'x-m': '1' } }),
  },
]
const count = (db: Db) => sql`insert into kernel.used_once (scope, value, until) values ('t', gen_random_uuid()::text, now())`.execute(db)

let platform: Platform
let person: { key: string; personId: string }
let citizen: Caller
beforeAll(async () => {
  platform = await openPlatform({ rows: () => rows })
  person = await platform.enter()
  citizen = await platform.citizen(person)
})
afterAll(() => platform?.close())

const counted = () => platform.count(sql`select 1 from kernel.used_once where scope = 't'`)
const form = { 'content-type': 'application/x-www-form-urlencoded' }

describe('proof', () => {
  test.each<[string, string, number]>([
    ['none', '', 401],
    ['another word', 'Basic YTpi', 401],
    ['nonsense', 'Bearer x', 401],
    ['three parts', 'Bearer a.b.c', 401],
    ['two tokens', 'Bearer a b', 401],
    ['empty', 'Bearer ', 401],
    [
      'unsigned',
      `Bearer ${[{ alg: 'none', typ: 'at+jwt' }, { sub: 'x', aud: 'enishi', exp: 9e9 }, ''].map((p) => Buffer.from(p === '' ? '' : JSON.stringify(p)).toString('base64url')).join('.')}`,
      401,
    ],
  ])('token %s: %s', async (_name, authorization, status) => {
    const who = callerOf(platform.app, authorization ? { authorization } : {})
    expect((await who.get('/fhir/R4/Condition')).status).toBe(status)
  })

  test('a bad token never falls back to a good cookie', async () => {
    const { cookie } = {
      cookie: `enishi_session=${await startSession(platform.db, platform.clock.at, { kind: 'citizen', id: person.personId, provenBy: 'card' })}`,
    }
    expect((await callerOf(platform.app, { cookie }).get('/t/mine')).status).toBe(200)
    expect((await callerOf(platform.app, { cookie, authorization: 'Bearer x' }).get('/t/mine')).status).toBe(401)
  })

  test('a token ends after five minutes by the platform’s clock, and with its client', async () => {
    const token = await platform.token(HOSPITAL)
    const system = callerOf(platform.app, { authorization: `Bearer ${token}` })
    expect((await system.get('/fhir/R4/Condition')).status).toBe(200)
    platform.clock.forward(299_000)
    expect((await system.get('/fhir/R4/Condition')).status).toBe(200)
    platform.clock.forward(1_000)
    expect((await system.get('/fhir/R4/Condition')).status).toBe(401)
    const narrow = await platform.system(HOSPITAL, ['system/Observation.r'])
    expect((await narrow.get('/fhir/R4/Observation/x')).status).toBe(404)
    await sql`update person.client set ended_at = now() where client_id like ${'%Observation.r'}`.execute(platform.db)
    expect((await narrow.get('/fhir/R4/Observation/x')).status).toBe(401)
  })

  test('a session ends after 30 idle minutes, after 12 hours, when it is ended, and with its subject', async () => {
    const sign = () => startSession(platform.db, platform.clock.at, { kind: 'citizen', id: person.personId, provenBy: 'card' })
    const status = async (token: string) => (await callerOf(platform.app, { cookie: `enishi_session=${token}` }).get('/t/mine')).status
    const minutes = (n: number) => platform.clock.forward(n * 60_000)
    const idle = await sign()
    minutes(29)
    expect(await status(idle)).toBe(200)
    minutes(29)
    expect(await status(idle)).toBe(200)
    minutes(31)
    expect(await status(idle)).toBe(401)
    const long = await sign()
    for (let i = 0; i < 35; i++) {
      minutes(20)
      expect(await status(long)).toBe(200)
    }
    minutes(20)
    expect(await status(long)).toBe(401)
    const ended = await sign()
    await endSession(platform.db, platform.clock.at, ended)
    expect(await status(ended)).toBe(401)
    expect(await status('x'.repeat(43))).toBe(401)
    const staff = await platform.staff('physician', HOSPITAL)
    expect((await staff.get('/t/doctors')).status).toBe(200)
    await sql`update person.staff set ended_at = now() where id = ${staff.id}`.execute(platform.db)
    expect((await staff.get('/t/doctors')).status).toBe(401)
    citizen = await platform.citizen(person)
  })

  test('each row lets in whom it names', async () => {
    expect((await citizen.get('/t/doctors')).status).toBe(403)
    expect((await (await platform.staff('nurse', HOSPITAL)).get('/t/doctors')).status).toBe(403)
    expect((await (await platform.staff('physician', HOSPITAL)).get('/t/mine')).status).toBe(403)
    expect((await platform.public().get('/t/open')).body).toMatchObject({ actor: 'public', purpose: 'HOPERAT' })
    const { rows: log } =
      await sql`select outcome, actor_kind from kernel.audit where action = 't.doctors' order by id desc limit 1`.execute(platform.db)
    expect(log).toEqual([{ outcome: 'not-permitted', actor_kind: 'staff' }])
  })
})

describe('a browser on another site', () => {
  test.each<[Record<string, string>, number]>([
    [{}, 200],
    [{ 'sec-fetch-site': 'same-origin', origin: 'http://localhost:80', host: 'localhost:80' }, 200],
    [{ origin: 'http://localhost', host: 'localhost:80' }, 200],
    [{ origin: 'nonsense' }, 403],
    [{ 'sec-fetch-site': 'none' }, 200],
    [{ 'sec-fetch-site': 'cross-site' }, 403],
    [{ 'sec-fetch-site': 'same-site' }, 403],
    [{ origin: 'https://evil.example' }, 403],
    [{ origin: 'http://localhost:81', host: 'localhost:80' }, 403],
    [{ origin: 'null' }, 403],
    [{ origin: 'null', 'sec-fetch-site': 'same-origin' }, 200],
    [{ origin: 'null', 'sec-fetch-site': 'cross-site' }, 403],
  ])('%o: %i', async (headers, status) => {
    const answer = await citizen.post('/t/form', 'name=a', { ...form, ...headers })
    expect(answer.status).toBe(status)
    if (status === 403) expect(rulesOf(answer)).toEqual(['cross-site'])
  })

  test('asks a row that is open to other sites, and is nobody there', async () => {
    const there = await citizen.post('/t/anywhere', 'name=a', { ...form, 'sec-fetch-site': 'cross-site', origin: 'https://app.example' })
    expect([there.status, there.body]).toEqual([200, { actor: 'public' }])
    expect(there.headers['access-control-allow-origin']).toBe('*')
    expect((await citizen.post('/t/anywhere', 'name=a', form)).body).toEqual({ actor: 'citizen' })
    const headers = { origin: 'https://app.example', 'access-control-request-method': 'POST' }
    const asked = (url: string) => platform.app.inject({ method: 'OPTIONS', url, headers })
    expect((await asked('/t/anywhere')).headers['access-control-allow-headers']).toContain('dpop')
    expect((await asked('/t/form')).statusCode).toBe(405)
    expect((await platform.app.inject({ method: 'OPTIONS', url: '/t/anywhere' })).statusCode, 'not a question of a browser').toBe(405)
  })
})

describe('bodies', () => {
  test('forms, lists in forms, JSON; anything else is refused', async () => {
    const send = (payload: string, type: string) => citizen.post('/t/form', payload, { 'content-type': type })
    expect((await send('name=%E7%B8%81&tag=a&tag=b', 'application/x-www-form-urlencoded')).body).toEqual({ name: '縁', tag: ['a', 'b'] })
    expect((await send('{"name":"a"}', 'application/json; charset=utf-8')).body).toEqual({ name: 'a' })
    expect((await send('{"name":"a"}', 'text/plain')).status).toBe(415)
    expect((await send('x', 'no type at all')).status).toBe(415)
    expect((await send('{"name":', 'application/json')).status).toBe(400)
    expect((await send('{"name":"abcdef"}', 'application/json')).status).toBe(400)
    expect((await send('__proto__=x&name=a', 'application/x-www-form-urlencoded')).body).toEqual({ name: 'a' })
    expect((await send('{"__proto__":{"polluted":1},"name":"a"}', 'application/json')).body).toEqual({ name: 'a' })
    expect(({} as Record<string, unknown>).polluted).toBeUndefined()
    expect((await send('x'.repeat(12 * 1024 * 1024 + 1), 'application/json')).status).toBe(413)
  })

  const name = Buffer.from('{"name":"縁"}')
  test.each<[string, Buffer, Record<string, string>, string]>([
    ['the control', name, { 'content-type': 'application/json' }, '200'],
    ['the control with its charset', name, { 'content-type': 'application/fhir+json; charset="UTF-8"; fhirVersion=4.0' }, '200'],
    ['bytes that are no UTF-8', Buffer.from([0x7b, 0xff, 0x7d]), { 'content-type': 'application/json' }, '400 body-malformed'],
    ['half a character at the end', name.subarray(0, 11), { 'content-type': 'application/json' }, '400 body-malformed'],
    ['Shift_JIS', Buffer.from('{"name":"a"}'), { 'content-type': 'application/json; charset=Shift_JIS' }, '415 media-type'],
    [
      'a compressed body',
      Buffer.from('1f8b08', 'hex'),
      { 'content-type': 'application/json', 'content-encoding': 'gzip' },
      '415 media-type',
    ],
  ])('%s: named for what it is', async (_, bytes, headers, expected) => {
    const answer = await citizen.post('/t/form', bytes, headers)
    expect([answer.status, ...(answer.status === 200 ? [] : rulesOf(answer))].join(' ')).toBe(expected)
  })
})

describe('writes', () => {
  test('messages leave with the write that caused them', async () => {
    await citizen.post('/t/form', 'name=told', form)
    expect(
      await platform.count(
        sql`select 1 from kernel.outbox where topic = 't.told' and payload ->> 'name' = 'told' and delivered_at is null`,
      ),
    ).toBe(1)
    expect((await citizen.get('/t/tells')).status).toBe(500)
  })

  test('a refusal leaves nothing, except where the row keeps what was written', async () => {
    const before = await counted()
    expect((await citizen.post('/t/undone', '')).status).toBe(404)
    expect(await counted()).toBe(before)
    expect((await citizen.post('/t/kept', '', { 'idempotency-key': 'kept' })).status).toBe(401)
    expect((await citizen.post('/t/kept', '', { 'idempotency-key': 'kept' })).status).toBe(401)
    expect(await counted()).toBe(before + 2)
    expect(await platform.count(sql`select 1 from kernel.outbox where topic in ('t.undone', 't.kept')`)).toBe(0)
    expect(await platform.count(sql`select 1 from kernel.audit where action = 't.kept' and outcome = 'sign-in-failed'`)).toBe(2)
  })

  test('a repeated form is led to the same place', async () => {
    for (const _ of [1, 2]) {
      const answer = await citizen.post('/t/moves', '', { 'idempotency-key': 'moves' })
      expect([answer.status, answer.headers.location, answer.text]).toEqual([303, '/t/mine', ''])
    }
  })
})

describe('answers', () => {
  const hardened = [
    'content-security-policy',
    'x-content-type-options',
    'referrer-policy',
    'permissions-policy',
    'cross-origin-opener-policy',
  ]
  test.each<['GET' | 'POST' | 'HEAD' | 'OPTIONS' | 'DELETE' | 'PATCH', string, number]>([
    ['GET', '/t/open', 200],
    ['HEAD', '/t/open', 200],
    ['OPTIONS', '/t/open', 405],
    ['DELETE', '/t/open', 405],
    ['PATCH', '/fhir/R4/Condition/x', 403],
    ['GET', '/nowhere', 404],
    ['GET', '/t/fault', 500],
    ['GET', '/t/mine/', 200],
    ['GET', `/${'x'.repeat(20_000)}`, 404],
    ['GET', `/fhir/R4/Condition/${'x'.repeat(300)}`, 404],
    ['GET', '/fhir/R4/%E0%A4%A', 404],
    ['GET', '/%', 404],
    ['GET', '/fhir/R4/Condition/%00', 400],
    ['GET', '/fhir/R4/Nonsense', 404],
    ['GET', '/fhir/R4/__proto__', 404],
    ['GET', '/fhir/R4/constructor/1', 404],
    ['GET', '/fhir/R4/Condition/..%2f..%2fx', 404],
  ])('%s %.60s: %i, with every header of protection', async (method, url, status) => {
    const answer = await citizen.send(method, url)
    expect(answer.status).toBe(status)
    for (const name of hardened) expect(answer.headers[name], name).toBeTruthy()
    expect(answer.headers['cache-control']).toBe('no-store')
    if (method === 'HEAD') expect(answer.text).toBe('')
  })

  test('a mounted protocol answers under the same headers', async () => {
    const answer = await citizen.get('/m/a/b')
    expect([answer.status, answer.text, answer.headers['x-m'], answer.headers['x-content-type-options']]).toEqual([
      207,
      '/m/a/b',
      '1',
      'nosniff',
    ])
  })

  test('JSON or a page by Accept; a page of refusal, or the way to the sign-in', async () => {
    expect((await citizen.get('/t/mine', { accept: 'text/html' })).text).toBe('<p>私</p>')
    expect((await citizen.get('/t/mine', { accept: 'application/json' })).body).toMatchObject({ kind: 'citizen', keys: [person.key] })
    const stranger = await platform.public().get('/t/mine?x=1', { accept: 'text/html' })
    expect([stranger.status, stranger.headers.location]).toEqual([303, '/sign-in?next=%2Ft%2Fmine%3Fx%3D1'])
    expect((await citizen.get('/t/doctors', { accept: 'text/html' })).text).toBe('<p>not-permitted</p>')
    expect((await platform.public().get('/t/mine')).headers['www-authenticate']).toContain('Bearer')
  })

  test('language by choice, cookie, browser, in this order; a choice is remembered', async () => {
    const lang = async (url: string, headers = {}) => ((await platform.public().get(url, headers)).body as { lang?: string }).lang
    expect(await lang('/t/open')).toBe('ja')
    expect(await lang('/t/open', { 'accept-language': 'en-GB,ja' })).toBe('en')
    expect(await lang('/t/open', { 'accept-language': 'en', cookie: 'enishi_lang=ja' })).toBe('ja')
    expect(await lang('/t/open?lang=en', { cookie: 'enishi_lang=ja' })).toBe('en')
    expect(await lang('/t/open?lang=<x>')).toBe('ja')
    expect(String((await platform.public().get('/t/open?lang=en')).headers['set-cookie'])).toContain('enishi_lang=en')
    expect((await platform.public().get('/t/open?lang=<x>')).headers['set-cookie']).toBeUndefined()
  })

  test('a fault names its place in the log, and no word of what a person sent', async () => {
    platform.logged.length = 0
    const answer = await citizen.get('/t/fault')
    const log = platform.logged.join('')
    const reference = answer.body.issue![0]!.diagnostics!.match(/reference (\w+)/)![1]!
    expect(log).toContain(reference)
    expect(log).toContain('TypeError')
    expect(log).toContain('/t/fault')
    expect(`${log}${answer.text}`).not.toMatch(/山川|1958/)
    // Control: the message that must not be there would have been found.
    expect(String(new TypeError('山川 花子 1958-04-12 のデータ'))).toMatch(/山川|1958/)
  })
})
