/** The table of openings: what it says of each fact alone, and what must hold of all facts together. */
import fc from 'fast-check'
import { describe, expect, test } from 'vitest'
import { tieKinds } from '#care/person'
import { reasons, whyHard } from './break-glass-reasons.ts'
import {
  flagRules,
  flagWords,
  judgeOpening,
  LIMITS,
  maySecond,
  type OpeningFacts,
  refusingRules,
  secondRules,
} from './break-glass-rules.ts'

const stranger: OpeningFacts['closeness'] = {
  ...{ ties: [], isKnown: true, sameName: false, sameFamilyName: false, isColleague: false, namesake: false },
  ...{ watched: null, isProtected: false },
}
const plain: OpeningFacts = {
  role: 'physician',
  throughApp: false,
  session: { isDesk: false, minutesSinceProof: 1, otherPlace: false },
  ground: { reason: 'unconscious', because: ['no-response'], note: 'JCS300' },
  today: '2026-11-22',
  hour: 14,
  closeness: stranger,
  running: { samePerson: false, others: 0 },
  allOpen: false,
  refusedHere: false,
  counts: { staffHour: 0, staffDay: 0, facilityHour: 0, facilityDay: 0 },
}
const near = (more: Partial<OpeningFacts['closeness']>): Partial<OpeningFacts> => ({ closeness: { ...stranger, ...more } })
const count = (more: Partial<OpeningFacts['counts']>): Partial<OpeningFacts> => ({ counts: { ...plain.counts, ...more } })
const sitting = (more: Partial<NonNullable<OpeningFacts['session']>>): Partial<OpeningFacts> => ({
  session: { ...plain.session!, ...more },
})

describe('one fact alone', () => {
  test('nothing stands in the way of a physician with a ground', () => {
    expect(judgeOpening(plain)).toEqual({ refused: null, needs: [], flags: [] })
  })

  test.each<[string, Partial<OpeningFacts>, string]>([
    ['a clerk', { role: 'clerk' }, 'not-permitted'],
    ['an operator', { role: 'operator' }, 'not-permitted'],
    ['an auditor', { role: 'auditor' }, 'not-permitted'],
    ['an administrator', { role: 'administrator' }, 'not-permitted'],
    ['an app', { throughApp: true }, 'not-permitted'],
    ['a token without a session', { session: null }, 'not-permitted'],
    ['a shared desk with an old proof', sitting({ isDesk: true, minutesSinceProof: 2.5 }), 'emergency-desk'],
    ['another place in this sign-in', sitting({ otherPlace: true }), 'emergency-chained'],
    ['no reason', { ground: { ...plain.ground, reason: '' } }, 'emergency-reason-needed'],
    ['a name of the prototype as reason', { ground: { ...plain.ground, reason: 'constructor' } }, 'emergency-reason-needed'],
    ['a reason of before its time', { today: '2025-12-31' }, 'emergency-reason-needed'],
    ['no account of consent', { ground: { ...plain.ground, because: [] } }, 'emergency-reason-needed'],
    ['no explanation', { ground: { ...plain.ground, note: '   . ' } }, 'emergency-reason-needed'],
    ['themselves', near({ ties: ['self'] }), 'emergency-self'],
    ...tieKinds
      .filter((tie) => tie !== 'self')
      .map((tie) => [`tied by ${tie}`, near({ ties: [tie] }), 'emergency-family'] as [string, Partial<OpeningFacts>, string]),
    ['open already', { running: { samePerson: true, others: 0 } }, 'emergency-running'],
    ['open by consent', { allOpen: true }, 'emergency-not-needed'],
  ])('%s is refused', (_, fact, code) => {
    expect(judgeOpening({ ...plain, ...fact })).toMatchObject({ refused: code })
  })

  test.each<[string, Partial<OpeningFacts>]>([
    ['watched', near({ watched: 'vip' })],
    ['protected', near({ isProtected: true })],
    ['same-name', near({ sameName: true })],
    ['colleague', near({ isColleague: true })],
    ['namesake-colleague', near({ namesake: true })],
    ['refused-here', { refusedHere: true }],
    ['staff-hour', count({ staffHour: LIMITS.staffHour })],
    ['staff-day', count({ staffDay: LIMITS.staffDay })],
    ['facility-hour', count({ facilityHour: LIMITS.facilityHour })],
    ['facility-day', count({ facilityDay: LIMITS.facilityDay })],
  ])('%s needs a second clinician, and stands in the dossier', (id, fact) => {
    expect(judgeOpening({ ...plain, ...fact })).toEqual({ refused: null, needs: [id], flags: [id] })
  })

  test.each<[string, Partial<OpeningFacts>]>([
    ['family-name', near({ sameFamilyName: true })],
    ['staff-unknown', near({ isKnown: false })],
    ['parallel', { running: { samePerson: false, others: 1 } }],
    ['night', { hour: 3 }],
  ])('%s is flagged alone', (id, fact) => {
    expect(judgeOpening({ ...plain, ...fact })).toEqual({ refused: null, needs: [], flags: [id] })
  })

  test('just within each limit one clinician is enough', () => {
    const within = count({
      staffHour: LIMITS.staffHour - 1,
      staffDay: LIMITS.staffDay - 1,
      facilityHour: LIMITS.facilityHour - 1,
      facilityDay: LIMITS.facilityDay - 1,
    })
    expect(judgeOpening({ ...plain, ...within })).toMatchObject({ needs: [] })
  })
})

const anyFacts: fc.Arbitrary<OpeningFacts> = fc.record({
  role: fc.constantFrom('physician', 'dentist', 'nurse', 'pharmacist', 'clerk', 'operator', 'administrator', 'auditor'),
  throughApp: fc.boolean(),
  session: fc.option(fc.record({ isDesk: fc.boolean(), minutesSinceProof: fc.integer({ min: 0, max: 9 }), otherPlace: fc.boolean() })),
  ground: fc.record({
    reason: fc.constantFrom('', 'curious', ...Object.keys(reasons)),
    because: fc.subarray(['curious', ...Object.keys(whyHard)]),
    note: fc.constantFrom('', 'JCS', 'JCS300', 'x'.repeat(201)),
  }),
  today: fc.constantFrom('2025-12-31', '2026-11-22'),
  hour: fc.integer({ min: 0, max: 23 }),
  closeness: fc.record({
    ties: fc.subarray([...tieKinds]),
    ...{ isKnown: fc.boolean(), sameName: fc.boolean(), sameFamilyName: fc.boolean(), isColleague: fc.boolean(), namesake: fc.boolean() },
    watched: fc.constantFrom(null, 'vip' as const, 'watch' as const),
    isProtected: fc.boolean(),
  }),
  running: fc.record({ samePerson: fc.boolean(), others: fc.nat({ max: 2 }) }),
  allOpen: fc.boolean(),
  refusedHere: fc.boolean(),
  counts: fc.record({
    staffHour: fc.nat({ max: 6 }),
    staffDay: fc.nat({ max: 12 }),
    facilityHour: fc.nat({ max: 20 }),
    facilityDay: fc.nat({ max: 70 }),
  }),
})

describe('all facts together', () => {
  test('what anybody may open alone is never one of those who must not, or whom two must open', () => {
    fc.assert(
      fc.property(anyFacts, (facts) => {
        const verdict = judgeOpening(facts)
        const alone = verdict.refused === null && verdict.needs.length === 0
        const must =
          facts.closeness.ties.length > 0 || facts.closeness.watched !== null || facts.closeness.isProtected || facts.session === null
        expect(alone && (must || facts.throughApp || facts.counts.staffHour >= LIMITS.staffHour || facts.role === 'clerk')).toBe(false)
      }),
      { numRuns: 3000 },
    )
  })

  test('more openings, more ties, more marks never make it easier', () => {
    const rank = (facts: OpeningFacts) => {
      const verdict = judgeOpening(facts)
      return verdict.refused !== null ? 99 : verdict.needs.length
    }
    fc.assert(
      fc.property(anyFacts, fc.constantFrom(...tieKinds), (facts, tie) => {
        const worse: OpeningFacts[] = [
          { ...facts, closeness: { ...facts.closeness, ties: [...facts.closeness.ties, tie] } },
          { ...facts, closeness: { ...facts.closeness, watched: 'vip' } },
          { ...facts, counts: { staffHour: 99, staffDay: 99, facilityHour: 99, facilityDay: 99 } },
          { ...facts, session: facts.session && { ...facts.session, otherPlace: true } },
        ]
        for (const one of worse) expect(rank(one)).toBeGreaterThanOrEqual(rank(facts))
      }),
      { numRuns: 2000 },
    )
  })

  const against: Record<string, Partial<OpeningFacts>> = {
    ...{ 'not-clinical': { role: 'clerk' }, 'through-app': { throughApp: true }, 'no-session': { session: null } },
    ...{ 'desk-proof': sitting({ isDesk: true, minutesSinceProof: 5 }), chained: sitting({ otherPlace: true }) },
    ...{ 'no-ground': { ground: { ...plain.ground, note: '' } }, self: near({ ties: ['self'] }), family: near({ ties: ['proxy'] }) },
    ...{ running: { running: { samePerson: true, others: 0 } }, 'not-needed': { allOpen: true }, watched: near({ watched: 'watch' }) },
    ...{ protected: near({ isProtected: true }), 'same-name': near({ sameName: true }), colleague: near({ isColleague: true }) },
    ...{ 'namesake-colleague': near({ namesake: true }), 'refused-here': { refusedHere: true }, 'staff-hour': count({ staffHour: 9 }) },
    ...{ 'staff-day': count({ staffDay: 9 }), 'facility-hour': count({ facilityHour: 99 }), 'facility-day': count({ facilityDay: 99 }) },
  }

  test.each([...refusingRules, ...secondRules].map((rule) => rule.id))('the control: without the rule %s somebody gets in', (id) => {
    const facts = { ...plain, ...against[id] }
    expect(judgeOpening(facts)).not.toMatchObject({ refused: null, needs: [] })
    expect(judgeOpening(facts, id)).toMatchObject({ refused: null, needs: [] })
  })
})

test('the second is somebody else, clinical, and no relative of the patient', () => {
  const second = { id: 'b', role: 'nurse' as const, throughApp: false, closeness: stranger }
  expect(maySecond(second, 'a')).toBe(true)
  expect(maySecond(second, 'b')).toBe(false)
  expect(maySecond({ ...second, role: 'clerk' }, 'a')).toBe(false)
  expect(maySecond({ ...second, throughApp: true }, 'a')).toBe(false)
  expect(maySecond({ ...second, closeness: { ...stranger, ties: ['cover'] } }, 'a')).toBe(false)
  expect(maySecond({ ...second, closeness: { ...stranger, sameName: true } }, 'a')).toBe(false)
})

test('every flag has its words in both languages', () => {
  for (const { id } of [...secondRules, ...flagRules])
    expect(flagWords(id)).toMatchObject({ ja: expect.stringMatching(/[ぁ-ん一-龠]/), en: expect.stringMatching(/[a-z]/) })
  expect(flagWords('toString')).toEqual({ ja: 'toString', en: 'toString' })
})
