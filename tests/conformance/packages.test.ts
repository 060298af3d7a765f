/** Our own submissions against the published packages, and the published invariants that our rules stand for. */
import { resolve } from 'node:path'
import { beforeAll, describe, expect, test } from 'vitest'
import { type Checker, checkText, validateResource } from '#packages/fhir'
import { openChecker } from '../../app/checker.ts'
import * as fixtures from '../../packages/fhir/clins/fixtures.ts'
import { shared } from '../shared-data.ts'
import { beyondPackages, judgeCases, isRight, runValidatorCases, shares } from './cases.ts'
import { explained, runPackages } from './packages.ts'

const packages = shared('data/fhir-packages')
const cases = shared('data/validator-cases')

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

describe.skipIf(!packages || !cases)('the public suite of wrong resources (skipped where the reference data is absent)', () => {
  const root = resolve(packages ?? '', '../..')

  test('each fault is told that the packages can express, no resource that complies is blamed', async () => {
    const { failed, passed } = await runValidatorCases(root)
    expect(failed).toEqual([])
    expect(passed).toBeGreaterThan(140)
  })

  test('at least 95 of 100 in each folder; what is beyond the packages is a short list with reasons, and none is stale', async () => {
    const lines = await judgeCases(root, await openChecker(packages!))
    for (const { right, of } of shares(lines)) expect(right / of).toBeGreaterThanOrEqual(0.95)
    const wrong = lines.filter((line) => !isRight(line)).map(({ file, slug }) => `${file} ${slug}`)
    expect(Object.keys(beyondPackages).sort()).toEqual(wrong.sort())
  })

  test('the control: without profiles and value sets, faults stay untold', async () => {
    const lines = await judgeCases(root, { validate: (resource) => validateResource(resource) })
    expect(lines.filter((line) => !isRight(line)).length).toBeGreaterThan(20)
  })

  test('the packages load, each definition in them compiles, each example is judged and its verdict explained', async () => {
    const { failed, passed } = await runPackages(root)
    expect(failed).toEqual([])
    expect(passed).toBeGreaterThan(70)
    expect(
      explained({ file: 'x', errors: [{ severity: 'error', code: 'x', path: '', ruleId: 'x', ja: '', en: '' }] }),
      'the control',
    ).toBeNull()
  })
})
