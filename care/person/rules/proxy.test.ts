import fc from 'fast-check'
import { describe, expect, test } from 'vitest'
import { ageOn, comesOfAgeOn, hiddenFrom, isMinor, isProtected, lastDay, type Mark, type ProxyFacts, whyNotActFor } from './proxy.ts'

const yes = new Date('2026-01-01T00:00:00Z')
const proxy = { proxyId: 'mother', basis: 'parent', validFrom: '2020-01-01', until: null, acceptedAt: yes, endedAt: null } as const
const child = { birthDate: '2010-05-05', marks: [], today: '2026-11-22' }
const mark: Mark = { id: 'm', validFrom: '2026-01-01', until: null, endedAt: null, blockedIds: ['mother'], blocksAll: false }

describe('who may act for whom', () => {
  test.each<[string, Partial<ProxyFacts['proxy']>, Partial<Omit<ProxyFacts, 'proxy'>>, string | null]>([
    ['a parent of a child', {}, {}, null],
    ['the day before the 18th birthday', {}, { today: '2028-05-04' }, null],
    ['the 18th birthday', {}, { today: '2028-05-05' }, 'proxy-of-age'],
    ['a child whose birth date nobody knows', {}, { birthDate: '' }, 'proxy-of-age'],
    ['before 2022-04-01 at 18', {}, { birthDate: '2003-06-01', today: '2022-03-31' }, null],
    ['from 2022-04-01 at 18', {}, { birthDate: '2003-06-01', today: '2022-04-01' }, 'proxy-of-age'],
    ['a guardian of an adult', { basis: 'guardian' }, { birthDate: '1940-01-01' }, null],
    ['a guardian whom the court dismissed', { basis: 'guardian', endedAt: yes }, { birthDate: '1940-01-01' }, 'proxy-ended'],
    ['a curator until a day', { basis: 'curator', until: '2026-11-22' }, { birthDate: '1940-01-01' }, null],
    ['a curator after that day', { basis: 'curator', until: '2026-11-21' }, { birthDate: '1940-01-01' }, 'proxy-ended'],
    ['from a later day', { validFrom: '2026-11-23' }, {}, 'proxy-not-begun'],
    ['family without the person’s yes', { basis: 'family', acceptedAt: null }, { birthDate: '1958-01-01' }, 'proxy-not-accepted'],
    ['family with it', { basis: 'family' }, { birthDate: '1958-01-01' }, null],
    ['a mark that names her', {}, { marks: [mark] }, 'proxy-blocked'],
    ['a mark that names somebody else', {}, { marks: [{ ...mark, blockedIds: ['father'] }] }, null],
    ['a mark against all', {}, { marks: [{ ...mark, blockedIds: [], blocksAll: true }] }, 'proxy-blocked'],
    ['a mark that was lifted', {}, { marks: [{ ...mark, endedAt: yes }] }, null],
    ['a mark that ran out', {}, { marks: [{ ...mark, until: '2026-11-21' }] }, null],
    ['a mark beats a court', { basis: 'guardian' }, { marks: [mark] }, 'proxy-blocked'],
  ])('%s', (_name, change, facts, why) => {
    expect(whyNotActFor({ ...child, ...facts, proxy: { ...proxy, ...change } })).toBe(why)
  })
})

describe('ages', () => {
  test.each([
    ['2010-05-05', '2028-05-04', 17],
    ['2010-05-05', '2028-05-05', 18],
    ['2008-02-29', '2026-02-28', 17],
    ['2008-02-29', '2026-03-01', 18],
  ])('%s on %s is %i', (birth, day, age) => expect(ageOn(birth, day)).toBe(age))
  test.each([
    ['2010-05-05', '2028-05-05'],
    ['2008-02-29', '2026-03-01'],
    ['', null],
  ])('%s comes of age on %s', (birth, day) => expect(comesOfAgeOn(birth, '2026-11-22')).toBe(day))
  test('a parent’s last day is the one before, or an earlier one that was set', () => {
    expect(lastDay({ basis: 'parent', until: null }, '2010-05-05', '2026-11-22')).toBe('2028-05-04')
    expect(lastDay({ basis: 'parent', until: '2027-01-01' }, '2010-05-05', '2026-11-22')).toBe('2027-01-01')
    expect(lastDay({ basis: 'guardian', until: null }, '1940-05-05', '2026-11-22')).toBeNull()
  })
  test('from fifteen a parent no longer sees infections; a guardian does', () => {
    const at = (birthDate: string, basis: 'parent' | 'guardian' = 'parent') => hiddenFrom({ basis, birthDate, today: '2026-11-22' })
    expect([at('2011-11-23'), at('2011-11-22'), at('2011-11-22', 'guardian')]).toEqual([[], ['infection'], []])
  })
})

const day = fc.integer({ min: 0, max: 20_000 }).map((n) => new Date(Date.UTC(1990, 0, 1) + n * 86_400_000).toISOString().slice(0, 10))
const anyMark: fc.Arbitrary<Mark> = fc.record({
  id: fc.constant('m'),
  validFrom: day,
  until: fc.option(day),
  endedAt: fc.option(fc.constant(yes)),
  blockedIds: fc.subarray(['mother', 'father']),
  blocksAll: fc.boolean(),
})
const anyFacts: fc.Arbitrary<ProxyFacts> = fc.record({
  proxy: fc.record({
    proxyId: fc.constantFrom('mother', 'father'),
    basis: fc.constantFrom('parent', 'guardian', 'curator', 'family'),
    validFrom: day,
    until: fc.option(day),
    acceptedAt: fc.option(fc.constant(yes)),
    endedAt: fc.option(fc.constant(yes)),
  }),
  birthDate: fc.oneof(day, fc.constant('')),
  marks: fc.array(anyMark, { maxLength: 3 }),
  today: day,
})
const may = (facts: ProxyFacts) => whyNotActFor(facts) === null

describe('laws', () => {
  const law = (name: string, holds: (facts: ProxyFacts) => boolean) =>
    test(name, () => fc.assert(fc.property(anyFacts, holds), { numRuns: 3000 }))
  law(
    'a mark more never lets anybody in',
    (f) => !may({ ...f, marks: [...f.marks, { ...mark, validFrom: '1900-01-01', blocksAll: true }] }),
  )
  law('an end never lets anybody in', (f) => !may({ ...f, proxy: { ...f.proxy, endedAt: yes } }))
  law('no parent acts for an adult', (f) => !(may(f) && f.proxy.basis === 'parent' && !isMinor(f.birthDate, f.today)))
  law('whoever is blocked by a mark that holds does not act', (f) => {
    const held = f.marks.some((m) => isProtected([m], f.today) && (m.blocksAll || m.blockedIds.includes(f.proxy.proxyId)))
    return !(held && may(f))
  })
  test('the control: somebody may act at all', () => {
    expect(fc.sample(anyFacts, 2000).some(may)).toBe(true)
  })
})
