import fc from 'fast-check'
import pg from 'pg'
import { expect, test } from 'vitest'
import { parseInstant } from './instant.ts'

const usual = pg.types.getTypeParser(pg.types.builtins.TIMESTAMPTZ) as (text: string) => Date

test.each([
  '2026-11-22 03:00:00+00',
  '2026-11-22 03:00:00.1+00',
  '2026-11-22 03:00:00.12+00',
  '2026-11-22 03:00:00.123456+00',
  '2026-11-22 12:00:00.5+09',
  '2026-11-22 12:00:00+05:30',
  '0099-01-01 00:00:00+00',
  '10000-01-01 00:00:00+00',
  '0044-03-15 00:00:00+00 BC',
  'infinity',
  '-infinity',
])('%s reads as the driver reads it', (text) => {
  expect(Number(parseInstant(text))).toBe(Number(usual(text)))
})

test('any instant of our time', () => {
  const instants = fc.date({ min: new Date('1000-01-01T00:00:00Z'), max: new Date('9999-12-31T23:59:59Z'), noInvalidDate: true })
  fc.assert(
    fc.property(instants, (at) => {
      expect(parseInstant(at.toISOString().replace('T', ' ').replace('Z', '+00')).getTime()).toBe(at.getTime())
    }),
  )
})
