/** What is said of a code. @spec http://hl7.org/fhir/R4/valueset-operation-validate-code.html */
import { describe, expect, test } from 'vitest'
import type { CodeQuestion, Coding } from './index.ts'
import { drinks, setOf, systemOf, terminologyOf, urlOf } from './terminology.fixture.ts'

const folded = 'http://example.jp/CodeSystem/folded'
const part = 'http://example.jp/CodeSystem/part'
const versioned = 'http://example.jp/CodeSystem/versioned'
const terminology = terminologyOf(
  setOf('all', { include: [{ system: drinks }] }),
  setOf('teas', { include: [{ system: drinks, filter: [{ property: 'concept', op: 'is-a', value: 'tea' }] }] }),
  setOf('active', { inactive: false, include: [{ system: drinks }] }),
  setOf('far', { include: [{ system: 'http://far' }] }),
  setOf('mixed', { include: [{ system: drinks }, { system: folded }] }),
  setOf('listed', { include: [{ system: 'http://far', concept: [{ code: 'x', display: 'Ex' }] }] }),
  setOf('folded', { include: [{ system: folded }] }),
  setOf('part', { include: [{ system: part }] }),
  setOf('lost', { include: [{ valueSet: ['http://example.jp/ValueSet/absent'] }] }),
  setOf('versioned', { include: [{ system: versioned, version: '1.0.0' }] }),
  setOf('draft', { include: [{ system: drinks }] }, { status: 'draft' }),
  setOf('retired', { include: [{ system: drinks }] }, { status: 'retired' }),
  setOf('of-draft', { include: [{ system: 'http://example.jp/CodeSystem/draft' }] }),
  systemOf('http://example.jp/CodeSystem/draft', { status: 'draft', concept: [{ code: 'a' }] }),
  setOf('dropping', {
    include: [
      {
        system: drinks,
        concept: [
          {
            code: 'tea',
            extension: [{ url: 'http://hl7.org/fhir/StructureDefinition/structuredefinition-standards-status', valueCode: 'deprecated' }],
          },
        ],
      },
    ],
  }),
  systemOf(folded, {
    version: '1',
    caseSensitive: false,
    concept: [{ code: 'Tea', display: 'Cup' }, { code: 'tea', display: 'Pot' }, { code: 'Jug' }],
  }),
  systemOf(part, { version: '1', content: 'fragment', concept: [{ code: 'a' }] }),
  systemOf(versioned, { version: '1.0.0', versionNeeded: true, concept: [{ code: 'a' }] }),
  systemOf(versioned, { version: '2.0.0', concept: [{ code: 'a' }] }),
  { ...systemOf('http://example.jp/CodeSystem/more', { content: 'supplement' }), supplements: drinks, concept: [] },
)

type Row = [name: string, set: string, coding: Coding, more: Partial<CodeQuestion>, result: boolean | 'unknown', details: string[]]
const tea = { system: drinks, code: 'tea' }
const rows: Row[] = [
  ['a right code', 'all', tea, {}, true, []],
  ['with its display in another case', 'all', { ...tea, display: 'TEA' }, {}, true, []],
  ['with a name in another language', 'all', { ...tea, display: 'Tee' }, {}, true, []],
  ['with a wrong display', 'all', { ...tea, display: 'Coffee' }, {}, false, ['invalid-display']],
  ['with a wrong display, leniently', 'all', { ...tea, display: 'Coffee' }, { lenientDisplay: true }, true, ['invalid-display']],
  ['with a wrong display, membership only', 'all', { ...tea, display: 'Coffee' }, { membershipOnly: true }, true, []],
  ['with a display of the language asked for', 'all', { ...tea, display: '茶' }, { displayLanguage: 'ja' }, true, []],
  [
    'with a display of another language than asked for',
    'all',
    { ...tea, display: 'Tee' },
    { displayLanguage: 'ja' },
    false,
    ['invalid-display'],
  ],
  [
    'with the own display where the language has none',
    'all',
    { ...tea, display: 'Tea' },
    { displayLanguage: 'it' },
    true,
    ['display-comment'],
  ],
  [
    'with a wrong display where the language has none',
    'all',
    { ...tea, display: 'Te' },
    { displayLanguage: 'it' },
    false,
    ['invalid-display'],
  ],
  ['a language that is none', 'all', tea, { displayLanguage: '-' }, false, ['invalid-display']],
  ['a code of the system outside of the value set', 'teas', { system: drinks, code: 'milk' }, {}, false, ['not-in-vs']],
  ['a code the system does not have', 'teas', { system: drinks, code: 'beer' }, {}, false, ['not-in-vs', 'invalid-code']],
  ['a code in another case', 'all', { system: drinks, code: 'TEA' }, {}, false, ['not-in-vs', 'invalid-code']],
  ['a code in another case where case does not count', 'folded', { system: folded, code: 'jug' }, {}, true, ['code-rule']],
  ['a code in its own case where case does not count', 'folded', { system: folded, code: 'tea', display: 'Pot' }, {}, true, []],
  ['a system that is not loaded and not asked for', 'teas', { system: 'http://near', code: 'x' }, {}, false, ['not-in-vs', 'not-found']],
  ['a system that is not loaded', 'far', { system: 'http://far', code: 'x' }, {}, 'unknown', ['vs-invalid', 'not-found']],
  ['a listed code of a system that is not loaded', 'listed', { system: 'http://far', code: 'x' }, {}, true, ['not-found']],
  ['a value set that imports one that is not loaded', 'lost', tea, {}, 'unknown', ['not-found', 'vs-invalid']],
  ['a value set that is not loaded', 'absent', tea, {}, 'unknown', ['not-found']],
  ['no system', 'all', { code: 'tea' }, {}, false, ['not-in-vs', 'invalid-data']],
  ['no system, to be found out', 'all', { code: 'tea' }, { inferSystem: true }, true, []],
  ['no system, in two systems', 'mixed', { code: 'tea' }, { inferSystem: true }, false, ['cannot-infer', 'not-in-vs']],
  ['no system, in none', 'all', { code: 'beer' }, { inferSystem: true }, false, ['cannot-infer', 'not-in-vs']],
  ['no code', 'all', { system: drinks }, {}, false, ['invalid-data']],
  ['a system that is no URI', 'all', { system: 'drinks', code: 'tea' }, {}, false, ['not-in-vs', 'invalid-data']],
  ['a value set instead of a system', 'all', { system: urlOf('teas'), code: 'tea' }, {}, false, ['not-in-vs', 'invalid-data']],
  [
    'a supplement instead of a system',
    'all',
    { system: 'http://example.jp/CodeSystem/more', code: 'tea' },
    {},
    false,
    ['not-in-vs', 'invalid-data'],
  ],
  ['a retired code', 'all', { system: drinks, code: 'black-tea' }, {}, true, ['code-comment']],
  [
    'a retired code where only active ones count',
    'all',
    { system: drinks, code: 'black-tea' },
    { activeOnly: true },
    false,
    ['not-in-vs', 'code-rule', 'code-comment'],
  ],
  [
    'a retired code of a value set without them',
    'active',
    { system: drinks, code: 'black-tea' },
    {},
    false,
    ['not-in-vs', 'code-rule', 'code-comment'],
  ],
  ['a deprecated code', 'all', { system: drinks, code: 'water' }, {}, true, ['code-comment']],
  ['an abstract code', 'all', { system: drinks, code: 'drink' }, {}, true, []],
  [
    'an abstract code where it may not stand',
    'all',
    { system: drinks, code: 'drink' },
    { abstract: false },
    false,
    ['not-in-vs', 'code-rule'],
  ],
  ['a code of a fragment', 'part', { system: part, code: 'a' }, {}, true, []],
  ['a code a fragment does not have', 'part', { system: part, code: 'b' }, {}, true, ['invalid-code']],
  ['the version of the value set', 'versioned', { system: versioned, version: '1.0.0', code: 'a' }, {}, true, []],
  ['another version than the value set has', 'versioned', { system: versioned, version: '2.0.0', code: 'a' }, {}, false, ['vs-invalid']],
  ['a version that is not loaded', 'versioned', { system: versioned, version: '3.0.0', code: 'a' }, {}, false, ['vs-invalid', 'not-found']],
  ['no version where one is needed', 'versioned', { system: versioned, code: 'a' }, {}, false, ['invalid-data']],
  ['a version against a check', 'all', tea, { versions: { checkSystemVersions: [`${drinks}|3.0.0`] } }, 'unknown', []],
  ['a value set that is a draft', 'draft', tea, {}, true, []],
  ['a value set that is retired', 'retired', tea, {}, true, ['status-check']],
  ['a code system that is a draft', 'of-draft', { system: 'http://example.jp/CodeSystem/draft', code: 'a' }, {}, true, ['status-check']],
  ['a code the value set means to drop', 'dropping', tea, {}, true, ['code-comment']],
]

describe('a coding:', () => {
  test.each(rows)('%s', (_name, set, coding, more, result, details) => {
    const found = terminology.validateCode(urlOf(set), { form: 'Coding', codings: [coding], ...more })
    if (details.length > 0 || result !== 'unknown') expect(found.issues.map(({ detail }) => detail)).toEqual(details)
    expect(found.result).toBe(result)
    expect(found.message === undefined).toBe(found.result === true)
    for (const issue of found.issues) expect([issue.ja, issue.en].every((text) => text.length > 5)).toBe(true)
  })
})

test('the answer gives the code as it should be written, and what is known of it', () => {
  const found = terminology.validateCode(urlOf('folded'), { form: 'code', codings: [{ system: folded, code: 'JUG' }] })
  expect(found).toMatchObject({ result: true, code: 'JUG', normalizedCode: 'Jug', system: folded, version: '1' })
  const old = terminology.validateCode(urlOf('all'), { form: 'Coding', codings: [{ system: drinks, code: 'black-tea' }] })
  expect(old).toMatchObject({ inactive: true, status: 'retired', display: 'Black tea' })
  const japanese = terminology.validateCode(urlOf('all'), { form: 'Coding', codings: [tea], displayLanguage: 'ja' })
  expect(japanese.display).toBe('茶')
})

describe('places:', () => {
  const wrong = { system: drinks, code: 'beer', display: 'Beer' }
  test.each([
    ['code', ['code', 'code']],
    ['Coding', ['Coding.code', 'Coding.code']],
    ['CodeableConcept', [undefined, 'CodeableConcept.coding[0].code', 'CodeableConcept.coding[0].code']],
  ] as const)('%s', (form, paths) => {
    const found = terminology.validateCode(urlOf('all'), { form, codings: [wrong] })
    expect(found.issues.map(({ path }) => path)).toEqual(paths)
  })
})

describe('a concept of several codings:', () => {
  const check = (...codings: Coding[]) => terminology.validateCode(urlOf('teas'), { form: 'CodeableConcept', codings })
  test('one that belongs is enough', () => {
    const found = check({ system: drinks, code: 'milk' }, tea)
    expect(found).toMatchObject({ result: true, code: 'tea' })
    expect(found.issues.map(({ severity, detail }) => [severity, detail])).toEqual([['information', 'this-code-not-in-vs']])
  })
  test('a wrong code beside it is still wrong', () => {
    expect(check(tea, { system: drinks, code: 'beer' }).result).toBe(false)
  })
  test('a system nobody knows beside it is a warning', () => {
    const found = check(tea, { system: 'http://near', code: 'x' })
    expect(found.result).toBe(true)
    expect(found.unknownSystems).toEqual(['http://near'])
  })
  test('none that belongs', () => {
    const found = check({ system: drinks, code: 'milk' })
    expect(found.result).toBe(false)
    expect(found.issues.map(({ detail }) => detail)).toEqual(['not-in-vs', 'this-code-not-in-vs'])
  })
})

describe('a code system alone:', () => {
  const check = (coding: Coding) => terminology.validateInSystem(drinks, { form: 'code', codings: [coding] })
  test.each([
    ['tea', true, []],
    ['beer', false, ['invalid-code']],
  ])('%s', (code, result, details) => {
    const found = check({ code })
    expect(found.result).toBe(result)
    expect(found.issues.map(({ detail }) => detail)).toEqual(details)
  })
  test('that is not loaded', () => {
    const found = terminology.validateInSystem('http://far', { form: 'code', codings: [{ code: 'x' }] })
    expect(found).toMatchObject({ result: 'unknown', unknownSystems: ['http://far'] })
  })
  test('of which only the form is known', () => {
    const loinc = (code: string) => terminology.validateInSystem('http://loinc.org', { form: 'code', codings: [{ code }] }).result
    expect(loinc('2160-0')).toBe('unknown')
    expect(loinc('2160-1')).toBe(false)
  })
})
