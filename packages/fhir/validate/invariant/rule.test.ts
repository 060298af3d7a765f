/** What becomes of an expression that says yes, no, nothing, or fails. */
import { describe, expect, test } from 'vitest'
import { baseDefinitions } from '../../definition/index.ts'
import { fhirPathNode } from '../../fhirpath/index.ts'
import type { JsonObject } from '../../model.ts'
import { makeTerminology } from '../../terminology/index.ts'
import { startWalk } from '../resource.ts'
import { makeShapes } from '../shape.ts'
import type { Walk } from '../walk.ts'
import { checkRules, expressionRule, holds } from './rule.ts'

const definitions = baseDefinitions()
const terminology = makeTerminology({ definitions })
const shapeOf = makeShapes(() => definitions, true)
const start = (): Walk => startWalk({ shapeOf, definitions, terminology, profiles: null, claimed: false }, 'Patient')
const patient: JsonObject = { resourceType: 'Patient', active: true, gender: 'male', name: [{ family: '山田' }, { family: '鈴木' }] }
const rule = (expression: string, key = 'x-1') => expressionRule({ key, severity: 'error', human: 'It must be so.', expression })

const said = (expression: string, key?: string, env?: Walk['env']): string[] => {
  const walk = start()
  if (env) walk.env = { ...walk.env, ...env }
  const held = holds(walk, rule(expression, key), fhirPathNode(patient))
  return [String(held), ...walk.findings.map(({ ruleId, severity, en }) => `${severity} ${ruleId} ${/\(([a-z-]+)\)/.exec(en)?.[1]}`)]
}

describe('a rule', () => {
  test.each([
    ['says yes', 'active', ['true']],
    ['says no', 'active.not()', ['false']],
    ['finds nothing', 'birthDate', ['false']],
    ['cannot be read', 'active.(', ['true', 'warning structure/invariant-not-checked syntax']],
    ['compares what cannot be compared', 'name and true', ['true', 'warning structure/invariant-not-checked type']],
    ['asks for a value set that is known', "gender.memberOf('http://hl7.org/fhir/ValueSet/administrative-gender')", ['true']],
    [
      'asks for a value set nobody knows',
      "gender.memberOf('http://a.jp/nobody')",
      ['true', 'warning structure/invariant-not-checked not-found'],
    ],
    [
      'follows a reference out of the bundle',
      "'Patient/1'.resolve().active",
      ['true', 'warning structure/invariant-not-checked not-found'],
    ],
  ])('that %s', (_name, expression, expected) => expect(said(expression)).toEqual(expected))

  test('that R4 wrote without thinking of the absent value holds without it', () => {
    expect(said('birthDate', 'abc-0')).toEqual(['true'])
    expect(said('birthDate', 'md-1')).toEqual(['true'])
  })

  test('that costs too much is not checked, and says so once', () => {
    expect(said('name.family.repeat($this)', 'x-1', { maxSteps: 3 })).toEqual(['true', 'warning structure/invariant-not-checked costly'])
    const walk = start()
    for (let i = 0; i < 3; i++) holds(walk, rule('active.('), fhirPathNode(patient))
    expect(walk.findings).toHaveLength(1)
  })

  test('of a package speaks with the words of its author in both languages', () => {
    const walk = start()
    walk.objects[0] = patient
    walk.shapes[0] = 'Patient'
    walk.lengths[0] = 1
    walk.depth = 1
    checkRules(walk, patient, [rule('active.not()')])
    expect(walk.findings.map(({ path, ruleId, ja, en }) => ({ path, ruleId, ja, en }))).toEqual([
      { path: 'Patient', ruleId: 'x-1', ja: '規則x-1に合いません: It must be so.', en: 'x-1 is not kept: It must be so.' },
    ])
  })
})
