import fc from 'fast-check'
import { describe, expect, test } from 'vitest'
import { actorPart, hiddenBelow, monthOf, publish, publishAll, refusalPart } from './figures.ts'
import type { Group } from './model.ts'
import { partWords } from './words.ts'

const BELOW = 10

describe('small numbers', () => {
  test.each([
    [0, 0],
    [1, null],
    [9, null],
    [10, 10],
    [14, 10],
    [19, 10],
    [20, 20],
    [1234, 1230],
  ])('%i is published as %j', (n, cell) => expect(publish(n, BELOW)).toBe(cell))

  /** What a number can be, by what was published of it. */
  const range = (cell: number | null): [number, number] => (cell === null ? [1, BELOW - 1] : cell === 0 ? [0, 0] : [cell, cell + 9])

  /** Which values a hidden part can have, for whoever knows all that is published of the same people, in however many tables. */
  function possible(parts: number[], at: number, publishedOf: typeof publish): number[] {
    const total = publishedOf(
      parts.reduce((a, b) => a + b, 0),
      BELOW,
    )
    const others = parts.flatMap((n, i) => (i === at ? [] : [range(publishedOf(n, BELOW))]))
    const [low, high] = [others.reduce((sum, [l]) => sum + l, 0), others.reduce((sum, [, h]) => sum + h, 0)]
    const [least, most] = range(total)
    return Array.from({ length: BELOW - 1 }, (_, i) => i + 1).filter((v) => v + high >= least && v + low <= most)
  }

  test('whoever knows all that is published cannot work out a hidden number: four values are possible, or more', () => {
    fc.assert(
      fc.property(fc.array(fc.oneof(fc.nat(12), fc.nat(60), fc.nat(5_000)), { minLength: 2, maxLength: 6 }), (parts) => {
        parts.forEach((n, at) => {
          if (n === 0 || n >= BELOW || parts.every((other, i) => i === at || other === 0)) return
          expect(possible(parts, at, publish).length, `${parts.join(' ')} at ${at}`).toBeGreaterThanOrEqual(4)
        })
      }),
      { numRuns: 2_000 },
    )
  })

  test('the control: were the large ones exact, a small one would be the whole less the rest', () => {
    const exact = (n: number, below: number) => (n > 0 && n < below ? null : n)
    const total = 100 + 3
    expect([exact(3, BELOW), total - 100]).toEqual([null, 3])
    expect(possible([100, 3], 1, publish)).toEqual([1, 2, 3, 4, 5, 6, 7, 8, 9])
  })

  test('a whole is its parts, each rounded by itself', () => {
    expect(publishAll({ a: 14, b: 3, c: 0 }, BELOW)).toEqual({ total: 10, parts: { a: 10, b: null, c: 0 } })
    expect(publishAll({ a: 4, b: 0 }, BELOW)).toEqual({ total: null, parts: { a: null, b: 0 } })
  })

  test('the rule is dated', () => expect([hiddenBelow('2020-01-01'), hiddenBelow('2026-11-22')]).toEqual([10, 10]))
})

describe('who and why', () => {
  test.each([
    ['staff', 'physician', 'clinical'],
    ['staff', 'pharmacist', 'clinical'],
    ['staff', 'clerk', 'desk'],
    ['staff', 'administrator', 'desk'],
    ['staff', 'operator', 'platform'],
    ['staff', 'auditor', 'platform'],
    ['system', '', 'system'],
    ['citizen', '', 'person'],
    ['citizen', 'parent', 'proxy'],
    ['public', '', 'person'],
  ])('%s %s: %s', (actorKind, actorRole, part) => expect(actorPart({ actorKind, actorRole })).toBe(part))
  test.each([
    ['not-permitted', 'chart.read', 'not-permitted'],
    ['scope-missing', 'record.read', 'not-permitted'],
    ['not-found', 'record.read', 'not-found'],
    ['sign-in-failed', 'sign-in.staff', 'sign-in'],
    ['not-signed-in', 'citizen.home', 'sign-in'],
    ['input-invalid', 'record.create', 'other'],
  ])('%s of %s: %s', (outcome, action, part) => expect(refusalPart({ outcome, action })).toBe(part))
})

const group = (more: Partial<Group>): Group => ({
  ...{ month: '2026-11', actorKind: 'staff', actorRole: 'physician', purpose: 'TREAT', action: 'chart.read', outcome: 'success', rule: '' },
  ...{ ofPerson: true, lines: 100, ...more },
})

describe('a month', () => {
  const groups = [
    group({}),
    group({ actorKind: 'system', actorRole: '', action: 'record.deposit', lines: 50 }),
    group({ outcome: 'not-permitted', lines: 20 }),
    group({ action: 'terminology.search', ofPerson: false, lines: 999 }),
    group({ action: 'emergency.open', purpose: 'ETREAT', rule: 'break-glass', lines: 10 }),
    group({ action: 'consent.give', actorKind: 'system', actorRole: '', lines: 30 }),
  ]
  const facts = {
    ...{
      month: '2026-11',
      questions: { asked: 24, answered: 12, toAuditors: 3, medianDays: 4.5 },
      emergencies: { opened: 12, reviewed: 12 },
    },
    slowestNoticeSeconds: 0.4,
  }
  const made = monthOf('2026-11', { groups, facts, until: '2026-11-22', below: BELOW })

  test('counts what touched people, and the same lines three ways', () => {
    expect(made.accesses).toMatchObject({ total: 190, parts: { clinical: 110, system: 80 } })
    expect(made.purposes.total).toBe(190)
    expect(made.volumes).toEqual({ total: 190, parts: { looked: 110, written: 50, arranged: 30 } })
    expect(made.refusals).toMatchObject({ total: 20, parts: { 'not-permitted': 20, other: 0 } })
    expect(made.consents.parts).toMatchObject({ given: 30, withdrawn: 0 })
    expect(made.emergencies).toEqual({ total: 10, parts: { reviewed: 10, waiting: 0, refused: 0, disaster: 0 }, slowestNoticeSeconds: 0.4 })
    expect(made.questions).toEqual({ total: 20, parts: { answered: 10, open: 10, toAuditors: null }, medianDays: 4.5 })
  })

  test('the median of few answers is hidden, and so is how fast the notice of few emergencies was', () => {
    const few = monthOf('2026-11', {
      groups,
      facts: { ...facts, questions: { ...facts.questions, answered: 9 }, emergencies: { opened: 3, reviewed: 1 } },
      until: '2026-11-22',
      below: BELOW,
    })
    expect([few.questions.medianDays, few.emergencies.slowestNoticeSeconds, few.emergencies.total]).toEqual([null, null, null])
  })

  test('a month that still runs says so', () => {
    expect(made.complete).toBe(false)
    expect(monthOf('2026-10', { groups: [], until: '2026-11-01', below: BELOW }).complete).toBe(true)
  })

  test('every part has its words', () => {
    for (const figure of [made.accesses, made.purposes, made.volumes, made.refusals, made.emergencies, made.consents, made.questions])
      for (const part of Object.keys(figure.parts)) expect(partWords[part], part).toBeDefined()
  })
})
