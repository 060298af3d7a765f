/** How includes, excludes, imports and versions make a value set. @spec http://hl7.org/fhir/R4/valueset.html#compositions */
import { describe, expect, test } from 'vitest'
import type { JsonObject } from '../model.ts'
import { makeTerminology } from './index.ts'
import { allDrinks, codesOf, drinkSystem, drinks, setOf, systemOf, terminologyOf, urlOf } from './terminology.fixture.ts'

const isA = (value: string): JsonObject => ({ system: drinks, filter: [{ property: 'concept', op: 'is-a', value }] })
const listed = (...codes: string[]): JsonObject => ({ system: drinks, concept: codes.map((code) => ({ code })) })
const teas = setOf('teas', { include: [isA('tea')] })
const hot = setOf('hot', { include: [{ system: drinks, filter: [{ property: 'hot', op: '=', value: 'true' }] }] })

const rows: [name: string, compose: JsonObject, codes: string[] | string][] = [
  ['a whole system', { include: [{ system: drinks }] }, allDrinks],
  ['a list, in its order', { include: [listed('water', 'tea')] }, ['water', 'tea']],
  ['a list drops codes the complete system does not have', { include: [listed('beer', 'tea')] }, ['tea']],
  [
    'several includes are joined, each code once',
    { include: [isA('tea'), listed('tea', 'milk')] },
    ['tea', 'green-tea', 'black-tea', 'milk'],
  ],
  ['an exclude takes away', { include: [isA('tea')], exclude: [listed('black-tea')] }, ['tea', 'green-tea']],
  ['inactive codes are left out on demand', { inactive: false, include: [isA('tea')] }, ['tea', 'green-tea']],
  [
    'inactive codes of an import are left out on demand',
    { inactive: false, include: [{ valueSet: [urlOf('teas')] }] },
    ['tea', 'green-tea'],
  ],
  ['an imported value set', { include: [{ valueSet: [urlOf('teas')] }] }, ['tea', 'green-tea', 'black-tea']],
  ['two imports in one include: what both hold', { include: [{ valueSet: [urlOf('teas'), urlOf('hot')] }] }, ['tea']],
  [
    'two includes with imports: what either holds',
    { include: [{ valueSet: [urlOf('teas')] }, { valueSet: [urlOf('hot')] }] },
    ['tea', 'green-tea', 'black-tea', 'coffee'],
  ],
  ['a system and an import: what both hold', { include: [{ ...isA('drink'), valueSet: [urlOf('hot')] }] }, ['tea', 'coffee']],
  [
    'an excluded import',
    { include: [{ system: drinks }], exclude: [{ valueSet: [urlOf('teas')] }] },
    ['drink', 'coffee', 'latte', 'milk', 'water'],
  ],
  ['the version of the system that is named', { include: [{ ...listed('tea'), version: '2.1.0' }] }, ['tea']],
  ['the beginning of a version', { include: [{ ...listed('tea'), version: '2.1' }] }, ['tea']],
  ['a pattern of a version', { include: [{ ...listed('tea'), version: '2.x.x' }] }, ['tea']],
  ['another version is not loaded', { include: [{ system: drinks, version: '3.0.0' }] }, 'not-found'],
  ['an import that is not loaded', { include: [{ valueSet: ['http://example.jp/ValueSet/absent'] }] }, 'not-found'],
  ['a system that is not loaded', { include: [{ system: 'http://example.jp/CodeSystem/absent' }] }, 'not-found'],
  ['some units can', { include: [{ system: 'http://unitsofmeasure.org', concept: [{ code: 'mg' }] }] }, ['mg']],
]

describe.each(rows)('%s', (_name, compose, codes) => {
  const set = setOf('asked', compose)
  const terminology = terminologyOf(teas, hot, set)

  test('lists', () => expect(codesOf(terminology, set)).toEqual(codes))

  if (Array.isArray(codes))
    test('judges', () => {
      const judged = ['mg', ...allDrinks].filter((code) => terminology.memberOf(urlOf('asked'), { code }).result === 'in')
      expect(judged.sort()).toEqual([...codes].sort())
    })
  else
    test('says that it cannot tell', () =>
      expect(terminology.memberOf(urlOf('asked'), { code: 'tea' })).toMatchObject({ result: 'unknown' }))
})

test('a code of another system is out even where it is spelt the same', () => {
  expect(terminologyOf(teas).memberOf(urlOf('teas'), { system: 'http://other', code: 'tea' })).toEqual({ result: 'out' })
})

test('value sets that include each other are refused with the way round', () => {
  const a = setOf('a', { include: [{ valueSet: [urlOf('b')] }] })
  const b = setOf('b', { include: [{ valueSet: [urlOf('a')] }, isA('tea')] })
  const terminology = terminologyOf(a, b)
  for (const name of ['a', 'b']) {
    const found = terminology.memberOf(urlOf(name), { system: drinks, code: 'milk' })
    expect(found).toMatchObject({ result: 'unknown', why: { kind: 'circular' } })
    expect(codesOf(terminology, urlOf(name))).toBe('vs-invalid')
  }
})

test('a version of a value set is the one that is named', () => {
  const old = setOf('v', { include: [listed('tea')] })
  const fresh = setOf('v', { include: [listed('milk')] }, { version: '1.10.0' })
  const terminology = terminologyOf(old, fresh)
  expect(codesOf(terminology, urlOf('v'))).toEqual(['milk'])
  expect(codesOf(terminology, `${urlOf('v')}|1.0.0`)).toEqual(['tea'])
  expect(terminology.memberOf(`${urlOf('v')}|9`, { code: 'tea' })).toMatchObject({ result: 'unknown' })
})

test('of a fragment a code that is not there is open', () => {
  const system = 'http://example.jp/CodeSystem/part'
  const terminology = terminologyOf(
    systemOf(system, { content: 'fragment', concept: [{ code: 'a' }] }),
    setOf('part', { include: [{ system }] }),
  )
  expect(terminology.memberOf(urlOf('part'), { system, code: 'a' })).toEqual({ result: 'in' })
  expect(terminology.memberOf(urlOf('part'), { system, code: 'b' })).toMatchObject({
    result: 'unknown',
    why: { kind: 'system-incomplete' },
  })
})

test.each([
  [true, 'out'],
  [false, 'in'],
  [undefined, 'in'],
])('caseSensitive %s: another case is %s', (caseSensitive, result) => {
  const system = 'http://example.jp/CodeSystem/case'
  const { caseSensitive: _dropped, ...rest } = systemOf(system, { concept: [{ code: 'Ab' }] })
  const made = caseSensitive === undefined ? rest : { ...rest, caseSensitive }
  const sets = [setOf('case', { include: [{ system }] }), setOf('case-list', { include: [{ system, concept: [{ code: 'Ab' }] }] })]
  const terminology = terminologyOf(made, ...sets)
  for (const name of ['case', 'case-list']) expect(terminology.memberOf(urlOf(name), { system, code: 'aB' }).result).toBe(result)
})

describe('an expansion that was published with a value set', () => {
  const contains = [{ system: 'http://far', code: 'x', display: 'X', contains: [{ system: 'http://far', code: 'y' }] }]
  const far = { include: [{ system: 'http://far' }] }
  test('stands where there is no definition', () => {
    const terminology = terminologyOf(setOf('e', {}, { expansion: { timestamp: '2024-01-01', contains } }))
    expect(codesOf(terminology, urlOf('e'))).toEqual(['x', 'y'])
    expect(terminology.memberOf(urlOf('e'), { system: 'http://far', code: 'z' })).toEqual({ result: 'out' })
  })
  test('stands in where the system is not loaded', () => {
    const terminology = terminologyOf(setOf('e', far, { expansion: { timestamp: '2024-01-01', contains } }))
    expect(terminology.memberOf(urlOf('e'), { system: 'http://far', code: 'y' })).toEqual({ result: 'in' })
    expect(terminology.memberOf(urlOf('e'), { system: 'http://far', code: 'z' })).toEqual({ result: 'out' })
    expect(codesOf(terminology, urlOf('e'))).toEqual(['x', 'y'])
  })
  test('proves nothing absent where it is partial', () => {
    const terminology = terminologyOf(setOf('e', far, { expansion: { timestamp: '2024-01-01', total: 9, contains } }))
    expect(terminology.memberOf(urlOf('e'), { system: 'http://far', code: 'y' })).toEqual({ result: 'in' })
    expect(terminology.memberOf(urlOf('e'), { system: 'http://far', code: 'z' })).toMatchObject({ result: 'unknown' })
    expect(codesOf(terminology, urlOf('e'))).toBe('not-found')
  })
})

test('units cannot be listed, but judged', () => {
  const terminology = terminologyOf(setOf('units', { include: [{ system: 'http://unitsofmeasure.org' }] }))
  expect(codesOf(terminology, urlOf('units'))).toBe('vs-invalid')
  expect(terminology.memberOf(urlOf('units'), { code: 'mg/dL' })).toEqual({ result: 'in' })
  expect(terminology.memberOf(urlOf('units'), { code: 'tea' })).toEqual({ result: 'out' })
})

test('the value set a code system names means all of it', () => {
  expect(codesOf(terminologyOf(), 'http://example.jp/ValueSet/all-drinks')).toEqual(allDrinks)
})

test('a contained value set is found by its # id', () => {
  const set = setOf('outer', { include: [{ valueSet: ['#inner'] }] }, { contained: [{ ...teas, id: 'inner', url: 'urn:none' }] })
  expect(codesOf(terminologyOf(), set)).toEqual(['tea', 'green-tea', 'black-tea'])
})

describe('supplements', () => {
  const supplement = {
    ...systemOf('http://example.jp/CodeSystem/drinks-fr', { content: 'supplement' }),
    supplements: drinks,
    concept: [{ code: 'tea', designation: [{ language: 'fr', value: 'Thé' }] }],
  }
  const asking = (url: string): JsonObject =>
    setOf(
      'supplemented',
      { include: [listed('tea')] },
      { extension: [{ url: 'http://hl7.org/fhir/StructureDefinition/valueset-supplement', valueCanonical: url }] },
    )
  const french = { displayLanguage: 'fr' }

  test('add names where the value set asks for them', () => {
    const terminology = terminologyOf(supplement)
    const found = terminology.expand(asking('http://example.jp/CodeSystem/drinks-fr'), french)
    expect('contains' in found && found.contains[0]?.display).toBe('Thé')
    const without = terminology.expand(setOf('plain', { include: [listed('tea')] }), french)
    expect('contains' in without && without.contains[0]?.display).toBe('Tea')
  })
  test('with a language are language packs, and always add', () => {
    const found = terminologyOf({ ...supplement, language: 'fr' }).expand(setOf('plain', { include: [listed('tea')] }), french)
    expect('contains' in found && found.contains[0]?.display).toBe('Thé')
  })
  test('that are not here are said to be missing', () => {
    expect(codesOf(terminologyOf(), asking('http://example.jp/CodeSystem/none'))).toBe('not-found')
  })
  test('are no code systems', () => {
    expect(terminologyOf(supplement).codeIn({ system: 'http://example.jp/CodeSystem/drinks-fr', code: 'tea' })).toEqual({
      result: 'unknown',
    })
  })
})

test('resources lie over an existing terminology, and leave it as it was', () => {
  const below = makeTerminology({ resources: [drinkSystem, teas] })
  const above = makeTerminology({ below, resources: [setOf('teas', { include: [listed('milk')] }, { version: '2.0.0' })] })
  expect(codesOf(above, urlOf('teas'))).toEqual(['milk'])
  expect(codesOf(above, `${urlOf('teas')}|1.0.0`)).toEqual(['tea', 'green-tea', 'black-tea'])
  expect(codesOf(below, urlOf('teas'))).toEqual(['tea', 'green-tea', 'black-tea'])
})

test('a master goes before a fragment of the same system', () => {
  const part = systemOf('http://example.jp/CodeSystem/master', { content: 'fragment', version: '9', concept: [{ code: 'a' }] })
  const master = terminologyOf(
    systemOf('http://example.jp/CodeSystem/master', { version: '2024-04-01', concept: [{ code: 'a' }, { code: 'b' }] }),
  ).sources.systems('http://example.jp/CodeSystem/master')[0]!
  const terminology = makeTerminology({ resources: [part], masters: [master] })
  expect(terminology.codeIn({ system: 'http://example.jp/CodeSystem/master', code: 'b' })).toMatchObject({ result: 'known' })
  expect(terminology.codeIn({ system: 'http://example.jp/CodeSystem/master', code: 'c' })).toEqual({ result: 'unknown-code' })
})

describe('of one code system in several places', () => {
  const actCode = 'http://terminology.hl7.org/CodeSystem/v3-ActCode'
  test("a package's edition goes before R4's own, whatever their versions are called", () => {
    const newer = systemOf(actCode, { version: '9.0.0', concept: [{ code: 'NEW' }] })
    expect(terminologyOf(newer).codeIn({ system: actCode, code: 'NEW' })).toMatchObject({ result: 'known' })
    expect(terminologyOf(newer).codeIn({ system: actCode, version: '2018-08-12', code: 'AMB' })).toMatchObject({ result: 'known' })
  })
  test("but not a part of it before R4's whole", () => {
    const piece = systemOf(actCode, { version: '9.0.0', content: 'fragment', concept: [{ code: 'NEW' }] })
    expect(terminologyOf(piece).codeIn({ system: actCode, code: 'AMB' })).toMatchObject({ result: 'known' })
  })
  test('no list of units is complete', () => {
    const some = systemOf('http://unitsofmeasure.org', { concept: [{ code: 'mg' }] })
    expect(terminologyOf(some).codeIn({ system: 'http://unitsofmeasure.org', code: 'kg' })).toMatchObject({ result: 'known' })
  })
  test('a list of LOINC goes before its form', () => {
    const list = systemOf('http://loinc.org', { version: '2.80', concept: [{ code: '2160-0', display: 'Creatinine' }] })
    expect(terminologyOf(list).codeIn({ system: 'http://loinc.org', code: '2160-0' })).toEqual({
      result: 'known',
      displays: ['Creatinine'],
    })
    expect(terminologyOf(list).codeIn({ system: 'http://loinc.org', code: '718-7' })).toEqual({ result: 'unknown-code' })
  })
})
