/** @spec http://hl7.org/fhir/R4/operationoutcome.html */
import { expect, test } from 'vitest'
import { hasError, operationOutcome } from './outcome.ts'
import { validateResource } from './validate/index.ts'
import { foldText } from './text.ts'

test('a finding becomes an issue that names rule, place and both languages', () => {
  const findings = validateResource({ resourceType: 'Patient', gender: 'x' }).filter((finding) => finding.severity === 'error')
  expect(hasError(findings)).toBe(true)
  expect(operationOutcome(findings)).toEqual({
    resourceType: 'OperationOutcome',
    issue: [
      {
        severity: 'error',
        code: 'code-invalid',
        details: {
          coding: [{ system: 'urn:enishi:rule', code: 'structure/binding' }],
          text: 'コード「x」は、使わなければならない値セットadministrative-genderにありません。値セットのコードに直してください。',
        },
        diagnostics:
          "structure/binding: Required value set administrative-gender: 'x' is not a valid code, as it is not in the value set. Use one of its codes.",
        expression: ['Patient.gender'],
      },
    ],
  })
})

test('a place in the source and the profile that asks are told', () => {
  const found = {
    severity: 'error',
    code: 'required',
    path: 'Patient',
    ruleId: 'r',
    ja: 'あ',
    en: 'a',
    line: 3,
    column: 5,
    profile: 'http://x/P|1',
  } as const
  expect(operationOutcome([found]).issue).toEqual([
    expect.objectContaining({
      extension: [
        { url: 'http://hl7.org/fhir/StructureDefinition/operationoutcome-issue-line', valueInteger: 3 },
        { url: 'http://hl7.org/fhir/StructureDefinition/operationoutcome-issue-col', valueInteger: 5 },
      ],
      diagnostics: 'r: a (http://x/P|1)',
    }),
  ])
})

test.each(['ja', 'en'] as const)('the outcome itself is valid R4 (%s), also where nothing was found', (lang) => {
  for (const findings of [[], validateResource({ resourceType: 'Patient', gender: 'x', nmae: 1 })]) {
    const outcome = operationOutcome(findings, lang)
    expect(validateResource(outcome).filter((finding) => finding.ruleId !== 'dom-6')).toEqual([])
  }
})

test.each([
  ['ﾔﾏﾀﾞ　ﾀﾛｳ', 'やまだたろう'],
  ['やまだ タロウ', 'やまだたろう'],
  ['ヴァン', 'ゔぁん'],
  ['ＡＢＣ１２', 'abc12'],
  ['Straße', 'strasse'],
  ['ｶ\u3099', 'が'],
  ['コーヒー', 'こーひー'],
  ['髙橋', '髙橋'],
  ['Nguyễn Văn Đức', 'nguyenvanduc'],
  ['NGUYE\u0302\u0303N', 'nguyen'],
  ['Sjögren', 'sjogren'],
  ['İzmir', 'izmir'],
  ['Ångström', 'angstrom'],
  ['パ゚', 'ぱ゚'],
  ['a≠b', 'a≠b'],
  ['한국', '한국'],
])('%s folds to %s', (value, folded) => expect(foldText(value)).toBe(folded))

test('voiced and unvoiced stay apart', () => expect(foldText('かき')).not.toBe(foldText('かぎ')))
