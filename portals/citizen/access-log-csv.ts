import { type AuditedAct, findActs } from '#kernel/audit-read'
import type { Context } from '#kernel/context'
import type { Lang, Sentence } from '#kernel/language'
import { formatDateTime } from '#ui'
import { kindWords, outcomeWords, purposeWords, ruleWords, whatWords, whoWords } from './words.ts'

const columns: readonly { head: Sentence; cell: (act: AuditedAct, lang: Lang) => string }[] = [
  { head: { ja: '日時', en: 'When' }, cell: (act, lang) => formatDateTime(act.at, lang) },
  { head: { ja: '医療機関', en: 'Institution' }, cell: (act) => act.institutionName },
  { head: { ja: '人', en: 'Who' }, cell: whoWords },
  { head: { ja: '目的', en: 'Why' }, cell: (act, lang) => purposeWords(act.purpose, lang) },
  {
    head: { ja: '何を', en: 'What' },
    cell: (act, lang) =>
      (act.kinds.length > 0 ? act.kinds.map((k) => kindWords(k, lang)) : whatWords(act, lang)).join(lang === 'ja' ? '、' : ', '),
  },
  { head: { ja: '結果', en: 'Outcome' }, cell: (act, lang) => outcomeWords(act.outcome, lang) },
  { head: { ja: '根拠', en: 'Rule' }, cell: (act, lang) => act.rules.map((rule) => ruleWords(rule, lang)).join(' / ') },
  { head: { ja: '受付番号', en: 'Reference' }, cell: (act) => act.requestId },
]

/** One field of a CSV. What a spreadsheet would run as a formula is shown as text. @spec RFC 4180 */
export function csvField(value: string): string {
  const harmless = /^[=+\-@\t\r]/.test(value) ? `'${value}` : value
  return `"${harmless.replaceAll('"', '""')}"`
}

const line = (fields: readonly string[]) => `${fields.map(csvField).join(',')}\r\n`

/** How many acts one piece brings. */
const PIECE = 500

/**
 * Everything anybody did with the person's data up to now, newest first, as CSV that spreadsheets open as UTF-8.
 * Read piece by piece: a life's log need not fit into memory.
 */
export async function* accessLogPieces(
  ctx: Pick<Context, 'db' | 'lang' | 'now'>,
  whose: { keys: readonly string[]; ownIds?: readonly string[] },
  piece = PIECE,
): AsyncGenerator<string> {
  yield `\ufeff${line(columns.map((c) => c.head[ctx.lang]))}`
  for (let offset = 0; ; offset += piece) {
    const { acts } = await findActs(ctx.db, { ...whose, by: 'all', before: ctx.now, limit: piece, offset })
    if (acts.length > 0) yield acts.map((act) => line(columns.map((c) => c.cell(act, ctx.lang)))).join('')
    if (acts.length < piece) return
  }
}
