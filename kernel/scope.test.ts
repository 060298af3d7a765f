import fc from 'fast-check'
import { expect, test } from 'vitest'
import { kindsOf, scopeCovers, scopesHeld } from './scope.ts'

test.each([
  [['system/*.cruds'], 'system/*.cruds', true],
  [['system/*.cruds'], 'system/Observation.rs', true],
  [['system/*.cruds'], 'system/*.read', true],
  [['system/*.cruds'], 'system/*.write', true],
  [['system/*.cruds'], 'system/*.*', true],
  [['system/*.rs'], 'system/Patient.r', true],
  [['system/*.read'], 'system/Patient.rs', true],
  [['system/*.rs'], 'system/*.read', true],
  [['system/Observation.rs'], 'system/Observation.s', true],
  [['system/*.rs'], 'system/*.cruds', false],
  [['system/*.read'], 'system/*.write', false],
  [['system/Observation.rs'], 'system/*.rs', false],
  [['system/Observation.rs'], 'system/Condition.rs', false],
  [['system/*.cruds'], 'user/*.rs', false],
  [['system/*.cruds'], 'patient/Observation.rs', false],
  [['system/*.cruds'], 'system/*.', false],
  [['system/*.cruds'], 'system/*.sr', false],
  [['system/*.cruds'], 'openid', false],
  [['openid'], 'openid', true],
  [[], 'system/*.rs', false],
  [['patient/*.rs'], 'patient/Observation.rs?category=laboratory', true],
  [['patient/Observation.rs?category=laboratory'], 'patient/Observation.r?category=laboratory', true],
  [['patient/Observation.rs?category=laboratory'], 'patient/Observation.rs?category=vital-signs', false],
  [['patient/Observation.rs?category=laboratory'], 'patient/Observation.rs', false],
] as const)('%j covers %s: %s', (own, asked, covered) => {
  expect(scopeCovers(own, asked)).toBe(covered)
})

test.each([
  [[], [], 'system/*.rs'],
  [[], ['kind/diagnosis'], 'system/*.rs kind/diagnosis'],
  [['kind/diagnosis'], [], 'system/*.rs kind/diagnosis'],
  [['kind/diagnosis', 'kind/allergy'], ['kind/allergy', 'kind/infection'], 'system/*.rs kind/allergy'],
  [['kind/diagnosis'], ['kind/allergy'], 'system/*.rs kind/'],
] as const)('of a client of %j a token of %j holds %s', (own, named, held) => {
  expect(scopesHeld(['system/*.rs', ...own], ['system/*.rs', 'system/*.cruds', ...named]).join(' ')).toBe(held)
})

test('a kind on either side never lets through more than without it', () => {
  const kinds = fc.subarray(['kind/a', 'kind/b', 'kind/c'])
  fc.assert(
    fc.property(kinds, kinds, (own, named) => {
      const held = kindsOf(scopesHeld(own, named))
      for (const side of [own, named].filter((of) => of.length > 0)) {
        expect(held.length).toBeGreaterThan(0)
        expect(held.every((kind) => kind === '' || side.includes(`kind/${kind}`))).toBe(true)
      }
    }),
  )
})
