/** Test support: made-up resources that show every kind of element, and the expressions that are compared with another engine. */
import type { Resource } from '../model.ts'

export const patient: Resource = {
  resourceType: 'Patient',
  id: 'p1',
  meta: { versionId: '3', lastUpdated: '2026-11-01T09:30:15.123+09:00', profile: ['http://example.jp/fhir/a', 'http://example.jp/fhir/b'] },
  text: { status: 'generated', div: '<div xmlns="http://www.w3.org/1999/xhtml"><p>縁 花子</p></div>' },
  contained: [
    { resourceType: 'Organization', id: 'org', name: '第一病院', active: true },
    { resourceType: 'Practitioner', id: 'doc', name: [{ family: '医' }] },
  ],
  extension: [
    { url: 'http://example.jp/ext/score', valueInteger: 7 },
    { url: 'http://example.jp/ext/score', valueInteger: 9 },
    {
      url: 'http://example.jp/ext/nested',
      extension: [
        { url: 'code', valueCode: 'x' },
        { url: 'when', valueDate: '2020-02' },
      ],
    },
  ],
  identifier: [
    { use: 'official', system: 'urn:oid:1.2.392', value: '00123', period: { start: '2020-01-01' } },
    { use: 'old', system: 'urn:oid:1.2.393', value: 'ABC-9' },
  ],
  active: true,
  name: [
    { use: 'official', text: '縁 花子', family: '縁', given: ['花子', 'Hana'] },
    { use: 'usual', family: 'Enishi', given: ['Hanako'], period: { start: '2001-04', end: '2019' } },
    { use: 'maiden', given: ['花子'], _given: [{ extension: [{ url: 'http://example.jp/ext/kana', valueString: 'ハナコ' }] }] },
  ],
  telecom: [
    { system: 'phone', value: '03-0000-0000', use: 'work', rank: 1 },
    { system: 'phone', value: '090-0000-0000', use: 'mobile', rank: 2 },
    { system: 'email', value: 'hana@example.jp' },
  ],
  gender: 'female',
  birthDate: '1974-12-25',
  _birthDate: {
    id: 'b1',
    extension: [{ url: 'http://hl7.org/fhir/StructureDefinition/patient-birthTime', valueDateTime: '1974-12-25T14:35:45+09:00' }],
  },
  deceasedBoolean: false,
  address: [{ use: 'home', line: ['一丁目', '2-3'], city: '東京', postalCode: '100-0001' }],
  maritalStatus: { coding: [{ system: 'http://terminology.hl7.org/CodeSystem/v3-MaritalStatus', code: 'M' }], text: '既婚' },
  multipleBirthInteger: 2,
  contact: [{ relationship: [{ text: '夫' }], name: { family: '縁', given: ['太郎'] } }],
  communication: [{ language: { coding: [{ system: 'urn:ietf:bcp:47', code: 'ja' }] }, preferred: true }],
  managingOrganization: { reference: '#org', display: '第一病院' },
  generalPractitioner: [{ reference: '#doc' }, { reference: 'Practitioner/77', display: '他院' }],
}

export const observation: Resource = {
  resourceType: 'Observation',
  id: 'o1',
  status: 'final',
  category: [{ coding: [{ system: 'http://terminology.hl7.org/CodeSystem/observation-category', code: 'vital-signs' }] }],
  code: {
    coding: [
      { system: 'http://loinc.org', code: '29463-7', display: 'Body weight' },
      { system: 'urn:local', code: 'W' },
    ],
    text: '体重',
  },
  subject: { reference: 'Patient/p1', type: 'Patient' },
  effectiveDateTime: '2026-03-05T08:15:00+09:00',
  issued: '2026-03-05T00:00:00.500Z',
  valueQuantity: { value: 62.5, unit: 'kg', system: 'http://unitsofmeasure.org', code: 'kg' },
  referenceRange: [
    {
      low: { value: 45, unit: 'kg', system: 'http://unitsofmeasure.org', code: 'kg' },
      high: { value: 70000, unit: 'g', system: 'http://unitsofmeasure.org', code: 'g' },
    },
  ],
  component: [
    { code: { text: 'a' }, valueQuantity: { value: 1.5, unit: 'mg', system: 'http://unitsofmeasure.org', code: 'mg' } },
    { code: { text: 'b' }, valueString: 'positive' },
    { code: { text: 'c' }, valueCodeableConcept: { coding: [{ code: 'neg' }] } },
    { code: { text: 'd' }, valueInteger: 4 },
    { code: { text: 'e' }, dataAbsentReason: { text: '未測定' } },
    { code: { text: 'f' }, valueBoolean: false },
    { code: { text: 'g' }, valueTime: '07:30:00' },
    { code: { text: 'h' }, valuePeriod: { start: '2026-01', end: '2026-02-28' } },
  ],
}

export const questionnaire: Resource = {
  resourceType: 'Questionnaire',
  id: 'q1',
  url: 'http://example.jp/Questionnaire/q1',
  status: 'active',
  date: '2025',
  item: [
    {
      linkId: '1',
      text: '群',
      type: 'group',
      item: [
        { linkId: '1.1', text: '喫煙', type: 'boolean', required: true },
        { linkId: '1.2', type: 'group', item: [{ linkId: '1.2.1', type: 'decimal', initial: [{ valueDecimal: 1.25 }] }] },
      ],
    },
    { linkId: '2', type: 'choice', answerOption: [{ valueString: 'はい' }, { valueInteger: 3 }, { valueCoding: { code: 'z' } }] },
  ],
}

export const bundle: Resource = {
  resourceType: 'Bundle',
  type: 'collection',
  entry: [
    { fullUrl: 'urn:uuid:11111111-1111-4111-8111-111111111111', resource: patient },
    { fullUrl: 'http://example.jp/fhir/Observation/o1', resource: observation },
    {
      fullUrl: 'http://example.jp/fhir/Encounter/e1',
      resource: {
        resourceType: 'Encounter',
        id: 'e1',
        status: 'finished',
        class: { code: 'AMB' },
        subject: { reference: 'urn:uuid:11111111-1111-4111-8111-111111111111' },
      },
    },
  ],
}

export const resources: Record<string, Resource> = { patient, observation, questionnaire, bundle }
