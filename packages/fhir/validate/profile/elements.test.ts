// One row a rule: what a profile says of an element, an instance, and what is found. Slices have a table of their own.
import { describe, expect, test } from 'vitest'
import type { StructureDefinition } from '../../definition/index.ts'
import type { Json } from '../../model.ts'
import { findingsOf, at, observation, type Part, profileOf, shortly } from './profile.fixture.ts'

type Row = {
  rule: string
  elements: Record<string, Part>
  instance: Record<string, Json>
  finds: string[]
  others?: StructureDefinition[]
  valueSets?: Record<string, readonly string[]>
}

const sets = { 'http://example.org/vs': ['http://example.org/cs|a', 'u'] }
const vs = (strength: 'required' | 'extensible' | 'preferred', valueSet = 'http://example.org/vs'): Part => ({
  binding: { strength, valueSet },
})
const rule = (key: string, expression: string, more: object = {}): Part => ({
  constraints: [{ key, severity: 'error', human: 'said', expression, ...more }],
})
const patient = { resourceType: 'Patient', id: 'p', name: [{ family: 'A' }] }

const rows: Row[] = [
  { rule: 'nothing asked, nothing found', elements: {}, instance: observation(), finds: [] },
  {
    rule: 'what base R4 asks too is found once, by the base',
    elements: { 'Observation.status': { min: 1, max: 1 } },
    instance: observation({ status: null as Json }),
    finds: [],
  },
  {
    rule: 'an optional element is required',
    elements: { 'Observation.subject': { min: 1, max: 1 } },
    instance: observation(),
    finds: ['profile/required Observation'],
  },
  {
    rule: 'several are required',
    elements: { 'Observation.category': { min: 2 } },
    instance: observation({ category: [{ text: 'a' }] }),
    finds: ['profile/min Observation'],
  },
  {
    rule: 'a required choice of any type',
    elements: { 'Observation.value[x]': { min: 1, max: 1 } },
    instance: observation({ valueString: 'x' }),
    finds: [],
  },
  {
    rule: 'a required choice is missing',
    elements: { 'Observation.value[x]': { min: 1, max: 1 } },
    instance: observation(),
    finds: ['profile/required Observation'],
  },
  {
    rule: 'a primitive with extensions alone is there',
    elements: { 'Observation.value[x]': { min: 1, max: 1 } },
    instance: observation({ _valueString: { extension: [{ url: 'http://example.org/e', valueCode: 'u' }] } }),
    finds: [],
  },
  {
    rule: 'fewer than the base allows',
    elements: { 'Observation.category': { max: 1 } },
    instance: observation({ category: [{ text: 'a' }, { text: 'b' }] }),
    finds: ['profile/max Observation'],
  },
  {
    rule: 'an element is prohibited',
    elements: { 'Observation.method': { max: 0 } },
    instance: observation({ method: { text: 'm' } }),
    finds: ['profile/prohibited Observation.method'],
  },
  {
    rule: 'a child is required where its parent stands, in each',
    elements: { 'Observation.category': {}, 'Observation.category.coding': { min: 1 } },
    instance: observation({ category: [{ text: 'a' }, { coding: [{ code: 'c' }] }] }),
    finds: ['profile/required Observation.category[0]'],
  },
  {
    rule: 'a child is not required where its parent is not there',
    elements: { 'Observation.method': {}, 'Observation.method.text': { min: 1, max: 1 } },
    instance: observation(),
    finds: [],
  },
  {
    rule: 'an extension of a primitive is required',
    elements: { 'Observation.status': { types: [{ code: 'code' }] }, 'Observation.status.extension': { min: 1 } },
    instance: observation(),
    finds: ['profile/required Observation.status'],
  },
  {
    rule: 'a choice is narrowed in its types',
    elements: { 'Observation.value[x]': { max: 1, types: [{ code: 'Quantity' }, { code: 'CodeableConcept' }] } },
    instance: observation({ valueString: 'x' }),
    finds: ['profile/type Observation.value'],
  },
  {
    rule: 'a choice is of an allowed type, and its parts are checked',
    elements: {
      'Observation.value[x]': { max: 1, types: [{ code: 'Quantity' }] },
      'Observation.value[x].unit': { min: 1, max: 1 },
      'Observation.value[x].code': { fixed: { type: 'code', value: 'mg' } },
    },
    instance: observation({ valueQuantity: { value: 1, code: 'g' } }),
    finds: ['profile/required Observation.value', 'profile/fixed Observation.value.code'],
  },
  {
    rule: 'a choice written with its type',
    elements: {
      'Observation.valueQuantity': { min: 1, max: 1, types: [{ code: 'Quantity' }] },
      'Observation.valueQuantity.unit': { min: 1, max: 1 },
    },
    instance: observation({ valueQuantity: { value: 1 } }),
    finds: ['profile/required Observation.value'],
  },
  {
    rule: 'a fixed primitive',
    elements: { 'Observation.status': { fixed: { type: 'code', value: 'amended' } } },
    instance: observation(),
    finds: ['profile/fixed Observation.status'],
  },
  {
    rule: 'a fixed value is exact: more is wrong',
    elements: { 'Observation.code': { fixed: { type: 'CodeableConcept', value: { coding: [{ code: 'a' }] } } } },
    instance: observation({ code: { coding: [{ code: 'a', display: 'A' }] } }),
    finds: ['profile/fixed Observation.code'],
  },
  {
    rule: 'a pattern is contained: more is right, in any place of a list',
    elements: { 'Observation.code': { pattern: { type: 'CodeableConcept', value: { coding: [{ code: 'a' }] } } } },
    instance: observation({ code: { coding: [{ code: 'b' }, { code: 'a', display: 'A' }] } }),
    finds: [],
  },
  {
    rule: 'a pattern is not contained',
    elements: { 'Observation.code': { pattern: { type: 'CodeableConcept', value: { coding: [{ system: 's', code: 'a' }] } } } },
    instance: observation({
      code: {
        coding: [
          { system: 's', code: 'b' },
          { system: 't', code: 'a' },
        ],
      },
    }),
    finds: ['profile/pattern Observation.code'],
  },
  {
    rule: 'a text is too long, a surrogate pair being one character',
    elements: { 'Observation.value[x]': { maxLength: 3 } },
    instance: observation({ valueString: '𠮷野家𠮷' }),
    finds: ['profile/max-length Observation.value'],
  },
  {
    rule: 'a text is just short enough',
    elements: { 'Observation.value[x]': { maxLength: 3 } },
    instance: observation({ valueString: '𠮷野家' }),
    finds: [],
  },
  {
    rule: 'a number is under and a date over its bound',
    elements: {
      'Observation.value[x]': { minValue: { type: 'integer', value: 3 } },
      'Observation.issued': { maxValue: { type: 'instant', value: '2026-01-01T00:00:00Z' } },
    },
    instance: observation({ valueInteger: 2, issued: '2026-02-01T00:00:00Z' }),
    finds: ['profile/min-value Observation.value', 'profile/max-value Observation.issued'],
  },
  {
    rule: 'a required binding: code outside, and of several codings one is enough',
    elements: { 'Observation.code': vs('required'), 'Observation.category': vs('required') },
    instance: observation({
      code: { coding: [{ system: 'http://example.org/cs', code: 'b' }] },
      category: [{ coding: [{ code: 'z' }, { system: 'http://example.org/cs', code: 'a' }] }],
    }),
    finds: ['profile/binding Observation.code'],
    valueSets: sets,
  },
  {
    rule: 'a required binding without any code',
    elements: { 'Observation.code': vs('required') },
    instance: observation(),
    finds: ['profile/binding-no-code Observation.code'],
    valueSets: sets,
  },
  {
    rule: 'an extensible binding warns, a preferred one is silent',
    elements: { 'Observation.code': vs('extensible'), 'Observation.category': vs('preferred') },
    instance: observation({ code: { coding: [{ code: 'b' }] }, category: [{ coding: [{ code: 'z' }] }] }),
    finds: ['profile/binding-extensible Observation.code'],
    valueSets: sets,
  },
  {
    rule: 'a value set that is not loaded is said once',
    elements: {
      'Observation.code': vs('required', 'http://example.org/unknown'),
      'Observation.category': vs('required', 'http://example.org/unknown'),
    },
    instance: observation({ code: { coding: [{ code: 'b' }] }, category: [{ coding: [{ code: 'z' }] }] }),
    finds: ['profile/value-set-not-loaded Observation.code'],
    valueSets: sets,
  },
  {
    rule: 'the largest value set an extension names',
    elements: {
      'Observation.code': { binding: { strength: 'preferred', valueSet: 'http://example.org/other', max: 'http://example.org/vs' } },
    },
    instance: observation({ code: { coding: [{ code: 'b' }] } }),
    finds: ['profile/binding Observation.code'],
    valueSets: sets,
  },
  {
    rule: 'rules at the root and at an element',
    elements: { Observation: rule('own-1', 'subject.exists()'), 'Observation.code': rule('own-2', 'coding.count() = 1') },
    instance: observation(),
    finds: ['own-2 Observation.code', 'own-1 Observation'],
  },
  {
    rule: 'a rule sees the resource around and the way it came',
    elements: { 'Observation.category': rule('own-3', "%resource.status = 'final' and %context.text = 'a'") },
    instance: observation({ category: [{ text: 'a' }] }),
    finds: [],
  },
  {
    rule: 'a rule that cannot be read is not checked, and said so',
    elements: { Observation: rule('own-4', 'subject.exists(') },
    instance: observation(),
    finds: ['profile/rule-not-evaluated Observation'],
  },
  {
    rule: 'a best practice only warns',
    elements: { Observation: rule('own-5', 'subject.exists()', { bestPractice: true }) },
    instance: observation(),
    finds: ['own-5 Observation'],
  },
  {
    rule: 'a datatype profile is checked where it stands',
    elements: { 'Patient.name': { types: [{ code: 'HumanName', profiles: [at('Name')] }] } },
    instance: { ...patient, name: [{ family: 'A' }, { text: 'B' }] },
    others: [profileOf('Name', 'HumanName', { 'HumanName.family': { min: 1, max: 1 } })],
    finds: ['profile/required Patient.name[1]'],
  },
  {
    rule: 'a datatype profile that is not loaded is said once',
    elements: { 'Patient.name': { types: [{ code: 'HumanName', profiles: [at('Missing')] }] } },
    instance: { ...patient, name: [{ family: 'A' }, { text: 'B' }] },
    finds: ['profile/type-not-loaded Patient.name[0]'],
  },
  {
    rule: 'a profile of a primitive type',
    elements: { 'Patient.birthDate': { types: [{ code: 'date', profiles: [at('Late')] }] } },
    instance: { ...patient, birthDate: '1850-01-01' },
    others: [profileOf('Late', 'date', { date: { minValue: { type: 'date', value: '1900-01-01' } } })],
    finds: ['profile/min-value Patient.birthDate'],
  },
  {
    rule: 'one of several datatype profiles is enough',
    elements: { 'Patient.name': { types: [{ code: 'HumanName', profiles: [at('Name'), at('Text')] }] } },
    instance: { ...patient, name: [{ family: 'A' }, { text: 'B' }, { use: 'official' }] },
    others: [
      profileOf('Name', 'HumanName', { 'HumanName.family': { min: 1, max: 1 } }),
      profileOf('Text', 'HumanName', { 'HumanName.text': { min: 1, max: 1 } }),
    ],
    finds: ['profile/not-conformant Patient.name[2]'],
  },
  {
    rule: 'a contained resource is of another type than allowed',
    elements: { 'Observation.contained': { types: [{ code: 'Specimen' }] } },
    instance: observation({ contained: [{ ...patient }], subject: { reference: '#p' } }),
    finds: ['profile/type Observation.contained[0]'],
  },
  {
    rule: 'a profile on what is contained',
    elements: { 'Observation.contained': { types: [{ code: 'Patient', profiles: [at('Born')] }] } },
    instance: observation({ contained: [{ ...patient }], subject: { reference: '#p' } }),
    others: [profileOf('Born', 'Patient', { 'Patient.birthDate': { min: 1, max: 1 } })],
    finds: ['profile/required Observation.contained[0]'],
  },
  {
    rule: 'a reference to another type than the profile allows',
    elements: { 'Observation.subject': { types: [{ code: 'Reference', targets: [at('Born')] }] } },
    instance: observation({ subject: { reference: 'Group/1' } }),
    others: [profileOf('Born', 'Patient', { 'Patient.birthDate': { min: 1, max: 1 } })],
    finds: ['profile/reference-type Observation.subject'],
  },
  {
    rule: 'what a reference names does not conform; what nobody has is not asked',
    elements: {
      'Observation.subject': { types: [{ code: 'Reference', targets: [at('Born')] }] },
      'Observation.performer': { types: [{ code: 'Reference', targets: [at('Born')] }] },
    },
    instance: observation({ contained: [{ ...patient }], subject: { reference: '#p' }, performer: [{ reference: 'Patient/elsewhere' }] }),
    others: [profileOf('Born', 'Patient', { 'Patient.birthDate': { min: 1, max: 1 } })],
    finds: ['profile/reference-target Observation.subject'],
  },
  {
    rule: 'what says that it keeps the profile is held to it where it stands',
    elements: { 'Observation.subject': { types: [{ code: 'Reference', targets: [at('Born')] }] } },
    instance: observation({ contained: [{ ...patient, meta: { profile: [at('Born')] } }], subject: { reference: '#p' } }),
    others: [profileOf('Born', 'Patient', { 'Patient.birthDate': { min: 1, max: 1 } })],
    finds: ['profile/required Observation.contained[0]'],
  },
  {
    rule: 'one of several target profiles is enough',
    elements: { 'Observation.subject': { types: [{ code: 'Reference', targets: [at('Born'), at('Named')] }] } },
    instance: observation({ contained: [{ ...patient }], subject: { reference: '#p' } }),
    others: [
      profileOf('Born', 'Patient', { 'Patient.birthDate': { min: 1, max: 1 } }),
      profileOf('Named', 'Patient', { 'Patient.name': { min: 1 } }),
    ],
    finds: [],
  },
  {
    rule: 'a target profile that is not loaded',
    elements: { 'Observation.subject': { types: [{ code: 'Reference', targets: [at('Missing')] }] } },
    instance: observation({ contained: [{ ...patient }], subject: { reference: '#p' } }),
    finds: ['profile/type-not-loaded Observation.subject'],
  },
  {
    rule: 'a reference that must be contained',
    elements: { 'Observation.subject': { types: [{ code: 'Reference', aggregation: ['contained'] }] } },
    instance: observation({ subject: { reference: 'Patient/1' } }),
    finds: ['profile/aggregation Observation.subject'],
  },
  {
    rule: 'profiles that refer to each other come to an end',
    elements: { 'Patient.link': {}, 'Patient.link.other': { types: [{ code: 'Reference', targets: [at('Subject')] }] } },
    instance: {
      ...patient,
      contained: [{ ...patient, id: 'q', link: [{ type: 'refer', other: { reference: '#' } }] }],
      link: [{ type: 'refer', other: { reference: '#q' } }],
    },
    finds: [],
  },
  {
    rule: 'an element that repeats another one is held to what the profile says of that',
    elements: {
      'Questionnaire.item': {},
      'Questionnaire.item.text': { min: 1, max: 1 },
      'Questionnaire.item.item': { contentReference: 'Questionnaire.item' },
    },
    instance: {
      resourceType: 'Questionnaire',
      status: 'draft',
      item: [
        {
          linkId: '1',
          type: 'group',
          text: 't',
          item: [{ linkId: '2', type: 'group', text: 'u', item: [{ linkId: '3', type: 'display' }] }],
        },
      ],
    },
    finds: ['profile/required Questionnaire.item[0].item[0].item[0]'],
  },
]

describe('what a profile says of an element', () => {
  for (const { rule, elements, instance, finds, others = [], valueSets } of rows)
    test(rule, () => {
      const own = profileOf('Subject', String(instance.resourceType), elements)
      expect(shortly(findingsOf(instance, { made: [own, ...others], ...(valueSets ? { valueSets } : {}) })).sort()).toEqual(
        [...finds].sort(),
      )
    })
})

describe('profiles as a whole', () => {
  const born = profileOf('Born', 'Patient', { 'Patient.birthDate': { min: 1, max: 1 } })

  test('a profile for another type is an error', () => {
    expect(shortly(findingsOf(observation(), { made: [born] }))).toEqual(['profile/resource-type Observation'])
  })
  test('a profile that is not loaded is a warning, once', () => {
    const found = findingsOf(observation(), { made: [born], asked: [at('Missing'), at('Missing')] })
    expect(found.map(({ ruleId, severity }) => [ruleId, severity])).toEqual([['profile/not-loaded', 'warning']])
  })
  test('a profile asked for and claimed is checked once', () => {
    const found = findingsOf({ ...patient, meta: { profile: [at('Born')] } }, { made: [born] })
    expect(shortly(found)).toEqual(['profile/required Patient'])
  })
  test('findings name the profile with its version', () => {
    const [found] = findingsOf(patient, { made: [{ ...born, version: '2' }] })
    expect(found).toMatchObject({ profile: `${born.url}|2`, en: expect.stringContaining("'Patient.birthDate' is missing") as string })
  })
  test("R4's own definitions add nothing", () => {
    expect(findingsOf(patient, { made: [born], asked: ['http://hl7.org/fhir/StructureDefinition/Patient'] })).toEqual([])
  })
})
