/** FHIRPath Patch as a table: operations, result. @spec http://hl7.org/fhir/R4/fhirpatch.html */
import fc from 'fast-check'
import { describe, expect, test } from 'vitest'
import { jsonOf, textOf } from '../decimals.ts'
import type { Json, JsonObject, Resource } from '../model.ts'
import { validateResource } from '../validate/index.ts'
import { applyFhirPathPatch } from './fhirpath-patch.ts'

const patient: Resource = {
  resourceType: 'Patient',
  id: 'p1',
  active: true,
  name: [
    { use: 'official', family: '縁', given: ['花子', 'Hana'] },
    { use: 'usual', given: ['はな'] },
  ],
  identifier: [
    { system: 'urn:a', value: '1' },
    { system: 'urn:b', value: '2' },
    { system: 'urn:c', value: '3' },
  ],
  birthDate: '1974-12-25',
  deceasedBoolean: false,
  contact: [{ name: { text: '夫' }, gender: 'male' }],
}

type Parts = Record<string, JsonObject>
const text = (value: string): JsonObject => ({ valueString: value })
const whole = (value: number): JsonObject => ({ valueInteger: value })
const operation = (type: string, parts: Parts): Json => ({
  name: 'operation',
  part: [{ name: 'type', valueCode: type }, ...Object.entries(parts).map(([name, value]) => ({ name, ...value }))],
})
const parametersOf = (...operations: Json[]): Json => ({ resourceType: 'Parameters', parameter: operations })
const add = (path: string, name: string, value: JsonObject) => operation('add', { path: text(path), name: text(name), value })
const insert = (path: string, index: number, value: JsonObject) => operation('insert', { path: text(path), index: whole(index), value })
const remove = (path: string) => operation('delete', { path: text(path) })
const replace = (path: string, value: JsonObject) => operation('replace', { path: text(path), value })
const move = (path: string, source: number, destination: number) =>
  operation('move', { path: text(path), source: whole(source), destination: whole(destination) })

const outcome = (patch: Json, before: Resource = patient): Json => {
  const result = applyFhirPathPatch(before, patch)
  return 'value' in result ? result.value : `${result.findings[0]!.code} ${result.findings[0]!.ruleId} at ${result.findings[0]!.path}`
}

const [first, second, third] = patient.identifier as [Json, Json, Json]
const [official, usual] = patient.name as [JsonObject, JsonObject]
const { birthDate: _born, ...unborn } = patient
const { deceasedBoolean: _dead, ...undecided } = patient

describe('operations', () => {
  test.each<[string, Json, Json]>([
    ['add an element', add('Patient', 'gender', { valueCode: 'female' }), { ...patient, gender: 'female' }],
    [
      'add appends to a list',
      add('Patient', 'name', { valueHumanName: { text: 'x' } }),
      { ...patient, name: [official, usual, { text: 'x' }] },
    ],
    [
      'add starts a list',
      add('Patient', 'telecom', { valueContactPoint: { system: 'phone', value: '03' } }),
      { ...patient, telecom: [{ system: 'phone', value: '03' }] },
    ],
    [
      'add inside an element',
      add('Patient.name[1]', 'family', { valueString: 'えにし' }),
      { ...patient, name: [official, { ...usual, family: 'えにし' }] },
    ],
    [
      'add to a list of primitives',
      add('Patient.name[1]', 'given', { valueString: 'ハナ' }),
      { ...patient, name: [official, { ...usual, given: ['はな', 'ハナ'] }] },
    ],
    ['add a choice by its FHIR name', add('Patient', 'multipleBirth', { valueInteger: 2 }), { ...patient, multipleBirthInteger: 2 }],
    ['add a choice by name[x]', add('Patient', 'multipleBirth[x]', { valueBoolean: true }), { ...patient, multipleBirthBoolean: true }],
    [
      'add a part that has no type of its own',
      add('Patient', 'contact', {
        part: [
          { name: 'gender', valueCode: 'female' },
          { name: 'telecom', valueContactPoint: { system: 'phone', value: '1' } },
          { name: 'telecom', valueContactPoint: { system: 'fax', value: '2' } },
          {
            name: 'name',
            part: [
              { name: 'family', valueString: '母' },
              { name: 'given', valueString: '一' },
            ],
          },
        ],
      }),
      {
        ...patient,
        contact: [
          ...(patient.contact as Json[]),
          {
            gender: 'female',
            telecom: [
              { system: 'phone', value: '1' },
              { system: 'fax', value: '2' },
            ],
            name: { family: '母', given: ['一'] },
          },
        ],
      },
    ],
    [
      'add an extension',
      add('Patient', 'extension', { valueExtension: { url: 'urn:x', valueCode: 'y' } }),
      { ...patient, extension: [{ url: 'urn:x', valueCode: 'y' }] },
    ],
    [
      'add an extension to a primitive',
      add('Patient.birthDate', 'extension', { valueExtension: { url: 'urn:x', valueCode: 'y' } }),
      { ...patient, _birthDate: { extension: [{ url: 'urn:x', valueCode: 'y' }] } },
    ],
    [
      'add an extension to one item of a list of primitives',
      add('Patient.name[0].given[1]', 'extension', { valueExtension: { url: 'urn:x', valueCode: 'y' } }),
      { ...patient, name: [{ ...official, _given: [null, { extension: [{ url: 'urn:x', valueCode: 'y' }] }] }, usual] },
    ],
    [
      'add a contained resource',
      add('Patient', 'contained', { resource: { resourceType: 'Basic', id: 'o', code: { text: 'x' } } }),
      { ...patient, contained: [{ resourceType: 'Basic', id: 'o', code: { text: 'x' } }] },
    ],
    [
      'insert first',
      insert('Patient.identifier', 0, { valueIdentifier: { value: '0' } }),
      { ...patient, identifier: [{ value: '0' }, first, second, third] },
    ],
    [
      'insert last',
      insert('Patient.identifier', 3, { valueIdentifier: { value: '4' } }),
      { ...patient, identifier: [first, second, third, { value: '4' }] },
    ],
    [
      'insert into primitives',
      insert('Patient.name[0].given', 1, { valueString: 'x' }),
      { ...patient, name: [{ ...official, given: ['花子', 'x', 'Hana'] }, usual] },
    ],
    ['delete an element', remove('Patient.birthDate'), unborn],
    ['delete an item', remove('Patient.identifier[1]'), { ...patient, identifier: [first, third] }],
    ['delete by a condition', remove("Patient.identifier.where(system = 'urn:c')"), { ...patient, identifier: [first, second] }],
    ['delete the last item', remove('Patient.contact[0]'), (({ contact: _contact, ...rest }) => rest)(patient)],
    ['delete what is not there', remove('Patient.gender'), patient],
    ['replace a primitive', replace('Patient.birthDate', { valueDate: '1974' }), { ...patient, birthDate: '1974' }],
    [
      'replace an item',
      replace('Patient.identifier[1]', { valueIdentifier: { value: 'x' } }),
      { ...patient, identifier: [first, { value: 'x' }, third] },
    ],
    [
      'replace inside',
      replace("Patient.name.where(use = 'usual').given[0]", { valueString: 'ハナ' }),
      { ...patient, name: [official, { ...usual, given: ['ハナ'] }] },
    ],
    [
      'replace a choice by another type',
      replace('Patient.deceased', { valueDateTime: '2026' }),
      { ...undecided, deceasedDateTime: '2026' },
    ],
    ['replace a choice by the same type', replace('Patient.deceased', { valueBoolean: true }), { ...patient, deceasedBoolean: true }],
    ['move up', move('Patient.identifier', 2, 0), { ...patient, identifier: [third, first, second] }],
    ['move down', move('Patient.identifier', 0, 2), { ...patient, identifier: [second, third, first] }],
  ])('%s', (_name, one, after) => {
    const kept = structuredClone(patient)
    expect(outcome(parametersOf(one))).toEqual(after)
    expect(patient).toEqual(kept)
    expect(
      validateResource(outcome(parametersOf(one)) as Resource).filter(
        (finding) => finding.severity === 'error' && finding.ruleId !== 'dom-3',
      ),
    ).toEqual([])
  })

  test('operations follow each other', () => {
    const patch = parametersOf(
      remove('Patient.deceased'),
      add('Patient', 'deceased', { valueDateTime: '2026' }),
      move('Patient.name', 1, 0),
    )
    expect(outcome(patch)).toEqual({ ...undecided, deceasedDateTime: '2026', name: [usual, official] })
  })

  test('decimals are kept as they were sent, of the patch and of what it leaves alone', () => {
    const quantity = { ...patient, extension: [{ url: 'urn:t', valueDecimal: 1 }] }
    const sent = jsonOf(
      textOf(
        parametersOf(
          replace('Patient.extension[0].value', { valueDecimal: 7 }),
          add('Patient', 'extension', {
            part: [
              { name: 'url', valueUri: 'urn:u' },
              { name: 'value', valueDecimal: 8 },
            ],
          } as never),
        ) as object,
      )
        .replace(':7', ':7.00')
        .replace(':8', ':8.50'),
    )
    const after = applyFhirPathPatch(quantity as never, sent)
    expect(textOf((after as { value: object }).value)).toMatch(/"valueDecimal":7\.00.*"valueDecimal":8\.50/)
  })

  test('a primitive keeps its extensions when a neighbour goes', () => {
    const before = { ...patient, name: [{ given: ['a', 'b'], _given: [null, { id: 'x' }] }] }
    expect(outcome(parametersOf(remove('Patient.name[0].given[0]')), before)).toEqual({
      ...before,
      name: [{ given: ['b'], _given: [{ id: 'x' }] }],
    })
  })
})

describe('refusals', () => {
  test.each<[string, Json, string]>([
    ['no Parameters', { resourceType: 'Patient' }, 'structure patch/form at '],
    ['another parameter', { resourceType: 'Parameters', parameter: [{ name: 'x' }] }, 'structure patch/form at parameter[0]'],
    ['an unknown operation', parametersOf(operation('upsert', { path: text('Patient') })), 'structure patch/form at parameter[0].type'],
    ['no path', parametersOf(operation('delete', {})), 'structure patch/form at parameter[0].path'],
    ['no value', parametersOf(operation('replace', { path: text('Patient.birthDate') })), 'structure patch/form at parameter[0].value'],
    [
      'no index',
      parametersOf(operation('insert', { path: text('Patient.name'), value: text('x') })),
      'structure patch/form at parameter[0].index',
    ],
    ['a path that is no FHIRPath', parametersOf(remove('Patient.(')), 'invalid fhirpath/syntax at parameter[0].path'],
    [
      'replace what is not there',
      parametersOf(replace('Patient.gender', { valueCode: 'male' })),
      'not-found patch/target at parameter[0].path',
    ],
    ['replace several', parametersOf(replace('Patient.name', { valueHumanName: {} })), 'invalid patch/form at parameter[0].path'],
    ['delete several', parametersOf(remove('Patient.name')), 'invalid patch/form at parameter[0].path'],
    ['add where there is one', parametersOf(add('Patient', 'birthDate', { valueDate: '2000' })), 'invalid patch/form at parameter[0].name'],
    [
      'add a choice beside another',
      parametersOf(add('Patient', 'deceased', { valueDateTime: '2000' })),
      'invalid patch/form at parameter[0].name',
    ],
    ['add an unknown element', parametersOf(add('Patient', 'colour', { valueString: 'x' })), 'invalid patch/form at parameter[0].name'],
    [
      'add a choice of a wrong type',
      parametersOf(add('Patient', 'multipleBirth', { valueString: 'x' })),
      'invalid patch/form at parameter[0].name',
    ],
    ['insert past the end', parametersOf(insert('Patient.name', 3, { valueHumanName: {} })), 'invalid patch/form at parameter[0].index'],
    [
      'insert into what is no list',
      parametersOf(insert('Patient.birthDate', 0, { valueDate: '2000' })),
      'invalid patch/form at parameter[0].path',
    ],
    ['move past the end', parametersOf(move('Patient.name', 0, 2)), 'invalid patch/form at parameter[0].destination'],
    ['the whole resource', parametersOf(remove('Patient')), 'invalid patch/form at parameter[0].path'],
    ['a computed value', parametersOf(replace('Patient.name.count()', { valueInteger: 1 })), 'invalid patch/form at parameter[0].path'],
    ['a bomb', parametersOf(remove('Patient.name.repeatAll($this)')), 'too-costly fhirpath/costly at parameter[0].path'],
    ['__proto__', parametersOf(add('Patient', '__proto__', { valueString: 'x' })), 'invalid patch/form at parameter[0].name'],
    [
      '__proto__ in a part',
      parametersOf(add('Patient', 'contact', { part: [{ name: '__proto__', valueString: 'x' }] })),
      'structure patch/form at parameter[0].part[3].part[0]',
    ],
    [
      'the second of two',
      parametersOf(remove('Patient.birthDate'), replace('Patient.birthDate', { valueDate: '2000' })),
      'not-found patch/target at parameter[1].path',
    ],
  ])('%s', (_name, patch, refusal) => {
    expect(outcome(patch)).toBe(refusal)
  })
})

test('any operation is answered, never thrown, and the resource given stays as it was', () => {
  const paths = [
    'Patient',
    'Patient.name',
    'Patient.name[0].given',
    'Patient.name[0].given[0]',
    'Patient.birthDate',
    'Patient.birthDate.extension',
    'Patient.deceased',
    'Patient.contact[0].name',
    'Patient.type()',
    '%resource',
    "'a'",
    'Patient.descendants()',
    'nothing',
    'Patient.(',
  ]
  const values: JsonObject[] = [
    { valueString: 'x' },
    { valueHumanName: { text: 'x' } },
    { valueExtension: { url: 'u' } },
    { part: [{ name: 'family', valueString: 'x' }] },
    { part: [] },
    { valueDate: null },
    { _valueString: { id: 'x' } },
    { resource: { resourceType: 'Basic' } },
    {},
  ]
  const one = fc
    .record({
      type: fc.constantFrom('add', 'insert', 'delete', 'replace', 'move', 'x'),
      path: fc.constantFrom(...paths),
      name: fc.constantFrom('name', 'given', 'extension', 'id', 'deceased', 'constructor'),
      value: fc.constantFrom(...values),
      index: fc.integer({ min: -1, max: 3 }),
    })
    .map(({ type, path, name, value, index }) =>
      operation(type, { path: text(path), name: text(name), value, index: whole(index), source: whole(index), destination: whole(0) }),
    )
  const kept = structuredClone(patient)
  fc.assert(
    fc.property(fc.array(one, { maxLength: 4 }), (operations) => {
      expect(Object.keys(applyFhirPathPatch(patient, parametersOf(...operations)))).toHaveLength(1)
      expect(patient).toEqual(kept)
    }),
    { numRuns: 1000 },
  )
})
