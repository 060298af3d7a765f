import type { Lang } from '#kernel/language'

export type { Lang }

/** What a person may choose to read: やさしい日本語 is a language of its own and falls back to Japanese until a text has it. */
export type Reading = Lang | 'easy'

/** One text in every language; never a code without its name. */
export interface Words<T = string> {
  ja: T
  en: T
  easy?: T
}

/** Picks the text of one language: `t(lang, { ja: '…', en: '…' })`. */
export function t<T>(lang: Reading, words: Words<T>): T {
  if (lang === 'easy') return words.easy ?? words.ja
  return words[lang]
}

/** The kinds of information a person decides about, one switch each. */
export type InformationKind =
  | 'diagnosis'
  | 'drug-allergy'
  | 'other-allergy'
  | 'test-result'
  | 'infection'
  | 'prescription'
  | 'check-up'
  | 'letter'

/** The name of each kind of information, as shown to citizens and staff alike. */
export const kindName: Record<InformationKind, Required<Words>> = {
  diagnosis: { ja: '傷病名', en: 'Diagnoses', easy: '病気の名前' },
  'drug-allergy': { ja: '薬剤アレルギー・禁忌', en: 'Drug allergies and contraindications', easy: '使ってはいけない薬' },
  'other-allergy': { ja: 'その他のアレルギー', en: 'Other allergies', easy: '薬ではないアレルギー' },
  'test-result': { ja: '検査結果', en: 'Test results', easy: '検査の結果' },
  infection: { ja: '感染症', en: 'Infectious diseases', easy: 'うつる病気' },
  prescription: { ja: '処方', en: 'Prescriptions', easy: '医者が出した薬' },
  'check-up': { ja: '健診結果報告書', en: 'Check-up reports', easy: '健康診断の結果' },
  letter: { ja: '診療情報提供書・退院時サマリー', en: 'Referral letters and discharge summaries', easy: '医者が書いた手紙' },
}

/** Words shared by all portals. */
export const words = {
  skipToMain: { ja: '本文へ移動', en: 'Skip to main content', easy: '本文へ 行く' },
  mainNavigation: { ja: '主なメニュー', en: 'Main menu', easy: 'メニュー' },
  menu: { ja: 'メニュー', en: 'Menu', easy: 'メニュー' },
  breadcrumbs: { ja: '現在位置', en: 'You are here', easy: '今の場所' },
  language: { ja: '言語', en: 'Language', easy: 'ことば' },
  demo: {
    ja: 'これはデモです。実在の人の情報ではありません。',
    en: 'This is a demonstration. No real person’s data is shown.',
    easy: 'これは 練習です。本当の人の ことでは ありません。',
  },
  lock: { ja: '席を外す', en: 'Lock', easy: '席をはなれる' },
  signOut: { ja: 'サインアウト', en: 'Sign out', easy: '終わる' },
  signedInAs: { ja: 'サインイン中：', en: 'Signed in as ', easy: '使っている人：' },
  error: { ja: 'エラー', en: 'Error', easy: 'まちがい' },
  errorsFound: {
    ja: '入力内容を確認してください',
    en: 'Please check what you entered',
    easy: '書いたものを 見直してください',
  },
  required: { ja: '必須', en: 'required', easy: 'かならず書く' },
  optional: { ja: '任意', en: 'optional', easy: '書かなくてもよい' },
  info: { ja: 'お知らせ', en: 'Notice', easy: 'お知らせ' },
  attention: { ja: '注意', en: 'Attention', easy: '気をつける' },
  harm: { ja: '危険', en: 'Danger', easy: 'あぶない' },
  success: { ja: '完了', en: 'Done', easy: 'できました' },
  high: { ja: '高い', en: 'High', easy: '高い' },
  low: { ja: '低い', en: 'Low', easy: '低い' },
  abnormal: { ja: '異常', en: 'Abnormal', easy: 'ふつうと ちがう' },
  within: { ja: '基準内', en: 'Within range', easy: 'ふつう' },
  referenceRange: { ja: '基準範囲', en: 'Reference range', easy: 'ふつうの値' },
  noReferenceRange: { ja: '基準範囲の記載なし', en: 'No reference range given', easy: 'ふつうの値は 書いていません' },
  showNumbers: { ja: '数値を表で見る', en: 'Show the numbers', easy: '数字を見る' },
  date: { ja: '日付', en: 'Date', easy: '日にち' },
  value: { ja: '値', en: 'Value', easy: '数字' },
  verdict: { ja: '判定', en: 'Mark', easy: 'しるし' },
  institution: { ja: '医療機関', en: 'Institution', easy: '病院' },
  notMeasured: { ja: '測定なし', en: 'Not measured', easy: '調べていません' },
  noData: { ja: 'まだ記録がありません', en: 'No records yet', easy: 'まだ ありません' },
  visibleTo: { ja: '見られる人：', en: 'Visible to ', easy: '見られる人：' },
  uninformed: { ja: '未告知', en: 'Not yet told', easy: 'まだ 話していない' },
  uninformedMeaning: {
    ja: '本人にまだ伝えていない情報です。本人の画面には出ません。',
    en: 'The person has not been told. It is not shown on the person’s own pages.',
    easy: '本人に まだ 話していません。',
  },
  canSee: { ja: '見られる情報', en: 'What you may see', easy: '見られるもの' },
  closedDoor: { ja: '見られない情報', en: 'What stays closed', easy: '見られないもの' },
  until: { ja: '期限', en: 'Until', easy: 'いつまで' },
  why: { ja: '理由', en: 'Why', easy: 'どうして' },
  consentOpen: { ja: '本人の同意があります', en: 'The person agreed', easy: '本人が よいと言いました' },
  consentPartial: { ja: '一部について本人の同意があります', en: 'The person agreed in part', easy: '本人が 少し よいと言いました' },
  consentNone: { ja: '本人の同意がありません', en: 'There is no consent', easy: '本人が よいと言っていません' },
  consentEmergency: { ja: '緊急アクセス中', en: 'Emergency access', easy: '急いで 見ています' },
  details: { ja: 'くわしく', en: 'Details', easy: 'くわしく' },
  proof: { ja: '証明を保存', en: 'Save the proof', easy: '証明を とっておく' },
  transparency: { ja: '情報の扱い', en: 'What is done with data', easy: '情報を どう あつかうか' },
  statistics: { ja: '閲覧の統計', en: 'Statistics', easy: 'どれだけ 見られたか' },
  looksWrong: { ja: '心当たりがない', en: 'This looks wrong', easy: 'おかしいと 思う' },
  previousPage: { ja: '前へ', en: 'Previous', easy: '前' },
  nextPage: { ja: '次へ', en: 'Next', easy: '次' },
  pages: { ja: 'ページ', en: 'Pages', easy: 'ページ' },
  loading: { ja: '読み込んでいます', en: 'Loading', easy: '待ってください' },
  step: { ja: '手順', en: 'Step', easy: 'すること' },
  now: { ja: 'いまここ', en: 'now', easy: '今' },
  done: { ja: '済み', en: 'done', easy: 'できた' },
  whatHappened: { ja: '何が起きたか', en: 'What happened', easy: 'どうなったか' },
  whatToDo: { ja: 'どうすればよいか', en: 'What to do', easy: 'すること' },
  referenceNumber: { ja: '問い合わせ番号', en: 'Reference number', easy: '番号' },
  year: { ja: '年', en: 'Year', easy: '年' },
  kind: { ja: '種類', en: 'Kind', easy: '種類' },
  content: { ja: '内容', en: 'What', easy: '中身' },
  showAsList: { ja: '一覧で見る', en: 'Show as a list', easy: 'リストで見る' },
  screenClears: {
    ja: '操作がないと、この画面は自動的に消えます。',
    en: 'This screen clears itself when nobody touches it.',
    easy: '何も しないと、画面が 消えます。',
  },
} as const satisfies Record<string, Required<Words>>

export type Word = keyof typeof words

/** A shared word by its key. */
export const word = (lang: Reading, key: Word): string => t<string>(lang, words[key])

/** 'A、B、C' in Japanese, 'A, B and C' in English. */
export function joinList(lang: Reading, items: readonly string[]): string {
  if (lang !== 'en') return items.join('、')
  if (items.length < 2) return items.join('')
  return `${items.slice(0, -1).join(', ')} and ${items.at(-1)}`
}
