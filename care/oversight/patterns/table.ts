/**
 * Patterns that somebody should look at. Data: what each means, from which day it is watched for, and its thresholds. None of them says
 * that anything was wrong; each says what to ask.
 * @law 医療情報システムの安全管理に関するガイドライン 第6.0版（アクセスログの確認。章は要確認: 弁護士）
 */
import type { Sentence } from '#kernel/language'

export const patternIds = [
  'same-family-name',
  'colleague',
  'watched-person',
  'no-visit',
  'volume',
  'night',
  'refusals',
  'name-search',
  'after-leaving',
  'seen-by-many',
  'two-places',
] as const
export type PatternId = (typeof patternIds)[number]

export type Pattern = {
  id: PatternId
  /** First and last day ('YYYY-MM-DD' in Japan) on which it is watched for; null: no end. */
  from: string
  until: string | null
  title: Sentence
  /** What the reviewer asks. */
  ask: Sentence
  /** Before everything else in the queue. */
  first?: true
  thresholds: Readonly<Record<string, number>>
}

const since = { from: '2026-11-22', until: null } as const

export const patterns: readonly Pattern[] = [
  {
    ...since,
    id: 'after-leaving',
    first: true,
    title: { ja: '退職・異動した後の利用', en: 'Access after leaving' },
    ask: {
      ja: '勤務が終わった職員の名で使われています。誰が使いましたか。',
      en: 'Used under the name of somebody whose work had ended. By whom?',
    },
    thresholds: {},
  },
  {
    ...since,
    id: 'watched-person',
    first: true,
    title: { ja: '特に守られている人の記録', en: 'Record of a specially protected person' },
    ask: {
      ja: '支援措置や注目される人の記録です。診療に必要でしたか。',
      en: 'The person is protected or well known. Was it needed for care?',
    },
    thresholds: {},
  },
  {
    ...since,
    id: 'two-places',
    first: true,
    title: { ja: 'ありえない場所の移動', en: 'Two places at once' },
    ask: {
      ja: '短い間に離れた二つの医療機関から使われています。サインインが盗まれていませんか。',
      en: 'Used from two distant institutions within a short time. Was a sign-in stolen?',
    },
    thresholds: { minutesApart: 60, minutesNear: 5 },
  },
  {
    ...since,
    id: 'colleague',
    title: { ja: '同じ施設の職員（または自分自身）の記録', en: 'Record of a colleague, or of oneself' },
    ask: { ja: '同じ施設の職員と同じ氏名の人です。担当でしたか。', en: 'The person has the name of a colleague. Were they in charge?' },
    thresholds: {},
  },
  {
    ...since,
    id: 'same-family-name',
    title: { ja: '同じ姓の人の記録', en: 'Record of somebody of the same family name' },
    ask: { ja: '親族ではありませんか。担当でしたか。', en: 'A relative? Were they in charge?' },
    thresholds: {},
  },
  {
    ...since,
    id: 'no-visit',
    title: { ja: '前後に受診も受付もない人の記録', en: 'Record of somebody who did not come' },
    ask: {
      ja: '受付・カード・登録が前後にありません。なぜ見ましたか。',
      en: 'No visit, card or submission before or after. Why was it looked at?',
    },
    thresholds: { daysBefore: 90, daysAfter: 7 },
  },
  {
    ...since,
    id: 'volume',
    title: { ja: 'ふだんより多い人数', en: 'More people than usual' },
    ask: {
      ja: 'この日の人数は、この職員のふだんや同じ職種の人より多くなっています。何をしていましたか。',
      en: 'More people that day than this person or their peers usually see. What was going on?',
    },
    thresholds: { least: 40, timesOwn: 3, timesPeers: 3, daysKnown: 5, leastUnknown: 80 },
  },
  {
    ...since,
    id: 'night',
    title: { ja: '夜間・休日の利用', en: 'Night or day off' },
    ask: {
      ja: '夜間や休日に診療をしない施設・職種です。なぜこの時刻でしたか。',
      en: 'A facility or role that does not work at that hour. Why then?',
    },
    thresholds: { fromHour: 22, toHour: 5 },
  },
  {
    ...since,
    id: 'refusals',
    title: { ja: '断られた回数が多い', en: 'Refused many times' },
    ask: {
      ja: '見られない記録を何度も開こうとしています。操作の誤りですか。',
      en: 'Tried again and again to open what may not be seen. A mistake?',
    },
    thresholds: { aDay: 15 },
  },
  {
    ...since,
    id: 'name-search',
    title: { ja: '氏名での検索が多い', en: 'Searched by name many times' },
    ask: { ja: '特定の人を探していたのではありませんか。', en: 'Was somebody being looked for?' },
    thresholds: { aDay: 30 },
  },
  {
    ...since,
    id: 'seen-by-many',
    title: { ja: '一人の記録を大勢が見た', en: 'One record seen by many' },
    ask: { ja: '話題の人ではありませんか。全員が担当でしたか。', en: 'Is the person in the news? Were all of them in charge?' },
    thresholds: { actors: 15, institutions: 5 },
  },
]

/** Patterns watched for on a day. */
export const patternsOn = (day: string, all: readonly Pattern[] = patterns): Pattern[] =>
  all.filter((p) => p.from <= day && (p.until === null || day <= p.until))
export const patternOf = (id: string): Pattern | undefined => patterns.find((p) => p.id === id)
