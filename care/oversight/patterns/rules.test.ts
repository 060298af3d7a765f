import { describe, expect, test } from 'vitest'
import { isDayOff } from './holidays.ts'
import { familyNameOf, judgeLook, type LookFacts } from './judge.ts'
import { type Pattern, patternIds, patterns, patternsOn } from './table.ts'

/** A doctor of a hospital, at noon of a working day, opens the record of somebody who came. */
const ordinary: LookFacts = {
  ...{
    at: new Date('2026-11-25T03:00:00Z'),
    actorKind: 'staff',
    role: 'physician',
    institutionNumber: '1310000019',
    facilityKind: 'hospital',
  },
  person: { key: 'k', familyName: '山川', isColleague: false, isWatched: false, hadVisit: true },
  actor: { familyName: '青山', leftAt: null },
  today: { persons: 12, refusals: 0, nameSearches: 2 },
  usual: { days: 20, persons: 11, peers: 12 },
  seenToday: { actors: 2, institutions: 1 },
  before: { institutionNumber: '1310000019', at: new Date('2026-11-25T02:50:00Z') },
  outcome: 'success',
}
const look = (about: Partial<LookFacts>): LookFacts => ({ ...ordinary, ...about })
const of = (about: Partial<NonNullable<LookFacts['person']>>): Partial<LookFacts> => ({ person: { ...ordinary.person!, ...about } })
const found = (about: Partial<LookFacts>) => judgeLook(look(about)).map((h) => h.pattern)

test('an ordinary look meets no pattern', () => expect(found({})).toEqual([]))

describe('each pattern is met, and missed by a hair', () => {
  test.each<[string, Partial<LookFacts>, Partial<LookFacts>]>([
    ['same-family-name', of({ familyName: '青山' }), of({ familyName: '青木' })],
    ['colleague', of({ isColleague: true }), of({ isColleague: false })],
    ['watched-person', of({ isWatched: true }), of({ isWatched: false })],
    ['no-visit', of({ hadVisit: false }), { ...of({ hadVisit: false }), role: 'operator' }],
    ['volume', { today: { ...ordinary.today, persons: 40 } }, { today: { ...ordinary.today, persons: 39 } }],
    [
      'volume',
      { today: { ...ordinary.today, persons: 80 }, usual: { days: 0, persons: 0, peers: 0 } },
      { today: { ...ordinary.today, persons: 79 }, usual: { days: 0, persons: 0, peers: 0 } },
    ],
    [
      'volume',
      { today: { ...ordinary.today, persons: 60 } },
      { today: { ...ordinary.today, persons: 60 }, usual: { days: 20, persons: 25, peers: 12 } },
    ],
    [
      'volume',
      { today: { ...ordinary.today, persons: 60 } },
      { today: { ...ordinary.today, persons: 60 }, usual: { days: 20, persons: 11, peers: 30 } },
    ],
    [
      'night',
      { at: new Date('2026-11-25T13:00:00Z'), facilityKind: 'clinic' },
      { at: new Date('2026-11-25T12:59:00Z'), facilityKind: 'clinic' },
    ],
    ['night', { at: new Date('2026-11-22T03:00:00Z'), facilityKind: 'clinic' }, { at: new Date('2026-11-22T03:00:00Z') }],
    ['night', { at: new Date('2026-11-25T18:00:00Z'), role: 'clerk' }, { at: new Date('2026-11-25T18:00:00Z') }],
    [
      'refusals',
      { person: null, outcome: 'consent-missing', today: { ...ordinary.today, refusals: 15 } },
      { person: null, outcome: 'consent-missing', today: { ...ordinary.today, refusals: 14 } },
    ],
    ['name-search', { today: { ...ordinary.today, nameSearches: 30 } }, { today: { ...ordinary.today, nameSearches: 29 } }],
    [
      'after-leaving',
      { actor: { familyName: '青山', leftAt: ordinary.at } },
      { actor: { familyName: '青山', leftAt: new Date('2026-11-25T03:00:01Z') } },
    ],
    ['seen-by-many', { seenToday: { actors: 15, institutions: 1 } }, { seenToday: { actors: 14, institutions: 4 } }],
    ['seen-by-many', { seenToday: { actors: 5, institutions: 5 } }, { seenToday: { actors: 5, institutions: 4 } }],
    [
      'two-places',
      { before: { institutionNumber: '2710000013', at: new Date('2026-11-25T02:00:00Z') } },
      { before: { institutionNumber: '2710000013', at: new Date('2026-11-25T01:59:00Z') } },
    ],
    [
      'two-places',
      { before: { institutionNumber: '1310000027', at: new Date('2026-11-25T02:55:00Z') } },
      { before: { institutionNumber: '1310000027', at: new Date('2026-11-25T02:54:00Z') } },
    ],
    [
      'two-places',
      { before: { institutionNumber: '2710000013', at: new Date('2026-11-25T02:59:00Z') } },
      { before: { institutionNumber: '', at: new Date('2026-11-25T02:59:00Z') } },
    ],
    [
      'two-places',
      { before: { institutionNumber: '2710000013', at: new Date('2026-11-25T02:59:00Z') } },
      { institutionNumber: '', before: { institutionNumber: '2710000013', at: new Date('2026-11-25T02:59:00Z') } },
    ],
  ])('%s', (pattern, met, missed) => {
    expect(found(met)).toContain(pattern)
    expect(found(missed)).not.toContain(pattern)
  })
  test('there is a row here for every pattern of the table', () => expect(new Set(patterns.map((p) => p.id))).toEqual(new Set(patternIds)))
  test('the control: a table without its pattern finds nothing', () => {
    const rest = patterns.filter((p) => p.id !== 'colleague')
    expect(judgeLook(look(of({ isColleague: true })), rest)).toEqual([])
  })
})

test('patterns hold from a day to a day, and change by data alone', () => {
  const dated: Pattern = { ...patterns[0]!, from: '2027-04-01', until: '2028-03-31' }
  expect(['2027-03-31', '2027-04-01', '2028-03-31', '2028-04-01'].map((day) => patternsOn(day, [dated]).length)).toEqual([0, 1, 1, 0])
})

test.each([
  ['2026-11-03', true],
  ['2026-11-23', true],
  ['2026-11-24', false],
  ['2026-11-22', true],
  ['2026-05-06', true],
  ['2026-09-22', true],
  ['2026-09-23', true],
  ['2027-03-21', true],
  ['2027-03-22', true],
  ['2026-03-20', true],
  ['2026-10-12', true],
  ['2026-10-13', false],
])('%s is a day off: %s', (day, off) => expect(isDayOff(day)).toBe(off))

test.each([
  ['山田 太郎', '山田'],
  ['山田　太郎', '山田'],
  ['山田太郎', null],
  ['', null],
])('the family name of “%s” is %s', (name, family) => expect(familyNameOf(name)).toBe(family))
