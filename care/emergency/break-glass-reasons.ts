/**
 * On what ground one person's record may be opened without their consent, and why it could not be asked: codes with dates, so that a
 * change of law is a change of rows. Free text stands beside them and never enters a log.
 *
 * @law 個人情報の保護に関する法律 第18条第3項、第20条第2項、第27条第1項（生命・身体の保護のために必要で、本人の同意を得ることが困難なとき）。号と適用の範囲は要確認: 弁護士
 */
import type { Sentence } from '#kernel/language'

type Dated = Sentence & { from: string; until: string | null }

/** Days are 'YYYY-MM-DD' in Japan, the last one included. */
const since = (ja: string, en: string, from = '2026-01-01', until: string | null = null): Dated => ({ ja, en, from, until })

export const clauses = {
  'life-body': {
    ja: '生命・身体の保護のために必要で、本人の同意を得ることが困難なとき（個人情報保護法 第18条第3項・第20条第2項・第27条第1項。号は要確認: 弁護士）',
    en: 'necessary to protect life or body, and consent is hard to obtain (APPI Arts. 18(3), 20(2), 27(1); items to be confirmed by a lawyer)',
  },
} as const satisfies Record<string, Sentence>
export type ClauseId = keyof typeof clauses

type Reason = Dated & { clause: ClauseId }
const reason = (ja: string, en: string): Reason => ({ ...since(ja, en), clause: 'life-body' })

/** What is the matter. */
export const reasons = {
  unconscious: reason('意識がない', 'Unconscious'),
  'cannot-speak': reason('話すことも、うなずくこともできない', 'Can neither speak nor nod'),
  'cannot-understand': reason('状況を理解して答えることができない', 'Cannot understand and answer'),
  'life-at-stake': reason('命の危険がさしせまり、尋ねる時間がない', 'Life is at stake and there is no time to ask'),
  'child-alone': reason('幼い子どもで、親権者に連絡がつかない', 'A young child whose parents cannot be reached'),
} as const satisfies Record<string, Reason>
export type ReasonId = keyof typeof reasons

/** Why consent was hard to get; one at least. */
export const whyHard = {
  'no-response': since('呼びかけても答えがない', 'No response when addressed'),
  'no-time': since('尋ねている間に手遅れになる', 'Asking would take too long'),
  'no-relative': since('家族や代理人に連絡がつかない', 'Neither family nor a proxy can be reached'),
  'no-means': since('カードも筆談の手段もない', 'Neither card nor any means to answer'),
  'no-language': since('言葉が通じず、通訳もいない', 'No common language and no interpreter'),
} as const satisfies Record<string, Dated>
export type WhyHardId = keyof typeof whyHard

/** Why an emergency goes on beyond its first term. */
export const whyLonger = {
  'still-treated': since('まだ救命の処置を続けている', 'Life-saving treatment goes on'),
  'handed-over': since('同じ施設の次の担当に引き継ぐところ', 'Being handed over within the institution'),
  'result-awaited': since('過去の記録と照らす検査を待っている', 'Waiting for a test to compare with the record'),
} as const satisfies Record<string, Dated>
export type WhyLongerId = keyof typeof whyLonger

const holds = ({ from, until }: Dated, today: string) => from <= today && (until === null || today <= until)

/** The entries of a table that hold on a day, as options. */
export const inForceOn = <Id extends string>(table: Readonly<Record<Id, Dated>>, today: string): (Sentence & { id: Id })[] =>
  (Object.entries(table) as [Id, Dated][]).filter(([, row]) => holds(row, today)).map(([id, { ja, en }]) => ({ id, ja, en }))

/** A code of a table that holds on a day; undefined for everything else. */
export const codeOn = <Id extends string>(table: Readonly<Record<Id, Dated>>, code: string, today: string): Id | undefined =>
  Object.hasOwn(table, code) && holds(table[code as Id], today) ? (code as Id) : undefined

/** What a code says; the code itself where no table knows it any more. */
export const wordsOf = (table: Readonly<Record<string, Sentence>>, code: string): Sentence =>
  Object.hasOwn(table, code) ? { ja: table[code]!.ja, en: table[code]!.en } : { ja: code, en: code }
