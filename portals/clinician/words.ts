/** Codes of items in words of both languages. Never a code without its name. */
import { isOpenEnded } from '#care/consent'
import { formatPlainDate, formatTime, type Lang, type Words } from '#ui'
import type { AnyItem } from './model.ts'

const clinicalStatus: Record<string, Words> = {
  active: { ja: '治療中', en: 'Active' },
  recurrence: { ja: '再発', en: 'Recurrence' },
  relapse: { ja: '再燃', en: 'Relapse' },
  inactive: { ja: '中止・停止', en: 'Inactive' },
  remission: { ja: '寛解', en: 'In remission' },
  resolved: { ja: '治癒', en: 'Resolved' },
  unknown: { ja: '転帰不明', en: 'Outcome unknown' },
}

const criticality: Record<string, Words> = {
  high: { ja: '重症の危険あり', en: 'High risk' },
  low: { ja: '重症の危険は低い', en: 'Low risk' },
  'unable-to-assess': { ja: '重症度は不明', en: 'Risk not known' },
}

const allergyCategory: Record<string, Words> = {
  medication: { ja: '薬剤', en: 'Drug' },
  food: { ja: '食物', en: 'Food' },
  environment: { ja: '環境', en: 'Environment' },
  biologic: { ja: '生物学的製剤', en: 'Biologic' },
}

const absentReason: Record<string, Words> = {
  'not-performed': { ja: '実施せず', en: 'Not performed' },
  error: { ja: '測定できず', en: 'Measurement failed' },
  unknown: { ja: '結果不明', en: 'Result unknown' },
}

const resultStatus: Record<string, Words> = {
  preliminary: { ja: '暫定', en: 'Preliminary' },
  registered: { ja: '検査中', en: 'In progress' },
  corrected: { ja: '訂正済み', en: 'Corrected' },
  amended: { ja: '訂正済み', en: 'Amended' },
  cancelled: { ja: '中止', en: 'Cancelled' },
  'entered-in-error': { ja: '誤登録', en: 'Entered in error' },
}

const documentClass: Record<string, Words> = {
  eReferral: { ja: '診療情報提供書', en: 'Referral letter' },
  eDischargeSummary: { ja: '退院時サマリー', en: 'Discharge summary' },
  eCheckup: { ja: '健診結果報告書', en: 'Check-up report' },
  ePCS: { ja: '療養計画書', en: 'Care plan' },
}

const rules: Record<string, Words> = {
  'own-institution': { ja: 'この医療機関が登録した記録', en: 'Registered by this institution' },
  'visit-consent': { ja: '本人の同意', en: 'Consent of the person' },
  addressee: { ja: 'この医療機関あての文書', en: 'Addressed to this institution' },
}

const tables = { clinicalStatus, criticality, allergyCategory, absentReason, resultStatus, documentClass, rules }

/** The words of a code; a code nobody named is shown as it came. */
export function named(table: keyof typeof tables, code: string): Words {
  const words = Object.hasOwn(tables[table], code) ? tables[table][code] : undefined
  return words ?? { ja: code, en: code }
}

export const untitled: Words = { ja: '名称の記載なし', en: 'No name given' }

/** The name shown for an item; documents without a title by their class. */
export const titleOf = (item: AnyItem): Words => {
  if (item.title !== '') return { ja: item.title, en: item.title }
  return item.is === 'document' && item.documentClass !== null ? named('documentClass', item.documentClass) : untitled
}

/** How long something stays open; a consent without an end until the person withdraws it. */
export function untilWords(until: string, lang: Lang): string {
  if (isOpenEnded(new Date(until))) return lang === 'ja' ? '本人が取り消すまで' : 'until the person withdraws'
  return lang === 'ja'
    ? `${formatPlainDate(until, 'ja')} ${formatTime(until)}まで`
    : `until ${formatPlainDate(until, 'en')}, ${formatTime(until)}`
}
