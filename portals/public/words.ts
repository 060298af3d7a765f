/** What the figures are called. */
import type { Sentence } from '#kernel/language'
import type { Month } from './model.ts'

export type Figure = Exclude<keyof Month, 'month' | 'complete'>

export const figureWords: Record<Figure, { title: Sentence; about: Sentence }> = {
  accesses: {
    title: { ja: '誰が人の情報に触れたか', en: 'Who touched people’s data' },
    about: {
      ja: '成功したすべての行。1回の閲覧が、根拠ごとに2行以上になることがあります。',
      en: 'All lines that succeeded. One look may leave a line for each rule it rests on.',
    },
  },
  purposes: {
    title: { ja: '何のために', en: 'What for' },
    about: { ja: '上と同じ行を、目的で分けたもの。', en: 'The same lines by purpose.' },
  },
  volumes: {
    title: { ja: '見たか、登録したか', en: 'Looking and writing' },
    about: { ja: '上と同じ行を、したことで分けたもの。', en: 'The same lines by what was done.' },
  },
  refusals: {
    title: { ja: '断ったもの', en: 'Refusals' },
    about: { ja: '見ようとして断られた、または受け付けられなかった行。', en: 'Lines of what was refused.' },
  },
  emergencies: {
    title: { ja: '緊急・災害', en: 'Emergencies and disasters' },
    about: {
      ja: '本人の同意を待たずに記録を開いた件数と、そのうち別の人が確かめ終えたもの。災害は見た行の数。',
      en: 'Records opened in an emergency without waiting for consent, and how many of these others have reviewed. Disasters: lines of looking.',
    },
  },
  consents: {
    title: { ja: '同意', en: 'Consents' },
    about: { ja: '同意と、その取り消し、見せない設定。', en: 'Consents given and withdrawn, and what people closed.' },
  },
  questions: {
    title: { ja: '閲覧についての質問', en: 'Questions about accesses' },
    about: {
      ja: '本人が「なぜ見たのか」をたずねた件数と、答えまでの日数。',
      en: 'How often people asked why, and how long the answer took.',
    },
  },
}

export const partWords: Record<string, Sentence> = {
  clinical: { ja: '医師・看護師・薬剤師など', en: 'Doctors, nurses, pharmacists' },
  desk: { ja: '医療機関の事務・管理', en: 'Desks of institutions' },
  system: { ja: '医療機関のシステム', en: 'Systems of institutions' },
  person: { ja: '本人', en: 'The person' },
  proxy: { ja: '家族・代理人', en: 'Family and proxies' },
  platform: { ja: '縁の運用・監査', en: 'The platform’s own staff' },
  TREAT: { ja: '診療', en: 'Treatment' },
  ETREAT: { ja: '緊急・災害の診療', en: 'Emergency treatment' },
  HPAYMT: { ja: '医療費の支払い', en: 'Payment' },
  HRESCH: { ja: '研究', en: 'Research' },
  PATRQT: { ja: '本人の求め', en: 'The person’s own request' },
  HOPERAT: { ja: 'サービスの運営', en: 'Running the service' },
  looked: { ja: '見た', en: 'Looked' },
  written: { ja: '登録・変更した', en: 'Added or changed' },
  arranged: { ja: '同意や設定をした', en: 'Consents and settings' },
  'not-permitted': { ja: '権限や同意がない', en: 'No right or consent' },
  'not-found': { ja: '見つからない（ないとだけ答えた）', en: 'Not found (nothing else is said)' },
  'sign-in': { ja: 'サインインできない', en: 'Sign-in failed' },
  other: { ja: '内容の誤りなど', en: 'Errors in what was sent, and others' },
  reviewed: { ja: '緊急：確認を終えた', en: 'Emergencies reviewed' },
  waiting: { ja: '緊急：確認待ち', en: 'Emergencies awaiting review' },
  refused: { ja: '緊急の求めを断った', en: 'Emergency requests refused' },
  disaster: { ja: '災害で見た行', en: 'Lines of looking in disasters' },
  given: { ja: '同意した', en: 'Given' },
  withdrawn: { ja: '取り消した', en: 'Withdrawn' },
  closed: { ja: '見せないと決めた', en: 'Closed' },
  reopened: { ja: 'また見せることにした', en: 'Opened again' },
  answered: { ja: '答えた', en: 'Answered' },
  open: { ja: '答え待ち', en: 'Waiting for an answer' },
  toAuditors: { ja: '監査担当が調べた', en: 'Looked into by the auditors' },
}
