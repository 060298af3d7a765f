import { expect, test } from 'vitest'
import { isStrict, preference } from './preference.ts'

test.each<[string | undefined, string, string | undefined]>([
  [undefined, 'return', undefined],
  ['', 'return', undefined],
  ['return=minimal', 'return', 'minimal'],
  ['return="minimal"', 'return', 'minimal'],
  ['Return = minimal', 'return', 'minimal'],
  ['respond-async, return=representation', 'return', 'representation'],
  ['handling=strict; return=OperationOutcome', 'return', 'OperationOutcome'],
  ['return=minimal, return=representation', 'return', 'minimal'],
  ['respond-async', 'respond-async', ''],
  ['x="return=minimal"', 'return', undefined],
])('Prefer: %s says of %s: %s', (header, name, expected) => {
  expect(preference(header, name)).toBe(expected)
})

test.each<[string, boolean]>([
  ['handling=strict', true],
  ['return=minimal; handling="strict"', true],
  ['handling=lenient', false],
  ['x="handling=strict"', false],
])('Prefer: %s is strict: %s', (prefer, expected) => {
  expect(isStrict({ prefer })).toBe(expected)
})
