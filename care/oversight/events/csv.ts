import type { LoggedEntry } from '#kernel/audit-search'
import type { Lang, Sentence } from '#kernel/language'
import { formatDateTime } from '#ui'
import { type ActionWords, kindWords, outcomeWords, purposeWords, roleWords, ruleWords } from './words.ts'

/** One field of a CSV. What a spreadsheet would run as a formula is shown as text, in half and full width. @spec RFC 4180 */
export function csvField(value: string): string {
  const harmless = /^\s*[=+\-@＝＋－＠]|^[\t\r\n]/.test(value) ? `'${value}` : value
  return `"${harmless.replaceAll('"', '""')}"`
}

/** A line; spreadsheets open a file as UTF-8 where it begins with `BOM`. */
export const csvLine = (fields: readonly string[]): string => `${fields.map(csvField).join(',')}\r\n`
export const BOM = '\ufeff'

const columns = (words: ActionWords): readonly { head: Sentence; cell: (e: LoggedEntry, lang: Lang) => string }[] => [
  { head: { ja: '日時', en: 'When' }, cell: (e, lang) => formatDateTime(e.at, lang) },
  { head: { ja: '日時（UTC）', en: 'When (UTC)' }, cell: (e) => e.at.toISOString() },
  { head: { ja: '医療機関', en: 'Institution' }, cell: (e) => e.institutionName },
  { head: { ja: '医療機関番号', en: 'Institution number' }, cell: (e) => e.institutionNumber },
  { head: { ja: '行った人', en: 'Who' }, cell: (e) => e.actorName },
  { head: { ja: '役割', en: 'Role' }, cell: (e, lang) => roleWords(e.actorRole, lang) },
  { head: { ja: '行った人の番号', en: 'Id of who' }, cell: (e) => e.actorId },
  { head: { ja: '誰の情報', en: 'Whose data' }, cell: (e) => e.key },
  { head: { ja: '操作', en: 'Act' }, cell: (e, lang) => words(e.action, lang) },
  { head: { ja: '触れたもの', en: 'What' }, cell: (e) => e.resource },
  { head: { ja: '情報の種類', en: 'Kinds' }, cell: (e, lang) => e.kinds.map((k) => kindWords(k, lang)).join(lang === 'ja' ? '、' : ', ') },
  { head: { ja: '件数', en: 'Items' }, cell: (e) => String(e.count) },
  { head: { ja: '目的', en: 'Purpose' }, cell: (e, lang) => purposeWords(e.purpose, lang) },
  { head: { ja: '結果', en: 'Outcome' }, cell: (e, lang) => outcomeWords(e.outcome, lang) },
  { head: { ja: '理由となった規則', en: 'Rule' }, cell: (e, lang) => (e.rule === '' ? '' : ruleWords(e.rule, lang)) },
  { head: { ja: '同意', en: 'Consent' }, cell: (e) => e.consentId },
  { head: { ja: '経路', en: 'Came by' }, cell: (e) => e.via },
  { head: { ja: '受付番号', en: 'Reference' }, cell: (e) => e.requestId },
]

export const eventsHead = (lang: Lang, words: ActionWords): string => `${BOM}${csvLine(columns(words).map((c) => c.head[lang]))}`
export const eventsLines = (entries: readonly LoggedEntry[], lang: Lang, words: ActionWords): string =>
  entries.map((e) => csvLine(columns(words).map((c) => c.cell(e, lang)))).join('')
