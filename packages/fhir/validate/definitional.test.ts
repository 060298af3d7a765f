/** Resources that define others: each row keeps a rule and breaks it. */
import { describe, expect, test } from 'vitest'
import { baseDefinitions } from '../definition/index.ts'
import type { JsonObject } from '../model.ts'
import { makeTerminology } from '../terminology/index.ts'
import { makeValidator } from './index.ts'

const definitions = baseDefinitions()
const { validate } = makeValidator({ definitions, terminology: makeTerminology({ definitions }) })
const div = { status: 'generated', div: '<div xmlns="http://www.w3.org/1999/xhtml">a</div>' }
const marital = 'http://terminology.hl7.org/CodeSystem/v3-MaritalStatus'

const valueSet = (concept: JsonObject): JsonObject => ({
  resourceType: 'ValueSet',
  text: div,
  url: 'http://a.jp/v',
  name: 'A',
  status: 'active',
  compose: {
    include: [
      { system: marital, concept: [concept] },
      { system: 'http://a.jp/nobody-knows', concept: [{ code: 'x' }] },
    ],
  },
})
const map = (code: string): JsonObject => ({
  resourceType: 'ConceptMap',
  text: div,
  name: 'A',
  status: 'active',
  group: [{ source: 'http://a.jp/nobody-knows', target: marital, element: [{ code: 'a', target: [{ code, equivalence: 'equal' }] }] }],
})
const profile = (expression: string): JsonObject => ({
  resourceType: 'StructureDefinition',
  text: div,
  url: 'http://a.jp/p',
  name: 'P',
  status: 'active',
  kind: 'resource',
  abstract: false,
  type: 'Patient',
  baseDefinition: 'http://hl7.org/fhir/StructureDefinition/Patient',
  derivation: 'constraint',
  differential: {
    element: [{ id: 'Patient', path: 'Patient', constraint: [{ key: 'p-1', severity: 'error', human: 'a', expression }] }],
  },
})
const parameter = (expression: string): JsonObject => ({
  resourceType: 'SearchParameter',
  text: div,
  url: 'http://a.jp/s',
  name: 'S',
  status: 'active',
  description: 'a',
  code: 'a',
  base: ['Patient'],
  type: 'string',
  expression,
})

const rows: [string, JsonObject, JsonObject, string][] = [
  [
    'codes of a value set exist',
    valueSet({ code: 'M' }),
    valueSet({ code: 'XX' }),
    'error coding/unknown-code ValueSet.compose.include[0].concept[0].code',
  ],
  [
    'names in a value set are the code system’s',
    valueSet({ code: 'M', display: 'Married' }),
    valueSet({ code: 'M', display: 'Single' }),
    'warning coding/display ValueSet.compose.include[0].concept[0].display',
  ],
  ['codes of a concept map exist', map('M'), map('XX'), 'error coding/unknown-code ConceptMap.group[0].element[0].target[0].code'],
  [
    'rules of a profile can be read',
    profile('name.exists()'),
    profile('name.exists('),
    'error definition/expression StructureDefinition.differential.element[0].constraint[0].expression',
  ],
  [
    'expressions of a search parameter can be read',
    parameter('Patient.name'),
    parameter('Patient.nonsense()'),
    'error definition/expression SearchParameter.expression',
  ],
]

describe('definitions', () => {
  test.each(rows)('%s', (_name, good, bad, said) => {
    expect(validate(good).map(({ severity, ruleId, path }) => `${severity} ${ruleId} ${path}`)).toEqual([])
    expect(validate(bad).map(({ severity, ruleId, path }) => `${severity} ${ruleId} ${path}`)).toEqual([said])
  })
})
