import type { ExtractProblem, LogProblem, MergeRefused } from '#care/emergency'
import type { Sentence } from '#kernel/language'

export const extractSentences: Record<ExtractProblem, Sentence> = {
  'not-an-extract': {
    ja: 'このファイルは、災害時の持ち出しファイルではないか、途中で切れています。',
    en: 'This file is no extract of disaster access, or it is cut off.',
  },
  changed: {
    ja: 'ファイルの中身が変わっています。壊れたか、書き換えられています。作り直したものを使ってください。',
    en: 'The file was changed or damaged. Use a fresh copy.',
  },
  'not-signed': {
    ja: 'ファイルの署名が正しくありません。使わずに、運用担当に知らせてください。',
    en: 'The file’s signature is wrong. Do not use it; tell the operator.',
  },
  'other-signer': {
    ja: '署名した鍵が、知らされた指紋と違います。使わずに、運用担当に知らせてください。',
    en: 'It was signed by another key than you were told. Do not use it; tell the operator.',
  },
  expired: {
    ja: '期限が過ぎました。このファイルは、もう開けません。記録（.log）を運用担当に渡し、ファイルを消してください。',
    en: 'It has expired and cannot be opened any more. Hand in its log, and delete the file.',
  },
  clock: {
    ja: 'この端末の時計が、ファイルより前を指しています。日付と時刻を合わせてからやり直してください。',
    en: 'This machine’s clock is behind the file. Set date and time right, then try again.',
  },
  'wrong-secret': { ja: '合言葉か鍵が違います。', en: 'The passphrase or key is wrong.' },
  unreadable: { ja: 'ファイルを読めません。名前と場所を確かめてください。', en: 'The file cannot be read. Check its name and place.' },
}

export const logSentences: Record<LogProblem['kind'], Sentence> = {
  torn: {
    ja: '最後の行が途中で切れています（電源が切れたときなど。何も表示されていません）',
    en: 'the last line broke off, as when the power goes; nothing was shown for it',
  },
  changed: { ja: '行が書き換えられています', en: 'a line was changed' },
  missing: { ja: 'この前の行がありません', en: 'lines before this one are missing' },
  repeated: { ja: '同じ番号の行がもう一度あります', en: 'a number comes a second time' },
  cut: { ja: '終わりの行が取り除かれています', en: 'lines at the end were taken away' },
  foreign: { ja: '別の端末の行が混ざっています', en: 'a line of another laptop' },
  late: { ja: '期限を過ぎてからの行です', en: 'it was written after the extract’s end' },
  unlike: { ja: '前に取り込んだものと中身が違います', en: 'it differs from what was merged before' },
}

export const mergeSentences: Record<MergeRefused, Sentence> = {
  'no-log': { ja: 'このファイルは、持ち出し端末の記録ではありません。', en: 'This file is no log of a laptop.' },
  'unknown-extract': {
    ja: 'この記録の持ち出しファイルは、ここで作られたものではありません。',
    en: 'The extract of this log was not made here.',
  },
  'nothing-signed': {
    ja: '署名の正しい行が一つもありません。取り込むものがありません。',
    en: 'No line is signed rightly, so there is nothing to merge.',
  },
}
