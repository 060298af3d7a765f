/** Base R4 with definitions and terminology: codes, bindings, extensions, bundles, vital signs. Each row breaks one rule; its neighbour keeps it. */
import { describe, expect, test } from 'vitest'
import { baseDefinitions, makeDefinitions } from '../definition/index.ts'
import type { Json, JsonObject } from '../model.ts'
import { parseJson } from '../parse.ts'
import { makeTerminology } from '../terminology/index.ts'
import { makeValidator } from './index.ts'

const extension = (url: string, more: JsonObject): JsonObject => ({
  resourceType: 'StructureDefinition',
  url,
  name: 'E',
  status: 'active',
  kind: 'complex-type',
  abstract: false,
  type: 'Extension',
  baseDefinition: 'http://hl7.org/fhir/StructureDefinition/Extension',
  derivation: 'constraint',
  ...more,
})
const snapshot = (url: string, root: JsonObject = {}) => ({
  element: [
    { id: 'Extension', path: 'Extension', min: 0, max: '1', ...root },
    { id: 'Extension.url', path: 'Extension.url', min: 1, max: '1', type: [{ code: 'uri' }], fixedUri: url },
    { id: 'Extension.value[x]', path: 'Extension.value[x]', min: 1, max: '1', type: [{ code: 'string' }] },
  ],
})
const on = (url: string, type: string, expression: string, more: JsonObject = {}) =>
  extension(url, { context: [{ type, expression }], snapshot: snapshot(url), ...more })

const own: JsonObject[] = [
  on('http://a.jp/on-name', 'element', 'HumanName'),
  on('http://a.jp/on-patient-name', 'element', 'Patient.name'),
  on('http://a.jp/on-birth-date', 'element', 'Patient.birthDate'),
  on('http://a.jp/on-value', 'element', 'Observation.value[x]'),
  on('http://a.jp/on-outer', 'extension', 'http://a.jp/outer'),
  on('http://a.jp/on-official', 'fhirpath', "Patient.name.where(use = 'official')"),
  on('http://a.jp/if-active', 'element', 'Patient', { contextInvariant: ['active = true'] }),
  extension('http://a.jp/modifier', {
    context: [{ type: 'element', expression: 'Element' }],
    snapshot: snapshot('http://a.jp/modifier', { isModifier: true, isModifierReason: 'a' }),
  }),
]
const definitions = makeDefinitions(baseDefinitions(), own)
const validator = makeValidator({ definitions, terminology: makeTerminology({ definitions }) })

const div = { status: 'generated', div: '<div xmlns="http://www.w3.org/1999/xhtml">a</div>' }
const patient = (more: JsonObject): JsonObject => ({ resourceType: 'Patient', text: div, ...more })
const observation = (more: JsonObject): JsonObject => ({
  resourceType: 'Observation',
  text: div,
  status: 'final',
  code: { text: 'a' },
  ...more,
})
const ext = (url: string, more: JsonObject = { valueString: 'a' }) => ({ url, ...more })
const coding = (system: string, code: string, display?: string) => ({ system, code, ...(display ? { display } : {}) })
function parsed(text: string): JsonObject {
  const read = parseJson(text)
  if ('findings' in read) throw new Error(text)
  return read.value as JsonObject
}

const found = (resource: Json) => validator.validate(resource).map(({ ruleId, path, severity }) => `${severity} ${ruleId} ${path}`)

/** name, one that keeps the rule, one that breaks it, what is said of it. */
type Row = [string, JsonObject, JsonObject, string]

const codes: Row[] = [
  [
    'a code of a complete code system',
    patient({ maritalStatus: { coding: [coding('http://terminology.hl7.org/CodeSystem/v3-MaritalStatus', 'M')] } }),
    patient({ maritalStatus: { coding: [coding('http://terminology.hl7.org/CodeSystem/v3-MaritalStatus', 'XX')] } }),
    'error coding/unknown-code Patient.maritalStatus.coding[0].code',
  ],
  [
    'an extensible binding',
    patient({ maritalStatus: { coding: [coding('http://terminology.hl7.org/CodeSystem/v3-MaritalStatus', 'M')] } }),
    patient({ maritalStatus: { coding: [coding('http://terminology.hl7.org/CodeSystem/v3-ActCode', 'AMB')] } }),
    'warning structure/binding-extensible Patient.maritalStatus',
  ],
  [
    'a value set that sets the limit',
    patient({ language: 'ja' }),
    patient({ language: 'japanisch!' }),
    'error structure/binding-max Patient.language',
  ],
  [
    'a unit of UCUM',
    observation({ valueQuantity: { value: 1, system: 'http://unitsofmeasure.org', code: 'mg/dL' } }),
    observation({ valueQuantity: { value: 1, system: 'http://unitsofmeasure.org', code: 'IU' } }),
    'error coding/unknown-code Observation.value.code',
  ],
  [
    'the check digit of LOINC',
    observation({ code: { coding: [coding('http://loinc.org', '1751-7')] } }),
    observation({ code: { coding: [coding('http://loinc.org', '1751-8')] } }),
    'error coding/unknown-code Observation.code.coding[0].code',
  ],
  [
    'a system that is an address',
    observation({ code: { coding: [coding('urn:oid:1.2.392.200119.4.504', '1')] } }),
    observation({ code: { coding: [coding('loinc', '1')] } }),
    'error coding/system-form Observation.code.coding[0].system',
  ],
  [
    'a system of no example',
    observation({ code: { coding: [coding('http://example.jp/a', '1')] } }),
    observation({ code: { coding: [coding('http://example.org/a', '1')] } }),
    'error coding/example-system Observation.code.coding[0].system',
  ],
  [
    'a system that is no value set',
    observation({ code: { coding: [coding('http://example.jp/a', '1')] } }),
    observation({ code: { coding: [coding('http://hl7.org/fhir/ValueSet/observation-codes', '1')] } }),
    'error coding/value-set-as-system Observation.code.coding[0].system',
  ],
  [
    'a coding with a system',
    observation({ code: { coding: [coding('http://example.jp/a', '1')] } }),
    observation({ code: { coding: [{ code: '1' }] } }),
    'warning coding/no-system Observation.code.coding[0]',
  ],
  [
    'the name of a code, in any case and width',
    patient({ maritalStatus: { coding: [coding('http://terminology.hl7.org/CodeSystem/v3-MaritalStatus', 'M', 'ＭＡＲＲＩＥＤ')] } }),
    patient({ maritalStatus: { coding: [coding('http://terminology.hl7.org/CodeSystem/v3-MaritalStatus', 'M', 'single')] } }),
    'warning coding/display Patient.maritalStatus.coding[0].display',
  ],
  [
    'a code system that is loaded',
    patient({}),
    patient({ maritalStatus: { coding: [coding('http://a.jp/nobody-knows', 'M')] } }),
    'warning coding/system-not-loaded Patient.maritalStatus.coding[0]',
  ],
]

codes.push([
  'a type by name or address',
  observation({ subject: { display: 'a', type: 'http://hl7.org/fhir/StructureDefinition/Patient' } }),
  observation({ subject: { display: 'a', type: 'Patent' } }),
  'warning structure/binding-extensible Observation.subject.type',
])

const extensions: Row[] = [
  [
    'an element by its type',
    patient({ name: [{ text: 'a', extension: [ext('http://a.jp/on-name')] }] }),
    patient({ extension: [ext('http://a.jp/on-name')] }),
    'error extension/context Patient.extension[0]',
  ],
  [
    'an element by its path',
    patient({ name: [{ text: 'a', extension: [ext('http://a.jp/on-patient-name')] }] }),
    patient({ contact: [{ name: { text: 'a', extension: [ext('http://a.jp/on-patient-name')] } }] }),
    'error extension/context Patient.contact[0].name.extension[0]',
  ],
  [
    'a primitive by its path',
    patient({ birthDate: '1970', _birthDate: { extension: [ext('http://a.jp/on-birth-date')] } }),
    patient({ active: true, _active: { extension: [ext('http://a.jp/on-birth-date')] } }),
    'error extension/context Patient.active.extension[0]',
  ],
  [
    'a choice by its path',
    observation({ valueQuantity: { value: 1, extension: [ext('http://a.jp/on-value')] } }),
    observation({ code: { text: 'a', extension: [ext('http://a.jp/on-value')] } }),
    'error extension/context Observation.code.extension[0]',
  ],
  [
    'another extension',
    patient({ extension: [{ url: 'http://a.jp/outer', extension: [ext('http://a.jp/on-outer')] }] }),
    patient({ extension: [ext('http://a.jp/on-outer')] }),
    'error extension/context Patient.extension[0]',
  ],
  [
    'what an expression finds',
    patient({ name: [{ use: 'official', text: 'a', extension: [ext('http://a.jp/on-official')] }] }),
    patient({ name: [{ use: 'usual', text: 'a', extension: [ext('http://a.jp/on-official')] }] }),
    'error extension/context Patient.name[0].extension[0]',
  ],
  [
    'a condition on its place',
    patient({ active: true, extension: [ext('http://a.jp/if-active')] }),
    patient({ active: false, extension: [ext('http://a.jp/if-active')] }),
    'error extension/context-invariant Patient.extension[0]',
  ],
  [
    'a modifier where modifiers stand',
    patient({ modifierExtension: [ext('http://a.jp/modifier')] }),
    patient({ extension: [ext('http://a.jp/modifier')] }),
    'error extension/must-be-modifier Patient.extension[0]',
  ],
  [
    'no modifier where none is meant',
    patient({ extension: [ext('http://a.jp/if-active')], active: true }),
    patient({ modifierExtension: [ext('http://a.jp/if-active')], active: true }),
    'error extension/not-a-modifier Patient.modifierExtension[0]',
  ],
  [
    'a known modifier',
    patient({}),
    patient({ modifierExtension: [ext('http://a.jp/unheard')] }),
    'error extension/unknown-modifier Patient.modifierExtension[0]',
  ],
  [
    'a known extension',
    patient({}),
    patient({ extension: [ext('http://a.jp/unheard')] }),
    'warning extension/unknown Patient.extension[0]',
  ],
  ['an absolute url', patient({}), patient({ extension: [ext('unheard')] }), 'error extension/url-form Patient.extension[0]'],
  [
    'the url of an extension',
    patient({}),
    patient({ extension: [ext('http://hl7.org/fhir/StructureDefinition/Patient')] }),
    'error extension/not-an-extension Patient.extension[0]',
  ],
]

const id = (n: number) => `urn:uuid:00000000-0000-4000-8000-00000000000${n}`
const entry = (n: number, resource: JsonObject) => ({ fullUrl: id(n), resource })
const composition = (more: JsonObject = {}) => ({
  resourceType: 'Composition',
  text: div,
  status: 'final',
  type: { text: 'a' },
  date: '2026-01-01',
  author: [{ display: 'a' }],
  title: 'a',
  subject: { reference: id(2) },
  ...more,
})
const document = (...entries: JsonObject[]): JsonObject => ({
  resourceType: 'Bundle',
  type: 'document',
  identifier: { system: 'urn:ietf:rfc:3986', value: 'urn:a' },
  timestamp: '2026-01-01T00:00:00Z',
  entry: entries,
})
const collection = (...entries: JsonObject[]): JsonObject => ({ resourceType: 'Bundle', type: 'collection', entry: entries })
const lab = (subject: string) => observation({ subject: { reference: subject } })

const bundles: Row[] = [
  [
    'entries with an address',
    collection(entry(1, patient({}))),
    collection({ resource: patient({}) }),
    'error bundle/full-url-missing Bundle.entry[0]',
  ],
  [
    'an absolute address',
    collection({ fullUrl: 'http://a.jp/Patient/1', resource: patient({ id: '1' }) }),
    collection({ fullUrl: 'Patient/1', resource: patient({ id: '1' }) }),
    'error bundle/full-url-form Bundle.entry[0].fullUrl',
  ],
  [
    'an address that agrees with the id',
    collection({ fullUrl: 'http://a.jp/Patient/1', resource: patient({ id: '1' }) }),
    collection({ fullUrl: 'http://a.jp/Patient/1', resource: patient({ id: '2' }) }),
    'error bundle/full-url-id Bundle.entry[0].fullUrl',
  ],
  [
    'UUIDs in lower case',
    collection(entry(1, patient({}))),
    collection({ fullUrl: 'urn:uuid:ABCDEF00-0000-4000-8000-000000000000', resource: patient({}) }),
    'error structure/uuid-form Bundle.entry[0].fullUrl',
  ],
  [
    'references within the bundle',
    collection(entry(1, patient({})), entry(2, lab(id(1)))),
    collection(entry(1, patient({})), entry(2, lab(id(3)))),
    'error structure/reference-not-in-bundle Bundle.entry[1].resource.subject',
  ],
  [
    'the type of what a relative reference names',
    collection(
      { fullUrl: 'http://a.jp/Patient/1', resource: patient({ id: '1' }) },
      { fullUrl: 'http://a.jp/Observation/2', resource: { ...lab('Patient/1'), id: '2' } },
    ),
    collection(
      { fullUrl: 'http://a.jp/Patient/1', resource: patient({ id: '1' }) },
      { fullUrl: 'http://a.jp/Observation/2', resource: { ...lab('Observation/2'), id: '2' } },
    ),
    'error structure/reference-target Bundle.entry[1].resource.subject',
  ],
  [
    'a document that hangs together',
    document(entry(1, composition()), entry(2, patient({}))),
    document(entry(1, composition()), entry(2, patient({})), entry(3, observation({}))),
    'warning bundle/not-reachable Bundle.entry[2]',
  ],
  [
    'entries that refer to what is reached',
    document(entry(1, composition()), entry(2, patient({})), entry(3, lab(id(2)))),
    document(entry(1, composition()), entry(2, patient({})), entry(3, patient({}))),
    'warning bundle/not-reachable Bundle.entry[2]',
  ],
  [
    'what the Composition names',
    document(entry(1, composition({ subject: { reference: id(2) } })), entry(2, patient({}))),
    document(entry(1, composition({ section: [{ title: 'a', entry: [{ reference: 'Observation/9' }] }] })), entry(2, patient({}))),
    'error structure/reference-not-in-bundle Bundle.entry[0].resource.section[0].entry[0]',
  ],
]

const values: Row[] = [
  [
    'no white space around',
    patient({ name: [{ text: '山田 太郎' }] }),
    patient({ name: [{ text: ' 山田' }] }),
    'warning structure/white-space Patient.name[0].text',
  ],
  [
    'OIDs as URNs',
    patient({ identifier: [{ system: 'urn:oid:1.2.3', value: '1' }] }),
    patient({ identifier: [{ system: 'oid:1.2.3', value: '1' }] }),
    'error structure/uri-prefix Patient.identifier[0].system',
  ],
  [
    'OIDs without leading zeros',
    patient({ identifier: [{ system: 'urn:oid:1.2.3', value: '1' }] }),
    patient({ identifier: [{ system: 'urn:oid:1.02.3', value: '1' }] }),
    'error structure/oid-form Patient.identifier[0].system',
  ],
  [
    'absolute canonicals',
    patient({ meta: { profile: ['http://hl7.org/fhir/StructureDefinition/Patient'] } }),
    patient({ meta: { profile: ['Patient'] } }),
    'error structure/canonical-form Patient.meta.profile[0]',
  ],
  [
    'likely years',
    patient({ birthDate: '1901-01-01' }),
    patient({ birthDate: '0970-01-01' }),
    'warning structure/unlikely-year Patient.birthDate',
  ],
  [
    'absolute systems',
    patient({ identifier: [{ system: 'http://a.jp/i', value: '1' }] }),
    patient({ identifier: [{ system: 'i', value: '1' }] }),
    'error structure/identifier-system Patient.identifier[0].system',
  ],
  [
    'URIs where the system says URI',
    patient({ identifier: [{ system: 'urn:ietf:rfc:3986', value: 'urn:uuid:00000000-0000-4000-8000-000000000000' }] }),
    patient({ identifier: [{ system: 'urn:ietf:rfc:3986', value: '12' }] }),
    'error structure/identifier-uri Patient.identifier[0].value',
  ],
  [
    'ids of elements, once each',
    patient({
      name: [
        { id: 'a', text: 'a' },
        { id: 'b', text: 'b' },
      ],
    }),
    patient({
      name: [
        { id: 'a', text: 'a' },
        { id: 'a', text: 'b' },
      ],
    }),
    'error structure/duplicate-id Patient.name[1].id',
  ],
  [
    'whole numbers as whole numbers',
    parsed('{"resourceType":"Patient","multipleBirthInteger":2}'),
    parsed('{"resourceType":"Patient","multipleBirthInteger":2.0}'),
    'error structure/format Patient.multipleBirth',
  ],
  [
    'currencies',
    { resourceType: 'Invoice', status: 'draft', text: div, totalNet: { value: 1, currency: 'JPY' } },
    { resourceType: 'Invoice', status: 'draft', text: div, totalNet: { value: 1, currency: 'YEN!' } },
    'error structure/binding Invoice.totalNet.currency',
  ],
]

describe.each([
  ['codes', codes],
  ['extensions', extensions],
  ['bundles', bundles],
  ['values', values],
])('%s', (_name, rows) => {
  test.each(rows)('%s', (_rule, good, bad, said) => {
    const rule = said.split(' ').slice(0, 2).join(' ')
    expect(found(good).filter((one) => one.startsWith(rule))).toEqual([])
    expect(found(good).filter((one) => one.startsWith('error'))).toEqual([])
    expect(found(bad)).toContain(said)
  })
})

describe('profiles by code', () => {
  const pressure = (more: JsonObject) =>
    observation({
      code: { coding: [coding('http://loinc.org', '85354-9')] },
      subject: { reference: 'Patient/1' },
      effectiveDateTime: '2026-01-01',
      ...more,
    })

  test('a blood pressure without its components breaks the profile for vital signs, though it claims none', () => {
    expect(
      validator
        .validate(pressure({}))
        .some(({ severity, path, en }) => severity === 'error' && path === 'Observation' && en.includes('component')),
    ).toBe(true)
    expect(found(observation({ code: { coding: [coding('http://loinc.org', '1751-7')] } }))).toEqual([
      'information coding/content-not-loaded Observation.code.coding[0]',
    ])
  })
})

describe('what is not loaded', () => {
  test('is said once for each canonical, and never an error', () => {
    const unheard = coding('http://a.jp/unheard', '1')
    const findings = found(
      observation({
        code: { coding: [unheard] },
        category: [{ coding: [unheard] }],
        meta: { profile: ['http://a.jp/p', 'http://a.jp/p'] },
      }),
    )
    expect(findings.filter((one) => one.includes('coding/system-not-loaded'))).toHaveLength(1)
    expect(findings.filter((one) => one.includes('profile'))).toHaveLength(1)
    expect(findings.filter((one) => one.startsWith('error'))).toEqual([])
  })

  test('claims are left aside where asked', () => {
    const claimed = observation({ meta: { profile: ['http://a.jp/p'] } })
    expect(validator.validate(claimed, { claimed: false })).toEqual([])
    expect(validator.validate(claimed, { claimed: false, profiles: ['http://a.jp/q'] }).map(({ severity }) => severity)).not.toContain(
      'error',
    )
    expect(validator.validate(claimed, { claimed: false, profiles: ['http://a.jp/q'] })).toHaveLength(1)
  })
})
