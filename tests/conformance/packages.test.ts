/** Our own submissions against the published packages, and the published invariants that our rules stand for. */
import { beforeAll, describe, expect, test } from 'vitest'
import { type Checker, checkText } from '#packages/fhir'
import { openChecker } from '../../app/checker.ts'
import * as fixtures from '../../packages/fhir/clins/fixtures.ts'
import { shared } from '../shared-data.ts'

const packages = shared('data/fhir-packages')

describe.skipIf(!packages)('with the published packages (skipped where the reference data is absent)', () => {
  let checker: Checker
  beforeAll(async () => {
    checker = await openChecker(packages!)
  })
  const errorsOf = (resource: object) =>
    checkText(JSON.stringify(resource), checker)
      .findings.filter((f) => f.severity === 'error')
      .map((f) => `${f.path} ${f.ruleId}`)

  test.each(['conditions', 'allergies', 'laboratory', 'empty', 'referral', 'carePlan'])('our %s keep to them', (name) => {
    expect(errorsOf(fixtures.validBundles[name]!())).toEqual([])
  })

  test('the discharge summary and the check-up report follow the guide, whose codes the packages of this age do not all have', () => {
    const rules = new Set(
      ['dischargeSummary', 'checkup'].flatMap((name) => errorsOf(fixtures.validBundles[name]!()).map((e) => e.split(' ')[1])),
    )
    expect([...rules].sort()).toEqual(expect.arrayContaining(['coding/unknown-code', 'profile/binding']))
  })

  test('a published invariant that a rule of ours stands for is told once, in our words', () => {
    const bundle = { ...fixtures.conditionBundle(), identifier: { system: 'http://jpfhir.jp/fhir/clins/bundle-identifier', value: 'x' } }
    expect(errorsOf(bundle)).toEqual(['Bundle.identifier.value R02152'])
    const plain = checkText(JSON.stringify(bundle), checker, { rules: 'none' }).findings.filter((f) => f.severity === 'error')
    expect(
      plain.map((f) => f.ruleId),
      'the control: without the rules of submissions it is the invariant',
    ).toEqual([expect.stringMatching(/^valid-value-bundle/)])
  })
})
