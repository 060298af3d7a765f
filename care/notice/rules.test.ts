import fc from 'fast-check'
import { describe, expect, test } from 'vitest'
import { factsOf, isKind, type KindId, kinds, leadsTo, textOf, titleOf } from './kinds.ts'
import { afterFailure, dueFor, isMailAddress, isNews, maskedAddress, PARK_AFTER_MS } from './rules.ts'

const at = (text: string) => new Date(text)
const DAY = 86_400_000

describe('when a sign leaves', () => {
  test.each([
    ['each', '2026-11-22T12:00:00+09:00', '2026-11-22T12:00:00+09:00'],
    ['daily', '2026-11-22T12:00:00+09:00', '2026-11-23T08:00:00+09:00'],
    ['daily', '2026-11-22T07:59:59+09:00', '2026-11-22T08:00:00+09:00'],
    ['daily', '2026-11-22T08:00:00+09:00', '2026-11-23T08:00:00+09:00'],
    ['none', '2026-11-22T12:00:00+09:00', null],
  ] as const)('%s, told at %s: %s', (wish, now, due) => {
    expect(dueFor({ always: false, wish, now: at(now) })).toEqual(due === null ? null : at(due))
    expect(dueFor({ always: true, wish, now: at(now) }), 'what comes always comes at once').toEqual(at(now))
  })

  test('emergencies, disasters and breaches come always; nothing else does', () => {
    expect(
      Object.entries(kinds)
        .filter(([, k]) => k.always)
        .map(([id]) => id),
    ).toEqual(['break-glass', 'disaster-access', 'breach'])
  })
})

describe('what counts as a first access', () => {
  test.each([
    [null, '2026-11-22', 'first'],
    ['2026-11-21', '2026-11-22', null],
    ['2025-11-22', '2026-11-22', null],
    ['2025-10-22', '2026-11-22', null],
    ['2025-10-21', '2026-11-22', 'silence'],
  ] as const)('the access before %s, this one %s: %s', (last, now, expected) => {
    expect(isNews({ at: at(`${now}T03:00:00Z`), last: last === null ? null : at(`${last}T03:00:00Z`) })).toBe(expected)
  })
  test('an access that was written down late is never news of a silence', () => {
    fc.assert(
      fc.property(fc.integer({ min: 0, max: 2000 }), (days) => {
        expect(isNews({ at: at('2026-11-22T03:00:00Z'), last: new Date(at('2026-11-22T03:00:00Z').getTime() + days * DAY) })).toBeNull()
      }),
    )
  })
})

describe('what did not arrive', () => {
  const live = { state: 'live', tries: 0, failingSince: null } as const
  const now = at('2026-11-22T03:00:00Z')
  const failed = { outcome: 'failed', why: 'status 503' } as const

  test('is tried again, later each time, and left alone after three days', () => {
    let channel: Parameters<typeof afterFailure>[0] = live
    let time = now
    const waits: number[] = []
    for (;;) {
      const after = afterFailure(channel, { tried: failed, now: time, chance: 1 })
      if (after.dueAt === null) {
        expect([after.state, after.why, time.getTime() - now.getTime() >= PARK_AFTER_MS]).toEqual(['parked', 'status 503', true])
        break
      }
      waits.push(after.dueAt.getTime() - time.getTime())
      time = after.dueAt
      channel = after
    }
    expect(waits.slice(0, 4)).toEqual([5_000, 10_000, 20_000, 40_000])
    expect(Math.max(...waits)).toBe(3_600_000)
    expect(waits.length, 'bounded').toBeLessThan(100)
  })

  test('the other side may ask for patience, within an hour', () => {
    const due = (retryAfterMs: number) =>
      afterFailure(live, { tried: { ...failed, retryAfterMs }, now, chance: 0 }).dueAt!.getTime() - now.getTime()
    expect([due(120_000), due(DAY), due(0)]).toEqual([120_000, 3_600_000, 2_500])
  })

  test('what is gone has ended at once; an address nobody confirmed ends instead of waiting', () => {
    expect(afterFailure(live, { tried: { outcome: 'gone', why: 'status 410' }, now, chance: 0 })).toMatchObject({
      state: 'ended',
      dueAt: null,
    })
    const old = { state: 'asked', tries: 9, failingSince: new Date(now.getTime() - PARK_AFTER_MS) } as const
    expect(afterFailure(old, { tried: failed, now, chance: 0 })).toMatchObject({ state: 'ended', dueAt: null })
  })
})

describe('mail addresses', () => {
  test.each(['hanako@example.jp', 'a.b+c@mail.example.co.jp'])('%s', (text) => expect(isMailAddress(text)).toBe(true))
  test.each([
    '',
    'a',
    'a@b',
    '@example.jp',
    'a@example.jp,b@example.jp',
    'a b@example.jp',
    'a@example.jp\nBcc: x@y.jp',
    '<a@example.jp>',
    `${'a'.repeat(250)}@b.jp`,
  ])('%j is none', (text) => expect(isMailAddress(text)).toBe(false))
  test('are shown so that their owner knows them', () => expect(maskedAddress('hanako@example.jp')).toBe('h…@example.jp'))
})

describe('the kinds', () => {
  const facts: Record<KindId, object> = {
    'first-access': { institutionNumber: '1310000027', institutionName: 'さくら内科クリニック' },
    'break-glass': { emergencyId: 'e1', institutionName: 'みどり総合病院', staffName: '山田 太郎' },
    'disaster-access': { disasterId: 'd1', institutionName: 'みどり総合病院' },
    'question-answered': { questionId: 'q1' },
    'consent-changed': { what: 'withdrawn' },
    erasure: { state: 'erased' },
    breach: { breachId: 'b1' },
  }
  const all = Object.keys(kinds) as KindId[]

  test.each(all)('%s says who did what in both languages and leads somewhere of the person’s own', (kind) => {
    const notice = { kind, facts: factsOf(kind, facts[kind]), requestId: 'r1' }
    for (const lang of ['ja', 'en'] as const) {
      expect(titleOf(notice, lang).length).toBeGreaterThan(8)
      expect(titleOf(notice, lang)).not.toMatch(/undefined|\{/)
      expect(textOf(notice, lang).length).toBeGreaterThan(20)
    }
    expect(leadsTo(notice)).toMatch(/^\/me\//)
    expect(leadsTo({ ...notice, requestId: '' })).toMatch(/^\/me\//)
  })

  test.each(all)('%s drops what does not belong to it: nothing clinical rides along', (kind) => {
    const kept = factsOf(kind, { ...facts[kind], diagnosis: '高血圧症', kinds: ['diagnosis'], value: 7 })
    expect(Object.keys(kept)).not.toEqual(expect.arrayContaining(['diagnosis']))
    expect(JSON.stringify(kept)).not.toMatch(/高血圧症|value/)
  })

  test('a word that no table knows has a sentence all the same', () => {
    expect(titleOf({ kind: 'erasure', facts: { state: 'constructor' } }, 'ja')).not.toContain('constructor')
    expect(titleOf({ kind: 'consent-changed', facts: { what: 'toString' } }, 'en')).toBe('Your consents have changed')
    expect([isKind('break-glass'), isKind('toString')]).toEqual([true, false])
  })
})
