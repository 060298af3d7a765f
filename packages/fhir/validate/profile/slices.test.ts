// Slices told apart by patterns, presence, types, profiles and references: rows of a rule, an instance, and what is found.
import { describe, expect, test } from 'vitest'
import { at, findingsOf, observation, profileOf, shortly } from './profile.fixture.ts'
import {
  bundle,
  by,
  closed,
  code,
  coded,
  codings,
  component,
  components,
  of,
  patient,
  two,
  uri,
  type Row,
  testRows,
} from './slices.fixture.ts'

const byOther: Row[] = [
  {
    rule: 'patterns',
    elements: components(by(['pattern', 'code'])),
    instance: observation({ component: [component('a', { valueQuantity: { value: 1 } }), component('b')] }),
    finds: [],
  },
  {
    rule: 'a slice by pattern whose content is wrong',
    elements: components(by(['pattern', 'code'])),
    instance: observation({ component: [component('a', { valueString: 'x' })] }),
    finds: ['profile/type Observation.component[0].value'],
    says: ['Observation.component:a.value[x]'],
  },
  {
    rule: 'a value discriminator on a pattern',
    elements: components(by(['value', 'code'])),
    instance: observation({ component: [component('b')] }),
    finds: ['profile/slice-required Observation'],
  },
  {
    rule: 'presence and absence',
    elements: {
      'Observation.component': { slicing: closed(by(['exists', 'interpretation'])) },
      'Observation.component:judged': { min: 1, max: 1 },
      'Observation.component:judged.interpretation': { min: 1 },
      'Observation.component:plain': { max: 1 },
      'Observation.component:plain.interpretation': { max: 0 },
    },
    instance: observation({ component: [component('a'), component('b'), component('c', { interpretation: [of('H')] })] }),
    finds: ['profile/slice-max Observation'],
    says: ["'Observation.component:plain' may occur at most 1"],
  },
  {
    rule: 'types of a choice',
    elements: {
      'Observation.value[x]': { max: 1, slicing: by(['type', '$this']), types: [{ code: 'Quantity' }, { code: 'string' }] },
      'Observation.value[x]:valueQuantity': { max: 1, types: [{ code: 'Quantity' }] },
      'Observation.value[x]:valueQuantity.unit': { min: 1, max: 1 },
      'Observation.value[x]:valueString': { max: 1, types: [{ code: 'string' }], maxLength: 2 },
    },
    instance: observation({ valueQuantity: { value: 1 } }),
    finds: ['profile/required Observation.value'],
  },
  {
    rule: 'types of a choice, without any slicing said',
    elements: {
      'Observation.value[x]': { max: 1 },
      'Observation.value[x]:valueString': { max: 1, types: [{ code: 'string' }], maxLength: 2 },
    },
    instance: observation({ valueString: 'long' }),
    finds: ['profile/max-length Observation.value'],
  },
  {
    rule: 'a required type of a choice',
    elements: {
      'Observation.value[x]': { max: 1, slicing: by(['type', '$this']) },
      'Observation.value[x]:valueQuantity': { min: 1, max: 1, types: [{ code: 'Quantity' }] },
    },
    instance: observation({ valueString: 'x' }),
    finds: ['profile/slice-required Observation'],
  },
  {
    rule: 'types of resources',
    elements: {
      'Bundle.entry': { slicing: closed(by(['type', 'resource'])) },
      'Bundle.entry:patient': { min: 1, max: 1 },
      'Bundle.entry:patient.resource': { min: 1, max: 1, types: [{ code: 'Patient' }] },
    },
    instance: bundle(patient, observation()),
    finds: ['profile/slice-closed Bundle.entry[1]'],
  },
  {
    rule: 'profiles of resources: what conforms, and why the nearest does not',
    elements: {
      'Bundle.entry': { slicing: by(['profile', 'resource']) },
      'Bundle.entry:born': { min: 2, max: 2 },
      'Bundle.entry:born.resource': { min: 1, max: 1, types: [{ code: 'Patient', profiles: [at('Born')] }] },
    },
    instance: bundle({ ...patient, birthDate: '2000-01-01' }, patient),
    others: [profileOf('Born', 'Patient', { 'Patient.birthDate': { min: 1, max: 1 } })],
    finds: ['profile/slice-min Bundle', 'profile/slice-open Bundle.entry[1]'],
    says: ["'Patient.birthDate' is missing"],
  },
  {
    rule: 'a resource that claims the profile is in the slice, and its faults stand where they are',
    elements: {
      'Bundle.entry': { slicing: closed(by(['profile', 'resource'])) },
      'Bundle.entry:born': { min: 1, max: 1 },
      'Bundle.entry:born.resource': { min: 1, max: 1, types: [{ code: 'Patient', profiles: [at('Born')] }] },
    },
    instance: bundle({ ...patient, meta: { profile: [at('Born')] } }),
    others: [profileOf('Born', 'Patient', { 'Patient.birthDate': { min: 1, max: 1 } })],
    finds: ['profile/required Bundle.entry[0].resource'],
  },
  {
    rule: 'a profile that is not loaded tells nothing, another type does',
    elements: {
      'Bundle.entry': { slicing: closed(by(['profile', 'resource'])) },
      'Bundle.entry:born': { min: 1, max: 1 },
      'Bundle.entry:born.resource': { min: 1, max: 1, types: [{ code: 'Patient', profiles: [at('Missing')] }] },
    },
    instance: bundle(patient, observation()),
    finds: [
      'profile/slice-closed Bundle.entry[1]',
      'profile/slice-not-evaluated Bundle.entry[0]',
      'profile/type-not-loaded Bundle.entry[0]',
    ],
  },
  {
    rule: 'what a reference leads to',
    elements: {
      'Observation.performer': { slicing: by(['profile', 'resolve()']) },
      'Observation.performer:person': { min: 1, max: 1, types: [{ code: 'Reference', targets: [at('Born')] }] },
    },
    instance: observation({
      contained: [
        { ...patient, birthDate: '2000-01-01' },
        { resourceType: 'Practitioner', id: 'q' },
      ],
      performer: [{ reference: '#q' }, { reference: '#p' }],
    }),
    others: [profileOf('Born', 'Patient', { 'Patient.birthDate': { min: 1, max: 1 } })],
    finds: ['profile/slice-open Observation.performer[0]'],
  },
  {
    rule: 'what keeps an item out of a closed slicing is said',
    elements: {
      'Observation.performer': { slicing: closed(by(['profile', 'resolve()'])) },
      'Observation.performer:person': { max: 1, types: [{ code: 'Reference', targets: [at('Born')] }] },
    },
    instance: observation({ contained: [patient], performer: [{ reference: '#p' }] }),
    others: [profileOf('Born', 'Patient', { 'Patient.birthDate': { min: 1, max: 1 } })],
    finds: ['profile/slice-closed Observation.performer[0]'],
    says: ["'Patient.birthDate' is missing"],
  },
  {
    rule: 'a choice of a type that is not allowed is said once',
    elements: {
      'Observation.value[x]': { max: 1, slicing: closed(by(['type', '$this'])), types: [{ code: 'Quantity' }] },
      'Observation.value[x]:valueQuantity': { min: 1, max: 1, types: [{ code: 'Quantity' }] },
    },
    instance: observation({ valueString: 'x' }),
    finds: ['profile/type Observation.value'],
  },
  {
    rule: 'the type of what a reference leads to, read from its text',
    elements: {
      'Observation.performer': { slicing: closed(by(['type', 'resolve()'])) },
      'Observation.performer:person': {
        max: 1,
        types: [{ code: 'Reference', targets: ['http://hl7.org/fhir/StructureDefinition/Practitioner'] }],
      },
    },
    instance: observation({ performer: [{ reference: 'Practitioner/1' }, { reference: 'Organization/1' }, { display: 'who' }] }),
    finds: ['profile/slice-closed Observation.performer[1]', 'profile/slice-not-evaluated Observation.performer[2]'],
  },
  {
    rule: 'a value in what a reference leads to',
    elements: {
      'Observation.performer': { slicing: by(['value', 'resolve().gender']) },
      'Observation.performer:woman': { min: 1, max: 1, types: [{ code: 'Reference', targets: [at('Woman')] }] },
    },
    instance: observation({ contained: [{ ...patient, gender: 'female' }], performer: [{ reference: '#p' }] }),
    others: [profileOf('Woman', 'Patient', { 'Patient.gender': { ...code('female'), min: 1 } })],
    finds: [],
  },
  {
    rule: 'what is contained in a resource of a bundle is seen from there alone',
    elements: {
      'Bundle.entry': {},
      'Bundle.entry.resource': { min: 1, max: 1, types: [{ code: 'Observation', profiles: [at('Performed')] }] },
    },
    instance: bundle(
      observation({ contained: [{ ...patient, gender: 'female' }], performer: [{ reference: '#p' }] }),
      observation({ contained: [{ ...patient, gender: 'male' }], performer: [{ reference: '#p' }] }),
    ),
    others: [
      profileOf('Performed', 'Observation', {
        'Observation.performer': { slicing: by(['value', 'resolve().gender']) },
        'Observation.performer:woman': { min: 1, max: 1, types: [{ code: 'Reference', targets: [at('Woman')] }] },
      }),
      profileOf('Woman', 'Patient', { 'Patient.gender': { ...code('female'), min: 1 } }),
    ],
    finds: ['profile/slice-open Bundle.entry[1].resource.performer[0]', 'profile/slice-required Bundle.entry[1].resource'],
  },
  {
    rule: 'extensions by their url, read from their profile',
    elements: {
      'Observation.extension': { slicing: by(['value', 'url']) },
      'Observation.extension:ward': { min: 1, max: 1, types: [{ code: 'Extension', profiles: [at('Ward')] }] },
    },
    instance: observation({ extension: [{ url: 'http://example.org/unknown', valueCode: 'x' }] }),
    others: [profileOf('Ward', 'Extension', { 'Extension.url': uri(at('Ward')) }, { kind: 'complex-type' })],
    finds: ['profile/slice-open Observation.extension[0]', 'profile/slice-required Observation'],
    says: ["'Observation.extension:ward'", at('Ward')],
  },
  {
    rule: 'extensions whose profile is not loaded are known by its canonical',
    elements: {
      'Observation.extension': { slicing: by(['value', 'url']) },
      'Observation.extension:ward': { max: 1, types: [{ code: 'Extension', profiles: [at('Missing')] }] },
    },
    instance: observation({
      extension: [
        { url: at('Missing'), valueCode: 'x' },
        { url: at('Missing'), valueCode: 'y' },
      ],
    }),
    finds: ['profile/slice-max Observation'],
  },
  {
    rule: 'a value inside an extension',
    elements: {
      'Observation.component': { slicing: by(['value', `extension('${at('Ward')}').value`]) },
      'Observation.component:east': { min: 1, max: 1 },
      'Observation.component:east.extension': { slicing: by(['value', 'url']) },
      'Observation.component:east.extension:ward': { min: 1, max: 1, types: [{ code: 'Extension', profiles: [at('Ward')] }] },
      'Observation.component:east.extension:ward.value[x]': {
        min: 1,
        max: 1,
        types: [{ code: 'code' }],
        fixed: { type: 'code', value: 'east' },
      },
    },
    instance: observation({ component: [component('a', { extension: [{ url: at('Ward'), valueCode: 'west' }] })] }),
    others: [profileOf('Ward', 'Extension', { 'Extension.url': uri(at('Ward')) }, { kind: 'complex-type' })],
    finds: ['profile/slice-open Observation.component[0]', 'profile/slice-required Observation'],
  },
  {
    rule: 'a value of one type of a choice',
    elements: {
      'Observation.component': { slicing: by(['value', 'value.ofType(Quantity).unit']) },
      'Observation.component:mg': { min: 1, max: 1 },
      'Observation.component:mg.value[x]': { types: [{ code: 'Quantity' }] },
      'Observation.component:mg.value[x].unit': { min: 1, max: 1, fixed: { type: 'string', value: 'mg' } },
    },
    instance: observation({ component: [component('a', { valueQuantity: { unit: 'mg' } }), component('b', { valueString: 'mg' })] }),
    finds: ['profile/slice-open Observation.component[1]'],
  },
  {
    rule: 'slices within a slice',
    elements: {
      ...codings(by(['value', 'system']), { 'Observation.code.coding:one': { min: 0, slicing: by(['value', 'code']) } }),
      'Observation.code.coding:one/a': { min: 1, max: 1 },
      'Observation.code.coding:one/a.code': code('a'),
      'Observation.code.coding:one/b': { max: 0 },
      'Observation.code.coding:one/b.code': code('b'),
    },
    instance: coded(two, { system: 'urn:one', code: 'b', display: 'B' }, { system: 'urn:one', code: 'c', display: 'C' }),
    finds: ['profile/slice-max Observation.code', 'profile/slice-required Observation.code'],
    says: ["'Observation.code.coding:one/a' is missing", "'Observation.code.coding:one/b' may occur at most 0"],
  },
  {
    rule: 'slices of elements in slices',
    elements: components(by(['pattern', 'code']), {
      'Observation.component:b.interpretation': { slicing: closed(by(['pattern', '$this'])) },
      'Observation.component:b.interpretation:high': {
        min: 1,
        max: 1,
        pattern: { type: 'CodeableConcept', value: { coding: [{ code: 'H' }] } },
      },
    }),
    instance: observation({
      component: [component('a', { valueQuantity: { value: 1 } }), component('b', { interpretation: [of('H'), of('L')] }), component('b')],
    }),
    finds: ['profile/slice-closed Observation.component[1].interpretation[1]', 'profile/slice-required Observation.component[2]'],
  },
  {
    rule: 'slices that nothing tells apart are not checked, and that is said',
    elements: {
      'Observation.component': { slicing: by(['value', 'code.unknown']) },
      'Observation.component:a': { min: 1, max: 1 },
    },
    instance: observation({ component: [component('a')] }),
    finds: ['profile/slice-not-evaluated Observation.component[0]'],
  },
]

describe('slices by other discriminators', () => {
  testRows(byOther)
})

test('remarks on what belongs to no slice do not crowd out an error', () => {
  const own = profileOf('Subject', 'Observation', {
    'Observation.component': { slicing: by(['value', 'code.text']) },
    'Observation.component.interpretation': { max: 1 },
    'Observation.component:a': {},
    'Observation.component:a.code': {},
    'Observation.component:a.code.text': { min: 1, max: 1, fixed: { type: 'string', value: 'a' } },
  })
  const others = Array.from({ length: 500 }, () => ({ code: { text: 'z' } }))
  const wrong = { code: { text: 'z' }, interpretation: [{ text: 'H' }, { text: 'L' }] }
  const found = shortly(findingsOf(observation({ component: [...others, wrong] }), { made: [own] }))
  expect(found).toContain('profile/max Observation.component[500]')
})
