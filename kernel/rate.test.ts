import fc from 'fast-check'
import { pino } from 'pino'
import { describe, expect, test } from 'vitest'
import { httpServer, type HttpDeps } from './http.ts'
import { bucketsOf, rateGuard, rateLimiter } from './rate.ts'
import type { Row } from './route.ts'

describe('a bucket', () => {
  test('gives its burst at once, then one a moment, and says how long to wait', () => {
    const limiter = rateLimiter({ perSecond: 2, burst: 3 })
    expect([1, 2, 3].map(() => limiter.take('a', 0))).toEqual([0, 0, 0])
    expect(limiter.take('a', 0)).toBe(0.5)
    expect(limiter.take('b', 0), 'somebody else').toBe(0)
    expect(limiter.take('a', 500)).toBe(0)
    expect(limiter.take('a', 500)).toBe(0.5)
  })

  test('never gives more than burst and rate together, whenever it is asked', () => {
    fc.assert(
      fc.property(fc.array(fc.integer({ min: 0, max: 400 }), { maxLength: 200 }), (pauses) => {
        const limiter = rateLimiter({ perSecond: 5, burst: 10 })
        let now = 0
        let given = 0
        for (const pause of pauses) {
          now += pause
          if (limiter.take('a', now) === 0) given++
        }
        expect(given).toBeLessThanOrEqual(10 + (now / 1000) * 5)
      }),
    )
  })

  test('a clock that goes back gives nothing', () => {
    const limiter = rateLimiter({ perSecond: 1, burst: 1 })
    limiter.take('a', 10_000)
    expect(limiter.take('a', 0)).toBe(1)
  })

  test('the oldest is forgotten when there are too many', () => {
    const limiter = rateLimiter({ perSecond: 1, burst: 1 }, 2)
    for (const who of ['a', 'b', 'c']) limiter.take(who, 0)
    expect([limiter.take('c', 0), limiter.take('a', 0)]).toEqual([1, 0])
  })
})

describe('whose bucket', () => {
  const asked = (headers: Record<string, string>, address = '203.0.113.9', behindProxy = false) =>
    bucketsOf({ headers, address, behindProxy })
  test('is that of the token or session, else of the address', () => {
    const a = asked({ authorization: 'Bearer a' })
    expect(a.client).not.toBe(asked({ authorization: 'Bearer b' }).client)
    expect(a.client).not.toContain('Bearer')
    expect(asked({ cookie: 'enishi_session=x' }).client).not.toBe(asked({ cookie: 'enishi_session=y' }).client)
    expect(asked({}).client).toBe('203.0.113.9')
  })
  test('an address of this machine tells nobody apart, unless a proxy named it', () => {
    expect(asked({}, '127.0.0.1')).toEqual({ client: null, address: null })
    expect(asked({}, '127.0.0.1', true).address).toBe('127.0.0.1')
  })
  test('new tokens at every request do not help: the address counts too', () => {
    const guard = rateGuard({ perSecond: 1, burst: 2 })
    const waits = Array.from({ length: 60 }, (_, n) =>
      guard({ headers: { authorization: `Bearer ${n}` }, address: '203.0.113.9', behindProxy: false }, 0),
    )
    expect(waits.filter((w) => w === 0)).toHaveLength(40)
  })
})

describe('what hands send under a session', () => {
  const guard = () => rateGuard({ perSecond: 100, burst: 1_000, forms: { perSecond: 1, burst: 3 } })
  const post = { method: 'POST', headers: { cookie: 'enishi_session=x' }, address: '', behindProxy: false }
  const waits = (asked: object) => {
    const held = guard()
    return Array.from({ length: 5 }, () => held({ ...post, ...asked }, 0))
  }
  test('more forms than hands can fill have to wait', () => expect(waits({})).toEqual([0, 0, 0, 1, 1]))
  test.each([
    ['reading', { method: 'GET' }],
    ['a program with a token', { headers: { authorization: 'Bearer x', cookie: 'enishi_session=x' } }],
    ['who has no session', { headers: {} }],
  ])('%s does not', (_, asked) => expect(waits(asked)).toEqual([0, 0, 0, 0, 0]))
  test('a second later there is one more', () => {
    const held = guard()
    for (let n = 0; n < 4; n++) held(post, 0)
    expect([held(post, 1_001), held(post, 1_002)]).toEqual([0, 1])
  })
})

describe('on the wire', () => {
  const row = (path: string, more: object = {}): Row => ({
    ...{ kind: 'read', method: 'GET', path, who: ['public'], why: ['HOPERAT'], audit: 'none', law: '法' },
    ...{ summary: { ja: '試し', en: 'Try' }, handle: async () => ({ json: { fine: true } }) },
    ...more,
  }) as Row // biome-ignore format: a row
  const deps = (rate?: { perSecond: number; burst: number }) =>
    ({
      ...{ db: {}, clock: { now: () => new Date(0) }, accounts: {}, mint: {}, batch: { durable: async () => undefined } },
      ...{ log: pino({ level: 'silent' }), refusalPage: () => '', secure: false, ...(rate ? { rate } : {}) },
    }) as unknown as HttpDeps
  const asks = async (path: string, rate?: { perSecond: number; burst: number }) => {
    const app = httpServer([row('/a'), row('/health', { unlimited: true })], deps(rate))
    const heard = []
    for (let n = 0; n < 5; n++) heard.push(await app.inject({ url: path, remoteAddress: '203.0.113.9' }))
    await app.close()
    return heard
  }

  test('who asks too often is told when to come again', async () => {
    const heard = await asks('/a', { perSecond: 0.1, burst: 3 })
    expect(heard.map((h) => h.statusCode)).toEqual([200, 200, 200, 429, 429])
    expect(Number(heard[3]!.headers['retry-after'])).toBeGreaterThan(0)
    expect(heard[3]!.json()).toMatchObject({ resourceType: 'OperationOutcome', issue: [{ code: 'throttled' }] })
  })
  test('who watches whether the platform lives is not counted', async () => {
    expect((await asks('/health', { perSecond: 0.1, burst: 3 })).map((h) => h.statusCode)).toEqual([200, 200, 200, 200, 200])
  })
  test('the control: without a rate everybody may', async () => {
    expect((await asks('/a')).map((h) => h.statusCode)).toEqual([200, 200, 200, 200, 200])
  })
})
