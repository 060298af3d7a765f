/** What every answer of every row carries, and what no row takes. Made from the rows: a new one is held to it from its first day. */
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { httpServer, type HttpDeps } from '#kernel/http'
import type { HttpRow } from '#kernel/route'
import { callerOf, type Caller, type Heard } from '../harness/caller.ts'
import { HOSPITAL, openPlatform } from '../harness/platform.ts'
import { pathsOf } from '../attacks/requests.ts'
import { openWorld, type World } from '../attacks/world.ts'

let world: World
let askers: [string, Caller][]
beforeAll(async () => {
  world = await openWorld({ blind: false })
  const { platform, victim } = world
  askers = [
    ['nobody', platform.public()],
    ['the person', await platform.citizen(victim)],
    ['a physician', await platform.staff('physician', HOSPITAL)],
    ['an operator', await platform.staff('operator', HOSPITAL)],
    ['a system', await platform.system(HOSPITAL)],
  ]
}, 60_000)
afterAll(() => world?.close())

const directives = (policy: string) => new Map(policy.split(';').map((d) => [d.trim().split(' ')[0] ?? '', d.trim().split(' ').slice(1)]))

/** What is missing in an answer; a page's own forms may lead to places that its row names. */
function missing({ status, headers, text }: Pick<Heard, 'status' | 'headers' | 'text'>): string[] {
  const csp = directives(headers['content-security-policy'] ?? '')
  const one = (name: string, value: string) => (csp.get(name)?.join(' ') === value ? [] : [`${name} is ${csp.get(name)?.join(' ')}`])
  const scripts = [...(csp.get('script-src') ?? []), ...(csp.get('style-src') ?? []), ...(csp.get('default-src') ?? [])]
  return [
    ...one('default-src', "'self'"),
    ...one('object-src', "'none'"),
    ...one('base-uri', "'none'"),
    ...one('frame-ancestors', "'none'"),
    ...(scripts.some((source) => /unsafe|\*|https?:|data:/.test(source)) ? ['scripts from anywhere'] : []),
    ...(headers['x-content-type-options'] === 'nosniff' ? [] : ['no nosniff']),
    ...(/^(same-origin|no-referrer)$/.test(headers['referrer-policy'] ?? '') ? [] : ['no referrer policy']),
    ...(headers['cross-origin-opener-policy'] === 'same-origin' ? [] : ['no opener policy']),
    ...(headers['cross-origin-resource-policy'] === 'same-origin' ? [] : ['no resource policy']),
    ...(headers['cache-control'] === undefined ? ['nothing about caches'] : []),
    ...(/no-store|no-cache|private/.test(headers['cache-control'] ?? '') || !/cnry0/.test(text) ? [] : ['personal data in caches']),
    ...(text !== '' && status !== 304 && headers['content-type'] === undefined ? ['no content type'] : []),
    ...(/^text\/|xml/.test(headers['content-type'] ?? '') &&
    !/charset=/.test(headers['content-type'] ?? '') &&
    !/^text\/event/.test(headers['content-type'] ?? '')
      ? ['no charset']
      : []),
    ...cookiesOf(headers).flatMap((cookie) =>
      /HttpOnly/.test(cookie) && /SameSite=(Lax|Strict)/.test(cookie) ? [] : [`cookie ${cookie.split('=')[0]}`],
    ),
  ]
}

const cookiesOf = (headers: Heard['headers']): string[] =>
  [(headers['set-cookie'] as unknown as string | string[] | undefined) ?? []].flat()

test('every answer of every row, also a refusal, says how it may be shown and kept', async () => {
  const wrong: string[] = []
  for (const row of world.rows) {
    const path = pathsOf(row, world)[0]!
    for (const [name, caller] of askers) {
      for (const accept of name === 'nobody' ? ['text/html', 'application/json'] : ['text/html']) {
        const heard = await caller.send(row.method, `${path}?lang=en`, row.method === 'GET' ? undefined : {}, { accept })
        for (const what of missing(heard)) wrong.push(`${name}: ${row.method} ${path} → ${heard.status}: ${what}`)
      }
    }
  }
  expect([...new Set(wrong)]).toEqual([])
}, 120_000)

test('an address that leads nowhere, a method that nobody takes and a fault carry them too', async () => {
  const nobody = world.platform.public()
  for (const heard of [
    await nobody.get('/nowhere'),
    await nobody.get('/%zz'),
    await nobody.send('PUT', '/me'),
    await nobody.send('OPTIONS', '/me'),
  ])
    expect(missing(heard)).toEqual([])
})

test('the control: an answer without them is found out', () => {
  expect(missing({ status: 200, headers: { 'content-type': 'text/html' }, text: 'cnry0' }).length).toBeGreaterThan(8)
  const fine = {
    'content-security-policy': "default-src 'self' 'unsafe-inline'; object-src 'none'; base-uri 'none'; frame-ancestors 'none'",
  }
  expect(missing({ status: 200, headers: fine, text: '' })).toEqual(expect.arrayContaining(['scripts from anywhere']))
})

test('no row takes a body over the limit', async () => {
  const wrong: string[] = []
  for (const row of world.rows.filter((r) => r.method !== 'GET')) {
    const heard = await world.platform
      .public()
      .send(row.method, pathsOf(row, world)[0]!, 'x', { 'content-length': String(13 * 1024 * 1024) })
    if (heard.status !== 413) wrong.push(`${row.method} ${row.path} → ${heard.status}`)
  }
  expect(wrong).toEqual([])
})

describe('behind TLS', () => {
  const row = { kind: 'read', method: 'GET', path: '/t', who: ['public'], why: ['HOPERAT'], audit: 'none', law: '法', summary: { ja: '試し', en: 'Try' } } as const // biome-ignore format: a row
  const asked = async (secure: boolean, { cookie = '', session = 'x' }: { cookie?: string; session?: string | null } = {}) => {
    const platform = await openPlatform({ rows: () => [] })
    const handle: HttpRow['handle'] = async (_ctx, request) => ({
      json: { cookie: request.headers.cookie ?? '' },
      setSession: session,
      cookies: ['enishi_browser=b; Path=/sign-in; HttpOnly; SameSite=Strict'],
    })
    const rows = [{ ...row, handle }] as HttpRow[]
    const deps = { db: platform.db, clock: platform.clock, secure, batch: { durable: async () => undefined }, refusalPage: () => '' }
    const app = httpServer(rows, deps as unknown as HttpDeps)
    const heard = await callerOf(app, cookie === '' ? {} : { cookie }).get('/t?lang=en')
    await app.close()
    await platform.close()
    return heard
  }
  test('browsers are told to stay there, and keep cookies to it', async () => {
    const { headers } = await asked(true)
    expect(headers['strict-transport-security']).toMatch(/max-age=31536000; includeSubDomains/)
    expect(cookiesOf(headers)).toHaveLength(3)
    for (const cookie of cookiesOf(headers)) expect(cookie).toMatch(/; Secure/)
  })
  test('cookies are held to this host by their names: nobody next door can set one', async () => {
    const { headers } = await asked(true)
    expect(cookiesOf(headers).map((cookie) => cookie.split('=')[0]!)).toEqual([
      '__Host-enishi_lang',
      '__Host-enishi_session',
      '__Host-enishi_browser',
    ])
    for (const cookie of cookiesOf(headers)) expect(cookie).not.toMatch(/Domain=/i)
  })
  test('a session under the name of before counts for nothing, and is taken back', async () => {
    const came = await asked(true, { cookie: 'enishi_session=of-before; __Host-enishi_browser=b; enishi_desk=d' })
    expect(came.body.cookie).toBe('enishi_browser=b; enishi_desk=d')
    expect(cookiesOf(came.headers).at(-1)).toMatch(/^enishi_session=; Max-Age=0; Path=\//)
    const own = await asked(true, { cookie: '__Host-enishi_session=own' })
    expect(own.body.cookie).toBe('enishi_session=own')
    expect(cookiesOf(own.headers)).toHaveLength(3)
  })
  test('who signs out leaves no page behind in the browser; who stays does', async () => {
    const { headers } = await asked(true, { session: null })
    expect(headers['clear-site-data']).toBe('"cache"')
    expect(cookiesOf(headers).find((cookie) => cookie.includes('session'))).toMatch(/^__Host-enishi_session=; Max-Age=0; Path=\/;.*Secure$/)
    expect((await asked(true)).headers['clear-site-data']).toBeUndefined()
  })
  test('the control: without TLS they are not', async () => {
    const { headers } = await asked(false)
    expect(headers['strict-transport-security']).toBeUndefined()
    expect(cookiesOf(headers).join()).not.toMatch(/Secure|__Host/)
    expect((await asked(false, { cookie: 'enishi_session=plain' })).body.cookie).toBe('enishi_session=plain')
  })
})
