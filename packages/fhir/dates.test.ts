/** @spec http://hl7.org/fhir/R4/search.html#date */
import fc from 'fast-check'
import { expect, test } from 'vitest'
import { dateRange } from './dates.ts'

test.each([
  ['2024', '2023-12-31T15:00:00.000Z', '2024-12-31T15:00:00.000Z'],
  ['2024-05', '2024-04-30T15:00:00.000Z', '2024-05-31T15:00:00.000Z'],
  ['2024-02-29', '2024-02-28T15:00:00.000Z', '2024-02-29T15:00:00.000Z'],
  ['2024-05-01T10:00', '2024-05-01T01:00:00.000Z', '2024-05-01T01:01:00.000Z'],
  ['2024-05-01T10:00Z', '2024-05-01T10:00:00.000Z', '2024-05-01T10:01:00.000Z'],
  ['2024-05-01T10:00:00+09:00', '2024-05-01T01:00:00.000Z', '2024-05-01T01:00:01.000Z'],
  ['2024-05-01T10:00:00.5-05:30', '2024-05-01T15:30:00.500Z', '2024-05-01T15:30:00.600Z'],
  ['2024-05-01T10:00:00.123456+09:00', '2024-05-01T01:00:00.123Z', '2024-05-01T01:00:00.124Z'],
  ['2016-12-31T23:59:60Z', '2017-01-01T00:00:00.000Z', '2017-01-01T00:00:01.000Z'],
  ['0099-01-01', '0098-12-31T15:00:00.000Z', '0099-01-01T15:00:00.000Z'],
  ['9999', '9998-12-31T15:00:00.000Z', '9999-12-31T15:00:00.000Z'],
  ['9999-12-31T23:59:59-12:00', '9999-12-31T23:59:59.999Z', '9999-12-31T23:59:59.999Z'],
  ['0001', '0001-01-01T00:00:00.000Z', '0001-12-31T15:00:00.000Z'],
])('%s covers %s to %s', (value, lo, hi) => expect(dateRange(value)).toEqual({ lo, hi }))

test.each([
  '',
  'today',
  '2024-13',
  '2024-00',
  '2023-02-29',
  '2024-1-1',
  '2024-01-01T24:00',
  '2024-01-01T10:60',
  '2024-01-01T10:00:00+14:30',
  '0000',
  '20240101',
])('%j is no date', (value) => expect(dateRange(value)).toBeNull())

test('any day lies inside its month and its year', () => {
  const days = fc
    .date({ min: new Date('0002-01-01'), max: new Date('9998-12-31'), noInvalidDate: true })
    .map((day) => day.toISOString().slice(0, 10))
  fc.assert(
    fc.property(days, (day) => {
      const [inner, month, year] = [dateRange(day)!, dateRange(day.slice(0, 7))!, dateRange(day.slice(0, 4))!]
      expect(year.lo <= month.lo && month.lo <= inner.lo && inner.hi <= month.hi && month.hi <= year.hi).toBe(true)
      expect(Date.parse(inner.hi) - Date.parse(inner.lo)).toBe(86_400_000)
    }),
  )
})
