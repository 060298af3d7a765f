// One row a kind of discriminator and of rule: slices, an instance, and what is found.
import { describe, expect, test } from 'vitest'
import type { Discriminator, Slicing, StructureDefinition } from '../../definition/index.ts'
import type { Json } from '../../model.ts'
import { at, findingsOf, observation, type Part, profileOf, shortly } from './profile.fixture.ts'

type Row = {
  rule: string
  elements: Record<string, Part>
  instance: Record<string, Json>
  finds: string[]
  /** Texts that the findings must say, in English. */
  says?: string[]
  others?: StructureDefinition[]
  valueSets?: Record<string, readonly string[]>
}

const by = (...discriminators: [Discriminator['type'], string][]): Slicing => ({
  discriminators: discriminators.map(([type, path]) => ({ type, path })),
  rules: 'open',
  ordered: false,
})
const closed = (slicing: Slicing): Slicing => ({ ...slicing, rules: 'closed' })
const code = (value: string): Part => ({ min: 1, max: 1, types: [{ code: 'code' }], fixed: { type: 'code', value } })
const uri = (value: string): Part => ({ min: 1, max: 1, types: [{ code: 'uri' }], fixed: { type: 'uri', value } })
const concept = (value: string): Part => ({
  min: 1,
  max: 1,
  types: [{ code: 'CodeableConcept' }],
  pattern: { type: 'CodeableConcept', value: { coding: [{ system: 's', code: value }] } },
})
const of = (value: string): Json => ({ coding: [{ system: 's', code: value }] })
const component = (value: string, more: Record<string, Json> = {}): Json => ({ code: of(value), ...more })
const patient = { resourceType: 'Patient', id: 'p', name: [{ family: 'A' }] }
const bundle = (...resources: Record<string, Json>[]): Record<string, Json> => ({
  resourceType: 'Bundle',
  type: 'collection',
  entry: resources.map((resource, i) => ({ fullUrl: `urn:uuid:00000000-0000-4000-8000-00000000000${i}`, resource })),
})

const codings = (slicing: Slicing, more: Record<string, Part> = {}): Record<string, Part> => ({
  'Observation.code': {},
  'Observation.code.coding': { slicing },
  'Observation.code.coding:one': { min: 1, max: 1 },
  'Observation.code.coding:one.system': uri('urn:one'),
  'Observation.code.coding:one.display': { min: 1, max: 1 },
  'Observation.code.coding:two': { min: 0, max: 1 },
  'Observation.code.coding:two.system': uri('urn:two'),
  ...more,
})
const coded = (...list: Json[]) => observation({ code: { text: 'x', coding: list } })
const one = { system: 'urn:one', code: 'a', display: 'A' }
const two = { system: 'urn:two', code: 'b' }
const other = { system: 'urn:other', code: 'c' }

const components = (slicing: Slicing, more: Record<string, Part> = {}): Record<string, Part> => ({
  'Observation.component': { slicing },
  'Observation.component:a': { min: 1, max: 1 },
  'Observation.component:a.code': concept('a'),
  'Observation.component:a.value[x]': { min: 1, max: 1, types: [{ code: 'Quantity' }] },
  'Observation.component:b': {},
  'Observation.component:b.code': concept('b'),
  ...more,
})

const byValue: Row[] = [
  { rule: 'each in its slice', elements: codings(by(['value', 'system'])), instance: coded(one, two), finds: [] },
  {
    rule: 'a required slice is missing; it says what would be one',
    elements: codings(by(['value', 'system'])),
    instance: coded(two),
    finds: ['profile/slice-required Observation.code'],
    says: ["'Observation.code.coding:one'", 'urn:one'],
  },
  {
    rule: 'too many of a slice',
    elements: codings(by(['value', 'system'])),
    instance: coded(one, two, two),
    finds: ['profile/slice-max Observation.code'],
    says: ["'Observation.code.coding:two' may occur at most 1"],
  },
  {
    rule: 'an open slicing informs of what belongs to none',
    elements: codings(by(['value', 'system'])),
    instance: coded(one, other),
    finds: ['profile/slice-open Observation.code.coding[1]'],
  },
  {
    rule: 'a closed slicing refuses it',
    elements: codings(closed(by(['value', 'system']))),
    instance: coded(one, other),
    finds: ['profile/slice-closed Observation.code.coding[1]'],
  },
  {
    rule: 'what belongs to a slice is held to the slice',
    elements: codings(by(['value', 'system'])),
    instance: coded({ system: 'urn:one', code: 'a' }),
    finds: ['profile/required Observation.code.coding[0]'],
    says: ["'Observation.code.coding:one.display'"],
  },
  {
    rule: 'two discriminators, and the one that differs is named',
    elements: codings(by(['value', 'system'], ['value', 'code']), { 'Observation.code.coding:one.code': code('a') }),
    instance: coded({ system: 'urn:one', code: 'z', display: 'Z' }),
    finds: ['profile/slice-open Observation.code.coding[0]', 'profile/slice-required Observation.code'],
    says: ['The nearest, coding[0], differs in code = a'],
  },
  {
    rule: 'ordered slices in the wrong order',
    elements: codings({ ...by(['value', 'system']), ordered: true }),
    instance: coded(two, one),
    finds: ['profile/slice-order Observation.code.coding[1]'],
  },
  {
    rule: 'open at the end: what belongs to none stands last',
    elements: codings({ ...by(['value', 'system']), rules: 'openAtEnd' }),
    instance: coded(other, one),
    finds: ['profile/slice-at-end Observation.code.coding[1]', 'profile/slice-open Observation.code.coding[0]'],
  },
  {
    rule: 'the default slice takes the rest',
    elements: codings(closed(by(['value', 'system'])), {
      'Observation.code.coding:@default': {},
      'Observation.code.coding:@default.version': { min: 1, max: 1 },
    }),
    instance: coded(one, other),
    finds: ['profile/required Observation.code.coding[1]'],
  },
  {
    rule: 'the divided element binds every item, the slice only its own; what both ask is said once',
    elements: {
      ...codings(by(['value', 'system'])),
      'Observation.code.coding:one.version': { min: 1, max: 1 },
      'Observation.code.coding.version': { min: 1, max: 1 },
    },
    instance: coded(one),
    finds: ['profile/required Observation.code.coding[0]'],
  },
  {
    rule: 'a required binding tells slices apart',
    elements: {
      'Observation.category': { slicing: by(['value', '$this']) },
      'Observation.category:in': { min: 1, max: 1, binding: { strength: 'required', valueSet: 'http://example.org/vs' } },
    },
    instance: observation({ category: [of('a'), of('z')] }),
    finds: ['profile/slice-open Observation.category[1]'],
    valueSets: { 'http://example.org/vs': ['s|a'] },
  },
  {
    rule: 'where the value set is not loaded nothing is wrong, and that is said',
    elements: {
      'Observation.category': { slicing: closed(by(['value', '$this'])) },
      'Observation.category:in': { min: 1, max: 1, binding: { strength: 'required', valueSet: 'http://example.org/vs' } },
    },
    instance: observation({ category: [of('a')] }),
    finds: ['profile/slice-not-evaluated Observation.category[0]', 'profile/value-set-not-loaded Observation.category[0]'],
  },
  {
    rule: 'where the value set is not loaded, fixed parts tell',
    elements: {
      'Observation.category': { slicing: by(['value', '$this']) },
      'Observation.category:in': { min: 1, max: 1, binding: { strength: 'required', valueSet: 'http://example.org/vs' } },
      'Observation.category:in.coding': { min: 1 },
      'Observation.category:in.coding.code': code('a'),
    },
    instance: observation({ category: [of('z')] }),
    finds: [
      'profile/slice-open Observation.category[0]',
      'profile/slice-required Observation',
      'profile/value-set-not-loaded Observation.category[0]',
    ],
  },
  {
    rule: 'fixed parts tell by $this, both in one coding',
    elements: {
      'Observation.category': { slicing: by(['value', '$this']) },
      'Observation.category:in': { min: 1, max: 1 },
      'Observation.category:in.coding': { min: 1 },
      'Observation.category:in.coding.system': uri('s'),
      'Observation.category:in.coding.code': code('a'),
    },
    instance: observation({
      category: [
        {
          coding: [
            { system: 's', code: 'z' },
            { system: 't', code: 'a' },
          ],
        },
      ],
    }),
    finds: ['profile/slice-open Observation.category[0]', 'profile/slice-required Observation'],
  },
  {
    rule: 'a nested path through lists',
    elements: {
      'Observation.component': { slicing: by(['value', 'code.coding.code']) },
      'Observation.component:a': { min: 1, max: 1 },
      'Observation.component:a.code': {},
      'Observation.component:a.code.coding': {},
      'Observation.component:a.code.coding.code': code('a'),
    },
    instance: observation({ component: [{ code: { coding: [{ code: 'z' }, { code: 'a' }] } }, component('q')] }),
    finds: ['profile/fixed Observation.component[0].code.coding[0].code', 'profile/slice-open Observation.component[1]'],
  },
  {
    rule: 'the deciding part stands in a slice that must be there',
    elements: {
      'Observation.component': { slicing: by(['value', 'code.coding.code']) },
      'Observation.component:a': { min: 1, max: 1 },
      'Observation.component:a.code': {},
      'Observation.component:a.code.coding': { slicing: by(['value', 'system']) },
      'Observation.component:a.code.coding:x': { min: 1, max: 1 },
      'Observation.component:a.code.coding:x.system': uri('s'),
      'Observation.component:a.code.coding:x.code': code('a'),
    },
    instance: observation({ component: [component('a')] }),
    finds: [],
  },
]

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
    rule: 'extensions by their url, read from their profile',
    elements: {
      'Observation.extension': { slicing: by(['value', 'url']) },
      'Observation.extension:ward': { min: 1, max: 1, types: [{ code: 'Extension', profiles: [at('Ward')] }] },
    },
    instance: observation({ extension: [{ url: 'http://example.org/unknown', valueCode: 'x' }] }),
    others: [profileOf('Ward', 'Extension', { 'Extension.url': uri(at('Ward')) }, { kind: 'complex-type' })],
    finds: ['profile/slice-required Observation'],
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

describe.each([
  ['slices by value', byValue],
  ['slices by other discriminators', byOther],
])('%s', (_title, rows) => {
  for (const { rule, elements, instance, finds, says = [], others = [], valueSets } of rows)
    test(rule, () => {
      const own = profileOf('Subject', String(instance.resourceType), elements)
      const found = findingsOf(instance, { made: [own, ...others], ...(valueSets ? { valueSets } : {}) })
      expect(shortly(found).sort()).toEqual([...finds].sort())
      const said = found.map(({ en }) => en).join('\n')
      for (const text of says) expect(said).toContain(text)
    })
})
