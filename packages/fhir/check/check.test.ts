import { describe, expect, test } from 'vitest'
import * as fixtures from '../clins/fixtures.ts'
import type { Finding, Json, JsonObject } from '../model.ts'
import { toXml } from '../xml/write.ts'
import { type Checker, type CheckOptions, checkText } from './index.ts'

const narrative = { status: 'generated', div: '<div xmlns="http://www.w3.org/1999/xhtml">x</div>' }
const fault = (path: string): Finding => ({ severity: 'error', code: 'invalid', path, ruleId: 'test', ja: 'あ', en: 'a' })
const noted: { profiles?: readonly string[] }[] = []
const checker: Checker = {
  validate: (resource, options = {}) => {
    noted.push(options)
    return (resource as JsonObject).gender === 'xx' ? [fault('Patient.gender')] : []
  },
}

const patient = (gender: string): Json => ({ resourceType: 'Patient', text: narrative, gender })
const check = (text: string, options?: CheckOptions) => checkText(text, checker, options)
const bundle = fixtures.conditionBundle()
const { identifier: _, ...withoutIdentifier } = bundle
const plain = { ...withoutIdentifier, meta: {} }
const rulesOf = (resource: Json, options?: CheckOptions) => check(JSON.stringify(resource), options).findings.map((f) => f.ruleId)

describe('a document', () => {
  test('is JSON or XML by its first character, and each finding has its place', () => {
    const json = check(JSON.stringify(patient('xx'), null, 2))
    expect(json).toMatchObject({ format: 'json', resourceType: 'Patient', findings: [{ ruleId: 'test', line: 7, column: 3 }] })
    const xml = check(`${toXml(patient('xx') as JsonObject & { resourceType: string }, { pretty: true })}`)
    expect(xml).toMatchObject({ format: 'xml', resourceType: 'Patient', findings: [{ ruleId: 'test', line: expect.any(Number) }] })
  })

  test.each([
    ['{"resourceType": }', 'json', 'json/syntax'],
    ['<Patient', 'xml', 'xml/syntax'],
    ['', 'json', 'json/syntax'],
  ])('that cannot be read is a finding with its place: %s', (text, format, ruleId) => {
    const checked = check(text)
    expect(checked).toMatchObject({ format, resourceType: null, findings: [{ ruleId, line: 1 }] })
  })

  test('is asked for the profiles named', () => {
    check(JSON.stringify(patient('male')), { profiles: ['http://x'] })
    expect(noted.at(-1)).toEqual({ profiles: ['http://x'] })
  })
})

describe('the rules of the service', () => {
  test.each([
    ['a Bundle that says it is a submission', withoutIdentifier, undefined, true],
    ['a letter by its Composition', { ...fixtures.referral(), meta: {} }, undefined, true],
    ['any other Bundle', plain, undefined, false],
    ['any other Bundle, on demand', plain, 'submission', true],
    ['a submission, without them', withoutIdentifier, 'none', false],
    ['a resource', patient('male'), 'submission', false],
  ] as const)('%s', (_name, resource, rules, asSubmission) => {
    const checked = check(JSON.stringify(resource), rules === undefined ? {} : { rules })
    expect(checked.asSubmission).toBe(asSubmission)
  })

  test('refuse a submission, and only hint elsewhere', () => {
    expect(rulesOf(withoutIdentifier)).toContain('R02151')
    expect(rulesOf(plain)).toEqual([])
    const kana = { resourceType: 'Basic', text: narrative, code: { text: 'ｶﾅ' } }
    expect(check(JSON.stringify(kana)).findings).toMatchObject([{ ruleId: 'P-KANA', severity: 'warning', line: 1 }])
    expect(rulesOf(kana, { rules: 'none' })).toEqual([])
  })
})

test('findings come in the order of the text', () => {
  const { findings } = check(JSON.stringify({ ...plain, ...withoutIdentifier, timestamp: 'x' }, null, 1))
  const lines = findings.map((f) => f.line!)
  expect(lines).toEqual(lines.toSorted((a, b) => a - b))
  expect(new Set(lines).size).toBeGreaterThan(1)
})
