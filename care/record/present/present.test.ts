import fc from 'fast-check'
import { describe, expect, test } from 'vitest'
import { itemsOf, type Json, labSystems } from '#packages/fhir'
import { validBundles } from '../../../packages/fhir/clins/fixtures.ts'
import { shared } from '../../../tests/shared-data.ts'
import { readdirSync, readFileSync } from 'node:fs'
import { join } from 'node:path'
import type { Seen } from '../model.ts'
import {
  labCourses,
  plainText,
  present,
  presentAllergy,
  presentDiagnosis,
  presentDocument,
  presentLab,
  presentPrescription,
} from './index.ts'

const nameOf = (number: string) => (number === '1310000019' ? 'みどり総合病院' : undefined)

const seen = (resource: { resourceType: string; [name: string]: unknown }, more: Partial<Seen> = {}): Seen => ({
  key: 'k',
  type: resource.resourceType,
  id: 'k.1',
  version: 1,
  lastUpdated: new Date(0),
  deleted: false,
  kind: 'test-result',
  source: '1310000019',
  depositId: 'd',
  uninformed: false,
  undelivered: false,
  longTerm: false,
  addressee: null,
  registeredAt: new Date('2026-11-20T00:00:00Z'),
  clinicalAt: null,
  rule: 'own-record',
  consentId: '',
  body: JSON.stringify(resource),
  ...more,
})

const lab = (more: Record<string, Json>) =>
  presentLab(seen({ resourceType: 'Observation', code: { text: 'HbA1c' }, effectiveDateTime: '2026-10-01', ...more }), nameOf)
const quantity = (value: number, unit = '%', comparator?: string) => ({
  valueQuantity: { value, unit, ...(comparator ? { comparator } : {}) },
})
const range = (low?: number, high?: number) => ({
  referenceRange: [{ ...(low === undefined ? {} : { low: { value: low } }), ...(high === undefined ? {} : { high: { value: high } }) }],
})
const said = (code: string) => ({ interpretation: [{ coding: [{ code }] }] })

describe('where a result stands to its range', () => {
  test.each<[string, Record<string, Json>, string | null]>([
    ['within', { ...quantity(5), ...range(4.6, 6.2) }, 'within'],
    ['on the lower bound', { ...quantity(4.6), ...range(4.6, 6.2) }, 'within'],
    ['on the upper bound', { ...quantity(6.2), ...range(4.6, 6.2) }, 'within'],
    ['above', { ...quantity(6.3), ...range(4.6, 6.2) }, 'high'],
    ['below', { ...quantity(4.5), ...range(4.6, 6.2) }, 'low'],
    ['above a range open below', { ...quantity(140), ...range(undefined, 139) }, 'high'],
    ['below a range open above', { ...quantity(39), ...range(40) }, 'low'],
    ['no range', quantity(5), null],
    ['bounds the wrong way round', { ...quantity(5), ...range(9, 1) }, null],
    ['the laboratory’s own mark wins over the comparison', { ...quantity(5), ...range(4.6, 6.2), ...said('H') }, 'high'],
    ['the laboratory’s N wins over the comparison', { ...quantity(9), ...range(4.6, 6.2), ...said('N') }, 'within'],
    ['critically low', { ...quantity(1), ...said('LL') }, 'low'],
    ['abnormal words', { valueString: '陽性', ...said('A') }, 'abnormal'],
    ['an unknown mark is no mark', { ...quantity(9), ...range(4.6, 6.2), ...said('toString') }, 'high'],
    ['less than something inside says nothing', { ...quantity(5, '%', '<'), ...range(4.6, 6.2) }, null],
    ['less than the lower bound is low', { ...quantity(4.6, '%', '<'), ...range(4.6, 6.2) }, 'low'],
    ['less than the upper bound of a range open below is within', { ...quantity(0.3, 'mg/dL', '<'), ...range(undefined, 0.3) }, 'within'],
    ['more than the upper bound is high', { ...quantity(200, 'U/L', '>'), ...range(10, 40) }, 'high'],
    ['more than something inside says nothing', { ...quantity(20, 'U/L', '>'), ...range(10, 40) }, null],
    ['a range in words is read', { ...quantity(120), referenceRange: [{ text: '70～109 mg/dL' }] }, 'high'],
    ['a range in words that are no range', { ...quantity(120), referenceRange: [{ text: '(-)' }] }, null],
    ['not measured', { ...range(1, 2), ...said('H') }, null],
  ])('%s', (_, more, mark) => {
    expect(lab(more).mark).toBe(mark)
  })
})

describe('what a result says', () => {
  test.each<[string, Record<string, Json>, string | null]>([
    ['a number', quantity(8.4), '8.4'],
    ['zero', quantity(0), '0'],
    ['a comparator', quantity(0.3, 'mg/dL', '<'), '<0.3'],
    ['words', { valueString: ' 陰性（-） ' }, '陰性（-）'],
    ['a code by its name', { valueCodeableConcept: { coding: [{ code: '2', display: 'いいえ' }] } }, 'いいえ'],
    ['a whole number', { valueInteger: 3 }, '3'],
    ['a ratio', { valueRatio: { numerator: { value: 1 }, denominator: { value: 64 } } }, '1:64'],
    ['a span', { valueRange: { low: { value: 1 }, high: { value: 4, unit: '/HPF' } } }, '1〜4 /HPF'],
    [
      'two values under one name',
      {
        component: [
          { code: { text: '上' }, ...quantity(120, 'mmHg') },
          { code: { text: '下' }, ...quantity(70, 'mmHg') },
        ],
      },
      '上 120 mmHg、下 70 mmHg',
    ],
    ['nothing', {}, null],
    ['entered in error', { status: 'entered-in-error', ...quantity(8.4) }, null],
  ])('%s', (_, more, value) => {
    expect(lab(more).value).toBe(value)
  })

  test('why there is none', () => {
    expect(lab({ dataAbsentReason: { coding: [{ code: 'not-performed' }] } }).absent).toBe('not-performed')
  })

  test('the code of everything uncoded is never its name', () => {
    const coding = [
      { system: labSystems.uncoded, code: '99999999999999999', display: '未標準化コード項目(JLAC)' },
      { system: labSystems.local, code: 'X', display: '院内検査X' },
    ]
    expect(presentLab(seen({ resourceType: 'Observation', code: { coding } }), nameOf).name).toBe('院内検査X')
  })

  test('the institution: by the register, else as written, else its number', () => {
    const contained = [{ resourceType: 'Organization', name: '書かれた病院' }]
    expect(lab({}).origin.institutionName).toBe('みどり総合病院')
    expect(presentLab(seen({ resourceType: 'Observation', contained }, { source: '9' }), nameOf).origin.institutionName).toBe(
      '書かれた病院',
    )
    expect(presentLab(seen({ resourceType: 'Observation' }, { source: '9' }), nameOf).origin.institutionName).toBe('9')
  })
})

describe('courses', () => {
  const at = (on: string, value: number, code: string, source = '1310000019') =>
    presentLab(
      seen(
        {
          resourceType: 'Observation',
          code: { text: 'K', coding: [{ system: labSystems.core10, code }] },
          effectiveDateTime: on,
          ...quantity(value, 'mmol/L'),
          ...range(3.6, 4.8),
        },
        { source },
      ),
      nameOf,
    )

  test('one analyte is one course across institutions and methods, oldest first, the newest last', () => {
    const [course, ...more] = labCourses([
      at('2026-03-01', 4.2, '3H015000002326101'),
      at('2025-03-01', 5.1, '3H015000002327101', '1310000027'),
      at('2025-09-01', 4.4, '3H015000002326101'),
    ])
    expect(more).toEqual([])
    expect(course?.points.map((point) => [point.value, point.mark])).toEqual([
      [5.1, 'high'],
      [4.4, 'within'],
      [4.2, 'within'],
    ])
    expect(course).toMatchObject({ name: 'K', unit: 'mmol/L', range: { low: 3.6, high: 4.8 }, latest: { number: 4.2 } })
  })

  test('another specimen or unit is another course; what was never a number is none', () => {
    expect(labCourses([at('2026-03-01', 4.2, '3H015000002326101'), at('2026-03-01', 30, '3H015000000126101')])).toHaveLength(2)
    expect(labCourses([lab(quantity(1, 'g')), lab(quantity(1, 'mg'))])).toHaveLength(2)
    expect(labCourses([lab({ valueString: '陰性' })])).toEqual([])
  })
})

describe('the other kinds, from the project’s own valid submissions', () => {
  const rows = (name: string) => itemsOf(validBundles[name]!()).items.map((item) => seen(item.resource, { kind: item.kind }))
  const first = (name: string, type: string) => rows(name).find((row) => row.type === type)!

  test('a diagnosis', () => {
    expect(presentDiagnosis(first('conditions', 'Condition'), nameOf)).toMatchObject({
      name: '高血圧症',
      status: 'active',
      current: true,
      principal: true,
      suspected: false,
      onset: '2024-05-10',
      on: '2024-05-10',
    })
    expect(presentDiagnosis(rows('conditions')[1]!, nameOf)).toMatchObject({ name: '肺炎', current: false, abatement: '2025-01-20' })
  })

  test('an allergy', () => {
    expect(presentAllergy(first('allergies', 'AllergyIntolerance'), nameOf)).toMatchObject({
      name: 'アモキシシリンカプセル',
      category: 'medication',
      criticality: 'high',
      current: true,
    })
  })

  test('a prescription out of a letter', () => {
    expect(presentPrescription(first('referral', 'MedicationRequest'), nameOf)).toMatchObject({
      name: 'アムロジピン錠5mg',
      usage: '1日1回朝食後 服用 28日分',
      dose: '1錠',
      days: 28,
      start: '2025-03-03',
      fromDocument: true,
    })
  })

  test('a letter with its sections and addressee', () => {
    const letter = presentDocument(first('referral', 'Bundle'), nameOf)
    expect(letter).toMatchObject({ documentClass: 'eReferral', addressee: { institutionNumber: '1310000027' } })
    expect(letter.title).toBeTruthy()
  })

  test('a check-up', () => {
    expect(rows('checkup').map((row) => present(row, nameOf).is)).toEqual(['result', 'result', 'document'])
  })
})

test.each([
  ['<div xmlns="x"><p>一行目<br/>二行目</p><p>A &amp; B &lt;5</p></div>', '一行目\n二行目\nA & B <5'],
  ['<table><tr><td>血圧</td><td>120/80</td></tr></table>', '血圧 120/80'],
  ['&#x7e01;&#32257; &unknown; &constructor;', '縁縁 &unknown; &constructor;'],
  ['<script>alert(1)</script>', 'alert(1)'],
  ['', ''],
])('narrative %j reads %j', (xhtml, text) => {
  expect(plainText(xhtml)).toBe(text)
})

const types = ['Condition', 'AllergyIntolerance', 'Observation', 'MedicationRequest', 'Bundle', 'Composition', 'Procedure'] as const

describe('anything a sender ever sent', () => {
  /** Values of wrong types under names that are read. */
  const names = [
    'code',
    'text',
    'coding',
    'valueQuantity',
    'value',
    'referenceRange',
    'low',
    'contained',
    'section',
    'entry',
    'resource',
    'extension',
    'dosageInstruction',
    'timing',
    'repeat',
    'category',
    'interpretation',
    'component',
    'specimen',
    'reference',
    'title',
    'div',
    'display',
    'unit',
    'onsetDateTime',
    'effectiveDateTime',
    'medicationReference',
    'resourceType',
    '__proto__',
    'constructor',
  ]
  const { value: odd } = fc.letrec<{ value: Json }>((tie) => ({
    value: fc.oneof(
      { depthSize: 'small' },
      fc.constantFrom<Json>(null, true, -1, 1e308, '', 'x', '2026-02-30', '#a', 'Composition', 'Organization'),
      fc.array(tie('value'), { maxLength: 3 }),
      fc.dictionary(fc.constantFrom(...names), tie('value'), { maxKeys: 5 }),
    ),
  }))

  test.each(types)('%s of any shape is shown without falling over', (type) => {
    fc.assert(
      fc.property(fc.dictionary(fc.constantFrom(...names), odd, { maxKeys: 8 }), (body) => {
        const item = present(seen({ ...body, resourceType: type }, { type }), nameOf)
        expect(JSON.stringify(item)).toBeTypeOf('string')
        if (item.is === 'result') expect(labCourses([item, item]).every((course) => course.points.length === 2)).toBe(true)
      }),
      { numRuns: 300 },
    )
  })

  test.each(['', 'null', '[]', '"x"', '{', '{"resourceType":"Other"}'])('a stored text %j is shown without content', (body) => {
    for (const type of types) expect(present(seen({ resourceType: type }, { body }), nameOf).id).toBe('k.1')
  })

  const folder = shared('data')
  test.skipIf(folder === undefined)('every example of the reference data is shown (skipped where the reference data is absent)', () => {
    let shown = 0
    for (const file of readdirSync(folder!, { recursive: true, encoding: 'utf8' })) {
      if (!file.endsWith('.json') || !/example/i.test(file)) continue
      let resource: { resourceType?: string }
      try {
        resource = JSON.parse(readFileSync(join(folder!, file), 'utf8')) as typeof resource
      } catch {
        continue
      }
      if (!types.some((type) => type === resource.resourceType)) continue
      const item = present(seen(resource as { resourceType: string }), nameOf)
      if (item.is !== 'other' && item.is !== 'document') expect(item.name, file).not.toBeNull()
      shown++
    }
    expect(shown).toBeGreaterThan(0)
    console.info(`${shown} examples shown`)
  })
})
