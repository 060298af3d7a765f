import fc from 'fast-check'
import { describe, expect, test } from 'vitest'
import { foldMemberId } from '#packages/fhir'
import type { Membership, Statement } from '../people-model.ts'
import { calledName, coversIn, coversOn, inForce, whyNotPeriod } from './history.ts'

const at = (n: number) => new Date(Date.UTC(2026, 0, n))
const phone = (id: string, validFrom: string, notedAt: Date, undoneAt: Date | null = null): Statement<'phone'> => ({
  id,
  personId: 'p',
  part: 'phone',
  value: { phone: id },
  validFrom,
  source: 'insurer',
  statedBy: '',
  notedAt,
  notedBy: '',
  undoneAt,
})

describe('what holds', () => {
  test.each<[string, Statement[], string | undefined]>([
    ['the only one', [phone('a', '', at(1))], 'a'],
    ['the later day', [phone('a', '', at(1)), phone('b', '2026-02-01', at(2))], 'b'],
    ['a later note of an earlier day does not', [phone('b', '2026-02-01', at(2)), phone('a', '2025-02-01', at(3))], 'b'],
    ['of one day the later note', [phone('a', '2026-02-01', at(2)), phone('b', '2026-02-01', at(3))], 'b'],
    ['a day that has not come does not', [phone('a', '', at(1)), phone('b', '2026-12-01', at(2))], 'a'],
    ['what was undone does not', [phone('a', '', at(1)), phone('b', '2026-02-01', at(2), at(3))], 'a'],
    ['nothing', [], undefined],
  ])('%s', (_why, statements, id) => expect(inForce(statements, 'phone', '2026-11-22')?.id).toBe(id))

  test('the order in which they are read does not matter', () => {
    const any = fc.array(
      fc.record({
        from: fc.constantFrom('', '2026-01-01', '2026-02-01', '2027-01-01'),
        n: fc.integer({ min: 1, max: 3 }),
        undone: fc.boolean(),
      }),
      { maxLength: 6 },
    )
    fc.assert(
      fc.property(any, (list) => {
        const all = list.map(({ from, n, undone }, i) => phone(`s${i}`, from, at(n), undone ? at(9) : null))
        return inForce(all, 'phone', '2026-11-22')?.id === inForce(all.toReversed(), 'phone', '2026-11-22')?.id
      }),
    )
  })

  test('the wished name is the one that is called', () => {
    expect(calledName({ name: '山田 花子', nameOfOther: '' })).toBe('山田 花子')
    expect(calledName({ name: '山田 花子', nameOfOther: '旧姓 花子' })).toBe('旧姓 花子')
  })
})

const cover = (number: string, qualifiedFrom: string | null, lostOn: string | null): Membership => ({
  asSent: number,
  insurerNumber: '',
  symbol: '',
  number,
  branch: '',
  since: at(1),
  qualifiedFrom,
  lostOn,
  reasonOfLoss: lostOn === null ? null : '03',
})

describe('covers', () => {
  const changed = [cover('old', '2020-04-01', '2026-11-10'), cover('new', '2026-11-10', null)]
  const ids = (list: Membership[]) => list.map((m) => m.number)
  test.each([
    ['2026-11-09', ['old']],
    ['2026-11-10', ['new']],
    ['2019-01-01', []],
  ])('on %s: %o', (day, numbers) => expect(ids(coversOn(changed, day))).toEqual(numbers))
  test.each([
    ['2026-10', ['old']],
    ['2026-11', ['old', 'new']],
    ['2026-12', ['new']],
  ])('in %s: %o', (month, numbers) => expect(ids(coversIn(changed, month))).toEqual(numbers))
  test('a cover whose days nobody stated holds', () => expect(ids(coversOn([cover('x', null, null)], '2026-11-10'))).toEqual(['x']))
})

test.each([
  ['2020-04-01', null, null, null],
  ['2020-04-01', '2026-11-10', '03', null],
  ['2020-04-01', '2020-03-31', '03', 'order'],
  ['2020-04-01', '2026-11-10', null, 'reason'],
  ['2020-04-01', null, '03', 'reason'],
  ['2020-13-01', null, null, 'days'],
] as const)('a cover from %s, lost on %s for %s: %s', (qualifiedFrom, lostOn, reasonOfLoss, why) =>
  expect(whyNotPeriod({ qualifiedFrom, lostOn, reasonOfLoss })).toBe(why),
)

test('one person in the four spellings of the number: spaces, zeros, bare, wide', () => {
  const spellings = ['  123456:記1:187:05', '00123456:記1:187:05', '123456:記1:187:05', '１２３４５６:記１:１８７:05']
  expect(new Set(spellings.map(foldMemberId)).size).toBe(1)
  expect(foldMemberId('00123457:記1:187:05'), 'the control').not.toBe(foldMemberId(spellings[0]!))
})
