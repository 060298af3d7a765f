import { expect, test } from 'vitest'
import { textsNamed } from './references.ts'

test('texts of these names are found at any depth, each once, in lists longer than a call takes arguments', () => {
  const many = Array.from({ length: 300_000 }, (_, n) => ({ reference: n % 2 ? 'Patient/a' : 'Patient/b', other: 'Patient/c' }))
  expect(textsNamed({ resourceType: 'List', entry: many }, new Set(['reference'])).sort()).toEqual(['Patient/a', 'Patient/b'])
})
