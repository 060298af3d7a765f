import fc from 'fast-check'
import { describe, expect, test } from 'vitest'
import type { Coverage, ReaderSession } from './model.ts'
import {
  branchAgrees,
  copayOn,
  coverOn,
  coverTyped,
  insurerNumberOf,
  isDate,
  isElderlyTable,
  isPreschool,
  memberOf,
  whyNotAnswer,
  whyNotRead,
  whyNotTyped,
} from './rules.ts'

const cover = (validFrom: string, validUntil: string | null, insurerNumber = '01130012'): Coverage => ({
  key: 'k',
  insurerNumber,
  insurerName: '',
  symbol: '21700001',
  number: '123',
  branch: '00',
  cardClassification: '01',
  copayPercent: 30,
  personalFamily: '1',
  reasonOfLoss: null,
  elderlyPercent: null,
  elderlyFrom: null,
  elderlyUntil: null,
  validFrom,
  validUntil,
})
const old = cover('2020-04-01', '2026-03-31')
const present = cover('2026-04-01', null, '06130015')

describe('cover of a person whose card was read', () => {
  test.each<[string, Coverage[], string, string, string | undefined]>([
    ['one period holds', [old, present], '2026-11-22', '1', '06130015'],
    ['first day', [old, present], '2026-04-01', '1', '06130015'],
    ['last day', [old, present], '2026-03-31', '1', '01130012'],
    ['ended and nothing new', [old], '2026-04-01', '2', '01130012'],
    ['not begun yet', [present], '2026-03-31', '4', undefined],
    ['nothing known', [], '2026-11-22', '4', undefined],
    ['two hold at once, newest first', [cover('2020-04-01', null), present], '2026-11-22', '5', '06130015'],
    ['a gap between two insurers', [old, cover('2026-06-01', null)], '2026-05-01', '2', '01130012'],
  ])('%s', (_why, coverages, date, validity, insurer) => {
    const judged = coverOn(coverages, date)
    expect(judged.validity).toBe(validity)
    expect(judged.coverages[0]?.insurerNumber).toBe(insurer)
  })
})

describe('cover that was typed at a desk', () => {
  test.each<[string, Coverage[], Coverage[], string, string]>([
    ['holds', [present], [old, present], '2026-11-22', '1'],
    ['ended, newer cover exists', [old], [old, present], '2026-11-22', '3'],
    ['ended, no newer cover', [old], [old], '2026-11-22', '2'],
    ['ended, the next begins tomorrow', [old], [old, cover('2026-04-02', null)], '2026-04-01', '2'],
    ['nothing matches', [], [present], '2026-11-22', '4'],
    ['two periods of the same member hold', [present, cover('2026-05-01', null, '06130015')], [], '2026-11-22', '5'],
  ])('%s', (_why, typed, all, date, validity) => {
    expect(coverTyped(typed, all, date).validity).toBe(validity)
  })

  test('a newer cover is said to exist and not shown', () => {
    expect(coverTyped([old], [old, present], '2026-11-22').coverages).toEqual([old])
  })
})

describe('the padding trap', () => {
  test.each([
    ['123456', '00123456'],
    ['  123456', '00123456'],
    ['00123456', '00123456'],
    ['１２３４５６', '00123456'],
    ['　　123456', '00123456'],
    ['1130012', '01130012'],
    ['01130012', '01130012'],
    ['', null],
    ['123456789', null],
    ['12A456', null],
  ])('insurer number %j is %j', (typed, canonical) => {
    expect(insurerNumberOf(typed)).toBe(canonical)
  })

  const digits = (min: number, max: number) =>
    fc.array(fc.constantFrom(...'0123456789'), { minLength: min, maxLength: max }).map((d) => d.join(''))
  const wide = (text: string) => text.replace(/[!-~]/g, (c) => String.fromCharCode(c.charCodeAt(0) + 0xfee0))
  const spellings = (text: string) => fc.constantFrom(text, wide(text), ` ${text}`, `${text}　`, [...text].join(' '))

  test('the same member meets over all four ways to write the insurer number, in any width and spacing', () => {
    const insurer = digits(6, 6).map((d) => `1${d.slice(1)}`)
    const written = fc.tuple(insurer, fc.constantFrom('縁国', '21-7', 'ア12', ''), digits(1, 8)).chain(([six, symbol, number]) =>
      fc.record({
        one: fc.constant({ insurerNumber: `00${six}`, symbol, number }),
        other: fc.record({
          insurerNumber: fc.constantFrom(six, `  ${six}`, `00${six}`, wide(six)),
          symbol: spellings(symbol),
          number: spellings(number),
        }),
      }),
    )
    fc.assert(fc.property(written, ({ one, other }) => memberOf(other) === memberOf(one)))
  })

  test('another number never meets', () => {
    const pair = fc.tuple(digits(1, 6), digits(1, 6)).filter(([a, b]) => a !== b)
    fc.assert(fc.property(pair, ([a, b]) => memberOf({ ...present, number: a }) !== memberOf({ ...present, number: b })))
  })

  test('control: comparing what was typed would miss what folding finds', () => {
    const typed = { insurerNumber: '  130015', symbol: '縁国', number: '１２３' }
    const stored = { insurerNumber: '00130015', symbol: '縁国', number: '123' }
    expect(Object.values(typed).join(':')).not.toBe(Object.values(stored).join(':'))
    expect(memberOf(typed)).toBe(memberOf(stored))
  })

  test('a separator inside a part cannot move into another part', () => {
    expect(memberOf({ ...present, symbol: 'a:b', number: 'c' })).not.toBe(memberOf({ ...present, symbol: 'a', number: 'b:c' }))
  })

  test.each([
    ['21ー7', '21-7'],
    ['21−7', '21-7'],
    ['21‐7', '21-7'],
  ])('the dash of %s is the one of %s', (a, b) => {
    expect(memberOf({ ...present, symbol: a })).toBe(memberOf({ ...present, symbol: b }))
  })

  test.each<[string, string | undefined, boolean]>([
    ['01', '1', true],
    ['01', '０１', true],
    ['00', '0', true],
    ['01', undefined, true],
    ['', '02', true],
    ['01', '02', false],
    ['00', '01', false],
  ])('branch %j against %j: %s', (issued, typed, agrees) => expect(branchAgrees(issued, typed)).toBe(agrees))
})

describe('share of a day', () => {
  const stated = (copayPercent: number, elderly: [number, string, string] | null = null) => ({
    copayPercent,
    elderlyPercent: elderly?.[0] ?? null,
    elderlyFrom: elderly?.[1] ?? null,
    elderlyUntil: elderly?.[2] ?? null,
  })
  test.each<[string, ReturnType<typeof stated>, string, string, number]>([
    ['employee', stated(30), '1980-05-05', '2026-11-22', 30],
    ['preschool child', stated(20), '2022-05-05', '2026-11-22', 20],
    ['preschool child whose insurer stated 30', stated(30), '2022-05-05', '2026-11-22', 20],
    ['last day before school', stated(20), '2020-04-01', '2026-03-31', 20],
    ['born 1 April, one day later', stated(20), '2020-04-01', '2026-04-01', 30],
    ['born 2 April waits a year more', stated(20), '2020-04-02', '2027-03-31', 20],
    ['born 2 April, at school', stated(20), '2020-04-02', '2027-04-01', 30],
    ['born 29 February', stated(20), '2020-02-29', '2026-04-01', 30],
    ['71 with a certificate', stated(30, [20, '2026-08-01', '2027-07-31']), '1955-01-10', '2026-11-22', 20],
    ['71, the certificate ended', stated(30, [20, '2025-08-01', '2026-07-31']), '1955-01-10', '2026-11-22', 30],
    ['71, stated by the insurer', stated(20), '1955-01-10', '2026-11-22', 20],
    ['80', stated(10), '1946-01-10', '2026-11-22', 10],
    ['public assistance', stated(0), '1980-05-05', '2026-11-22', 0],
  ])('%s', (_why, coverage, birthDate, date, percent) => expect(copayOn(coverage, birthDate, date)).toBe(percent))

  test.each([
    ['1956-11-10', '2026-11-30', false],
    ['1956-11-10', '2026-12-01', true],
    ['1956-11-01', '2026-11-01', true],
    ['1956-11-01', '2026-10-31', false],
  ])('born %s, on %s the table from 70 applies: %s', (birthDate, date, applies) => expect(isElderlyTable(birthDate, date)).toBe(applies))

  test('nobody is a preschool child after seven', () => {
    fc.assert(
      fc.property(fc.date({ min: new Date('2000-01-01'), max: new Date('2020-01-01'), noInvalidDate: true }), (born) => {
        const birthDate = born.toISOString().slice(0, 10)
        expect(isPreschool(birthDate, `${Number(birthDate.slice(0, 4)) + 7}-12-31`)).toBe(false)
        expect(isPreschool(birthDate, `${Number(birthDate.slice(0, 4)) + 5}-12-31`)).toBe(true)
      }),
    )
  })
})

describe('reader session', () => {
  const now = new Date('2026-11-22T03:00:00Z')
  const session: ReaderSession = {
    id: 's',
    institutionNumber: 'b',
    challenge: Buffer.alloc(32),
    expiresAt: new Date(now.getTime() + 1),
    usedAt: null,
    personKey: null,
    consentUntil: null,
    openedBy: null,
    provenBy: null,
    pendingKey: null,
    vouchedAt: null,
    unlinked: null,
  }
  const read = { ...session, usedAt: now, personKey: 'k', expiresAt: now, consentUntil: new Date(now.getTime() + 1) }
  test.each<[string, ReaderSession | undefined, string, string | null]>([
    ['fresh', session, 'b', null],
    ['unknown', undefined, 'b', 'reader-session-unknown'],
    ['of another institution', session, 'c', 'reader-session-unknown'],
    ['spent', { ...session, usedAt: now }, 'b', 'challenge-used'],
    ['on the very end', { ...session, expiresAt: now }, 'b', 'reader-session-expired'],
  ])('card: %s', (_why, given, institution, reason) => expect(whyNotRead(given, institution, now)).toBe(reason))
  test.each<[string, ReaderSession | undefined, string, string | null]>([
    ['card read', read, 'b', null],
    ['no card yet', session, 'b', 'card-not-read'],
    ['no card in time', { ...session, expiresAt: now }, 'b', 'reader-session-expired'],
    ['of another institution', read, 'c', 'reader-session-unknown'],
    ['on the very end', { ...read, consentUntil: now }, 'b', 'reader-session-expired'],
  ])('answer: %s', (_why, given, institution, reason) => expect(whyNotAnswer(given, institution, now)).toBe(reason))
})

test.each([
  ['2026-02-28', true],
  ['2026-02-29', false],
  ['2024-02-29', true],
  ['2026-2-3', false],
  ['', false],
  ['2026-13-01', false],
])('%j is a day: %s', (text, is) => {
  expect(isDate(text)).toBe(is)
})

test('fields that cannot be right are named', () => {
  expect(whyNotTyped({ insurerNumber: 'x', symbol: '', number: ' ', birthDate: '1980-02-30' })).toEqual([
    'insurerNumber',
    'number',
    'birthDate',
  ])
})
