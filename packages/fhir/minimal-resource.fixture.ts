/** Test support: the smallest resources that base R4 accepts, of every type, with varied values. */
import fc from 'fast-check'
import type { ElementRow } from './generated-rows.ts'
import type { Json, JsonObject, Resource } from './model.ts'
import { choiceName, elementsOf, isPrimitive, shapeName, valueSetOf } from './shapes.ts'

type Pick = <T>(from: readonly T[]) => T

const samples: Record<string, Json[]> = {
  boolean: [true, false],
  integer: [-2147483648, 0, 7],
  unsignedInt: [0, 2147483647],
  positiveInt: [1, 2147483647],
  decimal: [0, -1.5, 1e-7, 120],
  string: ['山田 太郎', 'a', '髙﨑\n𠮷野'],
  markdown: ['# 見出し\n\n- a', 'x'],
  code: ['a', 'two words'],
  id: ['a', 'A-1.b', 'x'.repeat(64)],
  uri: ['http://example.jp/a', 'urn:oid:1.2.392.100495.20.3.61', 'urn:uuid:53fefa32-fcbb-4ff8-8a92-55ee120877b7'],
  url: ['https://example.jp/fhir'],
  canonical: ['http://example.jp/fhir/ValueSet/a|1.0'],
  oid: ['urn:oid:1.2.392.200119'],
  uuid: ['urn:uuid:53fefa32-fcbb-4ff8-8a92-55ee120877b7'],
  base64Binary: ['QUJD', 'QQ==', 'QUJD\nQUI='],
  date: ['2024', '2024-02', '2024-02-29'],
  dateTime: ['1951', '2024-12', '2024-02-29', '2024-02-29T23:59:59+09:00', '2015-02-07T13:28:17.239Z'],
  instant: ['2015-02-07T13:28:17.239+09:00', '2024-02-29T00:00:00Z'],
  time: ['00:00:00', '23:59:59.999'],
  xhtml: ['<div xmlns="http://www.w3.org/1999/xhtml"><p>説明</p></div>'],
}

const ucum = { system: 'http://unitsofmeasure.org', code: 'a' }

/** What the invariants ask for beyond the required elements. */
const completions: Record<string, JsonObject> = {
  Age: { value: 40, ...ucum },
  Count: { value: 2, system: ucum.system, code: '1' },
  Distance: { value: 2, system: ucum.system, code: 'm' },
  Duration: { value: 2, ...ucum },
  Ratio: { numerator: { value: 1 }, denominator: { value: 2 } },
  Extension: { valueBoolean: true },
  Expression: { expression: 'true' },
  AllergyIntolerance: {
    clinicalStatus: { coding: [{ system: 'http://terminology.hl7.org/CodeSystem/allergyintolerance-clinical', code: 'active' }] },
  },
  Appointment: { status: 'proposed' },
  'Appointment.participant': { actor: { display: '山田' } },
  AppointmentResponse: { actor: { display: '山田' } },
  Bundle: { type: 'collection' },
  Consent: { policyRule: { text: '規則' } },
  InsurancePlan: { name: '組合' },
  Linkage: {
    item: [
      { type: 'source', resource: { display: 'a' } },
      { type: 'alternate', resource: { display: 'b' } },
    ],
  },
  Organization: { name: '縁病院' },
  CapabilityStatement: { kind: 'capability', description: 'a', software: { name: 'a' }, rest: [{ mode: 'server' }] },
  TerminologyCapabilities: { kind: 'capability', description: 'a', software: { name: 'a' } },
  StructureDefinition: {
    type: 'Patient',
    kind: 'resource',
    baseDefinition: 'http://hl7.org/fhir/StructureDefinition/Patient',
    derivation: 'constraint',
    differential: { element: [{ id: 'Patient', path: 'Patient' }] },
  },
  MolecularSequence: { coordinateSystem: 1 },
  NamingSystem: { kind: 'codesystem' },
  TriggerDefinition: { type: 'data-added', data: [{ type: 'Patient' }] },
  'ImmunizationRecommendation.recommendation': { vaccineCode: [{ text: 'a' }] },
  'CoverageEligibilityResponse.insurance.item': { category: { text: 'a' } },
}

function bound(row: ElementRow, type: string, pick: Pick): Json | undefined {
  const codes = Object.entries((row.valueSet && valueSetOf(row.valueSet)) || {}).flatMap(([system, list]) =>
    list.map((code) => ({ system, code })),
  )
  if (codes.length === 0) return undefined
  const coding = pick(codes)
  if (type === 'CodeableConcept') return { coding: [coding] }
  return type === 'Coding' ? coding : isPrimitive(type) ? coding.code : undefined
}

function sampleOf(row: ElementRow, type: string, pick: Pick): Json {
  const code = bound(row, type, pick)
  if (code !== undefined) return code
  return isPrimitive(type) ? pick(samples[type]!) : minimalElement(shapeName(type), pick)
}

/** JSON name and value of an element, one item where it may repeat. */
function member(element: string, row: ElementRow, pick: Pick): [string, Json] {
  const type = pick(row.types.filter((candidate) => candidate !== 'Resource'))
  const name = element.endsWith('[x]') ? choiceName(element, type) : element
  const value = sampleOf(row, type, pick)
  return [name, row.max === undefined ? value : [value]]
}

function minimalElement(shape: string, pick: Pick): JsonObject {
  const elements = [...elementsOf(shape)]
  const out = Object.fromEntries(elements.filter(([, row]) => row.min !== undefined).map(([name, row]) => member(name, row, pick)))
  Object.assign(out, structuredClone(completions[shape] ?? {}))
  if (Object.keys(out).length > 0) return out
  const first = elements.find(([name]) => !['id', 'extension', 'modifierExtension'].includes(name))!
  return Object.fromEntries([member(first[0], first[1], pick)])
}

/** Resources of one type with the required elements alone, a narrative where the type may have one, and nothing else. */
export function minimalResources(type: string): fc.Arbitrary<Resource> {
  return fc.gen().map((generate): Resource => {
    const pick: Pick = (from) => from[generate(fc.nat, { max: from.length - 1 })]!
    const elements = [...elementsOf(type)].filter(([, row]) => row.min !== undefined)
    const text = elementsOf(type).has('text') && type !== 'Bundle' ? { text: { status: 'generated', div: samples.xhtml![0]! } } : {}
    const members = Object.fromEntries(elements.map(([name, row]) => member(name, row, pick)))
    return { resourceType: type, ...text, ...members, ...structuredClone(completions[type] ?? {}) }
  })
}
