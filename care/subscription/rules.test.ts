import fc from 'fast-check'
import { describe, expect, test } from 'vitest'
import type { OutboundResult } from '#kernel/outbound'
import type { Resource } from '#packages/fhir'
import type { Change, Order } from './model.ts'
import { readOrder } from './resource.ts'
import { afterFailure, ERROR_AFTER, inOrder, PARK_AFTER_MS, waitMs, whyNotArrived } from './rules.ts'

const now = new Date('2026-11-22T03:00:00Z')
const status = (code: number, retryAfterMs: number | null = null): OutboundResult => ({ outcome: 'status', status: code, retryAfterMs })

describe('waiting', () => {
  test.each([
    [1, 0, 500],
    [1, 1, 1_000],
    [2, 1, 2_000],
    [5, 1, 16_000],
    [13, 1, 3600_000],
    [1_000, 1, 3600_000],
    [1_000, 0, 1800_000],
  ])('after %i failures, chance %f: %i ms', (failures, chance, ms) => expect(waitMs(failures, chance)).toBe(ms))

  test('the tries of three days are few enough not to burden anybody, and go on to the end', () => {
    let s = { status: 'active' as const, failures: 0, failingSince: null as Date | null }
    let at = now
    let tries = 0
    for (;;) {
      tries++
      const next = afterFailure(s, { now: at, reason: 'x', result: status(500), chance: 1 })
      if (next.parked) break
      s = { status: 'active', failures: next.failures, failingSince: next.failingSince }
      at = next.nextTryAt!
    }
    expect(at.getTime() - now.getTime()).toBeGreaterThanOrEqual(PARK_AFTER_MS)
    expect(tries).toBeGreaterThan(72)
    expect(tries).toBeLessThan(100)
  })
})

describe('a try', () => {
  test.each<[string, OutboundResult, string | null]>([
    ['200 arrived', status(200), null],
    ['204 arrived', status(204), null],
    ['a redirect did not', status(302), 'status 302'],
    ['500 did not', status(500), 'status 500'],
    ['a timeout did not', { outcome: 'failed', reason: 'timeout' }, 'timeout'],
    ['a refused host did not', { outcome: 'refused', reason: 'host-not-allowed' }, 'host-not-allowed'],
  ])('%s', (_name, result, why) => expect(whyNotArrived(result)).toBe(why))

  const fresh = { status: 'active', failures: 0, failingSince: null } as const
  const outcomeOf = (s: Parameters<typeof afterFailure>[0], result: OutboundResult) =>
    afterFailure(s, { now, reason: 'x', result, chance: 1 })
  test('stays active at first and shows an error when it goes on', () => {
    expect(outcomeOf(fresh, status(500))).toMatchObject({ status: 'active', failures: 1, parked: false })
    expect(outcomeOf({ ...fresh, failures: ERROR_AFTER - 1, failingSince: now }, status(500))).toMatchObject({
      status: 'error',
      parked: false,
    })
  })
  test('a greeting that failed is an error at once, and tried again', () => {
    expect(outcomeOf({ ...fresh, status: 'requested' }, status(500))).toMatchObject({ status: 'error', parked: false })
  })
  test('a hook that says it is gone is believed', () => {
    expect(outcomeOf(fresh, status(410))).toMatchObject({ status: 'error', parked: true, nextTryAt: null })
  })
  test('a hook that asks for time gets it, an hour at most', () => {
    expect(outcomeOf(fresh, status(429, 60_000)).nextTryAt).toEqual(new Date(now.getTime() + 60_000))
    expect(outcomeOf(fresh, status(429, 10 ** 9)).nextTryAt).toEqual(new Date(now.getTime() + 3600_000))
  })
})

test('changes keep their order, and those of one resource come by version whatever the clocks said', () => {
  const change = fc.record({ id: fc.constantFrom('a', 'b', 'c'), version: fc.integer({ min: 1, max: 50 }) })
  fc.assert(
    fc.property(fc.uniqueArray(change, { selector: (c) => `${c.id}/${c.version}` }), (list) => {
      const changes = list.map((c): Change => ({ ...c, key: 'k', type: 'Observation', removed: false, at: now }))
      const told = inOrder(changes)
      expect(told.toSorted((a, b) => a.id.localeCompare(b.id) || a.version - b.version)).toEqual(
        changes.toSorted((a, b) => a.id.localeCompare(b.id) || a.version - b.version),
      )
      expect(told.map((c) => c.id)).toEqual(changes.map((c) => c.id))
      for (const id of ['a', 'b', 'c']) {
        const versions = told.filter((c) => c.id === id).map((c) => c.version)
        expect(versions).toEqual(versions.toSorted((x, y) => x - y))
      }
    }),
  )
})

describe('reading an order', () => {
  const base = 'http://localhost/fhir/R4'
  const read = (criteria: string, channel: object, more: object = {}) =>
    readOrder({ resourceType: 'Subscription', status: 'requested', criteria, channel, ...more } as unknown as Resource, base)
  const hook = { type: 'rest-hook', endpoint: 'https://a.example/x' }

  test.each<[string, ReturnType<typeof read>, Partial<Order>]>([
    ['a type', read('Observation', hook), { shape: 'criteria', type: 'Observation', query: '', content: 'empty', mime: null }],
    ['a search', read('Observation?code=a|b', hook), { query: 'code=a%7Cb' }],
    [
      'a payload',
      read('Observation', { ...hook, payload: 'application/fhir+json; charset=utf-8' }),
      { mime: 'application/fhir+json', content: 'full-resource' },
    ],
    ['XML', read('Observation', { ...hook, payload: 'application/xml' }), { mime: 'application/fhir+xml' }],
    ['a header', read('Observation', { ...hook, header: ['X-Key: a: b'] }), { headers: [['X-Key', 'a: b']] }],
    ['a topic', read(`${base}/SubscriptionTopic/Condition`, hook), { shape: 'topic', type: 'Condition', content: 'empty', maxCount: 20 }],
    ['a socket', read('Observation', { type: 'websocket' }), { channel: 'websocket', endpoint: null }],
  ])('%s', (_name, order, expected) => expect(order).toMatchObject(expected))

  test.each([
    ['no criteria', read('', hook)],
    ['no type', read('code=x', hook)],
    ['a topic of nothing', read(`${base}/SubscriptionTopic/Nothing`, hook)],
    ['a topic elsewhere', read('http://localhost.evil.example/fhir/R4/SubscriptionTopic/Condition', hook)],
    ['a hook without an address', read('Observation', { type: 'rest-hook' })],
    ['an unknown channel', read('Observation', { type: 'sms', endpoint: 'tel:1' })],
    ['an unknown payload', read('Observation', { ...hook, payload: 'text/plain' })],
    ['a header that cuts', read('Observation', { ...hook, header: ['A: b\nC: d'] })],
    ['the length of the body', read('Observation', { ...hook, header: ['Content-Length: 0'] })],
    ['a look at others', read('Observation?_include=Observation:patient', hook)],
  ])('%s is not taken', (_name, order) => expect(order).toHaveProperty('wrong'))
})
