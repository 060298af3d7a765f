import fc from 'fast-check'
import { describe, expect, test } from 'vitest'
import type { Json, JsonObject, Resource } from '../../model.ts'
import {
  codeSystems as cs,
  allergenSystems as as,
  diseaseSystems,
  drugSystems as ds,
  identifierSystems as is,
  labSystems as ls,
} from '../canonicals.ts'
import * as fixtures from '../fixtures.ts'
import { isRefused, submissionRules, whyNotSubmit } from './index.ts'

/** A change to a valid Bundle: a path of names and numbers, and the new value; undefined takes the element away. */
type Change = [path: string, value: Json | undefined]

function changed(base: Resource, changes: Change[]): Resource {
  const copy = structuredClone(base)
  for (const [path, value] of changes) {
    const names = path.split('.')
    let at: Json = copy
    for (const name of names.slice(0, -1)) at = (at as JsonObject)[name] ?? null
    const last = names.at(-1) ?? ''
    if (value === undefined) {
      if (Array.isArray(at)) at.splice(Number(last), 1)
      else delete (at as JsonObject)[last]
    } else (at as JsonObject)[last] = value
  }
  return copy
}

const { conditionBundle, allergyBundle, laboratoryBundle, referral, dischargeSummary, checkup, carePlan } = fixtures
const flag = (code: string): Json => [{ system: cs.indication, code }]
const indexOf = (bundle: Resource, type: string) =>
  (bundle.entry as { resource: Resource }[]).findIndex((e) => e.resource.resourceType === type)
const drugAt = `entry.${indexOf(referral(), 'MedicationRequest')}.resource`
const organizationAt = `entry.${indexOf(referral(), 'Organization')}.resource`
const structured = 'entry.0.resource.section.2.section'
const one = 'entry.1.resource'
const who = 'entry.0.resource'
const other = 'urn:uuid:00000000-0000-4000-8000-000000000000'
const coding = (system: string, code: string): Json => [{ system, code, display: 'x' }]

/** A master of diseases that knows one code only. */
const masters = {
  nameOf: (system: string, code: string) =>
    system === diseaseSystems.keyNumber && code.startsWith('2') ? (known[code] ?? null) : undefined,
}
const known: Record<string, string> = { '20061593': '高血圧症', '20058580': '肺炎' }

/** The smallest change to a valid Bundle that breaks each rule. */
const violations: [id: string, base: () => Resource, ...changes: Change[]][] = [
  ['P-CLASS', conditionBundle, ['meta', {}], ['type', 'batch']],
  ['R0211', conditionBundle, ['entry.0', undefined]],
  ['R0212', conditionBundle, [`${who}.meta.profile`, ['http://hl7.org/fhir/StructureDefinition/Patient']]],
  ['R0213', conditionBundle, ['meta.profile', undefined]],
  ['R02141', conditionBundle, ['meta.tag', undefined]],
  ['R02142', conditionBundle, ['meta.tag.0.code', 'MedicationRequest']],
  ['R02143', conditionBundle, ['meta.tag.0.code', 'Observation']],
  ['R02151', conditionBundle, ['identifier.system', 'urn:x']],
  ['R02151', referral, ['identifier.system', is.documentInstance]],
  ['R02152', conditionBundle, ['identifier.value', '1310000019^1999^a']],
  ['P-TYPE', conditionBundle, ['type', 'transaction']],
  ['P-TAG-ONE', conditionBundle, ['meta.tag.1', { system: cs.bundleResourceType, code: 'Observation' }]],
  ['P-ONE-TYPE', conditionBundle, ['entry.2.resource', (allergyBundle().entry as { resource: Resource }[])[1]?.resource ?? null]],
  ['P-ENTRY-PROFILE', conditionBundle, [`${one}.meta.profile`, ['http://jpfhir.jp/fhir/core/StructureDefinition/JP_Condition']]],
  ['P-TIMESTAMP', conditionBundle, ['timestamp', '2025-03-03']],
  ['P-LAST-UPDATED', conditionBundle, [`${one}.meta.lastUpdated`, undefined]],
  ['P-MILLISECONDS', conditionBundle, ['timestamp', '2025-03-03T10:00:00+09:00']],
  ['P-FULL-URL', conditionBundle, ['entry.1.fullUrl', 'Condition/1']],
  ['P-FULL-URL-UNIQUE', conditionBundle, ['entry.1.fullUrl', other], ['entry.2.fullUrl', other]],
  ['P-ENTRY-EXTRA', conditionBundle, ['entry.1.request', { method: 'POST', url: 'Condition' }]],
  ['P-ENTRY-RESOURCE', conditionBundle, ['entry.1.resource', undefined]],
  ['P-REFERENCE', conditionBundle, [`${one}.subject.reference`, 'Patient/1']],
  ['P-REFERENCE', conditionBundle, [`${one}.encounter.reference`, '#nobody']],
  ['P-REFERENCE-LOGICAL', conditionBundle, [`${one}.subject`, { identifier: { system: is.memberId, value: '06990001:12:3456:01' } }]],
  ['P-PATIENT', conditionBundle, ['entry.2.resource.resourceType', 'Patient']],
  ['R1010', conditionBundle, [`${who}.identifier.0.system`, `${is.patientLocalPrefix}1310000019`]],
  ['R1011', conditionBundle, [`${who}.identifier.0.system`, `${is.patientLocalPrefix}11310000027`]],
  ['R1011', conditionBundle, [`${who}.identifier.0.system`, `${is.patientLocalPrefix}11310000027`], [`${who}.extension`, undefined]],
  ['R1012', conditionBundle, [`${who}.identifier.1`, undefined]],
  ['R1012', referral, ['entry.1.resource.identifier.1', undefined]],
  ['R1013', conditionBundle, [`${who}.identifier.1.value`, '12345:1:2:01']],
  ['R1021', conditionBundle, [`${who}.extension.0.valueIdentifier.value`, '123']],
  ['R1021', referral, [`${organizationAt}.identifier.0.value`, '9910000019']],
  ['R1090', laboratoryBundle, [`${one}.contained.1.identifier.0.system`, `${is.doctorLocalPrefix}1310000019`]],
  ['R1112', conditionBundle, [`${who}.name.0.extension`, undefined], [`${who}.name.1.extension`, undefined]],
  ['R1113', conditionBundle, [`${who}.name.0.text`, '山川　花子']],
  ['P-PATIENT-REQUIRED', conditionBundle, [`${who}.birthDate`, undefined]],
  ['P-PATIENT-REQUIRED', conditionBundle, [`${who}.name.0.given`, undefined]],
  ['P-PATIENT-ADDRESS', conditionBundle, [`${who}.address.0.city`, undefined]],
  ['P-PATIENT-INSTITUTION', conditionBundle, [`${who}.extension`, undefined]],
  ['R9011', conditionBundle, [`${one}.extension.0`, undefined]],
  ['R9012', conditionBundle, [`${one}.extension.0.valueIdentifier.value`, '12']],
  ['R9013C', conditionBundle, [`${one}.contained`, undefined]],
  ['R9013O', laboratoryBundle, [`${one}.contained.0`, undefined]],
  ['R9014C', conditionBundle, [`${one}.extension.1`, undefined]],
  ['R9014O', laboratoryBundle, [`${one}.extension.1`, undefined]],
  ['P-DEPARTMENT', conditionBundle, [`${one}.extension.1.valueCodeableConcept.text`, undefined]],
  ['R9015C', conditionBundle, [`${one}.onsetDateTime`, undefined]],
  ['R9016C', conditionBundle, [`${one}.encounter`, undefined]],
  ['R9016O', laboratoryBundle, [`${one}.encounter`, undefined]],
  ['R9017O', laboratoryBundle, [`${one}.performer`, undefined]],
  ['R9018C', conditionBundle, ['entry.2.resource.abatementDateTime', undefined]],
  ['R9019O', laboratoryBundle, [`${one}.contained.1`, undefined]],
  ['P-INSTANCE-ID', conditionBundle, [`${one}.identifier`, undefined]],
  ['P-CONDITION-CODE', conditionBundle, [`${one}.code.text`, undefined]],
  ['P-CONDITION-CODE', conditionBundle, [`${one}.code.coding.0.display`, undefined]],
  ['P-CONDITION-KEY-NUMBER', conditionBundle, [`${one}.code.coding`, coding('http://hl7.org/fhir/sid/icd-10', 'I10')]],
  ['P-CONDITION-CATEGORY', conditionBundle, [`${one}.category.0.coding.0.code`, 'problem-list-item']],
  ['P-CONDITION-VERIFICATION', conditionBundle, [`${one}.verificationStatus`, undefined]],
  ['P-CONDITION-SUBJECT', conditionBundle, [`${one}.subject`, undefined]],
  ['P-CONDITION-CLINICAL-STATUS', conditionBundle, [`${one}.clinicalStatus`, undefined]],
  ['P-CONDITION-MAIN', conditionBundle, [`${one}.extension.2.valueCodeableConcept.coding.0.code`, 'main']],
  ['R2011', allergyBundle, [`${one}.criticality`, 'low']],
  ['R2012', allergyBundle, [`${one}.code.coding`, coding(as.food, 'J9FC11310000')]],
  ['R2013', allergyBundle, ['entry.2.resource.code.coding', coding('urn:x', '1')]],
  ['P-ALLERGY-CODE', allergyBundle, [`${one}.code.text`, undefined]],
  ['P-ALLERGY-CODE-SHAPE', allergyBundle, [`${one}.code.coding.0.code`, 'GCM12']],
  ['P-ALLERGY-CATEGORY', allergyBundle, ['entry.2.resource.category', ['biologic']]],
  ['P-ALLERGY-PATIENT', allergyBundle, [`${one}.patient`, undefined]],
  ['P-ALLERGY-CLINICAL-STATUS', allergyBundle, [`${one}.clinicalStatus`, undefined]],
  ['R6021', laboratoryBundle, [`${one}.code.coding.0`, undefined]],
  ['P-LAB-LOCAL-CODE', laboratoryBundle, [`${one}.code.coding.0.code`, 'K 血清']],
  ['P-LAB-STANDARD-CODE', laboratoryBundle, [`${one}.code.coding.1`, undefined]],
  ['P-LAB-LOCAL-DISPLAY', laboratoryBundle, [`${one}.code.coding.0.display`, 'カリウム (血清)']],
  ['P-LAB-DESIGNATED', laboratoryBundle, [`${one}.code.coding.0.display`, 'Ｋ'], [`${one}.code.coding.1`, undefined]],
  ['P-LAB-STATUS', laboratoryBundle, [`${one}.status`, 'registered']],
  ['P-LAB-CATEGORY', laboratoryBundle, [`${one}.category`, undefined]],
  ['P-LAB-CODE-TEXT', laboratoryBundle, [`${one}.code.text`, undefined]],
  ['P-LAB-SUBJECT', laboratoryBundle, [`${one}.subject`, undefined]],
  ['P-LAB-EFFECTIVE', laboratoryBundle, [`${one}.effectiveDateTime`, undefined]],
  ['P-LAB-SPECIMEN', laboratoryBundle, [`${one}.specimen`, undefined]],
  ['P-LAB-VALUE', laboratoryBundle, [`${one}.valueQuantity`, undefined]],
  ['P-LAB-HAS-MEMBER', laboratoryBundle, [`${one}.hasMember`, [{ display: 'x' }]]],
  ['R3010', referral, [`${drugAt}.medicationCodeableConcept.coding`, coding('http://medis.or.jp/CodeSystem/master-HOT9', '1')]],
  ['R3011', referral, [`${drugAt}.medicationCodeableConcept.coding`, coding(ds.noCode, 'NOCODED')]],
  ['R5020', referral, [`${drugAt}.dosageInstruction.0.timing.code.coding`, coding('http://jami.jp/CodeSystem/MedicationUsage', '1')]],
  ['R5021', referral, [`${drugAt}.dosageInstruction.0.timing.code.coding.1`, { system: ds.usageDummy, code: '0X0XXXXXXXXX0000' }]],
  ['P-MEDICATION-STATUS', referral, [`${drugAt}.status`, 'active']],
  ['P-MEDICATION-REQUIRED', referral, [`${drugAt}.authoredOn`, undefined]],
  ['P-MEDICATION-DOSAGE', referral, [`${drugAt}.dosageInstruction.0.text`, undefined]],
  ['P-MEDICATION-RATE', referral, [`${drugAt}.dosageInstruction.0.doseAndRate.0.rateRatio.denominator.value`, 2]],
  ['P-MEDICATION-UNIT', referral, [`${drugAt}.dosageInstruction.0.doseAndRate.0.doseQuantity.system`, cs.ucum]],
  ['P-MEDICATION-ORIGIN', referral, [`${drugAt}.requester`, undefined]],
  ['P-FLAG-CODE', conditionBundle, [`${one}.meta.tag`, flag('SECRET')]],
  ['P-FLAG-TYPE', allergyBundle, [`${one}.meta.tag`, flag('UNINFORMED')]],
  ['P-FLAG-TYPE', laboratoryBundle, ['entry.2.resource.meta.tag', flag('UNDELIVERED')]],
  ['P-FLAG-LTS-LAB', laboratoryBundle, [`${one}.meta.tag`, flag('LTS')]],
  ['P-KANA', conditionBundle, [`${one}.code.text`, 'ｺｳｹﾂｱﾂ']],
  ['P-CONTROL', conditionBundle, [`${one}.code.text`, '高血圧\u0007']],
  ['P-PLATFORM', conditionBundle, [`${one}.code.text`, '高血圧①']],
  ['P-PLATFORM', conditionBundle, [`${one}.code.coding.0.display`, '\ue000']],
  ['P-WIDE-SPACE', conditionBundle, [`${one}.code.text`, '高血圧　症']],
  ['P-WIDE-ALPHANUMERIC', conditionBundle, [`${one}.code.text`, '２型糖尿病']],
  ['P-CODE-UNKNOWN', conditionBundle, [`${one}.code.coding.0.code`, '20000000']],
  ['P-CODE-NAME', conditionBundle, [`${one}.code.coding.0.display`, '低血圧症']],
  ['P-DOC-TYPE', referral, ['type', 'collection']],
  ['P-DOC-COMPOSITION', referral, ['entry.0', undefined]],
  ['P-DOC-GUIDE', checkup, ['meta.profile', ['http://jpfhir.jp/fhir/eCheckup/StructureDefinition/JP_Bundle_eCheckupGeneral']]],
  ['P-DOC-ENTRIES', referral, [`entry.${indexOf(referral(), 'Practitioner')}`, undefined]],
  ['P-DOC-CLOSED', carePlan, ['entry.7', { fullUrl: other, resource: { resourceType: 'Procedure', meta: {} } }]],
  ['P-DOC-REFERENCE', referral, ['entry.0.resource.encounter.reference', other]],
  ['P-COMPOSITION-REQUIRED', referral, ['entry.0.resource.extension', undefined]],
  ['P-COMPOSITION-REQUIRED', referral, ['entry.0.resource.status', 'preliminary']],
  ['P-COMPOSITION-TYPE', referral, ['entry.0.resource.type.coding.0.code', '18842-5']],
  ['P-COMPOSITION-TITLE', referral, ['entry.0.resource.title', '紹介状']],
  ['P-COMPOSITION-SUBJECT', referral, ['entry.0.resource.subject.reference', other]],
  ['P-COMPOSITION-AUTHOR', referral, ['entry.0.resource.author.1', undefined]],
  ['P-COMPOSITION-CUSTODIAN', referral, ['entry.0.resource.custodian', undefined]],
  ['P-COMPOSITION-EVENT', dischargeSummary, ['entry.0.resource.event.0.period.end', undefined]],
  ['P-LETTER-ADDRESSEE', referral, ['entry.0.resource.section.1.entry', undefined]],
  ['P-SECTION-REQUIRED', referral, [`${structured}.0`, undefined]],
  ['P-SECTION-REQUIRED', dischargeSummary, ['entry.0.resource.section.0.section.5', undefined]],
  ['P-SECTION-REQUIRED', carePlan, ['entry.0.resource.section.0', undefined]],
  ['P-SECTION-CODE', referral, [`${structured}.3.code.coding.0.code`, '999']],
  ['P-SECTION-ENTRIES', referral, [`${structured}.1.entry.0.reference`, (referral().entry as JsonObject[])[2]?.fullUrl ?? null]],
  ['P-SECTION-STRUCTURE', referral, ['entry.0.resource.section.2', undefined]],
  ['P-SECTION-NONE', checkup, ['entry.0.resource.section', []]],
  ['P-CHECKUP-CODES', checkup, ['entry.0.resource.category.0.coding.0.code', '77']],
  ['P-CHECKUP-RESULT', checkup, [`entry.${indexOf(checkup(), 'Observation')}.resource.effectiveDateTime`, undefined]],
  [
    'P-CHECKUP-INTERPRETATION',
    checkup,
    [`entry.${indexOf(checkup(), 'Observation')}.resource.interpretation`, [{ coding: [{ code: 'A' }] }]],
  ],
]

describe('control: valid Bundles', () => {
  test.each(Object.entries(fixtures.validBundles))('%s is accepted without a finding', (_name, make) => {
    expect(whyNotSubmit(make(), masters)).toEqual([])
  })
})

describe('each rule catches its smallest violation', () => {
  test.each(violations)('%s', (id, base, ...changes) => {
    const rule = submissionRules.find((one) => one.id === id)
    const findings = whyNotSubmit(changed(base(), changes), masters).filter((finding) => finding.ruleId === id)
    expect(findings.length).toBeGreaterThan(0)
    const isDocument = base().type === 'document'
    expect(findings[0]?.severity).toBe((isDocument ? rule?.documentLevel : undefined) ?? rule?.level)
    for (const finding of findings) expect(finding.path).toMatch(/^Bundle(\.[A-Za-z]+(\[\d+\])?)*$/)
  })

  test('every rule of the table has a row here', () => {
    const tested = new Set(violations.map(([id]) => id))
    expect(submissionRules.map((rule) => rule.id).filter((id) => !tested.has(id))).toEqual([])
  })

  test('ids are unique and both languages say something', () => {
    const ids = submissionRules.map((rule) => rule.id)
    expect(new Set(ids).size).toBe(ids.length)
    for (const rule of submissionRules)
      expect([rule.ja.length > 10, rule.en.length > 10, rule.source.length > 0]).toEqual([true, true, true])
  })
})

describe('what is asked of five items and only wished for in letters', () => {
  test('a letter without origin on its items is accepted with warnings', () => {
    const at = `entry.${indexOf(referral(), 'Condition')}.resource`
    const findings = whyNotSubmit(
      changed(referral(), [
        [`${at}.extension`, undefined],
        [`${at}.contained`, undefined],
        [`${at}.encounter`, undefined],
      ]),
    )
    expect(isRefused(findings)).toBe(false)
    expect(findings.map((f) => f.ruleId)).toEqual(expect.arrayContaining(['R9011', 'R9013C', 'R9014C', 'R9016C']))
  })

  test('a person on public assistance needs no insurance number', () => {
    const welfare = changed(conditionBundle(), [[`${who}.identifier.1`, { system: is.publicPayerId, value: '12131234::1234567:' }]])
    expect(whyNotSubmit(welfare)).toEqual([])
  })

  test('an infection test may be kept long, other results not', () => {
    expect(ls.infection10).toContain('Infection')
    expect(isRefused(whyNotSubmit(changed(laboratoryBundle(), [['entry.2.resource.meta.tag', flag('LTS')]])))).toBe(false)
    expect(isRefused(whyNotSubmit(changed(laboratoryBundle(), [[`${one}.meta.tag`, flag('LTS')]])))).toBe(true)
  })
})

describe('any JSON', () => {
  test('never throws and is refused', () => {
    fc.assert(
      fc.property(fc.jsonValue(), (value) => {
        expect(isRefused(whyNotSubmit(value as Resource))).toBe(true)
      }),
    )
  })

  test('a valid Bundle with anything put anywhere never throws', () => {
    const bases = Object.values(fixtures.validBundles)
    const places = (value: Json, at: string): string[] =>
      typeof value === 'object' && value !== null
        ? Object.entries(value).flatMap(([name, child]) => [at ? `${at}.${name}` : name, ...places(child, at ? `${at}.${name}` : name)])
        : []
    fc.assert(
      fc.property(fc.nat(), fc.nat(), fc.jsonValue(), (which, where, value) => {
        const base = bases[which % bases.length]!()
        const all = places(base, '')
        whyNotSubmit(changed(base, [[all[where % all.length]!, value as Json]]))
      }),
      { numRuns: 300 },
    )
  })
})
