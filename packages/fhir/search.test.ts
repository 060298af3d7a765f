/** @spec http://hl7.org/fhir/R4/search.html, http://hl7.org/fhir/R4/searchparameter-registry.html */
import { describe, expect, test } from 'vitest'
import type { Resource } from './model.ts'
import { compileParameter, compositesFor, extractIndex, searchParametersFor, storedUnder } from './search.ts'
import { compileExpression } from './search-expression.ts'
import { resourceTypes } from './shapes.ts'

const all = resourceTypes.flatMap((type) => searchParametersFor(type))

/** Parameters that no plain index row is made for. */
const notIndexed = {
  composite: 72,
  special: ['Location.near'],
  withoutExpression: ['_content', '_query', '_text'],
  withoutAccessor: [] as string[],
}

describe('search parameters', () => {
  test('every type has the common ones', () => {
    for (const type of resourceTypes)
      expect(searchParametersFor(type).map(({ code }) => code)).toEqual(
        expect.arrayContaining(['_id', '_lastUpdated', '_profile', '_security', '_source', '_tag']),
      )
    expect(searchParametersFor('Nobody')).toEqual([])
    expect(searchParametersFor('DomainResource')).not.toContainEqual(expect.objectContaining({ code: 'patient' }))
  })

  test('what a record is looked up by is there', () => {
    const codes = (type: string) => searchParametersFor(type).map(({ code }) => code)
    expect(codes('Patient')).toEqual(expect.arrayContaining(['identifier', 'name', 'birthdate']))
    for (const type of ['Observation', 'Condition', 'AllergyIntolerance', 'MedicationRequest', 'DiagnosticReport'])
      expect(codes(type)).toEqual(expect.arrayContaining(['patient', 'code']))
  })

  test('every other expression compiles to at least one accessor; these are the exceptions', () => {
    const seen = { composite: 0, special: [] as string[], withoutExpression: new Set<string>(), withoutAccessor: [] as string[] }
    for (const { type, code, kind, expression } of all) {
      if (kind === 'composite') seen.composite++
      else if (kind === 'special') seen.special.push(`${type}.${code}`)
      else if (!expression) seen.withoutExpression.add(code)
      else if (compileExpression(expression.startsWith('Resource.') ? 'Resource' : type, expression).length === 0)
        seen.withoutAccessor.push(`${type}.${code}`)
    }
    expect({ ...seen, withoutExpression: [...seen.withoutExpression].sort() }).toEqual(notIndexed)
  })

  test.each([
    ['Patient.nmae', "no element 'nmae'"],
    ['Patient.name.frist()', 'There is no function frist()'],
    ['Patient.name +', 'ends too early'],
    ['Patient.name)', 'cannot stand here'],
    ['Patient.name.first(1)', 'another number of arguments'],
    ["Patient.maritalStatus.memberOf('urn:x')", "function 'memberOf' is not supported"],
    ["Patient.name.where(iif(true, use, today()) = 'official')", "function 'today' is not supported"],
    [`${'('.repeat(150)}Patient.name${')'.repeat(150)}`, 'nested'],
  ])('%s is refused: %s', (expression, message) => expect(() => compileExpression('Patient', expression)).toThrow(message))
})

describe('what expressions read', () => {
  const observation = {
    resourceType: 'Observation',
    valueQuantity: { value: 1 },
    component: [{ valueQuantity: { value: 2 } }, { valueString: 'x' }],
    extension: [{ url: 'urn:a', valueCode: 'b' }],
  }
  test.each([
    ['Observation.value.ofType(Quantity).value', [1]],
    ['(Observation.value as Quantity).value', [1]],
    ['Observation.component.value.ofType(string)', ['x']],
    ['Observation.component[0].value.ofType(Quantity).value', [2]],
    ['Observation.component.value.ofType(boolean) | Observation.value.ofType(Quantity).value', [1]],
    ["Observation.extension('urn:a').value.ofType(code)", ['b']],
    ["Observation.extension('urn:b').value.ofType(code)", []],
    ['Observation.value.exists()', [true]],
    ['Observation.code.exists() and Observation.value.exists()', [false]],
    ['Observation.component.where(value.ofType(Quantity).value > 1).value.ofType(Quantity).value', [2]],
    ['Observation.component.value.ofType(string).upper() | Observation.method.text.first()', ['X']],
    ["Observation.component.value.ofType(string).select($this & 'y')", ['xy']],
    ['Observation.component.value.ofType(Quantity).value.sum() + 1', [3]],
    // It needs one value and finds two: this resource is not found by it.
    ['Observation.component.value.ofType(Quantity).value.toString() & Observation.component.value.toString()', []],
    ['Observation.component.value.ofType(Quantity).value.repeat($this + 1)', []],
  ])('%s: %j', (expression, values) => {
    expect(compileExpression('Observation', expression).flatMap(({ select }) => select(observation))).toEqual(values)
  })
})

describe('index values', () => {
  const patient: Resource = {
    resourceType: 'Patient',
    id: 'p1',
    meta: { lastUpdated: '2026-11-22T10:00:00+09:00', tag: [{ system: 'urn:t', code: 'a' }] },
    identifier: [{ system: 'http://jpfhir.jp/fhir/clins/Idsystem/JP_Insurance_memberID', value: '00012345:あ:1:05' }],
    name: [{ family: '山田', given: ['太郎'] }],
    telecom: [
      { system: 'phone', value: '03-0000-0000' },
      { system: 'email', value: 'a@example.jp' },
    ],
    gender: 'male',
    birthDate: '1970-01-01',
    generalPractitioner: [{ reference: 'Organization/o1' }],
    link: [{ other: { reference: 'https://example.jp/fhir/Patient/p2' }, type: 'seealso' }],
  }
  const index = extractIndex(patient)
  const of = <T extends { param: string }>(rows: T[], param: string) => rows.filter((row) => row.param === param)

  test('tokens', () => {
    expect(of(index.tokens, '_id')).toEqual([{ param: '_id', code: 'p1' }])
    expect(of(index.tokens, '_tag')).toEqual([{ param: '_tag', system: 'urn:t', code: 'a' }])
    expect(of(index.tokens, 'identifier')).toEqual([
      { param: 'identifier', system: 'http://jpfhir.jp/fhir/clins/Idsystem/JP_Insurance_memberID', code: '00012345:あ:1:05' },
    ])
    expect(of(index.tokens, 'gender')).toEqual([{ param: 'gender', system: 'http://hl7.org/fhir/administrative-gender', code: 'male' }])
    expect(of(index.tokens, 'phone')).toEqual([{ param: 'phone', system: 'phone', code: '03-0000-0000' }])
    expect(of(index.tokens, 'deceased')).toEqual([{ param: 'deceased', code: 'false' }])
    expect(of(extractIndex({ ...patient, deceasedDateTime: '2024' }).tokens, 'deceased')).toEqual([{ param: 'deceased', code: 'true' }])
    expect(of(extractIndex({ ...patient, deceasedBoolean: false }).tokens, 'deceased')).toEqual([{ param: 'deceased', code: 'false' }])
  })

  test('strings, dates and references', () => {
    expect(of(index.strings, 'name').map(({ value }) => value)).toEqual(['山田', '太郎'])
    expect(of(index.dates, 'birthdate')).toEqual([{ param: 'birthdate', lo: '1969-12-31T15:00:00.000Z', hi: '1970-01-01T15:00:00.000Z' }])
    expect(of(index.dates, '_lastUpdated')).toEqual([
      { param: '_lastUpdated', lo: '2026-11-22T01:00:00.000Z', hi: '2026-11-22T01:00:01.000Z' },
    ])
    expect(of(index.references, 'general-practitioner')).toEqual([{ param: 'general-practitioner', type: 'Organization', id: 'o1' }])
    expect(of(index.references, 'link')).toEqual([{ param: 'link', type: 'Patient', id: 'p2', url: 'https://example.jp/fhir/Patient/p2' }])
  })

  test('a subject that is a patient is found as patient, any other only as subject', () => {
    const observation = (subject: Resource['subject']): Resource => ({ resourceType: 'Observation', subject: subject! })
    expect(of(extractIndex(observation({ reference: 'Patient/1' })).references, 'patient')).toEqual([
      { param: 'patient', type: 'Patient', id: '1' },
    ])
    expect(of(extractIndex(observation({ reference: 'Group/1' })).references, 'patient')).toEqual([])
    expect(of(extractIndex(observation({ reference: 'Group/1' })).references, 'subject')).toHaveLength(1)
    const logical = extractIndex(observation({ type: 'Patient', identifier: { system: 'a', value: 'b' } }))
    expect(of(logical.references, 'patient')).toEqual([{ param: 'patient', type: 'Patient', identifier: { system: 'a', value: 'b' } }])
  })

  test.each<[string, Resource, string, object[]]>([
    [
      'an open period',
      { resourceType: 'Encounter', period: { start: '2024-05-01' } },
      'date',
      [{ param: 'date', lo: '2024-04-30T15:00:00.000Z', hi: null }],
    ],
    [
      'a timing',
      { resourceType: 'MedicationRequest', dosageInstruction: [{ timing: { event: ['2024-05-02', '2024-05-01'] } }] },
      'date',
      [
        { param: 'date', lo: '2024-05-01T15:00:00.000Z', hi: '2024-05-02T15:00:00.000Z' },
        { param: 'date', lo: '2024-04-30T15:00:00.000Z', hi: '2024-05-01T15:00:00.000Z' },
      ],
    ],
    [
      'a timing as value',
      { resourceType: 'Observation', effectiveTiming: { event: ['2024-05-02', '2024-05-01'] } },
      'date',
      [{ param: 'date', lo: '2024-04-30T15:00:00.000Z', hi: '2024-05-02T15:00:00.000Z' }],
    ],
    ['an unreadable date', { resourceType: 'Observation', effectiveDateTime: 'soon' }, 'date', []],
    [
      'a quantity',
      { resourceType: 'Observation', valueQuantity: { value: 4.1, unit: 'mmol/L', system: 'urn:u', code: 'm' } },
      'value-quantity',
      [{ param: 'value-quantity', lo: 4.1, hi: 4.1, system: 'urn:u', code: 'm', unit: 'mmol/L' }],
    ],
    [
      'less than',
      { resourceType: 'Observation', valueQuantity: { value: 4, comparator: '<' } },
      'value-quantity',
      [{ param: 'value-quantity', lo: null, hi: 4 }],
    ],
    [
      'a range',
      { resourceType: 'Condition', onsetRange: { low: { value: 1, unit: 'a' } } },
      'onset-age',
      [{ param: 'onset-age', lo: 1, hi: null, unit: 'a' }],
    ],
    [
      'a concept and its text',
      { resourceType: 'Condition', code: { text: '糖尿病', coding: [{ system: 's', code: 'c', display: 'd' }] } },
      'code',
      [
        { param: 'code', system: 's', code: 'c', text: 'd' },
        { param: 'code', text: '糖尿病' },
      ],
    ],
    [
      'a number',
      { resourceType: 'RiskAssessment', prediction: [{ probabilityDecimal: 0.5 }] },
      'probability',
      [{ param: 'probability', value: 0.5 }],
    ],
    ['a uri', { resourceType: 'ValueSet', url: 'http://example.jp/v' }, 'url', [{ param: 'url', value: 'http://example.jp/v' }]],
    [
      'the first entry of a document',
      {
        resourceType: 'Bundle',
        entry: [{ resource: { resourceType: 'Composition', id: 'c' } }, { resource: { resourceType: 'Patient', id: 'p' } }],
      },
      'composition',
      [{ param: 'composition', type: 'Composition', id: 'c' }],
    ],
    [
      'a related artifact of one kind',
      {
        resourceType: 'Library',
        relatedArtifact: [
          { type: 'depends-on', resource: 'http://a' },
          { type: 'successor', resource: 'http://b' },
        ],
      },
      'depends-on',
      [{ param: 'depends-on', url: 'http://a' }],
    ],
  ])('%s', (_, resource, param, rows) => {
    const found = Object.values(extractIndex(resource)).flatMap((list: { param: string }[]) => of(list, param))
    expect(found).toEqual(rows)
  })
})

describe('composite parameters', () => {
  const all = resourceTypes.flatMap((type) => searchParametersFor(type)).filter((p) => p.kind === 'composite')

  test('every one compiles, with a kind for each component and a token to look it up by', () => {
    for (const { type, code, components } of all) {
      const ways = compositesFor(type, code)
      expect(ways.length, `${type}.${code}`).toBeGreaterThan(0)
      for (const way of ways) {
        expect(way.components, `${type}.${code}`).toHaveLength(components!.length)
        expect(way.components[0]!.code, `${type}.${code}`).toBeDefined()
      }
    }
  })

  test('parts of one element stay together', () => {
    const part = (code: string, value: number) => ({ code: { coding: [{ system: 's', code }] }, valueQuantity: { value } })
    const { composites } = extractIndex({
      resourceType: 'Observation',
      component: [part('a', 1), part('b', 2), { code: { coding: [{ code: 'c' }] } }],
    })
    const seen = composites.map(({ param, parts }) => [param, parts[0]!.tokens[0]!.code, parts[1]!.quantities[0]!.lo])
    expect(seen).toEqual([
      ['component-code-value-quantity', 'a', 1],
      ['component-code-value-quantity', 'b', 2],
    ])
  })

  test('a component may start at the resource', () => {
    const { composites } = extractIndex({
      resourceType: 'MolecularSequence',
      referenceSeq: { chromosome: { coding: [{ code: '7' }] }, windowStart: 1, windowEnd: 9 },
      variant: [{ start: 2, end: 3 }],
    })
    const found = composites.find((c) => c.param === 'chromosome-variant-coordinate')!
    expect([found.parts[0]!.tokens[0]!.code, found.parts[1]!.numbers[0]!.value, found.parts[2]!.numbers[0]!.value]).toEqual(['7', 2, 3])
  })

  test('what the resource itself holds needs no row of its own', () => {
    expect(compositesFor('Observation', 'code-value-quantity').map((c) => [c.select, c.components])).toEqual([
      [
        null,
        [
          { kind: 'token', code: 'code' },
          { kind: 'quantity', code: 'value-quantity' },
        ],
      ],
    ])
    expect(compositesFor('Observation', 'code')).toEqual([])
  })
})

test('a parameter that joins two others is stored under those', () => {
  expect(storedUnder('Observation', 'combo-code')).toEqual(['code', 'component-code'])
  expect(storedUnder('Observation', 'code')).toEqual(['code'])
  expect(extractIndex({ resourceType: 'Observation', code: { coding: [{ code: 'a' }] } }).tokens.map((t) => t.param)).toEqual(['code'])
})

test('an identifier says of which kind it is', () => {
  const { tokens } = extractIndex({
    resourceType: 'Condition',
    identifier: [{ value: '1', type: { coding: [{ system: 's', code: 'MR' }] } }],
  })
  expect(tokens.find((t) => t.param === 'identifier')).toEqual({ param: 'identifier', code: '1', typed: [{ system: 's', code: 'MR' }] })
})

describe('parameters that somebody defines', () => {
  test('read what their expression says', () => {
    const read = compileParameter({ type: 'Observation', code: 'x', kind: 'string', expression: 'Observation.code.text' })
    expect(read.read({ resourceType: 'Observation', code: { text: 'a' } }).strings).toEqual([{ param: 'x', value: 'a' }])
  })
  test('take any expression: types are those of what it finds', () => {
    const read = (kind: string, expression: string) => compileParameter({ type: 'Patient', code: 'x', kind, expression }).read(patient)
    const patient = {
      resourceType: 'Patient',
      name: [{ use: 'official', family: '山川' }, { family: '海' }],
      gender: 'female',
      birthDate: '1980-02',
      contained: [{ resourceType: 'Practitioner', id: 'p' }],
      generalPractitioner: [{ reference: '#p' }, { reference: 'Organization/o' }],
    } as Resource
    expect(read('string', 'Patient.name.where(use.exists().not())').strings).toEqual([{ param: 'x', value: '海' }])
    expect(read('token', 'Patient.gender.first()').tokens).toEqual([
      { param: 'x', system: 'http://hl7.org/fhir/administrative-gender', code: 'female' },
    ])
    expect(read('number', 'Patient.name.count()').numbers).toEqual([{ param: 'x', value: 2 }])
    expect(read('token', 'Patient.name.count() > 1').tokens).toEqual([{ param: 'x', code: 'true' }])
    expect(read('date', 'Patient.birthDate.single()').dates).toHaveLength(1)
    expect(read('reference', 'Patient.generalPractitioner.where(resolve() is Practitioner)').references).toEqual([
      { param: 'x', url: '#p' },
    ])
    expect(read('reference', 'Patient.generalPractitioner.where(resolve() is Organization and true)').references).toEqual([
      { param: 'x', type: 'Organization', id: 'o' },
    ])
    expect(read('string', 'Practitioner.name | Patient.name.family').strings.map((s) => s.value)).toEqual(['山川', '海'])
  })
  test.each([
    ['token', ''],
    ['token', 'Observation.nobody'],
    ['token', "Observation.code.memberOf('urn:x')"],
  ])('%s %j is refused', (kind, expression) => {
    expect(() => compileParameter({ type: 'Observation', code: 'x', kind, expression })).toThrow(SyntaxError)
  })
  test.each([
    ['Observation.code', [], 'two to five'],
    ['Observation.code', ['coding'], 'two to five'],
    ['Observation', ['code', 'value'], 'of one kind'],
    ['Observation', ['code', 'value.nobody'], 'no element'],
    ['Observation', ['code', 'value.ofType(SampledData)'], 'of one kind'],
    ['Observation.component.first()', ['code', 'value.ofType(Quantity)'], 'no path'],
  ])('a composite of %s with %j is refused: %s', (expression, components, message) => {
    expect(() => compileParameter({ type: 'Observation', code: 'x', kind: 'composite', expression, components })).toThrow(message)
  })
})
