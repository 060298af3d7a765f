import { describe, expect, test } from 'vitest'
import type { JsonObject, Resource } from '../../model.ts'
import { codeSystems, labSystems } from '../canonicals.ts'
import { isDesignated } from './designated.ts'
import { submissionRules, whatProseSays } from './index.ts'

const local = (code: string, display: string): JsonObject => ({ system: labSystems.local, code, display })
const core = { system: labSystems.core10, code: '2A990000001930101', display: 'WBC' }
const result = (coding: JsonObject[], more: JsonObject = {}): Resource => ({
  resourceType: 'Observation',
  status: 'final',
  code: { coding },
  ...more,
})
const said = (resource: Resource) => whatProseSays(resource).map(({ severity, ruleId, path }) => `${severity} ${ruleId} ${path}`)

describe('a resource that stands alone', () => {
  const cases: [what: string, resource: Resource, says: string[]][] = [
    ['ordinary writing', result([{ system: 'http://loinc.org', code: '62292-8', display: 'ビタミンD' }]), []],
    [
      'half-width kana',
      result([{ system: 'http://loinc.org', code: '62292-8', display: 'ﾋﾞﾀﾐﾝD' }]),
      ['warning P-KANA Observation.code.coding[0].display'],
    ],
    ['full-width letters', result([], { method: { text: 'Ａ法' } }), ['information P-WIDE-ALPHANUMERIC Observation.method.text']],
    ['a designated test with its code', result([local('WBC-LC', 'WBC'), core]), []],
    [
      'a designated test without',
      result([local('WBC-LC', 'WBC')]),
      ['warning P-LAB-DESIGNATED Observation.code.coding', 'warning P-LAB-STANDARD-CODE Observation.code.coding'],
    ],
    [
      'a local name with a space',
      result([local('A', 'Albumin Serum'), core]),
      ['warning P-LAB-LOCAL-DISPLAY Observation.code.coding[0].display'],
    ],
    ['a local code with a space', result([local('A 1', 'x'), core]), ['warning P-LAB-LOCAL-CODE Observation.code.coding']],
    ['members', result([core], { hasMember: [{ reference: 'Observation/1' }] }), ['information P-LAB-HAS-MEMBER Observation.hasMember']],
    [
      'long-term storage of a result that is no infection test',
      result([core], { meta: { tag: [{ system: codeSystems.indication, code: 'LTS' }] } }),
      ['warning P-FLAG-LTS-LAB Observation.meta.tag[0]'],
    ],
    ['what only a submission must have', { resourceType: 'Condition', subject: {} }, []],
  ]
  test.each(cases)('%s', (_what, resource, says) => expect(said(resource)).toEqual(says))

  test('an entry of a Bundle is looked at like one', () => {
    const bundle = { resourceType: 'Bundle', type: 'searchset', entry: [{ resource: result([local('A', 'a b'), core]) }] }
    expect(said(bundle)).toEqual(['warning P-LAB-LOCAL-DISPLAY Bundle.entry[0].resource.code.coding[0].display'])
  })

  test('is never refused by prose', () => expect(submissionRules.flatMap((rule) => rule.alone ?? [])).not.toContain('error'))
})

test.each([
  ['WBC', true],
  ['ｗｂｃ', true],
  ['HDL−C', false],
  ['ＨＤＬ－Ｃ', true],
  ['U-Glu(半定量)', true],
  ['AlbuminSerum', false],
  ['', false],
])('%s is the name of a designated test: %s', (name, is) => expect(isDesignated(name)).toBe(is))
