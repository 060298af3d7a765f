import { describe, expect, test } from 'vitest'
import { shared, sharedRoot } from '../shared-data.ts'
import { judgeSharedExamples, runClinsExamples, unexplained } from './clins.ts'

const here = shared('data/jp-clins-examples') !== undefined
const withData = here ? test : test.skip

describe('published examples', () => {
  withData('every verdict is explained by a named rule (skipped where the reference data is absent)', async () => {
    const verdicts = await judgeSharedExamples(sharedRoot)
    expect(unexplained(verdicts)).toEqual([])
    expect((await runClinsExamples(sharedRoot)).failed).toEqual([])
  })

  withData('the published Bundles of the service are accepted (skipped where the reference data is absent)', async () => {
    const verdicts = await judgeSharedExamples(sharedRoot)
    const bundles = verdicts.filter((v) => v.file.includes('Bundle-Bundle-CLINS') || v.file.includes('eCheckupReport-Sample'))
    expect(bundles.length).toBeGreaterThanOrEqual(4)
    expect(bundles.filter((v) => v.verdict === 'refused')).toEqual([])
  })

  const rows: [string, 'accepted' | 'refused', string[]][] = [
    ['Condition-Example-JP-Condition-eCS-01', 'accepted', []],
    ['AllergyIntolerance-Example-JP-AllergyIntolerance-eCS-03', 'accepted', []],
    ['Observation-Example-JP-Obs-LabResult-eCS-K', 'accepted', []],
    ['Patient-Example-JP-Patient-standard', 'accepted', []],
    ['Observation-ErrorExample-ObsLabo-eGFR', 'refused', ['R6021']],
    ['MedicationRequest-ErrorExample-JP-MedReq-ExtEye-Total1', 'refused', ['R3010']],
    ['document-examples/Bundle-BundleReferralExample01', 'refused', ['R1012']],
    ['ereferral-examples/example01', 'refused', ['R1012']],
  ]
  withData.each(rows)('%s is %s (skipped where the reference data is absent)', async (file, verdict, rules) => {
    const found = (await judgeSharedExamples(sharedRoot)).filter((v) => v.file.includes(file))
    expect(found.map((v) => v.verdict)).toEqual([verdict])
    expect(found[0]?.rules).toEqual(expect.arrayContaining(rules))
  })

  test('control: a refusal that names no rule is caught', () => {
    const verdict = { file: 'x', kind: 'none', verdict: 'refused' as const, rules: [], warnings: [], note: '' }
    expect(unexplained([verdict, { ...verdict, rules: ['R0211'] }, { ...verdict, rules: ['R0000'] }])).toHaveLength(2)
  })
})
