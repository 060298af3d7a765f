// The published Japanese packages on their own examples, on wrong resources, and on examples that are spoilt here in memory.
import { readdirSync, readFileSync } from 'node:fs'
import { join } from 'node:path'
import { describe, expect, test } from 'vitest'
import { shared } from '../../../../tests/shared-data.ts'
import { baseDefinitions, type Definitions, type ElementDefinition, readPackage, withPackages } from '../../definition/index.ts'
import type { Finding, Json, JsonObject } from '../../model.ts'
import { makeTerminology } from '../../terminology/index.ts'
import { makeValidator, type Validator } from '../index.ts'
import { profiles } from './index.ts'
import { isObject } from './values.ts'

const folder = shared('data/fhir-packages')
const cases = shared('data/validator-cases/test-cases')
const examples = shared('data/jp-clins-examples')
const documents = shared('data/document-examples')
const there = folder !== undefined && cases !== undefined && examples !== undefined && documents !== undefined
const named = (name: string) => (there ? name : `${name} (skipped: reference data is not here)`)

type Known = { definitions: Definitions; validator: Validator }
const known = new Map<string, Known>()

/** A validator with the packages whose archives have this in their name. */
function withPackage(part: string): Known {
  const found = known.get(part)
  if (found) return found
  const archives = readdirSync(folder!).filter((name) => name.endsWith('.tgz') && name.includes(part))
  const definitions = withPackages(
    baseDefinitions(),
    archives.map((name) => readPackage(name, readFileSync(join(folder!, name)))),
  )
  const made = { definitions, validator: makeValidator({ definitions, terminology: makeTerminology({ definitions }), profiles }) }
  known.set(part, made)
  return made
}

const read = (path: string): JsonObject => JSON.parse(readFileSync(path, 'utf8')) as JsonObject
const firstLine = (path: string): JsonObject => JSON.parse(readFileSync(path, 'utf8').split('\n')[0]!) as JsonObject
const errors = (found: readonly Finding[]) => found.filter(({ severity }) => severity === 'error')
const clins = () => withPackage('jp-clins').validator

/** Rule and place that must be among the findings, by folder and file. */
const expected: Record<string, [rule: string, said: string][]> = {
  'jp-clins/allergyintolerance-ecs-identifier-slice': [
    ['profile/slice-open', 'AllergyIntolerance.identifier'],
    ['profile/slice-required', 'AllergyIntolerance.identifier:resourceIdentifier'],
  ],
  'jp-clins/careplan-ecs-category-missing': [['profile/required', 'CarePlan.category']],
  'jp-clins/careplan-ecs-no-required': [
    ['profile/required', 'CarePlan.meta.lastUpdated'],
    ['profile/required', 'CarePlan.title'],
    ['profile/required', 'CarePlan.description'],
  ],
  'jp-clins/composition-edischargesummary-category-missing': [['profile/required', 'Composition.category']],
  'jp-clins/composition-ereferral-identifier-system-missing': [['profile/required', 'Composition.identifier.system']],
  'jp-clins/composition-ereferral-type-code-missing': [['profile/required', 'Composition.type.coding.code']],
  'jp-clins/condition-ecs-missing-category': [['profile/required', 'Condition.category']],
  'jp-clins/condition-ecs-missing-medis-slice': [['profile/slice-required', 'Condition.code.coding:medisRecordNo']],
  'jp-clins/encounter-ecs-class-system-missing': [['profile/required', 'Encounter.class.system']],
  'jp-clins/encounter-ecs-no-required': [['profile/required', 'Encounter.period.start']],
  'jp-clins/fmh-ecs-relationship-code-missing': [['profile/required', 'FamilyMemberHistory.relationship.coding.code']],
  'jp-clins/medreq-ecs-missing-required': [
    // 1.5.2 asks for two identifiers, of other slices than later versions
    ['profile/min', 'MedicationRequest.identifier'],
    ['profile/slice-required', 'MedicationRequest.identifier:rpNumber'],
    ['profile/required', 'MedicationRequest.meta.lastUpdated'],
  ],
  'jp-clins/observation-lab-category-dual': [['profile/max', 'Observation.category:laboratory.coding']],
  'jp-clins/observation-lab-descendent-of-parent-code': [['profile/binding', 'Observation.code.coding:coreLaboJLAC10/wbc.code']],
  'jp-clins/observation-lab-missing-effective': [['profile/required', 'Observation.effective[x]']],
  'jp-clins/observation-lab-missing-specimen': [['profile/required', 'Observation.specimen']],
  'jp-clins/observation-lab-wrong-codesystem-for-slice': [['profile/binding', 'Observation.code.coding:coreLaboJLAC10/alb.code']],
  'jp-clins/organization-ecs-medical-institution-slice-missing': [
    ['profile/slice-required', 'Organization.identifier:medicalInstitutionCode'],
  ],
  'jp-clins/patient-ecs-name-given-missing': [['profile/required', 'Patient.name.given']],
  'jp-clins/patient-ecs-no-required': [
    ['profile/required', 'Patient.meta.lastUpdated'],
    ['profile/required', 'Patient.gender'],
    ['profile/required', 'Patient.birthDate'],
  ],
  'jp-clins/practitioner-ecs-qualification-coding-missing': [['profile/required', 'Practitioner.qualification.code.coding']],
  'positive-controls/pc-d-slice-eval-active': [
    ['profile/slice-required', 'MedicationRequest.identifier:rpNumber'],
    ['profile/slice-open', 'MedicationRequest.medication[x].coding'],
  ],
  'jp-core/observation-unknown-profile-silent-noop': [['profile/not-loaded', 'NotAReal_Profile']],
  'jp-core/organization-jp-no-identifier-system': [['profile/not-loaded', 'JP_Organization']],
}

describe.skipIf(!there)(named('wrong resources are caught for their own reason'), () => {
  for (const [name, wanted] of Object.entries(expected))
    test(name, () => {
      const found = clins().validate(firstLine(join(cases!, `${name}.ndjson`)))
      for (const [rule, said] of wanted)
        expect(found.filter(({ ruleId, en }) => ruleId === rule && en.includes(said)).length, `${rule} ${said}`).toBeGreaterThan(0)
    })
})

const spoilt = new Set(['MedicationRequest-ErrorExample-JP-MedReq-ExtEye-Total1.json'])

describe.skipIf(!there)(named('the publishers find their own examples right'), () => {
  for (const file of there ? readdirSync(examples!).filter((name) => name.endsWith('.json')) : [])
    test(file, () => {
      const found = errors(clins().validate(read(join(examples!, file))))
      expect(found.map(({ ruleId }) => ruleId)).toEqual(spoilt.has(file) ? ['needs-anyOfStandardCode-medication'] : [])
    })
  test.each([
    ['jp-ereferral', 'Bundle-BundleReferralExample01.json'],
    ['jp-echeckup', 'Bundle-Bundle-eCheckupReport-Sample-01.json'],
    // with all packages, which carry profiles and value sets of the same names
    ['', 'Bundle-BundleReferralExample01.json'],
    ['', 'Bundle-Bundle-eCheckupReport-Sample-01.json'],
  ])('%s: %s', (part, file) => {
    const found = errors(withPackage(part).validator.validate(read(join(documents!, file))))
    expect(found.filter(({ ruleId }) => ruleId.startsWith('profile/'))).toEqual([])
  })
})

/** Objects in which the element of a path without slices stands, each with its name there. */
function owners(value: Json | undefined, steps: readonly string[]): { owner: JsonObject; name: string }[] {
  if (Array.isArray(value)) return value.flatMap((one) => owners(one, steps))
  const [step, ...rest] = steps
  if (!isObject(value) || step === undefined) return []
  const choice = step.endsWith('[x]') ? step.slice(0, -3) : null
  const names =
    choice === null ? [step] : Object.keys(value).filter((name) => name.startsWith(choice) && /^[A-Z]/.test(name.slice(choice.length)))
  return names
    .filter((name) => value[name] !== undefined)
    .flatMap((name) => (rest.length === 0 ? [{ owner: value, name }] : owners(value[name], rest)))
}

/** Every way to spoil the resource by one element that a snapshot asks for outside of slices. */
function spoils(resource: JsonObject, elements: readonly ElementDefinition[]): { id: string; spoilt: JsonObject }[] {
  return elements
    .filter(({ id, min, fixed, pattern }) => id.includes('.') && !id.includes(':') && (min > 0 || fixed || pattern))
    .flatMap((element) => {
      const spoilt = structuredClone(resource)
      const [first] = owners(spoilt, element.path.split('.').slice(1))
      if (!first) return []
      if (element.min > 0) delete first.owner[first.name]
      else if (typeof first.owner[first.name] === 'string') first.owner[first.name] = 'another'
      else return []
      return [{ id: element.id, spoilt }]
    })
}

let tried = 0

describe.skipIf(!there)(named('what a snapshot asks for is missed when it is taken away, nothing of it being pruned'), () => {
  for (const file of there ? readdirSync(examples!).filter((name) => name.endsWith('.json') && !spoilt.has(name)) : [])
    test(file, () => {
      const { definitions, validator } = withPackage('jp-clins')
      const resource = read(join(examples!, file))
      const claimed = isObject(resource.meta) && Array.isArray(resource.meta.profile) ? String(resource.meta.profile[0]) : ''
      const all = spoils(resource, definitions.structure(claimed)?.elements ?? [])
      const missed = all.filter(({ spoilt: one }) => errors(validator.validate(one, { profiles: [claimed] })).length === 0)
      tried += all.length
      expect(missed.map(({ id }) => id)).toEqual([])
    })
  test('control: there was much to take away', () => {
    expect(tried).toBeGreaterThan(200)
  })
})

describe.skipIf(!there)(named('every profile of the packages runs'), () => {
  test('on a resource with nothing in it', () => {
    const { definitions, validator } = withPackage('')
    const constraining = [...definitions.list('StructureDefinition')].filter((name) => {
      const definition = definitions.structure(name)
      return definition?.derivation === 'constraint' && definition.package !== undefined && definition.kind === 'resource'
    })
    expect(constraining.length).toBeGreaterThan(80)
    for (const name of constraining) {
      const found = validator.validate({ resourceType: definitions.structure(name)!.type }, { profiles: [name] })
      expect(found.filter(({ ruleId }) => ruleId === 'profile/broken' || ruleId === 'profile/rule-not-evaluated')).toEqual([])
    }
  })
})
