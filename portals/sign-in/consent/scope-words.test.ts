import fc from 'fast-check'
import { expect, test } from 'vitest'
import { scopeCovers, smartScope } from '#kernel/scope'
import { resourceTypes } from '#packages/fhir'
import { askedParts, forStaff, scopesOfTicked, scopeWords } from './scope-words.ts'
import { groupOf, groups, typesIn, typeWords } from './type-words.ts'

const lab = 'patient/Observation.rs?category=http://terminology.hl7.org/CodeSystem/observation-category|laboratory'

test.each(resourceTypes)('%s has words in both languages and one group', (type) => {
  const { ja, en } = typeWords(type)
  expect(ja).toMatch(/[\u3041-\u30ff\u4e00-\u9fff]/)
  expect(en).toMatch(/^[a-zA-Z][a-zA-Z ,:'-]+$/)
  expect(Object.keys(groups)).toContain(groupOf(type))
})

test('types of the patient compartment are never taken for registers', () => {
  // A control: what is not about a person is.
  for (const type of ['Organization', 'Practitioner', 'CodeSystem', 'Location', 'MedicinalProduct']) expect(groupOf(type)).toBe('registers')
  for (const type of ['Patient', 'Observation', 'Claim', 'AuditEvent', 'Composition', 'List']) expect(groupOf(type)).not.toBe('registers')
  expect(
    Object.keys(groups)
      .flatMap((group) => typesIn(group as never))
      .filter((type) => !resourceTypes.includes(type)),
  ).toEqual([])
})

test.each([
  ['patient/MedicationRequest.rs', ['medicines.read']],
  ['patient/Observation.rs patient/Condition.read', ['results.read', 'diagnoses.read']],
  ['patient/Observation.cruds', ['results.read', 'results.write']],
  ['openid fhirUser launch/patient', ['identity.read']],
  ['openid launch/patient patient/Patient.r', ['identity.read']],
  ['offline_access patient/Patient.rs', ['identity.read', 'away']],
  ['patient/Organization.rs patient/Practitioner.r', []],
  ['system/*.cruds', []],
  ['openid', []],
  [lab, ['results.read']],
])('%s asks for %j', (asked, parts) => {
  expect(askedParts(asked.split(' ')).map(({ id }) => id)).toEqual(parts)
})

test('everything is asked group by group', () => {
  const parts = askedParts(['patient/*.rs'])
  expect(parts.map(({ group }) => group)).toEqual(Object.keys(groups).filter((group) => group !== 'registers'))
})

test.each([
  [lab, { ja: '検査や測定の値のうち、血液や尿などの検体検査だけ', en: 'values of tests and measurements, but only laboratory tests' }],
  [
    'patient/Condition.rs?category=http://terminology.hl7.org/CodeSystem/condition-category|health-concern',
    { ja: '病気の名前のうち、健康上の心配ごとだけ', en: 'diagnoses, but only health concerns' },
  ],
  [
    'patient/Observation.rs?status=final',
    { ja: '検査や測定の値のうち、status が final のものだけ', en: 'values of tests and measurements, but only those with status final' },
  ],
])('%s in words', (scope, words) => {
  expect(scopeWords(smartScope(scope)!)).toEqual(words)
})

test.each([
  ['openid launch/patient patient/MedicationRequest.rs', ['medicines.read'], 'openid launch/patient patient/MedicationRequest.rs'],
  ['openid fhirUser patient/MedicationRequest.rs offline_access', ['identity.read'], 'openid fhirUser'],
  ['patient/Observation.cruds', ['results.read'], 'patient/Observation.rs'],
  ['patient/Observation.cruds', ['results.write'], 'patient/Observation.cud'],
  ['patient/Observation.read', ['results.read'], 'patient/Observation.read'],
  [
    'patient/*.rs',
    ['allergies.read'],
    'patient/AllergyIntolerance.rs patient/AdverseEvent.rs patient/DetectedIssue.rs patient/Organization.rs patient/Practitioner.rs patient/PractitionerRole.rs patient/Location.rs',
  ],
  ['patient/*.rs', [], ''],
  // Nobody can let an app write registers that are not theirs.
  ['patient/Organization.write', [], ''],
  [lab, ['results.read'], lab],
  [lab.replace('.rs', '.cruds'), ['results.read'], lab],
  ['patient/Practitioner.rs', [], 'patient/Practitioner.rs'],
  ['patient/Practitioner.cruds', [], 'patient/Practitioner.rs'],
  ['system/*.rs other/Thing.rs', ['results.read'], ''],
])('of %s with %j there is left: %s', (asked, ticked, left) => {
  expect(scopesOfTicked(asked.split(' '), ticked).join(' ')).toBe(left)
})

test('staff read of the patient what people read of themselves', () => {
  for (const part of askedParts(['patient/*.cruds']).map(forStaff)) {
    expect(JSON.stringify(part)).not.toContain('あなた')
    for (const { en } of [part.name, ...part.about]) expect(en).not.toMatch(/\byou(r)?\b/i)
  }
  expect(askedParts(['offline_access']).map(forStaff)[0]!.name.ja).toContain('あなた')
})

const someScope = fc.oneof(
  fc.constantFrom('openid', 'fhirUser', 'launch', 'launch/patient', 'offline_access', lab, 'patient/*.read', 'user/*.cruds'),
  fc
    .tuple(
      fc.constantFrom('patient', 'user'),
      fc.constantFrom('*', ...resourceTypes),
      fc.constantFrom('rs', 'r', 'cruds', 'cu', 'read', 'write', '*'),
    )
    .map(([context, type, acts]) => `${context}/${type}.${acts}`),
)

test('what is let in is never more than was asked, and unticking never adds', () => {
  fc.assert(
    fc.property(fc.array(someScope, { maxLength: 6 }), fc.array(fc.boolean(), { minLength: 30, maxLength: 30 }), (asked, ticks) => {
      const parts = askedParts(asked)
      const ticked = parts.filter((_, n) => ticks[n]).map(({ id }) => id)
      const granted = scopesOfTicked(asked, ticked)
      for (const scope of granted) expect(scopeCovers(asked, scope)).toBe(true)
      const fewer = scopesOfTicked(asked, ticked.slice(1))
      for (const scope of fewer) expect(scopeCovers(granted, scope)).toBe(true)
      // All ticked, all is let in that somebody can let in, as it was asked.
      const all = scopesOfTicked(
        asked,
        parts.map(({ id }) => id),
      )
      const mine = (text: string) => smartScope(text)?.type === '*' || groupOf(smartScope(text)?.type ?? 'Patient') !== 'registers'
      expect(all.filter(mine)).toEqual([...new Set(asked)].filter(mine))
    }),
  )
})

test('what was unticked is not read in any of the scopes left', () => {
  fc.assert(
    fc.property(fc.array(someScope, { maxLength: 6 }), fc.integer({ min: 0, max: 30 }), (asked, n) => {
      const parts = askedParts(asked)
      const out = parts[n % Math.max(parts.length, 1)]
      if (!out || out.group === 'away') return
      const granted = scopesOfTicked(
        asked,
        parts.filter((part) => part !== out).map(({ id }) => id),
      )
      expect(askedParts(granted).map(({ id }) => id)).not.toContain(out.id)
    }),
  )
})
