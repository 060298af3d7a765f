/** @spec http://hl7.org/fhir/R4/json.html, http://hl7.org/fhir/R4/references.html, http://hl7.org/fhir/R4/narrative.html, http://hl7.org/fhir/R4/extensibility.html */
import { describe, expect, test } from 'vitest'
import type { Json } from '../model.ts'
import { validateResource } from './index.ts'

/** Rule and path of everything found, without the reminder to write a narrative. */
const found = (resource: Json) =>
  validateResource(resource)
    .filter((finding) => finding.ruleId !== 'dom-6')
    .map((finding) => `${finding.ruleId} ${finding.path}`)

const patient = (more: Record<string, Json>) => ({ resourceType: 'Patient', ...more })
const observation = (more: Record<string, Json>) => ({ resourceType: 'Observation', status: 'final', code: { text: 'K' }, ...more })
const div = (inside: string) => patient({ text: { status: 'generated', div: `<div xmlns="http://www.w3.org/1999/xhtml">${inside}</div>` } })

test('a rich valid resource has no finding (control)', () => {
  const resource = observation({
    id: 'o1',
    meta: { versionId: '1', lastUpdated: '2026-11-22T10:00:00.000+09:00', profile: ['http://example.jp/p'] },
    text: {
      status: 'generated',
      div: '<div xmlns="http://www.w3.org/1999/xhtml" lang="ja"><p>K <b>4.1</b><br/></p><!-- x --><a href="https://example.jp/?a=b:c">y</a></div>',
    },
    contained: [
      {
        resourceType: 'Patient',
        id: 'p',
        name: [{ text: '山田 太郎', given: ['太郎', null], _given: [null, { extension: [{ url: 'urn:x', valueCode: 'a' }] }] }],
      },
    ],
    extension: [
      { url: 'urn:a', valueString: 'x' },
      { url: 'urn:b', extension: [{ url: 'c', valueInteger: 1 }] },
    ],
    subject: { reference: '#p' },
    _effectiveDateTime: { extension: [{ url: 'http://hl7.org/fhir/StructureDefinition/data-absent-reason', valueCode: 'unknown' }] },
    valueQuantity: { value: 4.1, unit: 'mmol/L', system: 'http://unitsofmeasure.org', code: 'mmol/L' },
    referenceRange: [{ low: { value: 3.6 }, high: { value: 4.8 } }],
  })
  expect(found(resource)).toEqual([])
})

describe('structure', () => {
  test.each<[string, Json, string[]]>([
    ['not an object', 'x', ['structure/not-an-object Resource']],
    ['no resourceType', { id: 'a' }, ['structure/resource-type-missing Resource']],
    ['a type of nobody', { resourceType: 'Patiemt' }, ['structure/resource-type Patiemt']],
    ['an abstract type', { resourceType: 'DomainResource' }, ['structure/resource-type DomainResource']],
    ['unknown element', patient({ nmae: [] }), ['structure/unknown-element Patient']],
    [
      'unknown nested element',
      patient({ name: [{ fmaily: 'a' }] }),
      ['structure/unknown-element Patient.name[0]', 'structure/empty Patient.name[0]'],
    ],
    [
      'resourceType where there is no resource',
      patient({ name: [{ resourceType: 'HumanName', text: 'a' }] }),
      ['structure/unknown-element Patient.name[0]'],
    ],
    ['a sibling of a complex element', patient({ _name: [{}] }), ['structure/unknown-element Patient']],
    [
      'prototype names are elements of nobody',
      JSON.parse('{"resourceType":"Patient","__proto__":{"a":1},"constructor":1}'),
      ['structure/unknown-element Patient', 'structure/unknown-element Patient'],
    ],
    ['missing element', { resourceType: 'Observation', status: 'final' }, ['structure/required Observation']],
    ['missing choice element', { resourceType: 'MedicationDispense', status: 'completed' }, ['structure/required MedicationDispense']],
    ['one where many may be', patient({ name: { text: 'a' } }), ['structure/array Patient.name']],
    ['many where one may be', patient({ gender: ['male'] }), ['structure/single Patient.gender']],
    ['a list in a list', patient({ name: [[{ text: 'a' }]] }), ['structure/not-an-object Patient.name[0]']],
    ['empty list', patient({ name: [] }), ['structure/empty Patient.name']],
    ['empty object', patient({ name: [{}] }), ['structure/empty Patient.name[0]']],
    ['an id alone is no content', patient({ name: [{ id: 'a' }] }), ['structure/empty Patient.name[0]']],
    ['empty string', patient({ name: [{ text: '' }] }), ['structure/empty Patient.name[0].text']],
    ['null', patient({ gender: null }), ['structure/null Patient.gender']],
    ['null in a list with nothing beside it', patient({ name: [{ given: ['a', null] }] }), ['structure/null Patient.name[0].given[1]']],
    [
      'lists of a primitive differ in length',
      patient({ name: [{ given: ['a', 'b'], _given: [{ id: 'x' }] }] }),
      ['structure/misaligned Patient.name[0].given'],
    ],
    ['number for a string', patient({ name: [{ text: 1 }] }), ['structure/type Patient.name[0].text']],
    ['string for a boolean', patient({ active: 'true' }), ['structure/type Patient.active']],
    ['object for a primitive', patient({ gender: { value: 'male' } }), ['structure/type Patient.gender']],
    ['primitive for an object', patient({ maritalStatus: 'M' }), ['structure/not-an-object Patient.maritalStatus']],
    ['a day outside the calendar', patient({ birthDate: '2023-02-29' }), ['structure/not-a-date Patient.birthDate']],
    ['a birth date with a time', patient({ birthDate: '2023-02-28T00:00:00Z' }), ['structure/format Patient.birthDate']],
    ['two types of one choice', patient({ deceasedBoolean: true, deceasedDateTime: '2024' }), ['structure/choice Patient']],
    ['two halves of one choice are one', patient({ deceasedDateTime: '2024', _deceasedDateTime: { id: 'a' } }), []],
    ['a type the choice does not have', patient({ deceasedString: 'x' }), ['structure/unknown-element Patient']],
    ['code outside the required value set', patient({ gender: 'xx' }), ['structure/binding Patient.gender']],
    [
      'concept outside the required value set',
      { resourceType: 'Condition', subject: { display: 'a' }, clinicalStatus: { text: 'active' } },
      ['structure/binding Condition.clinicalStatus'],
    ],
    [
      'concept with one code inside',
      {
        resourceType: 'Condition',
        subject: { display: 'a' },
        clinicalStatus: { coding: [{ code: 'x' }, { system: 'http://terminology.hl7.org/CodeSystem/condition-clinical', code: 'active' }] },
      },
      [],
    ],
    [
      'concept of another system',
      { resourceType: 'Condition', subject: { display: 'a' }, clinicalStatus: { coding: [{ system: 'urn:x', code: 'active' }] } },
      ['structure/binding Condition.clinicalStatus'],
    ],
    [
      'comparator on a SimpleQuantity',
      observation({ referenceRange: [{ low: { value: 1, comparator: '<' } }] }),
      ['sqty-1 Observation.referenceRange[0].low'],
    ],
  ])('%s', (_, resource, rules) => expect(found(resource)).toEqual(rules))
})

describe('extensions', () => {
  test.each<[string, Json, string[]]>([
    ['no address', { valueCode: 'a' }, ['structure/required Patient.extension[0]']],
    ['value and nested', { url: 'urn:a', valueCode: 'a', extension: [{ url: 'b', valueCode: 'c' }] }, ['ext-1 Patient.extension[0]']],
    ['neither', { url: 'urn:a' }, ['ext-1 Patient.extension[0]']],
    ['two values', { url: 'urn:a', valueCode: 'a', valueString: 'b' }, ['structure/choice Patient.extension[0]']],
    [
      'value without a type',
      { url: 'urn:a', value: 'a' },
      ['structure/unknown-element Patient.extension[0]', 'ext-1 Patient.extension[0]'],
    ],
  ])('%s', (_, extension, rules) => expect(found(patient({ extension: [extension] }))).toEqual(rules))
})

describe('references', () => {
  test.each<[string, Json, string[]]>([
    ['a Patient where one may stand', { reference: 'Patient/1' }, []],
    ['by URL and version', { reference: 'https://example.jp/fhir/Patient/1/_history/2' }, []],
    ['by URN', { reference: 'urn:uuid:53fefa32-fcbb-4ff8-8a92-55ee120877b7' }, []],
    ['conditional', { reference: 'Patient?identifier=a|b' }, []],
    ['by identifier', { identifier: { value: 'a' }, type: 'Patient' }, []],
    ['another type', { reference: 'Practitioner/1' }, ['structure/reference-target Observation.subject']],
    ['another type by URL', { reference: 'https://example.jp/fhir/Practitioner/1' }, ['structure/reference-target Observation.subject']],
    ['another type, said', { identifier: { value: 'a' }, type: 'Practitioner' }, ['structure/reference-target Observation.subject']],
    ['type and text disagree', { reference: 'Patient/1', type: 'Group' }, ['structure/reference-type Observation.subject']],
    ['not a reference', { reference: '山田' }, ['structure/reference-format Observation.subject']],
    ['nothing contained', { reference: '#p' }, ['ref-1 Observation.subject']],
  ])('%s', (_, subject, rules) => expect(found(observation({ subject }))).toEqual(rules))

  test('a contained resource of another type', () => {
    const contained = [{ resourceType: 'Practitioner', id: 'p' }]
    expect(found(observation({ contained, subject: { reference: '#p' } }))).toEqual(['structure/reference-target Observation.subject'])
  })

  test('an entry of the bundle of another type', () => {
    const fullUrl = 'urn:uuid:53fefa32-fcbb-4ff8-8a92-55ee120877b7'
    const entry = [{ fullUrl, resource: { resourceType: 'Practitioner' } }, { resource: observation({ subject: { reference: fullUrl } }) }]
    expect(found({ resourceType: 'Bundle', type: 'collection', entry })).toEqual([
      'structure/reference-target Bundle.entry[1].resource.subject',
    ])
  })
})

describe('contained resources', () => {
  const holding = (contained: Json, more: Record<string, Json> = {}) =>
    observation({ contained: [contained], subject: { reference: '#p' }, ...more })
  test.each<[string, Json, string[]]>([
    ['referred to', holding({ resourceType: 'Patient', id: 'p' }), []],
    [
      'dom-2',
      holding({
        resourceType: 'Patient',
        id: 'p',
        contained: [{ resourceType: 'Patient', id: 'q' }],
        managingOrganization: { reference: '#q' },
      }),
      ['dom-2 Observation.contained[0]', 'ref-1 Observation.contained[0].managingOrganization'],
    ],
    ['dom-3', observation({ contained: [{ resourceType: 'Patient', id: 'p' }] }), ['dom-3 Observation.contained[0]']],
    ['dom-3: without an id', observation({ contained: [{ resourceType: 'Patient' }] }), ['dom-3 Observation.contained[0]']],
    [
      'pointing out of itself is enough',
      observation({
        contained: [
          {
            resourceType: 'Provenance',
            target: [{ reference: '#' }],
            recorded: '2024-01-01T00:00:00Z',
            agent: [{ who: { display: 'a' } }],
          },
        ],
      }),
      [],
    ],
    ['dom-4', holding({ resourceType: 'Patient', id: 'p', meta: { versionId: '1' } }), ['dom-4 Observation.contained[0]']],
    ['dom-5', holding({ resourceType: 'Patient', id: 'p', meta: { security: [{ code: 'R' }] } }), ['dom-5 Observation.contained[0]']],
    [
      'checked like any other',
      holding({ resourceType: 'Patient', id: 'p', gender: 'x' }),
      ['structure/binding Observation.contained[0].gender'],
    ],
  ])('%s', (_, resource, rules) => expect(found(resource)).toEqual(rules))

  test('a bundle entry has its own contained resources', () => {
    const entry = [{ resource: holding({ resourceType: 'Patient', id: 'p' }) }, { resource: observation({ subject: { reference: '#p' } }) }]
    expect(found({ resourceType: 'Bundle', type: 'collection', entry })).toEqual(['ref-1 Bundle.entry[1].resource.subject'])
  })
})

describe('narrative', () => {
  test.each([
    ['<p>a</p>', null],
    ['<p class="x" style="color: red">a</p>', null],
    ['<img src="data:image/png;base64,AAAA" alt="a"/>', null],
    ['<table><tr><td>a</td></tr></table>', null],
    ['<script>alert(1)</script>', 'forbidden-element'],
    ['<SCRIPT>alert(1)</SCRIPT>', 'forbidden-element'],
    ['<iframe src="x"></iframe>', 'forbidden-element'],
    ['<form><input/></form>', 'forbidden-element'],
    ['<p onclick="x()">a</p>', 'forbidden-attribute'],
    ["<p ONMOUSEOVER = 'x()'>a</p>", 'forbidden-attribute'],
    ['<img src="https://example.jp/t.gif"/>', 'external-reference'],
    ['<img src="//example.jp/t.gif"/>', 'external-reference'],
    ['<a href="javascript:alert(1)">a</a>', 'external-reference'],
    ['<a href=" java\nscript:alert(1)">a</a>', 'external-reference'],
    ['<a href="javascript&#58;alert(1)">a</a>', 'external-reference'],
    ['<p style="background: url(http://example.jp)">a</p>', 'external-reference'],
    ['<p style="background: url(data:image/png;base64,AA)">a</p>', null],
    ['<p style="background: u\\72l(http://example.jp)">a</p>', 'external-reference'],
    ['<p>a', 'not-well-formed'],
    ['<p>a</b>', 'not-well-formed'],
    ['<p a=b>a</p>', 'not-well-formed'],
    ['</div><div>a', 'not-well-formed'],
    ['<!DOCTYPE a>', 'not-well-formed'],
    ['<!-- a', 'not-well-formed'],
    ['  <br/> ', 'empty'],
  ])('%j: %s', (inside, problem) => expect(found(div(inside))).toEqual(problem === null ? [] : [`narrative/${problem} Patient.text.div`]))

  test('dom-6 is only a reminder', () => {
    expect(validateResource(patient({})).map(({ severity, ruleId }) => `${severity} ${ruleId}`)).toEqual(['warning dom-6'])
  })
})

test('the path starts where the caller says', () => {
  const [finding] = validateResource(patient({ gender: 'x' }), { path: 'Bundle.entry[1].resource' })
  expect(finding?.path).toBe('Bundle.entry[1].resource.gender')
})

test('however many remarks there are, an error after them is found', () => {
  const entry = Array.from({ length: 400 }, (_, n) => ({ resource: { resourceType: 'Patient', ...(n === 399 ? { gender: 'lady' } : {}) } }))
  const findings = validateResource({ resourceType: 'Bundle', type: 'collection', entry })
  expect(findings.filter((f) => f.severity === 'error').map((f) => `${f.ruleId} ${f.path}`)).toEqual([
    'structure/binding Bundle.entry[399].resource.gender',
  ])
  expect(findings.at(-1)?.ruleId, 'and it is said that remarks were left out').toBe('structure/too-many')
  expect(findings.length).toBeLessThan(300)
})
