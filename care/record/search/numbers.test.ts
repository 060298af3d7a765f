/** @spec FHIR R4 search, number and quantity */
import fc from 'fast-check'
import { expect, test } from 'vitest'
import { canonicalUnit, inUnit, numberSpan } from './numbers.ts'

test.each([
  ['100', 99.5, 100.5],
  ['100.00', 99.995, 100.005],
  ['1e2', 95, 105],
  ['5.4', 5.35, 5.45],
  ['-5.4', -5.45, -5.35],
  ['0', -0.5, 0.5],
  ['5.40e-3', 0.005395, 0.005405],
])('%s stands for %d to %d', (text, from, to) => {
  expect(numberSpan(text)).toEqual({ value: Number(text), from, to })
})

test.each(['', ' ', 'x', '1.', '.5', '1e', '0x10', 'Infinity', 'NaN', '1,5', '１', '1e999', '9'.repeat(30)])('%j is no number', (text) => {
  expect(numberSpan(text)).toBeNull()
})

test('a number lies within the span it stands for, and the span has the width of its last digit', () => {
  fc.assert(
    fc.property(fc.integer({ min: -99_999, max: 99_999 }), fc.integer({ min: 0, max: 6 }), (digits, decimals) => {
      const text = (digits / 10 ** decimals).toFixed(decimals)
      const span = numberSpan(text)!
      expect(span.from).toBeLessThan(span.value)
      expect(span.value).toBeLessThan(span.to)
      expect(span.to - span.from).toBeCloseTo(10 ** -decimals, decimals + 3)
    }),
  )
})

test.each([
  ['kg', 52.5, 'g', 52500],
  ['mmol/L', 5.4, 'mol/L', 0.0054],
  ['mg/dL', 0.3, 'g/L', 0.003],
  ['h', 2, 's', 7200],
  ['dL', 1.1, 'L', 0.11],
])('%s: %d is so much %s: %d', (code, value, unit, expected) => {
  const found = canonicalUnit('http://unitsofmeasure.org', code)!
  expect([found.unit, inUnit(value, found.factor)]).toEqual([unit, expected])
})

test('units of no known dimension, and of other systems, stand alone', () => {
  expect(canonicalUnit('http://unitsofmeasure.org', '[iU]/L')).toBeUndefined()
  expect(canonicalUnit('urn:other', 'kg')).toBeUndefined()
})
