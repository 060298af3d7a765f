import { describe, expect, test } from 'vitest'
import {
  addMonths,
  addOnNumber,
  type CardUseClass,
  classOf,
  figureIsOut,
  gapToNext,
  minimumOf,
  type MonthOfUse,
  monthsThatCount,
  rateOf,
  readSchedule,
  scheduleOn,
  standingOn,
} from './rules.ts'
import scheduleJson from './schedule.json' with { type: 'json' }

const schedule = readSchedule(scheduleJson)
const on = (date: string) => scheduleOn(schedule, date)

describe('the minimum rates of a day', () => {
  test.each<[string, readonly [number, number, number] | null, number | null]>([
    ['2024-12-01', [45, 30, 15], 12],
    ['2025-09-30', [45, 30, 15], 12],
    ['2025-10-01', [60, 40, 25], 22],
    ['2026-02-28', [60, 40, 25], 22],
    ['2026-03-01', [70, 50, 30], 27],
    ['2026-05-31', [70, 50, 30], 27],
    ['2026-06-01', null, null],
    ['2026-11-22', null, null],
  ])('%s', (date, minimum, paediatric) => {
    const row = on(date)
    expect(row ? ([1, 2, 3] as const).map((c) => minimumOf(row, c, false)) : null).toEqual(minimum)
    expect(row ? minimumOf(row, 3, true) : null).toBe(paediatric)
    if (row && minimum) expect([minimumOf(row, 1, true), minimumOf(row, 2, true)]).toEqual([minimum[0], minimum[1]])
  })
})

describe('the class a rate reaches', () => {
  const edges: [string, number, CardUseClass | null][] = [
    ['2025-09-30', 45, 1],
    ['2025-09-30', 44.99, 2],
    ['2025-09-30', 30, 2],
    ['2025-09-30', 29.99, 3],
    ['2025-09-30', 15, 3],
    ['2025-09-30', 14.99, null],
    ['2025-10-01', 60, 1],
    ['2025-10-01', 59.99, 2],
    ['2025-10-01', 40, 2],
    ['2025-10-01', 39.99, 3],
    ['2025-10-01', 25, 3],
    ['2025-10-01', 24.99, null],
    ['2026-03-01', 70, 1],
    ['2026-03-01', 69.99, 2],
    ['2026-03-01', 50, 2],
    ['2026-03-01', 49.99, 3],
    ['2026-03-01', 30, 3],
    ['2026-03-01', 29.99, null],
    ['2026-03-01', 0, null],
    ['2026-03-01', 100, 1],
  ]
  test.each(edges)('%s at %d %%', (date, rate, reached) => expect(classOf(on(date)!, rate, false)).toBe(reached))

  test.each<[string, number, CardUseClass | null]>([
    ['2025-09-30', 12, 3],
    ['2025-09-30', 11.99, null],
    ['2026-02-28', 22, 3],
    ['2026-02-28', 21.99, null],
    ['2026-05-31', 27, 3],
    ['2026-05-31', 26.99, null],
    ['2026-05-31', 50, 2],
    ['2026-05-31', 49.99, 3],
  ])('paediatric: %s at %d %%', (date, rate, reached) => expect(classOf(on(date)!, rate, true)).toBe(reached))

  test('each class exists with electronic prescribing and without', () => {
    expect(([1, 2, 3] as const).map((c) => [addOnNumber(c, true), addOnNumber(c, false)])).toEqual([
      [1, 4],
      [2, 5],
      [3, 6],
    ])
  })
})

describe('months', () => {
  test.each([
    ['2026-04', ['2026-01', '2025-12', '2025-11']],
    ['2026-05', ['2026-02', '2026-01', '2025-12']],
    ['2025-01', ['2024-10', '2024-09', '2024-08']],
  ])('for claims of %s', (month, counting) => expect(monthsThatCount(month)).toEqual(counting))

  test.each([
    ['2026-01', 12, '2027-01'],
    ['2026-12', 1, '2027-01'],
    ['2026-01', -1, '2025-12'],
  ])('%s and %d', (month, count, then) => expect(addMonths(month, count)).toBe(then))

  test.each([
    ['2026-09', '2026-10-31', false],
    ['2026-09', '2026-11-01', true],
    ['2026-11', '2026-12-31', false],
    ['2026-11', '2027-01-01', true],
  ])('the figure of %s on %s', (month, date, out) => expect(figureIsOut(month, date)).toBe(out))
})

const month = (name: string, visits: number, byCard: number, official: number | null = null): MonthOfUse => ({
  month: name,
  visits,
  byCard,
  official,
})

describe('the rate', () => {
  test.each<[string, MonthOfUse, number | null]>([
    ['nobody came', month('2026-01', 0, 0), null],
    ['cut, not rounded', month('2026-01', 10_000, 6999), 69.99],
    ['two thirds', month('2026-01', 3, 2), 66.66],
    ['the official figure wins', month('2026-01', 3, 3, 12.5), 12.5],
    ['the official figure of nobody', month('2026-01', 0, 0, 0), 0],
  ])('%s', (_why, given, rate) => expect(rateOf(given)).toBe(rate))

  test.each<[string, MonthOfUse, object | null]>([
    ['below all', month('2026-01', 200, 58), { to: 3, minimum: 30, points: 1, visits: 2 }],
    ['one person short', month('2026-01', 1000, 299), { to: 3, minimum: 30, points: 0.1, visits: 1 }],
    ['in class 3', month('2026-01', 200, 60), { to: 2, minimum: 50, points: 20, visits: 40 }],
    ['in class 2', month('2026-01', 200, 100), { to: 1, minimum: 70, points: 20, visits: 40 }],
    ['in class 1', month('2026-01', 200, 140), null],
    ['official, without any visit of ours', month('2026-01', 0, 0, 20), { to: 3, minimum: 30, points: 10, visits: null }],
  ])('to the next class: %s', (_why, given, gap) => {
    const row = on('2026-05-01')!
    expect(gapToNext(row, given, false)).toEqual(gap)
    const found = gapToNext(row, given, false)
    if (found?.visits) expect(rateOf({ ...given, byCard: given.byCard + found.visits })!).toBeGreaterThanOrEqual(found.minimum)
  })
})

describe('where an institution stands', () => {
  const months = [month('2025-11', 100, 71), month('2025-12', 100, 20), month('2026-01', 100, 49, 52.5), month('2026-02', 100, 99)]

  test('the best of the third, fourth and fifth month before counts, and a later one does not', () => {
    const april = standingOn(schedule, months, '2026-04-30', false)
    expect([april.best?.month, april.reached, april.gap]).toEqual(['2025-11', 1, null])
    const may = standingOn(schedule, months, '2026-05-01', false)
    expect([may.best?.month, may.reached]).toEqual(['2026-02', 1])
    const march = standingOn(schedule, months.slice(1), '2026-04-01', false)
    expect([march.best?.month, march.reached]).toEqual(['2026-01', 2])
  })

  test('where the table ends nothing is said about a class', () => {
    const june = standingOn(schedule, months, '2026-06-01', false)
    expect([june.row, june.reached, june.gap, june.counting.length]).toEqual([null, null, null, 3])
  })

  test('without any figure nothing is reached', () => {
    const none = standingOn(schedule, [], '2026-04-01', false)
    expect([none.best, none.reached, none.counting.map((m) => m.visits)]).toEqual([null, null, [0, 0, 0]])
  })
})

describe('the schedule', () => {
  test('a new row is data', () => {
    const more = readSchedule([...scheduleJson, { from: '2026-06-01', until: null, minimum: { 1: 80, 2: 60, 3: 40 }, paediatric: {} }])
    expect(minimumOf(scheduleOn(more, '2026-11-22')!, 1, true)).toBe(80)
  })

  test.each([
    ['overlapping rows', [...scheduleJson, { from: '2026-05-31', until: null, minimum: { 1: 80, 2: 60, 3: 40 }, paediatric: {} }]],
    ['a rate above all', [{ from: null, until: null, minimum: { 1: 101, 2: 60, 3: 40 }, paediatric: {} }]],
    ['a date nobody writes', [{ from: '1.6.2026', until: null, minimum: { 1: 80, 2: 60, 3: 40 }, paediatric: {} }]],
  ])('%s is refused', (_why, rows) => expect(() => readSchedule(rows)).toThrow())
})
