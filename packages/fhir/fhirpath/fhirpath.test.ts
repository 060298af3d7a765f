/** The manual: what FHIRPath answers where other engines differ or do not go. One row: expression, answer. */
import { describe, expect, test } from 'vitest'
import { jsonOf } from '../decimals.ts'
import { bundle, observation, patient } from './fhirpath.fixture.ts'
import { compileFhirPath, type FhirPathEnvironment, FhirPathError, fhirPathNode } from './index.ts'

type Row = [expression: string, answer: unknown[]]

function rows(on: Parameters<typeof fhirPathNode>[0], env: FhirPathEnvironment, table: Row[]) {
  test.each(table)('%s', (expression, answer) => {
    expect(compileFhirPath(expression).values(on, env)).toEqual(answer)
  })
}

describe('decimals are exact', () =>
  rows(patient, {}, [
    ['0.1 + 0.2 = 0.3', [true]],
    ['1.1 * 1.1', [1.21]],
    ['9007199254740993.0 - 9007199254740992.0', [1]],
    ['1.10.toString()', ['1.10']],
    ['1.10 = 1.1', [true]],
    ['1.0 / 3 * 3 = 1', [false]],
    ['1.2 / 1.8 ~ 0.67', [true]],
    ['2147483647 + 1', []],
    ['-2147483648', [-2147483648]],
    ['2147483647 * 2', []],
    ['9999999999999999999999999999.0 * 10', []],
    ['5.5 mod 0.7', [0.6]],
    ['2.675.round(2)', [2.68]],
    ['(0.0000001).toString()', ['0.0000001']],
  ]))

const groups = '$' + '{y}年$' + '{m}月$' + '{d}日'

describe('text counts characters, not code units', () =>
  rows(patient, {}, [
    ["'𠮷野家'.length()", [3]],
    ["'𠮷野家'.substring(1, 1)", ['野']],
    ["'𠮷野家'.indexOf('家')", [2]],
    ["'𠮷野'.toChars()", ['𠮷', '野']],
    ["'a𠮷'.replace('', '-')", ['-a-𠮷-']],
    ["'カタカナ'.matches('^[ァ-ヶー]+$')", [true]],
    ["'ｱ'.matches('^[ァ-ヶー]+$')", [false]],
    ["'A\\nb'.matches('^b', 'm')", [true]],
    ["'ABC'.matches('b', 'i')", [true]],
    [`'2026-11-22'.replaceMatches('(?<y>[0-9]+)-(?<m>[0-9]+)-(?<d>[0-9]+)', '${groups}')`, ['2026年11月22日']],
    ["'縁'.encode('base64').decode('base64')", ['縁']],
    ["'/w=='.decode('base64')", []],
    ["'a b' ~ 'A　B'", [true]],
    ["'a b' ~ 'a  b'", [false]],
  ]))

describe('moments', () =>
  rows(patient, {}, [
    ['@2026-11-22T00:00:00+09:00 = @2026-11-21T15:00:00Z', [true]],
    ['@2026-11-22T00:00:00 = @2026-11-21T15:00:00Z', [true]],
    ['@2026-11 < @2026-11-22', []],
    ['@2026-11 < @2026-12-01', [true]],
    ['@2026-11-30 + 1 month', ['2026-12-30']],
    ['@2024-02-29 + 1 year', ['2025-02-28']],
    ['@2026 + 40 days', ['2026']],
    ['@2026 + 365 days', ['2027']],
    ['@2026-11-22 + 36 hours', ['2026-11-23']],
    ['@T23:30 + 1 hour', ['00:30']],
    ['@2026-11-22T23:59:59.999+09:00 + 1 millisecond', ['2026-11-23T00:00:00.000+09:00']],
    ['@9999-12-31 + 1 day', []],
    ["@2026-11-22 + 1 'wk'", ['2026-11-29']],
    ['birthDate.yearOf()', [1974]],
    ['@2026.monthOf()', []],
    ['now()', []],
  ]))

describe('boundaries', () =>
  rows(patient, {}, [
    ['1.587.lowBoundary()', [1.5865]],
    ['1.587.lowBoundary(0)', [1]],
    ['1.587.highBoundary(0)', [2]],
    ['(-1.587).lowBoundary(2)', [-1.59]],
    ['(-1.587).highBoundary(2)', [-1.58]],
    ['@2024-02.highBoundary()', ['2024-02-29']],
    ['@2024.lowBoundary(8)', ['2024-01-01']],
    ['@T10:30:15.highBoundary()', ['10:30:15.999']],
    ['@2024-01-01T10:00Z.highBoundary()', ['2024-01-01T10:00:59.999Z']],
  ]))

describe('quantities', () =>
  rows(observation, {}, [
    ['value.toString()', ["62.5 'kg'"]],
    ["value - 500 'g'", [{ value: 62000, unit: 'g', system: 'http://unitsofmeasure.org', code: 'g' }]],
    ["10 'm/s' * 10 's' = 100 'm'", [true]],
    ["(12 'cm2' / 3 'cm').toString()", ["4 'cm'"]],
    ["(2 'kg' * 3).toString()", ["6 'kg'"]],
    ["1 '10*3/uL' = 1 '10*9/L'", [true]],
    ["1 'mg/dL' < 1 'g/L'", [true]],
    ["120 'mm[Hg]' > 15 'kPa'", [true]],
    ["37.0 'Cel' = 98.6 '[degF]'", [true]],
    ["1 '[IU]' = 1 'mg'", []],
    ["1 '{tablet}' = 1 '{tablet}'", [true]],
    ["1 week = 7 'd'", [true]],
    ["1 year = 12 'mo'", []],
    ['1 year = 12 months', [true]],
    ["1 year ~ 1 'a'", [true]],
    ["52 'cm'.toQuantity('m').toString()", ["0.52 'm'"]],
    ["45.toQuantity('m').toString()", ["45 'm'"]],
    ["24 'm'.toQuantity('kg')", []],
    ["1 'm'.comparable(20 'cm')", [true]],
    ["1 'm'.comparable(1 's')", [false]],
    ["12 days * 45 'm'", []],
  ]))

describe('decimals of a resource keep the precision they were written in', () =>
  rows(jsonOf('{"resourceType":"Observation","status":"final","valueQuantity":{"value":1.50,"unit":"mg","code":"mg"}}'), {}, [
    ['value.value.precision()', [2]],
    ['value.value.toString()', ['1.50']],
    ['value.toString()', ["1.50 'mg'"]],
    ['value.value.highBoundary()', [1.505]],
    ['value.value = 1.5', [true]],
  ]))

describe('what a resource points to', () => {
  const organization = { resourceType: 'Practitioner', id: '77', active: true }
  const resolve = (reference: string) => (reference === 'Practitioner/77' ? organization : null)
  rows(patient, { resolve }, [
    ['managingOrganization.resolve().name', ['第一病院']],
    ['generalPractitioner.resolve().id', ['doc', '77']],
    ['generalPractitioner.where(resolve() is Practitioner).reference', ['#doc', 'Practitioner/77']],
    ['generalPractitioner.resolve().active', [true]],
    ["contained.where(id = 'org').select(%resource.id)", ['p1']],
    ['getResourceKey()', ['Patient/p1']],
    ['generalPractitioner.getReferenceKey()', ['Practitioner/77']],
    ['generalPractitioner.getReferenceKey(Organization)', []],
  ])
})

describe('references inside a bundle', () =>
  rows(bundle, {}, [
    ['entry[2].resource.subject.resolve().id', ['p1']],
    ["entry[1].resource.subject.resolve().name.where(use = 'official').family", ['縁']],
    ['entry[0].resource.managingOrganization.resolve().name', ['第一病院']],
  ]))

describe('ports', () => {
  const env: FhirPathEnvironment = {
    memberOf: (node, set) => set.endsWith('gender') && node.value === 'female',
    conformsTo: (_node, profile) => profile === 'http://example.jp/yes',
    now: '2026-11-22T10:20:30.000+09:00',
    variables: { limit: [fhirPathNode(2)], none: [] },
  }
  rows(patient, env, [
    ["gender.memberOf('http://example.jp/gender')", [true]],
    ["gender.memberOf('http://example.jp/other')", [false]],
    ["conformsTo('http://example.jp/yes')", [true]],
    ["conformsTo('http://example.jp/no')", [false]],
    ['today()', ['2026-11-22']],
    ['now()', ['2026-11-22T10:20:30.000+09:00']],
    ['timeOfDay()', ['10:20:30.000']],
    ['today() - 18 years > birthDate', [true]],
    ['name.count() > %limit', [true]],
    ['%none', []],
  ])
  test('a port that nobody bound is an error, not a pass', () => {
    expect(() => compileFhirPath("gender.memberOf('http://example.jp/gender')").values(patient)).toThrow(FhirPathError)
  })
})

describe('truth of a condition', () => {
  test.each([
    ['name.exists()', true],
    ['name.empty()', false],
    ['nothing', undefined],
    ['name.first()', true],
  ])('%s', (expression, answer) => {
    expect(compileFhirPath(expression).holds(patient)).toBe(answer)
  })
  test('an element as focus knows its type, resource and root', () => {
    const [contained] = compileFhirPath('contained[0]').nodes(patient)
    expect(compileFhirPath('%resource.id & %rootResource.id & name').values(contained!)).toEqual(['orgp1第一病院'])
    const name = fhirPathNode({ family: '縁', given: ['花子'] }, 'HumanName')
    expect(compileFhirPath('$this is HumanName and given.all($this is string)').holds(name)).toBe(true)
  })
})

describe('other', () =>
  rows(patient, {}, [
    ['(3 | 1 | 2).sort()', [1, 2, 3]],
    ['(3 | 1 | 2).sort($this desc)', [3, 2, 1]],
    ["('3' | '1' | '10').sort()", ['1', '10', '3']],
    ['telecom.sort(system desc, rank desc).value', ['090-0000-0000', '03-0000-0000', 'hana@example.jp']],
    ['name.sort(family desc).use', ['official', 'usual', 'maiden']],
    ['name.sort(family).use', ['maiden', 'usual', 'official']],
    ["(1.5 'mg').value", [1.5]],
    ['coalesce(nothing, name.family.first())', ['縁']],
    ['contact.repeatAll(name).count()', [1]],
    ["name.select(defineVariable('n').given.select(%n.use & ':' & $this)).first()", ['official:花子']],
    ["name.aggregate(iif($total.empty(), use, $total & ',' & use))", ['official,usual,maiden']],
    ['// a comment\n name /* another */ .count()', [3]],
    ['text.div.htmlChecks()', [true]],
    ['name.given.where($this.extension.exists()).extension.value', ['ハナコ']],
    ['value', []],
  ]))
