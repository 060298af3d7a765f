import fc from 'fast-check'
import { expect, test } from 'vitest'
import { livesThere, placeWords, prefectures, readPlaces, residents } from './area.ts'
import { isDays, limits, needsSecond, overLimit, publicCount, SMALL, stateNow } from './rules.ts'

test.each([
  ['石川県', ['prefecture:17']],
  ['17', ['prefecture:17']],
  ['石川県輪島市', ['municipality:石川県輪島市']],
  ['172049 石川県輪島市', ['municipality:石川県輪島市']],
  ['石川県鳳珠郡穴水町、石川県珠洲市', ['municipality:石川県鳳珠郡穴水町', 'municipality:石川県珠洲市']],
  ['１７１２３４５６７８', ['institution:1712345678']],
  ['石川県\n石川県\n17', ['prefecture:17']],
])('%s is read as %o', (typed, places) => {
  expect(readPlaces(typed)).toEqual({ places, unread: [] })
})

test.each(['輪島市', '48', '石川', '石川県輪島', '171234567', 'x'])('%s is not taken for a place', (typed) => {
  expect(readPlaces(typed)).toEqual({ places: [], unread: [typed] })
})

test('every prefecture is read back by its code', () => {
  expect(prefectures).toHaveLength(47)
  for (const [n, name] of prefectures.entries()) {
    const { places } = readPlaces(String(n + 1))
    expect(places).toEqual(readPlaces(name).places)
    expect(placeWords(places[0]!).ja).toBe(name)
  }
})

test.each([
  ['石川県輪島市緑町1', true],
  ['石川県 輪島市緑町1', true],
  ['石川県七尾市1', false],
  ['富山県輪島市1', false],
])('%s belongs to 石川県輪島市: %s', (address, belongs) => {
  expect(livesThere(address, residents(['municipality:石川県輪島市', 'institution:1712345678']))).toBe(belongs)
})

test.each([
  [0, false],
  [1, true],
  [7, true],
  [14, true],
  [15, false],
  [1.5, false],
  [Number.NaN, false],
])('%s days: %s', (days, fine) => expect(isDays(days)).toBe(fine))

test('a second person is needed wherever there is one', () => {
  expect(needsSecond(0)).toBe(false)
  expect(needsSecond(1)).toBe(true)
})

test.each([
  ['waiting', 0, 'waiting'],
  ['waiting', 24, 'waiting'],
  ['waiting', 24.1, 'over'],
  ['done', 100, 'done'],
  ['declined', 100, 'declined'],
] as const)('%s after %s hours is %s', (state, hours, now) => {
  const at = new Date('2026-11-22T00:00:00Z')
  expect(stateNow({ state, at }, new Date(at.getTime() + hours * 3_600_000))).toBe(now)
})

test.each([
  [{ searches: limits.searches - 1, looks: 0, searchesAtInstitution: 0 }, 'search', false],
  [{ searches: limits.searches, looks: 0, searchesAtInstitution: 0 }, 'search', true],
  [{ searches: 0, looks: 0, searchesAtInstitution: limits.searchesAtInstitution }, 'search', true],
  [{ searches: limits.searches, looks: limits.looks - 1, searchesAtInstitution: 0 }, 'look', false],
  [{ searches: 0, looks: limits.looks, searchesAtInstitution: 0 }, 'look', true],
] as const)('%o: %s is over the limit: %s', (counted, act, over) => expect(overLimit(counted, act)).toBe(over))

test('no public count tells a small one, neither by itself nor by a difference', () => {
  fc.assert(
    fc.property(fc.nat(5_000), fc.nat(SMALL - 1), (count, few) => {
      const told = publicCount(count)
      if (count > 0 && count < SMALL) return told === null
      // Adding a few moves the count by nothing or by a whole ten.
      const after = publicCount(count + few)
      return told !== null && (after === null || (after - told) % 10 === 0)
    }),
  )
  expect([0, 1, 9, 10, 14, 15, 27_401].map(publicCount)).toEqual([0, null, null, 10, 10, 20, 27_400])
})
