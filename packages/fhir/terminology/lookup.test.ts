/** @spec http://hl7.org/fhir/R4/codesystem-operations.html */
import { describe, expect, test } from 'vitest'
import { drinks, terminologyOf } from './terminology.fixture.ts'

const terminology = terminologyOf()

describe('lookup', () => {
  test('gives all that is known', () => {
    expect(terminology.lookup({ system: drinks, code: 'tea' })).toMatchObject({
      name: 'Drinks',
      version: '2.1.0',
      display: 'Tea',
      definition: 'Leaves in water',
      abstract: false,
      inactive: false,
      designations: [
        { language: 'ja', value: '茶' },
        { language: 'ja', value: 'チャ' },
        { language: 'de', value: 'Tee' },
      ],
      properties: [
        { code: 'parent', value: 'drink', description: 'Drink' },
        { code: 'child', value: 'green-tea', description: 'Green tea' },
        { code: 'child', value: 'black-tea', description: 'Black tea' },
        { code: 'inactive', value: false },
        { code: 'hot', value: true },
      ],
    })
  })
  test('only the properties asked for', () => {
    const found = terminology.lookup({ system: drinks, code: 'latte', properties: ['parent'] })
    expect('properties' in found && found.properties.map(({ value }) => value)).toEqual(['coffee', 'milk'])
  })
  test('in a language', () =>
    expect(terminology.lookup({ system: drinks, code: 'tea', displayLanguage: 'ja' })).toMatchObject({ display: '茶' }))
  test.each([
    ['a code it does not have', { system: drinks, code: 'beer' }, 'invalid-code'],
    ['a system that is not loaded', { system: 'http://far', code: 'x' }, 'not-found'],
    ['a version that is not loaded', { system: drinks, version: '9', code: 'tea' }, 'not-found'],
    ['a code of which only the form is known', { system: 'http://loinc.org', code: '2160-0' }, 'processing-note'],
  ])('%s', (_name, question, detail) => expect(terminology.lookup(question)).toMatchObject({ issue: { detail } }))
})

describe('subsumption', () => {
  test.each([
    ['tea', 'tea', 'equivalent'],
    ['drink', 'green-tea', 'subsumes'],
    ['green-tea', 'drink', 'subsumed-by'],
    ['milk', 'latte', 'subsumes'],
    ['tea', 'latte', 'not-subsumed'],
  ])('%s %s: %s', (codeA, codeB, relation) => {
    expect(terminology.relation({ system: drinks, codeA, codeB })).toBe(relation)
    expect(terminology.subsumes(drinks, codeA, codeB)).toBe(relation === 'equivalent' || relation === 'subsumes')
  })
  test('of a code that is not there is not known', () => {
    expect(terminology.relation({ system: drinks, codeA: 'beer', codeB: 'tea' })).toMatchObject({ issue: { detail: 'invalid-code' } })
    expect(terminology.subsumes(drinks, 'beer', 'tea')).toBeUndefined()
    expect(terminology.subsumes('http://far', 'a', 'b')).toBeUndefined()
  })
})

test.each([
  [
    { system: drinks, code: 'tea' },
    { result: 'known', displays: ['Tea', '茶', 'チャ', 'Tee'] },
  ],
  [{ system: drinks, code: 'beer' }, { result: 'unknown-code' }],
  [{ system: drinks, version: '1.0.0', code: 'beer' }, { result: 'unknown' }],
  [{ system: drinks, version: '1.0.0', code: 'tea' }, { result: 'known' }],
  [{ system: 'http://far', code: 'x' }, { result: 'unknown' }],
  [{ code: 'tea' }, { result: 'unknown' }],
])('what the system says of %j', (coding, answer) => expect(terminology.codeIn(coding)).toMatchObject(answer))
