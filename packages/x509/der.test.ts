import fc from 'fast-check'
import { describe, expect, test } from 'vitest'
import { childrenOf, elementAt, instantOf, oidOf, serialOf, wholeElement } from './der.ts'
import { generalizedTime, oid, sequence, sequenceOf, time, unsigned } from './der-writer.ts'

describe('the encoding', () => {
  test('numbers come back as they went in', () => {
    fc.assert(
      fc.property(fc.bigInt({ min: 0n, max: 2n ** 159n }), (number) => {
        const encoded = unsigned(number.toString(16))
        expect(BigInt(`0x${serialOf(encoded, elementAt(encoded, 0, encoded.length))}`)).toBe(number)
      }),
    )
  })

  test('instants come back to the second', () => {
    const seconds = fc.integer({ min: Date.UTC(1950, 0, 1) / 1000, max: Date.UTC(9999, 11, 31) / 1000 })
    fc.assert(
      fc.property(seconds, (second) => {
        for (const encoded of [time(new Date(second * 1000)), generalizedTime(new Date(second * 1000))]) {
          expect(instantOf(encoded, elementAt(encoded, 0, encoded.length))).toBe(second * 1000)
        }
      }),
    )
  })

  test.each(['2.5.29.15', '1.2.392.200149.8.5.1.3.30', '2.999.3', '0.9.2342.19200300.100.1.25'])('%s comes back', (dotted) => {
    const encoded = oid(dotted)
    expect(oidOf(encoded, elementAt(encoded, 0, encoded.length))).toBe(dotted)
  })

  test.each([
    ['indefinite length', '3080'],
    ['length not minimal', '30810100'],
    ['length with a leading zero', '3082000101'],
    ['more than is there', '3005'],
    ['long tag', '3f8101'],
    ['trailing bytes', '300000'],
    ['nothing', ''],
  ])('%s is refused', (_name, hex) => {
    const bytes = Buffer.from(hex, 'hex')
    expect(() => wholeElement(bytes, 0x30)).toThrow()
  })

  test('a list of a hundred thousand parts is written and read', () => {
    const bytes = sequenceOf(Array.from({ length: 100_000 }, () => sequence()))
    expect(childrenOf(bytes, wholeElement(bytes, 0x30))).toHaveLength(100_000)
  })
})
