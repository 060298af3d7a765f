/** @spec http://hl7.org/fhir/R4/datatypes.html#primitive */
import fc from 'fast-check'
import { describe, expect, test } from 'vitest'
import published from '../generated/primitives.json' with { type: 'json' }
import { primitiveChecks } from './primitives.ts'

const check = (type: string, value: Parameters<(typeof primitiveChecks)[string]>[0]) => primitiveChecks[type]!(value)

describe('primitive values', () => {
  test.each([
    // type           value                              problem
    ['date', '2024-02-29', null],
    ['date', '2023-02-29', 'not-a-date'],
    ['date', '1900-02-29', 'not-a-date'],
    ['date', '2000-02-29', null],
    ['date', '2024-04-31', 'not-a-date'],
    ['date', '2024-13', 'format'],
    ['date', '0000', 'format'],
    ['date', '24-01-01', 'format'],
    ['date', '', 'empty'],
    ['date', 20240101, 'type'],
    ['dateTime', '2024', null],
    ['dateTime', '2024-01-01T10:00', 'format'],
    ['dateTime', '2024-01-01T10:00:00', 'format'],
    ['dateTime', '2024-01-01T10:00:00+09:00', null],
    ['dateTime', '2024-01-01T24:00:00+09:00', 'format'],
    ['dateTime', '2016-12-31T23:59:60Z', null],
    ['dateTime', '2024-01-01T10:00:00+14:01', 'format'],
    ['dateTime', '2024-01-01 10:00:00Z', 'format'],
    ['instant', '2024-02-30T10:00:00Z', 'not-a-date'],
    ['instant', '2024-02-28', 'format'],
    ['time', '24:00:00', 'format'],
    ['time', '10:00', 'format'],
    ['boolean', 'true', 'type'],
    ['integer', 1.5, 'format'],
    ['integer', 2147483648, 'format'],
    ['integer', '1', 'type'],
    ['unsignedInt', -1, 'format'],
    ['positiveInt', 0, 'format'],
    ['decimal', '1.0', 'type'],
    ['decimal', 1e-30, null],
    ['string', 'a\u0000', 'characters'],
    ['string', '\ud842', 'characters'],
    ['string', '𠮷\t\r\n', null],
    ['string', 'x'.repeat(1024 * 1024 + 1), 'too-long'],
    ['code', ' a', 'format'],
    ['code', 'a  b', 'format'],
    ['code', 'a b', null],
    ['code', 'a\u0000', 'characters'],
    ['code', '\ud842', 'characters'],
    ['uri', 'urn:a\u0001', 'characters'],
    ['url', 'http://a/\udc00', 'characters'],
    ['canonical', 'http://a/\u0000|1', 'characters'],
    ['uri', 'urn:x:𠮷', null],
    ['id', 'a_b', 'format'],
    ['id', 'x'.repeat(65), 'format'],
    ['uri', 'http://a b', 'format'],
    ['oid', 'urn:oid:1.02', 'format'],
    ['uuid', 'urn:uuid:53FEFA32-fcbb-4ff8-8a92-55ee120877b7', 'format'],
    ['base64Binary', 'QUJ', 'format'],
    ['base64Binary', 'QU=D', 'format'],
  ])('%s %j: %s', (type, value, problem) => expect(check(type, value)).toBe(problem))

  test('long hostile values are read in one pass', () => {
    const long = 'A'.repeat(1_000_000)
    for (const type of Object.keys(primitiveChecks))
      for (const text of [`${long}!`, ` ${long} `, `${'a '.repeat(300_000)}`, '1'.repeat(1_000_000)]) check(type, text)
    expect(check('base64Binary', `${long}!`)).toBe('format')
  })
})

describe('the hand-written forms against the published expressions', () => {
  const rows = Object.entries(published as Record<string, { regex?: string }>).filter(([type]) =>
    ['code', 'id', 'oid', 'uuid', 'date', 'dateTime', 'instant', 'time'].includes(type),
  )

  test.each(rows)('%s agrees with the published form', (type, { regex }) => {
    const form = new RegExp(`^(?:${regex})$`)
    const near = fc.oneof(fc.stringMatching(form, { maxLength: 60 }), fc.string({ minLength: 1 }), fc.stringMatching(/^[0-9T:Z+-]{1,25}$/))
    fc.assert(
      fc.property(near, (value) => {
        const problem = check(type, value)
        // days outside the calendar and characters that nobody can keep have the form
        expect(problem === null || problem === 'not-a-date' || problem === 'characters').toBe(value !== '' && form.test(value))
      }),
      { numRuns: 300 },
    )
  })
})
