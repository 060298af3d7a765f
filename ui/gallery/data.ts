import type { TimelineLane } from '../components/timeline.tsx'
import type { TrendPoint } from '../components/trend-geometry.ts'
import type { Lang } from '../messages.ts'

/** The longest names a page must bear; all invented. */
export const LONGEST = {
  institution: '独立行政法人国立病院機構　縁ヶ浜東部総合医療センター附属　糖尿病・内分泌代謝内科クリニック',
  person: '勅使河原　慎之介',
  doctor: '長曾我部　多恵子医師',
  drug: 'ヒドロクロロチアジド・テルミサルタン・アムロジピンベシル酸塩配合口腔内崩壊錠（後発）「縁」',
  item: 'ヘモグロビンA1c（NGSP値）／全血・ラテックス凝集比濁法',
} as const

export interface ResultRow {
  item: Record<Lang, string>
  value: string
  unit: string
  low?: number
  high?: number
  on: string
  from: string
}

export const RESULTS: readonly ResultRow[] = [
  { item: { ja: 'HbA1c（NGSP）', en: 'HbA1c (NGSP)' }, value: '8.4', unit: '%', low: 4.9, high: 6, on: '2026-11-18', from: '縁中央病院' },
  { item: { ja: 'カリウム', en: 'Potassium' }, value: '3.1', unit: 'mmol/L', low: 3.6, high: 4.8, on: '2026-11-18', from: '縁中央病院' },
  {
    item: { ja: 'LDLコレステロール', en: 'LDL cholesterol' },
    value: '118',
    unit: 'mg/dL',
    low: 65,
    high: 139,
    on: '2026-06-02',
    from: '縁ヶ浜診療所',
  },
  {
    item: { ja: LONGEST.item, en: 'Haemoglobin A1c (NGSP), whole blood, latex agglutination' },
    value: '陰性（-）',
    unit: '',
    on: '2025-12-24',
    from: LONGEST.institution,
  },
]

const course = (values: readonly (number | null)[]): TrendPoint[] =>
  values.map((value, index) => ({ on: new Date(Date.UTC(2025, index * 2 - 3, 5 + ((index * 11) % 20))), value, institution: '縁中央病院' }))

export const COURSES = {
  rising: course([5.8, 6, 6.3, 6.9, 7.4, 8.1, 8.4]),
  falling: course([4.4, 4.2, 4, null, 3.9, 3.4, 3.1]),
  flat: course([118, 118, 118, 118]),
  single: course([72]),
  none: course([null]),
  mixed: course([1.2, 0.4, 2.9, 0.3, 1.7, 3.4, 1.1, 0.9]),
}

export const LANES: Record<Lang, readonly TimelineLane[]> = {
  ja: lanes(
    ['受診・入院', '薬', '検査', '文書'],
    ['縁ヶ浜診療所を受診', '縁中央病院に入院', LONGEST.drug, 'メトホルミン塩酸塩錠', '血液検査', '診療情報提供書'],
  ),
  en: lanes(
    ['Visits and stays', 'Drugs', 'Tests', 'Documents'],
    [
      'Visit at Enishigahama Clinic',
      'Stay in Enishi Central Hospital',
      'Telmisartan with hydrochlorothiazide',
      'Metformin',
      'Blood test',
      'Referral letter',
    ],
  ),
}

function lanes(names: readonly string[], labels: readonly string[]): TimelineLane[] {
  const label = (index: number): string => labels[index] ?? ''
  const days = ['2023-02-03', '2023-08-19', '2024-03-11', '2025-01-20', '2025-09-02', '2026-05-30', '2026-11-18']
  return [
    {
      name: names[0] ?? '',
      shape: 'dot',
      items: days.slice(0, 5).map((from, index) => ({ from, label: label(index === 3 ? 1 : 0), href: `#visit-${from}` })),
    },
    {
      name: names[1] ?? '',
      shape: 'bar',
      items: [
        { from: '2023-02-03', to: '2024-06-30', label: label(2) },
        { from: '2024-09-01', label: label(3) },
      ],
    },
    { name: names[2] ?? '', shape: 'dot', items: days.map((from) => ({ from, label: label(4) })) },
    { name: names[3] ?? '', shape: 'sheet', items: [{ from: '2025-02', label: label(5), href: '#letter' }] },
  ]
}
