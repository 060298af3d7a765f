/** @spec http://hl7.org/fhir/R4/valueset-operation-expand.html */
import { describe, expect, test } from 'vitest'
import type { ExpandQuestion, Expansion, ExpansionEntry } from './index.ts'
import { expansionJson } from './index.ts'
import { codesOf, drinks, setOf, systemOf, terminologyOf, urlOf } from './terminology.fixture.ts'

const all = setOf('all', { include: [{ system: drinks }] })
const terminology = terminologyOf(all)

function expanded(question: ExpandQuestion, set = all): Expansion {
  const found = terminology.expand(set, question)
  if ('issue' in found) throw new Error(found.issue.en)
  return found
}

/** `a(b c)`: b and c stand under a. */
const outline = (entries: readonly ExpansionEntry[]): string =>
  entries.map(({ code, contains }) => (contains.length ? `${code}(${outline(contains)})` : code)).join(' ')

describe('hierarchy', () => {
  test('stands as in the code system, a code with two parents under the first', () => {
    expect(outline(expanded({}).contains)).toBe('drink(tea(green-tea black-tea) coffee(latte)) milk water')
  })
  test('closes over what is left out', () => {
    const set = setOf('some', {
      include: [{ system: drinks }],
      exclude: [{ system: drinks, concept: [{ code: 'tea' }, { code: 'coffee' }] }],
    })
    expect(outline(expanded({}, set).contains)).toBe('drink(green-tea black-tea) milk(latte) water')
  })
  test.each<[string, ExpandQuestion]>([
    ['excludeNested', { excludeNested: true }],
    ['a filter', { filter: 'e' }],
    ['a page', { count: 7 }],
  ])('is flat with %s', (_name, question) => {
    expect(expanded(question).contains.every(({ contains }) => contains.length === 0)).toBe(true)
  })
  test('a list has none', () => {
    const set = setOf('list', { include: [{ system: drinks, concept: [{ code: 'green-tea' }, { code: 'tea' }] }] })
    expect(outline(expanded({}, set).contains)).toBe('green-tea tea')
  })
})

describe('filter', () => {
  test.each([
    ['tea', ['tea', 'green-tea', 'black-tea']],
    ['TEA gr', ['green-tea']],
    ['ちゃ', ['tea', 'green-tea']],
    ['ﾘｮｸﾁｬ', ['green-tea']],
    ['りょくちゃ', ['green-tea']],
    ['茶', ['tea', 'green-tea']],
    ['ｌａｔｔｅ', ['latte']],
    ['beer', []],
    ['  ', ['drink', 'tea', 'green-tea', 'black-tea', 'coffee', 'latte', 'milk', 'water']],
  ])('%s', (filter, codes) => expect(codesOf(terminology, all, { filter })).toEqual(codes))
})

describe('pages', () => {
  test.each([
    [0, 3, ['drink', 'tea', 'green-tea']],
    [3, 3, ['black-tea', 'coffee', 'latte']],
    [6, 3, ['milk', 'water']],
    [9, 3, []],
    [0, 0, []],
  ])('offset %i count %i', (offset, count, codes) => {
    const found = expanded({ offset, count })
    expect(found.contains.map(({ code }) => code)).toEqual(codes)
    expect(found.total).toBe(8)
  })
})

test.each<[string, ExpandQuestion, string[]]>([
  ['activeOnly', { activeOnly: true }, ['drink', 'tea', 'green-tea', 'coffee', 'latte', 'milk', 'water']],
  ['excludeNotForUI', { excludeNotForUI: true }, ['tea', 'green-tea', 'black-tea', 'coffee', 'latte', 'milk', 'water']],
  ['exclude-system', { excludeSystems: [drinks] }, []],
])('%s', (_name, question, codes) => expect(codesOf(terminology, all, question)).toEqual(codes))

describe('language', () => {
  const tea = (displayLanguage: string | undefined, more: ExpandQuestion = {}) =>
    expanded(
      { ...(displayLanguage ? { displayLanguage } : {}), ...more },
      setOf('t', { include: [{ system: drinks, concept: [{ code: 'tea' }] }] }),
    ).contains[0]
  test.each([
    [undefined, 'Tea'],
    ['ja', '茶'],
    ['de-AT', 'Tea'],
    ['it, de;q=0.5', 'Tee'],
    ['it', 'Tea'],
    ['it, *;q=0', undefined],
  ])('%s gives %s', (language, display) => expect(tea(language)?.display).toBe(display))
  test('designations are the other names', () => {
    expect(tea('ja', { includeDesignations: true })?.designations?.map(({ value }) => value)).toEqual(['Tea', 'チャ', 'Tee'])
    expect(tea('ja', { includeDesignations: true, designations: ['urn:ietf:bcp:47|de'] })?.designations?.map(({ value }) => value)).toEqual(
      ['Tee'],
    )
    expect(tea('ja')?.designations).toBeUndefined()
  })
  test('names of the value set go before those of the system', () => {
    const set = setOf('t', { include: [{ system: drinks, concept: [{ code: 'tea', display: 'Cuppa' }] }] })
    expect(expanded({}, set).contains[0]?.display).toBe('Cuppa')
  })
  test('no language', () => expect(codesOf(terminology, all, { displayLanguage: '!' })).toBe('invalid-display'))
})

test('abstract, inactive and asked properties are told', () => {
  const entries = new Map(
    expanded({ excludeNested: true, properties: ['colour'], includeDefinition: true }).contains.map((entry) => [entry.code, entry]),
  )
  expect(entries.get('drink')).toMatchObject({ abstract: true })
  expect(entries.get('black-tea')).toMatchObject({
    inactive: true,
    properties: [
      { code: 'colour', value: 'red' },
      { code: 'status', value: 'retired' },
    ],
  })
  expect(entries.get('tea')).toMatchObject({ definition: 'Leaves in water' })
  expect(entries.get('water')).toMatchObject({ deprecated: true })
})

test('the parameters and what was used are echoed', () => {
  const { parameters } = expanded({ filter: 'tea', offset: 0, count: 2, activeOnly: true })
  expect(parameters.map(({ name, value }) => [name, value])).toEqual([
    ['activeOnly', true],
    ['filter', 'tea'],
    ['offset', 0],
    ['count', 2],
    ['used-codesystem', `${drinks}|2.1.0`],
  ])
})

test('versions follow system-version, and force-system-version above the value set', () => {
  const url = 'http://example.jp/CodeSystem/v'
  const systems = ['1.0.0', '2.0.0'].map((version) => systemOf(url, { version, concept: [{ code: `v${version[0]}` }] }))
  const open = setOf('open', { include: [{ system: url }] })
  const bound = setOf('bound', { include: [{ system: url, version: '2.0.0' }] })
  const both = terminologyOf(...systems, open, bound)
  const first = `${url}|1.0.0`
  expect(codesOf(both, urlOf('open'))).toEqual(['v2'])
  expect(codesOf(both, urlOf('open'), { versions: { systemVersions: [first] } })).toEqual(['v1'])
  expect(codesOf(both, urlOf('bound'), { versions: { systemVersions: [first] } })).toEqual(['v2'])
  expect(codesOf(both, urlOf('bound'), { versions: { forceSystemVersions: [first] } })).toEqual(['v1'])
})

test('more codes than the limit are refused, but can be paged', () => {
  const url = 'http://example.jp/CodeSystem/many'
  const many = terminologyOf(
    systemOf(url, { concept: Array.from({ length: 50 }, (_, n) => ({ code: `c${n}` })) }),
    setOf('many', { include: [{ system: url }] }),
  )
  expect(many.expand(urlOf('many'), { limit: 49 })).toMatchObject({ issue: { code: 'too-costly' } })
  expect(many.expand(urlOf('many'), { limit: 50 })).toMatchObject({ total: 50 })
  expect(many.expand(urlOf('many'), { limit: 49, count: 5, offset: 10 })).toMatchObject({ total: 50, contains: { length: 5 } })
})

test('R4 JSON: what later versions added stands in their extensions', () => {
  const found = expanded({ excludeNested: true }, setOf('t', { include: [{ system: drinks, concept: [{ code: 'black-tea' }] }] }))
  expect(expansionJson(found, { identifier: 'urn:uuid:0', timestamp: '2026-01-01T00:00:00+09:00' })).toMatchObject({
    identifier: 'urn:uuid:0',
    total: 1,
    parameter: [
      { name: 'excludeNested', valueBoolean: true },
      { name: 'used-codesystem', valueUri: `${drinks}|2.1.0` },
    ],
    contains: [
      {
        system: drinks,
        code: 'black-tea',
        display: 'Black tea',
        inactive: true,
        extension: [{ url: 'http://hl7.org/fhir/5.0/StructureDefinition/extension-ValueSet.expansion.contains.property' }],
      },
    ],
  })
})
