/** What a hostile expression or resource may cost. Each limit with what stays inside it. */
import fc from 'fast-check'
import { expect, test } from 'vitest'
import type { Json } from '../model.ts'
import { patient, questionnaire } from './fhirpath.fixture.ts'
import { compileFhirPath, FhirPathError, fhirPathFinding } from './index.ts'

function refusal(act: () => unknown): string {
  try {
    act()
    return 'accepted'
  } catch (error) {
    return error instanceof FhirPathError ? error.code : String(error)
  }
}

const nested = (depth: number): Json => {
  let item: Json = { linkId: 'end' }
  for (let i = 0; i < depth; i++) item = { linkId: `${i}`, item: [item] }
  return { resourceType: 'Questionnaire', status: 'active', item: [item] }
}

test.each([
  ['repeatAll that never ends', '(1).repeatAll($this)'],
  ['repeat that makes something new each time', '(1).repeat($this + 1)'],
  ['repeat of growing text', "'a'.repeat($this & $this)"],
  [
    'a text doubled again and again',
    `${'('.repeat(1)}name.given.combine(name.given).combine(name.given).combine(name.given).aggregate($total & $total & 'aaaaaaaaaaaaaaaa', 'aaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaa'))`,
  ],
  ['replace that multiplies', `'aaaaaaaaaaaaaaaa'${".replace('a', 'aaaaaaaaaaaaaaaa')".repeat(8)}`],
  ['a collection doubled again and again', `name${'.select($this.combine($this))'.repeat(30)}`],
  [
    'a product over everything',
    'descendants().select(%resource.descendants().select(%resource.descendants().select(%resource.descendants())))',
  ],
  ['true again and again', `(1).repeat(iif($this < 90000, $this + 1, {})).where(${'true and '.repeat(400)}true)`],
  [
    'one long list asked for everything',
    "defineVariable('all', descendants()).descendants().descendants().select(%all.select(%all.all(%all.count() > 0)))",
  ],
])('%s ends as too costly', (_name, expression) => {
  expect(refusal(() => compileFhirPath(expression).values(patient))).toBe('costly')
})

test.each([
  ['20,001 characters', `'${'a'.repeat(20_000)}'`],
  ['101 parentheses', `${'('.repeat(101)}1${')'.repeat(101)}`],
  ['a chain of 600 steps', `name${'.first()'.repeat(600)}`],
  ['a sum of 600 terms', `1${' + 1'.repeat(600)}`],
  ['600 signs', `${'-'.repeat(600)}1`],
])('%s is refused before it runs', (_name, expression) => {
  expect(refusal(() => compileFhirPath(expression))).toBe('costly')
})

test.each([
  ['a long but plain expression', `name${'.first()'.repeat(300)}.exists()`],
  ['60 parentheses', `${'('.repeat(60)}true${')'.repeat(60)}`],
])('%s runs', (_name, expression) => {
  expect(compileFhirPath(expression).values(patient)).toEqual([true])
})

test('a budget of steps is the caller’s to set', () => {
  const expression = compileFhirPath('descendants().count()')
  expect(refusal(() => expression.values(questionnaire, { maxSteps: 5 }))).toBe('costly')
  expect(refusal(() => expression.values(questionnaire, { maxSteps: 500 }))).toBe('accepted')
})

test('a resource nested 5,000 deep is walked, or refused as too costly, never a crash', () => {
  const deep = nested(5000)
  expect(compileFhirPath('descendants().count()').values(deep, { maxSteps: 1_000_000 })).toEqual([10_003])
  expect(['accepted', 'costly']).toContain(refusal(() => compileFhirPath('repeat(item).count()').values(deep)))
  expect(['accepted', 'costly']).toContain(refusal(() => compileFhirPath('item = item').values(deep)))
})

test('a regular expression that makes others backtrack for ever is read in one pass', () => {
  expect(compileFhirPath("('a' & '!').matches('^(a+)+$')").values({ resourceType: 'Patient' })).toEqual([false])
  const long = { resourceType: 'Patient', name: [{ family: `${'a'.repeat(50_000)}!` }] }
  expect(compileFhirPath("name.family.matches('^(a+)+$')").values(long)).toEqual([false])
})

test('a large regular expression is paid by its size and the length of the text', () => {
  const long = { resourceType: 'Patient', name: [{ family: `${'a'.repeat(50_000)}!` }] }
  const many = "(1).repeat(iif($this < 2000, $this + 1, {})).select(%resource.name.family.matches('(a{0,30}){0,30}$'))"
  expect(refusal(() => compileFhirPath(many).values(long))).toBe('costly')
})

test.each([
  ['look-ahead', "'a'.matches('(?=a)')"],
  ['a back reference', "'aa'.matches('(a)\\\\1')"],
])('%s in a regular expression is refused by name', (_name, expression) => {
  expect(refusal(() => compileFhirPath(expression).values(patient))).toBe('unknown')
})

test.each(['__proto__', 'constructor', 'constructor.name', 'toString', 'hasOwnProperty', 'name.__proto__.constructor', 'prototype'])(
  '%s finds nothing',
  (expression) => {
    expect(compileFhirPath(expression).values(patient)).toEqual([])
    expect(compileFhirPath(expression).values({ made: 'up' })).toEqual([])
  },
)

test.each(['%__proto__', '%constructor', '%toString', "'a'.encode('__proto__')", 'toString.call()', '%`hasOwnProperty`'])(
  '%s is refused',
  (expression) => {
    expect(refusal(() => compileFhirPath(expression).values(patient, { variables: {} }))).not.toBe('accepted')
  },
)

test('an error says what, where and in both languages', () => {
  try {
    compileFhirPath('name\n  .frist()')
    expect.unreachable()
  } catch (error) {
    expect(error).toBeInstanceOf(FhirPathError)
    expect(fhirPathFinding(error as FhirPathError, 'Patient.name')).toEqual({
      severity: 'error',
      code: 'not-supported',
      path: 'Patient.name',
      ruleId: 'fhirpath/unknown',
      ja: 'FHIRPathの2行4文字目: frist()という関数はありません。',
      en: 'FHIRPath line 2, column 4: There is no function frist().',
    })
  }
})

test('the resource stays as it was', () => {
  const before = structuredClone(patient)
  for (const expression of ['descendants()', 'name.given | contact.name.given', 'birthDate + 1 day', "defineVariable('a').name"])
    compileFhirPath(expression).values(patient)
  expect(patient).toEqual(before)
})

test('any text is an expression or a FhirPathError, never another failure', () => {
  const words =
    "name given . . ( ) [ ] , 'a' 1 -1 0.5 @2024 @T10:00 @2024-01-01T10:00Z {} + - * / & | = != ~ < > and or implies in contains is as Patient Quantity $this $index $total %resource %x " +
    "where( select( repeat( first() count() exists( toString() toQuantity() substring( matches( replace( iif( aggregate( 'kg' days sort( desc lowBoundary() div mod telecom.rank value ~ `x` // "
  const texts = fc.array(fc.constantFrom(...words.split(' ')), { maxLength: 12 }).map((parts) => parts.join(' '))
  const answered = (text: string) =>
    ['accepted', 'syntax', 'type', 'unknown', 'costly'].includes(refusal(() => compileFhirPath(text).values(patient, { maxSteps: 20_000 })))
  fc.assert(fc.property(fc.oneof(texts, fc.string({ maxLength: 40 })), answered), { numRuns: 3000 })
})

test('any JSON can be asked anything', () => {
  const questions = [
    'descendants()',
    'value.value',
    'name.given | name.family',
    'repeat(item)',
    'extension.value',
    '$this = $this',
    '$this ~ $this',
    'type()',
    'children().distinct()',
    'birthDate + 1 day',
  ]
  const answered = (resource: Json, question: string) =>
    ['accepted', 'type', 'costly'].includes(refusal(() => compileFhirPath(question).values(resource)))
  const resource = fc.dictionary(
    fc.constantFrom(
      'resourceType',
      'name',
      'given',
      '_given',
      'item',
      'value',
      'valueQuantity',
      'birthDate',
      '_birthDate',
      'extension',
      'contained',
      'kind',
    ),
    fc.jsonValue({ maxDepth: 3 }),
  )
  fc.assert(
    fc.property(resource, fc.constantFrom('Patient', 'Observation', 'Unknown'), fc.constantFrom(...questions), (json, type, question) =>
      answered({ ...(json as object), resourceType: type }, question),
    ),
    { numRuns: 2000 },
  )
})
