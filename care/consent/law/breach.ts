import type { Sentence } from '#kernel/language'
import { addDays, dateInJapan } from '#kernel/japan'
import { type BodyKind, type Day, type LawRow, rowsFor } from './model.ts'

/** What is known of a breach (leak, loss, damage, or their possibility). Possible counts as happened. */
export type BreachFacts = {
  /** Persons touched or possibly touched. */
  persons: number
  specialCare: boolean
  /** Cards, logins: financial harm is possible. */
  financialRisk: boolean
  /** Attack or insider: somebody may have acted with a wrongful purpose. */
  wrongfulPurpose: boolean
  strongEncryption: boolean
  /** The key of that encryption was taken too, or nobody knows. */
  keyTaken: boolean
  pseudonymised: boolean
  /** Everything was got back before anyone saw it. */
  recoveredUnseen: boolean
  /** We hold the data for a client who reported it in time. */
  clientReports?: boolean
}

export type BreachTrigger = LawRow & {
  test: 'special-care' | 'financial-risk' | 'wrongful-purpose' | 'many-persons'
  moreThan: number
  finalDays: number
}
export type BreachRelief = LawRow & { test: 'encrypted' | 'pseudonymised' | 'recovered-unseen' | 'client-reports' | 'no-risk' }

const common = { until: null, signedOffBy: null, confirmed: true } as const
const APPI: Pick<LawRow, 'binds' | 'from'> = { binds: ['private', 'academic'], from: '2022-04-01' }
const PUBLIC: Pick<LawRow, 'binds' | 'from'> = { binds: ['public'], from: '2023-04-01' }
const everybody: Pick<LawRow, 'binds' | 'from'> = { binds: ['private', 'public', 'academic'], from: '2022-04-01' }

export const breachTriggers: readonly BreachTrigger[] = [
  {
    ...common,
    ...everybody,
    id: 'B1',
    article: '第26条、規則第7条',
    test: 'special-care',
    moreThan: 0,
    finalDays: 30,
    title: { ja: '要配慮個人情報（1人から）', en: 'special-care data, one person or more' },
  },
  {
    ...common,
    ...everybody,
    id: 'B2',
    article: '第26条、規則第7条',
    test: 'financial-risk',
    moreThan: 0,
    finalDays: 30,
    title: { ja: '財産的被害のおそれ（1人から）', en: 'risk of financial harm, one person or more' },
  },
  {
    ...common,
    ...everybody,
    id: 'B3',
    article: '第26条、規則第7条',
    test: 'wrongful-purpose',
    moreThan: 0,
    finalDays: 60,
    title: { ja: '不正の目的のおそれ（攻撃・内部不正、1人から）', en: 'wrongful purpose (attack, insider), one person or more' },
  },
  {
    ...common,
    ...APPI,
    id: 'B4',
    article: '第26条、規則第7条',
    test: 'many-persons',
    moreThan: 1_000,
    finalDays: 30,
    title: { ja: '1,000人を超える', en: 'more than 1,000 persons' },
  },
  {
    ...common,
    ...PUBLIC,
    id: 'B5',
    article: '第68条',
    test: 'many-persons',
    moreThan: 100,
    finalDays: 30,
    title: { ja: '100人を超える（行政機関等）', en: 'more than 100 persons (public bodies)' },
  },
]

export const breachReliefs: readonly BreachRelief[] = [
  {
    ...common,
    ...everybody,
    id: 'R1',
    article: '規則第7条',
    test: 'encrypted',
    title: { ja: '高度な暗号化があり、鍵は取られていない', en: 'strong encryption, and the key was not taken' },
  },
  {
    ...common,
    ...everybody,
    id: 'R2',
    article: '第41条（要確認: 弁護士）',
    confirmed: false,
    test: 'pseudonymised',
    title: { ja: '仮名加工情報である', en: 'the data is pseudonymised' },
  },
  {
    ...common,
    ...everybody,
    id: 'R3',
    article: 'ガイドライン通則編 3-5',
    test: 'recovered-unseen',
    title: { ja: '誰にも見られる前に取り戻した（漏えいにあたらない）', en: 'got back before anyone saw it: no leak' },
  },
  {
    ...common,
    ...everybody,
    id: 'R4',
    article: '第26条',
    test: 'client-reports',
    title: { ja: '委託元に期限内に知らせ、委託元が報告する', en: 'told the client in time, who reports' },
  },
  {
    ...common,
    ...everybody,
    id: 'R5',
    article: '制度改正方針（2026-01-09）',
    confirmed: false,
    from: null,
    test: 'no-risk',
    title: { ja: '本人の権利利益を害するおそれがない（本人への通知の緩和。案）', en: 'no risk to anybody (relaxed notice; proposed)' },
  },
]

/** Content of the final report. @law 規則第8条 */
export const breachReportItems: readonly { id: string; title: Sentence }[] = [
  { id: 'outline', title: { ja: '概要', en: 'Outline' } },
  { id: 'data', title: { ja: '漏えい等が発生した（おそれのある）データの項目', en: 'Items of data' } },
  { id: 'persons', title: { ja: '本人の数', en: 'Number of persons' } },
  { id: 'cause', title: { ja: '原因', en: 'Cause' } },
  { id: 'secondary-harm', title: { ja: '二次被害またはそのおそれの有無と内容', en: 'Secondary harm' } },
  { id: 'action', title: { ja: '本人への対応の実施状況', en: 'Action towards the persons' } },
  { id: 'publication', title: { ja: '公表の実施状況', en: 'Publication' } },
  { id: 'prevention', title: { ja: '再発防止のための措置', en: 'Prevention' } },
  { id: 'other', title: { ja: 'その他参考となる事項', en: 'Other' } },
]

/** What a person must be told, by ids of `breachReportItems`. */
export const personNoticeItems: readonly string[] = ['outline', 'data', 'cause', 'secondary-harm', 'other']

/** Days from knowing within which the preliminary report is "prompt". */
export const PRELIMINARY_DAYS = { aim: 3, latest: 5 } as const

type Named = { id: string; article: string; title: Sentence }
export type BreachDuties = {
  reportable: boolean
  /** Thresholds that are passed; what makes it reportable. */
  triggers: (Named & { finalDays: number })[]
  /** Why it need not be reported, where a threshold is passed and something relieves of it; each must be shown with evidence. */
  reliefs: Named[]
  /** Last days, counted from the day of knowing; null where nothing need be reported. */
  deadlines: { preliminaryAim: Day; preliminary: Day; final: Day; personsTold: Sentence } | null
  reportItems: typeof breachReportItems
  noticeItems: readonly string[]
}

const passed = (t: BreachTrigger, f: BreachFacts): boolean => {
  const kind = {
    'special-care': f.specialCare,
    'financial-risk': f.financialRisk,
    'wrongful-purpose': f.wrongfulPurpose,
    'many-persons': true,
  }
  return kind[t.test] && f.persons > t.moreThan
}
const relieved = (r: BreachRelief, f: BreachFacts): boolean =>
  ({
    encrypted: f.strongEncryption && !f.keyTaken,
    pseudonymised: f.pseudonymised,
    'recovered-unseen': f.recoveredUnseen,
    'client-reports': f.clientReports === true,
    'no-risk': false,
  })[r.test]

const named = ({ id, article, title }: LawRow): Named => ({ id, article, title })

/**
 * Whether a breach must be reported, and until when.
 *
 * @param on the instant somebody of ours knew of it: the law of that day in Japan holds, and its days count from there
 * @param body whose data it is: the client's kind where we only hold it
 * @law 個人情報の保護に関する法律 第26条、施行規則第7条・第8条・第10条、第68条（行政機関等）
 */
export function breachDuties(facts: BreachFacts, on: Date, body: BodyKind): BreachDuties {
  const day = dateInJapan(on)
  const triggers = rowsFor(breachTriggers, day, body).filter((t) => passed(t, facts))
  const reliefs = triggers.length === 0 ? [] : rowsFor(breachReliefs, day, body).filter((r) => relieved(r, facts))
  const reportable = triggers.length > 0 && reliefs.length === 0
  const days = Math.max(0, ...triggers.map((t) => t.finalDays))
  return {
    reportable,
    triggers: triggers.map((t) => ({ ...named(t), finalDays: t.finalDays })),
    reliefs: reliefs.map(named),
    deadlines: reportable
      ? {
          preliminaryAim: addDays(day, PRELIMINARY_DAYS.aim),
          preliminary: addDays(day, PRELIMINARY_DAYS.latest),
          final: addDays(day, days),
          personsTold: { ja: '状況に応じて速やかに', en: 'promptly, according to the situation' },
        }
      : null,
    reportItems: breachReportItems,
    noticeItems: personNoticeItems,
  }
}
