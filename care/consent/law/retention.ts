/** How long what is kept, in years: the longest of the rules that hold. */
import type { Sentence } from '#kernel/language'
import { type Dated, type Day, inForce } from './model.ts'

export type Kept = 'chart' | 'provision-record' | 'access-log' | 'other-medical'
export type RetentionRule = Dated & { id: string; of: Kept; years: number; article: string; title: Sentence }

const row = { from: '2022-04-01', until: null } as const
export const retentionRules: readonly RetentionRule[] = [
  {
    ...row,
    id: 'chart',
    of: 'chart',
    years: 5,
    article: '医師法第24条',
    title: { ja: '診療録：診療が終わってから', en: 'charts, from the end of treatment' },
  },
  {
    ...row,
    id: 'other',
    of: 'other-medical',
    years: 3,
    article: '医療法（2〜3年。要確認: 弁護士）',
    title: { ja: 'その他の診療に関する諸記録', en: 'other medical records' },
  },
  {
    ...row,
    id: 'other-ours',
    of: 'other-medical',
    years: 5,
    article: '本基盤の既定',
    title: { ja: '本基盤の下限', en: 'floor of this platform' },
  },
  {
    ...row,
    id: 'provision',
    of: 'provision-record',
    years: 3,
    article: '第29条、第30条',
    title: { ja: '提供・受領の記録', en: 'records of giving and receiving' },
  },
  {
    ...row,
    id: 'log-ours',
    of: 'access-log',
    years: 5,
    article: '本基盤の既定',
    title: { ja: '閲覧の記録：本基盤の下限', en: 'access log: floor of this platform' },
  },
  {
    ...row,
    id: 'log-ehds',
    of: 'access-log',
    years: 3,
    article: 'EHDS 第9条（要確認: 弁護士）',
    title: { ja: '閲覧の記録：EUの人', en: 'access log: persons from the EU' },
  },
]

export const retentionYears = (of: Kept, on: Day): number =>
  Math.max(0, ...retentionRules.filter((r) => r.of === of && inForce(r, on)).map((r) => r.years))
