/** The filters of an include, each asked for its members. @spec http://hl7.org/fhir/R4/valueset-filter-operator.html */
import { describe, expect, test } from 'vitest'
import { allDrinks, codesOf, drinks, setOf, terminologyOf } from './terminology.fixture.ts'

const rows: [property: string, op: string, value: string, codes: string[]][] = [
  ['concept', '=', 'tea', ['tea']],
  ['code', '=', 'tea', ['tea']],
  ['concept', 'is-a', 'tea', ['tea', 'green-tea', 'black-tea']],
  ['concept', 'descendent-of', 'tea', ['green-tea', 'black-tea']],
  ['concept', 'descendent-of', 'drink', ['tea', 'green-tea', 'black-tea', 'coffee', 'latte']],
  ['concept', 'is-a', 'milk', ['latte', 'milk']],
  ['concept', 'is-a', 'nothing', []],
  ['concept', 'is-not-a', 'drink', ['milk', 'water']],
  ['concept', 'generalizes', 'latte', ['drink', 'coffee', 'latte', 'milk']],
  ['concept', 'child-of', 'drink', ['tea', 'coffee']],
  ['concept', 'descendent-leaf', 'drink', ['green-tea', 'black-tea', 'latte']],
  ['concept', 'in', 'tea, milk', ['tea', 'milk']],
  ['concept', 'not-in', 'drink,tea,coffee,latte', ['green-tea', 'black-tea', 'milk', 'water']],
  ['code', 'regex', '[a-z]+', ['drink', 'tea', 'coffee', 'latte', 'milk', 'water']],
  ['code', 'regex', '.*-tea', ['green-tea', 'black-tea']],
  ['code', 'regex', 'tea', ['tea']],
  ['display', '=', 'Latte', ['latte']],
  ['display', 'regex', '.* tea', ['green-tea', 'black-tea']],
  ['designation', '=', '緑茶', ['green-tea']],
  ['definition', 'exists', 'true', ['tea']],
  ['hot', '=', 'true', ['tea', 'coffee']],
  ['hot', '=', 'false', ['water']],
  ['hot', 'exists', 'true', ['tea', 'coffee', 'water']],
  ['hot', 'exists', 'false', ['drink', 'green-tea', 'black-tea', 'latte', 'milk']],
  ['colour', 'in', 'green,white', ['green-tea', 'milk']],
  ['colour', 'not-in', 'green,white,black', ['drink', 'tea', 'black-tea', 'latte', 'water']],
  ['colour', 'regex', '(re|gre).*', ['green-tea', 'black-tea']],
  ['parent', '=', 'tea', ['green-tea', 'black-tea']],
  ['parent', '=', 'milk', ['latte']],
  ['parent', 'exists', 'false', ['drink', 'milk', 'water']],
  ['child', '=', 'latte', ['coffee', 'milk']],
  ['child', 'exists', 'false', ['green-tea', 'black-tea', 'latte', 'water']],
  ['grouping', '=', 'true', ['drink']],
  ['notSelectable', '=', 'false', allDrinks.slice(1)],
  ['state', '=', 'retired', ['black-tea']],
  ['inactive', '=', 'true', ['black-tea']],
]

describe.each(rows)('%s %s %s', (property, op, value, codes) => {
  const set = setOf('filtered', { include: [{ system: drinks, filter: [{ property, op, value }] }] })
  const terminology = terminologyOf(set)

  test('lists its codes', () => expect(codesOf(terminology, set)).toEqual(codes))

  test.each(allDrinks)('judges %s', (code) => {
    const { result } = terminology.memberOf('http://example.jp/ValueSet/filtered', { system: drinks, code })
    expect(result).toBe(codes.includes(code) ? 'in' : 'out')
  })
})

test('several filters must all hold', () => {
  const filter = [
    { property: 'concept', op: 'is-a', value: 'drink' },
    { property: 'hot', op: '=', value: 'true' },
  ]
  expect(codesOf(terminologyOf(), setOf('both', { include: [{ system: drinks, filter }] }))).toEqual(['tea', 'coffee'])
})

test.each([
  ['a property the system does not have', 'sugar', '=', '1'],
  ['an operator nobody knows', 'colour', 'resembles', 'green'],
  ['a pattern only a backtracking engine can run', 'code', 'regex', '(a+)\\1'],
  ['no value', 'colour', '=', ''],
])('cannot tell: %s', (_name, property, op, value) => {
  const set = setOf('odd', { include: [{ system: drinks, filter: [{ property, op, value }] }] })
  const terminology = terminologyOf(set)
  expect(terminology.memberOf('http://example.jp/ValueSet/odd', { system: drinks, code: 'tea' })).toMatchObject({ result: 'unknown' })
  expect(codesOf(terminology, set)).toBe('vs-invalid')
})
