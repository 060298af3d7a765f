/** Whatever a value set is made of: it lists a code exactly where it says that the code belongs to it. */
import fc from 'fast-check'
import { expect, test } from 'vitest'
import type { JsonObject } from '../model.ts'
import { allDrinks, codesOf, drinks, setOf, terminologyOf, urlOf } from './terminology.fixture.ts'

const code = fc.constantFrom(...allDrinks, 'beer')
const filter = fc.oneof(
  fc.record({
    property: fc.constant('concept'),
    op: fc.constantFrom('is-a', 'descendent-of', 'is-not-a', 'generalizes', 'child-of', 'descendent-leaf', '='),
    value: code,
  }),
  fc.record({
    property: fc.constantFrom('hot', 'colour', 'parent', 'child', 'inactive', 'state'),
    op: fc.constantFrom('=', 'in', 'not-in', 'exists', 'regex'),
    value: fc.constantFrom('true', 'false', 'red', 'green,white', 'tea', 'retired'),
  }),
)
const own: fc.Arbitrary<JsonObject> = fc.oneof(
  fc.constant({ system: drinks }),
  fc.array(code, { minLength: 1, maxLength: 4 }).map((codes) => ({ system: drinks, concept: codes.map((each) => ({ code: each })) })),
  fc.array(filter, { minLength: 1, maxLength: 3 }).map((filters) => ({ system: drinks, filter: filters })),
)
const imports = fc.uniqueArray(fc.constantFrom('one', 'two'), { minLength: 1 }).map((names) => names.map(urlOf))
const include: fc.Arbitrary<JsonObject> = fc.oneof(
  own,
  imports.map((valueSet) => ({ valueSet })),
  fc.tuple(own, imports).map(([part, valueSet]) => ({ ...part, valueSet })),
)
const compose = (part: fc.Arbitrary<JsonObject>): fc.Arbitrary<JsonObject> =>
  fc.record({ include: fc.array(part, { minLength: 1, maxLength: 3 }), exclude: fc.array(part, { maxLength: 2 }), inactive: fc.boolean() })

test('lists what it holds', () => {
  fc.assert(
    fc.property(compose(own), compose(own), compose(include), (one, two, asked) => {
      const terminology = terminologyOf(setOf('one', one), setOf('two', two), setOf('asked', asked))
      const listed = codesOf(terminology, urlOf('asked'))
      const held = [...allDrinks, 'beer'].filter(
        (each) => terminology.memberOf(urlOf('asked'), { system: drinks, code: each }).result === 'in',
      )
      expect([...listed].sort()).toEqual(held.sort())
    }),
    { numRuns: 1000 },
  )
})

test('a code that is excluded is never in', () => {
  fc.assert(
    fc.property(compose(own), code, (one, taken) => {
      const exclude = [{ system: drinks, concept: [{ code: taken }] }]
      const terminology = terminologyOf(setOf('one', { ...one, exclude }))
      expect(terminology.memberOf(urlOf('one'), { system: drinks, code: taken }).result).toBe('out')
    }),
  )
})

test('pages laid together are the whole', () => {
  fc.assert(
    fc.property(compose(own), fc.integer({ min: 1, max: 5 }), (one, count) => {
      const terminology = terminologyOf()
      const set = setOf('one', one)
      const pages = Array.from({ length: Math.ceil(allDrinks.length / count) }, (_, page) =>
        codesOf(terminology, set, { offset: page * count, count }),
      )
      expect(pages.flat()).toEqual(codesOf(terminology, set))
    }),
  )
})
