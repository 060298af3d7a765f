import { expect, test } from 'vitest'
import type { ChartItem } from './chart.ts'
import type { DiagnosisItem } from './diagnosis.ts'
import type { PrescriptionItem } from './prescription.ts'
import { toldOnce } from './same.ts'

const at = (day: number) => new Date(Date.UTC(2026, 9, day))
const common = { longTerm: false, rule: 'visit-consent', also: [], uninformed: false }
const origin = { institutionNumber: '1310000019', institutionName: 'みどり総合病院', department: null, doctor: null }

const ulcer: DiagnosisItem = {
  ...common,
  is: 'diagnosis',
  id: 'a',
  type: 'Condition',
  kind: 'diagnosis',
  on: '2026-10-01',
  registeredAt: at(1),
  origin,
  name: '十二指腸潰瘍',
  code: '20064049',
  status: 'active',
  current: true,
  suspected: false,
  principal: true,
  onset: '2026-10-01',
  abatement: null,
  icd10: null,
}
const drug: PrescriptionItem = {
  ...common,
  is: 'prescription',
  id: 'p',
  type: 'MedicationRequest',
  kind: 'prescription',
  on: '2026-10-01T10:00:00+09:00',
  registeredAt: at(1),
  origin,
  name: 'アムロジピン錠5mg',
  code: '2171022F1ZZZ',
  usage: '1日1回朝食後',
  dose: '1錠',
  days: 28,
  start: '2026-10-01',
  status: 'active',
  fromDocument: true,
}

test('a diagnosis that came as five items and in two letters is one line, told by the newest', () => {
  const told: ChartItem[] = [
    ulcer,
    { ...ulcer, id: 'b', registeredAt: at(9), status: 'resolved' },
    { ...ulcer, id: 'c', registeredAt: at(3) },
  ]
  const [one, ...rest] = toldOnce(told)
  expect(rest).toEqual([])
  expect(one).toMatchObject({ id: 'b', status: 'resolved', also: [{ id: 'c' }, { id: 'a' }] })
})

test('the same prescription in two documents is one line', () => {
  expect(toldOnce([drug, { ...drug, id: 'q', registeredAt: at(2) }]).map((item) => [item.id, item.also.length])).toEqual([['q', 1]])
})

test.each<[string, Partial<DiagnosisItem>]>([
  ['another institution', { origin: { ...origin, institutionNumber: '1310000027' } }],
  ['another code', { code: '20061593' }],
  ['another name under one code', { name: '未コード化の別の病名' }],
  ['another onset', { onset: '2024-01-01' }],
  ['only suspected', { suspected: true }],
  ['not told to the person', { uninformed: true }],
])('stays two lines: %s', (_what, difference) => {
  expect(toldOnce([ulcer, { ...ulcer, id: 'b', ...difference }])).toHaveLength(2)
})

test('without a date, two tellings may be two episodes', () => {
  expect(
    toldOnce([
      { ...ulcer, onset: null },
      { ...ulcer, id: 'b', onset: null },
    ]),
  ).toHaveLength(2)
  expect(
    toldOnce([
      { ...drug, on: null },
      { ...drug, id: 'q', on: null },
    ]),
  ).toHaveLength(2)
})
