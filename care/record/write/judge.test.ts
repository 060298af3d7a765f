import { afterEach, expect, test } from 'vitest'
import { Refusal } from '#kernel/refusal'
import { type Finding, type Resource, validateResource } from '#packages/fhir'
import { judge } from '../deposit.ts'
import { readBundle } from '../transaction/run.ts'
import { asSoundAs, findingsIn, judgeWith, requireSound } from './judge.ts'
import * as fixtures from '../../../packages/fhir/clins/fixtures.ts'

const picky: Finding = {
  severity: 'error',
  code: 'value',
  path: 'Patient.name',
  ruleId: 'profile/min',
  ja: 'あ',
  en: 'a',
  profile: 'http://x/P',
}
const named = (): Resource => ({ resourceType: 'Patient', gender: 'female' })
const refusalOf = (work: () => unknown): string => {
  try {
    work()
    return 'nothing'
  } catch (error) {
    return error instanceof Refusal ? `${error.code} ${error.issues.map((f) => f.ruleId).join()}` : 'a fault'
  }
}

afterEach(() => judgeWith({ validate: (resource) => validateResource(resource) }))

test('base R4 judges until something is bound', () => {
  expect(refusalOf(() => requireSound(named()))).toBe('nothing')
  expect(refusalOf(() => requireSound({ ...named(), gender: 'lady' }))).toMatch(/^resource-invalid structure.binding/)
})

test('what is bound judges single resources, transactions and submissions alike', () => {
  judgeWith({ validate: () => [picky] })
  expect(findingsIn(named())).toEqual([picky])
  expect(refusalOf(() => requireSound(named()))).toBe('resource-invalid profile/min')
  expect(refusalOf(() => readBundle({ resourceType: 'Bundle', type: 'transaction', entry: [] }))).toBe('resource-invalid profile/min')
  expect(judge(JSON.stringify(fixtures.conditionBundle())).findings).toContainEqual(picky)
})

test('warnings stand in nobody’s way, and what was found sound is not judged again', () => {
  judgeWith({ validate: () => [{ ...picky, severity: 'warning' }] })
  const resource = named()
  requireSound(resource)
  judgeWith({ validate: () => [picky] })
  expect(refusalOf(() => requireSound(resource))).toBe('nothing')
  expect(refusalOf(() => requireSound(asSoundAs(resource, named())))).toBe('nothing')
  expect(
    refusalOf(() => requireSound(named())),
    'the control',
  ).toBe('resource-invalid profile/min')
})
